"""What is answered to programs, and what its screens are made of: tasks, records with their history, findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, Place
from xuncha.model.identity import Identity
from xuncha.model.records import Measure, Problem
from xuncha.model.register import MeasureRow, Register
from xuncha.requests.selection import known
from xuncha.rules.names import no_such
from xuncha.tally import Horizon, measure_json
from xuncha.todo import Task, tasks
from xuncha.trail.repository import common_dir, git_dir

if TYPE_CHECKING:
    from xuncha.trail.history import Event


def waiting(
    found: Register,
    events: Iterable[Event],
    today: date,
    *,
    office: str | None = None,
    leader: str | None = None,
    person: str | None = None,
) -> list[Task]:
    """Return what waits on a day, for all or for one office, leader (what was escalated to them, too) or person.

    An office or a leader may be named in part, as far as it fits one alone. The events of the history, newest first, tell what
    was returned. Raises RefusedError if the ledger knows no such office or leader.
    """
    office, leader = known(found, office=office, leader=leader)
    last = {event.now or event.id: event.action for event in reversed([*events]) if event.to != event.from_}
    returned = {str(number) for number, action in last.items() if action == "return"}
    return [
        task
        for task in tasks(found, today, returned)
        if office in {None, task.row.office}
        and leader in {None, task.row.leader, task.row.escalated_to}
        and person in {None, task.row.person}
    ]


def rows_of(found: Register, identity: Identity) -> Sequence[MeasureRow]:
    """Return the rows of a problem's measures; the problem may be named by one of them. Raises RefusedError if it is not there."""
    rows = next((row.measures for row in found.problems if row.id == str(identity.problem)), None)
    if rows is None or identity.measure > len(rows):
        raise no_such(identity)
    return rows


def record_json(
    identity: Identity,
    record: Problem | Measure,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
    version: str,
) -> dict[str, Any]:
    """Give the form of `show --json`: every key of the record, its version and its history; of a problem also its measures."""
    shown = {"id": str(identity), **record.model_dump(mode="json")}
    if isinstance(record, Measure):
        row = rows[identity.measure - 1]
        shown |= {"problem": row.problem, "category": row.category, "light": horizon.light(row)}
        shown["publish"] = row.publish  # as `list` says it: what its problem withholds is withheld
    else:
        shown["measures"] = [measure_json(row, horizon) for row in rows]
    return {**shown, "version": version, "history": [event.as_json() for event in events]}


def version(root: Path, path: str) -> str:
    """Return the name that git gives to the bytes of a file of the ledger as it stands, in hexadecimal; empty where there is none."""
    try:
        content = (root / path).read_bytes()
    except OSError:
        return ""
    folder = git_dir(root)
    new = folder is not None and b"sha256" in (common_dir(folder) / "config").read_bytes()
    make = hashlib.sha256 if new else hashlib.sha1
    return make(b"blob %d\0" % len(content) + content).hexdigest()


def findings_json(found: Iterable[Finding[Place]], with_hint: str = "{message}") -> list[dict[str, Any]]:
    """Give the form of `validate --json`; `with_hint` is the form of a message that has a hint."""
    return [
        {
            "path": each.place.path,
            "line": each.place.line,
            "column": each.place.column,
            "severity": each.severity,
            "code": each.code,
            "message": with_hint.format(message=each.message, hint=each.hint) if each.hint else each.message,
        }
        for each in found
    ]
