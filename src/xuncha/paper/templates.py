"""Render the templates of documents in a sandbox. A ledger's own templates take precedence over the built-in ones; an undefined name is an error.

The sandbox is Jinja's, extended so that no single step makes more than a document can hold; `process` limits what many steps add up to.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sized
from functools import partial, wraps
from pathlib import Path
from string import Formatter
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any, Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
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
from xuncha.paper.own import FOLDER, OwnFileError, OwnFiles, built_in, first_own_file, is_changed, own_warning
from xuncha.paper.process import LIMITS, LimitError, run, too_large, too_much_memory
from xuncha.paper.texts import LINE, escaped_text, escaped_title, markdown

if TYPE_CHECKING:
    from jinja2.runtime import Context

MAX_LENGTH: Final = 10_000_000
"""Maximum number of characters or items that one step may make."""
_MAX_BITS: Final = 100_000  # bits of a number: the time to print one grows faster than its length
_SIZED_FILTERS: Final = ("batch", "center", "indent", "round", "slice", "tojson", "truncate", "wordwrap")
"""Filters with an argument that decides how much they make."""
_WIDE_PERCENT = re.compile(r"%(?:\(.*\))?[-+ #0]*[0-9]*\.?(?:\*|[0-9]{6})", re.DOTALL)
"""The beginning of a mark such as `%5.2f`, if its width has six digits or more, or is taken from the values (`*`)."""
_WIDE_FIELD = re.compile(r"\{|[0-9]{6}")
"""The same for a field such as `{:>5}`, in the part after its colon."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, whose operators, methods and filters refuse to make a text or a number that is too long."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Jinja's own
        super().__init__(**settings)
        self.filters |= {name: _checked_filter(self.filters[name]) for name in _SIZED_FILTERS}
        self.filters["format"] = lambda text, *args, **kwargs: _checked(str(text)) % (kwargs or args)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Apply an operator, unless the result would be too long."""
        if operator == "%" and isinstance(left, str):
            _checked(left)
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            _check_size(left.bit_length() * right, limit=_MAX_BITS)
        if operator == "*" and isinstance(left, int) and isinstance(right, int):
            _check_size(left.bit_length() + right.bit_length(), limit=_MAX_BITS)
        elif operator == "*":
            for items, count in ((left, right), (right, left)):
                if isinstance(count, int) and isinstance(items, Sized):
                    _check_size(len(items) * count)
        return super().call_binop(context, operator, left, right)

    def call(  # Jinja's names, so that no argument of a template has the same one
        __self,  # noqa: N805
        __context: Context,  # noqa: PYI063
        __obj: Any,  # noqa: ANN401
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Call an object, unless it is a method of a text or a number with too large a number as argument: `'x'.center(10**9)`."""
        if isinstance(__obj, BuiltinMethodType):
            _check_size(*args, *kwargs.values())
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401
        """Wrap the method `format` of a text as Jinja does, and refuse a field that would be too wide."""
        wrapped = super().wrap_str_format(value)
        for _text, _name, form, _conversion in Formatter().parse(str(value.__self__)) if wrapped else ():
            _check_width(_WIDE_FIELD.search(form or ""))
        return wrapped


def _checked(text: str) -> str:
    """Return a text with format marks (`%5d`) unchanged, unless one of them is too wide."""
    _check_width(_WIDE_PERCENT.search(text))
    return text


def _check_width(match: re.Match[str] | None) -> None:
    """Refuse a width that was found: it is too large, or taken from the values, which could also read what is inside them: `{:{0[0]}}`."""
    if match and match[0][-1] in "*{":
        raise ValueError(_("the width of a field is written as a number"))
    if match:
        raise OverflowError(_("one step makes more than {n} characters", n=MAX_LENGTH))


def _checked_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter so that it refuses too large a number; the attributes that Jinja has set on it are kept."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        _check_size(*args, *kwargs.values())
        return function(*args, **kwargs)

    return checked


def _check_size(*values: object, limit: int = MAX_LENGTH) -> None:
    """Raise OverflowError if a number among the values is larger than `limit`."""
    if any(isinstance(each, int) and abs(each) > limit for each in values):
        raise OverflowError(_("one step makes more than {n} characters", n=MAX_LENGTH))


_VALUE_ERRORS = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, AssertionError)
TEMPLATE_ERRORS: Final = (TemplateError, *_VALUE_ERRORS, RecursionError, MemoryError, OSError)
"""Errors that a template can raise; all are reported as the template's."""
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
    """Render a template; in a separate process if it, or a template that it refers to, is the ledger's own.

    In a web page (`.html.j2`) values are escaped; in an outline (`.outline.j2`) each is printed on one line. `files` take precedence over the
    built-in templates; `values` must be plain data, since a template may call every method of an object. Raises InvalidLedgerError with its file
    and line if the template is wrong, or exceeds a limit.
    """
    try:
        if (own_file := first_own_file(name, files)) is None:
            return render_here(name, None, values)
        return run("render", files, values, name=name).decode()
    except OwnFileError as error:
        raise template_error(error.name or name, 0, str(error), files, values) from None
    except LimitError as error:
        raise template_error(own_file or name, 0, str(error), files, values) from None


def render_here(name: str, files: OwnFiles | None, values: Mapping[str, object]) -> str:
    """Render a template in this process; unsafe characters in the output of own files are removed. Raises InvalidLedgerError with its file and line if it is wrong."""
    pieces, size = [], 0
    try:
        for piece in environment(name, files).get_template(name).generate(values):
            pieces.append(piece)
            size += len(piece)
            if size > LIMITS.output:
                raise TemplateError(too_large(LIMITS.output))
    except TEMPLATE_ERRORS as error:
        raise template_error(*error_place(error, name), error_reason(error), files, values) from None
    text = "".join(pieces)
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
        raise template_error(name, 0, str(error), files, values) from None


def environment(name: str, files: OwnFiles | None) -> Environment:
    """Make the sandbox in which a template runs; `files` is None if only built-in templates are used."""
    loaders: list[BaseLoader] = [FileSystemLoader(built_in())]
    if files is not None:
        loaders.insert(0, FunctionLoader(partial(_own_template, files)))
    environment = Sandbox(
        loader=ChoiceLoader(loaders),
        autoescape=name.endswith((".html.j2", ".docx")),
        undefined=StrictUndefined,
        finalize=_on_one_line if name.endswith(".outline.j2") else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
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
    return environment


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
    return too_much_memory(LIMITS.memory) if isinstance(error, MemoryError) else str(error)


def template_error(
    name: str, line: int, message: str, files: OwnFiles | None, names: Iterable[str]
) -> InvalidLedgerError:
    """Return the error for a template, with its place; line 0 means the whole file."""
    try:
        content = (files.read(name) if files else None) or b""
    except OwnFileError:
        content = b""
    excerpt = "".join(content.decode("utf-8", "replace").splitlines()[line - 1 : line]) if line else ""
    text = _("the template is wrong: {message}", message=" ".join(message.split()))
    listed = _(", ").join(f"`{name}`" for name in names)
    hint = _("a template can use {names}; docs/templates.md describes what they contain", names=listed)
    return InvalidLedgerError(
        [Finding("template", text, Place(f"{FOLDER}/{name}", line or 1, 1, excerpt), hint)]
    )
