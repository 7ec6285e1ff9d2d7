"""The audit reports each kind of tampering, anywhere in a history, with code, commit and file."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit import cheats_of_merges  # noqa: F401  it enters its cheats
from tests.audit.cheats import CHEATS
from tests.audit.histories import Office
from tests.audit.tampering import WAYS, Way
from xuncha.audit import examine
from xuncha.audit.catalogue import RULES

if TYPE_CHECKING:
    from pathlib import Path


def prepared(seed: int, way: Way, length: int) -> tuple[Office, str]:
    """Make an office that has worked for a while, and choose a measure that can be tampered with in this way."""
    office = Office(seed)
    office.work(length, size=12)
    identity = next(iter(office.measures), "")
    while not identity:
        office.work(1, size=12)
        identity = next(iter(office.measures), "")
    identity = office.dice.choice(list(office.measures))
    if way.status == "not_started":
        while office.measures[identity].status != "not_started":
            office.work(1, size=len(office.measures) + 1)
            identity = list(office.measures)[-1]
        return office, identity
    office.measures[identity].due = max(office.measures[identity].due, office.day())
    steps = {"not_started": "progress", "submitted": "return", "closed": "reopen"}
    while office.measures[identity].status != "in_progress":
        office.do(steps[office.measures[identity].status], identity)
    office.do("progress", identity)
    for action in {"in_progress": [], "submitted": ["submit"], "closed": ["submit", "close"]}[way.status]:
        office.do(action, identity)
    return office, identity


def number_of_commit(root: Path, found: str) -> int:
    """How many commits there are up to one, itself included."""
    return int(
        subprocess.run(
            ["git", "rev-list", "--count", found], cwd=root, capture_output=True, check=True, text=True
        ).stdout
    )


@pytest.mark.apart(but=12)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.code}-{way.name}")
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), length=st.integers(0, 30), later=st.integers(0, 10))
def test_who_tampers_is_named(
    tmp_path_factory: pytest.TempPathFactory, way: Way, seed: int, length: int, later: int
) -> None:
    root = tmp_path_factory.mktemp("history")
    office, identity = prepared(seed, way, length)
    before = office.stream.count
    way.act(office, identity)
    after = office.stream.count
    office.measures.pop(identity, None)  # what comes later is about others
    if office.measures:
        office.work(later, size=len(office.measures))
    office.stream.write(root)
    audit = examine.audit(root)
    codes = {each.code for each in audit.findings}
    assert way.code in codes, audit.findings
    for each in audit.findings:
        assert each.code in {way.code, *ALONG.get(way.code, COMMON)}, (each, audit.findings)
        if each.code == "policy-dodged" or each.severity == "warning" != RULES[each.code].severity:
            continue  # another closing while the policy asked less for a while
        assert each.severity == RULES[each.code].severity, each
        assert len(each.place.commit) == 40
        assert before < number_of_commit(root, each.place.commit) <= after, each


COMMON = {"by-hand", "trailers-mismatch"}
ALONG = {
    "status-jump": COMMON | {"close-requires-progress", "close-requires-submission", "close-requires-second-person", "changed-after-closing"},
    "close-requires-progress": COMMON | {"entry-changed", "close-requires-submission", "close-requires-second-person"},
    "close-requires-submission": {"close-requires-second-person"},
    "close-requires-evidence": {"policy-weakened", "policy-dodged"},
    "close-requires-signed-commit": {"policy-weakened", "policy-dodged"},
    "trailers-mismatch": {"status-jump"},
    "renumbered": {"by-hand", "evidence-hash"},
    "false-undo": COMMON | {"entry-changed"},
    "entry-changed": COMMON | {"before-feedback"},
    "unreadable": {"by-hand"},
    "false-remove": COMMON | {"deleted", "removed-overdue"},
    "removed-overdue": set(),
}  # fmt: skip
"""What else is rightly named of the same tampering."""


def test_every_rule_has_a_way_to_break_it() -> None:
    cheats = {cheat.code for cheat in CHEATS}
    assert {way.code for way in WAYS} | cheats == set(RULES)


@settings(max_examples=10)
@given(seed=st.integers(0, 100_000), length=st.integers(0, 150))
def test_honest_work_is_clean(tmp_path_factory: pytest.TempPathFactory, seed: int, length: int) -> None:
    root = tmp_path_factory.mktemp("history")
    office = Office(seed)
    office.work(length, size=15)
    office.stream.write(root)
    audit = examine.audit(root)
    assert audit.findings == []
    assert audit.commits == length + 1
