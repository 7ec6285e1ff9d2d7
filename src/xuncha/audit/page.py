"""The audit as one page for the inspectors, which needs nothing else: no script, no network."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha import language
from xuncha.audit.anchors import line
from xuncha.audit.catalogue import RULES
from xuncha.audit.replayed import read
from xuncha.chinese.characters import without_unsafe
from xuncha.chinese.punctuation import full_width_page
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.source import LARGEST
from xuncha.paper.templates import rendered
from xuncha.trail.contents import stored
from xuncha.trail.git import Git

if TYPE_CHECKING:
    from xuncha.audit.catalogue import Audit


def render(root: Path, audit: Audit) -> str:
    """Return the page. The template is always the built-in one: the office that is looked into does not lay it out."""
    counts = Counter(finding.code for finding in audit.findings)
    names = [f"{audit.tip}:./{LEDGER_FILE}"] if audit.tip else []
    settings = [each.content for each in stored(Git(root), names, LARGEST)]
    organisation = str(read(settings[0] if settings else b"").get("organisation", ""))
    given = {
        "audit": audit,
        "organisation": organisation,
        "commits": [list(each) for _key, each in groupby(audit.findings, lambda each: each.place.commit)],
        "meanings": [
            (code, count, language.gettext(RULES[code].why)) for code, count in sorted(counts.items())
        ],
        "anchors": [line(anchor) for anchor in audit.anchors],
    }
    page = full_width_page(rendered("audit.html.j2", None, given))
    return without_unsafe(page, "\N{REPLACEMENT CHARACTER}")
