"""What may stand on a command line: the verbs, and the options of the whole program, which are read once, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from xuncha.errors import UsageError
from xuncha.language import gettext as _

PANELS: Final = {
    "Make": {"write": "init add edit", "work": "remove"},
    "Look": {"read": "status todo list show", "deadlines": "calendar"},
    "Do": {"work": "set start progress attach submit return close reopen extend escalate review"},
    "Trail": {"track": "log undo", "audit": "audit"},
    "Share": {"share": "setup sync"},
    "Check and publish": {
        "doctor": "doctor",
        "check": "validate proof schema",
        "publish": "notice dashboard",
        "report": "report",
        "archive": "archive",
    },
    "In and out": {"exchange": "import export"},
}
"""The groups of commands by their titles: each has modules of `xuncha.cli`, and each of these its verbs.

Titles are messages of the catalogue; so is `xuncha VERB`, whose translation is the word that the help shows beside a verb.
"""
VERBS: Final = {
    verb: module for modules in PANELS.values() for module, verbs in modules.items() for verb in verbs.split()
}
HIDDEN: Final = {"merge-driver": "share"}
"""What git types, and nobody else."""


class GlobalOption(NamedTuple):
    """An option of the whole program, a flag without a metavar; the variable stands in for it where it is not given."""

    help: str
    metavar: str = ""
    variable: str = ""


def global_options() -> dict[str, GlobalOption]:
    """Return the table of the options by their names, with the help in the chosen language."""
    return {
        "--ledger": GlobalOption(
            _("The ledger's folder; else the nearest one upwards"), "DIR", "XUNCHA_LEDGER"
        ),
        "--today": GlobalOption(_("Count as on this day, such as 2024-04-18"), "DATE", "XUNCHA_TODAY"),
        "--lang": GlobalOption(_("The language on screen"), "zh|en"),
        "--no-color": GlobalOption(_("No colours, as with NO_COLOR")),
        "--install-completion": GlobalOption(_("Teach this shell to complete numbers and names")),
        "--show-completion": GlobalOption(_("Show what the shell is taught")),
        "--version": GlobalOption(_("Show the version")),
    }


def take(arguments: Sequence[str]) -> tuple[list[str], dict[str, str | None]]:
    """Take the options of the whole program out of the arguments, but from behind `--`.

    Returns:
        The arguments that remain; and the value that each option was given last, None without one.
    """
    known = global_options()
    rest: list[str] = []
    given: dict[str, str | None] = {}
    left = list(reversed(arguments))
    while left:
        argument = left.pop()
        if argument == "--":
            rest += [argument, *reversed(left)]
            break
        name, equals, value = argument.partition("=")
        if name not in known:
            rest.append(argument)
        elif equals:
            given[name] = value
        else:
            given[name] = left.pop() if known[name].metavar and left else None
    return rest, given


def check(given: Mapping[str, str | None]) -> None:
    """See to it that options with a metavar were given a value, and flags none.

    Raises:
        UsageError: one was given otherwise.
    """
    known = global_options()
    for name, value in given.items():
        if (value is None) == bool(known[name].metavar):
            said = _("{name} needs a value") if value is None else _("{name} takes no value")
            raise UsageError("usage", said.format(name=name), _("see `{path} --help`").format(path="xuncha"))
