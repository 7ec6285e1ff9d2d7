"""The catalogue of the ledger's rules. A rule's scope is the kind of file it is about: `ledger`, `problem`, `comment`, or `folder`; empty for a measure, or any record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
Asking = dict[Rule[Location], set[str]]
"""Rules, with the keys of a record that each asks."""


def broken(
    rules: Asking, unsound: frozenset[str], *asked: object, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield what breaks the rules; leave out those that ask an unsound key, and warnings unless they are asked for."""
    for each, keys in rules.items():
        if each.check and not (unsound and keys & unsound) and (warn or each.severity == "error"):
            for found in each.check(*asked):
                yield each.at(*found)
