"""The form of a verb: where an action leads, what it may change, and the function that plans it. Every verb is a file in this folder."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.vocabulary import action_name

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure, Problem
    from xuncha.model.register import Frame
    from xuncha.model.vocabulary import Action, Status
    from xuncha.workflow.change import Session

UNCHANGED: Final[Mapping[Status, Status]] = {
    "not_started": "not_started",
    "in_progress": "in_progress",
    "submitted": "submitted",
}
"""The transitions of a verb that leaves an open measure in its status."""
STARTED: Final[Mapping[Status, Status]] = {**UNCHANGED, "not_started": "in_progress"}
"""The transitions of a verb that records work: a measure with recorded work has been started."""


class NamedFile(NamedTuple):
    """A file that becomes evidence: its name where it comes from, and its content."""

    name: str
    content: bytes


class PlannedChange(NamedTuple):
    """What a verb changes in one measure, and the messages about it."""

    edits: Mapping[str, Any] = {}  # the new values of keys besides the status; None removes a key
    reason: str = ""  # for the trailer of the commit
    files: Mapping[str, bytes] = {}  # new files of evidence, by their paths in the ledger
    signed: bool = False  # whether the commit must be signed
    notes: Sequence[str] = ()  # lines on what was done besides the change of status
    next_step: str = ""
    warning: tuple[str, str] | None = None  # a message and a hint


@dataclass(frozen=True)
class Case:
    """One record that a command works on, with everything a verb may read; git runs only if a verb asks it."""

    session: Session
    frame: Frame  # the settings that the record is checked against
    today: date
    identity: Identity
    record: Measure | Problem  # a problem only if the verb is `for_problems`
    data: Mapping[str, Any]  # the same as plain data, as in its file

    @property
    def measure(self) -> Measure:
        """Return the record, for verbs of measures only."""
        return cast("Measure", self.record)


@dataclass(frozen=True)
class Verb:
    """An action on measures."""

    function: Callable[..., PlannedChange]
    """Plans the action: takes a `Case`, then the given values by keyword. Its docstring is the help of the command."""
    action: Action
    subject: str
    """The first word of the commit's subject: the trail is a document, and documents are Chinese."""
    transitions: Mapping[Status, Status]
    """The statuses in which the action is allowed, each with the status that it leads to."""
    changes: frozenset[str]  # the keys of a measure's file that the action may change
    multiple: bool = True  # whether the command takes several measures at once
    for_problems: bool = False  # whether it takes problems, too

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """Return the parameters for the given values; those without a default are required."""
        return list(inspect.signature(self.function).parameters.values())[1:]

    def target(self, identity: object, status: Status) -> Status:
        """Return the status that the action leads a measure to.

        Raises RefusedError if the action is not allowed in this status.
        """
        if status in self.transitions:
            return self.transitions[status]
        match status:
            case "not_started":
                message = _("{id} has not been started, so `{action}` is refused")
                hint = _("start it first: xuncha start {id}")
            case "in_progress":
                message = _("{id} is in progress, so `{action}` is refused")
                hint = _(
                    "it is in progress: apply to close it with xuncha submit {id}, or close it with xuncha close {id}"
                )
            case "submitted":
                message = _("an application to close {id} is pending, so `{action}` is refused")
                hint = _("an application is pending: xuncha close {id}, or xuncha return {id} --reason …")
            case "closed":
                message = _("{id} is already closed, so `{action}` is refused")
                hint = _("if the problem has come back: xuncha reopen {id} --reason …")
        code = f"already-{status}" if status in {"submitted", "closed"} else status.replace("_", "-")
        message = message.format(id=identity, action=action_name(self.action))
        raise RefusedError(code, message, hint.format(id=identity))


def verb(
    action: Action, subject: str, transitions: Mapping[Status, Status], *changes: str, **options: bool
) -> Callable[[Callable[..., PlannedChange]], Verb]:
    """Return a decorator that makes a verb of the function that plans it; the arguments are the fields of `Verb`."""
    return lambda function: Verb(function, action, subject, transitions, frozenset(changes), **options)
