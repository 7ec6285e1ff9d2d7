"""A public dashboard contains nothing withheld or internal; an internal one does, and is marked internal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings

from tests.conftest import measure
from tests.dashboard.pages import board, page
from tests.notice.forms import Page
from tests.notice.test_withheld import INTERNAL, PUBLIC, Case, assert_plain, cases, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

MARKS = (f"{INTERNAL}[0-9]+{INTERNAL}", f"{PUBLIC}[0-9]+{PUBLIC}")


def told(text: str) -> set[str]:
    """Return the markers in a text."""
    return set(re.findall("|".join(MARKS), text))


def titles(case: Case, *, internal: bool) -> set[str]:
    """Return what a board must show of a case: the organisation, the inspector, and the titles of what it may show."""
    settings_ = case.files["data/ledger.yaml"]
    shown = {settings_["organisation"], settings_["inspection"]["inspector"]}
    problems = {
        path.split("/")[2]: record for path, record in case.files.items() if path.endswith("problem.yaml")
    }
    categories = {each["key"]: each["title"] for each in settings_["categories"]}
    for path, record in case.files.items():
        if "leader" in record:
            problem = problems[path.split("/")[2]]
            if internal or (record["publish"] and problem["publish"]):
                shown |= {record["title"], problem["title"], categories[problem["category"]]}
            if internal:
                shown |= {record["leader"], record["office"], *record["co_offices"]}
    return shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases())
def test_a_public_board_has_titles_of_what_is_published_and_no_other_text(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    text = page(tmp_path)
    assert INTERNAL not in text
    assert told(text) == titles(case, internal=False), "no progress, no goal, no contact: titles alone"
    assert "内部资料" not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases())
def test_an_internal_board_has_it_all_and_says_so(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    text = page(tmp_path, internal=True)
    assert titles(case, internal=True) <= told(text)
    assert text.count("内部资料") >= 3, "in the title of the window, at the top, and at the end"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases())
def test_a_template_is_given_nothing_that_it_could_leak(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    given_ = board(tmp_path)
    assert INTERNAL not in repr(given_)
    assert_plain(given_)
    assert_plain(board(tmp_path, internal=True))


def test_names_reasons_and_notes_given_to_commands_are_on_no_public_board(ledger: LedgerOnDisk) -> None:
    secret = f"{INTERNAL}0000{INTERNAL}"
    ledger.write(ledger.path("2.3"), measure("2.3", "closed", term="long_term"))
    ledger.commit(secret)
    for command in (
        ("progress", "1.1", f"{secret}。", "--no-publish", "--evidence", secret),
        ("return", "2.1", "--reason", secret),
        ("close", "2.1", "--note", secret),
        ("reopen", "2.2", "--reason", secret),
        ("extend", "2.2", "--due", "2025-06-30", "--reason", secret),
        ("escalate", "2.2", "--to", "局长"),
        ("review", "2.3", "--result", "holds", "--text", secret),
    ):
        ledger.ok(*command)
    text = ledger.ok("dashboard")
    for word in (
        INTERNAL,
        "分管副局长",
        "规划科",
        "财务科",
        "局长",
        "办公室",
        "tester",
        "攻坚",
        "内部标记丁戊己",
        "保留标记甲乙丙",
    ):
        assert word not in text, f"it says {word}"
    inside = ledger.ok("dashboard", "--internal")
    for word in (INTERNAL, "分管副局长", "规划科", "攻坚事项", "内部标记丁戊己", "保留标记甲乙丙", "不公开"):
        assert word in inside, f"it lacks {word}"


def test_all_counts_include_what_is_withheld(bare_ledger: LedgerOnDisk) -> None:
    before = board(bare_ledger.root)
    path = bare_ledger.root / "data/problems/02/problem.yaml"
    path.write_bytes(path.read_bytes().replace(b"publish: true", b"publish: false"))
    after = board(bare_ledger.root)
    assert after.counts.measures == before.counts.measures
    assert after.counts.measures_rate == before.counts.measures_rate
    assert [group.total for group in after.statuses] == [group.total for group in before.statuses]
    assert [period.due.total for period in after.timeline.periods] == [period.due.total for period in before.timeline.periods]  # fmt: skip
    assert after.timeline.closings == before.timeline.closings
    assert "推进不够有力" not in page(bare_ledger.root)


def test_what_is_withheld_leaves_no_trace_in_the_page_itself(bare_ledger: LedgerOnDisk) -> None:
    """No comment, and no attribute that a reader does not see; the labels of links say counts alone."""
    shown = Page.of(page(bare_ledger.root))
    assert shown.comments == []
    for element in shown.elements:
        assert not {name for name in element.attributes if name.startswith(("data-", "on"))}
        assert "style" not in element.attributes
