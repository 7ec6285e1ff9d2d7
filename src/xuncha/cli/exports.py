"""Giving out the whole ledger: export."""

from __future__ import annotations

from pathlib import Path

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.deliver import deliver, must_be_free
from xuncha.cli.options import optional
from xuncha.cli.understood import doubtful
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.requests import selection


@group("export")
def export() -> None:
    """Give out the whole ledger, internal texts included.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """


@command("export", "xlsx")
def export_xlsx(call: Context, output: options.Output = None) -> None:
    """Write the ledger as an Excel workbook, ready to print: the ledger, the counts, the three lists.

    `import table` gives the same ledger back.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """
    from xuncha.exchange.sheet.writing import workbook  # noqa: PLC0415

    if output is None:
        message = _("name the file with -o, such as {name}").format(name="-o 台账.xlsx")
        raise UsageError("usage", message, _("see `xuncha export xlsx --help`"))
    ledger = call.ledger()
    with screen.patience(_("Writing")):
        content = workbook(ledger, call.today)
    deliver(content, (), output, call.root, _("The ledger is in {path}."))


@command("export", "table")
def export_table(
    call: Context,
    file: Path | None = optional(
        "FILE", _("The office's own workbook (.xlsx, .xlsm) or Word document (.docx), which stays as it is")
    ),
    form: str | None = optional("--form NAME", _("Fill it by this form of data/forms")),
    office: options.OfOffice = None,
    output: options.Output = None,
) -> None:
    """Fill the office's own table with what the ledger says now; without one, write a table to be filled in.

    Rows are found by their numbers and titles; a cell that says the same already is not touched, and
    importing the filled table changes nothing. To a table in Word rows are added for measures that it lacks; with
    --office, for those of this office alone.

    Examples:
        xuncha export table --office 规划科 -o 规划科.xlsx
        xuncha export table 月报.xlsx --form 月报 -o 月报（已填）.xlsx
        xuncha export table 台账.docx --form 台账 -o 台账（已填）.docx
    """
    from xuncha.cli.imports import wanted  # noqa: PLC0415
    from xuncha.exchange.sheet.filling import filled  # noqa: PLC0415
    from xuncha.exchange.sheet.writing import office_workbook  # noqa: PLC0415

    if output is None:
        message = _("name the file with -o, such as {name}").format(name="-o 月报.xlsx")
        raise UsageError("usage", message, _("see `xuncha export table --help`"))
    chosen, _leader = selection.known(call.register(), office=office, leader=None)
    if file is None:
        table = office_workbook(call.ledger(), chosen, call.today)
        deliver(table, (), output, call.root, _("The table is in {path}."))
        return
    if output.exists() and output.samefile(file):
        said = _("{path} is the table that is filled, and stays as it is").format(path=output)
        raise RefusedError("output-is-input", said, _("name another file: {option}").format(option="-o FILE"))
    content, draft = filled(file, wanted(call, call.root, form=form), call.ledger(), chosen)
    deliver(content, (), output, call.root, _("The filled table is in {path}."))
    screen.show(*doubtful(draft))


@command("export", "csv")
def export_csv(call: Context, output: options.Output = None) -> None:
    """Write a row for each measure, for spreadsheet programs.

    Examples:
        xuncha export csv -o 台账.csv
    """
    from xuncha.exchange.sheet.layout import as_csv  # noqa: PLC0415

    deliver(as_csv(call.ledger()).encode(), (), output, call.root, _("The ledger is in {path}."))


@command("export", "json")
def export_json(call: Context, output: options.Output = None) -> None:
    """Write all of it as JSON, for programs.

    Examples:
        xuncha export json -o ledger.json
    """
    import json  # noqa: PLC0415

    from xuncha.exchange.sheet.layout import as_json  # noqa: PLC0415

    whole = as_json(call.ledger())
    if output is None:
        screen.data(whole)
        return
    content = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    deliver(content.encode(), (), output, call.root, _("The ledger is in {path}."))


@command("export", "rows")
def export_rows(
    call: Context,
    output: options.Output = None,
    texts: bool = optional("--texts", _("With the titles of problems and measures")),
    audit: bool = optional("--audit", _("With what the audit of the history has found")),
) -> None:
    """Write what counting needs as rows (Parquet), to be handed in for a roll-up: a row a measure, without texts.

    Neither titles nor names nor findings are in it, unless --texts asks for titles; offices are numbers.

    Examples:
        xuncha export rows -o 水务局.parquet
        xuncha export rows --audit -o 水务局.parquet
    """
    if output is None:
        message = _("name the file with -o, such as {name}").format(name="-o 水务局.parquet")
        raise UsageError("usage", message, _("see `xuncha export rows --help`"))
    must_be_free(output, call.root)
    from xuncha.region.handing_in import as_parquet  # noqa: PLC0415

    ledger = call.ledger()
    with screen.patience(_("Replaying the history") if audit else _("Writing")):
        content = as_parquet(ledger, call.root, call.today, texts=texts, audit=audit)
    deliver(content, (), output, call.root, _("The rows are in {path}."))
