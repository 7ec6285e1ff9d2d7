"""The catalogue of all findings of an audit. docs/audit.md is made from it, and a test has a history for each rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from xuncha.catalogue import Catalogue
from xuncha.errors import Finding
from xuncha.trail.replay import Commit
from xuncha.trail.tags import Anchor


class HistoryPlace(NamedTuple):
    """A place in the history: a commit, and a file in it."""

    commit: str
    author: str
    date: str  # when the author made the commit: ISO 8601 with the offset
    path: str = ""  # empty if the place is a whole commit
    id: str | None = None  # the number of the problem or measure

    @classmethod
    def at(cls, commit: Commit, path: str = "", number: str | None = None) -> HistoryPlace:
        """Return the place of a file at a commit, or of the whole commit if no path is given."""
        return cls(commit.hash, commit.author, commit.date, path, number)


Findings = Iterator[Finding[HistoryPlace]]
"""The findings of checks that look at merges or at history as a whole."""
RULES: Final[Catalogue[HistoryPlace]] = Catalogue()
"""The rules of the audit. A check runs on each commit with at most one parent; rules without a check are for merges and for history as a whole."""
LENIENT: Final = "a warning in an import"
"""The scope of a rule that only warns if the commit imports a spreadsheet, because `import` does not follow the workflow."""


@dataclass(frozen=True)
class Audit:
    """The result of an audit."""

    findings: list[Finding[HistoryPlace]]  # in the order of history
    commits: int  # number of commits checked
    changes: int  # number of changed files in all these commits
    tip: str  # the last commit of the audited history; empty if nothing is committed
    start: str = ""  # the commit that brought the ledger; its content is accepted unchecked
    anchors: list[Anchor] = field(default_factory=list)  # the earlier verifications
    relies_on_claims: bool = False
    """Whether two persons were required, and who they were is known only from the commits' own claims."""

    @property
    def errors(self) -> int:
        """The number of findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """The number of findings that are warnings."""
        return sum(finding.severity == "warning" for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """The counts that an anchor records."""
        return {name: getattr(self, name) for name in ("commits", "changes", "errors", "warnings")}

    def as_json(self) -> list[dict[str, str | None]]:
        """Return the findings in the form of `audit --json`, without notes, because a note is no broken rule."""
        return [
            {**each.place._asdict(), "severity": each.severity, "code": each.code, "message": each.message}
            for each in self.findings
            if each.severity != "note"
        ]
