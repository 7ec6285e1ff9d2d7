"""In and out: import and export."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from xuncha.cli import notices, options, screen, typed  # noqa: F401  enters a command of this group
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.deliver import deliver
from xuncha.cli.options import argument, option
from xuncha.cli.understood import doubtful, listed, say_what_is_done
from xuncha.errors import SurroundingsError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import LEDGER_FILE, Identity

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.exchange.drafts import Draft
    from xuncha.workflow.intake import Intake

_MOST_LINES = 400
"""Of a diff on the screen."""


@group("import")
def import_() -> None:
    """Take in what an office has already.

    Examples:
        xuncha import xlsx 台账.xlsx --dry-run
        xuncha import notice 通报.docx my-ledger
    """


@group("export")
def export() -> None:
    """Give out the whole ledger, internal texts included.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """


@command("import", "xlsx")
def import_xlsx(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The workbook (.xlsx, .xlsm)"))],
    folder: Annotated[
        Path | None,
        argument(
            "DIR", _("The folder of a new ledger, or of one that is there; else the nearest one upwards")
        ),
    ] = None,
    dry_run: options.DryRun = False,
    feedback: Annotated[
        str | None, option("--feedback DATE", _("The day of the feedback, for a new ledger"))
    ] = None,
    organisation: Annotated[
        str | None, option("--organisation NAME", _("The inspected organisation, for a new ledger"))
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Take in a ledger that is kept in Excel: into a new folder, or as changes of the ledger that is there.

    Columns are known by their headings, in any order; what cannot be understood is kept as internal text
    and listed.

    Examples:
        xuncha import xlsx 台账.xlsx --dry-run
        xuncha import xlsx 台账.xlsx my-ledger --feedback 2023-11-10
    """
    from xuncha.exchange.entering import Enterer  # noqa: PLC0415
    from xuncha.exchange.sheet.reading import draft_of  # noqa: PLC0415
    from xuncha.exchange.updating import Updater  # noqa: PLC0415
    from xuncha.skeleton import create  # noqa: PLC0415
    from xuncha.store.cache import register  # noqa: PLC0415
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.workflow import intake as taking_in  # noqa: PLC0415

    root, is_there = _target(call, folder)
    day = typed.day(feedback, "--feedback", call.today, past=True) if feedback else None
    if is_there and day is None:
        known = register(root).frame.feedback
        day = date.fromisoformat(known) if known else None
    draft = draft_of(file, day, call.today)
    before: dict[str, bytes | None] = {}
    if not is_there:
        intake = Enterer(draft, call.today).new(file.name, organisation)
        if dry_run:
            create.checked_as_new(root, intake)
        else:
            create.found(root, intake, file.name)
    elif dry_run:
        intake, before = taking_in.proposed(WorkingTree(root), Updater(draft, call.today).changed)
    else:
        intake, before = taking_in.take_in(root, Updater(draft, call.today).changed, file.name)
    if as_json:
        screen.data(_as_json(draft, intake, before, written=not dry_run))
        return
    if dry_run:
        screen.show(*_columns(draft), *doubtful(draft))
    elif n := len(draft.doubts):
        said = ngettext(
            "{n} cell is doubtful; --dry-run shows it.", "{n} cells are doubtful; --dry-run shows them.", n
        )
        screen.line(said.format(n=n))
    for text in _diff(intake, before):
        screen.line(text)
    say_what_is_done(root, draft, intake, is_there=is_there, dry_run=dry_run)


def _target(call: Context, folder: Path | None) -> tuple[Path, bool]:
    """Find the folder of the ledger, and whether one is there."""
    from xuncha.store.files import located  # noqa: PLC0415
    from xuncha.trail.presence import must_be_here  # noqa: PLC0415

    if folder is not None:
        root = located(folder)
    else:
        try:
            root = call.root
        except SurroundingsError as error:
            error.hint = _("to make a new ledger, name a folder for it: xuncha import xlsx FILE my-ledger")
            raise
    if is_there := (root / LEDGER_FILE).exists():
        must_be_here(root)
    return root, is_there


def _as_json(
    draft: Draft, intake: Intake, before: dict[str, bytes | None], *, written: bool
) -> dict[str, Any]:
    return {
        "written": written,
        "problems": len(draft.problems),
        "measures": len(draft.measures),
        "added": [step.id for step in intake.steps if before.get(Identity.parse(step.id).path) is None],
        "changed": [path for path in intake.files if before.get(path) is not None],
        "columns": [column._asdict() for column in draft.columns],
        "doubts": [
            {"sheet": doubt.sheet, "cell": doubt.address, "text": doubt.text, "made": doubt.made}
            for doubt in draft.doubts
        ],
    }


def _columns(draft: Draft) -> list[RenderableType]:
    headings = (_("Sheet"), _("Column"), _("Heading"), _("Taken for"))
    rows = ((each.sheet, each.letter, each.heading, _meaning(each.meaning)) for each in draft.columns)
    return listed(_("Columns"), headings, rows)


def _meaning(word: str) -> str:
    return {
        "identity": _("number of the measure"), "number": _("number"), "category": _("category"), "finding": _("the inspectors' words"),
        "part": _("sub-problem"), "problem": _("problem"), "measure": _("measure"), "goal": _("goal"), "leader": _("leader"), "office": _("office"),
        "co_offices": _("co-responsible offices"), "due": _("time limit"), "closed": _("day of closing"), "progress": _("progress"), "status": _("status"),
        "evidence": _("evidence"), "remark": _("remark, kept as internal text"), "publish": _("whether it may be published"),
    }.get(word, _("nothing known, kept as internal text"))  # fmt: skip


def _diff(intake: Intake, before: dict[str, bytes | None]) -> Iterator[str]:
    """Show what changes in the files that are there, line by line."""
    shown = 0
    for path, content in intake.files.items():
        if (old := before.get(path)) is None:
            continue
        was, becomes = (each.decode("utf-8-sig", "replace").splitlines() for each in (old, content))
        for text in difflib.unified_diff(was, becomes, path, path, n=0, lineterm=""):
            if not text.startswith(("---", "@@")):
                shown += 1
                if shown > _MOST_LINES:
                    yield _("… and more")
                    return
                yield text.removeprefix("+++ ") if text.startswith("+++") else f"  {text}"


@command("export", "xlsx")
def export_xlsx(call: Context, output: options.Output = None) -> None:
    """Write the ledger as an Excel workbook, ready to print: the ledger, the counts, the three lists.

    `import xlsx` gives the same ledger back.

    Examples:
        xuncha export xlsx -o 台账.xlsx
    """
    from xuncha.exchange.sheet.writing import workbook  # noqa: PLC0415

    if output is None:
        message = _("name the file with -o, such as {name}").format(name="-o 台账.xlsx")
        raise UsageError("usage", message, _("see `xuncha export xlsx --help`"))
    ledger = call.ledger()
    with screen.progress(_("Writing"), len(ledger.measures)) as tick:
        content = workbook(ledger, call.today, tick)
    deliver(content, (), output, call.root, _("The ledger is in {path}."))


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
    else:
        content = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        deliver(content.encode(), (), output, call.root, _("The ledger is in {path}."))
