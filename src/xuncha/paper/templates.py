"""Render the templates of documents in a sandbox. A ledger's own templates take precedence over the built-in ones; an undefined name is an error.

The sandbox is Jinja's; `process` limits the time and memory of a ledger's own templates.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xuncha.chinese.characters import UNSAFE, width
from xuncha.chinese.days import in_words as day
from xuncha.chinese.numbers import numeral
from xuncha.chinese.punctuation import full_width, with_full_stop
from xuncha.errors import Finding, InvalidLedgerError, Place
from xuncha.language import gettext as _
from xuncha.paper.forms import convert
from xuncha.paper.outline import CELL, LINE_END, Document, OutlineError, read
from xuncha.paper.own import FOLDER, OwnFileError, OwnFiles, built_in, is_changed, own_templates, own_warning
from xuncha.paper.process import LIMITS, LimitError, Task, run, too_much_memory
from xuncha.paper.texts import LINE, escaped_text, escaped_title, markdown

TEMPLATE_ERRORS: Final = (
    TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, AssertionError, RecursionError, MemoryError, OSError,
)  # fmt: skip
"""Errors that a template can raise; all are reported as the template's."""
_UNKNOWN = re.compile(r"'([^']*)'(?: is undefined)?$")
"""The name in Jinja's message that it is unknown."""
_UNSAFE = re.compile(f"(?![{CELL}{LINE_END}])[{UNSAFE}]")
"""Characters that could control a terminal or hide a text, except the two separators of an outline, which its reader removes."""


def _own_template(files: OwnFiles, template: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Read one of the ledger's own templates for Jinja; refuse a path that leads out of its folder."""
    name = "/".join(split_template_path(template))
    try:
        content = files.read(name)
        if content is None:
            return None
        if is_changed(name, content):
            files.used.append(name)
        return content.decode(), f"{FOLDER}/{name}", lambda: True
    except OwnFileError as error:
        raise TemplateSyntaxError(str(error), 1, template) from None
    except UnicodeDecodeError:
        raise TemplateSyntaxError(_("the file is not UTF-8 text"), 1, template) from None


class _Cells(str):
    """The text of a row whose cells are already separated."""

    __slots__ = ()


def render(name: str, files: OwnFiles, **values: object) -> str:
    """Render a template; in a separate process if the ledger has templates of its own.

    In a web page (`.html.j2`) values are escaped; in an outline (`.outline.j2`) each is printed on one line. `files` take precedence over the
    built-in templates; `values` must be plain data, since a template may call every method of an object. Raises InvalidLedgerError with its file
    and line if the template is wrong, or exceeds a limit.
    """
    if not own_templates(files):
        return render_here(name, None, values)
    return run_apart("render", name, files, values).decode()


def run_apart(
    task: Task, name: str, files: OwnFiles, values: Mapping[str, object], **arguments: str
) -> bytes:
    """Make a document from a template in a separate process. Raises InvalidLedgerError if it exceeds a limit, or is wrong."""
    try:
        return run(task, files, values, {"name": name, **arguments})
    except LimitError as error:
        own_name = name if name in files.files else own_templates(files)[0]
        raise template_error(own_name, 0, str(error), files, values) from None


def render_here(name: str, files: OwnFiles | None, values: Mapping[str, object]) -> str:
    """Render a template in this process; unsafe characters in the output of own files are removed. Raises InvalidLedgerError with its file and line if it is wrong."""
    try:
        text = environment(name, files).get_template(name).render(values)
    except TEMPLATE_ERRORS as error:
        raise template_error(*error_place(error, name), error_reason(error), files, values) from None
    return text if files is None else _UNSAFE.sub("", text)


def make_file(name: str, form: str, files: OwnFiles, **values: object) -> tuple[bytes, list[str]]:
    """Make a document in a form; return it with warnings of missing fonts and of own templates that were used.

    `name` is the name of its template, such as report.weekly; `files` take precedence over the built-in templates; `values` are the values for
    the template. Raises InvalidLedgerError with its file and line if a template is wrong; SurroundingsError if the form needs a missing part.
    """
    content, warnings = convert(make_document(f"{name}.outline.j2", files, **values), form)
    return content, [*warnings, *own_warning(files)]


def make_document(name: str, files: OwnFiles, **values: object) -> Document:
    """Make a document from an outline template. Raises InvalidLedgerError if the template is wrong, or does not print an outline."""
    try:
        return read(render(name, files, **values))
    except OutlineError as error:
        own = files.files.get(name)
        source = own.decode("utf-8", "replace").splitlines() if isinstance(own, bytes) else []
        # A line that prints values is known by the kind of its block, unless several are of this kind.
        kinds = [line if line == error.line else (line.split() or [""])[0] for line in source]
        wanted = error.line if error.line in kinds else error.line.split()[0]
        line = kinds.index(wanted) + 1 if kinds.count(wanted) == 1 else 0
        raise template_error(name, line, str(error), files, values) from None


def environment(name: str, files: OwnFiles | None) -> Environment:
    """Make the sandbox in which a template runs; `files` is None if only built-in templates are used."""
    loaders: list[BaseLoader] = [FileSystemLoader(built_in())]
    if files is not None:
        loaders.insert(0, FunctionLoader(partial(_own_template, files)))
    sandbox = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=name.endswith((".html.j2", ".docx")),
        undefined=StrictUndefined,
        finalize=_on_one_line if name.endswith(".outline.j2") else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sandbox.filters |= {
        "day": day,
        "numeral": numeral,
        "sentence": with_full_stop,
        "paragraphs": lambda text: [line.strip() for line in text.splitlines() if line.strip()],
        "markdown": markdown,
        "unbroken": escaped_text,
        "titled": escaped_title,
        "right": lambda text: "\u3000" * max(0, int(LINE - width(full_width(text)))) + text,
        "cells": _cells,
    }
    return sandbox


def _on_one_line(value: object) -> object:
    """Put a value on one line for an outline."""
    if isinstance(value, str) and not isinstance(value, _Cells):
        return LINE_END.join(value.replace(CELL, " ").splitlines())
    return value


def _cells(values: Iterable[object]) -> str:
    """Make the cells of a row, one for each value; None makes an empty cell."""
    texts = ("" if value is None else str(value) for value in values)
    return _Cells(CELL.join(str(_on_one_line(text)) for text in texts))


def error_place(error: BaseException, name: str) -> tuple[str, int]:
    """Return the template and the line in which an error arose; in a Word file, which Jinja calls <template>, the line of its XML, or 0."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or name, error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        (Path(each.filename).name, each.lineno or 1) for each in frames if each.filename.endswith(".j2")
    ]
    in_word = [(name, each.lineno or 0) for each in frames if each.filename == "<template>"]
    return [(name, int(not name.endswith(".docx"))), *in_word, *places][-1]


def error_reason(error: BaseException) -> str:
    """Return the reason why a template cannot be rendered."""
    if isinstance(error, TemplateSyntaxError):
        return error.message or ""
    if isinstance(error, TemplateNotFound) and error.name:
        return _("there is no {file} in {path}", file=error.name, path=f"{FOLDER}/")
    if isinstance(error, UndefinedError) and (unknown := _UNKNOWN.search(str(error))):
        return _("the key `{key}` is not known", key=unknown[1])
    return too_much_memory(LIMITS.memory) if isinstance(error, MemoryError) else str(error)


def template_error(
    name: str,
    line: int,
    message: str,
    files: OwnFiles | None,
    names: Iterable[str],
    excerpt: str | None = None,
) -> InvalidLedgerError:
    """Return the error for a template, with its place; line 0 means the whole file. For a Word file the paragraph is given as excerpt."""
    content = files.files.get(name) if files else None
    if excerpt is None and line and isinstance(content, bytes):
        excerpt = "".join(content.decode("utf-8", "replace").splitlines()[line - 1 : line])
    text = _("the template is wrong: {message}", message=" ".join(message.split()))
    listed = _(", ").join(f"`{name}`" for name in names)
    hint = _("a template can use {names}; docs/templates.md describes what they contain", names=listed)
    place = Place(f"{FOLDER}/{name}", line or 1, 1, excerpt or "")
    return InvalidLedgerError([Finding("template", text, place, hint)])
