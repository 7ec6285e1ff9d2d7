"""Read and write the forms of the office's tables, `data/forms/NAME.yaml`, with the reason for each choice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xuncha.chinese.characters import UNSAFE, is_blank
from xuncha.errors import Findings, InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.forms import Form
from xuncha.model.identity import FORMS
from xuncha.model.source import Source
from xuncha.rules.names import suggestion
from xuncha.store.editing import flow
from xuncha.store.record import list_part, read_record

_HEAD = "# yaml-language-server: $schema=../schema/form.json\n# 表格样式：哪一列是什么，哪个字样是什么状态。可以改，改后用 --form 导入。\n"
_MAX_KEY = 1024  # characters of a key; YAML needs a question mark before a longer one
_NAME = re.compile(rf"[^\s/\\:*?\"<>|.\-{UNSAFE}][^/\\:*?\"<>|\t\n{UNSAFE}]{{0,79}}")
"""A file name that every system allows, and that no command takes for an option."""
RESERVED = re.compile(
    r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|git~[0-9]+)\s*(?:\.|$)"
)
"""Names that Windows takes for devices, or git for the short name of its own folder."""


def form_path(name: str) -> str:
    """Return the path of a form. Raises RefusedError if the name is not possible for a file."""
    if not _NAME.fullmatch(name) or RESERVED.match(name) or is_blank(name):
        message = _("“{name}” cannot be the name of a form", name=name)
        raise RefusedError("bad-name", message, _("write it like {examples}", examples="月报"))
    return f"{FORMS}/{name}.yaml"


def load_forms(source: Source) -> tuple[dict[str, Form], Findings]:
    """Return all valid forms, by their names, and the findings about the others."""
    entries, findings = list_part(source, FORMS)
    found: dict[str, Form] = {}
    for entry in entries:
        if entry.name.endswith(".yaml"):
            form, broken = read_record(source, f"{FORMS}/{entry.name}", Form, entries)
            findings += broken
            if form:
                found[entry.name.removesuffix(".yaml")] = form
    return found, findings


def load_form(source: Source, name: str) -> Form:
    """Return the form with a name. Raises InvalidLedgerError if it is not valid; RefusedError if it does not exist."""
    found, findings = load_forms(source)
    if name in found:
        return found[name]
    if findings := [each for each in findings if each.place.path == form_path(name)]:
        raise InvalidLedgerError(findings)
    hint = _("save one first: xuncha import table FILE --dry-run --save-form NAME")
    hint = suggestion(name, found) if found else hint
    raise RefusedError("no-such-form", _("there is no form “{name}” in data/forms", name=name), hint)


def form_file(form: Form, reasons: Mapping[str, str]) -> bytes:
    """Return the file of a form; after each column, a comment gives the reason for its choice."""
    lines = []
    for key, value in form.model_dump(exclude_defaults=True).items():
        if not isinstance(value, dict) or not value:
            lines.append(f"{key}: {flow(value)}")
            continue
        lines.append(f"{key}:")
        for name, word in value.items():
            reason = " ".join(reasons.get(name, "").split()) if key == "columns" else ""
            written = flow(name)
            entry = f"{written}: " if len(written) <= _MAX_KEY else f"? {written}\n  : "
            lines.append(f"  {entry}{flow(word)}" + (f" # {reason}" if reason else ""))
    return (_HEAD + "".join(f"{line}\n" for line in lines)).encode()
