"""What a notice says: only what may be published, with the counts of all.

This is the wall between the ledger and the public: templates are given what is made here and nothing else. No name of a
leader, no finding, no note, no reason, and nothing of what is withheld comes through; withheld items only count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import TYPE_CHECKING

from xuncha.chinese.punctuation import sentence
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.tally import Tally, tally

if TYPE_CHECKING:
    from xuncha.model.records import Ledger, Measure
    from xuncha.model.vocabulary import Status
    from xuncha.trail.tags import Anchor


@dataclass(frozen=True)
class PublicMeasure:
    """A measure as a notice tells it."""

    title: str
    text: str
    """The notice's own words, else the published progress entries in order; empty where there are none."""
    status: Status
    long_term: bool


@dataclass(frozen=True)
class PublicPart:
    """The measures of a sub-problem; without a title, measures that belong to the problem itself."""

    number: int
    """Among the sub-problems of the problem, from 1; 0 without a title."""
    title: str | None
    measures: tuple[PublicMeasure, ...]


@dataclass(frozen=True)
class PublicProblem:
    """A problem that may be shown, with at least one measure."""

    title: str
    parts: tuple[PublicPart, ...]


@dataclass(frozen=True)
class PublicCategory:
    """A category with at least one problem to show."""

    title: str
    problems: tuple[PublicProblem, ...]


@dataclass(frozen=True)
class Outcome:
    """What the measures brought besides, all of them together, withheld ones included."""

    label: str
    amount: int | float
    unit: str


@dataclass(frozen=True)
class PublicContact:
    """Where the public sends comments. Not the record itself: a template may call whatever an object offers."""

    office: str | None
    phone: str | None
    address: str | None
    email: str | None


@dataclass(frozen=True)
class PublicAnchor:
    """The last verification of the history, by which a reader can hold the ledger to what it was (核验)."""

    number: int
    commit: str
    """The first digits of its hash."""
    date: Date
    errors: int
    """How many breaks of the rules it found."""


@dataclass(frozen=True)
class NoticeContent:
    """All that a template is given, under the name `notice`."""

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
    counts: Tally
    """Of everything, withheld items included."""
    outcomes: tuple[Outcome, ...]
    categories: tuple[PublicCategory, ...]
    contact: PublicContact
    work: tuple[str, ...]
    """Paragraphs of the first part that replace the usual ones."""
    next_steps: tuple[str, ...]
    """Paragraphs of the third part that replace the usual ones."""
    anchor: PublicAnchor | None = None
    """None where it is not to be told."""


def content(ledger: Ledger, today: Date, anchor: Anchor | None = None) -> NoticeContent:
    """Gather what the notice of a ledger says.

    Args:
        ledger: the whole of it.
        today: the day on which it is counted.
        anchor: the verification of its history that is to be told at the end.

    Raises:
        RefusedError: `ledger.yaml` lacks what a notice needs, or there is nothing to tell of yet.
    """
    settings = ledger.settings
    title, issuer, day = settings.notice.title, settings.notice.issuer, settings.notice.date
    lacking = [
        f"notice.{key}" for key in ("title", "issuer", "date") if getattr(settings.notice, key) is None
    ]
    if settings.inspection.inspector is None:
        lacking.append("inspection.inspector")
    if lacking or title is None or issuer is None or day is None:
        raise RefusedError(
            "notice-incomplete",
            _("a notice needs {keys} in data/ledger.yaml").format(keys=_(", ").join(lacking)),
            _("enter it with `xuncha edit`"),
            "data/ledger.yaml",
        )
    if not ledger.measures:
        raise RefusedError(
            "nothing-to-tell",
            _("the ledger holds no measures yet, so there is nothing to tell"),
            _("see `xuncha add --help`"),
        )
    return NoticeContent(
        title=title,
        issuer=issuer,
        date=day,
        organisation=settings.organisation,
        inspector=settings.inspection.inspector or "",
        round=settings.inspection.round,
        started=settings.inspection.started,
        ended=settings.inspection.ended,
        feedback=settings.inspection.feedback,
        has_leading_group=settings.leading_group is not None,
        counts=tally(ledger.register(), today),
        outcomes=_outcomes(ledger),
        categories=_categories(ledger),
        contact=PublicContact(
            settings.contact.office, settings.contact.phone, settings.contact.address, settings.contact.email
        ),
        work=tuple(settings.notice.work),
        next_steps=tuple(settings.notice.next_steps),
        anchor=anchor
        and PublicAnchor(anchor.number, anchor.short, Date.fromisoformat(anchor.day), anchor.errors),
    )


def _outcomes(ledger: Ledger) -> tuple[Outcome, ...]:
    found = []
    for kind in ledger.settings.outcomes:
        amount = sum(measure.outcomes.get(kind.key, 0) for measure in ledger.measures.values())
        if amount:
            amount = round(amount, 6)
            found.append(Outcome(kind.label, int(amount) if amount == int(amount) else amount, kind.unit))
    return tuple(found)


def _categories(ledger: Ledger) -> tuple[PublicCategory, ...]:
    found = []
    by_problem = ledger.by_problem()
    for category in ledger.settings.categories:
        problems = []
        for number, problem in ledger.problems.items():
            measures = [measure for measure in by_problem[number].values() if measure.publish]
            if problem.publish and problem.category == category.key and measures:
                problems.append(PublicProblem(problem.title, _parts(measures)))
        if problems:
            found.append(PublicCategory(category.title, tuple(problems)))
    return tuple(found)


def _parts(measures: list[Measure]) -> tuple[PublicPart, ...]:
    """Group the measures by their sub-problems, in the order in which these first occur."""
    by_part: dict[str | None, list[PublicMeasure]] = {None: []}  # what is in no part stands above the first
    for measure in measures:
        texts = (
            [measure.notice_text]
            if measure.notice_text
            else [entry.text for entry in measure.progress if entry.publish]
        )
        text = "".join(sentence("".join(line.strip() for line in each.splitlines())) for each in texts)
        public = PublicMeasure(measure.title, text, measure.status, measure.term == "long_term")
        by_part.setdefault(measure.part, []).append(public)
    titled = [title for title in by_part if title is not None]
    return tuple(
        PublicPart(titled.index(title) + 1 if title is not None else 0, title, tuple(found))
        for title, found in by_part.items()
        if found
    )
