"""Actions for tests: each verb with its arguments and day, and the `add` commands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.workflow import add
from xuncha.workflow import remove as removal
from xuncha.workflow.change import begin
from xuncha.workflow.perform import perform as in_session
from xuncha.workflow.verb import NamedFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xuncha.model.identity import Identity
    from xuncha.model.vocabulary import Action, ReviewResult
    from xuncha.workflow.perform import Result

TODAY = date(2024, 6, 15)


class Planned(NamedTuple):
    """An action, ready to be done to measures."""

    action: Action
    given: dict[str, Any]
    today: date = TODAY


def perform(root: Path, planned: Planned, identities: Sequence[Identity]) -> Result:
    """Do an action in this process."""
    with begin(root) as session:
        return in_session(session, planned.action, identities, planned.today, **planned.given)


def start() -> Planned:
    return Planned("start", {})


def submit() -> Planned:
    return Planned("submit", {})


def give_back(reason: str) -> Planned:
    return Planned("return", {"reason": reason})


def reopen(reason: str) -> Planned:
    return Planned("reopen", {"reason": reason})


def progress(text: str, day: date, evidence: Sequence[str] = (), *, publish: bool = True) -> Planned:
    return Planned("progress", {"text": text, "day": day, "evidence": evidence, "no_publish": not publish})


def attach(name: str, content: bytes, day: date, text: str | None = None) -> Planned:
    return Planned("attach", {"files": [NamedFile(name, content)], "statement": text, "day": day})


def extend(due: date, reason: str) -> Planned:
    return Planned("extend", {"due": due, "reason": reason})


def escalate(to: str, day: date) -> Planned:
    return Planned("escalate", {"to": to}, day)


def review(result: ReviewResult, day: date, text: str | None = None) -> Planned:
    return Planned("review", {"result": result, "findings": text}, day)


def close(day: date, note: str | None = None) -> Planned:
    return Planned("close", {"day": day, "note": note})


def add_problem(root: Path, title: str, category: str, *, new: bool = False) -> Identity:
    with begin(root) as session:
        return add.add_problem(session, title, category, new=new).identity


def add_measure(root: Path, problem: Identity, title: str, **given: Any) -> Identity:
    with begin(root) as session:
        return add.add_measure(session, problem, title, **given).identity


def remove(root: Path, identity: Identity, reason: str) -> None:
    with begin(root) as session:
        removal.remove(session, identity, reason, TODAY)
