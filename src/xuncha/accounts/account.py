"""Define an account and the rights of its role: manager, section, leader or viewer."""

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
OWN_OFFICE: Final = frozenset({"start", "submit", "progress", "attach"})
"""Actions of a section on measures of its own office."""
CO_OFFICE: Final = frozenset({"progress", "attach"})
"""Actions of a section on measures that its office only supports (`co_offices`)."""
LEADER: Final = frozenset({"return", "close"})
"""Actions of a leader on measures that they answer for or that were escalated to them."""
NOT_ALLOWED: Final = "not-allowed"
NOT_SIGNED_IN: Final = "not-signed-in"


class Account(BaseModel):
    """A person who may sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    role: Role
    office: str | None = None
    """The office whose measures a section works on."""
    leader: str | None = None
    """A leader's name in the ledger."""
    email: str | None = None
    added: date
    disabled: bool = False
    password: str
    """The hash of the password."""
    renew: bool = True
    """Whether the next sign-in asks for a new password, since somebody else knows this one."""

    @property
    def author(self) -> Author:
        """Author and committer of what this account does."""
        return Author(self.name, self.email or f"{self.name.replace(' ', '.')}@xuncha.invalid")

    @model_validator(mode="after")
    def _check_owner(self) -> Self:
        """Refuse a section without office or a leader without name: it would match every measure without one."""
        if (self.role == "section" and not self.office) or (self.role == "leader" and not self.leader):
            raise ValueError(self.role)
        return self

    def concerns(self, row: MeasureRow) -> bool:
        """Return whether the account's office or leader takes part in a measure."""
        if self.role == "section":
            return self.office in {row.office, *row.co_offices}
        return self.role != "leader" or self.leader in {row.leader, row.escalated_to}

    def may(self, action: str, row: MeasureRow | None = None) -> bool:
        """Return whether the account may do an action on a measure, or, without a row, on any measure at all.

        A word that is no verb of the workflow names a change that only managers may make.
        """
        if self.role == "manager":
            return True
        if row is not None and not self.concerns(row):
            return False
        if self.role == "section":
            with_others = row is not None and row.office != self.office
            return action in (CO_OFFICE if with_others else OWN_OFFICE)
        return self.role == "leader" and action in LEADER


def role_name(role: Role) -> str:
    """Return the name of a role on the screen."""
    names = {"manager": _("manager"), "section": _("section"), "leader": _("leader"), "viewer": _("viewer")}
    return names[role]


def not_allowed(*ids: str) -> RefusedError:
    """Return the error for an action that an account may not do; `ids` are the measures concerned."""
    message = _("your account may not do this")
    if ids:
        message = _("your account may not do this to {ids}", ids=_(", ").join(ids))
    return RefusedError(NOT_ALLOWED, message, _("ask a manager of this desk to do it"))


def not_signed_in() -> RefusedError:
    """Return the error for a visitor who has not signed in, or whose session has ended."""
    return RefusedError(NOT_SIGNED_IN, _("you are not signed in, or your session has ended"), _("sign in"))
