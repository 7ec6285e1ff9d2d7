"""`xuncha import notice`: what it shows and writes, and when it writes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from docx import Document

from tests.exchange.test_corpus import CORPUS, NOTICES
from xuncha.pages import lines
from xuncha.reading.notice import as_json
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.name)
def test_a_notice_becomes_a_ledger_that_validates_in_one_commit(path: Path, ledger: LedgerOnDisk) -> None:
    ledger.ok("import", "notice", path, "new")
    made = ("--ledger", "new")
    ledger.ok(*made, "validate")
    found = as_json(read(lines(path)))
    counted = ledger.json(*made, "status")
    assert counted["problems"]["total"] == sum(len(each["problems"]) for each in found["categories"])
    assert counted["organisation"] == found["organisation"]
    events = ledger.json(*made, "log")
    assert len(events) >= counted["measures"]["total"]
    assert len({event["commit"] for event in events}) == 1


def test_json_and_a_dry_run_write_nothing(ledger: LedgerOnDisk) -> None:
    before = folders(ledger.root)
    found = json.loads(ledger.ok("import", "notice", CORPUS / "water.txt", "--json"))
    assert list(found) == [
        "title",
        "organisation",
        "issuer",
        "inspector",
        "dates",
        "contact",
        "stated",
        "categories",
    ]
    assert "关于落实上级决策部署不够有力方面" in ledger.ok(
        "import", "notice", CORPUS / "water.txt", "new", "--dry-run"
    )
    assert folders(ledger.root) == before
    assert ledger.clean()


def test_a_ledger_that_is_there_is_not_written_over(ledger: LedgerOnDisk) -> None:
    done = ledger.run("import", "notice", CORPUS / "water.txt")
    assert (done.code, "ledger-exists" in done.err) == (1, True)
    assert ledger.clean()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("没有序号的文字。", "no-problems"),
        ("", "no-problems"),
        ("（一）甲方面\n1.乙问题\n" + "长" * 60_000, "text-too-long"),
    ],
)
def test_what_makes_no_ledger_says_why_and_writes_nothing(
    content: str, code: str, ledger: LedgerOnDisk
) -> None:
    path = ledger.write("notice.txt", content)
    before = folders(ledger.root)
    done = ledger.run("import", "notice", path, "new")
    assert done.code == 1
    assert f"error[{code}]" in done.err
    assert folders(ledger.root) == before


def test_what_the_measures_do_not_say_themselves_stays_in_progress(ledger: LedgerOnDisk) -> None:
    ledger.ok("import", "notice", CORPUS / "grain.txt", "all")
    assert ledger.json("--ledger", "all", "status")["measures"]["in_progress"] == 15
    ledger.ok("import", "notice", CORPUS / "water.txt", "some")
    assert ledger.json("--ledger", "some", "status")["measures"]["in_progress"] == 11


def test_a_notice_without_a_day_is_not_taken_for_older_than_the_feedback_that_it_answers(
    ledger: LedgerOnDisk,
) -> None:
    text = "关于巡察整改进展情况的通报\n2024年7月8日，市委巡察组反馈了意见。\n一、关于学习方面\n1.学习不够深入。\n（1）建立制度。\n"
    ledger.write("../无日期.txt", text)
    ledger.ok("import", "notice", "../无日期.txt", "new", XUNCHA_TODAY="2024-06-15")
    ledger.ok("--ledger", "new", "validate")


def test_people_offices_and_limits_are_read_as_in_a_table(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    text = """某局关于巡察整改情况的通报
2024年7月8日，县委第一巡察组反馈意见。
一、问题整改情况
1.学习不够问题
整改措施：制定计划。
责任领导：张三、李四
责任科室：办公室（牵头）、财务科（配合）
完成时限：收到反馈后3个月内
"""
    (tmp_path / "通报.txt").write_text(text, encoding="utf-8")
    said = bare_ledger.ok("import", "notice", tmp_path / "通报.txt", tmp_path / "ledger")
    bare_ledger.root = tmp_path / "ledger"
    measure = json.loads(bare_ledger.ok("show", "1.1", "--json"))
    assert (measure["leader"], measure["office"], measure["co_offices"], measure["due"]) == (
        "张三",
        "办公室",
        ["财务科"],
        "2024-10-08",
    )
    assert "张三、李四" in said
    assert "收到反馈后3个月内" in said


def test_what_is_struck_out_in_a_notice_is_named_with_its_place(ledger: LedgerOnDisk) -> None:
    document = Document()
    for text in ("关于巡察整改进展情况的通报", "一、整改情况", "（一）学习方面", "1.学习不深入问题。"):
        document.add_paragraph(text)
    paragraph = document.add_paragraph("一是开展学习，已完成。")
    paragraph.add_run("二是组织考试，已完成。").font.strike = True
    document.save(str(ledger.root / "通报.docx"))
    found = json.loads(
        ledger.ok("import", "notice", "通报.docx", "new", "--json", "--dry-run", "--lang", "en")
    )
    expected = {"place": "5:1", "text": "二是组织考试，已完成。", "message": "struck out: not read"}
    assert expected in found["doubts"]


def test_a_day_that_the_calendar_does_not_have_is_named_once_with_its_place(
    bare_ledger: LedgerOnDisk,
) -> None:
    text = """关于巡察整改进展情况的通报
2023年6月5日至9月31日，县委第一巡察组开展了巡察。
一、问题整改情况
1.学习不够问题
一是制定计划。已完成。
完成时限：2024年2月30日
二是开展培训，2月31日完成。
整改时限：12月31日
某局
2024年4月31日
"""
    (bare_ledger.root / "通报.txt").write_text(text, encoding="utf-8")
    found = json.loads(
        bare_ledger.ok("import", "notice", "通报.txt", "new", "--json", "--dry-run", "--lang", "en")
    )
    doubts = {(each["place"], each["text"]) for each in found["doubts"] if "calendar" in each["message"]}
    assert doubts == {
        ("2:11", "9月31日"),
        ("5:3", "2024年2月30日"),
        ("7:8", "2月31日"),
        ("10:1", "2024年4月31日"),
    }
