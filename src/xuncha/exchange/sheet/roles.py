"""Decide the roles of the columns of a table, by their headings, which have many forms, and by all cells below them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Final, NamedTuple

from xuncha.chinese.characters import without_invisible
from xuncha.exchange.sheet.cells import exact_day, field_key, kind, limit
from xuncha.exchange.sheet.grid import Cell, Sheet
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX, IGNORE
from xuncha.model.states import MAX_LENGTH, is_plain_state, read_state

Columns = dict[int, str]
"""A text for each column, by the number of the column."""
_WORD: Final = (
    "(?:巡察组?|巡视组?|反馈|监管|审计|审议|检查|督察|督查|督导|督办|检察|检察建议|建议|意见|信访|交办|移交|环保|整改|治理|纠正|预防|办理|处理|处置|落实|推进"
    "|实施|执行|完成|存在|突出|主要|重点|具体|工作|任务|问题|措施|发现|查摆|查出|指出|提出|反映|需|拟|采取|细化|改进|对应|相应|目前|当前|截至|截止|最新|取得|已"
    "|本期|[上本当][年月周季]度?|[一二三四1-4]季度|(?:[0-9]{4}年)?[0-9]{1,2}月(?:份|底|末|[0-9]{1,2}日)?|阶段性?|年度|整体|总体|详细|基本|和|与|及|或|的|之)"
)
"""A word before the one that names the column; it does not change the role."""
_MODIFIERS: Final = f"{_WORD}*"
_UNIT: Final = "[\u4e00-\u9fff]{0,2}(?:单位|部门|科室|处室|股室|部室|委室|站所|机构|支部|学院|主体|大队|中队|公司|中心|科|处|室|部|所)"
_NAMES: Final = "|".join(
    f"(?P<{name}>{pattern})"
    for name, pattern in {
        "number": r"(?:问题|措施|任务|反馈)?(?:序号|编号|序次)|号|No\.?|编码|序|项次",
        "kind": r"(?:整改|任务|措施)(?:类型|性质|类别|方式)",
        "category": rf"(?:{_WORD}|所属|隐患)*(?:类别|类型|方面|分类|大类|领域|板块)|一级指标",
        "publish": r"(?:是否)?公开(?:情况)?|是否公开发布",
        "state": r"(?:整改|任务|工作|措施|问题|销号|办理|办结|落实|当前|目前|完成)*(?:状态|进程|程度)|(?:完成|整改|落实)与否|(?:已|应)?(?:完成|整改)(?:比例|百分比|率)|(?:办结|销号|整改销号|问题销号)情况"
        r"|(?:复查|验收|验证|督办|办理|审核)(?:结果|结论|情况)|结论|是否(?:已|按期|全部|通过|完成|整改|落实|销号|办结|到位|结案|申请|验收)+|完成|销号|办结|整改到位|落实到位|到位",
        "closed_date": r"(?:实际|最终)(?:整改)?(?:完成|办结|销号)(?:时间|日期)|(?:整改)?(?:办结|销号|销号办结|验收)(?:时间|日期)",
        "due": r"(?:整改|结束|治理|落实|完成|办理|办结|任务|工作|措施|拟|计划|预计|应|要求|限定|原定|延期后|的)*(?:时限|期限|限期|时间节点|时间要求|时间安排|截止(?:时间|日期|日)?|完成日期?|时间|节点)(?:要求|节点)?",
        "co_offices": rf"(?:配合|协办|协同|协助|协作|参与|联合|会办|共同责任)(?:责任)?(?:{_UNIT})?",
        "office": rf"(?:整改|第一|主要|具体|主体)*(?:责任|牵头|主责|承办|主办|实施|整改|负责|落实){_UNIT}(?:（?单位）?|名称)?|科室|责任主体|责任清单|部门",
        "leader": r"[\u4e00-\u9fff]{0,6}(?:领导|班子成员)(?:干部)?(?:人|姓名)?(?<!领导小组)|(?:分管|主要|班子)负责人|(?:第一|主要)责任人|责任局长|责任行长",
        "person": r"(?:整改|治理|具体|直接|落实)?(?:责任|经办|承办|办理|负责|包案|牵头|落实)人(?:员|姓名)?|(?:具体|整改)?负责人|联系人|具体责任",
        "goal": rf"(?!.*(?:验收|完成)标准|(?:存在)?问题[及和与]){_MODIFIERS}(?:目标|要求|预期成效|预期效果|标准)(?:任务|要求)?(?:及要求)?",
        "measure": rf"{_MODIFIERS}(?:措施|举措|办法|对策|方案|做法)(?:及任务|清单|内容|名称)?|(?:整改|措施|任务|工作|主要|重点|具体)*(?:任务|内容)(?:及措施|分解|清单|名称)?|任务清单",
        "part": r"子问题|具体问题|小问题|分项问题|问题分解|细化问题|二级问题|问题细化",
        "finding": rf"{_MODIFIERS}(?:隐患|缺陷)?(?:表述|表现|表现形式|描述|详情|原文|原话|事实|概况|具体内容)|(?:反馈)?意见原文|巡察组原话|具体情况|{_MODIFIERS}问题(?:基本)?情况",
        "problem": rf"(?!(?:办理|处理|复查|验收|审核|审批).*意见){_MODIFIERS}(?:问题|隐患|缺陷|短板|意见|事项)(?:(?:或|及|和|与)?(?:问题|隐患|不足|短板))?(?:清单|内容|名称|标题|摘要|点|简述|概述)?",
        "progress": rf"{_MODIFIERS}(?:进展|进度|成效|实效|效果|情况|结果)(?:情况|说明|程度)?(?:及成效|和成效|（?截至.*）?)?|已完成(?:的)?工作|(?:工作|整改|进展)说明",
        "evidence": r"(?:佐证|证明|支撑|印证|附件|相关)(?:材料|资料|清单|文件)?(?:名称|目录|清单)?|文号|材料清单",
    }.items()
)
"""Each role with the names that its columns have; the first role that matches is used."""
_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
_ANY: Final = "[\u4e00-\u9fff]"
_POST: Final = "(?:领导|副总|总监|总经理|校长|院长|书记|行长|局长|主任|县长|区长|镇长|乡长|检察长|所长|总工)"
_LAST_WORD: Final = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in {
            "due": rf"{_ANY}{{0,8}}(?:时限|期限|限期)(?:要求|日期|时间)?|{_ANY}{{0,4}}(?:承诺|最迟|要求|限定|起止|交账|截止|限期){_ANY}{{0,4}}(?:时间|日期)|(?:何时|什么时候){_ANY}{{1,4}}",
            "state": rf"{_ANY}{{0,6}}(?:状态|现状)|{_ANY}{{0,4}}(?:完成|整改|办结|销号|到位|落实)否|(?:完成|办结|销号|销账|闭环)打?[√✓✔勾]|{_ANY}{{0,4}}(?:结果分类|结论|销号意见)|改得怎{_ANY}{{1,2}}",
            "leader": rf"{_ANY}{{0,3}}(?:分管|主管|包保|挂点|包联|挂联|联系|牵头|包抓|督办|责任)(?:的)?{_POST}|责任{_ANY}{{0,2}}长",
            "person": r"谁来?(?:整改|改|负责|干)|(?:系统|项目|部门|单位|现场)负责人|责任(?:岗位|警官|干警|民警|员工|编辑|医生|教师|专员|党员|工程师)",
            "office": rf"(?:归口|承接|主责|责任|牵头|主管|落实|承办|包保){_ANY}{{0,3}}(?:单位|部门|科室|股|队|班组|班|组|室|处|科|部|中心|车间|项目部|学院|支部|站|所|局)|班组|车间",
            "measure": rf"{_ANY}{{0,8}}(?:措施|举措|对策|办法|做法|动作|方案)|(?:怎么|如何|怎样)(?:整)?改",
            "problem": rf"(?!{_ANY}{{0,4}}(?:办理|处理|复查|验收|审核|审批|销号))(?:{_ANY}{{0,8}}(?:问题|隐患|缺陷|短板|不足|事项|漏洞|不符合项|差距|症结|弱项|现象|发现|意见建议)(?:描述|名称|摘要|简述)?|差在哪里?)",
            "progress": rf"{_ANY}{{0,4}}(?:进展|进度|办理|整改|推进|落实|交账|处置|化解|整治)(?:过程|内容|动态|情况|回复)",
        }.items()
    )
)
"""The role that a column may have by the last word of its heading, if no other column has it; the first match is used."""
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z .&'-]*")  # the second language of a heading
PEOPLE: Final = frozenset({"leader", "office", "co_offices", "person"})
"""Roles of people and offices that are responsible for a measure."""
LABELLED: Final = PEOPLE | {"problem", "finding", "measure", "goal", "due"}
"""Roles whose text may stand after a label."""
_LABEL: Final = re.compile(r"(?:^|(?<=[\s；;，,。]))(?P<name>[\u4e00-\u9fff]{2,8})\s*[：:]\s*")
_LONGEST_HEADING: Final = 60
_AMBIGUOUS_DAY: Final = re.compile(r"(?:整改)?(?:完成|结束)(?:时间|日期)")
"""The heading of a time limit or of a day of completion; the cells of the column and others decide."""
_OF_PROGRESS: Final = re.compile("(?:记录|填报|更新|进展|汇报|上报)(?:日期|时间)")
_AMBIGUOUS_PERSON: Final = re.compile("责任人|谁.+|责任(?!领导)[\u4e00-\u9fff]{2}|[\u4e00-\u9fff]{2}负责人")
"""The heading of the leader, if no other column is the leader's; else of the person."""
_MEASURE_WORD: Final = re.compile("措施|举措|对策|办法|做法|方案")
_EXTENDED: Final = re.compile(
    "(?<!申请)(?<!拟)(?<!是否)(?:延[期长](?:后|[至到]|$)|延期(?:完成)?(?:时限|期限)|延后|展期|顺延|(?:调整|变更)后|[现新](?:时限|期限|定$))"
)
"""A part of the heading of an extended time limit, beside a column with the original one."""
_REPEATABLE: Final = {"number", "progress", "co_offices", "evidence"}  # roles that several columns may have
_STATE_SHARE: Final = 0.6
_SHARE: Final = re.compile("进度|率|比例|百分比|完成情况")
_BRACKETS: Final = re.compile(r"[（(\[【].*?[)）\]】]")
_OF_VERDICTS: Final = re.compile("验收|复[查核验]|核[查验]|审[核查批]|验证|销号|结论")
_OF_TIME: Final = re.compile("[按如][期时]|及时|预警")


class Choice(NamedTuple):
    """The role that was chosen for a column."""

    role: str  # as a form writes it
    why: str  # the reason, in a sentence


@lru_cache(maxsize=65_536)
def plain(heading: str) -> str:
    """Return the form in which headings are compared: half-width, without blanks, line breaks and the marks around it."""
    return "".join(unicodedata.normalize("NFKC", without_invisible(heading)).split()).strip("*:。.、")


@lru_cache(maxsize=65_536)
def role(heading: str) -> str:
    """Return the role that a heading names; empty if it names none that a ledger knows."""
    if len(heading) > _LONGEST_HEADING:
        return ""
    text = plain(heading)
    bare = _BRACKETS.sub("", text)
    for candidate in dict.fromkeys((bare, text.replace("(", "").replace(")", ""), _LATIN.sub("", bare))):
        if match := _NAME.fullmatch(candidate):
            return match.lastgroup or ""
    # Of two joined names the first counts: 责任领导及责任科室, 整改措施/目标.
    parts = heading_parts(heading)
    return role(parts[0]) if len(parts) > 1 else ""


@lru_cache(maxsize=1024)
def heading_parts(heading: str) -> list[str]:
    """Return the names that a heading joins: 责任领导/责任科室."""
    return [part for part in re.split(r"[/、及和与]", _BRACKETS.sub("", plain(heading))) if part]


@lru_cache(maxsize=65_536)
def guess(heading: str) -> str:
    """Return the role that the last word of a heading may mean; empty if it means none."""
    match = _LAST_WORD.fullmatch(_LATIN.sub("", _BRACKETS.sub("", plain(heading))))
    return match.lastgroup or "" if match else ""


def is_extended(name: str) -> bool:
    """Return whether a column, by the joined texts of its heading, holds extended time limits."""
    return bool(_EXTENDED.search(plain(name).rpartition("/")[2]))


@lru_cache(maxsize=1024)
def names_verdict(name: str, chosen: str) -> bool:
    """Return whether a column, by the joined texts of its heading and its role, holds states or verdicts: 验收结论, 是否销号."""
    last = name.rpartition("/")[2]
    is_second_state = chosen.startswith(FIELD_PREFIX) and last == "完成情况"
    means_state = is_second_state or "state" in {role(last), guess(last)} or _OF_VERDICTS.search(name)
    return bool(means_state) and not _OF_TIME.search(name)


def by_label(text: str) -> dict[str, str]:
    """Return the texts after labels by the roles of the labels; empty unless the whole text consists of labels."""
    labels = list(_LABEL.finditer(text)) if "：" in text or ":" in text else []
    ends = [*(label.start() for label in labels[1:]), len(text)]
    if not labels or labels[0].start():
        return {}
    pairs = zip(labels, ends, strict=True)
    texts = {role(label["name"]): text[label.end() : end].strip("；;，, \n") for label, end in pairs}
    return texts if len(texts) == len(labels) and texts.keys() <= LABELLED and all(texts.values()) else {}


class Decider:
    """Decides the role of each column of a table, by its cells, too. Most roles are given only once."""

    def __init__(
        self, sheet: Sheet, rows: Sequence[int], headings: Columns, names: Columns, given: Columns
    ) -> None:
        self.sheet = sheet
        self.names = names
        self.rows = rows
        self.headings = headings
        self.given = {column: name for column, name in given.items() if name}
        self.roles = {column: role(text) for column, text in sorted(headings.items())} | self.given
        self.reasons: Columns = dict.fromkeys(self.given, _("as specified"))

    def choices(self) -> dict[int, Choice]:
        """Return the choice for each column, with the reason."""
        self._settle_unknown()
        self._settle_kinds()
        self._settle_states()
        self._settle_days()
        self._settle_extended()
        self._settle_days_of_progress()
        self._settle_people()
        self._settle_lists()
        seen: set[str] = set()
        for column, name in self.roles.items():
            if name in seen - _REPEATABLE and not name.startswith(FIELD_PREFIX) and name != IGNORE:
                self._assign(column, "", _("another column is already {role}", role=name))
            seen.add(self.roles[column])
        chosen: dict[int, Choice] = {}
        for column, name in self.roles.items():
            chosen[column] = self._choice(column, name, {choice.role for choice in chosen.values()})
        return chosen

    def _choice(self, column: int, name: str, used: Collection[str]) -> Choice:
        """Return the choice for a column. An unknown column becomes a field of this office."""
        if name:
            return Choice(name, self.reasons.get(column) or _("by its heading"))
        key = field_key(self.names[column].rpartition("/")[2])
        if not key or not any(self._cells(column)):
            return Choice(IGNORE, _("it is empty"))
        names = (f"{FIELD_PREFIX}{key}{number if number > 1 else ''}" for number in count(1))
        new = next(each for each in names if each not in used)
        reason = self.reasons.get(column) or _("not a standard column: a custom field of this office")
        return Choice(new, reason)

    def _assign(self, column: int, name: str, reason: str) -> None:
        if column not in self.given:
            self.roles[column], self.reasons[column] = name, reason

    def _cells(self, column: int) -> Iterator[Cell]:
        """Yield the filled cells of a column, merged ones once, and none that are merged with the columns beside it."""
        for row in self.rows:
            wide = any(self.sheet.merged((row, column), (row, other)) for other in (column - 1, column + 1))
            if not wide and self.sheet.starts(row, column) and (cell := self.sheet.cells[row, column]).text:
                yield cell

    def _columns(self, *names: str) -> list[int]:
        return [column for column, name in self.roles.items() if name in names]

    def _settle_unknown(self) -> None:
        """Settle unknown headings: 责任分工 by labels in all cells, else 攻坚举措 by its last word, if no other column has that role."""
        for column in self._columns(""):
            contents = [by_label(cell.text) for cell in self._cells(column)]
            if contents and all(contents) and all(each.keys() <= PEOPLE for each in contents):
                self._assign(column, next(iter(contents[0])), _("by its content"))
                continue
            name = guess(self.headings[column])
            if name and not self._columns(name):
                reason = _("by the last word of its heading, since no other column has that name")
                self._assign(column, name, reason)

    def _settle_kinds(self) -> None:
        """Settle 整改类型: if too few cells are kinds such as 立行立改, it is the category, and 措施类别 is unknown; 整改要求 with kinds is 整改类型."""
        for column in self._columns("kind", "goal"):
            cells = list(self._cells(column))
            are_kinds = sum(kind(cell.text) is not None for cell in cells) >= len(cells) * _STATE_SHARE
            if self.roles[column] == "goal":
                if cells and are_kinds and not self._columns("kind"):
                    self._assign(column, "kind", _("by its content"))
            elif cells and not are_kinds:
                of_measure = re.match("措施|任务", plain(self.headings[column]))
                self._assign(column, "" if of_measure else "category", _("by its content"))

    def _settle_states(self) -> None:
        """Settle whether 完成情况, 进展情况 and the like hold states or progress, by all of their cells."""
        states, verdicts = set[int](), set[int]()
        ranks: dict[int, tuple[bool, ...]] = {}
        known, unknown = self._columns("state", "progress"), self._columns("")
        doubtful = [*known, *(each for each in unknown if guess(self.headings[each]) == "state")]
        if not doubtful:  # words of state decide, whatever the heading is
            closing = {each: [cell for cell in self._cells(each) if _closes(cell)] for each in unknown}
            doubtful = [each for each in unknown if any(len(cell.text) > 1 for cell in closing[each])]
        for column in doubtful:
            heading, is_state = self.headings[column], self.roles[column] == "state"
            filled = self._as_shares(column)
            # Sums count something, and the heading may be printed again on each page.
            cells = [cell for cell in filled if not cell.text.isdecimal() and cell.text != heading]
            plainly = sum(is_plain_state(cell.value, cell.form) for cell in cells)
            if cells and plainly / len(cells) >= _STATE_SHARE:
                states.add(column)
            in_words = sum(len(cell.text) <= MAX_LENGTH for cell in cells) * 2 >= len(cells)
            if column in states or (is_state and in_words):
                # Of several columns, prefer the one in which something is closed; 是否按期完成 says less than 完成情况.
                closes, is_of_time = any(map(_closes, cells)), "按期" in heading
                is_hidden = column in self.sheet.hidden_columns
                ranks[column] = is_hidden, not closes, column not in states, is_of_time, not is_state
                if _OF_VERDICTS.search(plain(heading)):
                    verdicts.add(column)
        best, hidden = min(ranks, key=ranks.__getitem__, default=0), self.sheet.hidden_columns
        seen = [each for each in known if each not in hidden and "完成情况" in plain(self.headings[each])]
        # 完成情况 is there for all to see, and empty.
        if best in hidden and any(not any(self._cells(each)) for each in seen):
            best = 0
        for column in doubtful:
            is_other = column in states | verdicts or self.roles[column] == ""
            other = "" if is_other else "progress"  # 通过 tells of no progress
            self._assign(column, "state" if column == best else other, _("by its content"))

    def _as_shares(self, column: int) -> list[Cell]:
        """Turn numbers in a column of shares (0 to 1, or 0 to 100) into percentages. Return all cells of the column."""
        heading, cells = plain(self.headings[column]), list(self._cells(column))
        whole = 0
        if _SHARE.search(heading) and all(_is_share(cell.value, 1) for cell in cells):
            whole = 1
        elif "%" in heading and all(_is_share(cell.value, 100) for cell in cells):
            whole = 100
        for row in self.rows if whole else ():
            cell = self.sheet.cells.get((row, column))
            if cell and isinstance(cell.value, int | float):
                share = Cell.of(cell.value / whole, "0%", cell.place, unseen=cell.unseen)
                self.sheet.cells[row, column] = share
        return list(self._cells(column))

    def _settle_days(self) -> None:
        """Settle 完成时间: the time limit if no other column is, and open measures have a day, too; else the day of completion."""
        dues, closed = self._columns("due"), self._columns("closed_date")
        either = [column for column in dues if _AMBIGUOUS_DAY.fullmatch(plain(self.headings[column]))]
        for column in either:
            if len(either) < len(dues) and not closed:
                self._assign(column, "closed_date", _("another column is the time limit"))
            elif len(either) < len(dues):
                self._assign(column, "", _("other columns are the time limit and the day of completion"))
            elif not closed and self._is_of_closed(column):
                self._assign(column, "closed_date", _("by its content"))

    def _settle_extended(self) -> None:
        """Settle 原定 and 延期后 below 整改时限, or beside each other: the time limit is the extended one."""
        dues = self._columns("due")
        unknown = self._columns("")
        others = [each for each in unknown if any(limit(cell, None).has_value for cell in self._cells(each))]
        extended = [column for column in (*dues, *others) if is_extended(self.names[column])]
        if dues and extended and dues != extended[:1]:
            for column in dues:
                self._assign(column, "", _("another column is already {role}", role="due"))
            self._assign(extended[-1], "due", _("by its heading"))

    def _settle_days_of_progress(self) -> None:
        """Settle 记录日期 right before the column of progress: it holds the days of the progress."""
        for column in self._columns(""):
            days = list(self._cells(column))
            is_next = self.roles.get(column + 1) == "progress"
            if is_next and _OF_PROGRESS.fullmatch(plain(self.headings[column])) and all(map(exact_day, days)):
                self._assign(column, "progress", _("the days of the progress beside it"))

    def _is_of_closed(self, column: int) -> bool:
        """Return whether only closed measures have a day here; at least one must have it, and at least one measure must be open."""
        of_state = next(iter(self._columns("state")), 0)
        seen: set[tuple[bool, bool]] = set()  # whether a measure is closed, and whether it has a day
        for row in self.rows:
            cell = self.sheet.cells.get((row, of_state))
            if cell and (found := read_state(cell.value, cell.form)):
                seen.add((found.status == "closed", bool(self.sheet.text(row, column))))
        return seen >= {(True, True), (False, False)} and (False, True) not in seen

    def _settle_people(self) -> None:
        """Settle 责任人: it is the leader if no other column is."""
        bare = {column: plain(_BRACKETS.sub("", self.headings[column])) for column in self._columns("person")}
        either = [column for column, name in bare.items() if _AMBIGUOUS_PERSON.fullmatch(name)]
        if either and not self._columns("leader"):
            self._assign(either[0], "leader", _("no other column names the leader"))

    def _settle_lists(self) -> None:
        """Settle problems and measures: without a problem, a finding or 整改任务 beside 整改措施 is the problem; 整改事项 beside 问题 is the measure.

        整改任务 beside 问题 and 整改措施 is neither.
        """
        measures, problems = self._columns("measure"), self._columns("problem")
        called = [column for column in problems if "问题" in self.headings[column]]
        for column in self._columns("goal") if not measures else ():
            if "措施" in self.headings[column]:
                self._assign(column, "measure", _("no other column names the measures"))
        for column in problems if 0 < len(called) < len(problems) else ():
            is_measure = plain(self.headings[column]).startswith("整改") and not measures
            if column not in called:
                self._assign(column, "measure" if is_measure else "", _("another column names the problem"))
        others = self._columns("finding") or self._columns("part")
        if others and not problems:
            self._assign(others[0], "problem", _("no other column names the problem"))
        elif len(measures) > 1 and not problems:
            self._assign(measures[0], "problem", _("another column names the measures"))
        filled = {each: len([*self._cells(each)]) for each in self._columns("measure")}
        named = [each for each in filled if _MEASURE_WORD.search(self.headings[each])]
        for column in filled.keys() - named if named else ():
            if filled[column] <= max(filled[each] for each in named):
                self._assign(column, "", _("another column names the measures"))


def _is_share(value: object, whole: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= whole


def _closes(cell: Cell) -> bool:
    found = read_state(cell.value, cell.form)
    return found is not None and found.explicit and found.status == "closed"
