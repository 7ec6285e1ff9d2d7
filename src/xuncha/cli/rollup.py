"""Many ledgers side by side: rollup."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import deliver, must_be_free
from xuncha.cli.options import optional
from xuncha.cli.papers import FORMS, give, paper_for
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.names import Words
from xuncha.parts import needs
from xuncha.requests import typed

if TYPE_CHECKING:
    from xuncha.region.rollup import Asked, Rollup

"""Of documents that a roll-up gives."""
FAILURES: Final[Words] = {
    "overdue": ("逾期",),
    "audit": ("审计",),
    "missing": ("未报送", "缺报"),
    "broken": ("损坏", "不能读取"),
}


@command("rollup")
def rollup(
    call: Context,
    sources: list[Path] | None = optional(
        "SOURCE", _("A ledger, a clone, an archive, rows (.parquet), region.yaml, or a folder of such")
    ),
    at: str | None = optional("--at DATE", _("As it stood on a day, out of each history")),
    audit: bool = optional("--audit", _("Audit each history, too")),
    trend: bool = optional("--trend", _("Month by month, out of each history")),
    similar: bool = optional(
        "--similar", _("The same problem in many units, by the titles of those that hand in texts")
    ),
    fail_on: list[str] | None = optional(
        "--fail-on WORD",
        _("End with exit code 1 if there is such a unit: overdue, audit, missing or broken"),
        tuple(FAILURES),
    ),
    rank: bool = optional("--rank", _("The best first, instead of the order of the sources")),
    everything: bool = optional("--all", _("Every row, however many there are")),
    engine: str = optional(
        "--engine NAME", _("What counts: duckdb, or a master of Spark such as local[*]"), default="duckdb"
    ),
    init: bool = optional("--init", _("Write a region.yaml of what is found, and count nothing")),
    form: str | None = optional(
        f"-f --format {'|'.join(FORMS)}",
        _("The form, else as FILE is named: parquet is all rows, html a page, docx the notice"),
        FORMS,
    ),
    output: options.Output = None,
    dispatch: bool = optional("--dispatch", _("The dispatch instead of the notice; it is internal")),
    internal: bool = optional(
        "--internal", _("With who supervises, sources, reasons, and titles that are withheld")
    ),
    as_json: options.Json = False,
) -> None:
    """Count many ledgers side by side: problems and measures by unit and group, and what is overdue.

    A unit that handed in nothing, something broken or the same twice is a row that says so; nothing is counted twice.

    Examples:
        xuncha rollup 各单位/
        xuncha rollup region.yaml --json
        xuncha rollup 各单位/ --rank --trend
        xuncha rollup 各单位/ --trend --similar -o 汇总.html
        xuncha rollup 各单位/ -o 通报.docx
        xuncha rollup 各单位/ --init -o region.yaml
    """
    failing = [typed.word(each, "--fail-on", FAILURES) for each in fail_on or ()]
    paper = None if init else paper_for(form, output, dispatch=dispatch, internal=internal, as_json=as_json)
    with needs("region"):
        from xuncha.region.rollup import rolled_up  # noqa: PLC0415  for this command alone
    asked = _asked(call, sources or [Path()], at, audit=audit or "audit" in failing)
    asked = asked._replace(wanted=asked.wanted._replace(trend=trend), similar=similar)
    if output:
        must_be_free(output, output.absolute().parent)
    with contextlib.ExitStack() as stack:
        if engine != "duckdb":
            from xuncha.region.spark import Spark  # noqa: PLC0415

            asked = asked._replace(engine=stack.enter_context(Spark(engine)))
        with screen.progress(_("Reading ledgers"), len(asked.sources)) as tick:
            done, rows = stack.enter_context(rolled_up(asked, tick))
        if init:
            _give_region(done, asked, output)
            return
        content = rows() if paper and paper.form == "parquet" else b""
    if paper:
        give(done, paper, content, asked.base if asked.region else None, as_json=as_json)
    if as_json:
        screen.data(done.as_json())
    elif not paper:
        _show(done, rank=rank, everything=everything)
    if not paper or output:
        _say_others(done)
    raise typer.Exit(1 if set(failing) & done.failures() else 0)


def _asked(call: Context, named: list[Path], at: str | None, *, audit: bool) -> Asked:
    """Find the sources, and read `region.yaml` where there is one among them."""
    from xuncha.region import gathering  # noqa: PLC0415
    from xuncha.region.intake import Wanted  # noqa: PLC0415
    from xuncha.region.rollup import Asked  # noqa: PLC0415

    sources = gathering.named(named)
    plans = [each for each in sources if each.kind == "plan"]
    if len(plans) > 1:
        said = _("there are two plans: {one} and {other}").format(one=plans[0].shown, other=plans[1].shown)
        raise UsageError("usage", said, _("name one region.yaml"))
    region, base = None, Path.cwd()
    if plans:
        from xuncha.region.plan import load  # noqa: PLC0415

        region, base = load(plans[0].path), plans[0].path.parent
        there, addresses = gathering.of_region(region, base)
        with screen.progress(_("Fetching repositories"), len(addresses)) as tick:
            there += gathering.fetched(addresses, tick)
        known = {each.path for each in there}
        sources = [*there, *(each for each in sources if each.path not in known)]
    day = typed.past_day(at, "--at", call.today) if at else region.as_of if region else None
    wanted = Wanted(day or call.today, day if at or (day and day < call.today) else None, audit)
    return Asked([str(each.absolute()) for each in named], sources, region, base, wanted)


def _give_region(done: Rollup, asked: Asked, output: Path | None) -> None:
    from xuncha.region.plan import written  # noqa: PLC0415

    content = written(done.as_region(output.absolute().parent if output else Path.cwd()))
    deliver(content, (), output, output.absolute().parent if output else Path.cwd())
    if asked.region:
        screen.warning(_("a region.yaml was found, and what it says is not in the new one"))


def _show(done: Rollup, *, rank: bool, everything: bool) -> None:
    from xuncha.cli.beyond import beyond_screen  # noqa: PLC0415
    from xuncha.cli.region import rollup_screen  # noqa: PLC0415

    shown = rollup_screen(done, by_rank=rank, everything=everything)
    screen.show(*shown, *beyond_screen(done, everything=everything))


def _say_others(done: Rollup) -> None:
    if done.others:
        said = ngettext(
            "{n} file is nothing that a roll-up reads: {names}",
            "{n} files are nothing that a roll-up reads: {names}",
            len(done.others),
        )
        shown = _(", ").join([*done.others[:3], *["…"] * (len(done.others) > 3)])  # noqa: PLR2004
        screen.warning(said.format(n=len(done.others), names=shown))
