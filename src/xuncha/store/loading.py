"""Read, check and combine a ledger's files. Every command that reads a ledger uses this module.

`load_ledger` returns all of it as records; `cache.register` returns the flat view, from the cache where nothing has changed;
`all_comments` returns the comments; `check` returns every finding. All of them use the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, Findings, InvalidLedgerError, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.records import Comment, EvidenceFile, Ledger, Measure, Problem
from xuncha.model.register import Frame, ProblemRow
from xuncha.model.source import Entry, Fingerprint, Source
from xuncha.rules.catalogue import Location, RuleContext, broken_rules
from xuncha.rules.ledger import PROBLEM_RULES, SETTINGS_RULES, requires_newer
from xuncha.rules.measure import measure_findings
from xuncha.store.faults import finding_on, link, unreadable
from xuncha.store.reading import Data
from xuncha.store.record import (
    Parsed,
    by_place,
    gaps,
    list_data,
    list_folder,
    list_part,
    make_record,
    places_if_any,
    read_record,
)

if TYPE_CHECKING:
    from xuncha.model.settings import Settings

_FOLDER = re.compile(r"0*([1-9][0-9]{0,5})")
_MEASURE = re.compile(r"([1-9][0-9]{0,5})\.([1-9][0-9]{0,5})\.yaml")
_FRAME_KEYS = frozenset({"inspection", "categories", "leaders", "offices", "outcomes"})
"""The keys of `data/ledger.yaml` against which problems and measures are checked."""


@dataclass
class ProblemFolder:
    """The content of a problem's folder, with the findings about it."""

    number: int
    problem: Problem | None = None
    measures: dict[Identity, Measure] = field(default_factory=dict)
    findings: Findings = field(default_factory=list)

    def row(self) -> ProblemRow:
        """Return the flat view; there must be no findings."""
        assert self.problem is not None  # noqa: S101  no findings, so it is there
        return self.problem.row(self.number, self.measures)

    def evidence(self) -> list[str]:
        """List the paths of the evidence files that the measures name."""
        return [
            f"{EVIDENCE}/{identity}/{item.file}"
            for identity, measure in self.measures.items()
            for entry in measure.progress
            for item in entry.evidence
            if isinstance(item, EvidenceFile)
        ]


@dataclass
class LedgerFile:
    """The content of `data/ledger.yaml`, with the findings about it."""

    settings: Settings | None  # None if there are findings
    frame: Frame | None  # None if the keys against which problems and measures are checked are invalid
    findings: Findings


def load_settings(source: Source, *, warn: bool = False) -> LedgerFile:
    """Read and check `data/ledger.yaml`; the findings also say why `data` itself cannot be read.

    Raises InvalidLedgerError if it requires a newer version of the program; any other finding could be wrong then.
    """
    from xuncha.model.settings import Settings  # noqa: PLC0415  not needed by a command that has the frame

    entries, findings = list_data(source)
    if findings:
        return LedgerFile(None, None, findings)
    settings, findings, unsound = read_record(source, LEDGER_FILE, Settings, entries)
    if settings is None:
        return LedgerFile(None, None, findings)
    if requirements := list(requires_newer(settings)):
        raise InvalidLedgerError(places_if_any(source, LEDGER_FILE, requirements))
    findings += places_if_any(source, LEDGER_FILE, broken_rules(SETTINGS_RULES, unsound, settings, warn=warn))
    frame = None if unsound & _FRAME_KEYS else settings.frame()
    return LedgerFile(None if findings else settings, frame, findings)


def load_folders(source: Source, non_empty: Container[str] = ()) -> tuple[dict[int, str], Findings]:
    """List the problems' folders by their numbers, in order, with the findings about their names.

    The folders `non_empty` are known not to be empty, and are not listed.
    """
    entries, findings = list_part(source, PROBLEMS)
    names: dict[int, str] = {}
    for entry in sorted(entries):
        path = f"{PROBLEMS}/{entry.name}"
        match = _FOLDER.fullmatch(entry.name)
        if entry.kind == "link":
            findings.append(link(path))
        elif entry.kind != "folder" or match is None:
            hint = _("name the folders 01, 02, …, 10, …, 100")
            findings.append(finding_on(path, "misnamed", _("{path} is not a problem's folder"), hint))
        elif entry.name not in non_empty and list_folder(source, path) == ([], []):
            continue  # git keeps no empty folders, and a command that was killed may have left one
        elif (number := int(match[1])) in names:
            message = _("problem {number} has two folders, {one} and {other}")
            hint = _("keep one of them, and give the other problem the next free number")
            values = {"number": number, "one": names[number], "other": entry.name}
            findings.append(finding_on(path, "number-twice", message, hint, **values))
        else:
            names[number] = entry.name
            if entry.name != (proper := f"{number:02d}"):
                hint = _("name it {name}")
                findings.append(
                    finding_on(path, "misnamed", _("{path} has the wrong name"), hint, name=proper)
                )
    folders = dict(sorted(names.items()))
    paths = {number: f"{PROBLEMS}/{name}" for number, name in folders.items()}
    findings += gaps(paths, _("problem {n} is missing"))
    return folders, findings


def load_problem(source: Source, name: str, frame: Frame | None, *, warn: bool = False) -> ProblemFolder:
    """Read and check a problem's folder by its name; rules of records are checked only if there is a frame."""
    number = int(name)
    folder = f"{PROBLEMS}/{name}"
    entries, findings = list_folder(source, folder)
    loaded = ProblemFolder(number, findings=findings)
    if findings:
        return loaded
    identities, misnamed = _identities(number, folder, entries)
    if warn and not identities:
        hint = _("type: xuncha add measure {n} TITLE")
        without = finding_on(
            f"{folder}/problem.yaml", "no-measures", _("problem {n} has no measures"), hint, n=number
        )
        misnamed.append(without._replace(severity="warning"))
    for identity in (Identity(number), *identities):
        path = f"{folder}/{'problem' if identity.is_problem else identity}.yaml"
        read = read_record(source, path, kind_of(identity), entries)
        found = read.findings
        if read.record and frame:
            found += places_if_any(source, path, _rule_findings(source, identity, read, frame, warn=warn))
        findings += sorted(found, key=by_place)
        if isinstance(read.record, Problem):
            loaded.problem = None if read.invalid else read.record
        elif read.record and not read.invalid:
            loaded.measures[identity] = read.record
        if identity.is_problem:
            findings += misnamed
    return loaded


def check(source: Source, *, warn: bool = False) -> Findings:
    """Return all findings of a ledger, in the order of its files; with `warn`, also warnings, forms and templates. Reads every file anew."""
    from xuncha.store.comments import load_comments  # noqa: PLC0415  most commands never read comments

    try:
        found = _load_all(source, warn=warn)[1] + load_comments(source)[1]
    except InvalidLedgerError as error:
        found = list(error.findings)
    if not warn:
        return found
    from xuncha.store.forms import load_forms  # noqa: PLC0415  for `validate` alone

    return [*found, *load_forms(source)[1], *_own_templates(source)]


def check_ledger(source: Source) -> None:
    """Check a ledger. Raises InvalidLedgerError if it breaks rules."""
    if findings := check(source):
        raise InvalidLedgerError(findings)


def _own_templates(source: Source, folder: str = "templates") -> Iterator[Finding[Place]]:
    """Yield a note for each template of the ledger that differs from the built-in one, and a finding for each link among them."""
    from xuncha.paper.own import FOLDER, is_changed, is_template  # noqa: PLC0415  for `validate` alone

    if folder == FOLDER and (FOLDER, "link") in source.entries(""):
        yield link(FOLDER)
        return
    try:
        for name, kind in sorted(source.entries(folder)):
            path = f"{folder}/{name}"
            if kind == "link":
                yield link(path)
            elif kind == "folder":
                yield from _own_templates(source, path)
            elif is_template(name) and is_changed(path.removeprefix(f"{FOLDER}/"), source.read(path)):
                message = _("{path} is the ledger's own template: documents follow its text")
                hint = _("check it like a record; without it the program's own template is used")
                yield finding_on(path, "own-template", message, hint)._replace(severity="note")
    except OSError as error:
        yield unreadable(folder, error)


def load_ledger(source: Source) -> Ledger:
    """Load a whole ledger as records. Raises InvalidLedgerError if it breaks rules."""
    loaded, findings = _load_all(source)
    if findings or loaded is None:
        raise InvalidLedgerError(findings)
    return loaded


def all_comments(source: Source) -> dict[int, Comment]:
    """Load the comments by their numbers, in order; the rest of the ledger may break rules.

    Raises InvalidLedgerError if a comment breaks rules, or the ledger requires a newer version of the program.
    """
    from xuncha.store.comments import load_comments  # noqa: PLC0415  as in `check`

    load_settings(source)
    found, findings = load_comments(source)
    if findings:
        raise InvalidLedgerError(findings)
    return found


def load_record(source: Source, identity: Identity) -> Problem | Measure:
    """Load one problem or measure by itself, without the rules that need other records or settings.

    Raises InvalidLedgerError if it does not exist, or is not valid.
    """
    read = read_record(source, identity.path, kind_of(identity))
    if read.record is None or read.findings:
        raise InvalidLedgerError(read.findings)
    return read.record


def load_measures(source: Source, identities: Iterable[Identity]) -> dict[Identity, Measure]:
    """Load some measures by themselves; leave out those that do not exist in the source or are not valid."""
    read = {identity: read_record(source, identity.path, Measure) for identity in identities}
    return {identity: each.record for identity, each in read.items() if each.record and not each.invalid}


def checked_record(source: Source, identity: Identity, data: Data, frame: Frame) -> Problem | Measure:
    """Make a problem or a measure from plain data, checked as part of a ledger that is otherwise valid.

    Raises RefusedError for the first rule that it would break.
    """
    read = make_record(kind_of(identity), data)
    findings: list[Finding[Any]] = read.findings
    try:
        findings += _rule_findings(source, identity, read, frame)
    except OSError as error:
        findings.append(unreadable(str(error.filename), error))
    for finding in findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    return read.record


def _load_all(source: Source, *, warn: bool = False) -> tuple[Ledger | None, Findings]:
    ledger_file = load_settings(source, warn=warn)
    folders, wrong = load_folders(source)
    findings = ledger_file.findings + wrong
    loaded = [load_problem(source, name, ledger_file.frame, warn=warn) for name in folders.values()]
    for folder in loaded:
        findings += folder.findings
    if findings or ledger_file.settings is None:
        return None, findings
    problems = {folder.number: folder.problem for folder in loaded if folder.problem is not None}
    measures = {identity: measure for folder in loaded for identity, measure in folder.measures.items()}
    return Ledger(ledger_file.settings, problems, measures), findings


def _identities(number: int, folder: str, entries: list[Entry]) -> tuple[list[Identity], Findings]:
    identities, findings = [], []
    for entry in sorted(entries):
        path = f"{folder}/{entry.name}"
        match = _MEASURE.fullmatch(entry.name)
        if match and int(match[1]) == number:
            identities.append(Identity(number, int(match[2])))
        elif match:
            message, hint = _("{path} is in the folder of another problem"), _("move it to {folder}")
            right = Identity(int(match[1])).folder
            findings.append(finding_on(path, "wrong-folder", message, hint, folder=right))
        elif entry.name != "problem.yaml":
            message = _("{path} does not belong in a problem's folder")
            hint = _("a measure's file is named {name}")
            findings.append(finding_on(path, "misnamed", message, hint, name=f"{number}.1.yaml"))
    identities.sort()
    paths = {identity.measure: f"{folder}/{identity}.yaml" for identity in identities}
    return identities, findings + gaps(paths, _("measure {n} is missing"), f"{number}.")


def kind_of(identity: Identity) -> type[Problem | Measure]:
    """Return the kind of a record."""
    return Problem if identity.is_problem else Measure


def _rule_findings(
    source: Source, identity: Identity, read: Parsed[Any, Any], frame: Frame, *, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield a finding for every rule that a problem or a measure breaks."""
    if identity.is_problem:
        return broken_rules(PROBLEM_RULES, read.invalid, read.record, frame, warn=warn)
    context = RuleContext(identity, frame, partial(_fingerprint, source, identity))
    return measure_findings(read.record, context, read.invalid, warn=warn)


def _fingerprint(source: Source, identity: Identity, name: str) -> Fingerprint | None:
    path = f"{EVIDENCE}/{identity}/{name}"
    try:
        return source.fingerprint(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
