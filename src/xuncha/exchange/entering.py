"""From a draft to the files of a new ledger; what must be there and is not told is assumed, and listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from xuncha.chinese.days import months_later
from xuncha.chinese.limits import full_days
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.rules.names import nearest
from xuncha.store import editing
from xuncha.workflow.change import StatusChange
from xuncha.workflow.intake import Intake

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft, RecordDraft

NOBODY = "未明确"
"""Placeholder for a missing leader or office."""
GENERAL = "反馈问题"
"""Placeholder for a missing category."""
USUAL_MONTHS = 6
"""The usual period of rectification (集中整改期)."""
_LONGEST_NAME = 200
_UNNAMED = "中共某单位党组"
"""Placeholder for a missing organisation."""
_INSPECTION = ("inspector", "round", "started", "ended", "feedback")


class Enterer:
    """Turns a draft into files, and adds doubts to it; `today` is the day for whatever has none."""

    def __init__(self, draft: Draft, today: date) -> None:
        self.draft = draft
        self.today = today
        self.intake = Intake()

    def new(self, origin: str, organisation: str | None) -> Intake:
        """Make the files of a new ledger out of a file of the name `origin`; the draft may name the organisation, too."""
        settings = dict(self.draft.settings)
        self.begin(settings)
        settings["organisation"] = organisation or settings.get("organisation") or _UNNAMED
        if settings["organisation"] is _UNNAMED:
            self.draft.doubt(
                _("the organisation is not told: write it in data/ledger.yaml, or say it by --organisation")
            )
        for number, problem in enumerate(self.draft.problems, 1):
            self.new_problem(number, problem)
        said = settings["inspection"]
        whole: dict[str, Any] = {
            "organisation": settings["organisation"],
            "inspection": {key: said[key] for key in _INSPECTION if key in said},
            **self.lists,
        }
        whole |= {key: value for key, value in settings.items() if key not in whole}
        # What stood around the tables becomes comments at the end of the ledger's own file.
        notes = [] if self.draft.exact else [line for note in self.draft.notes for line in note.split("\n")]
        remarks = "".join(f"# {line}\n" for line in [f"由 {origin} 导入。", *notes])
        self.intake.files[LEDGER_FILE] = editing.fresh(whole, "schema/ledger.json") + remarks.encode()
        return self.intake

    def begin(self, settings: dict[str, Any]) -> None:
        """Take from a ledger's settings the day of the feedback, and the lists that grow by what the draft names."""
        self.feedback = date.fromisoformat(settings["inspection"]["feedback"])
        self.lists = {key: list(settings.get(key, ())) for key in ("categories", "leaders", "offices")}

    def new_problem(self, number: int, problem: ProblemDraft) -> None:
        """Add the files of a problem and its measures."""
        record = dict(problem.record)
        if "category" not in record:
            titles = (each["title"] for each in self.lists["categories"])
            title = problem.category or next(titles, GENERAL)
            if not problem.category:
                made = _("no category is told: entered under “{title}”").format(title=title)
                self.doubt(problem, record["title"], made)
            record["category"] = self.category(title) or self._new_category(title)
        self._enter(Identity(number), record)
        for place, measure in enumerate(problem.measures, 1):
            self.new_measure(Identity(number, place), measure)

    def category(self, title: str) -> str | None:
        """Return the key of the category of this title; None where there is none."""
        return {key_of(each["title"]): each["key"] for each in self.lists["categories"]}.get(key_of(title))

    def _new_category(self, title: str) -> str:
        known = self.lists["categories"]
        keys = {each["key"] for each in known}
        key = next(key for number in count(len(known) + 1) if (key := f"c{number}") not in keys)
        known.append({"key": key, "title": title})
        return key

    def new_measure(self, identity: Identity, measure: MeasureDraft) -> None:
        """Add the file of a measure."""
        record = dict(measure.record)
        for key, said in (("leader", _("no leader is named")), ("office", _("no office is named"))):
            if key not in record:
                record[key] = NOBODY
                self.doubt(measure, record["title"], f"{said} → {NOBODY}")
            record[key] = record[key][:_LONGEST_NAME]
        if "due" not in record and record.get("term") != "long_term":
            record["due"] = months_later(self.feedback, USUAL_MONTHS).isoformat()
            made = _("no time limit is told: six months after the feedback, {day}")
            self.doubt(measure, record["title"], made.format(day=record["due"]))
        record.setdefault("status", "in_progress" if record.get("progress") else "not_started")
        told = record.get("progress", ())
        record["progress"] = [*self.entries(measure, record), *self.kept_entries(measure, told)]
        if record["status"] == "closed" and "closed" not in record:
            record["closed"] = self.closing(measure, record)
        self.without_files(measure, record, identity)
        self.meet(measure, record)
        self._enter(identity, {key: value for key, value in record.items() if value not in ([], "")})

    def _enter(self, identity: Identity, record: dict[str, Any]) -> None:
        """Add a new file, its keys in the order in which they are written."""
        schema = f"../../schema/{'problem' if identity.is_problem else 'measure'}.json"
        ordered = {key: record[key] for key in editing.KEYS if key in record}
        self.intake.files[identity.path] = editing.fresh(ordered, schema)
        self.intake.steps.append(StatusChange(str(identity), None, record.get("status")))

    def meet(self, measure: MeasureDraft, record: dict[str, Any]) -> None:
        """Put the names of a measure into the ledger's lists; list those that look like others as doubtful."""
        leaders = [record["leader"], *([record["escalated"]["to"]] if "escalated" in record else [])]
        offices = [record["office"], *record.get("co_offices", ())]
        for known, names in ((self.lists["leaders"], leaders), (self.lists["offices"], offices)):
            for name in names:
                if name in known:
                    continue
                if near := nearest(name, known) if known else None:
                    made = _("a new name, entered beside “{near}”, which looks like it")
                    self.doubt(measure, name, made.format(near=near))
                known.append(name)

    def entries(self, measure: MeasureDraft, record: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the entries of progress, each with a date: its own, the last of its text, the day of closing, or today."""
        found = []
        for entry in record.get("progress", ()):
            day = entry.get("date")
            if day is None:
                told = [day for day in full_days(entry["text"]) if self.feedback <= day <= self.today]
                closed = record.get("closed", {}).get("date")
                day = max(told).isoformat() if told else closed or self.today.isoformat()
                made = _("progress without a day: entered under {day}").format(day=day)
                self.doubt(measure, entry["text"], made)
            found.append({"date": day, **entry})
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
        days = [
            entry["date"]
            for entry in record.get("progress", ())
            if entry.get("publish", True) and "date" in entry
        ]
        due = min(record.get("due", "9999"), self.today.isoformat())
        day = max(max(days, default=due), self.feedback.isoformat())
        made = _("closed on a day that is not told: {day} was taken").format(day=day)
        self.doubt(measure, record["title"], made)
        return {"date": day}

    def without_files(self, measure: MeasureDraft, record: dict[str, Any], identity: Identity) -> None:
        """Turn evidence files that are not in this ledger into words."""
        for place, entry in enumerate(record.get("progress", ())):
            evidence = entry.get("evidence", ())
            lost = [item for item in evidence if isinstance(item, dict) and not self.has_file(identity, item)]
            for item in lost:
                made = _("the file is not in this ledger: its name is kept as evidence")
                self.doubt(measure, item["file"], made)
            if lost:
                words = [item["file"] if item in lost else item for item in evidence]
                record["progress"][place] = {**entry, "evidence": words}

    def has_file(self, identity: Identity, item: dict[str, Any]) -> bool:  # noqa: ARG002  for `Updater`
        """Return whether an evidence file is in the ledger; a new one has none."""
        return False

    def doubt(self, about: RecordDraft, text: str, made: str) -> None:
        """List something doubtful about a problem or a measure."""
        self.draft.doubt(made, text, about.sheet, about.address)
