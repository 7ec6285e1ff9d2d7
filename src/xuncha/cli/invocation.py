"""What may stand on a command line: the verbs, and the options of the whole program, which are read once, wherever they stand."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xuncha import system
from xuncha.chinese.characters import is_blank
from xuncha.errors import UsageError
from xuncha.language import gettext as _

PANELS: Final = {
    "Make": {"write": "init add edit", "work": "remove", "comment": "comment"},
    "Look": {"read": "status todo list show", "publish": "calendar"},
    "Do": {"work": "set start progress attach submit return close reopen extend escalate review"},
    "Trail": {"trail": "log undo audit"},
    "Share": {"share": "setup sync", "serve": "serve account"},
    "Check and publish": {
        "check": "doctor validate proof schema",
        "publish": "notice dashboard",
        "report": "report",
        "archive": "archive",
    },
    "In and out": {"imports": "import", "publish": "export", "rollup": "rollup"},
}
"""The groups of commands by their titles: each has modules of `xuncha.cli`, and each of these its verbs.

Titles are messages of the catalogue; so is `xuncha VERB`, whose translation is the word that the help shows beside a verb.
"""
VERBS: Final = {
    verb: module for modules in PANELS.values() for module, verbs in modules.items() for verb in verbs.split()
}
METAVARS: Final = (
    "ADDRESS", "CHANNEL", "CODE", "DATE", "DAYS", "DIR", "FILE", "GROUP", "HEADING", "ID", "KEY", "KIND", "LINE", "NAME", "NUMBER", "PROBLEM", "REF", "REV", "ROLE",
    "SOURCE", "STATUS", "TEXT", "TITLE", "VALUE", "WAY", "WORD", "WORDS",
)  # fmt: skip
"""What stands for values in the help; each is a message of the catalogue."""
HIDDEN: Final = {"merge-driver": "share"}
"""What git types, and nobody else."""
VALUED: Final = ("--ledger", "--today", "--lang")
FLAGS: Final = ("--no-color", "--install-completion", "--show-completion", "--version")
"""The options of the whole program; those of `cli.command.everything`, which says in the help what they are for."""


def take(arguments: Sequence[str]) -> tuple[list[str], dict[str, str | None]]:
    """Take the options of the whole program out of the arguments, but from behind `--`; return the rest, and each value given last."""
    rest: list[str] = []
    given: dict[str, str | None] = {}
    left = list(reversed([readable(argument) for argument in arguments]))
    while left:
        argument = left.pop()
        if argument == "--":
            rest += [argument, *reversed(left)]
            break
        name, equals, value = argument.partition("=")
        if name not in VALUED + FLAGS:
            rest.append(argument)
        elif equals:
            given[name] = value
        else:
            given[name] = left.pop() if name in VALUED and left else None
    return rest, given


def readable(typed: str) -> str:
    """Return what the system handed over as text: UTF-8, else in the encoding of the locale; else with surrogates, for `must_be_text` to refuse."""
    if typed.isascii() or system.WINDOWS:
        return typed
    try:
        handed_over = os.fsencode(typed)
    except UnicodeEncodeError:
        return typed
    for encoding in ("utf-8", _encoding_of_locale()):
        try:
            return handed_over.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return typed


def _encoding_of_locale() -> str:
    """Return the encoding that the variables of the locale name, whether or not the system has that locale."""
    named = next((os.environ[each] for each in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(each)), "")
    encoding = locale.normalize(named).partition(".")[2].partition("@")[0].lower()
    return "gb18030" if encoding in {"gbk", "gb2312", "euccn"} else encoding  # which holds all three


def must_be_text(typed: Iterable[str], variable: str = "") -> None:
    """See to it that arguments, or the value of a variable, could be read. Raises UsageError for one that could not."""
    for each in typed:
        shown = each.encode("utf-8", "backslashreplace").decode()
        if shown != each:
            shown = shown.replace("\\udc", "\\x")  # the bytes themselves
            said = _("an argument is not UTF-8: {text}")
            if variable:
                said = _("the variable {name} is not UTF-8: {text}")
            hint = _(
                "set the terminal to UTF-8, or LANG to its encoding, such as zh_CN.GBK; rename a file with such a name"
            )
            raise UsageError("not-utf8", said.format(name=variable, text=shown), hint)


def check(given: Mapping[str, str | None]) -> None:
    """See to it that options that take a value were given a value, and flags none. Raises UsageError for one that was not."""
    for name, value in given.items():
        needed = name in VALUED
        if (needed and is_blank(value or "")) or (not needed and value is not None):
            said = _("{name} needs a value") if needed else _("{name} takes no value")
            raise UsageError("usage", said.format(name=name), _("see `{path} --help`").format(path="xuncha"))
