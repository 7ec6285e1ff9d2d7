"""The catalogue of the ledger's rules. A rule's scope is the kind of file that it checks: `ledger`, `problem`, `comment` or `folder`; empty for a measure, or for any record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xuncha.catalogue import Catalogue, Rule

if TYPE_CHECKING:
    from xuncha.errors import Finding
    from xuncha.model.identity import Identity
    from xuncha.model.register import Frame
    from xuncha.model.source import Fingerprint

Location = tuple[str | int, ...]
"""The path to a value inside a file: keys and positions, such as `("progress", 0, "date")`."""


class RuleContext(NamedTuple):
    """The surroundings of a measure, as far as its rules read them."""

    identity: Identity
    frame: Frame
    evidence: Callable[[str], Fingerprint | None]
    """Returns the hash and the size of an evidence file of this measure, given its name; None if there is no such file."""


RULES: Catalogue[Location] = Catalogue()


def record_rules(scope: str) -> list[Rule[Location]]:
    """Return the rules of a scope that check a record; the others are enforced where files are read."""
    return [rule for rule in RULES.values() if rule.scope == scope and rule.check]


def broken_rules(
    rules: Iterable[Rule[Location]], *arguments: object, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield the findings of the rules; warnings only if `warn` is set."""
    for each in rules:
        if warn or each.severity == "error":
            yield from each(*arguments)
