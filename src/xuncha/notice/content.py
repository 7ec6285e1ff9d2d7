"""The content of a notice: only what may be published, with counts of everything.

This is the wall between the ledger and the public: templates get these values and nothing else. No leader's name, no finding, no
note, no reason and no withheld item passes; withheld items only count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.chinese.punctuation import with_full_stop
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import DOUBLE_BRACES, PLACEHOLDER, PLACEHOLDERS, UNKNOWN
from xuncha.tally import Tally, amount, tally

if TYPE_CHECKING:
    from xuncha.model.records import Ledger, Measure
    from xuncha.model.vocabulary import Requirement, Status
    from xuncha.trail.tags import Anchor


class PublicMeasure(NamedTuple):
    """A measure in a notice."""

    title: str
    text: str  # written for the notice, or else the published progress entries in order; may be empty
    status: Status
    long_term: bool
    not_started_text: str | None = None


class PublicPart(NamedTuple):
    """The measures of a sub-problem or, without a title, those that belong to the problem itself."""

    number: int  # of the sub-problem within its problem, from 1; 0 without a title
    title: str | None
    measures: tuple[PublicMeasure, ...]


class PublicProblem(NamedTuple):
    """A published problem, with at least one published measure."""

    title: str
    parts: tuple[PublicPart, ...]


class PublicCategory(NamedTuple):
    """A category with at least one published problem."""

    title: str
    problems: tuple[PublicProblem, ...]


class Outcome(NamedTuple):
    """A sum of outcomes of all measures, withheld ones included."""

    label: str
    amount: int | float
    unit: str


class PublicContact(NamedTuple):
    """Where the public sends comments. It is a copy of the record, because a template may call every method of an object."""

    office: str | None
    phone: str | None
    address: str | None
    email: str | None
    until: Date | None = None
    hours: str | None = None


class PublicAnchor(NamedTuple):
    """The last verification of the history, with which a reader can check the ledger (核验)."""

    number: int
    commit: str  # the first digits of its hash
    date: Date
    errors: int


class NoticeContent(NamedTuple):
    """All values for a template, under the name `notice`."""

    title: str
    issuer: str
    date: Date
    organisation: str
    inspector: str
    round: str | None
    started: Date | None
    ended: Date | None
    feedback: Date
    has_leading_group: bool
    counts: Tally  # of everything, withheld items included
    outcomes: tuple[Outcome, ...]
    categories: tuple[PublicCategory, ...]
    contact: PublicContact
    work: tuple[str, ...]  # paragraphs that replace the standard ones of the first part
    next_steps: tuple[str, ...]  # likewise of the third part
    short_name: str | None
    measure_unit: str
    rhythm: str | None  # how often the offices report to the leaders: 每周
    not_started_text: str | None
    tells_counts: bool  # whether `work` itself states what is complete
    assigned: bool  # whether each measure has a leader, an office and, if its term is `once`, a time limit
    close_requires: tuple[Requirement, ...]
    review_every_days: int | None  # of long-term measures; None if the ledger itself does not set it
    anchor: PublicAnchor | None = None


def content(ledger: Ledger, today: Date, anchor: Anchor | None = None) -> NoticeContent:
    """Gather the content of the notice of a ledger, with the counts on a day and the verification of its history.

    Raises:
        RefusedError: `ledger.yaml` lacks a value that a notice needs, or the ledger has no measures yet.
    """
    settings = ledger.settings
    register = ledger.register()
    counts = tally(register, today)
    values = {key: _fill(value, counts) for key, value in settings.notice}
    inspection = settings.inspection.model_dump()
    needed = {"organisation": settings.organisation}
    needed |= {f"notice.{key}": values[key] for key in ("title", "issuer", "date")}
    needed |= {f"inspection.{key}": inspection[key] for key in ("inspector", "feedback")}
    if missing := [key for key, value in needed.items() if value is None]:
        message = _("a notice needs {keys} in data/ledger.yaml", keys=_(", ").join(missing))
        hint = _("write it there, and type: xuncha edit")
        raise RefusedError("notice-incomplete", message, hint, LEDGER_FILE)
    if not ledger.measures:
        message = _("the ledger has no measures yet, so there is nothing to report")
        raise RefusedError("nothing-to-tell", message, _("see `{path} --help`", path="xuncha add"))
    return NoticeContent(
        **values,
        organisation=settings.name,
        **inspection,
        has_leading_group=settings.leading_group is not None,
        counts=counts,
        outcomes=tuple(
            Outcome(kind.label, total, kind.unit)
            for kind in settings.outcomes
            if (total := amount(kind.key, ledger.measures.values()))
        ),
        categories=_categories(ledger, values["not_started_text"]),
        contact=PublicContact(**settings.contact.model_dump()),
        tells_counts=any(
            match["name"].startswith("已完成")
            for text in settings.notice.work
            for match in PLACEHOLDER.finditer(text)
        ),
        assigned=all(row.is_assigned for row in register.measures),
        close_requires=tuple(settings.policy.close_requires),
        review_every_days=settings.policy.model_dump(exclude_unset=True).get("review_every_days"),
        anchor=anchor
        and PublicAnchor(anchor.number, anchor.short, Date.fromisoformat(anchor.day), anchor.errors),
    )


def _fill(value: Any, counts: Tally) -> Any:  # noqa: ANN401  any value of a key of `notice`
    """Replace the placeholders (`PLACEHOLDERS`) in the texts of a value by the counts."""
    if isinstance(value, str):
        text = PLACEHOLDER.sub(lambda found: str(getattr(counts, PLACEHOLDERS[found["name"]])), value)
        return DOUBLE_BRACES.sub(r"\g<kept>", text)
    return tuple(_fill(each, counts) for each in value) if isinstance(value, list) else value


def reported_after(ledger: Ledger) -> list[str]:
    """Return the ids of measures with a published entry dated after the notice; a notice cannot report the future."""
    day, ids = ledger.settings.notice.date or Date.max, []
    for row, measure in zip(ledger.register().measures, ledger.measures.values(), strict=True):
        days = [entry.date for entry in measure.progress if entry.publish and entry.date]
        if row.publish and not measure.notice_text and max(days, default=day) > day:
            ids.append(row.id)
    return ids


def _categories(ledger: Ledger, not_started_text: str | None) -> tuple[PublicCategory, ...]:
    problems: dict[str | None, list[PublicProblem]] = defaultdict(list)
    for number, measures in ledger.by_problem().items():
        problem = ledger.problems[number]
        if problem.publish and (parts := _parts(measures.values(), not_started_text)):
            problems[problem.category].append(PublicProblem(problem.title, parts))
    return tuple(
        PublicCategory(title, tuple(problems[key]))
        for key, title in (*ledger.settings.frame().categories, (None, UNKNOWN))
        if key in problems
    )


def _parts(measures: Iterable[Measure], not_started_text: str | None) -> tuple[PublicPart, ...]:
    """Group the published measures by their sub-problems, in the order of their first occurrence."""
    by_part: dict[str | None, list[PublicMeasure]] = {None: []}  # measures without a sub-problem come first
    for measure in (each for each in measures if each.publish):
        entries = [entry.text for entry in measure.progress if entry.publish]
        texts = [measure.notice_text] if measure.notice_text else entries
        text = "".join(with_full_stop("".join(line.strip() for line in each.splitlines())) for each in texts)
        long_term = measure.term == "long_term"
        public = PublicMeasure(measure.title, text, measure.status, long_term, not_started_text)
        by_part.setdefault(measure.part, []).append(public)
    return tuple(
        PublicPart(number, title, tuple(part_measures))
        for number, (title, part_measures) in enumerate(by_part.items())
        if part_measures
    )
