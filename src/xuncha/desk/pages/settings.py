"""Show and change data/ledger.yaml as forms; each form is one commit that edits only what it changes."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xuncha import language
from xuncha.desk import forms, record_form
from xuncha.desk.view import desk_of, full_path, page
from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import is_chinese, mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.names import FIELD_OWNERS, FIELD_TYPES
from xuncha.store.editing import rewritten
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import load_settings
from xuncha.store.reading import Data, decode, parse
from xuncha.workflow.differences import differences
from xuncha.workflow.edit import edit as save
from xuncha.workflow.edit import editable

SECTIONS: Final = {
    "organisation": (
        mark("Organisation and inspection"),
        ("organisation", "requires", "inspection", "leading_group"),
    ),
    "categories": (mark("Categories"), ("categories",)),
    "names": (mark("Leaders and offices"), ("leaders", "offices")),
    "people": (mark("Who commits under which addresses"), ("people",)),
    "contact": (mark("Contact"), ("contact",)),
    "notice": (mark("What the notice says"), ("notice",)),
    "papers": (mark("What internal papers say"), ("papers",)),
    "outcomes": (mark("Outcomes counted in notices"), ("outcomes",)),
    "fields": (mark("Custom fields"), ("fields",)),
    "policy": (mark("Working rules"), ("policy",)),
    "proof": (mark("What the proofreader ignores"), ("proof",)),
}
"""The title and the keys of the file by section; each section is a form."""
_MAX_ROWS: Final = 40
"""Empty rows that a form offers."""
_DIGITS: Final = 4


def show(
    request: Request,
    section: str = "",
    typed: Data | None = None,
    error: XunchaError | None = None,
    blank: int = record_form.BLANK_ROWS,
) -> Response:
    """Show the forms. The form that was sent is shown as filled in, with changes made meanwhile, or with more rows."""
    desk = desk_of(request)
    number = desk.number
    content, data = _read(desk.root)
    parts, sections = record_form.parts(), []
    for name, (title, keys) in SECTIONS.items():
        source, rows = (typed, blank) if typed and name == section else (data, record_form.BLANK_ROWS)
        fields = [each for key in keys for each in record_form.inputs(parts[key], source.get(key), rows)]
        is_repeatable = any(parts[key].holds_several for key in keys)
        sections.append((name, language.gettext(title), fields, _version(data, name), is_repeatable))
    is_outdated = error is not None and error.code == "changed-meanwhile"
    return page(
        request,
        "settings",
        state_number=number,
        sections=sections,
        page_address=f"/settings?section={section}" if section else full_path(request),
        blank_rows=blank,
        open_section=section or request.query_params.get("section", ""),
        changes_meanwhile=differences(typed, data) if is_outdated and typed else [],
        text=decode(content),
        option_name=_option_name,
        error=error,
    )


def _option_name(option: str) -> str:
    """Return the name of a choice in the chosen language."""
    return {**FIELD_TYPES, **FIELD_OWNERS}.get(option, (option,))[0] if is_chinese() else option


def _read(root: Path) -> tuple[bytes, Data]:
    """Return the file's bytes and its settings. Raises InvalidLedgerError if it breaks rules, so that no form can be made from it."""
    source = WorkingTree(root)
    content = source.read(editable(root, LEDGER_FILE))
    if findings := load_settings(Overlay(source, {LEDGER_FILE: content})).findings:
        raise InvalidLedgerError(findings)
    return content, parse(content)


def _version(data: Data, section: str) -> str:
    """Return a hash of one section, so that changes of other sections do not matter to its form."""
    content = json.dumps([data.get(key) for key in SECTIONS[section][1]], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def change(request: Request, form: FormData) -> Response:
    """Save the form of a section."""
    desk, section = desk_of(request), request.path_params["section"]
    if section not in SECTIONS:
        raise HTTPException(404)
    typed: Data | None = None
    try:
        content, data = _read(desk.root)
        typed = _typed(form, section, data, desk.today)
        if forms.text(form, "version") != _version(data, section):
            message = _("{path} was changed by someone else meanwhile", path=LEDGER_FILE)
            raise RefusedError("changed-meanwhile", message, _("check what it says now, and decide again"))
        if more := forms.text(form, "more"):
            blank = int(more) if more.isdecimal() and len(more) < _DIGITS else 0
            return show(request, section, typed, blank=min(blank, _MAX_ROWS) + record_form.BLANK_ROWS)
        result = desk.call(save, LEDGER_FILE, rewritten(content, typed), content) if typed != data else None
    except XunchaError as error:
        return show(request, section, typed, error)
    return forms.redirect("/settings", result.commit if result else "")


def _typed(form: FormData, section: str, data: Data, today: date) -> Data:
    """Return the new values of a section; new items without a key get one."""
    result = dict(data)
    for key in SECTIONS[section][1]:
        value = record_form.new_value(record_form.parts()[key], form, data.get(key), today)
        if key in {"categories", "outcomes", "fields"}:
            keys = {row.get("key") for row in value or ()}
            free = (name for n in range(1, 9999) if (name := f"{key[0]}{n}") not in keys)
            value = value and [row if "key" in row else {"key": next(free)} | row for row in value]
        if value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result
