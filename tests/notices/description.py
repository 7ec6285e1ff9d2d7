"""Notices described in plain text, in tests/corpus/notices/NAME.notice: text with marks, then further expectations.

    县审计局：措施与责任分列               what it is, for people
    file: docx, table                      kind of file: txt; docx, or one with all of it in a table or in text boxes; html
    === notice                             the paragraphs, one a line; in html `hidden:` is not shown, `bullet:` is a list item
    1.{p 学习不够深入}问题。                marked text is read as …
    一是{m 开展轮训（{s=closed 已完成}）。}
    === truth                              YAML: title, organisation, issuer, inspector, dates, contact, stated, doubts

Marks are {KEY TEXT} or {KEY=VALUE TEXT}. In the order of the text, c is a category's title, p a problem's, t the heading of a part, m a
measure, and + the rest of it (+? where it may be left out; c? where the title may be). Of the last measure, s says the status, l the
leader, o the office, x a co-responsible office, d the time limit as a day; S, L, O, X and D are for every measure of the problem. w is a
paragraph of how the work was organised, n one of what comes next.

`stated` lists the stated counts; no other may be read. For each word in `doubts` one doubt must mention it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from yaml12 import parse_yaml

FOLDER: Final = Path(__file__).parents[1] / "corpus/notices"
TODAY: Final = "2025-12-31"
"""The day on which all of them are read."""
_MARK: Final = re.compile(r"\{(?P<key>[a-zA-Z+]\??)(?:=(?P<value>[^ }]*))? ?|\}")
_OF_MEASURE: Final = {"s": "status", "l": "leader", "o": "office", "x": "co_offices", "d": "due"}


class Marked(NamedTuple):
    """A piece of the text with a mark."""

    start: int
    end: int
    key: str
    value: str | None


@dataclass
class Described:
    """A notice, and what it says."""

    name: str
    about: str
    kind: str
    options: list[str]
    text: str
    """Without marks."""
    truth: dict[str, Any]
    categories: list[dict[str, Any]] = field(default_factory=list)
    work: list[str] = field(default_factory=list)
    next_steps: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[dict[str, Any]]:
        """All problems, in order."""
        return [problem for category in self.categories for problem in category["problems"]]


def notices() -> list[Described]:
    """Read all descriptions."""
    return [read(path) for path in sorted(FOLDER.glob("*.notice"))]


def read(path: Path) -> Described:
    """Read a description.

    Raises:
        ValueError: marks do not match, or one stands where it says nothing.
    """
    head, _mark, rest = path.read_text(encoding="utf-8").partition("=== notice\n")
    marked, _mark, truth = rest.partition("=== truth\n")
    about, kind = head.splitlines()[:2]
    ending, *options = kind.removeprefix("file:").replace(" ", "").split(",")
    text, marks = _without_marks(marked, path.name)
    said: Any = parse_yaml(truth) if truth.strip() else {}
    found = Described(path.stem, about, ending, options, text, said)
    _gather(found, sorted(marks, key=lambda mark: (mark.start, -mark.end)))
    return found


def _without_marks(marked: str, name: str) -> tuple[str, list[Marked]]:
    text, place = "", 0
    open_: list[tuple[int, str, str | None]] = []
    found: list[Marked] = []
    for match in _MARK.finditer(marked):
        text += marked[place : match.start()]
        place = match.end()
        if match["key"]:
            open_.append((len(text), match["key"], match["value"]))
        elif open_:
            start, key, value = open_.pop()
            found.append(Marked(start, len(text), key, value))
        else:
            raise ValueError(f"{name}: {marked[match.start() - 20 : match.end()]}")
    if open_:
        raise ValueError(f"{name}: {open_}")
    return text + marked[place:], found


def _gather(found: Described, marks: list[Marked]) -> None:
    """Build the tree out of the marks."""
    of_all: dict[str, Any] = {}
    part: str | None = None
    for mark in marks:
        text = found.text[mark.start : mark.end]
        key = mark.key
        if key in {"c", "c?"}:
            title: Any = {"either": [text, None]} if key == "c?" else text
            found.categories.append({"title": title, "problems": []})
        elif key == "p":
            if not found.categories:
                found.categories.append({"title": None, "problems": []})
            of_all, part = {}, None
            found.categories[-1]["problems"].append({"title": text, "measures": [], "all": of_all})
        elif key == "t":
            part = text
        elif key in {"w", "n"}:
            {"w": found.work, "n": found.next_steps}[key].append(text)
        elif key.lower() in _OF_MEASURE and key.isupper():
            _say(of_all, key.lower(), mark.value or text)
        else:
            _of_measure(found, mark, marks, part)
    for problem in found.problems:
        of_all = problem.pop("all")
        problem["measures"] = [of_all | measure for measure in problem["measures"]]


def _of_measure(found: Described, mark: Marked, marks: list[Marked], part: str | None) -> None:
    text = found.text[mark.start : mark.end]
    measures = found.problems[-1]["measures"]
    if mark.key == "m":
        inner = [
            each
            for each in marks
            if each.key in _OF_MEASURE and mark.start <= each.start < each.end <= mark.end
        ]
        without = text
        for each in reversed(inner):
            without = without[: each.start - mark.start] + without[each.end - mark.start :]
        measures.append({"texts": [text, without], **({"part": part} if part else {})})
    elif mark.key in {"+", "+?"}:
        measure = measures[-1]
        longer = [each + text for each in measure["texts"]]
        measure["texts"] = longer + (measure["texts"] if "?" in mark.key else [])
    else:
        _say(measures[-1], mark.key, mark.value or text)


def _say(record: dict[str, Any], key: str, value: str) -> None:
    if key == "x":
        record.setdefault("co_offices", []).append(value)
    else:
        record[_OF_MEASURE[key]] = value
