"""An account, and what its role may do: a manager everything, a section what its office does, a leader what they answer for, a viewer look."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator

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
NOT_SIGNED_IN: Final = "not-signed-in"


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

    @model_validator(mode="after")
    def _is_of_something(self) -> Self:
        """Refuse a section without office and a leader without name: they would match every measure that has none."""
        if (self.role == "section" and not self.office) or (self.role == "leader" and not self.leader):
            raise ValueError(self.role)
        return self

    def concerns(self, row: MeasureRow) -> bool:
        """Return whether the account's office or leader takes part in a measure."""
        if self.role == "section":
            return self.office in {row.office, *row.co_offices}
        return self.role != "leader" or self.leader in {row.leader, row.escalated_to}

    def may(self, action: str, row: MeasureRow | None = None) -> bool:
        """Return whether the account may do something.

        Args:
            action: a verb of the workflow, or another word for what changes the ledger, which managers alone may do.
            row: the measure that it is done to; None where it is asked whether it may be done to any at all.
        """
        if self.role == "manager":
            return True
        if row is not None and not self.concerns(row):
            return False
        if self.role == "section":
            with_others = row is not None and row.office != self.office
            return action in (WITH_OTHERS if with_others else OF_ITS_OFFICE)
        return self.role == "leader" and action in OF_A_LEADER


def role_name(role: Role) -> str:
    """Return what a role is called on the screen."""
    names = {"manager": _("manager"), "section": _("section"), "leader": _("leader"), "viewer": _("viewer")}
    return names[role]


def not_allowed(*ids: str) -> RefusedError:
    """Return the error of whoever asks for what their account may not do; `ids` are the measures to which they may not."""
    said = _("your account may not do this")
    if ids:
        said = _("your account may not do this to {ids}").format(ids=_(", ").join(ids))
    return RefusedError(NOT_ALLOWED, said, _("ask a manager of this desk to do it"))


def not_signed_in() -> RefusedError:
    """Return the error of whoever has not signed in, or whose session has ended."""
    return RefusedError(NOT_SIGNED_IN, _("you are not signed in, or your session has ended"), _("sign in"))
