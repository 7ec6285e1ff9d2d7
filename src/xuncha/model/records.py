"""The records: every key that a ledger's files may hold, as pydantic models.

What a single file can say wrong by itself (a missing or unknown key, a wrong type, an impossible date) is refused here;
what needs the rest of the ledger is in `xuncha.rules`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field named `date` would hide the type
from math import isfinite
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from xuncha.model.register import MeasureRow, ProblemRow, Register
from xuncha.model.vocabulary import Requirement, ReviewResult, Status, Term

if TYPE_CHECKING:
    from xuncha.model.identity import Identity

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Neither control characters (terminal escapes) nor marks that reverse the direction of text may stand in a ledger.
_UNSAFE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"


def iso_date(value: object) -> Date:
    """Read a date as the files write it, `2024-03-15`.

    Raises:
        PydanticCustomError: another form, or a day that the calendar does not have.
    """
    if isinstance(value, Date):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return Date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("bad_date", "not a date: {value}", {"value": str(value)[:40]})


Day = Annotated[
    Date,
    BeforeValidator(iso_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Line = Annotated[
    str, StringConstraints(pattern=rf"^[^\t\n{_UNSAFE}]*[^\s{_UNSAFE}][^\t\n{_UNSAFE}]*$", max_length=2000)
]
"""Text on one line, not blank."""
Text = Annotated[
    str, StringConstraints(pattern=rf"^[^{_UNSAFE}]*[^\s{_UNSAFE}][^{_UNSAFE}]*$", max_length=50_000)
]
"""Text of one or more lines, not blank."""
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Name = Annotated[
    str, StringConstraints(pattern=rf"^[^\t\n{_UNSAFE}]*[^\s{_UNSAFE}][^\t\n{_UNSAFE}]*$", max_length=200)
]


class _Record(BaseModel):
    """Strict about types and keys, frozen, and built only when first used."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


def _amount(value: object) -> int | float:
    if type(value) in {int, float} and isfinite(value) and value >= 0:  # type: ignore[arg-type,operator]
        return value  # type: ignore[return-value]
    raise PydanticCustomError("bad_amount", "not an amount: {value}", {"value": str(value)[:40]})


Amount = Annotated[int | float, PlainValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
"""How many, or how much: a number that is not negative."""


class Inspection(_Record):
    """Who inspected, when, and when the feedback came."""

    inspector: Line | None = Field(default=None, description="巡察组")
    round: Line | None = Field(default=None, description="届次、轮次")
    started: Day | None = Field(default=None, description="进驻日期")
    ended: Day | None = Field(default=None, description="离开日期")
    feedback: Day = Field(description="反馈日期")


class Category(_Record):
    """A heading that groups problems (方面)."""

    key: Key = Field(description="问题用它指明所属方面")
    title: Line = Field(description="方面的标题")


class LeadingGroup(_Record):
    """The leading group for the rectification (整改工作领导小组)."""

    head: Name = Field(description="组长，即第一责任人")
    office: Name | None = Field(default=None, description="领导小组办公室设在哪里")


class Contact(_Record):
    """Where the public sends comments."""

    office: Line | None = None
    phone: Line | None = None
    address: Line | None = None
    email: Line | None = None


class NoticeSettings(_Record):
    """What the notice needs and the ledger cannot compute."""

    title: Line | None = Field(default=None, description="通报标题")
    issuer: Line | None = Field(default=None, description="落款单位")
    date: Day | None = Field(default=None, description="落款日期")
    work: list[Text] = Field(default_factory=list, description="第一部分的段落；不写则用通用表述")
    next_steps: list[Text] = Field(default_factory=list, description="第三部分的段落；不写则用通用表述")


class OutcomeKind(_Record):
    """An outcome that notices count besides measures, such as rules made or money recovered."""

    key: Key
    label: Line
    unit: Line


def _usual_requirements() -> list[Requirement]:
    return ["progress"]


class Policy(_Record):
    """The settings of the workflow."""

    due_soon_days: Annotated[int, Field(ge=0, le=3660)] = Field(default=14, description="到期前多少天亮黄灯")
    close_requires: list[Requirement] = Field(
        default_factory=_usual_requirements, description="销号须具备的条件"
    )
    review_every_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        default=180, description="长期任务多少天回头看一次"
    )


class Settings(_Record):
    """`data/ledger.yaml`: the organisation, the inspection, and who may be named."""

    organisation: Line = Field(description="被巡察单位党组织")
    inspection: Inspection
    categories: list[Category] = Field(description="方面，按通报中的顺序")
    leading_group: LeadingGroup | None = None
    leaders: list[Name] = Field(description="可作责任领导的人")
    offices: list[Name] = Field(description="可作责任科室的部门")
    contact: Contact = Field(default_factory=Contact)
    notice: NoticeSettings = Field(default_factory=NoticeSettings)
    outcomes: list[OutcomeKind] = Field(default_factory=list)
    policy: Policy = Field(default_factory=Policy)


class EvidenceFile(_Record):
    """A file below `data/evidence/<id>/`, with its hash."""

    file: Annotated[
        str, StringConstraints(pattern=rf"^[^/\\\t\n{_UNSAFE}.][^/\\\t\n{_UNSAFE}]*$", max_length=200)
    ]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _evidence_kind(item: object) -> str:
    return "file" if isinstance(item, dict | EvidenceFile) else "text"


Evidence = Annotated[
    Annotated[Line, Tag("text")] | Annotated[EvidenceFile, Tag("file")], Discriminator(_evidence_kind)
]
"""What proves an entry (佐证材料): a document number or other words, or a file in the ledger."""


class Progress(_Record):
    """A dated entry on what was done (进展情况)."""

    date: Day
    text: Text
    evidence: list[Evidence] = Field(
        default_factory=list, description="佐证材料：文号，或台账内的文件及其哈希"
    )
    publish: bool = Field(default=True, description="false：不进入任何公开文件")


class Closed(_Record):
    """When and by whom a measure was closed (销号); written by the close command."""

    date: Day
    by: Line | None = None
    note: Text | None = None


class Escalated(_Record):
    """A measure made a leader's own task (攻坚事项)."""

    to: Name
    date: Day


class Review(_Record):
    """A later look at a closed long-term measure (回头看)."""

    date: Day
    result: ReviewResult
    text: Text | None = None


class Problem(_Record):
    """`data/problems/NN/problem.yaml`: one problem (问题)."""

    title: Line = Field(description="问题")
    category: Key = Field(description="所属方面的 key")
    finding: Text | None = Field(default=None, description="巡察组原话；内部，不公开")
    publish: bool = Field(default=True, description="false：计入总数，不进入任何公开文件")

    def row(self, number: int, measures: tuple[MeasureRow, ...]) -> ProblemRow:
        """The flat view, with its measures' rows."""
        return ProblemRow(str(number), self.title, self.category, self.publish, measures)


class Measure(_Record):
    """`data/problems/NN/N.M.yaml`: one measure (整改措施)."""

    title: Line = Field(description="整改措施")
    goal: Text | None = Field(default=None, description="整改目标")
    part: Line | None = Field(default=None, description="子问题标题；三级通报用")
    term: Term = Field(default="once", description="once 限时完成；long_term 长期坚持")
    leader: Name = Field(description="责任领导")
    office: Name = Field(description="责任科室")
    co_offices: list[Name] = Field(default_factory=list, description="配合科室")
    due: Day | None = Field(default=None, description="整改时限；长期坚持的可以不写")
    status: Status = Field(description="未启动、推进中、申请销号、已销号")
    publish: bool = Field(default=True, description="false：计入总数，不进入任何公开文件")
    progress: list[Progress] = Field(default_factory=list, description="进展情况")
    outcomes: dict[Key, Amount] = Field(default_factory=dict)
    escalated: Escalated | None = Field(default=None, description="攻坚事项")
    notice_text: Text | None = Field(default=None, description="通报中的表述；不写则按顺序用进展情况")
    closed: Closed | None = Field(default=None, description="销号")
    reviews: list[Review] = Field(default_factory=list, description="回头看")

    def row(self, identity: Identity, problem: Problem | None) -> MeasureRow:
        """The flat view."""
        looks = [review.date for review in self.reviews] + ([self.closed.date] if self.closed else [])
        looked_at = max(looks) if looks and self.status == "closed" else None
        return MeasureRow(
            id=str(identity),
            problem=str(identity.problem),
            category=problem.category if problem else "",
            title=self.title,
            status=self.status,
            term=self.term,
            leader=self.leader,
            office=self.office,
            co_offices=tuple(self.co_offices),
            due=self.due.isoformat() if self.due else None,
            publish=self.publish and problem is not None and problem.publish,
            looked_at=looked_at.isoformat() if looked_at else None,
        )


@dataclass(frozen=True)
class Ledger:
    """The whole ledger: settings, and problems and measures by their numbers, in order."""

    settings: Settings
    problems: dict[int, Problem]
    measures: dict[Identity, Measure]

    def by_problem(self) -> dict[int, dict[Identity, Measure]]:
        """The measures of each problem."""
        found: dict[int, dict[Identity, Measure]] = {number: {} for number in self.problems}
        for identity, measure in self.measures.items():
            found[identity.problem][identity] = measure
        return found

    def register(self) -> Register:
        """The flat view."""
        rows = []
        for number, measures in self.by_problem().items():
            problem = self.problems[number]
            rows.append(
                problem.row(
                    number, tuple(measure.row(identity, problem) for identity, measure in measures.items())
                )
            )
        return register(self.settings, tuple(rows))


def register(settings: Settings, problems: tuple[ProblemRow, ...]) -> Register:
    """The register of a ledger: its settings that counting needs, and its rows."""
    return Register(
        organisation=settings.organisation,
        inspector=settings.inspection.inspector,
        feedback=settings.inspection.feedback.isoformat(),
        categories=tuple((category.key, category.title) for category in settings.categories),
        leaders=tuple(settings.leaders),
        offices=tuple(settings.offices),
        due_soon_days=settings.policy.due_soon_days,
        review_every_days=settings.policy.review_every_days,
        problems=problems,
    )
