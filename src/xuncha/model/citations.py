"""Numbers of problems and measures in what people write: 见措施1.3, 同问题3. Pure functions over plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from xuncha.chinese.characters import half_width_digits
from xuncha.model.identity import Identity

_CITED: Final = re.compile(
    r"(?:措施|问题|事项|任务|见|同|参照)[\s“”\"《（(第]*(?P<n>[0-9]++(?:\.[0-9]++)?+)(?!\s*[个项条件类起次年月日])"
)
"""A number behind a word that tells that it means a problem or a measure, and no amount."""


class Citation(NamedTuple):
    """A problem or a measure that a text names."""

    said: str  # as the text says it, such as 措施1.4
    identity: Identity


def citations(value: object) -> Iterator[Citation]:
    """Yield what the texts of plain data name by its number, at any depth."""
    if isinstance(value, str):
        for match in _CITED.finditer(half_width_digits(value)):  # where every character keeps its place
            if Identity.is_number(match["n"]):
                yield Citation(value[match.start() : match.end()], Identity.parse(match["n"]))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from citations(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from citations(inner)


def cites(record: object, identity: Identity) -> bool:
    """Return whether a text of a record speaks of a problem or a measure by its number, as in 见措施1.3 or 问题3."""
    return any(each.identity == identity for each in citations(record))
