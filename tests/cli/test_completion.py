"""Shell completion of numbers, names and words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.inside import run_inside
from tests.cli.ledgers import committed
from tests.conftest import LedgerOnDisk, Result, measure

SCRIPT = Path(sys.executable).with_name("xuncha")


def asked(ledger: LedgerOnDisk, line: str, shell: str = "bash", **environment: str) -> Result:
    """Return what the program answers when a shell asks it to complete a line."""
    words = line.split(" ")
    variables = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    return ledger.run(**{"_XUNCHA_COMPLETE": f"complete_{shell}", **variables, **environment})


def answers(ledger: LedgerOnDisk, line: str) -> list[str]:
    """Return the words that bash is offered."""
    done = asked(ledger, line)
    assert done.err == ""
    return done.out.split()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("xuncha st", ["status", "start"]),
        ("xuncha close 1", ["1.1", "1.2"]),
        ("xuncha close 1.1 2.", ["2.1", "2.2", "2.3"]),
        ("xuncha show ", ["1", "2", "3", "1.1", "1.2", "2.1", "2.2", "2.3", "3.1"]),
        ("xuncha add measure ", ["1", "2", "3"]),
        ("xuncha list --leader 分", ["分管副局长"]),
        ("xuncha list --office ", ["办公室", "规划科", "财务科"]),
        ("xuncha list --problem ", ["1", "2", "3"]),
        ("xuncha escalate 1.2 --to 局", ["局长"]),
        ("xuncha add problem x --category ", ["a", "b"]),
        ("xuncha add measure 1 x --co-office 财", ["财务科"]),
        ("xuncha list --status in", ["in_progress"]),
        ("xuncha list --term ", ["at_once", "once", "long_term"]),
        ("xuncha status --by ", ["problem", "category", "office", "leader"]),
        ("xuncha review 2.2 --result ", ["holds", "slipped"]),
        ("xuncha calendar -o x.ics --office 规", ["规划科"]),
        ("xuncha notice -f ", ["txt", "md", "html", "docx", "pdf"]),
        ("xuncha report ", ["weekly", "dispatch", "plan", "letter", "closing", "dossier"]),
        ("xuncha report weekly -f ", ["txt", "md", "html", "docx", "pdf"]),
        ("xuncha report plan -f ", ["txt", "md", "html", "docx", "pdf", "xlsx"]),
        ("xuncha report dossier 1.1 -f ", ["txt", "md", "html", "docx", "pdf", "zip"]),
        ("xuncha report letter ", ["reminder", "supervision", "warning"]),
        ("xuncha report letter reminder 1.1 2.", ["2.1", "2.2", "2.3"]),
        ("xuncha report letter reminder --office 财", ["财务科"]),
        ("xuncha close 9", []),
    ],
)
def test_what_bash_is_offered(bare_ledger: LedgerOnDisk, line: str, wanted: list[str]) -> None:
    assert answers(bare_ledger, line) == wanted


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_offered_the_same(bare_ledger: LedgerOnDisk, shell: str) -> None:
    done = asked(bare_ledger, "xuncha close 1", shell)
    assert done.err == ""
    assert "1.1" in done.out
    assert "1.2" in done.out
    assert "做好1.1号工作" not in done.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_silence_without_a_ledger(tmp_path: Path, environment: dict[str, str], shell: str) -> None:
    elsewhere = LedgerOnDisk(tmp_path, environment)
    for line in ("xuncha close 1", "xuncha list --office x"):
        done = asked(elsewhere, line, shell)
        assert (done.err, "1.1" in done.out) == ("", False)


def test_there_is_silence_where_the_ledger_cannot_be_read(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "in_progress", office="规化科"))
    assert answers(bare_ledger, "xuncha close 1") == []
    bare_ledger.write("data/ledger.yaml", b"\xff")
    assert answers(bare_ledger, "xuncha close 1") == []
    assert asked(bare_ledger, "xuncha close 1", XUNCHA_LEDGER="/nosuch").err == ""


def test_the_named_ledger_is_asked(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    elsewhere = LedgerOnDisk(tmp_path, bare_ledger.environment)
    assert answers(elsewhere, f"xuncha --ledger {bare_ledger.root} close 1") == ["1.1", "1.2"]
    done = asked(elsewhere, "xuncha close 1", XUNCHA_LEDGER=str(bare_ledger.root))
    assert done.out.split() == ["1.1", "1.2"]


def test_asking_changes_nothing(bare_ledger: LedgerOnDisk) -> None:
    ledger = committed(bare_ledger)
    head = ledger.git("rev-parse", "HEAD")
    answers(ledger, "xuncha close 1")
    assert ledger.clean()
    assert ledger.git("rev-parse", "HEAD") == head


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_can_be_had(tmp_path: Path, environment: dict[str, str], shell: str) -> None:
    done = subprocess.run(
        [str(SCRIPT)],
        cwd=tmp_path,
        env={**environment, "_XUNCHA_COMPLETE": f"source_{shell}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert "_XUNCHA_COMPLETE" in done.stdout


def test_a_shell_is_taught_in_the_chosen_language(
    bare_ledger: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    done = run_inside(bare_ledger, "--install-completion", HOME=str(tmp_path), XUNCHA_LANG="zh")
    assert done.code == 0
    assert "的补全已写入" in done.out
    assert "_XUNCHA_COMPLETE" in (tmp_path / ".bash_completions/xuncha.sh").read_text(encoding="utf-8")
    shown = run_inside(bare_ledger, "--show-completion", HOME=str(tmp_path))
    assert "_XUNCHA_COMPLETE" in shown.out


def test_an_option_of_the_program_is_completed_and_heeded(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    elsewhere = LedgerOnDisk(tmp_path, bare_ledger.environment)
    assert answers(elsewhere, f"xuncha --ledger {bare_ledger.root} close 1") == ["1.1", "1.2"]
    assert answers(elsewhere, "xuncha --le") == ["--ledger"]


def test_a_closed_list_and_the_subject_of_a_comment_are_offered(bare_ledger: LedgerOnDisk) -> None:
    assert answers(bare_ledger, "xuncha comment add 甲 --channel p") == ["phone", "post"]
    assert answers(bare_ledger, "xuncha comment list --about 2.") == ["2.1", "2.2", "2.3"]
