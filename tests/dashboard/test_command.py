"""The command `dashboard`: output to screen or file, with and without git, own templates, golden pages."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import LedgerOnDisk
from tests.golden_files import agree
from tests.punctuation import half_width, torn_pairs

REPOSITORY = Path(__file__).parents[2]
KINDS = {"public": (), "internal": ("--internal",)}


class Words(HTMLParser):
    """What a reader reads of a page, with the labels of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag == "style"
        self.said += [value or "" for name, value in attrs if name == "aria-label"]

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def words(page: str) -> str:
    """Return the words that a reader of a page sees."""
    reader = Words()
    reader.feed(page)
    return "\n".join(reader.said)


@pytest.mark.parametrize("kind", KINDS)
def test_the_board_of_the_small_ledger(ledger: LedgerOnDisk, kind: str) -> None:
    shown = ledger.ok("dashboard", *KINDS[kind])
    head, body = shown.split("</head>\n")
    assert head.startswith("<!DOCTYPE html>\n")
    agree(f"dashboard/small.{kind}.html", body)


@pytest.mark.parametrize("kind", KINDS)
def test_the_board_of_the_repositorys_own_ledger_is_in_good_chinese(
    tmp_path: Path, environment: dict[str, str], kind: str
) -> None:
    seed = LedgerOnDisk(tmp_path / "seed", {**environment, "XUNCHA_TODAY": "2024-04-18"})
    shutil.copytree(REPOSITORY / "data", seed.root / "data")
    shown = words(seed.ok("dashboard", *KINDS[kind]))
    assert not half_width(shown)
    assert not torn_pairs(shown)
    assert "92.86" in shown
    assert "97.06" in shown
    assert ("分管产业和能源副主任" in shown) == (kind == "internal")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_what_the_screen_shows(ledger: LedgerOnDisk, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "index.html"
    said = ledger.ok("dashboard", *KINDS[kind], "-o", target)
    assert target.read_bytes() == ledger.ok("dashboard", *KINDS[kind]).encode()
    assert said.startswith(f"看板已写入 {target}。")
    assert ("不得公开" in said) == (kind == "internal")
    assert ledger.clean(), "to look at a ledger changes nothing in it"
    english = ledger.ok("--lang", "en", "dashboard", *KINDS[kind], "-o", target)
    assert english.startswith(f"The dashboard is in {target}.")


def test_the_page_is_chinese_whatever_the_language_of_the_screen(ledger: LedgerOnDisk) -> None:
    assert ledger.ok("--lang", "en", "dashboard") == ledger.ok("dashboard")


def test_a_ledger_without_git_has_a_board(bare_ledger: LedgerOnDisk) -> None:
    assert "措施销号率" in bare_ledger.ok("dashboard")


def test_without_the_program_git_there_is_a_board_and_a_warning(ledger: LedgerOnDisk) -> None:
    result = ledger.run("dashboard", PATH="/nonexistent")
    assert result.code == 0
    assert "措施销号率" in result.out
    assert result.err.startswith("警告：无法显示操作记录")


def test_a_file_that_cannot_be_written_is_told(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    result = ledger.run("dashboard", "-o", tmp_path / "nowhere/index.html")
    assert result.code == 3
    assert "error[not-written]" in result.err


def test_a_template_of_ones_own_replaces_the_built_in_one(ledger: LedgerOnDisk) -> None:
    ledger.write(
        "templates/dashboard.html.j2",
        "<p>{{ board.counts.measures_closed }}条，{{ board.organisation }}</p>\n",
    )
    assert ledger.ok("dashboard") == "<p>2条，中共某市水务局党组</p>\n"


def test_a_wrong_template_is_told_with_its_line_and_leaves_the_old_file(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.write("templates/dashboard.html.j2", "half a board\n{{ board.leader }}\n")
    target = tmp_path / "index.html"
    target.write_bytes(b"old")
    result = ledger.run("dashboard", "-o", target)
    assert result.code == 1
    assert result.err.startswith("templates/dashboard.html.j2:2:1: error[template]")
    assert "`board`" in result.err
    assert target.read_bytes() == b"old"


def test_a_template_cannot_reach_what_a_public_board_is_not_given(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/dashboard.html.j2", "{{ board.problems[0].measures.items[0].inside.leader }}")
    assert ledger.run("dashboard").code == 1
    assert ledger.ok("dashboard", "--internal").strip() == "分管副局长"
