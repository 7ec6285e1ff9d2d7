"""A notice from its file, with what comments in it silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.pages import lines
from xuncha.pages.kind import bytes_of
from xuncha.pages.plain import decoded
from xuncha.proof.silence import in_text
from xuncha.proof.text import Text, without_noise

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.proof.silence import Silenced


def read(path: Path) -> tuple[Text, list[Silenced]]:
    """Read a notice.

    Only Markdown and web pages have comments that no reader sees.

    Raises:
        RefusedError: it cannot be read as a document.
        SurroundingsError: it is a Word document, and the part `office` is not installed.
    """
    pages = lines(path)
    commented = pages.kind in {"md", "html"}
    text = Text(without_noise(pages.lines), pages.kind)
    return text, list(in_text(decoded(bytes_of(path), str(path)))) if commented else []
