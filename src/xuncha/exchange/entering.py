"""From a draft to the files of a new ledger; what must be there and is not told is assumed, and listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from xuncha.chinese.days import months_later
from xuncha.chinese.limits import full_days
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, Identity
from xuncha.rules.names import nearest
from xuncha.store import editing
from xuncha.workflow.change import StatusChange
from xuncha.workflow.intake import Intake

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
    from xuncha.model.source import Source

NOBODY = "未明确"
"""Placeholder for a missing leader or office."""
GENERAL = "反馈问题"
"""Placeholder for a missing category."""
_MONTHS = 6
"""The usual period of rectification (集中整改期)."""
_LONGEST_NAME = 200
_UNNAMED = "中共某单位党组"
"""The organisation, where it is not told."""
_INSPECTION = ("inspector", "round", "started", "ended", "feedback")


@dataclass
class Names:
    """The lists of a ledger that grow by what a draft names."""

    people: dict[str, list[str]]
    """The `leaders` and the `offices`."""
    categories: dict[str, str]
    """Keys by titles."""
    added: list[tuple[str, str | dict[str, str]]] = field(default_factory=list)
    """What was not there: the list, and the item."""

    def category(self, title: str) -> str:
        """Return the key of a category; a new one where there is none of this title."""
        if (there := self.known(title)) is not None:
            return there
        number = len(self.categories) + 1
        while (key := f"c{number}") in self.categories.values():
            number += 1
        self.categories[title] = key
        self.added.append(("categories", {"key": key, "title": title}))
        return key

    def known(self, title: str) -> str | None:
        """Return the key of the category of this title; None where there is none."""
        return {key_of(name): key for name, key in self.categories.items()}.get(key_of(title))

    def meet(self, record: dict[str, Any], doubt: Callable[[str, str], None]) -> None:
        """Put the names of a measure into the lists; list those that look like others."""
        leaders = [record["leader"], *([record["escalated"]["to"]] if "escalated" in record else [])]
        offices = [record["office"], *record.get("co_offices", ())]
        for which, names in (("leaders", leaders), ("offices", offices)):
            known = self.people[which]
            for name in dict.fromkeys(names):
                if name in known:
                    continue
                if near := nearest(name, known) if known else None:
                    doubt(
                        name, _("a new name, entered beside “{near}”, which looks like it").format(near=near)
                    )
                known.append(name)
                self.added.append((which, name))


class Enterer:
    """Turns a draft into files.

    Args:
        draft: what has been understood; doubts are added to it.
        today: the day for whatever has none.
    """

    def __init__(self, draft: Draft, today: date) -> None:
        self.draft = draft
        self.today = today

    def new(self, origin: str, organisation: str | None) -> Intake:
        """Make the files of a new ledger.

        Args:
            origin: the name of the file that the draft comes from.
            organisation: its name, where it was said; else the draft's own.
        """
        settings = dict(self.draft.settings)
        settings["organisation"] = organisation or settings.get("organisation") or _UNNAMED
        if settings["organisation"] is _UNNAMED:
            self.draft.doubt(
                _("the organisation is not told: enter it with `xuncha edit`, or say it by --organisation")
            )
        said, categories = settings.get("inspection", {}), list(settings.get("categories", ()))
        names = Names(
            {"leaders": list(settings.get("leaders", ())), "offices": list(settings.get("offices", ()))},
            {each["title"]: each["key"] for each in categories},
        )
        intake = Intake()
        for number, problem in enumerate(self.draft.problems, 1):
            self.new_problem(intake, names, number, problem)
        whole: dict[str, Any] = {
            "organisation": settings["organisation"],
            "inspection": {key: said[key] for key in _INSPECTION if key in said},
            "categories": [*categories, *(item for which, item in names.added if which == "categories")],
            **names.people,
        }
        whole |= {key: value for key, value in settings.items() if key not in whole}
        # What stood around the tables becomes comments at the end of the ledger's own file.
        notes = [] if self.draft.exact else [line for note in self.draft.notes for line in note.split("\n")]
        remarks = "".join(f"# {line}\n" for line in [f"由 {origin} 导入。", *notes])
        intake.files[LEDGER_FILE] = editing.fresh(whole, "schema/ledger.json") + remarks.encode()
        return intake

    def new_problem(self, intake: Intake, names: Names, number: int, problem: ProblemDraft) -> None:
        """Add the files of a problem and its measures to an intake."""
        identity = Identity(number)
        intake.files[identity.path] = editing.fresh(
            self._problem_record(problem, names), "../../schema/problem.json"
        )
        intake.steps.append(StatusChange(str(identity), None, None))
        for place, measure in enumerate(problem.measures, 1):
            self.new_measure(intake, names, Identity(number, place), measure)

    def _problem_record(self, problem: ProblemDraft, names: Names) -> dict[str, Any]:
        record = dict(problem.record)
        if "category" not in record:
            title = problem.category or next(iter(names.categories), GENERAL)
            if not problem.category:
                made = _("no category is told: entered under “{title}”").format(title=title)
                self.draft.doubt(made, record["title"], problem.sheet, problem.address)
            record["category"] = names.category(title)
        return _ordered(record)

    def new_measure(self, intake: Intake, names: Names, identity: Identity, measure: MeasureDraft) -> None:
        """Add the file of a measure to an intake."""
        record = self._complete(measure, identity)
        names.meet(record, lambda text, made: self.doubt(measure, text, made))
        intake.files[identity.path] = editing.fresh(_ordered(record), "../../schema/measure.json")
        intake.steps.append(StatusChange(str(identity), None, record["status"]))

    def _complete(self, measure: MeasureDraft, identity: Identity) -> dict[str, Any]:
        """Complete the record of a new measure: what must be there and is not told is assumed, and listed."""
        record = dict(measure.record)
        for key, said in (("leader", _("no leader is named")), ("office", _("no office is named"))):
            if key not in record:
                record[key] = NOBODY
                self.doubt(measure, record["title"], f"{said} → {NOBODY}")
            record[key] = record[key][:_LONGEST_NAME]
        if "due" not in record and record.get("term") != "long_term":
            record["due"] = months_later(self._feedback, _MONTHS).isoformat()
            self.doubt(
                measure,
                record["title"],
                _("no time limit is told: six months after the feedback, {day}").format(day=record["due"]),
            )
        record.setdefault("status", "in_progress" if record.get("progress") else "not_started")
        told = record.get("progress", ())
        record["progress"] = [*self.entries(measure, record), *self.kept_entries(measure, told)]
        if record["status"] == "closed" and "closed" not in record:
            record["closed"] = self.closing(measure, record)
        self.without_files(measure, record, identity, None)
        return {key: value for key, value in record.items() if value not in ([], "")}

    @property
    def _feedback(self) -> date:
        from datetime import date  # noqa: PLC0415

        return date.fromisoformat(self.draft.settings["inspection"]["feedback"])

    def entries(self, measure: MeasureDraft, record: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the entries of progress, each with a date: its own, the last of its text, the day of closing, or today."""
        found = []
        for entry in record.get("progress", ()):
            if "date" not in entry:
                told = [day for day in full_days(entry["text"]) if self._feedback <= day <= self.today]
                closed = record.get("closed", {}).get("date")
                day = max(told).isoformat() if told else closed or self.today.isoformat()
                made = _("progress without a day: entered under {day}").format(day=day)
                self.doubt(measure, entry["text"], made)
                entry = {"date": day, **entry}  # noqa: PLW2901
            found.append(entry)
        return found

    def kept_entries(self, measure: MeasureDraft, told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return texts that have no key as internal entries; those that stand there already are left out."""
        known = {key_of(entry["text"]) for entry in told}
        return [
            {"date": self.today.isoformat(), "text": text, "publish": False}
            for text in measure.kept
            if key_of(text) not in known
        ]

    def closing(self, measure: MeasureDraft, record: dict[str, Any]) -> dict[str, str]:
        """Return what stands in `closed` where its day is not told: the day of the last progress, or of the time limit."""
        days = [entry["date"] for entry in record.get("progress", ()) if entry.get("publish", True)]
        due = min(record.get("due", "9999"), self.today.isoformat())
        day = max(max(days) if days else due, self._feedback.isoformat())
        self.doubt(
            measure, record["title"], _("closed on a day that is not told: {day} was taken").format(day=day)
        )
        return {"date": day}

    def without_files(
        self, measure: MeasureDraft, record: dict[str, Any], identity: Identity, source: Source | None
    ) -> None:
        """Turn evidence files that are not in this ledger into words."""
        for place, entry in enumerate(record.get("progress", ())):
            evidence = entry.get("evidence", ())
            lost = [
                item for item in evidence if isinstance(item, dict) and not _is_there(source, identity, item)
            ]
            for item in lost:
                made = _("the file is not in this ledger: its name is kept as evidence")
                self.doubt(measure, item["file"], made)
            if lost:
                words = [item["file"] if item in lost else item for item in evidence]
                record["progress"][place] = {**entry, "evidence": words}

    def doubt(self, measure: MeasureDraft, text: str, made: str) -> None:
        """List something doubtful about a measure."""
        self.draft.doubt(made, text, measure.sheet, measure.address)


def _is_there(source: Source | None, identity: Identity, item: dict[str, Any]) -> bool:
    """Return whether an evidence file is in this ledger."""
    found = source.fingerprint(f"{EVIDENCE}/{identity}/{item['file']}") if source else None
    return found is not None and found.sha256 == item["sha256"]


def _ordered(record: dict[str, Any]) -> dict[str, Any]:
    """Put the keys of a record in the order in which they are written."""
    return {key: record[key] for key in editing.KEYS if key in record}
