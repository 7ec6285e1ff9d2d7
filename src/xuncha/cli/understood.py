"""What was understood of a document that is taken in, and what was done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.cli import screen
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import PROBLEMS, Identity

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.exchange.drafts import Draft, MeasureDraft
    from xuncha.workflow.intake import Intake


_MOST_DOUBTS = 200  # on the screen; the weightiest come first


def listed(title: str, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[RenderableType]:
    """Show rows as a table with a title; nothing where there are none."""
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import Column, Columns  # noqa: PLC0415

    table = Columns(*[Column()] * len(headings), headings=headings)
    table.rows += rows
    return [Text(title, "italic"), table, Text()] if rows else []


def doubtful(draft: Draft) -> list[RenderableType]:
    """Show what is doubtful, with what was made of it."""
    doubts = draft.weighed()
    rows = [(doubt.place, short(doubt.text), doubt.made) for doubt in doubts[:_MOST_DOUBTS]]
    if len(doubts) > _MOST_DOUBTS:
        more = _("{n} more; --json lists all").format(n=len(doubts) - _MOST_DOUBTS)
        rows.append(("…", "", more))
    return listed(_("Doubtful"), (_("Place"), _("What stands there"), _("What was made of it")), rows)


def doubts_json(draft: Draft) -> list[dict[str, str]]:
    """Return what is doubtful, for programs."""
    return [{"place": doubt.place, "text": doubt.text, "message": doubt.made} for doubt in draft.weighed()]


def as_json(
    draft: Draft, intake: Intake, before: Mapping[str, bytes | None], *, written: bool
) -> dict[str, Any]:
    """Return what was understood and done, for programs."""
    from xuncha.model.records import Measure  # noqa: PLC0415
    from xuncha.workflow.intake import digest  # noqa: PLC0415

    def measure(each: MeasureDraft) -> dict[str, Any]:
        said = {key: each.record.get(key) for key in Measure.model_fields}
        return {**said, "status": each.status, "place": each.place}

    return {
        "form": draft.form.model_dump() if draft.form else None,
        "problems": [
            {
                "title": problem.record["title"],
                "category": problem.category or None,
                "finding": problem.record.get("finding"),
                "fields": problem.record.get("fields"),
                "place": problem.place,
                "measures": [measure(each) for each in problem.measures],
            }
            for problem in draft.problems
        ],
        "doubts": doubts_json(draft),
        "written": written,
        "added": [step.id for step in intake.steps if before.get(Identity.parse(step.id).path) is None],
        "digest": digest(intake, before),
        "changed": [path for path in intake.files if before.get(path) is not None],
    }


def short(text: str, most: int = 60) -> str:
    """Put a text on one line, shortened."""
    text = screen.clean(" ".join(text.split()))
    return text if len(text) <= most else f"{text[:most]}…"


def say_what_is_done(root: Path, draft: Draft, intake: Intake, *, is_there: bool, dry_run: bool) -> None:
    """Say how much was understood, and what was written."""
    told = _("Understood: {problems} problems, {measures} measures.")
    screen.line(told.format(problems=len(draft.problems), measures=len(draft.measures)))
    if dry_run:
        screen.line(_("Nothing was written: this was a dry run."))
    elif not is_there:
        screen.line(_("A ledger is made: {path}").format(path=root))
    elif not intake.files:
        screen.line(_("The ledger says the same already: nothing was changed."))
    else:
        n = sum(path.startswith(PROBLEMS) for path in intake.files)
        told = ngettext("{n} file was written, in one commit.", "{n} files were written, in one commit.", n)
        screen.line(told.format(n=n))
