"""Enter a draft into the files of a ledger. What an existing ledger has and the draft does not mention is kept."""

from __future__ import annotations

import re
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from xuncha.errors import RefusedError, combined
from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft, RecordDraft
from xuncha.exchange.matching import Match, key_of, matches
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.source import Source
from xuncha.model.vocabulary import STATUS_WORDS, STATUSES, StatusChange
from xuncha.rules.names import most_similar
from xuncha.store import editing
from xuncha.store.reading import parse
from xuncha.workflow.close import requirement_error, unmet_requirements
from xuncha.workflow.committer import is_second_person
from xuncha.workflow.intake import Intake
from xuncha.workflow.progress import with_entry
from xuncha.workflow.settings import INSPECTION

_LISTS = ("categories", "leaders", "offices")
_SHORT_NAME = 2  # a name of so few characters does not count as similar to another
_DISTINCTIONS = re.compile("副|常务|[第0-9一二三四五六七八九十]+")
"""The parts of a name by which similar posts or offices differ."""
_KEYS = ("goal", "part", "leader", "office", "person", "due", "term", "notice_text", "outcomes", "escalated")


class Enterer:
    """Turns a draft into the files of a ledger, and adds doubts to the draft.

    Args:
        draft: what is entered.
        root: the folder of an existing ledger; its history shows who applied for closing a measure.
        new_names: whether names may be added to lists of the ledger that are not empty.
        allow_partial: whether the rest is changed if the policy refuses something.
    """

    def __init__(
        self, draft: Draft, root: Path | None = None, *, new_names: bool = False, allow_partial: bool = True
    ) -> None:
        self.draft = draft
        self.root, self.is_new = root or Path(), root is None
        self.new_names = new_names or draft.exact or self.is_new
        self.allow_partial = allow_partial
        self.refused: list[RefusedError] = []
        self.intake = Intake()
        self.lists: dict[str, list[Any]] = {}

    def new(self, origin: str, organisation: str | None, feedback: str | None = None) -> Intake:
        """Make the files of a new ledger from a file named `origin`. The arguments take precedence over the draft."""
        settings = dict(self.draft.settings)
        inspection_values = settings.get("inspection", {}) | ({"feedback": feedback} if feedback else {})
        self._load_lists(settings)
        for number, problem in enumerate(self.draft.problems, 1):
            self._new_problem(number, problem)
        name = organisation or settings.get("organisation")
        whole: dict[str, Any] = {"organisation": name} if name else {}
        if inspection := {key: inspection_values[key] for key in INSPECTION if key in inspection_values}:
            whole["inspection"] = inspection
        whole |= self.lists
        whole |= {key: value for key, value in settings.items() if key not in {*whole, "inspection"}}
        # Texts around the tables become comments at the end of the ledger's own file.
        notes = [] if self.draft.exact else [line for note in self.draft.notes for line in note.split("\n")]
        remarks = "".join(f"# {line}\n" for line in [f"由 {origin} 导入。", *notes])
        self.intake.files[LEDGER_FILE] = editing.new_file(whole, "schema/ledger.json") + remarks.encode()
        return self.intake

    def changed(self, ledger: Ledger, source: Source) -> Intake:
        """Make the changed files of a ledger; what the draft does not mention stays. Raises RefusedError if the policy refuses, unless `allow_partial`."""
        self.source = source
        self.settings = ledger.settings
        settings = ledger.settings.model_dump(mode="json")
        self._load_lists(settings)
        lengths = {key: len(names) for key, names in self.lists.items()}
        last = len(ledger.problems)
        for match in matches(self.draft, ledger):
            if match.number is None:
                last += 1
                self._new_problem(last, match.problem)
            else:
                self._change_problem(match.number, ledger.problems[match.number], match.problem)
                self._enter_measures(ledger, match)
        added = {key: names[lengths[key] :] for key, names in self.lists.items()}
        for key in ("fields", "outcomes"):
            there, named = {each["key"] for each in settings[key]}, self.draft.settings.get(key, ())
            added[key] = [each for each in named if each["key"] not in there]
        written = parse(source.read(LEDGER_FILE))
        edits = {key: [*written.get(key, ()), *items] for key, items in added.items() if items}
        if not settings["organisation"] and (name := self.draft.settings.get("organisation")):
            edits = {"organisation": name, **edits}
        self._edit(LEDGER_FILE, edits)
        if self.refused and not self.allow_partial:
            raise combined(self.refused)
        return self.intake

    def _load_lists(self, settings: dict[str, Any]) -> None:
        """Take the lists that the draft may extend from the settings of a ledger. An empty list takes every name."""
        self.lists = {key: list(settings.get(key, ())) for key in _LISTS}
        self.extendable = {key for key in _LISTS if self.new_names or not self.lists[key]}

    def _new_problem(self, number: int, problem: ProblemDraft) -> None:
        self._enter(Identity(number), {**problem.record, "category": self._category(problem)})
        for place, measure in enumerate(problem.measures, 1):
            self._new_measure(Identity(number, place), measure)

    def _category(self, problem: ProblemDraft) -> str | None:
        """Return the key of a problem's category; None if the ledger does not have it, and may not get a new one.

        A workbook of another ledger contains keys that this ledger may not have.
        """
        known, own = self.lists["categories"], problem.record.get("category")
        keys = {each["key"] for each in known}
        if own in keys or not problem.category:
            return own if own in keys else None
        found = {key_of(each["title"]): each["key"] for each in known}.get(key_of(problem.category))
        if found is None and "categories" in self.extendable:
            found = own or next(key for number in count(len(known) + 1) if (key := f"c{number}") not in keys)
            known.append({"key": found, "title": problem.category})
        elif found is None:
            message = _("not a category of the ledger: not imported; with --new it is entered")
            self._doubt(problem, "category", problem.category, message)
        return found

    def _new_measure(self, identity: Identity, measure: MeasureDraft) -> None:
        record = {**measure.record, "status": measure.status}
        if measure.status == "closed":
            record.setdefault("closed", {})
        self._drop_lost_files(measure, record, identity)
        self._add_names(measure, record)
        self._enter(identity, {key: value for key, value in record.items() if value not in ([], "")})

    def _enter(self, identity: Identity, record: dict[str, Any]) -> None:
        """Add a new file, with its keys in the usual order."""
        schema = f"../../schema/{'problem' if identity.is_problem else 'measure'}.json"
        ordered = {key: record[key] for key in editing.KEYS if record.get(key) is not None}
        self.intake.files[identity.path] = editing.new_file(ordered, schema)
        self.intake.steps.append(StatusChange(str(identity), None, record.get("status")))

    def _add_names(self, measure: MeasureDraft, record: dict[str, Any]) -> None:
        """Add the names of a measure to the lists of the ledger. Remove an unknown name if none may be added."""
        if (to := record.get("escalated", {}).get("to")) and not self._accepted(measure, "leaders", "", to):
            del record["escalated"]
        for key, names in (("leader", "leaders"), ("office", "offices")):
            if key in record and not self._accepted(measure, names, key, record[key]):
                del record[key]
        if others := record.get("co_offices"):
            in_own = measure.text("co_offices")
            with_roles = [(name, "co_offices" if name in in_own else "office") for name in others]
            known = [name for name, role in with_roles if self._accepted(measure, "offices", role, name)]
            record["co_offices"] = known

    def _accepted(self, measure: MeasureDraft, list_key: str, role: str, name: str) -> str | None:
        """Return a name that the ledger has or may get, else None. List a name that is refused, or new and similar to another."""
        names = self.lists[list_key]
        if name in names:
            return name
        near = most_similar(name, names) if names else None
        if near and (len(name) <= _SHORT_NAME or _DISTINCTIONS.sub("", name) == _DISTINCTIONS.sub("", near)):
            near = None  # 李某 is not 王某, nor 副局长 局长, nor 二分局 三分局
        if list_key not in self.extendable:
            message = _("not in the ledger's lists of names: not imported; with --new it is entered")
            if near:
                message = _(
                    "not in the ledger's lists of names, but like {near}: not imported; with --new it is entered"
                )
            self._doubt(measure, role, name, message.format(near=near))
            return None
        if near:
            message = _("a new name, entered in addition to “{near}”, which looks like it")
            self._doubt(measure, role, name, message.format(near=near))
        names.append(name)
        return name

    def _drop_lost_files(self, measure: MeasureDraft, record: dict[str, Any], identity: Identity) -> None:
        """Replace evidence files that are not in this ledger by their names."""
        for place, entry in enumerate(record.get("progress", ())):
            evidence = entry.get("evidence", ())
            lost = [item for item in evidence if self._is_lost(identity, item)]
            role = "evidence" if "evidence" in measure.cells else "progress"
            for item in lost:
                message = _("the file is not in this ledger: its name is kept as evidence")
                self._doubt(measure, role, item["file"], message)
            if lost:
                words = [item["file"] if item in lost else item for item in evidence]
                record["progress"][place] = {**entry, "evidence": words}

    def _is_lost(self, identity: Identity, item: str | dict[str, Any]) -> bool:
        """Return whether evidence is a file that the ledger does not have with the same content; a new ledger has none."""
        if isinstance(item, str):
            return False
        stored = None if self.is_new else self.source.fingerprint(f"{EVIDENCE}/{identity}/{item['file']}")
        return stored is None or stored.sha256 != item["sha256"]

    def _doubt(self, draft: RecordDraft, role: str, text: str, message: str) -> None:
        """List a doubt about a problem or a measure, at the cell of the role if there is one."""
        source_cells = draft.cells.get(role)
        self.draft.doubt(message, text, source_cells[0].place if source_cells else draft.place, role)

    def _change_problem(self, number: int, stored: Problem, problem: ProblemDraft) -> None:
        new = problem.record
        titles = {key_of(stored.title), key_of(stored.finding or "")}
        category = self._category(problem)
        named = {key: new[key] for key in ("title", "finding") if new.get(key)}
        values = {key: text for key, text in named.items() if self.draft.exact or key_of(text) not in titles}
        values |= {"category": category or stored.category, "publish": new.get("publish", stored.publish)}
        if fields := {**stored.fields, **new.get("fields", {})}:
            values["fields"] = fields
        edits = {key: value for key, value in values.items() if value != getattr(stored, key)}
        if self._edit(Identity(number).path, edits):
            self.intake.steps.append(StatusChange(str(number), None, None))

    def _enter_measures(self, ledger: Ledger, match: Match) -> None:
        number = match.number or 0
        last = len(ledger.by_problem()[number])
        for measure, identity in match.measures:
            if identity is None:
                last += 1
                self._new_measure(Identity(number, last), measure)
            else:
                self._change_measure(identity, ledger.measures[identity], measure)

    def _change_measure(self, identity: Identity, stored: Measure, measure: MeasureDraft) -> None:
        old, whole = stored.model_dump(mode="json", exclude_defaults=True), stored.model_dump(mode="json")
        new = dict(measure.record)
        self._drop_lost_files(measure, new, identity)
        self._add_names(measure, new)
        values = {key: new[key] for key in _KEYS if new.get(key)}
        values |= {key: new[key] for key in ("co_offices", "publish") if key in new}
        if self.draft.exact or key_of(new["title"]) != key_of(stored.title):
            values = {"title": new["title"], **values}
        if fields := {**old.get("fields", {}), **new.get("fields", {})}:
            values["fields"] = fields
        edits = {key: value for key, value in values.items() if value != old.get(key, whole[key])}
        old_entries = old.get("progress", [])
        old_text = key_of("".join(entry["text"] for entry in old_entries))
        fresh = [entry for entry in new.get("progress", ()) if key_of(entry["text"]) not in old_text]
        if fresh and new.get("status", stored.status) == "not_started":
            new["status"] = "in_progress"
        evidence = [entry.get("evidence", ()) for entry in (*old_entries, *fresh)]
        status, edits_of_status = self._status(measure, identity, stored, new, evidence)
        edits |= edits_of_status
        reviews = [review for review in new.get("reviews", ()) if review not in old.get("reviews", ())]
        written = parse(self.source.read(identity.path))
        entries = written.get("progress", ())
        for entry in fresh:
            entries = edits["progress"] = with_entry(entries, entry)
        if reviews:
            edits["reviews"] = [*written.get("reviews", ()), *reviews]
        if self._edit(identity.path, edits):
            self.intake.steps.append(StatusChange(str(identity), stored.status, status))

    def _status(
        self,
        measure: MeasureDraft,
        identity: Identity,
        stored: Measure,
        new: dict[str, Any],
        evidence: list[Any],
    ) -> tuple[str, dict[str, Any]]:
        """Return the new status and its edits: never back, since a table does not reopen what the ledger has closed, and only as the policy allows."""
        status: str = new.get("status", stored.status)
        closed = new.get("closed", {})
        if STATUSES.index(status) < STATUSES.index(stored.status):
            if (stored.status, status) != ("submitted", "in_progress"):
                message = _("the ledger already says {status}: kept")
                message = message.format(status=STATUS_WORDS[stored.status])
                self._doubt(measure, "state", STATUS_WORDS[new["status"]], message)
            return stored.status, {}
        if status == stored.status:
            day, before = closed.get("date"), stored.closed
            if before is None or day in {None, before.date and before.date.isoformat()}:
                return status, {}
            whole = before.model_dump(mode="json", exclude_defaults=True)
            return status, {"closed": {**whole, "date": day}}
        edits: dict[str, Any] = {}
        if status == "closed":
            requires = self.settings.policy.close_requires
            second_person = partial(is_second_person, self.root, identity)
            lacking = unmet_requirements(requires, stored.status, evidence, second_person)
            self.refused += [requirement_error(each, identity) for each in lacking]
            if lacking:
                return stored.status, {}
            edits["closed"] = closed
            self.intake.signed |= "signed_commit" in requires
        return status, {**edits, "status": status}

    def _edit(self, path: str, edits: editing.Edits) -> bool:
        """Make edits one after another; return whether there are any. An edit that changes nothing leaves every byte as it is."""
        content = self.source.read(path)
        for key, value in edits.items():
            content = editing.apply(content, {key: value})
        if edits:
            self.intake.files[path] = content
        return bool(edits)
