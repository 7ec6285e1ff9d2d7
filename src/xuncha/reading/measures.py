"""The measures of a problem out of the paragraphs below its heading, and what is said of them: by whom, until when, how far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from xuncha.reading.lines import joined
from xuncha.reading.marks import items, labels
from xuncha.reading.parts import Measure, Words
from xuncha.reading.states import is_state, state, without_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuncha.pages.line import Line
    from xuncha.reading.marks import Label, LabelKind

_OF_ONE_LINE = {"leader", "office", "co_offices", "due"}
"""Labels whose text ends with the line; then goes on what it interrupted."""
_LONGEST_ANNOUNCEMENT = 40
_SEVERAL = re.compile(r"[、，,；;\s]+")
_IN_BRACKETS = re.compile(
    r"[（(【\[](?P<inside>[^（()）【】\[\]]*(?:责任|牵头|时限|期限|完成时间|配合)[^（()）【】\[\]]*[：:][^（()）【】\[\]]*)[）)】\]]"
)


@dataclass
class _Said:
    """A label's text, and where in the source of measures it stands."""

    kind: LabelKind
    place: int
    line: Line


@dataclass
class _Pieces:
    """The paragraphs below a heading, told apart by their labels."""

    before: list[Line] = field(default_factory=list)
    """What no label precedes."""
    source: list[Line] = field(default_factory=list)
    said: list[_Said] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How long the source is, its lines joined by line feeds."""
        return sum(len(line.text) + 1 for line in self.source)


def measures(lines: Sequence[Line]) -> tuple[list[Measure], str | None]:
    """The measures below a heading.

    Args:
        lines: the paragraphs, with what follows the heading in its own paragraph first.

    Returns:
        The measures, and what is said of the problem before them.
    """
    if not lines:
        return [], None
    pieces = _pieces(joined(lines, "\n"))
    if not pieces.source:
        pieces.source, pieces.before = pieces.before, []
    if not pieces.source:
        _take_results(pieces)
    if not pieces.source:
        return [], None
    source = joined(pieces.source, "\n")
    found = items(source.text)
    texts = [(item.start, source.part(item.start, item.end)) for item in found] or [(0, source)]
    drafts = [(start, _measure(line)) for start, line in texts if line]
    intro = source.part(0, found[0].begin) if found else None
    before = [line.text for line in pieces.before] + (
        [intro.text] if intro and not _announces(intro.text) else []
    )
    said = [each.line.text for each in pieces.said if each.kind == "finding"]
    return _with_said(drafts, pieces.said), "\n".join([*before, *said]) or None


def _announces(text: str) -> bool:
    return len(text) <= _LONGEST_ANNOUNCEMENT and text.endswith(("：", ":"))


def _take_results(pieces: _Pieces) -> None:
    """Where there are results alone, they are what was done."""
    pieces.source = [each.line for each in pieces.said if each.kind in {"result", "next"}]
    pieces.said = [each for each in pieces.said if each.kind not in {"result", "next"}]


def _pieces(text: Line) -> _Pieces:
    """Tell paragraphs apart by their labels."""
    found = _Pieces()
    marks = [label for label in labels(text.text) if _stands_alone(text.text, label)]
    _take(found, None, text.part(0, marks[0].begin if marks else None))
    current: LabelKind | None = None
    ends = [mark.begin for mark in marks[1:]] + [len(text.text)]
    for mark, end in zip(marks, ends, strict=False):  # without marks there is one end all the same
        if mark.kind in _OF_ONE_LINE:
            line_end = text.text.find("\n", mark.start, end)
            stop = line_end if line_end >= 0 else end
            _take(found, mark.kind, text.part(mark.start, stop))
            _take(found, current, text.part(stop, end))
        else:
            current = mark.kind
            _take(found, mark.kind, text.part(mark.start, end))
    return found


def _stands_alone(text: str, label: Label) -> bool:
    """Whether a label heads what follows it, rather than being said within a sentence or in brackets.

    Who answers for something is said in a line of its own, or in one that begins with a label.
    """
    before = text[label.begin - 1] if label.begin else "\n"
    if before in "（(，,、":
        return False
    if before == "\n" or label.kind not in _OF_ONE_LINE:
        return True
    paragraph = text.rfind("\n", 0, label.begin) + 1
    return next(labels(text[paragraph : label.start])).begin == 0


def _take(found: _Pieces, kind: LabelKind | None, line: Line | None) -> None:
    if line is None:
        return
    if kind is None:
        found.before.append(line)
    elif kind == "measures" and not (is_state(line.text) and found.source):
        found.source.append(line)
    else:
        found.said.append(_Said(kind if kind != "measures" else "state", found.length, line))


def _measure(line: Line) -> Measure:
    """A measure, with what its own words say in brackets at their end."""
    text, of_state = without_state(line.text)
    found = Measure(Words("", line.line, line.column))
    match = _IN_BRACKETS.search(text)
    if match and not text[match.end() :].strip("。；;"):
        said, text = match["inside"], text[: match.start()] + text[match.end() :]
    else:
        begin = next((label.begin for label in labels(text) if label.kind in _OF_ONE_LINE), len(text))
        said, text = text[begin:], text[:begin]
    if said:
        for label, value in _labelled(said):
            found = _told(found, label, value)
        text, again = without_state(text.rstrip("（( "))
        of_state = of_state or again
    if of_state:
        found = replace(found, status=of_state.status, long_term=of_state.long_term or found.long_term)
    return replace(found, text=found.text._replace(text=_ended(text) or line.text))


def _ended(text: str) -> str:
    """A measure without the mark that only parts it from the next one."""
    return text.rstrip("；;，,、\n ")


def _labelled(text: str) -> list[tuple[LabelKind, str]]:
    marks = list(labels(text))
    ends = [mark.begin for mark in marks[1:]] + [len(text)]
    return [
        (mark.kind, text[mark.start : end].strip("；;，, 。")) for mark, end in zip(marks, ends, strict=False)
    ]


def _with_said(drafts: list[tuple[int, Measure]], said: Sequence[_Said]) -> list[Measure]:
    """The measures with what labels say: of all of them where a label is there once, else of the one before it."""
    done = [measure for _start, measure in drafts]
    for each in said:
        alone = sum(other.kind == each.kind for other in said) == 1
        before = [number for number, (start, _measure) in enumerate(drafts) if start < max(each.place, 1)]
        last = before[-1] if before else 0
        if each.kind in {"result", "next"}:
            _add_results(done, each.line, range(len(done)) if alone else [last])
        elif each.kind != "finding":
            for number in range(len(done)) if alone else [last]:
                done[number] = _told(done[number], each.kind, each.line.text)
    return done


def _add_results(done: list[Measure], line: Line, of: Sequence[int]) -> None:
    """Add what came of the measures: to each its own where there are as many, else to the last."""
    results = [line.text[item.start : item.end].strip() for item in items(line.text)]
    if len(results) != len(of):
        results, of = [line.text], of[-1:]
    for number, result in zip(of, results, strict=True):
        text = done[number].text.text
        stop = "" if text.endswith(tuple("。！？；：…")) else "。"
        done[number] = replace(
            done[number], text=done[number].text._replace(text=text + stop + _ended(result))
        )


def _told(measure: Measure, kind: LabelKind, value: str) -> Measure:
    """A measure with what a label says of it."""
    value = value.strip("；;，,。 \u3000")
    if not value:
        return measure
    names = [name for name in _SEVERAL.split(value) if name] or [value]
    said: dict[str, Any] = {}
    match kind:
        case "leader" | "goal":
            said = {kind: value}
        case "office":
            said = {"office": names[0], "co_offices": (*measure.co_offices, *names[1:])}
        case "co_offices":
            said = {"co_offices": (*measure.co_offices, *names)}
        case "due":
            said = {"due": value}
        case "state" if found := state(value):
            said = {"status": found.status, "long_term": found.long_term or measure.long_term}
    return replace(measure, **said) if said else _with_text(measure, value)


def _with_text(measure: Measure, more: str) -> Measure:
    """A measure with words that are not understood, which are kept."""
    return replace(measure, text=measure.text._replace(text=f"{measure.text.text}\n{more}"))
