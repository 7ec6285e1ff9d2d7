"""An account, and what its role may do: a manager everything, a section what its office does, a leader what they answer for, a viewer look."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail.author import Author

if TYPE_CHECKING:
    from xuncha.model.register import MeasureRow

Role = Literal["manager", "section", "leader", "viewer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
OF_ITS_OFFICE: Final = frozenset({"start", "submit", "progress", "attach"})
"""What a section does with the measures of its office."""
WITH_OTHERS: Final = frozenset({"progress", "attach"})
"""What it does with those that its office takes part in: it records."""
OF_A_LEADER: Final = frozenset({"return", "close"})
"""What a leader decides of the measures that they answer for, or that were escalated to them."""
NOT_ALLOWED: Final = "not-allowed"
"""The code of the error of whoever asks for what their account may not do."""


class Account(BaseModel):
    """Whoever may sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    role: Role
    office: str | None = None
    """Of a section: the office whose measures it works on."""
    leader: str | None = None
    """Of a leader: how the ledger calls them."""
    email: str | None = None
    added: date
    disabled: bool = False
    password: str
    """Its hash."""
    renew: bool = True
    """Whether the next sign-in asks for a new password, because others know this one."""

    @property
    def author(self) -> Author:
        """Who commits in this account."""
        return Author(self.name, self.email or f"{self.name.replace(' ', '.')}@xuncha.invalid")

    def may(self, action: str, row: MeasureRow | None = None) -> bool:
        """Return whether the account may do something.

        Args:
            action: a verb of the workflow, or another word for what changes the ledger, which managers alone may do.
            row: the measure that it is done to; None where it is asked whether it may be done to any at all.
        """
        if self.role == "manager":
            return True
        if self.role == "section":
            own = action in OF_ITS_OFFICE and (row is None or row.office == self.office)
            return own or (action in WITH_OTHERS and row is not None and self.office in row.co_offices)
        if self.role == "leader":
            theirs = row is None or self.leader in {row.leader, row.escalated_to}
            return theirs and action in OF_A_LEADER
        return False


def role_name(role: Role) -> str:
    """Return what a role is called on the screen."""
    names = {"manager": _("manager"), "section": _("section"), "leader": _("leader"), "viewer": _("viewer")}
    return names[role]


def not_allowed() -> RefusedError:
    """Return the error of whoever asks for what their account may not do."""
    return RefusedError(
        NOT_ALLOWED, _("your account may not do this"), _("ask a manager of this desk to do it")
    )
