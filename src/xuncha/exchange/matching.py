"""Match the problems and measures of a draft with those of a ledger: first by their titles, then by number if the titles are alike."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

from xuncha.chinese.enumerations import without_number
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem

_SIMILAR = 0.6  # the least likeness of two titles of which one is a new wording of the other
_SHORTEST_PREFIX = 6  # the fewest characters of a title that matches a longer one which begins with it
_AGREEMENTS: Final = (
    ("part", "office", "number"),
    ("part", "office"),
    ("number",),
    ("part",),
    ("office",),
    (),
)
"""What measures with one title are told apart by, in the order in which it is tried."""


class Match(NamedTuple):
    """A problem of a draft with its measures, and what they are in the ledger: a number and identities, or None for new ones."""

    problem: ProblemDraft
    number: int | None
    measures: list[tuple[MeasureDraft, Identity | None]]


def matches(draft: Draft, ledger: Ledger) -> Iterator[Match]:
    """Match the problems and measures of a draft. Nothing in the ledger is matched twice."""
    free, measures = dict(ledger.problems), ledger.by_problem()
    categories: dict[str | None, str] = {each.key: each.title for each in ledger.settings.categories}
    equal: list[int | None] = []
    for problem in draft.problems:
        equal.append(_equal_number(problem, free, categories))
        free.pop(equal[-1] or 0, None)
    for problem, equal_number in zip(draft.problems, equal, strict=True):
        number = equal_number or _alike_number(draft, problem, free, measures)
        identities: list[Identity | None] = [None] * len(problem.measures)
        if number is not None:
            free.pop(number, None)
            identities = _matching_identities(problem.measures, measures[number], exact=draft.exact)
        yield Match(problem, number, list(zip(problem.measures, identities, strict=True)))


def _equal_number(
    draft: ProblemDraft, free: dict[int, Problem], categories: Mapping[str | None, str]
) -> int | None:
    """Find the problem with the title of a draft; of several, the one with its category, or its number.

    An equal title counts more than an equal number, since an office numbers the rows of each sheet afresh.
    """
    titles = {key_of(draft.record["title"]), key_of(draft.record.get("finding", ""))} - {""}
    equal = [
        number
        for number, problem in free.items()
        if {key_of(problem.title), key_of(problem.finding or "")} & titles
    ]

    def agreement(number: int) -> tuple[bool, bool]:
        return categories.get(free[number].category, "") == draft.category, number == draft.number

    return max(equal, key=agreement, default=None)


def _alike_number(
    whole: Draft, draft: ProblemDraft, free: dict[int, Problem], measures: dict[int, dict[Identity, Measure]]
) -> int | None:
    """Find the problem with the number of a draft, if the titles are alike, or if the table numbers its measures, too, as this ledger does."""
    title, number = draft.record["title"], draft.number
    if number is None or number not in free:
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
    found: dict[int, Identity] = {}
    free = dict(measures)

    def take(place: int, identity: Identity | None) -> None:
        if identity is not None:
            found[place] = identity
            del free[identity]

    for place, draft in enumerate(drafts):
        take(place, draft.identity if exact and draft.identity in free else None)
    for names in _AGREEMENTS:
        same = defaultdict[tuple[object, ...], list[Identity]](list)
        for identity, measure in reversed(free.items()):
            held = {"number": identity, "part": measure.part, "office": measure.office}
            same[key_of(measure.title), *(held[name] for name in names)].append(identity)
        for place, draft in enumerate(drafts):
            said = {**draft.record, "number": draft.identity}
            equal = same[key_of(said["title"]), *(said.get(name) for name in names)]
            if place not in found and equal:
                take(place, equal.pop())
    titles = {key_of(measure.title) for measure in measures.values()}
    for place, draft in enumerate(drafts):
        take(place, None if place in found else _similar_identity(draft, free, titles))
    return [found.get(place) for place in range(len(drafts))]


def _similar_identity(
    draft: MeasureDraft, free: dict[Identity, Measure], titles: Collection[str]
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
