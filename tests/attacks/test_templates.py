"""Templates from a stranger have limits, send nothing to the terminal, and are named in the output."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TODAY
from tests.notice.forms import notice, printed
from tests.notice.test_own_word_file import word
from xuncha.archive.gathering import notices
from xuncha.errors import InvalidLedgerError
from xuncha.notice.render import TEXTS
from xuncha.paper import process, templates
from xuncha.paper.own import OwnFileError, at_commit, built_in, on_disk
from xuncha.paper.process import Limits
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

MEGABYTE = 1024 * 1024
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
DOUBLING = (
    "{% set n = namespace(x=['xxxxxxxxxxxxxxxx']) %}"
    "{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x | length }}"
)
LONG = "{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}"
LIE = "整改完成率100%\n"


def refused(root: Path, form: str = "txt") -> tuple[str, str]:
    """Return the place and the message of the one finding with which a notice is refused."""
    with pytest.raises(InvalidLedgerError) as caught:
        printed(root, form)
    (finding,) = caught.value.findings
    assert finding.code == "template"
    return f"{finding.place.path}:{finding.place.line}", finding.message


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are reached soon."""
    monkeypatch.setattr(process, "LIMITS", Limits(seconds=1))


# ---------------------------------------------------------------- time, memory, size


@pytest.mark.usefixtures("tight")
def test_words_that_loop_for_ever_are_named_by_their_own_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.words.j2", LOOP)
    assert refused(bare_ledger.root, "docx")[0] == "templates/notice.words.j2:1"


@pytest.mark.usefixtures("tight")
def test_includes_that_branch_without_end_are_ended(bare_ledger: LedgerOnDisk) -> None:
    for number in range(40):
        twice = f"{{% include 'part{number + 1}.j2' %}}" * 2
        bare_ledger.write(f"templates/part{number}.j2", twice)
    bare_ledger.write("templates/part40.j2", "")
    bare_ledger.write("templates/notice.txt.j2", "{% include 'part0.j2' %}")
    assert "seconds of processor time" in refused(bare_ledger.root)[1]


@pytest.mark.skipif(sys.platform != "linux", reason="this system limits no memory")
def test_a_template_that_takes_all_memory_is_ended(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LIMITS", Limits(memory=300 * MEGABYTE))
    bare_ledger.write("templates/notice.txt.j2", DOUBLING)
    assert re.search(r"more memory than \d+ MB", refused(bare_ledger.root)[1])


def test_a_document_without_end_is_refused(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LIMITS", Limits(output=MEGABYTE))
    bare_ledger.write("templates/notice.txt.j2", LONG)
    assert "a document of more than 1 MB" in refused(bare_ledger.root)[1]


def test_of_a_folder_that_is_too_large_no_more_is_read_and_nothing_passes_for_missing(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not read is refused, on disk and at a commit: the built-in template must not stand in for it unsaid."""
    for name in ("a.j2", "b.j2", "c.j2"):
        ledger.write(f"templates/{name}", name)
    ledger.commit()
    monkeypatch.setattr("xuncha.paper.own._MAX_FILES", 2)
    head = ledger.git("rev-parse", "HEAD").strip()
    for files in (on_disk(ledger.root), at_commit(ledger.root, head)):
        assert files.read("b.j2") == b"b.j2"
        with pytest.raises(OwnFileError):
            files.read("c.j2")
        assert files.read("d.j2") is None


@pytest.mark.usefixtures("tight")
def test_a_word_file_that_loops_for_ever_is_ended(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.docx", word(LOOP))
    place, message = refused(bare_ledger.root, "docx")
    assert place == "templates/notice.docx:1"
    assert "seconds of processor time" in message


def test_the_command_says_which_limit_it_was(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LIMITS", Limits(seconds=1))
    bare_ledger.write("templates/notice.txt.j2", LOOP)
    result = bare_ledger.run("notice")
    assert (result.code, result.out) == (1, "")
    assert "templates/notice.txt.j2:1:1: error[template]: " in result.err
    assert "处理器超过 1 秒" in result.err


@pytest.mark.skipif(sys.platform != "linux", reason="this system limits no memory")
@pytest.mark.parametrize(
    "step", ["'x' * 10**10", "'%10000000000d' % 1", "'x' | center(10**10)", "10 ** (10 ** 9)"]
)
def test_one_step_that_asks_for_too_much_ends_with_a_limit(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(process, "LIMITS", Limits(seconds=1))
    bare_ledger.write("templates/notice.txt.j2", f"甲\n{{{{ {step} }}}}")
    assert re.search("more memory|processor time|too (large|many|big)", refused(bare_ledger.root)[1])


# ---------------------------------------------------------------- the process


def test_only_a_ledger_with_own_templates_starts_a_process(
    bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def run(task: str, *_given: object) -> bytes:
        started.append(task)
        return b""

    monkeypatch.setattr(templates, "run", run)
    bare_ledger.write("templates/notice.txt.j2", (built_in() / "notice.txt.j2").read_bytes())
    for form in ("txt", "md", "html"):
        notice(bare_ledger.root, form)
    assert not started
    bare_ledger.write("templates/notice.words.j2", "own")
    notice(bare_ledger.root)
    assert started


def test_the_process_loads_nothing_of_the_folder_or_of_variables(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """A clone may bring a `jinja2.py` along."""
    for name in ("jinja2", "xuncha", "pickle", "sitecustomize"):
        bare_ledger.write(f"{name}.py", f"open({str(tmp_path / 'pwned')!r}, 'w')\n")
    bare_ledger.write("templates/notice.txt.j2", "{{ notice.title }}")
    bare_ledger.ok("notice")
    assert not (tmp_path / "pwned").exists()


def test_the_process_fills_no_file(tmp_path: Path) -> None:
    """Whatever gets out of the sandbox."""
    code = (
        "from xuncha.paper.worker import _set_limits; from xuncha.paper.process import Job, Limits\n"
        f"_set_limits(Job('render', {{}}, {{}}, {{}}, 'zh', Limits())); open({str(tmp_path / 'new')!r}, 'wb', buffering=0).write(b'x')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert b"File too large" in done.stderr


# ---------------------------------------------------------------- what it prints


ESCAPE = "{{ '\\u001b' }}[31m甲\x07乙\u202e丙\t丁\x9b2J\n"


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_own_templates_print_no_escapes(bare_ledger: LedgerOnDisk, form: str) -> None:
    bare_ledger.write(f"templates/notice.{form}.j2", ESCAPE)
    shown = bare_ledger.ok("notice", "-f", form)
    assert shown == "[31m甲乙丙\t丁2J\n"
    bare_ledger.ok("notice", "-f", form, "-o", f"out.{form}")
    assert (bare_ledger.root / f"out.{form}").read_text(encoding="utf-8") == shown


def test_an_own_outline_prints_no_escapes(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/report.plan.outline.j2", "title 计划\np " + ESCAPE)
    shown = bare_ledger.ok("report", "plan")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)


# ---------------------------------------------------------------- who is told

SAID = "警告：本文件用台账自己的 {} 生成，内容以模板所写为准\n"


def test_a_notice_says_which_own_templates_made_it(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("templates/notice.txt.j2", LIE)
    ledger.write("templates/dashboard.html.j2", "own")
    result = ledger.run("notice")
    assert (result.code, result.out) == (0, "整改完成率100%\n")
    assert result.err == SAID.format("templates/notice.txt.j2")
    assert ledger.run("notice", "-f", "md").err == ""
    assert ledger.run("notice", "-o", tmp_path / "n.txt").err == SAID.format("templates/notice.txt.j2")


def test_words_and_a_word_file_are_told_too(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    words = (built_in() / "notice.words.j2").read_text(encoding="utf-8")
    ledger.write("templates/notice.words.j2", words + "{# own #}")
    ledger.write("templates/notice.docx", word("{{ words.opening(notice) }}"))
    result = ledger.run("notice", "-f", "docx", "-o", tmp_path / "n.docx")
    assert result.err == SAID.format("templates/notice.docx、templates/notice.words.j2")


def test_reports_and_the_dashboard_say_it(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/report.weekly.outline.j2", "title 周报\np 完成率100%\n")
    ledger.write("templates/dashboard.html.j2", LIE)
    assert SAID.format("templates/report.weekly.outline.j2") in ledger.run("report", "weekly").err
    assert ledger.run("report", "weekly", "--json").err == ""
    assert SAID.format("templates/dashboard.html.j2") in ledger.run("dashboard").err


def test_a_notice_of_an_earlier_commit_says_it(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/notice.txt.j2", LIE)
    ledger.commit()
    (ledger.root / "templates/notice.txt.j2").unlink()
    result = ledger.run("notice", "--at", "HEAD")
    assert (result.out, result.err) == (LIE, SAID.format("templates/notice.txt.j2"))


def test_validate_names_own_templates_and_is_not_hindered(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/notice.md.j2", (built_in() / "notice.md.j2").read_bytes())
    ledger.write("templates/notice.txt.j2", LIE)
    ledger.write("templates/README.md", "of no meaning")
    result = ledger.run("validate")
    assert result.code == 0
    assert result.out.endswith("没有错误。\n")
    assert result.err.count("[own-template]") == 1
    assert "templates/notice.txt.j2:1:1: note[own-template]: " in result.err
    assert ledger.json("validate") == []


def test_an_audit_names_the_commits_that_bring_templates(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/notice.txt.j2", LIE)
    ledger.commit()
    brought = ledger.git("rev-parse", "--short=10", "HEAD").strip()
    ledger.git("checkout", "-q", "-b", "side")
    ledger.write("templates/notice.txt.j2", LIE * 2)
    ledger.commit()
    ledger.git("checkout", "-q", "main")
    ledger.ok("progress", "1.2", "继续推进。")
    ledger.git("merge", "-q", "--no-ff", "side", "-m", "merge")
    result = ledger.run("audit", COLUMNS="200")
    assert result.code == 0
    assert result.out.count("note[own-template]") == 2, result.out
    assert brought in result.out
    assert "templates/notice.txt.j2" in result.out
    assert ledger.json("audit") == []
    ledger.ok("audit", "--html", "audit.html")
    assert "own-template" in (ledger.root / "audit.html").read_text(encoding="utf-8")


def test_an_audit_names_what_a_merge_slips_in(ledger: LedgerOnDisk) -> None:
    ledger.git("checkout", "-q", "-b", "side")
    ledger.write("readme.txt", "x")
    ledger.commit()
    ledger.git("checkout", "-q", "main")
    ledger.ok("progress", "1.2", "继续推进。")
    ledger.git("merge", "-q", "--no-ff", "--no-commit", "side")
    ledger.write("templates/notice.txt.j2", LIE)
    ledger.commit()
    assert "note[own-template]" in ledger.ok("audit", COLUMNS="200")


@pytest.mark.apart
@pytest.mark.usefixtures("tight")
def test_an_archive_with_an_endless_template_is_made_and_checked_in_time(ledger: LedgerOnDisk) -> None:
    """Making one and checking one both make the notices by this function."""
    ledger.write("templates/notice.txt.j2", LOOP)
    loaded = load(WorkingTree(ledger.root))
    made, lacking, _warnings = notices(loaded, date.fromisoformat(TODAY), ledger.root, TEXTS)
    assert set(made) == {"md", "html"}
    assert isinstance(lacking["txt"], InvalidLedgerError)
    assert "seconds of processor time" in lacking["txt"].findings[0].message
