"""The command `report`: papers for internal use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.deliver import check_form, deliver
from xuncha.cli.options import FORMS, TABLES, argument, optional
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, UsageError, XunchaError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.requests import readers, selection
from xuncha.system import temporary_folder
from xuncha.trail.repository import git_dir

if TYPE_CHECKING:
    from xuncha.model.records import Ledger, Measure
    from xuncha.report.letter import Letter

_DOSSIER_FORMS: Final = (*FORMS, "zip")
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
        "--since DATE", _("The first day of the report; default: the last seven days, including today")
    ),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the weekly report: what was done, what is due, what is overdue, what to review.

    It names leaders and offices, and includes entries that are not published.

    Examples:
        xuncha report weekly
        xuncha report weekly --since 2024-04-11 -f docx -o weekly.docx
    """
    from xuncha.report import weekly as room  # noqa: PLC0415
    from xuncha.store.loading import all_comments  # noqa: PLC0415

    check_form(form, FORMS, output, "weekly", as_json=as_json)
    first = readers.read_past_day(since, "--since", call.today) if since else room.first_day(call.today)
    ledger, events = call.ledger(), call.history_if_any()
    earlier = _earlier(call, first, room.recorded(events, first, call.today))
    report = room.weekly(ledger, call.today, first, events, earlier, all_comments(call.source()).values())
    _deliver(call, "report.weekly", form, output, as_json and room.as_json(report, ledger), report=report)


@command("report", "dispatch")
def dispatch(
    call: Context, form: options.Form = "txt", output: options.Output = None, as_json: options.Json = False
) -> None:
    """Write the dispatch: how the offices compare, and what needs attention.

    Examples:
        xuncha report dispatch
        xuncha report dispatch -f docx -o dispatch.docx
    """
    from xuncha.report import dispatch as room  # noqa: PLC0415

    check_form(form, FORMS, output, "dispatch", as_json=as_json)
    ledger = call.ledger()
    report = room.dispatch(ledger, call.today)
    _deliver(call, "report.dispatch", form, output, as_json and room.as_json(report, ledger), report=report)


@command("report", "plan")
def plan(
    call: Context,
    day: str | None = optional(
        "--date DATE",
        _("The day of the plan; default: `papers.plan_date`, or else the day the last measure was entered"),
    ),
    form: Annotated[str, options.form(_PLAN_FORMS)] = "txt",
    output: options.Output = None,
) -> None:
    """Write the rectification plan: who leads, and the lists of problems, tasks and responsibilities.

    If the day of the plan is unknown, its line is left out.

    Examples:
        xuncha report plan -f docx -o plan.docx
        xuncha report plan -f xlsx -o plan.xlsx
    """
    from xuncha.report.plan import plan as content  # noqa: PLC0415

    check_form(form, _PLAN_FORMS, output, "plan")
    ledger = call.ledger()
    plan_day = readers.read_past_day(day, "--date", call.today) if day else ledger.settings.papers.plan_date
    report = content(ledger, call.today, plan_day or _last_entry_day(call))
    _deliver(call, "report.plan", form, output, report=report)


@command("report", "progress")
def progress(
    call: Context,
    number: str | None = optional("--number NUMBER", _("The number of the report; default: none")),
    signer: str | None = optional("--signer NAME", _("Who signed it off; default: `papers.signer`")),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the report on progress to the inspection office: each problem, what is unfinished and why, what comes next.

    What the first responsible person did is written in `papers.head_work`. The report includes what is withheld from
    the public.

    Examples:
        xuncha report progress
        xuncha report progress -f docx -o progress.docx
    """
    from xuncha.report import progress as room  # noqa: PLC0415

    check_form(form, FORMS, output, "progress", as_json=as_json)
    ledger = call.ledger()
    report = room.progress(ledger, call.today, call.history_if_any(), number, signer)
    _deliver(call, "report.progress", form, output, as_json and room.as_json(report, ledger), report=report)


@command("report", "letter")
def letter(
    call: Context,
    kind: Annotated[str, argument("KIND", _("reminder, supervision or warning"), [*names.LETTERS])],
    identities: list[str] | None = optional(
        "ID", _("Measures of one office, such as 2.3 2.4"), options.measures
    ),
    office: str | None = optional(
        "--office NAME",
        _("All overdue or soon due measures of this office; for a warning, only the overdue ones"),
        options.offices,
    ),
    number: str | None = optional("--number NUMBER", _("The number of the letter; default: none")),
    signer: str | None = optional("--signer NAME", _("Who signed it off; default: `papers.signer`")),
    copies: str | None = optional("--copies TEXT", _("Who receives copies; default: `papers.copies`")),
    send: str | None = optional(
        "--send WAY",
        _("Send it: email, to the accounts of the office; or group, in WeCom or DingTalk"),
        [*names.LETTER_WAYS],
    ),
    form: options.Form = "txt",
    output: options.Output = None,
) -> None:
    """Write a letter to an office: a reminder, a supervision notice, or a warning of what is overdue.

    The variables XUNCHA_SMTP and XUNCHA_WEBHOOK set the mail server or group robot that sends it (docs/desk.md).

    Examples:
        xuncha report letter reminder 2.3
        xuncha report letter supervision --office 规划科 -f docx -o letter.docx
    """
    from xuncha.report.letter import letter as content  # noqa: PLC0415

    letter_kind = readers.read_word(kind, _("KIND"), names.LETTERS)
    check_form(form, FORMS, output, "letter")
    if bool(identities) == (office is not None):
        message = _("a letter needs either measures or an --office")
        raise UsageError("usage", message, _("see `{path} --help`", path="xuncha report letter"))
    ledger = call.ledger()
    to = selection.full_names(ledger.register(), office=office, leader=None)[0] or [
        readers.read_measure(each, ledger.measures) for each in readers.split_numbers(identities)
    ]
    draft = content(ledger, call.today, letter_kind, to, number=number, signer=signer, copies=copies)
    if send is not None:
        _send(call, readers.read_word(send, "--send", names.LETTER_WAYS), letter_kind, draft)
    if send is None or output is not None:
        _deliver(call, f"letter.{letter_kind}", form, output, letter=draft)


def _send(call: Context, way: str, kind: str, letter: Letter) -> None:
    from xuncha.accounts import sending  # noqa: PLC0415
    from xuncha.accounts.book import Accounts  # noqa: PLC0415

    to = sending.addresses(Accounts(call.root).all(), letter.office) if way == "email" else ()
    title = names.LETTERS[kind][1]
    text = _make(call, f"letter.{kind}", "txt", letter=letter)[0].decode()
    if way == "email":
        subject = f"{letter.organisation}{title}：{letter.office}"
        word = _make(call, f"letter.{kind}", "docx", letter=letter)[0]
        sending.send_mail(to, subject, text, (f"{title}.docx", word))
        screen.line(_("Sent to {names}.", names=_(", ").join(to)))
    else:
        sending.post_to_group(text)
        screen.line(_("Sent to the group."))


@command("report", "closing")
def closing(
    call: Context,
    identities: list[str] | None = optional("ID", _("The measures, such as 2.3 2.4"), options.measures),
    submitted: bool = optional("--submitted", _("All measures with an application to close")),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the application to close, a page for each measure: what was done, what proves it, and room to sign.

    Who applied, returned and closed is shown as a record of the ledger, never as a signature.

    Examples:
        xuncha report closing 2.3 -f docx -o closing.docx
        xuncha report closing --submitted -f pdf -o closing.pdf
    """
    from xuncha.report import closing as room  # noqa: PLC0415

    check_form(form, FORMS, output, "closing", as_json=as_json)
    if bool(identities) == submitted:
        text = _("the application to close needs either measures or --submitted")
        raise UsageError("usage", text, _("see `{path} --help`", path="xuncha report closing"))
    ledger = call.ledger()
    chosen = [readers.read_measure(each, ledger.measures) for each in readers.split_numbers(identities)]
    report = room.closing(ledger, call.today, chosen, call.history_if_any())
    _deliver(call, "report.closing", form, output, as_json and room.as_json(report, ledger), report=report)


@command("report", "dossier")
def dossier(
    call: Context,
    identity: options.Measure,
    form: Annotated[str, options.form(_DOSSIER_FORMS)] = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the dossier of a measure: its record, its evidence with hashes, and every step with who and when.

    In a PDF, pictures and PDF files of its evidence are bound in at the end; a zip contains the paper and all
    evidence files.

    Examples:
        xuncha report dossier 2.3
        xuncha report dossier 2.3 -f pdf -o dossier.pdf
        xuncha report dossier 2.3 -f zip -o dossier.zip
    """
    from xuncha.paper.own import own_warning  # noqa: PLC0415
    from xuncha.report import dossier as room  # noqa: PLC0415

    check_form(form, _DOSSIER_FORMS, output, "dossier", as_json=as_json)
    ledger, measure = _ledger_of(call, identity)
    commit, day, is_changed = _present_state(call)
    events = call.history_if_any(measure)
    report = room.dossier(ledger, day, call.root, measure, events, commit, is_changed=is_changed)
    templates = call.templates()
    form = form if output or not as_json else "txt"
    with temporary_folder() as place:
        with screen.show_activity(_("Making the document")):
            document = room.dossier_file(report, form, call.root, place, templates)
        if output or not as_json:
            warnings = [*document.warnings, *own_warning(templates)]
            deliver(document.content, output, None if as_json else "", warnings)
        if as_json:
            screen.data(room.as_json(document.report, ledger))


def _make(call: Context, name: str, form: str, **values: object) -> tuple[bytes, list[str]]:
    """Make a document from the outline template of this name; return it with the warnings."""
    from xuncha.paper import templates  # noqa: PLC0415

    with screen.show_activity(_("Making the document")):
        return templates.make_file(name, form, call.templates(), **values)


def _deliver(
    call: Context, name: str, form: str, output: Path | None, data: object = None, **values: object
) -> None:
    """Make a document as `_make` does, and deliver it; or print `data`, its values for programs, or both."""
    if output or not data:
        content, warnings = _make(call, name, form, **values)
        deliver(content, output, None if data else "", warnings)
    if data:
        screen.data(data)


def _last_entry_day(call: Context) -> date | None:
    """Return the day on which the last measure was entered, if git knows it."""
    from xuncha.trail.history import last_entry_day  # noqa: PLC0415

    try:
        day = last_entry_day(call.root) if git_dir(call.root) else None
    except SurroundingsError:  # a plan without its day is better than none
        return None
    return date.fromisoformat(day) if day else None


def _earlier(call: Context, since: date, identities: set[Identity]) -> Mapping[Identity, Measure]:
    """Return measures as they were before a day; leave out those that cannot be known."""
    from xuncha.store.loading import load_measures  # noqa: PLC0415
    from xuncha.trail.tree import Tree, commit_at  # noqa: PLC0415

    if not identities or since <= date.min:
        return {}
    try:
        commit = commit_at(call.root, (since - timedelta(days=1)).isoformat())
    except RefusedError:  # there was no ledger yet
        return {}
    return load_measures(Tree(call.root, commit), identities)


def _ledger_of(call: Context, text: str) -> tuple[Ledger, Identity]:
    """Return a measure by its number, and a ledger with it and its problem alone: errors elsewhere, or in its evidence, do not prevent a dossier."""
    from xuncha.model.records import Ledger  # noqa: PLC0415
    from xuncha.store.loading import load_record, load_settings  # noqa: PLC0415

    call.must_be_here()
    source, parsed = call.source(), Identity.parse(text)
    exists = parsed.path in {f"{parsed.folder}/{entry.name}" for entry in source.entries(parsed.folder)}
    identity = readers.read_measure(text, {parsed} if exists else ())
    settings = load_settings(source)
    if settings.settings is None:
        raise InvalidLedgerError(settings.findings)
    problem, measure = load_record(source, Identity(identity.problem)), load_record(source, identity)
    return Ledger(settings.settings, {identity.problem: problem}, {identity: measure}), identity  # type: ignore[dict-item]


def _present_state(call: Context) -> tuple[str, date, bool]:
    """Return the commit (empty outside a repository), the day of the report (the given one, else that of the commit), and whether something is not committed."""
    from xuncha.trail.bundle import FOLDERS  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415
    from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415

    try:
        commit = commit_at(call.root, "HEAD")
    except XunchaError:
        return "", call.today, False
    day = call.today if call.day_is_given else day_of(call.root, commit, "HEAD")
    is_changed = bool(Git(call.root).changed_files(*FOLDERS))
    if is_changed:
        screen.warning(_("the dossier includes changes that are not committed"), _("see `git status`"))
    return commit, day, is_changed
