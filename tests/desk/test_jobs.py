"""Jobs of the desk: child processes are counted, shown, stopped, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from tests.desk.served import served
from xuncha.desk import jobs as work
from xuncha.desk.jobs import Jobs, sweep
from xuncha.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.desk.jobs import Job

LONG = ("serve", "--port", "0", "--no-open")
"""A command that does not end by itself."""


@pytest.fixture
def jobs(ledger: LedgerOnDisk) -> Iterator[Jobs]:
    """Yield the jobs of a desk on the ledger, and close them after the test."""
    made = Jobs(ledger.root, lambda run: run())
    yield made
    made.close()


def ended(jobs: Jobs, *commands: tuple[str, ...]) -> Job:
    """Start a job, and return it when it has ended."""
    job = jobs.start(jobs.new("a job"), *commands)
    assert job.ended.wait(60)
    return job


def until(true: Callable[[], bool]) -> bool:
    """Wait a while for something to become true."""
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.mark.usefixtures("forks")
def test_a_job_gives_what_the_command_prints(jobs: Jobs, ledger: LedgerOnDisk) -> None:
    job = ended(jobs, ("status", "--json"))
    assert job.state == "done"
    assert job.output() == ledger.ok("status", "--json")
    assert job.messages == []


def test_a_job_counts_as_of_the_day_and_speaks_the_language_of_the_desk(jobs: Jobs) -> None:
    assert "2024-06-15" in ended(jobs, ("status",)).output()


@pytest.mark.usefixtures("forks")
def test_what_is_refused_is_told_in_the_words_of_the_command_line(jobs: Jobs) -> None:
    job = ended(jobs, ("show", "9.9"), ("status",))
    assert job.state == "refused"
    (told,) = job.messages
    assert told.is_error
    assert "9.9" in told.message
    assert "error[" not in told.message
    assert job.output() == "", "the next command is not begun"
    (misused,) = ended(jobs, ("report", "letter", "reminder")).messages
    assert misused.hints == [], "nobody here types a command with --help"


@pytest.mark.usefixtures("forks")
def test_an_audit_that_has_found_something_is_done(jobs: Jobs, ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("2.2"), ledger.read("2.2").replace("status: closed", "status: in_progress"))
    ledger.commit()
    assert ledger.run("audit").code == 1
    assert ended(jobs, ("audit",)).state == "done"


@pytest.mark.apart
def test_only_so_many_run_at_once_and_each_can_be_ended(jobs: Jobs) -> None:
    several = [jobs.start(jobs.new(f"{n}"), LONG) for n in range(3)]
    assert until(lambda: all(jobs.get(n).output() for n in (1, 2)))  # type: ignore[union-attr]
    assert [job.state for job in several] == ["running", "running", "waiting"]
    jobs.stop(several[0])
    assert several[0].ended.wait(20)
    assert several[0].state == "stopped"
    assert several[0].process is not None
    assert several[0].process.poll() is not None
    assert until(lambda: several[2].state == "running")


def test_one_that_waits_can_be_ended_before_it_begins(jobs: Jobs) -> None:
    several = [jobs.start(jobs.new(f"{n}"), LONG) for n in range(3)]
    jobs.stop(several[2])
    jobs.stop(several[1])
    assert several[2].ended.wait(20)
    assert several[2].process is None


def test_too_many_are_refused(jobs: Jobs) -> None:
    for n in range(20):
        jobs.new(f"{n}")
    with pytest.raises(RefusedError, match="too many"):
        jobs.new("one more")


def test_the_end_of_the_desk_ends_them_and_removes_their_files(jobs: Jobs) -> None:
    job = jobs.start(jobs.new("long"), LONG)
    assert until(lambda: bool(job.output()))
    assert job.folder.stat().st_mode & 0o077 == 0 or job.folder.parent.stat().st_mode & 0o077 == 0
    jobs.close()
    assert job.process is not None
    assert job.process.poll() is not None
    assert not job.folder.parent.exists()


def test_no_program_of_the_ledgers_folder_is_run(jobs: Jobs, ledger: LedgerOnDisk) -> None:
    for name in ("xuncha", "json", "typer", "sitecustomize"):
        ledger.write(f"{name}.py", "raise SystemExit('run from the folder of the ledger')\n")
    assert ended(jobs, ("status",)).state == "done"


def test_what_ended_long_ago_goes_and_the_oldest_of_too_much(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = jobs.start(jobs.new("long"), LONG)
    for number in range(60):
        job = jobs.new("short")
        (job.folder / "table.csv").write_bytes(b"x" * 1000)
        job.ended.set()
        job.start += number
    assert len(jobs.all) == 61, "that others look at something is no reason to lose an import"
    monkeypatch.setattr(work, "_MAX_BYTES", 10_000)
    jobs.new("one more")
    assert [job.number for job in jobs.all] == [62, *range(61, 51, -1), 1]
    monkeypatch.setattr(work, "_MAX_AGE", -3600)
    jobs.new("and one more").ended.set()
    assert [job.number for job in jobs.all] == [63, 62, 1]
    assert jobs.get(long.number) is long
    assert {each.name for each in long.folder.parent.iterdir()} == {"lock", "1", "62", "63"}


@pytest.mark.usefixtures("forks")
def test_what_was_made_is_made_again_only_when_it_is_old_or_the_ledger_another(jobs: Jobs) -> None:
    def begin() -> Job:
        return jobs.start(jobs.new("counts"), ("status",))

    first = jobs.recent("counts", 1, begin, max_age=60)
    assert jobs.recent("counts", 1, begin, max_age=60) is first
    assert jobs.recent("others", 1, begin, max_age=60) is not first
    assert first.ended.wait(20)
    assert jobs.recent("counts", 1, begin, max_age=60) is first
    second = jobs.recent("counts", 1, begin, max_age=-1)
    assert second is not first
    assert jobs.recent("counts", 2, begin, max_age=60) is not second
    assert jobs.get(first.number) is None, "of a kind the last two are kept"
    assert jobs.get(second.number) is second


def test_a_command_that_does_not_end_is_ended(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    assert process.stdout.readline() == b"1\n"
    job = jobs.new("deaf")
    job.commands, job.process = [["deaf"]], process
    monkeypatch.setattr(work, "_GRACE", 0.2)
    jobs.stop(job)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()
    job.ended.set()


def test_what_dead_desks_have_left_is_swept(
    ledger: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "xuncha-desk-other").mkdir()
    mine = Jobs(ledger.root, lambda run: run())
    mine.new("mine")
    with served(ledger, TMPDIR=str(tmp_path)) as living:
        living.visit().post("/audit", {})
        with served(ledger, TMPDIR=str(tmp_path)) as dead:
            dead.visit().post("/audit", {})
            assert len([*tmp_path.glob("xuncha-desk-*")]) == 4
            dead.kill()
        sweep()
        left = {each.name.rsplit("-", 1)[0] for each in tmp_path.glob("xuncha-desk-*")}
        assert left == {"xuncha-desk", f"xuncha-desk-{os.getpid()}", f"xuncha-desk-{living.process.pid}"}
    mine.close()


def test_what_was_shown_may_be_looked_at_again_when_its_turn_has_come(jobs: Jobs) -> None:
    def refuse() -> None:
        raise RefusedError("changed-meanwhile", "another by now")

    job = jobs.start(jobs.new("a change"), ("undo",), check=refuse)
    assert job.state == "refused"
    assert [each.message for each in job.messages] == ["another by now"]
    assert job.process is None


def test_a_job_whose_thread_dies_says_of_what(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "_run", lambda *_given: dict[str, int]()["missing"])
    job = ended(jobs, ("status",))
    assert job.state == "refused"
    (said,) = job.messages
    assert said.is_error
    assert "KeyError" in said.message
    assert "Traceback" in caplog.text, "who runs the desk sees where"


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be killed by a signal")
def test_a_command_that_was_killed_says_so(jobs: Jobs) -> None:
    job = jobs.start(jobs.new("long"), LONG)
    assert until(lambda: bool(job.output()))
    assert job.process
    job.process.kill()
    assert job.ended.wait(20)
    assert job.state == "refused"
    assert [each.message for each in job.messages] == ["it was killed: Killed"]


def test_a_command_that_takes_too_long_says_so(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_MAX_SECONDS", 1)
    job = ended(jobs, LONG)
    assert job.state == "stopped"
    assert [each.message for each in job.messages] == ["it took more than 1 seconds"]


@pytest.mark.usefixtures("forks")
def test_jobs_go_on_after_the_system_has_deleted_their_files(jobs: Jobs) -> None:
    shutil.rmtree(ended(jobs, ("status",)).folder.parent)
    assert ended(jobs, ("status",)).state == "done"


def test_the_hint_of_a_refusal_is_shown(jobs: Jobs) -> None:
    def refuse() -> None:
        raise RefusedError("changed-meanwhile", "another by now", "look again")

    assert jobs.start(jobs.new("a change"), ("undo",), check=refuse).messages[0].hints == ["look again"]


def test_one_that_was_never_begun_is_not_waited_for(jobs: Jobs) -> None:
    job = jobs.new("its file could not be kept")
    jobs.stop(job)
    assert job.ended.is_set()
