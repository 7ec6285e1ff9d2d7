"""Where the contact details of a notice begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xuncha.pages.line import Pages, plain_lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from xuncha.reading.notice import Notice, Problem

NOTICE = """中共某县水利局党组关于巡察整改进展情况的通报
2024年3月4日至4月12日，县委第一巡察组对县水利局党组开展了巡察，5月20日反馈了意见。
二、反馈问题整改情况
（一）关于学习方面
1.学习不够深入
{measures}
三、下一步工作安排
继续抓好整改落实。
{contact}
中共某县水利局党组
2024年11月18日
"""


def notice(contact: str, measures: str = "一是开展轮训。二是健全制度。") -> Notice:
    return read(Pages("", "txt", plain_lines(NOTICE.format(contact=contact, measures=measures))))


@pytest.mark.parametrize(
    "contact",
    [
        "公示时间：2024年11月18日至12月2日\n联系电话：0534-2345678，地址：某县解放路1号",
        "公示时间自2024年11月18日至12月2日。联系电话：0534-2345678，地址：某县解放路1号。",
        "意见反馈渠道：电话0534-2345678，地址：某县解放路1号。",
        "受理单位：县水利局办公室。电话：0534-2345678。地址：某县解放路1号。",
        "来信地址：某县解放路1号（信封注明“整改意见”）\n电话：0534-2345678",
        "来访地址：某县解放路1号\n来电：0534-2345678",
        "社会各界可通过以下方式提出意见：\n电话：0534-2345678\n地址：某县解放路1号",
        "本通报公开期间，请拨打电话0534-2345678反映。\n地址：某县解放路1号",
        "意见反馈方式（电话：0534-2345678，地址：某县解放路1号）",
    ],
)
def test_the_contact_is_no_part_of_what_comes_next(contact: str) -> None:
    found = notice(contact)
    assert [line.text for line in found.next_steps] == ["继续抓好整改落实。"]
    assert (found.contact.phone, found.contact.address) == ("0534-2345678", "某县解放路1号")


@pytest.mark.parametrize(
    ("before", "below", "phone"),
    [
        ("", "监督电话：0534-2345678", "0534-2345678"),
        ("", "（联系电话：0534-2345678）", "0534-2345678"),
        ("电话：0534-2345678", "联系电话：0534-8765432", "0534-2345678"),
        ("", "主办：某县人民政府\n联系电话：0534-8765432", None),
        ("", "【打印】【关闭】\n主办单位：某县人民政府\n联系电话：0534-8765432", None),
    ],
)
def test_the_contact_may_stand_below_the_signature(before: str, below: str, phone: str | None) -> None:
    text = NOTICE.format(contact=before, measures="一是开展轮训。二是健全制度。") + below
    assert read(Pages("", "txt", plain_lines(text))).contact.phone == phone


def test_a_state_in_brackets_below_a_measure_that_names_a_fault_makes_no_heading_of_it() -> None:
    (category,) = notice(
        "", "（1）清退不符合条件人员23户。（已完成）\n（2）对经办人员1人给予处分。（已完成）"
    ).categories
    measures = category.problems[0].measures
    assert [(each.text.text, each.state and each.state.status, each.part) for each in measures] == [
        ("清退不符合条件人员23户。", "closed", None),
        ("对经办人员1人给予处分。", "closed", None),
    ]


def read_problem(text: str) -> Problem:
    """Read the text of the only problem of a notice."""
    whole = f"现予公布。\n一、总体情况\n从严整改。\n二、反馈问题整改情况\n（一）政治建设方面\n{text}\n三、下一步\n继续。"
    (category,) = read(Pages("", "txt", plain_lines(whole))).categories
    (problem,) = category.problems
    return problem


def test_a_line_on_what_is_left_of_a_problem_belongs_to_its_measure() -> None:
    problem = read_problem("1.审批慢。\n整改措施：压减时限。\n问题：尚未全部办结的，持续推进。")
    (measure,) = problem.measures
    assert (measure.state and measure.state.status, problem.finding) == ("in_progress", None)
    assert measure.text.text == "压减时限。\n问题：尚未全部办结的"
    problem = read_problem("1.审批慢\n问题：时间长。\n整改措施：压减时限。")
    assert problem.finding == "时间长。"


@pytest.mark.parametrize(
    ("text", "rest", "named"),
    [
        (
            "与（责任单位：某公司）签订协议，收回资金30万元（责任领导：李四）。",
            "与（责任单位：某公司）签订协议，收回资金30万元。",
            ("李四", None, None),
        ),
        (
            "修订制度（责任领导：张三），组织培训（完成时限：2024年6月底）。",
            "修订制度，组织培训。",
            ("张三", None, "2024年6月底"),
        ),
        (
            "修订制度（责任领导：张三），组织培训（责任领导：李四）。",
            "修订制度，组织培训（责任领导：李四）。",
            ("张三", None, None),
        ),
        (
            "修订制度（责任领导：张三）（责任科室：办公室）。",
            "修订制度。",
            ("张三", "办公室", None),
        ),
    ],
)
def test_brackets_at_the_end_of_a_clause_name_people_offices_and_limits(
    text: str, rest: str, named: tuple[str | None, ...]
) -> None:
    measure, _other = read_problem(f"1.审批慢\n整改措施：\n（1）{text}\n（2）组织检查。").measures
    assert (measure.text.text, (measure.leader, measure.office, measure.due)) == (rest, named)


def test_the_label_before_a_problem_is_no_part_of_its_title() -> None:
    paragraphs = "1.问题：审批慢。措施：一是压减时限（已完成）；二是建立机制（长期坚持）。"
    text = f"现予公布。\n一、总体情况\n从严整改。\n二、反馈问题整改情况\n（一）政治建设方面\n{paragraphs}\n三、下一步\n继续。"
    (category,) = read(Pages("", "txt", plain_lines(text))).categories
    (problem,) = category.problems
    assert problem.title.text == "审批慢"
    assert [each.text.text.strip("。；") for each in problem.measures] == ["压减时限", "建立机制"]
