"""Comment files: each fault is reported once at its place, and files are read only if needed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from xuncha.errors import InvalidLedgerError
from xuncha.model.identity import CommentNumber
from xuncha.store.editing import apply
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import all_comments, check
from xuncha.sync.numbers import about_of
from xuncha.trail.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

GOOD = "received: 2024-05-06\nchannel: phone\ntext: 夜间噪声扰民\nabout: '2.1'\n"


def found(ledger: LedgerOnDisk) -> list[tuple[str, str]]:
    return [
        (each.place.path.removeprefix("data/comments/"), each.code)
        for each in check(WorkingTree(ledger.root))
    ]


def test_comments_are_read_in_the_order_of_their_numbers(bare_ledger: LedgerOnDisk) -> None:
    for number in (2, 10, 1, *range(3, 10)):
        bare_ledger.write(CommentNumber(number).path, GOOD.replace("夜间", f"{number}"))
    read = all_comments(WorkingTree(bare_ledger.root))
    assert [each.text for each in read.values()] == [f"{number}噪声扰民" for number in range(1, 11)]
    assert found(bare_ledger) == []


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("001.yaml", GOOD.replace("2.1", "2.9") + "to: 局长\n", "unknown-about unknown-key"),
        ("001.yaml", GOOD.replace("2.1", "2.9").replace("phone", "fax"), "unknown-word unknown-about"),
        ("001.yaml", GOOD + "to: 局长\n", "unknown-key"),
        ("001.yaml", GOOD.replace("phone", "fax"), "unknown-word"),
        ("001.yaml", GOOD.replace("'2.1'", "2.1"), "wrong-type"),
        ("001.yaml", GOOD.replace("2.1", "2.9"), "unknown-about"),
        ("001.yaml", GOOD.replace("2.1", "9"), "unknown-about"),
        ("001.yaml", GOOD.replace("2.1", "2.1a"), "bad-value"),
        ("001.yaml", GOOD.replace("received: 2024-05-06\n", ""), "missing-key"),
        ("001.yaml", GOOD + "reply: {date: 2024-05-05, text: 已答复。}\n", "reply-before-received"),
        ("001.yaml", GOOD + "reply: {text: 已答复。}\n", "missing-key"),
        ("001.yaml", "", "empty-file"),
        ("1.yaml", GOOD, "misnamed"),
        ("001.yml", GOOD, "misnamed"),
        ("002.yaml", GOOD, "number-gap"),
    ],
)
def test_what_is_wrong_with_a_comment_is_named(
    bare_ledger: LedgerOnDisk, name: str, content: str, wanted: str
) -> None:
    bare_ledger.write(f"data/comments/{name}", content)
    assert found(bare_ledger) == [(name, code) for code in wanted.split()]
    with pytest.raises(InvalidLedgerError):
        all_comments(WorkingTree(bare_ledger.root))


def test_two_files_of_one_number_are_named(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/comments/001.yaml", GOOD)
    bare_ledger.write("data/comments/01.yaml", GOOD)
    assert found(bare_ledger) == [("01.yaml", "number-twice")]


@pytest.mark.parametrize("place", ["data/comments", "data/comments/001.yaml"])
def test_a_link_is_not_followed(bare_ledger: LedgerOnDisk, tmp_path: Path, place: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "001.yaml").write_text("text: [", encoding="utf-8")
    target = bare_ledger.root / place
    target.parent.mkdir(exist_ok=True)
    target.symlink_to(elsewhere if place == "data/comments" else elsewhere / "001.yaml")
    assert [(each.place.path, each.code) for each in check(WorkingTree(bare_ledger.root))] == [
        (place, "symbolic-link")
    ]


@pytest.mark.parametrize("folder", ["data/comments", "data/problems", "data/forms"])
def test_a_file_in_place_of_a_folder_is_named(bare_ledger: LedgerOnDisk, folder: str) -> None:
    shutil.rmtree(bare_ledger.root / folder, ignore_errors=True)
    bare_ledger.write(folder, "x")
    findings = [(each.place.path, each.code) for each in check(WorkingTree(bare_ledger.root), warn=True)]
    assert (folder, "misnamed") in findings


def test_a_commit_and_what_is_planned_are_read_the_same(ledger: LedgerOnDisk) -> None:
    ledger.write("data/comments/001.yaml", GOOD)
    ledger.write("data/comments/002.yaml", GOOD.replace("2.1", "9.9"))
    ledger.commit()
    tree = Tree(ledger.root, "HEAD")
    assert [(each.place.path, each.code) for each in check(tree)] == [
        ("data/comments/002.yaml", "unknown-about")
    ]
    planned = Overlay(
        tree, {"data/comments/002.yaml": GOOD.encode(), "data/comments/003.yaml": GOOD.encode()}
    )
    assert list(all_comments(planned)) == [1, 2, 3]
    assert [each.code for each in check(Overlay(tree, {"data/comments/001.yaml": None}))] == [
        "number-gap", "unknown-about",
    ]  # fmt: skip


def test_who_does_not_ask_for_comments_does_not_read_them(ledger: LedgerOnDisk) -> None:
    ledger.write("data/comments/001.yaml", "text: [")
    for command in (["status"], ["list"], ["show", "2.1"], ["start", "1.1"], ["notice"]):
        assert ledger.run(*command).code == 0, command
    assert ledger.run("validate").code == 1
    assert ledger.run("comment", "list").code == 1


def test_what_a_comment_is_about_is_changed_and_no_other_byte() -> None:
    content = "# 来电\r\nabout: '2.1'   # 说明\r\ntext: 关于 2.1\r\n".encode()
    assert apply(content, {"about": "2.10"}) == content.replace(b"'2.1'", b"'2.10'")
    assert apply(content, {"about": "2.1"}) == content
    assert about_of({"about": 2.1}) is None, "2.10 without quotes is this number, too"
