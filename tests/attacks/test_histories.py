"""Hostile commits: the audit reports them, the log shows them safely, and the rest of the history is still read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.conftest import measure
from tests.fuzz.objects import Objects
from tests.fuzz.objects import Tree as TreeOfObjects
from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.model.source import MAX_SIZE
from xuncha.trail import contents, history, limits, replay
from xuncha.trail.git import Git
from xuncha.trail.limits import ls_tree
from xuncha.trail.tree import Tree

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

WHO = "甲 <a@example.invalid> 1718000000 +0800"
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
READERS = (
    ("audit",),
    ("log",),
    ("log", "--json"),
    ("log", "1"),
    ("show", "1.2"),
    ("dashboard",),
    ("status", "--at", "HEAD"),
)


def commit(ledger: LedgerOnDisk, rest: str | bytes, tree: str = "") -> str:
    """Add a commit, byte by byte, on what is there."""
    parent = ledger.git("rev-parse", "HEAD").strip()
    whole = rest.encode() if isinstance(rest, str) else rest
    tree = tree or ledger.git("rev-parse", "HEAD^{tree}").strip()
    name = Objects(ledger.root).commit(tree, [parent], whole)
    (ledger.root / ".git/refs/heads/main").write_text(name + "\n")
    return name


def with_record(ledger: LedgerOnDisk, content: bytes) -> str:
    """Write a tree in which measure 1.2 has other content, and return its name."""
    path = ledger.root / ledger.path("1.2")
    before = path.read_bytes()
    path.write_bytes(content)
    ledger.git("add", "-A")
    tree = ledger.git("write-tree").strip()
    path.write_bytes(before)
    ledger.git("add", "-A")
    return tree


def said(message: str = "x", author: str | bytes = WHO, committer: str | bytes = "") -> bytes:
    """Return what follows the parents in a commit: author, committer and message."""
    first, second = (
        each if isinstance(each, bytes) else each.encode() for each in (author, committer or author)
    )
    return b"author " + first + b"\ncommitter " + second + b"\n\n" + message.encode()


def read_by_all(ledger: LedgerOnDisk, *, sound: bool = True) -> list[dict[str, str]]:
    """Run every command that reads history; return what the audit finds."""
    for arguments in READERS:
        result = run_inside(ledger, *arguments)
        assert result.code in ({0, 1} if arguments[0] in {"audit", "status"} else {0}), result.err
        assert "error[bug]" not in result.err
        assert not UNSAFE.findall(result.out + result.err), arguments
        if sound and arguments[0] == "status":
            assert result.code == 0, result.err
    found: list[dict[str, str]] = json.loads(run_inside(ledger, "audit", "--json").out)
    return found


@pytest.mark.parametrize(
    "content",
    [
        b'title: "\\U00110000"', b'title: "\\UFFFFFFFF"', b'title: "\\ud800"', b"title: \xed\xa0\x80", b'title: "\\e[31m"\x1b',
        b"a: " + b"{a: " * 2000, b"a: " + b"[" * 100_000, b"title: !!python/object:os.system x", b"? [a]\n: b", b"x" * (MAX_SIZE + 9),
    ],
    ids=lambda content: content[:18],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_a_finding_of_its_commit(
    ledger: LedgerOnDisk, content: bytes
) -> None:
    name = commit(ledger, said(), with_record(ledger, content))
    commit(ledger, said("mended"), with_record(ledger, measure("1.2").encode()))
    found = read_by_all(ledger)
    assert ("unreadable", name) in {(each["code"], each["commit"]) for each in found}


@pytest.mark.parametrize(
    "author",
    [
        "甲 1718000000 +0800", "", "<> 1718000000 +0800", "a <b> 1718000000", "a <b> 99999999999999999999 +0800", "a <b> 253402300800 +0000",
        "a <b> 1718000000 +9999", "a <b> 1718000000 -99999", "a <b> x y", "a <b> " + "9" * 5000 + " +0000", "a <b <c>> 1718000000 +0800", "a <b",
        f"{WHO}\nencoding UTF-7", f"{WHO}\nencoding UTF-16", f"{WHO}\nencoding \x1b", b"\xff\xfe <\xff> 1718000000 +0800",
    ],
    ids=lambda author: author[:26],
)  # fmt: skip
def test_any_author_date_and_encoding_is_shown(ledger: LedgerOnDisk, author: str | bytes) -> None:
    header, _line, more = (author if isinstance(author, bytes) else author.encode()).partition(b"\n")
    text = said("x", header, header + b"\n" + more if more else header)
    name = commit(ledger, text, with_record(ledger, measure("1.2", goal="改了").encode()))
    assert name in {each["commit"] for each in read_by_all(ledger)}
    for event in ledger.json("log"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", event["date"])


def test_a_commit_without_a_date_can_be_archived(ledger: LedgerOnDisk) -> None:
    commit(ledger, said("x", "a <b>"))
    ledger.ok("archive", "-o", ledger.root.parent / "a.zip")


def test_a_date_beyond_the_calendar_is_a_clock_that_went_backwards(ledger: LedgerOnDisk) -> None:
    tree = with_record(ledger, measure("1.2", goal="改了").encode())
    commit(ledger, said("y"), tree)
    tree = with_record(ledger, measure("1.2", goal="又改").encode())
    name = commit(ledger, said("z", "a <b> 999999999999999 +0000"), tree)
    found = {(each["code"], each["commit"]) for each in read_by_all(ledger)}
    assert ("clock-backwards", name) in found


def test_an_offset_that_is_none_leaves_the_moment(ledger: LedgerOnDisk) -> None:
    commit(ledger, said("x", "a <b> 1718000000 +9999"), with_record(ledger, b"x: 1"))
    assert ledger.json("log")[0]["date"] == "2024-06-10T06:13:20+00:00"


@pytest.mark.parametrize(
    "trailers",
    [
        "Xuncha-Action: renumber\nXuncha-Id: abc\nXuncha-To: 2.1", "Xuncha-Action: renumber\nXuncha-Id: 1.2\nXuncha-To: abc",
        "Xuncha-Action: renumber\nXuncha-Id: abc\nXuncha-To: 1", "Xuncha-Action: renumber\nXuncha-Id: 1\nXuncha-To: 1", "Xuncha-Action: renumber",
        "Xuncha-Action: close\nXuncha-Action: undo\nXuncha-Id: 1.2\nXuncha-Id: x\nXuncha-From: a\nXuncha-To: b\nXuncha-To: c\nXuncha-To: d",
        "Xuncha-Action: undo\nXuncha-Undoes: --output=x\nXuncha-Undoes: HEAD", "Xuncha-Id: 99999999999.1\nXuncha-Action: \u202e\x1b[31m\x1e",
    ],
)  # fmt: skip
def test_trailers_that_make_no_sense_are_no_end_of_history(ledger: LedgerOnDisk, trailers: str) -> None:
    tree = with_record(ledger, measure("1.2", goal="改了").encode())
    name = commit(ledger, said(f"x\n\n{trailers}\n"), tree)
    assert name in {each["commit"] for each in read_by_all(ledger)}
    ledger.ok("log", "2")


def test_a_message_with_nul_or_without_a_line(ledger: LedgerOnDisk) -> None:
    for text in (b"a\0b\n\nXuncha-Action: close", b"", b"x" * 30_000):
        commit(ledger, said() + text, with_record(ledger, b"x: " + str(len(text)).encode()))
    read_by_all(ledger, sound=False)


def test_a_measure_that_was_renumbered_many_times_is_followed(ledger: LedgerOnDisk) -> None:
    """A recursion would end where Python's stack does."""
    objects, parent = Objects(ledger.root), ledger.git("rev-parse", "HEAD").strip()
    trees = []
    for goal in ("甲", "乙"):
        ledger.write(ledger.path("2.1"), measure("2.1", goal=goal))
        trees.append(with_record(ledger, measure("1.2", goal=goal).encode()))
    for turn in range(300):
        text = said(f"x\n\nXuncha-Action: renumber\nXuncha-Id: {turn % 2 + 1}\nXuncha-To: {2 - turn % 2}\n")
        parent = objects.commit(trees[turn % 2], [parent], text)
    (ledger.root / ".git/refs/heads/main").write_text(parent + "\n")
    assert len(history.history_of_problem(ledger.root, Identity(1))) > 50


def test_control_characters_stay_out_of_the_page_the_json_and_the_archive(ledger: LedgerOnDisk) -> None:
    attack = "\x1b]0;owned\x07\x1b[31m\u202e\x9b甲\u2028<script>"
    who = f"{attack.replace('<', '').replace('>', '')} <a\x1b@b> 1718000000 +0800"
    for due in ('"\\e[31m"', "2025-12-31"):
        tree = with_record(ledger, measure("1.2", due=due).encode())
        commit(ledger, said(f"{attack}\n\nXuncha-Action: close\nXuncha-Reason: {attack}", who), tree)
    read_by_all(ledger)
    event = history.history(ledger.root)[0]
    assert not UNSAFE.findall(f"{event.author}{event.email}{event.subject}{event.reason}")
    ledger.run("audit", "--html", "page.html")
    page = (ledger.root / "page.html").read_text(encoding="utf-8")
    assert "甲" in page
    assert not UNSAFE.findall(page)


def bombed(
    ledger: LedgerOnDisk,
    place: tuple[bytes, ...],
    leaf: bytes = b"x",
    levels: int = 10,
    message: str = "bomb",
) -> str:
    """Commit a folder of folders of folders, beside what is there; return the commit."""
    objects = Objects(ledger.root)
    held = objects.bomb(leaf, levels)
    for depth in range(len(place) - 1, -1, -1):
        folder = b"/".join(place[:depth])
        entries = ledger.git("ls-tree", f"HEAD:{folder.decode()}").splitlines()
        tree: TreeOfObjects = {}
        for line in entries:
            facts, _tab, name = line.partition("\t")
            mode, _kind, blob = facts.split()
            tree[name.encode()] = (mode, blob)
        tree[place[depth]] = ("40000", held)
        held = objects.tree(tree)
    return commit(ledger, said(message), held)


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make git stop soon, as it would later, so that nobody waits for it."""
    monkeypatch.setattr(contents, "MAX_SECONDS", 1)
    monkeypatch.setattr(contents, "MAX_MEMORY", 64 << 20)


@pytest.mark.apart(but=1)
@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    ("place", "leaf", "levels"),
    [
        ((b"data", b"problems", b"99"), b"x", 10),
        ((b"data", b"problems", b"99"), b"", 60),
        ((b"data", b"problems", b"01"), b"x", 10),
        ((b"data", b"evidence"), b"x", 60),
        ((b"data", b"problems", b"01", b"1.2.yaml"), b"", 10),
    ],
)
def test_folders_without_end_are_refused_with_a_sentence_and_take_no_memory(
    ledger: LedgerOnDisk, place: tuple[bytes, ...], leaf: bytes, levels: int
) -> None:
    before = ledger.git("rev-parse", "HEAD").strip()
    tree = ledger.git("rev-parse", "HEAD^{tree}").strip()
    name = bombed(ledger, place, leaf, levels)
    commit(ledger, said("back"), tree)
    result = ledger.run("audit")
    assert (result.code, "error[too-many-files]" in result.err) == (1, True), result.err
    assert before[:10] in result.err, "the last commit that was read"
    result = ledger.run("archive", "-o", "../a.zip")
    assert (result.code, "error[too-many-files]" in result.err) == (1, True), result.err
    result = ledger.run("status", "--at", name)
    assert result.code == (b"evidence" not in place), "evidence is not looked at to count measures"
    for command in (("log",), ("show", "1.2"), ("log", "1")):
        result = ledger.run(*command)
        assert result.code == 0 or "error[too-many-files]" in result.err, (command, result.err)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("leaf", [b"", b"x"])
def test_of_a_commit_with_folders_without_end_elsewhere_the_claim_stays_unexplained(
    ledger: LedgerOnDisk, leaf: bytes
) -> None:
    claim = (
        "bomb\n\nXuncha-Action: progress\nXuncha-Id: 1.1\nXuncha-From: in_progress\nXuncha-To: in_progress"
    )
    name = bombed(ledger, (b"elsewhere",), leaf, message=claim)
    found = json.loads(ledger.run("audit", "--json").out)
    assert {each["commit"] for each in found if each["code"] == "trailers-mismatch"} == {name}


def test_a_listing_ends_at_the_limit(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    git, head = Git(ledger.root), ledger.git("rev-parse", "HEAD").strip()
    files = len(ls_tree(git, head, "data", folders=True))
    monkeypatch.setattr(limits, "MAX_FILES", files)
    assert len(ls_tree(git, head, "data", folders=True)) == files
    monkeypatch.setattr(limits, "MAX_FILES", files - 1)
    with pytest.raises(RefusedError, match="data"):
        ls_tree(git, head, "data")


def test_commits_that_each_touch_few_files_may_not_touch_too_many_together(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for goal in "甲乙丙丁":
        commit(ledger, said(), with_record(ledger, measure("1.2", goal=goal).encode()))
    git, head = Git(ledger.root), ledger.git("rev-parse", "HEAD").strip()
    touched = sum(len(each.touched) for each in replay.commits(git, head))
    monkeypatch.setattr(replay, "_MAX_TOUCHED", touched)
    assert len(replay.commits(git, head)) > 4
    monkeypatch.setattr(replay, "_MAX_TOUCHED", touched - 1)
    before = ledger.git("rev-parse", "--short=10", "HEAD~1").strip()
    with pytest.raises(RefusedError, match=before) as refused:
        replay.commits(git, head)
    assert refused.value.code == "too-many-files"


def test_of_a_record_of_any_size_no_more_is_kept_than_shows_that_it_is_too_large(
    ledger: LedgerOnDisk,
) -> None:
    name = commit(ledger, said(), with_record(ledger, b"a" * (20 * 1024 * 1024)))
    assert len(Tree(ledger.root, name).read(ledger.path("1.2"))) == MAX_SIZE + 1
    result = ledger.run("status", "--at", "HEAD")
    assert (result.code, "error[file-too-large]" in result.err) == (1, True)


def test_a_subject_without_end_fills_no_screen(ledger: LedgerOnDisk) -> None:
    ledger.write("data/ledger.yaml", (ledger.root / "data/ledger.yaml").read_bytes() + b"# \n")
    ledger.git("commit", "-qam", "一" * 20_000)
    assert 100 < len(ledger.ok("log")) < 8_000


@pytest.mark.parametrize("mode", ["120000", "160000", "40000"])
def test_a_link_a_submodule_or_a_folder_in_the_place_of_a_record(ledger: LedgerOnDisk, mode: str) -> None:
    objects = Objects(ledger.root)
    blob = objects.write("blob", b"/etc/passwd")
    held = objects.tree({b"x": ("100644", blob)}) if mode == "40000" else blob
    folder = objects.tree({b"1.2.yaml": (mode, held)})
    tree = objects.tree({b"data": {b"problems": {b"01": ("40000", folder)}}})
    name = commit(ledger, said(), tree)
    assert name in {each["commit"] for each in read_by_all(ledger, sound=False)}


def test_a_name_that_is_there_twice_or_is_no_text(ledger: LedgerOnDisk) -> None:
    objects = Objects(ledger.root)
    blob = objects.write("blob", b"x: 1")
    odd: TreeOfObjects = {b"1.2.yaml": ("100644", blob), b"\xff\x1b[31m\n.yaml": ("100644", blob)}
    folder = objects.tree(odd, twice=b"1.2.yaml")
    tree = objects.tree({b"data": {b"problems": {b"01": ("40000", folder)}}})
    name = commit(ledger, said(), tree)
    assert name in {each["commit"] for each in read_by_all(ledger, sound=False)}


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ((), b"data/problems/01/1.2.yaml"),
        ((b"data",), b"problems/01/1.2.yaml"),
        ((b"data", b"problems"), b"01/1.2.yaml"),
    ],
)
def test_a_name_that_leads_into_a_folder_is_damage(
    ledger: LedgerOnDisk, above: tuple[bytes, ...], name: bytes
) -> None:
    objects = Objects(ledger.root)
    held = objects.tree({name: ("100644", objects.write("blob", b"status: closed"))})
    for folder in reversed(above):
        held = objects.tree({folder: ("40000", held)})
    commit(ledger, said(), held)
    result = ledger.run("audit")
    assert (result.code, "error[git-failed]" in result.err) == (3, True), result.err
