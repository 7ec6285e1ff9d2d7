"""The arguments and options that several commands share, with the completion of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xuncha.cli.deliver import FORMS
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.rules.names import suggestion

if TYPE_CHECKING:
    from xuncha.model.register import Register


def _register(context: typer.Context) -> Register | None:
    """Return the register for a completion; None where there is none, since a completion must not complain."""
    from xuncha.errors import XunchaError  # noqa: PLC0415
    from xuncha.store.cache import register  # noqa: PLC0415
    from xuncha.store.files import find  # noqa: PLC0415

    try:
        named = context.find_root().params.get("ledger")
        return register(find(Path.cwd(), Path(named) if named else None))
    except XunchaError:
        return None


def _offer(
    values: Callable[[Register], Iterable[tuple[str, str]]],
) -> Callable[[typer.Context], list[tuple[str, str]]]:
    """Return a completion that offers values of the register, each with its title."""

    def offered(context: typer.Context) -> list[tuple[str, str]]:
        found = _register(context)
        return list(values(found)) if found else []

    return offered


measures = _offer(lambda found: ((row.id, row.title) for row in found.measures))
offices = _offer(lambda found: ((name, "") for name in found.frame.offices))
_problems = _offer(lambda found: ((row.id, row.title) for row in found.problems))
_both = _offer(
    lambda found: (
        *((row.id, row.title) for row in found.problems),
        *((row.id, row.title) for row in found.measures),
    )
)
_leaders = _offer(lambda found: ((name, "") for name in found.frame.leaders))
_categories = _offer(lambda found: found.frame.categories)


Measure = Annotated[
    str, typer.Argument(metavar="ID", help=_("The measure, such as 2.3"), autocompletion=measures)
]
Measures = Annotated[
    list[str], typer.Argument(metavar="ID", help=_("The measures, such as 2.3 2.4"), autocompletion=measures)
]
Problem = Annotated[
    str, typer.Argument(metavar="PROBLEM", help=_("The problem, such as 2"), autocompletion=_problems)
]
Either = Annotated[
    str, typer.Argument(metavar="ID", help=_("A problem (2) or a measure (2.3)"), autocompletion=_both)
]
Perhaps = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help=_("A problem (2) or a measure (2.3); else the whole ledger"),
        autocompletion=_both,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Why; it stays internal"))]
At = Annotated[str | None, typer.Option("--at", metavar="DATE|REV", help=_("As it stood then, out of git"))]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", readable=False, help=_("Write it to a file, whole or not at all")
    ),
]


def form(forms: Sequence[str]) -> Any:  # noqa: ANN401  as Typer's own
    """Return the option -f for a document that is made in these forms."""
    return typer.Option(
        "-f", "--format", metavar="|".join(forms), help=_("The form"), autocompletion=lambda: list(forms)
    )


Form = Annotated[str, form(FORMS)]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs"))]
Leader = Annotated[
    str, typer.Option("--leader", metavar="NAME", help=_("The responsible leader"), autocompletion=_leaders)
]
Office = Annotated[
    str, typer.Option("--office", metavar="NAME", help=_("The responsible office"), autocompletion=offices)
]
CoOffice = Annotated[
    list[str] | None,
    typer.Option(
        "--co-office",
        metavar="NAME",
        help=_("A co-responsible office; may be repeated"),
        autocompletion=offices,
    ),
]
To = Annotated[
    str, typer.Option("--to", metavar="NAME", help=_("The leader who takes it over"), autocompletion=_leaders)
]
Category = Annotated[
    str, typer.Option("--category", metavar="KEY", help=_("The category's key"), autocompletion=_categories)
]
InProblem = Annotated[
    str | None,
    typer.Option("--problem", metavar="NUMBER", help=_("Those of one problem"), autocompletion=_problems),
]
OfLeader = Annotated[
    str | None,
    typer.Option("--leader", metavar="NAME", help=_("Those of one leader"), autocompletion=_leaders),
]
OfOffice = Annotated[
    str | None,
    typer.Option("--office", metavar="NAME", help=_("Those of one office"), autocompletion=offices),
]


def a_problem(text: str) -> Identity:
    """Read the number of a problem.

    Raises:
        RefusedError: it is that of a measure, or none.
    """
    identity = Identity.parse(text)
    if not identity.is_problem:
        raise RefusedError(
            "not-a-problem",
            _("{id} is a measure; a problem is asked for").format(id=identity),
            _("name its problem: {id}").format(id=identity.problem),
        )
    return identity


def must_be_known(register: Register, *, office: str | None, leader: str | None) -> None:
    """Refuse the name of an office or a leader that the ledger does not have, with what may be meant.

    Raises:
        RefusedError: it is not in `ledger.yaml`.
    """
    for name, known, code in (
        (leader, register.frame.leaders, "unknown-leader"),
        (office, register.frame.offices, "unknown-office"),
    ):
        if name is not None and name not in known:
            raise RefusedError(
                code, _("“{name}” is not in data/ledger.yaml").format(name=name), suggestion(name, known)
            )


def filled(text: str, message: str, hint: str) -> str:
    """Return a text that says something.

    Raises:
        UsageError: it is empty.
    """
    if not text.strip():
        raise UsageError("empty-text", message, hint)
    return text
