"""The commands `import table` and `import notice`: take in what an office has already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from xuncha.chinese.characters import shortened
from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.options import argument, optional
from xuncha.errors import RefusedError, SurroundingsError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.vocabulary import status_name, word_name
from xuncha.requests import readers
from xuncha.store.cache import register
from xuncha.store.files import WorkingTree, absolute
from xuncha.trail.presence import check_files_present

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.exchange.drafts import Draft, MeasureDraft
    from xuncha.exchange.sheet.reading import ReadOptions
    from xuncha.workflow.intake import Intake

_MOST_LINES = 400  # the most lines of changes that are shown


@group("import")
def import_() -> None:
    """Import what an office already has.

    Examples:
        xuncha import table 台账.xlsx --dry-run
        xuncha import notice 通报.docx my-ledger
    """


@command("import", "notice")
def import_notice(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The notice (.txt, .md, .html, .docx)"))],
    folder: Path = optional("DIR", _("The folder of the new ledger; default: this one"), default=Path()),
    dry_run: options.DryRun = False,
    as_json: bool = optional("--json", _("Print what is understood as JSON for programs, and write nothing")),
) -> None:
    """Make a ledger from a published notice: a text, Markdown, a web page or a Word document.

    What the notice does not say stays empty, and what is doubtful is listed.

    Examples:
        xuncha import notice 通报.docx --dry-run
        xuncha import notice 通报.html my-ledger
        xuncha import notice 通报.txt --json
    """
    from xuncha.exchange.notice import draft_of  # noqa: PLC0415
    from xuncha.pages import lines  # noqa: PLC0415
    from xuncha.reading import notice as room  # noqa: PLC0415
    from xuncha.reading.reading import read  # noqa: PLC0415

    notice = read(lines(file))
    content, draft = room.as_json(notice), draft_of(notice, str(file), call.today)
    if as_json:
        screen.data(content | ({"doubts": _doubts_json(draft)} if dry_run else {}))
        return
    from xuncha.exchange.entry import Enterer  # noqa: PLC0415
    from xuncha.skeleton.create import create_from  # noqa: PLC0415

    intake = Enterer(draft).new(file.name, None)
    create_from(absolute(folder), intake, intake.message(file.name), dry_run=dry_run)
    if dry_run:
        screen.line(intake.files[LEDGER_FILE].decode())
    _print_result(folder, draft, intake, existed=False, dry_run=dry_run)


@command("import", "xlsx", hidden=True)
@command("import", "table")
def import_table(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The table (.xlsx, .xls, .ods, .csv, .docx, .html)"))],
    folder: Path | None = optional(
        "DIR", _("The folder of a new or an existing ledger; default: the nearest one upwards")
    ),
    dry_run: options.DryRun = False,
    form: str | None = optional("--form NAME", _("Read it with this form from data/forms")),
    save_form: str | None = optional(
        "--save-form NAME", _("Save how it was read as a form in data/forms, to be edited")
    ),
    columns: list[str] | None = optional(
        "--column HEADING=ROLE", _("What a column contains; may be repeated")
    ),
    partly: bool = optional(
        "--partly", _("Import the rest if the policy of an existing ledger refuses a closing")
    ),
    new: options.New = False,
    as_shown: str | None = optional(
        "--as-shown VALUE", _("Only if the changes are those that --dry-run --json showed with this `digest`")
    ),
    feedback: str | None = optional("--feedback DATE", _("The day of the feedback, for a new ledger")),
    organisation: str | None = optional(
        "--organisation NAME", _("The inspected organisation, for a new ledger")
    ),
    as_json: options.Json = False,
) -> None:
    """Import a table: into a new folder, or as changes to the existing ledger.

    What is certain is imported, and what is doubtful is listed with its cell. --dry-run shows how each column is
    read; --save-form saves that as a form, to be edited and used again.

    Examples:
        xuncha import table 台账.xlsx --dry-run
        xuncha import table 台账.xlsx my-ledger --feedback 2023-11-10
        xuncha import table 月报.xlsx --dry-run --save-form 月报
        xuncha import table 月报.xlsx --column 整改计划=measure
    """
    from xuncha.exchange.entry import Enterer  # noqa: PLC0415
    from xuncha.exchange.sheet.reading import draft_of  # noqa: PLC0415
    from xuncha.skeleton.create import create_from  # noqa: PLC0415
    from xuncha.workflow.intake import apply_plan, preview  # noqa: PLC0415

    root, is_there = _target(call, folder, organisation)
    day = readers.read_day(feedback, "--feedback", call.today, past=True) if feedback else None
    draft = draft_of(file, reading_options(call, root, form=form, day=day, columns=_roles(columns)))
    form_file = _form_file(draft, save_form) if save_form else None
    if form_file and dry_run and not is_there:
        hint = _("leave --dry-run out, or make a ledger first: xuncha init")
        raise UsageError("no-ledger", _("a form is saved in a ledger, but there is none here"), hint)
    if is_there:
        call.warn_of_leftovers()
        enterer = Enterer(draft, root, new_names=new, allow_partial=partly or dry_run)
        if dry_run:
            intake = preview(WorkingTree(root), enterer.changed)
        else:
            intake = apply_plan(root, enterer.changed, file.name, as_shown)
        for error in enterer.refused:
            screen.error(error)
    else:
        intake = Enterer(draft).new(file.name, organisation, day.isoformat() if day else None)
        intake.must_be_as_shown(as_shown)
        create_from(root, intake, intake.message(file.name), dry_run=dry_run)
    if form_file:
        _save_form(root, *form_file)
    if as_json:
        screen.data(import_json(draft, intake, written=not dry_run))
        return
    if form_file:
        screen.line(_("The form is in {path}.", path=form_file[0]))
    if dry_run:
        screen.show(*_columns(draft))
    _print_result(root, draft, intake, existed=is_there, dry_run=dry_run)


def _target(call: Context, folder: Path | None, organisation: str | None) -> tuple[Path, bool]:
    """Return the folder of the ledger, and whether a ledger is in it; refuse an organisation for that."""
    try:
        root = call.root if folder is None else absolute(folder)
    except SurroundingsError as error:
        error.hint = _("to make a new ledger, name a folder for it: xuncha import table FILE my-ledger")
        raise
    if exists := (root / LEDGER_FILE).exists():
        message = _("{path} already contains a ledger", path=root)
        options.refuse_unused(message, {"--organisation": organisation})
        check_files_present(root)
    return root, exists


def _roles(texts: list[str] | None) -> dict[str, str]:
    """Read options of the form `HEADING=ROLE`. Raises UsageError if one is not of that form, or there is no such role."""
    from xuncha.model.forms import ROLES, is_role  # noqa: PLC0415

    roles = {}
    for text in texts or ():
        heading, _equals, role = (part.strip() for part in text.replace("＝", "=").rpartition("="))
        if not heading or not is_role(role):
            message = _("--column: “{text}” is not of the form HEADING=ROLE", text=text)
            raise UsageError(
                "bad-column", message, _("available: {names}", names=_(", ").join([*ROLES, "fields.KEY"]))
            )
        roles[heading] = role
    return roles


def reading_options(
    call: Context, root: Path, *, form: str | None, day: date | None = None, columns: Mapping[str, str] = {}
) -> ReadOptions:
    """Return how a table is to be read: as the options say, and with the fields and forms of the ledger, if there is one."""
    from xuncha.exchange.sheet.reading import ReadOptions  # noqa: PLC0415
    from xuncha.store import forms  # noqa: PLC0415

    source = WorkingTree(root)
    chosen = forms.load_form(source, form) if form else None
    if not (root / LEDGER_FILE).exists():
        return ReadOptions(call.today, day, chosen, columns)
    frame = register(root).frame
    day = day or (date.fromisoformat(frame.feedback) if frame.feedback else None)
    own_forms = tuple(forms.load_forms(source)[0].values())
    return ReadOptions(call.today, day, chosen, columns, frame.fields, own_forms)


def _form_file(draft: Draft, name: str) -> tuple[str, bytes]:
    """Return the path and the content of the form by which a table was read. Raises RefusedError if it was read without one, or the name is impossible."""
    from xuncha.store import forms  # noqa: PLC0415

    if draft.form is None:
        message = _("a workbook made by `export xlsx` is read without a form: none is saved")
        raise RefusedError("no-form", message)
    why = {column.heading: column.reason for column in draft.columns}
    return forms.form_path(name), forms.form_file(draft.form.model_copy(update={"name": name}), why)


def _save_form(root: Path, path: str, content: bytes) -> None:
    """Save a form in a commit of its own."""
    from xuncha.workflow.change import Message, begin  # noqa: PLC0415

    with begin(root) as session:
        if (root / path).exists():
            session.must_be_clean(path)
        if not (root / path).exists() or session.source.read(path) != content:
            session.commit({path: content}, Message(f"保存表格样式 {Path(path).stem}", "import"))


def _columns(draft: Draft) -> list[RenderableType]:
    from xuncha.model.forms import role_name  # noqa: PLC0415

    several = len({column.sheet for column in draft.columns}) > 1
    rows = []
    for each in draft.columns:
        place = f"{each.sheet}!{each.letter}" if several else each.letter
        rows.append((place, each.heading, f"{each.role} {role_name(each.role)}".strip(), each.reason))
    return _table(_("Columns"), (_("Column"), _("Heading"), _("Read as"), _("Why")), rows)


def _differences(intake: Intake) -> Iterator[str]:
    """Yield what changes in the files that exist already, record by record."""
    from xuncha.store.reading import parse  # noqa: PLC0415
    from xuncha.workflow.differences import differences  # noqa: PLC0415

    for path, before in intake.before.items():
        name = Identity.from_path(path) or path
        yield from (f"{name} {text}" for text in differences(parse(before), parse(intake.files[path])))


def _additions(intake: Intake) -> Iterator[str]:
    """Yield the records that are new in the ledger: number, title, office, time limit, status."""
    from xuncha.store.reading import parse  # noqa: PLC0415

    for path in intake.files:
        if (identity := Identity.from_path(path)) and path not in intake.before:
            record = parse(intake.files[path])
            due = record.get("due") or (word_name(record["term"]) if "term" in record else "")
            status = status_name(record["status"]) if "status" in record else ""
            yield "  ".join(
                filter(None, (str(identity), record["title"], record.get("office"), str(due), status))
            )


def _first_lines(texts: Iterator[str]) -> Iterator[str]:
    """Yield the first lines, and whether there are more: each costs reading a record."""
    yield from islice(texts, _MOST_LINES)
    if next(texts, None):
        yield _("… and more")


def _table(title: str, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[RenderableType]:
    """Return rows as a table with a title; nothing if there are no rows."""
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import Column, Columns  # noqa: PLC0415

    table = Columns(*[Column()] * len(headings), headings=headings)
    table.rows += rows
    return [Text(title, "italic"), table, Text()] if rows else []


def doubts_table(draft: Draft) -> list[RenderableType]:
    """Return a table of the doubts: the place, the text, and what was made of it."""
    rows = [(doubt.place, shortened(doubt.text, 60), doubt.message) for doubt in draft.sorted_doubts()]
    return _table(_("Doubtful"), (_("Place"), _("Content"), _("How handled")), rows)


def _doubts_json(draft: Draft) -> list[dict[str, str]]:
    """Return the doubts, for programs."""
    return [
        {"place": doubt.place, "text": doubt.text, "message": doubt.message}
        for doubt in draft.sorted_doubts()
    ]


def import_json(draft: Draft, intake: Intake, *, written: bool) -> dict[str, Any]:
    """Return what was understood and done, for programs."""
    from xuncha.model.records import Measure  # noqa: PLC0415

    def measure(each: MeasureDraft) -> dict[str, Any]:
        values = {key: each.record.get(key) for key in Measure.model_fields}
        return {**values, "status": each.status, "place": each.place}

    return {
        "form": draft.form.model_dump() if draft.form else None,
        "problems": [
            {
                "title": problem.record["title"],
                "category": problem.category or None,
                **{key: problem.record.get(key) for key in ("finding", "fields")},
                "place": problem.place,
                "measures": [measure(each) for each in problem.measures],
            }
            for problem in draft.problems
        ],
        "doubts": _doubts_json(draft),
        "written": written,
        "added": [step.id for step in intake.steps if Identity.parse(step.id).path not in intake.before],
        "digest": intake.digest(),
        "changed": list(intake.before),
        "differences": [*_first_lines(_differences(intake))],
    }


def _print_result(root: Path, draft: Draft, intake: Intake, *, existed: bool, dry_run: bool) -> None:
    """Print the doubts, what changes, how much was understood, and what was written."""
    screen.show(*doubts_table(draft))
    for text in _first_lines(chain(_differences(intake), _additions(intake) if dry_run else ())):
        screen.line(text)
    text = _("Understood: {problems} problems, {measures} measures.")
    screen.line(text.format(problems=len(draft.problems), measures=len(draft.measures)))
    if dry_run:
        screen.line(_("Nothing was written: this was a dry run."))
    elif not existed:
        screen.line(_("A ledger is made: {path}", path=root))
    elif not intake.files:
        screen.line(_("The ledger already says the same: nothing was changed."))
    else:
        n = sum(path.startswith(PROBLEMS) for path in intake.files)
        screen.line(
            ngettext("{n} file was written, in one commit.", "{n} files were written, in one commit.", n)
        )
