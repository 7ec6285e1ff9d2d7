"""A few dozen generated inputs of each kind; `make fuzz` tries many more."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.table import WHOLE, chosen
from tests.fuzz.mutation import mutated
from tests.fuzz.sandbox import Sandbox
from tests.fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = {
    "loader": 60,
    "editing": 40,
    "notice": 20,
    "proof": 12,
    "workbook": 12,
    "merge": 24,
    "audit": 12,
    "history": 2,
}
MORE = 10 if WHOLE else 1
"""How many times as many are tried in `make reliability`."""
FOUND = Path(__file__).parent / "found"
"""What was found once, and mended: a file for each, named by its target."""


@pytest.mark.apart
@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_read_is_read_or_refused_in_time_and_touches_nothing(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    target, tried = TARGETS[name], 0
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "sandbox")

        @settings(
            max_examples=EXAMPLES[name] * MORE,
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
        )
        @given(st.one_of(mutated(target.seeds()), st.binary(max_size=200)))
        def holds(data: bytes) -> None:
            nonlocal tried
            tried += 1
            failure = sandbox.attempt(target, data)
            assert failure is None, failure.told

        holds()
    record_property("inputs", f"{name}: {tried} inputs")


@pytest.mark.parametrize("path", sorted(FOUND.glob("*")), ids=lambda path: path.name)
def test_what_was_found_once_is_well(path: Path, tmp_path: Path) -> None:
    target = TARGETS[path.name.partition("-")[0]]
    failure = Sandbox(tmp_path / "sandbox").attempt(target, path.read_bytes())
    assert failure is None, failure.told


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_well(name: str, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "sandbox")
    seeds = TARGETS[name].seeds()
    assert len(seeds) >= 5
    # Each history is shown by all that reads one, which takes a second.
    for seed in chosen(seeds, 3 if name == "history" else 12):
        failure = sandbox.attempt(TARGETS[name], seed)
        assert failure is None, failure.told
