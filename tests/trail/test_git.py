"""Calling git: finding its folder, listing changed files, and refusing unsafe settings."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from xuncha.errors import SurroundingsError
from xuncha.trail.git import Git, GitError
from xuncha.trail.repository import git_dir, private_path

if TYPE_CHECKING:
    from pathlib import Path

ODD_NAMES = [
    "评审 意见.pdf",
    "a  b",
    " leading",
    "trailing ",
    "-F",
    "--help",
    "#1",
    "*",
    "?.yaml",
    "[a]",
    ":(top)x",
    ":!x",
    "!x",
    "~",
    "$(x)",
    "'\"",
    "back\\slash",
    "tab\there",
    "line\nbreak",
    "🚰",
    "\udcd6\udcd0.txt",
]


# ---- where git's folder is


def test_the_folder_of_a_repository_is_found_from_the_ledger_and_from_below(ledger: LedgerOnDisk) -> None:
    assert git_dir(ledger.root) == ledger.root / ".git"
    assert git_dir(ledger.root / "data/problems/01") == ledger.root / ".git"


def test_there_is_no_folder_outside_a_repository(bare_ledger: LedgerOnDisk) -> None:
    assert git_dir(bare_ledger.root) is None
    assert private_path(bare_ledger.root, "journal") is None
    with pytest.raises(SurroundingsError) as refused:
        Git.in_repository(bare_ledger.root, writes=True)
    assert refused.value.code == "no-repository"
    assert "git init" in refused.value.hint


def test_the_nearest_repository_is_the_one(ledger: LedgerOnDisk) -> None:
    inner = ledger.root / "内"
    inner.mkdir()
    ledger.git("init", "-q", str(inner))
    assert git_dir(inner) == inner / ".git"


def as_git_says(ledger: LedgerOnDisk) -> Path:
    """Where git itself has its folder."""
    return (ledger.root / ledger.git("rev-parse", "--git-dir").rstrip("\n")).resolve()


def test_a_linked_working_tree_has_its_own_folder(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "另 一处"))
    other = LedgerOnDisk(tmp_path / "另 一处", ledger.environment)
    found = git_dir(other.root)
    assert found is not None
    assert found.resolve() == as_git_says(other)
    assert found != git_dir(ledger.root)


def test_a_relative_path_in_the_git_file_is_read_from_where_the_file_stands(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.move(ledger.root / ".git", tmp_path / "git 目录")
    ledger.write(".git", "gitdir: ../git 目录\n")
    monkeypatch.chdir("/")
    found = git_dir(ledger.root)
    assert found is not None
    assert found.resolve() == as_git_says(ledger) == (tmp_path / "git 目录").resolve()


def test_a_git_file_that_names_no_folder_is_no_repository(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(".git", b"\xff\xfe nothing")
    assert git_dir(bare_ledger.root) is None


def test_git_dir_of_the_environment_goes_before_what_is_found(
    ledger: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "there"))
    assert git_dir(ledger.root) == tmp_path / "there"


def test_each_ledger_of_a_repository_has_private_files_of_its_own(ledger: LedgerOnDisk) -> None:
    first, second = private_path(ledger.root, "journal"), private_path(ledger.root / "二号", "journal")
    assert first is not None
    assert second is not None
    assert first != second
    assert first.parent == second.parent == ledger.root / ".git/xuncha"
    assert first != private_path(ledger.root, "register")


def test_private_files_are_seen_by_no_clone_and_no_status(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    place = private_path(ledger.root, "journal")
    assert place is not None
    place.parent.mkdir()
    place.write_bytes(b"x")
    assert ledger.clean()
    ledger.git("clone", "-q", str(ledger.root), str(tmp_path / "clone"))
    assert not (tmp_path / "clone/.git/xuncha").exists()


# ---- what has changed


@pytest.mark.apart
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_called_changed_exactly_when_it_is(ledger: LedgerOnDisk, name: str) -> None:
    git, path, other = Git(ledger.root), f"data/{name}", "data/ledger.yaml"
    assert git.uncommitted(path, other) == []
    target = ledger.root / "data" / name
    target.write_bytes(b"1\n")
    assert git.uncommitted(path, other) == [path]
    ledger.commit()
    assert git.uncommitted(path, other) == []
    target.write_bytes(b"2\n")
    assert git.uncommitted(other, path) == [path]
    ledger.git("add", "-A")
    assert git.uncommitted(other, path) == [path]
    ledger.commit()
    target.unlink()
    assert git.uncommitted(other, path) == [path]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_committed_alone(ledger: LedgerOnDisk, name: str) -> None:
    git = Git(ledger.root)
    for each in (name, "另一个.txt", "x", "a"):
        (ledger.root / "data" / each).write_bytes(b"1\n")
    ledger.git("add", "data/x")
    git.commit("subject\n\nA: b\n", [f"data/{name}"], new=[f"data/{name}"])
    shown = git.run("show", "--format=", "--name-only", "-z")
    assert shown == os.fsencode(f"data/{name}\0")
    assert ledger.git("diff", "--cached", "--name-only") == "data/x\n"


def test_work_that_is_staged_and_no_longer_in_the_folder_is_still_someones(ledger: LedgerOnDisk) -> None:
    git, path, before = Git(ledger.root), ledger.path("1.2"), ledger.read("1.2")
    assert git.uncommitted_or_staged(path, "data/ledger.yaml") == []
    ledger.write(path, before + "# staged\n")
    assert git.uncommitted_or_staged("data/ledger.yaml", path) == [path]
    ledger.git("add", "-A")
    ledger.write(path, before)
    assert git.uncommitted(path) == []
    assert git.uncommitted_or_staged(path, "data/ledger.yaml") == [path]
    ledger.git("reset", "-q")
    assert git.uncommitted_or_staged(path) == []
    ledger.git("rm", "-q", "--cached", path)
    assert git.uncommitted_or_staged(path) == [path]


def test_everything_is_changed_before_the_first_commit(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    assert Git(bare_ledger.root).uncommitted("data/ledger.yaml", "data/none") == ["data/ledger.yaml"]


def test_a_changed_file_of_a_ledger_in_a_folder_has_its_path_in_the_ledger(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.git("init", "-q", str(bare_ledger.root.parent))
    bare_ledger.commit()
    path = bare_ledger.path("1.2")
    bare_ledger.write(path, bare_ledger.read("1.2") + "# x\n")
    assert Git(bare_ledger.root).uncommitted("data/ledger.yaml", path) == [path]


def test_asking_what_has_changed_does_not_touch_the_index(ledger: LedgerOnDisk) -> None:
    before = (ledger.root / ".git/index").stat().st_mtime_ns
    ledger.write(ledger.path("1.2"), ledger.read("1.2"))
    assert Git(ledger.root).uncommitted(ledger.path("1.2")) == []
    assert (ledger.root / ".git/index").stat().st_mtime_ns == before


# ---- who, and what goes wrong


@pytest.mark.parametrize("name", ["张 三", "O'Brien <>", "a <b", "李四"])
def test_the_name_and_the_address_are_those_git_would_sign_with(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", name)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "zhang@example.invalid")
    ledger.environment.update(GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL="zhang@example.invalid")
    ledger.git("commit", "-q", "--allow-empty", "-m", "x")
    assert Git(ledger.root).user() == tuple(ledger.git("log", "-1", "--format=%an%n%ae").splitlines())


def test_without_a_user_the_commands_that_set_one_are_named(ledger: LedgerOnDisk) -> None:
    for key in ("name", "email"):
        ledger.git("config", "--global", "--unset-all", f"user.{key}")
    ledger.git("config", "--global", "user.useConfigOnly", "true")
    with pytest.raises(SurroundingsError) as refused:
        Git(ledger.root).user()
    assert refused.value.code == "no-user"
    assert re.search(r"user\.name .*user\.email", refused.value.hint)


def test_what_git_says_against_it_is_carried_on(ledger: LedgerOnDisk) -> None:
    with pytest.raises(GitError) as refused:
        Git(ledger.root).run("cat-file", "blob", "HEAD:none")
    assert "none" in refused.value.reason


def test_a_missing_git_is_the_surroundings_fault(
    ledger: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SurroundingsError) as refused:
        Git(ledger.root).text("status")
    assert refused.value.code == "no-git"


def test_a_commit_that_is_refused_leaves_the_index_as_it_was(ledger: LedgerOnDisk) -> None:
    hook = ledger.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    ledger.write("data/staged", "1")
    ledger.git("add", "data/staged")
    before = ledger.git("ls-files", "--stage", "-z")
    ledger.write("data/new", "1")
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# x\n")
    with pytest.raises(GitError):
        Git(ledger.root, writes=True).commit("x\n", [ledger.path("1.2"), "data/new"], new=["data/new"])
    assert ledger.git("ls-files", "--stage", "-z") == before


@pytest.mark.parametrize("name", ODD_NAMES)
def test_many_files_are_committed_alone_and_a_refusal_leaves_the_index_as_it_was(
    ledger: LedgerOnDisk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xuncha.trail.git.MAX_PATHS", 1)
    git, new = Git(ledger.root, writes=True), f"data/{name}"
    (ledger.root / new).write_bytes(b"1\n")
    (ledger.root / "data/另一个.txt").write_bytes(b"1\n")
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "# 改\n")
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# 改\n")
    hook = ledger.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = ledger.git("status", "--porcelain")
    with pytest.raises(GitError):
        git.commit("subject\n", [new, ledger.path("1.1")], new=[new])
    assert ledger.git("status", "--porcelain") == before
    hook.unlink()
    git.commit("subject\n", [new, ledger.path("1.1")], new=[new])
    shown = git.run("show", "--format=", "--name-only", "-z").split(b"\0")
    assert set(shown) == {os.fsencode(new), os.fsencode(ledger.path("1.1")), b""}
    assert not ledger.git("diff", "--cached", "--name-only")
