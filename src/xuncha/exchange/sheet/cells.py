"""What stands in one cell: several measures, several people, entries of progress, a time limit."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese import limits
from xuncha.chinese.days import end_of_month, in_words
from xuncha.chinese.limits import Limit, full_days
from xuncha.chinese.numbers import value as number
from xuncha.exchange.wording import NUMBERED, without_number
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Cell

_GOES_ON = re.compile(r"[，,、（(《“‘：:]$")
_ROLE = re.compile(
    r"(?P<lead>牵头|主办|主责|责任|承办)?(?P<help>配合|协办|协助|参与)?(?:领导|科室|单位|部门|处室|股室|人员|人)?\s*[：:]\s*"
)
_BETWEEN = re.compile(r"[、，,；;/\n\t]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_LONGEST_LINE = 2000
_LONGEST_NAME = 200
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
_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(36526, 73051)
"""Excel's numbers for the days from 2000 to 2099."""
_NUMBERS: Final = re.compile(r"(?:199|20\d)\d(?:\d{4}|\.(?:0?[1-9]|1[0-2]))?")
"""Numbers that are days, months or years: 20240315, 2024.3, 2024."""
_SPELT: Final = re.compile(r'"[^"]*"|\[[^\]]*\]')
"""What a number format shows as it is."""


def one_line(text: str) -> str:
    """Put a text on one line: lines of Chinese are joined as they are, others by a blank."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])", "", text)
    return joined.replace("\n", " ")


def items(text: str) -> list[str]:
    """Split a cell into the things that it holds, such as measures, without their numbers; one where it is not a list.

    They are told apart by their numbers, which must begin with one and go on without a gap; else by line ends.
    """
    for kind, pattern in NUMBERED.items():
        # 一、 numbers a thing at the beginning of a line only.
        behind = r"(?<=\n)" if kind == "chinese" else r"(?<=[\n。；;：:，,！!？?])"
        marks: list[re.Match[str]] = []
        for match in re.finditer(rf"(?:^|{behind}\s*){pattern}", text):
            if number(match["n"]) == len(marks) + 1:
                marks.append(match)
        if len(marks) < 2:  # noqa: PLR2004  one number does not make a list
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        parts = [text[mark.end() : end].strip("\n ；;") for mark, end in zip(marks, ends, strict=True)]
        head = text[: marks[0].start()].strip()
        if len(head) > 20:  # noqa: PLR2004  shorter is a label such as 整改措施：
            parts[0] = f"{head}\n{parts[0]}"
        if all(parts):
            return parts
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


def names(text: str) -> tuple[list[str], list[str]]:
    """Split a cell into people or offices: those who answer, and those who help (配合).

    Such as 牵头：规划科；配合：财务科、办公室.
    """
    if text and not _SEPARATES.search(text):
        return [name for name in [text.rstrip("。.")[:_LONGEST_NAME]] if name], []
    lead: list[str] = []
    helping: list[str] = []
    side, place = lead, 0
    for match in _ROLE.finditer(text):
        if match["lead"] or match["help"]:
            side += _split(text[place : match.start()])
            side, place = helping if match["help"] else lead, match.end()
    side += _split(text[place:])
    return list(dict.fromkeys(lead)), [name for name in dict.fromkeys(helping) if name not in lead]


def _split(text: str) -> list[str]:
    """Split a list of names; what stands in parentheses stays whole."""
    parts, depth, place = [""], 0, 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        parts[-1] += text[place : match.start()]
        place = match.end()
        depth = max(0, depth + (mark in "（(") - (mark in ")）"))
        if depth or mark in ")）":
            parts[-1] += mark
        elif mark.isspace() and mark != "\n" and _one_name(parts[-1], text[place:]):
            parts[-1] += "" if len(parts[-1]) == 1 else " "
        else:
            parts.append("")
    parts[-1] += text[place:]
    found = (re.sub(r"等$", "", part.strip(" \u3000。.；;")).strip(" \u3000") for part in parts)
    return [name[:_LONGEST_NAME] for name in found if name]


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
    text = entry["text"].removesuffix(_HIDDEN)
    marks = {} if text == entry["text"] else {"publish": False}
    match = _EVIDENCE.search(text)
    if match and (before := text[: match.start()]).strip():
        return {**entry, "text": before, "evidence": match["items"].split("；"), **marks}
    return {**entry, "text": text, **marks}


def show_entry(entry: dict[str, Any]) -> str:
    """Write an entry of progress on a line, as `entries` reads it."""
    day = f"{in_words(date.fromisoformat(entry['date']))}：" if entry.get("date") else ""
    evidence = [item if isinstance(item, str) else item["file"] for item in entry.get("evidence", ())]
    proof = f"（佐证：{'；'.join(evidence)}）" if evidence else ""
    return f"{day}{entry['text']}{proof}{'' if entry.get('publish', True) else _HIDDEN}"


def documents(text: str) -> list[str]:
    """Split a cell into pieces of evidence."""
    parts = re.split(r"[；;\n]|、(?=[^）)〕》]*(?:$|[；;、\n]))", text)
    names = (without_number(part.strip(" 、。")).strip() for part in parts)
    return [name[at : at + _LONGEST_LINE] for name in names for at in range(0, len(name), _LONGEST_LINE)]


def limit(cell: Cell, feedback: date) -> Limit:
    """Read a time limit: a date, Excel's number of a day, 20240315, 2024.3, or words; see `limits.limit`."""
    value = cell.value
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day.day == 1 and "d" not in _SPELT.sub("", cell.form.lower()):
            day = end_of_month(day.year, day.month)  # only the month is shown
        return Limit(day, long_term="长期" in cell.form)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return limits.limit(str(value or ""), feedback)
    if value in _SERIALS:
        day = _EPOCH + timedelta(days=int(value))
        return Limit(day, doubt=_("a bare number: taken for Excel's number of {day}").format(day=day))
    digits = f"{value:.8g}"
    return limits.limit(digits, feedback) if _NUMBERS.fullmatch(digits) else Limit()
