"""The expected reading of a table, in the form of `import table --dry-run --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.tables.description import Table

_KEYS = (
    "title", "goal", "part", "term", "leader", "office", "co_offices", "person", "due", "status", "publish", "fields",
)  # fmt: skip


def perfect(table: Table) -> dict[str, Any]:
    """Give what a reader without a fault would print of a table that is to be read; where two are allowed, the first."""
    first = table.sheets[0].name
    return {
        "form": {},
        "problems": [_problem(_chosen(problem)) for problem in table.problems],
        "doubts": [{"place": _place(doubt, first), "text": "", "message": "存疑"} for doubt in table.doubts],
    }


def _chosen(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            _chosen(value["either"][0])
            if "either" in value
            else {key: _chosen(each) for key, each in value.items()}
        )
    return [_chosen(each) for each in value] if isinstance(value, list) else value


def _place(doubt: str, sheet: str) -> str:
    kind, _blank, name = doubt.rpartition(" ")
    return f"{sheet}!{name}:{name}" if kind else f"{sheet}!{name}"


def _problem(truth: dict[str, Any]) -> dict[str, Any]:
    keys = {key: truth.get(key) for key in ("title", "category", "finding", "fields")}
    return {**keys, "place": None, "measures": [_measure(each) for each in truth.get("measures", ())]}


def _measure(truth: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: truth.get(key) for key in _KEYS}
    found["leader"] = truth.get("leader/person", found["leader"])
    entries: list[dict[str, Any]] = []
    for entry in truth.get("progress") or ():
        day, text = entry if isinstance(entry, list) else (None, entry)
        entries.append({"date": day, "text": text})
    if truth.get("evidence") and entries:
        entries[-1]["evidence"] = truth["evidence"]
    found["progress"] = entries or None
    found["closed"] = {"date": truth.get("closed")} if truth["status"] == "closed" else None
    return found
