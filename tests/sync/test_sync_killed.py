"""Sync killed at every instant: local data stays whole, leftovers are named, and the next sync completes."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from tests.faults.table import WHOLE
from tests.once import built_once
from tests.sync.test_sync import Pair, enter, report, same
from tests.workflow import actions
from tests.workflow.surroundings import act, begin, clones, findings, record, snapshot
from xuncha.sync.session import sync
from xuncha.workflow import change, journal
from xuncha.workflow.change import leftover

if TYPE_CHECKING:
    from pathlib import Path


DRIVER = """
import os, sys
left = int(sys.argv[1])
del sys.argv[1]
def watch(event, arguments):
    global left
    if event == "subprocess.Popen":
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
sys.argv[0] = "xuncha"
from xuncha.__main__ import main
sys.addaudithook(watch)
main()
"""
"""The real program, which kills itself before it runs git for the n-th time."""
EVERY = 1 if WHOLE else 10
"""Which of its steps it is killed before."""


@pytest.fixture
def pair(ledger: LedgerOnDisk, kept: Path) -> Pair:
    """Two clones that have both gone on: the same number is given twice, and both have worked on 1.2."""
    folder = ledger.root.parent
    built_once(kept / "pair that has gone on", folder, lambda: _gone_on(ledger))
    here, there = (LedgerOnDisk(folder / name, dict(ledger.environment)) for name in ("甲", "乙"))
    return Pair(here, there, folder / "共享.git")


def _gone_on(ledger: LedgerOnDisk) -> None:
    here, there = clones(ledger, "甲", "乙")
    for each, name in ((there, "乙"), (here, "甲")):
        report(each, "1.2", f"{name}做的。")
        enter(each, f"{name}新增")
    there.write("说明.txt", "乙写的\n" * 1000)
    there.commit("notes")
    sync(there.root)


def check_whole(pair: Pair, old: dict[str, bytes], new: dict[str, bytes], where: str) -> None:
    """Every file is the one from before or the one from after."""
    for path, content in snapshot(pair.here).items():
        assert content in {old.get(path), new.get(path)}, f"{where}: {path}"


def finish(pair: Pair) -> None:
    """Finish the work with the next sync, and check both clones."""
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)
    assert {"甲做的。", "乙做的。"} <= {entry.text for entry in record(pair.there, "1.2").progress}
    assert [record(pair.there, f"2.{n}").title for n in (4, 5)] == ["乙新增", "甲新增"]


@pytest.mark.apart
def test_a_sync_killed_between_any_two_steps_is_done_by_the_next(pair: Pair, tmp_path: Path) -> None:
    old = snapshot(pair.here)
    for name in ("甲", "共享.git", "乙"):
        shutil.copytree(tmp_path / name, tmp_path / "before" / name, symlinks=True)
    finish(pair)
    new = snapshot(pair.here)
    instant = 0
    while True:
        for name in ("甲", "共享.git", "乙"):
            shutil.rmtree(tmp_path / name)
            shutil.copytree(tmp_path / "before" / name, tmp_path / name, symlinks=True)
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, str(instant), "sync"],
            cwd=pair.here.root,
            env=pair.here.environment,
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        where = f"killed before step {instant}"
        check_whole(pair, old, new, where)
        assert pair.here.clean(), where
        act(pair.here, actions.start(), "1.1")
        assert findings(pair.here) == [], where
        finish(pair)
        instant += EVERY
    assert instant > 30


def die_while_files_are_written(pair: Pair, whom: str) -> int:
    """Send a signal to those at work when git is about to write `说明.txt`, after the ledger's files; the exit code.

    Args:
        pair: of clones.
        whom: a line of shell, in which $git and $xuncha are the two at work.
    """
    killer = pair.here.root.parent / "killer"
    find = 'git=$PPID; [ "$(ps -o comm= -p $git)" = git ] || exit 1; xuncha=$(ps -o ppid= -p $git)'
    killer.write_text(f"#!/bin/sh\n{find}\n{whom}\nsleep 0.3\ncat\n")
    killer.chmod(0o755)
    pair.here.git("config", "filter.deadly.smudge", str(killer))
    (pair.here.root / ".git/info/attributes").write_text("说明.txt filter=deadly\n")
    running = begin(pair.here, "sync")
    code, _said = running.end()
    (pair.here.root / ".git/info/attributes").unlink()
    time.sleep(0.5)
    return code


def test_a_sync_killed_while_git_writes_is_finished_by_git(pair: Pair) -> None:
    code = die_while_files_are_written(pair, "kill -9 $xuncha")
    assert code == -signal.SIGKILL
    assert leftover(pair.here.root) is None
    finish(pair)


@pytest.mark.apart
def test_a_sync_whose_git_is_killed_while_it_writes_is_taken_back_and_named(pair: Pair) -> None:
    old = snapshot(pair.here)
    die_while_files_are_written(pair, "kill -9 $xuncha $git")
    lock = pair.here.root / ".git/index.lock"
    assert lock.exists(), "git was killed too, and has left its lock"
    assert snapshot(pair.here) != old, "some files are written"
    said = pair.here.run("status").err
    assert "`xuncha sync`" in said
    assert "data/problems/01/1.2.yaml" in said
    result = pair.here.run("start", "1.1")
    assert (result.code, str(lock) in result.err) == (3, True)
    lock.unlink()
    pair.here.ok("start", "1.1")
    assert pair.here.clean()
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)


def test_a_sync_interrupted_while_git_writes_leaves_everything_as_it_was(pair: Pair) -> None:
    old = snapshot(pair.here)
    code = die_while_files_are_written(pair, "kill -INT $xuncha")
    assert code == 130
    assert snapshot(pair.here) == old
    assert pair.here.clean()
    finish(pair)


def test_a_git_that_fails_while_it_writes_leaves_everything_as_it_was(pair: Pair) -> None:
    old = snapshot(pair.here)
    pair.here.git("config", "filter.broken.smudge", "false")
    pair.here.git("config", "filter.broken.required", "true")
    (pair.here.root / ".git/info/attributes").write_text("说明.txt filter=broken\n")
    result = pair.here.run("sync")
    assert result.code in {1, 3}
    assert snapshot(pair.here) == old
    (pair.here.root / ".git/info/attributes").unlink()
    assert pair.here.clean()
    finish(pair)


def test_no_half_written_file_survives_a_death_of_git(pair: Pair) -> None:
    """Git writes files in place: one that it had begun is told from what somebody has written himself."""
    from xuncha.trail import objects
    from xuncha.trail.git import Git

    old = snapshot(pair.here)
    git = Git(pair.here.root)
    here = pair.here.git("rev-parse", "HEAD").strip()
    pair.here.git("fetch", "-q")
    pair.here.git("reset", "-q", "--hard", "origin/main")
    there, new = pair.here.git("rev-parse", "HEAD").strip(), snapshot(pair.here)
    pair.here.git("reset", "-q", "--hard", here)
    journal.write(pair.here.root, [], [here, there])  # as a killed process leaves it
    pair.here.write("说明.txt", new["说明.txt"][:100])
    pair.here.write("data/problems/01/1.2.yaml", new["data/problems/01/1.2.yaml"][:50])
    (pair.here.root / "data/problems/02/2.4.yaml").unlink()
    assert set(objects.fast_forward_remains(git, here, there)) == {
        "说明.txt", "data/problems/01/1.2.yaml", "data/problems/02/2.4.yaml",
    }  # fmt: skip
    with change.begin(pair.here.root) as session:
        assert session.leftover is not None
    assert snapshot(pair.here) == old
    assert pair.here.clean()
    assert [file.name for file in (pair.here.root / ".git/xuncha").iterdir() if "journal" in file.name] == []
