"""An office's own Word file: its marks are filled, wrong marks named, harmful files refused."""

from __future__ import annotations

import pickle
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest

from tests.notice.forms import notice, printed, read, settings
from tests.paper.files import W, all_of_word, paragraphs, part, parts
from tests.punctuation import half_width
from xuncha.errors import InvalidLedgerError
from xuncha.paper import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk

PATH = "templates/notice.docx"
MARKS = (
    "{{ notice.title }}",
    "{{ words.opening(notice) }}",
    "{%p for paragraph in words.work(notice) | paragraphs %}",
    "{{ paragraph }}",
    "{%p endfor %}",
    "{%p for category in notice.categories %}",
    "（{{ loop.index | numeral }}）{{ category.title }}",
    "{%p for problem in category.problems %}",
    "{{ loop.index }}.{{ problem.title }}",
    "{%p endfor %}",
    "{%p endfor %}",
    "{{ notice.issuer }}",
    "{{ notice.date | day }}",
)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill the file in this process, where it can be measured; tests/attacks tries the process of its own."""
    monkeypatch.setattr("xuncha.paper.process._answer", lambda job, _limits: worker.answer(pickle.loads(job)))  # noqa: S301  our own


def word(*lines: str) -> bytes:
    """Make a Word file as an office does, with a paragraph for each line."""
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    made.core_properties.author = "密0001密"
    made.core_properties.last_modified_by = "密0002密"
    made.core_properties.comments = "密0003密"
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def changed(file: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the file with its parts changed."""
    found = parts(file)
    change(found)
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name, content in found.items():
            target.writestr(name, content)
    return stream.getvalue()


def inserted(name: str, before: str, text: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that inserts a text into a part."""

    def change(found: dict[str, bytes]) -> None:
        assert before.encode() in found[name]
        found[name] = found[name].replace(before.encode(), text.encode() + before.encode(), 1)

    return change


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that removes a part."""

    def change(found: dict[str, bytes]) -> None:
        del found[name]

    return change


def related(target: str, kind: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that links the text to something outside."""
    link = f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/>'
    return inserted("word/_rels/document.xml.rels", "</Relationships>", link)


def field(code: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that inserts a field into the text, its code in two pieces."""
    half = len(code) // 2
    pieces = f"<w:r><w:instrText>{code[:half]}</w:instrText></w:r><w:r><w:instrText>{code[half:]}</w:instrText></w:r>"
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return inserted("word/document.xml", "<w:sectPr", f"<w:p>{begin}{pieces}{end}</w:p>")


def refused(ledger: LedgerOnDisk, file: bytes) -> tuple[str, str]:
    """How a file is refused: the message, and the excerpt."""
    ledger.write(PATH, file)
    with pytest.raises(InvalidLedgerError) as caught:
        printed(ledger.root, "docx")
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.code) == (PATH, "template")
    return finding.message, finding.place.excerpt


def test_the_marks_are_filled_and_the_rest_stays(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word("东发改巡〔2024〕1号", *MARKS))
    said = [text for _style, text in paragraphs(printed(bare_ledger.root, "docx"))]
    usual = read("txt", notice(bare_ledger.root))
    assert said[0] == "东发改巡〔2024〕1号"
    assert said[1:3] == usual[:2]
    assert said[-2:] == usual[-2:]
    assert set(said[1:]) <= set(usual)
    assert "（二）关于工作推进方面" in said


def test_a_title_can_be_broken_as_a_person_would(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word("{{ notice.title | in_lines(20) }}"))
    found = part(printed(bare_ledger.root, "docx"), "word/document.xml").iter(f"{W}t", f"{W}br")
    assert ["|" if each.tag == f"{W}br" else each.text for each in found] == [
        "中共某市水务局党组", "|", "关于巡察整改进展情况的通报",
    ]  # fmt: skip


def test_marks_in_headers_footers_and_tables_are_filled(bare_ledger: LedgerOnDisk) -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "{{ notice.issuer }}"
    made.sections[0].footer.paragraphs[0].text = "{{ notice.date | day }}"
    made.add_table(1, 1).cell(0, 0).text = "{{ notice.title }}"
    stream = BytesIO()
    made.save(stream)
    bare_ledger.write(PATH, stream.getvalue())
    everything = all_of_word(printed(bare_ledger.root, "docx"))
    for text in ("中共某市水务局党组", "2024年6月15日", "关于巡察整改进展情况的通报"):
        assert text in everything
    assert "{{" not in everything


def test_a_mark_that_word_has_cut_into_runs_is_one_mark(bare_ledger: LedgerOnDisk) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("")
    for piece in ("{", "{ not", "ice.iss", "uer }", "}"):
        paragraph.add_run(piece).bold = True
    stream = BytesIO()
    made.save(stream)
    bare_ledger.write(PATH, stream.getvalue())
    assert paragraphs(printed(bare_ledger.root, "docx"))[0][1] == "中共某市水务局党组"


@pytest.mark.parametrize(
    "text",
    ["{{ 7*7 }}", "<w:br/>", "&lt;b&gt; & \"'", "{_{ x }_}", "{% raw %}", "</w:t></w:r></w:p><w:p>", "a　b"],
)
def test_text_of_the_ledger_is_shown_as_typed(bare_ledger: LedgerOnDisk, text: str) -> None:
    settings(bare_ledger, "issuer: 中共某市水务局党组", f"issuer: {_quoted(text)}")
    bare_ledger.write(PATH, word("甲{{ notice.issuer }}乙", "{{ words.counts(notice) }}"))
    found = paragraphs(printed(bare_ledger.root, "docx"))
    assert found[0][1] == f"甲{text}乙"
    assert len(found) == 2


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_punctuation_becomes_full_width_across_runs(bare_ledger: LedgerOnDisk) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("通报")
    paragraph.add_run("(1)")
    paragraph.add_run(",{{ notice.issuer }}")
    stream = BytesIO()
    made.save(stream)
    bare_ledger.write(PATH, stream.getvalue())
    assert paragraphs(printed(bare_ledger.root, "docx"))[0][1] == "通报（1），中共某市水务局党组"


def test_the_file_tells_nothing_of_its_past(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word("{{ notice.title }}"))
    file = printed(bare_ledger.root, "docx")
    assert "密" not in all_of_word(file)
    assert {each.tag.rpartition("}")[2]: each.text for each in part(file, "docProps/core.xml")} == {
        "title": "中共某市水务局党组关于巡察整改进展情况的通报"
    }
    assert not [
        name for name in parts(file) if "thumbnail" in name or "customXml" in name or name.endswith("app.xml")
    ]


def test_the_same_ledger_gives_the_same_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word(*MARKS))
    assert printed(bare_ledger.root, "docx") == printed(bare_ledger.root, "docx")


WRONG = {
    "undefined name": ("联系人：{{ nothing }}，{{ notice.title }}", "{{ nothing }}"),
    "undefined attribute": ("{{ notice.title }}{{ notice.leader }}", "{{ notice.leader }}"),
    "undefined filter": ("{{ notice.title | nothing }}", "{{ notice.title | nothing }}"),
    "syntax error": ("{% if %}", "{% if %}"),
    "block never closed": ("{%p for x in notice.categories %}", "for"),
    "class of a text": ("{{ ''.__class__.__mro__ }}", "{{ ''.__class__.__mro__ }}"),
    "globals of a function": ("{{ lipsum.__globals__ }}", "{{ lipsum.__globals__ }}"),
    "a range too large": ("{% for x in range(10**9) %}{% endfor %}", "{% for x in range(10**9) %}"),
    "division by zero": ("{{ 1 // 0 }}", "{{ 1 // 0 }}"),
    "running out of the sandbox": ("{{ notice.__init__.__globals__ }}", "{{ notice.__init__.__globals__ }}"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mark_is_named(bare_ledger: LedgerOnDisk, name: str) -> None:
    line, mark = WRONG[name]
    message, excerpt = refused(bare_ledger, word("甲", line, "{{ notice.title }}"))
    assert mark in excerpt + message


def test_a_wrong_mark_is_shown_in_its_paragraph(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word("{{ notice.title }}", "联系人：{{ nothing }}"))
    result = bare_ledger.run("notice", "-f", "docx", "-o", "out.docx")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("templates/notice.docx:2:1: error[template]: ")
    assert "{{ nothing }}" in result.err
    assert "    联系人：{{ nothing }}\n" in result.err
    assert not (bare_ledger.root / "out.docx").exists()


def test_a_mark_across_paragraphs_loses_no_text(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(PATH, word("{% if notice.title %}甲", "乙{% endif %}", "丙"))
    said = "".join(text for _style, text in paragraphs(printed(bare_ledger.root, "docx")))
    assert said == "甲乙丙"


def test_a_mark_that_tears_paragraphs_apart_is_told_with_the_remedy(bare_ledger: LedgerOnDisk) -> None:
    """A reader that mends what is torn would lose text without a word."""
    made = docx.Document()
    made.add_table(1, 1).cell(0, 0).text = "甲{% if notice.work %}乙"
    made.add_paragraph("丙{% endif %}丁")
    stream = BytesIO()
    made.save(stream)
    message, _excerpt = refused(bare_ledger, stream.getvalue())
    assert "{%p" in message


def test_an_error_in_own_words_is_told_in_their_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "templates/notice.words.j2", "{% macro opening(notice) %}\n{{ notice.nothing }}\n{% endmacro %}\n"
    )
    bare_ledger.write(PATH, word("{{ words.opening(notice) }}"))
    with pytest.raises(InvalidLedgerError) as caught:
        printed(bare_ledger.root, "docx")
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.place.line) == ("templates/notice.words.j2", 2)


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'
HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a kind for macros": (
        lambda found: found.update(
            {
                "[Content_Types].xml": found["[Content_Types].xml"].replace(
                    b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                    b"vnd.ms-word.document.macroEnabled.main",
                )
            }
        ),
        ".docx",
    ),
    "a remote template": (
        related("http://example.cn/a.dotm", "attachedTemplate"),
        "http://example.cn/a.dotm",
    ),
    "a remote picture": (related("file://///example.cn/a.png", "image"), "example.cn"),
    "a link": (related("https://example.cn/", "hyperlink"), "https://example.cn/"),
    "a field that runs": (field(r' DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc"'), "DDEAUTO"),
    "a field that includes": (field(r'INCLUDETEXT "c:\\secret.txt"'), "INCLUDETEXT"),
    "a field that tells who": (field("AUTHOR"), "AUTHOR"),
    "a simple field": (
        inserted("word/document.xml", "<w:sectPr", '<w:p><w:fldSimple w:instr="DDE x y"/></w:p>'),
        "DDE",
    ),
    "a part of another format": (inserted("word/document.xml", "<w:sectPr", "<w:altChunk/>"), "altChunk"),
    "tracked changes": (
        inserted(
            "word/document.xml",
            "<w:sectPr",
            '<w:p><w:ins w:id="1" w:author="密" w:date="2024-01-01T00:00:00Z"/></w:p>',
        ),
        "Word",
    ),
    "entities": (
        lambda found: found.update(
            {
                "word/styles.xml": found["word/styles.xml"].replace(
                    b"<w:styles", ENTITY.encode() + b"<w:styles", 1
                )
            }
        ),
        "",
    ),
    "no xml": (lambda found: found.update({"word/document.xml": b"<w:document"}), ".docx"),
    "no text": (without("word/document.xml"), ".docx"),
    "no kinds": (without("[Content_Types].xml"), ".docx"),
    "many parts": (lambda found: found.update({f"word/{number}.xml": b"<x/>" for number in range(1001)}), ""),
    "a bomb": (lambda found: found.update({"word/media/image1.png": bytes(60 * 1024 * 1024)}), ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_could_do_harm_is_refused(bare_ledger: LedgerOnDisk, name: str) -> None:
    change, named = HOSTILE[name]
    message, _excerpt = refused(bare_ledger, changed(word("{{ notice.title }}"), change))
    assert named in message
    assert not half_width(message.replace(named, ""))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a zip",
        "通报".encode("gbk"),
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        b"PK\x03\x04" + bytes(40),
    ],
    ids=["empty", "text", "gbk", "old word", "cut zip"],
)
def test_what_is_no_word_file_is_told(bare_ledger: LedgerOnDisk, content: bytes) -> None:
    message, _excerpt = refused(bare_ledger, content)
    assert ".docx" in message


def test_a_spreadsheet_is_no_word_file(bare_ledger: LedgerOnDisk) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as target:
        target.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        target.writestr("xl/workbook.xml", "<workbook/>")
    message, _excerpt = refused(bare_ledger, stream.getvalue())
    assert ".docx" in message


def test_a_file_larger_than_any_is_refused_unread(bare_ledger: LedgerOnDisk) -> None:
    target = bare_ledger.write(PATH, b"")
    with target.open("r+b") as stream:
        stream.truncate(21 * 1024 * 1024)
    with pytest.raises(InvalidLedgerError):
        printed(bare_ledger.root, "docx")


def test_a_link_out_of_the_ledger_is_not_followed(bare_ledger: LedgerOnDisk) -> None:
    outside = bare_ledger.root.parent / "secret.docx"
    outside.write_bytes(word("不可公开的内容"))
    (bare_ledger.root / "templates").mkdir()
    (bare_ledger.root / PATH).symlink_to(outside)
    result = bare_ledger.run("notice", "-f", "docx", "-o", "out.docx")
    assert result.code == 1
    assert not (bare_ledger.root / "out.docx").exists()


def test_page_numbers_and_contents_may_stay(bare_ledger: LedgerOnDisk) -> None:
    file = word("{{ notice.title }}")
    for code in (" PAGE ", ' TOC \\o "1-3" ', " NUMPAGES \\* MERGEFORMAT "):
        file = changed(file, field(code))
    bare_ledger.write(PATH, file)
    found = part(printed(bare_ledger.root, "docx"), "word/document.xml")
    assert len(list(found.iter(f"{W}fldChar"))) == 6


def test_an_own_word_file_is_for_docx_alone(bare_ledger: LedgerOnDisk) -> None:
    usual = notice(bare_ledger.root)
    bare_ledger.write(PATH, b"not a zip")
    assert notice(bare_ledger.root) == usual
