"""Answers for programs, and the data behind the screens: records with their history, findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, Place
from xuncha.model.identity import Identity
from xuncha.model.records import Measure, Problem
from xuncha.model.register import MeasureRow, Register
from xuncha.rules.names import no_such_record
from xuncha.store.files import WorkingTree
from xuncha.tally import Horizon, measure_json
from xuncha.trail.git import Git
from xuncha.trail.repository import common_dir, git_dir

if TYPE_CHECKING:
    from xuncha.trail.history import Event


def measure_rows(register: Register, identity: Identity) -> Sequence[MeasureRow]:
    """Return the rows of a problem's measures, given the problem or one of its measures. Raises RefusedError if it does not exist."""
    rows = next((row.measures for row in register.problems if row.id == str(identity.problem)), None)
    if rows is None or identity.measure > len(rows):
        raise no_such_record(identity)
    return rows


def record_json(
    identity: Identity,
    record: Problem | Measure,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
    version: str,
) -> dict[str, Any]:
    """Return the form of `show --json`: every key of the record, its version and its history; for a problem also its measures."""
    values = {"id": str(identity), **record.model_dump(mode="json")}
    if isinstance(record, Measure):
        row = rows[identity.measure - 1]
        values |= {"problem": row.problem, "category": row.category, "light": horizon.light(row)}
        values["publish"] = row.publish  # as in `list`: a measure is withheld if its problem is
    else:
        values["measures"] = [measure_json(row, horizon) for row in rows]
    return {**values, "version": version, "history": [event.as_json() for event in events]}


def file_version(root: Path, path: str, commit: str | None = None) -> str:
    """Return the hash that git gives to the content of a ledger's file, now or at a commit, in hexadecimal; empty if the file cannot be read, or is a link or a pipe."""
    if commit:
        return Git(root).object_hash(f"{commit}:./{path}") or ""
    try:
        with WorkingTree(root).stream(path) as stream:
            content = stream.read()
    except OSError:
        return ""
    folder = git_dir(root)
    is_sha256 = folder is not None and b"sha256" in (common_dir(folder) / "config").read_bytes()
    algorithm = hashlib.sha256 if is_sha256 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def findings_json(findings: Iterable[Finding[Place]], template: str = "{message}") -> list[dict[str, Any]]:
    """Return the form of `validate --json`; `template` is the template for a message that has a hint."""
    return [
        {
            "path": each.place.path,
            "line": each.place.line,
            "column": each.place.column,
            "severity": each.severity,
            "code": each.code,
            "message": template.format(message=each.message, hint=each.hint) if each.hint else each.message,
        }
        for each in findings
    ]
