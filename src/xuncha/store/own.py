"""The templates of the ledger's own, as far as `validate` names them: they hinder nothing, and may say what no record says."""

from __future__ import annotations

from collections.abc import Iterator

from xuncha.errors import Finding, Place
from xuncha.language import gettext as _
from xuncha.model.source import Source
from xuncha.paper.own import FOLDER, differs, is_template
from xuncha.store.faults import about, link, unreadable


def remarks(source: Source, folder: str = FOLDER) -> Iterator[Finding[Place]]:
    """Name the templates that are not the built-in ones word for word, and every link among them."""
    if folder == FOLDER and (FOLDER, "link") in source.entries(""):
        yield link(FOLDER)
        return
    try:
        for name, kind in sorted(source.entries(folder)):
            path = f"{folder}/{name}"
            if kind == "link":
                yield link(path)
            elif kind == "folder":
                yield from remarks(source, path)
            elif is_template(name) and differs(path.removeprefix(f"{FOLDER}/"), source.read(path)):
                message = _("{path} is the ledger's own: documents say what stands there")
                hint = _("read it like a record; without it the program's own template is used")
                yield about(path, "own-template", message, hint)._replace(severity="note")
    except OSError as error:
        yield unreadable(folder, error)
