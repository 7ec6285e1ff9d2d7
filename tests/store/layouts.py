"""Measures' files as people lay them out, made by hypothesis, with each line known by the key that it belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ORDER = (
    "title", "goal", "part", "term", "leader", "office", "co_offices", "due", "status", "publish", "progress", "outcomes",
    "escalated", "notice_text", "closed", "reviews",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of a file, and the key whose value it is part of; None for comments and blank lines between."""

    text: str
    key: str | None = None


@dataclass(frozen=True)
class Layout:
    """A file, and how it is laid out."""

    lines: tuple[Line, ...]
    line_end: str
    bom: bool
    newline: bool
    """Whether the last line has an end."""
    style: str
    """`block` or `flow`."""

    @property
    def content(self) -> bytes:
        """The bytes."""
        text = self.line_end.join(line.text for line in self.lines)
        return ("\ufeff" * self.bom + text + self.line_end * self.newline).encode()

    def span(self, key: str) -> tuple[int, int] | None:
        """Return the lines of a key as (start, end), the end exclusive; None if it has none."""
        owned = [place for place, line in enumerate(self.lines) if line.key == key]
        return (owned[0], owned[-1] + 1) if owned else None


def _numbered(lines: list[Line]) -> tuple[Line, ...]:
    """Replace each `@@` in the lines with the number of its line, so that no two comments are alike."""
    numbered: list[Line] = []
    for line in lines:
        before, *rest = line.text.split("@@")
        text = before
        for piece in rest:
            text += f"{len(numbered) + 1}{piece}"
        numbered.append(Line(text, line.key))
    return tuple(numbered)


WORDS = st.sampled_from(
    [
        "完成前期手续",
        "甲乙丙",
        "x",
        "办公室、规划科",
        "〔2024〕31号",
        "100%",
        "it's",
        "a:b",
        "甲#乙",
        "-丁",
        "“戊”",
        "😀",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
AWKWARD = st.sampled_from(["注意: 年底前", "甲 # 不是注释", "- 不是清单", "[甲]", "{甲}", "*甲*", "&甲", "!甲", "'甲'", '"甲"', "甲\\乙", "null", "true", "2024", "~", "? 甲", "甲,乙", "@甲", "%甲", "`甲`", "> 甲", "| 甲", "---", "=甲", "<<", "甲:"])  # fmt: skip
TEXTS = SENTENCES | AWKWARD | st.lists(SENTENCES, min_size=2, max_size=3).map("\n".join)
DAYS = st.dates().map(lambda day: f"{2024 + day.year % 3}-{day.month:02d}-{day.day % 28 + 1:02d}")


def _is_plain(text: str) -> bool:
    return all(char not in text for char in "\n#:[]{},'\"\\&*!?|>%@`=<~") and text[0] not in "- " and text not in {"null", "true", "2024"}  # fmt: skip


def _styles(text: str, *, lines: bool) -> list[str]:
    """Return the styles in which a text can be written."""
    styles = ['"']
    one = "\n" not in text
    if one:
        styles.append("'")
    if one and _is_plain(text):
        styles += ["plain", "plain"]
    if lines:
        styles += ["|-", "|", ">-", '"folded']
    if lines and one and _is_plain(text) and " " in text:
        styles.append("plain folded")
    return styles


def _folded(text: str, style: str, indent: str) -> list[str]:
    """Break a text at its first space into two lines; keep it on one line if a break would change what it says."""
    first, _space, rest = text.partition(" ")
    if style == "plain folded":
        return [first, indent + rest]
    if not rest or rest[0] in " \n" or "\n" in first:
        return [json.dumps(text, ensure_ascii=False)]
    return [json.dumps(first, ensure_ascii=False)[:-1], indent + json.dumps(rest, ensure_ascii=False)[1:]]


@st.composite
def scalars(draw: st.DrawFn, text: str, *, flow: bool = False, lines: bool = True) -> list[str]:
    """Draw a text as the lines of a scalar: the first without what precedes it, the others from column 0."""
    style = draw(st.sampled_from(_styles(text, lines=lines and not flow)))
    indent = draw(st.sampled_from(["  ", "    "]))
    if "folded" in style:
        return _folded(text, style, indent)
    if style[0] in "|>":
        mark = style + draw(st.sampled_from(["", "", "  # 注@@: 甲"]))
        body = text.split("\n") if style[0] == "|" else "\n\n".join(text.split("\n")).split("\n")
        return [mark, *[indent + line if line else "" for line in body]]
    written = {
        "plain": text,
        "'": "'" + text.replace("'", "''") + "'",
        '"': json.dumps(text, ensure_ascii=False),
    }
    return [written[style]]


_BETWEEN = {
    "blank": "",
    "spaces": "   ",
    "comment": "# 注@@: 甲",
    "indented": "    # 注@@",
    "key": "# status: closed  注@@",
}


def _comments() -> st.SearchStrategy[list[Line]]:
    """Return a strategy for the blank lines and comments between two keys."""
    kinds = st.sampled_from(["blank", *_BETWEEN])
    return st.lists(kinds.map(lambda kind: Line(_BETWEEN[kind])), max_size=2)


def _trailing() -> st.SearchStrategy[str]:
    return st.sampled_from(["", "", "", " ", "  # 注", " # due: 2099-01-01"])


@st.composite
def _flow_mapping(draw: st.DrawFn, pairs: dict[str, str]) -> str:
    """Draw a mapping of texts on one line."""
    pad = draw(st.sampled_from(["", "", " "]))
    comma = draw(st.sampled_from([", ", ", ", ","])) if draw(st.booleans()) else ", "
    parts = []
    for key, text in pairs.items():
        (value,) = draw(scalars(text, flow=True))
        parts.append(f"{key}: {value}")
    return "{" + pad + comma.join(parts) + draw(st.sampled_from(["", "", ","])) + pad + "}"


@st.composite
def _mapping(draw: st.DrawFn, pairs: dict[str, str]) -> list[str]:
    """Draw a mapping as a value: on the key's line, or below it."""
    if draw(st.booleans()):
        return [draw(_flow_mapping(pairs))]
    indent = draw(st.sampled_from(["  ", "    "]))
    lines = [""]
    for key, text in pairs.items():
        if draw(st.integers(0, 5)) == 0:
            lines.append(f"{indent}# 注@@")
        (value,) = draw(scalars(text, lines=False))
        lines.append(f"{indent}{key}: {value}{draw(_trailing())}")
    return lines


@st.composite
def _entry(draw: st.DrawFn, pairs: dict[str, Any], indent: str) -> list[str]:
    """Draw the lines of an item in a block list."""
    texts = {key: value for key, value in pairs.items() if isinstance(value, str)}
    if draw(st.integers(0, 3)) == 0:
        return [f"{indent}- {draw(_flow_mapping(texts))}"]
    gap = draw(st.sampled_from([" ", " ", "   "]))
    lines: list[str] = []
    for key, value in pairs.items():
        lead = indent + ("-" + gap if not lines else " " + " " * len(gap))
        if isinstance(value, str):
            first, *rest = draw(scalars(value, lines=key == "text"))
            lines.append(f"{lead}{key}: {first}")
            lines += [f"{indent}{' ' * (len(gap) + 1)}{line}" if line else "" for line in rest]
        else:
            lines.append(f"{lead}{key}: {json.dumps(value, ensure_ascii=False)}")
    return lines


@st.composite
def _list(draw: st.DrawFn, entries: list[dict[str, Any]]) -> list[str]:
    """Draw a list as a value: on the key's line, or below it."""
    if not entries:
        return ["[]"]
    if draw(st.integers(0, 2)) == 0:
        items = [draw(_flow_mapping({key: value for key, value in entry.items() if isinstance(value, str)})) for entry in entries]  # fmt: skip
        if draw(st.booleans()):
            return ["[" + ", ".join(items) + draw(st.sampled_from(["", "", ","])) + "]"]
        return ["[", *[f"  {item},{draw(_trailing())}" for item in items], "  ]"]
    indent = draw(st.sampled_from(["", "  ", "    "]))
    lines = [draw(_trailing())]
    for place, entry in enumerate(entries):
        if place and draw(st.integers(0, 5)) == 0:
            lines.append(draw(st.sampled_from(["", f"{indent}  # 注@@"])))
        lines += draw(_entry(entry, indent))
    return lines


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a measure's values."""
    status = draw(st.sampled_from(["not_started", "in_progress", "submitted", "closed"]))
    entry = st.fixed_dictionaries({"date": DAYS, "text": TEXTS}, optional={"evidence": st.just(["某水〔2024〕7号"]), "publish": st.booleans()})  # fmt: skip
    review = st.fixed_dictionaries({"date": DAYS, "result": st.sampled_from(["holds", "slipped"])}, optional={"text": SENTENCES})  # fmt: skip
    pool: dict[str, st.SearchStrategy[Any]] = {
        "goal": TEXTS | st.none(),
        "part": SENTENCES,
        "term": st.just("long_term"),
        "co_offices": st.just(["财务科", "办公室"]),
        "due": st.one_of(DAYS, DAYS, st.none()),
        "publish": st.booleans(),
        "progress": st.lists(entry, max_size=3),
        "outcomes": st.just({"rules": "1"}),
        "escalated": st.fixed_dictionaries({"to": st.just("局长"), "date": DAYS}) | st.none(),
        "notice_text": TEXTS | st.none(),
        "closed": st.fixed_dictionaries({"date": DAYS}, optional={"by": SENTENCES, "note": TEXTS})
        | st.none(),
        "reviews": st.lists(review, max_size=2),
    }
    values = {
        "title": draw(SENTENCES | AWKWARD),
        "leader": "分管副局长",
        "office": "规划科",
        "status": status,
    }
    for key in draw(st.lists(st.sampled_from(list(pool)), unique=True, max_size=9)):
        values[key] = draw(pool[key])
    return {key: values[key] for key in ORDER if key in values}


@st.composite
def _value(draw: st.DrawFn, key: str, value: Any) -> list[str]:
    """Draw a value's lines; the first goes behind the key."""
    if value is None:
        return [draw(_trailing())]
    if key == "co_offices":
        return draw(st.sampled_from([["[财务科, 办公室]"], ["", "  - 财务科", "  - 办公室"], ["", "- 财务科", "- 办公室  # 注"], ["[财务科,  # 注", "   办公室]"]]))  # fmt: skip
    if isinstance(value, bool):
        return [str(value).lower() + draw(_trailing())]
    if isinstance(value, list):
        return draw(_list(value))
    if isinstance(value, dict):
        return draw(_mapping(value))
    lines = draw(scalars(value, lines=key not in {"status", "due", "term"}))
    if lines[0][0] not in "|>" and not (len(lines) == 1 and value.endswith("\n")):
        lines[-1] += draw(_trailing())
    return lines


@st.composite
def block_layouts(draw: st.DrawFn) -> Layout:
    """Files in block style."""
    record = draw(_records())
    keys = list(record)
    if draw(st.integers(0, 3)) == 0:
        keys = draw(st.permutations(keys))
    margin = draw(st.sampled_from(["", "", "", "", "  "]))
    lines = draw(_comments())
    if draw(st.integers(0, 5)) == 0:
        lines.append(Line(draw(st.sampled_from(["---", "--- # 甲"]))))
    for key in keys:
        first, *rest = draw(_value(key, record[key]))
        name = draw(st.sampled_from([key, key, key, key, key, f'"{key}"', f"'{key}'", f"{key} "]))
        gap = draw(st.sampled_from([" ", " ", " ", "   "])) if first and not first.isspace() and not first.lstrip().startswith("#") else ""  # fmt: skip
        if first.lstrip().startswith("#") and not first.startswith(" "):
            gap = " "
        lines.append(Line(f"{margin}{name}:{gap}{first}", key))
        lines += [Line(margin + line if line else "", key) for line in rest]
        if rest or first[:1] not in {"|", ">"}:
            lines += draw(_comments())
    ending = draw(st.integers(0, 9))
    if ending == 0:
        lines.append(Line("..."))
    elif ending == 1:
        lines.append(Line("# 完@@"))
    return Layout(
        _numbered(lines),
        draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        draw(st.integers(0, 5)) == 0,
        draw(st.integers(0, 3)) > 0,
        "block",
    )


@st.composite
def flow_layouts(draw: st.DrawFn) -> Layout:
    """Files in flow style: a mapping in braces, on one line or a key on each."""
    record = draw(_records())
    one_line = draw(st.booleans())
    parts = []
    for key, value in record.items():
        if value is None:
            text = ""
        elif key == "co_offices":
            text = "[财务科, 办公室]"
        elif isinstance(value, str):
            (text,) = draw(scalars(value, flow=True))
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append((key, f"{draw(st.sampled_from([key, json.dumps(key)]))}: {text}"))
    last = draw(st.sampled_from(["", ","]))
    if one_line:
        lines = [Line("{" + ", ".join(text for _key, text in parts) + last + "}")]
    else:
        lines = [Line("{")]
        for place, (key, text) in enumerate(parts):
            comma = "," if place < len(parts) - 1 else last
            lines.append(Line(f"  {text}{comma}" + draw(st.sampled_from(["", "", "  # 注@@"])), key))
            if draw(st.integers(0, 6)) == 0:
                lines.append(Line("  # 注@@"))
        lines.append(Line("}"))
    return Layout(
        _numbered([*draw(_comments()), *lines, *draw(_comments())]),
        draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        draw(st.integers(0, 5)) == 0,
        draw(st.integers(0, 3)) > 0,
        "flow",
    )  # fmt: skip
