"""Finding, listing, reading and atomically writing files, and previewing changes."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import LEDGER, measure, problem
from xuncha.errors import SurroundingsError
from xuncha.model.identity import Identity
from xuncha.model.source import MAX_SIZE, Fingerprint
from xuncha.store import files
from xuncha.store.files import Overlay, WorkingTree, replace, temporary_path
from xuncha.store.loading import check

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

OLD, NEW = "旧的内容\n".encode(), "新的内容，比旧的长\n".encode()
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="links and pipes as Linux has them")

# ---------------------------------------------------------------- writing


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "2.3.yaml"
    target.write_bytes(OLD)
    replace(target, NEW)
    assert target.read_bytes() == NEW
    assert _names(tmp_path) == ["2.3.yaml"]


def test_a_new_file_is_written_where_there_was_none(tmp_path: Path) -> None:
    replace(tmp_path / "2.3.yaml", NEW)
    assert (tmp_path / "2.3.yaml").read_bytes() == NEW
    assert _names(tmp_path) == ["2.3.yaml"]


@pytest.mark.parametrize("existed", [True, False])
@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EIO, "I/O error")]
)
def test_on_a_full_disk_the_file_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existed: bool, failure: OSError
) -> None:
    target = tmp_path / "2.3.yaml"
    if existed:
        target.write_bytes(OLD)

    def full(_handle: int) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=failure.strerror) as raised:
            replace(target, NEW)
    assert raised.value.errno == failure.errno
    assert (target.read_bytes() if target.exists() else None) == (OLD if existed else None)
    assert _names(tmp_path) == (["2.3.yaml"] if existed else [])


@on_linux
def test_when_the_disk_takes_only_a_part_the_file_stays_as_it_was(tmp_path: Path) -> None:
    import resource

    target = tmp_path / "2.3.yaml"
    target.write_bytes(OLD)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            replace(target, b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == OLD
    assert _names(tmp_path) == ["2.3.yaml"]


def test_a_command_stopped_while_it_writes_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2.3.yaml"
    target.write_bytes(OLD)

    def stopped(_handle: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", stopped)
        with pytest.raises(KeyboardInterrupt):
            replace(target, NEW)
    assert target.read_bytes() == OLD
    assert set(_names(tmp_path)) <= {"2.3.yaml", temporary_path(target).name}
    replace(target, NEW)
    assert _names(tmp_path) == ["2.3.yaml"]


def test_what_a_killed_command_left_is_no_part_of_the_ledger(bare_ledger: LedgerOnDisk) -> None:
    for path in (
        "data/ledger.yaml",
        "data/problems/02/2.3.yaml",
        "data/problems/02/problem.yaml",
        "data/evidence/2.3/意见.pdf",
    ):
        half = temporary_path(bare_ledger.root / path)
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"half")
    assert check(WorkingTree(bare_ledger.root)) == []


@on_linux
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_who_may_read_a_file_does_not_change(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "2.3.yaml"
    target.write_bytes(OLD)
    target.chmod(mode)
    replace(target, NEW)
    assert target.stat().st_mode & 0o7777 == mode


@on_linux
@pytest.mark.parametrize("number", [errno.EPERM, errno.EINVAL, errno.ENOSYS])
def test_a_file_is_replaced_where_the_system_lets_nobody_give_files_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As file systems without owners, and containers in which the owner has no number."""

    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    (tmp_path / "2.3.yaml").write_bytes(OLD)
    monkeypatch.setattr(os, "chown", refuse)
    monkeypatch.setattr(os, "fchown", refuse)
    replace(tmp_path / "2.3.yaml", NEW)
    assert (tmp_path / "2.3.yaml").read_bytes() == NEW


@on_linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_keeps_its_owner_and_for_a_colleague_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, clerk, colleague, groups = 12345, 12346, 12347, os.getgroups()
    monkeypatch.chdir(tmp_path)  # the colleague may not pass the folders above
    target = Path("2.3.yaml")
    target.write_bytes(OLD)
    for place in (Path(), target):
        os.chown(place, clerk, office)
        place.chmod(0o775)
    replace(target, NEW)
    assert (target.stat().st_uid, target.stat().st_gid) == (clerk, office)
    os.setgroups([office])
    os.setegid(colleague)
    os.seteuid(colleague)
    try:
        replace(target, OLD)
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
    assert (target.stat().st_uid, target.stat().st_gid) == (colleague, office)


@on_linux
def test_what_is_put_in_the_place_of_a_file_that_is_being_written_gets_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, target = tmp_path / "outside", tmp_path / "2.3.yaml"
    outside.write_bytes(b"precious")
    outside.chmod(0o600)
    target.write_bytes(OLD)
    target.chmod(0o666)

    def exchange(_handle: int) -> None:
        temporary_path(target).unlink(missing_ok=True)
        temporary_path(target).symlink_to(outside)

    monkeypatch.setattr(os, "fsync", exchange)
    replace(target, NEW)
    assert outside.stat().st_mode & 0o777 == 0o600


@on_linux
def test_a_link_that_a_clone_brought_along_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    folder = tmp_path / "02"
    folder.mkdir()
    target = folder / "2.3.yaml"
    target.write_bytes(OLD)
    temporary_path(target).symlink_to(outside)
    replace(target, NEW)
    assert outside.read_bytes() == b"precious"
    assert target.read_bytes() == NEW
    assert not target.is_symlink()


@on_linux
def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    target = tmp_path / "2.3.yaml"
    target.symlink_to(outside)
    replace(target, NEW)
    assert outside.read_bytes() == b"precious"
    assert target.read_bytes() == NEW
    assert not target.is_symlink()


def test_evidence_with_the_longest_name_that_a_disk_takes_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("证" * 84 + ".p")
    replace(target, NEW)
    assert target.read_bytes() == NEW


def test_two_files_of_a_folder_are_not_written_into_one_another(tmp_path: Path) -> None:
    names = [f"{problem}.{number}.yaml" for problem in (1, 11) for number in range(1, 200)] + [
        "problem.yaml",
        "ledger.yaml",
    ]
    halves = {temporary_path(tmp_path / name) for name in names}
    assert len(halves) == len(names)
    assert all(half.name.startswith(".") and half.parent == tmp_path for half in halves)


def test_a_folder_goes_with_its_last_file_and_not_before(tmp_path: Path) -> None:
    folder = tmp_path / "02"
    folder.mkdir()
    for name in ("problem.yaml", "2.1.yaml"):
        (folder / name).write_bytes(OLD)
    files.remove(folder / "2.1.yaml")
    assert _names(folder) == ["problem.yaml"]
    files.remove(folder / "problem.yaml")
    assert not folder.exists()
    files.remove(folder / "problem.yaml")


# ---------------------------------------------------------------- finding a ledger


def test_a_ledger_is_found_from_any_folder_below_it(bare_ledger: LedgerOnDisk) -> None:
    deep = bare_ledger.root / "data/problems/02"
    assert files.find_ledger(deep, None) == bare_ledger.root
    assert files.find_ledger(bare_ledger.root, None) == bare_ledger.root


def test_the_nearest_ledger_is_the_one(bare_ledger: LedgerOnDisk) -> None:
    inner = bare_ledger.write("村/data/ledger.yaml", LEDGER).parents[1]
    assert files.find_ledger(inner / "data", None) == inner


@pytest.mark.parametrize("named", ["nowhere", "data", "data/ledger.yaml"])
def test_a_folder_named_that_is_no_ledger_is_said_to_be_none(bare_ledger: LedgerOnDisk, named: str) -> None:
    with pytest.raises(SurroundingsError) as error:
        files.find_ledger(bare_ledger.root, bare_ledger.root / named)
    assert error.value.code == "no-ledger"
    assert error.value.exit_code == 3


def test_where_there_is_no_ledger_the_hint_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SurroundingsError) as error:
        files.find_ledger(tmp_path, None)
    assert "xuncha init" in error.value.hint


def test_a_ledger_named_by_a_relative_path_is_known_by_its_whole_one(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bare_ledger.root.parent)
    assert files.find_ledger(Path("/"), Path(bare_ledger.root.name)) == bare_ledger.root


# ---------------------------------------------------------------- listing and reading


def test_a_folder_lists_what_it_holds_but_for_names_that_begin_with_a_dot(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/.git/x", "")
    bare_ledger.write("data/.DS_Store", "")
    assert sorted(WorkingTree(bare_ledger.root).entries("data")) == [
        ("ledger.yaml", "file"),
        ("problems", "folder"),
    ]


@on_linux
def test_links_and_pipes_are_listed_as_what_they_are(bare_ledger: LedgerOnDisk) -> None:
    folder = bare_ledger.root / "data/problems/01"
    (folder / "file-link").symlink_to(folder / "1.1.yaml")
    (folder / "folder-link").symlink_to(folder.parent)
    (folder / "broken-link").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    kinds = dict(WorkingTree(bare_ledger.root).entries("data/problems/01"))
    assert kinds["file-link"] == kinds["folder-link"] == kinds["broken-link"] == "link"
    assert kinds["pipe"] == "other"
    assert kinds["1.1.yaml"] == "file"


@pytest.mark.parametrize("folder", ["nowhere", "data/ledger.yaml", "data/nowhere/deep"])
def test_what_is_no_folder_lists_as_empty(bare_ledger: LedgerOnDisk, folder: str) -> None:
    assert WorkingTree(bare_ledger.root).entries(folder) == []


@on_linux
def test_a_folder_that_is_a_link_lists_as_empty(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / "link").symlink_to(bare_ledger.root / "data")
    assert WorkingTree(bare_ledger.root).entries("link") == []


def test_of_a_huge_file_no_more_is_read_than_shows_that_it_is_huge(bare_ledger: LedgerOnDisk) -> None:
    with bare_ledger.write("data/huge", b"").open("wb") as stream:
        stream.truncate(10 * 1024 * MAX_SIZE)
    assert len(WorkingTree(bare_ledger.root).read("data/huge")) == MAX_SIZE + 1


@pytest.mark.parametrize("size", [0, 1, MAX_SIZE - 1, MAX_SIZE])
def test_a_file_is_read_to_its_last_byte(bare_ledger: LedgerOnDisk, size: int) -> None:
    bare_ledger.write("data/x", b"x" * size)
    assert len(WorkingTree(bare_ledger.root).read("data/x")) == size


def test_a_file_is_known_by_the_sha256_of_its_bytes_and_by_their_number(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/evidence/2.1/a", NEW)
    assert WorkingTree(bare_ledger.root).fingerprint("data/evidence/2.1/a") == Fingerprint(
        hashlib.sha256(NEW).hexdigest(), len(NEW)
    )


@pytest.mark.parametrize("path", ["data/evidence/2.1/b", "data/evidence/2.1", "data/evidence/9.9/a"])
def test_what_is_no_file_has_no_fingerprint(bare_ledger: LedgerOnDisk, path: str) -> None:
    bare_ledger.write("data/evidence/2.1/a", NEW)
    assert WorkingTree(bare_ledger.root).fingerprint(path) is None


@on_linux
@pytest.mark.parametrize("link", ["data/evidence/2.1/a", "data/evidence/2.1", "data/evidence"])
def test_evidence_behind_a_link_is_not_in_the_ledger(bare_ledger: LedgerOnDisk, link: str) -> None:
    bare_ledger.write("data/evidence/2.1/a", NEW)
    elsewhere = bare_ledger.root.parent / "elsewhere"
    (bare_ledger.root / link).rename(elsewhere)
    (bare_ledger.root / link).symlink_to(elsewhere)
    assert (bare_ledger.root / "data/evidence/2.1/a").read_bytes() == NEW
    assert WorkingTree(bare_ledger.root).fingerprint("data/evidence/2.1/a") is None


@on_linux
def test_a_pipe_has_no_fingerprint_and_is_not_waited_for(bare_ledger: LedgerOnDisk) -> None:
    folder = bare_ledger.root / "data/evidence/2.1"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "a")
    assert WorkingTree(bare_ledger.root).fingerprint("data/evidence/2.1/a") is None


# ---------------------------------------------------------------- a change that is not written yet


def test_a_change_is_seen_before_it_is_written(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.path("2.1")
    overlay = Overlay(WorkingTree(bare_ledger.root), {path: NEW})
    assert overlay.read(path) == NEW
    assert overlay.fingerprint(path) == Fingerprint(hashlib.sha256(NEW).hexdigest(), len(NEW))
    assert (bare_ledger.root / path).read_bytes() != NEW
    assert overlay.read(bare_ledger.path("2.2")) == bare_ledger.read("2.2").encode()


def test_a_file_that_would_be_gone_is_gone(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.path("2.3")
    overlay = Overlay(WorkingTree(bare_ledger.root), {path: None})
    assert "2.3.yaml" not in [entry.name for entry in overlay.entries("data/problems/02")]
    assert overlay.fingerprint(path) is None
    with pytest.raises(FileNotFoundError):
        overlay.read(path)


def test_a_new_problem_is_seen_with_its_folder(bare_ledger: LedgerOnDisk) -> None:
    overlay = Overlay(WorkingTree(bare_ledger.root), {"data/problems/04/problem.yaml": b"x"})
    assert ("04", "folder") in overlay.entries("data/problems")
    assert overlay.entries("data/problems/04") == [("problem.yaml", "file")]
    assert sorted(overlay.entries("data")) == [("ledger.yaml", "file"), ("problems", "folder")]


def test_new_evidence_is_seen_with_all_folders_above_it(bare_ledger: LedgerOnDisk) -> None:
    overlay = Overlay(WorkingTree(bare_ledger.root), {"data/evidence/2.1/a": b"x"})
    assert ("evidence", "folder") in overlay.entries("data")
    assert overlay.entries("data/evidence") == [("2.1", "folder")]
    assert overlay.entries("data/evidence/2.1") == [("a", "file")]


def test_a_change_is_seen_from_the_ledger_s_own_folder(bare_ledger: LedgerOnDisk) -> None:
    overlay = Overlay(WorkingTree(bare_ledger.root), {"README.md": NEW, "data/problems/02/2.1.yaml": NEW})
    assert sorted(overlay.entries("")) == [("README.md", "file"), ("data", "folder")]


def test_nothing_is_listed_twice(bare_ledger: LedgerOnDisk) -> None:
    overlay = Overlay(
        WorkingTree(bare_ledger.root), {bare_ledger.path("2.1"): NEW, "data/problems/02/2.4.yaml": NEW}
    )
    for folder in ("data", "data/problems", "data/problems/02"):
        names = [entry.name for entry in overlay.entries(folder)]
        assert len(names) == len(set(names))


@on_linux
def test_a_file_that_replaces_a_link_is_a_file(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.root / bare_ledger.path("2.3")
    path.unlink()
    path.symlink_to("nowhere")
    overlay = Overlay(
        WorkingTree(bare_ledger.root), {bare_ledger.path("2.3"): measure("2.3", "closed").encode()}
    )
    assert check(overlay) == []


_MEASURES = [Identity(number, place) for number in (1, 2, 3) for place in (0, 1, 2, 3)]
_CONTENT = st.sampled_from(["in_progress", "submitted", "done"]) | st.none()


@given(st.dictionaries(st.sampled_from(_MEASURES), _CONTENT, max_size=6))
def test_what_is_found_wrong_before_a_change_is_written_is_what_is_wrong_after(
    changes: dict[Identity, str | None],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in {
            "data/ledger.yaml": LEDGER,
            "data/problems/01/problem.yaml": problem("甲", "a"),
            "data/problems/01/1.1.yaml": measure("1.1"),
            "data/problems/02/problem.yaml": problem("乙", "b"),
            "data/problems/02/2.1.yaml": measure("2.1"),
            "data/problems/02/2.2.yaml": measure("2.2"),
        }.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        contents: dict[str, bytes | None] = {
            identity.path: None if status is None else (problem("丙", "a") if identity.is_problem else measure(str(identity), status)).encode()
            for identity, status in changes.items()
        }  # fmt: skip
        before = check(Overlay(WorkingTree(root), contents))
        for path, content in contents.items():
            if content is None:
                files.remove(root / path)
            else:
                (root / path).parent.mkdir(exist_ok=True)
                replace(root / path, content)
        assert before == check(WorkingTree(root))


def test_folders_of_any_depth_are_looked_through(bare_ledger: LedgerOnDisk) -> None:
    deep = "templates/" + "a/" * 1500
    source = Overlay(WorkingTree(bare_ledger.root), {f"{deep}notice.txt.j2": b"{{ x }}"})
    assert check(source) == []
    assert source.base.entries(deep) == []
    assert not WorkingTree(bare_ledger.root).behind_link(f"{deep}notice.txt.j2")
