"""Read ledgers, and their states at the ends of months, in a separate process; answer with plain values, and run nothing from a ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import use_language
from xuncha.region.process import MEMORY, YEARS, Job, Read, Stage, month_of, receive, send
from xuncha.region.rows import Stamp, rows_of
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_folders, load_ledger, load_problem, load_settings
from xuncha.system import limit_process, temporary_folder
from xuncha.trail.bundle import isolated, isolated_repository, ledgers_in, unpack_bundle
from xuncha.trail.git import Git
from xuncha.trail.presence import check_files_present
from xuncha.trail.replay import log
from xuncha.trail.repository import git_dir, head_commit
from xuncha.trail.tree import Tree, commit_at, commit_time

if TYPE_CHECKING:
    from xuncha.model.source import Source


def main() -> None:
    """Answer jobs until there are no more."""
    limit_process({"RLIMIT_AS": MEMORY, "RLIMIT_CORE": 0})
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
            message = _("it takes more memory than {n} MB", n=MEMORY >> 20)
        except XunchaError as error:
            message = error_line(error)
        except OSError as error:
            message = str(error)
        return [tuple(Read(error=message))]


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
        if commit and not isinstance(source, WorkingTree):
            moment = commit_time(root, commit)
        stamp = Stamp(commit, date.fromisoformat(job.at or job.today))
        if job.audit and folder:
            from xuncha.audit.examine import audit  # noqa: PLC0415  only where an audit is asked for

            audited = audit(root)
            stamp = stamp._replace(audit_errors=audited.errors, audit_warnings=audited.warnings)
        rows = [(*row, *texts) for row, texts in rows_of(load_ledger(source), stamp)]
        stages = _stages(root, commit, stamp.as_of) if job.trend and commit else None
    except XunchaError as error:
        return Read(inside, commit, moment, error_line(error), error.code == "no-such-moment")
    return Read(inside, commit, moment, stages=stages, rows=rows)


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
        raise RefusedError("no-archive", _("{path} is no archive of xuncha", path=file.name))
    facts = Facts.read(payload / FACTS)
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
    return _("{first} (and {n} more)", first=text, n=others) if others else text


def _stages(root: Path, commit: str, before: date) -> list[Stage]:
    """Return the states of a ledger at the ends of months, oldest first, up to the month before a day; empty if its history cannot be read."""
    try:
        commits = list(_last_commits(Git(root), commit, before))
        return list(_months(root, commits[::-1]))
    except XunchaError:
        return []


def _last_commits(git: Git, commit: str, before: date) -> Iterator[tuple[str, str]]:
    """Yield each month with its last commit, newest first, the same commit as from `trail.tree.commit_at`."""
    earliest = month_of(before)
    first = month_of(date(max(before.year - YEARS, 1), before.month, 1))
    for each in log(git, "--no-patch", commit):
        month = month_of(datetime.fromtimestamp(each.moment_committed, UTC).astimezone().date())
        if month < earliest:
            earliest = month
            yield month, each.hash
        if month < first:
            return


def _months(root: Path, commits: Sequence[tuple[str, str]]) -> Iterator[Stage]:
    """Read a ledger at commits; a problem's folder is read only if its hash has changed."""
    problems: dict[str, tuple[str, Sequence[Any]]] = {}
    before = ""
    for month, commit in commits:
        tree = Tree(root, commit)
        try:
            if (hashes := tree.hashes()) is None:
                yield _stage(month, [each.measures for each in load_ledger(tree).register().problems])
                continue
            settings, folders = hashes
            if settings != before:
                problems, before = {}, settings
            frame = load_settings(tree).frame
            problems = {name: each for name, each in problems.items() if folders.get(name) == each[0]}
            tree.read_problems([name for name in folders if name not in problems])
            load_folders(tree, non_empty=problems)
            for name, stamp in folders.items():
                if name not in problems:
                    loaded = load_problem(tree, name, frame)
                    if loaded.findings:
                        break
                    problems[name] = stamp, loaded.row().measures
            else:
                yield _stage(month, [rows for _stamp, rows in problems.values()])
                continue
        except XunchaError:
            pass
        yield (month,)


def _stage(month: str, problems: Sequence[Sequence[Any]]) -> Stage:
    rows = [row for measures in problems for row in measures]
    complete = sum(bool(each) and all(row.status == "closed" for row in each) for each in problems)
    due = sorted(row.due for row in rows if row.status != "closed" and row.due)
    return month, len(problems), complete, len(rows), sum(row.status == "closed" for row in rows), due
