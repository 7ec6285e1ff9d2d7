"""From a draft to the files of a new ledger: what the paper says, and nothing else."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.rules.names import nearest
from xuncha.store import editing
from xuncha.workflow.change import StatusChange
from xuncha.workflow.intake import Intake
from xuncha.workflow.settings import INSPECTION

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft, RecordDraft

_LISTS = ("categories", "leaders", "offices")
_SHORTEST = 2  # characters of a name that is too short to look like another
_COUNTED = re.compile("副|常务|[第0-9一二三四五六七八九十]+")
"""What tells two posts or offices apart that are called alike."""


class Enterer:
    """Turns a draft into files, and adds doubts to it; `new_names` may be entered beside those that the ledger has already."""

    def __init__(self, draft: Draft, *, new_names: bool = True) -> None:
        self.draft = draft
        self.new_names = new_names
        self.intake = Intake()
        self.lists: dict[str, list[Any]] = {}

    def new(self, origin: str, organisation: str | None, feedback: str | None = None) -> Intake:
        """Make the files of a new ledger out of a file of the name `origin`; what is given goes before what the draft says."""
        settings = dict(self.draft.settings)
        said = settings.get("inspection", {}) | ({"feedback": feedback} if feedback else {})
        self.begin(settings)
        for number, problem in enumerate(self.draft.problems, 1):
            self.new_problem(number, problem)
        name = organisation or settings.get("organisation")
        whole: dict[str, Any] = {"organisation": name} if name else {}
        if inspection := {key: said[key] for key in INSPECTION if key in said}:
            whole["inspection"] = inspection
        whole |= self.lists
        whole |= {key: value for key, value in settings.items() if key not in {*whole, "inspection"}}
        # What stood around the tables becomes comments at the end of the ledger's own file.
        notes = [] if self.draft.exact else [line for note in self.draft.notes for line in note.split("\n")]
        remarks = "".join(f"# {line}\n" for line in [f"由 {origin} 导入。", *notes])
        self.intake.files[LEDGER_FILE] = editing.fresh(whole, "schema/ledger.json") + remarks.encode()
        return self.intake

    def begin(self, settings: dict[str, Any]) -> None:
        """Take from a ledger's settings the lists that grow by what the draft names; those that are empty take every name."""
        self.lists = {key: list(settings.get(key, ())) for key in _LISTS}
        self.open = {key for key in _LISTS if self.new_names or not self.lists[key]}

    def new_problem(self, number: int, problem: ProblemDraft) -> None:
        """Add the files of a problem and its measures."""
        record = dict(problem.record)
        record["category"] = self.category(problem)
        self._enter(Identity(number), record)
        for place, measure in enumerate(problem.measures, 1):
            self.new_measure(Identity(number, place), measure)

    def category(self, problem: ProblemDraft) -> str | None:
        """Return the key of the category that a problem is said to be of; None where the ledger has none and none may be entered.

        A workbook of another ledger names keys which this one need not have.
        """
        known, own = self.lists["categories"], problem.record.get("category")
        keys = {each["key"] for each in known}
        if own in keys or not problem.category:
            return own if own in keys else None
        found = {key_of(each["title"]): each["key"] for each in known}.get(key_of(problem.category))
        if found is None and "categories" in self.open:
            found = own or next(key for number in count(len(known) + 1) if (key := f"c{number}") not in keys)
            known.append({"key": found, "title": problem.category})
        elif found is None:
            made = _("no category of the ledger: not taken; with --new it is entered")
            self.doubt(problem, "category", problem.category, made)
        return found

    def new_measure(self, identity: Identity, measure: MeasureDraft) -> None:
        """Add the file of a measure."""
        record = dict(measure.record)
        record["status"] = measure.status
        if measure.status == "closed":
            record.setdefault("closed", {})
        self.without_files(measure, record, identity)
        self.meet(measure, record)
        self._enter(identity, {key: value for key, value in record.items() if value not in ([], "")})

    def _enter(self, identity: Identity, record: dict[str, Any]) -> None:
        """Add a new file, its keys in the order in which they are written."""
        schema = f"../../schema/{'problem' if identity.is_problem else 'measure'}.json"
        ordered = {key: record[key] for key in editing.KEYS if record.get(key) is not None}
        self.intake.files[identity.path] = editing.fresh(ordered, schema)
        self.intake.steps.append(StatusChange(str(identity), None, record.get("status")))

    def meet(self, measure: MeasureDraft, record: dict[str, Any]) -> None:
        """Put the names of a measure into the ledger's lists; where none may be entered, take an unknown one away."""
        if (to := record.get("escalated", {}).get("to")) and not self._known(measure, "leaders", "", to):
            del record["escalated"]
        for key, names in (("leader", "leaders"), ("office", "offices")):
            if key in record and not self._known(measure, names, key, record[key]):
                del record[key]
        if others := record.get("co_offices"):
            in_own = measure.text("co_offices")
            told = [(name, "co_offices" if name in in_own else "office") for name in others]
            known = [name for name, role in told if self._known(measure, "offices", role, name)]
            record["co_offices"] = known

    def _known(self, measure: MeasureDraft, of: str, role: str, name: str) -> str | None:
        """Return a name if the ledger has it or may have it; list it where it is new and looks like another, or may not be entered."""
        known = self.lists[of]
        if name in known:
            return name
        near = nearest(name, known) if known else None
        if near and (len(name) <= _SHORTEST or _COUNTED.sub("", name) == _COUNTED.sub("", near)):
            near = None  # 李某 is not 王某, nor 副局长 局长, nor 二分局 三分局
        if of not in self.open:
            made = _("no name of the ledger's lists: not taken; with --new it is entered")
            if near:
                made = _("no name of the ledger's lists, like {near}: not taken; with --new it is entered")
            self.doubt(measure, role, name, made.format(near=near))
            return None
        if near:
            made = _("a new name, entered beside “{near}”, which looks like it")
            self.doubt(measure, role, name, made.format(near=near))
        known.append(name)
        return name

    def without_files(self, measure: MeasureDraft, record: dict[str, Any], identity: Identity) -> None:
        """Turn evidence files that are not in this ledger into words."""
        for place, entry in enumerate(record.get("progress", ())):
            evidence = entry.get("evidence", ())
            lost = [item for item in evidence if isinstance(item, dict) and not self.has_file(identity, item)]
            role = "evidence" if "evidence" in measure.cells else "progress"
            for item in lost:
                made = _("the file is not in this ledger: its name is kept as evidence")
                self.doubt(measure, role, item["file"], made)
            if lost:
                words = [item["file"] if item in lost else item for item in evidence]
                record["progress"][place] = {**entry, "evidence": words}

    def has_file(self, identity: Identity, item: dict[str, Any]) -> bool:  # noqa: ARG002  for `Updater`
        """Return whether an evidence file is in the ledger; a new one has none."""
        return False

    def doubt(self, about: RecordDraft, role: str, text: str, made: str) -> None:
        """List something doubtful about a problem or a measure: at the cell of the role, where there is one."""
        told = about.cells.get(role)
        sheet, address = told[0][:2] if told else (about.sheet, about.address)
        self.draft.doubt(made, text, sheet, address, role)
