"""What stands in one cell: several measures, several people, entries of progress, numbers in front of a text."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from xuncha.chinese.characters import without_unsafe
from xuncha.chinese.limits import full_days
from xuncha.chinese.numbers import value
from xuncha.exchange.wording import NUMBERED, without_number

_GOES_ON = re.compile(r"[，,、（(《“‘：:]$")
_ROLE = re.compile(
    r"(?P<lead>牵头|主办|主责|责任|承办)?(?P<help>配合|协办|协助|参与)?(?:领导|科室|单位|部门|处室|股室|人员|人)?\s*[：:]\s*"
)
_BETWEEN = re.compile(r"[、，,；;/\n\t]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_LONGEST_LINE = 2000
LONGEST_NAME = 200
"""Characters of a name in a ledger."""
_MARKS = re.compile(r"[（(]|[)）]|" + _BETWEEN.pattern)
_SEPARATES = re.compile(r"[、，,；;/\n\t \u3000：:]|等$")
_POST = re.compile(r"(?:长|主任|书记|主席|委员|组长|队长|经理|处|科|局|成员|负责人|领导)$")
_ENTRY = re.compile(
    r"^\s*(?P<day>\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*(?:日|号)?)\s*(?P<colon>[：:])?\s*(?P<text>.*)$",
    re.DOTALL,
)
_EVIDENCE = re.compile(r"（佐证：(?P<items>[^（）]+)）$")
_HIDDEN = "（不公开）"


class Names(NamedTuple):
    """People or offices in one cell."""

    lead: list[str]
    help: list[str]
    """Those who are said to help (配合)."""


def clean(content: object) -> str:
    """Return the text of a cell: line ends as one, no control characters, no blank lines, no blanks at the ends of lines."""
    text = str(content).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    lines = [without_unsafe(line).replace("\t", " ").strip(" \u3000") for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """Put a text on one line: lines of Chinese are joined as they are, others by a blank."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])", "", text)
    return joined.replace("\n", " ")


def items(text: str) -> list[str]:
    """Split a cell into the things that it holds, such as measures, without their numbers; one where it is not a list.

    They are told apart by their numbers, which must begin with one and go on without a gap; else by line ends.
    """
    for kind, pattern in NUMBERED.items():
        if (found := _numbered(text, pattern, everywhere=kind != "chinese")) is not None:
            return found
    return lines(text)


def lines(text: str) -> list[str]:
    """Split a cell into lines, those joined that plainly go on in the next."""
    found: list[str] = []
    for line in text.split("\n"):
        if found and _GOES_ON.search(found[-1]):
            found[-1] += line
        else:
            found.append(line)
    return found


def _numbered(text: str, pattern: str, *, everywhere: bool) -> list[str] | None:
    """Split a text into its numbered things; what stands before the first belongs to it."""
    behind = r"(?:^|(?<=[\n。；;：:，,！!？?])\s*)" if everywhere else r"(?:^|(?<=\n)\s*)"
    wanted, starts = 1, []
    for match in re.finditer(behind + pattern, text):
        if value(match["n"]) == wanted:
            starts.append((match.start(), match.end()))
            wanted += 1
    if len(starts) < 2:  # noqa: PLR2004  one number does not make a list
        return None
    ends = [start for start, _end in starts[1:]] + [len(text)]
    parts = [text[begin:end].strip("\n ；;") for (_start, begin), end in zip(starts, ends, strict=True)]
    head = text[: starts[0][0]].strip()
    if head:
        parts[0] = f"{head}\n{parts[0]}" if len(head) > 20 else parts[0]  # noqa: PLR2004  such as 整改措施：
    return parts if all(parts) else None


def names(text: str) -> Names:
    """Split a cell into people or offices, those who help apart: 牵头：规划科；配合：财务科、办公室."""
    if text and not _SEPARATES.search(text):
        return Names([name] if (name := text.rstrip("。.")[:LONGEST_NAME]) else [], [])
    found = Names([], [])
    place = 0
    side = found.lead
    for match in [*(match for match in _ROLE.finditer(text) if match["lead"] or match["help"]), None]:
        side += _split(text[place : match.start() if match else len(text)])
        if match:
            side = found.help if match["help"] else found.lead
            place = match.end()
    return Names(
        list(dict.fromkeys(found.lead)),
        [name for name in dict.fromkeys(found.help) if name not in found.lead],
    )


def _split(text: str) -> list[str]:
    parts = [""]
    depth = 0
    place = 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        parts[-1] += text[place : match.start()]
        place = match.end()
        if mark in "（(":
            depth += 1
            parts[-1] += mark
        elif mark in ")）":
            depth = max(0, depth - 1)
            parts[-1] += mark
        elif depth:
            parts[-1] += mark
        elif mark.isspace() and mark != "\n" and _one_name(parts[-1], text[place:]):
            parts[-1] += "" if len(parts[-1]) == 1 else " "
        else:
            parts.append("")
    parts[-1] += text[place:]
    return [
        name[:LONGEST_NAME]
        for part in parts
        if (name := re.sub(r"等$", "", part.strip(" \u3000。.；;")).strip(" \u3000"))
    ]


def _one_name(before: str, after: str) -> bool:
    """Return whether a blank stands inside a name: 张 三, or between a post and a name: 局长 张三."""
    return (
        len(before.strip()) == 1 or bool(_POST.search(before)) or not re.match(r"[\u4e00-\u9fff]{2}", after)
    )


def entries(text: str) -> list[dict[str, Any]]:
    """Split a cell into entries of progress; each line that begins with a day begins one. An entry may lack its date."""
    found: list[dict[str, Any]] = []
    for line in text.split("\n"):
        match = _ENTRY.match(line)
        days = full_days(match["day"]) if match else []
        if match and days and match["text"].strip():
            said = match["text"] if match["colon"] else line.strip()
            found.append({"date": days[0].isoformat(), "text": said})
        elif found:
            found[-1]["text"] += f"\n{line}"
        else:
            found.append({"text": line})
    return [_marked(entry) for entry in found]


def _marked(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with what the marks behind it say: （佐证：…）, （不公开）."""
    hidden = entry["text"].endswith(_HIDDEN)
    text = entry["text"].removesuffix(_HIDDEN)
    match = _EVIDENCE.search(text)
    if match and text[: match.start()].strip():
        entry = {**entry, "text": text[: match.start()], "evidence": match["items"].split("；")}
    else:
        entry = {**entry, "text": text}
    return {**entry, "publish": False} if hidden else entry


def show_entry(entry: dict[str, Any]) -> str:
    """Write an entry of progress on a line, as `entries` reads it."""
    year, month, day = map(int, entry["date"].split("-"))
    evidence = [item if isinstance(item, str) else item["file"] for item in entry.get("evidence", ())]
    proof = f"（佐证：{'；'.join(evidence)}）" if evidence else ""
    return f"{year}年{month}月{day}日：{entry['text']}{proof}" + (
        "" if entry.get("publish", True) else _HIDDEN
    )


def documents(text: str) -> list[str]:
    """Split a cell into pieces of evidence."""
    parts = re.split(r"[；;\n]|、(?=[^）)〕》]*(?:$|[；;、\n]))", text)
    names = [without_number(part.strip(" 、。")).strip() for part in parts]
    return [
        name[start : start + _LONGEST_LINE] for name in names for start in range(0, len(name), _LONGEST_LINE)
    ]
