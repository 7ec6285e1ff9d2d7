"""The list of all rules. docs/rules.md is made from it, and every example in it is tried by a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.records import Problem
    from xuncha.model.register import Frame
    from xuncha.model.source import Fingerprint

Location = tuple[str | int, ...]
"""The way to a value inside a file: keys and positions, such as `("progress", 0, "date")`."""
Where = Literal["ledger", "problem", "measure", "folder"]


class Broken(NamedTuple):
    """A rule broken at one place of the file under check."""

    code: str
    location: Location
    message: str
    hint: str = ""


class Neighbourhood(NamedTuple):
    """What the rules of a problem or a measure may ask about its surroundings."""

    identity: Identity
    frame: Frame
    problem: Problem | None
    evidence: Callable[[str], Fingerprint | None]
    """The hash and the size of an evidence file of this measure by its name; None where there is no such file."""


@dataclass(frozen=True)
class Rule:
    """One rule as the documentation shows it."""

    code: str
    why: str
    """One sentence for whoever breaks it."""
    wrong: str
    """Lines that break it: in a file of the kind `where`, they replace those of the same keys."""
    right: str
    """The same lines, mended."""
    where: Where


RULES: dict[str, Rule] = {}
_Check = TypeVar("_Check", bound=Callable[..., Iterator[Broken]])


def declare(code: str, *, why: str, wrong: str, right: str, where: Where = "measure") -> None:
    """Enter a rule that the reader or the model enforces."""
    RULES[code] = Rule(code, why, wrong, right, where)


def rule(
    code: str, *, why: str, wrong: str, right: str, where: Where = "measure"
) -> Callable[[_Check], _Check]:
    """Enter a rule that a function enforces: the function yields what is broken, under this code."""
    declare(code, why=why, wrong=wrong, right=right, where=where)
    return lambda check: check
