"""The draft of a ledger out of a published notice; what a ledger needs and no notice says is assumed, and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from xuncha.chinese.days import months_later
from xuncha.chinese.limits import at_once, limit
from xuncha.chinese.punctuation import sentence_end
from xuncha.errors import Finding, InvalidLedgerError, Place, RefusedError
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.entering import GENERAL, NOBODY, USUAL_MONTHS
from xuncha.language import gettext as _
from xuncha.model.states import WORDS, goes_on

if TYPE_CHECKING:
    from xuncha.model.vocabulary import Status
    from xuncha.reading.notice import Category, Measure, Notice, Problem, Words

_LONGEST_TITLE = 300
"""Characters of a title; a sentence that is longer is shortened there, and kept whole in the progress."""
_LONGEST_TEXT = 50_000
"""Characters of one text in a ledger."""


def draft_of(notice: Notice, path: str, today: date) -> Draft:
    """Make the draft of a ledger out of a notice, with `today` as the day for whatever has none.

    Raises:
        RefusedError: there are no problems in it.
        InvalidLedgerError: a text in it is longer than a ledger holds.
    """
    if not notice.categories:
        raise RefusedError(
            "no-problems",
            _("no problems are found in it: none of its headings is numbered"),
            _("problems are told by their numbers: {forms}").format(forms="一、 （一） 1. （1）"),
            path,
        )
    message = _("a text of {n} characters is longer than a ledger holds")
    hint = _("the most is {n} characters; see whether paragraphs have lost their ends").format(
        n=_LONGEST_TEXT
    )
    findings = [
        Finding("text-too-long", message.format(n=len(text)), Place(path, words.line, words.column), hint)
        for words, text in _texts(notice)
        if len(text) > _LONGEST_TEXT
    ]
    if findings:
        raise InvalidLedgerError(findings)
    return _Drafter(notice, today).draft


def _texts(notice: Notice) -> Iterator[tuple[Words, str]]:
    """Return all texts, each with the words that tell its place."""
    for category in notice.categories:
        yield category.title, category.title.text
        for problem in category.problems:
            yield problem.title, problem.title.text
            yield problem.title, problem.finding or ""
            yield from ((measure.text, measure.text.text) for measure in problem.measures)


class _Drafter:
    """Makes the draft."""

    def __init__(self, notice: Notice, today: date) -> None:
        self.notice = notice
        self.today = today
        feedback = notice.dates.feedback
        # Without a day of its own, a notice is of today; it cannot be older than the feedback that it answers.
        self.day = notice.dates.notice or max(today, feedback or today)
        self.feedback = feedback or self.day
        self.usual_limit = months_later(self.feedback, USUAL_MONTHS).isoformat()
        self.draft = Draft(settings=self._settings())
        self.assumed: Counter[str] = Counter()
        for category in notice.categories:
            self.draft.problems += [self._problem(problem, category) for problem in category.problems]
        self._list_assumptions()
        self._compare_counts()

    def _settings(self) -> dict[str, Any]:
        """Return what stands in `data/ledger.yaml`."""
        notice, dates = self.notice, self.notice.dates
        inspection = {
            "inspector": notice.inspector,
            "round": notice.round,
            "started": dates.inspection_start and dates.inspection_start.isoformat(),
            "ended": dates.inspection_end and dates.inspection_end.isoformat(),
            "feedback": self.feedback.isoformat(),
        }
        contact = {name: getattr(notice.contact, name) for name in ("office", "phone", "address", "email")}
        about = {"title": notice.title, "issuer": notice.issuer, "date": self.day.isoformat()}
        outcomes = [
            {"key": f"o{number}", "label": outcome.label, "unit": outcome.unit}
            for number, outcome in enumerate(notice.stated.outcomes, 1)
        ]
        return _without_empty(
            {
                "organisation": notice.organisation or notice.issuer,
                "inspection": _without_empty(inspection),
                "contact": _without_empty(contact),
                "notice": _without_empty(about),
                "outcomes": outcomes,
            }
        )

    def _problem(self, problem: Problem, category: Category) -> ProblemDraft:
        title = _line(problem.title.text) or _("(without a title)")
        address = _address(problem.title)
        if not problem.measures:
            self.draft.doubt(_("no measure is found below this heading"), title, address=address)
        return ProblemDraft(
            _without_empty({"title": title, "finding": problem.finding}),
            address=address,
            category=_line(category.title.text) or GENERAL,
            measures=[self._measure(measure) for measure in problem.measures],
        )

    def _measure(self, measure: Measure) -> MeasureDraft:
        title, rest = _title_and_rest(measure.text.text)
        status = self._status(measure)
        record = {
            "title": title,
            "goal": measure.goal,
            "part": measure.part and _line(measure.part.text),
            "term": "long_term" if measure.long_term else None,
            "leader": measure.leader or self._assume("leader", NOBODY),
            "office": measure.office or self._assume("office", NOBODY),
            "co_offices": list(measure.co_offices),
            "due": self._due(measure),
            "status": status,
            "progress": [{"date": self.day.isoformat(), "text": rest}] if rest else [],
            "closed": {"date": max(self.day, self.feedback).isoformat()} if status == "closed" else None,
        }
        return MeasureDraft(_without_empty(record), address=_address(measure.text))

    def _status(self, measure: Measure) -> Status:
        """Return how far a measure is, as its own words tell; that all are done, as the notice may say, closes none of them."""
        status: Status | None = measure.status
        if status is None:
            status = "in_progress"
            self._assume("status", status)
        if measure.staged and not measure.long_term:
            status = "in_progress"
        doubt = measure.doubt
        if status == "closed" and goes_on(measure.text.text, self.today):
            status, doubt = "in_progress", _("said to be done, and to be going on")
        if doubt:
            made = f"{doubt} → {WORDS[status]}"
            self.draft.doubt(made, measure.text.text, address=_address(measure.text))
        return status

    def _due(self, measure: Measure) -> str | None:
        """Return the last day for a measure; None for one that never ends."""
        day, address = measure.limit, _address(measure.text)
        if day is None and measure.due and limit(measure.due, self.feedback).at_once:
            day = at_once(self.feedback)
        if day is not None and day < self.feedback:
            made = _("before the feedback: the day of the feedback was taken")
            self.draft.doubt(made, measure.due or "", address=address)
            day = self.feedback
        if day is None and not measure.long_term:
            if measure.due:
                self.draft.doubt(_("no day: taken for not told"), measure.due, address=address)
            return self._assume("due", self.usual_limit)
        return day.isoformat() if day else None

    def _assume(self, what: str, value: str) -> str:
        """Count that something was not told, and return what is taken for it."""
        self.assumed[what] += 1
        return value

    def _list_assumptions(self) -> None:
        """Say once what was assumed of many measures; in the ledger as comments, too."""
        due = self.usual_limit
        assumptions = {
            "leader": (_("no leader is named"), NOBODY, f"未写明责任领导，暂记为“{NOBODY}”"),
            "office": (_("no office is named"), NOBODY, f"未写明责任科室，暂记为“{NOBODY}”"),
            "due": (_("no time limit is told"), due, f"未写明整改时限，暂按反馈后六个月记为{due}"),
            "status": (
                _("it is not told measure by measure how far they are"),
                _("in progress"),
                f"未逐条写明完成情况，暂记为“{WORDS['in_progress']}”",
            ),
        }
        for what, count in self.assumed.items():
            missing, made, note = assumptions[what]
            self.draft.notes.append(f"{count}条措施{note}。")
            self.draft.doubt(_("{n} measures: {said} → {made}").format(n=count, said=missing, made=made))
        if self.notice.dates.feedback is None:
            self.draft.notes.append("未写明反馈日期，暂用通报日期。")
            message = _("the day of the feedback is not told: {day} was taken")
            self.draft.doubt(message.format(day=self.feedback.isoformat()))

    def _compare_counts(self) -> None:
        """Say where the notice counts more than it lists, and what it counts that no measure can be given."""
        stated, draft = self.notice.stated, self.draft
        problems, measures = (
            _("{total} problems are stated, {n} are listed"),
            _("{total} measures are stated, {n} are listed"),
        )
        for total, listed, things, message in (
            (stated.problems_total, len(draft.problems), "个问题", problems),
            (stated.measures_total, len(draft.measures), "条措施", measures),
        ):
            if total not in {None, listed}:
                draft.doubt(message.format(total=total, n=listed))
                draft.notes.append(f"通报称共{total}{things}，正文列出{listed}{things[0]}；其余须补录。")
        self._compare_done()
        draft.notes += [
            f"通报所列成果：{outcome.label}{outcome.amount:g}{outcome.unit}，未分到各条措施。"
            for outcome in stated.outcomes
        ]

    def _compare_done(self) -> None:
        """Say once where the notice states more to be done than its measures bear out."""
        stated, draft = self.notice.stated, self.draft
        closed = [[each.record["status"] == "closed" for each in one.measures] for one in draft.problems]
        for done, borne, things, message in (
            (
                stated.problems_done,
                sum(bool(each) and all(each) for each in closed),
                "个问题",
                _(
                    "{total} problems are stated to be done; the measures bear out {n}, and no other was closed"
                ),
            ),
            (
                stated.measures_done,
                sum(map(sum, closed)),
                "条措施",
                _(
                    "{total} measures are stated to be done; their own words bear out {n}, and no other was closed"
                ),
            ),
        ):
            if done is not None and done > borne:
                draft.doubt(message.format(total=done, n=borne))
                draft.notes.append(
                    f"通报称已完成{done}{things}，按各条所写只能认定{borne}{things[0]}；其余未记为已销号。"
                )
                break


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what is not said."""
    return {key: value for key, value in record.items() if value}


def _line(text: str) -> str:
    """Return a text on one line, shortened where it is longer than a title."""
    whole = " ".join(text.split())
    return whole if len(whole) <= _LONGEST_TITLE else f"{whole[:_LONGEST_TITLE]}…"


def _title_and_rest(text: str) -> tuple[str, str]:
    """Return a measure's title, which is its first sentence without the stop, and what follows."""
    end = sentence_end(text)
    first, rest = text[:end].strip(), text[end:].strip()
    if len(first) > _LONGEST_TITLE:
        return _line(first), text.strip()
    return _line(first.rstrip("。；;")) or _line(first), rest


def _address(words: Words) -> str:
    return f"{words.line}:{words.column}"
