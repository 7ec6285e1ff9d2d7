"""Remove (删除): delete what was entered by mistake, and renumber what follows so that no gap is left, in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.language import listed
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, CommentNumber, Identity
from xuncha.model.moves import citations, is_untouched, paths_after, renumbering
from xuncha.model.register import MeasureRow, ProblemRow, Register
from xuncha.model.vocabulary import StatusChange
from xuncha.rules.names import no_such_record
from xuncha.store.cache import register
from xuncha.store.editing import apply
from xuncha.store.files import Overlay
from xuncha.store.loading import all_comments, check_ledger
from xuncha.store.reading import parse
from xuncha.trail.history import measures_with_line
from xuncha.trail.objects import listing
from xuncha.workflow.change import Message, Session
from xuncha.workflow.perform import valid_register
from xuncha.workflow.verbs import SUBJECTS

_DECIDED: Final = r"status['\"]?[[:space:]]*:[[:space:]]*['\"]?(submitted|closed)"
"""The line of a file that says that closing was applied for or granted, as a pattern for git's -G."""
_LIMIT: Final = 8  # the most numbers that a message names

Moves = Mapping[Identity, Identity]
"""The new numbers of problems and measures, by their old ones."""


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
    moves: Moves  # the new numbers of what followed it, by old numbers
    titles: Mapping[Identity, str]  # of the problems and measures before the removal, by old numbers
    outdated: Sequence[OutdatedMention]
    register: Register | None  # the ledger after it; None while files of it break rules
    completed: Sequence[ProblemRow] = ()  # its problem, if all other measures of it are closed


def remove(session: Session, identity: Identity, reason: str, today: date) -> Removal:
    """Remove a measure that was not started, or a problem without measures, and renumber what follows.

    Raises InvalidLedgerError if the ledger breaks rules already; RefusedError if it was started, or something
    that was ever submitted or closed would be renumbered; SurroundingsError if git or the disk fails, or
    the history here is not complete.
    """
    before = register(session.root)
    everything: list[ProblemRow | MeasureRow] = [*before.problems, *before.measures]
    rows = {Identity.parse(row.id): row for row in everything}
    row = rows.get(identity)
    if row is None:
        raise no_such_record(identity)
    _must_be_removable(session, identity, row)
    moves = renumbering(rows, identity)
    _must_be_undecided(session, before, identity, moves)
    changes = _changes(session, identity, moves) | _comment_changes(session, identity, moves)
    check_ledger(Overlay(session.source, changes))
    outdated = list(_outdated_mentions(session, rows, identity, moves))
    status, due = (row.status, row.due) if isinstance(row, MeasureRow) else (None, None)
    subject, step = f"{SUBJECTS['remove']} {identity} {row.title}", StatusChange(str(identity), status, None)
    session.commit(changes, Message(subject, "remove", [step], reason, renumbered=moves))
    overdue = due is not None and due < today.isoformat()
    titles = {number: each.title for number, each in rows.items()}
    after = valid_register(session.root)
    problem = "" if identity.is_problem else str(identity.problem)
    completed = [
        each for each in (after.problems if after else ()) if each.id == problem and each.is_complete
    ]
    return Removal(identity, row.title, overdue, moves, titles, outdated, after, completed)


def _must_be_removable(session: Session, identity: Identity, row: ProblemRow | MeasureRow) -> None:
    """Raise RefusedError if work was done on the record that is to be removed, or it has measures or evidence."""
    hint = _("what was worked on must be kept: close it, or keep it out of the notice with `publish: false`")
    if isinstance(row, ProblemRow):
        if row.measures:
            message = _("problem {id} has measures: {ids}")
            ids = listed([measure.id for measure in row.measures], _LIMIT)
            hint = _("remove them first, the last one first")
            raise RefusedError("has-measures", message.format(id=identity, ids=ids), hint)
    elif not is_untouched(parse(session.source.read(identity.path))):
        message = _("{id} was started, or has progress, so it cannot be removed")
        raise RefusedError("was-started", message.format(id=identity), hint, identity.path)
    elif session.source.entries(f"{EVIDENCE}/{identity}"):
        message = _("{id} has evidence in {folder}, so it cannot be removed")
        message = message.format(id=identity, folder=f"{EVIDENCE}/{identity}")
        raise RefusedError("has-evidence", message, hint, identity.path)


def _must_be_undecided(session: Session, before: Register, identity: Identity, moves: Moves) -> None:
    """Refuse to renumber what was ever submitted or closed: papers outside the ledger mention its number."""
    session.git.check_complete()
    ever_decided = measures_with_line(session.root, _DECIDED) if moves else set()
    ever_decided |= {row.id for row in before.measures if row.status in {"submitted", "closed"}}
    if decided := [str(number) for number in moves if str(number) in ever_decided]:
        message = _(
            "{id} cannot be removed: {ids} would get another number, but an application or closing was made under this one"
        )
        hint = _("change what {id} says with `xuncha edit {id}`, or keep it out of the notice")
        message = message.format(id=identity, ids=listed(decided, _LIMIT))
        raise RefusedError("number-in-use", message, hint.format(id=identity), identity.path)


def _changes(session: Session, identity: Identity, moves: Moves) -> dict[str, bytes | None]:
    """Return the new contents of records and evidence, by their paths.

    Raises RefusedError if one of them was changed by hand, or is a link.
    """
    paths = {each.path for each in moves}
    paths |= {path for path in listing(session.git, "HEAD") if Identity.from_evidence(path) in moves}
    for each in moves:
        folder = f"{EVIDENCE}/{each}"
        entries = session.source.entries(folder)
        paths |= {f"{folder}/{entry.name}" for entry in entries if entry.kind != "folder"}
    affected = sorted({identity.path, *paths})
    session.must_be_no_links(affected)
    session.must_be_clean(*affected)
    contents = {path: (session.root / path).read_bytes() for path in affected}
    written = {new: contents[old] for old, new in paths_after(paths, moves).items()}
    # Delete records from the last one on, so that no reader finds a gap meanwhile; then the evidence.
    deleted = [path for path in affected if path not in written]
    deleted.sort(key=lambda path: Identity.from_path(path) or Identity(0), reverse=True)
    changed = {path: content for path, content in sorted(written.items()) if contents.get(path) != content}
    return changed | dict.fromkeys(deleted)


def _comment_changes(session: Session, identity: Identity, moves: Moves) -> dict[str, bytes | None]:
    """Return the new contents of the comments that are about a record which is renumbered, by their paths.

    Raises RefusedError if a comment is about what is to be removed, or its layout does not let the number be changed
    safely; InvalidLedgerError if a comment breaks rules.
    """
    changes: dict[str, bytes | None] = {}
    for number, comment in all_comments(session.source).items():
        path, about = CommentNumber(number).path, Identity.try_parse(comment.about)
        if about == identity:
            message = _("{path} is about {id}, so {id} cannot be removed", path=path, id=identity)
            raise RefusedError("has-comment", message, _("change what it is about first"), path)
        if about and about in moves:
            session.must_be_clean(path)
            changes[path] = apply(session.source.read(path), {"about": str(moves[about])})
    return changes


def _outdated_mentions(
    session: Session, identities: Iterable[Identity], removed: Identity, moves: Moves
) -> Iterator[OutdatedMention]:
    """Yield the texts that mention a number which changes."""
    texts = [(str(moves.get(each, each)), each.path) for each in identities if each != removed]
    texts.append((LEDGER_FILE, LEDGER_FILE))
    comments = map(CommentNumber, all_comments(session.source))
    texts += [(comment.path, comment.path) for comment in comments]
    for where, path in texts:
        for citation, identity in dict.fromkeys(citations(parse(session.source.read(path)))):
            if identity == removed or identity in moves:
                yield OutdatedMention(where, citation, str(moves.get(identity, "")))
