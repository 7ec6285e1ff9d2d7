"""The audit as one page for the inspectors, which needs nothing else: no script, no network."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha import language
from xuncha.audit.anchors import line
from xuncha.audit.catalogue import RULES
from xuncha.chinese.punctuation import full_width_page
from xuncha.model.identity import LEDGER_FILE
from xuncha.paper.templates import rendered
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse
from xuncha.trail.git import Git

if TYPE_CHECKING:
    from xuncha.audit.catalogue import Audit


def render(root: Path, audit: Audit) -> str:
    """Return the page. The template is always the built-in one: the office that is looked into does not lay it out."""
    counts = Counter(finding.code for finding in audit.findings)
    settings = Git(root).blobs([f"{audit.tip}:./{LEDGER_FILE}"])[0] if audit.tip else None
    try:
        organisation = str(parse(settings or b"").get("organisation", ""))
    except UnreadableError:
        organisation = ""
    given = {
        "audit": audit,
        "organisation": organisation,
        "commits": [list(each) for _key, each in groupby(audit.findings, lambda each: each.place.commit)],
        "meanings": [
            (code, count, language.gettext(RULES[code].why)) for code, count in sorted(counts.items())
        ],
        "anchors": [line(anchor) for anchor in audit.anchors],
    }
    return full_width_page(rendered("audit.html.j2", None, given))
