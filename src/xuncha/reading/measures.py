"""Read the measures of a problem from the paragraphs below its heading: their texts, people, offices, time limits and states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from xuncha.chinese.days import find_dates
from xuncha.chinese.enumerations import items
from xuncha.chinese.punctuation import with_full_stop
from xuncha.model.states import MAX_LENGTH, State, state_of_text
from xuncha.model.states import read_state as state_of_words
from xuncha.pages.line import Line
from xuncha.reading.lines import Label, LabelKind, first_label, join_lines, labels
from xuncha.reading.notice import Measure

ONE_LINE: Final = frozenset({"leader", "office", "co_offices", "due", "state"})
"""Labels whose text ends with the line. After it, the text before the label continues."""
_HEADS_MEASURE: Final = re.compile(r"[【\[]?(?:具体|主要)?(?:整改)?(?:措施|举措)[】\]]?\s*[：:]")
_OWN: Final = ONE_LINE - {"co_offices"}
"""Labels of which a measure has one text."""
_RESULT_LABELS: Final = frozenset({"result", "next"})
_LASTING: Final = State("in_progress", long_term=True)
_LONGEST_ANNOUNCEMENT: Final = 40
_SEPARATORS: Final = "；;，,、\n "  # marks that only separate a measure from the next one
IN_BRACKETS: Final = re.compile(
    r"[（(【\[](?P<inside>[^（()）【】\[\]]*(?:责任|牵头|时限|期限|完成时间|配合)[^（()）【】\[\]]*[：:][^（()）【】\[\]]*)[）)】\]]"
)
_CLAUSE_END: Final = re.compile(r"\s*(?:[。，；;,、.（(【\[\n]|\Z)")
_SENTENCE: Final = re.compile(r"[。；;\n]")
_VALUE_END: Final = re.compile("[。\n](?!.*[0-9][年月])")  # behind the last day
_NAME_END: Final = re.compile(
    "[。\n]|[，,；;](?=[^，,；;、（(]{0,12}(?:已|正在|目前|截至|完成|下一?步|[0-9][年月]))"
)
"""The end of a name after a label, before a sentence or a clause that is no name: 责任科室：畜牧站，目前已完成."""
_LONGEST_STATE: Final = 60  # how many characters at the end of a text are searched for a state
_STATE_WORDS: Final = "(?:整改|目前|现|已|正在|尚未|未|待|拟|申请|基本|全部|均|取得|持续|长期|推进|完成|启动|开展|落实|到位|办结|销号|坚持|阶段性|成效|申请|延期|序时|中|并|且|，|状态|情况|结果|：)+"
"""The words that states consist of. A sentence of such words alone can be removed without losing anything else."""
_ONLY_STATE: Final = re.compile(_STATE_WORDS)
_WORDS: Final = rf"(?P<words>[^（()）【】\[\]。；;\n]{{1,{MAX_LENGTH}}}?)"
_STATE_AT_END: Final = (
    re.compile(rf"\s*[（(【\[]\s*{_WORDS}\s*[）)】\]]\s*(?P<stop>[。；;]?)\s*$"),
    re.compile(
        rf"(?:^|(?<=[。；！]))\s*[该此本]项?(?:整改)?(?:措施|任务|工作|问题|事项){_WORDS}(?P<stop>)[。；;]?\s*$"
    ),
)
"""A state at the end of a text: in brackets, and as a sentence."""
_STATE_AS_CLAUSE: Final = re.compile(
    rf"(?<=[^，,。；;：:\s])(?:[，,。；;：:]|\s|—+|-+)\s*(?P<words>{_STATE_WORDS})(?P<stop>)[。；;，]?\s*$"
)
_STATE_SIGNS: Final = re.compile("已|均|全部|正在|未|推进|持续|长期|基本完成")
"""Words that are in a state. Other words of completion may express an aim."""
_AIMS: Final = re.compile(
    "确保|力争|争取|要求|督促|推动|推进|计划|预计|促进|促使|力求|做到|实现|保证|[拟将让使]"
)
_STATE_OF_PROBLEM: Final = re.compile(
    rf"(?:^|(?<=[。；;！\n]))\s*(?:(?:目前|现|截至[^，。；\n]{{0,16}}|经整改)，?)?[该此本](?:项|类|个|条)?(?:反馈)?(?:问题|意见|整改(?!措施|任务)){_WORDS}(?:[。；;]|[，：](?=[一①1（首第其])|$)",
    re.MULTILINE,
)


class _LabelledText(NamedTuple):
    """The text after a label, and its place: an offset in the text of the measures."""

    kind: LabelKind
    place: int
    line: Line


def measures(lines: Sequence[Line]) -> tuple[list[Measure], str | None]:
    """Read the measures in the paragraphs after a heading. Return them, and the text before them or None."""
    heads = [place for place, line in enumerate(lines) if _HEADS_MEASURE.match(line.text)]
    if len(heads) < 2:  # noqa: PLR2004  a single label heads all that follows
        return _measures(lines)
    above = list(lines[: heads[0]])
    read = [_measures([*above, *lines[head:end]]) for head, end in pairwise([*heads, len(lines)])]
    return [measure for found, _finding in read for measure in found], read[0][1]


def _measures(lines: Sequence[Line]) -> tuple[list[Measure], str | None]:
    text, of_problem = _without_state_of_problem(join_lines(lines, "\n"))
    before, source, labelled = _split_by_labels(text) if text else ([], [], [])
    if not source:
        source, before = before, []
    if not source:  # without measures, the results are the measures
        not_states = [each for each in labelled if each.kind == "state" and not state(each.line.text)]
        results = [each for each in labelled if each.kind in _RESULT_LABELS or each in not_states]
        source, labelled = [each.line for each in results], [each for each in labelled if each not in results]
    if not source:
        return [], None
    whole = join_lines(source, "\n")
    marked = items(whole.text)
    texts = [(item.start, whole.part(item.start, item.end)) for item in marked] or [(0, whole)]
    drafts = [(start, _measure(line)) for start, line in texts if line]
    intro = whole.part(0, marked[0].begin) if marked else None
    is_short = intro and len(intro.text) <= _LONGEST_ANNOUNCEMENT and intro.text.endswith(("：", ":"))
    if intro and is_short and not IN_BRACKETS.search(intro.text):
        intro = None  # it only announces the measures
    findings: list[str] = []
    of_all: list[_LabelledText] = []
    for line in filter(None, [*before, intro]):
        said, said_state, rest = _said_of_all(line)
        of_all += said
        of_problem = of_problem or said_state
        findings += [rest] if rest else []
    labelled = [*of_all, *labelled]
    findings += [each.line.text for each in labelled if each.kind == "finding"]
    done = _with_labelled(drafts, labelled)
    return with_state_of_problem(done, of_problem), "\n".join(findings) or None


def _said_of_all(line: Line) -> tuple[list[_LabelledText], State | None, str]:
    """Return what a line above the measures says of all of them in brackets, the state in it, and the rest of its text."""
    insides, rest = _out_of_brackets(line.text) if IN_BRACKETS.search(line.text) else ([], line.text)
    said_state: State | None = None
    said: list[_LabelledText] = []
    for inside in insides:
        words, inside_state = without_state(inside)
        said_state = said_state or inside_state
        named = ((label.kind, words[label.start : label.end]) for label in labels(words))
        said += [_LabelledText(kind, 0, line._replace(text=text)) for kind, text in named]
    alone = state_alone(rest)
    return said, said_state or alone, "" if alone or not rest.strip("：: \n") else rest


def with_state_of_problem(problem_measures: Sequence[Measure], problem_state: State | None) -> list[Measure]:
    """Give the state of a problem to those of its measures that have no state of their own."""
    return [each if each.state else with_state(each, problem_state) for each in problem_measures]


def _without_state_of_problem(text: Line) -> tuple[Line | None, State | None]:
    """Remove the sentence on the state of the whole problem. Return the rest, and the state. Keep a sentence that says more."""
    for match in _STATE_OF_PROBLEM.finditer(text.text):
        if found := state(match["words"]):
            if not _ONLY_STATE.fullmatch(match["words"]):
                return text, found
            kept = [each for each in (text.part(0, match.start()), text.part(match.end())) if each]
            return join_lines(kept, "\n") if kept else None, found
    return text, None


def state_alone(text: str) -> State | None:
    """Return the state that a text names if it says nothing else; else None."""
    words = text.strip("（()）【】[]。；;：: ")
    found = state_of_words(words) if _ONLY_STATE.fullmatch(words) else None
    return found if found and found.explicit else None


def _split_by_labels(text: Line) -> tuple[list[Line], list[Line], list[_LabelledText]]:
    """Split a text into the lines before the first label, the lines that hold measures, and the texts after other labels."""
    before: list[Line] = []
    source: list[Line] = []
    labelled: list[_LabelledText] = []
    for kind, line in _pieces(text):
        if line is None:
            continue
        if kind is None:
            before.append(line)
        elif kind == "measures" and not ((source or before) and any(map(state_alone, _parts(line.text)))):
            if not source:  # texts above the measures apply to all of them
                labelled = [each._replace(place=0) for each in labelled]
            source.append(line)
        else:
            place = sum(len(each.text) + 1 for each in source or before)
            is_state = kind == "measures" or (kind == "result" and state_alone(line.text))
            labelled.append(_LabelledText("state" if is_state else kind, place, line))
    return before, source, labelled


def _pieces(text: Line) -> Iterator[tuple[LabelKind | None, Line | None]]:
    """Yield the text before the first label, then the text after each label, with the kind of the label."""
    all_items = items(text.text)
    begins = [item.begin for item in all_items]
    heads = (text.text[item.begin : item.start] for item in all_items)
    labelled = {item.start for item in all_items if _HEADS_MEASURE.match(text.text, item.start)}
    numbered = bool(labelled) or any("措" in head for head in heads)
    marks = [label for label in _apart(text.text) if _is_heading(text.text, label)]
    if numbered:
        # 整改措施： above 措施1： only announces the measures, and in 1、整改措施： it belongs to the number.
        marks = [each for each in marks if each.begin not in labelled]
        marks = [each for each in marks if each.kind != "measures" or each.start != begins[0]]
    ends = [mark.begin for mark in marks] + [len(text.text)]
    yield None, text.part(0, ends[0])
    current: LabelKind | None = None
    for mark, end in zip(marks, ends[1:], strict=True):
        if mark.kind in ONE_LINE or numbered:
            seen = len(text.text[mark.start :]) - len(text.text[mark.start :].lstrip())
            stops = [text.text.find("\n", mark.start + seen, end), *begins]
            stop = min((stop for stop in stops if mark.start < stop < end), default=end)
            # Where measures are numbered 措施1：, a label such as 整改情况 gives the state of one of them.
            kind = "state" if numbered and mark.kind in {"measures", "result"} else mark.kind
            yield kind, text.part(mark.start, stop)
            yield current, text.part(stop, end)
        else:
            current = mark.kind
            yield current, text.part(mark.start, end)


def _is_heading(text: str, label: Label) -> bool:
    """Return whether a label heads the text after it, and is not a part of a sentence or in brackets.

    Labels of people, offices, time limits and states stand on a line of their own, or on a line that begins with a label.
    """
    before = text[label.begin - 1] if label.begin else "\n"
    if before in "（(":
        return False
    within = before in "，,、"
    if before == "\n" or (label.kind not in ONE_LINE and not within):
        return True
    on_line = labels(text[text.rfind("\n", 0, label.begin) + 1 : label.start])
    is_begun = bool(on_line) and on_line[0].begin == 0
    return is_begun and (not within or {each.kind for each in on_line[-2:]} <= ONE_LINE)


def _measure(line: Line) -> Measure:
    """Read a measure from its own text, with the labels and the state at the end of it."""
    label = first_label(line.text)
    begin = label.start if label and label.kind == "measures" and label.end > label.start else 0
    text, of_state = without_state(line.text[begin:])
    measure = Measure(line._replace(text=""))
    insides, text = _out_of_brackets(text)
    for inside in insides:
        for label in labels(inside):
            measure = _with_label(measure, label.kind, inside[label.start : label.end])
    if insides:
        text, second_state = without_state(text.rstrip("（( "))
        of_state = of_state or second_state
    measure = with_state(measure, of_state)
    # Text after labels that was not understood is kept.
    texts = [text.rstrip(_SEPARATORS) or line.text, measure.text.text.strip()]
    return _with_text(measure, "\n".join(filter(None, texts)))


def _out_of_brackets(text: str) -> tuple[list[str], str]:
    """Return the texts with labels in brackets, else at the end of a text, and the text without them.

    Brackets inside a clause are part of it, and so are those that name again what was named: 制度（责任领导：张三），培训（责任领导：李四）.
    """
    insides: list[str] = []
    kinds: set[str] = set()
    rest, place = "", 0
    for match in IN_BRACKETS.finditer(text):
        named = {label.kind for label in labels(match["inside"])}
        is_apart = not text[: match.start()].strip() or _CLAUSE_END.match(text, match.end())
        if named and is_apart and not named & kinds:
            insides.append(match["inside"])
            kinds |= named
            rest, place = rest + text[place : match.start()], match.end()
    if insides:
        return insides, rest + text[place:]
    begin = next((label.begin for label in _apart(text) if label.kind in ONE_LINE), len(text))
    return [text[begin:]] if text[begin:] else [], text[:begin]


def _apart(text: str) -> list[Label]:
    """Return the labels that are not in brackets."""
    brackets = [range(*match.span()) for match in IN_BRACKETS.finditer(text)]
    return [label for label in labels(text) if not any(label.begin in each for each in brackets)]


def _with_labelled(drafts: list[tuple[int, Measure]], labelled: Sequence[_LabelledText]) -> list[Measure]:
    """Add the texts after labels: to all measures if the label stands once, above or below them, else to the measure before it."""
    finished = [measure for _start, measure in drafts]
    kinds: Counter[str] = Counter(each.kind for each in labelled)
    each_has_its_own = any(kinds[kind] > 1 for kind in ONE_LINE)
    for each in labelled:
        earlier = [number for number, (start, _measure) in enumerate(drafts) if start < max(each.place, 1)]
        below = len(earlier) == len(finished) and not each_has_its_own
        above = each.place <= drafts[0][0]
        for_all = kinds[each.kind] == 1 and (above or below or each.kind not in ONE_LINE)
        numbers = range(len(finished)) if for_all else earlier[-1:] or [0]
        texts = _parts(each.line.text)
        if len(texts) != len(numbers):  # no list of one for each measure
            numbers = numbers if len(texts) == 1 and each.kind not in _RESULT_LABELS else numbers[-1:]
            texts = [each.line.text] * len(numbers)
        for number, text in zip(numbers, texts, strict=True) if each.kind != "finding" else ():
            own = getattr(finished[number], each.kind) if each.kind in _OWN else None
            # What a measure says of itself counts more than what is said of all, but 长期坚持 does not say how far it is.
            is_told = own not in {None, _LASTING} and (each.kind != "state" or state_alone(text))
            if is_told and len(numbers) > 1:
                continue
            if each.kind in _RESULT_LABELS:
                whole = with_full_stop(finished[number].text.text) + text.rstrip(_SEPARATORS)
                finished[number] = _with_text(finished[number], whole)
            else:
                finished[number] = _with_label(finished[number], each.kind, text)
    return finished


def _parts(text: str) -> list[str]:
    """Return the items of a text; the text itself if it is no list."""
    return [text[item.start : item.end].strip() for item in items(text)] or [text]


def _with_label(measure: Measure, kind: LabelKind, value: str) -> Measure:
    """Add the text after a label to a measure. A text that is not understood is appended to the measure's text."""
    value = value.strip("；;，,。 \u3000")
    value = value.removesuffix("）") if value.count("）") > value.count("（") else value
    if kind in ONE_LINE - {"state"}:
        value, of_state = without_state(value)
        value, *rest = (_VALUE_END if kind == "due" else _NAME_END).split(value, maxsplit=1)
        said = "\n".join([measure.text.text, *filter(None, rest)])
        measure = with_state(_with_text(measure, said), of_state)
    if not value:
        return measure
    names = tuple(name for name in re.split(r"[、，,；;\s]+", value) if name) or (value,)
    match kind:
        case "leader" | "due" | "goal":
            named: dict[str, Any] = {kind: value}
            return measure._replace(**named)
        case "office" | "co_offices":
            office, helping = (names[0], names[1:]) if kind == "office" else (measure.office, names)
            return measure._replace(office=office, co_offices=measure.co_offices + helping)
        case "state" if of_state := state(value):
            measure = with_state(measure, of_state)
            first, *others = _SENTENCE.split(value, maxsplit=1)
            if of_state.explicit and not any(find_dates(first)):  # a day of completion is kept
                value = "".join(others).strip()
                if not value:
                    return measure
    return _with_text(measure, f"{measure.text.text}\n{value}")


def _with_text(measure: Measure, text: str) -> Measure:
    return measure._replace(text=measure.text._replace(text=text))


def with_state(measure: Measure, state: State | None) -> Measure:
    """Return a measure with a state instead of its own, which stays long-term; unchanged if the state is None."""
    if state and measure.state and measure.state.long_term:
        state = state._replace(long_term=True)
    return measure._replace(state=state) if state else measure


def state(words: str) -> State | None:
    """Read the state in a text: that of the first sentence, unless a later one takes it back."""
    first = state_of_words(_SENTENCE.split(words.strip())[0])
    return state_of_text(words) or (first if first and first.explicit else None)


def without_state(text: str) -> tuple[str, State | None]:
    """Return a text without the state at its end, and the state. If its sentence says more than the state, the text stays whole."""
    for pattern in _STATE_AT_END:
        if not (match := pattern.search(text, max(0, len(text) - _LONGEST_STATE))):
            continue
        if _ONLY_STATE.fullmatch(match["words"]):
            if found := state_of_words(match["words"]):
                return (text[: match.start()] + match["stop"]).rstrip(), found
        elif (found := state_of_text(match["words"])) and (found.doubt or found.status == "closed"):
            return text, found
    match = _STATE_AS_CLAUSE.search(text, max(0, len(text) - _LONGEST_STATE))
    # 完成时限：长期坚持 is no state.
    is_labelled = match and any(label.start == match.start("words") for label in labels(text))
    if match and not is_labelled and _STATE_SIGNS.search(match["words"]):
        sentence_before = _SENTENCE.split(text[: match.start()])[-1]
        found = state_alone(match["words"])
        sure = found and (found.status != "closed" or "已" in match["words"])
        if found and not found.staged and (sure or not _AIMS.search(sentence_before)):
            return text[: match.start()], found
    return text, None
