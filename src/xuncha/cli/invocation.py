"""The words of a command line: the verbs, and the options of the whole program, which are read once, wherever they stand."""

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
    "Set up and enter": {"write": "init add edit", "work": "remove", "comment": "comment"},
    "Look": {"read": "status todo list show", "publish": "calendar"},
    "Work on measures": {
        "work": "set start progress attach submit return close reopen extend escalate review"
    },
    "Trail": {"trail": "log undo audit"},
    "Share": {"share": "setup sync", "serve": "serve account"},
    "Check and publish": {
        "check": "doctor validate proof schema",
        "publish": "notice dashboard",
        "report": "report",
        "archive": "archive",
    },
    "Import and export": {"imports": "import", "publish": "export", "rollup": "rollup"},
}
"""The groups of commands by their titles: each group names modules of `xuncha.cli`, and each module its verbs.

Titles are messages of the catalogue; so is `xuncha VERB`, whose translation is the word that the help shows beside a verb.
"""
VERBS: Final = {
    verb: module for modules in PANELS.values() for module, verbs in modules.items() for verb in verbs.split()
}
METAVARS: Final = (
    "ADDRESS", "CHANNEL", "CODE", "DATE", "DAYS", "DIR", "FILE", "GROUP", "HEADING", "ID", "KEY", "KIND", "LINE", "NAME", "NUMBER", "PROBLEM", "REF", "REV", "ROLE",
    "SOURCE", "STATUS", "TEXT", "TITLE", "VALUE", "WAY", "WORD", "WORDS",
)  # fmt: skip
"""The placeholders of values in the help; each is a message of the catalogue."""
HIDDEN: Final = {"merge-driver": "share"}
"""Commands that only git types."""
VALUED: Final = ("--ledger", "--today", "--lang")
FLAGS: Final = ("--no-color", "--install-completion", "--show-completion", "--version")
"""The options of the whole program, with a value and without; `cli.command.root_options` has the same options, with their help."""


def split_options(arguments: Sequence[str]) -> tuple[list[str], dict[str, str | None]]:
    """Split arguments into the others and the options of the whole program; return both, with the last value of each option. After `--`, nothing is an option."""
    rest: list[str] = []
    options: dict[str, str | None] = {}
    remaining = map(decoded_argument, arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
            break
        name, equals, value = argument.partition("=")
        if name not in VALUED + FLAGS:
            rest.append(argument)
        elif equals:
            options[name] = value
        else:
            options[name] = next(remaining, None) if name in VALUED else None
    return rest, options


def decoded_argument(argument: str) -> str:
    """Return an argument as text: decoded from UTF-8, else from the locale's encoding; else with surrogates, which `must_be_text` refuses."""
    if argument.isascii() or system.WINDOWS:
        return argument
    try:
        data = os.fsencode(argument)
    except UnicodeEncodeError:
        return argument
    for encoding in ("utf-8", _encoding_of_locale()):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return argument


def _encoding_of_locale() -> str:
    """Return the encoding that the variables of the locale name, even if the system does not have that locale."""
    name = next((os.environ[each] for each in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(each)), "")
    encoding = locale.normalize(name).partition(".")[2].partition("@")[0].lower()
    return "gb18030" if encoding in {"gbk", "gb2312", "euccn"} else encoding  # gb18030 holds all three


def must_be_text(arguments: Iterable[str], variable: str = "") -> None:
    """Check that arguments, or the value of a variable, could be decoded. Raises UsageError for one that could not."""
    for argument in arguments:
        shown = argument.encode("utf-8", "backslashreplace").decode()
        if shown != argument:
            shown = shown.replace("\\udc", "\\x")  # show the bytes themselves
            message = _("an argument is not UTF-8: {text}")
            if variable:
                message = _("the variable {name} is not UTF-8: {text}")
            hint = _(
                "set the terminal to UTF-8, or LANG to its encoding, such as zh_CN.GBK; rename a file with such a name"
            )
            raise UsageError("not-utf8", message.format(name=variable, text=shown), hint)


def check_options(options: Mapping[str, str | None]) -> None:
    """Check that options that take a value have one. Raises UsageError for one that has none."""
    for name in VALUED:
        if name in options and is_blank(options[name] or ""):
            message = _("{name} needs a value", name=name)
            raise UsageError("usage", message, _("see `{path} --help`", path="xuncha"))
