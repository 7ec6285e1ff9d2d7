"""The cache of a past commit agrees with the files of that commit."""

from __future__ import annotations

import hashlib
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LEDGER, LedgerOnDisk, measure, problem
from xuncha.errors import InvalidLedgerError
from xuncha.store import cache, loading
from xuncha.trail.repository import private_path
from xuncha.trail.tree import Tree

if TYPE_CHECKING:
    from xuncha.model.register import Frame, Register
    from xuncha.model.source import Source


def fresh(ledger: LedgerOnDisk, commit: str) -> Register | list[tuple[str, str]]:
    """Read the files of a commit without the cache: return the register, or the path and code of each finding."""
    try:
        return loading.load_ledger(Tree(ledger.root, commit)).register()
    except InvalidLedgerError as error:
        return sorted((finding.place.path, finding.code) for finding in error.findings)


def cached(ledger: LedgerOnDisk, commit: str) -> Register | list[tuple[str, str]]:
    """Read a commit as a command does, from the cache where it is valid."""
    try:
        return cache.register_at(Tree(ledger.root, commit))
    except InvalidLedgerError as error:
        return sorted((finding.place.path, finding.code) for finding in error.findings)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the names of the folders that are read from files, not from the cache."""
    names: list[str] = []
    whole = loading.load_problem

    def load(source: Source, name: str, frame: Frame | None, *, warn: bool = False) -> loading.ProblemFolder:
        names.append(name)
        return whole(source, name, frame, warn=warn)

    monkeypatch.setattr(loading, "load_problem", load)
    return names


def test_what_git_says_is_the_same_is_not_read_again(ledger: LedgerOnDisk, read: list[str]) -> None:
    assert cached(ledger, "HEAD") == fresh(ledger, "HEAD")
    read.clear()
    assert cached(ledger, "HEAD") == fresh(ledger, "HEAD")
    assert read == ["01", "02", "03"], "those of `fresh` alone"
    ledger.write(ledger.path("2.1"), measure("2.1", "in_progress"))
    ledger.commit()
    read.clear()
    cached(ledger, "HEAD")
    assert read == ["02"]


EVIDENCE = "data/evidence/2.1/意见.pdf"


def naming(content: bytes) -> str:
    """Return a measure's progress that names an evidence file with this content."""
    digest = hashlib.sha256(content).hexdigest()
    return f"\n  - {{date: 2024-03-01, text: 完成, evidence: [{{file: 意见.pdf, sha256: {digest}}}]}}"


def hand(ledger: LedgerOnDisk, dice: random.Random) -> None:
    """Something that a person does to a ledger, right or wrong."""
    files: list[dict[str, str | bytes | None]] = [
        {ledger.path("1.1"): measure("1.1", dice.choice(["in_progress", "submitted", "odd"]))},
        {EVIDENCE: b"one", ledger.path("2.1"): measure("2.1", "in_progress", progress=naming(b"one"))},
        {EVIDENCE: dice.choice([b"one", b"two"])},
        {"data/problems/04/problem.yaml": problem("第四", "a"), ledger.path("4.1"): measure("4.1")},
        {"data/problems/04/problem.yaml": None, ledger.path("4.1"): None},
        {"data/ledger.yaml": LEDGER.replace("财务科", dice.choice(["财务科", "审计科"]))},
        {"data/problems/01/说明.txt": dice.choice([None, None, "x"])},
        {"data/problems/02/.hidden": str(dice.random())},
    ]
    for path, content in dice.choice(files).items():
        if content is None:
            (ledger.root / path).unlink(missing_ok=True)
        else:
            ledger.write(path, content)


@pytest.mark.apart
@pytest.mark.parametrize("seed", range(3))
def test_random_histories_looked_at_in_any_order_are_told_as_they_were(
    ledger: LedgerOnDisk, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  the same one each time
    for _number in range(20):
        hand(ledger, dice)
        ledger.git("add", "-A")
        ledger.git("commit", "-qm", "by hand", "--allow-empty")
    commits = ledger.git("rev-list", "HEAD").split()
    told = {commit: fresh(ledger, commit) for commit in commits}
    assert len({repr(each) for each in told.values()}) > 3
    for commit in dice.choices(commits, k=40):
        assert cached(ledger, commit) == told[commit]


def test_evidence_that_was_exchanged_later_is_found_wrong_there_alone(ledger: LedgerOnDisk) -> None:
    ledger.write(EVIDENCE, b"one")
    ledger.write(ledger.path("2.1"), measure("2.1", "in_progress", progress=naming(b"one")))
    ledger.commit()
    good = cached(ledger, "HEAD")
    ledger.write(EVIDENCE, b"two")
    ledger.commit()
    assert cached(ledger, "HEAD") == [("data/problems/02/2.1.yaml", "evidence-changed")]
    assert cached(ledger, "HEAD~1") == good
    (ledger.root / EVIDENCE).unlink()
    ledger.commit()
    assert cached(ledger, "HEAD") == [("data/problems/02/2.1.yaml", "evidence-missing")]


@pytest.mark.parametrize("folder", ["data", "data/problems", "data/problems/03"])
def test_what_is_behind_a_link_was_not_the_ledgers(ledger: LedgerOnDisk, folder: str) -> None:
    cached(ledger, "HEAD")
    (ledger.root / folder).rename(ledger.root / "elsewhere")
    (ledger.root / folder).symlink_to(ledger.root / "elsewhere", target_is_directory=True)
    ledger.commit()
    told = cached(ledger, "HEAD")
    assert told == fresh(ledger, "HEAD")
    assert isinstance(told, list)
    assert (folder, "symbolic-link") in told or folder == "data"


def test_a_ledger_that_had_no_problems_yet_is_not_taken_for_another(ledger: LedgerOnDisk) -> None:
    full = cached(ledger, "HEAD")
    ledger.git("rm", "-rq", "data/problems")
    ledger.commit()
    told = cached(ledger, "HEAD")
    assert told == fresh(ledger, "HEAD")
    assert not isinstance(told, list)
    assert told.problems == ()
    assert cached(ledger, "HEAD~1") == full


def test_a_damaged_cache_of_the_past_is_made_anew(ledger: LedgerOnDisk) -> None:
    before = cached(ledger, "HEAD")
    place = private_path(ledger.root, "past")
    assert place
    for content in (b"", b"x", place.read_bytes()[:-3]):
        place.write_bytes(content)
        assert cached(ledger, "HEAD") == before


def test_a_cache_of_the_past_that_came_with_a_copied_folder_is_not_believed(ledger: LedgerOnDisk) -> None:
    cached(ledger, "HEAD")
    place = private_path(ledger.root, "past")
    kept = cache._load(place)
    assert kept
    assert place
    forged = {name: (*each[:2], (each[2][0], "谎话", *each[2][2:])) for name, each in kept.folders.items()}
    cache._save(place, kept._replace(folders=forged))
    original = ledger.root.rename(ledger.root.with_name("original"))
    shutil.copytree(original, ledger.root)
    assert cached(ledger, "HEAD") == fresh(ledger, "HEAD")
