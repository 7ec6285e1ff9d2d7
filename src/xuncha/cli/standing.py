"""The lines with which a command that has changed a ledger ends: how it stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.cli.context import Context
    from xuncha.model.register import Register
    from xuncha.tally import Tally
    from xuncha.workflow.perform import Result


def say_counts(call: Context, result: Result) -> None:
    """Say the new counts."""
    counts = say_standing(call, result.register)
    if counts and counts.all_done and result.completed:
        screen.line(_("Everything is complete."))


def say_standing(call: Context, register: Register | None) -> Tally | None:
    """Say in a line how the ledger stands, and return the counts; None where it breaks rules."""
    from xuncha.tally import tally  # noqa: PLC0415

    if register is None:
        screen.warning(_("other files of the ledger break rules"), _("see `xuncha validate`"))
        return None
    counts = tally(register, call.today)
    screen.line(
        _("Problems complete {problems_closed}/{problems}, measures closed {closed}/{measures}").format(
            problems_closed=counts.problems_closed,
            problems=counts.problems,
            closed=counts.closed,
            measures=counts.measures,
        )
    )
    return counts
