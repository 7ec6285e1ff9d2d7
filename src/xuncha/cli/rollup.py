"""The command `rollup`: count many ledgers side by side."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check_form, check_output, deliver, named_form
from xuncha.cli.options import option, optional
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.language import listed, ngettext
from xuncha.model.names import Words
from xuncha.parts import require_part
from xuncha.requests import readers

if TYPE_CHECKING:
    from xuncha.region.intake import Request
    from xuncha.region.rollup import Rollup

_FORMS: Final = ("parquet", options.TABLES, *options.FORMS)
"""The forms of the documents that a roll-up makes."""
_FAILURES: Final[Words] = {
    "overdue": ("逾期",),
    "audit": ("核验", "审计"),
    "missing": ("未报送", "缺报"),
    "broken": ("损坏", "不能读取"),
}

_FAIL_ON = _("End with exit code 1 if there is such a unit: overdue, audit, missing or broken")
_FailOn = Annotated[list[str] | None, option("--fail-on WORD", _FAIL_ON, tuple(_FAILURES))]
_FORM = _("The format, by default that of FILE: parquet is all rows, html a page, docx the notice")
_Form = Annotated[str | None, option(f"-f --format {'|'.join(_FORMS)}", _FORM, _FORMS)]


@command("rollup")
def rollup(
    call: Context,
    sources: list[Path] | None = optional(
        "SOURCE", _("A ledger, a clone, an archive, rows (.parquet), region.yaml, or a folder of these")
    ),
    at: str | None = optional("--at DATE", _("As of a day, from each history")),
    audit: bool = optional("--audit", _("Also audit each history")),
    trend: bool = optional("--trend", _("Month by month, from each history")),
    similar: bool = optional(
        "--similar", _("The same problem in many units, by the titles of those that hand in texts")
    ),
    fail_on: _FailOn = None,
    rank: bool = optional("--rank", _("The best first, instead of the order of the sources")),
    engine: str = optional(
        "--engine NAME", _("The engine: duckdb, or a Spark master such as local[*]"), default="duckdb"
    ),
    init: bool = optional("--init", _("Write a region.yaml from what is found, and count nothing")),
    form: _Form = None,
    output: options.Output = None,
    dispatch: bool = optional("--dispatch", _("The dispatch instead of the notice; it is internal")),
    internal: bool = optional("--internal", _("With supervisors, sources, reasons, and withheld titles")),
    as_json: options.Json = False,
) -> None:
    """Count many ledgers side by side: problems and measures by unit and group, and what is overdue.

    A unit that handed in nothing, something unreadable or the same twice gets a row that says so; nothing is counted
    twice.

    Examples:
        xuncha rollup 各单位/
        xuncha rollup region.yaml --json
        xuncha rollup 各单位/ --rank --trend
        xuncha rollup 各单位/ --trend --similar -o 汇总.html
        xuncha rollup 各单位/ -o 通报.docx
        xuncha rollup 各单位/ --init -o region.yaml
    """
    failing = [readers.read_word(each, "--fail-on", _FAILURES) for each in fail_on or ()]
    if init:
        _check_new_region(output)
    form = None if init else _form(form, output, dispatch=dispatch, as_json=as_json)
    with require_part("region"):
        from xuncha.region.rollup import roll_up  # noqa: PLC0415  for this command alone
    request = _request(call, sources or [Path()], at)
    request = request._replace(audit=audit or "audit" in failing, trend=trend, similar=similar)
    with contextlib.ExitStack() as stack:
        if engine != "duckdb":
            from xuncha.region.spark import Spark  # noqa: PLC0415

            request = request._replace(engine=stack.enter_context(Spark(engine)))
        with screen.show_activity(_("Reading ledgers"), len(request.sources)) as tick:
            result, rows = stack.enter_context(roll_up(request, tick))
        if init:
            from xuncha.region.plan import written  # noqa: PLC0415

            if request.region:
                screen.warning(_("a region.yaml was found, but its content is not in the new one"))
            # the sources are named relative to the new file
            folder = Path(os.path.normpath(output.absolute())).parent if output else Path.cwd()
            deliver(written(result.as_region(folder)), output)
            return
        content, warnings = rows() if form == "parquet" else b"", list[str]()
    if form and form != "parquet":
        content, warnings = _document(result, form, request, dispatch=dispatch, internal=internal)
    if form:
        message = _("It is in {path}. It is internal: do not publish it.") if internal or dispatch else ""
        deliver(content, output, None if as_json else message, warnings)
    if as_json:
        screen.data(result.as_json())
    elif not form:
        from xuncha.cli.region import rollup_screen  # noqa: PLC0415

        screen.show(*rollup_screen(result, by_rank=rank))
    if not form or output:
        _warn_of_others(result)
    raise typer.Exit(1 if set(failing) & result.failures() else 0)


def _request(call: Context, paths: list[Path], at: str | None) -> Request:
    """Find the sources, and read `region.yaml` if it is one of them."""
    from xuncha.region.intake import Request  # noqa: PLC0415
    from xuncha.region.sources import each_once, fetch, named_sources, region_sources  # noqa: PLC0415

    sources = named_sources(paths)
    plans = [each for each in sources if each.kind == "plan"]
    if len(plans) > 1:
        message = _("there are two plans: {one} and {other}", one=plans[0].label, other=plans[1].label)
        raise UsageError("usage", message, _("name one region.yaml"))
    region, base = None, Path.cwd()
    if plans:
        from xuncha.region.plan import load  # noqa: PLC0415

        region, base = load(plans[0].path), plans[0].path.parent
        if region.as_of and region.as_of > call.today:
            screen.warning(f"{plans[0].label}: as_of: {_('{day} is in the future', day=region.as_of)}")
        planned, addresses = region_sources(region, base)
        with screen.show_activity(_("Fetching repositories"), len(addresses)) as tick:
            planned += fetch(addresses, tick)
        sources = each_once([*planned, *sources])
    day = readers.read_past_day(at, "--at", call.today) if at else region.as_of if region else None
    past = day if at or (day and day < call.today) else None
    return Request([str(each.absolute()) for each in paths], sources, day or call.today, region, base, past)


def _form(form: str | None, output: Path | None, *, dispatch: bool, as_json: bool) -> str | None:
    """Return the form of the document: the named one, else that of the file name; None without a document. Raises UsageError if options contradict each other."""
    suffix = named_form(output)
    form = form or suffix or ("txt" if dispatch and not as_json else None)
    if form is None and output is None:
        return None
    if as_json and output is None:
        hint = _("name a file: {option}", option="-o …")
        raise UsageError("usage", _("--json and {form} would both print to the screen", form=form), hint)
    if form in {suffix, None} and form not in _FORMS:
        message = _("the extension of {path} is not one of the formats", path=output)
        raise UsageError("wrong-suffix", message, _("available: {names}", names=_(", ").join(_FORMS)))
    check_form(form or "", _FORMS, output, "region")
    return form


def _check_new_region(output: Path | None) -> None:
    """Refuse to write a region.yaml over a file, whose groups and supervisors somebody has typed."""
    check_output(output, "yaml")
    if output and output.is_file():
        message = _("{path} cannot be written: {reason}", path=output, reason=_("File exists"))
        raise RefusedError("output-exists", message, _("name another file: {option}", option="-o …"))


def _document(
    result: Rollup, form: str, request: Request, *, dispatch: bool, internal: bool
) -> tuple[bytes, list[str]]:
    """Make a document; the region's own templates are beside region.yaml."""
    from xuncha.paper.own import OwnFiles, on_disk  # noqa: PLC0415
    from xuncha.region.content import region_data  # noqa: PLC0415
    from xuncha.region.documents import make_document  # noqa: PLC0415

    kind = "dispatch" if dispatch else "page" if form == "html" else "notice"
    own = on_disk(request.base) if request.region else OwnFiles({})
    with screen.show_activity(_("Making the document")):
        return make_document(region_data(result, internal=internal), kind, form, own)


def _warn_of_others(result: Rollup) -> None:
    if result.unknown_files:
        message = ngettext(
            "{n} file is nothing that a roll-up reads: {names}",
            "{n} files are nothing that a roll-up reads: {names}",
            len(result.unknown_files),
            names=listed(result.unknown_files, 3),
        )
        screen.warning(message)
