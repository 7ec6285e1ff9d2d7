"""The catalogue of the ledger's rules. A rule's scope is the kind of file it is about: `ledger`, `problem`, `comment`, or `folder`; empty for a measure, or any record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xuncha.catalogue import Catalogue, Rule

if TYPE_CHECKING:
    from xuncha.errors import Finding
    from xuncha.model.identity import Identity
    from xuncha.model.records import Problem
    from xuncha.model.register import Frame
    from xuncha.model.source import Fingerprint

Location = tuple[str | int, ...]
"""The way to a value inside a file: keys and positions, such as `("progress", 0, "date")`."""


class Neighbourhood(NamedTuple):
    """What the rules of a problem or a measure may ask about its surroundings."""

    identity: Identity
    frame: Frame
    problem: Problem | None
    evidence: Callable[[str], Fingerprint | None]
    """The hash and the size of an evidence file of this measure by its name; None where there is no such file."""


RULES: Catalogue[Location] = Catalogue()


def asked_of(scope: str) -> list[Rule[Location]]:
    """List the rules of a scope that ask the keys of a record; the others are enforced where files are read."""
    return [each for each in RULES.values() if each.scope == scope and each.asks]


def broken(
    rules: Iterable[Rule[Location]], unsound: frozenset[str], *asked: object, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield what breaks the rules; leave out those that ask an unsound key, and warnings unless they are asked for."""
    for each in rules:
        sound = unsound.isdisjoint(each.asks.split()) if unsound else True
        if each.check and sound and (warn or each.severity == "error"):
            for found in each.check(*asked):
                yield each.at(*found)
