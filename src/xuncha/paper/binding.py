"""Append evidence to a PDF document: PDF files page by page, each picture on a page of its own. The files may be hostile.

A separate process (`process`) reads each file and returns harmless pages, without links, scripts or embedded files; seals and other
annotations stay. Only the pages that this process returned are appended.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from xuncha.paper.own import OwnFiles
from xuncha.paper.pdf import typeset
from xuncha.paper.process import LimitError, Limits, run
from xuncha.parts import require_part

Kind = Literal["pdf", "png", "jpg", "gif", "webp"]
MAX_SIZE: Final = 64 * 1024 * 1024
"""Maximum size of one file, in bytes."""
MAX_TOTAL_SIZE: Final = 4 * MAX_SIZE
"""Maximum size of all pages appended to one document, in bytes."""
MAX_PAGES: Final = 500
"""Maximum number of pages of one file."""
_LIMITS: Final = Limits(seconds=30, memory=1536 * 1024 * 1024, output=2 * MAX_SIZE)
_HEAD: Final = 1024  # PDF readers look for the mark %PDF- in so many first bytes
_MARKS: Final[dict[bytes, Kind]] = {
    b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif",
}  # fmt: skip
_ANNEX: Final = Path(__file__).parent / "annex.typ"
_PICTURE: Final = (
    '#set page(paper: "a4", margin: (top: 45mm, bottom: 30mm, left: 28mm, right: 26mm))\n'
    '#image(sys.inputs.name, format: sys.inputs.kind, width: 100%, height: 100%, fit: "contain")\n'
)
_ACTIVE: Final = frozenset(
    {"/Link", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/Popup"}
)
"""Kinds of annotations that link elsewhere, play something or hold files."""
_PDF_A_KEYS: Final = ("/Metadata", "/OutputIntents")
"""Entries of a document by which it claims to conform to PDF/A."""
_ACTION_KEYS: Final = ("/A", "/AA", "/Dest")
"""Entries that give a page or an annotation an action or a link target."""


class Pages(NamedTuple):
    """The pages made of one file, ready to be appended."""

    kind: Kind
    content: bytes  # a PDF
    page_count: int

    @property
    def total(self) -> int:
        """Number of pages that it adds to the document: a PDF has a cover sheet in front of its own pages."""
        return self.page_count + (self.kind == "pdf")


class Sheet(NamedTuple):
    """The cover sheet of an appended PDF file; for a picture, the text on its page."""

    title: str
    sha256: str  # of the original file
    pages: Pages


class AppendError(Exception):
    """A file cannot be appended. The text is the reason, in one word: other-kind, too-large, encrypted, damaged."""


def load_pages(path: Path) -> Pages:
    """Make harmless pages of a file. Raises AppendError if that is impossible; SurroundingsError if the part `office` is not installed."""
    pypdf()
    if path.stat().st_size > MAX_SIZE:
        raise AppendError("too-large")
    with path.open("rb") as stream:
        kind = _kind(stream.read(_HEAD))
    if kind is None:
        raise AppendError("other-kind")
    try:
        content = run("look", OwnFiles({}), {}, {"kind": kind, "path": str(path)}, _LIMITS)
        if not content.startswith(b"%PDF"):
            raise AppendError(content.decode("ascii"))
        count = len(pypdf().PdfReader(BytesIO(content)).pages)
    except LimitError:
        raise AppendError("damaged") from None
    return Pages(kind, content, count)


def _kind(head: bytes) -> Kind | None:
    """Return the kind of a file by its first bytes, whatever its name; None if the kind is not supported."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    known_kind = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
    return known_kind or ("pdf" if b"%PDF-" in head else None)


def pypdf() -> Any:  # noqa: ANN401  the module
    """Import pypdf, and suppress its messages on standard error."""
    with require_part("office"):
        import pypdf as library  # noqa: PLC0415  only this form needs it

    quiet = logging.getLogger("pypdf")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return library


def make_pdf(kind: Kind, path: str) -> bytes:
    """Make a PDF of a file, inside the separate process; return a reason in one word if that is impossible. Libraries raise their own errors if the file is damaged."""
    return _picture_page(Path(path), kind) if kind != "pdf" else _harmless_pdf(Path(path))


def _picture_page(path: Path, kind: Kind) -> bytes:
    os.environ["RAYON_NUM_THREADS"] = "1"
    import typst  # noqa: PLC0415

    folder: Any = str(path.parent)  # typst's type hints want bytes here if the source is bytes
    # No fonts are needed: the page holds no text.
    return typst.compile(
        _PICTURE.encode(),
        sys_inputs={"name": path.name, "kind": kind},
        root=folder,
        format="pdf",
        ignore_system_fonts=True,
    )


def _harmless_pdf(path: Path) -> bytes:
    library = pypdf()
    reader = library.PdfReader(path, strict=False)
    if reader.is_encrypted:
        return b"encrypted"
    count = len(reader.pages)
    if not 0 < count <= MAX_PAGES:
        return b"too-large" if count else b"damaged"
    writer = library.PdfWriter()
    for page in reader.pages:
        _remove_actions(writer.add_page(page))
    stream = BytesIO()
    writer.write(stream)
    trial = library.PdfWriter()  # try to append it, as `append_pages` will do
    trial.append(BytesIO(stream.getvalue()), import_outline=False)
    trial.write(BytesIO())
    return stream.getvalue() if len(trial.pages) == count else b"damaged"


def _remove_actions(page: Any) -> None:  # noqa: ANN401  a page of pypdf, which is not typed
    """Remove from a page everything that acts when it is opened or clicked."""
    for name in _ACTION_KEYS:
        page.pop(name, None)
    annotations = page.get("/Annots")
    annotations = annotations.get_object() if annotations is not None else None
    if not isinstance(annotations, list):
        page.pop("/Annots", None)
        return
    harmless = []
    for reference in annotations:
        annotation = reference.get_object()
        if isinstance(annotation, dict) and annotation.get("/Subtype") not in _ACTIVE:
            for name in _ACTION_KEYS:
                annotation.pop(name, None)
            harmless.append(reference)
    annotations[:] = harmless


def append_pages(content: bytes, sheets: Sequence[Sheet]) -> bytes:
    """Append the pages of files to a PDF, each file with its cover sheet."""
    library = pypdf()
    writer = library.PdfWriter(clone_from=BytesIO(content))
    for name in _PDF_A_KEYS:  # the appended pages need not conform to PDF/A
        writer.root_object.pop(name, None)
    number, entries = len(writer.pages) + 1, []
    for title, sha256, pages in sheets:
        entry = {"title": title, "sha256": sha256, "picture": pages.kind != "pdf"}
        entries.append({**entry, "number": number, "pages": pages.page_count})
        number += pages.total
    covers = library.PdfReader(BytesIO(typeset(_ANNEX, {"sheets": entries})[0]))
    for page, sheet in zip(covers.pages, sheets, strict=True):
        first = len(writer.pages)
        if sheet.pages.kind == "pdf":
            writer.add_page(page)
        writer.append(BytesIO(sheet.pages.content), import_outline=False)
        if sheet.pages.kind != "pdf":
            writer.pages[first].merge_page(page)
        writer.add_outline_item(sheet.title, first)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
