"""Power cuts: the possible states of the disk, from the order of writes."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Result
from tests.faults.aftermath import Scene, traceable, traced
from tests.faults.table import WHOLE, record
from tests.faults.test_killed_at_every_call import ATTACH, CLOSE, PDF
from tests.workflow.surroundings import hook, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

WRITES = {"write", "pwrite64", "writev", "ftruncate"}
SYNCS = {"fsync", "fdatasync"}
RENAMES = {"rename", "renameat", "renameat2", "link", "linkat"}


class Disk:
    """What a disk would still hold if the power went: each call in its order, as the kernel promises no more than fsync says."""

    def __init__(self, calls: list[dict[str, Any]], root: Path) -> None:
        self.calls = calls
        self.root = str(root)

    def at(self, names: set[str], *paths: str, last: bool = False) -> int:
        """Return the number of the first (or last) call of these kinds whose last path ends with one of the given."""
        numbers = [
            call["number"]
            for call in self.calls
            if call["call"] in names and call["paths"][-1].endswith(paths)
        ]
        assert numbers, f"no {names} of {paths}"
        return int(numbers[-1 if last else 0])

    def renamed(self) -> Iterator[tuple[int, str, str]]:
        """Every file that was given its name only when it was whole."""
        for call in self.calls:
            if call["call"] in RENAMES and call["paths"][-1].startswith(self.root):
                yield call["number"], call["paths"][0], call["paths"][-1]

    def synced(self, path: str, after: int, before: int) -> bool:
        """Whether a file or a folder was brought to the disk in between."""
        return any(
            call["call"] in SYNCS and call["paths"] == [path] and after < call["number"] < before
            for call in self.calls
        )

    def last_write(self, path: str, before: int) -> int:
        """When something was last written into a file."""
        return max(
            (
                call["number"]
                for call in self.calls
                if call["call"] in WRITES and call["paths"][-1] == path and call["number"] < before
            ),
            default=-1,
        )


@pytest.mark.apart(but=1)
@pytest.mark.skipif(not traceable(), reason="no process can be stopped at its system calls here")
@pytest.mark.parametrize(
    "typed",
    [CLOSE, ATTACH, ("close", "2.1", "1.2"), ("add", "problem", "新问题", "--category", "a")],
    ids=" ".join,
)
def test_nothing_is_named_before_it_is_on_the_disk_and_nothing_said_before_its_name_is(
    ledger: LedgerOnDisk, typed: tuple[str, ...]
) -> None:
    ledger.write("../评审 意见.pdf", PDF)
    run = traced(ledger, typed)
    assert run.result.code == 0
    disk = Disk(run.calls, ledger.root)
    said = min(
        call["number"]
        for call in run.calls
        if call["first"]
        and call["call"] == "write"
        and call["number"] > run.calls[-8]["number"]
        and call["paths"][0].startswith("pipe:")
    )
    journal = next(number for number, _source, name in disk.renamed() if "/.git/xuncha/journal-" in name)
    branch = next(number for number, _source, name in disk.renamed() if name.endswith("/refs/heads/main"))
    dropped = disk.at(
        {"unlink", "unlinkat"},
        *[name for _n, _s, name in disk.renamed() if "/xuncha/journal-" in name],
        last=True,
    )
    files = [
        (number, source, name)
        for number, source, name in disk.renamed()
        if name.startswith(f"{ledger.root}/data/")
    ]
    assert files
    journal_safe = next(
        call["number"]
        for call in run.calls
        if call["call"] in SYNCS and call["paths"][0].endswith("/.git/xuncha") and call["number"] > journal
    )
    for number, source, name in disk.renamed():
        if ".git/index" not in name and "/xuncha/register-" not in name:  # git and the cache make those anew
            assert disk.synced(source, disk.last_write(source, number), number), (
                f"{name} has its name before its content"
            )
    for number, _source, name in files:
        assert journal_safe < number < branch, f"{name} was changed when the journal was not on the disk"
        assert disk.synced(name.rpartition("/")[0], number, branch), f"the name of {name} may be lost"
    for number, _source, name in disk.renamed():
        if "/.git/objects/" in name:
            assert number < branch, f"the branch names {name} before it is there"
    assert disk.synced(f"{ledger.root}/.git/refs/heads", branch, said), (
        "it is said to be done before the branch is on the disk"
    )
    assert branch < dropped < said
    record("power-order", 1, {"in order": 1})


def _journal(ledger: LedgerOnDisk, typed: tuple[str, ...]) -> dict[str, bytes]:
    """Return what the journal of a command holds while git is at work."""
    copying = hook(ledger, "pre-commit", "cp -r .git/xuncha .git/seen")
    ledger.ok(*typed)
    copying.unlink()
    seen = ledger.root / ".git/seen"
    found = {path.name: path.read_bytes() for path in seen.glob("journal-*")}
    shutil.rmtree(seen)
    assert found
    return found


def _put_files(ledger: LedgerOnDisk, files: dict[str, bytes]) -> None:
    for path in set(snapshot(ledger)) - set(files):
        (ledger.root / path).unlink()
    for path, content in files.items():
        ledger.write(path, content)


def before_commit(scene: Scene, _done: Path) -> None:
    """Leave the new files, and no commit."""
    _put_files(scene.ledger, scene.new)


def after_commit(scene: Scene, done: Path) -> None:
    """All is done, but the journal is there."""
    shutil.rmtree(scene.ledger.root)
    shutil.copytree(done, scene.ledger.root)


def before_index(scene: Scene, done: Path) -> None:
    """All is done, but git's index is the old one, and git's lock is there."""
    old = (scene.ledger.root / ".git/index").read_bytes()
    after_commit(scene, done)
    scene.ledger.write(".git/index", old)
    scene.ledger.write(".git/index.lock", b"")


def before_files(scene: Scene, done: Path) -> None:
    """Leave the new commit, and the old files."""
    after_commit(scene, done)
    _put_files(scene.ledger, scene.old)


def half_of_the_files(scene: Scene, done: Path) -> None:
    """Leave the new commit, and of the new files only the first."""
    before_files(scene, done)
    path = next(path for path, content in scene.new.items() if content != scene.old.get(path))
    scene.ledger.write(path, scene.new[path])


STATES: dict[str, list[Callable[[Scene, Path], None]]] = {
    "power-before-commit": [before_commit],
    "power-after-commit": [after_commit, before_index],
    "power-before-files": [before_files, half_of_the_files],
}


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(
    "typed",
    [CLOSE, ATTACH, ("close", "2.1", "1.2")] if WHOLE else [ATTACH, ("close", "2.1", "1.2")],
    ids=lambda typed: "-".join(typed[:3:2]),
)
@pytest.mark.parametrize("key", STATES)
def test_a_state_that_a_power_cut_may_leave_is_mended_by_the_next_command(
    ledger: LedgerOnDisk, typed: tuple[str, ...], key: str
) -> None:
    ledger.write("../评审 意见.pdf", PDF)
    scene = Scene(ledger, typed)
    journal = _journal(ledger, typed)
    done = ledger.root.with_name("done")
    shutil.copytree(ledger.root, done)
    found: Counter[str] = Counter()
    for state in STATES[key]:
        scene.restore()
        state(scene, done)
        for name, content in journal.items():
            ledger.write(f".git/xuncha/{name}", content)
        scene.check(Result(137, "", ""), f"{typed[0]}, {state.__name__}")
        found.update(scene.found)
        scene.found.clear()
    shutil.rmtree(done)
    record(key, len(STATES[key]), found)
