"""Loading a ledger: continuous numbers, files in place, none from outside, none skipped."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LEDGER, measure, problem
from tests.steps import steps
from xuncha.errors import Finding, InvalidLedgerError, Place
from xuncha.model.identity import Identity
from xuncha.store import loading
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.model.source import Entry, Fingerprint

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="links and pipes as Linux has them")


def found(ledger: LedgerOnDisk) -> list[tuple[str, str]]:
    """Path and code of everything that is wrong."""
    return [(finding.place.path, finding.code) for finding in check(WorkingTree(ledger.root))]


def moved(ledger: LedgerOnDisk, path: str) -> Path:
    """Something of the ledger, moved out of it."""
    elsewhere = ledger.root.parent / "elsewhere"
    (ledger.root / path).rename(elsewhere)
    return elsewhere


# ---------------------------------------------------------------- numbers


def test_a_whole_ledger_is_loaded_in_the_order_of_its_numbers(bare_ledger: LedgerOnDisk) -> None:
    for number in range(4, 12):
        bare_ledger.write(f"data/problems/{number:02d}/problem.yaml", problem(f"问题{number}", "a"))
        for place in range(1, 12):
            bare_ledger.write(bare_ledger.path(f"{number}.{place}"), measure(f"{number}.{place}"))
    ledger = loading.load_ledger(WorkingTree(bare_ledger.root))
    assert list(ledger.problems) == list(range(1, 12))
    assert list(ledger.measures) == sorted(ledger.measures)
    assert list(ledger.measures)[-1] == Identity(11, 11)
    assert len(ledger.measures) == 6 + 8 * 11
    assert ledger.measures[Identity(10, 10)].title == "做好10.10号工作"
    assert [row.id for row in ledger.register().measures] == [str(identity) for identity in ledger.measures]


@pytest.mark.parametrize(
    ("gone", "at"),
    [
        ("data/problems/02/2.1.yaml", "data/problems/02/2.2.yaml"),
        ("data/problems/02/2.2.yaml", "data/problems/02/2.3.yaml"),
        ("data/problems/01/1.1.yaml", "data/problems/01/1.2.yaml"),
    ],
)
def test_a_measure_that_was_lost_leaves_a_gap_that_is_told(
    bare_ledger: LedgerOnDisk, gone: str, at: str
) -> None:
    (bare_ledger.root / gone).unlink()
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert (finding.place.path, finding.code) == (at, "number-gap")
    assert gone.rpartition("/")[2].removesuffix(".yaml") in finding.message


def test_a_problem_that_was_lost_leaves_a_gap_that_is_told(bare_ledger: LedgerOnDisk) -> None:
    moved(bare_ledger, "data/problems/02")
    assert found(bare_ledger) == [("data/problems/03", "number-gap")]


def test_each_gap_is_told_once_however_wide(bare_ledger: LedgerOnDisk) -> None:
    for number in ("2.7", "2.8", "2.12"):
        bare_ledger.write(bare_ledger.path(number), measure(number))
    assert found(bare_ledger) == [
        (bare_ledger.path("2.7"), "number-gap"),
        (bare_ledger.path("2.12"), "number-gap"),
    ]


def test_a_gap_as_wide_as_numbers_go_is_told_without_a_wait(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/02/2.9.yaml", measure("2.4"))
    bare_ledger.write("data/problems/09/problem.yaml", problem("甲", "a"))
    narrow = steps(lambda: found(bare_ledger))
    problems = bare_ledger.root / "data/problems"
    (problems / "02/2.9.yaml").rename(problems / "02/2.999999.yaml")
    (problems / "09").rename(problems / "999999")
    assert steps(lambda: found(bare_ledger)) < 2 * narrow
    assert found(bare_ledger) == [
        ("data/problems/999999", "number-gap"),
        ("data/problems/02/2.999999.yaml", "number-gap"),
    ]


@pytest.mark.parametrize("twin", ["2", "002", "0002"])
def test_two_clones_that_took_the_same_number_are_both_told_of(bare_ledger: LedgerOnDisk, twin: str) -> None:
    bare_ledger.write(f"data/problems/{twin}/problem.yaml", problem("另一个", "a"))
    codes = [code for _path, code in found(bare_ledger)]
    assert codes.count("number-twice") == 1
    assert set(codes) <= {"number-twice", "misnamed"}


@pytest.mark.parametrize("name", ["2", "002"])
def test_a_folder_without_its_padding_is_told_its_name(bare_ledger: LedgerOnDisk, name: str) -> None:
    (bare_ledger.root / "data/problems/02").rename(bare_ledger.root / "data/problems" / name)
    (finding, *_rest) = check(WorkingTree(bare_ledger.root))
    assert (finding.place.path, finding.code) == (f"data/problems/{name}", "misnamed")
    assert "02" in finding.hint


@pytest.mark.parametrize(
    "name",
    [
        "2.4.yml", "2.4.YAML", "2.4", "02.4.yaml", "2.04.yaml", "2.0.yaml", "2.4.yaml.orig", "2.4.yaml~", "2.4 (副本).yaml", "2.4.1.yaml", "problem.yml",
        "Problem.yaml", "说明.txt", "２.4.yaml", "2．4.yaml", "2.4.yaml ", "-2.4.yaml", "2.1234567.yaml", "#2.4.yaml#", "Thumbs.db",
    ],
)  # fmt: skip
def test_a_file_whose_name_is_no_number_is_not_left_out_of_the_counts_in_silence(
    bare_ledger: LedgerOnDisk, name: str
) -> None:
    path = f"data/problems/02/{name}"
    bare_ledger.write(path, measure("2.4"))
    assert found(bare_ledger) == [(path, "misnamed")]


@pytest.mark.parametrize(
    "name", ["00", "0", "a", "02a", "二", "０４", "4 ", "-4", "1234567", "04.bak", "新建文件夹"]
)
def test_a_folder_whose_name_is_no_number_is_not_left_out_in_silence(
    bare_ledger: LedgerOnDisk, name: str
) -> None:
    bare_ledger.write(f"data/problems/{name}/problem.yaml", problem("甲", "a"))
    assert found(bare_ledger) == [(f"data/problems/{name}", "misnamed")]


def test_a_file_among_the_problems_folders_is_told(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/04", "x")
    bare_ledger.write("data/problems/说明.txt", "x")
    assert found(bare_ledger) == [("data/problems/04", "misnamed"), ("data/problems/说明.txt", "misnamed")]


def test_a_measure_in_another_problem_s_folder_is_told(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / "data/problems/02/2.3.yaml").rename(bare_ledger.root / "data/problems/01/2.3.yaml")
    assert found(bare_ledger) == [("data/problems/01/2.3.yaml", "misnamed")]


def test_folders_in_a_problem_s_folder_are_told(bare_ledger: LedgerOnDisk) -> None:
    for path in ("data/problems/02/附件", "data/problems/02/2.4.yaml", "data/problems/03/problem.yaml/x"):
        if (bare_ledger.root / path).parent.is_file():
            (bare_ledger.root / path).parent.unlink()
        (bare_ledger.root / path).mkdir(parents=True)
    assert sorted(found(bare_ledger)) == [
        ("data/problems/02/2.4.yaml", "misnamed"),
        ("data/problems/02/附件", "misnamed"),
        ("data/problems/03/problem.yaml", "misnamed"),
    ]


def test_hidden_files_of_editors_and_systems_are_let_be(bare_ledger: LedgerOnDisk) -> None:
    for path in (
        "data/.DS_Store",
        "data/problems/.gitkeep",
        "data/problems/02/.2.3.yaml.swp",
        "data/problems/.x/y",
    ):
        bare_ledger.write(path, "x")
    assert found(bare_ledger) == []


def test_other_things_in_the_ledger_are_no_business_of_ours(bare_ledger: LedgerOnDisk) -> None:
    for path in (
        "README.md",
        "data/README.md",
        "data/schema/measure.json",
        "data/evidence/9.9/x.pdf",
        "templates/notice.txt.j2",
    ):
        bare_ledger.write(path, "x")
    assert found(bare_ledger) == []
    named = [(each.place.path, each.code) for each in check(WorkingTree(bare_ledger.root), warn=True)]
    assert named == [("templates/notice.txt.j2", "own-template")], "validate names it, and it hinders nothing"


@pytest.mark.parametrize("gone", ["data/problems", "data/problems/01", "data/ledger.yaml"])
def test_what_is_missing_is_told_and_the_rest_still_read(bare_ledger: LedgerOnDisk, gone: str) -> None:
    moved(bare_ledger, gone)
    bare_ledger.write("data/problems/03/3.1.yaml", "")
    findings = found(bare_ledger)
    assert ("data/problems/03/3.1.yaml", "empty-file") in findings
    assert gone != "data/ledger.yaml" or (gone, "file-missing") in findings


def test_a_ledger_without_problems_is_a_ledger(bare_ledger: LedgerOnDisk) -> None:
    moved(bare_ledger, "data/problems")
    assert found(bare_ledger) == []
    ledger = loading.load_ledger(WorkingTree(bare_ledger.root))
    assert (ledger.problems, ledger.measures) == ({}, {})


def test_a_problem_without_measures_is_a_problem(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/04/problem.yaml", problem("甲", "a"))
    assert loading.load_ledger(WorkingTree(bare_ledger.root)).problems[4].title == "甲"


def test_an_empty_folder_that_git_would_not_keep_is_let_be(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / "data/problems/04").mkdir()
    assert found(bare_ledger) == []


@on_linux
def test_names_that_are_no_utf8_or_drive_a_terminal_are_told_and_nothing_crashes(
    ledger: LedgerOnDisk,
) -> None:
    folder = os.fsencode(ledger.root / "data/problems/02")
    for name in (b"\xff\xfe.yaml", b"\x1b[31m.yaml", b"a\nb.yaml"):
        with open(os.path.join(folder, name), "wb"):  # noqa: PTH118, PTH123  names that pathlib has no text for
            pass
    assert [code for _path, code in found(ledger)] == ["misnamed"] * 3
    result = ledger.run("validate")
    assert result.code == 1
    assert "error[bug]" not in result.err
    assert "\x1b" not in result.err
    assert result.err.count("error[misnamed]") == 3


# ---------------------------------------------------------------- links and pipes


@on_linux
@pytest.mark.parametrize(
    "path",
    [
        "data/problems/02/2.3.yaml",
        "data/problems/02/problem.yaml",
        "data/problems/02",
        "data/problems",
        "data/ledger.yaml",
        "data",
    ],
)
def test_a_link_out_of_the_ledger_is_refused_wherever_it_stands(bare_ledger: LedgerOnDisk, path: str) -> None:
    (bare_ledger.root / path).symlink_to(moved(bare_ledger, path))
    findings = found(bare_ledger)
    assert (path, "symbolic-link") in findings
    assert {code for _path, code in findings} <= {"symbolic-link", "number-gap"}


@on_linux
def test_what_is_behind_a_link_is_neither_read_nor_shown(bare_ledger: LedgerOnDisk) -> None:
    secret = bare_ledger.root.parent / "secret"
    secret.write_text("root:x:0:0: 秘密\n", encoding="utf-8")
    path = bare_ledger.root / "data/problems/02/2.3.yaml"
    path.unlink()
    path.symlink_to(secret)
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code == "symbolic-link"
    assert "秘密" not in repr(finding)


@on_linux
def test_a_broken_link_and_a_link_to_itself_are_links(bare_ledger: LedgerOnDisk) -> None:
    folder = bare_ledger.root / "data/problems/02"
    (folder / "2.4.yaml").symlink_to("nowhere")
    (folder / "2.5.yaml").symlink_to("2.5.yaml")
    assert found(bare_ledger) == [
        (f"data/problems/02/{name}.yaml", "symbolic-link") for name in ("2.4", "2.5")
    ]


@on_linux
@pytest.mark.parametrize(
    "path",
    [
        "data/problems/02/2.4.yaml",
        "data/problems/02/problem.yaml",
        "data/ledger.yaml",
        "data/problems/02/说明",
    ],
)
def test_a_pipe_is_told_and_not_waited_for(bare_ledger: LedgerOnDisk, path: str) -> None:
    (bare_ledger.root / path).unlink(missing_ok=True)
    os.mkfifo(bare_ledger.root / path)
    assert found(bare_ledger) == [(path, "misnamed")]


@on_linux
def test_evidence_that_is_a_pipe_is_missing_and_not_waited_for(bare_ledger: LedgerOnDisk) -> None:
    folder = bare_ledger.root / "data/evidence/1.2"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "甲.pdf")
    entry = f"[{{date: 2024-03-01, text: 甲, evidence: [{{file: 甲.pdf, sha256: {'a' * 64}}}]}}]"
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", progress=entry))
    assert found(bare_ledger) == [(bare_ledger.path("1.2"), "evidence-missing")]


# ---------------------------------------------------------------- files that cannot be read


class Locked:
    """A ledger of which the system does not let one file be read."""

    def __init__(self, root: Path, path: str, error: Callable[[str], OSError]) -> None:
        self.tree = WorkingTree(root)
        self.path = path
        self.error = error

    def entries(self, folder: str) -> list[Entry]:
        return self.tree.entries(folder)

    def read(self, path: str) -> bytes:
        if path == self.path:
            raise self.error(path)
        return self.tree.read(path)

    def fingerprint(self, path: str) -> Fingerprint | None:
        return self.tree.fingerprint(path)


@pytest.mark.parametrize(
    "path", ["data/problems/02/2.1.yaml", "data/problems/02/problem.yaml", "data/ledger.yaml"]
)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (lambda path: PermissionError(13, "Permission denied", path), "unreadable"),
        (lambda path: OSError(5, "Input/output error", path), "unreadable"),
        (lambda path: FileNotFoundError(2, "No such file or directory", path), "file-missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_not_a_crash(
    bare_ledger: LedgerOnDisk, path: str, error: Callable[[str], OSError], code: str
) -> None:
    findings = check(Locked(bare_ledger.root, path, error))
    assert [(finding.place.path, finding.code) for finding in findings] == [(path, code)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_the_permission_to_read_is_unreadable(bare_ledger: LedgerOnDisk) -> None:
    (bare_ledger.root / "data/problems/02/2.1.yaml").chmod(0)
    assert found(bare_ledger) == [("data/problems/02/2.1.yaml", "unreadable")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root lists every folder")
def test_a_folder_without_the_permission_to_list_it_is_unreadable(bare_ledger: LedgerOnDisk) -> None:
    folder = bare_ledger.root / "data/problems/02"
    folder.chmod(0)
    try:
        assert "unreadable" in [code for _path, code in found(bare_ledger)]
    finally:
        folder.chmod(0o755)


class Closed(Locked):
    """A ledger of which the system does not let one folder be listed."""

    def entries(self, folder: str) -> list[Entry]:
        if folder == self.path:
            raise self.error(folder)
        return self.tree.entries(folder)


@pytest.mark.parametrize("folder", ["data/problems/02", "data/problems", "data"])
def test_a_folder_that_cannot_be_listed_is_a_finding_and_not_a_crash(
    bare_ledger: LedgerOnDisk, folder: str
) -> None:
    source = Closed(bare_ledger.root, folder, lambda path: PermissionError(13, "Permission denied", path))
    findings = check(source)
    assert [(finding.place.path, finding.code) for finding in findings] == [(folder, "unreadable")]


class Sealed(Locked):
    """A ledger of which the system does not let one evidence file be read."""

    def fingerprint(self, path: str) -> Fingerprint | None:
        if path == self.path:
            raise self.error(str(self.tree.root / path))
        return self.tree.fingerprint(path)


def test_evidence_that_cannot_be_read_is_a_finding_and_not_a_crash(bare_ledger: LedgerOnDisk) -> None:
    entry = f"[{{date: 2024-03-01, text: 甲, evidence: [{{file: 甲.pdf, sha256: {'a' * 64}}}]}}]"
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", progress=entry))
    paper = "data/evidence/1.2/甲.pdf"
    findings = check(
        Sealed(bare_ledger.root, paper, lambda path: PermissionError(13, "Permission denied", path))
    )
    assert [(finding.place.path, finding.code) for finding in findings] == [(paper, "unreadable")]


# ---------------------------------------------------------------- the three ways to load


def test_a_broken_ledger_is_not_loaded_and_every_finding_comes_with_the_refusal(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), "")
    bare_ledger.write(bare_ledger.path("2.1"), measure("2.1", leader="某某"))
    with pytest.raises(InvalidLedgerError) as error:
        loading.load_ledger(WorkingTree(bare_ledger.root))
    assert list(error.value.findings) == check(WorkingTree(bare_ledger.root))
    assert [finding.code for finding in error.value.findings] == ["empty-file", "unknown-leader"]
    assert error.value.exit_code == 1


def test_a_problem_alone_can_be_loaded_while_others_are_broken(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), "")
    source = WorkingTree(bare_ledger.root)
    own = loading.load_settings(source)
    assert not own.findings
    folder = loading.load_problem(source, "02", own.frame)
    assert folder.findings == []
    assert list(folder.measures) == [Identity(2, 1), Identity(2, 2), Identity(2, 3)]
    assert folder.row().id == "2"


def test_a_missing_key_or_a_broken_one_is_not_blamed_on_the_rules_that_ask_it(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write(
        bare_ledger.path("2.2"), measure("2.2", "closed", closed="{date: 2024-02-30}", title=None)
    )
    assert [finding.code for finding in check(WorkingTree(bare_ledger.root))] == ["missing-key", "bad-date"]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ({"foo": "1"}, ["unknown-leader", "unknown-key"]),
        ({"foo": "1", "closed": "{date: 2024-04-01}"}, ["unknown-leader", "closed-mismatch", "unknown-key"]),
        ({"due": "2024-02-30"}, ["unknown-leader", "bad-date"]),
        (
            {"due": "2024-02-30", "status": "closed", "closed": "1"},
            ["unknown-leader", "bad-date", "wrong-type"],
        ),
        ({"term": "x", "reviews": "[{date: 2024-05-01, result: holds}]"}, ["unknown-leader", "unknown-word"]),
        ({"office": "1"}, ["unknown-leader", "wrong-type"]),
        ({"status": None}, ["unknown-leader", "missing-key"]),
        (
            {"title": None, "closed": "{date: 2024-04-01}"},
            ["unknown-leader", "missing-key", "closed-mismatch"],
        ),
        (
            {"title": None, "closed": "{date: 2024-04-01}", "stauts": "closed"},
            ["unknown-leader", "missing-key", "unknown-key"],
        ),
        (
            {"due": "2024-02-30", "reviews": "[{date: 2024-05-01, result: holds}]"},
            ["unknown-leader", "bad-date", "review-unexpected"],
        ),
        ({"status": "done", "closed": "{date: 2024-04-01}"}, ["unknown-leader", "unknown-word"]),
        ({"title": "1", "office": "财物科"}, ["unknown-leader", "unknown-office", "wrong-type"]),
    ],
)
def test_an_invalid_key_hides_no_rule_that_the_others_break_and_breaks_none_itself(
    bare_ledger: LedgerOnDisk, keys: dict[str, Any], codes: list[str]
) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", leader="张三", **keys))
    source = WorkingTree(bare_ledger.root)
    assert sorted(each.code for each in check(source, warn=True)) == sorted(codes)


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("organisation:", "foo: 1\norganisation:", ["unknown-key", "unknown-leader"]),
        ("  due_soon_days: 14", "  due_soon_days: x", ["wrong-type", "unknown-leader"]),
        ("财务科]", "财务科, 办公室]\nfoo: 1", ["unknown-key", "name-twice", "unknown-leader"]),
        ("leaders: [局长, 分管副局长]\noffices: [", "offices: [办公室, ", ["missing-key", "name-twice"]),
    ],
)
def test_an_invalid_key_of_the_settings_does_not_hide_what_measures_break(
    bare_ledger: LedgerOnDisk, old: str, new: str, codes: list[str]
) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace(old, new))
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", leader="张三"))
    assert [finding.code for finding in check(WorkingTree(bare_ledger.root))] == codes


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("organisation:", "1: x\norganisation:", (2, 4)),
        ("{key: b,", "{1: x, key: b,", (11, 9)),
        ("  due_soon_days: 14", "  1: 14", (27, 6)),
    ],
)
def test_a_key_that_is_a_number_is_named_where_it_stands(
    bare_ledger: LedgerOnDisk, old: str, new: str, place: tuple[int, int]
) -> None:
    assert old in LEDGER
    bare_ledger.write("data/ledger.yaml", LEDGER.replace(old, new))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert ("`1`" in finding.message, finding.place[1:3]) == (True, place)


def test_the_key_of_a_category_is_told_how_it_is_written(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("{key: b,", '{key: "2",'))
    hints = [finding.hint for finding in check(WorkingTree(bare_ledger.root))]
    assert len({hint for hint in hints if "a to z" in hint}) == 1, hints


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("title", "2024", "text, not a whole number"),
        ("title", "1.5", "text, not a decimal number"),
        ("title", "true", "text, not true or false"),
        ("title", "[一, 二]", "text, not a list"),
        ("title", "{a: 一}", "text, not a mapping of keys to values"),
        ("title", "", "text, not nothing"),
        ("publish", "是", "true or false, not text"),
        ("progress", "已办", "a list, not text"),
        ("escalated", "局长", "a mapping of keys to values, not text"),
    ],
)
def test_a_value_of_a_wrong_type_is_told_what_it_is_and_what_it_must_be(
    bare_ledger: LedgerOnDisk, key: str, value: str, told: str
) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", **{key: value}))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert (finding.code, finding.message) == ("wrong-type", f"`{key}` must be {told}")


def test_names_are_not_checked_against_a_list_that_cannot_be_read(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("leaders: [局长, 分管副局长]", "leaders: 局长"))
    assert [finding.code for finding in check(WorkingTree(bare_ledger.root))] == ["wrong-type"]


def test_without_settings_the_names_in_a_problem_are_not_called_unknown(bare_ledger: LedgerOnDisk) -> None:
    assert loading.load_problem(WorkingTree(bare_ledger.root), "02", None).findings == []


def test_the_evidence_files_of_a_problem_are_known_by_their_paths(bare_ledger: LedgerOnDisk) -> None:
    entry = f"[{{date: 2024-03-01, text: 甲, evidence: [文号, {{file: 甲.pdf, sha256: {'a' * 64}}}, {{file: 乙.pdf, sha256: {'b' * 64}}}]}}]"
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", progress=entry))
    folder = loading.load_problem(WorkingTree(bare_ledger.root), "01", None)
    assert folder.evidence() == ["data/evidence/1.2/甲.pdf", "data/evidence/1.2/乙.pdf"]


def test_a_finding_shows_the_line_that_is_wrong(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", office="规化科"))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding == Finding(
        code="unknown-office",
        message=finding.message,
        place=Place("data/problems/01/1.2.yaml", 5, 9, "office: 规化科"),
        hint=finding.hint,
    )
    assert "规化科" in finding.message
    assert "规划科" in finding.hint


def test_of_a_very_long_line_only_what_stands_around_the_place_is_shown(bare_ledger: LedgerOnDisk) -> None:
    offices = ", ".join(["财务科"] * 200 + ["某科"] + ["财务科"] * 200)
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", co_offices=f"[{offices}]"))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert "某科" in finding.place.excerpt
    assert len(finding.place.excerpt) <= 110
    assert finding.place.excerpt.startswith("…")
    assert finding.place.excerpt.endswith("…")


def test_a_finding_in_a_file_with_a_byte_order_mark_is_at_the_column_that_an_editor_shows(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), "\ufefftitle: &a 甲\n")
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert (finding.place.line, finding.place.column, finding.place.excerpt) == (1, 8, "title: &a 甲")


def test_settings_that_break_a_rule_do_not_hide_what_measures_break(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "data/ledger.yaml", LEDGER.replace("[办公室, 规划科, 财务科]", "[办公室, 规划科, 财务科, 办公室]")
    )
    bare_ledger.write(bare_ledger.path("2.1"), measure("2.1", office="某科"))
    assert found(bare_ledger) == [
        ("data/ledger.yaml", "name-twice"),
        ("data/problems/02/2.1.yaml", "unknown-office"),
    ]
