"""From a draft to changes of a ledger that is there: matched by number or title; nothing that it does not mention is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from xuncha.exchange.entering import Enterer, Names
from xuncha.exchange.matching import measure_of, problem_of
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.states import WORDS
from xuncha.store import editing
from xuncha.workflow.change import StatusChange
from xuncha.workflow.intake import Intake

if TYPE_CHECKING:
    from xuncha.exchange.drafts import MeasureDraft, ProblemDraft
    from xuncha.model.records import Ledger, Measure, Problem
    from xuncha.model.source import Source

_PLAIN = ("goal", "part", "leader", "office", "due", "term", "notice_text", "outcomes", "escalated")
_ORDER = ("not_started", "in_progress", "submitted", "closed")


class Updater(Enterer):
    """Turns a draft into changes of a ledger that is there."""

    def changed(self, ledger: Ledger, source: Source) -> Intake:
        """Make the files of a ledger that change; nothing that the draft does not mention does."""
        settings = ledger.settings
        self.draft.settings.setdefault("inspection", {})["feedback"] = (
            settings.inspection.feedback.isoformat()
        )
        names = Names(
            {"leaders": list(settings.leaders), "offices": list(settings.offices)},
            {each.title: each.key for each in settings.categories},
        )
        intake = Intake()
        problems: dict[int, Problem | None] = dict(ledger.problems)  # None: a new one
        measures = ledger.by_problem()
        taken: set[Identity] = set()
        for problem in self.draft.problems:
            number = problem_of(
                problem, problems, measures, {each.problem for each in taken if each.is_problem}, self.draft
            )
            if number is None:
                number = len(problems) + 1
                problems[number] = None
                self.new_problem(intake, names, number, problem)
                continue
            taken.add(Identity(number))
            self._changed_problem(intake, source, names, number, ledger.problems[number], problem)
            self._measures_of(intake, source, names, number, measures[number], problem, taken)
        edits: list[editing.Edit] = [editing.Append(which, item) for which, item in names.added]
        if edits:
            self._edit(intake, source, LEDGER_FILE, edits)
        return intake

    def _measures_of(
        self,
        intake: Intake,
        source: Source,
        names: Names,
        number: int,
        known: dict[Identity, Measure],
        problem: ProblemDraft,
        taken: set[Identity],
    ) -> None:
        free = len(known)
        for measure in problem.measures:
            identity = measure_of(measure, known, taken, exact=self.draft.exact)
            if identity is None:
                free += 1
                self.new_measure(intake, names, Identity(number, free), measure)
                continue
            taken.add(identity)
            edits, status = self._edits(source, identity, known[identity], measure, names)
            if edits:
                self._edit(intake, source, identity.path, edits)
                intake.steps.append(StatusChange(str(identity), known[identity].status, status))

    def _changed_problem(
        self, intake: Intake, source: Source, names: Names, number: int, known: Problem, problem: ProblemDraft
    ) -> None:
        new = problem.record
        said = {key_of(known.title), key_of(known.finding or "")}
        category = new.get("category") or names.known(problem.category)
        if problem.category and category is None:
            made = _("no category of the ledger: that of the problem stays")
            self.draft.doubt(made, problem.category, problem.sheet, problem.address)
        wanted = {
            key: new[key]
            for key in ("title", "finding")
            if new.get(key) and (self.draft.exact or key_of(new[key]) not in said)
        }
        wanted |= {"category": category or known.category, "publish": new.get("publish", known.publish)}
        edits: list[editing.Edit] = [
            editing.Set(key, value) for key, value in wanted.items() if value != getattr(known, key)
        ]
        if edits:
            self._edit(intake, source, Identity(number).path, edits)
            intake.steps.append(StatusChange(str(number), None, None))

    def _edits(
        self, source: Source, identity: Identity, known: Measure, measure: MeasureDraft, names: Names
    ) -> tuple[list[editing.Edit], str]:
        """Return what a draft changes of a measure, and the status that it leads to."""
        old = known.model_dump(mode="json", exclude_defaults=True)
        new = dict(measure.record)
        self.without_files(measure, new, identity, source)
        wanted = {key: new[key] for key in _PLAIN if new.get(key)}
        wanted |= {key: new[key] for key in ("co_offices", "publish") if key in new}
        if self.draft.exact or key_of(new["title"]) != key_of(known.title):
            wanted = {"title": new["title"], **wanted}
        whole = known.model_dump(mode="json")
        edits: list[editing.Edit] = [
            editing.Set(key, value) for key, value in wanted.items() if value != old.get(key, whole[key])
        ]
        names.meet(
            {"leader": known.leader, "office": known.office, **new},
            lambda text, made: self.doubt(measure, text, made),
        )
        status = self._status(measure, known, new, edits)
        edits += [editing.Append("progress", entry) for entry in self._new_entries(measure, old, new)]
        edits += [
            editing.Append("reviews", item)
            for item in new.get("reviews", ())
            if item not in old.get("reviews", ())
        ]
        return edits, status

    def _status(
        self, measure: MeasureDraft, known: Measure, new: dict[str, Any], edits: list[editing.Edit]
    ) -> str:
        """Move the status on, never back: what the ledger has closed, a spreadsheet does not open again."""
        status = str(new.get("status", known.status))
        if _ORDER.index(status) < _ORDER.index(known.status):
            if not (status == "in_progress" and known.status == "submitted"):
                self.doubt(
                    measure,
                    status,
                    _("the ledger says {status} already: kept").format(status=WORDS[known.status]),
                )
            return known.status
        if status == "closed" and known.status != "closed":
            record = {
                "due": known.due.isoformat() if known.due else "9999",
                **new,
                "progress": self.entries(measure, new),
            }
            edits += [
                editing.Set("status", status),
                editing.Set("closed", new.get("closed") or self.closing(measure, record)),
            ]
        elif (
            status == "closed"
            and known.closed
            and new.get("closed", {}).get("date", "") not in {"", known.closed.date.isoformat()}
        ):
            closed = {**known.closed.model_dump(mode="json", exclude_defaults=True), **new["closed"]}
            edits.append(editing.Set("closed", closed))
        elif status != known.status:
            edits.append(editing.Set("status", status))
        return status

    def _new_entries(
        self, measure: MeasureDraft, old: dict[str, Any], new: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Entries of progress and texts to keep that the measure does not have yet."""
        known = old.get("progress", [])
        everything = key_of("".join(entry["text"] for entry in known))
        fresh = [entry for entry in new.get("progress", ()) if key_of(entry["text"]) not in everything]
        kept = self.kept_entries(measure, known)
        return [*self.entries(measure, {**new, "progress": fresh}), *kept]

    def _edit(self, intake: Intake, source: Source, path: str, edits: Iterable[editing.Edit]) -> None:
        """Make edits one after another; those that change nothing change no byte."""
        content = intake.files.get(path) or source.read(path)
        for edit in edits:
            content = editing.apply(content, [edit])
        intake.files[path] = content
