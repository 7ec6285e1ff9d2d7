"""Make the draft of a ledger from a published notice: only what the notice says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from xuncha import language
from xuncha.chinese.characters import shortened
from xuncha.chinese.limits import impossible_dates, limit
from xuncha.chinese.punctuation import sentence_end
from xuncha.errors import Finding, InvalidLedgerError, Place, RefusedError
from xuncha.exchange.count_check import Paragraphs, contradictions, draft_counts
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.names import names
from xuncha.language import gettext as _
from xuncha.model.fields import MAX_TEXT
from xuncha.model.states import State, is_ongoing
from xuncha.model.vocabulary import STATUS_WORDS, Status, escape_braces
from xuncha.pages.line import REASONS, Line
from xuncha.reading.notice import Category, Measure, Notice, Problem
from xuncha.tally import plain_number

_LONGEST_TITLE = 300
"""The most characters of a title. A longer sentence is shortened there, and kept whole in the progress."""


def draft_of(notice: Notice, path: str, today: date) -> Draft:
    """Make the draft of a ledger from a notice that is read on the day `today`.

    Raises RefusedError if the notice has no problems; InvalidLedgerError if a text is longer than a ledger allows.
    """
    if not notice.categories:
        sentence = _("no problems are found in it: its headings are not numbered")
        hint = _("problems are recognised by their numbers: {forms}", forms="一、 （一） 1. （1）")
        raise RefusedError("no-problems", sentence, hint, path)
    message = _("a text of {n} characters is too long for a ledger")
    hint = _("at most {n} characters; check for missing line breaks between paragraphs", n=MAX_TEXT)
    too_long = ((words, len(text)) for words, text in _texts(notice) if len(text) > MAX_TEXT)
    findings = [
        Finding("text-too-long", message.format(n=count), Place(path, words.line, words.column), hint)
        for words, count in too_long
    ]
    if findings:
        raise InvalidLedgerError(findings)
    return _Drafter(notice, today).draft


def _texts(notice: Notice) -> Iterator[tuple[Line, str]]:
    """Yield every text, with the words that give its place."""
    for category in notice.categories:
        yield category.title, category.title.text
        for problem in category.problems:
            yield problem.title, problem.title.text
            yield problem.title, problem.finding or ""
            yield from ((measure.text, measure.text.text) for measure in problem.measures)


class _Drafter:
    def __init__(self, notice: Notice, today: date) -> None:
        self.notice = notice
        self.today = today
        self.draft = Draft()
        self.without_state = 0
        """The number of measures without a state; a notice says what was done on each of them."""
        for category in notice.categories:
            self.draft.problems += [self._problem(problem, category) for problem in category.problems]
        if self.without_state:
            message = _("{n} measures: no status is stated, taken as in progress")
            self.draft.doubt(message.format(n=self.without_state), role="state")
        self._compare_counts()
        for why, line in notice.unread:
            message = language.gettext(REASONS[why])
            self.draft.doubt(message, line.text, place=_place(line))
        listed = "\n".join(doubt.text for doubt in self.draft.doubts)  # some as time limits
        for line in notice.lines:
            for start, end, message in impossible_dates(line.text):
                words = line.part(start, end)
                if words and not re.search(rf"(?<![0-9]){re.escape(words.text)}", listed):
                    self.draft.doubt(message, words.text, place=_place(words))
        self.draft.settings = self._settings()

    def _settings(self) -> dict[str, Any]:
        notice, dates = self.notice, self.notice.dates
        dated = {"started": dates.inspection_start, "ended": dates.inspection_end, "feedback": dates.feedback}
        days = {name: day and day.isoformat() for name, day in dated.items()}
        inspection = {"inspector": notice.inspector, "round": notice.round, **days}
        contact = {name: getattr(notice.contact, name) for name in ("office", "phone", "address", "email")}
        notice_values = {
            "title": escape_braces(notice.title or ""),
            "issuer": escape_braces(notice.issuer or ""),
            "date": dates.notice and dates.notice.isoformat(),
            **self._paragraphs(),
        }
        counted = enumerate(notice.stated.outcomes, 1)
        outcomes = [{"key": f"o{n}", "label": each.label, "unit": each.unit} for n, each in counted]
        return _without_empty(
            {
                "organisation": notice.organisation or notice.issuer,
                "inspection": _without_empty(inspection),
                "contact": _without_empty(contact),
                "notice": _without_empty(notice_values),
                "outcomes": outcomes,
            }
        )

    def _problem(self, problem: Problem, category: Category) -> ProblemDraft:
        title = shortened(problem.title.text, _LONGEST_TITLE) or _("(without a title)")
        place = _place(problem.title)
        if not problem.measures:
            self.draft.doubt(_("no measure is found below this heading"), title, place)
        return ProblemDraft(
            _without_empty({"title": title, "finding": problem.finding}),
            place=place,
            category=shortened(category.title.text, _LONGEST_TITLE),
            measures=[self._measure(measure) for measure in problem.measures],
        )

    def _measure(self, measure: Measure) -> MeasureDraft:
        title, rest = _title_and_rest(measure.text.text)
        limit_read = limit(measure.due or "", self.notice.dates.feedback)
        long_term = limit_read.long_term or bool(measure.state and measure.state.long_term)
        status = self._status(measure, long_term=long_term)
        term = "long_term" if long_term else "at_once" if limit_read.at_once else None
        leaders = names(measure.leader or "")[0]
        offices, helping = names("、".join((measure.office or "", *measure.co_offices)), people=False)
        if len(leaders) > 1:
            message = _("several leaders: {name} is responsible", name=leaders[0])
            self.draft.doubt(message, measure.leader or "", place=_place(measure.text), role="leader")
        record = {
            "title": title,
            "goal": measure.goal,
            "part": measure.part and shortened(measure.part.text, _LONGEST_TITLE),
            "term": term,
            "leader": next(iter(leaders), None),
            "office": offices[0] if measure.office and offices else None,
            "co_offices": [*offices[bool(measure.office) :], *helping],
            "due": limit_read.day and limit_read.day.isoformat(),
            "status": status,
            "progress": [{"text": rest}] if rest else [],
        }
        if measure.due and (limit_read.doubt or not limit_read.has_value):
            message = limit_read.doubt or _("no day given: not imported")
            self.draft.doubt(message, measure.due, place=_place(measure.text), role="due")
        return MeasureDraft(_without_empty(record), place=_place(measure.text))

    def _status(self, measure: Measure, *, long_term: bool) -> Status:
        """Return the status of a measure by its own text. A statement of the notice that all are done closes no measure."""
        self.without_state += measure.state is None
        state = measure.state or State("in_progress")
        status, doubt = state.status, state.doubt
        if state.staged and not long_term:
            status = "in_progress"
        if status == "closed" and is_ongoing(measure.text.text, self.today):
            status, doubt = "in_progress", _("stated as done, but also as going on")
        if doubt:
            message = f"{doubt} → {STATUS_WORDS[status]}"
            self.draft.doubt(message, measure.text.text, place=_place(measure.text), role="state")
        return status

    def _compare_counts(self) -> None:
        """List where the notice contradicts itself or its own lists, and the outcomes that cannot be assigned to a measure."""
        for message, remark in contradictions(self.notice.stated, draft_counts(self.draft)):
            self.draft.doubt(message)
            self.draft.notes += filter(None, [remark])
        for label, amount, unit in self.notice.stated.outcomes:
            self.draft.notes.append(f"通报所列成果：{label}{plain_number(amount)}{unit}，未分到各条措施。")

    def _paragraphs(self) -> dict[str, list[str]]:
        """Return the paragraphs of the first and the last part, without counts that would contradict the ledger's."""
        paragraphs = Paragraphs(draft_counts(self.draft), self.notice.stated)
        live_texts = {key: paragraphs.convert(getattr(self.notice, key)) for key in ("work", "next_steps")}
        message = _("it contains counts that the notice makes itself: not included in the notice's own text")
        for line in paragraphs.left_out:
            self.draft.doubt(message, line.text, place=_place(line))
        return live_texts


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value}


def _title_and_rest(text: str) -> tuple[str, str]:
    """Return the title of a measure, which is its first sentence without the full stop, and the rest of the text."""
    end = sentence_end(text)
    first, rest = text[:end].strip(), text[end:].strip()
    if len(first) > _LONGEST_TITLE:
        return shortened(first, _LONGEST_TITLE), text.strip()
    return shortened(first.rstrip("。；;"), _LONGEST_TITLE) or shortened(first, _LONGEST_TITLE), rest


def _place(line: Line) -> str:
    return f"{line.line}:{line.column}"
