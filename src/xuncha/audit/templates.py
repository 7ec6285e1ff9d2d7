"""The commits that bring templates of the ledger's own: what a document says may stand in one of them, and not in the records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.places import link, no_file
from xuncha.language import gettext as _
from xuncha.model.source import LARGEST
from xuncha.paper.own import FOLDER, built_in, is_template
from xuncha.trail import replay
from xuncha.trail.contents import stored
from xuncha.trail.git import Git

if TYPE_CHECKING:
    from xuncha.errors import Finding

_CODE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_STATEMENT: Final = re.compile(
    r"[0-9０-９一二三四五六七八九十百]+ ?[个项条]|[0-9０-９.]+ ?[%％]|(?:全部|均已?|全面)(?:完成|整改|销号|办结)[^{}]{0,8}"
)
"""Words by which a document says how many, or that all is done."""
OWN_TEMPLATE: Final = RULES.declare(
    "own-template",
    "note",
    why="A template of the ledger's own can make a notice say what the records do not, such as that all is complete. Read it like a record.",
    wrong="A commit adds or changes `templates/notice.txt.j2`. (This hinders nothing, and `audit --json` does not tell it.)",
)


STATES: Final = RULES.declare(
    "template-states",
    "warning",
    why="A document counts; a template that holds the numbers itself, or says that all is done, says so whatever the records say.",
    wrong="`templates/notice.txt.j2` holds the words 34项措施已全部完成. (What the built-in template of this name says is none of it.)",
)


def remarks(root: Path) -> Iterator[Finding[HistoryPlace]]:
    """Name each commit that adds or changes a template; a merge only where it brings what no side of it had."""
    seen: set[replay.Touched] = set()
    found = []
    for commit in replay.touching(root, FOLDER):
        for touched in commit.touched:
            if touched.blob and (len(commit.parents) < 2 or touched not in seen):  # noqa: PLR2004
                place = HistoryPlace(commit.hash, commit.author, commit.date, touched.path)
                if said := no_file(touched.path, touched.mode):
                    yield link.at(place, said)
                elif is_template(touched.path):
                    found.append((place, touched.blob))
            seen.add(touched)
    contents = {each.name: each.content for each in stored(Git(root), dict.fromkeys(blob for _place, blob in found), LARGEST)}  # fmt: skip
    for place, blob in found:
        yield OWN_TEMPLATE.at(place, _("the ledger's own {path} came or changed").format(path=place.path))
        if stated := _stated(place.path, contents.get(blob, b"")):
            message = _("{path} itself says “{words}”, which a document counts")
            yield STATES.at(place, message.format(path=place.path, words=stated))


def _stated(path: str, content: bytes) -> str:
    """Return what a template states that a document should count; empty where it states nothing, or what the built-in one does."""
    place = built_in() / path.rpartition("/")[2]
    own = place.read_bytes() if place.is_file() else b""
    text, known = (each.decode("utf-8", "replace").splitlines() for each in (content, own))
    lines = (_CODE.sub("", line) for line in text if line not in known)
    return next((match[0] for line in lines if (match := _STATEMENT.search(line))), "")
