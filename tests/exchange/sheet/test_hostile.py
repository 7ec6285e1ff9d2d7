"""A hostile workbook gives a clear error or the right result, with limited memory, and writes nothing on error."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.steps import hang_guard
from xuncha.errors import RefusedError
from xuncha.exchange.sheet import files
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk

HEADS = ["序号", "问题", "整改措施", "责任领导", "责任科室", "整改时限", "完成情况"]
LINE = [1, "学习不够深入", "制定计划", "局长", "办公室", "2024年3月31日", "已完成"]


def good() -> bytes:
    """Make a small valid workbook."""
    book = Workbook()
    book.active.append(HEADS)  # type: ignore[union-attr]
    book.active.append(LINE)  # type: ignore[union-attr]
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed(content: bytes, **parts: bytes | Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with parts replaced or added; `__` in a name stands for a slash."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = {name.replace("__", "/"): part for name, part in parts.items()}
        for name in [*old.namelist(), *(name for name in names if name not in old.namelist())]:
            part = names.get(name)
            kept = old.read(name) if name in old.namelist() else b""
            new.writestr(name, kept if part is None else part(kept) if callable(part) else part)
    return written.getvalue()


def replaced(part: bytes, text: str, by: bytes) -> bytes:
    """Replace a text in a part, whether it is written plainly or as character references."""
    return part.replace(text.encode(), by).replace(text.encode("ascii", "xmlcharrefreplace"), by)


def refused(path: Path) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        files.read(path)
    return caught.value


SHEET = "xl__worksheets__sheet1.xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def declared(head: bytes, what: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        body = part.split(b"?>", 1)[1] if part.startswith(b"<?xml") else part
        return head + replaced(body, "学习不够深入", what)

    return change


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE], ids=["entities", "outside"])
@pytest.mark.parametrize("part", ["xl__sharedStrings.xml", SHEET, "xl__workbook.xml"])
def test_entities_are_refused(head: bytes, part: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(good(), **{part: declared(head, b"&b;")}))
    assert refused(path).code == "hostile-file"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(good(), **{SHEET: b"<worksheet>" + b" " * 100_000_000}))
    assert path.stat().st_size < 1_000_000
    opened, open_part = [], zipfile.ZipFile.open

    def noted(archive: zipfile.ZipFile, name: Any, *how: Any, **more: Any) -> Any:
        opened.append(name)
        return open_part(archive, name, *how, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    assert refused(path).code == "too-large"
    assert set(opened) <= {"[Content_Types].xml"}


def test_a_bomb_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    content = bytearray(changed(good(), **{SHEET: b"<worksheet>" + b" " * 60_000_000}))
    place = content.rfind(b"xl/worksheets/sheet1.xml") - 46 + 24
    content[place : place + 4] = (1000).to_bytes(4, "little")
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(content))
    assert refused(path).code == "damaged-file"


@pytest.mark.apart
def test_many_formatted_empty_rows_are_nothing(tmp_path: Path) -> None:
    empty = "".join(
        f'<row r="{row}">{"".join(f"""<c r="{column}{row}" s="0"/>""" for column in "ABCDEFGHIJ")}</row>'
        for row in range(3, 20_003)
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        changed(
            good(), **{SHEET: lambda part: part.replace(b"</sheetData>", empty.encode() + b"</sheetData>")}
        )
    )
    draft = draft_of(path, ReadOptions(date(2024, 6, 15), date(2023, 11, 10)))
    assert [measure.record["title"] for measure in draft.measures] == ["制定计划"]


@pytest.mark.apart(but=1)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is told there")
@pytest.mark.parametrize(("rows", "code"), [(200_000, ""), (1_048_000, "too-large")])
def test_rows_that_are_only_formatted_cost_little(rows: int, code: str, tmp_path: Path) -> None:
    """The right result, or the advice to delete them."""
    empty = b"".join(b'<row r="%d" s="1"/>' % row for row in range(3, 3 + rows))
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        changed(good(), **{SHEET: lambda part: part.replace(b"</sheetData>", empty + b"</sheetData>")})
    )
    script = (
        "import sys;from pathlib import Path;from xuncha.exchange.sheet import files;from xuncha.errors import RefusedError\n"
        "try: files.read(Path(sys.argv[1])); code=''\n"
        "except RefusedError as error: code=error.code\n"
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(code, peak[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    *got, memory = done.stdout.split()
    assert got == ([code] if code else [])
    assert int(memory) / 1024 < 500


def test_a_cell_of_a_megabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        changed(
            good(),
            **{SHEET: lambda part: replaced(part, "制定计划", b"a" * 1_000_000)},
        )
    )
    error = refused(path)
    assert error.code == "cell-too-long"
    assert "C2" in error.message


def test_merged_cells_over_everything_are_harmless(tmp_path: Path) -> None:
    merged = b'<mergeCells count="1">' + b'<mergeCell ref="A2:XFD1048576"/>' * 5_000 + b"</mergeCells>"
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        changed(good(), **{SHEET: lambda part: part.replace(b"</sheetData>", b"</sheetData>" + merged)})
    )
    with hang_guard():
        (sheet,) = files.read(path)
    assert max(sheet.cells) == (2, len(HEADS)), "no cell beyond those that are filled"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-a-table"),
        (b"%PDF-1.7\n", "not-a-table"),
        (b"PK\x03\x04 and no more", "damaged-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"), "damaged-file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
    ],
    ids=["empty", "pdf", "cut", "xls", "password"],
)
def test_what_is_no_workbook_is_named(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == code
    assert error.hint or code == "damaged-file"


def test_a_document_and_an_open_document_are_no_workbook(tmp_path: Path) -> None:
    for name, code in (
        ("word/document.xml", "damaged-file"),
        ("content.xml", "not-a-table"),
        ("xl/workbook.bin", "not-a-table"),
        ("a.txt", "not-a-table"),
    ):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"<a/>")
        assert refused(path).code == code


def test_a_workbook_is_one_whatever_its_name(tmp_path: Path) -> None:
    for name in ("台账.xls", "台账.txt", "台账"):
        (tmp_path / name).write_bytes(good())
        assert files.read(tmp_path / name)


def test_what_is_cut_anywhere_is_damaged(tmp_path: Path) -> None:
    content = good()
    for end in range(4, len(content), 97):
        path = tmp_path / "a.xlsx"
        path.write_bytes(content[:end])
        assert refused(path).code in {"damaged-file", "not-a-table"}


@pytest.mark.parametrize(
    "part", ["xl__workbook.xml", SHEET, "xl__sharedStrings.xml", "xl__styles.xml", "_rels__.rels"]
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"not XML",
        b"<worksheet xmlns='x'><sheetData><row><c r='??'/></row></sheetData></worksheet>",
    ],
)
def test_a_part_that_is_nonsense_ends_in_no_traceback(part: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(good(), **{part: content}))
    with contextlib.suppress(RefusedError):
        draft_of(path, ReadOptions(date(2024, 6, 15)))


def test_macros_are_not_run_and_external_links_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsm"
    book = load_workbook(io.BytesIO(good()))
    sheet = book.active
    assert sheet is not None
    sheet["C2"] = "='[别的.xlsx]Sheet1'!A1"
    sheet["D2"] = '=WEBSERVICE("http://example.invalid")'
    book.save(path)
    path.write_bytes(changed(path.read_bytes(), xl__vbaProject=b"Attribute VB_Name"))
    draft = draft_of(path, ReadOptions(date(2024, 6, 15), date(2023, 11, 10)))
    assert [doubt.place.rpartition("!")[2] for doubt in draft.doubts][:2] == ["C2", "D2"]
    assert draft.measures[0].record["title"].startswith("='[")


def test_nothing_is_written_on_error(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    done = ledger.run("import", "table", bad)
    assert done.code == 1
    assert "error[old-format]" in done.err
    assert ".xlsx" in done.err
    done = ledger.run("import", "table", bad, tmp_path / "new")
    assert done.code == 1
    assert not (tmp_path / "new").exists()
    assert ledger.clean()


def test_the_reason_why_a_new_ledger_cannot_be_made_leaves_no_folder(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good())
    done = ledger.run(
        "import", "table", path, tmp_path / "new", GIT_CONFIG_GLOBAL="/dev/null", HOME=str(tmp_path)
    )
    assert done.code == 3
    assert "no-user" in done.err
    assert not (tmp_path / "new").exists()


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet></office:body>"
    "</office:document-content>"
)
ROW = '<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"><text:p>甲{more}</text:p></table:table-cell></table:table-row>'


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ROW.format(rows=1_000, columns=1_000, more="") * 100, "too-large"),
        (ROW.format(rows=1_048_576, columns=8, more=""), "too-large"),
        (ROW.format(rows=1, columns=2_000_000_000, more=""), "too-large"),
        (ROW.format(rows=1, columns=1, more='<text:s text:c="2000000000"/>'), "hostile-file"),
        (ROW.format(rows="viele", columns=1, more=""), "damaged-file"),
    ],
    ids=["blocks", "rows", "columns", "blanks", "no number"],
)
def test_a_few_bytes_that_stand_for_many_cells_are_refused_at_once(
    row: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the library reads them."""
    monkeypatch.setattr("python_calamine.CalamineWorkbook", None)
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=row))
    assert refused(path).code == code


def test_a_number_that_no_machine_holds_is_damage(tmp_path: Path) -> None:
    styles = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="99999999999999"/></cellXfs></styleSheet>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed(good(), **{"xl__styles.xml": styles}))
    assert refused(path).code == "damaged-file"
