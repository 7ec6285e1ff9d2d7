"""`data/ledger.yaml` as pydantic models: the organisation, the inspection, the leaders and offices, and the policy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from xuncha.model.fields import Day, FieldKey, Key, Line, Name, Record, Text
from xuncha.model.register import FieldFrame, Frame
from xuncha.model.vocabulary import UNKNOWN, FieldType, Requirement


class Inspection(Record):
    """The inspectors, the dates of the inspection, and the date of the feedback."""

    inspector: Line | None = Field(default=None, description="巡察组")
    round: Line | None = Field(default=None, description="届次、轮次")
    started: Day | None = Field(default=None, description="进驻日期")
    ended: Day | None = Field(default=None, description="离开日期")
    feedback: Day | None = Field(default=None, description="反馈日期；尚未反馈的不写")


class Category(Record):
    """A heading that groups problems (方面)."""

    key: Key = Field(description="问题用它指明所属方面")
    title: Line = Field(description="方面的标题")


class LeadingGroup(Record):
    """The leading group for the rectification (整改工作领导小组)."""

    head: Name = Field(description="组长，即第一责任人")
    office: Name | None = Field(default=None, description="领导小组办公室设在哪里")


class Contact(Record):
    """Where the public sends comments."""

    office: Line | None = Field(default=None, description="哪里受理意见")
    phone: Line | None = Field(default=None, description="联系电话；用办公电话")
    address: Line | None = Field(default=None, description="通信地址")
    email: Line | None = Field(default=None, description="电子邮箱")
    until: Day | None = Field(default=None, description="意见受理到哪天为止")
    hours: Line | None = Field(default=None, description="受理时间，如：工作日8:30至17:30")


class NoticeSettings(Record):
    """Data for the notice that the ledger cannot compute. Its texts may contain `PLACEHOLDERS`."""

    title: Line | None = Field(default=None, description="通报标题")
    issuer: Line | None = Field(default=None, description="落款单位")
    date: Day | None = Field(default=None, description="落款日期")
    short_name: Line | None = Field(default=None, description="简称，如：我委")
    measure_unit: Literal["条", "项"] = Field(default="条", description="措施的量词：条、项")
    rhythm: Line | None = Field(default=None, description="责任科室多久向责任领导汇报一次，如：每周")
    not_started_text: Text | None = Field(
        default=None, description="措施未启动时写什么；不写则为：该项措施尚未启动。"
    )
    work: list[Text] = Field(default_factory=list, description="第一部分的段落；不写则用通用表述")
    next_steps: list[Text] = Field(default_factory=list, description="第三部分的段落；不写则用通用表述")


class PaperSettings(Record):
    """Data for internal papers that the ledger cannot compute; missing items are left out of the papers."""

    signer: Line | None = Field(default=None, description="函件和报告的签发人；不写则不印")
    copies: list[Line] = Field(
        default_factory=list, description="函件的抄送单位；写“责任领导”的，换成所涉措施的责任领导；不写则不印"
    )
    plan_date: Day | None = Field(
        default=None, description="整改落实方案的日期；不写则为最后一条措施登记入台账的日期"
    )
    head_work: list[Text] = Field(
        default_factory=list,
        description="进展情况报告中第一责任人组织落实整改情况的段落；不写则只写台账有记载的",
    )


class OutcomeKind(Record):
    """An outcome that notices count besides measures, such as rules made or money recovered."""

    key: Key = Field(description="措施的 outcomes 用它指明成果")
    label: Line = Field(description="名称，如：制定修订制度")
    unit: Line = Field(description="量词或单位，如：项、万元")


class FieldKind(Record):
    """An additional field (自定义字段) of this ledger's problems or measures; always internal."""

    key: FieldKey = Field(description="问题或措施的 fields 用它指明字段")
    label: Line = Field(description="名称")
    of: Literal["problem", "measure"] = Field(description="problem 问题、measure 措施")
    type: FieldType = Field(default="text", description="text 文字、number 数字、date 日期、choice 选项")
    choices: list[Line] = Field(default_factory=list, description="type 为 choice 时的选项")


class Person(Record):
    """A person who commits, with all e-mail addresses of that person."""

    name: Name = Field(description="姓名")
    emails: list[Line] = Field(description="此人用过的各个邮箱")


class Policy(Record):
    """The settings of the workflow."""

    due_soon_days: Annotated[int, Field(ge=0, le=3660)] = Field(default=14, description="到期前多少天亮黄灯")
    close_requires: list[Requirement] = Field(
        default_factory=lambda: list[Requirement](("progress",)),
        description="销号须具备的条件：progress 有进展、evidence 有佐证材料、submission 申请过、second_person 由申请人以外的人办理、signed_commit 提交有签名",
    )
    review_every_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        default=180, description="长期任务多少天回头看一次"
    )


class Silence(Record):
    """A finding about the notice that the proofreader should not show again."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60, description="规则代码")]
    words: Line | None = Field(default=None, description="只在含有这些字的行不提示；不写则一律不提示")


Version = Annotated[str, Field(pattern=r"^>=[0-9]+(\.[0-9]+)*$")]


class Requires(Record, extra="ignore"):
    """The only key of `data/ledger.yaml` that is read if others are unknown: the least version of the program."""

    requires: Version | None = None


class Settings(Record):
    """`data/ledger.yaml`: the organisation, the inspection, the leaders and offices, and the policy."""

    organisation: Line | None = Field(default=None, description="被巡察单位党组织")
    inspection: Inspection = Field(default_factory=Inspection, description="巡察情况")
    categories: list[Category] = Field(description="方面，按通报中的顺序")
    leading_group: LeadingGroup | None = Field(default=None, description="整改工作领导小组")
    leaders: list[Name] = Field(description="可作责任领导的人")
    offices: list[Name] = Field(description="可作责任科室的部门")
    contact: Contact = Field(default_factory=Contact, description="公众提意见的联系方式")
    notice: NoticeSettings = Field(default_factory=NoticeSettings, description="通报需要而台账算不出来的内容")
    papers: PaperSettings = Field(
        default_factory=PaperSettings, description="内部文书需要而台账算不出来的内容"
    )
    outcomes: list[OutcomeKind] = Field(default_factory=list, description="措施之外还要统计的成果")
    fields: list[FieldKind] = Field(default_factory=list, description="本单位另外登记的事项（自定义字段）")
    people: list[Person] = Field(default_factory=list, description="谁用哪些邮箱提交")
    requires: Version | None = Field(default=None, description="台账要求的 xuncha 版本，如 >=0.2")
    policy: Policy = Field(default_factory=Policy, description="规则")
    proof: list[Silence] = Field(default_factory=list, description="校对通报时不再提示的问题")

    @property
    def name(self) -> str:
        """The organisation as papers print it; 待明确 if it is missing."""
        return self.organisation or UNKNOWN

    def emails_of(self, email: str) -> set[str]:
        """Return all e-mails of the person with this one, in lower case; only this one if `people` does not contain it."""
        folded = email.casefold()
        persons = [{each.casefold() for each in person.emails} for person in self.people]
        return {folded}.union(*(emails for emails in persons if folded in emails))

    def frame(self) -> Frame:
        """Return the settings that are needed to check and count problems and measures."""
        return Frame(
            organisation=self.organisation,
            inspector=self.inspection.inspector,
            feedback=self.inspection.feedback.isoformat() if self.inspection.feedback else None,
            categories=tuple((category.key, category.title) for category in self.categories),
            leaders=tuple(self.leaders),
            offices=tuple(self.offices),
            outcomes=tuple(kind.key for kind in self.outcomes),
            fields=tuple(
                FieldFrame(kind.key, kind.label, kind.of, kind.type, tuple(kind.choices))
                for kind in self.fields
            ),
            due_soon_days=self.policy.due_soon_days,
            close_requires=tuple(self.policy.close_requires),
            review_every_days=self.policy.review_every_days,
            silenced=tuple((silence.code, silence.words) for silence in self.proof),
        )
