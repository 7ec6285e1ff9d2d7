"""Each rule finds its own wrong example, under its code alone, and not the right one."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import xuncha
import xuncha.rules.files
import xuncha.rules.ledger
import xuncha.rules.measure
from tests.conftest import measure, problem
from xuncha.model.source import MAX_SIZE
from xuncha.rules.catalogue import RULES
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk
    from xuncha.catalogue import Rule
    from xuncha.errors import Finding, Place
    from xuncha.rules.catalogue import Location

FILES = {
    "ledger": "data/ledger.yaml",
    "problem": "data/problems/02/problem.yaml",
    "comment": "data/comments/001.yaml",
    "": "data/problems/02/2.1.yaml",
}
TRIED_BY_LINES = [rule for rule in RULES.values() if rule.scope in FILES]
_TOP_LEVEL_KEY = re.compile(r"^([a-z_]+):", re.MULTILINE)


def found(ledger: LedgerOnDisk) -> list[Finding[Place]]:
    """Everything that is wrong with a ledger on disk; under no code that is not a rule."""
    findings = check(WorkingTree(ledger.root), warn=True)
    assert {finding.code for finding in findings} <= set(RULES)
    return findings


def replaced(text: str, lines: str) -> str:
    """Append lines to a file's text, in place of the lines of the same top-level keys."""
    keys = set(_TOP_LEVEL_KEY.findall(lines))
    kept = []
    keep = True
    for line in text.splitlines(keepends=True):
        if key := _TOP_LEVEL_KEY.match(line):
            keep = key[1] not in keys
        if keep:
            kept.append(line)
    return "".join(kept) + lines + "\n"


def _put(ledger: LedgerOnDisk, rule: Rule[Location], lines: str) -> str:
    path = FILES[rule.scope]
    if rule.scope == "comment":
        ledger.write(path, "received: 2024-05-06\nchannel: phone\ntext: 夜间噪声扰民\n")
    ledger.write(path, replaced((ledger.root / path).read_text(encoding="utf-8"), lines))
    return path


def test_keys_are_replaced_with_all_that_is_below_them() -> None:
    text = "# 措施\ntitle: 甲\nprogress:\n  - date: 2024-01-01\n    title: 乙\nstatus: submitted\n"
    assert replaced(text, "progress: []") == "# 措施\ntitle: 甲\nstatus: submitted\nprogress: []\n"


@pytest.mark.parametrize("rule", TRIED_BY_LINES, ids=lambda rule: rule.code)
def test_whoever_writes_the_wrong_example_is_told_this_rule_and_nothing_else(
    bare_ledger: LedgerOnDisk, rule: Rule[Location]
) -> None:
    path = _put(bare_ledger, rule, rule.wrong)
    assert [(finding.place.path, finding.code) for finding in found(bare_ledger)] == [(path, rule.code)]


@pytest.mark.parametrize("rule", TRIED_BY_LINES, ids=lambda rule: rule.code)
def test_whoever_follows_the_right_example_is_told_nothing(
    bare_ledger: LedgerOnDisk, rule: Rule[Location]
) -> None:
    _put(bare_ledger, rule, rule.right)
    assert found(bare_ledger) == []


@pytest.mark.parametrize("rule", TRIED_BY_LINES, ids=lambda rule: rule.code)
def test_the_place_that_is_shown_is_in_the_lines_that_break_the_rule(
    bare_ledger: LedgerOnDisk, rule: Rule[Location]
) -> None:
    path = _put(bare_ledger, rule, rule.wrong)
    (finding,) = found(bare_ledger)
    lines = (bare_ledger.root / path).read_text(encoding="utf-8").split("\n")
    wrong = rule.wrong.split("\n")
    first = len(lines) - len(wrong)
    assert first <= finding.place.line <= len(lines)
    assert finding.place.excerpt.removeprefix("…").removesuffix("…") in lines[finding.place.line - 1]
    assert finding.place.excerpt or not lines[finding.place.line - 1]
    assert 1 <= finding.place.column <= len(lines[finding.place.line - 1]) + 1
    assert finding.severity == rule.severity
    assert finding.message


# ---------------------------------------------------------------- rules of folders, each broken by hand

MEASURE = "data/problems/02/2.1.yaml"


def _unreadable(ledger: LedgerOnDisk) -> str:
    ledger.root.joinpath(MEASURE).chmod(0)
    return MEASURE


def _file_too_large(ledger: LedgerOnDisk) -> str:
    ledger.write(MEASURE, measure("2.1", "submitted", goal="长" * (MAX_SIZE // 3)))
    return MEASURE


def _not_utf8(ledger: LedgerOnDisk) -> str:
    ledger.write(MEASURE, measure("2.1", "submitted").encode("gb18030"))
    return MEASURE


def _empty_file(ledger: LedgerOnDisk) -> str:
    ledger.write(MEASURE, "")
    return MEASURE


def _not_a_mapping(ledger: LedgerOnDisk) -> str:
    ledger.write(MEASURE, RULES["not-a-mapping"].wrong + "\n")
    return MEASURE


def _missing_key(ledger: LedgerOnDisk) -> str:
    text = ledger.read("2.1")
    ledger.write(MEASURE, text.replace("status: submitted\n", ""))
    assert ledger.read("2.1") != text
    return MEASURE


def _file_missing(ledger: LedgerOnDisk) -> str:
    path = "data/problems/02/problem.yaml"
    ledger.root.joinpath(path).unlink()
    return path


def _misnamed(ledger: LedgerOnDisk) -> str:
    path = "data/problems/02/2.4.yml"
    ledger.write(path, measure("2.4"))
    return path


def _number_twice(ledger: LedgerOnDisk) -> str:
    path = "data/problems/1"
    ledger.write(f"{path}/problem.yaml", problem("又一个", "a"))
    return path


def _number_gap(ledger: LedgerOnDisk) -> str:
    ledger.root.joinpath("data/problems/02/2.2.yaml").unlink()
    return "data/problems/02/2.3.yaml"


def _symbolic_link(ledger: LedgerOnDisk) -> str:
    elsewhere = ledger.root.parent / "elsewhere.yaml"
    ledger.root.joinpath(MEASURE).rename(elsewhere)
    ledger.root.joinpath(MEASURE).symlink_to(elsewhere)
    return MEASURE


def _evidence_changed(ledger: LedgerOnDisk) -> str:
    digest = hashlib.sha256("当时的内容".encode()).hexdigest()
    ledger.write("data/evidence/2.1/评审意见.pdf", "后来的内容")
    entry = f"[{{date: 2024-03-01, text: 已办。, evidence: [{{file: 评审意见.pdf, sha256: {digest}}}]}}]"
    ledger.write(MEASURE, measure("2.1", "submitted", progress=entry))
    return MEASURE


def _with_evidence(ledger: LedgerOnDisk, content: str, told: str) -> str:
    ledger.write("data/evidence/2.1/评审意见.pdf", content)
    entry = f"[{{date: 2024-03-01, text: 已办。, evidence: [{{file: 评审意见.pdf, {told}}}]}}]"
    ledger.write(MEASURE, measure("2.1", "submitted", progress=entry))
    return MEASURE


def _evidence_not_fetched(ledger: LedgerOnDisk) -> str:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 7\n"
    return _with_evidence(ledger, pointer, f"sha256: {'a' * 64}, size: 7")


def _no_measures(ledger: LedgerOnDisk) -> str:
    path = "data/problems/04/problem.yaml"
    ledger.write(path, problem("只有问题", "a"))
    return path


def _own_template(ledger: LedgerOnDisk) -> str:
    ledger.write("templates/notice.txt.j2", "完成率100%")
    return "templates/notice.txt.j2"


BY_HAND: dict[str, Callable[[LedgerOnDisk], str]] = {
    "unreadable": _unreadable,
    "file-too-large": _file_too_large,
    "not-utf8": _not_utf8,
    "empty-file": _empty_file,
    "not-a-mapping": _not_a_mapping,
    "missing-key": _missing_key,
    "file-missing": _file_missing,
    "misnamed": _misnamed,
    "number-twice": _number_twice,
    "number-gap": _number_gap,
    "own-template": _own_template,
    "symbolic-link": _symbolic_link,
    "evidence-changed": _evidence_changed,
    "evidence-not-fetched": _evidence_not_fetched,
    "no-measures": _no_measures,
}


@pytest.mark.parametrize("code", BY_HAND)
def test_whoever_breaks_a_rule_of_folders_is_told_it_and_nothing_else(
    bare_ledger: LedgerOnDisk, code: str
) -> None:
    if code == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads every file; tests/store/test_loading.py tries it without a file system")
    path = BY_HAND[code](bare_ledger)
    assert [(finding.place.path, finding.code) for finding in found(bare_ledger)] == [(path, code)]


def test_no_rule_of_folders_goes_untried() -> None:
    assert set(BY_HAND) == {rule.code for rule in RULES.values() if rule.scope == "folder"}


def test_the_ledger_that_all_these_break_is_whole(bare_ledger: LedgerOnDisk) -> None:
    assert found(bare_ledger) == []


# ---------------------------------------------------------------- the catalogue and the code

# The calls that say a code, and which of their arguments it is.
_SAYING = {"Finding": 0, "UnreadableError": 0, "refuse": 0, "finding_on": 1, "rule": 0}
_SOURCE = Path(xuncha.__file__).parent


def _said(path: Path) -> set[str]:
    """Return the codes that a module of the program can report, and assert that each of them is written out."""
    codes = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            kept = node.value  # a rule that is declared and kept under a name is said by that name
            if getattr(kept.func, "attr", "") == "declare" and isinstance(kept.args[0], ast.Constant):
                codes.add(str(kept.args[0].value))
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if (place := _SAYING.get(name)) is not None and len(node.args) > place:
            said = node.args[place]
            if isinstance(
                said, ast.Name | ast.Attribute
            ):  # handed through, and written out where it comes from
                continue
            assert isinstance(said, ast.Constant), f"{path}:{node.lineno}: a code that is made up as it goes"
            codes.add(str(said.value))
    return codes


def test_the_rules_and_the_codes_that_the_program_can_say_are_the_same() -> None:
    said = set()
    for folder in ("rules", "store"):
        for path in (_SOURCE / folder).glob("*.py"):
            said |= _said(path)
    assert said == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_can_be_printed_in_the_documentation(rule: Rule[Location]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)
    assert RULES[rule.code] is rule
    assert rule.scope in {*FILES, "folder"}
    assert rule.why.endswith(".")
    assert rule.wrong
    assert rule.right
    assert rule.wrong != rule.right


# ---------------------------------------------------------------- all at once


def test_one_run_finds_everything_in_every_file_and_stops_at_nothing(bare_ledger: LedgerOnDisk) -> None:
    wrong = "offices: [办公室, 规划科, 财务科, 规划科]\nnotice: {date: 2022-01-01}"
    bare_ledger.write("data/ledger.yaml", replaced(_text(bare_ledger, "data/ledger.yaml"), wrong))
    bare_ledger.write("data/problems/01/problem.yaml", "title: 甲\ncategory: c\n")
    bare_ledger.write(
        "data/problems/01/1.1.yaml", measure("1.1", "done", due="2024-02-30", gaol="甲", leader="2024")
    )
    bare_ledger.write("data/problems/01/1.2.yaml", "title: [没有完")
    bare_ledger.write(
        "data/problems/01/1.4.yaml", measure("1.4", leader="某某", office="某科", due="2023-01-01")
    )
    bare_ledger.write("data/problems/02/2.1.yaml", b"\xff\xfe")
    bare_ledger.write("data/problems/02/2.2.yaml", "")
    bare_ledger.write("data/problems/02/2.3.yaml", measure("2.3", "closed", closed=None))
    bare_ledger.write("data/problems/02/说明.txt", "甲")
    (bare_ledger.root / "data/problems/03/problem.yaml").unlink()
    bare_ledger.write("data/problems/5/problem.yaml", "- 甲\n")
    assert sorted((finding.place.path.removeprefix("data/"), finding.code) for finding in found(bare_ledger)) == sorted([
        ("ledger.yaml", "name-twice"),
        ("ledger.yaml", "dates-order"),
        ("problems/01/problem.yaml", "unknown-category"),
        ("problems/01/1.1.yaml", "unknown-word"),
        ("problems/01/1.1.yaml", "bad-date"),
        ("problems/01/1.1.yaml", "unknown-key"),
        ("problems/01/1.1.yaml", "wrong-type"),
        ("problems/01/1.2.yaml", "yaml-syntax"),
        ("problems/01/1.4.yaml", "number-gap"),
        ("problems/01/1.4.yaml", "unknown-leader"),
        ("problems/01/1.4.yaml", "unknown-office"),
        ("problems/01/1.4.yaml", "due-before-feedback"),
        ("problems/02/2.1.yaml", "not-utf8"),
        ("problems/02/2.2.yaml", "empty-file"),
        ("problems/02/2.3.yaml", "closed-mismatch"),
        ("problems/02/说明.txt", "misnamed"),
        ("problems/03/problem.yaml", "file-missing"),
        ("problems/5", "misnamed"),
        ("problems/5", "number-gap"),
        ("problems/5/problem.yaml", "not-a-mapping"),
        ("problems/5/problem.yaml", "no-measures"),
    ])  # fmt: skip


def _text(ledger: LedgerOnDisk, path: str) -> str:
    return (ledger.root / path).read_text(encoding="utf-8")


def test_with_a_broken_ledger_file_the_faults_of_measures_are_still_found(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", "organisation: [")
    bare_ledger.write(MEASURE, measure("2.1", "submitted", due="明年"))
    assert [(finding.place.path, finding.code) for finding in found(bare_ledger)] == [
        ("data/ledger.yaml", "yaml-syntax"),
        (MEASURE, "bad-date"),
    ]


def test_findings_come_in_the_order_of_the_ledger_s_files(bare_ledger: LedgerOnDisk) -> None:
    for identity in ("3.1", "1.2", "2.2", "1.1"):
        bare_ledger.write(bare_ledger.path(identity), "")
    paths = [finding.place.path for finding in found(bare_ledger)]
    assert paths == [bare_ledger.path(identity) for identity in ("1.1", "1.2", "2.2", "3.1")]
