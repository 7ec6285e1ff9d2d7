"""Each check of the doctor finds its real fault and names the remedy; a healthy ledger has none."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import run_inside
from tests.cli.terminals import too_wide
from tests.conftest import LedgerOnDisk, Result, measure
from tests.once import built_once
from xuncha.doctor import sharing
from xuncha.doctor.examination import Diagnosis, examine, sorted_checks
from xuncha.doctor.surroundings import CHECKS, Surroundings
from xuncha.store.files import temporary_path
from xuncha.sync import registration
from xuncha.workflow.change import begin

GIT = shutil.which("git") or "git"
ATTRIBUTES = "data/** -text\ndata/**/*.yaml merge=xuncha\n"
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what runs")


@pytest.fixture(params=["top", "folder"])
def healthy(
    bare_ledger: LedgerOnDisk, request: pytest.FixtureRequest, tmp_path: Path, kept: Path
) -> LedgerOnDisk:
    """Make a ledger without a fault, at the top of its repository or in a folder of it."""
    ledger = LedgerOnDisk(tmp_path / "本" / "台账", bare_ledger.environment)
    top = ledger.root if request.param == "top" else ledger.root.parent

    def build() -> None:
        shutil.move(bare_ledger.root, ledger.root)
        ledger.write(".gitattributes", ATTRIBUTES)
        ledger.git("init", "-q", str(top))
        ledger.git("config", "merge.xuncha.driver", registration.command())
        ledger.git("add", "-A", ".")
        ledger.git("commit", "-qm", "start")
        remote = top.parent / "remote"
        ledger.git("init", "-q", "--bare", str(remote))
        ledger.git("remote", "add", "origin", str(remote))
        ledger.git("push", "-q", "-u", "origin", "main")

    top.parent.mkdir(exist_ok=True)
    built_once(kept / f"healthy {request.param}", top.parent, build)
    return ledger


in_a_folder = pytest.mark.parametrize("healthy", ["folder"], indirect=True)
"""For what does not depend on where the ledger lies in its repository."""


def found(ledger: LedgerOnDisk, **environment: str) -> dict[str, dict[str, Any]]:
    """Return what the doctor says is not well, by code."""
    return not_well(run_inside(ledger, "doctor", "--json", **environment))


GIT_FAILS = {"no-git", "not-yours", "git-refuses", "objects-missing"}


def not_well(result: Result) -> dict[str, dict[str, Any]]:
    """Return what `doctor --json` has printed of what is not well, by code."""
    said = json.loads(result.out)
    assert result.err == ""
    wrong = {each["code"] for each in said if each["state"] == "error"}
    assert result.code == (3 if wrong & GIT_FAILS else int(bool(wrong)))
    assert {each["code"] for each in said} == set(CHECKS)
    assert all(bool(each["mend"]) == (each["state"] not in {"well", "unknown"}) for each in said)
    return {each["code"]: each for each in said if each["state"] not in {"well", "unknown"}}


def done(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> None:
    """Run the program, which must succeed."""
    result = run_inside(ledger, *arguments, **environment)
    assert result.code == 0, result.err


def mended(ledger: LedgerOnDisk, mend: str) -> None:
    """Type what was said, in the ledger's folder."""
    subprocess.run(["sh", "-c", mend], cwd=ledger.root, env=ledger.environment, check=True)


def conflict(ledger: LedgerOnDisk) -> None:
    """Two branches that have changed the same line; the other one is called `other`."""
    ledger.write(".gitattributes", "data/** -text\n")
    ledger.commit("without the driver")
    ledger.git("switch", "-qc", "other")
    ledger.write(ledger.path("1.1"), measure("1.1", title="甲"))
    ledger.commit("theirs")
    ledger.git("switch", "-q", "main")
    ledger.write(ledger.path("1.1"), measure("1.1", title="乙"))
    ledger.commit("ours")


def git_fails(ledger: LedgerOnDisk, *arguments: str) -> None:
    """Run a git that ends in a conflict."""
    done = subprocess.run(
        [GIT, *arguments], cwd=ledger.root, env=ledger.environment, capture_output=True, check=False
    )
    assert done.returncode


def test_a_healthy_ledger_is_well(healthy: LedgerOnDisk) -> None:
    assert found(healthy) == {}
    said = run_inside(healthy, "doctor")
    assert said.code == 0
    lines = said.out.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert all(line.startswith("正常  ") for line in lines[:-1])


def test_looking_changes_nothing(healthy: LedgerOnDisk) -> None:
    healthy.write(healthy.path("1.1"), measure("1.1"))
    healthy.write(f"data/{temporary_path(Path('x')).name}", "x")
    (healthy.root / "data/ledger.yaml").touch()  # the index is out of date, and stays so

    def state() -> dict[str, tuple[int, str]]:
        files = [path for path in healthy.root.parent.rglob("*") if path.is_file()]
        return {
            str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in files
        }

    before = state()
    found(healthy)
    assert state() == before


# ---------------------------------------------------------------- git itself


@in_a_folder
def test_no_git(healthy: LedgerOnDisk, tmp_path: Path) -> None:
    said = found(healthy, PATH=str(tmp_path))
    assert {code: each["state"] for code, each in said.items()} == {"no-git": "error"}
    told = healthy.run("doctor", PATH=str(tmp_path))
    assert told.code == 3
    assert told.out.startswith("错误  git 无法运行")


@in_a_folder
def test_a_git_that_does_not_run(healthy: LedgerOnDisk, tmp_path: Path) -> None:
    fake(tmp_path, "exit 127")
    said = found(healthy, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert {code: each["mend"] for code, each in said.items()} == {"no-git": "git --version"}
    (tmp_path / "git").chmod(0o644)
    assert set(found(healthy, PATH=str(tmp_path))) == {"no-git"}


def fake(folder: Path, script: str) -> None:
    """Write a script that stands in for git."""
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)


@pytest.mark.parametrize(("version", "old"), [("2.30.1", True), ("2.37.9", True), ("2.38.0", False), ("2.51.0.windows.1", False), ("3.0", False)])  # fmt: skip
def test_an_old_git(healthy: LedgerOnDisk, tmp_path: Path, version: str, old: bool) -> None:
    fake(tmp_path, f'case "$*" in *--version) echo git version {version}; exit;; esac\nexec {GIT} "$@"')
    said = found(healthy, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert {code: each["state"] for code, each in said.items()} == ({"old-git": "warning"} if old else {})
    assert not old or version in said["old-git"]["message"]


@in_a_folder
def test_no_user(healthy: LedgerOnDisk) -> None:
    healthy.git("config", "user.useConfigOnly", "true")
    (Path(healthy.environment["HOME"]) / "gitconfig").write_text("")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"no-user": "error"}
    mended(healthy, said["no-user"]["mend"])
    assert found(healthy) == {}


@in_a_folder
def test_a_user_whom_git_has_guessed_is_a_note_or_none_at_all(healthy: LedgerOnDisk) -> None:
    (Path(healthy.environment["HOME"]) / "gitconfig").write_text("")
    healthy.environment.pop("EMAIL", None)
    said = found(healthy)["no-user"]
    assert (said["state"], "<" in said["message"]) in {
        ("note", True),
        ("error", False),
    }  # as the computer is named


def test_a_repository_of_another_account(healthy: LedgerOnDisk) -> None:
    top = Path(healthy.git("rev-parse", "--show-toplevel").strip())
    strange = {} if IS_ROOT else {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    if IS_ROOT:
        for path in (top, top / ".git"):
            os.chown(path, NOBODY, NOBODY)
    said = found(healthy, **strange)
    assert {code: each["state"] for code, each in said.items()} == {"not-yours": "error"}
    assert said["not-yours"]["mend"].startswith("git config --global --add safe.directory ")
    mended(healthy, said["not-yours"]["mend"])
    assert found(healthy, **strange) == {}


@in_a_folder
def test_a_repository_that_git_cannot_open(healthy: LedgerOnDisk) -> None:
    place = Path(healthy.git("rev-parse", "--absolute-git-dir").strip())
    with (place / "config").open("a") as stream:
        stream.write("[broken\n")
    said = found(healthy)
    assert set(said) == {"git-refuses"}
    assert "config" in said["git-refuses"]["message"]


def test_no_repository_and_no_commit(bare_ledger: LedgerOnDisk) -> None:
    said = found(bare_ledger)
    assert {code: each["state"] for code, each in said.items()} == {"no-repository": "error"}
    bare_ledger.git("init", "-q")
    assert found(bare_ledger)["no-commit"]["state"] == "warning"
    mended(bare_ledger, said["no-repository"]["mend"])
    assert set(found(bare_ledger)) == {"no-driver", "no-driver-line", "not-shared"}


# ---------------------------------------------------------------- the repository


@pytest.mark.parametrize(
    ("begin_it", "name"),
    [
        (("merge", "other"), "merge"),
        (("rebase", "other"), "rebase"),
        (("cherry-pick", "other"), "cherry-pick"),
        (("revert", "--no-edit", "HEAD~1"), "revert"),
        (("am", "--no-3way", "x.patch"), "rebase"),
    ],
)
def test_something_half_done(ledger: LedgerOnDisk, begin_it: tuple[str, ...], name: str) -> None:
    conflict(ledger)
    if begin_it[0] == "revert":
        ledger.write(ledger.path("1.1"), measure("1.1", title="丙"))
        ledger.commit("again")
    (ledger.root / "x.patch").write_text(ledger.git("format-patch", "-1", "--stdout", "other"))
    git_fails(ledger, *begin_it)
    said = found(ledger)
    assert said["unfinished"]["state"] == "error"
    assert f"git {name} --abort" in said["unfinished"]["mend"]
    assert "detached" not in said
    ledger.git(*("am" if begin_it[0] == "am" else name,), "--abort")
    assert "unfinished" not in found(ledger)


def test_a_setting_that_has_git_work_elsewhere(healthy: LedgerOnDisk) -> None:
    healthy.git("config", "core.worktree", "../..")
    said = found(healthy)["works-elsewhere"]
    assert said["state"] == "error"
    mended(healthy, said["mend"])


@in_a_folder
def test_a_detached_head(healthy: LedgerOnDisk) -> None:
    healthy.git("switch", "-q", "--detach")
    said = found(healthy)
    assert said["detached"]["state"] == "warning"
    assert said["detached"]["mend"] == "git switch main"
    mended(healthy, said["detached"]["mend"])
    assert found(healthy) == {}


@in_a_folder
def test_commits_on_no_branch_are_brought_back(healthy: LedgerOnDisk) -> None:
    healthy.git("switch", "-q", "--detach")
    done(healthy, "close", "1.2")
    lost = healthy.git("rev-parse", "HEAD").strip()
    mended(healthy, found(healthy)["detached"]["mend"])
    assert healthy.git("rev-parse", "main").strip() == lost
    assert set(found(healthy)) == {"not-shared"}


def test_uncommitted_changes(healthy: LedgerOnDisk) -> None:
    healthy.write(healthy.path("1.1"), measure("1.1"))
    healthy.write("data/problems/03/3.2.yaml", measure("3.2"))
    healthy.write("other.txt", "not the ledger's")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"uncommitted": "warning"}
    assert "data/problems/01/1.1.yaml" in said["uncommitted"]["message"]
    assert "data/problems/03/3.2.yaml" in said["uncommitted"]["message"]
    assert "台账/data" not in said["uncommitted"]["message"]
    assert "xuncha edit" in said["uncommitted"]["mend"]
    for identity in ("1.1", "3.2"):
        done(healthy, "edit", identity, EDITOR="true")
    assert set(found(healthy)) == {"not-shared"}


# ---------------------------------------------------------------- remains


def hook(ledger: LedgerOnDisk, script: str) -> None:
    """Install a hook that runs while a command commits."""
    place = Path(ledger.git("rev-parse", "--absolute-git-dir").strip(), "hooks/pre-commit")
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


@linux
@in_a_folder
def test_a_command_and_its_git_that_were_killed_leave_what_is_named(healthy: LedgerOnDisk) -> None:
    hook(healthy, "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat) $PPID")
    assert healthy.run("close", "1.2").code < 0
    Path(healthy.git("rev-parse", "--absolute-git-dir").strip(), "hooks/pre-commit").unlink()
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {
        "interrupted": "warning",
        "git-lock": "note",
        "uncommitted": "warning",
    }
    assert "xuncha close 1.2" in said["interrupted"]["message"]
    assert "xuncha undo" in said["interrupted"]["mend"]
    while "git-lock" in said:  # git may have held more than one
        mended(healthy, "rm " + said["git-lock"]["mend"].partition("rm ")[2])
        said = found(healthy)
    done(healthy, "undo")
    assert found(healthy) == {}


def test_folders_of_any_depth_hold_nothing_half_written(healthy: LedgerOnDisk) -> None:
    top, new = healthy.root / "data/evidence", healthy.root / "new"
    top.mkdir(exist_ok=True)
    for _more in range(5):  # a path has a maximum length, but not the depth of folders
        (new / ("a/" * 400)).mkdir(parents=True)
        top.rename(new / ("a/" * 400) / "b")
        new.rename(top)
    try:
        assert found(healthy) == {}
    finally:
        subprocess.run(["rm", "-rf", str(top)], check=True)


def test_a_young_lock_is_a_note_and_an_old_one_an_error(ledger: LedgerOnDisk) -> None:
    for path in ("index.lock", "refs/heads/甲.lock"):
        (ledger.root / ".git" / path).touch()
    (ledger.root / ".git/xuncha").mkdir(exist_ok=True)
    (ledger.root / ".git/xuncha/lock").touch()

    def locks(later: float) -> list[Diagnosis]:
        said = examine(ledger.root, time.time() + later)
        return [each for each in said if each.code == "git-lock"]

    assert [each.state for each in locks(1)] == ["note", "note"]
    assert [each.state for each in locks(1000)] == ["error", "error"]
    assert "rm " in locks(1000)[0].remedy
    assert "16 min ago" in locks(1000)[0].message
    assert "96 h ago" in locks(4 * 86400 + 10)[0].message


@in_a_folder
def test_another_command_at_work_is_a_note(healthy: LedgerOnDisk) -> None:
    temporary = temporary_path(healthy.root / "data/ledger.yaml")
    with begin(healthy.root):
        temporary.write_text("half")
        said = not_well(healthy.run("doctor", "--json"))
        assert {code: each["state"] for code, each in said.items()} == {"interrupted": "note"}
    temporary.unlink()
    assert found(healthy) == {}


def test_a_file_that_was_left_half_written(healthy: LedgerOnDisk) -> None:
    temporary_path(healthy.root / healthy.path("1.1")).write_text("half")
    (healthy.root / "data/.gitignore").write_text("*\n")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"half-written": "warning"}
    mended(healthy, said["half-written"]["mend"])
    assert found(healthy) == {}


# ---------------------------------------------------------------- files


def test_a_gbk_file(healthy: LedgerOnDisk) -> None:
    before = healthy.read("1.1")
    healthy.write(healthy.path("1.1"), before.encode("gb18030"))
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {
        "not-utf8": "error",
        "uncommitted": "warning",
    }
    assert "GBK" in said["not-utf8"]["message"]
    mended(healthy, said["not-utf8"]["mend"])
    assert healthy.read("1.1") == before
    assert found(healthy) == {}


def test_a_comment_in_gbk(healthy: LedgerOnDisk) -> None:
    healthy.write("data/comments/001.yaml", "text: 夜间噪声扰民\n".encode("gb18030"))
    assert "data/comments/001.yaml" in found(healthy)["not-utf8"]["message"]


@pytest.mark.parametrize("content", ["title: 甲\n".encode("utf-16"), b"title: \xff\xff\xff\n"])
def test_a_file_of_another_encoding(healthy: LedgerOnDisk, content: bytes) -> None:
    healthy.write(healthy.path("1.1"), content)
    assert "not-utf8" in found(healthy)


@pytest.mark.parametrize(("setting", "attributes", "wrong"), [("true", "", True), ("input", "", True), ("false", "", False), ("", "", False), ("", "* text=auto\n", True), ("", "*.yaml text eol=crlf\n", True), ("true", "data/** -text\n", False)])  # fmt: skip
def test_line_ends_that_git_changes(ledger: LedgerOnDisk, setting: str, attributes: str, wrong: bool) -> None:
    if setting:
        ledger.git("config", "core.autocrlf", setting)
    ledger.write(".gitattributes", attributes)
    assert ("line-ends" in found(ledger)) == wrong
    ledger.write(".gitattributes", attributes + ATTRIBUTES)
    assert "line-ends" not in found(ledger)


def test_a_read_only_folder(healthy: LedgerOnDisk) -> None:
    closed = healthy.root / "data/problems/02"
    closed.chmod(0o555)
    if not IS_ROOT:
        said = found(healthy)
        assert {code: each["state"] for code, each in said.items()} == {"read-only": "error"}
        mended(healthy, said["read-only"]["mend"])
        assert found(healthy) == {}
        return
    shared = Path(tempfile.gettempdir())
    for folder in (healthy.root, *takewhile(lambda each: each != shared, healthy.root.parents)):
        # of the tests, which no other account may enter
        folder.chmod(0o755)
    with multiprocessing.get_context("fork").Pool(1, os.setuid, (NOBODY,)) as another:
        ((message, mend),) = another.apply(_read_only, (healthy.root,))
    assert "data" in message
    assert mend.startswith("chmod -R u+w ")


def _read_only(root: Path) -> list[tuple[str, str]]:
    """Return what the doctor says of the folders; without git, which has other limits for other accounts."""
    return [(found.message, found.hint) for found in CHECKS["read-only"](Surroundings(root, 0))]


# ---------------------------------------------------------------- sharing, the computer


@in_a_folder
def test_a_driver_that_is_not_registered(healthy: LedgerOnDisk) -> None:
    healthy.git("config", "--unset", "merge.xuncha.driver")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"no-driver": "warning"}
    done(healthy, *said["no-driver"]["mend"].split()[1:])
    assert found(healthy) == {}


def test_a_new_ledger_lacks_nothing_but_others(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    done(bare_ledger, "init", str(tmp_path / "new"), "--example")
    assert set(found(LedgerOnDisk(tmp_path / "new", bare_ledger.environment))) == {"not-shared"}


@pytest.mark.parametrize("command", ["/gone/bin/xuncha merge-driver %O", "'/gone away/xuncha' merge-driver %O", "command -v /gone/xuncha >/dev/null && exec /gone/xuncha merge-driver %O; exec git merge-file %A"])  # fmt: skip
def test_a_driver_whose_program_has_moved(healthy: LedgerOnDisk, command: str) -> None:
    healthy.git("config", "merge.xuncha.driver", command)
    said = found(healthy)
    assert set(said) == {"no-driver", "repository-programs"}, "it is not what the program writes either"
    assert "/gone" in said["no-driver"]["message"]


def test_files_that_are_not_given_to_the_driver(healthy: LedgerOnDisk) -> None:
    healthy.write(".gitattributes", "data/** -text\n")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"no-driver-line": "warning"}
    with (healthy.root / ".gitattributes").open("a") as stream:
        stream.write(said["no-driver-line"]["mend"].partition("：")[2] + "\n")
    assert found(healthy) == {}


@pytest.mark.apart
@in_a_folder
def test_commits_that_nobody_else_has(healthy: LedgerOnDisk) -> None:
    done(healthy, "close", "1.2")
    said = found(healthy)
    assert {code: (each["state"], each["mend"]) for code, each in said.items()} == {
        "not-shared": ("note", "xuncha sync")
    }
    done(healthy, "sync")
    assert found(healthy) == {}
    healthy.git("switch", "-qc", "新")
    mended(healthy, found(healthy)["not-shared"]["mend"].replace("push", "push -q"))
    assert found(healthy) == {}
    healthy.git("remote", "remove", "origin")
    assert "git remote add" in found(healthy)["not-shared"]["mend"]


@in_a_folder
def test_a_clock_behind_the_last_commit(healthy: LedgerOnDisk) -> None:
    healthy.environment["GIT_COMMITTER_DATE"] = f"@{int(time.time()) + 3 * 3600 + 60} +0000"
    healthy.git("commit", "-q", "--allow-empty", "-m", "from the future")
    healthy.git("push", "-q")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"clock-behind": "warning"}
    assert "3 小时" in said["clock-behind"]["message"]


def test_parts_that_are_not_installed(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_installed", lambda package: package not in {"typst", "openpyxl"})
    (said,) = (each for each in examine(ledger.root, time.time()) if each.code == "missing-parts")
    assert said.state == "note"
    assert "[office]" in said.remedy


# ---------------------------------------------------------------- when everything else fails


def test_a_ledger_that_breaks_rules_is_looked_at_all_the_same(healthy: LedgerOnDisk) -> None:
    healthy.write("data/ledger.yaml", "nothing: [")
    (healthy.root / "data/problems/01/problem.yaml").unlink()
    assert set(found(healthy)) == {"uncommitted"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_file_keeps_nobody_waiting(healthy: LedgerOnDisk) -> None:
    os.mkfifo(healthy.root / "data/problems/01/1.9.yaml")
    (healthy.root / "data/problems/01/1.8.yaml").symlink_to("/dev/zero")
    assert set(found(healthy)) == {"uncommitted"}


def test_without_a_ledger_there_is_nothing_to_look_at(tmp_path: Path, environment: dict[str, str]) -> None:
    nowhere = LedgerOnDisk(tmp_path, environment)
    for surroundings in ({}, {"PATH": str(tmp_path)}):
        result = nowhere.run("doctor", **surroundings)
        assert (result.code, result.out) == (3, "")
        assert result.err.startswith("error[no-ledger]: ")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_said_fits_on_the_screen_and_into_a_pipe_of_the_plainest_locale(
    ledger: LedgerOnDisk, lang: str
) -> None:
    ledger.write("data/problems/03/3.2.yaml", "甲".encode("gb18030"))
    (ledger.root / ".git/index.lock").touch()
    ledger.git("config", "core.autocrlf", "true")
    result = ledger.run("doctor", XUNCHA_LANG=lang, LANG="C", LC_ALL="C")
    assert result.code == 1
    said = [line for line in result.out.splitlines() if not line.startswith(" ")]
    assert too_wide("\n".join(said)) == [], "none of these names a long path"
    marks = {line.split()[0] for line in said[:-1]}
    assert marks <= ({"正常", "提示", "警告", "错误"} if lang == "zh" else {"ok", "note", "warn", "error"})
    assert "�" not in result.out
    assert "\\u" not in result.out


@in_a_folder
def test_programs_that_the_repository_names(healthy: LedgerOnDisk) -> None:
    healthy.git("config", "filter.x.clean", "cat")
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"repository-programs": "note"}
    assert "filter.x.clean" in said["repository-programs"]["message"]


def test_a_lost_object(healthy: LedgerOnDisk) -> None:
    name = healthy.git("rev-parse", f"HEAD:./{healthy.path('1.1')}").strip()
    folder = healthy.git("rev-parse", "--git-path", f"objects/{name[:2]}/{name[2:]}").strip()
    (healthy.root / folder).unlink()
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"objects-missing": "error"}
    assert name in said["objects-missing"]["message"]


def test_a_file_that_git_was_told_to_leave_out(healthy: LedgerOnDisk) -> None:
    healthy.git("update-index", "--skip-worktree", healthy.path("1.1"))
    (healthy.root / healthy.path("1.1")).unlink()
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"hidden": "error"}


def test_every_check_has_an_ailment_here() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in CHECKS if f'"{code}"' not in text] == []


def test_every_check_says_what_it_finds_why_and_what_mends_it() -> None:
    for check in sorted_checks():
        assert check.wrong.endswith(".")
        assert check.why.endswith(".")
        assert check.right


def test_what_git_is_told_to_show_instead(healthy: LedgerOnDisk) -> None:
    blobs = [
        healthy.git("rev-parse", f"HEAD:./{healthy.path(identity)}").strip() for identity in ("1.1", "1.2")
    ]
    healthy.git("replace", *blobs)
    said = found(healthy)
    assert {code: each["state"] for code, each in said.items()} == {"replaced": "warning"}
    mended(healthy, said["replaced"]["mend"])
    assert found(healthy) == {}
