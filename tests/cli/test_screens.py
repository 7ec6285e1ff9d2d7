"""Golden transcripts of commands in Chinese and English, at 80 columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.cli.ledgers import CLOCK, WHOLE, all_closed, all_lights, committed, many, seed
from tests.cli.terminals import in_terminal, plain, too_wide, transcript
from tests.conftest import LedgerOnDisk, measure, problem
from tests.golden_files import agree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parametrize("lang", ["zh", "en"])

STATUS = (("status",),)
BY = tuple(("status", "--by", by) for by in ("problem", "category", "office", "leader"))


def on_a_screen(name: str, lang: str, shown: str) -> None:
    """Assert that tables fit on a screen, and that they are the golden ones."""
    assert not too_wide(shown)
    told(name, lang, shown)


def told(name: str, lang: str, shown: str) -> None:
    """Assert that what is told in sentences, which a terminal may break, is the golden text."""
    assert "\x1b" not in shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()], "blanks at the end of a line"
    agree(f"screens/{name}.{lang}.txt", shown)


def test_status_of_the_repositorys_own_ledger(tmp_path: Path, environment: dict[str, str], lang: str) -> None:
    shown = transcript(seed(tmp_path, environment, "2024-04-18"), *STATUS, lang=lang, inside=False)
    on_a_screen("status-seed", lang, shown)


def test_status_of_the_repositorys_own_ledger_after_its_time(
    tmp_path: Path, environment: dict[str, str], lang: str
) -> None:
    on_a_screen(
        "status-seed-late", lang, transcript(seed(tmp_path, environment, "2024-11-01"), *BY[1:3], lang=lang)
    )


def test_status_of_an_empty_ledger(tmp_path: Path, environment: dict[str, str], lang: str) -> None:
    ledger = LedgerOnDisk(tmp_path, {**environment, **CLOCK})
    shown = transcript(ledger, ("init", "empty"), lang=lang, inside=False)
    ledger.root = tmp_path / "empty"
    commands = (("status",), ("status", "--by", "office"), ("list",), ("log",), ("validate",), ("notice",))
    told("empty", lang, shown + "\n" + transcript(ledger, *commands, lang=lang))


def test_status_when_everything_is_done(bare_ledger: LedgerOnDisk, lang: str) -> None:
    on_a_screen("status-done", lang, transcript(all_closed(bare_ledger), *STATUS, lang=lang))


def test_status_with_every_light_and_by_every_group(bare_ledger: LedgerOnDisk, lang: str) -> None:
    on_a_screen("status-lights", lang, transcript(all_lights(bare_ledger), *BY, lang=lang))


def test_status_of_sixty_problems(bare_ledger: LedgerOnDisk, lang: str) -> None:
    on_a_screen(
        "status-many", lang, transcript(many(bare_ledger), ("status",), ("status", "--all"), lang=lang)
    )


def test_a_list_in_a_pipe_is_a_line_for_each_measure(bare_ledger: LedgerOnDisk, lang: str) -> None:
    commands = (("list",), ("list", "--overdue"), ("list", "--office", "办公室"))
    shown = transcript(all_lights(bare_ledger), *commands, lang=lang)
    assert len(re.findall(r"(?m)^[1-3]\.[1-3] ", shown)) == 6 + 2, "a measure is a line, however long"
    told("list-in-a-pipe", lang, shown)


def test_a_list_on_a_terminal(bare_ledger: LedgerOnDisk, lang: str) -> None:
    shown = plain(in_terminal(all_lights(bare_ledger), "list", XUNCHA_LANG=lang).out)
    on_a_screen("list-on-a-terminal", lang, shown)


def test_show(bare_ledger: LedgerOnDisk, lang: str) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), WHOLE)
    committed(bare_ledger).ok("return", "2.1", "--reason", "材料不全")
    on_a_screen(
        "show", lang, transcript(bare_ledger, ("show", "2.2"), ("show", "2"), ("show", "3"), lang=lang)
    )


def test_show_on_a_terminal(bare_ledger: LedgerOnDisk, lang: str) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), WHOLE)
    committed(bare_ledger)
    shown = [
        plain(in_terminal(bare_ledger, "show", identity, XUNCHA_LANG=lang).out) for identity in ("2.2", "2")
    ]
    on_a_screen("show-on-a-terminal", lang, "\n".join(shown))


def test_a_day_of_work(bare_ledger: LedgerOnDisk, lang: str) -> None:
    """Every verb that changes the ledger, each with what it says."""
    bare_ledger.write("评审意见.txt", "同意。")
    ledger = committed(bare_ledger)
    bare_ledger.write("editor.sh", "#!/bin/sh\nsed -i 's/做好3.1号工作/改好3.1号工作/' \"$1\"\n").chmod(0o755)
    ledger.environment["EDITOR"] = "./editor.sh"
    shown = transcript(
        ledger,
        ("add", "problem", "重点工程推进缓慢", "--category", "b"),
        (
            "add",
            "measure",
            "4",
            "完成泵站前期手续",
            "--leader",
            "分管副局长",
            "--office",
            "规划科",
            "--due",
            "2024-12-31",
        ),
        ("add", "measure", "4", "坚持每周调度", "--leader", "局长", "--office", "办公室", "--long-term"),
        ("start", "4.1"),
        ("progress", "4.1", "初步设计通过评审。", "--evidence", "某水〔2024〕31号"),
        ("attach", "4.1", "评审意见.txt"),
        ("extend", "4.1", "--due", "2025-03-31", "--reason", "手续未完"),
        ("escalate", "4.1", "--to", "局长"),
        ("submit", "4.1"),
        ("return", "4.1", "--reason", "材料不全"),
        ("close", "4.1"),
        ("progress", "4.2", "每周调度。"),
        ("close", "4.2", "--note", "已成常态"),
        ("review", "4.2", "--result", "holds"),
        ("review", "4.2", "--result", "slipped", "--text", "两周未调度"),
        ("reopen", "4.2", "--reason", "问题反弹"),
        ("undo",),
        ("edit", "3.1"),
        ("close", "1.2", "2.1", "3.1"),
        ("progress", "1.1", "完成。"),
        ("close", "1.1"),
        ("validate",),
        lang=lang,
    )
    told("a-day-of-work", lang, shown)
    log = transcript(ledger, ("log",), ("log", "4.2"), lang=lang)
    assert not too_wide(log)
    told("log", lang, log)


def test_refusals(bare_ledger: LedgerOnDisk, lang: str) -> None:
    ledger = committed(bare_ledger)
    ledger.write("data/problems/04/problem.yaml", problem("没有进展的问题", "a"))
    ledger.write(ledger.path("4.1"), measure("4.1", "in_progress", progress="[]"))
    ledger.commit()
    shown = transcript(
        ledger,
        ("close", "2.2"),
        ("close", "1.1"),
        ("close", "4.1"),
        ("close", "1.2", "9.9"),
        ("close", "2"),
        ("close", "二点三"),
        ("start", "1.2"),
        ("submit", "1.1"),
        ("return", "1.2", "--reason", "材料不全"),
        ("reopen", "1.2", "--reason", "反弹"),
        ("review", "2.2", "--result", "holds"),
        ("extend", "1.2", "--due", "2024-12-31", "--reason", "手续未完"),
        ("escalate", "1.2", "--to", "分管付局长"),
        ("progress", "1.2", "做了", "--date", "2024-06-16"),
        ("show", "9"),
        ("show", "9.9"),
        ("list", "--office", "规化科"),
        ("list", "--leader", "路人"),
        ("status", "--at", "昨天"),
        ("log", "7"),
        ("attach", "1.2", "没有.pdf"),
        ("init",),
        ("undo",),
        ("add", "problem", "新问题", "--category", "c"),
        ("add", "measure", "9", "新措施", "--leader", "局长", "--office", "办公室", "--long-term"),
        lang=lang,
    )
    told("refusals", lang, shown)


def test_wrong_usage(bare_ledger: LedgerOnDisk, lang: str) -> None:
    shown = transcript(
        bare_ledger,
        ("clsoe", "1.2"),
        ("close",),
        ("close", "1.2", "--nosuch"),
        ("status", "extra"),
        ("status", "--by"),
        ("status", "--by", "month"),
        ("--today", "2024-02-30", "status"),
        ("--lang", "fr", "status"),
        ("list", "--status", "finished"),
        ("list", "--due-within", "soon"),
        ("list", "--term", "ever"),
        ("return", "2.1"),
        ("return", "2.1", "--reason", " "),
        ("extend", "1.2", "--due", "早晚", "--reason", "x"),
        ("review", "2.2", "--result", "maybe"),
        ("progress", "1.2", ""),
        ("add", "nosuch"),
        ("add", "measure", "1", "甲", "--long-term", "--at-once"),
        ("notice", "-f", "doc"),
        lang=lang,
    )
    told("wrong-usage", lang, shown)


def test_surroundings(tmp_path: Path, bare_ledger: LedgerOnDisk, lang: str) -> None:
    here = LedgerOnDisk(tmp_path / "elsewhere", bare_ledger.environment)
    here.root.mkdir()
    shown = transcript(
        here, ("status",), ("--ledger", "nosuch", "status"), ("--ledger", ".", "status"), lang=lang
    )
    shown += "\n" + transcript(bare_ledger, ("close", "1.2"), ("log",), ("status", "--at", "HEAD"), lang=lang)
    without_git = {**bare_ledger.environment, "PATH": str(here.root)}
    shown += "\n" + transcript(LedgerOnDisk(bare_ledger.root, without_git), ("status",), lang=lang)
    committed(bare_ledger)
    shown += "\n" + transcript(
        LedgerOnDisk(bare_ledger.root, without_git), ("close", "1.2"), ("log",), ("show", "1.2"), lang=lang
    )
    told("surroundings", lang, shown)


def test_findings_of_validate(bare_ledger: LedgerOnDisk, lang: str) -> None:
    broken = {
        "1.1": measure("1.1", "not_started", office="规化科"),
        "1.2": measure("1.2", "in_progress", due="2024-02-30", title="''"),
        "2.1": measure("2.1", "closed").replace("closed: {date: 2024-04-01, by: 办公室}\n", ""),
        "2.2": "title: [整改措施\n",
        "2.3": measure("2.3", "in_progress", gaol="年底前完成"),
        "2.5": measure("2.5", "in_progress", publish="是"),
        "3.1": measure("3.1", "done", title=None),
    }
    for identity, text in broken.items():
        bare_ledger.write(bare_ledger.path(identity), text)
    bare_ledger.write(bare_ledger.path("1.3"), measure("1.3", "in_progress").encode("gbk"))
    bare_ledger.write("data/problems/02/备忘.txt", "随手记")
    bare_ledger.write("data/problems/03/problem.yaml", problem("保留标记甲乙丙", "d"))
    long = "本措施的标题很长" * 30
    bare_ledger.write(bare_ledger.path("1.4"), measure("1.4", "in_progress", goal=f"{{a: {long}}}"))
    told("findings", lang, transcript(bare_ledger, ("validate",), lang=lang))
    checked = run_inside(bare_ledger, "validate", XUNCHA_LANG=lang)
    for command in (("status",), ("list",), ("show", "1.1"), ("notice",), ("dashboard",)):
        result = run_inside(bare_ledger, *command, XUNCHA_LANG=lang)
        assert (result.code, result.out, result.err) == (1, "", checked.err), (
            "the same engine, the same findings"
        )
