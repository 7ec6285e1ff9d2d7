"""Remove (删除): what was entered by mistake goes, and what follows it takes the numbers before its own, in one commit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.errors import InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, EVIDENCE, LEDGER_FILE, Identity
from xuncha.model.moves import Move, closing_up, places_after
from xuncha.store.cache import register
from xuncha.store.editing import Set, edited
from xuncha.store.faults import UnreadableError
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.store.reading import parse
from xuncha.trail.history import ever
from xuncha.trail.objects import listing
from xuncha.workflow.change import Message, Session, StatusChange
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import no_such, standing
from xuncha.workflow.verbs import SUBJECTS

if TYPE_CHECKING:
    from xuncha.model.register import MeasureRow, Register

_DECIDED: Final = r"status['\"]?[[:space:]]*:[[:space:]]*['\"]?(submitted|closed)"
"""The line of a file that says that closing was applied for, or granted, as git's -G reads it."""
_CITED: Final = re.compile(
    r"(?:措施|问题|事项|任务|见|同|参照)[\s“”\"《（(第]*(?P<n>[0-9０-９]+(?:[.．][0-9０-９]+)?)(?![.．]?[0-9０-９])(?!\s*[个项条件类起次年月日])"
)
_WIDE: Final = str.maketrans("０１２３４５６７８９．", "0123456789.")
_MANY: Final = 8
"""Of what is named one by one."""


class Citation(NamedTuple):
    """A text that names a number which has changed."""

    where: str
    """The number of the problem or measure that says it, as it is now; else the file."""
    said: str
    """Such as 措施1.4."""
    new: str
    """The number that is meant now; empty where it was removed."""


@dataclass(frozen=True)
class Removal:
    """What was removed, and what changed by it."""

    identity: Identity
    title: str
    overdue: bool
    """Whether its time limit had passed."""
    moves: Sequence[Move]
    titles: Mapping[Identity, str]
    """Of what was renumbered, by the old numbers."""
    citations: Sequence[Citation]
    register: Register | None
    """How the ledger stands; None while files of it break rules."""


def remove(session: Session, identity: Identity, reason: str, today: date) -> Removal:
    """Remove a measure that was not started, or a problem without measures, and close up the numbers behind it.

    Raises:
        InvalidLedgerError: the ledger breaks rules already.
        RefusedError: it was started, or something would be renumbered that was once submitted or closed.
        SurroundingsError: git or the disk is against it, or the history here is not whole.
    """
    before = register(session.root)
    titles = {Identity.parse(row.id): row.title for row in before.problems}
    titles |= {Identity.parse(row.id): row.title for row in before.measures}
    if identity not in titles:
        raise no_such(identity)
    status, due = _must_be_removable(session, before, identity)
    moves = closing_up(titles, identity)
    _must_be_undecided(session, before, identity, moves)
    changes = _changes(session, identity, moves)
    followed = _followed_by_comments(session, identity, moves)
    findings = check(Overlay(session.source, {each.path: each.after for each in (*changes, *followed)}))
    if findings:
        raise InvalidLedgerError(findings)
    citations = list(_citations(session, titles, identity, moves))
    message = Message(
        f"{SUBJECTS['remove']} {identity} {titles[identity]}",
        "remove",
        [StatusChange(str(identity), status, None)],
        reason.strip(),
        renumbered=moves,
    )
    session.commit([*changes, *followed], message)
    overdue = due is not None and due < today.isoformat()
    return Removal(identity, titles[identity], overdue, moves, titles, citations, standing(session.root))


def is_untouched(data: Mapping[str, Any]) -> bool:
    """Return whether a measure's plain data tell of no work on it, so that it may be removed."""
    return data.get("status") == "not_started" and not data.get("progress")


def _must_be_removable(
    session: Session, before: Register, identity: Identity
) -> tuple[str | None, str | None]:
    """Return the status and the time limit of what is to be removed.

    Raises:
        RefusedError: work was done on it.
    """
    hint = _("what was worked on stays: close it, or keep it out of the notice with `publish: false`")
    if identity.is_problem:
        measures = next(row.measures for row in before.problems if row.id == str(identity))
        if measures:
            message = _("problem {id} has measures: {ids}")
            ids = _(", ").join(row.id for row in measures[:_MANY]) + ("…" if len(measures) > _MANY else "")
            raise RefusedError(
                "has-measures",
                message.format(id=identity, ids=ids),
                _("remove them first, the last one first"),
            )
        return None, None
    row: MeasureRow = next(row for row in before.measures if row.id == str(identity))
    if not is_untouched(parse(session.source.read(identity.path))):
        said = _("{id} was started, or progress is recorded of it, so it cannot be removed")
        raise RefusedError("was-started", said.format(id=identity), hint, identity.path)
    if session.source.entries(f"{EVIDENCE}/{identity}"):
        said = _("{id} has evidence in {folder}, so it cannot be removed")
        said = said.format(id=identity, folder=f"{EVIDENCE}/{identity}")
        raise RefusedError("has-evidence", said, hint, identity.path)
    return row.status, row.due


def _must_be_undecided(session: Session, before: Register, identity: Identity, moves: Sequence[Move]) -> None:
    """Refuse to renumber what was ever submitted or closed: its number stands in papers outside the ledger."""
    session.git.must_be_whole()
    asked = ever(session.root, _DECIDED) if moves else set()
    asked |= {row.id for row in before.measures if row.status in {"submitted", "closed"}}
    decided = [str(move.old) for move in moves if str(move.old) in asked]
    if decided:
        named = _(", ").join(decided[:_MANY]) + ("…" if len(decided) > _MANY else "")
        said = _(
            "{id} cannot be removed: {ids} would get another number, and closing of it was applied for or granted under this one"
        )
        hint = _("give {id} another content with `xuncha edit {id}`, or keep it out of the notice")
        raise RefusedError(
            "number-in-use", said.format(id=identity, ids=named), hint.format(id=identity), identity.path
        )


def _changes(session: Session, identity: Identity, moves: Sequence[Move]) -> list[FileChange]:
    """Return what becomes of the files: records and evidence.

    Raises:
        RefusedError: one of them was changed by hand, or is a link.
    """
    numbers = [move.old for move in moves]
    paths = {each.path for each in numbers}
    paths |= {path for path in listing(session.git, "HEAD") if Identity.of_evidence(path) in numbers}
    for each in numbers:
        folder = f"{EVIDENCE}/{each}"
        paths |= {
            f"{folder}/{entry.name}" for entry in session.source.entries(folder) if entry.kind != "folder"
        }
    there = sorted({identity.path, *paths})
    session.must_be_no_links(there)
    session.must_be_clean(*there)
    held = {path: (session.root / path).read_bytes() for path in there}
    after: dict[str, bytes | None] = dict.fromkeys(there)
    for old, new in places_after(paths, moves).items():
        after[new] = held[old]
    changes = [
        FileChange(path, held.get(path), content)
        for path, content in sorted(after.items())
        if held.get(path) != content
    ]
    # The last record goes first, so that whoever reads meanwhile finds no gap; and its evidence after it.
    gone = [each for each in changes if each.after is None]
    gone.sort(key=lambda each: Identity.of_file(each.path) or Identity(0), reverse=True)
    return [each for each in changes if each.after is not None] + gone


def _followed_by_comments(session: Session, identity: Identity, moves: Sequence[Move]) -> list[FileChange]:
    """Return the changes of the comments that are about something which takes another number.

    Raises:
        RefusedError: one is about what is to be removed.
    """
    numbers = {str(move.old): str(move.new) for move in moves}
    changes = []
    for path, data in _comments(session):
        about = data.get("about")
        if about == str(identity):
            said = _("{path} is about {id}, so {id} cannot be removed").format(path=path, id=identity)
            raise RefusedError("has-comment", said, _("let it be about something else first"), path)
        if about in numbers:
            session.must_be_no_links([path])
            session.must_be_clean(path)
            content = session.source.read(path)
            changed, _data = edited(content, data, [Set("about", numbers[about])])
            changes.append(FileChange(path, content, changed))
    return changes


def _comments(session: Session) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the comments that can be read, as plain data."""
    for entry in sorted(session.source.entries(COMMENTS)):
        path = f"{COMMENTS}/{entry.name}"
        if entry.kind == "file" and entry.name.endswith(".yaml"):
            content = session.source.read(path)
            try:
                yield path, parse(content)
            except UnreadableError as error:
                raise InvalidLedgerError([error.of_file(path, content)]) from None


def _citations(
    session: Session, there: Iterable[Identity], gone: Identity, moves: Sequence[Move]
) -> Iterator[Citation]:
    """Yield the texts that name a number which changes."""
    numbers = {str(move.old): str(move.new) for move in moves}
    records = [(each.path, numbers.get(str(each), str(each))) for each in there if each != gone]
    texts = [(where, parse(session.source.read(path))) for path, where in records]
    texts += [(LEDGER_FILE, parse(session.source.read(LEDGER_FILE))), *_comments(session)]
    for where, data in texts:
        for match in dict.fromkeys(_cited(data)):
            said, number = match
            if number == str(gone) or number in numbers:
                yield Citation(where, said, numbers.get(number, ""))


def _cited(value: object) -> Iterator[tuple[str, str]]:
    """Yield what names a number in the texts of plain data, at any depth: the words, and the number."""
    if isinstance(value, str):
        for match in _CITED.finditer(value):
            yield match[0], match["n"].translate(_WIDE)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cited(inner)
