"""Commands that fail because of git, a hook, the disk or a missing name change nothing halfway."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import time
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from fasteners import InterProcessLock

from tests.conftest import LedgerOnDisk
from tests.workflow import actions
from tests.workflow.actions import add_measure, add_problem
from tests.workflow.surroundings import (
    act,
    findings,
    folders,
    hook,
    index,
    message,
    snapshot,
    trailers,
    without_identity,
)
from xuncha.errors import RefusedError, SurroundingsError, XunchaError
from xuncha.model.identity import Identity
from xuncha.skeleton.create import create
from xuncha.store.cache import register
from xuncha.workflow import journal
from xuncha.workflow.change import begin, leftover
from xuncha.workflow.edit import edit
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


DAY = date(2024, 6, 1)
PDF = b"%PDF-1.7\r\n\x00\xff\n" * 500

WORK: dict[str, Callable[[LedgerOnDisk], object]] = {
    "start": lambda ledger: act(ledger, actions.start(), "1.1"),
    "attach": lambda ledger: act(ledger, actions.attach("评审 意见.pdf", PDF, DAY), "1.1"),
    "close": lambda ledger: act(ledger, actions.close(DAY), "1.2", "2.1", "3.1"),
    "add-problem": lambda ledger: add_problem(ledger.root, "新问题", "a"),
    "add-measure": lambda ledger: add_measure(
        ledger.root, Identity(2), "新措施", leader="局长", office="办公室"
    ),
    "edit": lambda ledger: edit(
        ledger.root, ledger.path("1.2"), ledger.read("1.2").replace("规划科", "财务科").encode()
    ),
}
each_work = pytest.mark.parametrize("work", WORK.values(), ids=WORK)


class State:
    """All that a command may change, as it was."""

    def __init__(self, ledger: LedgerOnDisk) -> None:
        self.ledger = ledger
        self.seen = self.look()

    def look(self) -> tuple[object, ...]:
        ledger = self.ledger
        return snapshot(ledger), folders(ledger), index(ledger), ledger.git("rev-parse", "HEAD")

    def unchanged(self) -> bool:
        return self.look() == self.seen


# ---- git refuses


@each_work
@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_what_a_hook_refuses_has_not_happened_and_its_words_are_shown(
    ledger: LedgerOnDisk, work: Callable[[LedgerOnDisk], object], name: str
) -> None:
    ledger.write("other.txt", "1")
    ledger.git("add", "other.txt")
    refusing = hook(ledger, name, "echo 今天不许提交 >&2; exit 1")
    state = State(ledger)
    with pytest.raises(RefusedError) as refused:
        work(ledger)
    assert refused.value.code == "commit-refused"
    assert "今天不许提交" in refused.value.message
    assert state.unchanged()
    assert leftover(ledger.root) is None
    refusing.unlink()
    work(ledger)
    assert findings(ledger) == []
    assert ledger.git("status", "--porcelain") == "A  other.txt\n"


def test_the_program_ends_with_1_and_the_words_of_the_hook(ledger: LedgerOnDisk) -> None:
    hook(ledger, "pre-commit", "echo 第一行; printf '\\033[31m第二行\\033[0m\\n'; exit 1")
    result = ledger.run("start", "1.1")
    assert result.code == 1
    assert re.match(r"error\[commit-refused\]: .*第一行", result.err)
    assert "第二行" in result.err
    assert "\x1b" not in result.err


def test_a_hook_that_says_nothing_is_refused_with_a_sentence_all_the_same(ledger: LedgerOnDisk) -> None:
    hook(ledger, "pre-commit", "exit 1")
    with pytest.raises(RefusedError) as refused:
        act(ledger, actions.start(), "1.1")
    assert refused.value.message.strip()[-1] != ":"


@each_work
def test_an_index_that_another_git_holds_is_reported_and_nothing_is_written(
    ledger: LedgerOnDisk, work: Callable[[LedgerOnDisk], object]
) -> None:
    state = State(ledger)
    lock = ledger.write(".git/index.lock", "")
    os.utime(lock, (time.time() - 60,) * 2)  # what is younger is waited for
    with pytest.raises(XunchaError) as refused:
        work(ledger)
    assert "index.lock" in refused.value.message + refused.value.hint
    lock.unlink()
    assert state.unchanged()
    assert ledger.clean()
    work(ledger)
    assert ledger.commits() == 2


# ---- no one is known


def test_without_a_name_nothing_is_written_and_what_to_type_is_said(ledger: LedgerOnDisk) -> None:
    without_identity(ledger)
    state = State(ledger)
    for typed in (("start", "1.1"), ("close", "1.2"), ("add", "problem", "题", "--category", "a")):
        result = ledger.run(*typed)
        assert result.code == 3, typed
        assert "error[no-user]" in result.err, typed
        assert "git config --global user.name" in result.err, typed
        assert "git config --global user.email" in result.err, typed
    assert state.unchanged()


def test_without_a_name_no_ledger_is_made_and_what_to_type_helps(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    made = LedgerOnDisk(tmp_path / "新台账", environment)
    made.root.mkdir()
    without_identity(made)
    result = made.run("init", "--example")
    assert result.code == 3
    assert list(made.root.iterdir()) == [], "something was done all the same"
    commands = re.search(r"git config --global user\.name .*user\.email \S+", result.err)
    assert commands, result.err
    subprocess.run(["sh", "-c", commands[0]], cwd=made.root, env=environment, check=True, capture_output=True)
    made.ok("init", "--example")
    assert findings(made) == []
    assert made.clean()
    assert made.commits() == 1
    made.ok("add", "problem", "题", "--category", register(made.root).frame.categories[0][0])


def test_a_ledger_is_made_with_one_commit_that_says_so(tmp_path: Path, environment: dict[str, str]) -> None:
    made = LedgerOnDisk(tmp_path / "新 台账", environment)
    assert create(made.root, DAY, example=True) == []
    assert trailers(made) == [("Xuncha-Action", "init")]
    assert message(made).startswith("建立台账\n\n")
    assert made.clean()
    assert findings(made) == []


def test_making_a_ledger_keeps_what_is_there_and_stages_nothing_of_it(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    made = LedgerOnDisk(tmp_path, environment)
    made.write(".gitignore", "mine\n")
    made.write("报告.txt", "mine")
    made.git("init", "-q")
    made.git("add", "报告.txt")
    assert create(made.root, DAY, example=False) == [".gitignore"]
    assert (made.root / ".gitignore").read_text() == "mine\n"
    assert made.git("diff", "--cached", "--name-only", "-z") == "报告.txt\0"


def test_a_ledger_is_not_made_over_another(ledger: LedgerOnDisk) -> None:
    state = State(ledger)
    with pytest.raises(RefusedError) as refused:
        create(ledger.root, DAY, example=True)
    assert refused.value.code == "ledger-exists"
    assert state.unchanged()


def test_a_ledger_whose_first_commit_a_hook_refuses_is_not_made(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    made = LedgerOnDisk(tmp_path, environment)
    made.git("init", "-q")
    hook(made, "pre-commit", "echo 不许; exit 1").with_name("pre-commit")
    with pytest.raises(RefusedError) as refused:
        create(made.root, DAY, example=False)
    assert "不许" in refused.value.message
    assert [path.name for path in made.root.iterdir()] == [".git"]
    assert index(made) == ""


# ---- the disk is full


class FullDisk:
    """A disk that has no room at the n-th call, once or from then on."""

    def __init__(self, real: Callable[..., Any], at: int, *, lasting: bool) -> None:
        self.real = real
        self.finding = at
        self.lasting = lasting
        self.calls = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls == self.finding or (self.lasting and self.calls > self.finding):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.real(*arguments, **options)


def failure(work: Callable[[LedgerOnDisk], object], ledger: LedgerOnDisk) -> XunchaError | None:
    """Return the error with which the work is refused; None if it is done."""
    try:
        work(ledger)
    except XunchaError as error:
        return error
    return None


@pytest.mark.parametrize("lasting", [False, True], ids=["for-a-moment", "lasting"])
@pytest.mark.parametrize("function", ["fsync", "replace"])
@each_work
def test_a_full_disk_leaves_each_file_whole_and_the_next_command_works(
    ledger: LedgerOnDisk,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[LedgerOnDisk], object],
    function: str,
    lasting: bool,
) -> None:
    state, before = State(ledger), snapshot(ledger)
    real = getattr(os, function)
    failed = 0
    for at in range(1, 7):
        monkeypatch.setattr(os, function, FullDisk(real, at, lasting=lasting))
        error = failure(work, ledger)
        monkeypatch.setattr(os, function, real)
        where = f"at call {at}"
        if error is None:
            assert ledger.clean(), where
            undo(ledger.root)
            state = State(ledger)
            continue
        failed += 1
        assert (error.code, error.exit_code) == ("not-written", 3), where
        assert os.strerror(errno.ENOSPC) in error.message, where
        assert findings(ledger) == [], where
        if lasting and not state.unchanged():
            assert leftover(ledger.root) is not None, f"{where}: something is left and not named"
            undo(ledger.root)
        assert leftover(ledger.root) is None, where
        assert snapshot(ledger) == before, where
        assert state.unchanged(), where
    assert failed >= 2
    work(ledger)
    assert findings(ledger) == []
    assert ledger.clean()


# ---- what must not be waited for, or not be believed


def test_a_journal_that_says_nothing_readable_is_no_bug_of_ours(ledger: LedgerOnDisk) -> None:
    from xuncha.trail.repository import private_path

    place = private_path(ledger.root, "journal")
    assert place is not None
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"")
    for typed in (("status",), ("start", "1.1"), ("status",)):
        result = ledger.run(*typed)
        assert "error[bug]" not in result.err, typed
    assert findings(ledger) == []


def test_a_git_that_is_not_installed_is_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    state = State(ledger)
    result = ledger.run("start", "1.1", PATH=str(tmp_path))
    assert (result.code, "error[no-git]" in result.err) == (3, True)
    assert ledger.run("status", PATH=str(tmp_path)).code == 0
    assert state.unchanged()


def test_an_error_that_is_no_one_s_restores_the_files_too(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_options: object) -> NoReturn:
        raise MemoryError

    state = State(ledger)
    monkeypatch.setattr("xuncha.trail.git.Git.commit", fails)
    for work in WORK.values():
        with pytest.raises(MemoryError):
            work(ledger)
        assert state.unchanged()


def test_a_lock_that_another_account_made_is_named_as_a_path(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(lock: InterProcessLock) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), lock.path)

    monkeypatch.setattr(InterProcessLock, "_do_open", refuse)
    with pytest.raises(SurroundingsError) as refused, begin(ledger.root):
        pass
    assert f" {journal.place(ledger.root).with_name('lock')}: " in refused.value.message
