"""The rules of `data/ledger.yaml` and of a problem's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.rules.catalogue import RULES
from xuncha.rules.names import unknown

if TYPE_CHECKING:
    from xuncha.catalogue import Broken, Rule
    from xuncha.errors import Finding
    from xuncha.model.records import Problem
    from xuncha.model.register import Frame
    from xuncha.model.settings import Settings
    from xuncha.rules.catalogue import Location


@RULES.rule(
    "name-twice",
    why="A key or a name stands once in its list, or counts would be split between equals.",
    wrong="offices: [办公室, 规划科, 财务科, 规划科]",
    right="offices: [办公室, 规划科, 财务科]",
    scope="ledger",
)
def name_twice(settings: Settings) -> Broken[Location]:
    """Hold no name or key twice in one list."""
    lists: dict[str, Sequence[str]] = {
        "categories": [category.key for category in settings.categories],
        "outcomes": [kind.key for kind in settings.outcomes],
        "leaders": settings.leaders,
        "offices": settings.offices,
    }
    for key, names in lists.items():
        seen: set[str] = set()
        for place, name in enumerate(names):
            if name in seen:
                yield (
                    (key, place),
                    _("“{name}” stands twice in this list").format(name=name),
                    _("take one of them out"),
                )
            seen.add(name)


@RULES.rule(
    "inspection-order",
    why="An inspection starts, ends, and is then reported on.",
    wrong="inspection: {started: 2023-09-08, ended: 2023-06-05, feedback: 2023-11-10}",
    right="inspection: {started: 2023-06-05, ended: 2023-09-08, feedback: 2023-11-10}",
    scope="ledger",
)
def inspection_order(settings: Settings) -> Broken[Location]:
    """Start, end, and then give the feedback."""
    inspection = settings.inspection
    days = [
        (key, day)
        for key in ("started", "ended", "feedback")
        if (day := getattr(inspection, key)) is not None
    ]
    for (before, earlier), (after, later) in pairwise(days):
        if later < earlier:
            yield (
                ("inspection", after),
                _("`{after}` ({later}) is before `{before}` ({earlier})").format(
                    after=after, later=later, before=before, earlier=earlier
                ),
                _("write the days in the order started, ended, feedback"),
            )


@RULES.rule(
    "notice-before-feedback",
    why="A notice tells of what was done after the feedback.",
    wrong="notice: {title: 通报, date: 2022-01-01}",
    right="notice: {title: 通报, date: 2024-06-15}",
    scope="ledger",
)
def notice_before_feedback(settings: Settings) -> Broken[Location]:
    """Date the notice on the day of the feedback or later."""
    day, feedback = settings.notice.date, settings.inspection.feedback
    if day is not None and day < feedback:
        yield (
            ("notice", "date"),
            _("the notice is dated {date}, before the feedback of {feedback}").format(
                date=day, feedback=feedback
            ),
            _("write the day on which the notice is issued"),
        )


@RULES.rule(
    "unknown-category",
    why="A problem is shown under a category of data/ledger.yaml.",
    wrong="category: c",
    right="category: a",
    scope="problem",
)
def unknown_category(problem: Problem, frame: Frame) -> Broken[Location]:
    """Know a problem's category."""
    known = [key for key, _title in frame.categories]
    return unknown([(("category",), problem.category)], known, "categories")


SETTINGS_RULES: Mapping[Rule[Location], frozenset[str]] = {
    name_twice: frozenset({"categories", "outcomes", "leaders", "offices"}),
    inspection_order: frozenset({"inspection"}),
    notice_before_feedback: frozenset({"inspection", "notice"}),
}
"""With the keys that each asks."""


def broken_settings(settings: Settings, unsound: frozenset[str] = frozenset()) -> Iterator[Finding[Location]]:
    """Every rule that `data/ledger.yaml` breaks by itself; those that ask an unsound key are left out."""
    for rule, asked in SETTINGS_RULES.items():
        if not asked & unsound:
            yield from rule(settings)
