"""All five forms of the notice have the same words, and files are valid."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import program
from tests.cli.terminals import in_terminal
from tests.conftest import measure
from tests.notice.forms import FILES, notice, printed, read
from tests.notice.test_texts import SNIPPETS, ledger_of
from tests.notice.test_withheld import Case, write
from tests.paper.files import PDF, needs_fonts, needs_poppler, paragraphs, text_of_pdf
from tests.punctuation import half_width, torn_pairs

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk as Ledger

REPOSITORY = Path(__file__).parents[2]


def said(root: Path, folder: Path, today: str = "2024-06-15") -> dict[str, str]:
    """Return the text of each form without blanks, since each form breaks lines in its own way."""
    shown = {form: "".join(read(form, notice(root, form, today))) for form in ("txt", "md", "html")}
    shown["docx"] = "".join(text for _style, text in paragraphs(printed(root, "docx", today)))
    shown["pdf"] = text_of_pdf(printed(root, "pdf", today), folder)
    return {form: "".join(text.split()) for form, text in shown.items()}


@needs_poppler
def test_all_forms_say_the_same_of_the_repositorys_own_ledger(tmp_path: Path) -> None:
    shown = said(REPOSITORY, tmp_path, "2024-04-18")
    assert len(shown["txt"]) > 4000
    assert len(set(shown.values())) == 1, {form: len(text) for form, text in shown.items()}


@needs_poppler
def test_all_forms_say_the_same_of_a_ledger_with_all_levels(bare_ledger: Ledger, tmp_path: Path) -> None:
    for identity in ("2.1", "2.2", "2.3"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "closed", part="前期手续"))
    shown = said(bare_ledger.root, tmp_path)
    assert "（1）前期手续" in shown["txt"]
    assert len(set(shown.values())) == 1


@needs_poppler
def test_all_forms_show_hostile_texts_as_typed(tmp_path: Path) -> None:
    """What would act in one form or another, all at once in every published field."""
    write(tmp_path / "ledger", Case(ledger_of("z " + " z ".join(SNIPPETS) + " z")))
    shown = said(tmp_path / "ledger", tmp_path)
    assert shown["docx"] == shown["txt"]
    assert shown["pdf"] == shown["txt"]


@pytest.mark.parametrize("text", ["#a", "\\", "{_{ x }_}", '"', "$x$", "<w:t>", "&#8212;", "a   b", "张　三", "=SUM(A1)", "@echo"])  # fmt: skip
def test_the_word_file_shows_a_text_as_it_was_typed(tmp_path: Path, text: str) -> None:
    write(tmp_path, Case(ledger_of(f"z {text} z")))
    usual = ["".join(line.split()) for line in read("txt", notice(tmp_path))]
    assert ["".join(line.split()) for _style, line in paragraphs(printed(tmp_path, "docx"))] == usual


def test_the_word_file_of_the_repositorys_own_ledger_is_punctuated_full_width() -> None:
    for _style, text in paragraphs(printed(REPOSITORY, "docx", "2024-04-18")):
        assert not half_width(text)
        assert not torn_pairs(text)


@pytest.mark.parametrize("form", ["docx", PDF])
def test_own_words_change_the_printed_forms_too(bare_ledger: Ledger, form: str) -> None:
    before = printed(bare_ledger.root, form)
    bare_ledger.write("data/marker.txt", "")
    shutil.copytree(REPOSITORY / "templates", bare_ledger.root / "templates")
    assert printed(bare_ledger.root, form) == before
    path = bare_ledger.root / "templates/notice.words.j2"
    path.write_text(path.read_text(encoding="utf-8").replace("下一步", "今后"), encoding="utf-8")
    assert printed(bare_ledger.root, form) != before


@pytest.mark.parametrize("form", FILES)
def test_an_own_outline_is_used_and_a_wrong_one_told(bare_ledger: Ledger, form: str) -> None:
    bare_ledger.write("templates/notice.outline.j2", "title {{ notice.title }}\nh9 甲\n")
    result = bare_ledger.run("notice", "-f", form, "-o", f"out.{form}")
    assert result.code == 1
    assert result.err.startswith("templates/notice.outline.j2:2:1: error[template]: ")
    assert "h9 甲" in result.err
    assert not (bare_ledger.root / f"out.{form}").exists()


@pytest.mark.parametrize(
    ("form", "magic"), [("docx", b"PK\x03\x04"), pytest.param("pdf", b"%PDF-", marks=needs_fonts)]
)
def test_a_file_can_be_named_or_sent_through_a_pipe(
    ledger: Ledger, tmp_path: Path, form: str, magic: bytes
) -> None:
    target = tmp_path / f"notice.{form}"
    said_ = ledger.run("notice", "-f", form, "-o", target)
    assert (said_.code, said_.out) == (0, f"通报已写入 {target}。\n")
    assert target.read_bytes().startswith(magic)
    piped = program.run(["notice", "-f", form], ledger.root, ledger.environment)
    assert (piped.code, piped.out) == (0, target.read_bytes())


@needs_fonts
def test_stand_ins_are_told_on_standard_error(ledger: Ledger) -> None:
    for language, word in (("zh", "警告"), ("en", "warning")):
        result = ledger.run("--lang", language, "notice", "-f", "pdf", "-o", "out.pdf")
        assert result.code == 0
        assert all(line.startswith(word) for line in result.err.splitlines())
        assert "stands in" not in result.err or language == "en"


@pytest.mark.parametrize(
    ("form", "package"), [("docx", "docx"), ("docx", "rjieba"), ("pdf", "typst"), ("pdf", "rjieba")]
)
def test_a_missing_part_is_named_with_the_command_that_installs_it(
    ledger: Ledger, tmp_path: Path, form: str, package: str
) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / f"{package}.py").write_text(
        f"raise ModuleNotFoundError('no', name={package!r})\n", encoding="utf-8"
    )
    result = ledger.run("notice", "-f", form, "-o", "out", PYTHONPATH=str(blocked))
    assert (result.code, result.out) == (3, "")
    assert "error[missing-part]: " in result.err
    assert '[office]"' in result.err
    assert not (ledger.root / "out").exists()


@needs_fonts
def test_nothing_is_written_into_a_ledger_by_making_its_notice(ledger: Ledger) -> None:
    for form in FILES:
        ledger.ok("notice", "-f", form, "-o", ledger.root.parent / f"out.{form}")
    assert ledger.clean()


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_not_thrown_at_a_screen(ledger: Ledger, form: str) -> None:
    result = in_terminal(ledger, "notice", "-f", form)
    assert result.code == 2
    assert "error[no-output]" in result.out
    assert f"-o notice.{form}" in result.out
    assert "PK" not in result.out
