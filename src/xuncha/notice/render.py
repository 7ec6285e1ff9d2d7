"""Render the notice in its forms: templates lay out the values from `content`; the words of the notice come from one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.chinese.punctuation import full_width_lines, full_width_markdown, full_width_page
from xuncha.paper.own import own_warning
from xuncha.paper.templates import make_file, run_apart
from xuncha.paper.templates import render as render_template

if TYPE_CHECKING:
    from xuncha.notice.content import NoticeContent
    from xuncha.paper.own import OwnFiles

TEXTS: Final = {"txt": full_width_lines, "md": full_width_markdown, "html": full_width_page}
"""The text forms, each with the function that makes its punctuation full-width."""
_OWN_WORD_FILE = "notice.docx"


def render(content: NoticeContent, form: str, files: OwnFiles) -> tuple[bytes, list[str]]:
    """Render the notice as txt, md, html, pdf, or docx: the office's own file filled in, or the built-in layout.

    `files` take precedence over the built-in templates. Return the file, and warnings. Raises InvalidLedgerError with its file and line if
    a template is wrong; SurroundingsError if the form needs a part that is not installed.
    """
    if form in TEXTS:
        text = TEXTS[form](render_template(f"notice.{form}.j2", files, notice=content))
        return text.encode(), own_warning(files)
    if form == "docx" and _OWN_WORD_FILE in files.files:
        values, macros = {"notice": content}, "notice.words.j2"
        document = run_apart("fill", _OWN_WORD_FILE, files, values, title=content.title, macros=macros)
        return document, own_warning(files)
    return make_file("notice", form, files, notice=content)
