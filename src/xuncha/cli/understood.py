"""What was understood of a document that is taken in, and what was done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import PROBLEMS

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from xuncha.exchange.drafts import Draft
    from xuncha.workflow.intake import Intake


def doubtful(draft: Draft) -> list[RenderableType]:
    """What is doubtful, with what was made of it."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    if not draft.doubts:
        return []
    doubts = Table(
        title=_("Doubtful"),
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="dim",
        padding=(0, 1, 0, 0),
    )
    doubts.add_column(_("Place"), overflow="fold")
    doubts.add_column(_("What stands there"), overflow="fold", ratio=1)
    doubts.add_column(_("What was made of it"), overflow="fold", ratio=1)
    for doubt in draft.doubts:
        place = "!".join(part for part in (doubt.sheet, doubt.address) if part)
        doubts.add_row(Text(screen.clean(place)), Text(short(doubt.text)), Text(screen.clean(doubt.made)))
    return [doubts, Text()]


def short(text: str, most: int = 60) -> str:
    """A text on one line, shortened."""
    text = screen.clean(" ".join(text.split()))
    return text if len(text) <= most else f"{text[:most]}…"


def say_what_is_done(root: Path, draft: Draft, intake: Intake, *, is_there: bool, dry_run: bool) -> None:
    """Say how much was understood, and what was written."""
    problems, measures = len(draft.problems), len(draft.measures)
    screen.line(
        _("Understood: {problems} problems, {measures} measures.").format(
            problems=problems, measures=measures
        )
    )
    if dry_run:
        screen.line(_("Nothing was written: this was a dry run."))
    elif not is_there:
        screen.line(_("A ledger is made: {path}").format(path=root))
    elif not intake.files:
        screen.line(_("The ledger says the same already: nothing was changed."))
    else:
        files = [path for path in intake.files if path.startswith(PROBLEMS)]
        screen.line(
            ngettext(
                "{n} file was written, in one commit.", "{n} files were written, in one commit.", len(files)
            ).format(n=len(files))
        )
