"""Catalogues of rules, all in one form: rules of the ledger's files, of notices and of the history, and checks of a computer (docs/adr/0010).

rules.md, proof.md, audit.md and doctor.md in docs/ and docs/zh/ are made from them, and tests try their examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from xuncha.errors import Finding, Severity

P = TypeVar("P")
Violations = Iterator[tuple[P, str, str] | tuple[P, str, str, Severity | None]]
"""What a check yields: the place, the message, the hint (may be empty) and, only where it is less grave than the rule says, a severity.
The rule adds its code, and its own severity where none is given."""
Check = Callable[..., Violations[P]]


@dataclass(frozen=True)
class Rule(Generic[P]):
    """A rule, with the texts that the documentation shows. `P` is the type of the places at which it can be broken."""

    code: str
    severity: Severity
    why: str  # one sentence for the person who breaks the rule
    wrong: str
    right: str = ""  # the same example, corrected; or what to do
    scope: str = ""  # what the rule is applied to, in the terms of its catalogue
    well: str = ""
    """The message where nothing breaks the rule; English, for the catalogue of messages. Only the doctor shows it."""
    check: Check[P] | None = None  # None where the rule is enforced elsewhere, such as by the model

    @property
    def chapter(self) -> str:
        """Return the name of the module that holds the check; empty without a check."""
        return self.check.__module__.rpartition(".")[2] if self.check else ""

    def finding(self, place: P, message: str, hint: str = "", severity: Severity | None = None) -> Finding[P]:
        """Make a finding of this rule; its severity may be lower than the rule's."""
        return Finding(self.code, message, place, hint, severity or self.severity)

    def __call__(self, *arguments: Any) -> list[Finding[P]]:  # noqa: ANN401  the arguments differ by catalogue
        """Run the check, and return what it finds as findings of this rule."""
        return [self.finding(*violation) for violation in self.check(*arguments)] if self.check else []


class Catalogue(dict[str, Rule[P]]):
    """The rules of one kind by their codes, in the order of entry."""

    def declare(self, code: str, severity: Severity = "error", **fields: Any) -> Rule[P]:  # noqa: ANN401
        """Enter a rule; `fields` holds the other fields of `Rule`."""
        self[code] = rule = Rule(code, severity, **fields)
        return rule

    def rule(self, code: str, severity: Severity = "error", **fields: str) -> Callable[[Check[P]], Rule[P]]:
        """Return a decorator that enters a rule with a function as its check; the rule then replaces the function."""
        return lambda check: self.declare(code, severity, check=check, **fields)
