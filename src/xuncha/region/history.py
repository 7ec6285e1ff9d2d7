"""Read the states of a ledger at the ends of months from its history. Runs in the process that reads ledgers, without an engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xuncha.errors import XunchaError
from xuncha.region.job import YEARS, Stage, month_of
from xuncha.store.loading import load_folders, load_ledger, load_problem, load_settings
from xuncha.trail.git import Git
from xuncha.trail.replay import log
from xuncha.trail.tree import Tree


def stages(root: Path, commit: str, before: date) -> list[Stage]:
    """Return the states of a ledger at the ends of months, oldest first, up to the month before a day; empty if its history cannot be read."""
    try:
        commits = list(_last_commits(Git(root), commit, before))
        return list(_read(root, commits[::-1]))
    except XunchaError:
        return []


def _last_commits(git: Git, commit: str, before: date) -> Iterator[tuple[str, str]]:
    """Yield each month with its last commit, newest first, the same commit as from `trail.tree.commit_at`."""
    earliest = month_of(before)
    first = month_of(_first_day(before))
    for each in log(git, "--no-patch", commit):
        month = month_of(datetime.fromtimestamp(each.moment_committed, UTC).astimezone().date())
        if month < earliest:
            earliest = month
            yield month, each.hash
        if month < first:
            return


def _read(root: Path, commits: Sequence[tuple[str, str]]) -> Iterator[Stage]:
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


def _first_day(day: date) -> date:
    """Return the first day that the trend covers."""
    return date(max(day.year - YEARS, 1), day.month, 1)
