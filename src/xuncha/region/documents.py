"""Write a region's documents: the web page, the workbook, and the notice or dispatch in every form of documents."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from xuncha.chinese.punctuation import full_width_page
from xuncha.paper.own import OwnFiles, own_warning
from xuncha.paper.templates import make_file, render
from xuncha.region.content import RegionData


def make_document(region: RegionData, kind: str, form: str, files: OwnFiles) -> tuple[bytes, list[str]]:
    """Make a `notice` or `dispatch` in any of `paper.forms`, a `page` in html, or the workbook (xlsx); return it, and warnings.

    `files` are the region's own templates, which replace built-in ones.
    """
    if form == "xlsx":
        from xuncha.region.workbook import workbook  # noqa: PLC0415  for this form alone

        return workbook(region), []
    if kind == "page":
        return _page(region, files), own_warning(files)
    return make_file(f"region.{kind}", form, files, region=region)


def _page(region: RegionData, files: OwnFiles) -> bytes:
    """Make the web page. Its policy allows one script, which only sorts and searches."""
    script = "\n" + (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    html = full_width_page(render("region.html.j2", files, region=region, script=f"sha256-{digest}"))
    start, end, rest = html.rpartition("</body>")
    if not end:  # an own template, which ends differently
        return html.encode()
    return f"{start}<script>{script}</script>\n{end}{rest}".encode()
