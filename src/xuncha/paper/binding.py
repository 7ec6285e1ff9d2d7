"""Evidence appended to a document: PDF files page by page, each picture on a page of its own. The files may be hostile.

Each file is looked into in a process of its own (`process`), which hands back pages that do nothing: no links, no scripts, no files
inside; seals and other marks stay. Only what came out of it is bound.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from xuncha.paper.own import Own
from xuncha.paper.pdf import laid_out
from xuncha.paper.process import LimitError, Limits, run
from xuncha.parts import needs

Kind = Literal["pdf", "png", "jpg", "gif", "webp"]
LARGEST: Final = 64 * 1024 * 1024
"""Bytes in one file."""
LARGEST_IN_ALL: Final = 4 * LARGEST
"""Bytes in all pages that are bound in behind one document."""
MOST_PAGES: Final = 500
"""Pages in one file."""
_LIMITS: Final = Limits(seconds=30, memory=1536 * 1024 * 1024, output=2 * LARGEST)
_MOST_POINTS: Final = 80_000_000  # of a picture; unpacked, each takes four bytes and more
_HEAD: Final = 1024  # bytes in which readers of PDF look for its mark
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
"""Kinds of annotations that lead elsewhere, play something or hold files."""
_OF_PDF_A: Final = ("/Metadata", "/OutputIntents")
"""Entries of a document by which it says that it keeps the rules of PDF/A."""
_DOING: Final = ("/A", "/AA", "/Dest")
"""Entries by which a page or an annotation does something."""


class Pages(NamedTuple):
    """Pages to be bound in."""

    kind: Kind
    content: bytes  # a PDF
    number: int  # of them

    @property
    def in_all(self) -> int:
        """How many pages it takes in the bound document: those of a PDF stand behind a sheet of their own."""
        return self.number + (self.kind == "pdf")


class Sheet(NamedTuple):
    """The sheet in front of an appended file; of a picture, the text around it."""

    title: str
    sha256: str  # of the file that the pages were made of
    pages: Pages


class NotBoundError(Exception):
    """A file cannot be bound in. The text is the reason, one word: other-kind, too-large, encrypted, too-many-pages, damaged."""


def looked_into(path: Path) -> Pages:
    """Make pages of a file. Raises NotBoundError if that cannot be done; SurroundingsError if the part `office` is not installed."""
    pypdf()
    if path.stat().st_size > LARGEST:
        raise NotBoundError("too-large")
    with path.open("rb") as stream:
        kind = _kind(stream.read(_HEAD))
    if kind is None:
        raise NotBoundError("other-kind")
    try:
        content = run("look", Own({}), {}, limits=_LIMITS, kind=kind, path=str(path))
        if not content.startswith(b"%PDF"):
            raise NotBoundError(content.decode("ascii"))
        count = len(pypdf().PdfReader(BytesIO(content)).pages)
    except LimitError:
        raise NotBoundError("damaged") from None
    return Pages(kind, content, count)


def _kind(head: bytes) -> Kind | None:
    """Tell by its first bytes what a file is, whatever it is called."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    found = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
    return found or ("pdf" if b"%PDF-" in head else None)


def pypdf() -> Any:  # noqa: ANN401  the module
    """Load the library, and silence what it prints on standard error."""
    with needs("office"):
        import pypdf as library  # noqa: PLC0415  for this form alone

    quiet = logging.getLogger("pypdf")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return library


def pages_of(kind: Kind, path: str) -> bytes:
    """Make a PDF of a file in the process for it, or return the reason why not, one word. Raises what libraries raise if the file is damaged."""
    return _page_of_picture(Path(path), kind) if kind != "pdf" else _harmless(Path(path))


def _page_of_picture(path: Path, kind: Kind) -> bytes:
    from docx.image.exceptions import UnrecognizedImageError  # noqa: PLC0415
    from docx.image.image import Image  # noqa: PLC0415

    with suppress(UnrecognizedImageError):  # it does not know every picture that typst does
        seen = Image.from_blob(path.read_bytes())
        if seen.px_width * seen.px_height > _MOST_POINTS:
            return b"too-large"
    os.environ["RAYON_NUM_THREADS"] = "1"
    import typst  # noqa: PLC0415

    folder: Any = str(path.parent)  # typst's own types ask for bytes where the source is bytes
    # Without fonts: nothing is written on it.
    return typst.compile(
        _PICTURE.encode(),
        sys_inputs={"name": path.name, "kind": kind},
        root=folder,
        format="pdf",
        ignore_system_fonts=True,
    )


def _harmless(path: Path) -> bytes:
    library = pypdf()
    reader = library.PdfReader(path, strict=False)
    if reader.is_encrypted:
        return b"encrypted"
    count = len(reader.pages)
    if not 0 < count <= MOST_PAGES:
        return b"too-many-pages" if count else b"damaged"
    writer = library.PdfWriter()
    for page in reader.pages:
        _still(writer.add_page(page))
    stream = BytesIO()
    writer.write(stream)
    again = library.PdfWriter()  # as whoever binds it will do
    again.append(BytesIO(stream.getvalue()), import_outline=False)
    again.write(BytesIO())
    return stream.getvalue() if len(again.pages) == count else b"damaged"


def _still(page: Any) -> None:  # noqa: ANN401  a page of pypdf, which is not typed
    """Remove from a page everything that acts when it is opened or clicked."""
    for name in _DOING:
        page.pop(name, None)
    marks = page.get("/Annots")
    marks = marks.get_object() if marks is not None else None
    if not isinstance(marks, list):
        page.pop("/Annots", None)
        return
    kept = []
    for each in marks:
        mark = each.get_object()
        if isinstance(mark, dict) and mark.get("/Subtype") not in _ACTIVE:
            for name in _DOING:
                mark.pop(name, None)
            kept.append(each)
    marks[:] = kept


def bound(content: bytes, sheets: Sequence[Sheet]) -> bytes:
    """Bind pages in behind a PDF, each piece with its sheet."""
    library = pypdf()
    writer = library.PdfWriter(clone_from=BytesIO(content))
    for name in _OF_PDF_A:  # which what is bound in need not be
        writer.root_object.pop(name, None)
    number, said = len(writer.pages) + 1, []
    for title, sha256, pages in sheets:
        told = {"title": title, "sha256": sha256, "picture": pages.kind != "pdf"}
        said.append({**told, "number": number, "pages": pages.number})
        number += pages.in_all
    made = library.PdfReader(BytesIO(laid_out(_ANNEX, {"sheets": said})[0]))
    for page, sheet in zip(made.pages, sheets, strict=True):
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
