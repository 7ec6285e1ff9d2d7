"""The audit accepts what sync makes of two sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.sync.test_driver import BLOCK, edited, edits
from xuncha.audit.merging import _compare_value
from xuncha.store.reading import parse
from xuncha.sync.merging import merge_record

if TYPE_CHECKING:
    from xuncha.sync.values import Side

sides: st.SearchStrategy[Side] = st.sampled_from(["ours", "theirs"])
BASE = BLOCK.encode()


def found(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], result: dict[str, Any]
) -> set[str]:
    """Return the codes that the audit gives to a merge; but for a list that one side took out and the other went on with."""
    return {
        rule.code
        for rule, location in _compare_value((), base, [ours, theirs], result)
        if location != ("co_offices",)
    }


@given(st.lists(edits, max_size=4), st.lists(edits, max_size=4), sides)
def test_what_sync_makes_of_two_sides_is_no_break(one: list[Any], other: list[Any], take: Side) -> None:
    ours, theirs = edited(BASE, one), edited(BASE, other)
    merged = merge_record(BASE, ours, theirs, take=take).result
    assert found(parse(BASE), parse(ours), parse(theirs), parse(merged)) <= {
        "merge-reopened",
        "merge-closed-over",
        "merge-after-closing",
    }


@given(st.lists(edits, max_size=4), st.lists(edits, max_size=4))
def test_what_neither_side_wrote_and_what_one_did_are_named(one: list[Any], other: list[Any]) -> None:
    ours, theirs = (parse(edited(BASE, each)) for each in (one, other))
    merged = parse(merge_record(BASE, edited(BASE, one), edited(BASE, other), take="ours").result)
    entry = {"date": "2024-02-29", "text": "谁也没有写。"}
    invented = merged | {"progress": [*merged["progress"], entry]}
    assert "merge-invented" in found(parse(BASE), ours, theirs, invented)
    ours["progress"] = [*ours["progress"], entry]
    assert "merge-lost" in found(parse(BASE), ours, theirs, merged)
