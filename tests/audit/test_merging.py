"""The audit accepts what sync makes of two sides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.test_driver import BLOCK, edited, edits
from xuncha.audit.graph import commits_with_clock_ahead
from xuncha.audit.merging import _expected, _is_expected
from xuncha.audit.renumbering import Renumberings
from xuncha.store.reading import parse
from xuncha.sync.merging import merge_record

if TYPE_CHECKING:
    from xuncha.sync.values import Side

sides: st.SearchStrategy[Side] = st.sampled_from(["ours", "theirs"])
BASE = BLOCK.encode()


def differing(ours: bytes, theirs: bytes, result: dict[str, Any]) -> set[str]:
    """Return the keys of a merge that its sides do not make together."""
    expected = _expected(parse(BASE), [parse(ours), parse(theirs)])
    return {key for key in {*result, *expected[0]} if not _is_expected(key, result, expected, [])}


@given(st.lists(edits, max_size=4), st.lists(edits, max_size=4), sides)
def test_what_sync_makes_of_two_sides_is_no_break(one: list[Any], other: list[Any], take: Side) -> None:
    ours, theirs = edited(BASE, one), edited(BASE, other)
    merged = merge_record(BASE, ours, theirs, take=take).result
    assert differing(ours, theirs, parse(merged)) == set()


@given(st.lists(edits, max_size=4), st.lists(edits, max_size=4))
def test_what_neither_side_wrote_and_what_one_did_are_named(one: list[Any], other: list[Any]) -> None:
    ours, theirs = edited(BASE, one), edited(BASE, other)
    merged = parse(merge_record(BASE, ours, theirs, take="ours").result)
    entry = {"date": "2024-02-29", "text": "谁也没有写。"}
    assert differing(ours, theirs, merged | {"progress": [*merged["progress"], entry]}) == {"progress"}
    ours = ours.replace(b"progress:\n", "progress:\n  - {date: 2024-02-29, text: 只有本方写。}\n".encode(), 1)
    assert differing(ours, theirs, merged) == {"progress"}


@pytest.mark.parametrize(
    ("days", "is_verified", "severity"),
    [(13, False, None), (14, False, "warning"), (13, True, "error"), (14, True, "error")],
)
def test_a_number_that_was_long_known_is_not_given_up_unnoticed(
    days: int, is_verified: bool, severity: str | None
) -> None:
    # Ours are the commits 0, 1 (which adds it) and 4 (which renumbers it), theirs 0, 2 and 3 (which adds it, too).
    added = SimpleNamespace(moment_committed=0), SimpleNamespace(moment_committed=days * 86_400)
    history: Any = SimpleNamespace(
        _commits={1: added[0], 3: added[1]},
        _additions={"path": [(1, 0b00011), (3, 0b01101)]},
        verified=[0b00011] if is_verified else [],
    )
    assert Renumberings._severity(history, "path", 0b10011) == severity
    assert Renumberings._severity(history, "path", 0b00101) is None


@pytest.mark.parametrize(
    ("earlier", "is_ahead"), [("10101010", False), ("101010101", True), ("1010101001", False)]
)
def test_a_clock_is_ahead_of_most_of_nine_commits_that_follow(earlier: str, is_ahead: bool) -> None:
    moments = [1_000_000, *(0 if each == "1" else 2_000_000 for each in earlier)]
    history: Any = [
        SimpleNamespace(hash=str(place), parents=(str(place - 1),), moment_committed=moment)
        for place, moment in enumerate(moments)
    ]
    assert ("0" in commits_with_clock_ahead(history)) is is_ahead
