"""Counts in imported notices: they agree with the new ledger, and contradictions are doubts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from xuncha.exchange.notice import draft_of
from xuncha.language import use_language
from xuncha.pages import lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.exchange.drafts import Draft

NOTICE = """中共某县水利局党组关于巡察整改进展情况的通报
2024年3月4日至4月12日，县委第一巡察组对县水利局党组开展了巡察，5月20日反馈了意见。
一、整改工作组织情况
{work}
二、反馈问题整改情况
（一）关于学习方面
1.学习不够深入
一是开展轮训（已完成）。二是健全制度（已完成）。
2.研讨不够充分
一是列出题目（已完成）。二是逐一发言（正在推进）。
（二）关于管理方面
1.台账不够规范
一是建立台账（已完成）。
三、下一步工作安排
{next}
中共某县水利局党组
2024年11月18日
"""
"""3 problems, 2 of them done; 5 measures, 4 of them done and 1 in progress."""


def draft(folder: Path, work: str, following: str = "继续整改。") -> Draft:
    path = folder / "通报.txt"
    path.write_text(NOTICE.format(work=work, next=following), encoding="utf-8")
    with use_language("en"):
        return draft_of(read(lines(path)), str(path), date(2024, 12, 1))


def doubts(found: Draft) -> list[str]:
    """Return the doubts about the notice as a whole."""
    return [each.message for each in found.doubts if not each.place]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("把意见梳理为3个问题，制定5条措施。", "把意见梳理为{问题数}个问题，制定{措施数}条措施。"),
        ("按照《工作办法（试行）》梳理3个问题。", "按照《工作办法（试行）》梳理{问题数}个问题。"),
        ("反馈三个问题。", "反馈{问题数}个问题。"),
        (
            "截至目前，3个问题已完成整改2个，5条措施已完成4条，正在推进1条。",
            "截至目前，{问题数}个问题已完成整改{已完成问题数}个，{措施数}条措施已完成{已完成措施数}条，正在推进{推进中措施数}条。",
        ),
        ("已完成整改问题2个、措施4条。", "已完成整改问题{已完成问题数}个、措施{已完成措施数}条。"),
        ("召开会议12次，成立专班3个，涉及4个科室。", "召开会议12次，成立专班3个，涉及4个科室。"),
        ("党组书记主动认领问题8个。", "党组书记主动认领问题8个。"),
        ("整改责任全部落实到人。", "整改责任全部落实到人。"),
    ],
)
def test_a_count_that_the_ledger_bears_out_becomes_a_live_one(said: str, kept: str, tmp_path: Path) -> None:
    found = draft(tmp_path, said)
    assert found.settings["notice"]["work"] == [kept]
    assert not [each for each in found.doubts if "not included in" in each.message]


@pytest.mark.parametrize(
    "said",
    [
        "反馈的4个问题逐一整改。",
        "反馈问题3个，已完成3个。",
        "已完成整改2个，完成率98%。",
        "问题整改完成率达到百分之九十八。",
        "5条措施，其中基本完成1条。",
        "5条措施已完成4条，申请延期1条。",
        "5条措施已完成4条，持续整改1条。",
        "反馈问题3个（其中立行立改2个）。",
        "反馈的问题已全部整改到位。",
        "各项整改任务均已完成。",
        "3个问题、5条措施均已完成。",
        "反馈约3个问题。",
        "截至2024年11月10日，5条措施已完成4条。",
        "局长牵头，3个问题已完成1个。",
        "制定措施5条，已完成4个。",
        "帮助企业解决问题2个。",
        "年底前完成整改3个问题。",
    ],
)
def test_a_sentence_with_another_count_is_left_out_and_named_with_its_place(
    said: str, tmp_path: Path
) -> None:
    found = draft(tmp_path, f"党组高度重视。{said}每周调度一次。", f"压实责任。{said}")
    assert found.settings["notice"]["work"] == ["党组高度重视。每周调度一次。"]
    assert found.settings["notice"]["next_steps"] == ["压实责任。"]
    named = [(each.text, each.place) for each in found.doubts if "not included in" in each.message]
    assert named == [(said, "4:8"), (said, "15:6")]


def test_items_are_numbered_anew_where_one_has_gone(tmp_path: Path) -> None:
    work = "一是加强领导。二是细化任务14个问题。逐条明确责任。三是梳理14个问题。四是严格督导。\n（一）部署。\n（二）14个问题已完成9个。\n（三）督查。"
    found = draft(tmp_path, work, "一要梳理14个问题；二要抓紧整改；三要完成9个问题。")
    assert found.settings["notice"]["work"] == [
        "一是加强领导。二是逐条明确责任。三是严格督导。",
        "（一）部署。",
        "（二）督查。",
    ]
    assert found.settings["notice"]["next_steps"] == ["一要抓紧整改。"]


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("反馈问题4个。", "4 problems are stated, but 3 are listed"),
        ("反馈问题2个。", "2 problems are stated, but 3 are listed"),
        ("制定措施9条。", "9 measures are stated, but 5 are listed"),
        ("反馈问题3个，已完成3个。", "3 problems are stated as done; their texts confirm 2"),
        ("反馈问题3个，已完成1个。", "1 problems are stated as done; according to their texts, 2 are"),
        ("制定措施5条，已完成5条。", "5 measures are stated as done; their texts confirm 4"),
        (
            "制定措施5条，已完成3条，正在推进2条。",
            "3 measures are stated as done; according to their texts, 4 are",
        ),
        ("制定措施5条，已完成4条，基本完成1条，持续整改1条，申请延期2条。", ""),
        (
            "制定措施5条，基本完成3条，申请延期2条。",
            "基本完成3 + 延期2: these measures are stated as not done",
        ),
        ("制定措施5条，已完成4条，正在推进2条。", "4 done and 推进2 do not add up to 5 measures"),
        (
            "反馈问题3个，已完成2个，整改完成率98%。",
            "the stated rate, 98%, should be 66.67%: 2 of 3 problems",
        ),
        (
            "反馈问题3个，已完成2个，正在整改1个，整改完成率100%。",
            "the stated rate, 100%, should be 66.67%",
        ),
        ("整改完成率98%。", "the stated rate, 98%, should be 66.67%: 2 of 3 problems"),
        ("措施完成率98%。", "the stated rate, 98%, should be 80%: 4 of 5 measures"),
    ],
)
def test_each_contradiction_of_the_counts_is_a_doubt(said: str, doubt: str, tmp_path: Path) -> None:
    found = doubts(draft(tmp_path, said))
    assert any(each.startswith(doubt) for each in found) if doubt else not found


@pytest.mark.parametrize(
    "said",
    [
        "反馈问题3个，已完成2个，正在整改1个，整改完成率66.67%。",
        "反馈问题3个，已完成2个，整改完成率66.66%。",
        "制定措施5条，已完成4条，正在推进1条，措施完成率80%。",
        "反馈问题3个，已完成2个（含长期坚持1个）。",
        "反馈问题3个，已完成2个，1个长期坚持并取得阶段性成效，整改完成率100%。",
        "成立专班3个，召开会议9次。",
    ],
)
def test_counts_that_agree_are_no_doubt(said: str, tmp_path: Path) -> None:
    assert doubts(draft(tmp_path, said)) == []


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_words_in_braces_of_a_paper_are_printed_as_they_stand(form: str, ledger: LedgerOnDisk) -> None:
    said = "括号原样：{问题数}、{{已完成问题数}}、｛措施数｝、{逾期数}、{{{措施数}}、{0}。"
    text = NOTICE.format(work=said, next=said).replace("党组关于", "党组关于{问题数}")
    ledger.write("../通报.txt", text)
    ledger.ok("import", "notice", "../通报.txt", "new")
    shown = ledger.ok("--ledger", "new", "notice", "-f", form).replace("\\", "")
    assert shown.count(said) == 2, shown
    assert "党组关于{问题数}巡察" in shown
    assert "3个问题中已完成整改2个" in shown, "they do not stand for the counts, which are told as usual"


def test_an_imported_notice_tells_each_count_once_and_as_the_ledger_has_it(ledger: LedgerOnDisk) -> None:
    work = "反馈3个问题。截至目前，3个问题已完成整改2个，5条措施已完成4条，正在推进1条。"
    ledger.write("../通报.txt", NOTICE.format(work=work, next="做好其余1条措施。"))
    ledger.ok("import", "notice", "../通报.txt", "new")
    made = ("--ledger", "new")
    assert ledger.ok(*made, "notice").count("已完成整改2个") == 1
    ledger.ok(*made, "progress", "2.2", "已逐一发言。")
    ledger.ok(*made, "close", "2.2")
    shown = ledger.ok(*made, "notice")
    assert "3个问题已完成整改3个，5条措施已完成5条，正在推进0条。" in shown
    assert "其余1条" not in shown


def test_an_outcome_is_noted_to_the_last_digit(tmp_path: Path) -> None:
    found = draft(tmp_path, "整改期间，追缴资金1234567.89万元，制定修订制度3项。")
    assert "通报所列成果：追缴资金1234567.89万元，未分到各条措施。" in found.notes
    assert "通报所列成果：制定修订制度3项，未分到各条措施。" in found.notes
