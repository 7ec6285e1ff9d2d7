"""Sync of two histories that cannot be merged loses nothing and moves no record to another problem."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.sync.test_sync import Pair, enter, pair, receive, report, send
from tests.workflow import actions
from tests.workflow.actions import Planned, add_problem
from tests.workflow.surroundings import act, findings, record
from xuncha.audit.examine import audit
from xuncha.sync.session import sync
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk

    Does = Callable[[LedgerOnDisk], None]

__all__ = ("pair",)
DAY = date(2024, 6, 15)


def old_one(ledger: LedgerOnDisk) -> None:
    add_problem(ledger.root, "旧四", "a")
    enter(ledger, "旧四之一", 4)


def new_one(ledger: LedgerOnDisk) -> None:
    ledger.git("rm", "-rq", "data/problems/04")
    ledger.git("commit", "-qm", "gone")
    add_problem(ledger.root, "新四", "b")
    enter(ledger, "新四之一", 4)


def goes_on(ledger: LedgerOnDisk) -> None:
    report(ledger, "4.1", "旧四的进展")


def grows(ledger: LedgerOnDisk) -> None:
    enter(ledger, "旧四之二", 4)


def written_otherwise(ledger: LedgerOnDisk) -> None:
    ledger.git("mv", "data/problems/04", "data/problems/004")
    ledger.git("commit", "-qm", "004")


def a_file(ledger: LedgerOnDisk) -> None:
    ledger.write("data/evidence/1.2/扫描件", "1")
    ledger.commit()


def a_folder(ledger: LedgerOnDisk) -> None:
    ledger.write("data/evidence/1.2/扫描件/第一页", "1")
    ledger.commit()


def met(pair: Pair, here: Does, there: Does) -> None:
    """Both begin with the old problem; each does something, and what was done there is sent."""
    old_one(pair.here)
    send(pair.here)
    receive(pair.there)
    here(pair.here)
    there(pair.there)
    send(pair.there)


@pytest.mark.parametrize("take", [(), ("--take", "ours"), ("--take", "theirs")])
@pytest.mark.parametrize(
    ("here", "there"), [(new_one, goes_on), (new_one, grows), (goes_on, new_one), (grows, new_one)]
)
def test_what_was_done_for_one_problem_is_not_put_under_another(
    pair: Pair, here: Does, there: Does, take: tuple[str, ...]
) -> None:
    met(pair, here, there)
    stood = pair.here.git("rev-parse", "HEAD")
    result = pair.here.run("sync", *take)
    assert (result.code, "error[removed-meanwhile]" in result.err) == (1, True), result
    assert pair.here.git("rev-parse", "HEAD") == stood
    assert pair.here.clean()
    undo(pair.here.root, 2 if here is new_one else 1)
    if here is new_one:
        pair.here.git("revert", "--no-edit", "HEAD~3")  # that by hand, too
    sync(pair.here.root)
    assert findings(pair.here) == []
    assert ("旧四" in record(pair.here, "4.1").title) is (here is new_one)


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(("here", "there"), [(a_file, a_folder), (a_folder, a_file)])
def test_neither_a_file_nor_a_folder_of_its_name_is_lost(pair: Pair, here: Does, there: Does) -> None:
    met(pair, here, there)
    result = pair.here.run("sync")
    assert (result.code, "error[file-and-folder]" in result.err) == (1, True), result
    assert "扫描件" in result.err
    pair.here.git("mv", "data/evidence/1.2/扫描件", "data/evidence/1.2/扫描件-2")
    pair.here.commit()
    sync(pair.here.root)
    assert len(pair.here.git("ls-files", "-z", "data/evidence/1.2").split("\0")[:-1]) == 2


@pytest.mark.parametrize(
    ("here", "there"),
    [(written_otherwise, goes_on), (goes_on, written_otherwise), (grows, written_otherwise)],
)
def test_a_folder_with_another_zero_does_not_become_another_problem(
    pair: Pair, here: Does, there: Does
) -> None:
    met(pair, here, there)
    result = pair.here.run("sync")
    assert (result.code, "error[sync-breaks-rules]" in result.err) == (1, True), result
    assert "04 与 004 编号相同" in result.err


def closes(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.close(DAY), "2.1")


def rewrites(ledger: LedgerOnDisk) -> None:
    act(ledger, Planned("set", {"title": "另一件事", "goal": "另一个目标"}), "2.1")
    report(ledger, "2.1", "发现新问题，未整改完。")


def rewrites_and_closes(ledger: LedgerOnDisk) -> None:
    rewrites(ledger)
    closes(ledger)


def extends(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.extend(date(2099, 1, 1), "情况有变"), "2.1")


def attaches(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.attach("扫描件.txt", b"1", DAY), "2.1")


def takes_back(ledger: LedgerOnDisk) -> None:
    undo(ledger.root, others=True)


def withholds(ledger: LedgerOnDisk) -> None:
    path = ledger.path("2.1")
    said = (ledger.root / path).read_text(encoding="utf-8")
    ledger.write(path, re.sub("^publish:.*", "publish: false", said, flags=re.MULTILINE))
    ledger.commit("by hand")


def hands_over(ledger: LedgerOnDisk) -> None:
    act(ledger, Planned("set", {"leader": "分管副局长", "person": "张某"}), "2.1")


def told(ledger: LedgerOnDisk) -> list[tuple[str, str]]:
    """Return what a sync says about measures that were closed meanwhile."""
    return re.findall("^(.+) 期间已由.+销号，此后又并入：(.+)；", ledger.ok("sync"), re.MULTILINE)


def named(ledger: LedgerOnDisk) -> list[tuple[str | None, str]]:
    found = audit(ledger.root).findings
    return [(each.place.id, each.severity) for each in found if each.code == "merge-after-closing"]


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(
    ("does", "keys"),
    [
        (rewrites, "标题、整改目标、进展情况"),
        (rewrites_and_closes, "标题、整改目标、进展情况"),
        (extends, "整改时限"),
        (attaches, "进展情况"),
        (takes_back, "进展情况"),
        (withholds, ""),
        (hands_over, ""),
    ],
)
@pytest.mark.parametrize("closer_joins", [False, True])
def test_what_comes_into_a_measure_that_was_closed_meanwhile_is_told_to_both_and_named(
    pair: Pair, does: Does, keys: str, closer_joins: bool
) -> None:
    report(pair.here, "2.1", "做了一半。")
    send(pair.here)
    receive(pair.there)
    closes(pair.there)  # of two closings of one day 乙's holds
    does(pair.here)
    joins, other = (pair.there, pair.here) if closer_joins else (pair.here, pair.there)
    send(other)
    wanted = [("2.1", keys)] if keys else []
    assert told(joins) == wanted
    assert told(other) == wanted
    assert record(joins, "2.1").status == "closed"
    assert named(joins) == named(other) == [("2.1", "warning")] * bool(keys)
    report(joins, "1.2", "之后。")
    assert told(joins) == told(other) == [], "it is told once"


@pytest.mark.apart
def test_a_measure_that_was_opened_again_is_told_no_more(pair: Pair) -> None:
    closes(pair.here)
    send(pair.here)
    rewrites(pair.there)
    assert told(pair.there)
    act(pair.there, actions.reopen("没有做完"), "2.1")
    send(pair.there)
    assert told(pair.here) == []
    assert named(pair.here) == [("2.1", "warning")]
