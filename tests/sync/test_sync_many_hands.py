"""Several offices in clones of their own: everything arrives, and no acknowledged change is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workflow.surroundings import clones
from xuncha.audit.examine import audit
from xuncha.errors import RefusedError
from xuncha.model.records import EvidenceFile
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
from xuncha.store.loading import load_ledger as load
from xuncha.sync.session import sync

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

OFFICES = ("办公室", "规划科", "财务科", "人事科", "纪检组")
ACTIONS = int(os.environ.get("XUNCHA_SYNC_ACTIONS", "16"))
"""Of each office; 200 in the full size."""
SEED = int(os.environ.get("XUNCHA_SYNC_SEED", "1"))
PROJECT = Path(__file__).parents[2]


def at(moment: str, ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock by which git dates commits."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, moment)
        ledger.environment[name] = moment


@pytest.mark.apart
def test_five_offices_at_once_lose_nothing_and_end_with_one_ledger(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2024-06-15T07:59:00+0800", ledger, monkeypatch)
    ledger.git("commit", "-q", "--amend", "--no-edit", "--reset-author")
    offices = clones(ledger, *OFFICES)
    program = [sys.executable, "-m", "tests.sync.many_hands"]
    at_work = [
        subprocess.Popen(
            [*program, str(office.root), str(SEED), str(ACTIONS)],
            cwd=PROJECT,
            env=ledger.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for office in offices
    ]
    told = [process.communicate(timeout=60 + 20 * ACTIONS) for process in at_work]
    assert [process.returncode for process in at_work] == [0] * len(OFFICES), [said for _out, said in told]
    reports = [json.loads(out) for out, _said in told]
    at("2024-06-15T23:59:00+0800", ledger, monkeypatch)
    counts = sum((Counter(report["counts"]) for report in reports), Counter())
    for office in [*offices, *offices]:  # twice: the first has not seen what the last brought
        try:
            sync(office.root)
        except RefusedError:  # disputed; with anything else the next line fails as well
            counts["sync: disputed"] += 1
            sync(office.root, take="ours")
    print(json.dumps(counts, ensure_ascii=False, indent=1))
    assert len({office.git("rev-parse", "HEAD") for office in offices}) == 1
    assert all(office.clean() for office in offices)
    assert check(WorkingTree(offices[0].root)) == []
    records = load(WorkingTree(offices[0].root))
    texts = Counter(entry.text for measure in records.measures.values() for entry in measure.progress)
    found = {
        "progress": texts,
        "measure": Counter(measure.title for measure in records.measures.values()),
        "problem": Counter(problem.title for problem in records.problems.values()),
    }
    acknowledged = [tuple(each) for report in reports for each in report["acknowledged"]]
    assert len(acknowledged) > ACTIONS
    assert [each for each in acknowledged if found[each[0]][each[1]] != 1] == []
    proofs = [
        item
        for measure in records.measures.values()
        for entry in measure.progress
        for item in entry.evidence
        if isinstance(item, EvidenceFile)
    ]
    assert proofs, "somebody attached something"
    audited = audit(offices[0].root)
    given_up = [each for each in audited.findings if each.code == "merge-reopened"]
    assert {each.severity for each in given_up} <= {"warning"}
    unseen = [each for each in audited.findings if each.code == "merge-after-closing"]
    others = [each for each in audited.findings if each not in given_up + unseen]
    assert others == [], [
        f"{each.place.commit[:8]} {each.place.id} {each.code}: {each.message}" for each in others
    ]
    assert not given_up or counts["sync: disputed"], (
        "a closing or a return falls only where one side's word is taken"
    )
    print(f"audit: {audited.commits} commits, {audited.changes} changes")
