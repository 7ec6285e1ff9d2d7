"""On a terminal of 80 columns lines fit, and colours appear only where wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import WHOLE, all_lights, committed, many, seed
from tests.cli.terminals import COLOUR, in_terminal, plain, too_wide, width
from tests.conftest import LedgerOnDisk, measure

if TYPE_CHECKING:
    from pathlib import Path

LONG_NAME = "中共某市重点工程建设指挥部综合协调办公室（挂某市水务局重大项目推进中心牌子）"
LONG_WORD = "https://example.invalid/" + "a" * 150


@pytest.fixture
def crowded(bare_ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Make a ledger whose names and titles are as long as they may be."""
    path = bare_ledger.root / "data/ledger.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("organisation: 中共某市水务局党组", f"organisation: {LONG_NAME * 2}")
    text = text.replace("title: 关于工作推进方面", f"title: 关于{LONG_NAME}方面")
    text = text.replace("inspector: 市委第二巡察组", f"inspector: {LONG_NAME}")
    text = text.replace("[局长, 分管副局长]", f"[局长, 分管副局长, {LONG_NAME}]")
    path.write_text(text.replace("规划科, 财务科", f"规划科, 财务科, {LONG_NAME}"), encoding="utf-8")
    all_lights(bare_ledger)
    for identity, due in (("1.1", "2024-06-01"), ("2.1", "2024-06-20"), ("2.3", "2024-12-31")):
        keys = {"leader": LONG_NAME, "office": LONG_NAME, "title": LONG_NAME + LONG_WORD, "due": due}
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "in_progress", **keys))
    bare_ledger.write(bare_ledger.path("2.2"), WHOLE.replace("完成泵站前期手续", LONG_WORD))
    return committed(bare_ledger)


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("status", "--by", "office"),
        ("status", "--by", "category"),
        ("list",),
        ("show", "2.1"),
        ("show", "2.2"),
        ("show", "2"),
        ("log",),
        ("--help",),
        ("add", "measure", "--help"),
    ],
    ids=" ".join,
)
def test_no_line_is_wider_than_the_terminal(crowded: LedgerOnDisk, command: tuple[str, ...]) -> None:
    shown = in_terminal(crowded, *command).out
    assert not too_wide(COLOUR.sub("", shown))
    assert "\x1b" not in COLOUR.sub("", shown), "something else than a colour is sent"


def test_a_long_name_leaves_room_for_what_was_done(ledger: LedgerOnDisk) -> None:
    ledger.ok("start", "1.1", GIT_AUTHOR_NAME="长" * 40)
    assert "启动 1.1" in plain(in_terminal(ledger, "log").out)


@pytest.mark.parametrize("columns", [60, 100])
def test_other_widths_are_kept_too(crowded: LedgerOnDisk, columns: int) -> None:
    for command in (("status",), ("list",), ("show", "2.2")):
        assert not too_wide(plain(in_terminal(crowded, *command, columns=columns).out), columns), command


def test_the_titles_have_room_beside_long_names(crowded: LedgerOnDisk) -> None:
    """A column of two characters a line is no table that anyone can read."""
    shown = plain(in_terminal(crowded, "list").out)
    rows = [line for line in shown.splitlines() if re.match(r"2\.1 ", line)]
    assert rows
    title = rows[0].removeprefix("2.1").strip().split(" ")[0]
    assert width(title) >= 12, f"the title is broken into pieces of {width(title)} columns"


def test_long_titles_are_whole_on_the_screen(crowded: LedgerOnDisk) -> None:
    for command in (("list",), ("status",)):
        shown = plain(in_terminal(crowded, *command).out)
        assert shown.count("…") == 0, f"{command}: something is cut off"


@pytest.mark.parametrize(
    ("command", "colours"),
    [
        (("status",), "160 136 133 31"),
        (("list",), "160 136 28"),
        (("show", "1.2"), "160"),
    ],
    ids=str,
)
def test_colours_show_on_a_terminal(
    bare_ledger: LedgerOnDisk, command: tuple[str, ...], colours: str
) -> None:
    shown = in_terminal(all_lights(bare_ledger), *command).out
    assert set(colours.split()) <= {
        code for found in COLOUR.findall(shown) for code in re.findall("[0-9]+", found)
    }


@pytest.mark.parametrize(
    "command", [("status",), ("list",), ("show", "1.2"), ("close", "2.2"), ("status", "--help")], ids=" ".join
)
@pytest.mark.parametrize(
    ("options", "no_color"), [((), "1"), (("--no-color",), None)], ids=["NO_COLOR", "--no-color"]
)
def test_no_colours_where_they_are_not_wanted(
    bare_ledger: LedgerOnDisk, command: tuple[str, ...], options: tuple[str, ...], no_color: str | None
) -> None:
    shown = in_terminal(committed(all_lights(bare_ledger)), *options, *command, NO_COLOR=no_color).out
    assert not re.findall(r"\x1b\[[0-9;]*[34][0-9]m", shown), "a colour"


@pytest.mark.parametrize(
    "command", [("--help",), ("clsoe",), ("status", "--nosuch"), ("--today", "x", "status")], ids=" ".join
)
def test_no_color_holds_for_help_and_for_errors_that_end_at_once(
    bare_ledger: LedgerOnDisk, command: tuple[str, ...]
) -> None:
    shown = in_terminal(bare_ledger, "--no-color", *command).out
    assert not re.findall(r"\x1b\[[0-9;]*[34][0-9]m", shown), "a colour"


def test_an_error_is_red_on_a_terminal_and_still_readable(bare_ledger: LedgerOnDisk) -> None:
    shown = in_terminal(bare_ledger, "show", "9.9").out
    assert "\x1b[1;31merror[no-such-measure]\x1b[0m: " in shown


@pytest.mark.parametrize("command", [("status",), ("list",), ("show", "1.2"), ("--help",)], ids=" ".join)
def test_no_colours_in_a_pipe(bare_ledger: LedgerOnDisk, command: tuple[str, ...]) -> None:
    environment = {name: value for name, value in bare_ledger.environment.items() if name != "NO_COLOR"}
    variables = {"TERM": "xterm-256color", "GITHUB_ACTIONS": "true"}
    ledger = LedgerOnDisk(bare_ledger.root, {**environment, **variables})
    assert "\x1b" not in ledger.ok(*command)


def test_a_pipe_without_a_width_takes_eighty_columns(tmp_path: Path, environment: dict[str, str]) -> None:
    environment = {name: value for name, value in environment.items() if name not in {"COLUMNS", "LINES"}}
    ledger = seed(tmp_path, environment, "2024-11-01")
    shown = ledger.ok("status")
    assert not too_wide(shown)
    assert any(width(line) > 60 for line in shown.splitlines())


def test_sixty_problems_are_told_short_and_all_of_them_on_request(bare_ledger: LedgerOnDisk) -> None:
    many(bare_ledger)
    short, whole = bare_ledger.ok("status"), bare_ledger.ok("status", "--all")
    assert "xuncha status --all" in short
    assert "xuncha status --by leader --all" in bare_ledger.ok("status", "--by", "责任领导")
    assert "xuncha status --all" not in whole
    for number in range(1, 61):
        assert f"第{number}个问题" in whole
    assert len(short.splitlines()) < len(whole.splitlines())


def test_a_long_office_takes_no_address_from_the_list_of_accounts(ledger: LedgerOnDisk) -> None:
    office = "综合业务与法规标准科"
    path = ledger.root / "data/ledger.yaml"
    path.write_text(path.read_text("utf-8").replace("规划科, ", f"规划科, {office}, "), encoding="utf-8")
    ledger.ok("account", "add", "王芳", "--role", "manager", "--email", "wangfang@example.gov.cn")
    ledger.ok("account", "add", "法规科李强", "--role", "section", "--office", office)
    shown = plain(in_terminal(ledger, "account", "list").out)
    assert all(each in shown for each in ("电子邮箱", "增加日期", "wangfang@example.gov.cn"))
