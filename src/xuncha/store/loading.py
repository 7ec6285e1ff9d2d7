"""Read, check and combine a ledger's files. Every command that reads a ledger uses this module.

`load_ledger` returns all of it as records; `cache.register` returns the flat view, from the cache where nothing has changed;
`all_comments` returns the comments, which only few commands need; `check` returns every finding. All of them use the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, Findings, InvalidLedgerError, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, EVIDENCE, LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.records import Comment, EvidenceFile, Ledger, Measure, Problem
from xuncha.model.register import Frame, ProblemRow
from xuncha.model.source import Entry, Fingerprint, Source
from xuncha.rules.catalogue import Location, RuleContext, broken_rules
from xuncha.rules.ledger import COMMENT_RULES, PROBLEM_RULES, SETTINGS_RULES, requires_newer
from xuncha.rules.measure import measure_findings
from xuncha.store.faults import finding_on, unreadable, wrong_kind
from xuncha.store.reading import Data
from xuncha.store.record import (
    checked_file,
    list_folder,
    list_part,
    numbered,
    places_if_any,
    read_record,
    valid_part,
    valid_record,
)

if TYPE_CHECKING:
    from xuncha.model.settings import Settings

_PROBLEM_FILE = "problem.yaml"
_FOLDER = re.compile(r"0*([1-9][0-9]{0,5})")
_FILE = re.compile(r"([1-9][0-9]{0,5})\.yaml")
_COMMENT_FILE = re.compile(r"0*([1-9][0-9]{0,5})\.yaml")
_FRAME_KEYS = frozenset({"inspection", "categories", "leaders", "offices", "outcomes", "fields"})
"""The keys of `data/ledger.yaml` against which problems and measures are checked."""
_COMPARING = {"closed-mismatch": {"status", "closed"}, "review-unexpected": {"reviews", "term"}}
"""Rules that compare two keys of a measure: with one of them left out, they would blame the other."""


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
    frame: Frame | None  # None if the file cannot be read
    findings: Findings


def load_settings(source: Source, *, warn: bool = False) -> LedgerFile:
    """Read and check `data/ledger.yaml`; the findings also say why `data` itself cannot be read.

    Raises InvalidLedgerError if it requires a newer version of the program; any other finding could be wrong then.
    """
    from xuncha.model.settings import Requires, Settings  # noqa: PLC0415  not needed by a command that has the frame

    entries, findings = list_part(source, "data")
    if findings:
        return LedgerFile(None, None, findings)
    settings, findings = read_record(source, LEDGER_FILE, Settings, entries)
    required = settings or read_record(source, LEDGER_FILE, Requires, entries).record
    if required and (newer := requires_newer(required)):
        raise InvalidLedgerError(places_if_any(source, LEDGER_FILE, newer))
    part, invalid = (settings, set()) if settings else valid_part(source, LEDGER_FILE, Settings)
    if part is None:
        return LedgerFile(None, None, findings)
    warn = warn and invalid.isdisjoint(Settings.model_fields)
    findings += places_if_any(source, LEDGER_FILE, broken_rules(SETTINGS_RULES, part, warn=warn))
    frame = None if invalid & _FRAME_KEYS else part.frame()
    return LedgerFile(None if findings else settings, frame, findings)


def load_folders(source: Source, non_empty: Container[str] = ()) -> tuple[dict[int, str], Findings]:
    """List the problems' folders by their numbers, in order, with the findings about their names.

    The folders `non_empty` are known not to be empty, and are not listed.
    """
    entries, findings = list_part(source, PROBLEMS)
    filled: list[Entry] = []
    for entry in sorted(entries):
        path = f"{PROBLEMS}/{entry.name}"
        if entry.kind != "folder":
            findings.append(wrong_kind(path, entry.kind))
        elif entry.name in non_empty or list_folder(source, path) != ([], []):
            # git keeps no empty folders, and a command that was killed may have left one
            filled.append(entry)
    folders, wrong = numbered(PROBLEMS, filled, _FOLDER, "{n:02d}")
    return folders, findings + wrong


def load_problem(source: Source, name: str, frame: Frame | None, *, warn: bool = False) -> ProblemFolder:
    """Read and check a problem's folder by its name; rules of records are checked only if there is a frame."""
    number = int(name)
    folder = f"{PROBLEMS}/{name}"
    entries, findings = list_folder(source, folder)
    loaded = ProblemFolder(number, findings=findings)
    if findings:
        return loaded
    files = [each for each in entries if each.name != _PROBLEM_FILE]
    numbers, wrong = numbered(folder, files, _FILE, f"{number}.{{n}}.yaml")
    findings += wrong
    for place, file in {0: _PROBLEM_FILE, **numbers}.items():
        identity, path = Identity(number, place), f"{folder}/{file}"
        check_rules = partial(_broken_in_file, source, identity, frame, warn=warn) if frame else None
        record, found = checked_file(source, path, kind_of(identity), entries, check_rules)
        findings += found
        if isinstance(record, Problem):
            loaded.problem = record
        elif record:
            loaded.measures[identity] = record
    if warn and not numbers:
        hint = _("type: xuncha add measure {n} TITLE")
        message, path = _("problem {n} has no measures"), f"{folder}/{_PROBLEM_FILE}"
        findings.append(finding_on(path, "no-measures", message, hint, n=number)._replace(severity="warning"))
    return loaded


def load_comments(source: Source) -> tuple[dict[int, Comment], Findings]:
    """Return all valid comments (意见建议) by their numbers, in order, and the findings about all.

    Whether the problem or measure that a comment is about exists is checked by the name of its file alone.
    """
    found: dict[int, Comment] = {}
    entries, findings = list_part(source, COMMENTS)
    names, wrong = numbered(COMMENTS, entries, _COMMENT_FILE, "{n:03d}.yaml")
    findings += wrong
    list_once = cache(partial(list_folder, source))

    def exists(identity: Identity) -> bool:
        return identity.path.rpartition("/")[2] in (entry.name for entry in list_once(identity.folder)[0])

    def check_rules(comment: Comment, _invalid: set[Any]) -> Iterator[Finding[Location]]:
        return broken_rules(COMMENT_RULES, comment, exists)

    for number, name in names.items():
        comment, wrong = checked_file(source, f"{COMMENTS}/{name}", Comment, entries, check_rules)
        findings += wrong
        if comment:
            found[number] = comment
    return found, findings


def check(source: Source, *, warn: bool = False) -> Findings:
    """Return all findings of a ledger, in the order of its files; with `warn`, also warnings, forms and templates. Reads every file anew."""
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


def _own_templates(source: Source) -> Iterator[Finding[Place]]:
    """Yield a note for each template of the ledger that differs from the built-in one, and a finding for each link among them."""
    from xuncha.paper.own import FOLDER, is_changed, is_template  # noqa: PLC0415  for `validate` alone

    folders = [FOLDER]
    for folder in folders:
        entries, findings = list_part(source, folder)
        yield from findings
        for name, kind in sorted(entries):
            path = f"{folder}/{name}"
            try:
                if kind in {"folder", "link"}:
                    folders.append(path)
                elif is_template(name) and is_changed(path.removeprefix(f"{FOLDER}/"), source.read(path)):
                    message = _("{path} is the ledger's own template: documents follow its text")
                    hint = _("check it like a record; without it the program's own template is used")
                    yield finding_on(path, "own-template", message, hint)._replace(severity="note")
            except OSError as error:
                yield unreadable(path, error)


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
    load_settings(source)
    found, findings = load_comments(source)
    if findings:
        raise InvalidLedgerError(findings)
    return found


def load_record(source: Source, identity: Identity) -> Problem | Measure:
    """Load one problem or measure by itself, without the rules that need other records or settings.

    Raises InvalidLedgerError if it does not exist, or is not valid.
    """
    record, findings = read_record(source, identity.path, kind_of(identity))
    if record is None:
        raise InvalidLedgerError(findings)
    return record


def load_measures(source: Source, identities: Iterable[Identity]) -> dict[Identity, Measure]:
    """Load some measures by themselves; leave out those that do not exist in the source or are not valid."""
    read = {identity: read_record(source, identity.path, Measure).record for identity in identities}
    return {identity: record for identity, record in read.items() if record}


def checked_record(source: Source, identity: Identity, data: Data, frame: Frame) -> Problem | Measure:
    """Make a problem or a measure from plain data, checked as part of a ledger that is otherwise valid.

    Raises RefusedError for the first rule that it would break.
    """
    record = valid_record(kind_of(identity), data)
    try:
        findings: list[Finding[Any]] = list(_rule_findings(source, identity, record, frame))
    except OSError as error:
        findings = [unreadable(str(error.filename), error)]
    for finding in findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    return record


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


def kind_of(identity: Identity) -> type[Problem | Measure]:
    """Return the kind of a record."""
    return Problem if identity.is_problem else Measure


def _broken_in_file(
    source: Source,
    identity: Identity,
    frame: Frame,
    part: Problem | Measure,
    invalid: set[Any],
    *,
    warn: bool,
) -> Iterator[Finding[Location]]:
    """Yield a finding for every rule that a file breaks; `part` holds its valid keys."""
    keys = type(part).model_fields
    whole = invalid.isdisjoint(keys)
    for finding in _rule_findings(source, identity, part, frame, warn=warn and whole):
        compared = _COMPARING.get(finding.code, set())
        # A key that is unknown may be one of those, mistyped.
        if whole or not compared or (invalid <= keys.keys() and invalid.isdisjoint(compared)):
            yield finding


def _rule_findings(
    source: Source, identity: Identity, record: Problem | Measure, frame: Frame, *, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield a finding for every rule that a problem or a measure breaks."""
    if isinstance(record, Problem):
        return broken_rules(PROBLEM_RULES, record, frame, warn=warn)
    context = RuleContext(identity, frame, partial(_fingerprint, source, identity))
    return measure_findings(record, context, warn=warn)


def _fingerprint(source: Source, identity: Identity, name: str) -> Fingerprint | None:
    path = f"{EVIDENCE}/{identity}/{name}"
    try:
        return source.fingerprint(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
