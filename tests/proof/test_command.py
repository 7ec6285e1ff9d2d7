"""`xuncha proof FILE`: output, exit code, comparison with a ledger, silenced rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk, Result

SLIP = "截止目前，全部完成。\n现将巡查整改情况予以公布。\n"
REPOSITORY = Path(__file__).parents[2]


def found(result: Result) -> list[tuple[int, int, str, str]]:
    return [(each["line"], each["column"], each["severity"], each["code"]) for each in json.loads(result.out)]


def test_each_finding_is_a_line_for_programs_with_its_line_and_a_suggestion(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", SLIP)
    result = ledger.run("--lang", "en", "proof", "通报.txt")
    assert result.code == 1
    assert result.out == ""
    lines = result.err.splitlines()
    assert "通报.txt:1:1: warning[likely-word]: “截止目前”: it should be 截至" in lines
    assert "通报.txt:2:3: error[wrong-word]: “现将巡查整改”: it should be 巡察" in lines
    assert "      现将巡查整改情况予以公布。" in lines
    assert "          ^" in lines
    assert "  hint: write 现将巡察整改" in lines
    assert lines[-1] == "1 error, 1 warning"


def test_json_has_the_fields_of_the_contract_and_the_suggestion_in_the_message(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", SLIP)
    result = ledger.run("--lang", "en", "proof", "通报.txt", "--json")
    assert result.code == 1
    first, second = json.loads(result.out)
    assert list(first) == ["path", "line", "column", "severity", "code", "message"]
    assert first["message"] == "“截止目前”: it should be 截至; write 截至目前"
    assert (second["path"], second["line"], second["column"]) == ("通报.txt", 2, 3)


def test_warnings_and_notes_do_not_fail(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", "截止目前，全部完成。\n")
    assert ledger.run("proof", "通报.txt").code == 0
    ledger.write("通报.txt", "截至目前，全部完成。\n")
    result = ledger.run("--lang", "en", "proof", "通报.txt", "--json")
    assert (result.code, json.loads(result.out)) == (0, [])


def test_a_notice_is_proofread_where_there_is_no_ledger(tmp_path: Path, environment: dict[str, str]) -> None:
    from tests.conftest import LedgerOnDisk

    alone = LedgerOnDisk(tmp_path, environment)
    alone.write("通报.txt", SLIP)
    assert alone.run("proof", "通报.txt").code == 1
    named = alone.run("--ledger", "nowhere", "proof", "通报.txt")
    assert named.code == 3, "a ledger that was named must be there"


def test_a_file_that_is_not_there_is_said_to_be(ledger: LedgerOnDisk) -> None:
    result = ledger.run("--lang", "en", "proof", "无此.txt")
    assert result.code == 1
    assert result.err.startswith("error[no-such-file]")


NOTICE = "中共某市水务局党组关于巡察整改进展情况的通报\n细化为{n}个问题，制定6条整改措施。\n"


def test_counts_are_compared_with_the_ledger(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", NOTICE.format(n=3))
    assert found(ledger.run("proof", "通报.txt", "--json")) == []
    ledger.write("通报.txt", NOTICE.format(n=4))
    result = ledger.run("--lang", "en", "proof", "通报.txt", "--json")
    assert found(result) == [(2, 4, "error", "ledger-count")]
    assert "the ledger says 3" in result.out


def test_a_notice_of_another_organisation_is_not(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", NOTICE.format(n=4).replace("水务局", "林业局"))
    result = ledger.run("--lang", "en", "proof", "通报.txt")
    assert result.code == 0
    assert "it is not compared with the ledger" in result.err


def test_a_ledger_without_an_organisation_is_said_to_lack_it(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", "某市水务局关于巡察整改情况的通报\n细化为4个问题。\n")
    file = ledger.root / "data/ledger.yaml"
    file.write_text(re.sub("(?m)^organisation:.*\n", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    result = ledger.run("proof", "通报.txt")
    assert "警告：台账尚未写明被巡察单位，未与台账核对\n  建议：写上 `organisation: …`\n" in result.err


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("细化为4个问题，制定6条整改措施。\n", True),
        ("某市水务局关于巡察整改情况的通报\n细化为4个问题。\n", False),
        (
            "某市水务局关于巡察整改情况的通报\n2023年11月10日，市委第二巡察组反馈了意见。细化为4个问题。\n",
            True,
        ),
        ("某市水务局党组研究整改，细化为4个问题。\n", True),
    ],
)
def test_a_notice_is_the_ledgers_by_its_name_its_day_of_feedback_or_where_it_names_nobody(
    ledger: LedgerOnDisk, text: str, compared: bool
) -> None:
    ledger.write("通报.txt", text)
    assert (
        "ledger-count" in [code for *_place, code in found(ledger.run("proof", "通报.txt", "--json"))]
    ) is compared


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "　"])
def test_an_empty_file_has_nothing_wrong(ledger: LedgerOnDisk, content: str) -> None:
    ledger.write("通报.txt", content)
    assert found(ledger.run("proof", "通报.txt", "--json")) == []


# ---------------------------------------------------------------- what is silenced


def test_a_rule_is_silenced_everywhere_or_in_a_line(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", SLIP + "巡查组反馈。\n")
    everything = [
        (1, 1, "warning", "likely-word"),
        (2, 3, "error", "wrong-word"),
        (3, 1, "error", "wrong-word"),
    ]
    assert found(ledger.run("proof", "通报.txt", "--json")) == everything
    ignoring = ledger.run("proof", "通报.txt", "--json", "--ignore", "wrong-word")
    assert found(ignoring) == everything[:1]
    assert ignoring.code == 0
    two = ledger.run("proof", "通报.txt", "--json", "--ignore", "wrong-word:3", "--ignore", "likely-word:1")
    assert found(two) == everything[1:2]


@pytest.mark.parametrize("words", ["wrong-wrod", "wrong-word:", "wrong-word:0", "wrong-word:x"])
def test_what_is_no_rule_cannot_be_silenced(ledger: LedgerOnDisk, words: str) -> None:
    ledger.write("通报.txt", SLIP)
    result = ledger.run("--lang", "en", "proof", "通报.txt", "--ignore", words)
    assert result.code == 2
    assert "error[no-such-rule]" in result.err


def test_the_ledger_silences_a_rule_for_good_or_in_lines_with_some_words(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", SLIP + "巡查组反馈。\n")
    settings = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    silenced = "proof:\n  - {code: likely-word}\n  - {code: wrong-word, words: 予以公布}\n"
    ledger.write("data/ledger.yaml", settings + silenced)
    assert found(ledger.run("proof", "通报.txt", "--json")) == [(3, 1, "error", "wrong-word")]
    assert ledger.run("validate").code == 0


def test_a_rule_that_does_not_exist_is_named_when_the_ledger_silences_it(ledger: LedgerOnDisk) -> None:
    ledger.write("通报.txt", SLIP)
    settings = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    ledger.write("data/ledger.yaml", settings + "proof: [{code: wrong-wrod}]\n")
    result = ledger.run("--lang", "en", "proof", "通报.txt")
    assert "has no rule wrong-wrod" in result.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通报.md", "截止目前，全部完成。 <!-- proof: likely-word -->\n\n巡查组反馈。\n"),
        (
            "通报.html",
            "<html><body><p>截止目前，全部完成。</p><!-- proof: likely-word -->\n<p>巡查组反馈。</p></body></html>",
        ),
    ],
)
def test_a_comment_in_markdown_or_a_web_page_silences_its_line(
    ledger: LedgerOnDisk, name: str, content: str
) -> None:
    ledger.write(name, content)
    assert [code for *_place, code in found(ledger.run("proof", name, "--json"))] == ["wrong-word"]


# ---------------------------------------------------------------- our own notices


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_the_notice_that_we_write_of_our_own_ledger_needs_no_editor(
    tmp_path: Path, environment: dict[str, str], form: str
) -> None:
    """But for notes: the office's own words in the ledger may be matters of taste."""
    from tests.conftest import LedgerOnDisk

    here = LedgerOnDisk(tmp_path, {**environment, "XUNCHA_TODAY": "2024-04-18"})
    here.ok("--ledger", str(REPOSITORY), "notice", "-f", form, "-o", f"notice.{form}")
    result = here.run("--ledger", str(REPOSITORY), "proof", f"notice.{form}", "--json")
    assert {severity for _line, _column, severity, _code in found(result)} <= {"note"}
    assert result.code == 0


def test_a_word_document_is_proofread_with_the_numbers_of_its_paragraphs(ledger: LedgerOnDisk) -> None:
    import docx

    document = docx.Document()
    for line in SLIP.splitlines():
        document.add_paragraph(line)
    document.save(str(ledger.root / "通报.docx"))
    assert found(ledger.run("proof", "通报.docx", "--json")) == [
        (1, 1, "warning", "likely-word"),
        (2, 3, "error", "wrong-word"),
    ]


def test_what_is_not_proofread_in_a_word_document_is_said(ledger: LedgerOnDisk) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("整改措施。").add_run("二是组织考试。").font.strike = True
    document.sections[0].header.paragraphs[0].text = "某市水务局文件"
    document.save(str(ledger.root / "通报.docx"))
    result = ledger.run("proof", "通报.docx")
    assert "警告：已加删除线：未读：二是组织考试。" in result.err, result.err
    assert "警告：页眉、页脚或批注中的内容：未读：某市水务局" in result.err, result.err


def test_no_command_but_this_one_reads_the_rules(ledger: LedgerOnDisk) -> None:
    script = "import sys, xuncha.cli.check; assert not [name for name in sys.modules if name.startswith(('xuncha.proof', 'xuncha.exchange'))]"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ledger.root, env=ledger.environment, check=False
    )
    assert done.returncode == 0
