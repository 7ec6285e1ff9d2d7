"""Paths with drives, backslashes and shares."""

from __future__ import annotations

import re

import pytest

from xuncha.doctor.sharing import public_host
from xuncha.errors import RefusedError
from xuncha.store.forms import form_path
from xuncha.trail.mirror import is_address
from xuncha.workflow.evidence import portable_name

DEVICE = re.compile(r"(?i)con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$")
FOLDERS = (
    r"C:\台账",
    "D:/台账/remote.git",
    r"\\server\share\台账.git",
    "//server/share/台账.git",
    "c:",
    r"..\台账",
    r"C:台账",
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_no_address(folder: str) -> None:
    assert not is_address(folder)
    assert public_host(folder) is None


@pytest.mark.parametrize(
    "name",
    ["CON", "nul.txt", "Com1.pdf", "LPT³", "aux .docx", "a:b.pdf", 'a"b', "a<b>|?*.pdf", r"..\..\x.pdf", "结尾.", "空格 ", "CONIN$", ". .", "a\tb"],
)  # fmt: skip
def test_what_is_attached_has_a_name_that_windows_holds(name: str) -> None:
    kept = portable_name(name)
    assert kept == portable_name(kept)
    assert not DEVICE.fullmatch(kept.partition(".")[0].rstrip())
    assert not set(kept) & set('<>:"/\\|?*\t')
    assert kept.rstrip(". ") == kept
    if not name.endswith(("结尾.", "空格 ")):  # a form's file has its own ending
        with pytest.raises(RefusedError):
            form_path(name)


def test_usual_names_stay() -> None:
    for name in ("水规〔2024〕31号.pdf", "评审意见 (终稿).docx", "console.txt", "nullen.csv", "COM10.pdf"):
        assert portable_name(name) == name
