"""Comments: entered and answered in one commit each, internal in every output, known to `log`, `audit`, `undo`, `edit` and `archive`."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.once import built_once
from tests.workflow.surroundings import findings, snapshot, subject, touched, trailers
from xuncha.errors import RefusedError
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import CHANNELS
from xuncha.requests import readers
from xuncha.workflow.change import begin
from xuncha.workflow.comment import add_comment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

FIRST = "data/comments/001.yaml"


def codes(ledger: LedgerOnDisk) -> set[str]:
    """Return the codes of all that an audit finds."""
    result = ledger.run("audit", "--json")
    assert result.code in {0, 1}, result.err
    return {each["code"] for each in json.loads(result.out)}


@pytest.fixture
def entered(ledger: LedgerOnDisk, kept: Path) -> LedgerOnDisk:
    """Add one comment, entered as by a person who knows only Chinese."""
    words = (
        "comment", "add", "泵站夜间噪声扰民", "--channel", "来信", "--about", "１．２", "--name", "王某",
        "--received", "2024-05-06",
    )  # fmt: skip
    built_once(kept / "entered", ledger.root.parent, lambda: ledger.ok(*words))
    return ledger


def test_a_comment_is_one_file_and_one_commit(entered: LedgerOnDisk) -> None:
    assert (entered.root / FIRST).read_text(encoding="utf-8") == (
        "# yaml-language-server: $schema=../schema/comment.json\n"
        'received: 2024-05-06\nchannel: post\ntext: 泵站夜间噪声扰民\nabout: "1.2"\nname: 王某\n'
    )
    assert subject(entered) == "登记意见 1 泵站夜间噪声扰民"
    assert trailers(entered) == [("Xuncha-Action", "comment"), ("Xuncha-Comment", "1")]
    assert touched(entered) == {FIRST}
    assert entered.clean()
    assert findings(entered) == []
    assert codes(entered) == set()


def test_a_reply_changes_one_line_and_says_which_comment_it_answers(entered: LedgerOnDisk) -> None:
    before = (entered.root / FIRST).read_text(encoding="utf-8")
    assert (
        entered.ok("comment", "reply", "１", "已调整运行时间。", "--date", "2024-05-10")
        == "意见 1 已答复。\n"
    )
    after = (entered.root / FIRST).read_text(encoding="utf-8")
    assert after == before + "reply: {date: 2024-05-10, text: 已调整运行时间。}\n"
    assert subject(entered) == "答复意见 1 泵站夜间噪声扰民"
    assert trailers(entered) == [("Xuncha-Action", "comment"), ("Xuncha-Comment", "1")]
    assert entered.clean()
    assert codes(entered) == set()


def test_the_list_says_what_stands_in_the_files(entered: LedgerOnDisk) -> None:
    entered.ok("comment", "add", "建议公开\n补助标准", "--channel", "web")
    entered.ok("comment", "reply", "1", "已调整。")
    first, second = entered.json("comment", "list")
    assert first == {
        "number": 1, "received": "2024-05-06", "channel": "post", "text": "泵站夜间噪声扰民", "about": "1.2", "name": "王某",
        "reply": {"date": "2024-06-15", "text": "已调整。"},
    }  # fmt: skip
    assert (second["number"], second["about"], second["name"], second["reply"]) == (2, None, None, None)
    assert [each["number"] for each in entered.json("comment", "list", "--unanswered")] == [2]
    for about in ("1", "1.2"):
        assert [each["number"] for each in entered.json("comment", "list", "--about", about)] == [1]
    assert entered.json("comment", "list", "--about", "1.1") == []
    assert "error[no-such-measure]" in entered.run("comment", "list", "--about", "1.9").err
    assert entered.ok("comment", "list", "--about", "1.1") == "没有符合条件的意见建议。\n"
    table = entered.ok("comment", "list").splitlines()
    assert len(table) == 3, table
    assert table[2].split() == ["2", "2024-06-15", "网络", "建议公开", "补助标准", "未答复"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", "甲", "--channel", "传真"], "unknown-word"),
        (["add", " ", "--channel", "phone"], "empty-text"),
        (["add", "甲", "--channel", "phone", "--name", " "], "empty-text"),
        (["add", "甲", "--channel", "phone", "--about", "9.9"], "no-such-measure"),
        (["add", "甲", "--channel", "phone", "--about", "9"], "no-such-problem"),
        (["add", "甲", "--channel", "phone", "--about", "甲"], "bad-id"),
        (["add", "甲", "--channel", "phone", "--received", "2024-06-16"], "day-to-come"),
        (["add", "甲"], "usage"),
        (["reply", "2", "乙"], "no-such-comment"),
        (["reply", "甲", "乙"], "bad-id"),
        (["reply", "1", " "], "empty-text"),
        (["reply", "1", "乙", "--date", "2024-06-16"], "day-to-come"),
        (["reply", "1", "乙", "--date", "2024-05-05"], "reply-before-received"),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    entered: LedgerOnDisk, words: list[str], code: str
) -> None:
    before = snapshot(entered), entered.commits()
    result = entered.run("comment", *words)
    assert f"error[{code}]" in result.err
    assert result.code in {1, 2}
    assert (snapshot(entered), entered.commits()) == before


def test_a_comment_about_what_is_not_there_is_refused(ledger: LedgerOnDisk) -> None:
    with begin(ledger.root) as session:
        for about, code in ((Identity(9, 9), "no-such-measure"), (Identity(9), "no-such-problem")):
            with pytest.raises(RefusedError) as error:
                add_comment(session, "甲", channel="phone", received=date(2024, 5, 6), about=about)
            assert error.value.code == code


def test_what_was_answered_stays(entered: LedgerOnDisk) -> None:
    entered.ok("comment", "reply", "1", "已调整。")
    result = entered.run("comment", "reply", "1", "又一次")
    assert result.code == 1
    assert "error[already-answered]" in result.err
    assert f"xuncha edit {FIRST}" in result.err


def test_a_change_by_hand_is_not_taken_into_a_reply(entered: LedgerOnDisk) -> None:
    (entered.root / FIRST).write_text(
        (entered.root / FIRST).read_text(encoding="utf-8") + "# 手写\n", encoding="utf-8"
    )
    result = entered.run("comment", "reply", "1", "已调整。")
    assert "error[uncommitted]" in result.err
    assert f"xuncha edit {FIRST}" in result.err
    entered.ok("edit", FIRST, EDITOR="true", VISUAL="true")
    assert subject(entered) == "修改 意见 1 泵站夜间噪声扰民"
    assert trailers(entered) == [("Xuncha-Action", "edit"), ("Xuncha-Comment", "1")]
    entered.ok("comment", "reply", "1", "已调整。")
    assert codes(entered) == set()


def test_a_comment_is_edited_by_its_file_and_checked(entered: LedgerOnDisk) -> None:
    entered.ok("edit", FIRST, VISUAL="sed -i s/1.2/2.1/", EDITOR="")
    assert entered.json("comment", "list")[0]["about"] == "2.1"
    assert codes(entered) == set(), "what it is about may be corrected"
    broken = entered.run("edit", FIRST, VISUAL="sed -i s/2.1/9.9/", EDITOR="")
    assert "error[unknown-about]" in broken.err
    assert broken.code == 1
    assert entered.clean()
    assert "error[no-such-comment]" in entered.run("edit", "data/comments/007.yaml").err


def test_comments_are_registered_while_the_rest_of_the_ledger_is_wrong(entered: LedgerOnDisk) -> None:
    entered.write(entered.path("2.2"), "title: [")
    entered.ok("comment", "add", "又来电", "--channel", "电话")
    entered.ok("comment", "reply", "2", "已答复。")
    assert touched(entered) == {"data/comments/002.yaml"}


def test_a_comment_is_taken_back_and_not_out_of_the_middle(entered: LedgerOnDisk) -> None:
    entered.ok("comment", "reply", "1", "已调整。")
    entered.ok("undo")
    assert entered.json("comment", "list", "--unanswered")
    entered.ok("undo")
    assert not (entered.root / "data/comments").exists()
    assert codes(entered) == set()


def test_a_measure_that_somebody_has_spoken_of_is_not_taken_back(ledger: LedgerOnDisk) -> None:
    ledger.ok(
        "add", "measure", "2", "新措施", "--leader", "局长", "--office", "办公室", "--due", "2024-12-31"
    )
    ledger.write(FIRST, "received: 2024-05-06\nchannel: phone\ntext: 甲\nabout: '2.4'\n")
    ledger.commit()
    result = ledger.run("undo")
    assert "error[later-work]" in result.err


def test_the_log_tells_of_comments_without_giving_them_to_measures(entered: LedgerOnDisk) -> None:
    event = entered.json("log")[0]
    assert (event["action"], event["id"], event["from"], event["to"]) == ("comment", None, None, None)
    assert [each["action"] for each in entered.json("log", "1.2")] == [None]


def test_nothing_that_is_public_holds_anything_of_a_comment(entered: LedgerOnDisk, tmp_path: Path) -> None:
    entered.ok("comment", "reply", "1", "答复标记癸")
    shown = [entered.ok("notice", "-f", form) for form in ("txt", "md", "html")]
    entered.ok("dashboard", "-o", tmp_path / "看板.html")
    shown.append((tmp_path / "看板.html").read_text(encoding="utf-8"))
    shown.append(entered.ok("status", "--json"))
    for mark in ("泵站夜间噪声", "答复标记癸", "王某"):
        assert not [text for text in shown if mark in text]


def test_an_archive_holds_comments_and_refuses_broken_ones(entered: LedgerOnDisk, tmp_path: Path) -> None:
    pytest.importorskip("bagit")
    entered.ok("archive", "-o", tmp_path / "归档.zip")
    with zipfile.ZipFile(tmp_path / "归档.zip") as file:
        assert any(name.endswith(f"ledger/{FIRST}") for name in file.namelist())
    entered.ok("archive", "--verify", tmp_path / "归档.zip")
    entered.write("data/comments/003.yaml", (entered.root / FIRST).read_bytes())
    entered.commit()
    assert "error[number-gap]" in entered.run("archive", "-o", tmp_path / "二.zip").err


@pytest.mark.parametrize(
    ("action", "old", "new", "wanted"),
    [
        ("edit", "夜间噪声", "很安静", {"entry-changed"}),
        ("edit", "2024-05-06", "2024-05-05", {"entry-changed"}),
        ("edit", "name: 王某\n", "", {"entry-changed"}),
        ("edit", "已调整", "未调整", {"entry-changed"}),
        ("edit", "reply: {date: 2024-05-10, text: 已调整。}\n", "", {"entry-changed"}),
        ("comment", "夜间噪声", "很安静", {"entry-changed", "trailers-mismatch"}),
        ("comment", '"1.2"', '"1.1"', {"trailers-mismatch"}),
        ("edit", "2024-05-06", "2999-05-06", {"entry-changed", "postdated"}),
        ("start", '"1.2"', '"1.1"', {"trailers-mismatch"}),
    ],
)
def test_who_rewrites_a_comment_is_named(
    entered: LedgerOnDisk, action: str, old: str, new: str, wanted: set[str]
) -> None:
    entered.ok("comment", "reply", "1", "已调整。", "--date", "2024-05-10")
    text = (entered.root / FIRST).read_text(encoding="utf-8")
    assert old in text
    entered.write(FIRST, text.replace(old, new))
    entered.commit(f"修改\n\nXuncha-Action: {action}\nXuncha-Comment: 1\n")
    assert codes(entered) == wanted


def test_who_deletes_or_moves_a_comment_by_hand_is_named(entered: LedgerOnDisk) -> None:
    entered.ok("comment", "add", "乙", "--channel", "web")
    entered.git("mv", "data/comments/002.yaml", "data/comments/003.yaml")
    entered.commit()
    assert codes(entered) == {"by-hand", "renumbered"}
    entered.git("rm", "-q", "data/comments/003.yaml")
    entered.commit()
    assert codes(entered) == {"by-hand", "renumbered", "deleted"}


def test_a_renumbering_that_no_other_clone_explains_is_named(entered: LedgerOnDisk) -> None:
    entered.git("mv", FIRST, "data/comments/002.yaml")
    entered.commit("改号\n\nXuncha-Action: renumber\nXuncha-Comment: 1 2\n")
    assert codes(entered) == {"renumbered"}


def test_the_commit_of_another_comment_is_named(entered: LedgerOnDisk) -> None:
    entered.write("data/comments/002.yaml", (entered.root / FIRST).read_bytes())
    entered.write("data/comments/003.yaml", (entered.root / FIRST).read_bytes())
    entered.commit("登记意见\n\nXuncha-Action: comment\nXuncha-Comment: 2\n")
    assert codes(entered) == {"trailers-mismatch"}


@pytest.mark.parametrize(
    ("word", "channel"),
    [("电话", "phone"), ("来信", "post"), ("邮件", "email"), ("来访", "visit"), ("网络", "web"), *((each, each) for each in CHANNELS)],
)  # fmt: skip
def test_a_channel_is_understood_in_chinese_too(word: str, channel: str) -> None:
    assert readers.read_word(word, "--channel", names.CHANNELS) == channel


def test_a_commit_of_a_comment_changes_no_measure(entered: LedgerOnDisk) -> None:
    path = entered.path("1.2")
    entered.write(path, entered.read("1.2").replace("做好", "办好"))
    entered.write("data/comments/002.yaml", (entered.root / FIRST).read_bytes())
    steps = "Xuncha-Id: 1.2\nXuncha-From: in_progress\nXuncha-To: in_progress\n"
    entered.commit(f"登记意见\n\nXuncha-Action: comment\nXuncha-Comment: 2\n{steps}")
    assert codes(entered) == {"trailers-mismatch"}


def test_several_comments_changed_by_hand_are_committed_together(entered: LedgerOnDisk) -> None:
    entered.ok("comment", "add", "乙", "--channel", "web")
    first = (entered.root / FIRST).read_text(encoding="utf-8")
    entered.write(FIRST, first.replace("channel: post", "channel: visit"))
    entered.write("data/comments/002.yaml", "received: 2024-05-07\nchannel: web\ntext: 乙\nname: 李某\n")
    entered.write("data/comments/003.yaml", "received: 2024-05-07\nchannel: web\ntext: 丙\n")
    assert "data/comments/001.yaml 渠道 来信 → 来访" in entered.ok("edit").splitlines()
    assert subject(entered) == "修改 意见 1、意见 2、意见 3"
    assert trailers(entered) == [
        ("Xuncha-Action", "edit"), ("Xuncha-Comment", "1"), ("Xuncha-Comment", "2"), ("Xuncha-Comment", "3"),
    ]  # fmt: skip
    assert not codes(entered) & {"trailers-mismatch", "by-hand"}
    entered.write("data/comments/003.yaml", "received: 2024-05-07\nchannel: web\ntext: 丙\nabout: '9.9'\n")
    assert entered.run("edit").code == 1
