"""A published notice taken in: what it says becomes a draft of a ledger; what a ledger needs and no notice says is assumed, and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, InvalidLedgerError, Place, RefusedError
from xuncha.exchange.drafts import Doubt, Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.entering import GENERAL, NOBODY
from xuncha.exchange.sheet.dates import at_once, later, limit
from xuncha.language import gettext as _
from xuncha.reading.faults import sentence_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from xuncha.reading.parts import Category, Measure, Notice, Problem, Words

_LONGEST_TITLE = 300
"""Characters of a title; a sentence that is longer is shortened there, and kept whole in the progress."""
_LONGEST_TEXT = 50_000
"""Characters of one text in a ledger."""
_MONTHS = 6
"""The usual period of rectification (集中整改期)."""


def draft_of(notice: Notice, path: str, today: date) -> Draft:
    """The draft of a ledger that a notice makes.

    Args:
        notice: as it was read.
        path: of the document, for what is refused in it.
        today: the day for whatever has none.

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
    _refuse_long(notice, path)
    return _Taking(notice, today).draft


def _refuse_long(notice: Notice, path: str) -> None:
    findings = [
        Finding(
            "text-too-long",
            _("a text of {n} characters is longer than a ledger holds").format(n=len(words.text)),
            Place(path, words.line, words.column),
            _("the most is {n} characters; see whether paragraphs have lost their ends").format(
                n=_LONGEST_TEXT
            ),
        )
        for words in _all_words(notice)
        if len(words.text) > _LONGEST_TEXT
    ]
    if findings:
        raise InvalidLedgerError(findings)


def _all_words(notice: Notice) -> Iterator[Words]:
    for category in notice.categories:
        yield category.title
        for problem in category.problems:
            yield problem.title
            if problem.finding:
                yield problem.title._replace(text=problem.finding)
            for measure in problem.measures:
                yield measure.text


class _Taking:
    """Makes the draft."""

    def __init__(self, notice: Notice, today: date) -> None:
        self.notice = notice
        feedback = notice.dates.feedback
        # Without a day of its own, a notice is of today; it cannot be older than the feedback that it answers.
        self.day = notice.dates.notice or max(today, feedback or today)
        self.feedback = feedback or self.day
        self.draft = Draft(settings=self._settings())
        stated = notice.stated
        self.all_done = None not in {stated.problems_done, stated.problems_total} and (
            stated.problems_done == stated.problems_total
        )
        self.assumed: dict[str, int] = {}
        for category in notice.categories:
            self.draft.problems += [self._problem(problem, category) for problem in category.problems]
        self._list_assumptions()
        self._compare_counts()

    def _settings(self) -> dict[str, Any]:
        """What `data/ledger.yaml` says."""
        notice, dates, contact = self.notice, self.notice.dates, self.notice.contact
        inspection = {
            "inspector": notice.inspector,
            "round": notice.round,
            "started": dates.inspection_start and dates.inspection_start.isoformat(),
            "ended": dates.inspection_end and dates.inspection_end.isoformat(),
            "feedback": self.feedback.isoformat(),
        }
        settings: dict[str, Any] = {
            "organisation": notice.organisation or notice.issuer,
            "inspection": _said(inspection),
            "contact": _said(
                {
                    "office": contact.office,
                    "phone": contact.phone,
                    "address": contact.address,
                    "email": contact.email,
                }
            ),
            "notice": _said({"title": notice.title, "issuer": notice.issuer, "date": self.day.isoformat()}),
            "outcomes": [
                {"key": f"o{number}", "label": outcome.label, "unit": outcome.unit}
                for number, outcome in enumerate(notice.stated.outcomes, 1)
            ],
        }
        return _said(settings)

    def _problem(self, problem: Problem, category: Category) -> ProblemDraft:
        record: dict[str, Any] = {"title": _line(problem.title.text) or _("(without a title)")}
        if problem.finding:
            record["finding"] = problem.finding
        draft = ProblemDraft(record, _line(category.title.text) or GENERAL, address=_place(problem.title))
        draft.measures = [self._measure(measure) for measure in problem.measures]
        if not draft.measures:
            self.draft.doubts.append(
                Doubt("", draft.address, record["title"], _("no measure is found below this heading"))
            )
        return draft

    def _measure(self, measure: Measure) -> MeasureDraft:
        title, rest = _title_and_rest(measure.text.text)
        status = measure.status or ("closed" if self.all_done else "in_progress")
        if measure.status is None:
            self._assume("status")
        draft = MeasureDraft({}, address=_place(measure.text))
        record = {
            "title": title,
            "goal": measure.goal,
            "part": measure.part and _line(measure.part.text),
            "term": "long_term" if measure.long_term else None,
            "leader": measure.leader or self._nobody("leader"),
            "office": measure.office or self._nobody("office"),
            "co_offices": list(measure.co_offices),
            "due": self._due(measure, draft),
            "status": status,
            "progress": [{"date": self.day.isoformat(), "text": rest}] if rest else [],
            "closed": {"date": max(self.day, self.feedback).isoformat()} if status == "closed" else None,
        }
        draft.record = _said(record)
        return draft

    def _due(self, measure: Measure, draft: MeasureDraft) -> str | None:
        """The last day for a measure; None for one that never ends."""
        day = measure.limit
        if day is None and measure.due and limit(measure.due, "", self.feedback).at_once:
            day = at_once(self.feedback)
        if day is not None and day < self.feedback:
            self._doubt(draft, measure.due or "", _("before the feedback: the day of the feedback was taken"))
            day = self.feedback
        if day is None and not measure.long_term:
            if measure.due:
                self._doubt(draft, measure.due, _("no day: taken for not told"))
            self._assume("due")
            day = self._usual_limit
        return day.isoformat() if day else None

    @property
    def _usual_limit(self) -> date:
        return later(self.feedback, _MONTHS)

    def _nobody(self, what: str) -> str:
        self._assume(what)
        return NOBODY

    def _assume(self, what: str) -> None:
        self.assumed[what] = self.assumed.get(what, 0) + 1

    def _doubt(self, draft: MeasureDraft, text: str, made: str) -> None:
        self.draft.doubts.append(Doubt("", draft.address, text, made))

    def _list_assumptions(self) -> None:
        """Say once what was assumed of many measures; in the ledger as comments, too."""
        status = "已销号" if self.all_done else "推进中"
        notes = {
            "leader": f"{self.assumed.get('leader', 0)}条措施未写明责任领导，暂记为“{NOBODY}”。",
            "office": f"{self.assumed.get('office', 0)}条措施未写明责任科室，暂记为“{NOBODY}”。",
            "due": f"{self.assumed.get('due', 0)}条措施未写明整改时限，暂按反馈后六个月记为{self._usual_limit.isoformat()}。",
            "status": f"{self.assumed.get('status', 0)}条措施未逐条写明完成情况，暂记为“{status}”。",
        }
        said = {
            "leader": _("no leader is named"),
            "office": _("no office is named"),
            "due": _("no time limit is told"),
            "status": _("it is not told measure by measure how far they are"),
        }
        made = {
            "leader": NOBODY,
            "office": NOBODY,
            "due": self._usual_limit.isoformat(),
            "status": _("closed") if self.all_done else _("in progress"),
        }
        for what, count in self.assumed.items():
            self.draft.notes.append(notes[what])
            self._doubt_of_all(
                _("{n} measures: {said} → {made}").format(n=count, said=said[what], made=made[what])
            )
        if self.notice.dates.feedback is None:
            self.draft.notes.append("未写明反馈日期，暂用通报日期。")
            self._doubt_of_all(
                _("the day of the feedback is not told: {day} was taken").format(
                    day=self.feedback.isoformat()
                )
            )

    def _compare_counts(self) -> None:
        """Say where the notice counts more than it lists, and what it counts that no measure can be given."""
        stated = self.notice.stated
        problems, measures = len(self.draft.problems), len(self.draft.measures)
        if stated.problems_total not in {None, problems}:
            self._doubt_of_all(
                _("{total} problems are stated, {n} are listed").format(
                    total=stated.problems_total, n=problems
                )
            )
            self.draft.notes.append(
                f"通报称共{stated.problems_total}个问题，正文列出{problems}个；其余须补录。"
            )
        if stated.measures_total not in {None, measures}:
            self._doubt_of_all(
                _("{total} measures are stated, {n} are listed").format(
                    total=stated.measures_total, n=measures
                )
            )
            self.draft.notes.append(
                f"通报称共{stated.measures_total}条措施，正文列出{measures}条；其余须补录。"
            )
        self.draft.notes += [
            f"通报所列成果：{outcome.label}{outcome.amount:g}{outcome.unit}，未分到各条措施。"
            for outcome in stated.outcomes
        ]

    def _doubt_of_all(self, made: str) -> None:
        self.draft.doubts.append(Doubt("", "", "", made))


def _said(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what is not said."""
    return {key: value for key, value in record.items() if value}


def _line(text: str) -> str:
    """A text on one line, shortened where it is longer than a title."""
    whole = " ".join(text.split())
    return whole if len(whole) <= _LONGEST_TITLE else f"{whole[:_LONGEST_TITLE]}…"


def _title_and_rest(text: str) -> tuple[str, str]:
    """A measure's title, which is its first sentence without the stop, and what follows."""
    end = sentence_end(text)
    first, rest = text[:end].strip(), text[end:].strip()
    if len(first) > _LONGEST_TITLE:
        return _line(first), text.strip()
    return _line(first.rstrip("。；;")) or _line(first), rest


def _place(words: Words) -> str:
    return f"{words.line}:{words.column}"
