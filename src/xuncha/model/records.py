"""Problems, measures and comments as pydantic models, and the ledger that contains them.

Errors within a single file (a missing or unknown key, a wrong type, an impossible date) are refused here; checks that need
the rest of the ledger are in `xuncha.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated

from pydantic import Discriminator, Field, StringConstraints, Tag

from xuncha.chinese.characters import UNSAFE
from xuncha.model.fields import Amount, Day, Fields, Key, Line, Name, Record, Text
from xuncha.model.register import MeasureRow, ProblemRow, Register
from xuncha.model.vocabulary import Channel, ReviewResult, Status, Term

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.settings import Settings


class EvidenceFile(Record):
    """A file in `data/evidence/<id>/`, with its hash, so that another file cannot replace it unnoticed."""

    file: Annotated[
        str, StringConstraints(pattern=rf"^[^/\\\t\n{UNSAFE}.][^/\\\t\n{UNSAFE}]*$", max_length=200)
    ] = Field(description="文件名；文件放在 data/evidence/编号/ 中")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="文件的哈希值，据此知道文件没有变过；由 attach 命令写入"
    )
    size: int | None = Field(default=None, ge=0, description="字节数")
    name: Line | None = Field(default=None, description="原文件名；与 file 相同的不写")


_FILE = (dict, EvidenceFile)  # a constant: making the union at each call takes a tenth of loading


def _evidence_kind(item: object) -> str:
    return "file" if isinstance(item, _FILE) else "text"


Evidence = Annotated[
    Annotated[Line, Tag("text")] | Annotated[EvidenceFile, Tag("file")], Discriminator(_evidence_kind)
]
"""The evidence for an entry (佐证材料): a document number or other words, or a file in the ledger."""


class Progress(Record):
    """An entry about the work done (进展情况); it has a date, unless an import found none."""

    date: Day | None = Field(default=None, description="日期；导入的材料没有写明的不写")
    text: Text = Field(description="做了什么")
    evidence: list[Evidence] = Field(
        default_factory=list, description="佐证材料：文号，或台账内的文件及其哈希"
    )
    publish: bool = Field(default=True, description="false：不进入任何公开文件")


class Closed(Record):
    """When and by whom a measure was closed (销号); written by the close command, empty if an import found it closed."""

    date: Day | None = Field(default=None, description="销号日期；导入的材料没有写明的不写")
    by: Line | None = Field(default=None, description="由谁销号")
    note: Text | None = Field(default=None, description="备注；内部，不公开")


class Escalated(Record):
    """A measure made a leader's own task (攻坚事项)."""

    to: Name = Field(description="由哪位领导牵头")
    date: Day = Field(description="列为攻坚事项的日期")


class Review(Record):
    """A review of a closed long-term measure (回头看)."""

    date: Day = Field(description="回头看的日期")
    result: ReviewResult = Field(description="holds 成效保持、slipped 问题反弹")
    text: Text | None = Field(default=None, description="看到的情况")


class Problem(Record):
    """`data/problems/NN/problem.yaml`: one problem (问题)."""

    title: Line = Field(description="问题")
    category: Key | None = Field(default=None, description="所属方面的 key；待明确的不写")
    finding: Text | None = Field(default=None, description="巡察组原话；内部，不公开")
    publish: bool = Field(default=True, description="false：计入总数，不进入任何公开文件")
    fields: Fields = Field(default_factory=dict, description="自定义字段的值；内部，不公开")

    def row(self, number: int, measures: dict[Identity, Measure]) -> ProblemRow:
        """Return the flat view, with the rows of its measures."""
        rows = tuple(measure.row(identity, self) for identity, measure in measures.items())
        fields = tuple(self.fields.items())
        return ProblemRow(str(number), self.title, self.category, self.publish, fields, rows)


class Measure(Record):
    """`data/problems/NN/N.M.yaml`: one measure (整改措施)."""

    title: Line = Field(description="整改措施")
    goal: Text | None = Field(default=None, description="整改目标")
    part: Line | None = Field(default=None, description="子问题标题；三级通报用")
    term: Term = Field(default="once", description="at_once 立行立改；once 限时完成；long_term 长期坚持")
    leader: Name | None = Field(default=None, description="责任领导；待明确的不写")
    office: Name | None = Field(default=None, description="责任科室；待明确的不写")
    co_offices: list[Name] = Field(default_factory=list, description="配合科室")
    person: Name | None = Field(default=None, description="具体责任人；内部，不公开")
    due: Day | None = Field(default=None, description="整改时限；长期坚持、立行立改的可以不写，待明确的不写")
    status: Status = Field(
        description="not_started 未启动；in_progress 推进中；submitted 申请销号；closed 已销号"
    )
    publish: bool = Field(default=True, description="false：计入总数，不进入任何公开文件")
    progress: list[Progress] = Field(default_factory=list, description="进展情况")
    outcomes: dict[Key, Amount] = Field(default_factory=dict, description="取得的成果：各是多少")
    escalated: Escalated | None = Field(default=None, description="攻坚事项")
    notice_text: Text | None = Field(default=None, description="通报中的表述；不写则按顺序用进展情况")
    closed: Closed | None = Field(default=None, description="销号")
    reviews: list[Review] = Field(default_factory=list, description="回头看")
    fields: Fields = Field(default_factory=dict, description="自定义字段的值；内部，不公开")

    def row(self, identity: Identity, problem: Problem | ProblemRow | None) -> MeasureRow:
        """Return the flat view."""
        last = max(self.reviews, key=attrgetter("date"), default=None)
        days = [each.date for each in (last, self.closed) if each and each.date]
        reviewed_on = max(days) if days and self.status == "closed" else None
        return MeasureRow(
            id=str(identity),
            problem=str(identity.problem),
            category=problem.category if problem else None,
            title=self.title,
            status=self.status,
            term=self.term,
            leader=self.leader,
            office=self.office,
            co_offices=tuple(self.co_offices),
            person=self.person,
            due=self.due.isoformat() if self.due else None,
            publish=self.publish and problem is not None and problem.publish,
            reviewed_on=reviewed_on.isoformat() if reviewed_on else None,
            slipped=reviewed_on is not None and last is not None and last.result == "slipped",
            escalated_to=self.escalated.to if self.escalated else None,
            fields=tuple(self.fields.items()),
        )


class Reply(Record):
    """The reply to a comment."""

    date: Day = Field(description="答复日期")
    text: Text = Field(description="答复内容")


class Comment(Record):
    """`data/comments/NNN.yaml`: a comment on the rectification (意见建议); always internal."""

    received: Day = Field(description="收到日期")
    channel: Channel = Field(description="phone 电话、post 来信、email 电子邮件、visit 来访、web 网络")
    text: Text = Field(description="内容")
    about: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}(\.[1-9][0-9]{0,5})?$")] | None = Field(
        default=None, description="所涉问题或措施的编号，加引号"
    )
    name: Line | None = Field(default=None, description="提出人")
    reply: Reply | None = Field(default=None, description="答复")


@dataclass(frozen=True)
class Ledger:
    """The whole ledger: settings, and problems and measures by their numbers, in order."""

    settings: Settings
    problems: dict[int, Problem]
    measures: dict[Identity, Measure]

    def by_problem(self) -> dict[int, dict[Identity, Measure]]:
        """Group the measures by problem."""
        found: dict[int, dict[Identity, Measure]] = {number: {} for number in self.problems}
        for identity, measure in self.measures.items():
            found[identity.problem][identity] = measure
        return found

    def register(self) -> Register:
        """Return the flat view."""
        rows = (self.problems[number].row(number, found) for number, found in self.by_problem().items())
        return Register(self.settings.frame(), tuple(rows))
