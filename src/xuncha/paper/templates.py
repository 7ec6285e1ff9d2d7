"""The templates of documents: a ledger's own before the built-in ones, each given what a wing wants to be said.

Templates are programs from a folder that others may write to: they run in Jinja's sandbox, see only what they are given, and
what they do not know is an error, told with its file and line. Texts of the ledger are never templates.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xuncha.chinese.characters import width
from xuncha.chinese.days import in_words as day
from xuncha.chinese.numbers import numeral
from xuncha.chinese.punctuation import full_width, sentence
from xuncha.errors import Finding, InvalidLedgerError, Place
from xuncha.language import gettext as _
from xuncha.paper.outline import CELL, Document, OutlineError, read
from xuncha.paper.own import OwnFileError, own

if TYPE_CHECKING:
    from jinja2 import Environment

    from xuncha.paper.own import Own

OUTLINE: Final = ".outline.j2"
"""How the names of templates end that give an outline, for the forms that are laid out by `xuncha.paper`."""
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&]")
_BLANKS = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
_MARKDOWN_START = re.compile(r"^(\s*)((?:[0-9]+(?=[.)]))|(?=[-+=]))", re.MULTILINE)
_BAD_VALUES = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, AssertionError)
TEMPLATE_ERRORS: Final = (TemplateError, *_BAD_VALUES, RecursionError, MemoryError, OSError)
"""Errors that a template can raise; all are reported as the template's."""
_LINE = 38
"""Full-width characters in a line of the text form, to which the signature is set right."""
_LINE_END = "\x1e"
"""Stands for the end of a line inside a value: `paragraphs` knows it, and no line of an outline ends there."""


def _own_template(files: Own, template: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Read one of the ledger's own templates for Jinja; what leads out of its folder is refused."""
    name = "/".join(split_template_path(template))
    try:
        content = files.read(name)
        return None if content is None else (content.decode(), f"templates/{name}", lambda: True)
    except OwnFileError as error:
        raise TemplateSyntaxError(str(error), 1, template) from None
    except UnicodeDecodeError:
        raise TemplateSyntaxError(_("the file is not UTF-8 text"), 1, template) from None


class _Cells(str):
    """A row whose cells are separated already."""

    __slots__ = ()


def built_in() -> Path:
    """Return the folder of the built-in templates: inside the installed package, or beside its source."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parents[1] / "templates"


def render(name: str, root: Path | Own, **given: object) -> str:
    """Render a template.

    Args:
        name: of the template, such as `notice.txt.j2`. In a web page (`.html.j2`) values are escaped; in an outline
            (`.outline.j2`) each is printed on one line.
        root: the ledger's folder, whose own `templates/` go before the built-in ones; or these themselves.
        given: data alone, without methods that do anything: a template may call whatever an object offers.

    Raises:
        InvalidLedgerError: the template is wrong; with its file and line.
    """
    try:
        return environment(name, root).get_template(name).render(given)
    except TemplateSyntaxError as error:
        raise wrong(error.name or name, error.lineno, error.message or "", root, given) from None
    except TEMPLATE_ERRORS as error:
        raise wrong(*place_of(error, name), str(error), root, given) from None


def document(name: str, root: Path | Own, **given: object) -> Document:
    """Make the document that an outline template gives.

    Raises:
        InvalidLedgerError: the template is wrong, or what it gives is no outline; see `xuncha.paper.outline`.
    """
    try:
        return read(render(name, root, **given))
    except OutlineError as error:
        raise wrong(name, 0, str(error), root, given) from None


def markdown(text: str) -> str:
    """Escape a text for Markdown; blanks before a line, which could make it code, become one."""
    text = _MARKDOWN.sub(r"\\\g<0>", _BLANKS.sub(" ", text))
    return _MARKDOWN_START.sub(r"\1\2\\", text)


def environment(name: str, root: Path | Own) -> Environment:
    """Make the sandbox in which a template runs; `name` is the template's, with its ending."""
    loaders = [FunctionLoader(partial(_own_template, own(root))), FileSystemLoader(built_in())]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=name.endswith((".html.j2", ".docx")),
        undefined=StrictUndefined,
        finalize=_on_one_line if name.endswith(OUTLINE) else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "day": day,
        "numeral": numeral,
        "sentence": sentence,
        "paragraphs": lambda text: [line.strip() for line in text.splitlines() if line.strip()],
        "markdown": markdown,
        "right": lambda text: "\u3000" * max(0, int(_LINE - width(full_width(text)))) + text,
        "cells": _cells,
    }
    return environment


def _on_one_line(value: object) -> object:
    """Put a value on one line, as an outline prints it."""
    if isinstance(value, str) and not isinstance(value, _Cells):
        return _LINE_END.join(value.replace(CELL, " ").splitlines())
    return value


def _cells(values: Iterable[object]) -> str:
    """Make the cells of a row, one for each value; None makes an empty cell."""
    texts = ("" if value is None else str(value) for value in values)
    return _Cells(CELL.join(str(_on_one_line(text)) for text in texts))


def place_of(error: BaseException, name: str) -> tuple[str, int]:
    """Find the template and the line in which an error arose."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.endswith(".j2")]
    return (Path(frames[-1].filename).name, frames[-1].lineno or 1) if frames else (name, 1)


def wrong(name: str, line: int, message: str, root: Path | Own, given: Iterable[str]) -> InvalidLedgerError:
    """Make the error of a template, with its place; line 0 means the whole file."""
    try:
        content = own(root).read(name) or b""
    except (OwnFileError, OSError):
        content = b""
    excerpt = "".join(content.decode("utf-8", "replace").splitlines()[line - 1 : line]) if line else ""
    said = _("the template is wrong: {message}").format(message=" ".join(message.split()))
    names = _(", ").join(f"`{name}`" for name in given)
    hint = _("a template is given {names}; docs/templates.md says what is in it").format(names=names)
    return InvalidLedgerError(
        [Finding("template", said, Place(f"templates/{name}", line or 1, 1, excerpt), hint)]
    )
