"""The workflow itself: which action is open in which status, and where it leads. Data and pure functions.

| action | from | to |
| --- | --- | --- |
| start | not_started | in_progress |
| progress, attach | not_started, in_progress, submitted | in_progress if it was not_started, else unchanged |
| submit | in_progress | submitted |
| return | submitted | in_progress |
| close | in_progress, submitted | closed |
| reopen | closed | in_progress |
| extend, escalate | not_started, in_progress, submitted | unchanged |
| review | closed, long-term | unchanged |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from xuncha.errors import RefusedError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuncha.model.records import Measure
    from xuncha.model.vocabulary import Action, Requirement, Status


class Transition(NamedTuple):
    """From which statuses an action may be done, and the status it leads to; None leaves it as it is."""

    sources: tuple[Status, ...]
    target: Status | None


class Proven(Protocol):
    """What closing asks of an entry of progress."""

    @property
    def evidence(self) -> Sequence[object]:
        """What proves it."""
        ...


class Closable(Protocol):
    """What closing asks of a measure: of a record, or of what an audit has read of one."""

    @property
    def status(self) -> str | None:
        """Before it is closed."""
        ...

    @property
    def progress(self) -> Sequence[Proven]:
        """What was done."""
        ...


_OPEN: Final[tuple[Status, ...]] = ("not_started", "in_progress", "submitted")

TRANSITIONS: Final[dict[Action, Transition]] = {
    "start": Transition(("not_started",), "in_progress"),
    "progress": Transition(_OPEN, None),
    "attach": Transition(_OPEN, None),
    "submit": Transition(("in_progress",), "submitted"),
    "return": Transition(("submitted",), "in_progress"),
    "close": Transition(("in_progress", "submitted"), "closed"),
    "reopen": Transition(("closed",), "in_progress"),
    "extend": Transition(_OPEN, None),
    "escalate": Transition(_OPEN, None),
    "review": Transition(("closed",), None),
}
_REFUSALS: Final[dict[Status, str]] = {
    "not_started": "not-started",
    "in_progress": "in-progress",
    "submitted": "already-submitted",
    "closed": "already-closed",
}
"""The codes under which an action is refused in a status."""
_RECORDS_WORK: Final[frozenset[Action]] = frozenset({"progress", "attach"})
"""Work that is recorded has been started."""


def step(action: Action, identity: object, measure: Measure) -> Status:
    """The status that an action leads a measure to.

    Raises:
        RefusedError: the workflow does not have this action in this status.
    """
    transition = TRANSITIONS[action]
    if measure.status not in transition.sources:
        raise RefusedError(_REFUSALS[measure.status], *_refusal(action, identity, measure.status))
    if action == "review" and measure.term != "long_term":
        raise RefusedError(
            "not-long-term",
            _("{id} is not a long-term measure, and only those are looked at again").format(id=identity),
        )
    if action in _RECORDS_WORK and measure.status == "not_started":
        return "in_progress"
    return transition.target or measure.status


def _refusal(action: Action, identity: object, status: Status) -> tuple[str, str]:
    """Why an action is not open in a status, and what to do first."""
    ways = {
        "not_started": _("start it first: xuncha start {id}"),
        "in_progress": _(
            "it is in progress: apply for closing with xuncha submit {id}, or close it with xuncha close {id}"
        ),
        "submitted": _("closing has been applied for: xuncha close {id}, or xuncha return {id} --reason …"),
        "closed": _("if the problem has come back: xuncha reopen {id} --reason …"),
    }
    said = {
        "not_started": _("{id} has not been started; `{action}` is not open to it"),
        "in_progress": _("{id} is in progress; `{action}` is not open to it"),
        "submitted": _("closing of {id} has been applied for; `{action}` is not open to it"),
        "closed": _("{id} is closed already; `{action}` is not open to it"),
    }
    return said[status].format(id=identity, action=action), ways[status].format(id=identity)


def missing(
    requires: Sequence[Requirement], measure: Closable, *, closer: str, submitter: str | None
) -> list[Requirement]:
    """What a measure lacks of what the policy asks before it may be closed.

    Args:
        requires: `policy.close_requires`.
        measure: as it stands.
        closer: e-mail of whoever closes it.
        submitter: e-mail of whoever applied for it last; None where no one did.

    Returns:
        The requirements that are not met, in the policy's order. A signature is asked of git when the commit is made.
    """
    met: dict[Requirement, bool] = {
        "progress": bool(measure.progress),
        "evidence": any(entry.evidence for entry in measure.progress),
        "submission": measure.status == "submitted",
        "second_person": submitter is not None and submitter != closer,
    }
    return [requirement for requirement in requires if not met.get(requirement, True)]


def remedy(requirement: Requirement, identity: object) -> tuple[str, str]:
    """What a requirement that is not met lacks, and what to type."""
    lacks = {
        "progress": _("{id} has no progress entry"),
        "evidence": _("{id} has no evidence"),
        "submission": _("closing of {id} has not been applied for"),
        "second_person": _("{id} must be closed by someone else than the one who applied for it"),
    }
    ways = {
        "progress": _("say what was done: xuncha progress {id} …"),
        "evidence": _(
            "name it with xuncha progress {id} … --evidence 文号, or attach a file with xuncha attach {id} FILE"
        ),
        "submission": _("type: xuncha submit {id}"),
        "second_person": _("let another person close it; if no one applied for it: xuncha submit {id}"),
    }
    return lacks[requirement].format(id=identity), ways[requirement].format(id=identity)


def signing() -> str:
    """What to type where the policy asks for a signature and git could not give one."""
    return _(
        "set up signing: git config gpg.format ssh && git config user.signingkey FILE.pub; or let someone close it who signs"
    )
