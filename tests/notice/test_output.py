"""A notice is written to the named file only, completely or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk, measure
from xuncha.cli import options
from xuncha.paper import forms

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_a_file_holds_what_the_screen_shows(ledger: LedgerOnDisk, tmp_path: Path, form: str) -> None:
    shown = ledger.ok("notice", "-f", form)
    before = names(tmp_path)
    said = ledger.ok("notice", "-f", form, "-o", tmp_path / f"notice.{form}")
    assert (tmp_path / f"notice.{form}").read_bytes() == shown.encode()
    assert said == f"通报已写入 {tmp_path / f'notice.{form}'}。\n"
    assert names(tmp_path) - before == {f"notice.{form}"}, "something else was left beside it"
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")
    assert "\r" not in shown


def test_a_relative_path_is_taken_from_the_current_folder(ledger: LedgerOnDisk) -> None:
    (ledger.root / "data/problems").joinpath("公开").mkdir()
    (ledger.root / "data/problems/公开").rmdir()
    (ledger.root / "public").mkdir()
    ledger.ok("notice", "-o", "public/通报.txt")
    assert (ledger.root / "public/通报.txt").read_text(encoding="utf-8").startswith("中共某市水务局党组关于")


def test_a_refused_notice_leaves_the_old_file(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    target = tmp_path / "notice.txt"
    target.write_bytes(b"old")
    ledger.write(ledger.path("1.2"), measure("1.2", "in_progress", office="规化科"))
    before = names(tmp_path)
    assert ledger.run("notice", "-o", target).code == 1
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == before


def test_a_wrong_template_leaves_the_old_file(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    target = tmp_path / "notice.txt"
    target.write_bytes(b"old")
    ledger.write("templates/notice.txt.j2", "half a notice\n{{ nothing }}")
    assert ledger.run("notice", "-o", target).code == 1
    assert target.read_bytes() == b"old"


def test_a_missing_folder_is_told_and_not_made(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    result = ledger.run("notice", "-o", tmp_path / "missing/notice.txt")
    assert (result.code, result.out) == (3, "")
    assert "error[not-written]: " in result.err
    assert str(tmp_path / "missing/notice.txt") in result.err
    assert not (tmp_path / "missing").exists()


def test_a_folder_that_cannot_be_written_leaves_the_old_file(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        # Root may write everywhere, except where the system itself has no room for a file.
        target = tmp_path / ("n" * 250)
        target.write_bytes(b"old")
    else:
        (tmp_path / "closed").mkdir()
        target = tmp_path / "closed/notice.txt"
        target.write_bytes(b"old")
        target.parent.chmod(0o555)
    before = names(target.parent)
    result = ledger.run("notice", "-o", target)
    target.parent.chmod(0o755)
    assert result.code in {0, 3}
    if result.code == 3:
        assert target.read_bytes() == b"old"
        assert "error[not-written]: " in result.err
    else:
        assert target.read_text(encoding="utf-8").startswith("中共某市水务局党组关于")
    assert names(target.parent) == before


def test_a_folder_is_not_replaced_by_a_file(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    result = ledger.run("notice", "-o", tmp_path / "public")
    assert result.code == 3
    assert (tmp_path / "public").is_dir()
    assert "error[not-written]: " in result.err
    assert not [name for name in names(tmp_path) if name.startswith(".xuncha")]


def test_the_mode_of_the_file_is_kept(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    target = tmp_path / "notice.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    ledger.ok("notice", "-o", target)
    assert target.stat().st_mode & 0o7777 == 0o640
    assert target.read_bytes() != b"old"


def test_a_new_file_can_be_read_by_those_whom_the_umask_lets(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        ledger.ok("notice", "-o", tmp_path / "notice.txt")
    finally:
        os.umask(old)
    assert (tmp_path / "notice.txt").stat().st_mode & 0o7777 == 0o644


def test_a_link_stays_a_link(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    """Whoever links the file into the folder of a web server does not lose the link."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/real.txt").write_bytes(b"old")
    (tmp_path / "notice.txt").symlink_to("site/real.txt")
    result = ledger.run("notice", "-o", tmp_path / "notice.txt")
    assert (tmp_path / "notice.txt").is_symlink()
    if result.code == 0:
        assert (tmp_path / "site/real.txt").read_text(encoding="utf-8").startswith("中共某市水务局党组关于")
    else:
        assert (tmp_path / "site/real.txt").read_bytes() == b"old"


def test_what_is_no_file_is_not_replaced_by_one(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    """`-o /dev/stdout` of an administrator would else replace the device for everyone."""
    device = tmp_path / "pipe"
    os.mkfifo(device)
    reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ledger.run("notice", "-o", device)
    finally:
        os.close(reader)
    assert device.is_fifo()


def test_an_unknown_form_is_wrong_usage_and_names_those_there_are(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    result = ledger.run("notice", "-f", "Doc", "-o", tmp_path / "notice.doc")
    assert result.code == 2
    assert "error[unknown-format]: 没有“Doc”" in result.err
    assert "txt、md、html" in result.err
    assert not (tmp_path / "notice.doc").exists()


def test_the_notice_does_not_depend_on_the_language_on_screen(ledger: LedgerOnDisk) -> None:
    assert ledger.ok("--lang", "en", "notice") == ledger.ok("--lang", "zh", "notice")


@pytest.mark.parametrize("command", [("notice",), ("report", "weekly"), ("report", "plan")])
def test_a_file_named_as_another_form_is_refused_and_not_written(
    ledger: LedgerOnDisk, command: tuple[str, ...]
) -> None:
    result = ledger.run(*command, "-o", "out.docx")
    assert (result.code, result.err.startswith("error[wrong-suffix]")) == (2, True)
    assert "-f docx" in result.err
    assert not (ledger.root / "out.docx").exists()
    ledger.ok(*command, "-f", "md", "-o", "out.anything")


def test_the_forms_that_can_be_asked_for_are_those_that_can_be_made() -> None:
    assert (options.FORMS, options.TABLES) == (forms.FORMS, forms.TABLES)
