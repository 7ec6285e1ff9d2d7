"""Commands that publish or export: the notice, the dashboard, the calendar, and the whole ledger."""

from __future__ import annotations

import json
from pathlib import Path

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.deliver import check_form, check_output, deliver, named_form
from xuncha.cli.options import FORMS, optional
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.language import listed, ngettext
from xuncha.requests import selection

_LIMIT = 10  # the most measures that a warning names; the entries of the calendar show all of them


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
    """Render the public notice, without anything that is withheld.

    Examples:
        xuncha notice
        xuncha notice -f docx -o notice.docx
        xuncha notice --at 2024-04-18
    """
    check_form(form, FORMS, output, "notice")
    from xuncha.notice.content import content, reported_after  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.notice.render import render  # noqa: PLC0415

    call = call.at(at)
    ledger = call.ledger()
    with screen.show_activity(_("Making the notice")):
        verified = None
        if anchor:
            from xuncha.trail.tags import latest_anchor  # noqa: PLC0415

            verified = latest_anchor(call.root, call.commit or "HEAD")
        document, warnings = render(content(ledger, call.today, verified), form, call.templates())
    if later := reported_after(ledger):
        message = _(
            "`notice.date` is {date}, but the notice prints later progress of {ids}; write the day of issue"
        )
        warnings = [*warnings, message.format(date=ledger.settings.notice.date, ids=_(", ").join(later))]
    deliver(document, output, _("The notice is in {path}."), warnings)


@command("dashboard")
def dashboard(
    call: Context,
    output: options.Output = None,
    internal: bool = optional("--internal", _("With names and withheld items; not for the public")),
) -> None:
    """Render the state of the ledger on one page, without anything that is withheld.

    Examples:
        xuncha dashboard -o index.html
        xuncha dashboard --internal -o 内部看板.html
    """
    check_output(output, "html")
    from xuncha.dashboard.content import content, render  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.paper.own import own_warning  # noqa: PLC0415

    ledger, events, templates = call.ledger(), call.history_if_any(), call.templates()
    with screen.show_activity(_("Making the dashboard")):
        page = render(content(ledger, events, call.today, internal=internal), templates).encode()
    message = _("The dashboard is in {path}.")
    if internal:
        message = _("The dashboard is in {path}. It is internal: do not publish it.")
    deliver(page, output, message, own_warning(templates))


@command("calendar")
def calendar(
    call: Context, output: options.IntoFile, office: options.OfOffice = None, leader: options.OfLeader = None
) -> None:
    """Write what is due as a calendar file (iCalendar): time limits, and the next reviews.

    It is internal: it names leaders and offices, and contains what is withheld.

    Examples:
        xuncha calendar -o deadlines.ics
        xuncha calendar -o 规划科.ics --office 规划科
    """
    check_output(output, "ics")
    from xuncha.deadlines import Workdays, entries, ics  # noqa: PLC0415  for this command alone

    register = call.register()
    office, leader = selection.full_names(register, office=office, leader=leader)
    workdays = Workdays()
    rows = entries(register, call.today, workdays, office=office, leader=leader)
    recipient = "，".join(filter(None, [office, leader]))
    warnings = []
    if unchecked := [row.measure.id for row in rows if row.last_workday is None]:
        message = ngettext(
            "the days off are known up to {year}: whether {n} day is a working day was not checked ({ids})",
            "the days off are known up to {year}: whether {n} days are working days was not checked ({ids})",
            len(unchecked),
            year=workdays.last_year,
            ids=listed(unchecked, _LIMIT),
        )
        warnings.append(message)
    message = ngettext(
        "The calendar is in {path}: {n} entry. It is internal.",
        "The calendar is in {path}: {n} entries. It is internal.",
        len(rows),
        path="{path}",  # `deliver` fills it in
    )
    content = ics(register.frame, rows, call.today, workdays.last_year, recipient)
    deliver(content, output, message, warnings)


@group("export")
def export() -> None:
    """Export the whole ledger, including internal texts.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """


@command("export", "xlsx")
def export_xlsx(call: Context, output: options.IntoFile) -> None:
    """Write the ledger as an Excel workbook, ready to print: the ledger, the counts, the three lists.

    `import table` turns it back into the same ledger.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """
    check_output(output, "xlsx")
    from xuncha.exchange.sheet.writing import workbook  # noqa: PLC0415

    ledger = call.ledger()
    with screen.show_activity(_("Writing")):
        content = workbook(ledger, call.today)
    deliver(content, output, _("The ledger is in {path}."))


@command("export", "table")
def export_table(
    call: Context,
    output: options.IntoFile,
    file: Path | None = optional(
        "FILE", _("The office's own workbook (.xlsx, .xlsm) or Word document (.docx), which is not changed")
    ),
    form: str | None = optional("--form NAME", _("Fill it with this form from data/forms")),
    office: options.OfOffice = None,
) -> None:
    """Fill the office's own table with what the ledger says now; if none is given, write a table to fill in.

    Rows are matched by number and title; a cell that already says the same is not touched, and importing the filled
    table changes nothing. Missing measures are listed; with --office, only those of this office.

    Examples:
        xuncha export table --office 规划科 -o 规划科.xlsx
        xuncha export table 月报.xlsx --form 月报 -o 月报（已填）.xlsx
        xuncha export table 台账.docx --form 台账 -o 台账（已填）.docx
    """
    from xuncha.cli.imports import doubts_table, reading_options  # noqa: PLC0415
    from xuncha.exchange.sheet.filling import fill_table  # noqa: PLC0415
    from xuncha.exchange.sheet.writing import office_workbook  # noqa: PLC0415

    chosen, _leader = selection.full_names(call.register(), office=office, leader=None)
    if file is None:
        check_output(output, "xlsx")
        options.refuse_unused(_("--form says how a table is filled, but none is named"), {"--form": form})
        table = office_workbook(call.ledger(), chosen, call.today)
        deliver(table, output, _("The table is in {path}."))
        return
    if output.exists() and output.samefile(file):
        text = _("{path} is the table to be filled in, and is not changed", path=output)
        raise RefusedError("output-is-input", text, _("name another file: {option}", option="-o …"))
    check_output(output, named_form(output))  # the form of the table is known once it is read
    how = reading_options(call, call.root, form=form)
    content, kind, draft = fill_table(file, how, call.ledger(), chosen)
    check_output(output, kind)
    deliver(content, output, _("The filled table is in {path}."))
    screen.show(*doubts_table(draft))


@command("export", "csv")
def export_csv(call: Context, output: options.Output = None) -> None:
    """Write a row for each measure, for spreadsheet programs.

    Examples:
        xuncha export csv -o 台账.csv
    """
    check_output(output, "csv")
    from xuncha.exchange.sheet.layout import as_csv  # noqa: PLC0415

    deliver(as_csv(call.ledger()).encode(), output, _("The ledger is in {path}."))


@command("export", "json")
def export_json(call: Context, output: options.Output = None) -> None:
    """Write the whole ledger as JSON, for programs.

    Examples:
        xuncha export json -o ledger.json
    """
    check_output(output, "json")
    from xuncha.exchange.sheet.layout import as_json  # noqa: PLC0415

    whole = as_json(call.ledger())
    if output is None:
        screen.data(whole)
        return
    content = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    deliver(content.encode(), output, _("The ledger is in {path}."))


@command("export", "rows")
def export_rows(
    call: Context,
    output: options.IntoFile,
    texts: bool = optional("--texts", _("With the titles of problems and measures")),
    audit: bool = optional("--audit", _("With the numbers of errors and warnings that the audit finds")),
) -> None:
    """Write the data for a roll-up as rows (Parquet), to be handed in: one row per measure, without texts.

    It contains no titles, names or findings (--texts adds the titles); offices are shown as numbers.

    Examples:
        xuncha export rows -o 水务局.parquet
        xuncha export rows --audit -o 水务局.parquet
    """
    check_output(output, "parquet")
    from xuncha.region.files import as_parquet  # noqa: PLC0415

    ledger = call.ledger()
    with screen.show_activity(_("Replaying the history") if audit else _("Writing")):
        content = as_parquet(ledger, call.root, call.today, texts=texts, audit=audit)
    deliver(content, output, _("The rows are in {path}."))
