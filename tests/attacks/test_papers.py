"""Hostile or ambiguous Word and Excel files are judged by kinds and relationships of their parts, not by names."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
import zlib
from datetime import date
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from tests.exchange.sheet.test_hostile import HEADS, LINE, changed, good
from tests.exchange.test_hostile import with_part
from tests.notice.forms import printed
from tests.notice.test_own_word_file import PATH, refused, word
from tests.notice.test_own_word_file import changed as changed_word
from tests.paper.files import all_of_word, parts
from xuncha.deadlines import Workdays, entries, ics
from xuncha.errors import RefusedError
from xuncha.exchange.sheet import files
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.pages import lines
from xuncha.paper.harmless import must_be_harmless
from xuncha.paper.own import OwnFileError
from xuncha.store.cache import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.exchange.drafts import Draft

FEEDBACK, TODAY = date(2023, 11, 10), date(2024, 6, 15)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def renamed(content: bytes, old: str, new: str) -> bytes:
    """Rename a part of the file, also in its content types and relationships."""
    written = io.BytesIO()
    folder, _slash, name = old.rpartition("/")
    own = f"{folder}/_rels/{name}.rels"
    new_folder, _slash, new_name = new.rpartition("/")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for each in source.namelist():
            part = source.read(each)
            if each.endswith(".rels") or each == "[Content_Types].xml":
                for prefix in ("/", "", "../"):
                    part = part.replace(f'"{prefix}{old}"'.encode(), f'"/{new}"'.encode())
                if each.startswith(f"{folder}/_rels/"):
                    part = part.replace(f'"{name}"'.encode(), f'"/{new}"'.encode())
            target.writestr(
                new if each == old else f"{new_folder}/_rels/{new_name}.rels" if each == own else each, part
            )
    return written.getvalue()


def added(
    name: str, part: bytes, kind: str = "", to: str = "", source: str = "word/document.xml"
) -> Callable[[dict[str, bytes]], None]:
    """Return a change that adds a part to a Word file, with its kind and a relationship to it."""
    folder, _slash, own = source.rpartition("/")
    relations = f"{folder}/_rels/{own}.rels"

    def change(found: dict[str, bytes]) -> None:
        found[name] = part
        if kind:
            entry = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
            found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", entry.encode())
        if to:
            empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
            entry = f'<Relationship Id="rId88" Type="{to}" Target="/{name}"/></Relationships>'
            found[relations] = found.get(relations, empty).replace(b"</Relationships>", entry.encode())

    return change


DDE = f'<w:ftr {W}><w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd x"/></w:p></w:ftr>'.encode()
FIELD = (
    f'<w:hdr {W}><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{{}}</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
)
NESTED = '<w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/>'
WORD_ATTACKS: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a field in a footer that is called .dat": (added("word/footer9.dat", DDE, f"{KINDS}.footer+xml", f"{OFFICE}/footer"), "DDEAUTO"),
    "a field in a part that is called a picture": (added("word/media/a.png", DDE, f"{KINDS}.footer+xml", f"{OFFICE}/footer"), "DDEAUTO"),
    "a footer whose kind is a picture": (added("word/media/a.png", DDE, "image/png", f"{OFFICE}/footer"), "a.png"),
    "a text as a picture": (added("word/media/a.png", DDE, "image/png", f"{OFFICE}/image"), "a.png"),
    "INCLUDEPICTURE": (added("word/h.x", FIELD.format("INCLUDEPICTURE http://a/b").encode(), f"{KINDS}.header+xml", f"{OFFICE}/header"), "INCLUDEPICTURE"),
    "INCLUDETEXT": (added("word/h.x", FIELD.format("INCLUDETEXT c:\\\\a").encode(), f"{KINDS}.header+xml", f"{OFFICE}/header"), "INCLUDETEXT"),
    "a field whose name another field makes": (
        added("word/h.x", FIELD.format(f"</w:instrText></w:r><w:r>{NESTED}</w:r><w:r><w:instrText> c:\\\\cmd").encode(), f"{KINDS}.header+xml", f"{OFFICE}/header"),
        "fldChar",
    ),
    "a field of the strict format": (
        added("word/h.x", DDE.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"), f"{KINDS}.footer+xml", f"{OFFICE}/footer"),
        "DDEAUTO",
    ),
    "comments under another name": (added("word/notes.dat", f"<w:comments {W}/>".encode(), f"{KINDS}.comments+xml", f"{OFFICE}/comments"), "Word"),
    "a change with a name, in a header": (
        added("word/h.x", f'<w:hdr {W}><w:p><w:ins w:author="密"/></w:p></w:hdr>'.encode(), f"{KINDS}.header+xml", f"{OFFICE}/header"), "Word",
    ),
    "macros under another name": (added("word/theme/theme9.xml", b"<x/>", "application/vnd.ms-office.vbaProject", "http://schemas.microsoft.com/office/2006/relationships/vbaProject"), "theme9.xml"),
    "an object under another name": (added("word/media/b.png", b"\x89PNG", "image/png", f"{OFFICE}/oleObject"), "b.png"),
    "a template inside": (added("word/t.xml", b"<x/>", "application/xml", f"{OFFICE}/attachedTemplate"), "t.xml"),
    "a picture by its address": (
        added("word/h.x", f'<w:hdr {W}><w:p><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://a.cn/b.png"/></w:pict></w:p></w:hdr>'.encode(), f"{KINDS}.header+xml", f"{OFFICE}/header"),
        "a.cn",
    ),
    "a relationship to the outside that does not say so": (
        lambda found: found.update({"word/_rels/document.xml.rels": found["word/_rels/document.xml.rels"].replace(b"</Relationships>", f'<Relationship Id="r77" Type="{OFFICE}/image" Target="\\\\a.cn\\b"/></Relationships>'.encode())}),
        ".docx",
    ),
    "two parts of one name": (added("word/STYLES.xml", b"<x/>"), ".docx"),
    "a data source": (
        lambda found: found.update({"word/settings.xml": re.sub(rb"(<w:settings[^>]*>)", rb"\1<w:mailMerge/>", found["word/settings.xml"])}), "mailMerge",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORD_ATTACKS)
def test_an_own_word_file_is_looked_through_whatever_its_parts_are_called(
    bare_ledger: LedgerOnDisk, name: str
) -> None:
    change, named = WORD_ATTACKS[name]
    message, _excerpt = refused(bare_ledger, changed_word(word("{{ notice.title }}"), change))
    assert named in message


def test_a_part_of_no_kind_is_refused() -> None:
    """Programs guess the kind of such a part by what refers to it."""
    to = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    with pytest.raises(OwnFileError, match=r"x\.bin"):
        must_be_harmless(changed_word(word("甲"), added("word/x.bin", b"x", to=to)))


def test_a_published_word_file_keeps_no_properties_whatever_they_are_called(
    bare_ledger: LedgerOnDisk,
) -> None:
    """WPS keeps the machine's number in the variables of a document."""
    secret = "密0009密".encode()

    def change(found: dict[str, bytes]) -> None:
        custom = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
        added("word/a.dat", b"<Properties>" + secret + b"</Properties>", custom)(found)
        link = f'<Relationship Id="rId87" Type="{OFFICE}/custom-properties" Target="word/a.dat"/></Relationships>'
        found["_rels/.rels"] = found["_rels/.rels"].replace(b"</Relationships>", link.encode())
        added("word/b.dat", secret)(found)  # nothing refers to it
        added("word/h.xml", f"<w:hdr {W}/>".encode(), f"{KINDS}.header+xml", f"{OFFICE}/header")(found)
        added("c.dat", secret, "application/xml", f"{OFFICE}/customXml", "word/h.xml")(found)
        variables = b'<w:docVars><w:docVar w:name="commondata" w:val="' + secret + b'"/></w:docVars>'
        found["word/settings.xml"] = re.sub(
            rb"(<w:settings[^>]*>)", rb"\1" + variables, found["word/settings.xml"]
        )

    bare_ledger.write(PATH, changed_word(word("{{ notice.title }}"), change))
    made = printed(bare_ledger.root, "docx")
    assert "密" not in all_of_word(made)
    assert not [name for name in parts(made) if name.endswith(".dat")]


def test_a_word_file_may_call_its_parts_as_it_likes(tmp_path: Path, bare_ledger: LedgerOnDisk) -> None:
    content = renamed(word("{{ notice.issuer }}"), "word/document.xml", "word/document2.bin")
    (tmp_path / "a.docx").write_bytes(content)
    assert [line.text for line in lines(tmp_path / "a.docx").lines] == ["{{ notice.issuer }}"]
    bare_ledger.write(PATH, content)
    assert "中共某市水务局党组" in all_of_word(printed(bare_ledger.root, "docx"))


# Excel


def sheet_of(path: Path, *rows: Sequence[object]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return book


def understood(path: Path) -> Draft:
    return draft_of(path, ReadOptions(TODAY, FEEDBACK))


def code(path: Path) -> str:
    with pytest.raises(RefusedError) as caught:
        files.read(path)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "is_tried_with_all"),
    [("other/rows", True), ("xl/worksheets/sheet1.dat", False), ("xl/media/image1.png", False)],
)
def test_a_sheet_is_bounded_whatever_it_is_called(name: str, is_tried_with_all: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(renamed(good(), "xl/worksheets/sheet1.xml", name))
    assert [measure.record["title"] for measure in understood(path).measures] == ["制定计划"]
    attacks: list[tuple[bytes, str]] = [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>', "hostile-file"),
        ("<worksheet/>".encode("utf-16"), "hostile-file"),
    ]
    if is_tried_with_all:
        attacks += [
            (b"<worksheet>" + b" " * 60_000_000, "too-large"),
            (
                f'<x:worksheet xmlns:x="{MAIN}"><sheetData>'.encode()
                + b"<x:row/>" * 250_001
                + b"</sheetData>",
                "too-large",
            ),
        ]
    for content, expected in attacks:
        part = {name.replace("/", "__"): content}
        path.write_bytes(changed(renamed(good(), "xl/worksheets/sheet1.xml", name), **part))
        assert code(path) == expected


@pytest.mark.parametrize("name", ["word/media/image1.jpeg", "word/a", "customXml/b.bin"])
def test_a_bomb_in_a_word_file_is_not_unpacked_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    path = with_part(tmp_path / "a.docx", name, [bytes(1 << 20)] * 40)
    with pytest.raises(RefusedError) as caught:
        lines(path)
    assert caught.value.code == "document-too-large"


def test_parts_that_lie_over_each_other_are_damaged() -> None:
    """The directory of a zip may name the same bytes a thousand times."""
    from xuncha.pages.package import Package, PackageError

    content = bytearray(changed(good(), big=b"a" * 3_000_000))
    place = content.rfind(b"big") - 46
    entry = bytes(content[place : place + 49])
    end = content.rfind(b"PK\x05\x06")
    for number in range(20):
        other = entry[:46] + b"b%02d" % number
        content[end:end] = other
        end += len(other)
    count = int.from_bytes(content[end + 10 : end + 12], "little") + 20
    size = int.from_bytes(content[end + 12 : end + 16], "little") + 20 * 49
    content[end + 8 : end + 12] = count.to_bytes(2, "little") * 2
    content[end + 12 : end + 16] = size.to_bytes(4, "little")
    with pytest.raises(PackageError):
        Package(bytes(content), 1 << 30)


FOREIGN = {
    "a.mht": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n",
    "b.mht": b"From: <Saved by WPS>\r\nSubject: a\r\n",
    "a.wps": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "WordDocument".encode("utf-16-le"),
    "a.et": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "Workbook".encode("utf-16-le"),
    "a.rtf": b"{\\rtf1 }",
    "a.pdf": b"%PDF-1.7\n",
    "a.xml": b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<w:wordDocument/>',
    "a.rar": b"Rar!\x1a\x07\x00",
    "a.png": b"\x89PNG\r\n\x1a\n",
    "a.docx": bytes(range(1, 256)) * 40,
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("command", ["table", "notice"])
def test_files_that_are_not_read_are_named_with_what_to_do(
    ledger: LedgerOnDisk, tmp_path: Path, name: str, command: str
) -> None:
    path = tmp_path / name
    path.write_bytes(FOREIGN[name])
    arguments = ["--dry-run"] if command == "table" else [tmp_path / "new"]
    result = ledger.run("import", command, path, *arguments)
    assert result.code == 1, result
    assert re.search(
        r"error\[(?:unknown-document|old-format|not-a-table|not-a-text|damaged-file)\]", result.err
    ), result.err
    assert "Traceback" not in result.err
    assert re.search("[.]xlsx|[.]docx|Excel", result.err)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(1, 256)) * 40, "not a known kind of document"),
    ],
)
def test_a_workbook_that_is_something_else_inside_is_named(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        files.read(path)
    assert caught.value.code == "not-a-table"
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "again",
    [
        ["序 号", "问\n题", "整改\n措施", "责任　领导", "责任科室", "整改\u200b时限", "完成 情况"],
        ["序号", "问题", "整改措施", "责任领导：", "责任科室", "整改时限", "完成情况"],
    ],
)
def test_a_heading_printed_again_is_no_problem(again: list[object], tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    other = [2, "制度不全", "修订制度", "局长", "办公室", "2024年3月31日", "已完成"]
    sheet_of(path, HEADS, LINE, again, other)
    draft = understood(path)
    assert [problem.record["title"] for problem in draft.problems] == ["学习不够深入", "制度不全"]
    assert len(draft.measures) == 2


@pytest.mark.parametrize(
    "row",
    [
        ["合　计", 2, 2], ["合\n计", None, 2], [None, "小计：2个", None, None, None, None, "2"], ["第 1 页 共 3 页"],
        ["某市水务局整改台账"], ["续表"], [3, "合 计", None, 2], [None, "某市水务局整改台账"], ["注：以上均已完成", None], ["本页小计"],
    ],
)  # fmt: skip
def test_totals_pages_and_titles_printed_again_are_no_rows(row: list[object], tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    other = [2, "制度不全", "修订制度", "局长", "办公室", "2024年3月31日", "已完成"]
    sheet_of(path, ["某市水务局整改台账"], HEADS, LINE, row, other)
    draft = understood(path)
    assert [problem.record["title"] for problem in draft.problems] == ["学习不够深入", "制度不全"]
    assert len(draft.measures) == 2


@pytest.mark.parametrize("words", ["未按期完成", "预计完成", "完成初稿", "完成整改方案制定", "力争12月完成"])
def test_a_cell_that_only_speaks_of_completion_closes_nothing(words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, HEADS, LINE, [*LINE[:2], "修订制度", *LINE[3:6], words])
    draft = understood(path)
    assert [measure.record["status"] for measure in draft.measures] == ["closed", "in_progress"]
    assert [doubt.place.rpartition("!")[2] for doubt in draft.doubts if doubt.text == words] == ["G3"]


@pytest.mark.parametrize("words", ["预计2024年12月完成", "2024年12月前完成", "计划2024.12.31"])
def test_a_day_that_is_only_planned_closes_nothing(words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, [*HEADS[:6], "实际完成时间"], [*LINE[:6], words])
    draft = understood(path)
    assert draft.measures[0].record.get("status") != "closed"
    assert words in [doubt.text for doubt in draft.doubts]


@pytest.mark.parametrize(
    "words", ["（未按期完成）", "。该措施未能完成。", "（已完成前期手续）", "（预计12月完成）"]
)
def test_a_notice_that_only_speaks_of_completion_closes_nothing(words: str, tmp_path: Path) -> None:
    """Not even where it says that all is done."""
    from xuncha.exchange.notice import draft_of as draft_of_notice
    from xuncha.reading.reading import read

    path = tmp_path / "a.txt"
    text = (
        "关于巡察整改进展情况的通报\n反馈的1个问题已完成整改1个。\n二、整改进展情况\n（一）关于甲方面\n1.推进不够有力问题\n"
        f"一是完成泵站前期手续{words}\n二是修订制度（已完成）。\n"
    )
    path.write_text(text, encoding="utf-8")
    draft = draft_of_notice(read(lines(path)), str(path), TODAY)
    assert [measure.record["status"] for measure in draft.measures] == ["in_progress", "closed"]
    assert any("泵站" in doubt.text for doubt in draft.doubts)


def test_what_nobody_sees_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet_of(path, HEADS, LINE, [2, "甲", "乙", "局长", "办公室", "2024年3月31日", "整改中"])
    sheet = book.active
    assert sheet is not None
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["G"].hidden = True
    book.save(path)
    draft = understood(path)
    assert len(draft.measures) == 2
    assert {"3:3", "G:G"} <= {doubt.place.rpartition("!")[2] for doubt in draft.doubts}


def test_rows_that_are_struck_out_are_not_read_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet_of(
        path, HEADS, LINE, [2, "甲", "乙", "局长", "办公室", "2024年3月31日", "已完成"], [3, "丙", "丁"]
    )
    sheet = book.active
    assert sheet is not None
    for cell in (*sheet[3][1:], sheet["C4"]):
        cell.font = Font(strike=True)
    book.save(path)
    draft = understood(path)
    assert [problem.record["title"] for problem in draft.problems] == ["学习不够深入", "丙"]
    told = {doubt.place.rpartition("!")[2]: doubt.text for doubt in draft.doubts}
    assert "乙" in told["3:3"]
    assert told["C4"] == "丁"


def test_two_tables_side_by_side_are_not_blended(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    other = [1, "别的问题", "别的措施", "副局长", "财务科", "2024年5月31日", "未完成"]
    sheet_of(path, [*HEADS, None, *HEADS], [*LINE, None, *other])
    draft = understood(path)
    assert [measure.record["title"] for measure in draft.measures] == ["制定计划"]
    assert "I:O" in {doubt.place.rpartition("!")[2] for doubt in draft.doubts}
    assert "别的" not in str(draft.problems)


@pytest.mark.parametrize(
    ("text", "day"),
    [("06/05/2026", None), ("6.5.2026", None), ("31/05/2026", "2026-05-31"), ("05/31/2026", "2026-05-31"), ("06/06/2026", "2026-06-06")],
)  # fmt: skip
def test_a_day_that_may_be_two_is_none(text: str, day: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, HEADS, [*LINE[:5], text, "整改中"])
    draft = understood(path)
    assert draft.measures[0].record.get("due") == day
    made = [doubt.message for doubt in draft.doubts if doubt.text == text]
    assert [("2026-05-06" in said, "2026-06-05" in said) for said in made] == [(True, True)] * (day is None)


# What is written

FORMULAS = [
    "=1+1", "+1", "-1", "@a", "＝1+1", "＋1", "－1", "＠a", " =1", "\u3000=1", "\xa0=1", "\u200d=1", "\u180e＝1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(ledger: LedgerOnDisk, tmp_path: Path, text: str) -> None:
    quoted = f'"{text}"'
    ledger.write(
        ledger.path("1.1"), ledger.read("1.1").replace("title: '做好1.1号工作'", f"title: {quoted}", 1)
    )
    ledger.commit()
    written = ledger.run("export", "csv")
    assert written.code == 0, written.err
    said = [row for row in csv.reader(io.StringIO(written.out)) if "1.1" in row]
    assert any(cell.startswith("'") and cell[1:].strip() == text.strip() for cell in said[0])
    path = tmp_path / "a.xlsx"
    assert ledger.run("export", "xlsx", "-o", path).code == 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name
    book = load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    shown = [cell for cell in cells if isinstance(cell.value, str) and cell.value.strip() == text.strip()]
    assert shown
    assert all(cell.quotePrefix for cell in shown)


def test_nothing_typed_becomes_a_line_of_the_calendar(ledger: LedgerOnDisk) -> None:
    """A ledger holds no line breaks in names; what else makes one does not get through either."""
    whole = register(ledger.root)
    evil = "=甲\r\nX-EVIL:1\u2028状态：已销号\u200b"
    (problem, *others) = whole.problems
    row = problem.measures[0]._replace(title=evil, office=evil)
    problem = problem._replace(measures=(row,), title=evil)
    whole = whole._replace(problems=(problem, *others), frame=whole.frame._replace(organisation=evil))
    written = ics(whole.frame, entries(whole, TODAY, Workdays()), TODAY, 2024, evil)
    assert b"\r\nX-EVIL" not in written
    assert not re.search(rb"\r(?!\n)", written)
    calendar = Calendar.from_ical(written)
    (event,) = (event for event in calendar.walk("VEVENT") if "X-EVIL" in str(event["SUMMARY"]))
    shown = [str(event["SUMMARY"]), *str(event["DESCRIPTION"]).split("\n"), str(calendar["NAME"])]
    assert not [
        line
        for line in shown
        if re.search("[\r\n\u2028\u200b]", line) or line.startswith(("状态：已销号", "="))
    ]


# Word: read otherwise by another program

RESULT = '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>x</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
BEGIN = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
EVIL = "<w:r><w:instrText>DDEAUTO c:\\\\cmd x</w:instrText></w:r>"
SPACES = (
    f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:zz="urn:zz" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)


def in_header(inner: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that adds a header."""
    part = f'<w:hdr {SPACES} mc:Ignorable="zz">{inner}</w:hdr>'.encode()
    return added("word/h.x", part, f"{KINDS}.header+xml", f"{OFFICE}/header")


def alternatives(first: str, other: str) -> str:
    return f'<mc:AlternateContent><mc:Choice Requires="zz">{first}</mc:Choice><mc:Fallback>{other}</mc:Fallback></mc:AlternateContent>'


PAGE = "<w:r><w:instrText>PAGE </w:instrText></w:r>"
AMBIGUOUS = {
    "an attribute of the same name": '<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd x" zz:instr="PAGE"/></w:p>',
    "a code of the same name": f"<w:p>{BEGIN}<w:r><zz:instrText>PAGE </zz:instrText></w:r>{EVIL}{RESULT}</w:p>",
    "a step of the same name": f'<w:p><w:r><w:fldChar w:fldCharType="begin" zz:fldCharType="x"/></w:r>{EVIL}{RESULT}</w:p>',
    "an element that is passed over": f"<w:p>{BEGIN}<zz:x>{PAGE}</zz:x><w:r><w:instrText>ddeauto c:\\\\cmd</w:instrText></w:r>{RESULT}</w:p>",
    "alternatives of a code": f"<w:p>{BEGIN}{alternatives(PAGE, EVIL)}{RESULT}</w:p>",
    "the second alternative": f"<w:p>{alternatives('', BEGIN + EVIL + RESULT)}</w:p>",
    "a beginning in each alternative": f"<w:p>{alternatives(BEGIN + PAGE, BEGIN)}{EVIL}{RESULT}</w:p>",
    "a deleted code": f'<w:p>{BEGIN}<w:del w:id="1"><w:r><w:delInstrText>PAGE </w:delInstrText></w:r></w:del>{EVIL}{RESULT}</w:p>',
    "a deleted text without an author": '<w:p><w:del w:id="1"><w:r><w:delText>密</w:delText></w:r></w:del></w:p>',
    "an inserted text without an author": '<w:p><w:ins w:id="1"><w:r><w:t>密</w:t></w:r></w:ins></w:p>',
    "a moved text without an author": '<w:p><w:moveFrom w:id="1"><w:r><w:t>密</w:t></w:r></w:moveFrom></w:p>',
    "an online video": '<w:p><w:r><wp15:webVideoPr xmlns:wp15="http://schemas.microsoft.com/office/word/2012/wordprocessingDrawing" embeddedHtml="x"/></w:r></w:p>',
    "a second address": '<w:p><w:r><w:pict><v:shape><v:imagedata src="http://a.cn/x.png" zz:src="a"/></v:shape></w:pict></w:r></w:p>',
    "an address that names no protocol": '<w:p><w:r><w:pict><v:shape><v:imagedata src="x.png"/></v:shape></w:pict></w:r></w:p>',
    "a code behind a comment": f"<w:p>{BEGIN}<w:r><w:instrText><!-- -->INCLUDETEXT c:\\\\a</w:instrText></w:r>{RESULT}</w:p>",
    "a code behind another": f"<w:p>{BEGIN}{PAGE}</w:p><w:p>{EVIL}{RESULT}</w:p>",
    "a code behind a wide blank": f"<w:p>{BEGIN}<w:r><w:instrText>PAGE\xa0DDEAUTO</w:instrText></w:r>{RESULT}</w:p>",
    "a code in lower case": f"<w:p>{BEGIN}<w:r><w:instrText>includetext a</w:instrText></w:r>{RESULT}</w:p>",
    "a code in the text": f"<w:p>{BEGIN}<w:r><w:t>DDEAUTO c:\\\\cmd x</w:t></w:r>{RESULT}</w:p>",
    "an address beside one within the file": '<w:p><w:r><w:pict><v:shape><v:imagedata src="http://a.cn/x.png" zz:src="#a"/></v:shape></w:pict></w:r></w:p>',
}  # fmt: skip


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_programs_read_differently_is_refused(bare_ledger: LedgerOnDisk, name: str) -> None:
    refused(bare_ledger, changed_word(word("{{ notice.title }}"), in_header(AMBIGUOUS[name])))


def test_the_number_of_the_page_may_stand_in_a_text_box(bare_ledger: LedgerOnDisk) -> None:
    """WPS puts it there, once for new programs and once for old ones."""
    field = BEGIN + PAGE + RESULT
    box = f"<w:r>{alternatives(f'<w:p>{field}</w:p>', f'<w:pict><v:textbox><w:p>{field}</w:p></v:textbox></w:pict>')}</w:r>"
    bare_ledger.write(PATH, changed_word(word("{{ notice.title }}"), in_header(f"<w:p>{box}</w:p>")))
    assert "PAGE" in all_of_word(printed(bare_ledger.root, "docx"))


TRACES = {
    "a comment in the XML": "<!-- 密 --><w:p/>",
    "an instruction in the XML": "<?zz 密?><w:p/>",
    "hidden text": "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r></w:p>",
    "the text of a hidden style": '<w:p><w:pPr><w:pStyle w:val="Hidden2"/></w:pPr><w:r><w:t>密</w:t></w:r></w:p>',
    "the name of a control": '<w:p><w:sdt><w:sdtPr><w:alias w:val="密"/><w:tag w:val="密"/><w:dataBinding w:xpath="/密"/></w:sdtPr><w:sdtContent><w:r><w:t>x</w:t></w:r></w:sdtContent></w:sdt></w:p>',
    "the file of a picture": '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="密.png" descr="C:\\密\\a.png" title="密"/></wp:inline></w:drawing></w:r></w:p>',
    "the file of an old picture": '<w:p><w:r><w:pict><v:shape alt="密"><v:fill o:title="密"/></v:shape></w:pict></w:r></w:p>',
    "the name of a part of the text": '<w:customXml w:uri="urn:密" w:element="密"><w:customXmlPr><w:placeholder w:val="密"/></w:customXmlPr><w:p/></w:customXml>',
    "a smart tag": '<w:p><w:smartTag w:uri="urn:密" w:element="x"><w:smartTagPr><w:attr w:name="a" w:val="密"/></w:smartTagPr><w:r><w:t>x</w:t></w:r></w:smartTag></w:p>',
    "a round of editing": '<w:p w:rsidR="00密" w:rsidRDefault="00密"/>',
}  # fmt: skip


@pytest.mark.parametrize("name", TRACES)
def test_a_published_word_file_keeps_nothing_that_nobody_sees(bare_ledger: LedgerOnDisk, name: str) -> None:
    def change(found: dict[str, bytes]) -> None:
        styles = (
            '<w:style w:type="paragraph" w:styleId="Hidden1"><w:rPr><w:vanish/></w:rPr></w:style>'
            '<w:style w:type="paragraph" w:styleId="Hidden2"><w:basedOn w:val="Hidden1"/></w:style></w:styles>'
        )
        found["word/styles.xml"] = found["word/styles.xml"].replace(b"</w:styles>", styles.encode())
        in_header(TRACES[name] + "<w:p><w:r><w:t>照登</w:t></w:r></w:p>")(found)

    bare_ledger.write(PATH, changed_word(word("{{ notice.title }}"), change))
    said = all_of_word(printed(bare_ledger.root, "docx"))
    assert "密" not in said
    assert "照登" in said


# Excel: seen otherwise than it is read

DONE = [2, "甲", "乙", "局长", "办公室", "2027年3月31日", "已完成"]
STRUCK = "<r><rPr><strike/></rPr><t>{}</t></r>"


def with_sheet(path: Path, old: str, new: str, count: int = 1) -> None:
    """Write a workbook with one row, of which the XML of the sheet is changed; texts stand in the cells."""
    content = good()
    path.write_bytes(
        changed(
            content,
            **{
                "xl__worksheets__sheet1.xml": in_cells(content, path).replace(
                    old.encode(), new.encode(), count
                )
            },
        )
    )


def in_cells(content: bytes, path: Path) -> bytes:
    """Return the XML of a sheet with its texts in the cells."""
    path.write_bytes(content)
    rows = load_workbook(path).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    lines = "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row)
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetFormatPr defaultRowHeight="15"/><cols/><sheetData>{lines}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    "pieces", [STRUCK.format("已完成"), f"<r><t>已</t></r>{STRUCK.format('完成')}", f"{STRUCK.format('未')}<r><t>完成</t></r>"]
)  # fmt: skip
@pytest.mark.parametrize("shared", [False, True])
def test_a_state_that_is_struck_out_in_its_text_is_none(pieces: str, shared: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    if shared:
        with_sheet(path, '<c t="inlineStr"><is><t>已完成</t></is></c>', '<c t="s"><v>1</v></c>')
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        entry = f'<Override PartName="/xl/texts.dat" ContentType="{kind}"/></Types>'.encode()
        content = changed(
            path.read_bytes(), **{"[Content_Types].xml": lambda part: part.replace(b"</Types>", entry)}
        )
        texts = part_of("sst", f"<si><t>甲</t></si><si>{pieces}</si>")
        path.write_bytes(changed(content, **{"xl__texts.dat": texts}))
    else:
        with_sheet(path, "<t>已完成</t>", pieces)
    draft = understood(path)
    assert [measure.record.get("status") for measure in draft.measures] == [None]
    assert "G2" in {doubt.place.rpartition("!")[2] for doubt in draft.doubts}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('<row r="2">', '<row r="2" hidden = "1">', "2:2"),
        ('<row r="2">', '<row hidden="1">', "2:2"),
        ('<row r="2">', '<row r="2" spans="&gt;" hidden="true">', "2:2"),
        ('<row r="2">', '<row r="2" ht="0.1" customHeight="1">', "2:2"),
        ('<row r="2">', '<row r="2" ht="0e0">', "2:2"),
        ('defaultRowHeight="15"', 'defaultRowHeight="15" zeroHeight="1"', "1:2"),
        ("<cols/>", '<cols><col max = "7" min = "7" hidden="true"/></cols>', "G:G"),
        ("<cols/>", '<cols><col min="7" max="7" width="0.1"/></cols>', "G:G"),
        (
            "<cols/>",
            '<cols><col min="7" max="7" hidden="1"/><col min="7" max="7" width="9"/></cols>',
            "G:G",
        ),
    ],
)
def test_rows_and_columns_are_hidden_however_it_is_written(
    old: str, new: str, place: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    with_sheet(path, old, new)
    assert place in {doubt.place.rpartition("!")[2] for doubt in understood(path).doubts}


def test_a_text_that_looks_like_a_merged_cell_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    row = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in DONE[:6])
    trick = '<c r="I3" t="inlineStr"><is><t><![CDATA[<mergeCell ref="G2:G9"/>]]></t></is></c>'
    with_sheet(path, "</sheetData>", f'<row r="3">{row}{trick}</row></sheetData>')
    draft = understood(path)
    assert [measure.record.get("status") for measure in draft.measures] == ["closed", None]


@pytest.mark.parametrize(
    ("value", "form", "status"),
    [
        (1, '0"%"', None), (1, "0\\%", None), (1, '"推进中";;;', None), (1, "[=1]0%;0", None), (1, '0%"未完成"', None),
        (1, ";0%", None), ("已完成", ";;;", None), ("已完成", ';;;"未"@', None), ("已完成", "0;0;0;\\未@", None), (1, "0%%", None),
        (1, "0%", "closed"), (1, "0.00%;[Red]-0.00%", "closed"), ("已完成", "@", "closed"), ("已完成", "General", "closed"),
        ("已完成", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "closed"), (0.5, "[Red]0%", "in_progress"),
    ],
)  # fmt: skip
def test_a_state_is_what_a_person_sees(value: object, form: str, status: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet_of(path, HEADS, [*DONE[:6], value])
    assert book.active is not None
    book.active["G2"].number_format = form
    book.save(path)
    draft = understood(path)
    assert draft.measures[0].record.get("status") == status
    if status is None:
        assert "G2" in {doubt.place.rpartition("!")[2] for doubt in draft.doubts}


def test_a_day_of_completion_that_is_struck_out_closes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet_of(path, [*HEADS, "实际完成时间"], [*DONE[:6], None, "2024年5月1日"])
    assert book.active is not None
    book.active["H2"].font = Font(strike=True)
    book.save(path)
    assert understood(path).measures[0].record.get("status") != "closed"


# Much in little

MANY = " ".join(f'a{n}=""' for n in range(300))

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def part_of(name: str, inner: str) -> bytes:
    return f'<{name} xmlns="{MAIN}">{inner}</{name}>'.encode()


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pieces of a text": ("xl__sharedStrings.xml", lambda: part_of("sst", f"<si>{'<r/>' * 500_001}</si>")),
    "styles": ("xl__styles.xml", lambda: part_of("styleSheet", f"<cellXfs>{'<xf/>' * 65_537}</cellXfs>")),
    "names": ("xl__workbook.xml", lambda: part_of("workbook", "<definedName/>" * 60_000)),
    "columns": ("xl__worksheets__sheet1.xml", lambda: part_of("worksheet", "<col/>" * 20_000)),
    "merged cells": ("xl__worksheets__sheet1.xml", lambda: part_of("worksheet", "<mergeCell/>" * 110_000)),
    "comments": ("xl__comments1.xml", lambda: part_of("comments", "<comment/>" * 60_000)),
    "nesting": ("xl__styles.xml", lambda: part_of("styleSheet", "<a>" * 101 + "</a>" * 101)),
    "a comment in the XML": ("xl__styles.xml", lambda: b"<!--" + b" " * 2_000_000 + b"--><styleSheet/>"),
    "an attribute": ("xl__styles.xml", lambda: b'<styleSheet a="' + b" " * 2_000_000 + b'"/>'),
    "attributes": (
        "xl__styles.xml", f"<styleSheet {MANY}/>".encode,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_much_of_anything_is_refused_before_it_is_read(name: str, tmp_path: Path) -> None:
    part, content = BOMBS[name]
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(good(), **{part: content()}))
    assert code(path) == "hostile-file"


@pytest.mark.parametrize(("count", "expected"), [(2, "hostile-file"), (101, "too-large")])
def test_one_sheet_is_not_read_many_times(count: int, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    def change(part: bytes) -> bytes:
        (sheet,) = re.findall(rb"<sheet [^>]*>", part)
        others = [re.sub(rb'name="[^"]*"', b'name="s%d"' % n, sheet) for n in range(count)]
        return part.replace(sheet, b"".join(others))

    path.write_bytes(changed(good(), **{"xl__workbook.xml": change}))
    assert code(path) == expected


LIST = f'<w:p {W}><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'
LABEL = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:lvlText w:val="{"%1" * 60}"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)
CHAIN = "".join(f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(60))
WORD_BOMBS: dict[str, tuple[str, Callable[[], str], str]] = {
    "a label": ("word/numbering.xml", lambda: LABEL, "hostile-document"),
    "styles": ("word/styles.xml", lambda: f"<w:styles {W}>{CHAIN}</w:styles>", "hostile-document"),
    "nesting": ("word/document.xml", lambda: f"<w:document {W}>{'<w:p>' * 300}{'</w:p>' * 300}</w:document>", "hostile-document"),
    "a comment": ("word/document.xml", lambda: f"<w:document {W}><!--{' ' * 2_000_000}--></w:document>", "hostile-document"),
    "attributes": ("word/document.xml", lambda: f"<w:document {W} {MANY}/>", "hostile-document"),
    "elements": ("word/document.xml", lambda: f"<w:document {W}>{'<a/>' * 1_000_001}</w:document>", "document-too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORD_BOMBS)
def test_much_of_anything_in_a_word_file_is_refused(name: str, tmp_path: Path) -> None:
    part, content, expected = WORD_BOMBS[name]

    def change(found: dict[str, bytes]) -> None:
        body = (
            LIST
            if name == "a label"
            else '<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'
        )
        found["word/document.xml"] = f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()
        kind = part.split("/")[1].split(".")[0]
        if part not in found:
            added(part, b"", f"{KINDS}.{kind}+xml", f"{OFFICE}/{kind}")(found)
        found[part] = content().encode()

    path = tmp_path / "a.docx"
    path.write_bytes(changed_word(word("甲"), change))
    with pytest.raises(RefusedError) as caught:
        lines(path)
    assert caught.value.code == expected


# Files of other kinds, with something before what tells their kind

BEHIND = {
    "a.docx": (b"", "empty"),
    "b.docx": (bytes(5000), "empty"),
    "c.xlsx": (b"\xef\xbb\xbf\n", "empty"),
    "d.docx": (b"version https://git-lfs.github.com/spec/v1\noid sha256:a\nsize 1\n", "LFS"),
    "e.docx": (b"\n%PDF-1.4\n", "PDF"),
    "f.xlsx": (bytes(10) + b"%PDF-1.4\n", "PDF"),
    "g.docx": (b"\xef\xbb\xbf{\\rtf1 x}", "RTF"),
    "h.docx": (b"{\\urtf1 x}", "RTF"),
    "i.xlsx": (b'<?xml version="1.0"?>\n<!-- c -->\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>', "XML"),
    "j.docx": ('<?xml version="1.0" encoding="utf-16"?><pkg:package/>'.encode("utf-16"), "XML"),
    "k.docx": (b"X-Unsent: 1\r\nSubject: a\r\nMIME-Version: 1.0\r\n", ".mht"),
    "l.docx": ("MIME-Version: 1.0\r\n".encode("utf-16"), ".mht"),
    "m.docx": (b"<!-- c --><!DOCTYPE html><html><body>x</body></html>", "HTML"),
    "n.xlsx": (b"\xef\xbb\xbf <table><tr><td>x</td></tr></table>", "HTML"),
    "o.docx": (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>x</body></html>', "HTML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEHIND)
def test_the_kind_of_a_file_is_told_whatever_stands_before_it(name: str, tmp_path: Path) -> None:
    content, what = BEHIND[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        lines(path)
    assert what in caught.value.message
    assert caught.value.hint


def test_web_pages_by_other_names_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes("<html><body><p>通报</p></body></html>".encode())
    assert [line.text for line in lines(path).lines] == ["通报"]


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Make a PNG picture of one pixel, with chunks before its image data."""
    seen = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in seen
    )


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """Make the frame of a JPEG picture in two scans, with segments before them and one between."""

    def segment(marker: int, data: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    added = b"".join(segment(*each) for each in segments)
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"points\xff\0\xff\xd0points"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + added
        + segment(0xDB, bytes(65))
        + scan
        + added
        + scan
        + b"\xff\xd9"
    )


SECRET = "东经118.5 密 某某".encode()
PICTURES = {
    "words in a PNG": (png((b"tEXt", b"Author\0" + SECRET), (b"eXIf", SECRET)) + SECRET, png()),
    "Exif, XMP, IPTC and a comment in a JPEG": (
        jpeg((0xE1, b"Exif\0\0" + SECRET), (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET), (0xED, SECRET), (0xFE, SECRET)) + SECRET,
        jpeg(),
    ),
    "a second picture in a JPEG": (jpeg((0xE0, b"JFXX\0\x10" + SECRET), (0xE2, b"MPF\0" + SECRET)), jpeg()),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_published_picture_does_not_tell_where_and_by_whom_it_was_made(
    bare_ledger: LedgerOnDisk, name: str
) -> None:
    given, seen = PICTURES[name]
    bare_ledger.write(PATH, changed_word(word("{{ notice.title }}"), picture(given)))
    made = printed(bare_ledger.root, "docx")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert [archive.read(each) for each in archive.namelist() if each.endswith("a.dat")] == [seen]


def picture(content: bytes) -> Callable[[dict[str, bytes]], None]:
    """Return a change that adds a picture to a Word file."""
    return added("word/media/a.dat", content, "image/jpeg", f"{OFFICE}/image")


@pytest.mark.parametrize(
    "content",
    [b"II*\0" + SECRET, b"GIF89a" + SECRET, png()[:-6], jpeg()[:-2], b"\xff\xd8\xff\xd8", b"\xff\xd8x"],
)
def test_a_picture_that_cannot_be_cleaned_is_refused(bare_ledger: LedgerOnDisk, content: bytes) -> None:
    message, _excerpt = refused(bare_ledger, changed_word(word("{{ notice.title }}"), picture(content)))
    assert "a.dat" in message
    assert "PNG" in message
