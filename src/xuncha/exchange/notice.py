"""The draft of a ledger out of a published notice: what it says, and nothing else; its own paragraphs without counts that would soon contradict the ledger's."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.counts import counts, roles, things
from xuncha.chinese.limits import limit
from xuncha.chinese.punctuation import sentence_end
from xuncha.errors import RefusedError
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.language import gettext as _
from xuncha.model.states import goes_on
from xuncha.model.vocabulary import WORDS, Status, with_kept_braces
from xuncha.reading.counts import ALL_DONE, BRACKETS, Statement, statements

if TYPE_CHECKING:
    from xuncha.pages.line import Line
    from xuncha.reading.notice import Category, Measure, Notice, Problem, Words

_LONGEST_TITLE = 300
"""Characters of a title; a sentence that is longer is shortened there, and kept whole in the progress."""
_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;\n]*[”’）)]*")
_RATE: Final = re.compile(
    "(?:完成|整改|办结|销号|落实)率[^，。；]{0,8}?(?:[0-9０-９]|百分之|[一二三四五六七八九十]成)"
)
_FOLLOWS: Final = re.compile("其[中余]|剩[余下]|余下|另")


def draft_of(notice: Notice, path: str, today: date) -> Draft:
    """Make the draft of a ledger out of a notice that is read on the day `today`. Raises RefusedError if there are no problems in it."""
    if not notice.categories:
        said = _("no problems are found in it: none of its headings is numbered")
        hint = _("problems are told by their numbers: {forms}").format(forms="一、 （一） 1. （1）")
        raise RefusedError("no-problems", said, hint, path)
    return _Drafter(notice, today).draft


class _Drafter:
    """Makes the draft."""

    def __init__(self, notice: Notice, today: date) -> None:
        self.notice = notice
        self.today = today
        self.draft = Draft()
        self.silent = 0
        """Measures of which no state is told; a notice tells what was done on each."""
        for category in notice.categories:
            self.draft.problems += [self._problem(problem, category) for problem in category.problems]
        if self.silent:
            made = _("{n} measures: no state is told, taken for in progress")
            self.draft.doubt(made.format(n=self.silent), role="state")
        closed = [[each.status == "closed" for each in one.measures] for one in self.draft.problems]
        self.problems = len(closed), sum(bool(each) and all(each) for each in closed)
        """How many problems are read, and how many of them are complete."""
        self.measures = len(self.draft.measures), sum(map(sum, closed))
        """How many measures are read, and how many of them are closed."""
        self._compare_counts()
        self.draft.settings = self._settings()

    def _settings(self) -> dict[str, Any]:
        """Return what stands in `data/ledger.yaml`."""
        notice, dates = self.notice, self.notice.dates
        told = {"started": dates.inspection_start, "ended": dates.inspection_end, "feedback": dates.feedback}
        days = {name: day and day.isoformat() for name, day in told.items()}
        inspection = {"inspector": notice.inspector, "round": notice.round, **days}
        contact = {name: getattr(notice.contact, name) for name in ("office", "phone", "address", "email")}
        about = {
            "title": with_kept_braces(notice.title or ""),
            "issuer": with_kept_braces(notice.issuer or ""),
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
            category=_line(category.title.text),
            measures=[self._measure(measure) for measure in problem.measures],
        )

    def _measure(self, measure: Measure) -> MeasureDraft:
        title, rest = _title_and_rest(measure.text.text)
        status, limited = self._status(measure), limit(measure.due or "", self.notice.dates.feedback)
        long_term = measure.long_term or limited.long_term
        term = "long_term" if long_term else "at_once" if limited.at_once else None
        record = {
            "title": title,
            "goal": measure.goal,
            "part": measure.part and _line(measure.part.text),
            "term": term,
            "leader": measure.leader,
            "office": measure.office,
            "co_offices": list(measure.co_offices),
            "due": measure.limit and measure.limit.isoformat(),
            "status": status,
            "progress": [{"text": rest}] if rest else [],
        }
        if measure.due and not limited.understood:
            made = limited.doubt or _("no day in it: not taken")
            self.draft.doubt(made, measure.due, address=_address(measure.text), role="due")
        return MeasureDraft(_without_empty(record), address=_address(measure.text))

    def _status(self, measure: Measure) -> Status:
        """Return how far a measure is, as its own words tell; that all are done, as the notice may say, closes none of them."""
        status: Status = measure.status or "in_progress"
        self.silent += measure.status is None
        if measure.staged and not measure.long_term:
            status = "in_progress"
        doubt = measure.doubt
        if status == "closed" and goes_on(measure.text.text, self.today):
            status, doubt = "in_progress", _("said to be done, and to be going on")
        if doubt:
            made = f"{doubt} → {WORDS[status]}"
            self.draft.doubt(made, measure.text.text, address=_address(measure.text), role="state")
        return status

    def _compare_counts(self) -> None:
        """List what the notice counts otherwise than it lists, and note what it counts that no measure can be given. How its counts add up `proof` tells."""
        stated = self.notice.stated
        stating = (
            (_("problems"), stated.problems_total, stated.problems_done, self.problems),
            (_("measures"), stated.measures_total, stated.measures_done, self.measures),
        )
        for name, total, done, (listed, closed) in stating:
            if total not in {None, listed}:
                made = _("{total} {things} are stated, {n} are listed")
                self.draft.doubt(made.format(total=total, things=name, n=listed))
            if done is not None and done != closed:
                made = _("{total} {things} are stated to be done; by their own words {n} are")
                if done > closed:
                    made = _(
                        "{total} {things} are stated to be done; their own words bear out {n}, and no other was closed"
                    )
                self.draft.doubt(made.format(total=done, things=name, n=closed))
        for label, amount, unit in stated.outcomes:
            self.draft.notes.append(f"通报所列成果：{label}{amount:g}{unit}，未分到各条措施。")

    def _paragraphs(self) -> dict[str, list[str]]:
        """Return the paragraphs of the first and of the third part, without counts that would contradict the ledger's."""
        stated = self.notice.stated
        known = {stated.problems_total, stated.problems_done, stated.measures_total, stated.measures_done}
        known |= {*self.problems, *self.measures}
        known.add(sum(each.status in {"in_progress", "submitted"} for each in self.draft.measures))
        made = _("it counts what the notice counts itself: not taken into the notice's own text")
        found = {}
        for key in ("work", "next_steps"):
            found[key], left_out = _without_counts(getattr(self.notice, key), known)
            for line in left_out:
                self.draft.doubt(made, line.text, address=f"{line.line}:{line.column}")
        return found


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


def _without_counts(lines: Iterable[Line], known: set[int | None]) -> tuple[list[str], list[Line]]:
    """Leave out the sentences that count problems or measures, or anything else by a number that is `known`; return also these."""
    kept: list[str] = []
    left_out: list[Line] = []
    for line in lines:
        begins = [match.start() for match in _SENTENCE.finditer(line.text)]
        found: dict[int, list[Statement]] = defaultdict(list)
        for each in statements(BRACKETS.sub(lambda aside: " " * len(aside[0]), line.text)):
            found[begins[bisect_right(begins, each.start) - 1]].append(each)
        said, before = "", len(left_out)
        for start, end in pairwise([*begins, len(line.text)]):
            words = line.text[start:end]
            if _is_counting(words, found[start], known, follows=len(left_out) > before):
                left_out += filter(None, [line.part(start, end)])
            else:
                said += with_kept_braces(words)
        kept += filter(None, [said])
    return kept, left_out


def _is_counting(words: str, found: list[Statement], known: set[int | None], *, follows: bool) -> bool:
    """Return whether a sentence counts; one that `follows` another one that does may go on with it: 其中2个."""
    counted = list(counts(words))
    claims = _RATE.search(words) or _all_done(words) or (follows and counted and _FOLLOWS.match(words))
    numbers = {each.number for each in counted if each.thing} | {each.count.number for each in found}
    return bool(claims or any(each.kind for each in found) or numbers & known)


def _all_done(words: str) -> bool:
    """Return whether a sentence claims that all is done, without a number."""
    found = ALL_DONE.search(words)
    role = any(each.name == "done" for each in roles(words))
    return bool(found and role and any(things(words)) and not words.startswith("到人", found.end()))
