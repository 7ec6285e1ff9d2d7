"""The form of a verb: where an action leads, what it may change, and the function that plans it. Every verb is a file beside this one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.vocabulary import action_name

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure
    from xuncha.model.register import Frame
    from xuncha.model.vocabulary import Action, Status
    from xuncha.store.edits import Edit
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
    """A file with its content; None where the ledger holds the same content under this name already."""

    name: str
    """As it is called where it comes from; of a file of the ledger, its path in the ledger."""
    content: bytes | None


class PlannedChange(NamedTuple):
    """What a verb does to one measure, and what it tells about it."""

    edits: Sequence[Edit] = ()  # the edits beside that of the status
    reason: str = ""  # for the trailer of the commit
    evidence: NamedFile | None = None
    signed: bool = False
    note: str = ""  # a line on what was done beside the change of status
    next_step: str = ""
    warning: tuple[str, str] | None = None  # a message and a hint


@dataclass(frozen=True)
class Case:
    """One measure in the hands of a command, with all that a verb may ask; git is asked only where a verb asks."""

    session: Session
    frame: Frame  # the settings that the measure is checked against
    today: date
    identity: Identity
    measure: Measure


def applicants(root: Path, identity: Identity) -> set[str]:
    """Return the e-mails of whoever made the application of a measure that stands; none without an application.

    Of several that did not know of each other, and met in a merge, it may be any.
    """
    from xuncha.trail.history import history_of_measure, last_of  # noqa: PLC0415  the help reads the verbs

    events = history_of_measure(root, identity.path, str(identity))
    made_by = {event.commit: event.email for event in events}
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    """Whose application stood before and after each commit that led to another status; None where none did."""
    stands = None
    for event in reversed(events):
        if event.action == "renumber" or event.to in {None, event.from_}:
            continue
        before[event.commit], by = stands, event.email
        # Whoever takes back that another has returned it applies for it himself.
        if event.action == "undo" and all(made_by.get(each, by) == by for each in event.undoes):
            stands = next((before[each] for each in reversed(event.undoes) if each in before), None)
        else:
            stands = by
        stands = stands if event.to == "submitted" else None
        after[event.commit] = stands
    return {email for commit in last_of(root, after) if (email := after[commit])}


@dataclass(frozen=True)
class Verb:
    """An action on measures."""

    function: Callable[..., PlannedChange]
    """Plans the action: takes a `Case`, then by keyword what is given. Its docstring is the help of the command."""
    action: Action
    subject: str
    """How the subject of the commit begins: the trail is a document, and documents are Chinese."""
    transitions: Mapping[Status, Status]
    """From which statuses the action is open, and to which each of them leads."""
    changes: frozenset[str]  # the keys of a measure's file that the action may change
    several: bool  # whether the command takes several measures at once
    of_problems: Callable[..., PlannedChange] | None = None
    """Plans the action for a problem; takes the problem and the frame, then what is given. None: it is done to measures alone."""

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """The parameters for what is given; those without a default must be given."""
        return list(inspect.signature(self.function).parameters.values())[1:]

    def target(self, identity: object, status: Status) -> Status:
        """Return the status that the action leads a measure to.

        Raises RefusedError if the action is not open in this status.
        """
        if status in self.transitions:
            return self.transitions[status]
        match status:
            case "not_started":
                said = _("{id} has not been started, so `{action}` is refused")
                hint = _("start it first: xuncha start {id}")
            case "in_progress":
                said = _("{id} is in progress, so `{action}` is refused")
                hint = _(
                    "it is in progress: apply to close it with xuncha submit {id}, or close it with xuncha close {id}"
                )
            case "submitted":
                said = _("an application to close {id} is pending, so `{action}` is refused")
                hint = _("an application is pending: xuncha close {id}, or xuncha return {id} --reason …")
            case "closed":
                said = _("{id} is already closed, so `{action}` is refused")
                hint = _("if the problem has come back: xuncha reopen {id} --reason …")
        code = f"already-{status}" if status in {"submitted", "closed"} else status.replace("_", "-")
        said = said.format(id=identity, action=action_name(self.action))
        raise RefusedError(code, said, hint.format(id=identity))


def verb(
    action: Action, subject: str, transitions: Mapping[Status, Status], *changes: str, several: bool = True
) -> Callable[[Callable[..., PlannedChange]], Verb]:
    """Make the verb of a function that plans it; the arguments are the fields of `Verb`."""
    return lambda function: Verb(function, action, subject, transitions, frozenset(changes), several)
