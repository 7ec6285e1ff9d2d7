"""The workflow in every kind of repository and under every setting of git."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import LedgerOnDisk, measure
from tests.workflow import actions
from tests.workflow.actions import add_measure
from tests.workflow.surroundings import (
    act,
    findings,
    hook,
    index,
    policy,
    record,
    snapshot,
    subject,
    touched,
    trailers,
    without_identity,
)
from xuncha.errors import RefusedError, SurroundingsError
from xuncha.model.identity import Identity
from xuncha.trail.history import history, history_of_measure
from xuncha.workflow.edit import edit
from xuncha.workflow.undo import undo

DAY = date(2024, 6, 1)


def within(bare: LedgerOnDisk, tmp_path: Path, folder: str) -> LedgerOnDisk:
    """Move the ledger into a folder of a larger repository, which has a file of its own."""
    root = tmp_path / "大 仓库" / folder
    root.parent.mkdir(parents=True)
    shutil.move(bare.root, root)
    ledger = LedgerOnDisk(root, bare.environment)
    (tmp_path / "大 仓库/说明.txt").write_text("1\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "大 仓库", env=bare.environment, check=True)
    ledger.git("add", "-A", ":/")
    ledger.git("commit", "-qm", "start")
    return ledger


def goes_round(ledger: LedgerOnDisk, prefix: str = "") -> None:
    """Start, attach, add and close, each by one commit of its own files; take two of them back; all validates."""
    start, commits = snapshot(ledger), ledger.commits()
    act(ledger, actions.start(), "1.1")
    assert touched(ledger) == {f"{prefix}data/problems/01/1.1.yaml"}
    act(ledger, actions.attach("佐 证.pdf", b"%PDF\r\n", DAY), "1.2")
    assert touched(ledger) == {f"{prefix}data/problems/01/1.2.yaml", f"{prefix}data/evidence/1.2/佐 证.pdf"}
    middle = snapshot(ledger)
    add_measure(ledger.root, Identity(1), "新措施", leader="局长", office="办公室")
    assert touched(ledger) == {f"{prefix}data/problems/01/1.3.yaml"}
    act(ledger, actions.close(DAY), "2.1", "1.2")
    assert touched(ledger) == {f"{prefix}data/problems/02/2.1.yaml", f"{prefix}data/problems/01/1.2.yaml"}
    assert trailers(ledger)[0] == ("Xuncha-Action", "close")
    assert findings(ledger) == []
    undo(ledger.root)
    undo(ledger.root)
    assert snapshot(ledger) == middle
    undo(ledger.root)
    undo(ledger.root)
    assert snapshot(ledger) == start
    assert ledger.commits() == commits + 8
    assert ledger.clean()


@pytest.mark.parametrize(
    "folder", ["台账", "巡察 整改/台账 1", " 前有空格", "#1", "-F", "data/problems", "*", ":(top)"]
)
def test_a_ledger_works_in_any_folder_of_a_larger_repository(
    bare_ledger: LedgerOnDisk, tmp_path: Path, folder: str
) -> None:
    ledger = within(bare_ledger, tmp_path, folder)
    goes_round(ledger, f"{folder}/")


def test_a_refusal_in_a_larger_repository_restores_the_files_and_stages_nothing(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger = within(bare_ledger, tmp_path, " 巡察 整改/台账")
    hook(ledger, "pre-commit", "exit 1")
    before, staged = snapshot(ledger), index(ledger)
    for doing in (actions.start(), actions.attach("甲.pdf", b"1", DAY)):
        with pytest.raises(RefusedError):
            act(ledger, doing, "1.1")
    assert (snapshot(ledger), index(ledger)) == (before, staged)
    assert ledger.clean()


def test_the_remedy_for_unfinished_work_can_be_typed_as_it_is_shown(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger = within(bare_ledger, tmp_path, "整改/台账")
    before = ledger.read("1.2")
    ledger.write(ledger.path("1.2"), before + "# unfinished\n")
    with pytest.raises(RefusedError) as refused:
        act(ledger, actions.submit(), "1.2")
    command = re.search(r"`git (checkout -- [^`]+)`", refused.value.hint)
    assert command
    ledger.git(*command[1].split(" "))
    assert ledger.read("1.2") == before


def test_a_linked_working_tree_has_its_own_state(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.git("worktree", "add", "-q", "-b", "分支", str(tmp_path / "另一处"))
    other = LedgerOnDisk(tmp_path / "另一处", ledger.environment)
    commits, before = ledger.commits(), snapshot(ledger)
    goes_round(other)
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)
    assert ledger.clean()


def test_a_detached_head_takes_commits_as_well(ledger: LedgerOnDisk) -> None:
    ledger.git("checkout", "-q", "--detach")
    goes_round(ledger)


def test_a_repository_whose_git_folder_lies_elsewhere_works(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    bare_ledger.git("init", "-q", f"--separate-git-dir={tmp_path / 'git 目录'}")
    bare_ledger.commit("start")
    goes_round(bare_ledger)


def test_git_dir_and_work_tree_named_by_the_environment_are_used(
    bare_ledger: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_ledger.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    for name, value in {"GIT_DIR": tmp_path / "bare.git", "GIT_WORK_TREE": bare_ledger.root}.items():
        monkeypatch.setenv(name, str(value))
        bare_ledger.environment[name] = str(value)
    bare_ledger.commit("start")
    goes_round(bare_ledger)
    assert not (bare_ledger.root / ".git").exists()


def test_git_dir_as_a_hook_of_git_sets_it_is_used(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.chdir(ledger.root)
    goes_round(ledger)


def test_a_command_typed_below_the_ledgers_folder_with_git_dir_set_does_its_work(
    ledger: LedgerOnDisk,
) -> None:
    commits = ledger.commits()
    done = subprocess.run(
        ["git", "-c", "alias.x=!cd data && xuncha start 1.1", "x"],
        cwd=ledger.root,
        env={
            **ledger.environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GIT_DIR": str(ledger.root / ".git"),
            "GIT_WORK_TREE": str(ledger.root),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ledger.commits() == commits + 1
    assert touched(ledger) == {ledger.path("1.1")}


# ---- before the first commit


def test_a_ledger_whose_files_git_does_not_know_yet_can_be_begun_with_edit(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    with pytest.raises(RefusedError) as refused:
        act(bare_ledger, actions.start(), "1.1")
    assert refused.value.code == "uncommitted"
    assert "`xuncha edit 1.1`" in refused.value.hint
    before = snapshot(bare_ledger)
    edit(bare_ledger.root, bare_ledger.path("1.1"), bare_ledger.read("1.1").encode())
    assert touched(bare_ledger) == {bare_ledger.path("1.1")}
    assert snapshot(bare_ledger) == before
    act(bare_ledger, actions.start(), "1.1")
    assert record(bare_ledger, "1.1").status == "in_progress"


def test_the_first_commit_of_a_repository_can_be_ours_and_be_taken_back(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    before = snapshot(bare_ledger)
    add_measure(bare_ledger.root, Identity(1), "新措施", leader="局长", office="办公室")
    assert touched(bare_ledger) == {"data/problems/01/1.3.yaml"}
    undo(bare_ledger.root)
    assert snapshot(bare_ledger) == before
    assert bare_ledger.commits() == 2


def test_a_refused_first_commit_leaves_nothing_staged(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    hook(bare_ledger, "pre-commit", "exit 1")
    before = snapshot(bare_ledger)
    with pytest.raises(RefusedError):
        add_measure(bare_ledger.root, Identity(1), "新措施", leader="局长", office="办公室")
    assert snapshot(bare_ledger) == before
    assert index(bare_ledger) == ""


def test_undo_before_the_first_commit_says_that_there_is_nothing(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    with pytest.raises(RefusedError) as refused:
        undo(bare_ledger.root)
    assert refused.value.code == "nothing-to-undo"


# ---- settings of git


SETTINGS = [
    ("core.quotePath", "true"),
    ("core.quotePath", "false"),
    ("status.showUntrackedFiles", "no"),
    ("status.relativePaths", "true"),
    ("status.short", "true"),
    ("status.branch", "true"),
    ("color.ui", "always"),
    ("diff.noprefix", "true"),
    ("diff.renames", "copies"),
    ("diff.external", "/bin/false"),
    ("log.follow", "true"),
    ("log.showSignature", "true"),
    ("log.decorate", "full"),
    ("log.date", "relative"),
    ("format.pretty", "oneline"),
    ("commit.cleanup", "strip"),
    ("commit.cleanup", "scissors"),
    ("commit.verbose", "true"),
    ("commit.status", "false"),
    ("core.commentChar", ";"),
    ("core.pager", "/bin/false"),
    ("core.editor", "/bin/false"),
    ("core.autocrlf", "input"),
    ("core.autocrlf", "true"),
    ("core.safecrlf", "warn"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "true"),
    ("core.ignoreCase", "true"),
    ("core.precomposeUnicode", "true"),
    ("feature.manyFiles", "true"),
    ("i18n.commitEncoding", "GBK"),
    ("i18n.logOutputEncoding", "GBK"),
    ("trailer.separators", "=:"),
    ("user.useConfigOnly", "true"),
    ("advice.detachedHead", "false"),
    ("submodule.recurse", "true"),
    ("fetch.prune", "true"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_no_setting_of_the_users_git_changes_what_is_done_or_read_back(
    ledger: LedgerOnDisk, name: str, value: str
) -> None:
    ledger.write(".gitattributes", "data/** -text\n")
    ledger.commit("attributes")
    ledger.git("config", name, value)
    act(ledger, actions.give_back("缺少评审意见"), "2.1")
    act(ledger, actions.attach("佐 证.pdf", b"%PDF\r\n", DAY), "1.2")
    newest = history(ledger.root)[0]
    assert (newest.subject, newest.reason, newest.undoes) == ("佐证 1.2 做好1.2号工作", None, ())
    (row,) = [event for event in history_of_measure(ledger.root, ledger.path("2.1"), "2.1") if event.action]
    assert (row.subject, row.reason, row.id, row.to) == (
        "退回 2.1 做好2.1号工作", "缺少评审意见", "2.1", "in_progress",
    )  # fmt: skip
    before = snapshot(ledger)
    add_measure(ledger.root, Identity(1), "新措施", leader="局长", office="办公室")
    undo(ledger.root)
    assert snapshot(ledger) == before
    assert ledger.clean()


def windows(ledger: LedgerOnDisk) -> None:
    """Give every file of the ledger the line ends of Windows."""
    for path in (ledger.root / "data").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def test_windows_line_ends_stay_where_git_turns_them_in_its_store(bare_ledger: LedgerOnDisk) -> None:
    windows(bare_ledger)
    bare_ledger.git("init", "-q")
    bare_ledger.git("config", "core.autocrlf", "true")
    bare_ledger.commit("start")
    start = snapshot(bare_ledger)
    act(bare_ledger, actions.progress("第一行\n第二行", DAY), "1.1")
    after = (bare_ledger.root / bare_ledger.path("1.1")).read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n") == 11
    assert bare_ledger.clean()
    undo(bare_ledger.root)
    assert snapshot(bare_ledger) == start
    hook(bare_ledger, "pre-commit", "exit 1")
    with pytest.raises(RefusedError):
        act(bare_ledger, actions.submit(), "1.2")
    assert snapshot(bare_ledger) == start
    assert bare_ledger.clean()


def test_windows_line_ends_in_the_store_do_not_pass_for_a_change_by_hand(bare_ledger: LedgerOnDisk) -> None:
    windows(bare_ledger)
    bare_ledger.git("init", "-q")
    bare_ledger.git("config", "core.autocrlf", "false")
    bare_ledger.commit("start")
    start = snapshot(bare_ledger)
    bare_ledger.git("config", "core.autocrlf", "true")
    assert bare_ledger.clean()
    act(bare_ledger, actions.submit(), "1.2")
    assert b"status: submitted\r\n" in (bare_ledger.root / bare_ledger.path("1.2")).read_bytes()
    undo(bare_ledger.root)
    assert snapshot(bare_ledger) == start


def test_unix_line_ends_come_back_by_undo_where_git_would_check_out_others(ledger: LedgerOnDisk) -> None:
    ledger.git("config", "core.autocrlf", "true")
    start = snapshot(ledger)
    act(ledger, actions.submit(), "1.2")
    undo(ledger.root)
    assert snapshot(ledger) == start


def test_evidence_in_text_is_the_same_at_any_moment_of_history(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    bare_ledger.git("config", "core.autocrlf", "true")
    bare_ledger.commit("start")
    act(bare_ledger, actions.attach("清单.csv", b"a,b\r\n1,2\r\n", DAY), "1.2")
    assert bare_ledger.json("status", "--at", "HEAD")["measures"]["total"] == 6


def test_a_ledger_beside_another_is_not_taken_for_a_part_of_it(ledger: LedgerOnDisk) -> None:
    ledger.ok("init", "../beside")
    beside = LedgerOnDisk(ledger.root.parent / "beside", ledger.environment)
    assert (beside.root / ".git").is_dir()
    assert (beside.root / ".github").is_dir()
    assert (beside.commits(), beside.clean(), ledger.clean()) == (1, True, True)
    shutil.rmtree(beside.root / ".git")
    result = ledger.run("--ledger", "../beside", "edit", EDITOR="true")
    assert (result.code, "no-repository" in result.err) == (3, True)


def test_a_ledger_deeper_in_a_repository_gets_no_files_for_ci_that_nothing_would_run(
    ledger: LedgerOnDisk,
) -> None:
    ledger.write("台账.csv", "问题,整改措施,责任科室\n推进缓慢,完成手续,规划科\n")
    for words in (["init"], ["import", "table", "台账.csv"]):
        village = ledger.root / "deeper" / words[0]
        ledger.ok(*words, village)
        assert (village / "data/ledger.yaml").is_file()
        assert not {".github", ".gitea", ".gitlab-ci.yml", ".git"} & {path.name for path in village.iterdir()}


def test_an_import_replaces_no_part_of_a_ledger_whose_settings_are_gone(ledger: LedgerOnDisk) -> None:
    ledger.write("台账.csv", "问题,整改措施,责任科室\n推进缓慢,完成手续,规划科\n")
    left = ledger.write("rest/data/problems/01/1.1.yaml", "title: 手工\nstatus: not_started\n")
    result = ledger.run("import", "table", "台账.csv", "rest")
    assert (result.code, "error[ledger-exists]" in result.err) == (1, True)
    assert left.read_text(encoding="utf-8").startswith("title: 手工")


# ---- templates, hooks, signatures


def test_a_commit_template_does_not_get_into_the_trail(ledger: LedgerOnDisk) -> None:
    template = ledger.write(".git/模板.txt", "填写说明\n\nXuncha-To: closed\n")
    ledger.git("config", "commit.template", str(template))
    act(ledger, actions.submit(), "1.2")
    assert trailers(ledger)[-1] == ("Xuncha-To", "submitted")
    assert subject(ledger) == "申请销号 1.2 做好1.2号工作"


def test_a_hook_that_adds_a_trailer_leaves_ours_readable(ledger: LedgerOnDisk) -> None:
    hook(ledger, "commit-msg", 'echo "Signed-off-by: 张三 <z@example.invalid>" >> "$1"')
    act(ledger, actions.submit(), "1.2")
    assert trailers(ledger)[-1] == ("Signed-off-by", "张三 <z@example.invalid>")
    assert record(ledger, "1.2").status == "submitted"
    (event,) = [event for event in history(ledger.root) if event.action]
    assert (event.action, event.id, event.to) == ("submit", "1.2", "submitted")


def test_a_hook_that_prepares_the_subject_leaves_our_trailers_readable(ledger: LedgerOnDisk) -> None:
    hook(ledger, "prepare-commit-msg", 'sed -i "1s/^/[整改-7] /" "$1"; echo "$2" > .git/source')
    act(ledger, actions.submit(), "1.2")
    assert subject(ledger) == "[整改-7] 申请销号 1.2 做好1.2号工作"
    assert trailers(ledger)[0] == ("Xuncha-Action", "submit")
    assert (ledger.root / ".git/source").read_text() == "message\n"


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_a_hook_sees_the_file_that_is_committed_and_nothing_else_that_is_staged(
    ledger: LedgerOnDisk, name: str
) -> None:
    ledger.write("other.yaml", "1")
    ledger.git("add", "other.yaml")
    hook(ledger, name, "git diff --cached --name-only > .git/seen")
    act(ledger, actions.submit(), "1.2")
    assert (ledger.root / ".git/seen").read_text() == ledger.path("1.2") + "\n"


def test_a_hook_that_asks_for_files_by_a_pattern_finds_them(ledger: LedgerOnDisk) -> None:
    hook(ledger, "pre-commit", "git diff --cached --name-only -- '*.yaml' > .git/seen")
    act(ledger, actions.submit(), "1.2")
    assert (ledger.root / ".git/seen").read_text() == ledger.path("1.2") + "\n"


def test_a_post_commit_hook_that_fails_does_not_undo_what_is_committed(ledger: LedgerOnDisk) -> None:
    hook(ledger, "post-commit", "exit 1")
    commits = ledger.commits()
    act(ledger, actions.submit(), "1.2")
    assert ledger.commits() == commits + 1
    assert ledger.clean()


@pytest.fixture
def signing(ledger: LedgerOnDisk, tmp_path: Path) -> LedgerOnDisk:
    """Give the ledger an SSH key to sign commits with."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen to make a key with")
    key = tmp_path / "钥匙"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"tester@example.invalid {key.with_suffix('.pub').read_text()}")
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(allowed),
    }.items():
        ledger.git("config", name, value)
    return ledger


def test_a_policy_that_asks_for_a_signature_gets_one_on_closing_alone(signing: LedgerOnDisk) -> None:
    policy(signing, "signed_commit")
    act(signing, actions.close(DAY), "1.2")
    signing.git("verify-commit", "HEAD")
    assert signing.git("log", "-1", "--format=%G?").strip() == "G"
    act(signing, actions.start(), "1.1")
    assert signing.git("log", "-1", "--format=%G?").strip() == "N"


def test_an_undo_that_leads_to_closed_is_signed_like_a_closing(signing: LedgerOnDisk) -> None:
    policy(signing, "signed_commit")
    act(signing, actions.close(DAY), "1.2")
    act(signing, actions.reopen("误销"), "1.2")
    undo(signing.root)
    assert signing.git("log", "-2", "--format=%G?").split() == ["G", "N"]
    undo(signing.root)
    assert signing.git("log", "-1", "--format=%G?").strip() == "N"


def test_a_user_who_signs_everything_signs_what_the_program_commits(signing: LedgerOnDisk) -> None:
    signing.git("config", "commit.gpgSign", "true")
    act(signing, actions.start(), "1.1")
    signing.git("verify-commit", "HEAD")
    undo(signing.root)
    signing.git("verify-commit", "HEAD")


def test_signed_commits_shown_with_their_signatures_are_still_read_right(signing: LedgerOnDisk) -> None:
    signing.git("config", "commit.gpgSign", "true")
    signing.git("config", "log.showSignature", "true")
    act(signing, actions.give_back("缺材料"), "2.1")
    act(signing, actions.start(), "1.1")
    undo(signing.root)
    undone, started, returned, _start = history(signing.root)
    assert (undone.action, undone.undoes, undone.reason) == ("undo", (started.commit,), None)
    assert (started.action, started.reason, started.undoes) == ("start", None, ())
    assert (returned.action, returned.reason, returned.undoes) == ("return", "缺材料", ())


def test_closing_without_a_key_is_refused_where_a_signature_is_asked_and_the_way_is_named(
    ledger: LedgerOnDisk,
) -> None:
    policy(ledger, "signed_commit")
    ledger.git("config", "gpg.format", "ssh")
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    result = ledger.run("close", "1.2")
    assert result.code == 1
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, commits, staged)
    assert ledger.clean()
    assert "user.signingkey" in result.err.lower()


def test_a_signature_that_fails_is_not_waited_for_and_leaves_no_trace(ledger: LedgerOnDisk) -> None:
    policy(ledger, "signed_commit")
    ledger.git("config", "gpg.program", "/bin/false")
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    with pytest.raises(RefusedError):
        act(ledger, actions.close(DAY), "1.2", "2.1")
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, commits, staged)


def test_a_committer_is_asked_for_before_a_closing_is_written_in_anyones_name(ledger: LedgerOnDisk) -> None:
    without_identity(ledger)
    before = snapshot(ledger)
    with pytest.raises(SurroundingsError) as refused:
        act(ledger, actions.close(DAY), "1.2")
    assert refused.value.code == "no-user"
    assert "user.name" in refused.value.hint
    assert snapshot(ledger) == before


# ---- repositories that are in the middle of something, or broken


def test_a_merge_that_is_not_finished_is_left_to_its_user(ledger: LedgerOnDisk) -> None:
    ledger.git("checkout", "-qb", "side")
    ledger.write("side.txt", "1")
    ledger.commit("side")
    ledger.git("checkout", "-q", "main")
    ledger.write("main.txt", "1")
    ledger.commit("main")
    ledger.git("merge", "--no-commit", "--no-ff", "side")
    before, staged = snapshot(ledger), index(ledger)
    with pytest.raises(RefusedError) as refused:
        act(ledger, actions.start(), "1.1")
    assert "merge" in refused.value.message
    assert (snapshot(ledger), index(ledger)) == (before, staged)
    ledger.git("commit", "-qm", "merged")
    act(ledger, actions.start(), "1.1")


@pytest.mark.parametrize(
    "command", [("start", "1.1"), ("undo",), ("log",), ("edit", "1.1"), ("status", "--at", "HEAD")]
)
def test_who_may_not_use_anothers_repository_is_told_so_and_by_which_setting(
    ledger: LedgerOnDisk, command: tuple[str, ...]
) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    ledger.write("../editor", "#!/bin/sh\necho '# more' >> \"$1\"\n").chmod(0o755)
    result = ledger.run(*command, GIT_TEST_ASSUME_DIFFERENT_OWNER="1", EDITOR=str(ledger.root / "../editor"))
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    assert "error[bug]" not in result.err
    assert result.code == 3
    assert "safe.directory" in result.err


def test_a_damaged_repository_is_no_bug_of_ours_and_costs_no_file(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    (ledger.root / ".git/index").write_bytes(b"garbage")
    for command in (("start", "1.1"), ("undo",), ("add", "problem", "题", "--category", "a")):
        result = ledger.run(*command)
        assert result.code in {1, 3}, command
        assert "error[bug]" not in result.err, command
        assert snapshot(ledger) == before, command


def test_an_empty_git_folder_is_no_bug_of_ours(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / ".git").mkdir()
    before = snapshot(bare_ledger)
    result = bare_ledger.run("start", "1.1")
    assert result.code in {1, 3}
    assert "error[bug]" not in result.err
    assert snapshot(bare_ledger) == before


def test_a_sparse_measure_of_the_same_ledger_is_not_needed_for_work_on_another(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.1"), measure("3.1", "submitted"))
    ledger.git("update-index", "--assume-unchanged", ledger.path("3.1"))
    act(ledger, actions.start(), "1.1")
    assert touched(ledger) == {ledger.path("1.1")}
    assert record(ledger, "3.1").status == "submitted"
