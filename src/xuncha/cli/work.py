"""The verbs of the workflow: each does one thing to a measure, in one commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha.cli import options, screen
from xuncha.cli.context import of
from xuncha.cli.options import guide
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import REVIEW_RESULTS, result_name, status_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from xuncha.cli.context import Context
    from xuncha.model.register import Register
    from xuncha.tally import Tally
    from xuncha.workflow.actions import Doing
    from xuncha.workflow.perform import Done

Day = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help=_("The day, such as 2024-04-18; else today"))
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    panel = _("Do")
    app.command("start", help=guide(_("Take up a measure."), "xuncha start 2.3"), rich_help_panel=panel)(
        start
    )
    app.command(
        "progress",
        help=guide(
            _("Record what was done for a measure."),
            "xuncha progress 2.3 初步设计通过第二次评审。 --date 2024-04-12",
            "xuncha progress 2.3 印发实施方案。 --evidence 东发改产业〔2023〕360号",
        ),
        rich_help_panel=panel,
    )(progress)
    app.command(
        "attach",
        help=guide(
            _("Put a file into the ledger as evidence of a measure."), "xuncha attach 2.3 评审意见.pdf"
        ),
        rich_help_panel=panel,
    )(attach)
    app.command(
        "submit", help=guide(_("Apply to have a measure closed."), "xuncha submit 2.3"), rich_help_panel=panel
    )(submit)
    app.command(
        "return",
        help=guide(_("Return an application, with a reason."), "xuncha return 2.3 --reason 缺少评审意见"),
        rich_help_panel=panel,
    )(give_back)
    app.command(
        "close",
        help=guide(
            _("Close measures out: all that are named, in one commit, or none."),
            "xuncha close 2.3",
            "xuncha close 2.1 2.2 --note 验收通过",
        ),
        rich_help_panel=panel,
    )(close)
    app.command(
        "reopen",
        help=guide(_("Open a closed measure again."), "xuncha reopen 2.3 --reason 问题反弹"),
        rich_help_panel=panel,
    )(reopen)
    app.command(
        "extend",
        help=guide(
            _("Move a deadline to a later day."), "xuncha extend 2.3 --due 2024-06-30 --reason 手续未完"
        ),
        rich_help_panel=panel,
    )(extend)
    app.command(
        "escalate",
        help=guide(_("Make a measure a leader's own task."), "xuncha escalate 2.3 --to 主任"),
        rich_help_panel=panel,
    )(escalate)
    app.command(
        "review",
        help=guide(
            _("Look again at a closed long-term measure: does the result hold, or has it slipped?"),
            "xuncha review 1.1 --result holds",
        ),
        rich_help_panel=panel,
    )(review)


def start(context: typer.Context, identity: options.Measure) -> None:
    """Take up a measure."""
    from xuncha.workflow import actions  # noqa: PLC0415  as in all verbs: no other command waits for it

    _do(of(context), actions.start(), [identity])


def progress(
    context: typer.Context,
    identity: options.Measure,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=_("What was done, in a sentence or more"))],
    day: Day = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            "--evidence", metavar="REF", help=_("What proves it, such as a document number; may be repeated")
        ),
    ] = None,
    no_publish: Annotated[bool, typer.Option("--no-publish", help=_("Internal: in nothing public"))] = False,
) -> None:
    """Record what was done."""
    from xuncha.workflow import actions  # noqa: PLC0415

    if not text.strip():
        raise UsageError("empty-text", _("the text is empty"), _("say what was done"))
    call = of(context)
    when = _past(call, day)
    doing = actions.progress(text, when, evidence or (), publish=not no_publish)
    _do(call, doing, [identity], _("progress of {day} recorded").format(day=when))


def attach(
    context: typer.Context,
    identity: options.Measure,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", readable=False, help=_("The file; it is copied into data/evidence/")),
    ],
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help=_("What it proves, for the entry that names it")),
    ] = None,
    day: Day = None,
) -> None:
    """Put a file into the ledger as evidence."""
    from xuncha.workflow import actions  # noqa: PLC0415
    from xuncha.workflow.evidence import read, shown  # noqa: PLC0415

    call = of(context)
    when = _past(call, day)
    content = read(call.root, Identity.parse(identity), file)
    doing = actions.attach(file.name, content, when, text)
    _do(call, doing, [identity], _("{name} attached").format(name=shown(file.name)))


def submit(context: typer.Context, identity: options.Measure) -> None:
    """Apply to have a measure closed."""
    from xuncha.workflow import actions  # noqa: PLC0415

    _do(of(context), actions.submit(), [identity])


def give_back(context: typer.Context, identity: options.Measure, reason: options.Reason) -> None:
    """Return an application."""
    from xuncha.workflow import actions  # noqa: PLC0415

    _do(of(context), actions.give_back(_reason(reason)), [identity])


def close(
    context: typer.Context,
    identities: options.Measures,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help=_("A note; it stays internal"))
    ] = None,
    day: Day = None,
) -> None:
    """Close measures out."""
    from xuncha.workflow import actions  # noqa: PLC0415

    call = of(context)
    _do(call, actions.close(_past(call, day), note), identities)


def reopen(context: typer.Context, identity: options.Measure, reason: options.Reason) -> None:
    """Open a closed measure again."""
    from xuncha.workflow import actions  # noqa: PLC0415

    _do(of(context), actions.reopen(_reason(reason)), [identity])


def extend(
    context: typer.Context,
    identity: options.Measure,
    due: Annotated[
        str, typer.Option("--due", metavar="DATE", help=_("The new time limit, such as 2024-06-30"))
    ],
    reason: options.Reason,
) -> None:
    """Move a deadline."""
    from xuncha.workflow import actions  # noqa: PLC0415

    call = of(context)
    until = screen.day(due, "--due")
    doing = actions.extend(until, _reason(reason))
    before = _limit(call, identity)
    _do(call, doing, [identity], _("the time limit is now {due}").format(due=until))
    if before is not None and before < call.today.isoformat():
        screen.warning(
            _("the time limit, {due}, had passed already; `xuncha audit` names that").format(due=before),
            _("next time, extend it before it passes"),
        )


def escalate(context: typer.Context, identity: options.Measure, to: options.To) -> None:
    """Make a measure a leader's own task."""
    from xuncha.workflow import actions  # noqa: PLC0415

    call = of(context)
    _do(call, actions.escalate(to, call.today), [identity], _("{name} takes it over").format(name=to))


def review(
    context: typer.Context,
    identity: options.Measure,
    result: Annotated[
        str,
        typer.Option(
            "--result",
            metavar="holds|slipped",
            help=_("What was found"),
            autocompletion=lambda: list(REVIEW_RESULTS),
        ),
    ],
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help=_("What was found, in words"))
    ] = None,
) -> None:
    """Look again at a closed long-term measure."""
    from xuncha.workflow import actions  # noqa: PLC0415

    if result not in REVIEW_RESULTS:
        raise UsageError("unknown-word", _("--result is holds or slipped, not “{word}”").format(word=result))
    call = of(context)
    found = result_name(result)
    _do(
        call,
        actions.review(result, call.today, text),
        [identity],
        _("looked at again: {result}").format(result=found),
    )
    if result == "slipped":
        screen.line(
            _("The result has slipped: open it again with xuncha reopen {id} --reason …").format(id=identity)
        )


def _do(call: Context, doing: Doing, identities: Sequence[str], detail: str = "") -> None:
    """Do it, and say what changed."""
    from xuncha.workflow.perform import perform  # noqa: PLC0415

    _say(
        call,
        perform(call.root_for_writing(), doing, [Identity.parse(identity) for identity in identities]),
        detail,
    )


def _limit(call: Context, identity: str) -> str | None:
    """The time limit of a measure as it stands; None where it has none, or is not there."""
    from xuncha.store.cache import register as rows  # noqa: PLC0415

    wanted = str(Identity.parse(identity))
    return next((row.due for row in rows(call.root).measures if row.id == wanted), None)


def _past(call: Context, text: str | None) -> date:
    """The day of an option, else today; not a day to come."""
    day = screen.day(text, "--date") if text else call.today
    if day > call.today:
        raise RefusedError(
            "day-to-come",
            _("{day} is still to come").format(day=day),
            _("give a day up to {today}").format(today=call.today),
        )
    return day


def _reason(text: str) -> str:
    if not text.strip():
        raise UsageError("empty-text", _("--reason is empty"), _("say why"))
    return text


def _say(call: Context, done: Done, detail: str) -> None:
    """What changed, the new counts, and which problems are complete by it."""
    for step, title in zip(done.steps, done.titles, strict=True):
        screen.line(f"{step.id} {title}")
        if step.from_ != step.to and step.from_ and step.to:
            screen.line(f"    {status_name(step.from_)} → {status_name(step.to)}")
    if detail:
        screen.line(f"    {detail}")
    for file in done.evidence:
        said = (
            _("it is in {path}") if file.content is not None else _("the same file is there already: {path}")
        )
        screen.line("    " + said.format(path=file.path))
    for problem in done.completed:
        screen.line(_("Problem {id} is complete: {title}").format(id=problem.id, title=problem.title))
    say_counts(call, done)


def say_counts(call: Context, done: Done) -> None:
    """The new counts."""
    counts = say_standing(call, done.register)
    if counts and counts.all_done and done.completed:
        screen.line(_("Everything is complete."))


def say_standing(call: Context, register: Register | None) -> Tally | None:
    """How the ledger stands, in a line; None where it breaks rules."""
    from xuncha.tally import tally  # noqa: PLC0415

    if register is None:
        screen.warning(_("other files of the ledger break rules"), _("see `xuncha validate`"))
        return None
    counts = tally(register, call.today)
    screen.line(
        _("Problems complete {problems_closed}/{problems}, measures closed {closed}/{measures}").format(
            problems_closed=counts.problems_closed,
            problems=counts.problems,
            closed=counts.closed,
            measures=counts.measures,
        )
    )
    return counts
