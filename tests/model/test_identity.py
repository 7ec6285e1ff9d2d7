"""Numbers of problems and measures as people type them, and their paths."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xuncha.errors import RefusedError
from xuncha.model.identity import Identity, ledger_order

NUMBERS = st.integers(1, 999_999)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2", Identity(2)),
        ("2.3", Identity(2, 3)),
        ("2.10", Identity(2, 10)),
        ("114.25", Identity(114, 25)),
        ("999999.999999", Identity(999_999, 999_999)),
        ("  2.3\t", Identity(2, 3)),
        ("2.3\n", Identity(2, 3)),
    ],
)
def test_a_number_is_read_as_it_is_typed(typed: str, meant: Identity) -> None:
    assert Identity.parse(typed) == meant


@pytest.mark.parametrize("typed", ["２．３", "2。3", "２。３", "2．3", "２.3", "\u30002.3\u3000"])
def test_someone_with_a_chinese_input_method_on_gets_the_measure_that_was_meant(typed: str) -> None:
    assert Identity.parse(typed) == Identity(2, 3)


BAD = [
    "", " ", ".", "-x", "--help", "-1", "+1", "0", "0.1", "01", "01.1", "2.0", "2.01", "2.", ".3", "2.3.4", "2..3", "2,3", "2、3",
    "2 .3", "2 3", "2.3x", "x2.3", "1e3", "0x2", "1_0", "二点三", "二", "٢.٣", "२", "2.-3", "../../x", "2/3", "2.3/../../x", "2.3\n4",
    "2.3\x00", "\x1b[31m2", "2.3\u200b", "²½", "1000000", "1.1000000", "problem", "null", "None", "%s", "{}", "*",
]  # fmt: skip


@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_number_is_refused_and_names_no_file(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        Identity.parse(typed)
    assert refused.value.code == "bad-id"
    assert refused.value.exit_code == 1
    assert typed in refused.value.message


@pytest.mark.parametrize(
    "typed", ["9" * 100_000, "2." * 100_000, "." * 100_000, "２" * 100_000, " " * 100_000]
)
def test_a_very_long_number_is_refused_without_a_wait(typed: str) -> None:
    with pytest.raises(RefusedError):
        Identity.parse(typed)


@given(NUMBERS, st.integers(0, 999_999))
@example(1, 0)
@example(100, 1)
def test_a_number_shown_can_be_typed_again(problem: int, measure: int) -> None:
    identity = Identity(problem, measure)
    assert Identity.parse(str(identity)) == identity


@given(st.text(st.sampled_from("0123456789.。．２３0-+/ x%\n"), max_size=8))
def test_whatever_is_typed_ends_as_a_path_inside_the_problems_or_as_a_refusal(typed: str) -> None:
    try:
        identity = Identity.parse(typed)
    except RefusedError:
        return
    assert re.fullmatch(r"data/problems/[0-9]{2,6}/([1-9][0-9]*\.[1-9][0-9]*|problem)\.yaml", identity.path)


@pytest.mark.parametrize(
    ("identity", "folder", "path"),
    [
        (Identity(2), "data/problems/02", "data/problems/02/problem.yaml"),
        (Identity(2, 3), "data/problems/02", "data/problems/02/2.3.yaml"),
        (Identity(12, 10), "data/problems/12", "data/problems/12/12.10.yaml"),
        (Identity(114, 1), "data/problems/114", "data/problems/114/114.1.yaml"),
    ],
)
def test_the_path_of_a_number_is_the_one_that_the_design_fixes(
    identity: Identity, folder: str, path: str
) -> None:
    assert identity.folder == folder
    assert identity.path == path


def test_measures_sort_as_a_ledger_is_read_and_not_as_texts() -> None:
    typed = ["2.10", "10.1", "2", "2.9", "1.2", "10", "1"]
    assert [str(each) for each in sorted(map(Identity.parse, typed))] == ["1", "1.2", "2", "2.9", "2.10", "10", "10.1"]  # fmt: skip


def test_a_problem_is_told_from_a_measure() -> None:
    assert Identity.parse("2").is_problem
    assert not Identity.parse("2.1").is_problem


def test_paths_are_in_the_order_of_the_ledger_whatever_a_stranger_calls_a_file() -> None:
    paths = ["02/2.9.yaml", "02/2.10.yaml", "02/problem.yaml", "10/10.1.yaml", f"{'1' * 5000}/1.1.yaml"]
    assert sorted(paths, key=ledger_order) == paths
