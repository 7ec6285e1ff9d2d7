"""Read what one cell holds: several measures, several people, entries of progress, a time limit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from xuncha.chinese import enumerations, limits
from xuncha.chinese.days import end_of_month, in_words
from xuncha.chinese.enumerations import NUMBERED, without_number
from xuncha.chinese.limits import Limit, days_with_year
from xuncha.chinese.numbers import SYMBOL
from xuncha.exchange.sheet.grid import Cell
from xuncha.language import gettext as _
from xuncha.model.fields import MAX_LINE
from xuncha.model.formats import is_percent
from xuncha.model.register import FieldFrame
from xuncha.model.vocabulary import FieldType, Term
from xuncha.paper.xlsx import EPOCH

_CONTINUATION = re.compile("[，、；。）)”]|并(?!购)|且|以及|同时")
"""The beginning of a line that continues the line before it."""
_RUN_ON = re.compile(
    rf"(?={SYMBOL}|[（(][2-9][)）])|(?<=[\u4e00-\u9fff])(?=[2-9][.．、]\s*[\u4e00-\u9fff])|(?<=[^，。；\n])\s+(?=[二三四五六七八九十]、)"
)
"""Where a number begins an item without a mark before it; numbers that do not count up begin none."""
_ENTRY = re.compile(
    r"^\s*(?P<open>[（(【])?(?P<day>\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*(?:日|号)?)\s*[）)】]?\s*(?P<colon>[：:])?\s*(?P<text>.*)$",
    re.DOTALL,
)
_HIDDEN = "（不公开）"
_SERIALS: Final = range(36526, 73051)  # Excel's numbers for the days from 2000 to 2099
_COMPLETION_DAY: Final = re.compile(
    r"[\d〇零一二三四五六七八九十年月日号.．/／\-－\s:：]*(?:已|于|完成|整改|销号|办结)*[。.]?"
)
"""A day of completion, and not a plan such as 预计2024年12月完成."""
_ONCE: Final = re.compile("限期|限时|分阶段|阶段性|短期|近期|中期|集中整改")
_LONGEST_KIND: Final = 10
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?")
"""A number; the numbers of telephones and documents do not match, since they are text."""
_NUMBERS: Final = re.compile(r"(?:199|20\d)\d(?:\d{4}|\.(?:0?[1-9]|1[0-2]))?")
"""Numbers that are days, months or years: 20240315, 2024.3, 2024."""
_LITERALS: Final = re.compile(r'"[^"]*"|\[[^\]]*\]')  # quoted texts and conditions in a number format


def one_line(text: str) -> str:
    """Put a text on one line. Lines of Chinese are joined directly, others with a blank."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])", "", text)
    return joined.replace("\n", " ")


def items(text: str) -> list[str]:
    """Split a cell into its items, such as measures, without their numbers; one item if it is not a list.

    Items are separated by their numbers, which must begin with one and have no gap; else by line ends.
    """
    whole = _RUN_ON.sub("\n", text)
    found = enumerations.items(whole, (*NUMBERED, "是"))
    if len(found) > 1:
        parts = [whole[item.start : item.end].strip("\n ；;") for item in found]
        head = whole[: found[0].begin].strip()
        if len(head) > 20:  # noqa: PLR2004  shorter is a label such as 整改措施：
            parts[0] = f"{head}\n{parts[0]}"
        if all(parts):
            return parts
    return lines(text)


def lines(text: str) -> list[str]:
    """Split a cell into lines. A line that plainly goes on in the next one is joined with it."""
    found: list[str] = []
    for line in text.split("\n"):
        if found and continues(found[-1], line):
            found[-1] += line
        else:
            found.append(line)
    return found


def continues(before: str, text: str) -> bool:
    """Return whether a text plainly continues the one before it: that one ends with a comma, or this one begins with 、 or 并."""
    return bool(re.search(r"[，,、（(《“‘：:]$", before) or _CONTINUATION.match(text))


def entries(text: str) -> list[dict[str, Any]]:
    """Split a cell into entries of progress. Each line that begins with a day begins an entry. An entry may have no date."""
    found: list[dict[str, Any]] = []
    for line in text.split("\n"):
        match = _ENTRY.match(line)
        days = days_with_year(match["day"]) if match else ()
        if match and days and match["text"].strip():
            entry_text = match["text"] if match["colon"] or match["open"] else line.strip()
            found.append({"date": days[0].isoformat(), "text": entry_text})
        elif found:
            found[-1]["text"] += f"\n{line}"
        else:
            found.append({"text": line})
    return [_with_marks(entry) for entry in found]


def _with_marks(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with the mark （佐证：…） at the end of its text, and （不公开） at the end of any line, turned into keys."""
    text = "\n".join(line.removesuffix(_HIDDEN) for line in entry["text"].split("\n"))
    marks = {} if text == entry["text"] else {"publish": False}
    match = re.search(r"（佐证：(?P<items>[^（）]+)）$", text)
    if match and (before := text[: match.start()]).strip():
        return {**entry, "text": before, "evidence": match["items"].split("；"), **marks}
    return {**entry, "text": text, **marks}


def show_entry(entry: dict[str, Any]) -> str:
    """Write an entry of progress as the text that `entries` reads."""
    day = f"{in_words(date.fromisoformat(entry['date']))}：" if entry.get("date") else ""
    evidence = [item if isinstance(item, str) else item["file"] for item in entry.get("evidence", ())]
    proof = f"（佐证：{'；'.join(evidence)}）" if evidence else ""
    return f"{day}{entry['text']}{proof}{'' if entry.get('publish', True) else _HIDDEN}"


def documents(text: str) -> list[str]:
    """Split a cell into pieces of evidence."""
    parts = re.split(r"[；;\n]|、(?=[^）)〕》]*(?:$|[；;、\n]))", text)
    names = (without_number(part.strip(" 、。")).strip() for part in parts)
    return [name[at : at + MAX_LINE] for name in names for at in range(0, len(name), MAX_LINE)]


def limit(cell: Cell, feedback: date | None) -> Limit:
    """Read a time limit: a date, Excel's number of a day, 20240315, 2024.3, or words (see `limits.limit`)."""
    value = cell.value
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day.day == 1 and shows_month(cell):
            day = end_of_month(day.year, day.month)
        return Limit(day, long_term="长期" in cell.form)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return limits.limit(str(value or ""), feedback)
    if value in _SERIALS:
        day = EPOCH + timedelta(days=int(value))
        return Limit(day, doubt=_("a bare number: read as Excel's number for {day}", day=day))
    digits = f"{value:.8g}"
    return limits.limit(digits, feedback) if _NUMBERS.fullmatch(digits) else Limit()


def shows_month(cell: Cell) -> bool:
    """Return whether a date is shown as a month only."""
    return "d" not in _LITERALS.sub("", cell.form.lower())


def exact_day(cell: Cell) -> date | None:
    """Read the day on which something was done; None if there is no day, or only a month."""
    value = cell.value
    if isinstance(value, date):
        return None if shows_month(cell) else value.date() if isinstance(value, datetime) else value
    if isinstance(value, int | float) and not isinstance(value, bool) and value in _SERIALS:
        return EPOCH + timedelta(days=int(value))
    found = days_with_year(cell.text)
    return found[0] if len(found) == 1 and _COMPLETION_DAY.fullmatch(cell.text) else None


def kind(text: str) -> Term | None:
    """Read the kind of a task (整改类型): 立行立改, 分阶段整改, 限期整改, 持续整改, 长期坚持; None for anything else."""
    named = limits.limit(text)
    if len(text) > _LONGEST_KIND or named.day:
        return None
    if named.long_term or named.at_once:
        return "long_term" if named.long_term else "at_once"
    return "once" if _ONCE.search(text) else None


def field_key(heading: str) -> str:
    """Return the key of the declared field for an unknown column: its heading without blanks, brackets and signs."""
    bare = re.sub(r"[（(\[【].*?[)）\]】]", "", unicodedata.normalize("NFKC", heading)) or heading
    key = re.sub(r"[\W]+", "", bare)[:60]
    return f"_{key}" if key[:1].isdigit() else key


def number_in(cell: Cell) -> int | float | None:
    """Return the number in a cell, which may be stored as a number or as text; None for anything else."""
    value = cell.value
    if isinstance(value, bool) or is_percent(cell.form):
        return None
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value.strip()):
        value = float(value)
    if not isinstance(value, int | float):
        return None
    return int(value) if float(value).is_integer() else value


def field_type(told: Sequence[Cell]) -> FieldType:
    """Return the field type that fits all of these cells."""
    if told and all(number_in(cell) is not None for cell in told):
        return "number"
    dates = [isinstance(cell.value, date) and exact_day(cell) for cell in told]
    return "date" if told and all(dates) else "text"


def field_value(field: FieldFrame, held: Sequence[Cell]) -> int | float | str | None:
    """Return the value of a field from its cells, in the field's type; None if they do not fit it."""
    text = "\n".join(dict.fromkeys(cell.text for cell in held))
    if field.type == "number":
        return number_in(held[0])
    if field.type == "date":
        day = exact_day(held[0])
        return day.isoformat() if day else None
    return text if field.type == "text" or text in field.choices else None
