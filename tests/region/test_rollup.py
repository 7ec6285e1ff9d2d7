"""Roll-ups of real ledgers: nothing is dropped or counted twice, and numbers equal those of `status`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from threading import Event
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests import program
from tests.conftest import LedgerOnDisk, measure
from tests.region.ledgers import ROWS, renamed, rolled
from xuncha.errors import InvalidLedgerError
from xuncha.model.source import MAX_SIZE
from xuncha.region import files, sources, storage
from xuncha.region.engine import Duck
from xuncha.region.intake import Request
from xuncha.region.plan import Region, Unit, load
from xuncha.region.rollup import roll_up
from xuncha.region.rows import TYPES
from xuncha.store import reading
from xuncha.trail import mirror

if TYPE_CHECKING:
    from collections.abc import Sequence


def states(told: dict[str, Any]) -> dict[str, str]:
    """Return the state of each source, by the last part of its name."""
    return {Path(unit["source"]).name: unit["state"] for unit in told["units"]}


def hand_in(target: Path, rows: Sequence[Sequence[Any]] = ROWS, types: dict[str, str] | None = None) -> Path:
    """Write a rows file."""
    with Duck(Path(gettempdir())) as duck:
        files.write(duck, rows, target, types or TYPES)
    return target


def test_each_unit_counts_as_its_status_does_whatever_it_hands_in(ledger: LedgerOnDisk, place: Path) -> None:
    status = ledger.json("status")
    renamed(ledger, place / "folder", "甲局")
    bare = renamed(ledger, place / "later", "乙局")
    LedgerOnDisk(bare, ledger.environment).commit("renamed")
    ledger.git("clone", "-q", "--bare", str(bare), str(place / "bare.git"))
    shutil.rmtree(bare)
    LedgerOnDisk(renamed(ledger, place / "rows", "丙局"), ledger.environment).ok(
        "export", "rows", "-o", "../丙局.parquet"
    )
    shutil.rmtree(place / "rows")
    other = LedgerOnDisk(renamed(ledger, place / "archived", "丁局"), ledger.environment)
    other.commit("renamed")
    other.ok("archive", "-o", "../丁局.zip", "--today", "2024-06-15")
    shutil.rmtree(other.root)
    told = rolled(ledger, place)
    assert [unit["message"] for unit in told["units"]] == [""] * 4
    assert {unit["unit"] for unit in told["units"]} == {"甲局", "乙局", "丙局", "丁局"}
    for unit in told["units"]:
        assert unit["problems"] == status["problems"]
        assert unit["measures"] == status["measures"]
    assert told["total"]["measures"]["total"] == 4 * status["measures"]["total"]
    assert told["total"]["units"] == 4
    assert rolled(ledger, place) == told, "what is kept says the same"


def test_what_changed_is_read_again(ledger: LedgerOnDisk, place: Path) -> None:
    one = LedgerOnDisk(renamed(ledger, place / "one", "甲局"), ledger.environment)
    renamed(ledger, place / "two", "乙局")
    assert rolled(ledger, place)["total"]["measures"]["closed"] == 4
    one.ok("close", "1.2", "--note", "x")
    assert rolled(ledger, place)["total"]["measures"]["closed"] == 5
    shutil.rmtree(one.root)
    assert rolled(ledger, place)["total"]["measures"]["closed"] == 2


def test_nothing_is_dropped_and_nothing_counts_twice(ledger: LedgerOnDisk, place: Path) -> None:
    shutil.copytree(ledger.root, place / "a")
    shutil.copytree(ledger.root, place / "b")
    newer = LedgerOnDisk(place / "c", ledger.environment)
    shutil.copytree(ledger.root, newer.root)
    newer.git("commit", "-q", "--allow-empty", "-m", "later", "--date=2030-01-01T00:00:00")
    newer.write(newer.path("1.1"), measure("1.1"))
    newer.environment = {**newer.environment, "GIT_COMMITTER_DATE": "2030-01-01T00:00:00"}
    newer.commit()
    (place / "d/data").mkdir(parents=True)
    (place / "d/data/ledger.yaml").write_text("organisation: [", encoding="utf-8")
    (place / "e.parquet").write_bytes(b"PAR1 no")
    (place / "f.zip").write_bytes(b"no zip")
    (place / "清单.xlsx").write_bytes(b"")
    told = rolled(ledger, place)
    assert states(told) == {
        "a": "older",
        "b": "older",
        "c": "ok",
        "d": "broken",
        "e.parquet": "broken",
        "f.zip": "broken",
    }
    assert told["total"]["measures"]["total"] == 6
    assert told["total"]["measures"]["in_progress"] == 3
    shutil.rmtree(newer.root)
    assert sorted(states(rolled(ledger, place)).values()) == ["broken", "broken", "broken", "ok", "repeated"]
    assert "清单.xlsx" in ledger.run("rollup", place).err


def test_a_region_says_who_is_missing_late_or_not_expected(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "林业局.parquet")
    renamed(ledger, place / "水务", "水务局")
    renamed(ledger, place / "x", "谁")
    renamed(ledger, place / "财务", "财务局")
    (place / "region.yaml").write_text(
        "name: 某市\nhand_in: 2024-06-01\nunits:\n"
        "  - {name: 水务局, source: 水务, group: [某市, 某县], supervisor: 张某}\n"
        "  - {name: 林业局, round: 第一轮, group: [某市]}\n"
        "  - {name: 教育局, group: [某市, 某区]}\n"
        "  - {name: 财政局, source: 财务}\n",
        encoding="utf-8",
    )
    told = rolled(ledger, place)
    by_unit = {unit["unit"]: unit for unit in told["units"]}
    assert {name: unit["state"] for name, unit in by_unit.items()} == {
        "水务局": "ok", "林业局": "late", "教育局": "missing", "谁": "ok", "财务局": "ok",
    }  # fmt: skip
    assert "2024-06-10" in by_unit["林业局"]["message"]
    assert by_unit["谁"]["message"]
    assert "财政局" in by_unit["财务局"]["message"]
    assert by_unit["水务局"]["group"] == ["某市", "某县"]
    assert [(group["path"], group["units"]) for group in told["groups"]] == [
        (["某市"], 2), (["某市", "某县"], 1), (["某市", "某区"], 0),
    ]  # fmt: skip
    assert told["groups"][0]["measures"]["total"] == 8
    assert rolled(ledger, place, "--fail-on", "missing", code=1) == told
    assert ledger.run("rollup", place, "--fail-on", "broken").code == 0
    assert ledger.run("rollup", place, "--fail-on", "逾期").code == 0


def test_faults_of_region_yaml_are_named_with_their_place(ledger: LedgerOnDisk, place: Path) -> None:
    (place / "region.yaml").write_text(
        "units:\n  - {name: 甲, rouund: 一}\n  - {name: 乙}\n", encoding="utf-8"
    )
    result = ledger.run("rollup", place)
    assert result.code == 1
    assert result.err.startswith("region.yaml:2:23: error[unknown-key]")
    (place / "region.yaml").write_text("units:\n  - {name: 甲}\n  - {name: 甲}\n", encoding="utf-8")
    assert ledger.run("rollup", place).err.startswith("region.yaml:3:")
    for other in ("甲", "./甲", "乙/../甲"):
        (place / "region.yaml").write_text(
            f"units:\n  - {{name: 甲, source: 甲}}\n  - {{name: 乙, source: {other}}}\n", encoding="utf-8"
        )
        assert ledger.run("rollup", place).err.startswith("region.yaml:3:12: error[unit-twice]")


def test_what_lies_in_two_places_of_a_region_is_read_once(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "林业局.parquet")
    (place / "region.yaml").write_text(
        "units:\n  - {name: 教育局, source: .}\n  - {name: 林业局, source: 林业局.parquet}\n",
        encoding="utf-8",
    )
    told = rolled(ledger, place)
    assert [(unit["unit"], unit["state"]) for unit in told["units"]] == [
        ("林业局", "ok"),
        ("教育局", "missing"),
    ]


@pytest.mark.apart
def test_a_day_in_the_past_is_counted_out_of_history(ledger: LedgerOnDisk, place: Path) -> None:
    ledger.environment |= {
        "GIT_AUTHOR_DATE": "2024-06-14T10:00:00",
        "GIT_COMMITTER_DATE": "2024-06-14T10:00:00",
    }
    ledger.git("commit", "-q", "--amend", "--no-edit", "--date=2024-06-10T10:00:00")
    one = LedgerOnDisk(renamed(ledger, place / "one", "中共某市水务局党组"), ledger.environment)
    ledger.environment |= {
        "GIT_AUTHOR_DATE": "2024-06-15T10:00:00",
        "GIT_COMMITTER_DATE": "2024-06-15T10:00:00",
    }
    one.ok("close", "1.2", "--note", "x")
    hand_in(place / "林业局.parquet", [row._replace(as_of="2024-06-15") for row in ROWS])
    assert rolled(ledger, place)["total"]["measures"]["closed"] == 5
    told = rolled(ledger, place, "--at", "2024-06-14")
    assert told["total"]["measures"]["closed"] == 2
    assert states(told) == {"one": "ok", "林业局.parquet": "missing"}
    assert set(states(rolled(ledger, place, "--at", "2023-01-01")).values()) == {"missing"}


@pytest.mark.apart
def test_an_audit_is_told_unit_by_unit(ledger: LedgerOnDisk, place: Path) -> None:
    one = LedgerOnDisk(renamed(ledger, place / "one", "甲局"), ledger.environment)
    one.write(one.path("1.2"), measure("1.2", "closed"))
    one.commit("closed by hand")
    audit = json.loads(one.run("audit", "--json").out)
    errors = sum(each["severity"] == "error" for each in audit)
    (unit,) = rolled(ledger, place, "--audit")["units"]
    assert unit["audit"] == {"errors": errors, "warnings": len(audit) - errors}
    assert rolled(ledger, place)["units"][0]["audit"] is None
    assert ledger.run("rollup", place, "--fail-on", "audit").code == (1 if errors else 0)


def test_the_screen_names_units_whose_audit_found_something(ledger: LedgerOnDisk, place: Path) -> None:
    one = LedgerOnDisk(renamed(ledger, place / "one", "甲局"), ledger.environment)
    one.write(one.path("1.2"), measure("1.2", "closed"))
    one.commit("closed by hand")
    hand_in(place / "two.parquet")
    assert "待核实" not in ledger.ok("rollup", place)
    shown = "".join(ledger.ok("rollup", place, "--audit").partition("待核实\n")[2].split())
    assert re.fullmatch("已计入甲局.*历史核验发现[1-9]处错误", shown)


def test_a_unit_without_problems_comes_last_in_the_ranking(ledger: LedgerOnDisk, place: Path) -> None:
    blank = ROWS[0]._replace(problem=None, measure=None, status=None, term=None)
    hand_in(place / "a.parquet", [blank._replace(unit="空局")])
    hand_in(place / "b.parquet", [row._replace(unit="半局", status="in_progress") for row in ROWS])
    hand_in(place / "c.parquet")
    shown = ledger.ok("rollup", place, "--rank").partition("按单位\n")[2].splitlines()[1:4]
    assert [line.split()[:2] for line in shown] == [["1", "林业局"], ["2", "半局"], ["—", "空局"]]


def test_a_name_has_its_round_where_a_unit_is_there_in_several(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path
) -> None:
    ledger.environment["XUNCHA_CACHE"] = str(tmp_path / "cache")
    opened = [row._replace(status="in_progress") for row in ROWS]
    hand_in(place / "a.parquet")
    hand_in(place / "b.parquet")
    hand_in(place / "c.parquet", [row._replace(unit="教育局") for row in opened])
    hand_in(place / "d.parquet", [row._replace(unit="教育局", round="第二轮") for row in opened])
    ledger.ok("rollup", place, "--today", "2024-06-15")
    for name, round_ in (("c", "第一轮"), ("d", "第二轮")):
        hand_in(place / f"{name}.parquet", [row._replace(unit="教育局", round=round_) for row in ROWS])
    shown = ledger.ok("rollup", place, "--today", "2024-06-16")
    paper = ledger.ok("rollup", place, "--today", "2024-06-16", "--dispatch")
    for text in (shown, paper):
        assert text.count("教育局（第二轮）") == text.count("教育局（第一轮）") == 2, (
            "in the ranking and the changes"
        )
        assert "林业局（" not in text, "two files of one round"
    assert "已计入3份。以下1份没有计入，其中重复报送或已有新版本的1份，不在应计入之列：" in paper


def test_a_notice_asks_each_unit_once_and_none_that_counts(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "a.parquet")
    for name, unit in (("b", "林业局"), ("c", "教育局"), ("d", "教育局")):
        hand_in(place / f"{name}.parquet", [row._replace(unit=unit, status="nonsense") for row in ROWS])
    for name in ("e", "f"):
        (place / f"{name}.parquet").write_text("x")
    paper = ledger.ok("rollup", place, "-f", "txt")
    assert "不能读取的3个单位（教育局，另有2份不知单位）要尽快报送" in paper
    assert "以下5份没有计入：" in ledger.ok("rollup", place, "--dispatch")


def test_all_rows_come_in_one_file_that_counts_the_same(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path
) -> None:
    renamed(ledger, place / "one", "甲局")
    shutil.copytree(place / "one", place / "two")
    hand_in(place / "林业局.parquet")
    target = tmp_path / "all.parquet"
    told = json.loads(ledger.ok("rollup", place, "-o", target, "--json"))
    again = rolled(ledger, target)
    assert again["total"] == told["total"]
    assert {unit["unit"] for unit in again["units"]} == {"甲局", "林业局"}
    assert "做好".encode() not in target.read_bytes()
    piped = tmp_path / "piped.parquet"
    piped.write_bytes(program.piped(["rollup", str(place), "-f", "parquet"], ledger.root, ledger.environment))
    assert rolled(ledger, piped)["total"] == told["total"]


def test_a_plan_of_what_is_found_expects_just_that(ledger: LedgerOnDisk, place: Path) -> None:
    renamed(ledger, place / "某县/one", '"甲局: #1"')
    hand_in(place / "林业局.parquet")
    ledger.ok("rollup", place, "--init", "-o", place / "region.yaml")
    told = rolled(ledger, place)
    assert {unit["state"] for unit in told["units"]} == {"ok"}
    assert [unit["message"] for unit in told["units"]] == ["", ""]
    assert [group["path"] for group in told["groups"]] == [["某县"]]


def test_a_plan_elsewhere_expects_what_was_named_by_another_way(ledger: LedgerOnDisk, place: Path) -> None:
    renamed(ledger, place / "one", "甲局")
    (elsewhere := place.parent / "计划").mkdir()
    ledger.ok("rollup", elsewhere / ".." / place.name, "--init", "-o", elsewhere / "region.yaml")
    assert [unit["state"] for unit in rolled(ledger, elsewhere / "region.yaml")["units"]] == ["ok"]


def test_rows_tell_titles_only_where_they_are_asked_for(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.ok("export", "rows", "-o", tmp_path / "a.parquet")
    ledger.ok("export", "rows", "--texts", "-o", tmp_path / "b.parquet")
    with Duck(Path(gettempdir())) as duck:
        plain, titled = (duck.run.execute(f"FROM '{tmp_path}/{name}.parquet'").fetchall() for name in "ab")
        columns = [each[0] for each in duck.run.execute(f"DESCRIBE FROM '{tmp_path}/b.parquet'").fetchall()]
    assert columns[-2:] == ["problem_title", "measure_title"]
    assert [row[:-2] for row in titled] == plain
    assert titled[0][-2:] == ("学习不够深入", "做好1.1号工作")


def test_a_screen_of_80_columns_holds_it(ledger: LedgerOnDisk, place: Path) -> None:
    renamed(ledger, place / "one", "中共某市某县水务局党组和移民工作办公室党支部联合委员会")
    hand_in(place / "\x1b[31m=1+1.parquet", [row._replace(unit="\x1b[31m红<b>", round=None) for row in ROWS])
    (place / "d/data").mkdir(parents=True)
    (place / "d/data/ledger.yaml").write_text("organisation: [", encoding="utf-8")
    hand_in(place / "x.parquet", [row._replace(unit="教育局") for row in ROWS])
    hand_in(place / "y.parquet", [row._replace(unit="教育局", round="第二轮") for row in ROWS])
    for language in ("zh", "en"):
        shown = ledger.ok("rollup", place, "--rank", "--lang", language)
        assert "\x1b" not in shown
        assert "100%" in shown
        assert "第二轮" in shown, "one unit in two rounds is two rows"
        from xuncha.chinese.characters import terminal_columns

        assert max(map(terminal_columns, shown.splitlines())) <= 80
    rounds = [unit["round"] for unit in rolled(ledger, place)["units"] if unit["unit"] == "教育局"]
    assert "第二轮" in rounds


def test_what_is_not_there_or_nothing_is_said(ledger: LedgerOnDisk, place: Path) -> None:
    assert "error[no-such-source]" in ledger.run("rollup", place / "nowhere").err
    assert "error[nothing-to-count]" in ledger.run("rollup", place).err
    assert "error[wrong-suffix]" in ledger.run("rollup", ledger.root, "-o", "x.csv").err
    assert "error[unknown-word]" in ledger.run("rollup", ledger.root, "--fail-on", "x").err


def test_repositories_elsewhere_are_mirrored_and_brought_up_to_date(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path
) -> None:
    far = LedgerOnDisk(renamed(ledger, tmp_path / "远 处", "甲局"), ledger.environment)
    far.commit("renamed")
    address = f"file://{far.root}"
    (place / "region.yaml").write_text(
        f"units:\n  - {{name: 甲局, source: '{address}', group: [市]}}\n"
        "  - {name: 乙局, source: 'file://user:geheim@/nowhere/乙.git'}\n"
        f"  - {{name: 丙局, source: '{renamed(ledger, tmp_path / '别处/丙', '丙局')}'}}\n",
        encoding="utf-8",
    )
    told = rolled(ledger, place / "region.yaml")
    by_unit = {unit["unit"]: unit for unit in told["units"]}
    assert {name: unit["state"] for name, unit in by_unit.items()} == {
        "甲局": "ok",
        "乙局": "broken",
        "丙局": "ok",
    }
    assert by_unit["甲局"]["measures"]["closed"] == 2
    assert "geheim" not in json.dumps(told)
    far.ok("close", "1.2", "--note", "x")
    told = rolled(ledger, place / "region.yaml")
    assert {unit["unit"]: unit for unit in told["units"]}["甲局"]["measures"]["closed"] == 3
    far.root.rename(tmp_path / "gone")
    told = rolled(ledger, place / "region.yaml")
    lost = {unit["unit"]: unit for unit in told["units"]}["甲局"]
    assert (lost["state"], lost["measures"]["closed"]) == ("ok", 3)
    assert lost["message"]


def test_two_roll_ups_may_clone_one_address_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored = tmp_path / "x.git"

    def cloning(*_arguments: object) -> str:
        (mirrored / "refs").mkdir(parents=True)
        (tmp_path / f"x.git.{os.getpid()}").mkdir()
        return ""

    monkeypatch.setattr(mirror, "_run_git", cloning)
    assert mirror.update_mirror("file:///x", mirrored, 1, Event()) == ""
    assert [each.name for each in tmp_path.iterdir()] == ["x.git"]


@pytest.mark.apart
def test_a_second_roll_up_reads_what_has_changed_alone(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_CACHE", str(tmp_path / "cache"))
    for number in range(3):
        renamed(ledger, place / str(number), f"单位{number}")
    hand_in(place / "a.parquet")
    hand_in(place / "b.parquet", [row._replace(unit="教育局") for row in ROWS])
    time.sleep(2.1)  # what has changed a moment ago is not believed to be unchanged

    def read() -> tuple[int, int]:
        asked = Request([str(place)], sources.named_sources([place]), date(2024, 6, 15))
        ticks: list[int] = []
        with roll_up(asked, ticks.append) as (done, _rows):
            return len(asked.sources) - ticks[0], done.total.counts.total

    assert read() == (5, 22)
    assert read() == (0, 22)
    measures = place / "1/data/problems/01/1.2.yaml"
    measures.write_text(measure("1.2", "closed"), encoding="utf-8")
    assert read() == (1, 22)
    (place / "b.parquet").unlink()
    shutil.copytree(place / "2", place / "3")
    assert read()[1] == 20
    ledger.environment |= {"XUNCHA_CACHE": str(tmp_path / "cache")}
    with storage.folder_for([str(place), "at=None", "audit=False", "trend=False", "zh"], tmp_path) as held:
        before = [each.name for each in held.iterdir()]
        assert rolled(ledger, place)["total"]["measures"]["total"] == 20, "it does without what another has"
        assert [each.name for each in held.iterdir()] == before
    shutil.rmtree(place / "3")
    assert read()[1] == 20


def test_a_roll_up_does_without_a_cache_that_cannot_be_written(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.environment["XUNCHA_CACHE"] = str(tmp_path / "cache")
    hand_in(place / "a.parquet")
    write, full = files.copy, True

    def copying(duck: Duck, source: str, target: Path) -> None:
        if full and target.is_relative_to(tmp_path / "cache"):
            target.with_name(f"tmp_{target.name}").write_bytes(b"PAR1")
            raise duckdb.IOException("No space left on device")
        write(duck, source, target)

    monkeypatch.setattr(files, "copy", copying)
    assert rolled(ledger, place)["total"]["measures"]["total"] == 2
    full = False
    assert rolled(ledger, place)["total"]["measures"]["total"] == 2
    assert [each.name[:5] for each in (tmp_path / "cache").rglob("*.parquet")] == ["rows-"], "no rest stays"


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("small", [1 << 20, 0], ids=["copied", "in place"])
def test_what_is_counted_is_not_counted_again_for_another_form(
    small: int, ledger: LedgerOnDisk, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("xuncha.region.intake._MAX_COPIED", small)
    renamed(ledger, place / "0", "单位0")
    hand_in(place / "a.parquet")
    (place / "b.parquet").write_bytes(b"PAR1")
    hand_in(place / "c.parquet", [row._replace(unit="教育局") for row in ROWS])
    monkeypatch.setattr(storage, "_MIN_AGE", 0)  # else what has changed a moment ago is read again
    opened = []
    connect = duckdb.connect

    def connecting(**settings: Any) -> duckdb.DuckDBPyConnection:
        opened.append(True)
        return connect(**settings)

    monkeypatch.setattr("duckdb.connect", connecting)

    def told(day: int, region: Region | None = None) -> tuple[bool, Any]:
        opened.clear()
        found = sources.named_sources([place])
        asked = Request([str(place)], found, date(2024, 6, day), region, place)
        with roll_up(asked, lambda _more: None) as (done, _rows):
            return bool(opened), done.as_json()

    first = told(15)
    assert first[0]
    assert told(15) == (False, first[1])
    later = told(16)
    assert later[0], "another day counts otherwise"
    assert told(16) == (False, later[1])
    grouped = told(16, Region(units=[Unit(name="教育局", group=["县"])]))
    assert grouped[0], "groups are asked for"
    assert [each["late"]["maximum"] for each in grouped[1]["groups"]] == [
        grouped[1]["total"]["late"]["maximum"]
    ]
    hand_in(place / "c.parquet", [row._replace(unit="教育局") for row in ROWS[:-1]])
    fewer = told(16)
    assert fewer[0]
    assert fewer[1]["total"]["measures"]["total"] == later[1]["total"]["measures"]["total"] - 1
    [answers] = (tmp_path / "cache").rglob("answers.json")
    for damage in ("{", "[]", '["x", 1]'):
        answers.write_text(damage, encoding="utf-8")
        assert told(16)[1] == fewer[1]


def test_a_region_may_name_more_units_than_a_record_could_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = MAX_SIZE // 16
    monkeypatch.setattr(reading, "MAX_SIZE", size)
    units = [
        f"  - {{name: 某县第{number}局党组, round: 八届市委第一轮巡察, source: 台账/某县/第{number}局, group: [某市, 某县]}}"
        for number in range(160)
    ]
    file = tmp_path / "region.yaml"
    file.write_text("\n".join(["units:", *units, units[-1]]), encoding="utf-8")
    assert file.stat().st_size > size
    with pytest.raises(InvalidLedgerError) as refused:
        load(file)
    assert [each.place.line for each in refused.value.findings] == [162]


def test_without_a_home_mirrors_go_when_the_program_ends() -> None:
    program = """
from xuncha.region import sources, storage
def home():
    raise RuntimeError
storage.home = home
place = sources._home()
assert place.is_dir()
print(place)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not Path(told.stdout.strip()).exists()


def test_units_of_one_rows_file_come_in_the_order_of_their_names(ledger: LedgerOnDisk, place: Path) -> None:
    several = [row._replace(unit=f"单位{number:03}") for number in range(300) for row in ROWS]
    hand_in(place / "a.parquet", several)
    names = [unit["unit"] for unit in rolled(ledger, place)["units"]]
    assert names == sorted(names)
    assert len(names) == 300


def test_nothing_in_a_folder_is_passed_over_in_silence(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "林业局.parquet")
    (place / "水务局.parquet").symlink_to(place / "林业局.parquet")
    (place / "财政局").symlink_to(ledger.root)
    os.mkfifo(place / "教育局.parquet")
    deep = place.joinpath(*"abcdefghijklm")
    deep.mkdir(parents=True)
    (place / "region.yml").write_text("units: []\n", encoding="utf-8")
    told = ledger.run("rollup", place, "--json")
    units = {Path(each["source"]).name: each for each in json.loads(told.out)["units"]}
    assert {name: each["state"] for name, each in units.items()} == {
        "林业局.parquet": "ok", "水务局.parquet": "broken", "财政局": "broken", "教育局.parquet": "broken", "m": "broken",
    }  # fmt: skip
    assert units["财政局"]["message"] == "是链接，不予打开"
    assert units["教育局.parquet"]["message"] == "不是文件"
    assert "region.yml" in ledger.run("rollup", place).err
    clone = place / "空台账"
    ledger.git("init", "-q", str(clone))
    (clone / "链接").symlink_to(place)
    shown = {Path(each["source"]).name: each["state"] for each in rolled(ledger, place)["units"]}
    assert "空台账" in shown, "a clone without its ledger is one unit, whatever links are in it"
    assert "链接" not in shown


def test_a_day_to_come_is_named(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "林业局.parquet", [row._replace(as_of="2099-01-31") for row in ROWS])
    (unit,) = rolled(ledger, place)["units"]
    assert (unit["state"], unit["message"]) == ("ok", "所报数据截至 2099-01-31，这一天尚未到来")
    hand_in(place / "林业局.parquet")
    (place / "region.yaml").write_text("as_of: 2098-12-31\nunits: []\n", encoding="utf-8")
    assert "region.yaml: as_of: 2098-12-31 尚未到来" in ledger.run("rollup", place).err
    hand_in(place / "林业局.parquet", [row._replace(as_of="2099-01-31") for row in ROWS])
    (unit,) = rolled(ledger, place)["units"]
    assert unit["message"] == "不在应报送的单位之列；所报数据截至 2099-01-31，这一天尚未到来"
