"""Compare the reading of a notice with the expected one, field by field, and report inventions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tests.notices.description import TODAY
from tests.tables.comparison import Outcome, bare, pairs
from xuncha.errors import RefusedError
from xuncha.exchange.notice import draft_of
from xuncha.pages import lines
from xuncha.reading.notice import as_json
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notices.description import Described

OF_HEAD: Final = ("title", "organisation", "issuer", "inspector")
OF_DATES: Final = ("inspection_start", "inspection_end", "feedback", "notice")
OF_STATED: Final = (
    "problems_total", "measures_total", "problems_done", "measures_done", "measures_in_progress", "completion_rate",
)  # fmt: skip
OF_CONTACT: Final = ("phone", "address", "email")
OF_MEASURES: Final = ("status", "leader", "office", "due", "part")


def look(path: Path) -> dict[str, Any] | None:
    """Read a notice: what `import notice --json` prints, and what else a new ledger gets; None where it is refused."""
    notice = read(lines(path))
    try:
        draft = draft_of(notice, str(path), date.fromisoformat(TODAY))
    except RefusedError:
        return None
    drafts = [each.record for each in draft.measures]
    found = as_json(notice)
    measures = [
        each for one in found["categories"] for problem in one["problems"] for each in problem["measures"]
    ]
    for each, record in zip(measures, drafts, strict=True):
        each["co_offices"] = record.get("co_offices")
        each["entered"] = record["status"]
    texts = [f"{doubt.text} {doubt.message}" for doubt in draft.doubts]
    told = {key: [line.text for line in getattr(notice, key)] for key in ("work", "next_steps")}
    return found | told | {"doubts": texts}


def compare(notice: Described, found: dict[str, Any] | None) -> Outcome:
    """Compare what was read with the truth."""
    outcome = Outcome(bare(notice.text))
    truth, found = notice.truth, found or {}
    for key in OF_HEAD:
        _hold_words(outcome, key, truth.get(key), found.get(key))
    for group, keys in (("dates", OF_DATES), ("stated", OF_STATED), ("contact", OF_CONTACT)):
        wanted, got = truth.get(group) or {}, found.get(group) or {}
        for key in keys:
            outcome.hold(f"{group}: {key}", _value(wanted.get(key)), _value(got.get(key)))
    outcomes = (truth.get("stated") or {}).get("outcomes")
    if outcomes is not None:
        outcome.hold("stated: outcomes", outcomes, (found.get("stated") or {}).get("outcomes"))
    for key, paragraphs in (("work", notice.work), ("next_steps", notice.next_steps)):
        _hold_words(outcome, key, "".join(paragraphs), "".join(found.get(key, ())))
    for words in truth.get("doubts", ()):
        outcome.hold(f"doubt: {words}", True, any(str(words) in text for text in found.get("doubts", ())))
    _hold_tree(outcome, _flat(notice.categories), _flat(found.get("categories") or []))
    return outcome


def _hold_tree(outcome: Outcome, wanted: list[dict[str, Any]], got: list[dict[str, Any]]) -> None:
    for one, other in pairs(wanted, got):
        where = str((one or other or {})["title"])[:24]
        if one is None or other is None:
            _alone(outcome, where, one, other)
            continue
        _hold_words(outcome, f"{where}: title", one["title"], other["title"])
        _hold_words(outcome, f"{where}: category", one["category"], other["category"])
        for measure, read_ in pairs(one["measures"], other["measures"]):
            if measure is None or read_ is None:
                _alone(outcome, f"{where} › ", measure, read_)
            else:
                _hold_measure(outcome, where, measure, read_)


def _flat(categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the problems of a tree, each with its category, and measures whose title is their text."""
    return [
        {
            "title": problem["title"],
            "category": category["title"],
            "measures": [
                each | {"title": {"either": each["texts"]} if "texts" in each else each["text"]}
                for each in problem["measures"]
            ],
        }
        for category in categories
        for problem in category["problems"]
    ]


def _alone(outcome: Outcome, where: str, wanted: dict[str, Any] | None, got: dict[str, Any] | None) -> None:
    if got is not None:
        outcome.hold(f"{where}: title", None, got["title"])
    elif wanted is not None:
        _hold_words(outcome, f"{where}: title", wanted["title"], None)
        for key in OF_MEASURES:
            outcome.hold(f"{where}: {key}", _value(wanted.get(key)), None)
        for measure in wanted.get("measures", ()):
            _alone(outcome, f"{where} › ", measure, None)


def _hold_measure(outcome: Outcome, where: str, wanted: dict[str, Any], got: dict[str, Any]) -> None:
    where = f"{where} › {str(got['title'])[:12]}"
    _hold_words(outcome, f"{where}: text", wanted["title"], got["title"])
    for key in OF_MEASURES:
        if key in {"part", "leader", "office"}:
            _hold_words(outcome, f"{where}: {key}", wanted.get(key), got.get(key))
        else:
            outcome.hold(f"{where}: {key}", _value(wanted.get(key)), _value(got.get(key)))
    outcome.hold(f"{where}: co_offices", wanted.get("co_offices"), got.get("co_offices") or None)
    if got.get("entered") == "closed" and wanted.get("status") != "closed":
        outcome.hold(f"{where}: status", None, "closed")


def _hold_words(outcome: Outcome, where: str, wanted: Any, got: Any) -> None:
    """Hold words, without blanks and punctuation; empty ones are none."""
    if isinstance(wanted, dict):
        wanted = {"either": [bare(each or "") or None for each in wanted["either"]]}
    else:
        wanted = bare(wanted or "") or None
    outcome.hold(where, wanted, bare(got or "") or None)


def _value(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
