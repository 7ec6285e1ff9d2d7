"""The list of all rules of the proofreader. docs/proof.md is made from it, and every example in it is tried by a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from xuncha.proof.text import Text

Severity = Literal["error", "warning", "note"]
"""`error`: wrong however one looks at it, or not to be published; `warning`: almost surely a slip; `note`: a matter of form."""


class Remark(NamedTuple):
    """What a rule has to say about some words of a text."""

    line: int
    """Which of the text's lines, from 0."""
    start: int
    """The place of the words in it, from 0."""
    words: str
    message: str
    hint: str = ""
    """What to write instead, or what to do."""


Check = Callable[["Text"], Iterator[Remark]]


@dataclass(frozen=True)
class Rule:
    """One rule, with what the documentation shows of it."""

    code: str
    severity: Severity
    why: str
    """One sentence for whoever breaks it."""
    wrong: str
    """Lines of a notice that break it; in the tests, checked against `EXAMPLE` where the rule asks a ledger."""
    right: str
    """The same lines, mended."""
    check: Check
    chapter: str
    """The name of the module that holds it."""


RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity, *, why: str, wrong: str, right: str) -> Callable[[Check], Check]:
    """Enter a rule; the function yields what breaks it."""

    def enter(check: Check) -> Check:
        RULES[code] = Rule(code, severity, why, wrong, right, check, check.__module__.rpartition(".")[2])
        return check

    return enter
