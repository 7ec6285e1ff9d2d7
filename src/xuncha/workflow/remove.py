"""Remove (删除): delete what was entered by mistake, and renumber what follows so that no gap is left, in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from xuncha.errors import InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, EVIDENCE, LEDGER_FILE, CommentNumber, Identity
from xuncha.model.moves import citations, is_untouched, paths_after, renumbering
from xuncha.model.register import MeasureRow, Register
from xuncha.rules.names import no_such_record
from xuncha.store.cache import register
from xuncha.store.comments import renumbered
from xuncha.store.faults import UnreadableError
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.store.reading import parse
from xuncha.trail.history import measures_with_line
from xuncha.trail.objects import listing
from xuncha.workflow.change import Message, Session, StatusChange
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import valid_register
from xuncha.workflow.verbs import SUBJECTS

_DECIDED: Final = r"status['\"]?[[:space:]]*:[[:space:]]*['\"]?(submitted|closed)"
"""The line of a file that says that closing was applied for or granted, as a pattern for git's -G."""
_LIMIT: Final = 8  # the most numbers that a message names


class OutdatedMention(NamedTuple):
    """A text that mentions a number which has changed."""

    where: str  # the present number of the problem or measure with the text; else the file
    mention: str  # the mention in the text, such as 措施1.4
    new: str  # the present number of what is mentioned; empty if it was removed


@dataclass(frozen=True)
class Removal:
    """What was removed, and what has changed because of that."""

    identity: Identity
    title: str
    overdue: bool  # whether its time limit had passed
    moves: Mapping[Identity, Identity]  # the new numbers of what followed it, by old numbers
    titles: Mapping[Identity, str]  # of the problems and measures before the removal, by old numbers
    outdated: Sequence[OutdatedMention]
    register: Register | None  # the ledger after it; None while files of it break rules


def remove(session: Session, identity: Identity, reason: str, today: date) -> Removal:
    """Remove a measure that was not started, or a problem without measures, and renumber what follows.

    Raises InvalidLedgerError if the ledger breaks rules already; RefusedError if it was started, or something
    that was ever submitted or closed would be renumbered; SurroundingsError if git or the disk fails, or
    the history here is not complete.
    """
    before = register(session.root)
    titles = {Identity.parse(row.id): row.title for row in before.problems}
    titles |= {Identity.parse(row.id): row.title for row in before.measures}
    if identity not in titles:
        raise no_such_record(identity)
    status, due = _must_be_removable(session, before, identity)
    moves = renumbering(titles, identity)
    _must_be_undecided(session, before, identity, moves)
    changes = _changes(session, identity, moves)
    comments = _comment_changes(session, identity, moves)
    findings = check(Overlay(session.source, {change.path: change.after for change in (*changes, *comments)}))
    if findings:
        raise InvalidLedgerError(findings)
    outdated = list(_outdated_mentions(session, titles, identity, moves))
    message = Message(
        f"{SUBJECTS['remove']} {identity} {titles[identity]}",
        "remove",
        [StatusChange(str(identity), status, None)],
        reason.strip(),
        renumbered=moves,
    )
    session.commit([*changes, *comments], message)
    overdue = due is not None and due < today.isoformat()
    return Removal(identity, titles[identity], overdue, moves, titles, outdated, valid_register(session.root))


def _must_be_removable(
    session: Session, before: Register, identity: Identity
) -> tuple[str | None, str | None]:
    """Return the status and the time limit of the record that is to be removed.

    Raises RefusedError if work was done on it, or it has measures or evidence.
    """
    hint = _("what was worked on must be kept: close it, or keep it out of the notice with `publish: false`")
    if identity.is_problem:
        measures = next(row.measures for row in before.problems if row.id == str(identity))
        if measures:
            message = _("problem {id} has measures: {ids}")
            ids = _(", ").join(row.id for row in measures[:_LIMIT]) + ("…" if len(measures) > _LIMIT else "")
            hint = _("remove them first, the last one first")
            raise RefusedError("has-measures", message.format(id=identity, ids=ids), hint)
        return None, None
    row: MeasureRow = next(row for row in before.measures if row.id == str(identity))
    if not is_untouched(parse(session.source.read(identity.path))):
        message = _("{id} was started, or has progress, so it cannot be removed")
        raise RefusedError("was-started", message.format(id=identity), hint, identity.path)
    if session.source.entries(f"{EVIDENCE}/{identity}"):
        message = _("{id} has evidence in {folder}, so it cannot be removed")
        message = message.format(id=identity, folder=f"{EVIDENCE}/{identity}")
        raise RefusedError("has-evidence", message, hint, identity.path)
    return row.status, row.due


def _must_be_undecided(
    session: Session, before: Register, identity: Identity, moves: Iterable[Identity]
) -> None:
    """Refuse to renumber what was ever submitted or closed: papers outside the ledger mention its number."""
    session.git.check_complete()
    ever_decided = measures_with_line(session.root, _DECIDED) if moves else set()
    ever_decided |= {row.id for row in before.measures if row.status in {"submitted", "closed"}}
    decided = [str(number) for number in moves if str(number) in ever_decided]
    if decided:
        ids = _(", ").join(decided[:_LIMIT]) + ("…" if len(decided) > _LIMIT else "")
        message = _(
            "{id} cannot be removed: {ids} would get another number, but an application or closing was made under this one"
        )
        hint = _("change what {id} says with `xuncha edit {id}`, or keep it out of the notice")
        message, hint = (text.format(id=identity, ids=ids) for text in (message, hint))
        raise RefusedError("number-in-use", message, hint, identity.path)


def _changes(session: Session, identity: Identity, moves: Mapping[Identity, Identity]) -> list[FileChange]:
    """Return the changes of the files: records and evidence.

    Raises RefusedError if one of them was changed by hand, or is a link.
    """
    paths = {each.path for each in moves}
    paths |= {path for path in listing(session.git, "HEAD") if Identity.from_evidence(path) in moves}
    for each in moves:
        folder = f"{EVIDENCE}/{each}"
        paths |= {
            f"{folder}/{entry.name}" for entry in session.source.entries(folder) if entry.kind != "folder"
        }
    affected = sorted({identity.path, *paths})
    session.must_be_no_links(affected)
    session.must_be_clean(*affected)
    contents = {path: (session.root / path).read_bytes() for path in affected}
    after: dict[str, bytes | None] = dict.fromkeys(affected)
    for old, new in paths_after(paths, moves).items():
        after[new] = contents[old]
    changes = [
        FileChange(path, contents.get(path), content)
        for path, content in sorted(after.items())
        if contents.get(path) != content
    ]
    # Delete records from the last one on, so that no reader finds a gap meanwhile; then the evidence.
    deleted = [each for each in changes if each.after is None]
    deleted.sort(key=lambda each: Identity.from_path(each.path) or Identity(0), reverse=True)
    return [each for each in changes if each.after is not None] + deleted


def _comment_changes(
    session: Session, identity: Identity, moves: Mapping[Identity, Identity]
) -> list[FileChange]:
    """Return the changes of the comments that are about a record which is renumbered.

    Raises RefusedError if a comment is about what is to be removed, or its layout does not let the number be changed
    safely.
    """
    changes = []
    for path, content, data in _comments(session):
        if data.get("about") == str(identity):
            message = _("{path} is about {id}, so {id} cannot be removed").format(path=path, id=identity)
            raise RefusedError("has-comment", message, _("change what it is about first"), path)
        after = renumbered(content, lambda number: moves.get(number, number))
        if after != content:
            session.must_be_no_links([path])
            session.must_be_clean(path)
            changes.append(FileChange(path, content, after))
    return changes


def _comments(session: Session) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Yield each comment: its path, the content of its file, and the parsed data."""
    for entry in sorted(session.source.entries(COMMENTS)):
        path = f"{COMMENTS}/{entry.name}"
        if entry.kind == "file" and CommentNumber.from_path(path):
            content = session.source.read(path)
            try:
                yield path, content, parse(content)
            except UnreadableError as error:
                raise InvalidLedgerError([error.of_file(path, content)]) from None


def _outdated_mentions(
    session: Session, identities: Iterable[Identity], removed: Identity, moves: Mapping[Identity, Identity]
) -> Iterator[OutdatedMention]:
    """Yield the texts that mention a number which changes."""
    records = [(each.path, moves.get(each, each)) for each in identities if each != removed]
    texts = [(str(where), parse(session.source.read(path))) for path, where in records]
    texts.append((LEDGER_FILE, parse(session.source.read(LEDGER_FILE))))
    texts += [(path, data) for path, _content, data in _comments(session)]
    for where, data in texts:
        for citation, identity in dict.fromkeys(citations(data)):
            if identity == removed or identity in moves:
                yield OutdatedMention(where, citation, str(moves.get(identity, "")))
