"""Rows files and ledgers of a unit that try to break a roll-up, count for more, or run something."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from tempfile import gettempdir
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LedgerOnDisk
from tests.region.ledgers import ROWS, renamed, rolled
from xuncha.errors import SurroundingsError
from xuncha.region import engine, files, sources
from xuncha.region.engine import Duck
from xuncha.region.process import Job, read_all
from xuncha.region.rows import TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = "林业局.parquet"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make a folder with a valid file that was handed in, to which tests add others."""
    folder = tmp_path / "报送"
    folder.mkdir()
    hand_in(folder / GOOD)
    return folder


def hand_in(target: Path, rows: Sequence[Sequence[Any]] = ROWS, **types: str) -> None:
    """Write a rows file, some columns of another type; an empty one leaves the column out."""
    named = {**TYPES, **types}
    places = [place for place, kind in enumerate(named.values()) if kind]
    with Duck(Path(gettempdir())) as duck:
        chosen = [
            [
                str(row[place]) if types.get(list(named)[place]) == "VARCHAR" else row[place]
                for place in places
            ]
            for row in rows
        ]
        target.parent.mkdir(exist_ok=True)
        files.write(duck, chosen, target, {name: kind for name, kind in named.items() if kind})


def others(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all units but that of the valid file, which must count."""
    beside = [unit for unit in told["units"] if not unit["source"].endswith(GOOD)]
    (good,) = [unit for unit in told["units"] if unit["source"].endswith(GOOD)]
    assert (good["state"], good["measures"]["total"]) == ("ok", 2)
    return beside


OTHER = [row._replace(unit="教育局") for row in ROWS]


@pytest.mark.parametrize(
    ("rows", "types", "said"),
    [
        (OTHER, {"due_soon_days": "VARCHAR"}, "due_soon_days"),
        (OTHER, {"problem": "DOUBLE"}, "problem"),
        (OTHER, {"problem": "DECIMAL(18,4)"}, "DECIMAL(18,4)"),
        (OTHER, {"due": "VARCHAR"}, "due"),
        (OTHER, {"term": ""}, "term"),
        ([row._replace(schema_version=2) for row in OTHER], {}, "2"),
        ([row._replace(schema_version=2) for row in OTHER], {"term": ""}, "第 2 版"),
        ([*OTHER, *OTHER], {}, "重复或缺号"),
        ([row._replace(measure=row.measure * 10) for row in OTHER if row.measure], {}, "重复或缺号"),
        ([row._replace(status="完成") for row in OTHER], {}, "不是台账会有的"),
        ([row._replace(problem=-1) for row in OTHER], {}, "不是台账会有的"),
        ([row._replace(review_every_days=2_000_000_000) for row in OTHER], {}, "不是台账会有的"),
        ([], {}, "没有内容"),
        ([row._replace(problem=2**40) for row in OTHER], {"problem": "BIGINT"}, "损坏"),
    ],
)  # fmt: skip
def test_a_rows_file_that_no_ledger_gives_is_broken_and_all_else_counts(
    ledger: LedgerOnDisk, place: Path, rows: Sequence[Sequence[Any]], types: dict[str, str], said: str
) -> None:
    hand_in(place / "教育局.parquet", rows, **types)
    (bad,) = others(rolled(ledger, place))
    assert bad["state"] == "broken"
    assert said in bad["message"]
    assert bad["measures"] is None


def test_days_and_numbers_out_of_range_break_their_file_alone(ledger: LedgerOnDisk, place: Path) -> None:
    absurd: list[dict[str, Any]] = [
        {"due": "infinity"},
        {"due": "5000000-01-01"},
        {"looked_at": "0044-03-15 (BC)"},
        {"as_of": "-infinity"},
        {"as_of": "0044-03-15 (BC)"},
        {"due_soon_days": 2**31 - 1},
        {"review_every_days": -(2**31)},
        {"audit_errors": -1},
        {"unit": " "},
        {"unit": "长" * 2001},
        {"round": ""},
    ]
    for number, each in enumerate(absurd):
        hand_in(place / f"{number}.parquet", [row._replace(**each) for row in OTHER])
    bad = others(rolled(ledger, place))
    assert [unit["state"] for unit in bad] == ["broken"] * len(absurd)
    assert {len(unit["unit"] or "") for unit in bad} == {0, 3}, "a name of any length is not shown"
    assert {unit["message"] for unit in bad} == {"有 2 行的内容不是台账会有的"}


def test_a_column_of_the_name_that_reading_adds_breaks_its_file_alone(
    ledger: LedgerOnDisk, place: Path
) -> None:
    hand_in(place / "一.parquet", [(*row, "x") for row in OTHER], Source="VARCHAR")
    hand_in(place / "二.parquet", [(*row, "x") for row in OTHER], filename="VARCHAR")
    assert [(unit["state"], "source" in unit["message"]) for unit in others(rolled(ledger, place))] == [
        ("broken", True),
        ("ok", False),
    ]


def test_a_schema_may_have_any_name(ledger: LedgerOnDisk, place: Path) -> None:
    hand_in(place / "教育局.parquet", OTHER)
    content = (place / "教育局.parquet").read_bytes()
    (place / "教育局.parquet").write_bytes(content.replace(b"duckdb_schema", b"duckdb,schema"))
    assert [unit["state"] for unit in others(rolled(ledger, place))] == ["ok"]


def test_a_plan_is_made_of_any_names(ledger: LedgerOnDisk, place: Path) -> None:
    for name, unit in {"a": "\x1b[31m红\n局", "b\n": "\u2800", "\x1b": "乙局"}.items():
        hand_in(place / f"{name}/x.parquet", [row._replace(unit=unit, round="一\t轮") for row in ROWS])
    renamed(ledger, place / os.fsdecode(b"\xff"), "丙局")
    shutil.copy(place / GOOD, place / os.fsdecode(b"\xfe.parquet"))
    told = rolled(ledger, place)
    assert "文件名不是 UTF-8，请改名" in {unit["message"] for unit in told["units"]}
    ledger.ok("rollup", place, "--init", "-o", place / "region.yaml")
    assert rolled(ledger, place)["total"] == told["total"]
    for form in ("html", "xlsx", "txt"):
        ledger.ok("rollup", place, "--internal", "-o", place.parent / f"x.{form}")


def test_several_units_may_hand_in_twice(ledger: LedgerOnDisk, place: Path) -> None:
    for number, name in enumerate(["甲局", "甲局", "乙局", "乙局", "丙局", "丙局"]):
        hand_in(place / f"{number}.parquet", [row._replace(unit=name) for row in OTHER])
    assert sorted(unit["state"] for unit in others(rolled(ledger, place))) == ["ok"] * 3 + ["repeated"] * 3


def test_a_newer_file_beside_large_ones_breaks_its_unit_alone(
    ledger: LedgerOnDisk, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xuncha.region.intake._MAX_COPIED", 0)
    hand_in(place / "教育局.parquet", [row._replace(schema_version=2) for row in OTHER], term="")
    (bad,) = others(rolled(ledger, place))
    assert "第 2 版" in bad["message"]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_a_host_that_does_not_answer_leaves_no_program_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_CACHE", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"https://127.0.0.1:{server.getsockname()[1]}/x.git"

        def running() -> list[bytes]:
            """Return the programs with this address, after those that are ending had time to."""
            until = time.monotonic() + 10
            while (left := programs()) and time.monotonic() < until:
                time.sleep(0.05)
            return left

        def programs() -> list[bytes]:
            found = []
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    found.append(file.read_bytes())
            return [each for each in found if address.encode() in each]

        [source] = sources.fetch([address], lambda _more: None, seconds=0.5)
        assert (source.kind, running()) == ("unreachable", [])
        before = signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # ignored where the tests run behind a shell
        timer = Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                list(sources.fetch([address], lambda _more: None))
        finally:
            signal.signal(signal.SIGINT, before)
        assert running() == []


def test_damaged_files_are_named_and_all_else_counts(ledger: LedgerOnDisk, place: Path) -> None:
    sound = (place / GOOD).read_bytes()
    dice = random.Random(20240418)  # noqa: S311  the same each time
    for number in range(25):
        content = bytearray(sound)
        for _each in range(dice.randint(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        (place / f"{number}.parquet").write_bytes(
            content[: dice.randrange(len(content))] if number % 5 == 0 else content
        )
    told = rolled(ledger, place)
    assert len(told["units"]) >= 26
    assert {unit["state"] for unit in told["units"]} <= {"ok", "broken", "older", "repeated"}


def test_names_are_shown_and_never_run(ledger: LedgerOnDisk, place: Path, tmp_path: Path) -> None:
    for number, name in enumerate(
        [
            "=HYPERLINK(1)",
            "<script>alert(1)</script>",
            "\x1b]0;x\x07",
            "'); DROP TABLE r; --",
            "../../x",
            "a\nb",
            "“\N{RIGHT-TO-LEFT OVERRIDE}x",
        ]
    ):
        hand_in(place / f"{number} '[*]?.parquet", [row._replace(unit=name, round=name) for row in ROWS])
    for copied in range(2):
        hand_in(
            place / f"copy{copied}.parquet",
            [row._replace(unit="'); DROP TABLE r; --", round="'\\") for row in ROWS],
        )
    told = rolled(ledger, place)
    assert {unit["state"] for unit in told["units"]} == {"ok", "repeated"}
    shown = ledger.ok("rollup", place, "--rank", "-o", tmp_path / "all.parquet")
    assert not {"\x1b", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(shown)
    again = rolled(ledger, tmp_path / "all.parquet")
    assert again["total"] == told["total"]


def test_a_ledger_that_takes_too_long_or_too_much_is_named_and_the_next_one_is_read(
    ledger: LedgerOnDisk, place: Path
) -> None:
    slow = place / "slow"
    (slow / "data/problems/01").mkdir(parents=True)
    os.mkfifo(slow / "data/ledger.yaml")
    renamed(ledger, place / "sound", "甲局")
    jobs = [Job("folder", str(place / name), "2024-06-15", None, False, "zh") for name in ("slow", "sound")]
    read = {job.path: answer for job, answer in read_all(jobs, seconds=20)}
    assert read[str(slow)][0].error
    assert len(read[str(place / "sound")][0].rows) == 6
    quick = list(read_all(jobs[1:], seconds=0))
    assert "0" in quick[0][1][0].error


def test_nothing_of_a_repository_is_run(ledger: LedgerOnDisk, place: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    one = LedgerOnDisk(renamed(ledger, place / "one", "甲局"), ledger.environment)
    one.commit("renamed")
    one.git("clone", "-q", "--bare", str(one.root), str(place / "bare.git"))
    for repository in (one.root / ".git", place / "bare.git"):
        with (repository / "config").open("a") as config:
            config.write(
                f'[core]\n fsmonitor = {script}\n sshCommand = {script}\n[filter "x"]\n clean = {script}\n smudge = {script}\n'
            )
            config.write(
                f"[gpg]\n program = {script}\n[log]\n showSignature = true\n[diff]\n external = {script}\n"
            )
        (repository / "hooks").mkdir(exist_ok=True)
        for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
            shutil.copy(script, repository / "hooks" / hook)
    (place / "region.yaml").write_text(
        f"units:\n  - {{name: 甲局, source: 'file://{place}/bare.git'}}\n  - {{name: 乙, source: 'ext::{script} x'}}\n",
        encoding="utf-8",
    )
    told = rolled(ledger, place, "--audit")
    assert "ok" in {unit["state"] for unit in told["units"]}
    rolled(ledger, place, "--at", "2024-06-15")
    assert not mark.exists()


def test_what_leads_out_of_a_repository_is_not_read(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path
) -> None:
    secret = renamed(ledger, tmp_path / "secret", "密")
    bare = place / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True, env=ledger.environment)
    shutil.rmtree(bare / "objects")
    (bare / "objects").symlink_to(secret / ".git/objects")
    (bare / "refs/heads").mkdir(parents=True, exist_ok=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=secret,
        check=True,
        capture_output=True,
        text=True,
        env=ledger.environment,
    ).stdout
    (bare / "HEAD").write_text(head)
    (place / "link").symlink_to(secret)
    told = others(rolled(ledger, place))
    assert [each["state"] for each in told] == ["broken", "broken"]
    assert "密" not in json.dumps(told, ensure_ascii=False)


def test_a_forged_archive_or_a_bomb_is_broken(ledger: LedgerOnDisk, place: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(place / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/archive.json", b"0" * 200_000_000)
    with zipfile.ZipFile(place / "b.zip", "w") as archive:
        archive.writestr("../../x", b"")
    with zipfile.ZipFile(place / "c.zip", "w") as archive:
        archive.writestr("x/data/archive.json", "{}")
    told = others(rolled(ledger, place))
    assert [unit["state"] for unit in told] == ["broken"] * 3
    assert not (tmp_path / "x").exists()


def test_what_is_kept_is_not_believed_where_it_is_not_whole(
    ledger: LedgerOnDisk, place: Path, tmp_path: Path
) -> None:
    ledger.environment["XUNCHA_CACHE"] = str(tmp_path / "cache")
    told = rolled(ledger, place)
    for content in (b"", b"[]", b'{"form": 1, "rows": "../../x", "sources": {}}', b'{"form": '):
        for index in (tmp_path / "cache").rglob("index.json"):
            index.write_bytes(content)
        assert rolled(ledger, place) == told
    ledger.environment["XUNCHA_CACHE"] = "/proc/nowhere"
    assert rolled(ledger, place) == told


@pytest.mark.apart
def test_a_large_file_that_is_damaged_inside_is_named_and_all_else_counts(
    ledger: LedgerOnDisk, place: Path
) -> None:
    large = place / "large.parquet"
    rows = [
        row._replace(unit=f"单位{number}", commit=hashlib.sha256(str(number).encode()).hexdigest(), problem=1)
        for number in range(30_000)
        for row in ROWS
    ]
    hand_in(large, rows)
    assert large.stat().st_size > 1 << 20
    assert rolled(ledger, place)["total"]["units"] == 30_001
    content = bytearray(large.read_bytes())
    for place_of in range(4, len(content) - 20_000, 97):
        content[place_of] ^= 0xA5
    large.write_bytes(content)
    (bad,) = others(rolled(ledger, place))
    assert bad["state"] == "broken"
    content[-9:] = b"\xff" * 5 + b"PAR1"
    large.write_bytes(content)
    (bad,) = others(rolled(ledger, place))
    assert bad["state"] == "broken"


def test_a_git_folder_that_leads_elsewhere_breaks_its_unit_alone(ledger: LedgerOnDisk, place: Path) -> None:
    one = renamed(ledger, place / "one", "甲局")
    shutil.rmtree(one / ".git")
    (one / ".git").write_text(f"gitdir: {ledger.root}/.git\n")
    two = renamed(ledger, place / "two", "乙局")
    (two / ".git/HEAD").unlink()
    (two / ".git/HEAD").symlink_to("/etc/hostname")
    assert [unit["state"] for unit in others(rolled(ledger, place))] == ["broken", "broken"]


def test_what_the_engine_cannot_do_is_said_in_a_sentence() -> None:
    """As where the disk is full."""
    with pytest.raises(SurroundingsError) as caught, Duck(Path(gettempdir())) as duck:
        duck.run.execute("FROM nowhere")
    assert caught.value.code == "engine"
    assert "nowhere" in caught.value.message
    said = 'IO Error: at [0]: {"exception_type":"IO","exception_message":"Could not write \\"x\\": full","errno":"28"}'
    assert engine.first_line(OSError(said)) == 'Could not write "x": full'


def test_an_engine_that_does_not_start_is_said_once_and_blames_no_file(
    ledger: LedgerOnDisk, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(place / "教育局.parquet", OTHER)
    monkeypatch.setattr(engine, "_MEMORY", "a lot")
    for command in (("rollup", str(place)), ("export", "rows", "-o", str(place / "x.parquet"))):
        refused = ledger.run(*command)
        assert (refused.code, refused.err.count("error["), refused.out) == (3, 1, "")
        assert "error[engine]" in refused.err


def test_a_small_file_of_endless_rows_is_broken_before_it_takes_long(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(place / "one.parquet", OTHER[:1])
    with Duck(Path(gettempdir())) as duck:
        duck.run.execute(
            f"COPY (SELECT one.* FROM '{place}/one.parquet' one, range(400_000)) TO '{place}/bomb.parquet' (COMPRESSION zstd)"
        )
    assert (place / "bomb.parquet").stat().st_size < 100_000
    monkeypatch.setattr(engine, "_SECONDS", 0.5)
    monkeypatch.setattr(engine, "_SECONDS_PER_FILE", 1e-6)
    with Duck(Path(gettempdir())) as duck:
        sound, broken = files.check_columns(duck, [str(place / "bomb.parquet")])
        assert not broken
        assert [*files.damaged(duck, sound)] == [str(place / "bomb.parquet")]
        with pytest.raises(duck.error), duck.time_limit([]):
            duck.run.execute("SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)").fetchall()
