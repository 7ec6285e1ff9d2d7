"""Helpers for report tests: a ledger after a fortnight of work, and a report on it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.cli.inside import run_inside
from tests.cli.ledgers import all_lights
from tests.once import built_once
from xuncha.report.weekly import Weekly, recorded, weekly
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load
from xuncha.store.loading import load_measures
from xuncha.trail.history import history
from xuncha.trail.tree import Tree, commit_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk
    from xuncha.model.records import Ledger

TODAY = date(2024, 6, 15)
SINCE = date(2024, 6, 8)
_kept = cache(TemporaryDirectory)
"""Where the ledgers of a session are kept, that take many commands to build."""


def of(root: Path) -> Ledger:
    """Load the ledger in a folder."""
    return load(WorkingTree(root))


def told(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> str:
    """Run the program, which must succeed, in this process; what it showed."""
    result = run_inside(ledger, *arguments, **environment)
    assert result.code == 0, result.err
    return result.out


def data(ledger: LedgerOnDisk, *arguments: str) -> Any:
    """Run the program with --json; what it showed, read."""
    return json.loads(told(ledger, *arguments, "--json"))


def at(ledger: LedgerOnDisk, day: str, *arguments: str) -> str:
    """Run the program on a day, by its clock and git's."""
    clock = {
        "GIT_AUTHOR_DATE": f"{day}T10:00:00+08:00",
        "GIT_COMMITTER_DATE": f"{day}T10:00:00+08:00",
        "TZ": "CST-8",
        "XUNCHA_TODAY": day,
    }
    return told(ledger, *arguments, **clock)


def once(name: str, ledger: LedgerOnDisk, build: Callable[[LedgerOnDisk], object]) -> LedgerOnDisk:
    """Build a ledger in its folder by commands, or copy what they built the first time."""
    clock = {
        "GIT_AUTHOR_DATE": "2024-06-01T10:00:00+08:00",
        "GIT_COMMITTER_DATE": "2024-06-01T10:00:00+08:00",
    }
    ledger.environment |= {**clock, "TZ": "CST-8"}
    built_once(Path(_kept().name, name), ledger.root.parent, lambda: build(ledger))
    return ledger


def worked(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Do a week of work, 8 to 15 June, after a start on the first: every kind of it, and one action undone."""
    return once("worked", ledger, _work)


def _work(ledger: LedgerOnDisk) -> None:
    all_lights(ledger)
    ledger.git("init", "-q")
    ledger.commit("start")
    at(ledger, "2024-06-05", "progress", "2.3", "本期之前的进展。")
    at(ledger, "2024-06-08", "progress", "1.2", "本期第一天召开专题会议。")
    at(ledger, "2024-06-10", "progress", "1.2", "上月已经摸清底数。", "--date", "2024-05-20")
    at(ledger, "2024-06-11", "progress", "3.1", "内部会商资金缺口。", "--no-publish")
    at(ledger, "2024-06-11", "return", "2.1", "--reason", "密理由密")
    at(ledger, "2024-06-12", "submit", "2.1")
    at(ledger, "2024-06-12", "escalate", "1.1", "--to", "局长")
    at(ledger, "2024-06-13", "extend", "3.1", "--due", "2024-07-31", "--reason", "密理由密")
    at(ledger, "2024-06-13", "close", "2.3", "--note", "密备注密")
    at(ledger, "2024-06-14", "close", "3.1")
    at(ledger, "2024-06-14", "undo")


def weekly_of(ledger: LedgerOnDisk, today: date = TODAY, since: date = SINCE) -> Weekly:
    """Make the weekly report on a ledger in a repository, as the command does."""
    events = history(ledger.root)
    wanted = recorded(events, since, today)
    commit = commit_at(ledger.root, (since - timedelta(days=1)).isoformat())
    earlier = load_measures(Tree(ledger.root, commit), wanted)
    return weekly(of(ledger.root), today, since, events, earlier)
