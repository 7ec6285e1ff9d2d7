"""What a notice states, compared with what it shows and with what its ledger says."""

from __future__ import annotations

import re
from datetime import date

from xuncha.chinese.counts import Thing
from xuncha.chinese.days import in_words
from xuncha.language import gettext as _
from xuncha.model.register import Register
from xuncha.proof.chapter import Chapter, LedgerFacts, Mistakes, Text
from xuncha.proof.counts import Count, opening_counts, thing_name, totals
from xuncha.proof.dates import case_dates
from xuncha.tally import tally

RULES = Chapter()
_PARTLY_PUBLISHED = re.compile(
    r"可以公开|可公开|适合公开|公开的|部分(?:问题|整改|内容|措施)|不(?:宜|便|予|适合|适宜)公开|涉密|涉及秘密|除[^。]{1,30}外|择要|摘要|主要问题|重点问题|其中[^。]{0,12}公[开布示]"
)


def ledger_facts(register: Register, today: date) -> LedgerFacts:
    """Return what a notice of a ledger should state on a day."""
    counts = tally(register, today)
    return LedgerFacts(
        counts.organisation,
        date.fromisoformat(register.frame.feedback) if register.frame.feedback else None,
        {
            ("problems", "total"): counts.problems,
            ("problems", "done"): counts.problems_closed,
            ("problems", "published"): counts.published_problems,
            ("measures", "total"): counts.measures,
            ("measures", "done"): counts.closed,
            ("measures", "ongoing"): counts.by_status["in_progress"] + counts.by_status["submitted"],
            ("measures", "published"): counts.published_measures,
        },
    )


def is_about_ledger(text: Text, facts: LedgerFacts) -> bool:
    """Return whether a notice is about the ledger's organisation: it names it, or gives its day of feedback, or names none."""
    name = (facts.organisation or "").removeprefix("中共")
    if name and any(name in words for words in text.texts):
        return True
    feedback = case_dates(text).feedback
    if feedback and feedback.date.exact and facts.feedback:
        return feedback.date.exact == facts.feedback
    return not text.notice.organisation


def _listed_counts(text: Text) -> dict[Thing, int]:
    """Return the numbers of problems and measures in the notice, as `import notice` reads them."""
    problems = [problem for category in text.notice.categories for problem in category.problems]
    return {"problems": len(problems), "measures": sum(len(problem.measures) for problem in problems)}


@RULES.rule("more-than-stated",
    why="A notice that says 3 and shows 4 contradicts itself.",
    example="一、基本情况\n细化为{1→2}个问题。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)  # fmt: skip
def _more_than_stated(text: Text) -> Mistakes:
    """Find more problems or measures than the stated total, or another number than is said to be published."""
    published = {count.thing: count for count in opening_counts(text) if count.role == "published"}
    for thing, wholes in totals(text).items():
        stated = published.get(thing)
        if not (stated or wholes):
            continue
        number = _listed_counts(text)[thing]
        if stated is None or number in {0, stated.number}:
            too_many = number > max((count.number for count in wholes), default=number)
            stated = wholes[-1] if too_many else None
        if stated:
            yield stated[:2], _total_message(stated, number), _("count again, and correct one of them")


def _total_message(stated: Count, listed: int) -> str:
    message = _("{number} {things} are stated here, {shown} are shown below")
    return message.format(number=stated.number, things=thing_name(stated.thing), shown=listed)


@RULES.rule("fewer-than-stated", "warning",
    why="A reader who is told of 3 problems and finds 2 wonders about the third; the notice should say that not all is published.",
    example="一、基本情况\n细化为3个问题{→，现将可以公开的2个问题公布如下}。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)  # fmt: skip
def _fewer_than_stated(text: Text) -> Mistakes:
    """Find fewer problems or measures than the stated total, if no word says that not all are published."""
    if any(_PARTLY_PUBLISHED.search(words) for words in text.texts):
        return
    hint = _("say that not all is published, such as {example}").format(example="现将可以公开的问题公布如下")
    for thing, wholes in totals(text).items():
        if wholes and 0 < (number := _listed_counts(text)[thing]) < min(count.number for count in wholes):
            yield wholes[-1][:2], _total_message(wholes[-1], number), hint


@RULES.rule("ledger-count",
    why="Every number in a notice matches the ledger.",
    example="细化为1{5→4}个问题，制定34条整改措施。",
)  # fmt: skip
def _ledger_count(text: Text) -> Mistakes:
    ledger_counts = text.facts.counts if text.facts else {}
    for count in opening_counts(text):
        # The problems in the feedback may have been broken down into more.
        is_feedback = (count.thing, count.role, count.refined) == ("problems", "total", False)
        number = ledger_counts.get((count.thing, count.role), count.number)
        if number != count.number and not is_feedback:
            message = _("“{words}”: the ledger says {number}").format(words=count.words, number=number)
            yield count[:2], message, ""


@RULES.rule("ledger-date",
    why="The day of the feedback matches the ledger.",
    example="2023年6月5日至9月8日开展巡察，于11月1{2→0}日反馈了巡察情况。",
)  # fmt: skip
def _ledger_date(text: Text) -> Mistakes:
    stated = case_dates(text).feedback
    if text.facts and text.facts.feedback and stated and stated.date.exact not in {None, text.facts.feedback}:
        words = text.texts[stated.line][stated.date.start : stated.date.end]
        message = _("“{words}”: the ledger says {number}")
        sentence = message.format(words=words, number=in_words(text.facts.feedback))
        yield (stated.line, stated.date.start), sentence, ""
