"""The audit of real repositories: honest work, merges, signatures, rewritten history."""

from __future__ import annotations

import random
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LEDGER, measure
from tests.once import built_once
from tests.workflow import actions
from tests.workflow.actions import add_measure, add_problem, perform
from xuncha.audit.examine import audit
from xuncha.audit.replayed import Change
from xuncha.errors import RefusedError, SurroundingsError, XunchaError
from xuncha.model.identity import Identity
from xuncha.trail import replay
from xuncha.trail.git import Git
from xuncha.trail.tags import add_anchor
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def codes(root: Path, since: str | None = None) -> list[str]:
    """Return the codes of an audit's findings."""
    return [each.code for each in audit(root, since=since).findings]


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("seed", range(4))
def test_whatever_commands_do_is_clean(ledger: LedgerOnDisk, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  the same choices for the same seed
    today = date.today()  # noqa: DTZ011  the day of the commits
    done = 0
    for number in range(60):
        identity = Identity.parse(dice.choice(["1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "1.3", "4.1"]))
        doings = [
            actions.start(), actions.submit(), actions.give_back("不全"), actions.close(today), actions.reopen("反弹"),
            actions.progress(f"第{number}次会商。", today, ["某水〔2024〕7号"]), actions.attach(f"{number}.txt", b"x", today),
            actions.escalate("局长", today), actions.review("holds", today),
        ]  # fmt: skip
        try:
            match dice.randrange(14):
                case 0:
                    undo(ledger.root)
                case 1:
                    add_problem(ledger.root, f"问题{number}", "a")
                case 2:
                    problem = Identity(dice.randint(1, 4))
                    due = today + timedelta(days=dice.randint(0, 99))
                    add_measure(
                        ledger.root, problem, f"措施{number}", leader="局长", office="办公室", due=due
                    )
                case 3:
                    ids = [identity, Identity.parse("3.1")]
                    perform(ledger.root, actions.progress("一并会商。", today), ids)
                case _:
                    perform(ledger.root, dice.choice(doings), [identity])
        except XunchaError:
            continue
        done += 1
    found = audit(ledger.root)
    assert found.findings == []
    assert found.commits == done + 1
    assert found.start == ledger.git("rev-list", "--max-parents=0", "HEAD").strip()


@pytest.mark.apart
def test_a_measure_that_was_closed_by_its_reviewer_is_clean_and_by_its_author_is_not(
    ledger: LedgerOnDisk,
) -> None:
    text = (ledger.root / "data/ledger.yaml").read_text().replace("[progress]", "[second_person]")
    ledger.write("data/ledger.yaml", text)
    ledger.ok("edit", EDITOR="true")
    before = len(codes(ledger.root))
    ledger.ok("submit", "1.2")
    li = {f"GIT_{role}_{what}": each for role in ("AUTHOR", "COMMITTER") for what, each in (("NAME", "li"), ("EMAIL", "li@example.invalid"))}  # fmt: skip
    ledger.ok("close", "1.2", **li)
    assert len(codes(ledger.root)) == before
    ledger.ok("undo", "--others")
    ledger.ok("close", "1.2", **li)
    assert len(codes(ledger.root)) == before, "what stands after an undo is what stood before"
    ledger.ok("undo", "--others")
    path = ledger.path("1.2")
    ledger.write(
        path, ledger.read("1.2").replace("status: submitted", "status: closed\nclosed: {date: 2024-06-01}")
    )
    ledger.commit("销号\n\nXuncha-Action: close\nXuncha-Id: 1.2\nXuncha-From: submitted\nXuncha-To: closed")
    assert codes(ledger.root)[before:] == ["close-requires-second-person"]


@pytest.mark.apart
def test_a_measure_that_its_author_closed_under_another_address_is_named(ledger: LedgerOnDisk) -> None:
    text = (ledger.root / "data/ledger.yaml").read_text().replace("[progress]", "[second_person]")
    ledger.write("data/ledger.yaml", text)
    ledger.ok("edit")
    ledger.ok("submit", "1.2")
    ledger.ok("submit", "3.1")
    before = codes(ledger.root)
    other = {"GIT_AUTHOR_EMAIL": "Tester@home.invalid", "GIT_COMMITTER_EMAIL": "Tester@home.invalid"}
    ledger.ok("close", "3.1", **other)
    before += ["second-person-doubtful"]
    assert codes(ledger.root) == before, (
        "of whom the ledger does not say that they are one, the name makes one doubt"
    )
    people = "people: [{name: 李敏, emails: [tester@example.invalid, tester@home.invalid]}]\n"
    ledger.write("data/ledger.yaml", text + people)
    ledger.ok("edit")
    assert codes(ledger.root) == before, "what was closed before is judged by what was known then"
    path = ledger.path("1.2")
    closed = "status: closed\nclosed: {date: 2024-06-01}"
    ledger.write(path, ledger.read("1.2").replace("status: submitted", closed))
    ledger.git("add", "-A")
    trailers = "Xuncha-Action: close\nXuncha-Id: 1.2\nXuncha-From: submitted\nXuncha-To: closed"
    ledger.git("commit", "-qm", f"销号\n\n{trailers}", "--author", "tester <tester@HOME.invalid>")
    assert codes(ledger.root)[len(before) :] == ["close-requires-second-person"]


@pytest.fixture
def two_sides(ledger: LedgerOnDisk, kept: Path) -> LedgerOnDisk:
    """Another entry of 1.2 on each of two branches, and 2.1 closed on one."""

    def build() -> None:
        ledger.git("switch", "-qc", "side")
        ledger.ok("progress", "1.2", "旁支所记。", "--date", "2024-06-01")
        ledger.ok("close", "2.1")
        ledger.git("switch", "-q", "main")
        ledger.ok("progress", "1.2", "主支所记。", "--date", "2024-06-02")

    built_once(kept / "two sides", ledger.root.parent, build)
    return ledger


def merge(ledger: LedgerOnDisk, text: str, message: str = "Merge") -> None:
    """Merge the side, with this text for 1.2."""
    subprocess.run(
        ["git", "merge", "-q", "--no-commit", "side"],
        cwd=ledger.root,
        env=ledger.environment,
        check=False,
        capture_output=True,
    )
    ledger.write(ledger.path("1.2"), text)
    ledger.commit(message)


def entry(words: str, day: str) -> str:
    """Return an entry as `progress` writes it."""
    return f"  - date: {day}\n    text: {words}\n"


def test_a_merge_that_keeps_both_sides_is_clean(two_sides: LedgerOnDisk) -> None:
    merge(two_sides, two_sides.read("1.2") + entry("旁支所记。", "2024-06-01"))
    assert codes(two_sides.root) == []
    two_sides.ok("progress", "1.2", "合并之后。")
    assert codes(two_sides.root) == []


def test_a_merge_that_drops_the_other_side_is_named(two_sides: LedgerOnDisk) -> None:
    merge(two_sides, two_sides.read("1.2"))
    found = audit(two_sides.root).findings
    assert [(each.code, each.place.id) for each in found] == [("merge-differs", "1.2")]
    assert found[0].place.commit == two_sides.git("rev-parse", "HEAD").strip()


def test_a_merge_that_drops_a_closing_is_named(two_sides: LedgerOnDisk) -> None:
    two_sides.git("merge", "-q", "-s", "ours", "side")
    found = audit(two_sides.root).findings
    assert {(each.code, each.place.id) for each in found} == {
        ("merge-differs", "1.2"),
        ("merge-differs", "2.1"),
    }


def test_what_no_side_wrote_is_named_in_a_merge(two_sides: LedgerOnDisk) -> None:
    both = two_sides.read("1.2") + entry("旁支所记。", "2024-06-01")
    merge(two_sides, both + entry("谁也没有写。", "2024-06-03"))
    assert codes(two_sides.root) == ["merge-differs"]


def test_a_change_hidden_in_a_merge_of_other_files_is_named(two_sides: LedgerOnDisk) -> None:
    two_sides.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    two_sides.git("checkout", "side", "--", "data/problems/02")
    both = two_sides.read("1.2") + entry("旁支所记。", "2024-06-01")
    two_sides.write(two_sides.path("1.2"), both)
    two_sides.write(two_sides.path("3.1"), two_sides.read("3.1").replace("2024-12-31", "2025-12-31"))
    two_sides.commit("Merge")
    assert [(each.code, each.place.id) for each in audit(two_sides.root).findings] == [
        ("merge-differs", "3.1")
    ]


def test_marks_of_a_conflict_in_a_merge_are_named(two_sides: LedgerOnDisk) -> None:
    merge(two_sides, "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> side\n")
    assert codes(two_sides.root) == ["unreadable"]


def test_what_happens_on_a_side_that_was_merged_is_not_overlooked(two_sides: LedgerOnDisk) -> None:
    two_sides.git("switch", "-q", "side")
    two_sides.write(two_sides.path("3.1"), two_sides.read("3.1").replace("2024-12-31", "2025-12-31"))
    two_sides.commit("by hand")
    two_sides.git("switch", "-q", "main")
    merge(two_sides, two_sides.read("1.2") + entry("旁支所记。", "2024-06-01"))
    assert sorted(codes(two_sides.root)) == ["by-hand", "deadline-moved", "deadline-passed"]


def test_a_number_that_two_clones_gave_is_mended_without_a_break(ledger: LedgerOnDisk) -> None:
    due = ("--leader", "局长", "--office", "办公室", "--due", "2030-01-01")
    ledger.git("switch", "-qc", "side")
    ledger.ok("add", "measure", "2", "旁支措施", *due)
    ledger.git("mv", ledger.path("2.4"), ledger.path("2.5"))
    ledger.commit("改号 2.4 为 2.5\n\nXuncha-Action: renumber\nXuncha-Id: 2.4\nXuncha-To: 2.5")
    assert codes(ledger.root) == ["renumbered"], "no other clone has given the number"
    ledger.git("switch", "-q", "main")
    ledger.ok("add", "measure", "2", "主支措施", *due)
    ledger.git("merge", "-q", "side")
    assert codes(ledger.root) == []


def test_a_problem_that_two_clones_gave_takes_all_its_measures_to_its_new_number(
    ledger: LedgerOnDisk,
) -> None:
    due = ("--leader", "局长", "--office", "办公室", "--due", "2030-01-01")
    ledger.git("switch", "-qc", "side")
    ledger.ok("add", "problem", "旁支问题", "--category", "a")
    ledger.ok("add", "measure", "4", "旁支措施一", *due)
    ledger.ok("add", "measure", "4", "旁支措施二", *due)
    ledger.git("mv", "data/problems/04", "data/problems/05")
    for number in ("5.1", "5.2"):
        ledger.git("mv", ledger.path(number).replace("5.", "4."), ledger.path(number))
    ledger.commit("改号 4 为 5\n\nXuncha-Action: renumber\nXuncha-Id: 4\nXuncha-To: 5")
    assert codes(ledger.root) == ["renumbered"] * 3, "no other clone has given the number"
    ledger.git("switch", "-q", "main")
    ledger.ok("add", "problem", "主支问题", "--category", "a")
    ledger.git("merge", "-q", "side")
    assert codes(ledger.root) == [], "its measures went with it, which no other clone has numbered"


def test_the_working_tree_is_not_asked(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), "<<<<<<<\n")
    (ledger.root / ledger.path("2.2")).unlink()
    assert codes(ledger.root) == []


def test_a_replacement_does_not_deceive(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.1"), ledger.read("3.1").replace("2024-12-31", "2025-12-31"))
    ledger.commit("by hand")
    bad = ledger.git("rev-parse", "HEAD").strip()
    ledger.ok("progress", "1.2", "继续。")
    ledger.git("replace", bad, "HEAD~2")
    assert "deadline-moved" in codes(ledger.root)


def test_a_history_that_is_cut_off_is_not_called_clean(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.ok("progress", "1.2", "继续。")
    clone = tmp_path / "clone"
    ledger.git("clone", "-q", "--depth=1", f"file://{ledger.root}", str(clone))
    with pytest.raises(SurroundingsError) as refused:
        audit(clone)
    assert refused.value.code == "shallow"


def test_an_import_is_told_as_a_warning(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.1"), ledger.read("3.1").replace("2024-12-31", "2025-12-31"))
    ledger.commit(
        "导入 台账.xlsx\n\nXuncha-Action: import\nXuncha-Id: 3.1\nXuncha-From: in_progress\nXuncha-To: in_progress"
    )
    found = audit(ledger.root)
    assert {(each.code, each.severity) for each in found.findings} == {
        ("deadline-moved", "warning"),
        ("deadline-passed", "warning"),
    }
    assert (found.errors, found.warnings) == (0, 2)


def test_since_tells_of_what_came_later(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.1"), ledger.read("3.1") + "# by hand\n")
    ledger.commit("by hand")
    ledger.ok("progress", "1.2", "继续。")
    assert codes(ledger.root) == ["by-hand"]
    assert codes(ledger.root, since="HEAD~2") == ["by-hand"]
    later = audit(ledger.root, since="HEAD~1")
    assert (later.findings, later.commits, later.changes) == ([], 1, 1)


def test_a_hash_that_history_lost_is_named_even_without_its_tag(ledger: LedgerOnDisk) -> None:
    ledger.ok("close", "1.2")
    printed = ledger.git("rev-parse", "--short=12", "HEAD").strip()
    assert codes(ledger.root, since=printed) == []
    ledger.git("commit", "-q", "--amend", "--no-edit", "--date=2024-06-01T00:00:00")
    assert "history-rewritten" in codes(ledger.root, since=printed)
    lost = audit(ledger.root, since="HEAD@{1}").findings
    assert f"history no longer contains {printed}" in [each.message for each in lost]
    ledger.git("reflog", "expire", "--expire=now", "--all")
    ledger.git("gc", "-q", "--prune=now")
    assert "history-rewritten" in codes(ledger.root, since=printed)
    lost = audit(ledger.root, since=f"{printed}{'0' * 28}").findings
    assert f"history no longer contains {printed}" in [each.message for each in lost]
    with pytest.raises(RefusedError):
        audit(ledger.root, since="no-such-branch")


def test_a_branch_without_a_commit_does_not_hide_what_was_verified(ledger: LedgerOnDisk) -> None:
    result = audit(ledger.root)
    add_anchor(ledger.root, result.tip, result.counts)
    ledger.git("symbolic-ref", "HEAD", "refs/heads/new")
    assert codes(ledger.root) == ["history-rewritten"], "the other branch holds the ledger"
    ledger.git("update-ref", "-d", "refs/heads/main")
    assert codes(ledger.root) == ["history-rewritten"]


def test_a_signature_is_judged_by_git(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    for name in ("ours", "other"):
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    signers = tmp_path / "allowed_signers"
    signers.write_text(f"tester@example.invalid {(tmp_path / 'ours.pub').read_text()}")
    settings = ledger.root / "data/ledger.yaml"
    settings.write_text(settings.read_text().replace("[progress]", "[progress, signed_commit]"))
    ledger.commit("修改\n\nXuncha-Action: edit")
    ledger.git("config", "gpg.format", "ssh")
    ledger.git("config", "user.signingkey", str(tmp_path / "ours.pub"))
    ledger.ok("close", "1.2")
    found = audit(ledger.root).findings
    assert [each.code for each in found] == ["close-requires-signed-commit"]
    assert "gpg.ssh.allowedSignersFile" in found[0].message, "without the list of keys, git cannot judge"
    ledger.git("config", "--global", "gpg.ssh.allowedSignersFile", str(signers))
    assert codes(ledger.root) == []
    ledger.git("config", "user.signingkey", str(tmp_path / "other.pub"))
    ledger.ok("close", "3.1")
    (finding,) = audit(ledger.root).findings
    assert (finding.code, finding.place.id) == ("close-requires-signed-commit", "3.1")
    assert finding.message.endswith("(the key is not trusted here)")


def test_a_signature_by_the_key_of_another_is_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    for name in ("mine", "theirs"):
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    mine, theirs = ((tmp_path / f"{name}.pub").read_text() for name in ("mine", "theirs"))
    signers = tmp_path / "allowed_signers"
    signers.write_text(f"tester@home.invalid,tester@example.invalid {mine}li@example.invalid {theirs}")
    settings = ledger.root / "data/ledger.yaml"
    settings.write_text(settings.read_text().replace("[progress]", "[progress, signed_commit]"))
    ledger.commit("修改\n\nXuncha-Action: edit")
    ledger.git("config", "gpg.format", "ssh")
    ledger.git("config", "--global", "gpg.ssh.allowedSignersFile", str(signers))
    ledger.git("config", "user.signingkey", str(tmp_path / "mine.pub"))
    ledger.ok("close", "1.2")
    assert codes(ledger.root) == [], "whoever has several addresses is known by each"
    ledger.git("config", "user.signingkey", str(tmp_path / "theirs.pub"))
    ledger.ok("close", "3.1", GIT_AUTHOR_NAME="li@example.invalid")
    found = audit(ledger.root).findings
    assert [(each.code, each.severity, each.place.id) for each in found if each.code != "closed-by"] == [
        ("close-requires-signed-commit", "error", "3.1")
    ]
    assert any("(the key is not the author's)" in each.message for each in found)


@pytest.mark.parametrize(
    ("armour", "told", "named"),
    [
        ("PGP SIGNATURE", "GOODSIG {key} tester <tester@example.invalid>\nTRUST_FULLY 0 pgp", ""),
        ("PGP SIGNATURE", "EXPKEYSIG {key} tester <tester@example.invalid>\nTRUST_ULTIMATE 0 pgp", "warning"),
        ("PGP SIGNATURE", "EXPSIG {key} tester <tester@example.invalid>\nTRUST_ULTIMATE 0 pgp", "warning"),
        ("PGP SIGNATURE", "GOODSIG {key} tester <tester@example.invalid>\nTRUST_UNDEFINED 0 pgp", "error"),
        ("PGP SIGNATURE", "EXPKEYSIG {key} x <x@example.invalid>\nTRUST_ULTIMATE 0 pgp", "error"),
        ("PGP SIGNATURE", "GOODSIG {key} x <*@example.invalid>\nTRUST_FULLY 0 pgp", "error"),
        ("SIGNED MESSAGE", "GOODSIG {key} /CN=<tester@example.invalid>\nTRUST_UNDEFINED 0 cms", "error"),
        ("SIGNED MESSAGE", "GOODSIG {key} /CN=<tester@example.invalid>\nTRUST_FULLY 0 cms", "error"),
    ],
)
def test_a_key_counts_where_the_key_ring_trusts_it(
    ledger: LedgerOnDisk, tmp_path: Path, armour: str, told: str, named: str
) -> None:
    settings = ledger.root / "data/ledger.yaml"
    settings.write_text(settings.read_text().replace("[progress]", "[progress, signed_commit]"))
    ledger.commit("修改\n\nXuncha-Action: edit")
    key, lines = "A" * 16, told.replace("\n", "\n[GNUPG:] ").format(key="A" * 16)
    program = tmp_path / "gpg"
    program.write_text(
        f"#!/bin/sh\ncat >/dev/null\ncase \"$*\" in *--verify*) echo '[GNUPG:] NEWSIG\n[GNUPG:] {lines}\n[GNUPG:] VALIDSIG {key}'; exit;; esac\n"
        f"echo '-----BEGIN {armour}-----\n\nAAAA\n-----END {armour}-----'; echo '[GNUPG:] SIG_CREATED ' >&2\n"
    )
    program.chmod(0o755)
    kind = "openpgp" if armour.startswith("PGP") else "x509"
    for name, value in {
        f"gpg.{kind}.program": str(program),
        "gpg.format": kind,
        "user.signingkey": key,
    }.items():
        ledger.git("config", "--global", name, value)
    ledger.ok("close", "1.2")
    assert "".join(each.severity for each in audit(ledger.root).findings) == named


def test_a_signature_behind_a_header_that_is_not_read_to_its_end_counts_for_nothing(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """A key that nobody knows, an author whose name nobody sees, and a header of 70 kB between them."""
    for name in ("any", "known"):
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    signers, place = tmp_path / "allowed_signers", tmp_path / "commit"
    signers.write_text(f"tester@example.invalid {(tmp_path / 'known.pub').read_text()}")
    settings = ledger.root / "data/ledger.yaml"
    settings.write_text(settings.read_text().replace("[progress]", "[progress, signed_commit]"))
    ledger.commit("修改\n\nXuncha-Action: edit")
    ledger.git("config", "gpg.format", "ssh")
    ledger.git("config", "--global", "gpg.ssh.allowedSignersFile", str(signers))
    ledger.git("config", "user.signingkey", str(tmp_path / "known.pub"))
    ledger.ok("close", "1.2")
    head, text = ledger.git("cat-file", "commit", "HEAD").split("\n\n", 1)
    head = (
        head.partition("\ngpgsig ")[0].replace("author tester", "author \u200b") + f"\nx-note {'a' * 70_000}"
    )
    place.write_text(f"{head}\n\n{text}", encoding="utf-8")
    subprocess.run(
        ["ssh-keygen", "-qY", "sign", "-n", "git", "-f", tmp_path / "any", place],
        check=True,
        capture_output=True,
    )
    signature = Path(f"{place}.sig").read_text().rstrip("\n").replace("\n", "\n ")
    place.write_text(f"{head}\ngpgsig {signature}\n\n{text}", encoding="utf-8")
    ledger.git("reset", "-q", "--hard", ledger.git("hash-object", "-t", "commit", "-w", str(place)).strip())
    assert "close-requires-signed-commit" in codes(ledger.root)


def test_a_ledger_that_was_copied_and_then_deleted_where_it_stood_is_named(ledger: LedgerOnDisk) -> None:
    ledger.git("mv", "data", "old")
    (ledger.root / "case").mkdir()
    ledger.git("mv", "old", "case/data")
    ledger.commit("整理")
    moved = audit(ledger.root / "case").findings
    assert [(each.code, each.severity) for each in moved] == [("ledger-moved", "warning")]
    ledger.git("reset", "-q", "--hard", "HEAD~1")
    subprocess.run(["cp", "-r", "data", "new"], cwd=ledger.root, check=True)
    (ledger.root / "case").mkdir(exist_ok=True)
    (ledger.root / "new").rename(ledger.root / "case/data")
    ledger.git("rm", "-rq", "data")
    ledger.git("commit", "-qm", "整理")
    changed = (ledger.root / "case" / ledger.path("1.2")).read_text().replace("in_progress", "not_started")
    ledger.write(f"case/{ledger.path('1.2')}", changed)
    ledger.commit("又来")
    found = audit(ledger.root / "case").findings
    assert [(each.code, each.severity) for each in found] == [("ledger-moved", "error")]


@pytest.mark.parametrize("mark", ["\u2028", "\x0b", "\r", "\n", '"'])
def test_a_folder_with_any_character_in_its_name_stops_no_audit(ledger: LedgerOnDisk, mark: str) -> None:
    """Python ends a line at more characters than git."""
    for folder in (f"甲{mark}乙", "case"):
        subprocess.run(["cp", "-r", "data", "copy"], cwd=ledger.root, check=True)
        (ledger.root / folder).mkdir()
        (ledger.root / "copy").rename(ledger.root / folder / "data")
        ledger.commit(folder)
    ledger.git("rm", "-rq", f"甲{mark}乙")
    ledger.commit("删除")
    assert {each.code for each in audit(ledger.root / "case").findings} == {"ledger-moved"}


def test_git_is_asked_no_more_often_in_a_repository_of_many_ledgers(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for ledgers in (2, 6):
        for number in range(ledgers):
            settings = LEDGER.replace("某市水务局", f"第{number}村").replace("2023-11-10", "2023-12-01")
            ledger.write(f"{ledgers}/{number}/data/ledger.yaml", settings)
            ledger.write(f"{ledgers}/{number}/data/problems/01/problem.yaml", f"title: 难处{number}\n")
        ledger.commit(f"{ledgers} ledgers")
        ledger.write(f"own{ledgers}/data/ledger.yaml", LEDGER.replace("某市水务局", f"本镇{ledgers}"))
        ledger.commit("own")
        trace = ledger.root.parent / f"trace{ledgers}"
        monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
        audit(ledger.root / f"own{ledgers}")
        monkeypatch.delenv("GIT_TRACE2_EVENT")
        asked.append(trace.read_text(encoding="utf-8").count('"event":"start"'))
    assert asked[0] == asked[1]


def test_a_commit_made_meanwhile_ends_no_audit_and_is_not_examined(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit_meanwhile(git: Git, head: str) -> list[replay.Commit]:
        found = commits(git, head)
        ledger.write("templates/notice.txt.j2", "x")
        ledger.write(".gitattributes", "data/** ident\n")
        ledger.commit("meanwhile")
        return found

    commits, head = replay.commits, ledger.git("rev-parse", "HEAD").strip()
    monkeypatch.setattr(replay, "commits", commit_meanwhile)
    found = audit(ledger.root)
    assert (found.findings, found.tip) == ([], head)


@pytest.mark.parametrize("seen", ["is_record", "is_evidence"])
def test_a_commit_that_changes_everything_is_not_searched_for_each_change(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, seen: str
) -> None:
    text = measure("2.3", progress="\n- {date: 2024-03-01, text: 做了。}")
    for number in range(3, 103):
        ledger.write(f"data/problems/02/2.{number}.yaml", text.replace("title: ", f"title: {number}"))
    ledger.commit("a hundred measures")
    for number in range(3, 103):
        withheld = text.replace("做了。}", "做了。, publish: false}")
        ledger.write(f"data/problems/02/2.{number}.yaml", withheld.replace("title: ", f"title: 新{number}"))
    ledger.commit("all of them anew")
    looks = 0
    look = getattr(Change, seen).fget

    def counted(change: Change) -> bool:
        nonlocal looks
        looks += 1
        return bool(look(change))

    monkeypatch.setattr(Change, seen, property(counted))
    audit(ledger.root)
    assert looks < 5000


def test_a_ledger_inside_a_repository_is_audited_alone(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    ledger.git("init", "-q", str(outer))
    (outer / "case").mkdir()
    subprocess.run(["cp", "-r", ledger.root / "data", outer / "case"], check=True)
    subprocess.run(["git", "add", "-A"], cwd=outer, check=True)
    subprocess.run(["git", "commit", "-qm", "start"], cwd=outer, check=True)
    (outer / "README").write_text("x")
    subprocess.run(["git", "add", "-A"], cwd=outer, check=True)
    subprocess.run(["git", "commit", "-qm", "something else"], cwd=outer, check=True)
    found = audit(outer / "case")
    assert (found.findings, found.commits) == ([], 2)
