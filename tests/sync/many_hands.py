"""One of several offices working on one ledger: random actions in its own clone, with a sync now and then.

Run as a program, with a folder, a seed and a number of actions; prints the changes that the ledger acknowledged, as JSON. The result
depends on the seed and on what the others do meanwhile.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from tests.workflow import actions
from tests.workflow.actions import add_measure, add_problem, perform
from xuncha.errors import RefusedError, SurroundingsError, XunchaError
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import StatusChange
from xuncha.store import editing
from xuncha.store.cache import register
from xuncha.sync.session import Synced, sync
from xuncha.workflow.edit import edit
from xuncha.workflow.intake import Intake, apply_plan
from xuncha.workflow.undo import undo

DAY = date(2024, 6, 15)
PEOPLE = [(name, where) for name in ("zhang", "li") for where in ("office", "home")]
"""Two people at work in each office, with two addresses each."""
WEIGHTS = {
    "progress": 30, "add_measure": 14, "add_problem": 3, "start": 6, "submit": 8, "give_back": 4, "close": 10, "reopen": 5, "extend": 8,
    "attach": 8, "escalate": 3, "edit": 8, "settings": 2, "undo": 5, "sync": 15, "set": 8, "several": 4, "table": 6,
}  # fmt: skip


class Office:
    """One clone, and what it was told that it had done."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(f"{root.name} {seed}")  # noqa: S311
        self.acknowledged: dict[str, tuple[str, str]] = {}
        """By commit: what kind of thing, and the text or title that must be found again."""
        self.counts: Counter[str] = Counter()

    def work(self, number: int) -> None:
        """Do one thing."""
        name = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        moment = f"{DAY}T{8 + number // 60:02}:{number % 60:02}:00+0800"  # before any deadline
        os.environ.update(GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)
        who, where = self.random.choice(PEOPLE)
        for role in (
            "AUTHOR",
            "COMMITTER",
        ):  # nobody works in two offices, or would take back what was done in the other
            os.environ[f"GIT_{role}_NAME"] = f"{self.root.name}的{who}"
            os.environ[f"GIT_{role}_EMAIL"] = f"{who}@{where}.{self.root.name}.invalid"
        try:
            getattr(self, f"_{name}")(f"{self.root.name}的第{number}件事")
            self.counts[name] += 1
        except RefusedError as error:
            self.counts[f"refused {name}: {error.code}"] += 1
            if error.code in {"disputed", "sync-breaks-rules", "bug"} and name != "sync":
                raise

    def _head(self) -> str:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=self.root, capture_output=True, text=True, check=True
        ).stdout.strip()

    def _done(self, kind: str, text: str) -> None:
        self.acknowledged[self._head()] = (kind, text)

    def _any(self, *statuses: str) -> Identity:
        rows = [row for row in register(self.root).measures if not statuses or row.status in statuses]
        if not rows:
            raise RefusedError("none", "no measure is so")
        return Identity.parse(self.random.choice(rows).id)

    def _perform(self, doing: actions.Planned, *statuses: str) -> None:
        perform(self.root, doing, [self._any(*statuses)])

    def _progress(self, what: str) -> None:
        day = DAY - timedelta(days=self.random.randrange(3))
        self._perform(
            actions.progress(what, day, [], publish=True), "not_started", "in_progress", "submitted"
        )
        self._done("progress", what)

    def _add_measure(self, what: str) -> None:
        problem = Identity(int(self.random.choice(register(self.root).problems).id))
        due = date(2024, 12, 1) + timedelta(days=self.random.randrange(60))
        add_measure(self.root, problem, what, leader="局长", office="办公室", due=due)
        self._done("measure", what)

    def _add_problem(self, what: str) -> None:
        add_problem(self.root, what, self.random.choice("ab"))
        self._done("problem", what)

    def _start(self, _what: str) -> None:
        self._perform(actions.start(), "not_started")

    def _submit(self, _what: str) -> None:
        self._perform(actions.submit(), "in_progress")

    def _give_back(self, what: str) -> None:
        self._perform(actions.give_back(what), "submitted")

    def _close(self, what: str) -> None:
        self._perform(actions.close(DAY, what), "in_progress", "submitted")

    def _reopen(self, what: str) -> None:
        self._perform(actions.reopen(what), "closed")

    def _extend(self, what: str) -> None:
        until = date(2025, 3, 1) + timedelta(days=self.random.randrange(300))
        self._perform(actions.extend(until, what), "not_started", "in_progress", "submitted")

    def _attach(self, what: str) -> None:
        name = f"{what}.txt" if self.random.random() < 0.8 else "扫描件.txt"
        self._perform(
            actions.attach(name, what.encode(), DAY, what), "not_started", "in_progress", "submitted"
        )
        self._done("progress", what)

    def _escalate(self, _what: str) -> None:
        to = self.random.choice(["局长", "分管副局长"])
        self._perform(actions.escalate(to, DAY), "not_started", "in_progress", "submitted")

    def _edit(self, what: str) -> None:
        path = self._any("not_started", "in_progress", "submitted").path
        content = (self.root / path).read_bytes()
        edit(self.root, path, editing.apply(content, {"goal": what}))

    def _settings(self, what: str) -> None:
        content = (self.root / LEDGER_FILE).read_text(encoding="utf-8")
        office = f"offices: [办公室, {what}, " if self.random.random() < 0.5 else "offices: [办公室, "
        edit(self.root, LEDGER_FILE, content.replace("offices: [办公室, ", office).encode())

    def _set(self, what: str) -> None:
        given = self.random.choice([{"person": what}, {"goal": f"{what}要办成"}, {"leader": "局长"}])
        self._perform(actions.Planned("set", given), "not_started", "in_progress", "submitted")

    def _several(self, what: str) -> None:
        rows = [row for row in register(self.root).measures if row.status != "closed"]
        if len(rows) > 1:
            chosen = [Identity.parse(row.id) for row in self.random.sample(rows, 2)]
            perform(self.root, actions.Planned("set", {"person": what}), chosen)

    def _table(self, what: str) -> None:
        """Take in a table in which two measures have gone on."""
        rows = [row for row in register(self.root).measures if row.status in {"in_progress", "submitted"}]
        intake = Intake()
        for row in self.random.sample(rows, min(2, len(rows))):
            path = Identity.parse(row.id).path
            content = (self.root / path).read_bytes()
            intake.files[path] = editing.apply(content, {"part": what})
            intake.steps.append(StatusChange(row.id, row.status, row.status))
        apply_plan(self.root, lambda _ledger, _source: intake, "每周台账.xlsx")

    def _undo(self, _what: str) -> None:
        undo(self.root, self.random.choice([1, 1, 2, 3]))
        undone = subprocess.run(
            ["git", "log", "-1", "--format=%(trailers:key=Xuncha-Undoes,valueonly)"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for commit in undone:
            self.acknowledged.pop(commit, None)

    def _sync(self, _what: str) -> None:
        try:
            done = self._brought_together()
        except SurroundingsError as error:
            if error.code != "busy":
                raise
            self.counts["sync: others were quicker for a minute"] += 1
            return
        self.counts["sync: renumbered"] += len(done.renumbered)
        self.counts["sync: brought together"] += done.joined
        self.counts["sync: kept"] += len(done.kept)
        self.counts["sync: evidence renamed"] += len(done.renamed)

    def _brought_together(self) -> Synced:
        try:
            return sync(self.root)
        except RefusedError as error:
            if error.code != "disputed":
                raise
            self.counts["sync: disputed"] += 1
            return sync(self.root, take=self.random.choice(["ours", "theirs"]))


def main() -> None:
    """Work, and tell what was acknowledged."""
    office = Office(Path(sys.argv[1]), int(sys.argv[2]))
    try:
        for number in range(int(sys.argv[3])):
            office.work(number)
    except XunchaError as error:
        sys.exit(f"{office.root.name}: [{error.code}] {error.message}")
    sys.stdout.write(
        json.dumps({"acknowledged": list(office.acknowledged.values()), "counts": office.counts})
    )


if __name__ == "__main__":
    main()
