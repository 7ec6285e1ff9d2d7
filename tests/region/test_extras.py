"""Roll-ups beyond counts: trend, changes, lateness, similar problems."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import LedgerOnDisk, measure
from tests.region import handed_in
from tests.region.ledgers import renamed, rolled
from tests.region.made_up import TODAY, ledgers
from tests.region.test_counts import expected, written
from xuncha.chinese.characters import terminal_columns
from xuncha.region.changes import Name, Totals, _newest
from xuncha.region.content import light
from xuncha.region.counts import Counts, Lateness
from xuncha.region.engine import Duck, Files
from xuncha.region.intake import Intake
from xuncha.region.queries import count_units
from xuncha.region.rollup import _late
from xuncha.region.selection import UnitRow
from xuncha.region.similar import Title, clusters

if TYPE_CHECKING:
    from xuncha.model.records import Ledger


def on(ledger: LedgerOnDisk, day: str, content: str | None = None, path: str = "1.2") -> None:
    """Commit a measure as it stands on a day."""
    moment = f"{day}T10:00:00"
    ledger.environment = {**ledger.environment, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    if content is not None:
        ledger.write(ledger.path(path), content)
    ledger.git("add", "-A")
    ledger.git("commit", "-q", "--allow-empty", "-m", day)


def with_history(ledger: LedgerOnDisk, target: Path, name: str, first: str) -> LedgerOnDisk:
    """Make a unit whose measure 1.2 is overdue in spring, closed in April and open again in May; in March it cannot be read."""
    shutil.rmtree(ledger.root / ".git", ignore_errors=True)
    one = LedgerOnDisk(renamed(ledger, target, name), dict(ledger.environment))
    one.git("init", "-q")
    on(one, first, measure("1.2", "in_progress", due="2024-01-20"))
    on(one, "2024-03-10", "title: [")
    on(one, "2024-04-11", measure("1.2", "closed"))
    on(one, "2024-05-11", measure("1.2", "in_progress", due="2024-04-30"))
    return one


@pytest.mark.apart
def test_each_month_counts_as_that_day_does(ledger: LedgerOnDisk, place: Path) -> None:
    with_history(ledger, place / "one", "甲局", "2024-01-10")
    with_history(ledger, place / "two", "乙局", "2024-02-10")
    handed_in.write(place / "丙局.parquet", handed_in.unit("丙局", [handed_in.late("2024-06-01")]))
    trend = rolled(ledger, place, "--trend")["trend"]
    assert trend["units"] == 2, "rows have no history"
    days = [month["day"] for month in trend["total"]]
    assert days == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-15"]
    assert [month["units"] for month in trend["total"]] == [1, 2, 0, 2, 2, 2], (
        "in March nothing could be read"
    )
    for month in (trend["total"][0], trend["total"][1], trend["total"][3]):
        then = rolled(ledger, place / "one", place / "two", "--at", month["day"])["total"]
        assert month["problems"] == then["problems"]
        assert month["measures"] == {
            name: then["measures"][name] for name in ("total", "closed", "overdue", "rate")
        }
    assert rolled(ledger, place, "--trend")["trend"] == trend, "what is kept says the same"
    assert rolled(ledger, place, "--trend", "--at", "2024-04-15")["trend"]["total"][-1]["day"] == "2024-04-15"
    bare = place.parent / "bare/one.git"
    ledger.git("clone", "-q", "--bare", str(place / "one"), str(bare))
    assert rolled(ledger, bare, "--trend")["trend"] == rolled(ledger, place / "one", "--trend")["trend"]


def test_what_changed_is_in_the_trend_of_a_second_run(ledger: LedgerOnDisk, place: Path) -> None:
    one = with_history(ledger, place / "one", "甲局", "2024-01-10")
    before = rolled(ledger, place, "--trend")["trend"]["total"]
    on(one, "2024-05-20", measure("1.2", "closed"))
    after = rolled(ledger, place, "--trend")["trend"]["total"]
    assert after[:4] == before[:4]
    assert after[4]["measures"]["closed"] == before[4]["measures"]["closed"] + 1


def test_groups_have_a_trend_of_their_own(ledger: LedgerOnDisk, place: Path) -> None:
    with_history(ledger, place / "one", "甲局", "2024-01-10")
    with_history(ledger, place / "two", "乙局", "2024-01-10")
    (place / "region.yaml").write_text(
        "units:\n  - {name: 甲局, source: one, group: [市, 县]}\n  - {name: 乙局, source: two, group: [市]}\n",
        encoding="utf-8",
    )
    trend = rolled(ledger, place, "--trend")["trend"]
    by_path = {tuple(group["path"]): group["months"] for group in trend["groups"]}
    assert by_path[("市",)] == trend["total"]
    assert [month["units"] for month in by_path[("市", "县")]] == [1, 1, 0, 1, 1, 1]


@pytest.mark.apart
def test_who_has_moved_is_told_from_the_second_day_on(ledger: LedgerOnDisk, place: Path) -> None:
    one = LedgerOnDisk(renamed(ledger, place / "one", "甲局"), ledger.environment)
    renamed(ledger, place / "two", "乙局")
    assert rolled(ledger, place)["moved"] is None, "nothing is made up"
    one.ok("close", "1.2", "--note", "x")
    assert rolled(ledger, place)["moved"] is None, "not on the same day"
    one.ok("reopen", "1.2", "--reason", "x")
    moved = rolled(ledger, place, "--today", "2024-06-16")["moved"]
    assert (moved["as_of"], moved["units"]) == ("2024-06-15", 2)
    assert [(each["unit"], each["closed"]) for each in moved["moved"]] == [("甲局", -1)]
    assert "较 2024-06-15 的变化" in ledger.ok("rollup", place, "--today", "2024-06-16")
    assert rolled(ledger, place, "--today", "2024-06-14")["moved"] is None, "nobody knows of the days before"
    shutil.rmtree(place)
    renamed(ledger, place / "c", "丙局")
    assert rolled(ledger, place, "--today", "2024-06-17")["moved"] is None, "none of these was counted before"


def test_damage_to_what_is_kept_is_no_first_run_with_an_error(ledger: LedgerOnDisk, place: Path) -> None:
    renamed(ledger, place / "one", "甲局")
    rolled(ledger, place)
    [kept] = Path(ledger.environment["HOME"]).rglob("counted.json")
    for damage in (
        "{",
        "[]",
        '{"form": 1, "days": {"2024-06-01": [["甲局", null, "x"]]}}',
        '{"form": 1, "days": 3}',
    ):
        kept.write_text(damage, encoding="utf-8")
        assert rolled(ledger, place)["moved"] is None


def test_what_is_kept_of_earlier_days_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xuncha.region.changes._MAX_ENTRIES", 3)
    units: dict[Name, Totals] = {(str(unit), None): Totals(1, 1, 1, 1, 0) for unit in range(2)}
    days = {date(2024, 6, day): units for day in (1, 2, 3)}
    assert sorted(_newest(days)) == [date(2024, 6, 2), date(2024, 6, 3)]
    monkeypatch.setattr("xuncha.region.changes._MAX_ENTRIES", 6)
    assert len(_newest(days)) == 3


@pytest.mark.apart
@given(
    st.lists(
        st.tuples(ledgers(), st.sampled_from([(), ("市",), ("市", "县"), ("省",)])), min_size=1, max_size=6
    )
)
def test_how_late_a_group_is_comes_out_of_all_its_measures(
    several: list[tuple[Ledger, tuple[str, ...]]],
) -> None:
    late: dict[Any, list[int]] = defaultdict(list)
    for number, (each, group) in enumerate(several):
        for row in each.measures.values():
            if row.status != "closed" and row.due and row.due < TODAY:
                for key in (str(number), *(group[:depth] for depth in range(len(group) + 1))):
                    late[key].append((TODAY - row.due).days)
    with TemporaryDirectory() as folder, Duck(Path(folder)) as duck:
        files = Files(cached=written(duck, [each for each, _group in several], Path(folder)))
        answers = {answer[0]: answer for answer in duck.answer(count_units(duck.rows(files), TODAY))}
        units = [
            UnitRow(
                answers[str(number)][1],
                answers[str(number)][2],
                group,
                "",
                "ok",
                counts=expected(each),
                place=str(number),
            )
            for number, (each, group) in enumerate(several)
        ]
        found = _late(duck, Intake(files, []), TODAY, units)
    told = {key: Lateness(*each[-2:]) for key, each in answers.items() if each[-1] is not None}
    told |= {path: Lateness(*days) for path, *days in found}
    assert told == {key: Lateness(median(days), max(days)) for key, days in late.items()}


def test_titles_that_say_alike_are_one_problem() -> None:
    titles = {
        "公务接待管理不规范": {1, 2},
        "公务接待不规范。": {3},
        "公务接待管理不规范；": {2, 4},
        "财务管理不规范": {5},
        "落实主体责任不到位": {1},
        "党费收缴不到位": {2},
    }
    found = clusters([Title(text, frozenset(units), publish=units == {3}) for text, units in titles.items()])
    assert [(each.title, each.units, each.titles[0]) for each in found] == [
        ("公务接待不规范。", 4, "公务接待管理不规范")
    ]


def test_the_same_problem_is_looked_for_where_texts_are(ledger: LedgerOnDisk, place: Path) -> None:
    handed_in.region(place)
    renamed(ledger, place / "one", "己局")
    found = rolled(ledger, place, "--similar")["similar"]
    assert found["units"] == 4, "three with titles in their rows, and a ledger"
    assert [(each["title"], each["units"]) for each in found["problems"]] == [
        ("公务接待管理不规范", 3),
        (handed_in.SECRET, 2),
    ]
    assert "similar" not in rolled(ledger, place)


def test_a_unit_has_the_worst_light_of_its_measures() -> None:
    open_ = Counts(total=3, closed=1)
    assert [light(each) for each in (None, Counts(), open_._replace(overdue=1, due_soon=1), open_._replace(due_soon=1), open_)] == [
        "none", "none", "red", "yellow", "green",
    ]  # fmt: skip
    assert light(Counts(total=2, closed=2)) == "done"


def test_trend_and_similar_on_the_screen(ledger: LedgerOnDisk, place: Path) -> None:
    with_history(ledger, place / "one", "甲局", "2024-01-10")
    for language in ("zh", "en"):
        shown = ledger.ok("rollup", place, "--trend", "--similar", "--lang", language)
        assert max(map(terminal_columns, shown.splitlines())) <= 80
        assert "2024-05-31" in shown
    assert json.loads(ledger.ok("rollup", place, "--json"))["as_of"] == date(2024, 6, 15).isoformat()
