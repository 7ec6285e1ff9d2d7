"""Verification detects a damaged archive and names the changed file."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.archive.bags import EVIDENCE, forged, found, members, put_together, relisted, top, verdict
from tests.cli.inside import run_inside
from tests.conftest import LedgerOnDisk
from xuncha.archive.bag import bagit, unzip
from xuncha.archive.verifying import bag_findings
from xuncha.errors import RefusedError

if TYPE_CHECKING:
    from pathlib import Path


def test_an_archive_that_nobody_touched_is_sound(archive: bytes, tmp_path: Path) -> None:
    checked = verdict(archive, tmp_path / "x")
    assert checked.findings == []
    assert checked.files == len(members(archive))
    assert checked.facts
    assert checked.facts.organisation == "中共某市水务局党组"


@pytest.fixture
def opened(archive: bytes, tmp_path: Path) -> Path:
    """Unpack the archive; give the folder of the bag."""
    with ZipFile(io.BytesIO(archive)) as zipped:
        zipped.extractall(tmp_path / "opened")
    return tmp_path / "opened" / top(archive)


def of_the_bag(folder: Path) -> set[tuple[str, str]]:
    """Return which files are found wrong in the bag alone, without looking at the history."""
    return {(each.place.path, each.code) for each in bag_findings(bagit(), folder)}


def files_of(folder: Path) -> list[str]:
    """List the files of a bag."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_byte_that_flips_in_any_member_is_found_and_the_member_named(opened: Path) -> None:
    chance = random.Random(6)  # noqa: S311
    for inner in files_of(opened):
        content = (opened / inner).read_bytes()
        for where in {0, chance.randrange(len(content)), len(content) - 1}:
            broken = bytearray(content)
            broken[where] ^= 1 << chance.randrange(8)
            (opened / inner).write_bytes(broken)
            named = {path for path, _code in of_the_bag(opened)}
            assert inner in named, (inner, where, named)
        (opened / inner).write_bytes(content)
    assert of_the_bag(opened) == set()


def test_a_member_that_is_gone_or_has_another_name_is_missed_and_not_welcome(opened: Path) -> None:
    for inner in files_of(opened):
        renamed = opened / f"{inner}x"
        (opened / inner).rename(renamed)
        said = of_the_bag(opened)
        assert {(inner, "missing-file"), (f"{inner}x", "unexpected-file")} <= said, (inner, said)
        renamed.rename(opened / inner)


def test_a_zip_from_which_a_member_was_taken_or_in_which_one_was_changed_is_not_sound(
    archive: bytes, tmp_path: Path
) -> None:
    parts, name = members(archive), top(archive) + EVIDENCE
    gone = put_together({other: content for other, content in parts.items() if other != name})
    assert (EVIDENCE, "missing-file") in found(gone, tmp_path / "1")
    changed = put_together(parts | {name: parts[name][:-1] + b"x"})
    assert (EVIDENCE, "checksum") in found(changed, tmp_path / "2")


def test_a_full_disk_is_named_in_plain_words(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ZipFile, "extract", refuse)
    (tmp_path / "a.zip").write_bytes(archive)
    _folder, findings = unzip(tmp_path / "a.zip", tmp_path / "b")
    assert findings
    assert not any("Errno" in each.message for each in findings)


@pytest.mark.parametrize(
    "inner",
    [
        "data/notice/notice2.txt",
        "data/x",
        "data/ledger/data/evidence/9.9/x",
        "说明.txt",
        "fetch.txt",
        "tagmanifest-md5.txt",
        "x/y",
    ],
)
def test_a_member_too_many_is_not_welcome(archive: bytes, tmp_path: Path, inner: str) -> None:
    more = put_together(members(archive) | {top(archive) + inner: b"x"})
    assert (inner, "unexpected-file") in found(more, tmp_path / "x")


def test_two_members_that_change_places_are_both_found(archive: bytes, tmp_path: Path) -> None:
    start = top(archive)
    one, two = f"{start}data/notice/notice.txt", f"{start}{EVIDENCE}"
    parts = members(archive)
    parts[one], parts[two] = parts[two], parts[one]
    said = found(put_together(parts), tmp_path / "x")
    assert {("data/notice/notice.txt", "checksum"), (EVIDENCE, "checksum")} <= said


# ---------------------------------------------------------------- a forger makes the checksums anew


def test_a_forger_who_changes_nothing_is_not_noticed(archive: bytes, tmp_path: Path) -> None:
    assert forged(archive, tmp_path / "y", lambda _bag: None) == archive


@pytest.mark.parametrize(
    "path",
    [EVIDENCE, "data/ledger/data/ledger.yaml", "data/ledger/data/problems/02/2.1.yaml", "data/log/log.json"],
)
def test_what_a_forger_changes_is_not_what_the_commit_holds(
    archive: bytes, tmp_path: Path, path: str
) -> None:
    def change(bag: Path) -> None:
        (bag / path).write_bytes((bag / path).read_bytes() + b" ")

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {(path, "not-as-committed")}


def test_what_a_forger_takes_out_or_puts_in_is_found(archive: bytes, tmp_path: Path) -> None:
    more = "data/ledger/data/problems/02/2.4.yaml"

    def change(bag: Path) -> None:
        (bag / EVIDENCE).unlink()
        (bag / more).write_text("title: 甲\n", encoding="utf-8")

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        (EVIDENCE, "not-as-committed"),
        (more, "not-as-committed"),
    }


def test_another_history_in_the_place_of_the_ledgers_is_found(
    archive: bytes, ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.write("data/problems/02/2.1.yaml", ledger.read("2.1") + "# x\n")
    ledger.commit("another history")

    def change(bag: Path) -> None:
        ledger.git("bundle", "create", "-q", str(bag / "data/git/ledger.bundle"), "HEAD", "main")

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/git/ledger.bundle", "wrong-commit")
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"# v2 git bundle\n",
        b"# v2 git bundle\n\nPACK",
        b"# v3 git bundle\n@object-format=sha256\n\n",
    ],
)
def test_a_bundle_that_is_none_is_found(archive: bytes, tmp_path: Path, content: bytes) -> None:
    def change(bag: Path) -> None:
        (bag / "data/git/ledger.bundle").write_bytes(content)

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/git/ledger.bundle", "bundle")
    }


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.99])
def test_half_a_bundle_is_found(archive: bytes, tmp_path: Path, keep: float) -> None:
    def change(bag: Path) -> None:
        file = bag / "data/git/ledger.bundle"
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * keep)])

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/git/ledger.bundle", "bundle")
    }


@pytest.mark.parametrize(
    "facts",
    [
        "", "[]", "{}", "null", "[" * 200_000, '{"format": 2}', "\x00",
        json.dumps({"format": 1, "commit": "--help", "inside": "", "organisation": "", "moment": "", "date": ""}),
        json.dumps({"format": 1, "commit": "a" * 40, "inside": "../../", "organisation": "", "moment": "", "date": ""}),
        json.dumps({"format": 1, "commit": "a" * 40, "inside": "/etc/", "organisation": "", "moment": "", "date": ""}),
        json.dumps({"format": 1, "commit": "a" * 40, "inside": ".git/", "organisation": "", "moment": "", "date": ""}),
        json.dumps({"format": 1, "commit": ["a"], "inside": "", "organisation": "", "moment": "", "date": ""}),
    ],
)  # fmt: skip
def test_a_bag_that_does_not_say_of_what_it_is_is_none_of_ours(
    archive: bytes, tmp_path: Path, facts: str
) -> None:
    def change(bag: Path) -> None:
        (bag / "data/archive.json").write_text(facts, encoding="utf-8")

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/archive.json", "not-ours")
    }


def test_a_commit_that_is_named_falsely_is_found(archive: bytes, tmp_path: Path) -> None:
    def change(bag: Path) -> None:
        file = bag / "data/archive.json"
        facts = json.loads(file.read_bytes())
        file.write_text(json.dumps(facts | {"commit": "0" * 40}), encoding="utf-8")

    assert found(forged(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/git/ledger.bundle", "wrong-commit")
    }


def test_a_file_that_one_list_alone_names_is_found(archive: bytes, tmp_path: Path) -> None:
    def change(bag: Path) -> None:
        file = bag / "manifest-sha512.txt"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if "notice.txt" not in line), encoding="utf-8")

    assert found(relisted(archive, tmp_path / "y", change), tmp_path / "x") == {
        ("data/notice/notice.txt", "checksum")
    }


@pytest.mark.parametrize("told", ["1.1", "x", ""])
def test_a_number_of_bytes_that_does_not_fit_is_found(archive: bytes, tmp_path: Path, told: str) -> None:
    def change(bag: Path) -> None:
        file = bag / "bag-info.txt"
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub("(?m)^Payload-Oxum: .*$", f"Payload-Oxum: {told}", text), encoding="utf-8")

    assert found(relisted(archive, tmp_path / "y", change), tmp_path / "x") == {(".", "not-a-bag")}


def test_lists_that_a_forger_makes_anew_from_what_is_there_are_those_that_were_there(
    archive: bytes, tmp_path: Path
) -> None:
    assert relisted(archive, tmp_path / "y", lambda _bag: None) == archive


# ---------------------------------------------------------------- any damage at all


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_happens_to_the_bytes_it_is_found_or_changes_nothing(
    archive: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    broken = bytearray(archive)
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(archive) - 1))] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del broken[data.draw(st.integers(0, len(archive) - 1)) :]
    try:
        findings = verdict(bytes(broken), tmp_path_factory.mktemp("x")).findings
    except RefusedError:
        return
    assert findings or members(bytes(broken)) == members(archive)


# ---------------------------------------------------------------- from outside


def test_the_program_says_so_in_a_sentence_or_names_what_is_wrong(
    archive: bytes, ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    sound, broken = tmp_path / "sound.zip", tmp_path / "broken.zip"
    sound.write_bytes(archive)
    parts = members(archive)
    broken.write_bytes(put_together(parts | {top(archive) + EVIDENCE: b"x"}))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = LedgerOnDisk(elsewhere, ledger.environment).ok("archive", "--verify", sound)
    assert "完好" in told
    assert run_inside(ledger, "archive", "--verify", str(sound)).code == 0
    result = run_inside(ledger, "archive", "--verify", str(broken))
    assert result.code == 1
    assert f"{EVIDENCE}:1:1: error[checksum]" in result.err
    as_json = run_inside(ledger, "archive", "--verify", str(broken), "--json")
    assert as_json.code == 1
    assert {"path": EVIDENCE, "severity": "error", "code": "checksum"}.items() <= json.loads(as_json.out)[
        "findings"
    ][0].items()
    praised = json.loads(run_inside(ledger, "archive", "--verify", str(sound), "--json").out)
    assert (praised["findings"], praised["made_again"]) == ([], True)


@pytest.mark.parametrize(
    ("inner", "old", "new"),
    [
        ("notice/notice.txt", "水务局", "财务局"),
        ("notice/notice.md", "水务局", "财务局"),
        ("notice/notice.html", "水务局", "财务局"),
        ("log/log.txt", "销号", "退回"),
        ("log/log.json", "close", "other"),
        ("audit/audit.json", "[]", '[{"code": "other"}]'),
        ("audit/audit.html", "没有发现", "处处发现"),
        ("archive.json", "水务局", "财务局"),
        ("archive.json", '"commits": ', '"commits": 1'),
    ],
)
def test_what_is_told_of_the_commit_cannot_be_told_otherwise(
    archive: bytes, tmp_path: Path, inner: str, old: str, new: str
) -> None:
    """A forger who makes every checksum anew is found out all the same: it is made again of the history."""

    def change(bag: Path) -> None:
        text = (bag / "data" / inner).read_text(encoding="utf-8")
        assert old in text
        (bag / "data" / inner).write_text(text.replace(old, new, 1), encoding="utf-8")

    said = found(forged(archive, tmp_path / "forge", change), tmp_path / "x")
    assert said == {(f"data/{inner}", "not-as-committed")}


def test_a_notice_that_is_said_not_to_be_made_is_held_against_the_commit_all_the_same(
    archive: bytes, tmp_path: Path
) -> None:
    def change(bag: Path) -> None:
        about = bag / "data/archive.json"
        facts = json.loads(about.read_text(encoding="utf-8"))
        facts["notice"] = {"made": [], "lacking": {}}
        about.write_text(json.dumps(facts), encoding="utf-8")
        (bag / "data/notice/notice.txt").write_text("another wording", encoding="utf-8")
        (bag / "data/notice/notice.md").unlink()

    said = found(forged(archive, tmp_path / "forge", change), tmp_path / "x")
    assert said == {(f"data/notice/notice.{form}", "not-as-committed") for form in ("txt", "md")}


def test_an_archive_of_another_version_is_held_against_its_commit_as_far_as_that_goes(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(bag: Path) -> None:
        (bag / "data/notice/notice.txt").write_text("another wording", encoding="utf-8")

    changed = forged(archive, tmp_path / "forge", change)
    assert found(changed, tmp_path / "x")
    monkeypatch.setattr("xuncha.archive.gathering.__version__", "99.0")
    assert not found(changed, tmp_path / "y")
