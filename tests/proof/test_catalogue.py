"""Each rule finds its own wrong example, under its code alone, and not the right one."""

from __future__ import annotations

import inspect
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.proof.notices import codes, proof
from xuncha.proof.chapter import LedgerFacts
from xuncha.proof.proofreader import CHAPTERS, RULES

if TYPE_CHECKING:
    from xuncha.catalogue import Rule
    from xuncha.proof.chapter import Position

EXAMPLE = LedgerFacts(
    "中共某市水务局党组",
    date(2023, 11, 10),
    {
        ("problems", "total"): 14,
        ("problems", "done"): 13,
        ("problems", "published"): 10,
        ("measures", "total"): 34,
        ("measures", "done"): 33,
        ("measures", "ongoing"): 1,
        ("measures", "published"): 22,
    },
)
"""The ledger of the examples."""
EVERY = list(RULES.values())
each_rule = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.code)


def ledger_of(rule: Rule[Position]) -> LedgerFacts | None:
    """Return the ledger beside which an example is read; None if its rule needs none."""
    return EXAMPLE if rule.code.startswith("ledger-") else None


@each_rule
def test_the_wrong_example_is_found_under_this_code_alone(rule: Rule[Position]) -> None:
    assert set(codes(rule.wrong, ledger_of(rule))) == {rule.code}


@each_rule
def test_nothing_is_found_in_the_right_example(rule: Rule[Position]) -> None:
    assert codes(rule.right, ledger_of(rule)) == []


@each_rule
def test_what_is_found_names_words_that_stand_at_its_place(rule: Rule[Position]) -> None:
    lines = rule.wrong.split("\n")
    for finding in proof(rule.wrong, ledger_of(rule)):
        line = lines[finding.place.line - 1]
        assert 1 <= finding.place.column <= len(line)
        assert finding.place.caret is not None
        assert finding.place.excerpt[finding.place.caret] == line[finding.place.column - 1]
        assert finding.severity == rule.severity
        assert finding.message


@each_rule
def test_every_rule_says_why_in_a_sentence(rule: Rule[Position]) -> None:
    assert rule.why.endswith((".", ")."))
    assert rule.why[0].isupper() or not rule.why[0].isascii()


def test_no_two_chapters_have_a_rule_of_one_code() -> None:
    assert sum(len(chapter.RULES) for chapter in CHAPTERS) == len(EVERY)


def test_every_check_is_that_of_a_rule() -> None:
    """A function that yields what it finds and is not entered would never be asked; a rule that is entered is no function."""
    for chapter in CHAPTERS:
        functions = inspect.getmembers(chapter, inspect.isfunction)
        assert not [name for name, each in functions if "Broken" in each.__annotations__.get("return", "")]
