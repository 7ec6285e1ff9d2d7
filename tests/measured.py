"""Choose the tests that run without coverage, and write their names to measured_elsewhere.txt: coverage doubles the time of a test.

    XUNCHA_MEASURED=all python -m pytest --cov --cov-context=test --cov-report= --junitxml=times.xml
    python -m tests.measured times.xml

Chosen are those that take longest for what no other test covers, until a share of all lines and branches would be lost.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter, defaultdict
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

_LIST = Path(__file__).with_name("measured_elsewhere.txt")
_LOST = 0.004
"""The share of lines and branches that may count as not covered, though a test runs them."""
_SHORTEST = 0.3
"""Seconds that a test must take to be worth a line of the list."""


def main() -> None:
    """Write the list."""
    seconds = _seconds(Path(sys.argv[1]))
    chosen = choose(_covered(Path(".coverage")), seconds)
    _LIST.write_text("".join(f"{name}\n" for name in sorted(chosen)), encoding="utf-8")
    sys.stdout.write(f"{len(chosen)} tests, {sum(seconds[name] for name in chosen):.0f} seconds\n")


def choose(covered: Mapping[str, AbstractSet[object]], seconds: Mapping[str, float]) -> list[str]:
    """Return the tests to leave out: in the order of what would be lost for each second that is gained."""
    candidates = {name: units for name, units in covered.items() if seconds.get(name, 0) >= _SHORTEST}
    times = Counter(unit for units in covered.values() for unit in units)
    budget = _LOST * len(times)

    def lost(name: str) -> int:
        return sum(times[unit] == 1 for unit in candidates[name])

    heap = [(lost(name) / seconds[name], name) for name in candidates]
    heapify(heap)
    chosen = []
    while heap:
        rate, name = heappop(heap)
        if lost(name) > rate * seconds[name] + 1e-6:  # more of it is covered by this test alone by now
            heappush(heap, (lost(name) / seconds[name], name))
        elif lost(name) <= budget:
            budget -= lost(name)
            times.subtract(candidates[name])
            chosen.append(name)
    return chosen


def _covered(database: Path) -> dict[str, set[Any]]:
    """Return the lines and branches that each test covers, its cases taken together; those that imports cover are under an empty name."""
    with sqlite3.connect(database) as connection:
        contexts = dict(connection.execute("select id, context from context"))
        arcs = connection.execute("select context_id, file_id, fromno, tono from arc").fetchall()
    ends = defaultdict(set)
    for _context, file, start, end in arcs:
        ends[file, start].add(end)
    covered: dict[str, set[Any]] = defaultdict(set)
    for context, file, start, end in arcs:
        units = covered[contexts[context].partition("|")[0].partition("[")[0].removeprefix("tests/")]
        units |= {(file, line) for line in (start, end) if line > 0}
        if start > 0 and len(ends[file, start]) > 1:
            units.add((file, start, end))
    imported = covered[""]
    return {"": imported} | {name: units - imported for name, units in covered.items() if name}


def _seconds(report: Path) -> dict[str, float]:
    """Return how long each test took, its cases taken together."""
    seconds: dict[str, float] = defaultdict(float)
    for case in parse(report).iter("testcase"):
        file = case.attrib["classname"].removeprefix("tests.").replace(".", "/")
        seconds[f"{file}.py::{case.attrib['name'].partition('[')[0]}"] += float(case.attrib["time"])
    return seconds


if __name__ == "__main__":
    main()
