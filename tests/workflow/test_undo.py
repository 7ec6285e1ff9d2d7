"""Undo: each action is undone byte for byte by a new commit, but no foreign work or work that later commits rely on."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LEDGER, LedgerOnDisk, measure, problem
from tests.workflow import actions
from tests.workflow.actions import add_measure, add_problem
from tests.workflow.surroundings import (
    act,
    findings,
    folders,
    hook,
    index,
    policy,
    record,
    snapshot,
    subject,
    touched,
    trailers,
)
from xuncha.audit.examine import audit
from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.skeleton.create import create
from xuncha.workflow.edit import edit
from xuncha.workflow.perform import Result
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2024, 6, 1)
LEVELS = 1100  # more than the calls that Python nests


def add_a_measure(ledger: LedgerOnDisk) -> None:
    add_measure(ledger.root, Identity(1), "新措施", leader="局长", office="办公室")


def edit_the_settings(ledger: LedgerOnDisk) -> None:
    edit(ledger.root, "data/ledger.yaml", LEDGER.replace("市水务局", "市河务局").encode())


def edit_a_measure(ledger: LedgerOnDisk) -> None:
    edit(ledger.root, ledger.path("1.2"), measure("1.2", "submitted", office="财务科").encode())


WORK: dict[str, tuple[Callable[[LedgerOnDisk], object], list[tuple[str, str]]]] = {
    "start": (
        lambda ledger: act(ledger, actions.start(), "1.1"),
        [("Xuncha-Id", "1.1"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "not_started")],
    ),
    "progress": (
        lambda ledger: act(ledger, actions.progress("做了。", DAY, ["某水〔2024〕8号"]), "1.2"),
        [("Xuncha-Id", "1.2"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "in_progress")],
    ),
    "attach": (
        lambda ledger: act(ledger, actions.attach("评审 意见.pdf", b"%PDF\r\n", DAY), "1.1"),
        [("Xuncha-Id", "1.1"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "not_started")],
    ),
    "submit": (
        lambda ledger: act(ledger, actions.submit(), "1.2"),
        [("Xuncha-Id", "1.2"), ("Xuncha-From", "submitted"), ("Xuncha-To", "in_progress")],
    ),
    "return": (
        lambda ledger: act(ledger, actions.give_back("缺材料"), "2.1"),
        [("Xuncha-Id", "2.1"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "submitted")],
    ),
    "close": (
        lambda ledger: act(ledger, actions.close(DAY, "验收"), "2.1"),
        [("Xuncha-Id", "2.1"), ("Xuncha-From", "closed"), ("Xuncha-To", "submitted")],
    ),
    "close-several": (
        lambda ledger: act(ledger, actions.close(DAY), "3.1", "2.1"),
        [
            ("Xuncha-Id", "3.1"),
            ("Xuncha-From", "closed"),
            ("Xuncha-To", "in_progress"),
            ("Xuncha-Id", "2.1"),
            ("Xuncha-From", "closed"),
            ("Xuncha-To", "submitted"),
        ],
    ),
    "reopen": (
        lambda ledger: act(ledger, actions.reopen("反弹"), "2.2"),
        [("Xuncha-Id", "2.2"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "closed")],
    ),
    "extend": (
        lambda ledger: act(ledger, actions.extend(date(2025, 5, 1), "手续未完"), "1.1"),
        [("Xuncha-Id", "1.1"), ("Xuncha-From", "not_started"), ("Xuncha-To", "not_started")],
    ),
    "escalate": (
        lambda ledger: act(ledger, actions.escalate("局长", DAY), "1.1"),
        [("Xuncha-Id", "1.1"), ("Xuncha-From", "not_started"), ("Xuncha-To", "not_started")],
    ),
    "review": (
        lambda ledger: act(ledger, actions.review("holds", DAY), "2.3"),
        [("Xuncha-Id", "2.3"), ("Xuncha-From", "closed"), ("Xuncha-To", "closed")],
    ),
    "add-problem": (
        lambda ledger: add_problem(ledger.root, "新问题", "a"),
        [("Xuncha-Id", "4")],
    ),
    "add-measure": (add_a_measure, [("Xuncha-Id", "1.3"), ("Xuncha-From", "not_started")]),
    "edit-settings": (edit_the_settings, []),
    "edit-measure": (
        edit_a_measure,
        [("Xuncha-Id", "1.2"), ("Xuncha-From", "submitted"), ("Xuncha-To", "in_progress")],
    ),
}


@pytest.mark.parametrize(("work", "steps"), WORK.values(), ids=WORK)
def test_each_action_is_taken_back_byte_for_byte_by_a_commit_that_says_so(
    ledger: LedgerOnDisk, work: Callable[[LedgerOnDisk], object], steps: list[tuple[str, str]]
) -> None:
    ledger.write(
        ledger.path("2.3"), measure("2.3", "closed", term="long_term").encode() + b"\n\n# \xe5\xb0\xbe"
    )
    ledger.commit("long-term")
    before, commits = snapshot(ledger), ledger.commits()
    shape = folders(ledger)
    work(ledger)
    files = touched(ledger)
    title, taken = subject(ledger), ledger.git("rev-parse", "HEAD").strip()
    assert snapshot(ledger) != before
    ledger.write("other.txt", "other")
    ledger.git("add", "other.txt")
    done = undo(ledger.root)
    assert isinstance(done, Result)
    assert list(done.titles)[:1] == [title]
    assert {**snapshot(ledger), "other.txt": b""} == {**before, "other.txt": b""}
    assert folders(ledger) == shape
    assert ledger.commits() == commits + 2
    assert touched(ledger) == files
    assert subject(ledger) == f"撤回 {title}"
    assert trailers(ledger) == [("Xuncha-Action", "undo"), *steps, ("Xuncha-Undoes", taken)]
    assert ledger.git("diff", "--cached", "--name-only") == "other.txt\n"
    assert findings(ledger) == []


@pytest.mark.apart
def test_undo_again_and_again_walks_back_one_action_at_a_time(ledger: LedgerOnDisk) -> None:
    states = [snapshot(ledger)]
    for work, _steps in WORK.values():
        if work not in {WORK["review"][0], WORK["edit-measure"][0], WORK["return"][0], WORK["close"][0]}:
            work(ledger)
            states.append(snapshot(ledger))
    for state in reversed(states[:-1]):
        undo(ledger.root)
        assert snapshot(ledger) == state
    with pytest.raises(RefusedError) as refused:
        undo(ledger.root)
    assert refused.value.code == "nothing-to-undo"
    assert ledger.clean()


def test_what_is_done_again_after_undo_can_be_taken_back_again(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.progress("先前的。", DAY), "1.1")
    first = snapshot(ledger)
    for _round in range(2):
        act(ledger, actions.submit(), "1.1")
        undo(ledger.root)
        assert snapshot(ledger) == first
    undo(ledger.root)
    assert record(ledger, "1.1").status == "not_started"


def test_there_is_nothing_to_undo_where_all_was_done_by_hand(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    result = ledger.run("undo")
    assert (result.code, "error[nothing-to-undo]" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits()) == (before, 1)


def test_hand_work_on_other_files_does_not_hinder_undo_and_stays(ledger: LedgerOnDisk) -> None:
    before = ledger.read("1.1")
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# by hand\n")
    ledger.commit("by hand")
    ledger.write(ledger.path("3.1"), ledger.read("3.1") + "# unfinished\n")
    undo(ledger.root)
    assert ledger.read("1.1") == before
    assert ledger.read("1.2").endswith("# by hand\n")
    assert ledger.read("3.1").endswith("# unfinished\n")
    assert touched(ledger) == {ledger.path("1.1")}


def refused(ledger: LedgerOnDisk, code: str) -> RefusedError:
    """Undo, which must be refused and leave no trace."""
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    with pytest.raises(RefusedError) as caught:
        undo(ledger.root)
    assert caught.value.code == code
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, commits, staged)
    return caught.value


def test_a_later_commit_by_hand_to_the_same_file_is_not_overwritten(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "# by hand\n")
    ledger.commit("by hand")
    assert ledger.path("1.1") in refused(ledger, "later-work").message


def test_a_later_change_by_hand_that_was_itself_taken_back_hinders_nothing(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "# by hand\n")
    ledger.commit("by hand")
    ledger.git("revert", "--no-edit", "HEAD")
    undo(ledger.root)
    assert snapshot(ledger) == before


def test_an_unfinished_change_of_the_same_file_is_not_overwritten(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "# unfinished\n")
    error = refused(ledger, "uncommitted")
    assert "`xuncha edit 1.1`" in error.hint


def test_an_unfinished_change_of_an_attached_file_is_not_overwritten_and_the_remedy_makes_sense(
    ledger: LedgerOnDisk,
) -> None:
    act(ledger, actions.attach("2024年 评审.pdf", b"%PDF", DAY), "1.1")
    ledger.write("data/evidence/1.1/2024年 评审.pdf", b"changed")
    error = refused(ledger, "uncommitted")
    assert "xuncha edit" not in error.hint, "`edit` takes numbers, not evidence"
    assert "2024年 评审.pdf" in error.message


def test_a_measure_that_was_deleted_by_hand_is_not_taken_for_one_taken_back(ledger: LedgerOnDisk) -> None:
    add_a_measure(ledger)
    (ledger.root / ledger.path("1.3")).unlink()
    refused(ledger, "uncommitted")


@pytest.mark.parametrize("committed", [True, False])
def test_a_problem_is_not_taken_back_from_under_a_measure_that_was_added_to_it_by_hand(
    ledger: LedgerOnDisk, committed: bool
) -> None:
    add_problem(ledger.root, "新问题", "a")
    ledger.write(ledger.path("4.1"), measure("4.1"))
    if committed:
        ledger.commit("by hand")
    refused(ledger, "later-work")
    assert (ledger.root / "data/problems/04/problem.yaml").exists()


def test_a_number_is_not_taken_back_from_before_one_that_was_added_later_by_hand(
    ledger: LedgerOnDisk,
) -> None:
    add_a_measure(ledger)
    ledger.write(ledger.path("1.4"), measure("1.4"))
    ledger.commit("by hand")
    refused(ledger, "later-work")


def test_a_leader_is_not_taken_back_from_under_a_measure_that_names_him(ledger: LedgerOnDisk) -> None:
    edit(ledger.root, "data/ledger.yaml", LEDGER.replace("[局长, ", "[局长, 王五, ").encode())
    ledger.write(ledger.path("1.1"), measure("1.1", "not_started", leader="王五"))
    ledger.commit("by hand")
    assert "王五" in refused(ledger, "later-work").message


def test_undo_mends_what_it_can_in_a_ledger_that_is_broken_elsewhere(ledger: LedgerOnDisk) -> None:
    before = ledger.read("1.1")
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("3.1"), measure("3.1", leader="没有的人"))
    ledger.commit("broken by hand")
    done = undo(ledger.root)
    assert isinstance(done, Result)
    assert done.register is None
    assert ledger.read("1.1") == before


def test_making_the_ledger_is_not_taken_back(ledger: LedgerOnDisk) -> None:
    root = ledger.root / "新台账"
    create(root, DAY, example=True)
    made = LedgerOnDisk(root, ledger.environment)
    assert trailers(made) == [("Xuncha-Action", "init")]
    before, commits = snapshot(made), made.commits()
    with pytest.raises(RefusedError) as caught:
        undo(root)
    assert caught.value.code == "nothing-to-undo"
    add_problem(root, "新问题", next(iter(problem_categories(made))))
    undo(root)
    assert (snapshot(made), made.commits()) == (before, commits + 2)
    with pytest.raises(RefusedError):
        undo(root)


def problem_categories(ledger: LedgerOnDisk) -> list[str]:
    """Return the keys of the categories."""
    from xuncha.store.cache import register

    return [key for key, _title in register(ledger.root).frame.categories]


def test_the_action_of_another_ledger_in_the_repository_is_not_taken_back(ledger: LedgerOnDisk) -> None:
    other = LedgerOnDisk(ledger.root / "二号", ledger.environment)
    other.write("data/ledger.yaml", LEDGER)
    other.write("data/problems/01/problem.yaml", problem("题", "a"))
    other.write(other.path("1.1"), measure("1.1", "not_started"))
    ledger.commit("second")
    act(ledger, actions.start(), "1.1")
    act(other, actions.start(), "1.1")
    theirs = snapshot(other)
    undo(ledger.root)
    assert record(ledger, "1.1").status == "not_started"
    assert snapshot(other) == theirs
    with pytest.raises(RefusedError):
        undo(ledger.root)
    undo(other.root)
    assert record(other, "1.1").status == "not_started"


def test_undo_that_git_refuses_leaves_everything_as_it_was(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.attach("甲.pdf", b"%PDF", DAY), "1.1")
    hook(ledger, "pre-commit", "echo 今天不许提交; exit 1")
    assert "今天不许提交" in refused(ledger, "commit-refused").message
    assert ledger.clean()


def test_an_application_that_was_taken_back_is_no_ones_application(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(ledger, "second_person")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "zhang@example.invalid")
    act(ledger, actions.submit(), "1.2")
    undo(ledger.root)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "li@example.invalid")
    with pytest.raises(RefusedError) as caught:
        act(ledger, actions.close(DAY), "1.2")
    assert caught.value.code == "close-requires-second-person"


def test_the_program_says_what_it_took_back(ledger: LedgerOnDisk) -> None:
    ledger.ok("close", "2.1")
    said = ledger.ok("undo")
    assert "销号 2.1 做好2.1号工作" in said
    row = ledger.json("log", "2.1")[0]
    assert (row["action"], row["id"], row["from"], row["to"]) == ("undo", "2.1", "closed", "submitted")


def test_several_are_taken_back_in_one_commit_that_names_each(ledger: LedgerOnDisk) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    act(ledger, actions.progress("甲。", DAY), "1.1")
    act(ledger, actions.submit(), "1.1")
    act(ledger, actions.attach("纪要.txt", b"x", DAY), "1.2")
    act(ledger, actions.progress("乙。", DAY), "3.1")
    newest = ledger.git("rev-list", "--max-count=4", "HEAD").split()
    ledger.ok("undo", "4")
    assert (snapshot(ledger), ledger.commits()) == (before, commits + 5)
    assert (
        subject(ledger)
        == "撤回 进展 3.1 做好3.1号工作；佐证 1.2 做好1.2号工作；申请销号 1.1 做好1.1号工作；等4项"
    )
    assert trailers(ledger) == [
        ("Xuncha-Action", "undo"),
        ("Xuncha-Id", "3.1"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "in_progress"),
        ("Xuncha-Id", "1.2"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "in_progress"),
        ("Xuncha-Id", "1.1"), ("Xuncha-From", "submitted"), ("Xuncha-To", "not_started"),
        *(("Xuncha-Undoes", commit) for commit in newest),
    ]  # fmt: skip
    assert [each.code for each in audit(ledger.root).findings] == []
    assert ledger.run("undo").code == 1, "what was taken back is not taken back again"


def test_several_that_cancel_each_other_out_are_not_taken_back(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.submit(), "1.2")
    act(ledger, actions.give_back("缺材料"), "1.2")
    assert "error[nothing-changed]" in ledger.run("undo", "2").err
    assert ledger.clean()


def test_a_click_on_undo_takes_nothing_else_back_than_what_was_shown(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    shown = ledger.git("rev-parse", "HEAD").strip()
    act(ledger, actions.submit(), "1.2")
    before = snapshot(ledger)
    with pytest.raises(RefusedError) as error:
        undo(ledger.root, commit=shown)
    assert (error.value.code, snapshot(ledger)) == ("changed-meanwhile", before)


def test_more_than_there_is_takes_nothing_back(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    before = snapshot(ledger)
    result = ledger.run("undo", "2")
    assert (result.code, "不足 2 次" in result.err) == (1, True)
    assert snapshot(ledger) == before
    assert ledger.run("undo", "0").code == 2


def test_one_of_several_that_cannot_be_taken_back_keeps_all(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "# by hand\n")
    ledger.commit("by hand")
    act(ledger, actions.submit(), "1.2")
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("undo", "2")
    assert (result.code, "error[later-work]" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_what_others_did_is_taken_back_only_when_that_is_said(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(ledger)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "li@example.invalid")
    act(ledger, actions.start(), "1.1")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL")
    result = ledger.run("undo")
    assert (result.code, "error[nothing-to-undo]" in result.err, "--others" in result.err) == (1, True, True)
    ledger.ok("undo", "--others")
    assert snapshot(ledger) == before


def test_the_ledger_says_which_addresses_are_one_person(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = "people:\n  - {name: 李敏, emails: [LI@example.invalid, tester@example.invalid]}\n"
    ledger.write("data/ledger.yaml", LEDGER + people)
    ledger.commit("people")
    before = snapshot(ledger)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "Li@example.invalid")
    act(ledger, actions.start(), "1.1")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL")
    ledger.ok("undo")
    assert snapshot(ledger) == before


def test_a_shallow_clone_says_that_it_lacks_the_history(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    shallow = LedgerOnDisk(ledger.root.parent / "浅", ledger.environment)
    ledger.git("clone", "-q", "--depth=1", f"file://{ledger.root}", str(shallow.root))
    result = shallow.run("undo")
    assert (result.code, "error[shallow]" in result.err) == (3, True)
    assert shallow.clean()


def test_an_audit_names_an_undo_of_several_that_leaves_one_as_it_was(ledger: LedgerOnDisk) -> None:
    before = ledger.read("1.1")
    act(ledger, actions.start(), "1.1")
    act(ledger, actions.submit(), "1.2")
    taken = "".join(f"Xuncha-Undoes: {each}\n" for each in ledger.git("rev-list", "-2", "HEAD").split())
    ledger.write(ledger.path("1.1"), before)
    ledger.commit(f"撤回\n\nXuncha-Action: undo\n{taken}")
    assert "false-undo" in {each.code for each in audit(ledger.root).findings}


def test_what_was_deleted_in_folders_nested_very_deep_comes_back(ledger: LedgerOnDisk) -> None:
    folder = ledger.root / f"data/evidence{'/d' * LEVELS}"
    subprocess.run(["mkdir", "-p", folder], check=True)
    (folder / "记录.txt").write_text("在")
    ledger.ok("edit")
    subprocess.run(["rm", "-r", ledger.root / "data/evidence/d"], check=True)
    ledger.ok("edit")
    undone = ledger.run("undo")
    kept = (folder / "记录.txt").read_text() if undone.code == 0 else ""
    subprocess.run(["rm", "-rf", ledger.root / "data/evidence/d"], check=True)
    assert (undone.err, kept) == ("", "在")
