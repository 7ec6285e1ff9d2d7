"""A ledger from a stranger runs no program, and a failing or hiding git is never taken for an empty ledger."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from tests.workflow.surroundings import policy
from xuncha.trail import programs
from xuncha.trail.programs import Setting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READS = (
    ("status",),
    ("status", "--at", "HEAD"),
    ("list",),
    ("show", "1.1"),
    ("log",),
    ("audit",),
    ("doctor",),
    ("validate",),
    ("notice",),
)


class Trap:
    """A program that leaves a mark when it runs."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "ran"
        self.program = folder / "trap"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{self.mark}"\n[ -t 0 ] || timeout 1 cat\n')
        self.program.chmod(0o755)

    @property
    def has_sprung(self) -> str:
        """What ran, if anything; it is forgotten then."""
        said = self.mark.read_text() if self.mark.exists() else ""
        self.mark.unlink(missing_ok=True)
        return said


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    (tmp_path / "陷阱").mkdir()
    return Trap(tmp_path / "陷阱")


def monitor(ledger: LedgerOnDisk, trap: Trap) -> None:
    ledger.git("config", "core.fsmonitor", str(trap.program))


def hooks(ledger: LedgerOnDisk, trap: Trap) -> None:
    for name in (
        "post-index-change",
        "reference-transaction",
        "pre-commit",
        "post-checkout",
        "fsmonitor-watchman",
    ):
        shutil.copy(trap.program, ledger.write(f".git/hooks/{name}", ""))
        (ledger.root / f".git/hooks/{name}").chmod(0o755)


def hooks_elsewhere(ledger: LedgerOnDisk, trap: Trap) -> None:
    hooks(ledger, trap)
    shutil.move(ledger.root / ".git/hooks", ledger.root / "hooks")
    ledger.git("config", "core.hooksPath", str(ledger.root / "hooks"))


def filters(ledger: LedgerOnDisk, trap: Trap, *where: str) -> None:
    """Set up filters for every file, and make each record look changed."""
    for name in ("clean", "smudge"):
        ledger.git("config", *where, f"filter.x=y.{name}", f"{trap.program} %f")
    ledger.git("config", *where, "filter.x=y.required", "true")
    ledger.write(".git/info/attributes", "* filter=x=y\n")
    for path in (ledger.root / "data").rglob("*.yaml"):
        os.utime(path, (1, 1))


def filter_process(ledger: LedgerOnDisk, trap: Trap) -> None:
    filters(ledger, trap)
    ledger.git("config", "filter.x=y.process", str(trap.program))


def filters_included(ledger: LedgerOnDisk, trap: Trap) -> None:
    filters(ledger, trap, "--file", str(ledger.root / ".git/more"))
    ledger.git("config", "include.path", "more")


def filters_included_on_a_condition(ledger: LedgerOnDisk, trap: Trap) -> None:
    filters(ledger, trap, "--file", str(ledger.root / ".git/more"))
    ledger.git("config", "includeIf.onbranch:**.path", "more")


def filters_of_the_working_tree(ledger: LedgerOnDisk, trap: Trap) -> None:
    ledger.git("config", "extensions.worktreeConfig", "true")
    filters(ledger, trap, "--worktree")


def filters_in_odd_writing(ledger: LedgerOnDisk, trap: Trap) -> None:
    filters(ledger, trap, "--file", str(ledger.root / ".git/more"))
    said = (ledger.root / ".git/config").read_text()
    odd = f'[core] quotePath = "false"\\\n\n[FILTER "x=y"] CLEAN = "{trap.program}" ; [core]\n[filter "x=y"]smudge={trap.program}\n'
    (ledger.root / ".git/config").write_text(said + odd)


def shown(ledger: LedgerOnDisk, trap: Trap) -> None:
    """Set up the programs that git runs to show something."""
    for name in (
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "core.pager",
        "pager.log",
        "core.editor",
    ):
        ledger.git("config", name, str(trap.program))
    for name in ("log", "status", "cat-file", "rev-parse"):
        ledger.git("config", f"alias.{name}", f"!{trap.program}")
    ledger.git("config", "trailer.x.command", str(trap.program))
    ledger.write(".git/info/attributes", "* diff=x\n")


def judges(ledger: LedgerOnDisk, trap: Trap) -> None:
    """Forge a closing that must be signed and seems to be, and set up the program that would check the signature."""
    policy(ledger, "signed_commit")
    ledger.git("config", "gpg.format", "ssh")
    old = ledger.read("1.2")
    ledger.write(
        ledger.path("1.2"), old.replace("status: in_progress", "status: closed\nclosed: {date: 2024-06-01}")
    )
    ledger.git("add", "-A")
    ledger.git("commit", "-qm", "close\n\nXuncha-Action: close\nXuncha-Id: 1.2\n")
    head, message = ledger.git("cat-file", "commit", "HEAD").split("\n\n", 1)
    for begin in ("PGP SIGNATURE", "SSH SIGNATURE"):
        signed = f"{head}\ngpgsig -----BEGIN {begin}-----\n \n AAAA\n -----END {begin}-----\n\n{message}"
        place = ledger.write("../commit", signed)
        name = ledger.git("hash-object", "-t", "commit", "-w", "--literally", str(place)).strip()
    ledger.git("update-ref", "HEAD", name)
    for key in (
        "gpg.program",
        "gpg.openpgp.program",
        "gpg.ssh.program",
        "gpg.x509.program",
        "gpg.ssh.defaultKeyCommand",
    ):
        ledger.git("config", key, str(trap.program))
    ledger.write("../signers", '* namespaces="git" ssh-ed25519 AAAA\n')
    ledger.git("config", "gpg.ssh.allowedSignersFile", str(ledger.root / "../signers"))
    ledger.git("config", "log.showSignature", "true")


def fetches(ledger: LedgerOnDisk, trap: Trap) -> None:
    """Make a partial clone that lacks a file's content, and set up the programs by which git would fetch it."""
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{trap.program} %S",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": str(trap.program),
        "remote.origin.vcs": "ext",
        "core.sshCommand": str(trap.program),
        "core.askPass": str(trap.program),
        "core.gitProxy": str(trap.program),
        "credential.helper": f"!{trap.program}",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
    }.items():
        ledger.git("config", key, value)
    ledger.git("config", "--unset", "remote.origin.vcs")
    lose(ledger, ledger.git("rev-parse", f"HEAD:{ledger.path('1.1')}").strip())


def nested(ledger: LedgerOnDisk, trap: Trap) -> None:
    """Another repository within, which the index knows, with filters of its own."""
    inner = LedgerOnDisk(ledger.root / "data/evidence", ledger.environment)
    inner.root.mkdir()
    inner.git("init", "-q")
    inner.write("a", "1")
    inner.commit()
    ledger.git("-c", "advice.addEmbeddedRepo=false", "add", "data/evidence")
    ledger.git("commit", "-qm", "nested")
    inner.write("a", "2")
    filters(inner, trap)


def lose(ledger: LedgerOnDisk, name: str) -> None:
    """Lose an object of git."""
    place = ledger.root / f".git/objects/{name[:2]}/{name[2:]}"
    place.unlink()


KINDS: dict[str, tuple[Callable[[LedgerOnDisk, Trap], None], tuple[str, ...]]] = {
    "monitor": (monitor, ("status",)),
    "hooks": (hooks, ("reset", "-q")),
    "hooks elsewhere": (hooks_elsewhere, ("reset", "-q")),
    "filters": (filters, ("status",)),
    "a filter that stays": (filter_process, ("status",)),
    "filters included": (filters_included, ("status",)),
    "filters included on a condition": (filters_included_on_a_condition, ("status",)),
    "filters of the working tree": (filters_of_the_working_tree, ("status",)),
    "filters in odd writing": (filters_in_odd_writing, ("status",)),
    "what shows": (shown, ("log", "-p", "--ext-diff")),
    "what judges signatures": (judges, ("log",)),
    "what fetches": (fetches, ("cat-file", "-p", "HEAD:data/problems/01/1.1.yaml")),
    "a repository within": (nested, ("status",)),
}
"""How a program is named by a repository; and what of git would run it."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_reads_runs_no_program_of_the_repository(
    ledger: LedgerOnDisk, trap: Trap, kind: str
) -> None:
    lay, springs = KINDS[kind]
    lay(ledger, trap)
    trap.mark.unlink(missing_ok=True)
    shutil.copytree(ledger.root, ledger.root.with_name("copy"), symlinks=True)
    done = subprocess.run(
        ["git", *springs],
        cwd=ledger.root.with_name("copy"),
        env=ledger.environment,
        capture_output=True,
        check=False,
    )
    assert trap.has_sprung, f"the trap is none: git itself does not run it: {done.stderr!r}"
    for command in READS:
        result = ledger.run(*command)
        assert not trap.has_sprung, command
        assert "error[bug]" not in result.err, command
        if lay not in {fetches, judges, nested} and command != ("doctor",):
            assert result.code == 0, (command, result.err)


@pytest.mark.parametrize("kind", ["filters", "monitor", "what judges signatures"])
def test_an_archive_of_a_strangers_ledger_runs_nothing_of_it(
    ledger: LedgerOnDisk, trap: Trap, tmp_path: Path, kind: str
) -> None:
    KINDS[kind][0](ledger, trap)
    trap.mark.unlink(missing_ok=True)
    ledger.run("archive", "-o", tmp_path / "1.zip")
    assert not trap.has_sprung


def test_doctor_names_every_program_that_would_run(ledger: LedgerOnDisk, trap: Trap) -> None:
    filters(ledger, trap)
    hooks(ledger, trap)
    said = {each["code"]: each for each in ledger.json("doctor")}
    assert said["repository-programs"]["state"] == "note"
    for name in ("filter.x=y.clean", "filter.x=y.smudge", ".git/hooks/pre-commit"):
        assert name in said["repository-programs"]["message"]
    assert not trap.has_sprung


def test_the_users_own_program_goes_on_judging_signatures(
    ledger: LedgerOnDisk, trap: Trap, tmp_path: Path
) -> None:
    judges(ledger, trap)
    own = Trap(tmp_path)
    ledger.git("config", "--global", "gpg.ssh.program", str(own.program))
    ledger.run("audit")
    assert own.has_sprung
    assert not trap.has_sprung


def test_the_users_own_filter_goes_on_filtering(ledger: LedgerOnDisk, trap: Trap, tmp_path: Path) -> None:
    own = Trap(tmp_path)
    filters(ledger, trap)
    ledger.git("config", "--global", "filter.x=y.clean", str(own.program))
    ledger.run("doctor")
    assert own.has_sprung
    assert not trap.has_sprung


def test_what_writes_runs_the_hooks_and_filters_as_git_does(ledger: LedgerOnDisk, trap: Trap) -> None:
    hooks(ledger, trap)
    ledger.ok("start", "1.1")
    assert "pre-commit" in trap.has_sprung


def test_a_hook_is_not_told_where_the_repository_is_so_that_it_can_go_elsewhere(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.git("init", "-q", str(tmp_path / "别处"))
    hook = ledger.write(
        ".git/hooks/post-commit", f"#!/bin/sh\ncd '{tmp_path}/别处' && git rev-parse --show-toplevel > top\n"
    )
    hook.chmod(0o755)
    ledger.ok("start", "1.1")
    assert (tmp_path / "别处/top").read_text().strip() == str(tmp_path / "别处")


# ---- which repository it is


@pytest.fixture
def laid_out(bare_ledger: LedgerOnDisk, tmp_path: Path, trap: Trap) -> LedgerOnDisk:
    """Make a ledger in a folder of a repository, laid out like a bare repository itself, whose settings name programs."""
    root = tmp_path / "仓库/台账"
    root.parent.mkdir()
    shutil.move(bare_ledger.root, root)
    ledger = LedgerOnDisk(root, bare_ledger.environment)
    subprocess.run(["git", "init", "-q"], cwd=root.parent, env=ledger.environment, check=True)
    ledger.commit("the real one")
    subprocess.run(["git", "init", "-q", "--bare", str(root)], env=ledger.environment, check=True)
    inside = {**ledger.environment, "GIT_DIR": str(root), "GIT_WORK_TREE": str(root)}
    for typed in (
        ["add", "data"],
        ["commit", "-qm", "the false one"],
        ["config", "core.fsmonitor", str(trap.program)],
    ):
        subprocess.run(["git", *typed], cwd=root, env=inside, check=True)
    for name in ("core.hooksPath", "filter.x.clean"):
        subprocess.run(["git", "config", name, str(trap.program.parent)], cwd=root, env=inside, check=True)
    shutil.copy(trap.program, trap.program.with_name("pre-commit"))
    assert not trap.has_sprung
    subprocess.run(
        ["git", "--work-tree=.", "status"], cwd=root, env=ledger.environment, capture_output=True, check=True
    )
    assert trap.has_sprung, "git itself takes it for a repository"
    return ledger


def test_a_folder_laid_out_as_a_repository_is_read_as_part_of_the_one_above(
    laid_out: LedgerOnDisk, trap: Trap
) -> None:
    for command in (*READS, ("setup",)):
        result = laid_out.run(*command)
        assert result.code == 0, (command, result.err, result.out)
        assert not trap.has_sprung, command
    told = laid_out.ok("log")
    assert "the real one" in told
    assert "the false one" not in told


def test_nothing_is_changed_in_a_folder_laid_out_as_a_repository(laid_out: LedgerOnDisk, trap: Trap) -> None:
    before = laid_out.read("1.1")
    for command in (("start", "1.1"), ("undo",), ("progress", "1.1", "做了。")):
        result = laid_out.run(*command)
        assert (result.code, "error[strange-repository]" in result.err) == (3, True), result.err
        assert not trap.has_sprung, command
    assert laid_out.read("1.1") == before


def test_a_working_tree_named_elsewhere_by_the_settings_is_not_believed(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "家").mkdir()
    ledger.git("config", "core.worktree", str(tmp_path / "家"))
    assert "start" in ledger.ok("log")


# ---- a git that fails


FAILING = (
    ("log",),
    ("audit",),
    ("status", "--at", "HEAD"),
    ("--today", "2099-01-01", "status", "--at", "2099-01-01"),
)


def lose_the_commit(ledger: LedgerOnDisk) -> None:
    lose(ledger, ledger.git("rev-parse", "HEAD").strip())


def lose_an_earlier_commit(ledger: LedgerOnDisk) -> None:
    first = ledger.git("rev-parse", "HEAD").strip()
    ledger.ok("start", "1.1")
    lose(ledger, first)


def lose_the_tree(ledger: LedgerOnDisk) -> None:
    lose(ledger, ledger.git("rev-parse", "HEAD:data").strip())


def break_the_settings(ledger: LedgerOnDisk) -> None:
    with (ledger.root / ".git/config").open("a") as stream:
        stream.write("[[[\n")


def break_the_branch(ledger: LedgerOnDisk) -> None:
    ledger.write(".git/refs/heads/main", "garbage\n")


def break_the_head(ledger: LedgerOnDisk) -> None:
    ledger.write(".git/HEAD", "garbage\n")


@pytest.mark.parametrize(
    "harm",
    [
        lose_the_commit,
        lose_an_earlier_commit,
        lose_the_tree,
        break_the_settings,
        break_the_branch,
        break_the_head,
    ],
)
def test_a_git_that_cannot_tell_is_never_read_as_nothing_committed(
    ledger: LedgerOnDisk, harm: Callable[[LedgerOnDisk], None]
) -> None:
    harm(ledger)
    for command in FAILING:
        if harm is lose_an_earlier_commit and command[0] == "status":
            continue  # which does not need it
        result = ledger.run(*command)
        assert result.code == 3, (command, result.out)
        assert re.search("git 出错：.+", result.err), command
    assert ledger.run("doctor").code == 3
    assert ledger.run("undo").code == 3


def test_a_lost_content_is_no_file_that_is_not_there(ledger: LedgerOnDisk) -> None:
    name = ledger.git("rev-parse", f"HEAD:{ledger.path('1.1')}").strip()
    lose(ledger, name)
    for command in (("audit",), ("status", "--at", "HEAD")):
        result = ledger.run(*command)
        assert (result.code, name in result.err) == (3, True), (command, result.out)
    said = {each["code"]: each for each in json.loads(ledger.run("doctor", "--json").out)}
    assert name in said["objects-missing"]["message"]
    assert ledger.run("doctor").code == 3


@pytest.mark.parametrize(
    ("does", "says"), [("kill -9 $$", ""), ("exit 0", ""), ("echo 'fatal: 坏了' >&2; exit 128", "坏了")]
)
def test_a_git_that_is_killed_or_answers_nothing_has_not_said_that_nothing_is_there(
    ledger: LedgerOnDisk, tmp_path: Path, does: str, says: str
) -> None:
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin/git"
    git.write_text(f"#!/bin/sh\n{does}\n")
    git.chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    for command in (("log",), ("audit",), ("status", "--at", "HEAD")):
        result = ledger.run(*command, PATH=path)
        assert result.code == 3, (command, result.out, result.err)
        assert says in result.err


def test_before_the_first_commit_there_is_nothing_and_that_is_said(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    assert bare_ledger.json("audit") == []
    assert bare_ledger.json("log") == []
    assert bare_ledger.run("status", "--at", "HEAD").code == 1


def test_a_branch_without_commits_beside_an_anchor_is_an_error_of_the_audit(ledger: LedgerOnDisk) -> None:
    ledger.ok("audit", "--anchor")
    ledger.git("checkout", "-q", "--orphan", "新")
    result = ledger.run("audit")
    assert result.code == 1
    assert "history-rewritten" in result.out
    ledger.git("commit", "-qm", "anew")
    result = ledger.run("audit")
    assert result.code == 1
    assert "history-rewritten" in result.out


# ---- what git hides


COUNTING = (("status",), ("list",), ("show", "1.1"), ("notice",), ("validate",), ("report", "weekly"))


def test_what_a_sparse_checkout_leaves_out_is_named_and_not_counted_without(ledger: LedgerOnDisk) -> None:
    ledger.git("sparse-checkout", "set", "--no-cone", "/*", "!/data/problems/02/")
    for command in (*COUNTING, ("add", "problem", "新问题", "--category", "a")):
        result = ledger.run(*command)
        assert (result.code, "error[sparse]" in result.err) == (3, True), (command, result.err)
        assert "data/problems/02/" in result.err
    ledger.git("sparse-checkout", "disable")
    ledger.ok("status")


def test_a_file_that_the_index_hides_is_named(ledger: LedgerOnDisk) -> None:
    path = ledger.path("1.2")
    ledger.git("update-index", "--skip-worktree", path)
    ledger.ok("status")
    (ledger.root / path).unlink()
    result = ledger.run("status")
    assert (result.code, path in result.err) == (3, True)


def test_undo_in_the_last_commit_of_a_shallow_clone_takes_nothing_away(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.ok("start", "1.1")
    ledger.git("clone", "-q", "--depth=1", f"file://{ledger.root}", str(tmp_path / "浅"))
    shallow = LedgerOnDisk(tmp_path / "浅", ledger.environment)
    result = shallow.run("undo")
    assert (result.code, "error[shallow]" in result.err) == (3, True), result.err
    assert shallow.clean()
    shallow.ok("progress", "1.1", "做了。")
    shallow.ok("undo")


def test_a_partial_clone_whose_remote_is_gone_says_what_it_lacks(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.ok("start", "1.1")
    ledger.git("config", "uploadpack.allowFilter", "true")
    ledger.git("clone", "-q", "--filter=blob:none", f"file://{ledger.root}", str(tmp_path / "半"))
    half = LedgerOnDisk(tmp_path / "半", ledger.environment)
    ledger.root.rename(tmp_path / "不在")
    half.ok("status")
    half.ok("log")
    for command in (("audit",), ("status", "--at", "HEAD~1"), ("undo",)):
        result = half.run(*command)
        assert (result.code, "error[partial-clone]" in result.err) == (3, True), (command, result.err)
        assert "{" not in result.err, result.err
    (tmp_path / "不在").rename(ledger.root)
    half.git("fetch", "-q", "--refetch", "--no-filter")
    half.ok("audit")


# ---- settings, read as a text


def test_what_the_user_has_set_up_stands_in_place_of_what_the_repository_names() -> None:
    settings = [
        Setting("system", "credential.helper", "store"),
        Setting("global", "gpg.openpgp.program", "mine"),
        Setting("local", "gpg.program", "theirs"),
        Setting("local", "gpg.ssh.program", "theirs"),
        Setting("local", "credential.helper", "!theirs"),
        Setting("local", "filter.x.clean", "theirs"),
        Setting("local", "filter.lfs.clean", "git-lfs clean -- %f"),
        Setting("local", "filter.lfs.smudge", "theirs"),
        Setting("local", "merge.xuncha.driver", "x"),
        Setting("local", "user.name", "x"),
        Setting("global", "alias.x", "!mine"),
    ]
    assert programs.overrides(settings) == [
        ("gpg.program", "mine"),
        ("gpg.ssh.program", "ssh-keygen"),
        ("credential.helper", ""),
        ("credential.helper", "store"),
        ("filter.x.clean", ""),
        ("filter.x.required", "false"),
        ("filter.lfs.smudge", ""),
        ("filter.lfs.required", "false"),
    ]


def test_status_starts_no_git_where_all_is_well(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.ok("status")
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin/git"
    git.write_text(f"#!/bin/sh\necho run >> '{tmp_path}/runs'\n")
    git.chmod(0o755)
    ledger.ok("status", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("elsewhere", ["../..", "/", "../../nowhere"])
def test_a_setting_that_has_git_work_elsewhere_has_nothing_written(
    ledger: LedgerOnDisk, elsewhere: str
) -> None:
    ledger.git("config", "core.worktree", elsewhere)
    head = (ledger.root / ".git/refs/heads/main").read_bytes()
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2024-12-30"))
    for command in (("edit",), ("progress", "1.1", "甲。"), ("undo",)):
        result = ledger.run(*command)
        assert (result.code, "error[strange-repository]" in result.err) == (3, True), (command, result.err)
    assert (ledger.root / ".git/refs/heads/main").read_bytes() == head
    told = {each["code"] for each in json.loads(ledger.run("doctor", "--json").out)}
    assert "works-elsewhere" in told
    assert ledger.run("log").code == 0, "what only reads looks at the ledger's own folder"
    ledger.git("--work-tree=.", "config", "--unset", "core.worktree")
    assert ledger.run("edit").code == 0


@pytest.mark.parametrize("name", ["refs/tags/T", "refs/remotes/origin/main"])
def test_nothing_is_committed_to_what_is_no_branch(ledger: LedgerOnDisk, name: str) -> None:
    ledger.git("update-ref", name, "HEAD")
    ledger.git("symbolic-ref", "HEAD", name)
    before = ledger.git("rev-parse", name)
    result = ledger.run("progress", "1.1", "甲。")
    assert (result.code, "error[no-branch]" in result.err, ledger.git("rev-parse", name)) == (3, True, before)
    assert "detached" in {each["code"] for each in json.loads(ledger.run("doctor", "--json").out)}


@pytest.mark.parametrize(
    "setting", ["include.path", "mailmap.file", "core.attributesFile", "core.excludesFile"]
)
def test_a_pipe_outside_that_a_setting_names_keeps_nobody_waiting(
    ledger: LedgerOnDisk, setting: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "管道")
    section, _dot, key = setting.partition(".")
    with (ledger.root / ".git/config").open("a", encoding="utf-8") as config:
        config.write(f"[{section}]\n\t{key} = {tmp_path / '管道'}\n")
    result = ledger.run("doctor")
    assert (result.code, "管道" in result.out + result.err) == (3, True), (result.out, result.err)
