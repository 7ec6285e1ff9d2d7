"""The measures of a problem out of the paragraphs below its heading, and what is said of them: by whom, until when, how far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.enumerations import items
from xuncha.chinese.punctuation import sentence
from xuncha.model.states import state as state_of_words
from xuncha.reading.labels import labels
from xuncha.reading.lines import joined
from xuncha.reading.notice import Measure, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuncha.model.states import State
    from xuncha.pages.line import Line
    from xuncha.reading.labels import Label, LabelKind

_OF_ONE_LINE: Final = frozenset({"leader", "office", "co_offices", "due"})
"""Labels whose text ends with the line; then what they interrupted goes on."""
_RESULTS: Final = frozenset({"result", "next"})
_LONGEST_ANNOUNCEMENT: Final = 40
_SEVERAL: Final = re.compile(r"[、，,；;\s]+")
_IN_BRACKETS: Final = re.compile(
    r"[（(【\[](?P<inside>[^（()）【】\[\]]*(?:责任|牵头|时限|期限|完成时间|配合)[^（()）【】\[\]]*[：:][^（()）【】\[\]]*)[）)】\]]"
)

_LONGEST_STATE: Final = 60
"""Characters at the end of a text among which its state is looked for."""
_STATE_WORDS: Final = "(?P<words>(?:整改|目前|现|已|正在|尚未|未|待|拟|申请|基本|全部|均|取得|持续|长期|推进|完成|启动|开展|落实|到位|办结|销号|坚持|阶段性|成效|中|并|且|，|状态|情况|结果|：)+)"
_STATE_ALONE: Final = re.compile(rf"{_STATE_WORDS}[。；;]?")
_STATE_AT_END: Final = (
    re.compile(rf"\s*[（(【\[]\s*{_STATE_WORDS}\s*[）)】\]]\s*(?P<stop>[。；;]?)\s*$"),
    re.compile(
        rf"(?:^|(?<=[。；！]))\s*[该此本]项?(?:整改)?(?:措施|任务|工作|问题|事项){_STATE_WORDS}(?P<stop>)。\s*$"
    ),
)
"""In brackets, and as a sentence."""


@dataclass
class _Labelled:
    """The text behind a label, and where among the measures it stands."""

    kind: LabelKind
    place: int
    line: Line


@dataclass
class _Pieces:
    """The paragraphs below a heading, told apart by their labels."""

    before: list[Line] = field(default_factory=list)
    """What stands before the first label."""
    source: list[Line] = field(default_factory=list)
    """What measures are read from."""
    labelled: list[_Labelled] = field(default_factory=list)

    def take(self, kind: LabelKind | None, line: Line | None) -> None:
        """Add what stands behind a label of a kind; None is before the first label."""
        if line is None:
            return
        if kind is None:
            self.before.append(line)
        elif kind == "measures" and not (is_state(line.text) and self.source):
            self.source.append(line)
        else:
            place = sum(len(each.text) + 1 for each in self.source)
            self.labelled.append(_Labelled("state" if kind == "measures" else kind, place, line))


def measures(lines: Sequence[Line]) -> tuple[list[Measure], str | None]:
    """Read the measures below a heading.

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
    if not pieces.source:  # results alone are what was done
        pieces.source = [each.line for each in pieces.labelled if each.kind in _RESULTS]
        pieces.labelled = [each for each in pieces.labelled if each.kind not in _RESULTS]
    if not pieces.source:
        return [], None
    source = joined(pieces.source, "\n")
    found = items(source.text)
    texts = [(item.start, source.part(item.start, item.end)) for item in found] or [(0, source)]
    drafts = [(start, _measure(line)) for start, line in texts if line]
    intro = source.part(0, found[0].begin) if found else None
    if intro and len(intro.text) <= _LONGEST_ANNOUNCEMENT and intro.text.endswith(("：", ":")):
        intro = None  # it only announces the measures
    findings = [line.text for line in [*pieces.before, intro] if line]
    findings += [each.line.text for each in pieces.labelled if each.kind == "finding"]
    return _with_labelled(drafts, pieces.labelled), "\n".join(findings) or None


def _pieces(text: Line) -> _Pieces:
    """Tell paragraphs apart by their labels."""
    found = _Pieces()
    marks = [label for label in labels(text.text) if _stands_alone(text.text, label)]
    found.take(None, text.part(0, marks[0].begin if marks else None))
    current: LabelKind | None = None
    ends = [mark.begin for mark in marks[1:]] + [len(text.text)]
    for mark, end in zip(marks, ends, strict=False):  # without marks there is one end all the same
        if mark.kind in _OF_ONE_LINE:
            stop = text.text.find("\n", mark.start, end)
            stop = end if stop < 0 else stop
            found.take(mark.kind, text.part(mark.start, stop))
            found.take(current, text.part(stop, end))
        else:
            current = mark.kind
            found.take(current, text.part(mark.start, end))
    return found


def _stands_alone(text: str, label: Label) -> bool:
    """Return whether a label heads what follows it, rather than being said within a sentence or in brackets.

    Who answers for something is said in a line of its own, or in one that begins with a label.
    """
    before = text[label.begin - 1] if label.begin else "\n"
    if before in "（(，,、":
        return False
    if before == "\n" or label.kind not in _OF_ONE_LINE:
        return True
    paragraph = text.rfind("\n", 0, label.begin) + 1
    return next(labels(text[paragraph : label.start])).begin == 0


def _measure(line: Line) -> Measure:
    """Read a measure, with what its own words say in brackets at their end."""
    text, of_state = without_state(line.text)
    found = Measure(Words("", line.line, line.column))
    match = _IN_BRACKETS.search(text)
    if match and not text[match.end() :].strip("。；;"):
        inside, text = match["inside"], text[: match.start()] + text[match.end() :]
    else:
        begin = next((label.begin for label in labels(text) if label.kind in _OF_ONE_LINE), len(text))
        inside, text = text[begin:], text[:begin]
    if inside:
        for label in labels(inside):
            found = _with_label(found, label.kind, inside[label.start : label.end])
        text, again = without_state(text.rstrip("（( "))
        of_state = of_state or again
    if of_state:
        found = replace(found, status=of_state.status, long_term=of_state.long_term or found.long_term)
    return _with_text(found, _without_stop(text) or line.text)


def _without_stop(text: str) -> str:
    """Take the mark off a measure that only parts it from the next one."""
    return text.rstrip("；;，,、\n ")


def _with_labelled(drafts: list[tuple[int, Measure]], labelled: Sequence[_Labelled]) -> list[Measure]:
    """Add what labels say: to all measures where a label is there once, else to the one before it."""
    done = [measure for _start, measure in drafts]
    for each in labelled:
        alone = sum(other.kind == each.kind for other in labelled) == 1
        before = [number for number, (start, _measure) in enumerate(drafts) if start < max(each.place, 1)]
        those = range(len(done)) if alone else before[-1:] or [0]
        if each.kind in _RESULTS:
            _add_results(done, each.line.text, those)
        elif each.kind != "finding":
            for number in those:
                done[number] = _with_label(done[number], each.kind, each.line.text)
    return done


def _add_results(done: list[Measure], text: str, those: Sequence[int]) -> None:
    """Add what came of the measures: to each its own where there are as many, else to the last."""
    results = [text[item.start : item.end].strip() for item in items(text)]
    if len(results) != len(those):
        results, those = [text], those[-1:]
    for number, result in zip(those, results, strict=True):
        whole = sentence(done[number].text.text) + _without_stop(result)
        done[number] = _with_text(done[number], whole)


def _with_label(measure: Measure, kind: LabelKind, value: str) -> Measure:
    """Add to a measure what stands behind a label; words that are not understood are kept in its text."""
    value = value.strip("；;，,。 \u3000")
    if not value:
        return measure
    names = tuple(name for name in _SEVERAL.split(value) if name) or (value,)
    found: dict[str, Any] = {}
    match kind:
        case "leader" | "goal" | "due":
            found = {kind: value}
        case "office":
            found = {"office": names[0], "co_offices": measure.co_offices + names[1:]}
        case "co_offices":
            found = {"co_offices": measure.co_offices + names}
        case "state" if of_state := state(value):
            found = {"status": of_state.status, "long_term": of_state.long_term or measure.long_term}
    return replace(measure, **found) if found else _with_text(measure, f"{measure.text.text}\n{value}")


def _with_text(measure: Measure, text: str) -> Measure:
    return replace(measure, text=measure.text._replace(text=text))


def state(words: str) -> State | None:
    """Read the state that words say; of several sentences, the first."""
    return state_of_words(re.split(r"[。；;\n]", words.strip())[0])


def without_state(text: str) -> tuple[str, State | None]:
    """Take the state off the end of a text. Return the text without it, and the state."""
    for pattern in _STATE_AT_END:
        match = pattern.search(text, max(0, len(text) - _LONGEST_STATE))
        if match and (found := state(match["words"])):
            return (text[: match.start()] + match["stop"]).rstrip(), found
    return text, None


def is_state(text: str) -> bool:
    """Return whether a text says a state and nothing else."""
    return bool(_STATE_ALONE.fullmatch(text.strip())) and state(text) is not None
