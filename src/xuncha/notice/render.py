"""The notice in its forms: templates lay out what `content` gives, in the words of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.chinese.punctuation import full_width_lines, full_width_markdown, full_width_page
from xuncha.paper.forms import made
from xuncha.paper.own import OwnFileError, own, remark
from xuncha.paper.templates import document, wrong
from xuncha.paper.templates import render as rendered

if TYPE_CHECKING:
    from xuncha.notice.content import NoticeContent
    from xuncha.paper.own import Own

TEXTS: Final = {"txt": full_width_lines, "md": full_width_markdown, "html": full_width_page}
"""The forms that are text, each with what makes its punctuation full-width."""
_OWN_WORD_FILE = "notice.docx"
_OUTLINE = "notice.outline.j2"


def render(content: NoticeContent, form: str, root: Path | Own) -> tuple[bytes, list[str]]:
    """Render the notice in one form.

    Args:
        content: what it says.
        form: `txt`, `md`, `html`, `pdf`, or `docx`: the file of the office filled, or one laid out.
        root: the ledger's folder, whose own `templates/` go before the built-in ones; or these themselves.

    Returns:
        The file, and sentences about what is not as it should be.

    Raises:
        InvalidLedgerError: a template of the ledger is wrong; with its file and line.
        SurroundingsError: the form needs what is not installed.
    """
    files = own(root)
    file, warnings = _made(content, form, files)
    return file, [*warnings, *remark(files)]


def _made(content: NoticeContent, form: str, files: Own) -> tuple[bytes, list[str]]:
    if form in TEXTS:
        return TEXTS[form](rendered(f"notice.{form}.j2", files, notice=content)).encode(), []
    if form == "docx":
        try:
            office_file = files.read(_OWN_WORD_FILE)
        except OwnFileError as error:
            raise wrong(_OWN_WORD_FILE, 0, str(error), files, ("words", "notice")) from None
        if office_file is not None:
            from xuncha.paper.filled import fill  # noqa: PLC0415  for a file of one's own alone

            return fill(_OWN_WORD_FILE, files, content.title, "notice.words.j2", notice=content), []
    return made(document(_OUTLINE, files, notice=content), form)
