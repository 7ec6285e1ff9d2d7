"""Workbooks as offices really keep them, made by hand, each with what a careful reader understands of it.

What is expected was written before the reading was made to give it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Border, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl.worksheet.worksheet import Worksheet

FEEDBACK = date(2023, 11, 10)
"""Of all of them, unless they tell another."""
LINE = Border(
    left=Side(style="thin"), right=Side(style="thin"), top=Side(style="thin"), bottom=Side(style="thin")
)


@dataclass
class Measure:
    """What is expected of a measure; what is not told is not compared."""

    title: str
    leader: str | None = None
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    due: str | None = None
    long_term: bool = False
    status: str = "in_progress"
    closed: str | None = None
    goal: str | None = None
    progress: tuple[str, ...] | None = None
    """The public texts."""
    kept: tuple[str, ...] = ()
    """Texts that must be among the internal ones."""


@dataclass
class Problem:
    """What is expected of a problem."""

    title: str
    category: str
    measures: list[Measure] = field(default_factory=list)
    finding: str | None = None


@dataclass
class Office:
    """A workbook and what it means."""

    name: str
    make: Callable[[Workbook], None]
    expected: list[Problem]
    organisation: str | None = None
    feedback: date | None = FEEDBACK
    """As it is given by option; None where the workbook tells it."""
    doubtful: tuple[str, ...] = ()
    """Cells that must be listed as doubtful."""

    def book(self) -> Workbook:
        """The workbook."""
        book = Workbook()
        self.make(book)
        return book


OFFICES: list[Office] = []


def office(
    name: str, expected: list[Problem], **more: Any
) -> Callable[[Callable[[Workbook], None]], Callable[[Workbook], None]]:
    """Enter a workbook into the collection."""

    def enter(make: Callable[[Workbook], None]) -> Callable[[Workbook], None]:
        OFFICES.append(Office(name, make, expected, **more))
        return make

    return enter


def first(book: Workbook, title: str = "Sheet1") -> Worksheet:
    """The first sheet, named."""
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    return sheet


def fill(sheet: Worksheet, row: int, *lines: list[Any]) -> None:
    """Write lines from a row on; None leaves a cell empty."""
    for down, line in enumerate(lines):
        for across, value in enumerate(line, 1):
            if value is not None:
                sheet.cell(row + down, across, value)


@office(
    "镇：合并标题、两行表头、合并问题和类别、日期格式",
    organisation="中共某县某镇委员会",
    feedback=None,
    expected=[
        Problem(
            "理论学习不够深入",
            "落实党的理论路线方针政策方面",
            [
                Measure(
                    "制定年度学习计划",
                    "镇党委书记",
                    "党政办",
                    ("组织办",),
                    "2024-03-31",
                    status="closed",
                    closed="2024-03-20",
                    progress=("印发学习计划，开展集中学习6次。",),
                ),
                Measure(
                    "健全学习考勤制度", "镇党委书记", "党政办", (), "2024-06-30", progress=("正在征求意见。",)
                ),
            ],
        ),
        Problem(
            "重大项目推进缓慢",
            "落实党的理论路线方针政策方面",
            [
                Measure(
                    "建立周调度机制",
                    "分管副镇长",
                    "经发办",
                    ("财政所", "自然资源所"),
                    "2024-12-31",
                    status="not_started",
                ),
            ],
        ),
        Problem(
            "财务管理不规范",
            "群众身边腐败问题和不正之风方面",
            [
                Measure(
                    "修订财务管理制度",
                    "镇长",
                    "财政所",
                    (),
                    "2024-01-31",
                    status="closed",
                    closed="2024-01-30",
                    progress=("制度已印发。",),
                ),
            ],
        ),
    ],
)
def town(book: Workbook) -> None:
    sheet = first(book, "整改台账")
    sheet.cell(1, 1, "中共某县某镇委员会关于县委第三巡察组反馈意见整改工作台账")
    sheet.merge_cells("A1:L1")
    sheet.cell(2, 1, "填报单位：中共某县某镇委员会          反馈时间：2023年11月10日          单位：个")
    sheet.merge_cells("A2:L2")
    fill(
        sheet,
        3,
        [
            "序号",
            "问题类别",
            "反馈问题",
            "整改措施",
            "责任分工",
            None,
            None,
            "整改时限",
            "进展情况",
            "整改状态",
            "销号时间",
            "备注",
        ],
    )
    fill(sheet, 4, [None, None, None, None, "责任领导", "责任科室", "配合科室"])
    sheet.merge_cells("E3:G3")
    for letter in "ABCDHIJKL":
        sheet.merge_cells(f"{letter}3:{letter}4")
    fill(
        sheet, 5,
        [1, "落实党的理论路线方针政策方面", "理论学习不够深入", "制定年度学习计划", "镇党委书记", "党政办", "组织办", date(2024, 3, 31), "印发学习计划，开展集中学习6次。", "已完成", date(2024, 3, 20)],
        [None, None, None, "健全学习考勤制度", "镇党委书记", "党政办", None, date(2024, 6, 30), "正在征求意见。", "正在推进"],
        [2, None, "重大项目推进缓慢", "建立周调度机制", "分管副镇长", "经发办", "财政所、自然资源所", date(2024, 12, 31), None, "未启动"],
        [3, "群众身边腐败问题和不正之风方面", "财务管理不规范", "修订财务管理制度", "镇长", "财政所", None, date(2024, 1, 31), "制度已印发。", "已销号", date(2024, 1, 30)],
    )  # fmt: skip
    sheet.merge_cells("A5:A6")
    sheet.merge_cells("B5:B7")
    sheet.merge_cells("C5:C6")
    sheet.cell(10, 1, "填表人：张某    审核人：李某    联系电话：0000-1234567")
    sheet.merge_cells("A10:L10")


@office(
    "局：列序不同、时限写法各异、状态用词各异",
    expected=[
        Problem(
            "学习贯彻不到位",
            "政治建设",
            [
                Measure("每月组织专题学习", "局长", "办公室", (), None, long_term=True, status="closed"),
                Measure("开展专题研讨", "局长", "办公室", (), "2023-12-10", status="closed"),
            ],
        ),
        Problem(
            "工程推进缓慢",
            "业务工作",
            [
                Measure(
                    "完成前期手续", "分管副局长", "规划科", ("财务科",), "2024-03-31", status="in_progress"
                ),
                Measure("开工建设", "分管副局长", "规划科", ("财务科",), "2024-03-31", status="in_progress"),
                Measure("完成主体工程", "分管副局长", "建设科", (), "2024-09-30", status="not_started"),
                Measure(
                    "建立巡查制度", "分管副局长", "建设科", (), "2024-03-15", long_term=True, status="closed"
                ),
            ],
        ),
        Problem(
            "底数不清",
            "业务工作",
            [
                Measure("开展普查", "总工程师", "水政科", (), "2024-06-30", status="closed"),
                Measure("建立台账", "总工程师", "水政科", (), "2024-12-31", status="submitted"),
                Measure("加强宣传", "总工程师", "水政科", (), "2024-04-30", long_term=True, status="closed"),
            ],
        ),
    ],
    doubtful=("D4", "D9"),
)
def bureau(book: Workbook) -> None:
    sheet = first(book)
    sheet.cell(1, 1, "市水务局巡察整改任务表")
    fill(
        sheet, 2,
        ["方面", "存在问题", "整改举措", "完成时限", "是否完成", "牵头科室", "配合部门", "分管领导"],
        ["政治建设", "学习贯彻不到位", "每月组织专题学习", "长期坚持", "已完成并长期坚持", "办公室", None, "局长"],
        [None, None, "开展专题研讨", "立行立改", "已完成", "办公室", None, "局长"],
        ["业务工作", "工程推进缓慢", "完成前期手续", "2024年3月底前", "基本完成", "规划科", "财务科", "分管副局长"],
        [None, None, "开工建设", "2024年一季度", "正在推进", "规划科", "财务科", "分管副局长"],
        [None, None, "完成主体工程", "2024年9月30日前", "未完成", "建设科", None, "分管副局长"],
        [None, None, "建立巡查制度", "2024.3.15，并长期坚持", "已销号", "建设科", None, "分管副局长"],
        [None, "底数不清", "开展普查", "6月底前", "是", "水政科", None, "总工程师"],
        [None, None, "建立台账", "2024年底", "申请销号", "水政科", None, "总工程师"],
        [None, None, "加强宣传", "2024年4月，长期坚持", "取得阶段性成效", "水政科", None, "总工程师"],
    )  # fmt: skip


@office(
    "一格多条：1. 2. 3.，进展同样分条，多名领导",
    expected=[
        Problem(
            "制度执行不严",
            "反馈问题",
            [
                Measure(
                    "开展制度清理。",
                    "局长",
                    "办公室",
                    ("财务科", "人事科"),
                    "2024-05-31",
                    status="closed",
                    progress=("清理制度12项。",),
                ),
                Measure(
                    "修订《工作规则》。",
                    "局长",
                    "办公室",
                    ("财务科", "人事科"),
                    "2024-05-31",
                    status="closed",
                    progress=("《工作规则》已印发。",),
                ),
                Measure(
                    "组织全员培训",
                    "局长",
                    "办公室",
                    ("财务科", "人事科"),
                    "2024-05-31",
                    status="closed",
                    progress=("培训2期、120人次。",),
                ),
            ],
        ),
        Problem(
            "监督检查不够",
            "反馈问题",
            [
                Measure(
                    "制定检查计划",
                    "张某",
                    "监督科",
                    (),
                    "2024-06-30",
                    progress=("已制定计划。",),
                    kept=("责任领导：张某、李某某、王某",),
                ),
                Measure("开展季度检查", "张某", "监督科", (), "2024-06-30"),
            ],
        ),
    ],
    doubtful=("C2", "C3", "D3"),
)
def many_in_a_cell(book: Workbook) -> None:
    sheet = first(book)
    fill(
        sheet, 1,
        ["序号", "问题", "整改措施", "责任领导", "责任单位", "整改期限", "整改进展", "完成情况"],
        [1, "制度执行不严", "1.开展制度清理。2.修订《工作规则》。3.组织全员培训", "局长", "办公室、财务科、人事科", "2024-5-31", "1.清理制度12项。\n2.《工作规则》已印发。\n3.培训2期、120人次。", "已完成"],
        [2, "监督检查不够", "（1）制定检查计划；（2）开展季度检查", "张 某、李某某 王某", "监督科", "2024/6/30", "已制定计划。", "整改中"],
    )  # fmt: skip


@office(
    "一是二是、换行分条",
    expected=[
        Problem(
            "服务企业不够",
            "反馈问题",
            [
                Measure(
                    "建立企业联系制度",
                    "分管副主任",
                    "企业科",
                    (),
                    "2024-03-31",
                    status="closed",
                ),
                Measure("每季度召开座谈会", "分管副主任", "企业科", (), "2024-03-31", status="closed"),
                Measure("公开办事指南。", "分管副主任", "企业科", (), "2024-03-31", status="closed"),
            ],
        ),
        Problem(
            "作风不实",
            "反馈问题",
            [
                Measure("开展作风整顿", "主任", "机关党委", (), "2024-04-30", progress=("召开动员会。",)),
                Measure("设立意见箱", "主任", "机关党委", (), "2024-05-31"),
                Measure("组织明察暗访", "主任", "机关党委", (), "2024-06-30"),
            ],
        ),
    ],
    doubtful=("B2", "B3"),
)
def in_words_and_lines(book: Workbook) -> None:
    sheet = first(book)
    fill(
        sheet, 1,
        ["具体问题", "整改措施", "责任领导", "责任科室", "时间节点", "整改情况", "销号情况"],
        ["服务企业不够", "一是建立企业联系制度；二是每季度召开座谈会；三是公开办事指南。", "分管副主任", "企业科", "2024年3月", None, "√"],
        ["作风不实", "开展作风整顿\n设立意见箱\n组织明察暗访", "主任", "机关党委", "2024年4月底\n2024年5月底\n2024年6月底", "召开动员会。", "推进中"],
    )  # fmt: skip


@office(
    "一类一表：工作表名即方面",
    organisation="中共某区教育局党组",
    expected=[
        Problem(
            "校园食堂管理不严",
            "党的领导",
            [Measure("开展专项检查", "局长", "后勤科", (), "2024-02-29", status="closed")],
        ),
        Problem(
            "师德建设有差距",
            "党的建设",
            [
                Measure("签订承诺书", "副局长", "人事科", (), "2024-01-31", status="closed"),
                Measure("建立师德档案", "副局长", "人事科", (), "2024-08-31"),
            ],
        ),
    ],
)
def a_sheet_for_each_category(book: Workbook) -> None:
    heads = ["序号", "问题", "整改措施", "整改时限", "责任人", "责任科室", "整改状态"]
    one = first(book, "党的领导")
    fill(one, 1, ["中共某区教育局党组整改台账（一）"])
    fill(
        one, 2, heads, [1, "校园食堂管理不严", "开展专项检查", date(2024, 2, 29), "局长", "后勤科", "已办结"]
    )
    two = book.create_sheet("党的建设")
    fill(two, 1, ["中共某区教育局党组整改台账（二）"])
    fill(two, 3, heads, [1, "师德建设有差距", "签订承诺书", date(2024, 1, 31), "副局长", "人事科", "已办结"])
    fill(two, 5, [2, "师德建设有差距", "建立师德档案", date(2024, 8, 31), "副局长", "人事科", "整改中"])


@office(
    "三个清单：问题、任务、责任各一张表",
    expected=[
        Problem(
            "项目储备不足",
            "关于发展改革方面",
            [
                Measure(
                    "谋划项目20个",
                    "分管副主任",
                    "投资科",
                    ("能源科",),
                    "2024-06-30",
                    goal="储备项目20个以上",
                    status="not_started",
                ),
                Measure(
                    "建立项目库",
                    "分管副主任",
                    "投资科",
                    (),
                    "2024-04-30",
                    goal="入库率100%",
                    status="not_started",
                ),
            ],
        ),
        Problem(
            "信用监管不严",
            "关于信用建设方面",
            [
                Measure(
                    "修复信用记录", "信用分管领导", "信用科", (), None, long_term=True, status="not_started"
                ),
            ],
        ),
    ],
)
def three_lists(book: Workbook) -> None:
    problems = first(book, "问题清单")
    fill(problems, 1, ["问题清单"], ["序号", "反馈问题", "所属方面", "巡察组原话"])
    fill(
        problems,
        3,
        [1, "项目储备不足", "关于发展改革方面", "项目储备不足，近三年仅储备8个。"],
        [2, "信用监管不严", "关于信用建设方面", None],
    )
    tasks = book.create_sheet("任务清单")
    fill(tasks, 1, ["任务清单"], ["序号", "问题", "整改任务", "整改目标", "完成时限"])
    fill(
        tasks, 3,
        [1, "项目储备不足", "谋划项目20个", "储备项目20个以上", "2024年6月30日"],
        [None, None, "建立项目库", "入库率100%", "2024年4月30日"],
        [2, "信用监管不严", "修复信用记录", None, "长期坚持"],
    )  # fmt: skip
    duties = book.create_sheet("责任清单")
    fill(duties, 1, ["责任清单"], ["序号", "问题", "整改任务", "责任领导", "责任科室", "配合科室"])
    fill(
        duties, 3,
        [1, "项目储备不足", "谋划项目20个", "分管副主任", "投资科", "能源科"],
        [None, None, "建立项目库", "分管副主任", "投资科", None],
        [2, "信用监管不严", "修复信用记录", "信用分管领导", "信用科", None],
    )  # fmt: skip


@office(
    "分节行：方面占一整行，带合计行、空行和带格式的空行",
    expected=[
        Problem(
            "会议记录不规范",
            "关于议事决策方面",
            [
                Measure(
                    "规范会议记录",
                    "书记",
                    "党政办",
                    (),
                    "2024-01-31",
                    status="closed",
                    closed="2024-01-15",
                    progress=("已统一记录本。",),
                ),
            ],
        ),
        Problem(
            "“三重一大”制度执行不严格",
            "关于议事决策方面",
            [
                Measure(
                    "修订议事规则", "书记", "党政办", (), "2024-02-29", status="closed", closed="2024-02-20"
                ),
                Measure(
                    "建立决策事项清单",
                    "书记",
                    "党政办",
                    (),
                    "2024-02-29",
                    status="closed",
                    closed="2024-02-26",
                ),
            ],
        ),
        Problem(
            "发展党员程序不规范",
            "关于基层党建方面",
            [
                Measure("开展党员档案排查", "组织委员", "组织办", (), "2024-04-30", status="in_progress"),
            ],
        ),
    ],
)
def sections(book: Workbook) -> None:
    sheet = first(book)
    sheet.cell(2, 2, "某街道巡察整改台账")
    sheet.merge_cells("B2:J2")
    fill(
        sheet, 4,
        [None, "序号", "问题", "措施", "责任领导", "责任部门", "时限", "进展情况", "完成时间", "状态"],
        [None, "一、关于议事决策方面（2个）"],
        [None, 1, "会议记录不规范", "规范会议记录", "书记", "党政办", "2024年1月31日", "已统一记录本。", "2024.1.15", "完成"],
        [None, 2, "“三重一大”制度执行不严格", "修订议事规则", "书记", "党政办", "2024年2月29日", None, "2024.2.20", "完成"],
        [None, None, None, "建立决策事项清单", "书记", "党政办", "2024年2月29日", None, "2024.2.26", "完成"],
        [],
        [None, "二、关于基层党建方面（1个）"],
        [None, 3, "发展党员程序不规范", "开展党员档案排查", "组织委员", "组织办", "2024年4月30日", None, None, "整改中"],
        [None, "合计", 3, 4],
    )  # fmt: skip
    sheet.merge_cells("B5:J5")
    sheet.merge_cells("B10:J10")
    for row in range(13, 200):
        for column in range(2, 11):
            sheet.cell(row, column).border = LINE


@office(
    "没有措施列：一问题一行",
    expected=[
        Problem(
            "办公用房超标",
            "反馈问题",
            [
                Measure(
                    "办公用房超标",
                    "局长",
                    "办公室",
                    (),
                    "2023-12-31",
                    status="closed",
                    progress=("已腾退2间。",),
                )
            ],
        ),
        Problem(
            "公务接待不规范",
            "反馈问题",
            [
                Measure(
                    "公务接待不规范",
                    "局长",
                    "财务科",
                    (),
                    "2024-01-31",
                    status="closed",
                    progress=("已修订接待办法。",),
                )
            ],
        ),
    ],
)
def problems_alone(book: Workbook) -> None:
    sheet = first(book)
    fill(
        sheet, 1,
        ["序号", "巡察反馈问题", "责任领导", "责任部门", "整改时限", "整改落实情况", "是否销号"],
        [1, "办公用房超标", "局长", "办公室", "2023年12月31日", "已腾退2间。", "是"],
        [2, "公务接待不规范", "局长", "财务科", "2024年1月31日", "已修订接待办法。", "是"],
    )  # fmt: skip


@office(
    "WPS 表：日期是数字、百分比、批注、隐藏的选项表、经办人列",
    expected=[
        Problem(
            "采购程序不规范",
            "重点领域",
            [
                Measure(
                    "修订采购办法",
                    "分管副局长",
                    "采购科",
                    ("财务科",),
                    "2024-03-15",
                    status="closed",
                    kept=("经办人：赵某", "批注（C2）：书记要求月底前再核一次"),
                ),
                Measure(
                    "开展采购自查",
                    "分管副局长",
                    "采购科",
                    (),
                    "2024-05-31",
                    status="in_progress",
                    kept=("备注：需市财政局支持",),
                ),
                Measure(
                    "建立供应商名录",
                    "分管副局长",
                    "采购科",
                    (),
                    "2024-04-20",
                    status="not_started",
                    kept=("经办人：钱某",),
                ),
            ],
        ),
    ],
    doubtful=("E2", "C2"),
)
def from_wps(book: Workbook) -> None:
    sheet = first(book)
    fill(
        sheet, 1,
        ["问题类型", "问题描述", "整改措施", "责任领导（签字）", "计划完成时间", "主责科室", "协办科室", "整改进度", "经办人", "备注"],
        ["重点领域", "采购程序不规范", "修订采购办法", "分管副局长", 45366, "采购科", "财务科", 1, "赵某", None],
        [None, None, "开展采购自查", "分管副局长", date(2024, 5, 1), "采购科", None, 0.6, None, "需市财政局支持"],
        [None, None, "建立供应商名录", "分管副局长", 20240420, "采购科", None, 0, "钱某", None],
    )  # fmt: skip
    sheet["E3"].number_format = 'yyyy"年"m"月"'
    for row in range(2, 5):
        sheet.cell(row, 8).number_format = "0%"
    sheet["C2"].comment = Comment("书记要求月底前再核一次", "书记")
    choices = book.create_sheet("选项")
    fill(choices, 1, ["问题", "整改措施", "责任领导", "责任科室"], ["甲", "乙", "丙", "丁"])
    choices.sheet_state = "hidden"


@office(
    "问题在每行重复，序号是行号，表头每页重印，末列为长文本的完成情况",
    expected=[
        Problem(
            "党建工作薄弱",
            "党的建设方面",
            [
                Measure(
                    "配齐党务干部",
                    "书记",
                    "组织科",
                    (),
                    "2024-03-31",
                    status="closed",
                    progress=("已完成。选配党务干部5名。",),
                ),
                Measure(
                    "落实“三会一课”",
                    "书记",
                    "组织科",
                    (),
                    "2024-12-31",
                    long_term=True,
                    status="in_progress",
                    progress=("正在推进。各支部按月开展，纪检组每季度抽查一次并通报。",),
                ),
            ],
        ),
        Problem(
            "内控制度缺失",
            "财务管理方面",
            [
                Measure(
                    "编制内控手册",
                    "总会计师",
                    "财务科",
                    (),
                    "2024-06-30",
                    status="in_progress",
                    progress=("未完成，手册已形成初稿，正在征求各科室的意见建议。",),
                ),
            ],
        ),
    ],
)
def repeated(book: Workbook) -> None:
    sheet = first(book)
    heads = ["序号", "类别", "反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "完成情况"]
    fill(
        sheet, 1, heads,
        [1, "党的建设方面", "党建工作薄弱", "配齐党务干部", "书记", "组织科", "2024年3月31日", "已完成。选配党务干部5名。"],
        [2, "党的建设方面", "党建工作薄弱", "落实“三会一课”", "书记", "组织科", "2024年12月31日并长期坚持", "正在推进。各支部按月开展，纪检组每季度抽查一次并通报。"],
        heads,
        [3, "财务管理方面", "内控制度缺失", "编制内控手册", "总会计师", "财务科", "2024年6月30日", "未完成，手册已形成初稿，正在征求各科室的意见建议。"],
    )  # fmt: skip


@office(
    "合并措施格、牵头和配合写在一格、进展带日期、公式序号",
    expected=[
        Problem(
            "防汛责任不落实",
            "反馈问题",
            [
                Measure(
                    "落实防汛责任制",
                    "分管副局长",
                    "防汛办",
                    ("河道科", "办公室"),
                    "2024-05-31",
                    status="in_progress",
                    progress=("2024年3月1日召开防汛会议。", "印发责任清单。"),
                ),
                Measure(
                    "开展应急演练",
                    "分管副局长",
                    "防汛办",
                    (),
                    "2024-06-30",
                    status="not_started",
                    kept=("整改难点：缺少场地",),
                ),
            ],
        ),
    ],
)
def lead_and_help(book: Workbook) -> None:
    sheet = first(book)
    fill(
        sheet, 1,
        ["序号", "问题", "措施", "责任领导", "责任单位", "完成时限", "工作进展", "整改难点"],
        ["=ROW()-1", "防汛责任不落实", "落实防汛责任制", "分管副局长", "牵头：防汛办\n配合：河道科、办公室", "2024年5月31日", "2024年3月1日召开防汛会议。", None],
        [None, None, None, None, None, None, "2024年3月20日：印发责任清单。", None],
        [None, None, "开展应急演练", "分管副局长", "防汛办", "2024年6月30日", None, "缺少场地"],
    )  # fmt: skip
    for letter in "ABCDEF":
        sheet.merge_cells(f"{letter}2:{letter}3")
