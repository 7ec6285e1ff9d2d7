"""A folder's `.git` is not trusted: links to other repositories, commit graphs, changed objects, kept counts."""

from __future__ import annotations

import hashlib
import marshal
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

LOOKS = (("log",), ("show", "1.1"), ("audit",), ("status", "--at", "HEAD"))


@pytest.fixture
def mine(ledger: LedgerOnDisk) -> Path:
    """Make a repository of the reader's own, with a secret in it."""
    place = ledger.root.parent / "我的"
    shutil.copytree(ledger.root, place)
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "我的秘密"],
        cwd=place,
        env=ledger.environment,
        check=True,
    )
    return place


def _file(ledger: LedgerOnDisk, mine: Path) -> None:
    shutil.rmtree(ledger.root / ".git")
    (ledger.root / ".git").write_text(f"gitdir: {mine}/.git\n", encoding="utf-8")


def _link(ledger: LedgerOnDisk, mine: Path) -> None:
    shutil.rmtree(ledger.root / ".git")
    (ledger.root / ".git").symlink_to(mine / ".git")


def _common(ledger: LedgerOnDisk, mine: Path) -> None:
    (ledger.root / ".git/commondir").write_text(f"{mine}/.git\n", encoding="utf-8")


def _parts(ledger: LedgerOnDisk, mine: Path) -> None:
    for part in ("refs", "objects"):
        shutil.rmtree(ledger.root / ".git" / part)
        (ledger.root / ".git" / part).symlink_to(mine / ".git" / part)


@pytest.mark.parametrize("lead", [_file, _link, _common, _parts])
def test_a_git_folder_that_leads_to_the_reader_s_own_repository_shows_nothing_of_it(
    ledger: LedgerOnDisk, mine: Path, lead: object
) -> None:
    lead(ledger, mine)  # type: ignore[operator]
    before = sorted((mine / ".git").rglob("*"))
    for command in (*LOOKS, ("status",), ("progress", "1.2", "甲。")):
        result = ledger.run(*command)
        assert result.code == 3, (command, result.err)
        assert "error[strange-repository]" in result.err
        assert "秘密" not in result.out + result.err
    assert sorted((mine / ".git").rglob("*")) == before, "something was written there"


def test_a_linked_working_tree_and_a_folder_set_apart_still_work(ledger: LedgerOnDisk) -> None:
    ledger.git("worktree", "add", "-q", "../另一棵", "-b", "另一支")
    other = type(ledger)(ledger.root.parent / "另一棵", ledger.environment)
    assert other.run("log").code == 0
    assert other.run("progress", "1.2", "甲。").code == 0


def test_what_a_commit_graph_says_of_parents_is_not_believed(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2024-12-30"))
    ledger.commit("by hand")
    ledger.ok("progress", "1.2", "甲。")
    found = ledger.run("audit", "--json").out
    ledger.git("commit-graph", "write", "--reachable")
    graph = ledger.root / ".git/objects/info/commit-graph"
    graph.chmod(0o644)
    content = bytearray(graph.read_bytes())
    at = content.index(bytes.fromhex(ledger.git("rev-parse", "HEAD^{tree}").strip()))
    content[at + 20 : at + 24] = (0x70000000).to_bytes(4, "big")  # no parent
    content[-20:] = hashlib.sha1(content[:-20]).digest()  # noqa: S324  as git does
    graph.write_bytes(content)
    assert ledger.git("rev-list", "--count", "HEAD").strip() == "1", "git itself believes it"
    assert ledger.run("audit", "--json").out == found


def test_an_object_that_does_not_hold_what_its_name_says_is_named(ledger: LedgerOnDisk) -> None:
    for name in (ledger.git("rev-parse", "HEAD:./" + ledger.path("1.1")), ledger.git("rev-parse", "HEAD")):
        kind = ledger.git("cat-file", "-t", name.strip()).strip()
        content = subprocess.run(
            ["git", "cat-file", kind, name.strip()],
            cwd=ledger.root,
            env=ledger.environment,
            capture_output=True,
            check=True,
        ).stdout
        place = ledger.root / ".git/objects" / name[:2] / name.strip()[2:]
        genuine = place.read_bytes()
        forged = (
            content.replace("1.1号".encode(), "1.9号".encode())
            if kind == "blob"
            else content.replace(b"start", b"Start")
        )
        assert forged != content
        place.chmod(0o644)
        place.write_bytes(zlib.compress(f"{kind} {len(forged)}\0".encode() + forged))
        result = ledger.run("audit")
        assert (result.code, kind == "commit" or name.strip() in result.err) == (3, True), (
            kind,
            result.out,
            result.err,
        )
        place.write_bytes(genuine)


@pytest.mark.parametrize("content", [b"", b"garbage", zlib.compress(b"blob 3\0abc")])
def test_what_a_power_cut_left_of_an_object_that_nothing_names_hinders_no_audit(
    ledger: LedgerOnDisk, content: bytes
) -> None:
    place = ledger.root / ".git/objects/aa" / ("b" * 38)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    assert ledger.run("audit").code == 0


@pytest.mark.parametrize("setting", ["trailer.Xuncha-Id.key Foo", "core.commentChar X"])
def test_no_setting_changes_what_a_commit_says(ledger: LedgerOnDisk, setting: str) -> None:
    ledger.ok("progress", "1.2", "甲。")
    told = ledger.json("log")
    ledger.git("config", *setting.split())
    assert ledger.json("log") == told


def test_counts_that_were_kept_elsewhere_are_not_believed(ledger: LedgerOnDisk) -> None:
    told = ledger.json("status", "--at", "HEAD")
    (kept,) = (ledger.root / ".git/xuncha").glob("past-*")
    form, stamp, frame, folders = marshal.loads(kept.read_bytes()[4:])  # noqa: S302  our own
    form = form.rpartition(" [")[0] + " [(1, 1), (1, 1)]"
    forged = marshal.dumps((form, stamp, (*frame[:0], "伪造的单位", *frame[1:]), folders))
    kept.write_bytes(zlib.crc32(forged).to_bytes(4, "big") + forged)
    assert ledger.json("status", "--at", "HEAD") == told


def test_a_branch_that_is_lost_is_not_nothing(ledger: LedgerOnDisk) -> None:
    (ledger.root / ".git/refs/heads/main").unlink()
    for command in (("log",), ("audit",), ("show", "1.1")):
        assert ledger.run(*command).code == 3, command


@pytest.mark.parametrize("far", [False, True])
def test_a_branch_that_does_not_exist_beside_one_with_the_ledger_is_not_nothing(
    ledger: LedgerOnDisk, far: bool
) -> None:
    branch = "refs/remotes/origin/main" if far else "refs/heads/$(touch${IFS}运行了)"
    ledger.git("update-ref", branch, "HEAD")
    ledger.git("symbolic-ref", "HEAD", "refs/heads/无")
    ledger.git("update-ref", "-d", "refs/heads/main")
    for command in (
        ("log",),
        ("audit",),
        ("show", "1.1"),
        ("doctor",),
        ("progress", "1.2", "甲。"),
        ("edit",),
        ("add", "problem", "甲", "--category", "a"),
    ):
        result = ledger.run(*command)
        assert (result.code, "无" in result.out + result.err) == (3, True), (command, result.out, result.err)
    told = ledger.run("log").err
    subprocess.run(
        ["sh", "-c", told.rpartition("：")[2]], cwd=ledger.root, env=ledger.environment, check=True
    )
    assert not (ledger.root / "运行了").exists()
    assert ledger.run("log").code == 0
    assert ledger.run("progress", "1.2", "甲。").code == 0


def test_a_new_branch_beside_one_without_the_ledger_has_no_history_yet(ledger: LedgerOnDisk) -> None:
    tree = ledger.git("mktree").strip()
    ledger.git("update-ref", "refs/heads/other", ledger.git("commit-tree", tree, "-m", "别的").strip())
    ledger.git("symbolic-ref", "HEAD", "refs/heads/无")
    ledger.git("update-ref", "-d", "refs/heads/main")
    assert ledger.run("log").code == 0


@pytest.mark.parametrize(
    "text", ["{{ cycler() }}", '{{ "\\ud800" }}', "{{ 1e999|int }}", "{% macro f(a, a) %}{% endmacro %}"]
)
def test_whatever_a_template_does_wrong_is_the_template_s(ledger: LedgerOnDisk, text: str) -> None:
    ledger.write("templates/notice.txt.j2", text)
    result = ledger.run("notice")
    assert (result.code, "error[template]" in result.err) == (1, True), result.err


def test_a_relative_path_does_not_have_the_ledger_s_own_git_run(ledger: LedgerOnDisk) -> None:
    (ledger.root / "git").write_text("#!/bin/sh\ntouch 运行了\n", encoding="utf-8")
    (ledger.root / "git").chmod(0o755)
    ledger.run("log", PATH=f".:{ledger.environment['PATH']}")
    assert not (ledger.root / "运行了").exists()


@pytest.mark.parametrize("half", ["head -c 0", "head -c 300"])
def test_a_git_that_ends_well_and_has_not_told_all_is_not_believed(
    ledger: LedgerOnDisk, tmp_path: Path, half: str
) -> None:
    ledger.ok("progress", "1.2", "甲。")
    real = shutil.which("git")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(
        f'#!/bin/sh\ncase " $* " in *" log "*) {real} "$@" | {half}; exit 0;; esac\nexec {real} "$@"\n',
        encoding="utf-8",
    )
    (tmp_path / "bin/git").chmod(0o755)
    for command in ("audit", "log"):
        result = ledger.run(command, PATH=f"{tmp_path / 'bin'}:{ledger.environment['PATH']}")
        assert (result.code, result.out) == (3, ""), (command, result.err)


@pytest.mark.parametrize("folder", ["data/problems/01", "data/problems", "data", ""])
@pytest.mark.parametrize("later", [False, True])
def test_a_folder_of_a_commit_that_was_exchanged_is_damage(
    ledger: LedgerOnDisk, folder: str, later: bool
) -> None:
    good = ledger.git("rev-parse", f"HEAD:{folder}").strip()
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2025-12-31"))
    ledger.commit()
    bad = ledger.git("rev-parse", f"HEAD:{folder}").strip()
    if later:
        ledger.ok("progress", "1.2", "甲。")
    objects = ledger.root / ".git/objects"
    target = objects / bad[:2] / bad[2:]
    target.chmod(0o644)
    target.write_bytes((objects / good[:2] / good[2:]).read_bytes())
    result = ledger.run("audit")
    assert (result.code, "error[git-failed]" in result.err, bad in result.err) == (3, True, True), result.err
