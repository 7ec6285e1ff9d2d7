"""Match the problems and measures of a draft with those of a ledger: first by their titles, then by number if the titles are alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from functools import lru_cache, partial
from typing import NamedTuple

from xuncha.chinese.enumerations import without_number
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem

_SIMILAR = 0.6  # the least likeness of two titles of which one is a new wording of the other
_SHORTEST_PREFIX = 6  # the fewest characters of a title that matches a longer one which begins with it


class Match(NamedTuple):
    """A problem of a draft with its measures, and what they are in the ledger: a number and identities, or None for new ones."""

    problem: ProblemDraft
    number: int | None
    measures: list[tuple[MeasureDraft, Identity | None]]


def matches(draft: Draft, ledger: Ledger) -> Iterator[Match]:
    """Match the problems and measures of a draft. Nothing in the ledger is matched twice."""
    free, measures = dict(ledger.problems), ledger.by_problem()
    named = {key_of(problem.record["title"]) for problem in draft.problems}
    for problem in draft.problems:
        number = _matching_number(draft, problem, free, measures, named)
        identities: list[Identity | None] = [None] * len(problem.measures)
        if number is not None:
            del free[number]
            identities = _matching_identities(problem.measures, measures[number], exact=draft.exact)
        yield Match(problem, number, list(zip(problem.measures, identities, strict=True)))


def _matching_number(
    whole: Draft,
    draft: ProblemDraft,
    free: dict[int, Problem],
    measures: dict[int, dict[Identity, Measure]],
    named: Collection[str],
) -> int | None:
    """Find the number of the problem in the ledger that a draft means; None for a new problem.

    An equal title counts more than an equal number, since an office numbers the rows of each sheet afresh. A number counts if
    the titles are alike, or if the table numbers its measures, too, as this ledger does.
    """
    title, number = draft.record["title"], draft.number
    titles = {key_of(title), key_of(draft.record.get("finding", ""))} - {""}
    for candidate, problem in free.items():
        if {key_of(problem.title), key_of(problem.finding or "")} & titles:
            return candidate
    if number is None or number not in free or key_of(free[number].title) in named:  # another row names it
        return None
    numbered = any(measure.identity in measures[number] for measure in draft.measures)
    if numbered or _similarity(title, free[number].title) >= _SIMILAR:
        return number
    message = _("problem {n} of the ledger is a different one, “{title}”: entered as a new problem")
    whole.doubt(message.format(n=number, title=free[number].title), title, draft.place, "problem")
    return None


def _matching_identities(
    drafts: list[MeasureDraft], measures: dict[Identity, Measure], *, exact: bool
) -> list[Identity | None]:
    """Find the measures that drafts mean; None for new ones. Equal titles come first: a row takes no measure that another row names."""
    found: list[Identity | None] = [None] * len(drafts)
    free = dict(measures)
    titles = {key_of(measure.title) for measure in measures.values()}
    named = partial(_named_identity, exact=exact)
    for find in (named, _equal_identity, partial(_similar_identity, titles=titles)):
        for place, draft in enumerate(drafts):
            if found[place] is None and (identity := find(draft, free)):
                found[place] = identity
                del free[identity]
    return found


def _named_identity(draft: MeasureDraft, free: dict[Identity, Measure], *, exact: bool) -> Identity | None:
    """Return the measure with the number of a draft, if it has the same title, too."""
    own = draft.identity
    equal = own in free and (exact or key_of(free[own].title) == key_of(draft.record["title"]))
    return own if equal else None


def _equal_identity(draft: MeasureDraft, free: dict[Identity, Measure]) -> Identity | None:
    """Return the measure with the title of a draft; of several, the one with its part and office, if there is one."""
    title, part, office = (draft.record.get(key) for key in ("title", "part", "office"))
    equal = [each for each, measure in free.items() if key_of(measure.title) == key_of(title)]
    return max(equal, key=lambda each: (free[each].part == part, free[each].office == office), default=None)


def _similar_identity(
    draft: MeasureDraft, free: dict[Identity, Measure], *, titles: Collection[str]
) -> Identity | None:
    """Return the measure with the number of a draft if the titles are alike, else the one whose title begins like it, or is the most like it.

    `titles` are those of the ledger. A draft with one of them that is taken stands in the table twice, and is no new wording.
    """
    title = draft.record["title"]
    key, others = key_of(title), {identity: key_of(measure.title) for identity, measure in free.items()}
    if key in titles:
        return None
    if draft.identity in free and _similarity(title, free[draft.identity].title) >= _SIMILAR:
        return draft.identity
    for identity, other in others.items():
        if min(len(key), len(other)) >= _SHORTEST_PREFIX and (key.startswith(other) or other.startswith(key)):
            return identity
    alike = {identity: _similarity(title, measure.title) for identity, measure in free.items()}
    best = max(alike, key=alike.__getitem__, default=None)
    return best if best is not None and alike[best] >= _SIMILAR else None


@lru_cache(maxsize=65_536)
def key_of(text: str) -> str:
    """Return the form in which texts are compared: half-width, lower case, without the number in front, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", without_number(text)).casefold())


def _similarity(first: str, second: str) -> float:
    """Return how much two texts agree, from 0 to 1."""
    return SequenceMatcher(None, key_of(first), key_of(second), autojunk=False).ratio()
