"""The audit as one page for the inspectors, which needs nothing else: no script, no network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from xuncha.audit.anchors import line
from xuncha.audit.catalogue import RULES
from xuncha.chinese.punctuation import full_width_page
from xuncha.paper.templates import built_in
from xuncha.paper.templates import render as fill
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse
from xuncha.trail.git import Git
from xuncha.trail.tags import SHORT

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.audit.catalogue import Audit, Break


@dataclass(frozen=True)
class Found:
    """One finding."""

    id: str
    path: str
    severity: str
    code: str
    message: str


@dataclass(frozen=True)
class Group:
    """The findings of one commit."""

    commit: str
    day: str
    author: str
    found: list[Found]


@dataclass(frozen=True)
class Meaning:
    """What a code means, and how often it was found."""

    code: str
    severity: str
    why: str
    count: int


@dataclass(frozen=True)
class Page:
    """All that the template is given, under the name `audit`."""

    organisation: str
    tip: str
    given: str
    commits: int
    changes: int
    errors: int
    warnings: int
    groups: list[Group]
    meanings: list[Meaning]
    anchors: list[str]


def render(root: Path, done: Audit) -> str:
    """The page. The template is always the built-in one: the office that is looked into does not lay it out."""
    page = Page(
        _organisation(root, done.tip),
        done.tip,
        done.given,
        done.commits,
        done.changes,
        done.errors,
        done.warnings,
        _groups(done.breaks),
        _meanings(done.breaks),
        [line(anchor) for anchor in done.anchors],
    )
    return full_width_page(fill("audit.html.j2", built_in().parent, audit=page))


def _organisation(root: Path, tip: str) -> str:
    """Whose ledger it is, as the last commit says it."""
    content = Git(root).blobs([f"{tip}:./data/ledger.yaml"])[0] if tip else None
    try:
        return str(parse(content).get("organisation", "")) if content else ""
    except UnreadableError:
        return ""


def _groups(breaks: list[Break]) -> list[Group]:
    groups = []
    for commit, found in groupby(breaks, key=lambda each: each.commit):
        each = list(found)
        rows = [Found(one.id or "", one.path, one.severity, one.code, one.message) for one in each]
        groups.append(Group(commit[:SHORT], each[0].date[:10], each[0].author, rows))
    return groups


def _meanings(breaks: list[Break]) -> list[Meaning]:
    counts: dict[str, int] = {}
    for each in breaks:
        counts[each.code] = counts.get(each.code, 0) + 1
    return [
        Meaning(code, RULES[code].severity, RULES[code].why(), count)
        for code, count in sorted(counts.items())
    ]
