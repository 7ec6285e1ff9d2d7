"""Read ledgers in a separate process, one after the other; answer with plain values, and run nothing from a ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import use_language
from xuncha.region.history import stages
from xuncha.region.job import LIMITS, Job, Read, receive, send
from xuncha.region.rows import Stamp, rows_of
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger
from xuncha.system import limit_process, temporary_folder
from xuncha.trail.bundle import isolated, isolated_repository, ledgers_in, unpack_bundle
from xuncha.trail.git import Git
from xuncha.trail.presence import check_files_present
from xuncha.trail.repository import git_dir, head_commit
from xuncha.trail.tree import Tree, commit_at, commit_time

if TYPE_CHECKING:
    from xuncha.model.source import Source


def main() -> None:
    """Answer jobs until there are no more."""
    limit_process({"RLIMIT_AS": LIMITS.memory, "RLIMIT_CORE": 0})
    with os.fdopen(0, "rb") as source, os.fdopen(os.dup(1), "wb") as target:
        os.dup2(2, 1)  # so that stray prints do not mix with the answers
        while True:
            try:
                job = Job._make(receive(source))
            except EOFError:
                return
            send(target, answer(job))


def answer(job: Job) -> list[tuple[object, ...]]:
    """Read the source of a job, and return an answer for each ledger in it."""
    with use_language(job.language):
        try:
            return [tuple(each) for each in _reads(job)]
        except MemoryError:
            message = _("it takes more memory than {n} MB").format(n=LIMITS.memory >> 20)
        except XunchaError as error:
            message = error_line(error)
        except OSError as error:
            message = str(error)
        return [tuple(Read("", [], error=message))]


def _reads(job: Job) -> Iterator[Read]:
    path = Path(job.path)
    if job.kind == "folder":
        yield _read(path, "", job, None if job.at else WorkingTree(path))
    elif job.kind == "bare":
        with isolated_repository(path) as place:
            commit = head_commit(path) or Git(place).commit_hash("HEAD")
            if commit is None:
                raise RefusedError("nothing-committed", _("nothing is committed there yet"))
            for inside in ledgers_in(place, commit):
                root = place / inside
                root.mkdir(parents=True, exist_ok=True)
                yield _read(root, inside, job, None if job.at else Tree(root, commit))
    else:
        with temporary_folder() as folder:
            yield _read_archive(path, folder, job)


def _read(root: Path, inside: str, job: Job, source: Source | None) -> Read:
    """Read one ledger from `source`; without one, from history as of the job's day."""
    folder = git_dir(root)
    commit = head_commit(folder) if folder else None
    moment = ""
    try:
        if isinstance(source, WorkingTree):
            check_files_present(root)
        elif source is None:
            commit = commit_at(root, job.at or "HEAD")
            source = Tree(root, commit)
        if commit:
            moment = commit_time(root, commit) if not isinstance(source, WorkingTree) else ""
        errors = warnings = None
        if job.audit and folder:
            errors, warnings = _audit_counts(root)
        stamp = Stamp(commit, date.fromisoformat(job.at or job.today), errors, warnings)
        rows = [(*row, *texts) for row, texts in rows_of(load_ledger(source), stamp)]
        past = stages(root, commit, stamp.as_of) if job.trend and commit else None
    except XunchaError as error:
        return Read(inside, [], commit, moment, error_line(error), error.code == "no-such-moment")
    return Read(inside, rows, commit, moment, stages=past)


def _audit_counts(root: Path) -> tuple[int, int]:
    from xuncha.audit.examine import audit  # noqa: PLC0415  only where an audit is asked for

    result = audit(root)
    return result.errors, result.warnings


def _read_archive(file: Path, folder: Path, job: Job) -> Read:
    """Read the ledger of an archive from its history; its checksums are checked by `archive --verify`, not here."""
    from xuncha.archive.bag import unzip  # noqa: PLC0415  only where there are archives
    from xuncha.archive.gathering import BUNDLE, FACTS, Facts  # noqa: PLC0415

    (unpacked := folder / "unpacked").mkdir()
    opened_bag, findings = unzip(file, unpacked)
    if opened_bag is None or findings:
        raise InvalidLedgerError(findings)
    payload = opened_bag / "data"
    if not (payload / FACTS).is_file() or not (payload / BUNDLE).is_file():
        raise RefusedError("no-archive", _("{path} is no archive of xuncha").format(path=file.name))
    try:
        facts = Facts.model_validate_json((payload / FACTS).read_bytes())
    except ValueError:
        message = _("this does not say which ledger it belongs to")
        raise RefusedError("not-ours", message) from None
    commit = unpack_bundle(payload / BUNDLE, folder / "history")
    root = folder / "history" / facts.inside
    root.mkdir(parents=True, exist_ok=True)
    day = facts.date.isoformat()
    with isolated():
        if job.at:
            return _read(root, "", job, None)
        return _read(root, "", job._replace(today=day), Tree(root, commit))


def error_line(error: XunchaError) -> str:
    """Return in one line why a ledger cannot be read: the first finding, and the number of others."""
    if not isinstance(error, InvalidLedgerError) or not error.findings:
        return error.message
    first = error.findings[0]
    text = f"{first.place.path}:{first.place.line}:{first.place.column}: {first.message}"
    others = len(error.findings) - 1
    return _("{first} (and {n} more)").format(first=text, n=others) if others else text
