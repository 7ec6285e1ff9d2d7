"""Git's locks and hooks, held, left behind, refusing or hanging: commands wait, or say what to do."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests import program
from tests.conftest import LedgerOnDisk
from tests.faults.aftermath import WIDE, go_on, sound
from tests.faults.aftermath import locks as held
from tests.faults.table import record
from tests.faults.test_killed_at_every_call import ATTACH, CLOSE, PDF
from tests.workflow.surroundings import begin, hook, index, snapshot, wait_for
from xuncha.trail import locks

LOCKS = ("index.lock", "HEAD.lock", "refs/heads/main.lock")
"""What a commit takes."""
HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg")


@pytest.fixture(autouse=True)
def _document(ledger: LedgerOnDisk) -> None:
    ledger.write("../评审 意见.pdf", PDF)


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("typed", [CLOSE, ATTACH], ids=lambda typed: typed[0])
def test_a_lock_that_was_left_behind_is_named_and_nothing_is_written(
    ledger: LedgerOnDisk, typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    age = 2 * program.LIMIT
    monkeypatch.setattr(locks, "TIMEOUT", age - 1.0)  # what is old is not waited for: the program ends before
    state = snapshot(ledger), index(ledger), ledger.commits()
    for name in (*LOCKS, "all"):
        there = [ledger.write(f".git/{each}", "") for each in (LOCKS if name == "all" else (name,))]
        for lock in there:
            os.utime(lock, (time.time() - age,) * 2)
        result = ledger.run(*typed, **WIDE)
        assert (result.code, "error[git-at-work]" in result.err) == (3, True), (name, result.err)
        assert all(str(lock) in result.err for lock in there), (name, result.err)
        assert state == (snapshot(ledger), index(ledger), ledger.commits()), name
        assert ledger.run("status").code == 0, name
        if name != "all":
            there[0].unlink()
    monkeypatch.setattr(locks, "TIMEOUT", 5.0)
    assert go_on(ledger, typed, "all locks")
    sound(ledger, typed[0])
    record(
        "lock-held",
        len(LOCKS) + 1,
        {"was not done": 4, "a lock of git stayed, and was named with what to type": 4},
    )


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("name", LOCKS)
def test_a_git_that_is_just_at_work_is_waited_for(ledger: LedgerOnDisk, name: str) -> None:
    lock = ledger.write(f".git/{name}", "")
    threading.Timer(1.0, lock.unlink).start()
    ledger.ok(*CLOSE)
    sound(ledger, name)
    record("lock-held", 1, {"was done": 1, "waited": 1, "said that it was done": 1})


def test_any_other_lock_that_git_names_is_named_with_what_to_type(ledger: LedgerOnDisk) -> None:
    """Such as one that came after the command had looked, or of a reference that only a hook touches."""
    lock = ledger.write(".git/refs/tags/v1.lock", "")
    hook(ledger, "pre-commit", "git update-ref refs/tags/v1 HEAD || exit 1")
    result = ledger.run(*CLOSE, **WIDE)
    assert (result.code, "error[git-at-work]" in result.err) == (3, True), result.err
    assert re.search(rf"rm \S*{lock.name}", result.err)
    assert go_on(ledger, CLOSE, "a lock that a hook wants")
    sound(ledger, "a lock that a hook wants")


def test_the_locks_of_a_linked_working_tree_are_found_where_git_keeps_them(ledger: LedgerOnDisk) -> None:
    ledger.git("worktree", "add", "-q", "-b", "支/线", "../另一处")
    other = LedgerOnDisk(ledger.root.with_name("另一处"), ledger.environment)
    for name in ("refs/heads/支/线.lock", "worktrees/另一处/index.lock"):
        lock = ledger.write(f".git/{name}", "")
        assert [place.resolve() for place in locks.existing_locks(other.root)] == [lock], name
        assert locks.existing_locks(ledger.root) == [], name
        os.utime(lock, (time.time() - 60,) * 2)
        result = other.run(*CLOSE, **WIDE)
        assert (result.code, str(lock) in result.err) == (3, True), result.err
        lock.unlink()
    other.ok(*CLOSE)


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("typed", [CLOSE, ATTACH], ids=lambda typed: typed[0])
@pytest.mark.parametrize("name", HOOKS)
def test_what_a_hook_refuses_has_not_happened(
    ledger: LedgerOnDisk, typed: tuple[str, ...], name: str
) -> None:
    state = snapshot(ledger), index(ledger), ledger.commits()
    refusing = hook(ledger, name, "echo 今天不许提交 >&2; exit 1")
    result = ledger.run(*typed)
    assert result.code == 1
    assert "error[commit-refused]" in result.err
    assert "今天不许提交" in result.err
    assert state == (snapshot(ledger), index(ledger), ledger.commits())
    assert ledger.run("status").err == ""
    refusing.unlink()
    ledger.ok(*typed)
    sound(ledger, f"{typed[0]}, {name}")
    record("hook-refuses", 1, {"was not done": 1, "said what was wrong": 1})


@pytest.mark.skipif(os.name == "nt", reason="Windows kills no groups")
def test_git_finishes_where_a_whole_group_is_killed_without_a_terminal(ledger: LedgerOnDisk) -> None:
    """Killed while it moves the branch, git would leave locks that nobody but a person may delete."""
    holds = 'test "$1" = prepared && { touch .git/holds; sleep 0.5; }; exit 0'
    hook(ledger, "reference-transaction", holds)
    before = ledger.commits()
    running = begin(ledger, *CLOSE)
    wait_for(ledger.root / ".git/holds")
    assert any(held(ledger)), "the hook does not run while git holds its locks"
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.communicate(timeout=20)
    assert ledger.run("status").code == 0
    (ledger.root / ".git/hooks/reference-transaction").unlink()
    result = ledger.run("progress", "3.1", "后来的事。")
    assert result.code == 0, result.err
    assert (ledger.commits(), any(held(ledger)), ledger.clean()) == (before + 2, False, True)
    sound(ledger, "a killed group")


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("everyone", [True, False], ids=["as-a-terminal-sends-it", "to-the-program-alone"])
@pytest.mark.parametrize("typed", [CLOSE, ATTACH], ids=lambda typed: typed[0])
@pytest.mark.parametrize("name", ["pre-commit", "commit-msg"])
def test_ctrl_c_while_a_hook_hangs_gives_everything_back(
    ledger: LedgerOnDisk, everyone: bool, typed: tuple[str, ...], name: str
) -> None:
    before, staged = snapshot(ledger), index(ledger)
    hanging = ledger.root / ".git/hanging"
    hook(ledger, name, "echo $$ > .git/hanging.new; mv .git/hanging.new .git/hanging; exec sleep 30")
    running = begin(ledger, *typed)
    wait_for(hanging)
    if everyone:
        os.killpg(running.process.pid, signal.SIGINT)
    else:
        running.process.send_signal(signal.SIGINT)
    try:
        code = running.process.wait(timeout=20)
    finally:
        sleeper = int(hanging.read_text())
        line = Path(f"/proc/{sleeper}/cmdline")
        if line.exists() and "sleep" in line.read_text():
            os.kill(sleeper, signal.SIGKILL)
    _out, said = running.end()
    assert code == 130
    assert "error" not in said
    assert (snapshot(ledger), index(ledger)) == (before, staged)
    assert ledger.run("status").err == ""
    (ledger.root / ".git/hooks" / name).unlink()
    found = Counter({"was not done": 1})
    found["a lock of git stayed, and was named with what to type"] += go_on(ledger, typed, name)
    sound(ledger, name)
    record("hook-hangs", 1, found)
