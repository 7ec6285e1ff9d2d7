"""The history of files: who did what and when, from commits of every kind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import listed, run_inside, told
from tests.conftest import LedgerOnDisk, measure
from tests.workflow import actions
from tests.workflow.actions import add_measure
from tests.workflow.surroundings import act
from xuncha.model.identity import Identity
from xuncha.trail.history import history, history_of_measure, history_of_problem
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 6, 1)


def by_hand(ledger: LedgerOnDisk, identity: str, message: str, **environment: str) -> None:
    """Change a measure and commit it with git, as a person would."""
    ledger.write(ledger.path(identity), ledger.read(identity) + "# by hand\n")
    ledger.git("add", "-A")
    LedgerOnDisk(ledger.root, {**ledger.environment, **environment}).git(
        "commit", "-q", "--cleanup=verbatim", "-m", message
    )


def test_what_a_command_did_is_told_whole(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.give_back("缺少 评审意见"), "2.1")
    event, start = history(ledger.root)
    assert event.commit == ledger.git("rev-parse", "HEAD").strip()
    assert event.date == ledger.git("log", "-1", "--format=%cI").strip()
    assert event[2:11] == (
        "tester", "tester@example.invalid", "return", "2.1", "submitted", "in_progress", "缺少 评审意见",
        "退回 2.1 做好2.1号工作", (),
    )  # fmt: skip
    assert event.day == event.date[:10]
    assert event.minute == f"{event.date[:10]} {event.date[11:16]}"
    assert start.subject == "start"


def test_a_commit_by_hand_says_nothing_that_it_does_not_know(ledger: LedgerOnDisk) -> None:
    by_hand(ledger, "1.2", "补充说明\n\n正文里提到 Xuncha-Action: close 而已。")
    (event, *_rest) = history(ledger.root)
    assert event.subject == "补充说明"
    assert event[4:9] == (None, None, None, None, None)
    assert event.as_json() == {
        "commit": event.commit,
        "date": event.date,
        "author": "tester",
        "email": "tester@example.invalid",
        "action": None,
        "id": None,
        "from": None,
        "to": None,
        "reason": None,
        "subject": "补充说明",
    }


def test_a_commit_of_several_measures_is_a_row_for_each_in_its_order(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.close(DAY), "3.1", "1.2", "2.1")
    rows = history(ledger.root)[:3]
    assert [(row.id, row.from_, row.to) for row in rows] == [
        ("3.1", "in_progress", "closed"),
        ("1.2", "in_progress", "closed"),
        ("2.1", "submitted", "closed"),
    ]
    assert {row.commit for row in rows} == {ledger.git("rev-parse", "HEAD").strip()}


def test_what_was_taken_back_is_named_by_its_commit(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    undo(ledger.root)
    undone, started, _start = history(ledger.root)
    assert (undone.action, undone.undoes) == ("undo", (started.commit,))
    assert started.undoes == ()


def test_only_commits_that_touch_the_file_or_the_folder_are_its_history(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.start(), "1.1")
    act(ledger, actions.submit(), "3.1")
    ledger.write("README.md", "1")
    ledger.commit("not of the ledger")
    assert [event.subject for event in history(ledger.root)] == [
        "申请销号 3.1 做好3.1号工作", "启动 1.1 做好1.1号工作", "start",
    ]  # fmt: skip
    assert [event.id for event in history_of_problem(ledger.root, Identity(3))] == ["3.1", None]
    assert [event.id for event in history_of_measure(ledger.root, ledger.path("1.1"), "1.1")] == ["1.1", None]
    assert history_of_problem(ledger.root, Identity(9)) == []


def test_the_history_of_a_renumbered_measure_goes_on_behind_its_new_name(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.reopen("反弹"), "2.3")
    ledger.git("mv", ledger.path("2.3"), "data/problems/02/2.4.yaml")
    ledger.commit("renumbered")
    assert [event.subject for event in history_of_measure(ledger.root, "data/problems/02/2.4.yaml", "2.4")] == [
        "renumbered", "重新打开 2.3 做好2.3号工作", "start",
    ]  # fmt: skip


def test_what_was_done_under_an_earlier_number_is_told_of_the_later_one(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.reopen("反弹"), "2.3")
    ledger.git("mv", ledger.path("2.3"), "data/problems/01/1.3.yaml")
    ledger.commit("renumbered")
    act(ledger, actions.submit(), "1.3")
    rows = listed(ledger, "log", "1.3")
    assert [(row["action"], row["id"]) for row in rows] == [
        ("submit", "1.3"), (None, None), ("reopen", "2.3"), (None, None),
    ]  # fmt: skip
    assert "反弹" in told(ledger, "show", "1.3")


def test_a_copy_begins_a_history_of_its_own(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.reopen("反弹"), "2.3")
    ledger.write("data/problems/02/2.4.yaml", ledger.read("2.3"))
    ledger.commit("copied")
    assert [row["subject"] for row in listed(ledger, "log", "2.4")] == ["copied"]


def test_history_goes_on_behind_a_merge(ledger: LedgerOnDisk) -> None:
    ledger.git("branch", "other")
    act(ledger, actions.start(), "1.1")
    ledger.git("checkout", "-q", "other")
    act(ledger, actions.submit(), "3.1")
    ledger.git("checkout", "-q", "-")
    ledger.git("merge", "-q", "--no-edit", "other")
    act(ledger, actions.give_back("缺材料"), "3.1")
    assert [row["action"] for row in listed(ledger, "log", "3.1") if row["action"]] == ["return", "submit"]
    assert [row["action"] for row in listed(ledger, "log", "1.1") if row["action"]] == ["start"]


def test_the_trail_is_read_right_whatever_encoding_and_separators_git_is_set_up_with(
    ledger: LedgerOnDisk,
) -> None:
    ledger.git("config", "i18n.commitEncoding", "gbk")
    ledger.git("config", "trailer.separators", "=")
    act(ledger, actions.reopen("人民"), "2.3")
    (row, *_rest) = listed(ledger, "log")
    assert (row["action"], row["id"], row["reason"]) == ("reopen", "2.3", "人民")
    assert row["subject"] == "重新打开 2.3 做好2.3号工作"


def test_a_new_measure_that_looks_like_another_does_not_inherit_its_history(ledger: LedgerOnDisk) -> None:
    by_hand(ledger, "1.2", "another's work")
    ledger.write(ledger.path("1.3"), ledger.read("1.2").replace("1.2", "1.3"))
    ledger.commit("new by hand")
    assert [event.subject for event in history_of_measure(ledger.root, ledger.path("1.3"), "1.3")] == [
        "new by hand"
    ]
    add_measure(ledger.root, Identity(1), "甲", leader="局长", office="办公室")
    by_hand(ledger, "1.4", "work on it")
    add_measure(ledger.root, Identity(1), "甲", leader="局长", office="办公室")
    assert [row["subject"] for row in listed(ledger, "log", "1.5")] == ["新增 1.5 甲"]


@pytest.mark.parametrize(
    "subject",
    ["a\x1fb", "\x1d\x1e\x1f", "a\x1db", "红\x1b[31m字", "a\tb", "\u202e反", "%H%n%x1d", "-- 开头", "😀" * 300],
)  # fmt: skip
def test_no_subject_upsets_the_rows_of_the_trail(ledger: LedgerOnDisk, subject: str) -> None:
    by_hand(ledger, "1.2", subject)
    act(ledger, actions.submit(), "1.2")
    events = history(ledger.root)
    assert len(events) == 3
    assert (events[0].action, events[0].id) == ("submit", "1.2")
    assert events[1][4:9] == (None, None, None, None, None)
    assert (events[2].subject, events[2].author) == ("start", "tester")
    shown = run_inside(ledger, "log")
    assert shown.code == 0
    assert not {character for character in shown.out if ord(character) < 32} - {"\n"}


@pytest.mark.parametrize("value", ["a\x1fb\x1fc", "a\x1eb", "a\x1db\x1fclose"])
def test_no_trailer_written_by_hand_upsets_the_rows_of_the_trail(ledger: LedgerOnDisk, value: str) -> None:
    by_hand(ledger, "1.2", f"x\n\nXuncha-Action: edit\nXuncha-Id: 1.2\nXuncha-Reason: {value}\n")
    by_hand(ledger, "1.1", f"x\n\nXuncha-Action: edit\nXuncha-Id: {value}\n")
    events = history(ledger.root)
    assert {event.subject for event in events} == {"x", "start"}
    assert len({event.commit for event in events}) == 3
    for typed in (("log",), ("show", "1.1")):
        assert "error[bug]" not in run_inside(ledger, *typed).err, typed


@pytest.mark.parametrize("identity", ["九", "99999999999", "../1"])
def test_an_id_written_by_hand_that_is_none_hides_nothing_of_the_trail(
    ledger: LedgerOnDisk, identity: str
) -> None:
    by_hand(ledger, "1.2", f"x\n\nXuncha-Action: edit\nXuncha-Id: {identity}\n")
    for typed in (("log",), ("log", "1"), ("show", "1"), ("log", "1.2"), ("undo",)):
        result = run_inside(ledger, *typed)
        assert "error[bug]" not in result.err, typed
        assert result.code == 0, (typed, result.err)


@pytest.mark.parametrize(
    ("author", "email"),
    [
        ("张 三", "z@例子.中国"),
        ("a\x1fb", "x@y"),
        ("O'Br\"ien \\n", "-x@y"),
        ("a\tb", "z"),
        ("--amend", "--help"),
    ],
)
def test_an_author_of_any_name_stands_in_his_own_row(ledger: LedgerOnDisk, author: str, email: str) -> None:
    by_hand(ledger, "1.2", "x", GIT_AUTHOR_NAME=author, GIT_AUTHOR_EMAIL=email)
    events = history(ledger.root)
    assert len(events) == 2
    assert events[0].subject == "x"
    assert events[0].action is None
    if "\x1f" not in author:
        assert (events[0].author, events[0].email) == (author, email)


def test_a_message_without_a_subject_is_a_row_too(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# x\n")
    ledger.git("add", "-A")
    ledger.git("commit", "-q", "--allow-empty-message", "-m", "")
    assert [event.subject for event in history(ledger.root)] == ["", "start"]
    assert run_inside(ledger, "log").code == 0


def test_a_commit_that_was_made_in_another_encoding_is_read(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# x\n")
    ledger.write("../message", "补充说明\n".encode("gbk"))
    ledger.git("add", "-A")
    ledger.git("-c", "i18n.commitEncoding=gbk", "commit", "-q", "-F", "../message")
    assert history(ledger.root)[0].subject == "补充说明"


def test_the_work_of_both_sides_of_a_merge_is_in_the_history(ledger: LedgerOnDisk) -> None:
    ledger.git("checkout", "-q", "-b", "side")
    act(ledger, actions.start(), "1.1")
    ledger.git("checkout", "-q", "main")
    act(ledger, actions.submit(), "3.1")
    ledger.git("merge", "-q", "--no-edit", "side")
    assert {event.id for event in history(ledger.root) if event.action} == {"1.1", "3.1"}


def test_the_newest_comes_first(ledger: LedgerOnDisk) -> None:
    for number in range(3):
        act(ledger, actions.progress(f"第{number}件。", DAY), "1.2")
    hashes = ledger.git("rev-list", "HEAD").split()
    assert [event.commit for event in history(ledger.root)] == hashes


def test_there_is_no_history_outside_a_repository(bare_ledger: LedgerOnDisk) -> None:
    assert history(bare_ledger.root) == []
    result = run_inside(bare_ledger, "log")
    assert (result.code, "error[no-repository]" in result.err) == (3, True)
    assert run_inside(bare_ledger, "show", "1.2").code == 0


def test_there_is_no_history_before_the_first_commit(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    assert history(bare_ledger.root) == []
    assert run_inside(bare_ledger, "log").code == 0


def test_a_path_is_a_path_and_no_option_of_git(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    assert history_of_measure(ledger.root, f"--output={tmp_path / 'written'}", "1.1") == []
    assert not (tmp_path / "written").exists()


def test_a_ledger_in_a_folder_has_its_own_history_alone(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q", str(bare_ledger.root.parent))
    bare_ledger.commit("start")
    (bare_ledger.root.parent / "data").mkdir()
    (bare_ledger.root.parent / "data/x").write_text(measure("9.9"))
    bare_ledger.git("add", "-A", ":/")
    bare_ledger.git("commit", "-qm", "another's data")
    act(bare_ledger, actions.start(), "1.1")
    assert [event.subject for event in history(bare_ledger.root)] == ["启动 1.1 做好1.1号工作", "start"]
