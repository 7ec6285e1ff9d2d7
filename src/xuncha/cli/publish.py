"""Documents: the notice, the dashboard, the calendar; and those for inside the house (report)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.deliver import check, deliver, deliver_paper, paper, save
from xuncha.cli.options import FORMS, TABLES, argument, option, optional
from xuncha.errors import RefusedError, SurroundingsError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import UNSAID
from xuncha.parts import how_to_add
from xuncha.requests import selection, typed

if TYPE_CHECKING:
    from xuncha.model.records import Measure
    from xuncha.report.letter import Letter

_NAMED = 10  # measures that a warning names; who wants to know all of them sees it in the entries


@command("notice")
def notice(
    call: Context,
    form: options.Form = "txt",
    output: options.Output = None,
    at: options.At = None,
    anchor: bool = optional(
        "--anchor", _("At the end, say up to which commit the history was verified (`xuncha audit --anchor`)")
    ),
) -> None:
    """Render the public notice; without anything that is withheld.

    Examples:
        xuncha notice
        xuncha notice -f docx -o notice.docx
        xuncha notice --at 2024-04-18
    """
    check(form, FORMS, output, "notice")
    from xuncha.notice.content import content, told_after  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.notice.render import render  # noqa: PLC0415

    call = call.at(at)
    found = call.ledger()
    with screen.patience(_("Making the notice")), call.places_named():
        verified = None
        if anchor:
            from xuncha.audit.anchors import latest  # noqa: PLC0415

            verified = latest(call.root, call.commit or "HEAD")
        made, warnings = render(content(found, call.today, verified), form, call.templates())
    if unsorted := [str(n) for n, each in found.problems.items() if each.publish and each.category is None]:
        said = _("no category is said of problem {ids}; the notice shows it under “{word}”")
        warnings = [*warnings, said.format(ids=_(", ").join(unsorted), word=UNSAID)]
    if later := told_after(found):
        said = _(
            "`notice.date` is {date}, and the notice prints later progress of {ids}; write the day of issue"
        )
        warnings = [*warnings, said.format(date=found.settings.notice.date, ids=_(", ").join(later))]
    deliver(made, warnings, output, call.root, _("The notice is in {path}."))


@command("dashboard")
def dashboard(
    call: Context,
    output: options.Output = None,
    internal: bool = optional("--internal", _("With names, and with what is withheld; not for the public")),
) -> None:
    """Render how the ledger stands, on one page to look at; without anything that is withheld.

    Examples:
        xuncha dashboard -o index.html
        xuncha dashboard --internal -o 内部看板.html
    """
    from xuncha.dashboard.content import content, render  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.paper.own import remark  # noqa: PLC0415

    found, events, templates = call.ledger(), call.history_if_any(), call.templates()
    with screen.patience(_("Making the dashboard")):
        page = render(content(found, events, call.today, internal=internal), templates).encode()
    said = _("The dashboard is in {path}.")
    if internal:
        said = _("The dashboard is in {path}. It is internal: do not publish it.")
    deliver(page, remark(templates), output, call.root, said)


@command("calendar")
def calendar(
    call: Context,
    output: Annotated[Path, option("-o --output FILE", _("Write it to a file, whole or not at all"))],
    office: options.OfOffice = None,
    leader: options.OfLeader = None,
    closed: bool = optional(
        "--closed",
        _("Also what was closed before its time limit, as cancelled, to import over an older file"),
    ),
) -> None:
    """Write what is due as a calendar file (iCalendar): time limits, and the next look at what is kept up.

    It is internal: it names leaders and offices, and holds what is withheld.

    Examples:
        xuncha calendar -o deadlines.ics
        xuncha calendar -o 规划科.ics --office 规划科
    """
    from xuncha import deadlines  # noqa: PLC0415  dates and their words are for this command alone

    found = call.register()
    office, leader = selection.known(found, office=office, leader=leader)
    workdays = deadlines.Workdays()
    rows = deadlines.entries(found, call.today, workdays, office=office, leader=leader, closed=closed)
    whose = "，".join(filter(None, [office, leader]))
    save(deadlines.ics(found.frame, rows, call.today, workdays.last_year, whose), output, call.root)
    if unchecked := [row.measure.id for row in rows if row.unchecked]:
        said = ngettext(
            "the days off are known up to {year}: whether {n} day is a working day was not checked ({ids})",
            "the days off are known up to {year}: whether {n} days are working days was not checked ({ids})",
            len(unchecked),
        )
        named = _(", ").join(unchecked[:_NAMED]) + (" …" if len(unchecked) > _NAMED else "")
        hint = _("once the days off of the next year are announced: {hint}")
        screen.warning(
            said.format(year=workdays.last_year, n=len(unchecked), ids=named),
            hint.format(hint=how_to_add("office", upgrade=True)),
        )
    said = ngettext(
        "The calendar is in {path}: {n} entry. It is internal.",
        "The calendar is in {path}: {n} entries. It is internal.",
        len(rows),
    )
    screen.line(said.format(path=output, n=len(rows)))


_PLAN_FORMS: Final = (*FORMS, TABLES)


@group("report")
def report() -> None:
    """Write internal papers: the weekly report, the dispatch, the plan, the report on progress, letters to offices, the papers of a case.

    Examples:
        xuncha report weekly
        xuncha report plan -f docx -o plan.docx
    """


@command("report", "weekly")
def weekly(
    call: Context,
    since: str | None = optional(
        "--since DATE", _("The first day of the report; else that of seven days, today the last of them")
    ),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the weekly report: what was done, what is due, what is overdue, what to look at again.

    It names leaders and offices, and tells entries that are not published.

    Examples:
        xuncha report weekly
        xuncha report weekly --since 2024-04-11 -f docx -o weekly.docx
    """
    from xuncha.report import weekly as room  # noqa: PLC0415
    from xuncha.store.loading import comments  # noqa: PLC0415

    if not as_json:
        check(form, FORMS, output, "weekly")
    first = typed.past_day(since, "--since", call.today) if since else room.first_day(call.today)
    ledger, events = call.ledger(), call.history_if_any()
    earlier = _earlier(call, first, room.recorded(events, first, call.today))
    report = room.weekly(ledger, call.today, first, events, earlier, comments(call.source()).values())
    told = room.as_json(report, ledger) if as_json else None
    deliver_paper(call, "report.weekly", form, output, told, report=report)


@command("report", "dispatch")
def dispatch(
    call: Context, form: options.Form = "txt", output: options.Output = None, as_json: options.Json = False
) -> None:
    """Write the dispatch: how the offices stand against each other, and what needs attention.

    Examples:
        xuncha report dispatch
        xuncha report dispatch -f docx -o dispatch.docx
    """
    from xuncha.report import dispatch as room  # noqa: PLC0415

    if not as_json:
        check(form, FORMS, output, "dispatch")
    ledger = call.ledger()
    report = room.dispatch(ledger, call.today)
    told = room.as_json(report, ledger) if as_json else None
    deliver_paper(call, "report.dispatch", form, output, told, report=report)


@command("report", "plan")
def plan(
    call: Context,
    day: str | None = optional(
        "--date DATE",
        _("The day of the plan; else `papers.plan_date`, else the day on which the last measure was entered"),
    ),
    form: Annotated[str, options.form(_PLAN_FORMS)] = "txt",
    output: options.Output = None,
) -> None:
    """Write the rectification plan: who leads, and the lists of problems, tasks and responsibilities.

    Where nothing tells the day of the plan, its line is left out.

    Examples:
        xuncha report plan -f docx -o plan.docx
        xuncha report plan -f xlsx -o plan.xlsx
    """
    from xuncha.report.plan import plan as content  # noqa: PLC0415

    check(form, _PLAN_FORMS, output, "plan")
    ledger = call.ledger()
    made = typed.past_day(day, "--date", call.today) if day else ledger.settings.papers.plan_date
    deliver_paper(
        call, "report.plan", form, output, report=content(ledger, call.today, made or _entered(call))
    )


@command("report", "progress")
def progress(
    call: Context,
    number: str | None = optional("--number NUMBER", _("The number of the report; else none is printed")),
    signer: str | None = optional("--signer NAME", _("Who has signed it off; else `papers.signer`")),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the report on progress to the inspection office: each problem, what is unfinished and why, what comes next.

    What the first responsible person did stands in `papers.head_work`. The report tells what is withheld from the public.

    Examples:
        xuncha report progress
        xuncha report progress -f docx -o progress.docx
    """
    from xuncha.report import progress as room  # noqa: PLC0415

    if not as_json:
        check(form, FORMS, output, "progress")
    ledger = call.ledger()
    report = room.progress(ledger, call.today, call.history_if_any(), number, signer)
    told = room.as_json(report, ledger) if as_json else None
    deliver_paper(call, "report.progress", form, output, told, report=report)


@command("report", "letter")
def letter(
    call: Context,
    kind: Annotated[str, argument("KIND", _("reminder, supervision or warning"), [*names.LETTERS])],
    identities: list[str] | None = optional(
        "ID", _("Measures of one office, such as 2.3 2.4"), options.measures
    ),
    office: str | None = optional(
        "--office NAME",
        _("All that this office is late with or has soon due; of a warning, what it is late with"),
        options.offices,
    ),
    number: str | None = optional("--number NUMBER", _("The number of the letter; else none is printed")),
    signer: str | None = optional("--signer NAME", _("Who has signed it off; else `papers.signer`")),
    copies: str | None = optional("--copies NAMES", _("Who is given copies; else `papers.copies`")),
    send: str | None = optional(
        "--send WAY",
        _("Send it: email, to the accounts of the office; or group, of WeCom or DingTalk"),
        [*names.WAYS],
    ),
    form: options.Form = "txt",
    output: options.Output = None,
) -> None:
    """Write a letter to an office: a reminder, a supervision notice, or a warning of what is overdue.

    The variables XUNCHA_SMTP and XUNCHA_WEBHOOK say through which server or robot it is sent (docs/desk.md).

    Examples:
        xuncha report letter reminder 2.3
        xuncha report letter supervision --office 规划科 -f docx -o letter.docx
    """
    from xuncha.report.letter import letter as content  # noqa: PLC0415

    which = typed.word(kind, "KIND", names.LETTERS)
    check(form, FORMS, output, "letter")
    if bool(identities) == (office is not None):
        message = _("a letter is on measures or on those of an --office, one of the two")
        raise UsageError("usage", message, _("see `xuncha report letter --help`"))
    ledger = call.ledger()
    to = selection.known(ledger.register(), office=office, leader=None)[0] or [
        typed.measure(each, ledger.measures) for each in identities or ()
    ]
    told = content(ledger, call.today, which, to, number=number, signer=signer, copies=copies)
    if send is not None:
        _send(call, typed.word(send, "--send", names.WAYS), which, told)
    if send is None or output is not None:
        deliver_paper(call, f"letter.{which}", form, output, letter=told)


def _send(call: Context, way: str, kind: str, letter: Letter) -> None:
    from xuncha.accounts import sending  # noqa: PLC0415
    from xuncha.accounts.book import Accounts  # noqa: PLC0415

    to = sending.addresses(Accounts(call.root).all(), letter.office) if way == "email" else ()
    called = names.LETTERS[kind][1]
    text = paper(call, f"letter.{kind}", "txt", letter=letter)[0].decode()
    if way == "email":
        subject = f"{letter.organisation}{called}：{letter.office}"
        word = paper(call, f"letter.{kind}", "docx", letter=letter)[0]
        sending.mail(to, subject, text, (f"{called}.docx", word))
        screen.line(_("Sent to {names}.").format(names=_(", ").join(to)))
    else:
        sending.post(text)
        screen.line(_("Sent to the group."))


def _entered(call: Context) -> date | None:
    """Return the day on which the last measure was entered, as far as git tells it."""
    from xuncha.trail.history import last_entered  # noqa: PLC0415
    from xuncha.trail.repository import git_dir  # noqa: PLC0415

    try:
        day = last_entered(call.root) if git_dir(call.root) else None
    except SurroundingsError:  # a plan without its day is better than none
        return None
    return date.fromisoformat(day) if day else None


def _earlier(call: Context, since: date, wanted: set[Identity]) -> Mapping[Identity, Measure]:
    """Return measures as they stood before a day, without those that cannot be known."""
    from xuncha.store.loading import records_of  # noqa: PLC0415
    from xuncha.trail.tree import Tree, commit_at  # noqa: PLC0415

    if not wanted or since <= date.min:
        return {}
    try:
        commit = commit_at(call.root, (since - timedelta(days=1)).isoformat())
    except RefusedError:  # there was no ledger yet
        return {}
    return records_of(Tree(call.root, commit), wanted)
