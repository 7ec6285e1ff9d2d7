"""Remove: later numbers move up in files, evidence, comments, history and audit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk, measure, problem
from tests.once import built_once
from tests.workflow import actions
from tests.workflow.surroundings import act, findings, snapshot, subject, trailers
from xuncha.audit.examine import audit
from xuncha.errors import InvalidLedgerError, RefusedError
from xuncha.model.identity import Identity
from xuncha.store import files
from xuncha.trail.history import history, history_of_measure, history_of_problem
from xuncha.workflow.change import begin
from xuncha.workflow.remove import remove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = date(2024, 6, 1)


@pytest.fixture
def grown(ledger: LedgerOnDisk, kept: Path) -> Iterator[LedgerOnDisk]:
    """Add three measures to problem 1: 1.3 by mistake, then one with evidence, then one; check the ledger after the test."""

    def build() -> None:
        for title in ("误登的", "有材料的", "最后的"):
            actions.add_measure(ledger.root, Identity(1), title, leader="局长", office="办公室")
        act(ledger, actions.attach("纪要.txt", b"x", DAY), "1.4")

    built_once(kept / "grown", ledger.root.parent, build)
    yield ledger
    assert findings(ledger) == []
    assert ledger.clean()


def refused(ledger: LedgerOnDisk, code: str, *arguments: str) -> str:
    """Refuse, and leave no trace; what was said."""
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("remove", *arguments)
    assert (result.code, f"error[{code}]" in result.err) == (1, True), result.err
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    return result.err


def errors(ledger: LedgerOnDisk) -> list[tuple[str, str]]:
    """Return the code and severity of each audit finding."""
    return [(each.code, each.severity) for each in audit(ledger.root).findings]


def test_a_measure_goes_and_the_following_take_its_number_in_one_commit(grown: LedgerOnDisk) -> None:
    grown.write("data/evidence/1.4/照片/一.jpg", "x")
    grown.commit("by hand")
    fourth, fifth, commits = grown.read("1.4"), grown.read("1.5"), grown.commits()
    said = grown.ok("remove", "1.3", "--reason", "误登")
    assert "1.4 → 1.3 有材料的" in said
    assert (grown.read("1.3"), grown.read("1.4"), grown.commits()) == (fourth, fifth, commits + 1)
    assert not (grown.root / grown.path("1.5")).exists()
    assert (grown.root / "data/evidence/1.3/纪要.txt").read_bytes() == b"x"
    assert (grown.root / "data/evidence/1.3/照片/一.jpg").read_bytes() == b"x"
    assert not (grown.root / "data/evidence/1.4").exists()
    assert subject(grown) == "删除 1.3 误登的"
    assert trailers(grown) == [
        ("Xuncha-Action", "remove"),
        ("Xuncha-Id", "1.3"),
        ("Xuncha-From", "not_started"),
        ("Xuncha-Renumbered", "1.4 1.3"),
        ("Xuncha-Renumbered", "1.5 1.4"),
        ("Xuncha-Reason", "误登"),
    ]
    assert errors(grown) == [("by-hand", "error")]


def test_the_history_follows_what_was_renumbered_and_leaves_what_was_removed(grown: LedgerOnDisk) -> None:
    grown.ok("remove", "1.3", "--reason", "误登")
    grown.ok("progress", "1.3", "又做了。")
    told = [(event.action, event.id) for event in history_of_measure(grown.root, grown.path("1.3"), "1.3")]
    assert told == [("progress", "1.3"), ("renumber", "1.4"), ("attach", "1.4"), ("add", "1.4")]
    told = [(event.action, event.id) for event in history_of_measure(grown.root, grown.path("1.4"), "1.4")]
    assert told == [("renumber", "1.5"), ("add", "1.5")]
    now = [(event.action, event.id, event.number) for event in history(grown.root) if event.action]
    assert now == [
        ("progress", "1.3", "1.3"),
        ("remove", "1.3", None),
        ("renumber", "1.4", "1.3"),
        ("renumber", "1.5", "1.4"),
        ("attach", "1.4", "1.3"),
        ("add", "1.5", "1.4"),
        ("add", "1.4", "1.3"),
        ("add", "1.3", None),
    ]
    assert "改号 1.4 → 1.3" in grown.ok("log", "1.3")


def test_what_was_renumbered_twice_is_known_under_its_last_number(grown: LedgerOnDisk) -> None:
    actions.add_measure(grown.root, Identity(1), "又误登的", leader="局长", office="办公室")
    grown.ok("remove", "1.3", "--reason", "误登")
    grown.ok("remove", "1.5", "--reason", "误登")
    grown.ok("remove", "1.1", "--reason", "误登")
    assert "最后的" in grown.read("1.3")
    told = [(event.action, event.id) for event in history_of_measure(grown.root, grown.path("1.3"), "1.3")]
    assert told == [("renumber", "1.4"), ("renumber", "1.5"), ("add", "1.5")]
    added = [(event.id, event.number) for event in history(grown.root) if event.action == "add"]
    assert added == [("1.6", None), ("1.5", "1.3"), ("1.4", "1.2"), ("1.3", None)]


def test_a_problem_without_measures_goes_and_the_following_bring_their_measures(ledger: LedgerOnDisk) -> None:
    for title in ("误登的问题", "后一个问题"):
        actions.add_problem(ledger.root, title, "a")
    actions.add_measure(ledger.root, Identity(5), "新措施", leader="局长", office="办公室")
    act(ledger, actions.attach("纪要.txt", b"x", DAY), "5.1")
    ledger.ok("remove", "4", "--reason", "误登")
    assert "后一个问题" in (ledger.root / "data/problems/04/problem.yaml").read_text(encoding="utf-8")
    assert "新措施" in ledger.read("4.1")
    assert (ledger.root / "data/evidence/4.1/纪要.txt").is_file()
    assert not (ledger.root / "data/problems/05").exists()
    assert trailers(ledger)[1:4] == [
        ("Xuncha-Id", "4"),
        ("Xuncha-Renumbered", "5 4"),
        ("Xuncha-Renumbered", "5.1 4.1"),
    ]
    assert (findings(ledger), errors(ledger), ledger.clean()) == ([], [], True)
    told = [(event.action, event.id) for event in history_of_problem(ledger.root, Identity(4))]
    assert told == [("renumber", "5"), ("attach", "5.1"), ("add", "5.1"), ("add", "5")]
    told = [(event.action, event.id) for event in history_of_measure(ledger.root, ledger.path("4.1"), "4.1")]
    assert told == [("renumber", "5"), ("attach", "5.1"), ("add", "5.1")]
    added = [(event.id, event.number) for event in history(ledger.root) if event.action == "add"]
    assert added == [("5.1", "4.1"), ("5", "4"), ("4", None)]


def test_undo_brings_back_what_was_removed_and_all_numbers(grown: LedgerOnDisk) -> None:
    before = snapshot(grown)
    grown.ok("remove", "1.3", "--reason", "误登")
    grown.ok("undo")
    assert snapshot(grown) == before
    assert trailers(grown)[1:3] == [("Xuncha-Id", "1.3"), ("Xuncha-To", "not_started")]
    assert [name for name, _value in trailers(grown)].count("Xuncha-Id") == 1
    assert errors(grown) == []
    told = [(event.action, event.id) for event in history_of_measure(grown.root, grown.path("1.5"), "1.5")]
    assert told[-1] == ("add", "1.5")
    added = [(event.id, event.number) for event in history(grown.root) if event.action == "add"]
    assert added == [("1.5", "1.5"), ("1.4", "1.4"), ("1.3", "1.3")]


def test_what_was_worked_on_is_not_removed(ledger: LedgerOnDisk) -> None:
    ledger.write(
        ledger.path("3.2"), measure("3.2", "not_started", progress="[{date: 2024-03-01, text: 已开展。}]")
    )
    ledger.write(ledger.path("3.3"), measure("3.3", "not_started"))
    ledger.write("data/evidence/3.3/纪要.txt", "x")
    for number in range(4, 9):
        ledger.write(ledger.path(f"3.{number}"), measure(f"3.{number}", "not_started"))
    ledger.commit("by hand")
    before = snapshot(ledger)
    with begin(ledger.root) as session:
        for identity, code in (
            ("1.2", "was-started"), ("2.2", "was-started"), ("3.2", "was-started"), ("3.3", "has-evidence"),
            ("9", "no-such-problem"), ("1.9", "no-such-measure"), ("3", "has-measures"),
        ):  # fmt: skip
            with pytest.raises(RefusedError) as error:
                remove(session, Identity.parse(identity), "误登", DAY)
            assert error.value.code == code
    assert "…" not in error.value.message, "all eight measures are named"
    assert (snapshot(ledger), ledger.clean()) == (before, True)


def test_a_folder_named_like_a_comment_is_an_error_of_the_ledger_and_no_crash(ledger: LedgerOnDisk) -> None:
    (ledger.root / "data/comments/001.yaml").mkdir(parents=True)
    with begin(ledger.root) as session, pytest.raises(InvalidLedgerError):
        remove(session, Identity(1, 1), "误登", DAY)


def test_what_is_due_today_is_not_overdue_where_it_is_removed(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.2"), measure("3.2", "not_started", due="2024-06-01"))
    ledger.commit("by hand")
    with begin(ledger.root) as session:
        assert not remove(session, Identity(3, 2), "误登", DAY).overdue


def test_what_was_once_submitted_keeps_its_number_also_where_the_application_was_taken_back(
    grown: LedgerOnDisk,
) -> None:
    act(grown, actions.submit(), "1.4")
    assert "1.4" in refused(grown, "number-in-use", "1.3", "--reason", "误登")
    grown.ok("undo")
    refused(grown, "number-in-use", "1.3", "--reason", "误登")


def test_what_was_closed_by_hand_and_has_another_number_since_keeps_it(grown: LedgerOnDisk) -> None:
    grown.write(grown.path("1.5"), measure("1.5", "closed"))
    grown.commit("by hand")
    grown.write(grown.path("1.5"), measure("1.5", "in_progress"))
    grown.commit("by hand")
    actions.add_measure(grown.root, Identity(1), "末条", leader="局长", office="办公室")
    refused(grown, "number-in-use", "1.3", "--reason", "误登")


def test_a_comment_follows_the_number_in_its_own_line_alone(grown: LedgerOnDisk) -> None:
    text = "received: 2024-05-06   # 来电\nchannel: phone\ntext: 办得如何？\nabout: '1.4'  # 关于\n"
    others = {"002": text.replace("1.4", "2.1"), "003": text.replace("about: '1.4'", "")}
    for number, each in {"001": text, **others}.items():
        grown.write(f"data/comments/{number}.yaml", each)
    grown.commit("comment")
    grown.ok("remove", "1.3", "--reason", "误登")
    after = [each.read_text(encoding="utf-8") for each in sorted((grown.root / "data/comments").iterdir())]
    assert after == [text.replace("'1.4'", "'1.3'"), *others.values()]
    assert not {code for code, _severity in errors(grown)} & {"false-remove", "deleted", "renumbered"}


def test_what_a_comment_is_about_is_not_removed(grown: LedgerOnDisk) -> None:
    text = "received: 2024-05-06\nchannel: phone\ntext: 办得如何？\nabout: '1.3'\n"
    grown.write("data/comments/001.yaml", text)
    grown.commit("comment")
    refused(grown, "has-comment", "1.3", "--reason", "误登")


def test_texts_that_cite_a_number_which_changes_are_named(grown: LedgerOnDisk) -> None:
    grown.ok("progress", "1.2", "与措施1.4一并推进，投入1.4万元，见措施１．３；发现问题3个。")
    grown.write("data/comments/001.yaml", "received: 2024-05-06\nchannel: phone\ntext: 措施1.5何时办完？\n")
    grown.commit("comment")
    told = grown.run("remove", "1.3", "--reason", "误登").err.replace("\n", "")
    assert "1.2 中的“措施1.4”现为 1.3" in told
    assert "data/comments/001.yaml 中的“措施1.5”现为 1.4" in told
    assert "“措施１．３”现为 已删除" in told
    assert told.count("1.2 中的") == 2, "an amount is no number of a measure"


def test_of_many_texts_that_cite_a_number_which_changes_only_some_are_named(grown: LedgerOnDisk) -> None:
    for number in range(10):
        title = f"第{number}次与措施1.4一并推进"
        actions.add_measure(grown.root, Identity(2), title, leader="局长", office="办公室")
    told = grown.run("remove", "1.3", "--reason", "误登").err.replace("\n", "")
    assert (told.count("中的“措施1.4”"), "等，另有 2 项" in told) == (8, True)


def test_a_file_changed_by_hand_among_those_that_move_stays(grown: LedgerOnDisk) -> None:
    held = grown.read("1.5")
    grown.write(grown.path("1.5"), held + "# 手改\n")
    refused(grown, "uncommitted", "1.3", "--reason", "误登")
    grown.write(grown.path("1.5"), held)
    link = grown.root / "data/evidence/1.4/外面.txt"
    link.symlink_to("/nowhere")
    assert "是链接" in refused(grown, "symbolic-link", "1.3", "--reason", "误登")
    link.unlink()


def test_what_was_overdue_is_removed_with_a_warning(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.2"), measure("3.2", "not_started", due="2024-01-31"))
    ledger.ok("edit")
    assert "核验会指出" in ledger.run("remove", "3.2", "--reason", "误登").err
    assert ("removed-overdue", "warning") in errors(ledger)
    assert not {code for code, _severity in errors(ledger)} & {"deleted", "false-remove"}


def test_an_audit_names_a_removal_that_its_parent_does_not_allow(grown: LedgerOnDisk) -> None:
    act(grown, actions.submit(), "1.4")
    fourth, fifth = grown.read("1.4"), grown.read("1.5")
    grown.write(grown.path("1.3"), fourth)
    grown.write(grown.path("1.4"), fifth)
    (grown.root / grown.path("1.5")).unlink()
    (grown.root / "data/evidence/1.4").rename(grown.root / "data/evidence/1.3")
    told = "Xuncha-Action: remove\nXuncha-Id: 1.3\nXuncha-From: not_started\nXuncha-Renumbered: 1.4 1.3\nXuncha-Renumbered: 1.5 1.4\nXuncha-Reason: x\n"
    grown.commit(f"删除 1.3\n\n{told}")
    assert ("false-remove", "error") in errors(grown)


def test_a_problem_entered_by_hand_is_removed_too(ledger: LedgerOnDisk) -> None:
    ledger.write("data/problems/04/problem.yaml", problem("误登", "a"))
    ledger.commit("by hand")
    ledger.ok("remove", "4", "--reason", "误登")
    assert not (ledger.root / "data/problems/04").exists()


def test_at_no_instant_is_there_a_gap(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    for title in ("误登的问题", "后一个问题"):
        actions.add_problem(ledger.root, title, "a")
    for title in ("一", "二", "三"):
        actions.add_measure(ledger.root, Identity(5), title, leader="局长", office="办公室")
    act(ledger, actions.attach("纪要.txt", b"x", DAY), "5.2")
    seen: list[list[str]] = []
    taken = files.remove

    def take(target: Path) -> None:
        taken(target)
        seen.append(findings(ledger))

    monkeypatch.setattr(files, "remove", take)
    with begin(ledger.root) as session:
        remove(session, Identity(4), "误登", DAY)
    assert len(seen) == 5
    assert not any(seen)


@pytest.mark.parametrize("about", ["1.4", "1.3"])
def test_an_audit_names_a_removal_that_leaves_a_comment_behind(grown: LedgerOnDisk, about: str) -> None:
    """What it was about has another number, or is gone, and somebody's words would be about another measure."""
    text = f"received: 2024-05-06\nchannel: phone\ntext: 办得如何？\nabout: '{about}'\n"
    grown.write("data/comments/001.yaml", text)
    grown.commit("comment")
    fourth, fifth = grown.read("1.4"), grown.read("1.5")
    grown.write(grown.path("1.3"), fourth)
    grown.write(grown.path("1.4"), fifth)
    (grown.root / grown.path("1.5")).unlink()
    (grown.root / "data/evidence/1.4").rename(grown.root / "data/evidence/1.3")
    told = "Xuncha-Action: remove\nXuncha-Id: 1.3\nXuncha-From: not_started\nXuncha-Renumbered: 1.4 1.3\nXuncha-Renumbered: 1.5 1.4\nXuncha-Reason: x\n"
    grown.commit(f"删除 1.3\n\n{told}")
    assert ("false-remove", "error") in errors(grown)
