"""Loading: a ledger's files read, checked and put together. Every command that reads, reads through here.

`ledger` gives all of it as records; `register` gives the flat view, out of the cache where nothing has changed; `check`
gives every finding there is. The three use one engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from xuncha.errors import Finding, InvalidLedgerError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.records import EvidenceFile, Ledger, Measure, Problem
from xuncha.rules.catalogue import Broken, Neighbourhood
from xuncha.rules.ledger import broken_settings, unknown_category
from xuncha.rules.measure import broken as broken_measure
from xuncha.store.faults import Fault, UnreadableError
from xuncha.store.reading import decode, parse
from xuncha.store.shape import ShapeError, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from xuncha.model.register import Frame, ProblemRow
    from xuncha.model.settings import Settings
    from xuncha.model.source import Entry, Source

_FOLDER = re.compile(r"0*([1-9][0-9]{0,5})")
_MEASURE = re.compile(r"([1-9][0-9]{0,5})\.([1-9][0-9]{0,5})\.yaml")
_MOST_FINDINGS = 100
"""Of one file; whoever has more to mend will run it again."""
_Record = TypeVar("_Record", bound=BaseModel)


@dataclass
class ProblemFolder:
    """What a problem's folder holds."""

    number: int
    problem: Problem | None = None
    measures: dict[Identity, Measure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def row(self) -> ProblemRow:
        """The flat view; there must be no findings."""
        assert self.problem is not None  # noqa: S101  no findings, so it is there
        return self.problem.row(
            self.number,
            tuple(measure.row(identity, self.problem) for identity, measure in self.measures.items()),
        )

    def evidence(self) -> list[str]:
        """The paths of the evidence files that the measures name."""
        return [
            f"{EVIDENCE}/{identity}/{item.file}"
            for identity, measure in self.measures.items()
            for entry in measure.progress
            for item in entry.evidence
            if isinstance(item, EvidenceFile)
        ]


def load_settings(source: Source) -> tuple[Settings | None, list[Finding]]:
    """Read and check `data/ledger.yaml`; tells also why `data` itself cannot be looked into."""
    from xuncha.model.settings import Settings  # noqa: PLC0415  a command that has the frame need not build it

    entries, findings = _data(source)
    if findings:
        return None, findings
    settings, findings = _record(source, LEDGER_FILE, Settings, entries)
    if settings is not None:
        findings += _findings(source, LEDGER_FILE, broken_settings(settings))
    return settings, findings


def load_folders(source: Source, filled: Container[str] = ()) -> tuple[dict[int, str], list[Finding]]:
    """The problems' folders by their numbers, in order; and what is wrong with their names.

    Args:
        source: where to look.
        filled: names of folders that are known to hold something; the others are looked into.
    """
    if ("problems", "link") in _data(source)[0]:
        return {}, [_link(PROBLEMS)]
    entries, findings = _listed(source, PROBLEMS)
    names: dict[int, str] = {}
    for entry in sorted(entries):
        path = f"{PROBLEMS}/{entry.name}"
        match = _FOLDER.fullmatch(entry.name)
        if entry.kind == "link":
            findings.append(_link(path))
        elif entry.kind != "folder" or match is None:
            findings.append(
                _about(
                    path,
                    "misnamed",
                    _("{path} is not a problem's folder").format(path=path),
                    _("name the folders 01, 02, …, 10, …, 100"),
                )
            )
        elif entry.name not in filled and _listed(source, path) == ([], []):
            continue  # git keeps no empty folders, and a command that was killed may have left one
        elif (number := int(match[1])) in names:
            findings.append(
                _about(
                    path, "number-twice",
                    _("problem {number} has two folders, {one} and {other}").format(number=number, one=names[number], other=entry.name),
                    _("keep one of them, and give the other problem the next free number"),
                )
            )  # fmt: skip
        else:
            names[number] = entry.name
            if entry.name != (proper := f"{number:02d}"):
                findings.append(
                    _about(
                        path,
                        "misnamed",
                        _("{path} has the wrong name").format(path=path),
                        _("name it {name}").format(name=proper),
                    )
                )
    folders = {number: names[number] for number in sorted(names)}
    findings += _gaps(
        [(number, f"{PROBLEMS}/{name}") for number, name in folders.items()],
        _("problem {n} is missing"),
        Identity,
    )
    return folders, findings


def load_problem(source: Source, name: str, frame: Frame | None) -> ProblemFolder:
    """Read and check a problem's folder.

    Args:
        source: where to read.
        name: of the folder.
        frame: of the ledger; None where it could not be read: then names are not checked.
    """
    number = int(name)
    folder = f"{PROBLEMS}/{name}"
    entries, findings = _listed(source, folder)
    if findings:
        return ProblemFolder(number, findings=findings)
    loaded = ProblemFolder(number)
    if any(entry.name == "problem.yaml" for entry in entries):
        loaded.problem, loaded.findings = _record(source, f"{folder}/problem.yaml", Problem, entries)
        if loaded.problem and frame:
            loaded.findings += _findings(
                source, f"{folder}/problem.yaml", unknown_category(loaded.problem, frame)
            )
    else:
        path = f"{folder}/problem.yaml"
        loaded.findings.append(
            _about(
                path,
                "file-missing",
                _("{path} is missing").format(path=path),
                _("write it, with `title` and `category`"),
            )
        )
    identities, wrong = _identities(number, folder, entries)
    loaded.findings += wrong
    for identity in identities:
        path = f"{folder}/{identity}.yaml"
        measure, findings = _record(source, path, Measure, entries)
        if measure is not None:
            loaded.measures[identity] = measure
            if frame is not None:
                around = Neighbourhood(identity, frame, loaded.problem, _digests(source, identity))
                findings += _findings(source, path, broken_measure(measure, around))
        loaded.findings += findings
    return loaded


def check(source: Source) -> list[Finding]:
    """Every finding of a whole ledger, in the order of its files. Reads every file anew."""
    return _everything(source)[1]


def ledger(source: Source) -> Ledger:
    """Load a whole ledger as records.

    Raises:
        InvalidLedgerError: it breaks rules.
    """
    loaded, findings = _everything(source)
    if findings or loaded is None:
        raise InvalidLedgerError(findings)
    return loaded


def _everything(source: Source) -> tuple[Ledger | None, list[Finding]]:
    settings, findings = load_settings(source)
    folders, wrong = load_folders(source)
    findings += wrong
    frame = settings.frame() if settings else None
    loaded = [load_problem(source, name, frame) for name in folders.values()]
    for folder in loaded:
        findings += folder.findings
    if findings or settings is None:
        return None, findings
    problems = {folder.number: folder.problem for folder in loaded if folder.problem is not None}
    measures = {identity: measure for folder in loaded for identity, measure in folder.measures.items()}
    return Ledger(settings, problems, measures), findings


def _data(source: Source) -> tuple[list[Entry], list[Finding]]:
    """What the folder `data` holds; nothing and the finding where it is a link or cannot be listed."""
    if ("data", "link") in _listed(source, "")[0]:
        return [], [_link("data")]
    return _listed(source, "data")


def _listed(source: Source, folder: str) -> tuple[list[Entry], list[Finding]]:
    """What a folder holds; nothing and the finding where the system does not let it be listed."""
    try:
        return source.entries(folder), []
    except OSError as error:
        return [], [_unreadable(folder, error)]


def _identities(number: int, folder: str, entries: list[Entry]) -> tuple[list[Identity], list[Finding]]:
    identities, findings = [], []
    for entry in sorted(entries):
        path = f"{folder}/{entry.name}"
        match = _MEASURE.fullmatch(entry.name)
        if entry.name == "problem.yaml":
            continue
        if match is None:
            findings.append(
                _about(
                    path,
                    "misnamed",
                    _("{path} does not belong in a problem's folder").format(path=path),
                    _("a measure's file is named {name}").format(name=f"{number}.1.yaml"),
                )
            )
        elif int(match[1]) != number:
            right = Identity(int(match[1])).folder
            findings.append(
                _about(
                    path,
                    "wrong-folder",
                    _("{path} stands in the folder of another problem").format(path=path),
                    _("move it to {folder}").format(folder=right),
                )
            )
        else:
            identities.append(Identity(number, int(match[2])))
    identities.sort()
    findings += _gaps(
        [(identity.measure, f"{folder}/{identity}.yaml") for identity in identities],
        _("measure {n} is missing"),
        lambda measure: Identity(number, measure),
    )
    return identities, findings


def _gaps(numbered: list[tuple[int, str]], message: str, name: Callable[[int], Identity]) -> list[Finding]:
    findings = []
    expected = 1
    for number, path in numbered:
        if number != expected:
            missing = name(expected)
            findings.append(
                _about(
                    path,
                    "number-gap",
                    message.format(n=missing),
                    _("bring {missing} back, or renumber this one to {missing}").format(missing=missing),
                )
            )
        expected = number + 1
    return findings


def _record(
    source: Source, path: str, kind: type[_Record], entries: Iterable[Entry] = ()
) -> tuple[_Record | None, list[Finding]]:
    """Read one file as a record; None and the findings where that cannot be done."""
    name = path.rpartition("/")[2]
    for entry in entries:
        if entry.name == name and entry.kind != "file":
            return None, [
                _link(path)
                if entry.kind == "link"
                else _about(path, "misnamed", _("{path} is not a file").format(path=path), "")
            ]
    try:
        content = source.read(path)
    except FileNotFoundError:
        return None, [_about(path, "file-missing", _("{path} is missing").format(path=path), "")]
    except OSError as error:
        return None, [_unreadable(path, error)]
    try:
        return shape(kind, parse(content)), []
    except UnreadableError as error:
        return None, [_finding(path, content, error.fault)]
    except ShapeError as error:
        return None, _placed(path, content, error.broken)


def _findings(source: Source, path: str, broken: Iterable[Broken]) -> list[Finding]:
    """Rules broken by a file that could be read, at their places; or that evidence which it names cannot be read."""
    try:
        found = list(broken)
    except OSError as error:
        return [_unreadable(str(error.filename), error)]
    return _placed(path, source.read(path), found) if found else []


def _placed(path: str, content: bytes, broken: list[Broken]) -> list[Finding]:
    from xuncha.store.positions import place_of, tree  # noqa: PLC0415  only where something is wrong

    text = decode(content)
    try:
        root = tree(text)
    except UnreadableError as error:  # what the fast reader let pass, the careful one may refuse
        return [_finding(path, content, error.fault)]
    findings = []
    for item in broken[:_MOST_FINDINGS]:
        line, column = place_of(root, item.location)
        findings.append(
            Finding(path, line, column, item.code, item.message, item.hint, _excerpt(text, line, column))
        )
    return findings


def _finding(path: str, content: bytes, fault: Fault) -> Finding:
    text = content.decode("utf-8-sig", "replace")
    return Finding(
        path,
        fault.line,
        fault.column,
        fault.code,
        fault.message,
        fault.hint,
        _excerpt(text, fault.line, fault.column),
    )


def _excerpt(text: str, number: int, column: int) -> str:
    """The offending line; of a long one, what stands around the column."""
    lines = re.split(r"\r\n|\n|\r", text)
    line = lines[number - 1] if number <= len(lines) else ""
    start = max(0, column - 60) if len(line) > 100 else 0  # noqa: PLR2004
    return ("…" if start else "") + line[start : start + 100] + ("…" if len(line) > start + 100 else "")


def _about(path: str, code: str, message: str, hint: str) -> Finding:
    return Finding(path, 1, 1, code, message, hint)


def _unreadable(path: str, error: OSError) -> Finding:
    return _about(
        path, "unreadable", _("{path} cannot be read: {reason}").format(path=path, reason=cause_of(error)), ""
    )


def _link(path: str) -> Finding:
    return _about(
        path, "symbolic-link", _("{path} is a link").format(path=path), _("put the file itself here")
    )


def _digests(source: Source, identity: Identity) -> Callable[[str], str | None]:
    def digest(name: str) -> str | None:
        path = f"{EVIDENCE}/{identity}/{name}"
        try:
            return source.digest(path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None

    return digest
