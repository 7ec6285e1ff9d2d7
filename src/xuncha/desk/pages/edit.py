"""Edit a file as text, checked and committed as by `xuncha edit`; changes made meanwhile are shown beside it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from xuncha.chinese.characters import without_unsafe
from xuncha.desk import forms
from xuncha.desk.view import desk_of, page
from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.requests.answers import file_version
from xuncha.store.editing import common_line_end
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import decode
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir
from xuncha.workflow.edit import edit as save
from xuncha.workflow.edit import editable

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_BOM = b"\xef\xbb\xbf"


def show(request: Request, typed: str | None = None, error: XunchaError | None = None) -> Response:
    """Show a file in a field; if it was changed while somebody typed, also its present text."""
    desk, named = desk_of(request), request.path_params["file"]
    number = desk.number
    path = editable(desk.root, named)
    version = file_version(desk.root, path)
    content = (desk.root / path).read_bytes()
    try:
        text = decode(content)
    except UnreadableError as unreadable:
        raise InvalidLedgerError([unreadable.of_file(path, content)]) from None
    return page(
        request,
        "edit",
        state_number=number,
        file=path,
        file_name=named,
        identity=Identity.from_path(path),
        text=text if typed is None else typed,
        current_lines=_compared(text, typed) if typed and error and error.code == "changed-meanwhile" else [],
        version=version,
        is_uncommitted=bool(git_dir(desk.root) and Git(desk.root).uncommitted_or_staged(path)),
        error=error,
    )


def edit(request: Request, form: FormData) -> Response:
    """Save the typed text in one commit; if that is refused, show it again with the reason."""
    desk, named = desk_of(request), request.path_params["file"]
    root = desk.root
    sent = form.get("text")
    typed = sent.replace("\r\n", "\n") if isinstance(sent, str) else ""
    try:
        path = editable(root, named)
        content = (root / path).read_bytes()
        if file_version(root, path) != forms.text(form, "version"):
            message = _("{path} was changed by someone else meanwhile", path=path)
            hint = _("its current text is beside what you wrote; combine the two, and save that")
            raise RefusedError("changed-meanwhile", message, hint)
        result = desk.call(save, path, as_in_file(typed, content), content)
    except XunchaError as error:
        return show(request, typed, error)
    return forms.redirect(request.url.path, result.commit if result else "")


def as_in_file(typed: str, before: bytes) -> bytes:
    """Return the typed text with the line ends, the last line end and the byte order mark of the present file, `before`.

    The typed text has LF line ends, and � for unsafe characters.
    """
    text = decode(before)
    ending, old = common_line_end(text), _LINE.findall(text)
    lines = typed.removesuffix("\n").split("\n")
    result = [line + ending for line in lines]
    visible_lines = [without_unsafe(line.rstrip("\r\n"), "�") for line in old]
    if any(line != visible + ending for line, visible in zip(old, visible_lines, strict=True)):
        # With mixed line ends, or characters that no field shows, untouched lines stay as they are.
        for start, place, size in SequenceMatcher(None, visible_lines, lines).get_matching_blocks():
            result[place : place + size] = old[start : start + size]
    ends = [line if line.endswith(("\n", "\r")) else line + ending for line in result]
    if text and not text.endswith(("\n", "\r")):
        ends[-1] = ends[-1].rstrip("\r\n")
    return (_BOM if before.startswith(_BOM) else b"") + "".join(ends).encode()


def _compared(theirs: str, typed: str) -> list[tuple[str, bool]]:
    """Return the lines of the present file, each with whether the typed text lacks it."""
    lines, written = theirs.splitlines(), typed.splitlines()
    common: set[int] = set()
    for start, _there, size in SequenceMatcher(None, lines, written).get_matching_blocks():
        common |= {*range(start, start + size)}
    return [(line, place not in common) for place, line in enumerate(lines)]
