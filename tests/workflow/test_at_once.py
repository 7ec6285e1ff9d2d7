"""Concurrent commands: each waits for its turn, no change is lost, and readers see whole files."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LEDGER, LedgerOnDisk, measure, problem
from tests.workflow import actions
from tests.workflow.surroundings import act, begin, findings, record, snapshot, touched
from xuncha.errors import SurroundingsError
from xuncha.workflow import change, journal
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAY = date(2024, 6, 1)
HOLDER = """
import sys, fasteners
lock = fasteners.InterProcessLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(ledger: LedgerOnDisk) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the ledger's lock until its input ends."""
    (ledger.root / ".git/xuncha").mkdir(exist_ok=True)
    path = change._lock(ledger.root).path
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


# The library leaves the lock's file to the end of the process where it was not to be had.
unclosed_lock = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@unclosed_lock
@pytest.mark.usefixtures("holder")
def test_who_has_waited_long_enough_is_told_that_another_is_at_work(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change, "TIMEOUT", 0.3)
    before, commits = snapshot(ledger), ledger.commits()
    asked: list[Callable[[], object]] = [
        lambda: act(ledger, actions.start(), "1.1"),
        lambda: undo(ledger.root),
    ]
    for ask in asked:
        with pytest.raises(SurroundingsError) as refused:
            ask()
        assert (refused.value.code, refused.value.exit_code) == ("locked", 3)
        assert refused.value.hint
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_a_command_waits_for_another_and_is_then_done(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, holder: subprocess.Popen[bytes]
) -> None:
    monkeypatch.setattr(change, "TIMEOUT", 20.0)
    threading.Timer(0.2, holder.kill).start()
    act(ledger, actions.start(), "1.1")
    assert holder.poll() is not None, "the other was still at work"
    assert record(ledger, "1.1").status == "in_progress"


@pytest.mark.usefixtures("holder")
def test_who_only_reads_waits_for_no_one(ledger: LedgerOnDisk) -> None:
    for typed in (("status",), ("show", "1.1"), ("log",)):
        assert ledger.run(*typed).code == 0


def journal_of_a_command_at_work(ledger: LedgerOnDisk) -> None:
    """Write what a command has on disk when it has just written 1.1: its journal and the changed file."""
    content = ledger.read("1.1").encode()
    changed = content.replace(b"not_started", b"in_progress")
    journal.write(ledger.root, [journal.FileChange(ledger.path("1.1"), content, changed)])
    ledger.write(ledger.path("1.1"), changed)


@unclosed_lock
@pytest.mark.usefixtures("holder")
def test_a_command_that_is_at_work_is_not_called_interrupted(ledger: LedgerOnDisk) -> None:
    journal_of_a_command_at_work(ledger)
    assert change.leftover(ledger.root) is None
    result = ledger.run("status")
    assert (result.code, result.err) == (0, "")
    assert "in_progress" in ledger.read("1.1")


def test_a_thread_that_looks_does_not_free_the_lock_of_another(ledger: LedgerOnDisk) -> None:
    with change.begin(ledger.root):
        journal_of_a_command_at_work(ledger)
        told: list[object] = []

        def look() -> None:
            told.extend([change.leftover(ledger.root), change.is_busy(ledger.root)])

        reader = threading.Thread(target=look)
        reader.start()
        reader.join()
        assert told == [None, True]
        path = change._lock(ledger.root).path
        trial = (
            "import fasteners, sys; print(fasteners.InterProcessLock(sys.argv[1]).acquire(blocking=False))"
        )
        said = subprocess.check_output([sys.executable, "-c", trial, path])
        assert said.strip() == b"False", "another command would write at the same time"
        journal.drop(ledger.root)
    assert not change.is_busy(ledger.root)


def test_two_threads_change_a_ledger_one_after_the_other(ledger: LedgerOnDisk) -> None:
    inside: list[int] = []

    def write() -> None:
        with change.begin(ledger.root):
            inside.append(1)
            time.sleep(0.05)
            assert len(inside) == 1
            inside.clear()

    started = [threading.Thread(target=write) for _each in range(4)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    assert not inside


def test_a_reader_is_not_upset_by_a_command_that_ends_while_it_looks(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of_a_command_at_work(ledger)
    real = change._lock

    def ends_now(root: Any) -> Any:
        journal.drop(root)
        return real(root)

    monkeypatch.setattr(change, "_lock", ends_now)
    assert change.leftover(ledger.root) is None


def all_end_well(started: list[Any]) -> None:
    for running in started:
        code, said = running.end()
        assert code == 0, said


@pytest.mark.apart
def test_eight_at_once_on_different_measures_all_arrive_in_a_commit_each(ledger: LedgerOnDisk) -> None:
    for number in range(3, 9):
        ledger.write(f"data/problems/01/1.{number}.yaml", measure(f"1.{number}"))
    ledger.commit("more")
    commits = ledger.commits()
    identities = [f"1.{number}" for number in range(1, 9)]
    all_end_well([begin(ledger, "progress", each, f"{each}同时记下。") for each in identities])
    assert ledger.commits() == commits + 8
    for each in identities:
        assert [entry.text for entry in record(ledger, each).progress].count(f"{each}同时记下。") == 1
    assert {frozenset(touched(ledger, f"HEAD~{back}")) for back in range(8)} == {
        frozenset({ledger.path(each)}) for each in identities
    }
    assert findings(ledger) == []
    assert ledger.clean()
    ledger.git("fsck", "--strict")


@pytest.mark.apart
def test_eight_at_once_on_the_same_measure_all_arrive_in_a_commit_each(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    all_end_well([begin(ledger, "progress", "1.2", f"第{number}人同时记下。") for number in range(8)])
    assert ledger.commits() == commits + 8
    texts = [entry.text for entry in record(ledger, "1.2").progress][1:]
    assert sorted(texts) == [f"第{number}人同时记下。" for number in range(8)]
    assert findings(ledger) == []
    assert ledger.clean()


@pytest.mark.apart
def test_numbers_given_at_once_are_all_different(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    measure_ = ("--leader", "局长", "--office", "办公室", "--long-term")
    all_end_well(
        [begin(ledger, "add", "problem", f"题{number}", "--category", "a") for number in range(3)]
        + [begin(ledger, "add", "measure", "1", f"措施{number}", *measure_) for number in range(3)]
    )
    assert ledger.commits() == commits + 6
    assert {record(ledger, f"1.{number}").title for number in (3, 4, 5)} == {"措施0", "措施1", "措施2"}
    assert (ledger.root / "data/problems/06/problem.yaml").exists()
    assert findings(ledger) == []
    assert ledger.clean()


def test_of_two_who_close_the_same_measure_at_once_one_is_told_that_it_is_closed(
    ledger: LedgerOnDisk,
) -> None:
    commits = ledger.commits()
    ends = sorted(running.end() for running in [begin(ledger, "close", "2.1") for _each in range(3)])
    assert [code for code, _said in ends] == [0, 1, 1]
    assert all("error[already-closed]" in said for _code, said in ends[1:])
    assert ledger.commits() == commits + 1


@pytest.mark.apart
def test_two_ledgers_of_one_repository_are_written_at_once(ledger: LedgerOnDisk) -> None:
    other = LedgerOnDisk(ledger.root / "二号 台账", ledger.environment)
    other.write("data/ledger.yaml", LEDGER)
    other.write("data/problems/01/problem.yaml", problem("题", "a"))
    other.write(other.path("1.1"), measure("1.1"))
    ledger.commit("second")
    commits = ledger.commits()
    all_end_well(
        [begin(each, "progress", "1.1", f"第{number}件。") for number in range(3) for each in (ledger, other)]
    )
    assert ledger.commits() == commits + 6
    for each in (ledger, other):
        texts = [entry.text for entry in record(each, "1.1").progress]
        assert {"第0件。", "第1件。", "第2件。"} <= set(texts)
        assert findings(each) == []
    assert ledger.clean()


@pytest.mark.apart
def test_a_reader_sees_whole_files_while_others_write(ledger: LedgerOnDisk) -> None:
    ledger.write("../佐证.pdf", b"%PDF" * 100_000)
    started = [begin(ledger, "progress", "1.2", f"第{number}件。" + "长" * 20_000) for number in range(3)]
    started.append(begin(ledger, "attach", "1.1", "../佐证.pdf"))
    looks = 0
    while any(running.process.poll() is None for running in started):
        assert findings(ledger) == []
        looks += 1
    all_end_well(started)
    assert looks > 2
    assert ledger.clean()
