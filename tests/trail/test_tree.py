"""A past state of the ledger: its files and counts at each moment, and refusal of unknown moments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import listed, run_inside
from tests.conftest import LEDGER, LedgerOnDisk, measure
from tests.workflow import actions
from tests.workflow.surroundings import act
from xuncha.errors import RefusedError
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
from xuncha.trail.tree import Tree, commit_at, day_of

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 2, 1)


def on(day: str, monkeypatch: pytest.MonkeyPatch, ledger: LedgerOnDisk) -> None:
    """Let commits be made at a moment, such as 2024-02-01T12:00:00."""
    for name in ("GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE"):
        monkeypatch.setenv(name, day)
        ledger.environment[name] = day


@pytest.fixture
def grown(bare_ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> LedgerOnDisk:
    """Make a ledger with four days of work; days are those of Shanghai."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    bare_ledger.environment["TZ"] = "Asia/Shanghai"
    bare_ledger.git("init", "-q")
    on("2024-01-10T09:00:00", monkeypatch, bare_ledger)
    bare_ledger.commit("start")
    on("2024-02-01T23:59:30", monkeypatch, bare_ledger)
    act(bare_ledger, actions.close(DAY), "2.1")
    on("2024-02-02T00:00:10", monkeypatch, bare_ledger)
    act(bare_ledger, actions.start(), "1.1")
    on("2024-03-01T12:00:00", monkeypatch, bare_ledger)
    act(bare_ledger, actions.close(DAY), "1.2")
    return bare_ledger


def counts(ledger: LedgerOnDisk, *arguments: str) -> tuple[str, dict[str, int]]:
    """Return the day and the counts of `status`."""
    said = listed(ledger, "status", *arguments)
    kinds = ("total", "not_started", "in_progress", "submitted", "closed")
    return said["as_of"], {kind: said["measures"][kind] for kind in kinds}


THEN = {"total": 6, "not_started": 1, "in_progress": 2, "submitted": 1, "closed": 2}


@pytest.mark.apart
@pytest.mark.parametrize(
    ("moment", "changes"),
    [
        ("2024-01-10", {}),
        ("2024-01-31", {}),
        ("2024-02-01", {"submitted": 0, "closed": 3}),
        ("2024-02-02", {"submitted": 0, "closed": 3, "not_started": 0, "in_progress": 3}),
        ("2024-02-29", {"submitted": 0, "closed": 3, "not_started": 0, "in_progress": 3}),
        ("2024-03-01", {"submitted": 0, "closed": 4, "not_started": 0, "in_progress": 2}),
        ("2024-06-15", {"submitted": 0, "closed": 4, "not_started": 0, "in_progress": 2}),
    ],
)
def test_a_day_gives_the_counts_of_its_end(grown: LedgerOnDisk, moment: str, changes: dict[str, int]) -> None:
    assert counts(grown, "--at", moment) == (moment, {**THEN, **changes})


@pytest.mark.apart
@pytest.mark.parametrize("revision", ["HEAD~1", "HEAD^", "main~1", ":/启动", "HEAD@{1}"])
def test_a_revision_gives_the_counts_and_the_day_of_its_commit(grown: LedgerOnDisk, revision: str) -> None:
    day, seen = counts(grown, "--at", revision)
    assert seen == {**THEN, "submitted": 0, "closed": 3, "not_started": 0, "in_progress": 3}
    assert day == "2024-02-02"


def test_a_tag_and_a_hash_are_revisions_too(grown: LedgerOnDisk) -> None:
    grown.git("tag", "-a", "-m", "x", "中期", "HEAD~3")
    assert counts(grown, "--at", "中期") == ("2024-01-10", THEN)
    assert counts(grown, "--at", grown.git("rev-parse", "HEAD~3").strip()) == ("2024-01-10", THEN)
    assert counts(grown, "--at", grown.git("rev-parse", "--short", "HEAD~3").strip()) == ("2024-01-10", THEN)


def test_the_past_is_read_without_touching_what_is_being_worked_on(grown: LedgerOnDisk) -> None:
    grown.write(grown.path("3.1"), "broken: [")
    before = grown.git("status", "--porcelain", "-z"), grown.git("rev-parse", "HEAD")
    assert counts(grown, "--at", "HEAD")[1]["closed"] == 4
    assert (grown.git("status", "--porcelain", "-z"), grown.git("rev-parse", "HEAD")) == before
    assert grown.read("3.1") == "broken: ["


def test_days_are_those_of_the_one_who_asks(grown: LedgerOnDisk) -> None:
    assert commit_at(grown.root, "2024-02-01") == grown.git("rev-parse", "HEAD~2").strip()
    told = grown.json("status", "--at", "2024-02-01", TZ="America/New_York")
    assert told["measures"]["not_started"] == 0, "in New York both commits were made on the 1st"


@pytest.mark.apart(but=6)
@pytest.mark.parametrize(
    "moment",
    ["2024-01-09", "1999-12-31", "1960-01-01", "0001-01-01", "2024-02-30", "2024-13-01", "2024-2-1", "9.9", "", "无", "HEAD~99", "--help", "-x", "--all", "-n1", "--output=x", "HEAD:data", "HEAD:data/ledger.yaml", "HEAD HEAD~1", "HEAD..HEAD~1", "^HEAD", "main..", "a\x1bb"],
)  # fmt: skip
def test_what_is_no_moment_of_the_ledger_is_refused_and_nothing_is_run(
    grown: LedgerOnDisk, moment: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        commit_at(grown.root, moment)
    assert refused.value.code == "no-such-moment"
    assert "2024-04-18" in refused.value.hint
    assert not (grown.root / "x").exists()


@pytest.mark.parametrize("moment", ["--help", "-x", "2024-01-09"])
def test_the_program_refuses_it_with_one_line_and_exit_1(grown: LedgerOnDisk, moment: str) -> None:
    result = run_inside(grown, "status", "--at", moment)
    assert result.code == 1
    assert result.err.startswith("error[no-such-moment]: ")
    assert result.out == ""


def test_before_the_first_commit_there_is_no_moment(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.git("init", "-q")
    for moment in ("2024-06-01", "HEAD"):
        with pytest.raises(RefusedError):
            commit_at(bare_ledger.root, moment)


def test_a_moment_at_which_the_repository_had_no_ledger_is_refused_with_a_sentence(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.git("init", "-q")
    bare_ledger.git("commit", "-q", "--allow-empty", "-m", "before the ledger")
    bare_ledger.commit("ledger")
    result = run_inside(bare_ledger, "status", "--at", "HEAD~1")
    assert result.code == 1
    assert "error[" in result.err.splitlines()[0]


def test_the_day_of_a_moment_is_the_one_asked_for_or_the_commits_own(grown: LedgerOnDisk) -> None:
    commit = commit_at(grown.root, "2024-02-20")
    assert day_of(grown.root, commit, "2024-02-20") == date(2024, 2, 20)
    assert day_of(grown.root, commit, "HEAD~1") == date(2024, 2, 2)


# ---- the files of a commit


def test_a_commit_holds_the_same_files_as_the_working_tree_it_was_made_of(ledger: LedgerOnDisk) -> None:
    tree, disk = Tree(ledger.root, "HEAD"), WorkingTree(ledger.root)
    for folder in ("data/problems", *(f"data/problems/{number:02d}" for number in (1, 2, 3))):
        assert sorted(tree.entries(folder)) == sorted(disk.entries(folder))
        for entry in disk.entries(folder):
            if entry.kind == "file":
                assert tree.read(f"{folder}/{entry.name}") == disk.read(f"{folder}/{entry.name}")
    assert tree.read("data/ledger.yaml") == LEDGER.encode()
    assert check(tree) == []


def test_what_is_not_in_a_commit_is_not_there(ledger: LedgerOnDisk) -> None:
    tree = Tree(ledger.root, "HEAD")
    assert tree.entries("data/problems/09") == []
    with pytest.raises(FileNotFoundError):
        tree.read("data/problems/01/1.9.yaml")
    assert tree.fingerprint("data/evidence/1.1/none") is None


def test_files_of_any_content_come_back_byte_for_byte(ledger: LedgerOnDisk) -> None:
    contents = {
        "1.1": b"",
        "1.2": b"\n\n\n",
        "2.1": b"no end",
        "2.2": b"a blob 3\nabc\n",
        "2.3": bytes(range(256)) * 99,
        "3.1": "# 尾\r\n".encode(),
    }
    for identity, content in contents.items():
        ledger.write(ledger.path(identity), content)
    ledger.commit("contents")
    tree = Tree(ledger.root, "HEAD")
    assert {identity: tree.read(ledger.path(identity)) for identity in contents} == contents


def test_names_that_do_not_belong_there_are_found_wrong_in_the_past_as_today(ledger: LedgerOnDisk) -> None:
    for name in ("说明 文件.txt", "a\tb.yaml", "1.3.yaml.bak", ".hidden"):
        ledger.write(f"data/problems/01/{name}", "x")
    (ledger.root / "data/problems/01/1.3.yaml").symlink_to("1.2.yaml")
    ledger.commit("odd")
    then, now = check(Tree(ledger.root, "HEAD")), check(WorkingTree(ledger.root))
    assert {finding.code for finding in now} == {"misnamed", "symbolic-link"}
    assert sorted(then) == sorted(now)


def test_evidence_is_checked_by_what_the_commit_holds(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.attach("评审 意见.pdf", b"%PDF\r\n\xff", DAY), "1.2")
    path = "data/evidence/1.2/评审 意见.pdf"
    ledger.write(path, b"changed later")
    tree, disk = Tree(ledger.root, "HEAD"), WorkingTree(ledger.root)
    assert check(tree) == []
    assert [finding.code for finding in check(disk)] == ["evidence-changed"]
    assert tree.fingerprint(path) != disk.fingerprint(path)


def test_a_ledger_in_a_folder_of_a_larger_repository_is_read_from_there(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    bare_ledger.git("init", "-q", str(tmp_path))
    bare_ledger.commit("start")
    act(bare_ledger, actions.attach("甲.pdf", b"1", DAY), "1.1")
    (tmp_path / "data/problems/01").mkdir(parents=True)
    (tmp_path / "data/problems/01/1.1.yaml").write_text(measure("1.1", "closed"))
    bare_ledger.git("add", "-A", ":/")
    bare_ledger.git("commit", "-qm", "another ledger above")
    tree = Tree(bare_ledger.root, commit_at(bare_ledger.root, "HEAD"))
    assert check(tree) == []
    assert tree.read(bare_ledger.path("1.1")) == bare_ledger.read("1.1").encode()
    assert counts(bare_ledger, "--at", "HEAD~2")[1] == THEN
