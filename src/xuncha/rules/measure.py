"""The rules of one measure among its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.records import EvidenceFile, Measure
from xuncha.rules.catalogue import RULES, Neighbourhood
from xuncha.rules.names import unknown

if TYPE_CHECKING:
    from xuncha.catalogue import Broken, Rule
    from xuncha.errors import Finding
    from xuncha.model.identity import Identity
    from xuncha.model.source import Fingerprint
    from xuncha.rules.catalogue import Location, Neighbourhood


@RULES.rule(
    "unknown-leader",
    why="Only leaders listed in data/ledger.yaml answer for measures, so that every spelling is one person.",
    wrong="leader: 分管付局长",
    right="leader: 分管副局长",
)
def unknown_leader(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Know the leader, and whoever took the measure over."""
    named: list[tuple[Location, str]] = [(("leader",), measure.leader)]
    if measure.escalated:
        named.append((("escalated", "to"), measure.escalated.to))
    return unknown(named, around.frame.leaders, "leaders")


@RULES.rule(
    "unknown-office",
    why="Only offices listed in data/ledger.yaml do the work, so that every spelling is one section.",
    wrong="office: 规化科",
    right="office: 规划科",
)
def unknown_office(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Know the responsible office and the co-responsible ones."""
    named: list[tuple[Location, str]] = [(("office",), measure.office)]
    named += [(("co_offices", place), name) for place, name in enumerate(measure.co_offices)]
    return unknown(named, around.frame.offices, "offices")


@RULES.rule(
    "unknown-outcome",
    why="An outcome is counted under a key of data/ledger.yaml.",
    wrong="outcomes: {rule: 1}",
    right="outcomes: {rules: 1}",
)
def unknown_outcome(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Know the kind of each outcome."""
    named = [(("outcomes", key), key) for key in measure.outcomes]
    return unknown(named, around.frame.outcomes, "outcomes")


@RULES.rule(
    "due-missing",
    why="A measure that is done once needs a time limit (整改时限).",
    wrong="due:",
    right="due: 2024-12-31",
)
def due_missing(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Set a deadline, unless the measure is a long-term one."""
    del around
    if measure.due is None and measure.term == "once":
        yield (
            ("due",),
            _("the time limit is missing: only a long-term measure may have none"),
            _("write `due: 2024-12-31`, or `term: long_term`"),
        )


@RULES.rule(
    "due-before-feedback",
    why="No one can be asked to mend a problem before hearing of it.",
    wrong="due: 2023-01-01",
    right="due: 2024-12-31",
)
def due_before_feedback(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Set the deadline on the day of the feedback or later."""
    feedback = around.frame.feedback
    if measure.due is not None and measure.due.isoformat() < feedback:
        yield (
            ("due",),
            _("the time limit {due} is before the feedback of {feedback}").format(
                due=measure.due, feedback=feedback
            ),
            _("write the day of the feedback or a later one"),
        )


@RULES.rule(
    "closed-missing",
    why="A closed measure says when it was closed; the close command writes it.",
    wrong="status: closed",
    right="status: closed\nclosed: {date: 2024-12-20}",
)
def closed_missing(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Have `closed` where the status is closed."""
    if measure.status == "closed" and measure.closed is None:
        yield (
            ("status",),
            _("the measure is closed, but `closed` is missing"),
            _(
                "write `closed: {{date: 2024-12-20, by: 办公室}}`; `xuncha close {id}` does it by itself"
            ).format(id=around.identity),
        )


@RULES.rule(
    "closed-unexpected",
    why="A measure that is open again is not closed; the reopen command takes it out.",
    wrong="status: in_progress\nclosed: {date: 2024-12-20}",
    right="status: in_progress",
)
def closed_unexpected(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Have no `closed` where the status is another."""
    if measure.status != "closed" and measure.closed is not None:
        yield (
            ("closed",),
            _("`closed` stands here, but the status is {status}").format(status=measure.status),
            _("take `closed` out, or close the measure with `xuncha close {id}`").format(id=around.identity),
        )


@RULES.rule(
    "closed-before-feedback",
    why="A measure cannot have been closed before the feedback that asked for it.",
    wrong="status: closed\nclosed: {date: 2022-12-20}",
    right="status: closed\nclosed: {date: 2024-12-20}",
)
def closed_before_feedback(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Close on the day of the feedback or later."""
    feedback = around.frame.feedback
    if measure.closed is not None and measure.closed.date.isoformat() < feedback:
        yield (
            ("closed", "date"),
            _("closed on {date}, before the feedback of {feedback}").format(
                date=measure.closed.date, feedback=feedback
            ),
            _("write the day on which it was closed"),
        )


@RULES.rule(
    "review-unexpected",
    why="Only closed long-term measures are looked at again (回头看).",
    wrong="reviews: [{date: 2024-12-20, result: holds}]",
    right="reviews: []",
)
def review_unexpected(measure: Measure, around: Neighbourhood) -> Broken[Location]:
    """Have reviews in long-term measures only; they stay when such a measure is reopened."""
    del around
    if measure.reviews and measure.term != "long_term":
        yield (
            ("reviews",),
            _("there are reviews, but the measure is not a long-term one"),
            _("write `term: long_term`, or take `reviews` out"),
        )


_CHANGED = RULES.declare(
    "evidence-changed",
    why="Evidence is what it was when it was attached.",
    wrong="(data/evidence/2.3/评审意见.pdf with another content)",
    right="(the file that was attached)",
    scope="folder",
)
_SIZE = RULES.declare(
    "evidence-size",
    why="The size that stands beside the hash of an evidence file is that of the file.",
    wrong="(data/evidence/2.3/评审意见.pdf has 20,480 bytes, and the entry says `size: 2048`)",
    right="(the entry says `size: 20480`, or no size)",
    scope="folder",
)
_NOT_FETCHED = RULES.declare(
    "evidence-not-fetched",
    why="Evidence that is kept by git-lfs must be fetched to be looked at.",
    wrong="(data/evidence/2.3/评审意见.pdf is the pointer that git-lfs keeps in the file's stead)",
    right="(the file, after `git lfs pull`)",
    scope="folder",
)


_MISSING = RULES.declare(
    "evidence-missing",
    why="Evidence that is named must be there to be looked at.",
    wrong=f"progress: [{{date: 2024-09-12, text: 已办。, evidence: [{{file: 无.pdf, sha256: {'a' * 64}}}]}}]",
    right="progress: [{date: 2024-09-12, text: 已办。, evidence: [某水〔2024〕31号]}]",
)


def evidence_at_fault(measure: Measure, around: Neighbourhood) -> Iterator[Finding[Location]]:
    """Find evidence files that are missing, or not as they were."""
    for place, entry in enumerate(measure.progress):
        for position, item in enumerate(entry.evidence):
            if isinstance(item, EvidenceFile):
                location = ("progress", place, "evidence", position)
                yield from _file_at_fault(item, around.evidence(item.file), location, around.identity)


def _file_at_fault(
    item: EvidenceFile, found: Fingerprint | None, location: Location, identity: Identity
) -> Iterator[Finding[Location]]:
    """Compare one evidence file with what its entry says of it."""
    path = f"{EVIDENCE}/{identity}/{item.file}"
    if found is None:
        yield _MISSING.at(
            location,
            _("the evidence file {path} is not there").format(path=path),
            _("put it back, or attach it again with `xuncha attach {id} FILE`").format(id=identity),
        )
    elif found.sha256 != item.sha256:
        yield _CHANGED.at(
            location,
            _("the evidence file {path} has changed since it was attached").format(path=path),
            _("put the attached file back, or attach the new one with `xuncha attach {id} FILE`").format(
                id=identity
            ),
        )
    elif item.size not in {None, found.size}:
        yield _SIZE.at(
            (*location, "size"),
            _("the evidence file {path} has {found} bytes, and not {size}").format(
                path=path, found=found.size, size=item.size
            ),
            _("write `size: {found}`").format(found=found.size),
        )
    elif not found.fetched:
        yield _NOT_FETCHED.at(
            location,
            _("the evidence file {path} is kept by git-lfs, and was not fetched").format(path=path),
            _("type: git lfs pull"),
        )


MEASURE_RULES: Mapping[Rule[Location], frozenset[str]] = {
    unknown_leader: frozenset({"leader", "escalated"}),
    unknown_office: frozenset({"office", "co_offices"}),
    unknown_outcome: frozenset({"outcomes"}),
    due_missing: frozenset({"due", "term"}),
    due_before_feedback: frozenset({"due"}),
    closed_missing: frozenset({"status", "closed"}),
    closed_unexpected: frozenset({"status", "closed"}),
    closed_before_feedback: frozenset({"closed"}),
    review_unexpected: frozenset({"status", "term", "reviews"}),
}
"""With the keys that each asks."""


def broken(
    measure: Measure, around: Neighbourhood, unsound: frozenset[str] = frozenset()
) -> Iterator[Finding[Location]]:
    """Yield every rule that a measure breaks among its neighbours; leave out those that ask an unsound key."""
    for rule, asked in MEASURE_RULES.items():
        if not unsound & asked:
            yield from rule(measure, around)
    if "progress" not in unsound:
        yield from evidence_at_fault(measure, around)
