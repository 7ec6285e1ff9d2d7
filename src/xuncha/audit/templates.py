"""The commits that bring templates of the ledger's own: what a document says may stand in one of them, and not in the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.places import link, no_file
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
    """Name each commit that adds or changes a template, or a link; a merge only where it brings what no side of it had."""
    seen: set[replay.Touched] = set()
    for commit in replay.touching(root, FOLDER):
        for touched in commit.touched:
            if touched.blob and (len(commit.parents) < 2 or touched not in seen):  # noqa: PLR2004
                place = HistoryPlace.of(commit, touched.path)
                if said := no_file(touched.path, touched.mode):
                    yield link.at(place, said)
                elif is_template(touched.path):
                    said = _("the ledger's own {path} came or changed").format(path=touched.path)
                    yield OWN_TEMPLATE.at(place, said)
            seen.add(touched)
