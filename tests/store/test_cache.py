"""The cache always agrees with the files, whatever changed or replaced it."""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import LEDGER, PROBLEMS, STATES, LedgerOnDisk, measure, problem
from xuncha.errors import InvalidLedgerError
from xuncha.model.records import Ledger
from xuncha.model.vocabulary import STATUSES
from xuncha.store import cache, loading
from xuncha.store.files import WorkingTree, replace
from xuncha.trail.repository import private_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from xuncha.model.register import Register

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ctime")

AT_ONCE = -(10**12)
"""Nanoseconds that a file must have stood still to be kept: none, and not even a clock set back by minutes hinders it."""


@pytest.fixture(autouse=True)
def kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept as soon as they are read, so that a test need not wait until they have settled."""
    monkeypatch.setattr(cache, "_SETTLE_TIME", AT_ONCE)


def fresh(root: Path) -> Register | list[tuple[str, str]]:
    """Read the files without the cache: return the register, or the path and code of each finding."""
    try:
        return loading.load_ledger(WorkingTree(root)).register()
    except InvalidLedgerError as error:
        return [(finding.place.path, finding.code) for finding in error.findings]


def cached(root: Path) -> Register | list[tuple[str, str]]:
    """Read the ledger as a command does, from the cache where it is valid."""
    try:
        return cache.register(root)
    except InvalidLedgerError as error:
        return [(finding.place.path, finding.code) for finding in error.findings]


def place(root: Path) -> Path:
    """Where the cache of a ledger is kept."""
    found = private_path(root, "register")
    assert found
    return found


def tick() -> None:
    """Wait until the clock of the file system has moved on: a test is faster than it, and people are not."""
    time.sleep(0.012)


def statuses(root: Path) -> dict[str, str]:
    """Return the status of each measure, as a command reads it."""
    return {row.id: row.status for row in cache.register(root).measures}


def lie(root: Path) -> None:
    """Make the cache say what no file says, so that it shows whether it was asked."""
    kept = cache._load(place(root))
    assert kept
    folders = {
        name: (stamp, evidence, (row[0], "谎话", *row[2:]))
        for name, (stamp, evidence, row) in kept.folders.items()
    }
    cache._save(place(root), cache._Cache(kept.settings_stamp, kept.frame, folders))


def lied_of(root: Path) -> set[str]:
    """Return the problems that were read from the cache, known by their false title."""
    return {row.id for row in cache.register(root).problems if row.title == "谎话"}


# ---------------------------------------------------------------- what is believed


def test_what_has_not_changed_is_not_read_again(ledger: LedgerOnDisk) -> None:
    before = cache.register(ledger.root)
    lie(ledger.root)
    assert lied_of(ledger.root) == {"1", "2", "3"}
    place(ledger.root).unlink()
    assert cache.register(ledger.root) == before == fresh(ledger.root)


def test_of_a_changed_problem_only_that_problem_is_read_again(ledger: LedgerOnDisk) -> None:
    cache.register(ledger.root)
    lie(ledger.root)
    tick()
    ledger.write(ledger.path("2.1"), measure("2.1", "in_progress"))
    assert lied_of(ledger.root) == {"1", "3"}
    assert statuses(ledger.root)["2.1"] == "in_progress"


def test_after_the_settings_change_everything_is_read_again(ledger: LedgerOnDisk) -> None:
    cache.register(ledger.root)
    lie(ledger.root)
    tick()
    ledger.write("data/ledger.yaml", LEDGER.replace("due_soon_days: 14", "due_soon_days: 15"))
    assert lied_of(ledger.root) == set()
    assert cache.register(ledger.root).frame.due_soon_days == 15


def test_validation_does_not_ask_the_cache(ledger: LedgerOnDisk) -> None:
    before = cache.register(ledger.root)
    kept = cache._load(place(ledger.root))
    assert kept
    ledger.write(ledger.path("2.1"), measure("2.1", "done_somehow"))
    # The cache is made to take what is there now for what it has read and found right.
    folder, base = str(ledger.root / "data/problems/02"), str(ledger.root)
    stamp, settled = cache._stamp_of_folder(folder, time.time_ns(), base, kept.folders["02"][1])
    assert settled
    folders = {**kept.folders, "02": (stamp, *kept.folders["02"][1:])}
    cache._save(place(ledger.root), cache._Cache(kept.settings_stamp, kept.frame, folders))
    assert cache.register(ledger.root) == before, "the cache was not believed"
    result = ledger.run("validate")
    assert result.code == 1
    assert ledger.path("2.1") in result.err


def test_what_changed_a_moment_ago_is_not_kept(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert cache._SETTLE_TIME >= 1_000_000_000
    cache.register(ledger.root)
    kept = cache._load(place(ledger.root))
    assert kept is None or not kept.folders


def test_changes_in_one_tick_of_the_clock_are_all_seen(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    path = ledger.root / ledger.path("2.1")
    stamp = path.stat().st_mtime_ns
    for number in range(60):
        title = f"'第{number:02d}次'"
        path.write_bytes(measure("2.1", "submitted", title=title).encode())
        os.utime(path, ns=(stamp, stamp))
        row = next(row for row in cache.register(ledger.root).measures if row.id == "2.1")
        assert row.title == title.strip("'")


# ---------------------------------------------------------------- what must be noticed


def _same_size(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace("规划科".encode(), "财务科".encode()))


def _same_size_and_time(path: Path) -> None:
    status = path.stat()
    _same_size(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replaced_with_the_same_time(path: Path) -> None:
    status = path.stat()
    content = path.read_bytes().replace("规划科".encode(), "财务科".encode())
    other = path.with_name(".other")
    other.write_bytes(content)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def _one_byte_in_place(path: Path) -> None:
    status = path.stat()
    with path.open("r+b") as stream:
        stream.seek(path.read_bytes().index("规划科".encode()))
        stream.write("财务科".encode())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _through_another_name(path: Path) -> None:
    status = path.stat()
    other = path.parents[3] / "other-name"
    os.link(path, other)
    _same_size(other)
    other.unlink()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        _same_size,
        _same_size_and_time,
        _replaced_with_the_same_time,
        _one_byte_in_place,
        _through_another_name,
    ],
)
def test_a_file_of_the_same_size_with_its_time_set_back_is_noticed(
    ledger: LedgerOnDisk, change: Callable[[Path], None]
) -> None:
    before = cache.register(ledger.root)
    path = ledger.root / ledger.path("2.1")
    size, when = path.stat().st_size, path.stat().st_mtime_ns
    tick()
    change(path)
    assert path.stat().st_size == size
    assert change is _same_size or path.stat().st_mtime_ns == when
    after = cache.register(ledger.root)
    assert next(row.office for row in before.measures if row.id == "2.1") == "规划科"
    assert next(row.office for row in after.measures if row.id == "2.1") == "财务科"


def test_two_files_that_change_places_are_noticed(ledger: LedgerOnDisk) -> None:
    assert statuses(ledger.root)["2.1"] == "submitted"
    first, second = (ledger.root / ledger.path(number) for number in ("2.1", "2.2"))
    tick()
    first.rename(first.with_name(".x"))
    second.rename(first)
    first.with_name(".x").rename(second)
    assert statuses(ledger.root)["2.1"] == "closed"
    assert statuses(ledger.root)["2.2"] == "submitted"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("data/problems/02/2.1.yaml", ""),
        ("data/problems/02/2.1.yaml", "title: ["),
        ("data/problems/02/2.1.yaml", measure("2.1", "done")),
        ("data/problems/02/2.1.yaml", measure("2.1", "submitted", leader="某某")),
        ("data/problems/02/problem.yaml", "title: 甲\ncategory: c\n"),
        ("data/problems/02/2.4.yml", "x"),
        ("data/problems/02/2.9.yaml", measure("2.9")),
        ("data/problems/说明.txt", "x"),
        ("data/problems/5/problem.yaml", problem("甲", "a")),
        ("data/problems/09/problem.yaml", problem("甲", "a")),
        ("data/ledger.yaml", LEDGER.replace("分管副局长", "分管局长")),
        ("data/ledger.yaml", "organisation: ["),
    ],
)
def test_a_ledger_broken_after_it_was_kept_is_broken(ledger: LedgerOnDisk, path: str, content: str) -> None:
    whole = cache.register(ledger.root)
    old = (ledger.root / path).read_bytes() if (ledger.root / path).exists() else None
    tick()
    ledger.write(path, content)
    for _again in range(2):
        findings = cached(ledger.root)
        assert findings
        assert findings == fresh(ledger.root)
        assert isinstance(findings, list)
    tick()
    if old is None:
        (ledger.root / path).unlink()
        if (ledger.root / path).parent.name in {"5", "09"}:
            (ledger.root / path).parent.rmdir()
    else:
        ledger.write(path, old)
    assert cached(ledger.root) == whole


@pytest.mark.parametrize(
    "gone",
    [
        "data/problems/02/2.2.yaml",
        "data/problems/02/problem.yaml",
        "data/problems/02",
        "data/problems",
        "data/ledger.yaml",
    ],
)
def test_what_is_taken_away_after_it_was_kept_is_missed(ledger: LedgerOnDisk, gone: str) -> None:
    cache.register(ledger.root)
    tick()
    (ledger.root / gone).rename(ledger.root.parent / "elsewhere")
    assert cached(ledger.root) == fresh(ledger.root)


@pytest.mark.parametrize(
    "path", ["data/problems/02/2.1.yaml", "data/problems/02", "data/problems", "data/ledger.yaml", "data"]
)
def test_a_link_put_in_a_place_after_it_was_kept_is_refused(ledger: LedgerOnDisk, path: str) -> None:
    cache.register(ledger.root)
    tick()
    elsewhere = ledger.root.parent / "elsewhere"
    (ledger.root / path).rename(elsewhere)
    (ledger.root / path).symlink_to(elsewhere)
    findings = cached(ledger.root)
    assert isinstance(findings, list)
    assert (path, "symbolic-link") in findings


# ---------------------------------------------------------------- evidence

PAPER, OTHER = "当时的内容".encode(), "后来的内容".encode()


@pytest.fixture
def with_evidence(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Add an evidence file to the ledger, and keep the ledger in the cache."""
    ledger.write("data/evidence/2.1/意见.pdf", PAPER)
    entry = f"[{{date: 2024-03-01, text: 甲, evidence: [{{file: 意见.pdf, sha256: {hashlib.sha256(PAPER).hexdigest()}}}]}}]"
    ledger.write(ledger.path("2.1"), measure("2.1", "submitted", progress=entry))
    cache.register(ledger.root)
    lie(ledger.root)
    assert lied_of(ledger.root) == {"1", "2", "3"}
    tick()
    return ledger


def _codes(ledger: LedgerOnDisk) -> list[str]:
    findings = cached(ledger.root)
    assert isinstance(findings, list), "the cache hides what has happened to the evidence"
    return [code for _path, code in findings]


def test_evidence_changed_after_it_was_kept_is_noticed(with_evidence: LedgerOnDisk) -> None:
    paper = with_evidence.root / "data/evidence/2.1/意见.pdf"
    status = paper.stat()
    paper.write_bytes(OTHER)
    os.utime(paper, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert paper.stat().st_size == status.st_size
    assert _codes(with_evidence) == ["evidence-changed"]


def test_evidence_deleted_after_it_was_kept_is_noticed_and_its_return_too(
    with_evidence: LedgerOnDisk,
) -> None:
    paper = with_evidence.root / "data/evidence/2.1/意见.pdf"
    paper.unlink()
    assert _codes(with_evidence) == ["evidence-missing"]
    assert _codes(with_evidence) == ["evidence-missing"]
    with_evidence.write("data/evidence/2.1/意见.pdf", PAPER)
    assert lied_of(with_evidence.root) == {"1", "3"}


@pytest.mark.parametrize("path", ["data/evidence/2.1/意见.pdf", "data/evidence/2.1", "data/evidence"])
def test_evidence_moved_behind_a_link_after_it_was_kept_is_noticed(
    with_evidence: LedgerOnDisk, path: str
) -> None:
    elsewhere = with_evidence.root.parent / "elsewhere"
    (with_evidence.root / path).rename(elsewhere)
    (with_evidence.root / path).symlink_to(elsewhere)
    assert _codes(with_evidence) == ["evidence-missing"]


def test_evidence_replaced_by_a_folder_or_a_pipe_is_noticed(with_evidence: LedgerOnDisk) -> None:
    paper = with_evidence.root / "data/evidence/2.1/意见.pdf"
    paper.unlink()
    paper.mkdir()
    assert _codes(with_evidence) == ["evidence-missing"]
    paper.rmdir()
    os.mkfifo(paper)
    assert _codes(with_evidence) == ["evidence-missing"]


def test_evidence_that_no_measure_names_makes_nothing_stale(with_evidence: LedgerOnDisk) -> None:
    with_evidence.write("data/evidence/2.1/别的.pdf", OTHER)
    (with_evidence.root / "data/evidence/共享").symlink_to(with_evidence.root.parent)
    assert lied_of(with_evidence.root) == {"1", "2", "3"}


# ---------------------------------------------------------------- what may lie in its place


def _checked(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "big") + body


FORGED: dict[str, bytes] = {
    "nothing": b"",
    "one byte": b"\x00",
    "a checksum of nothing": _checked(b""),
    "a text": "不是缓存".encode(),
    "no marshal": _checked(b"\xff\xff\xff"),
    "another value": _checked(marshal.dumps(12)),
    "no values": _checked(marshal.dumps(())),
    "another format": _checked(marshal.dumps(("xuncha register 0", "", (), {}))),
    "the format alone": _checked(marshal.dumps((cache._FORMAT,))),
    "too many values": _checked(marshal.dumps((cache._FORMAT, "", (), {}, 1))),
    "nested to the depth of the stack": _checked(b"(\x01\x00\x00\x00" * 1900 + b"N"),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_is_no_cache_of_ours_is_ignored_and_replaced(ledger: LedgerOnDisk, what: str) -> None:
    expected = cache.register(ledger.root)
    place(ledger.root).write_bytes(FORGED[what])
    assert cache.register(ledger.root) == expected
    kept = cache._load(place(ledger.root))
    assert kept
    assert len(kept.folders) == 3


def test_the_cache_of_another_version_of_the_program_is_ignored(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_FORMAT", f"{cache._FORMAT} of tomorrow")
        cache.register(ledger.root)
        lie(ledger.root)
        assert lied_of(ledger.root) == {"1", "2", "3"}
    assert lied_of(ledger.root) == set()


def test_a_cache_cut_off_anywhere_is_ignored(ledger: LedgerOnDisk) -> None:
    expected = cache.register(ledger.root)
    lie(ledger.root)
    content = place(ledger.root).read_bytes()
    for length in {*range(0, len(content), 37), *range(12), len(content) - 1}:
        place(ledger.root).write_bytes(content[:length])
        assert cache._load(place(ledger.root)) is None
    assert cache.register(ledger.root) == expected


def test_a_cache_with_one_byte_wrong_is_ignored(ledger: LedgerOnDisk) -> None:
    expected = cache.register(ledger.root)
    lie(ledger.root)
    content = place(ledger.root).read_bytes()
    for at in {*range(0, len(content), 23), *range(8), len(content) - 1}:
        place(ledger.root).write_bytes(content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :])
        assert cache._load(place(ledger.root)) is None
    assert cache.register(ledger.root) == expected


def test_the_cache_of_another_ledger_is_not_taken_for_this_one_s(ledger: LedgerOnDisk) -> None:
    village = ledger.root / "村"
    shutil.copytree(ledger.root / "data", village / "data")
    path = village / ledger.path("2.1")
    path.write_text(measure("2.1", "in_progress"), encoding="utf-8")
    for _again in range(2):
        assert statuses(ledger.root)["2.1"] == "submitted"
        assert statuses(village)["2.1"] == "in_progress"
    assert place(ledger.root) != place(village)
    place(village).write_bytes(place(ledger.root).read_bytes())
    assert statuses(village)["2.1"] == "in_progress"


def test_a_ledger_that_was_copied_with_its_cache_is_read_anew(ledger: LedgerOnDisk) -> None:
    cache.register(ledger.root)
    lie(ledger.root)
    copy = ledger.root.parent / "copy"
    shutil.copytree(ledger.root, copy)
    ledger.root.rename(ledger.root.parent / "old")
    copy.rename(ledger.root)
    assert lied_of(ledger.root) == set()


# ---------------------------------------------------------------- where it cannot be kept


def test_without_a_repository_nothing_is_kept_and_all_is_read(bare_ledger: LedgerOnDisk) -> None:
    before = set(bare_ledger.root.rglob("*"))
    assert cached(bare_ledger.root) == fresh(bare_ledger.root)
    assert cached(bare_ledger.root) == fresh(bare_ledger.root)
    assert set(bare_ledger.root.rglob("*")) == before


def test_where_git_s_folder_cannot_be_written_a_command_is_none_the_worse(ledger: LedgerOnDisk) -> None:
    folder = ledger.root / ".git/xuncha"
    folder.write_text("in the way")
    assert cached(ledger.root) == fresh(ledger.root)
    assert folder.read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_where_git_s_folder_is_read_only_a_command_is_none_the_worse(ledger: LedgerOnDisk) -> None:
    (ledger.root / ".git").chmod(0o555)
    try:
        assert cached(ledger.root) == fresh(ledger.root)
    finally:
        (ledger.root / ".git").chmod(0o755)


def test_where_the_place_of_the_cache_is_a_folder_a_command_is_none_the_worse(ledger: LedgerOnDisk) -> None:
    place(ledger.root).mkdir(parents=True)
    assert cached(ledger.root) == fresh(ledger.root)
    assert cached(ledger.root) == fresh(ledger.root)
    assert [path.name for path in place(ledger.root).parent.iterdir()] == [place(ledger.root).name]


def test_where_git_s_folder_is_elsewhere_the_cache_is_there(ledger: LedgerOnDisk) -> None:
    ledger.git("worktree", "add", "-q", "../另一处")
    other = ledger.root.parent / "另一处"
    assert cached(other) == fresh(other)
    assert place(other).is_file()
    assert place(other).is_relative_to(ledger.root / ".git/worktrees")
    lie(other)
    assert lied_of(other) == {"1", "2", "3"}
    assert lied_of(ledger.root) == set()


def test_a_git_file_that_points_nowhere_hinders_nothing(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / ".git").write_text("gitdir: /nowhere/at/all\n")
    assert cached(bare_ledger.root) == fresh(bare_ledger.root)


def test_git_sees_nothing_of_the_cache(ledger: LedgerOnDisk) -> None:
    cache.register(ledger.root)
    assert place(ledger.root).is_file()
    assert ledger.clean()
    assert [path.name for path in place(ledger.root).parent.iterdir()] == [place(ledger.root).name]


# ---------------------------------------------------------------- any history of a ledger

_IDENTITIES = [*STATES, "2.4", "4.1", "1.3"]


def _write(ledger: LedgerOnDisk, what: str, how: str) -> None:
    path = ledger.root / ledger.path(what)
    path.parent.mkdir(exist_ok=True)
    replace(path, measure(what, how).encode())


def _office(ledger: LedgerOnDisk, what: str, how: str) -> None:
    path = ledger.root / ledger.path(what)
    if not path.exists():
        return
    status = path.stat()
    with path.open("r+b") as stream:
        content = stream.read()
        stream.seek(0)
        for office in ("规划科", "财务科", "办公室", "规化科"):
            content = content.replace(f"office: {office}".encode(), f"office: {how}".encode())
        stream.write(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _delete(ledger: LedgerOnDisk, what: str, _how: str) -> None:
    (ledger.root / ledger.path(what)).unlink(missing_ok=True)


def _swap(ledger: LedgerOnDisk, what: str, how: str) -> None:
    path, other = ledger.root / ledger.path(what), ledger.root / ledger.path(how)
    if path.exists() and other.exists() and other != path:
        path.rename(path.with_name(".x"))
        other.rename(path)
        path.with_name(".x").rename(other)


def _problem(ledger: LedgerOnDisk, what: str, how: str) -> None:
    ledger.write(f"data/problems/{what}/problem.yaml", problem(how, "a") if how else "")


def _rename(ledger: LedgerOnDisk, what: str, how: str) -> None:
    folder = ledger.root / "data/problems" / what
    if folder.exists() and not folder.with_name(how).exists():
        folder.rename(folder.with_name(how))


def _settings(ledger: LedgerOnDisk, what: str, _how: str) -> None:
    ledger.write("data/ledger.yaml", LEDGER.replace("due_soon_days: 14", f"due_soon_days: {what}"))


def _stray(ledger: LedgerOnDisk, what: str, _how: str) -> None:
    if (ledger.root / what).exists():
        (ledger.root / what).unlink()
    else:
        ledger.write(what, "x")


def _touch(ledger: LedgerOnDisk, what: str, _how: str) -> None:
    if (ledger.root / ledger.path(what)).exists():
        os.utime(ledger.root / ledger.path(what))


def _corrupt(ledger: LedgerOnDisk, how: str, _how: str) -> None:
    kept = place(ledger.root)
    if not kept.exists():
        return
    content = kept.read_bytes()
    if how == "remove":
        kept.unlink()
    else:
        kept.write_bytes(
            {"cut": content[: len(content) // 2], "flip": content[:-3] + b"???", "empty": b""}[how]
        )


# What a person, another program or a broken disk may do to a ledger.
_STEPS = st.one_of(
    st.tuples(st.just(_write), st.sampled_from(_IDENTITIES), st.sampled_from([*STATUSES, "done"])),
    st.tuples(st.just(_office), st.sampled_from(_IDENTITIES), st.sampled_from(["规划科", "财务科", "办公室", "规化科"])),
    st.tuples(st.just(_delete), st.sampled_from(_IDENTITIES), st.just("")),
    st.tuples(st.just(_swap), st.sampled_from(_IDENTITIES), st.sampled_from(_IDENTITIES)),
    st.tuples(st.just(_problem), st.sampled_from(["01", "02", "03", "04"]), st.sampled_from(["甲", "乙", ""])),
    st.tuples(st.just(_rename), st.sampled_from(["01", "02", "03", "04"]), st.sampled_from(["1", "02", "03", "04", "05"])),
    st.tuples(st.just(_settings), st.sampled_from(["14", "15", "9999"]), st.just("")),
    st.tuples(st.just(_stray), st.sampled_from(["data/problems/02/x", "data/problems/x", "data/x", "data/problems/02/.x"]), st.just("")),
    st.tuples(st.just(_touch), st.sampled_from(_IDENTITIES), st.just("")),
    st.tuples(st.just(_corrupt), st.sampled_from(["cut", "flip", "empty", "remove"]), st.just("")),
)  # fmt: skip


def _new_ledger(root: Path) -> LedgerOnDisk:
    ledger = LedgerOnDisk(root)
    (root / ".git").mkdir(parents=True)
    ledger.write("data/ledger.yaml", LEDGER)
    for number, (title, category, publish) in PROBLEMS.items():
        ledger.write(f"data/problems/{int(number):02d}/problem.yaml", problem(title, category, publish))
    for identity, status in STATES.items():
        ledger.write(ledger.path(identity), measure(identity, status))
    return ledger


@given(st.lists(_STEPS, min_size=1, max_size=8))
def test_whatever_happens_to_a_ledger_a_command_is_told_what_its_files_say(
    steps: list[tuple[Callable[[LedgerOnDisk, str, str], None], str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = _new_ledger(Path(folder) / "ledger")
        assert cached(ledger.root) == fresh(ledger.root)
        for step, what, how in steps:
            tick()
            step(ledger, what, how)
            expected = fresh(ledger.root)
            assert cached(ledger.root) == expected, (step, what, how)
            assert cached(ledger.root) == expected, (step, what, how)


def test_the_rows_that_come_out_of_the_cache_are_of_the_same_types(ledger: LedgerOnDisk) -> None:
    # One measure says every new key, one says nothing that may be missing.
    ledger.write(
        "data/ledger.yaml", LEDGER.replace("organisation: 中共某市水务局党组\n", "") + "requires: '>=0.1'\n"
    )
    ledger.write("data/problems/01/problem.yaml", "title: 甲\n")
    ledger.write("data/problems/02/problem.yaml", problem("乙", "b") + "fields: {cause: 人手不足}\n")
    ledger.write(ledger.path("1.1"), measure("1.1", "not_started", leader=None, office=None, due=None))
    ledger.write(ledger.path("2.1"), measure("2.1", person="张某", fields="{risk: 高}"))
    tick()
    first = cache.register(ledger.root)
    second = cache.register(ledger.root)
    assert first == second
    assert _types(first) == _types(second)
    assert isinstance(loading.load_ledger(WorkingTree(ledger.root)), Ledger)


def _types(value: Any) -> Any:
    return (type(value), [_types(item) for item in value]) if isinstance(value, tuple) else type(value)
