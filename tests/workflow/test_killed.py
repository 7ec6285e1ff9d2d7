"""Commands killed at every instant: files stay whole, the next command works, and leftovers are named."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.conftest import LedgerOnDisk, measure
from tests.faults.aftermath import Safe, wait_for_git
from tests.faults.table import WHOLE, chosen
from tests.workflow import actions
from tests.workflow.actions import add_problem
from tests.workflow.surroundings import (
    act,
    begin,
    findings,
    folders,
    hook,
    record,
    snapshot,
    touched,
    wait_for,
)
from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.skeleton.create import create
from xuncha.store.cache import register
from xuncha.workflow.change import Leftover, leftover
from xuncha.workflow.change import begin as begin_session
from xuncha.workflow.edit import edit
from xuncha.workflow.perform import Result, perform
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2024, 6, 15)
PDF = b"%PDF-1.7\r\n\x00\xff\n" * 1000

# The real program, which kills itself before the n-th time that it writes, renames or removes something of the ledger,
# or has git change something; if it comes to its end, it prints those times. The cache of the register does not count,
# which is written where files have stood for two seconds, nor does what changes nothing: no run may count otherwise.
DRIVER = """
import os, sys
root, instant = sys.argv[1], int(sys.argv[2])
del sys.argv[1:3]
seen = []
def verb(words):
    words = iter(words[1:])
    for word in words:
        if word == "-c":
            next(words)
        elif not word.startswith("-"):
            return word
def counts(event, arguments):
    if event == "subprocess.Popen":
        return verb(arguments[1]) in {"add", "commit", "rm", "init"}
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        return False
    changes = event in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}
    path = os.fsdecode(arguments[0]) if changes and not isinstance(arguments[0], int) else ""
    nothing = os.path.exists(path) if event == "os.mkdir" else event == "os.remove" and not os.path.lexists(path)
    return path.startswith(root) and "/xuncha/register-" not in path and not nothing
def watch(event, arguments):
    if counts(event, arguments):
        if len(seen) == instant:
            os.kill(os.getpid(), 9)
        seen.append(event)
sys.argv[0] = "xuncha"
from xuncha.__main__ import main
sys.addaudithook(watch)
try:
    main()
finally:
    sys.stderr.write(" ".join(["", *seen]))
"""
NEVER = -1


class Command(NamedTuple):
    """Something typed, and the same done in this process."""

    typed: tuple[str, ...]
    again: Callable[[LedgerOnDisk], object]


def repeat_edit(ledger: LedgerOnDisk) -> object:
    return edit(ledger.root, ledger.path("1.2"), ledger.read("1.2").replace("规划科", "财务科").encode())


COMMANDS = {
    "start": Command(("start", "1.1"), lambda ledger: act(ledger, actions.start(), "1.1")),
    "attach": Command(
        ("attach", "1.1", "../评审 意见.pdf"),
        lambda ledger: act(ledger, actions.attach("评审 意见.pdf", PDF, DAY), "1.1"),
    ),
    "close": Command(("close", "3.1", "2.1"), lambda ledger: act(ledger, actions.close(DAY), "3.1", "2.1")),
    "add-problem": Command(
        ("add", "problem", "新问题", "--category", "a"),
        lambda ledger: add_problem(ledger.root, "新问题", "a"),
    ),
    "edit": Command(("edit", "1.2"), repeat_edit),
}


def prepare(ledger: LedgerOnDisk) -> None:
    """Add what the commands need beside the ledger: an evidence file and an editor."""
    ledger.write("../评审 意见.pdf", PDF)
    editor = ledger.write("../editor", '#!/bin/sh\nsed -i s/规划科/财务科/ "$1"\n')
    editor.chmod(0o755)
    ledger.environment["EDITOR"] = str(editor)


def instants(ledger: LedgerOnDisk, *typed: str) -> list[str]:
    """Type a command that comes to its end; the events before which it can be killed."""
    return killed_at(ledger, NEVER, *typed).split("\n")[-1].split()


def killed_at(ledger: LedgerOnDisk, instant: int, *typed: str) -> str:
    """Type a command that dies at an instant, which must come unless it is `NEVER`; what it has said."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(ledger.root), str(instant), *typed],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == (0 if instant == NEVER else -signal.SIGKILL), said
    return said


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_at_any_instant_loses_nothing_and_the_next_one_knows(
    ledger: LedgerOnDisk, tmp_path: Path, name: str
) -> None:
    prepare(ledger)
    command = COMMANDS[name]
    old, commits = snapshot(ledger), ledger.commits()
    start = Safe(ledger, tmp_path / "start")
    events = instants(ledger, *command.typed)
    new = snapshot(ledger)
    assert len(events) >= 5, "the instants were not found"
    # Git is run when the files are written, and before the commit is made.
    with_git = events.index("subprocess.Popen")
    part = chosen(range(len(events)), len(COMMANDS))[list(COMMANDS).index(name)]
    for instant in range(len(events)) if WHOLE else sorted({part, with_git}):
        where = f"{name}, killed before step {instant}, {events[instant]}"
        start.restore()
        killed_at(ledger, instant, *command.typed)
        check_after_death(ledger, command, old, new, commits, where)
        assert leftover(ledger.root) or instant != with_git, where
        died = Safe(ledger, tmp_path / "died")
        check_repeat(ledger, command, new, commits, where)
        died.restore()
        check_undo(ledger, old, commits, where)
        died.restore()
        check_another(ledger, where)


def check_after_death(
    ledger: LedgerOnDisk,
    command: Command,
    old: dict[str, bytes],
    new: dict[str, bytes],
    commits: int,
    where: str,
) -> None:
    """Every file is whole, the ledger can be read, and what is left is named as it was typed."""
    files = {path: content for path, content in snapshot(ledger).items() if ".xuncha-new-" not in path}
    for path, content in files.items():
        assert content in {old.get(path), new.get(path)}, (
            f"{where}: {path} is neither the old nor the new one"
        )
    assert set(files) >= set(old), where
    assert findings(ledger) == [], where
    assert register(ledger.root), where
    found = leftover(ledger.root)
    changed = [path for path in files if files[path] != old.get(path)]
    if ledger.commits() > commits:
        assert found is None, where
    elif changed:
        assert found is not None, f"{where}: {changed} is left and not named"
        assert sorted(found.paths) == sorted(changed), where
        assert shlex.split(found.command) == ["xuncha", *command.typed], where


def check_repeat(
    ledger: LedgerOnDisk, command: Command, new: dict[str, bytes], commits: int, where: str
) -> None:
    """Check that the same command, typed again, does the work exactly once."""
    if ledger.commits() == commits:
        command.again(ledger)
    assert snapshot(ledger) == new, where
    assert folders(ledger) == {Path(path).parent.name for path in new if path.startswith("data/problems/")}, (
        where
    )
    assert ledger.commits() == commits + 1, where
    assert ledger.clean(), where
    ledger.git("fsck", "--strict")


def check_undo(ledger: LedgerOnDisk, old: dict[str, bytes], commits: int, where: str) -> None:
    """Undo gives the files back as they were."""
    found = leftover(ledger.root)
    if found is None and ledger.commits() == commits:
        with pytest.raises(RefusedError):
            undo(ledger.root)
    else:
        assert isinstance(undo(ledger.root), Leftover if found else Result), where
    assert snapshot(ledger) == old, where
    assert leftover(ledger.root) is None, where
    assert ledger.clean(), where


def check_another(ledger: LedgerOnDisk, where: str) -> None:
    """Another command works, and says what it took back first."""
    found, commits = leftover(ledger.root), ledger.commits()
    identity = "2.1" if record(ledger, "2.1").status != "closed" else "1.1"
    with begin_session(ledger.root) as session:
        assert session.leftover == found, where
        perform(session, "progress", [Identity.parse(identity)], DAY, text="另一件事。")
    assert ledger.commits() == commits + 1, where
    assert ledger.clean(), where
    assert findings(ledger) == [], where


@pytest.mark.apart
def test_undo_killed_at_any_instant_can_be_done_again(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    old = snapshot(ledger)
    act(ledger, actions.attach("评审 意见.pdf", PDF, DAY), "1.1")
    new = snapshot(ledger)
    start, commits = Safe(ledger, tmp_path / "start"), ledger.commits()
    events = instants(ledger, "undo")
    assert len(events) >= 5
    for instant in chosen(range(len(events)), 3):
        where = f"undo, killed before step {instant}, {events[instant]}"
        start.restore()
        killed_at(ledger, instant, "undo")
        for path, content in snapshot(ledger).items():
            assert ".xuncha-new-" in path or content in {old.get(path), new.get(path)}, where
        assert findings(ledger) == [], where
        if (found := leftover(ledger.root)) is not None:
            assert found.command == "xuncha undo"
            assert isinstance(undo(ledger.root), Leftover), where
            assert snapshot(ledger) == new, where
        if ledger.commits() == commits:
            undo(ledger.root)
        assert snapshot(ledger) == old, where
        assert ledger.commits() == commits + 1, where
        assert ledger.clean(), where


@pytest.mark.apart
def test_init_killed_at_any_instant_leaves_a_ledger_or_can_be_typed_again(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    whole = LedgerOnDisk(tmp_path / "whole", environment)
    whole.root.mkdir()
    events = instants(whole, "init")
    assert len(events) >= 15
    for instant in chosen(range(len(events)), 3):
        made = LedgerOnDisk(tmp_path / f"台账{instant}", environment)
        made.root.mkdir()
        where = f"init, killed before step {instant}, {events[instant]}"
        killed_at(made, instant, "init")
        said = made.run("init")
        assert said.code == 0 or "error[ledger-exists]" in said.err, f"{where}: {said.err}"
        assert findings(made) == [], where
        settings = (made.root / "data/ledger.yaml").read_bytes()
        edit(made.root, "data/ledger.yaml", settings + b"# more\n")
        assert "data/ledger.yaml" in touched(made), where
        assert not [path for path in snapshot(made) if ".xuncha-new-" in path], where


# ---- in the middle of git's own work, by hooks that kill

KILL_THE_PROGRAM = "program=$(awk '/^PPid/ {print $2}' /proc/$PPID/status); kill -9 $program; sleep 0.2"


def test_a_command_killed_between_writing_and_commit_is_named_by_status_and_taken_back_by_undo(
    ledger: LedgerOnDisk,
) -> None:
    old = snapshot(ledger)
    death = hook(ledger, "pre-commit", f"{KILL_THE_PROGRAM}; exit 1")
    assert begin(ledger, "close", "2.1", "--note", "验收 通过").end()[0] == -signal.SIGKILL
    death.unlink()
    for reading in (("status",), ("list",), ("show", "2.1"), ("log",), ("validate",)):
        result = ledger.run(*reading)
        assert result.code == 0
        assert "xuncha close 2.1 --note '验收 通过'" in result.err, reading
        assert "xuncha undo" in result.err, reading
        assert ledger.path("2.1") in result.err, reading
    assert ledger.json("status")["measures"]["total"] == 6
    said = ledger.ok("undo")
    assert "xuncha close 2.1 --note '验收 通过'" in said
    assert snapshot(ledger) == old
    assert "xuncha" not in ledger.run("status").err
    assert ledger.commits() == 1
    ledger.git("fsck", "--strict")


@pytest.mark.parametrize(
    "typed",
    [
        ("close", "2.1"),
        ("progress", "3.1", "另一件事。"),
        ("add", "problem", "新问题", "--category", "a"),
        ("add", "measure", "1", "新措施", "--leader", "局长", "--office", "办公室", "--long-term"),
        ("edit", "2.2"),
        ("reopen", "1.1", "--reason", "不成"),
        ("start", "9.9"),
    ],
    ids=lambda typed: "-".join(typed[:2]),
)
def test_the_next_writing_command_says_what_it_takes_back_be_it_done_or_refused_itself(
    ledger: LedgerOnDisk, typed: tuple[str, ...]
) -> None:
    prepare(ledger)
    old = ledger.read("2.1")
    death = hook(ledger, "pre-commit", f"{KILL_THE_PROGRAM}; exit 1")
    begin(ledger, "close", "2.1").end()
    death.unlink()
    assert ledger.read("2.1") != old
    result = ledger.run(*typed)
    assert (result.code == 0) == (typed[0] != "reopen" and "9.9" not in typed)
    assert "xuncha close 2.1" in result.err, "what was taken back is not said"
    if typed[0] != "close":
        assert ledger.read("2.1") == old
    assert ledger.clean()
    assert leftover(ledger.root) is None


@pytest.mark.apart
@pytest.mark.parametrize("also_git", [False, True])
def test_a_command_killed_just_after_its_commit_has_been_done(ledger: LedgerOnDisk, also_git: bool) -> None:
    hook(ledger, "post-commit", KILL_THE_PROGRAM + ("; kill -9 $PPID" if also_git else ""))
    begin(ledger, "attach", "1.1", "data/ledger.yaml").end()
    (ledger.root / ".git/hooks/post-commit").unlink()
    new = snapshot(ledger)
    assert ledger.commits() == 2
    assert ledger.clean()
    result = ledger.run("status")
    assert (result.code, result.err) == (0, "")
    ledger.ok("progress", "1.1", "接着做。")
    assert ledger.commits() == 3
    undo(ledger.root)
    assert snapshot(ledger) == new
    undo(ledger.root)
    assert record(ledger, "1.1").status == "not_started"
    ledger.git("fsck", "--strict")


def test_a_commit_that_was_made_is_not_called_refused_where_git_dies_after_it(ledger: LedgerOnDisk) -> None:
    hook(ledger, "post-commit", "kill -9 $PPID")
    result = ledger.run("start", "1.1")
    assert ledger.commits() == 2
    assert ledger.clean()
    assert (result.code, result.err) == (0, "")


@pytest.mark.apart
def test_after_a_power_cut_in_gits_own_work_nothing_is_lost_and_the_way_on_is_named(
    ledger: LedgerOnDisk,
) -> None:
    old = snapshot(ledger)
    death = hook(ledger, "pre-commit", f"{KILL_THE_PROGRAM} $PPID")
    begin(ledger, "attach", "1.1", "data/ledger.yaml").end()
    death.unlink()
    lock = ledger.root / ".git/index.lock"
    assert lock.exists(), "git was not killed in its work"
    result = ledger.run("status")
    assert result.code == 0
    assert "xuncha attach 1.1 data/ledger.yaml" in result.err
    result = ledger.run("start", "1.1")
    if result.code:
        assert "index.lock" in result.err
        assert snapshot(ledger) == old or leftover(ledger.root), "what is left is not named"
        lock.unlink()
        ledger.ok("start", "1.1")
    assert record(ledger, "1.1").status == "in_progress"
    assert touched(ledger) == {ledger.path("1.1")}
    assert ledger.clean()
    ledger.git("fsck", "--strict")


@pytest.mark.apart
def test_a_git_that_outlives_its_killed_command_and_the_next_command_agree_in_the_end(
    ledger: LedgerOnDisk,
) -> None:
    hook(ledger, "pre-commit", "touch .git/hanging; sleep 1.5")
    running = begin(ledger, "start", "1.1")
    wait_for(ledger.root / ".git/hanging")
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    (ledger.root / ".git/hooks/pre-commit").unlink()
    ledger.run("progress", "2.1", "另一件事。")
    wait_for_git(ledger)
    assert ledger.clean(), "the files and the last commit differ, and no command has said why"
    running.end()


def test_a_ledger_named_by_another_path_still_knows_what_was_left_in_it(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(ledger.root)
    (tmp_path / "there").mkdir()
    old = snapshot(ledger)
    death = hook(ledger, "pre-commit", f"{KILL_THE_PROGRAM}; exit 1")
    begin(ledger, "--ledger", "../link", "start", "1.1", cwd=tmp_path / "there").end()
    death.unlink()
    assert snapshot(ledger) != old
    result = ledger.run("status")
    assert "xuncha" in result.err
    assert "start 1.1" in result.err
    ledger.ok("undo")
    assert snapshot(ledger) == old


def test_a_killed_command_leaves_a_measure_that_was_being_edited_by_hand_alone(ledger: LedgerOnDisk) -> None:
    death = hook(ledger, "pre-commit", f"{KILL_THE_PROGRAM}; exit 1")
    begin(ledger, "start", "1.1").end()
    death.unlink()
    mine = measure("1.1", "in_progress", office="财务科")
    ledger.write(ledger.path("1.1"), mine)
    ledger.run("progress", "2.1", "另一件事。")
    assert ledger.read("1.1") == mine


def test_a_ledger_made_by_hand_outside_git_needs_no_journal(bare_ledger: LedgerOnDisk) -> None:
    assert leftover(bare_ledger.root) is None
    assert create(bare_ledger.root / "新", DAY, example=False) == []
