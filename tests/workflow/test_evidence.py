"""Attached evidence is stored whole, with its name and hash, and nowhere else."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import measure
from tests.workflow import actions
from tests.workflow.surroundings import act, findings, record, snapshot, touched
from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.model.records import EvidenceFile, Measure, Progress
from xuncha.store.files import WorkingTree, fingerprint
from xuncha.workflow.evidence import MAX_SIZE, evidence_entry, portable_name, printable_name, unused_name
from xuncha.workflow.undo import undo
from xuncha.workflow.verb import Case, NamedFile
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.model.register import Frame
    from xuncha.workflow.change import Session
    from xuncha.workflow.verb import PlannedChange

DAY = date(2024, 6, 1)
CONTENT = b"%PDF-1.7\r\n\x00\xff\n"
NOTHING = Measure(title="甲", leader="乙", office="丙", status="in_progress")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a ledger's folder that holds 意见.pdf as evidence of 1.2."""
    folder = tmp_path / "data/evidence/1.2"
    folder.mkdir(parents=True)
    (folder / "意见.pdf").write_bytes(CONTENT)
    return tmp_path


def attach(ledger: LedgerOnDisk, name: str, content: bytes = CONTENT, identity: str = "1.2") -> None:
    act(ledger, actions.attach(name, content, DAY), identity)


@pytest.mark.parametrize(
    "name",
    ["评审意见.pdf", "a b  c.pdf", "#1.pdf", "-F.pdf", "--help", "'引号'.pdf", "{a}, [b]: c.pdf".replace(":", ""), "2024.10.1", "%s$(x)`y`.pdf", "🚰.pdf", "关" * 83 + ".pdf", "console.pdf", "a" * 196 + ".pdf"],
)  # fmt: skip
def test_evidence_is_found_again_under_the_name_the_office_gave_it(ledger: LedgerOnDisk, name: str) -> None:
    attach(ledger, name)
    path = f"data/evidence/1.2/{name}"
    assert (ledger.root / path).read_bytes() == CONTENT
    assert record(ledger, "1.2").progress[-1].evidence == [
        EvidenceFile(file=name, sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))
    ]
    assert touched(ledger) == {path, ledger.path("1.2")}
    assert ledger.clean()
    assert findings(ledger) == []


def test_the_program_attaches_files_from_anywhere_and_leaves_them_there(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    file = tmp_path / "他处" / "评审 意见.pdf"
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    other = ledger.write("../签到表.txt", b"1")
    namesake = ledger.write("../签到/签到表.txt", b"2")
    told = ledger.ok("attach", "1.1", file, other, namesake, "--text", "专家评审意见", "--date", "2024-05-02")
    assert str(told).count("已附上 签到表.txt") == 2
    assert file.read_bytes() == CONTENT
    assert (ledger.root / "data/evidence/1.1/签到表.txt").read_bytes() == b"1"
    assert (ledger.root / "data/evidence/1.1/评审 意见.pdf").read_bytes() == CONTENT
    entry = record(ledger, "1.1").progress[-1]
    assert (entry.text, entry.date, entry.publish) == ("专家评审意见", date(2024, 5, 2), False)
    assert [getattr(each, "file", "") for each in entry.evidence] == [
        "评审 意见.pdf",
        "签到表.txt",
        "签到表-2.txt",
    ]
    assert record(ledger, "1.1").status == "in_progress"


@pytest.mark.parametrize("content", [b"", b"\r\n" * 50_000, bytes(range(256)) * 8000])
def test_evidence_of_any_content_comes_in_byte_for_byte(ledger: LedgerOnDisk, content: bytes) -> None:
    attach(ledger, "件.bin", content)
    assert (ledger.root / "data/evidence/1.2/件.bin").read_bytes() == content
    assert findings(ledger) == []
    assert ledger.clean()


def test_attached_evidence_is_never_replaced_by_another_file_of_its_name(ledger: LedgerOnDisk) -> None:
    attach(ledger, "评审意见.pdf")
    attach(ledger, "评审意见.pdf", b"another")
    attach(ledger, "评审意见.PDF", b"a third")
    folder = ledger.root / "data/evidence/1.2"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "评审意见.pdf": CONTENT,
        "评审意见-2.pdf": b"another",
        "评审意见-3.PDF": b"a third",
    }
    entries = record(ledger, "1.2").progress[-3:]
    assert [(item.file, item.name) for entry in entries for item in entry.evidence] == [  # type: ignore[union-attr]
        ("评审意见.pdf", None),
        ("评审意见-2.pdf", "评审意见.pdf"),
        ("评审意见-3.PDF", "评审意见.PDF"),
    ]
    assert [entry.text for entry in entries[:2]] == ["附佐证材料：评审意见.pdf"] * 2
    assert findings(ledger) == []


def test_the_same_file_attached_twice_is_stored_once_and_both_entries_name_it(ledger: LedgerOnDisk) -> None:
    attach(ledger, "评审意见.pdf")
    attach(ledger, "定稿.pdf")
    assert [file.name for file in (ledger.root / "data/evidence/1.2").iterdir()] == ["评审意见.pdf"]
    first, second = (entry.evidence[0] for entry in record(ledger, "1.2").progress[-2:])
    assert isinstance(second, EvidenceFile)
    assert (second.file, second.name) == ("评审意见.pdf", "定稿.pdf")
    assert first == second.model_copy(update={"name": None})
    assert touched(ledger) == {ledger.path("1.2")}
    assert findings(ledger) == []
    undo(ledger.root)
    assert (ledger.root / "data/evidence/1.2/评审意见.pdf").read_bytes() == CONTENT


def planned(root: Path, content: bytes, **given: Any) -> PlannedChange:
    """Plan to attach 意见.pdf, today on 2024-06-01, to a measure whose evidence is 意见.pdf already."""
    held = EvidenceFile(file="意见.pdf", sha256=hashlib.sha256(CONTENT).hexdigest())
    entry = Progress(date=DAY, text="附佐证材料：意见.pdf", evidence=[held])
    session = cast("Session", SimpleNamespace(source=WorkingTree(root)))
    measure = NOTHING.model_copy(update={"progress": [entry]})
    data = measure.model_dump(mode="json", exclude_defaults=True)
    case = Case(session, cast("Frame", None), DAY, Identity(1, 2), measure, data)
    return VERBS["attach"].function(case, files=[NamedFile("意见.pdf", content)], **given)


@pytest.mark.parametrize("text", [None, " ", " 附佐证材料：意见.pdf "])
def test_the_same_file_is_not_attached_again_on_the_same_day_with_the_same_text(
    bare: Path, text: str | None
) -> None:
    with pytest.raises(RefusedError) as refused:
        planned(bare, CONTENT, statement=text)
    assert refused.value.code == "already-attached"


@pytest.mark.parametrize(
    ("content", "given", "name", "index"),
    [
        (CONTENT, {"statement": "定稿"}, "意见.pdf", 1),
        (CONTENT, {"day": date(2024, 5, 31)}, "意见.pdf", 0),
        (b"2", {"statement": "附佐证材料：意见.pdf"}, "意见-2.pdf", 1),
    ],
)
def test_a_file_is_attached_again_with_another_text_or_day_or_content(
    bare: Path, content: bytes, given: dict[str, Any], name: str, index: int
) -> None:
    change = planned(bare, content, **given)
    assert change.edits.keys() == {"progress"}
    entry = change.edits["progress"][index]
    assert (entry["evidence"][0]["file"], entry["publish"]) == (name, False)
    assert change.files == ({} if content == CONTENT else {f"data/evidence/1.2/{name}": content})


def test_the_same_file_in_many_measures_is_one_object_in_git(ledger: LedgerOnDisk) -> None:
    content = os.urandom(200_000)
    attach(ledger, "甲.pdf", content)
    before = size_of_objects(ledger)
    for identity in ("1.1", "2.1", "3.1"):
        attach(ledger, "乙.pdf", content, identity)
    assert size_of_objects(ledger) - before < 20_000
    names = ledger.git("ls-tree", "-r", "HEAD", "data/evidence").splitlines()
    assert len(names) == 4
    assert len({line.split()[2] for line in names}) == 1


def size_of_objects(ledger: LedgerOnDisk) -> int:
    return sum(file.stat().st_size for file in (ledger.root / ".git/objects").rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../../outside", "／..／..／outside"),
        ("a/b.pdf", "a／b.pdf"),
        ("/etc/outside", "／etc／outside"),
        ("..", "附件"),
        (".hidden", "hidden"),
        (".git", "git"),
        ("a\\b.pdf", "a＼b.pdf"),
        ("a\nb", "a_b"),
        ("a\x1bb", "a_b"),
        ("", "附件"),
        ("*.pdf", "＊.pdf"),
        ('"甲": 乙?.pdf', "＂甲＂： 乙？.pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1", "_LPT1"),
        ("git~1", "_git~1"),
        ("甲.pdf. .", "甲.pdf"),
        ("报告\u202efdp.exe", "报告_fdp.exe"),
        ("损\udcff坏.pdf", "损_坏.pdf"),
        ("关" * 90 + ".pdf", "关" * 83 + ".pdf"),
        ("a" * 250 + ".pdf", "a" * 196 + ".pdf"),
        ("a" * 195 + " b.pdf", "a" * 195 + ".pdf"),
        ("甲 .pdf", "甲 .pdf"),
        ("e\u0301.pdf", "\xe9.pdf"),
    ],
)
def test_a_name_that_not_every_system_holds_becomes_the_nearest_that_all_do(name: str, file: str) -> None:
    assert portable_name(name) == file


@pytest.mark.parametrize(
    ("taken", "file"),
    [
        ([], "意见.pdf"),
        (["意见.PDF"], "意见-2.pdf"),
        (["意见.pdf", "意见-2.pdf"], "意见-3.pdf"),
        (["意见-2.pdf"], "意见.pdf"),
    ],
)
def test_a_file_takes_the_first_number_that_no_other_of_its_name_has(taken: list[str], file: str) -> None:
    assert unused_name("意见.pdf", taken) == file


def test_a_number_is_kept_where_a_long_name_is_shortened() -> None:
    for name, numbered in (("a" * 196 + ".pdf", "a" * 194 + "-2.pdf"), ("关" * 85, "关" * 84 + "-2")):
        assert unused_name(name, [name]) == numbered


@pytest.mark.parametrize(("name", "file"), [("../../../outside", "／..／..／outside"), ("a\nb", "a_b")])
def test_a_hostile_name_of_a_file_stays_inside_the_folder_of_its_measure(
    ledger: LedgerOnDisk, name: str, file: str
) -> None:
    beside = sorted(ledger.root.parent.iterdir())
    attach(ledger, name)
    assert (ledger.root / "data/evidence/1.2" / file).read_bytes() == CONTENT
    assert touched(ledger) == {f"data/evidence/1.2/{file}", ledger.path("1.2")}
    (item,) = record(ledger, "1.2").progress[-1].evidence
    assert isinstance(item, EvidenceFile)
    assert item.file == file
    assert item.name == (printable_name(name) if printable_name(name) not in {"", file} else None)
    assert sorted(ledger.root.parent.iterdir()) == beside
    assert findings(ledger) == []
    assert ledger.clean()


@given(st.lists(st.text(max_size=280), min_size=1, max_size=4))
def test_whatever_a_file_is_called_it_gets_a_name_of_its_own_that_the_ledger_holds(names: list[str]) -> None:
    taken: list[str] = []
    for place, name in enumerate(names):
        said = evidence_entry(name, fingerprint(BytesIO(str(place).encode())), {}, taken)
        EvidenceFile.model_validate(said)
        assert len(said["file"].encode()) <= 255
        assert portable_name(said["file"]) == said["file"]
        taken.append(said["file"])
    assert len({name.casefold() for name in taken}) == len(names)


def test_show_names_evidence_and_the_same_file_is_stored_once(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    file = tmp_path / "con.pdf"
    file.write_bytes(b"x" * 20_480)
    told = ledger.ok("attach", "1.2", file)
    assert "con.pdf" in told
    assert "data/evidence/1.2/_con.pdf" in told
    assert "data/evidence/1.2/_con.pdf" in ledger.ok("show", "1.2")
    assert "同一文件" in ledger.ok("attach", "1.2", file, XUNCHA_TODAY="2024-06-16"), (
        "it is told again, and stored once"
    )
    again, commits = ledger.run("attach", "1.2", file, XUNCHA_TODAY="2024-06-16"), ledger.commits()
    assert (again.code, ledger.commits()) == (1, commits)
    assert "already-attached" in again.err


def test_a_size_that_does_not_fit_is_an_error(ledger: LedgerOnDisk) -> None:
    attach(ledger, "甲.pdf")
    path = ledger.path("1.2")
    ledger.write(path, ledger.read("1.2").replace(f"size: {len(CONTENT)}", "size: 5"))
    result = ledger.run("validate")
    assert result.code == 1
    assert "error[evidence-changed]" in result.err + result.out


def test_a_file_too_large_for_the_forges_is_refused_before_it_is_read(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    file = tmp_path / "录像.mp4"
    with file.open("wb") as stream:
        stream.truncate(MAX_SIZE + 1)
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("attach", "1.2", file)
    assert (result.code, "error[too-large-for-git]" in result.err) == (1, True)
    assert "101 MB" in result.err
    assert "git lfs install" in result.err
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_a_linked_evidence_folder_leads_nothing_out_of_the_ledger(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (ledger.root / "data/evidence").mkdir()
    (ledger.root / "data/evidence/1.2").symlink_to(outside)
    before, commits = ledger.read("1.2"), ledger.commits()
    with pytest.raises(RefusedError):
        attach(ledger, "评审意见.pdf")
    assert list(outside.iterdir()) == []
    assert (ledger.read("1.2"), ledger.commits()) == (before, commits)


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(
    ledger: LedgerOnDisk, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "没有这个文件.pdf"
    if kind == "folder":
        file.mkdir()
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("attach", "1.2", file)
    assert (result.code, "error[no-such-file]" in result.err) == (1, True)
    assert "没有这个文件.pdf" in result.err
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_taking_an_attachment_back_takes_the_file_and_its_folder_away(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    attach(ledger, "评审 意见.pdf")
    undo(ledger.root)
    assert snapshot(ledger) == before
    assert not (ledger.root / "data/evidence/1.2").exists()
    assert ledger.clean()


def test_taking_back_a_second_attachment_keeps_the_first(ledger: LedgerOnDisk) -> None:
    attach(ledger, "甲.pdf")
    before = snapshot(ledger)
    attach(ledger, "乙.pdf", b"2")
    undo(ledger.root)
    assert snapshot(ledger) == before
    assert findings(ledger) == []


def test_evidence_that_git_is_told_to_ignore_is_kept_all_the_same_or_leaves_no_trace(
    ledger: LedgerOnDisk,
) -> None:
    ledger.write(".gitignore", "*.pdf\n")
    ledger.commit("ignore")
    before = snapshot(ledger)
    result = ledger.run("attach", "1.2", ledger.write("../评审意见.pdf", CONTENT))
    if result.code == 0:
        assert touched(ledger) == {"data/evidence/1.2/评审意见.pdf", ledger.path("1.2")}
        undo(ledger.root)
    assert snapshot(ledger) == before
    assert ledger.clean()


def test_a_workbook_brings_the_size_and_the_name_of_evidence_back(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    attach(ledger, "con.pdf")
    before = snapshot(ledger)
    ledger.ok("export", "xlsx", "-o", tmp_path / "台账.xlsx")
    ledger.ok("import", "table", tmp_path / "台账.xlsx")
    assert snapshot(ledger) == before
    ledger.write(ledger.path("1.2"), measure("1.2"))
    ledger.commit("the entry was lost")
    ledger.ok("import", "table", tmp_path / "台账.xlsx")
    (item,) = record(ledger, "1.2").progress[-1].evidence
    assert isinstance(item, EvidenceFile)
    assert (item.file, item.size, item.name) == ("_con.pdf", len(CONTENT), "con.pdf")
    assert findings(ledger) == []
