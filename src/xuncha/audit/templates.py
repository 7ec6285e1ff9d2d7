"""The commits that bring templates of the ledger's own: what a document says may stand in one of them, and not in the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.language import gettext as _
from xuncha.paper.own import FOLDER, is_template
from xuncha.trail import replay

if TYPE_CHECKING:
    from xuncha.errors import Finding

OWN_TEMPLATE: Final = RULES.declare(
    "own-template",
    "note",
    why="A template of the ledger's own can make a notice say what the records do not, such as that all is complete. Read it like a record.",
    wrong="A commit adds or changes `templates/notice.txt.j2`. (This hinders nothing, and `audit --json` does not tell it.)",
)


def remarks(root: Path) -> Iterator[Finding[HistoryPlace]]:
    """Name each commit that adds or changes a template; a merge only where it brings what no side of it had."""
    seen = set()
    for commit in replay.touching(root, FOLDER):
        for touched in commit.touched:
            if not touched.blob or not is_template(touched.path):
                continue
            if len(commit.parents) < 2 or touched not in seen:  # noqa: PLR2004
                place = HistoryPlace(commit.hash, commit.author, commit.date, touched.path)
                yield OWN_TEMPLATE.at(
                    place, _("the ledger's own {path} came or changed").format(path=touched.path)
                )
            seen.add(touched)
