"""The catalogue of all that an audit can find. docs/audit.md is made from it, and a test has a history for each rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from xuncha.catalogue import Catalogue
from xuncha.errors import Finding
from xuncha.trail.replay import Commit
from xuncha.trail.tags import Anchor


class HistoryPlace(NamedTuple):
    """A place in the history: a commit, and in it a file."""

    commit: str
    author: str
    date: str  # when the author made the commit: ISO 8601 with the offset
    path: str = ""  # empty where it is about a commit as a whole
    id: str | None = None  # the number of the problem or measure

    @classmethod
    def of(cls, commit: Commit, path: str = "", number: str | None = None) -> HistoryPlace:
        """Return the place of a file at a commit, or of the commit as a whole."""
        return cls(commit.hash, commit.author, commit.date, path, number)


Findings = Iterator[Finding[HistoryPlace]]
"""What is yielded of history beside the checks of single commits."""
RULES: Final[Catalogue[HistoryPlace]] = Catalogue()
"""A check is asked of every commit that has one parent or none; the rules without a check are for merges, and for history as a whole."""
LENIENT: Final = "a warning in an import"
"""The scope of a rule that only warns where a spreadsheet was taken in: `import` asks nothing of the workflow."""


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    findings: list[Finding[HistoryPlace]]  # in the order of history
    commits: int  # how many were asked
    changes: int  # of files, in all these commits
    tip: str  # the commit up to which history was looked at; empty where nothing is committed
    given: str = ""  # the commit that brought the ledger: what stood in it is taken as it was
    anchors: list[Anchor] = field(default_factory=list)  # what was verified before
    on_claims: bool = False
    """Whether two persons were asked for, and who they are rests on what commits say of themselves."""

    @property
    def errors(self) -> int:
        """How many rules were broken."""
        return sum(each.severity == "error" for each in self.findings)

    @property
    def warnings(self) -> int:
        """How many things are worth a look."""
        return sum(each.severity == "warning" for each in self.findings)

    def as_json(self) -> list[dict[str, str | None]]:
        """Return the findings in the form of `audit --json`; without notes, which break no rule."""
        return [
            {**each.place._asdict(), "severity": each.severity, "code": each.code, "message": each.message}
            for each in self.findings
            if each.severity != "note"
        ]
