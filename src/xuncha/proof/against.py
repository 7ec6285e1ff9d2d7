"""What a notice states beside what it shows, and beside what its ledger says."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xuncha.chinese.days import in_words as day
from xuncha.language import gettext as _
from xuncha.pages import Pages
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.counts import THINGS, named, opening, totals
from xuncha.proof.dates import course
from xuncha.proof.text import Facts
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.counts import Role, Stated, Thing
    from xuncha.proof.text import Text

EXAMPLE = Facts(
    organisation="中共某市水务局党组",
    feedback=date(2023, 11, 10),
    problems=14,
    problems_done=13,
    measures=34,
    measures_done=33,
    measures_in_progress=1,
    published_problems=10,
    published_measures=22,
)
"""The ledger of the examples."""
_NOT_ALL = re.compile(
    r"可以公开|可公开|适合公开|公开的|部分(?:问题|整改|内容|措施)|不(?:宜|便|予|适合|适宜)公开|涉密|涉及秘密|除[^。]{1,30}外|择要|摘要|主要问题|重点问题|其中[^。]{0,12}公[开布示]"
)
_ORGANISATION = re.compile(
    r"中共\S{2,40}?(?:党组|党委|党工委|委员会|党总支|支部)|^\S{3,40}关于\S{2,60}(?:通报|公示|公告|报告)"
)
_STATED_AS: dict[Role, tuple[str, ...]] = {
    "total": ("problems", "measures"),
    "done": ("problems_done", "measures_done"),
    "ongoing": ("", "measures_in_progress"),
    "published": ("published_problems", "published_measures"),
}


def is_about(text: Text, facts: Facts) -> bool:
    """Whether a notice tells of the ledger's organisation: it names it, or gives its day of feedback, or names none."""
    name = facts.organisation.removeprefix("中共")
    if any(name in words for words in text.texts):
        return True
    feedback = course(text).feedback
    if feedback and feedback.date:
        return feedback.date == facts.feedback
    return not any(_ORGANISATION.search(words) for words in text.texts)


class Shown(NamedTuple):
    """How many problems and measures a notice shows."""

    problems: int
    measures: int

    def of(self, thing: Thing) -> int:
        """Of which of them."""
        return self.problems if thing == "problems" else self.measures


@lru_cache(maxsize=1)
def shown(text: Text) -> Shown:
    """Count what is shown, as `import notice` reads it."""
    notice = read(Pages("", text.kind, text.lines))
    problems = [problem for category in notice.categories for problem in category.problems]
    return Shown(len(problems), sum(len(problem.measures) for problem in problems))


@rule(
    "more-than-stated",
    "error",
    why="A notice that says 3 and shows 4 contradicts itself.",
    wrong="一、基本情况\n细化为1个问题。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
    right="一、基本情况\n细化为2个问题。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)
def more_than_stated(text: Text) -> Iterator[Remark]:
    """More problems or measures than there are in all; another number than is said to be published."""
    published = {count.thing: count for count in opening(text) if count.role == "published"}
    for thing, wholes in totals(text).items():
        said = published.get(thing)
        if not (said or wholes):
            continue
        number = shown(text).of(thing)
        if said is not None and number and number != said.number:
            yield _shows(said, number)
        elif wholes and number > max(count.number for count in wholes):
            yield _shows(wholes[-1], number)


def _shows(said: Stated, number: int) -> Remark:
    message = _("{number} {things} are stated here, {shown} are shown below").format(
        number=said.number, things=named(said.thing), shown=number
    )
    return Remark(said.line, said.start, said.words, message, _("count again, and correct one of them"))


@rule(
    "fewer-than-stated",
    "warning",
    why="Who reads of 3 problems and finds 2 wonders what became of the third; a word says that not all is published.",
    wrong="一、基本情况\n细化为3个问题。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
    right="一、基本情况\n细化为3个问题，现将可以公开的2个问题公布如下。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)
def fewer_than_stated(text: Text) -> Iterator[Remark]:
    """Fewer problems or measures than there are in all, and no word on it."""
    if any(_NOT_ALL.search(words) for words in text.texts):
        return
    for thing, wholes in totals(text).items():
        if wholes and 0 < (number := shown(text).of(thing)) < min(count.number for count in wholes):
            yield _shows(wholes[-1], number)._replace(
                hint=_("say that not all is published, such as {example}").format(
                    example="现将可以公开的问题公布如下"
                )
            )


@rule(
    "ledger-count",
    "error",
    why="Every number of a notice is what the ledger says.",
    wrong="细化为15个问题，制定34条整改措施。",
    right="细化为14个问题，制定34条整改措施。",
)
def ledger_count(text: Text) -> Iterator[Remark]:
    """Counts of the opening that the ledger does not have."""
    if text.facts is None:
        return
    for count in opening(text):
        names = dict(zip(THINGS, _STATED_AS.get(count.role, ("", "")), strict=True))
        name = names[count.thing]
        if not name or (count.role == "total" and not count.refined and count.thing == "problems"):
            continue  # what was fed back may have been broken down into more
        number = getattr(text.facts, name)
        if number != count.number:
            message = _("“{words}”: the ledger says {number}").format(words=count.words, number=number)
            yield Remark(count.line, count.start, count.words, message)


@rule(
    "ledger-date",
    "error",
    why="The day of the feedback is what the ledger says.",
    wrong="2023年6月5日至9月8日开展巡察，于11月12日反馈了巡察情况。",
    right="2023年6月5日至9月8日开展巡察，于11月10日反馈了巡察情况。",
)
def ledger_date(text: Text) -> Iterator[Remark]:
    """Another day of the feedback than that of the ledger."""
    told = course(text).feedback
    if text.facts and told and told.date and told.date != text.facts.feedback:
        message = _("“{words}”: the ledger says {number}").format(
            words=told.words, number=day(text.facts.feedback)
        )
        yield Remark(told.line, told.start, told.words, message)
