"""The actions on measures: what each asks of a measure, and which lines it sets. Nothing is read or written here.

`perform.perform` carries them out.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.store.editing import Append, Edit, Remove, Set
from xuncha.store.files import fingerprint
from xuncha.workflow import evidence
from xuncha.workflow.transitions import missing, remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure
    from xuncha.model.register import Frame
    from xuncha.model.vocabulary import Action, ReviewResult


class Circumstances(NamedTuple):
    """What an action may ask about a measure before it is done."""

    identity: Identity
    measure: Measure
    frame: Frame
    user: Callable[[], tuple[str, str]]
    """Name and e-mail of whoever acts."""
    submitter: Callable[[], str | None]
    """E-mail of whoever applied last to have the measure closed."""
    evidence: Callable[[], Sequence[str]]
    """The names of the evidence files that are there."""


def _nothing(_circumstances: Circumstances) -> Sequence[Edit]:
    return ()


class Evidence(NamedTuple):
    """A file that proves what an entry tells."""

    path: str
    content: bytes | None
    """None where the same file is there already."""


class Doing(NamedTuple):
    """An action, ready to be done to one measure or several."""

    action: Action
    edits: Callable[[Circumstances], Sequence[Edit]] = _nothing
    """The lines to set beside the status; raises RefusedError where the measure does not allow it."""
    reason: str = ""
    evidence: Callable[[Circumstances], Evidence] | None = None
    """A file that goes into the ledger with it."""


def start() -> Doing:
    """Take up a measure (启动)."""
    return Doing("start")


def submit() -> Doing:
    """Apply to have a measure closed (申请销号)."""
    return Doing("submit")


def give_back(reason: str) -> Doing:
    """Return an application with a reason (退回)."""
    return Doing("return", reason=reason)


def reopen(reason: str) -> Doing:
    """Open a closed measure again, since the problem has come back (重新打开)."""
    return Doing("reopen", lambda _circumstances: [Remove("closed")], reason)


def progress(text: str, day: date, evidence: Sequence[str] = (), *, publish: bool = True) -> Doing:
    """Record what was done (进展情况).

    Args:
        text: one or more sentences, as a notice may print them.
        day: on which it was done.
        evidence: document numbers or other words that prove it.
        publish: False keeps the entry out of everything public.
    """
    entry: dict[str, Any] = {"date": day.isoformat(), "text": text.strip()}
    if evidence:
        entry["evidence"] = [item.strip() for item in evidence]
    if not publish:
        entry["publish"] = False
    return Doing("progress", lambda _circumstances: [Append("progress", entry)])


def attach(name: str, content: bytes, day: date, text: str | None = None) -> Doing:
    """Put a file into the ledger as evidence (佐证材料), told in an entry that is not published.

    Args:
        name: of the file, without a folder; it is kept under the nearest name that every system can hold.
        content: its bytes.
        day: of the entry.
        text: of the entry; else a sentence that names the file.
    """
    found = fingerprint(BytesIO(content))

    def kept(circumstances: Circumstances) -> tuple[dict[str, Any], bool]:
        return evidence.kept(name, found, circumstances.measure, circumstances.evidence())

    def edits(circumstances: Circumstances) -> Sequence[Edit]:
        said, _is_there = kept(circumstances)
        told = (text or "").strip() or f"附佐证材料：{said.get('name', said['file'])}"
        for entry in circumstances.measure.progress:
            if (entry.date, entry.text) == (day, told) and any(
                getattr(item, "file", None) == said["file"] for item in entry.evidence
            ):
                raise RefusedError(
                    "already-attached",
                    _("{file} was attached to {id} already, in the same words").format(
                        file=said["file"], id=circumstances.identity
                    ),
                    _("to tell more of it: xuncha progress {id} …").format(id=circumstances.identity),
                    circumstances.identity.path,
                )
        return [
            Append("progress", {"date": day.isoformat(), "text": told, "evidence": [said], "publish": False})
        ]

    def file(circumstances: Circumstances) -> Evidence:
        said, is_there = kept(circumstances)
        path = f"{EVIDENCE}/{circumstances.identity}/{said['file']}"
        return Evidence(path, None if is_there else content)

    return Doing("attach", edits, evidence=file)


def extend(due: date, reason: str) -> Doing:
    """Move a deadline to a later day (延期)."""

    def edits(circumstances: Circumstances) -> Sequence[Edit]:
        old = circumstances.measure.due
        if old is not None and due <= old:
            raise RefusedError(
                "not-later",
                _("{due} is not later than the time limit of {id}, {old}").format(
                    due=due, old=old, id=circumstances.identity
                ),
                _("give a later day"),
            )
        return [Set("due", due.isoformat())]

    return Doing("extend", edits, reason)


def escalate(to: str, day: date) -> Doing:
    """Make a measure a leader's own task (攻坚事项)."""
    return Doing("escalate", lambda _circumstances: [Set("escalated", {"to": to, "date": day.isoformat()})])


def review(result: ReviewResult, day: date, text: str | None = None) -> Doing:
    """Look again at a closed long-term measure (回头看)."""
    entry = {"date": day.isoformat(), "result": result} | ({"text": text.strip()} if text else {})
    return Doing("review", lambda _circumstances: [Append("reviews", entry)])


def close(day: date, note: str | None = None) -> Doing:
    """Close a measure out (销号): what the policy asks must be there.

    Args:
        day: on which it was closed.
        note: internal; it stands beside the day, and in nothing public.
    """

    def edits(circumstances: Circumstances) -> Sequence[Edit]:
        identity, measure, frame = circumstances[:3]
        name, email = circumstances.user()
        requires = frame.close_requires
        submitter = circumstances.submitter() if "second_person" in requires else None
        for requirement in missing(requires, measure, closer=email, submitter=submitter):
            message, hint = remedy(requirement, identity)
            raise RefusedError(
                f"close-requires-{requirement}".replace("_", "-"), message, hint, identity.path
            )
        closed = {"date": day.isoformat(), "by": name}
        return [Set("closed", closed | {"note": note.strip()} if note and note.strip() else closed)]

    return Doing("close", edits, reason=(note or "").strip())
