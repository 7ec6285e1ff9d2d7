"""From a draft to changes of a ledger that is there: matched by number or title; nothing that it does not mention is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from xuncha.errors import RefusedError, together
from xuncha.exchange.entering import Enterer
from xuncha.exchange.matching import Match, matched
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, Identity
from xuncha.model.vocabulary import WORDS
from xuncha.store import editing
from xuncha.trail.git import Git
from xuncha.workflow.change import StatusChange
from xuncha.workflow.close import missing, refusal
from xuncha.workflow.verb import applicants

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
    from xuncha.model.records import Ledger, Measure, Problem
    from xuncha.model.source import Source
    from xuncha.workflow.intake import Intake

_PLAIN = ("goal", "part", "leader", "office", "person", "due", "term", "notice_text", "outcomes", "escalated")
_ORDER = ("not_started", "in_progress", "submitted", "closed")


class Updater(Enterer):
    """Turns a draft into changes of a ledger that is there; in the history at `root` stands who applied for a closing. `new_names` may enter its lists."""

    def __init__(self, draft: Draft, root: Path, *, new_names: bool = False, partly: bool = True) -> None:
        super().__init__(draft, new_names=new_names or draft.exact)
        self.root = root
        self.partly = partly
        """Whether the rest is changed where the policy of the ledger refuses something."""
        self.refused: list[RefusedError] = []

    def changed(self, ledger: Ledger, source: Source) -> Intake:
        """Make the files of a ledger that change; what the draft does not mention stays. Raises RefusedError if the policy refuses, unless `partly`."""
        self.source = source
        self.settings = ledger.settings
        settings = ledger.settings.model_dump(mode="json")
        self.begin(settings)
        known = {key: len(names) for key, names in self.lists.items()}
        last = len(ledger.problems)
        for match in matched(self.draft, ledger):
            if match.number is None:
                last += 1
                self.new_problem(last, match.problem)
            else:
                self._change_problem(match.number, ledger.problems[match.number], match.problem)
                self._take_measures(ledger, match)
        edits: list[editing.Edit] = []
        if not settings["organisation"] and (name := self.draft.settings.get("organisation")):
            edits.append(editing.Set("organisation", name))
        for key, names in self.lists.items():
            edits += [editing.Append(key, name) for name in names[known[key] :]]
        for key in ("fields", "outcomes"):
            there, named = {each["key"] for each in settings[key]}, self.draft.settings.get(key, ())
            edits += [editing.Append(key, each) for each in named if each["key"] not in there]
        if edits:
            self._edit(LEDGER_FILE, edits)
        if self.refused and not self.partly:
            raise together(self.refused)
        return self.intake

    def _change_problem(self, number: int, known: Problem, problem: ProblemDraft) -> None:
        new = problem.record
        said = {key_of(known.title), key_of(known.finding or "")}
        category = self.category(problem)
        named = {key: new[key] for key in ("title", "finding") if new.get(key)}
        wanted = {key: text for key, text in named.items() if self.draft.exact or key_of(text) not in said}
        wanted |= {"category": category or known.category, "publish": new.get("publish", known.publish)}
        if fields := {**known.fields, **new.get("fields", {})}:
            wanted["fields"] = fields
        edits = [editing.Set(key, value) for key, value in wanted.items() if value != getattr(known, key)]
        if edits:
            self._edit(Identity(number).path, edits)
            self.intake.steps.append(StatusChange(str(number), None, None))

    def _take_measures(self, ledger: Ledger, match: Match) -> None:
        number = match.number or 0
        last = len(ledger.by_problem()[number])
        for measure, identity in match.measures:
            if identity is None:
                last += 1
                self.new_measure(Identity(number, last), measure)
            else:
                self._change_measure(identity, ledger.measures[identity], measure)

    def _change_measure(self, identity: Identity, known: Measure, measure: MeasureDraft) -> None:
        old, whole = known.model_dump(mode="json", exclude_defaults=True), known.model_dump(mode="json")
        new = dict(measure.record)
        self.without_files(measure, new, identity)
        self.meet(measure, new)
        wanted = {key: new[key] for key in _PLAIN if new.get(key)}
        wanted |= {key: new[key] for key in ("co_offices", "publish") if key in new}
        if self.draft.exact or key_of(new["title"]) != key_of(known.title):
            wanted = {"title": new["title"], **wanted}
        if fields := {**old.get("fields", {}), **new.get("fields", {})}:
            wanted["fields"] = fields
        fresh_values = ((key, value) for key, value in wanted.items() if value != old.get(key, whole[key]))
        edits: list[editing.Edit] = [editing.Set(key, value) for key, value in fresh_values]
        told = old.get("progress", [])
        everything = key_of("".join(entry["text"] for entry in told))
        fresh = [entry for entry in new.get("progress", ()) if key_of(entry["text"]) not in everything]
        if fresh and new.get("status", known.status) == "not_started":
            new["status"] = "in_progress"
        status = self._status(measure, identity, known, new, [*told, *fresh], edits)
        reviews = [review for review in new.get("reviews", ()) if review not in old.get("reviews", ())]
        days = [entry.get("date", "") for entry in told]
        for entry in fresh:
            day = entry.get("date", "")
            place = next((number for number, other in enumerate(days) if other > day), len(days))
            days.insert(place, day)
            edits.append(editing.Append("progress", entry, place if place < len(days) - 1 else None))
        edits += [editing.Append("reviews", review) for review in reviews]
        if edits:
            self._edit(identity.path, edits)
            self.intake.steps.append(StatusChange(str(identity), known.status, status))

    def _status(
        self,
        measure: MeasureDraft,
        identity: Identity,
        known: Measure,
        new: dict[str, Any],
        entries: Sequence[dict[str, Any]],
        edits: list[editing.Edit],
    ) -> str:
        """Move the status on, never back: what the ledger has closed, a table does not open again; nor past the policy."""
        status: str = new.get("status", known.status)
        if _ORDER.index(status) < _ORDER.index(known.status):
            if (known.status, status) != ("submitted", "in_progress"):
                made = _("the ledger says {status} already: kept").format(status=WORDS[known.status])
                self.doubt(measure, "state", WORDS[new["status"]], made)
            return known.status
        if status == known.status:
            day = new.get("closed", {}).get("date")
            if known.closed and day not in {None, known.closed.date and known.closed.date.isoformat()}:
                before = known.closed.model_dump(mode="json", exclude_defaults=True)
                edits.append(editing.Set("closed", {**before, "date": day}))
            return status
        if status == "closed":
            evidence = [entry.get("evidence", ()) for entry in entries]
            requires = self.settings.policy.close_requires
            closer: Collection[str] = ()
            applied: Collection[str] = ()
            if "second_person" in requires:
                closer = self.settings.addresses(Git(self.root).user()[1])
                applied = applicants(self.root, identity)
            lacking = missing(requires, known.status, evidence, closer=closer, applicants=applied)
            self.refused += [refusal(each, identity) for each in lacking]
            if lacking:
                return known.status
            edits.append(editing.Set("closed", new.get("closed", {})))
            self.intake.signed |= "signed_commit" in requires
        edits.append(editing.Set("status", status))
        return status

    def has_file(self, identity: Identity, item: dict[str, Any]) -> bool:
        """Return whether an evidence file is in the ledger, with the same content."""
        found = self.source.fingerprint(f"{EVIDENCE}/{identity}/{item['file']}")
        return found is not None and found.sha256 == item["sha256"]

    def _edit(self, path: str, edits: Iterable[editing.Edit]) -> None:
        """Make edits one after another; those that change nothing change no byte."""
        content = self.source.read(path)
        for edit in edits:
            content = editing.apply(content, [edit])
        self.intake.files[path] = content
