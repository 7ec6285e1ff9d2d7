"""The list of all that an audit can find. docs/audit.md is made from it, and a test has a history for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from xuncha.audit.replayed import Step
    from xuncha.trail.tags import Anchor

Severity = Literal["error", "warning"]


class Break(NamedTuple):
    """One break of the rules in the history."""

    commit: str
    """The full hash."""
    author: str
    date: str
    """When the author made the commit: ISO 8601 with the offset."""
    path: str
    """Of the file, relative to the ledger; empty where it is about a commit as a whole."""
    id: str | None
    """Of the problem or measure."""
    severity: Severity
    code: str
    message: str

    def as_json(self) -> dict[str, str | None]:
        """The form of `audit --json`."""
        return self._asdict()


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    breaks: list[Break]
    """In the order of history."""
    commits: int
    """How many were asked."""
    changes: int
    """Of files, in all these commits."""
    tip: str
    """The commit up to which history was looked at; empty where nothing is committed."""
    given: str = ""
    """The commit that brought the ledger: what stood in it is taken as it was."""
    anchors: list[Anchor] = field(default_factory=list)
    """What was verified before."""

    @property
    def errors(self) -> int:
        """How many rules were broken."""
        return sum(each.severity == "error" for each in self.breaks)

    @property
    def warnings(self) -> int:
        """How many things are worth a look."""
        return len(self.breaks) - self.errors


class Broken(NamedTuple):
    """What a check found in one commit."""

    code: str
    message: str
    path: str = ""
    id: str | None = None


@dataclass(frozen=True)
class Rule:
    """One rule as the documentation shows it."""

    code: str
    severity: Severity
    why: Callable[[], str]
    """Gives one sentence for whoever reads the finding, in the chosen language."""
    seen: str
    """What it looks like in a history."""
    lenient: bool
    """Whether it is only a warning where a spreadsheet was taken in: `import` asks nothing of the workflow."""


RULES: Final[dict[str, Rule]] = {}
CHECKS: Final[list[Callable[[Step], Iterator[Broken]]]] = []
"""Asked of every commit that has one parent or none; a check a function, in the order in which they were entered."""
_Check = TypeVar("_Check", bound=Callable[..., Iterator[Broken]])


def declare(
    code: str, *, why: Callable[[], str], seen: str, severity: Severity = "error", lenient: bool = False
) -> None:
    """Enter a rule."""
    RULES[code] = Rule(code, severity, why, seen, lenient)


def check(function: _Check) -> _Check:
    """Enter a check."""
    CHECKS.append(function)
    return function


def severity(code: str, action: str) -> Severity:
    """How grave a finding is in a commit of an action."""
    rule = RULES[code]
    return "warning" if rule.lenient and action == "import" else rule.severity
