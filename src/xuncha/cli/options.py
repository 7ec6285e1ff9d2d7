"""The arguments and options that several commands share, and the completion of their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from xuncha.errors import UsageError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.register import Register
from xuncha.store.cache import register
from xuncha.store.files import find_ledger

FORMS: Final = ("txt", "md", "html", "docx", "pdf")
"""The names of the forms in `xuncha.paper.forms`, repeated here so that `paper` need not be loaded."""
TABLES: Final = "xlsx"
_WORD: Final = re.compile(r"[\w.][\w.·、（）-]*")
"""What no shell reads as anything but a word. Shells evaluate what they are offered, zsh twice, and anyone may have written a ledger's names."""
Completion = Callable[[typer.Context], list[str]]


def _completion(values: Callable[[Register], Iterable[str]]) -> Completion:
    """Return a completion that offers values of the register."""

    def complete(context: typer.Context) -> list[str]:
        ledger = context.find_root().params.get("ledger")
        try:
            found = values(register(find_ledger(None, Path(ledger) if ledger else None)))
        except XunchaError:  # a completion must not print errors
            return []
        return list(filter(_WORD.fullmatch, found))

    return complete


measures = _completion(lambda found: (row.id for row in found.measures))
offices = _completion(lambda found: found.frame.offices)
problems = _completion(lambda found: (row.id for row in found.problems))
ids = _completion(lambda found: (row.id for rows in (found.problems, found.measures) for row in rows))
_leaders = _completion(lambda found: found.frame.leaders)
categories = _completion(lambda found: (key for key, _title in found.frame.categories))


def option(form: str, text: str, values: Completion | Sequence[str] | None = None) -> Any:  # noqa: ANN401  as Typer's own
    """Return an option. `form` holds its names and the placeholder of its value, as in `-o --output FILE`, none for a flag; `values` completes the value."""
    *names, value = form.split()
    if value.startswith("-"):
        return typer.Option(..., *names, value, help=text)
    completion = _completed(values)
    return typer.Option(..., *names, metavar=value, help=text, readable=False, autocompletion=completion)


def argument(metavar: str, text: str, values: Completion | Sequence[str] | None = None) -> Any:  # noqa: ANN401
    """Return an argument, as `option` does."""
    return typer.Argument(metavar=metavar, help=text, readable=False, autocompletion=_completed(values))


def optional(
    form: str,
    text: str,
    values: Completion | Sequence[str] | None = None,
    default: object = None,
    variable: str | None = None,
) -> Any:  # noqa: ANN401
    """Return the default of an optional parameter: of an option, or of an argument if `form` is only a placeholder."""
    parameter = option(form, text, values) if form.startswith("-") else argument(form, text, values)
    is_flag = form.rsplit(maxsplit=1)[-1].startswith("-")
    parameter.default = False if is_flag and default is None else default
    parameter.envvar = variable
    return parameter


def _completed(values: Completion | Sequence[str] | None) -> Completion | Callable[[], list[str]] | None:
    return (lambda: list(values)) if isinstance(values, Sequence) else values


Measure = Annotated[str, argument("ID", _("The measure, such as 2.3"), measures)]
Measures = Annotated[list[str], argument("ID", _("The measures, such as 2.3 2.4"), measures)]
Problem = Annotated[str, argument("PROBLEM", _("The problem, such as 2"), problems)]
Record = Annotated[str, argument("ID", _("A problem (2) or a measure (2.3)"), ids)]
OptionalRecord = Annotated[
    str | None, argument("ID", _("A problem (2) or a measure (2.3); default: the whole ledger"), ids)
]
Comment = Annotated[str, argument("N", _("The number of the comment, such as 3"))]
About = Annotated[
    str | None, option("--about ID", _("The problem (2) or the measure (2.3) that it is about"), ids)
]
Reason = Annotated[str, option("--reason TEXT", _("Why; it stays internal"))]
At = Annotated[str | None, option("--at DATE|REV", _("As of that day or revision, from git"))]
Output = Annotated[Path | None, option("-o --output FILE", _("Write it to a file, completely or not at all"))]
IntoFile = Annotated[Path, option("-o --output FILE", _("Write it to a file, completely or not at all"))]


def refuse_unused(message: str, options: Mapping[str, object]) -> None:
    """Refuse (UsageError) the first option that is given but would have no effect; `options` holds values by names, `message` says why."""
    for name, value in options.items():
        if value:
            raise UsageError("usage", message, _("leave {option} out", option=name))


def form(forms: Sequence[str]) -> Any:  # noqa: ANN401
    """Return the option -f for a document that can be made in these forms."""
    return option(f"-f --format {'|'.join(forms)}", _("The format"), forms)


Form = Annotated[str, form(FORMS)]
Json = Annotated[bool, option("--json", _("Print JSON for programs"))]
DryRun = Annotated[bool, option("--dry-run", _("Show what is understood, and write nothing"))]
Leader = Annotated[str | None, option("--leader NAME", _("The responsible leader"), _leaders)]
Office = Annotated[str | None, option("--office NAME", _("The responsible office"), offices)]
CoOffice = Annotated[
    list[str] | None, option("--co-office NAME", _("A co-responsible office; may be repeated"), offices)
]
To = Annotated[str, option("--to NAME", _("The leader who takes it over"), _leaders)]
Category = Annotated[
    str | None, option("--category KEY|TITLE", _("The category, by its key or its title"), categories)
]
Person = Annotated[str | None, option("--person NAME", _("Who does it; internal"))]
Goal = Annotated[str | None, option("--goal TEXT", _("The goal"))]
Fields = Annotated[
    list[str] | None, option("--field KEY=VALUE", _("The value of a custom field; may be repeated"))
]
New = Annotated[
    bool, option("--new", _("Enter names that are used here for the first time into data/ledger.yaml"))
]
OfPerson = Annotated[str | None, option("--person NAME", _("Those of one person"))]
OfLeader = Annotated[str | None, option("--leader NAME", _("Those of one leader"), _leaders)]
OfOffice = Annotated[str | None, option("--office NAME", _("Those of one office"), offices)]
