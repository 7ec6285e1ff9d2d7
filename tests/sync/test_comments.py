"""Comments in two clones: renumbered if a number is used twice, merged field by field, references updated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sync.test_sync import DAY, enter, pair, receive, refused, same, send  # noqa: F401  the fixture
from tests.workflow.actions import remove
from tests.workflow.surroundings import findings, subject, touched, trailers
from xuncha.audit.examine import audit
from xuncha.model.identity import CommentNumber, Identity
from xuncha.sync.session import sync
from xuncha.workflow.change import begin
from xuncha.workflow.comment import add_comment, reply
from xuncha.workflow.edit import edit
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk
    from tests.sync.test_sync import Pair


def say(ledger: LedgerOnDisk, text: str, about: str | None = None) -> None:
    """Register a comment."""
    of = Identity.parse(about) if about else None
    with begin(ledger.root) as session:
        add_comment(session, text, channel="phone", received=DAY, about=of)


def answer(ledger: LedgerOnDisk, text: str) -> None:
    """Answer the first comment."""
    with begin(ledger.root) as session:
        reply(session, CommentNumber(1), text, DAY)


def texts(ledger: LedgerOnDisk) -> list[str]:
    """Return the texts of the comments, in the order of their numbers."""
    return [each["text"] for each in ledger.json("comment", "list")]


def both(pair: Pair) -> None:  # noqa: F811
    """Bring both clones to the same, which must keep every rule."""
    sync(pair.there.root)
    assert same(pair)
    assert findings(pair.here) == []
    assert audit(pair.here.root).findings == []


@pytest.mark.apart
def test_a_number_given_twice_is_changed_where_it_is_not_sent_yet(pair: Pair) -> None:  # noqa: F811
    say(pair.there, "乙的")
    say(pair.here, "甲的")
    say(pair.here, "甲的第二条")
    sync(pair.there.root)
    said = pair.here.ok("sync").splitlines()
    assert said[:2] == [
        "已改号 意见 1 → 意见 2 甲的：编号 意见 1 已在别处先行使用",
        "已改号 意见 2 → 意见 3 甲的第二条：编号 意见 2 已在别处先行使用",
    ]
    assert texts(pair.here) == ["乙的", "甲的", "甲的第二条"]
    assert subject(pair.here, "HEAD^1") == "改号 意见 1 → 2 甲的"
    assert trailers(pair.here, "HEAD^1") == [("Xuncha-Action", "renumber"), ("Xuncha-Comment", "1 2")]
    both(pair)


@pytest.mark.apart
def test_what_a_comment_is_about_follows_to_the_new_number(pair: Pair) -> None:  # noqa: F811
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    say(pair.here, "关于甲的", "2.4")
    say(pair.here, "关于别的", "2.3")
    sync(pair.there.root)
    sync(pair.here.root)
    assert [each["about"] for each in pair.here.json("comment", "list")] == ["2.5", "2.3"]
    assert touched(pair.here, "HEAD^1") == {
        "data/comments/001.yaml", "data/problems/02/2.4.yaml", "data/problems/02/2.5.yaml",
    }  # fmt: skip
    both(pair)


@pytest.mark.apart
def test_about_follows_a_problem_with_its_measures(pair: Pair) -> None:  # noqa: F811
    for ledger, name in ((pair.there, "乙的"), (pair.here, "甲的")):
        ledger.ok("add", "problem", name, "--category", "a")
        ledger.ok(
            "add", "measure", "4", name, "--leader", "局长", "--office", "办公室", "--due", "2024-12-31"
        )
        say(ledger, f"关于{name}", "4")
        say(ledger, f"关于{name}措施", "4.1")
    sync(pair.there.root)
    sync(pair.here.root)
    told = [(each["text"], each["about"]) for each in pair.here.json("comment", "list")]
    assert told == [
        ("关于乙的", "4"), ("关于乙的措施", "4.1"), ("关于甲的", "5"), ("关于甲的措施", "5.1"),
    ]  # fmt: skip
    both(pair)


def shared(pair: Pair, *said: str) -> None:  # noqa: F811
    """Let both clones hold these comments."""
    for text in said:
        say(pair.here, text)
    send(pair.here)
    receive(pair.there)


def test_one_comment_is_merged_field_by_field(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    answer(pair.there, "已答复。")
    path = CommentNumber(1).path
    edit(pair.here.root, path, (pair.here.root / path).read_bytes() + b'about: "2.1"\n')
    send(pair.there)
    sync(pair.here.root)
    (only,) = pair.here.json("comment", "list")
    assert (only["about"], only["reply"]["text"]) == ("2.1", "已答复。")
    both(pair)


@pytest.mark.apart
def test_two_replies_are_in_dispute_until_somebody_decides(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    answer(pair.there, "乙答复。")
    answer(pair.here, "甲答复。")
    sync(pair.there.root)
    assert "data/comments/001.yaml reply.text" in str(refused(pair.here, "disputed"))
    sync(pair.here.root, take="theirs")
    assert pair.here.json("comment", "list")[0]["reply"]["text"] == "乙答复。"
    sync(pair.there.root)
    assert same(pair)


@pytest.mark.apart
def test_a_comment_that_was_taken_back_leaves_no_gap(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    say(pair.there, "乙")
    undo(pair.here.root)
    sync(pair.there.root)
    assert "意见 1 予以保留" in pair.here.ok("sync")
    assert texts(pair.here) == ["甲", "乙"]
    both(pair)


@pytest.mark.apart
def test_a_comment_that_was_taken_back_here_and_answered_there_stays(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    answer(pair.there, "已答复。")
    undo(pair.here.root)
    sync(pair.there.root)
    sync(pair.here.root)
    assert [each["reply"]["text"] for each in pair.here.json("comment", "list")] == ["已答复。"]
    both(pair)


@pytest.mark.apart
def test_a_comment_that_was_taken_back_elsewhere_stays_before_a_later_one(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    say(pair.there, "乙")
    undo(pair.here.root)
    sync(pair.here.root)
    assert "意见 1 予以保留" in pair.there.ok("sync")
    assert texts(pair.there) == ["甲", "乙"]
    sync(pair.here.root)
    assert same(pair)
    assert findings(pair.here) == []
    assert audit(pair.here.root).findings == []


def test_a_measure_that_was_taken_back_while_somebody_spoke_of_it_is_not_lost_sight_of(pair: Pair) -> None:  # noqa: F811
    enter(pair.here, "甲的")
    send(pair.here)
    receive(pair.there)
    say(pair.there, "关于它", "2.4")
    undo(pair.here.root)
    send(pair.there)
    assert "data/comments/001.yaml" in str(refused(pair.here, "sync-breaks-rules"))


@pytest.mark.apart
@pytest.mark.parametrize(
    "by_hand", [b"text: [", b"about: &a '2.4'\nreceived: 2024-05-06\nchannel: web\ntext: *a\n"]
)
def test_a_comment_that_cannot_be_read_hinders_no_renumbering(pair: Pair, by_hand: bytes) -> None:  # noqa: F811
    pair.here.write("data/comments/001.yaml", by_hand)
    pair.here.commit()
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    sync(pair.there.root)
    sync(pair.here.root)
    assert (pair.here.root / "data/comments/001.yaml").read_bytes() == by_hand


@pytest.mark.apart
def test_a_reply_is_not_given_to_another_comment_that_took_the_number(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    answer(pair.there, "答复甲。")
    undo(pair.here.root)
    say(pair.here, "丙")
    sync(pair.there.root)
    assert "data/comments/001.yaml" in str(refused(pair.here, "removed-meanwhile"))


def test_a_comment_that_was_changed_by_hand_is_not_written_over(pair: Pair) -> None:  # noqa: F811
    shared(pair, "甲")
    answer(pair.there, "已答复。")
    send(pair.there)
    path = pair.here.root / "data/comments/001.yaml"
    path.write_bytes(path.read_bytes() + b"# by hand\n")
    error = refused(pair.here, "uncommitted")
    assert "xuncha edit data/comments/001.yaml" in error.hint


@pytest.mark.parametrize("first", ["remover", "other"])
def test_a_removal_does_not_give_anothers_comment_to_another_measure(pair: Pair, first: str) -> None:  # noqa: F811
    enter(pair.here, "误登的", 3)
    enter(pair.here, "后一条", 3)
    send(pair.here)
    receive(pair.there)
    remove(pair.here.root, Identity.parse("3.2"), "误登")
    say(pair.there, "关于后一条", "3.3")
    one, last = (pair.here, pair.there) if first == "remover" else (pair.there, pair.here)
    send(one)
    refused(last, "removed-meanwhile")


@pytest.mark.apart
def test_a_comment_about_something_else_does_not_keep_a_removal_back(pair: Pair) -> None:  # noqa: F811
    enter(pair.here, "误登的", 3)
    enter(pair.here, "后一条", 3)
    say(pair.here, "关于后一条", "3.3")
    sync(pair.here.root)
    sync(pair.there.root)
    remove(pair.here.root, Identity.parse("3.2"), "误登")
    say(pair.there, "关于别的", "2.1")
    answer(pair.there, "已阅。")
    sync(pair.here.root)
    sync(pair.there.root)
    sync(pair.here.root)
    assert same(pair)
    assert [(each["text"], each["about"]) for each in pair.here.json("comment", "list")] == [
        ("关于后一条", "3.2"), ("关于别的", "2.1"),
    ]  # fmt: skip
    assert not {each.code for each in audit(pair.here.root).findings} & {"false-remove", "merge-differs"}
