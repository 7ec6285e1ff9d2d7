"""Catalogues of rules: of the ledger's files, of notices, of the history, of a computer; one form for all.

rules.md, proof.md, audit.md and doctor.md in docs/ and docs/zh/ are made from them, and tests try their examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from xuncha.errors import Finding, Severity

P = TypeVar("P")
Broken = Iterator[tuple[P, str, str] | tuple[P, str, str, Severity | None]]
"""What a check yields: the place, the message, and the hint or nothing; and where it is less grave than the rule says, how grave.
The rule adds its code and its severity."""
Check = Callable[..., Broken[P]]


@dataclass(frozen=True)
class Rule(Generic[P]):
    """One rule, with what the documentation shows of it. `P` is the kind of place at which it is broken."""

    code: str
    severity: Severity
    why: str  # one sentence for whoever breaks it
    wrong: str
    right: str  # the same example, mended; or what to do
    scope: str = ""  # what it is asked of, in the words of its catalogue
    well: str = ""
    """What is said where nothing breaks it; English, for the catalogue of messages. Only the doctor says it."""
    asks: str = ""
    """The keys of a record that it asks, with blanks between them: where one of them is unsound, it is not asked."""
    check: Check[P] | None = None  # None where the rule is enforced elsewhere, such as by the model

    @property
    def chapter(self) -> str:
        """The name of the module that holds the check."""
        return self.check.__module__.rpartition(".")[2] if self.check else ""

    def at(self, place: P, message: str, hint: str = "", severity: Severity | None = None) -> Finding[P]:
        """Make a finding of this rule; it may be less grave than the rule says."""
        return Finding(self.code, message, place, hint, severity or self.severity)

    def __call__(self, *asked: Any) -> list[Finding[P]]:  # noqa: ANN401  each catalogue asks something else
        """Run the check, and list what it finds under this rule's code."""
        return [self.at(*found) for found in self.check(*asked)] if self.check else []


class Catalogue(dict[str, Rule[P]]):
    """The rules of one kind by their codes, in the order in which they were entered."""

    def declare(
        self,
        code: str,
        severity: Severity = "error",
        *,
        why: str,
        wrong: str,
        right: str = "",
        scope: str = "",
        check: Check[P] | None = None,
        **more: str,
    ) -> Rule[P]:
        """Enter a rule; `more` are the other fields of it."""
        self[code] = rule = Rule(code, severity, why, wrong, right, scope, check=check, **more)
        return rule

    def rule(self, code: str, severity: Severity = "error", **words: str) -> Callable[[Check[P]], Rule[P]]:
        """Enter a rule, with the words of `declare`, whose check is the function below; its name stands for the rule then."""
        return lambda check: self.declare(code, severity, check=check, **words)
