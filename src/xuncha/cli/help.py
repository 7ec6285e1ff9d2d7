"""The help: the texts of docstrings and options, in the chosen language, laid out for a terminal of at most 80 columns."""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Iterable
from itertools import chain, takewhile
from typing import Any, Final

from typer.core import TyperArgument, TyperOption

from xuncha import language
from xuncha.chinese.characters import PIECE, terminal_columns, wrapped
from xuncha.cli import screen
from xuncha.cli.invocation import PANELS
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.vocabulary import action_name

_WIDEST: Final = 80
_NAMES: Final = 30  # columns for the names of options; after a longer name, the help begins on the next line
_ITEM = re.compile(r"\S+(?: \S+)*\s*")  # a verb with its word; two blanks end it
_WORD = re.compile(r"\S+\s*")  # an example is broken only between words
_METAVAR = re.compile(r"[A-Z]{2,}")
_SECTION = re.compile(r"[A-Z][a-z]+:\n")
_NO_DOCSTRINGS = mark("Python is set to omit the help texts; to read them, type: unset PYTHONOPTIMIZE")


def split_docstring(docstring: str | None) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a docstring before its first section, each as one line, and the lines of its examples."""
    if not docstring:
        return [_NO_DOCSTRINGS], []
    text = inspect.cleandoc(docstring)
    blocks = takewhile(lambda block: not _SECTION.match(block), re.split(r"\n\s*\n", text))
    paragraphs = [" ".join(block.split()) for block in blocks]
    examples = re.search(r"^Examples:\n((?: +\S.*\n?)+)", text, re.MULTILINE)
    lines = examples[1].splitlines() if examples else []
    return paragraphs, [line.strip() for line in lines]


def summary(docstring: str | None) -> str:
    """Return the first paragraph of a docstring in the chosen language."""
    return language.gettext(split_docstring(docstring)[0][0])


def page(command: Any, context: Any) -> str:  # noqa: ANN401  Typer's own classes are not public
    """Return the help of a command or of a group, as `--help` shows it."""
    commands = {name: each for name, each in getattr(command, "commands", {}).items() if not each.hidden}
    parameters = command.get_params(context)
    options = [each for each in parameters if each.param_type_name == "option"]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    paragraphs, examples = split_docstring(command.help)
    texts = [_wrap(language.gettext(paragraph)) for paragraph in paragraphs]
    usage = _wrap(_usage(context.command_path, options, arguments, commands))
    rows = [(_names_of(each), _option_help(each)) for each in options]
    if context.parent is None:
        parts = [[*usage, *chain(*texts)], _panels(), _table(rows)]
    else:
        parts = [
            usage,
            *texts,
            _section(_("For example:"), map(_example, examples)),
            _section(_("Arguments:"), _table([(metavar(each), each.help) for each in arguments])),
            _section(_("Commands:"), _table([(name, summary(each.help)) for name, each in commands.items()])),
            _section(_("Options:"), _table(rows)),
        ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """Return the lines with a title above them; nothing if there are no lines."""
    shown = list(lines)
    return [screen.bold(title), *shown] if shown else []


def _usage(path: str, options: list[TyperOption], arguments: list[TyperArgument], commands: object) -> str:
    """Return how a command is typed: with its required options, and its arguments."""
    words = [f"{parameter.opts[-1]} {metavar(parameter)}" for parameter in options if parameter.required]
    words.append(_("[OPTIONS]"))
    for parameter in arguments:
        name = f"{metavar(parameter)} …" if parameter.nargs == -1 else metavar(parameter)
        words.append(name if parameter.required else f"[{name}]")
    if commands:
        words.append(_("COMMAND …"))
    return _("Usage: {line}", line=" ".join([path, *words]))


def metavar(parameter: TyperOption | TyperArgument) -> str:
    """Return the placeholder of a value, in the chosen language: FILE, KEY=VALUE, ours|theirs."""
    return _METAVAR.sub(lambda match: language.gettext(match[0]), parameter.metavar or "")


def _names_of(option: TyperOption) -> str:
    names = ", ".join([*sorted(option.opts, key=len), *option.secondary_opts])
    return names if option.is_flag else f"{names} {metavar(option)}"


def _option_help(option: TyperOption) -> str:
    """Return the help of an option, followed in brackets by its variable, whether it is required, and its default."""
    remarks = [option.envvar] if isinstance(option.envvar, str) else []
    if option.required:
        remarks.append(_("required"))
    if option.default and isinstance(option.default, str):
        remarks.append(_("default: {default}", default=option.default))
    return " ".join([option.help or "", *(f"[{remark}]" for remark in remarks)])


def _panels() -> list[str]:
    """Return the verbs in groups, each group beside its title and each verb with its word in the chosen language: `close 销号`."""
    rows = []
    for title, modules in PANELS.items():
        names = {verb: action_name(verb) for verb in " ".join(modules.values()).split()}
        shown = (verb if name == verb else f"{verb} {name}" for verb, name in names.items())
        rows.append((language.gettext(title), "  ".join(shown)))
    return _table(rows, _ITEM)


def _example(line: str) -> str:
    """Return an example to type; one that is too long is continued on the next line, as shells allow."""
    first, *more = _wrap(line, 8, _WORD)
    return " \\\n".join([f"  {first}", *(f"      {each}" for each in more)])


def _table(rows: list[tuple[str, str]], pieces: re.Pattern[str] = PIECE) -> list[str]:
    """Return names in one column, and their meanings in another."""
    column = 4 + max(
        (terminal_columns(name) for name, _text in rows if terminal_columns(name) <= _NAMES), default=0
    )
    lines = []
    for name, text in rows:
        meaning = _wrap(text, column, pieces)
        gap = column - 2 - terminal_columns(name)
        first = meaning.pop(0) if gap > 0 else ""
        lines.append(f"  {screen.bold(name)}{' ' * gap}{first}")
        lines += [" " * column + line for line in meaning]
    return lines


def _wrap(text: str, indent: int = 0, pieces: re.Pattern[str] = PIECE) -> list[str]:
    """Break a text into lines that fit beside an indent."""
    return wrapped(text, min(_WIDEST, shutil.get_terminal_size().columns) - indent, pieces)
