"""The dossier handed over: as a paper in one of its forms, as a PDF with the evidence bound in, or as a zip of the paper and the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.paper import binding, packing
from xuncha.paper.forms import made
from xuncha.paper.outline import Document
from xuncha.report.dossier import Dossier, with_evidence
from xuncha.report.evidence import Piece

ZIP: Final = "zip"
_SUMS: Final = "SHA256SUMS"


class Handed(NamedTuple):
    """A dossier as it is handed over."""

    report: Dossier  # with what became of each piece of evidence
    content: bytes | Path  # of a zip the file in the temporary folder
    warnings: list[str]


def handed_over(
    report: Dossier, form: str, root: Path, folder: Path, document: Callable[[Dossier], Document]
) -> Handed:
    """Make a dossier in a form.

    Args:
        report: the dossier, before any file of its evidence was read.
        form: one of `paper.forms.FORMS`, or zip.
        root: the ledger's folder.
        folder: for temporary files; empty.
        document: renders the template.

    Raises:
        SurroundingsError: a part is not installed, or no font has a character; a zip then holds a Word file.
    """
    if form == ZIP:
        return _zipped(report, root, folder, document)
    if form != "pdf":
        report = with_evidence(report, form, root, None, lambda piece: piece)
        return Handed(report, *made(document(report), form))
    looked: dict[int, binding.Pages] = {}

    def look(piece: Piece) -> Piece:
        if piece.file is None or piece.fault:
            return piece
        try:
            pages = binding.looked_into(folder / piece.packed)
        except binding.NotBoundError as error:
            return piece._replace(apart=str(error))
        if sum(len(each.content) for each in looked.values()) + len(pages.content) > binding.LARGEST_IN_ALL:
            return piece._replace(apart="too-large")
        looked[piece.number] = pages
        return piece._replace(pages=pages.in_all)

    report = with_evidence(report, form, root, folder, look)
    content, warnings = made(document(report), form)
    if looked:
        sheets = [
            binding.Sheet(
                f"佐证材料{piece.number}\u3000{piece.name}", piece.sha256 or "", looked[piece.number]
            )
            for piece in report.record.evidence
            if piece.number in looked
        ]
        content = binding.bound(content, sheets)
    return Handed(report, content, warnings)


def _zipped(report: Dossier, root: Path, folder: Path, document: Callable[[Dossier], Document]) -> Handed:
    """Pack the paper, as PDF or else as a Word file, and the sound files of evidence in their order, with a list of their hashes."""
    report = with_evidence(report, ZIP, root, folder, lambda piece: piece)
    paper, kind = document(report), "pdf"
    try:
        content, warnings = made(paper, kind)
    except SurroundingsError as error:
        kind, warnings = "docx", [error.message]
        content, _none = made(paper, kind)
    first = f"00-一事一档{report.record.item.id}.{kind}"
    (folder / first).write_bytes(content)
    sums = {first: hashlib.sha256(content).hexdigest()}
    sums |= {
        piece.packed: piece.sha256 or "" for piece in report.record.evidence if piece.file and not piece.fault
    }
    (folder / _SUMS).write_text(
        "".join(f"{known}  {name}\n" for name, known in sums.items()), encoding="utf-8", newline="\n"
    )
    top, packed = f"一事一档{report.record.item.id}", folder / "zip"
    with packed.open("wb") as stream:
        packing.store(((f"{top}/{name}", folder / name) for name in (*sums, _SUMS)), report.date, stream)
    return Handed(report, packed, warnings)
