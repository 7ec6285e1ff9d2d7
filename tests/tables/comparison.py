"""Compare the reading of a table with the expected one, field by field, and report inventions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openpyxl.utils import column_index_from_string

from xuncha.chinese.enumerations import without_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tables.description import Table

AIM: Final = 0.97
"""The least share that must be read right."""
Record = dict[str, Any]
OF_PROBLEMS: Final = ("title", "category", "finding")
OF_MEASURES: Final = (
    "title", "goal", "part", "term", "leader", "office", "co_offices", "person", "due", "status", "publish", "progress",
    "closed", "evidence",
)  # fmt: skip
DEFAULTS: Final = {"term": "once", "publish": True}
_ENDS: Final = "。；;，,、.：: "
_COUNT: Final = re.compile(r"\((?:共|合计)?\d+(?:个|条|项)?(?:问题)?\)$")
_AMOUNT: Final = re.compile(r"[\d.%-]+")
"""Numbers and days, which a table may write in another way."""
_DAY: Final = re.compile(r"^(?:\(?\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?\)?[,:]?)")
_PLACE: Final = re.compile(
    r"(?:(?P<sheet>.*)!)?\$?(?P<column>[A-Z]*)\$?(?P<row>\d*)(?::\$?(?P<to>[A-Z]*)\$?(?P<end>\d*))?"
)


class Difference(NamedTuple):
    """A field that was read otherwise than it says."""

    where: str
    wanted: Any
    got: Any
    invented: bool
    """Whether the table says nothing of it, or the reading says a day, a closing or words that the table does not."""


@dataclass
class Outcome:
    """How a table was read."""

    words: str
    """All that the table says, as `bare` gives it."""
    fields: int = 0
    """Fields of which the table or the reading says something, and cells that must be doubtful."""
    differences: list[Difference] = field(default_factory=list)

    def hold(self, where: str, wanted: Any, got: Any, usual: Any = None) -> None:
        """Hold a field against what it must be; it counts where either is not the usual."""
        allowed = wanted["either"] if isinstance(wanted, dict) and "either" in wanted else [wanted]
        if got != usual or any(each != usual for each in allowed):
            self.fields += 1
        if got in allowed:
            return
        key = where.rpartition(": ")[2]
        nothing = all(each is None for each in allowed)
        invented = got is not None and (nothing or self._is_unsaid(key, got, allowed))
        self.differences.append(Difference(where, wanted, got, invented))

    def _is_unsaid(self, key: str, got: Any, allowed: list[Any]) -> bool:
        """Return whether what was read wrongly of a field stands nowhere in the table: words, a day, a closing."""
        if key in {"due", "closed"}:
            return True
        if key == "status":
            return bool(got == "closed")
        if key == "progress":
            days = {day for entries in allowed for day, _text in entries or ()}
            return any(day is not None and day not in days for day, _text in got)
        texts = got if isinstance(got, list) else [got]
        return key not in {"term", "publish"} and any(
            isinstance(text, str) and not _AMOUNT.fullmatch(text) and bare(text) not in self.words
            for text in texts
        )

    @property
    def inventions(self) -> list[Difference]:
        """What was invented."""
        return [each for each in self.differences if each.invented]


def compare(table: Table, found: Record | None) -> Outcome:
    """Compare what `import table --dry-run --json` printed with the truth of a table; None is a refusal."""
    outcome = Outcome(bare("".join(text for sheet in table.sheets for text in sheet.texts)))
    if not table.problems:
        outcome.hold("refused", True, found is None)
    found = found or {"problems": []}
    wanted, got = table.problems, found["problems"]
    for truth, problem in pairs(wanted, got):
        if truth is None or problem is None:
            _hold_alone(outcome, "", truth, problem)
            continue
        where = str(truth["title"])[:16]
        for key in OF_PROBLEMS:
            outcome.hold(f"{where}: {key}", plain(key, truth.get(key)), plain(key, problem.get(key)))
        _hold_fields(outcome, where, truth, problem)
        for measure_truth, measure in pairs(truth.get("measures", []), problem.get("measures") or []):
            if measure_truth is None or measure is None:
                _hold_alone(outcome, f"{where} › ", measure_truth, measure)
            else:
                _hold_measure(
                    outcome,
                    where,
                    measure_truth,
                    measure,
                    published=problem.get("publish", True) is not False,
                )
    named = [str(doubt.get("place") or "") for doubt in found.get("doubts", ())]
    for doubt in table.doubts:
        outcome.hold(
            f"doubt {doubt}", True, any(_is_at(place, doubt, table.sheets[0].name) for place in named)
        )
    return outcome


def _hold_alone(outcome: Outcome, where: str, truth: Record | None, found: Record | None) -> None:
    """Count a problem or measure that is there on one side alone: each of its texts is missing, or it is invented."""
    if found is not None:
        outcome.fields += 1
        outcome.differences.append(
            Difference(f"{where}{found.get('title')}", None, found.get("title"), invented=True)
        )
    elif truth and not truth.get("maybe"):
        for key, value in truth.items():
            if key in {*OF_PROBLEMS, *OF_MEASURES} and value is not None:
                outcome.hold(f"{where}{str(truth['title'])[:16]}: {key}", plain(key, value), None)
        for measure in truth.get("measures", ()):
            _hold_alone(outcome, f"{where}{str(truth['title'])[:16]} › ", measure, None)


def _hold_measure(outcome: Outcome, where: str, truth: Record, found: Record, *, published: bool) -> None:
    where = f"{where} › {str(truth['title'])[:16]}"
    found = dict(found)
    found["publish"] = published and found.get("publish") is not False
    entries = found.get("progress") or []
    told = found.get("evidence") or [item for entry in entries for item in entry.get("evidence") or ()]
    found["evidence"] = [item if isinstance(item, str) else item.get("file") for item in told]
    if name := truth.get("leader/person"):
        truth = truth | {"person" if _text(found.get("person")) == _text(name) else "leader": name}
    for key in OF_MEASURES:
        outcome.hold(
            f"{where}: {key}", plain(key, truth.get(key)), plain(key, found.get(key)), DEFAULTS.get(key)
        )
    for text in (str(entry.get("text")) for entry in entries):
        if truth.get("progress") and bare(text.removeprefix("佐证材料")) not in outcome.words:
            outcome.hold(f"{where}: progress", None, text)
    _hold_fields(outcome, where, truth, found)


def _hold_fields(outcome: Outcome, where: str, truth: Record, found: Record) -> None:
    """Hold the declared fields; the key of one under a heading of two rows may begin with the upper one."""
    wanted, optional, read = truth.get("fields") or {}, truth.get("fields?") or {}, found.get("fields") or {}
    known = {*wanted, *optional}
    got = {next((each for each in known if key.endswith(each)), key): value for key, value in read.items()}
    for key in dict.fromkeys([*wanted, *optional, *got]):
        value = _either(_amount, wanted.get(key, optional.get(key)))
        if key in optional and key not in wanted:
            value = {"either": [None, *(value["either"] if isinstance(value, dict) else [value])]}
        outcome.hold(f"{where}: fields.{key}", value, _amount(got.get(key)))


def pairs(wanted: list[Record], got: list[Record]) -> Iterator[tuple[Record | None, Record | None]]:
    """Pair records by their titles, and what stands between two that fit by their order."""
    left = [plain("title", each["title"]) for each in wanted]
    right = [plain("title", each.get("title")) for each in got]
    left = [
        next((title for title in right if title in each["either"]), "") if isinstance(each, dict) else each
        for each in left
    ]
    for _kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for step in range(max(b - a, d - c)):
            yield wanted[a + step] if a + step < b else None, got[c + step] if c + step < d else None


def plain(key: str, value: Any) -> Any:
    """Bring a value into the form in which it is compared; None where it says nothing."""
    if isinstance(value, dict) and "either" in value:
        return {"either": [plain(key, each) for each in value["either"]]}
    if key in DEFAULTS:
        return DEFAULTS[key] if value is None else value
    if key == "progress":
        return _entries(value or [])
    if key == "closed":
        value = value.get("date") if isinstance(value, dict) else value
    if key in {"co_offices", "evidence"}:
        return sorted(_text(each) or "" for each in value or ()) or None
    if key == "category" and isinstance(value, dict):
        value = value.get("title")
    text = _text(value)
    if text and key in {"title", "category"}:
        text = _COUNT.sub("", without_number(text).removesuffix(":"))
    return text.strip(_ENDS) if text else None


def bare(text: str) -> str:
    """Give a text half-width, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def _text(value: Any) -> str | None:
    """Give a text half-width, without blanks and line ends, and the marks at its end."""
    text = "".join(unicodedata.normalize("NFKC", str(value)).split()) if value is not None else ""
    return text.strip(_ENDS) or None


def _entries(value: list[Any]) -> list[tuple[str | None, str]] | None:
    """Give the entries of progress, those without a day of their own joined to the one before; what only names evidence left out."""
    found: list[tuple[str | None, str]] = []
    for entry in value:
        whole = isinstance(entry, dict)
        day, text = (
            (entry.get("date"), entry.get("text"))
            if whole
            else entry
            if isinstance(entry, list)
            else (None, entry)
        )
        said = _DAY.sub("", _text(text) or "").strip(_ENDS)
        if whole and entry.get("evidence") and said.startswith("佐证材料"):
            continue
        if found and day is None and found[-1][0] is None:
            said = f"{found.pop()[1]}{said}"
        found.append((day, re.sub(r"[。；;\n]", "", said)))
    return found or None


def _amount(value: Any) -> str | None:
    """Give a field's value: a number as a person writes it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = _text(value)
        try:
            return f"{float(text):g}" if text else None
        except ValueError:
            return text
    return f"{value:g}"


def _either(change: Any, value: Any) -> Any:
    if isinstance(value, dict) and "either" in value:
        return {"either": [change(each) for each in value["either"]]}
    return change(value)


def _is_at(place: str, wanted: str, first: str) -> bool:
    """Return whether the place of a doubt is a cell or a row, or covers it."""
    sheet, _mark, cell = wanted.replace("row ", "").replace("col ", "").rpartition("!")
    target, within = _PLACE.fullmatch(cell), False
    assert target, wanted
    for part in place.split(","):
        match = _PLACE.fullmatch(part.strip())
        if not match or (match["sheet"] is not None and sheet and match["sheet"].strip("'") != sheet):
            continue
        if sheet and sheet != first and match["sheet"] is None:
            continue
        within |= _covers(match, target)
    return within


def _covers(match: re.Match[str], target: re.Match[str]) -> bool:
    first = int(match["row"] or 1)
    last = int(match["end"] or (match["row"] if match["row"] and not match["to"] else 10**7))
    rows = not target["row"] or first <= int(target["row"]) <= last
    if not match["column"] or not target["column"]:
        return rows and bool(match["row"] or match["column"])
    start, end = (
        column_index_from_string(match["column"]),
        column_index_from_string(match["to"] or match["column"]),
    )
    return rows and start <= column_index_from_string(target["column"]) <= end


def share_of(outcomes: list[Outcome], things: str) -> tuple[float, int]:
    """Print the share that was read right, and return it with the number of inventions."""
    fields = sum(outcome.fields for outcome in outcomes)
    right = fields - sum(len(outcome.differences) for outcome in outcomes)
    inventions = sum(len(outcome.inventions) for outcome in outcomes)
    whole = sum(not outcome.differences for outcome in outcomes)
    share = right / fields if fields else 0
    print(f"{whole} of {len(outcomes)} {things} without a fault")
    print(
        f"{right} of {fields} fields: {share:.1%} (aimed at: {AIM:.0%}); inventions: {inventions} (aimed at: 0)"
    )
    return share, inventions


def tell(name: str, outcome: Outcome) -> None:
    """Print a line for each field that is wrong."""
    for each in outcome.differences:
        kind = "invented" if each.invented else "wrong"
        print(f"{name}: {kind}: {each.where}: {each.wanted!r} → {each.got!r}")
