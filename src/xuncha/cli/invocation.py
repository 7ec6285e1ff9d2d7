"""The options of the whole program: one table, read once, wherever they stand on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xuncha.errors import UsageError
from xuncha.language import gettext as _


class GlobalOption(NamedTuple):
    """An option of the whole program; without a metavar it is a flag. The variable stands in for it where it is not given."""

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
    """Take the options of the whole program out of the arguments; what stands behind `--` stays.

    Returns:
        The arguments that remain, the verb first; and the value that each option was given last, None where there is none.
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
