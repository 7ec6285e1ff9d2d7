"""The commands of the verbs, each made from a verb's function: its parameters are the options, its docstring is the help."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import argument, option
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import REVIEW_RESULTS, status_name
from xuncha.requests import outcomes, readers
from xuncha.workflow.verb import NamedFile, Verb
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from xuncha.workflow.perform import Result

"""Limit of texts with outdated numbers that are named."""
_MEASURES_AND_TEXT = Annotated[
    list[str],
    argument("ID… TEXT", _("The measures, then what was done, in a sentence or more"), options.measures),
]
_OPTIONS: Final[dict[str, Any]] = {
    "files": Annotated[list[Path], argument("FILE", _("The files; they are copied into data/evidence/"))],
    "day": Annotated[str | None, option("--date DATE", _("The day, such as 2024-04-18; default: today"))],
    "due": Annotated[str, option("--due DATE", _("The time limit, such as 2024-06-30"))],
    "late": Annotated[
        bool, option("--late", _("Even if the time limit has passed; the audit will report it"))
    ],
    "leader": options.Leader,
    "office": options.Office,
    "co_offices": options.CoOffice,
    "person": options.Person,
    "goal": options.Goal,
    "title": Annotated[str | None, option("--title TEXT", _("The title, corrected"))],
    "category": options.Category,
    "fields": options.Fields,
    "reason": options.Reason,
    "to": options.To,
    "note": Annotated[str | None, option("--note TEXT", _("A note; it stays internal"))],
    "evidence": Annotated[
        list[str] | None, option("--evidence REF", _("Evidence, such as a document number; may be repeated"))
    ],
    "no_publish": Annotated[bool, option("--no-publish", _("Internal: never made public"))],
    "statement": Annotated[
        str | None, option("--text TEXT", _("What it proves, for the entry that names it"))
    ],
    "result": Annotated[str, option("--result holds|slipped", _("What was found"), REVIEW_RESULTS)],
    "findings": Annotated[str | None, option("--text TEXT", _("What was found, in words"))],
}
"""The options by the parameters of the verbs."""


def _command(verb: Verb) -> Callable[..., None]:
    """Return the function from which Typer makes the command of a verb."""
    names = [each.name for each in verb.parameters]
    takes_text = verb.multiple and "text" in names

    def run(call: Context, measures: str | list[str], **typed: Any) -> None:  # noqa: ANN401
        from xuncha.workflow.perform import perform  # noqa: PLC0415  the help need not wait for it

        numbers = [measures] if isinstance(measures, str) else measures
        if takes_text:
            *numbers, typed["text"] = numbers
            is_number = all(map(Identity.try_parse, readers.split_numbers([typed["text"]])))
            if is_number or not numbers:
                message = _("the text is missing") if is_number else _("the number of the measure is missing")
                raise UsageError("usage", message, _("type: xuncha progress 2.3 …"))
        numbers = readers.split_numbers(numbers) if verb.multiple else numbers
        values = readers.read_values(typed, call.today)
        if "files" in values:
            from xuncha.workflow.evidence import read as read_evidence  # noqa: PLC0415

            identity = Identity.parse(numbers[0])
            values["files"] = [
                NamedFile(each.name, read_evidence(call.root, identity, each)) for each in values["files"]
            ]
        with call.session() as session:
            identities = [Identity.parse(each) for each in numbers]
            result = perform(session, verb.action, identities, call.today, **values)
        _print_result(call, result)

    first = inspect.Parameter("call", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    measures = options.Measures if verb.multiple else options.Measure
    parameters = [first, first.replace(name="measures", annotation=measures)]
    if takes_text:  # `progress 1.1 1.2 TEXT`
        parameters[1] = first.replace(name="measures", annotation=_MEASURES_AND_TEXT)
        names.remove("text")
    parameters += [
        each.replace(annotation=_OPTIONS[each.name]) for each in verb.parameters if each.name in names
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__doc__ = verb.function.__doc__
    return run


for _verb in VERBS.values():
    command(_verb.action)(_command(_verb))


def _print_result(call: Context, result: Result) -> None:
    """Print what changed, what to do next, and the new counts."""
    for step, title in zip(result.steps, result.titles, strict=True):
        screen.line(f"{step.id} {title}")
        if step.from_ != step.to:
            screen.line(f"    {status_name(step.from_)} → {status_name(step.to)}")
    screen.messages(outcomes.result_messages(result))
    call.print_progress(result.register)


@command("remove")
def remove(call: Context, identity: options.Record, reason: options.Reason) -> None:
    """Remove what was entered by mistake: a measure that was not started, or a problem without measures.

    What follows is renumbered to close the gap, in the same commit. Refused if this would renumber anything that was
    ever submitted or closed.

    Examples:
        xuncha remove 1.3 --reason 误登
    """
    from xuncha.workflow.remove import remove as take_away  # noqa: PLC0415

    with call.session() as session:
        why = readers.read_values({"reason": reason}, call.today)["reason"]
        removal = take_away(session, Identity.parse(identity), why, call.today)
    screen.line(_("{id} {title} is removed", id=removal.identity, title=removal.title))
    for old, new in removal.moves.items():
        screen.line(f"    {old} → {new} {removal.titles[old]}")
    call.print_progress(removal.register)
    screen.messages(outcomes.removal_messages(removal))
