"""Which person a signature counts for, and doubts about unsigned actions of a person who signs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from xuncha.audit.examine import audit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

PEOPLE = "people:\n  - {name: 李四, emails: [li@example.invalid]}\n  - {name: tester, emails: [tester@example.invalid]}\n"


@pytest.fixture
def keys(ledger: LedgerOnDisk, tmp_path: Path) -> dict[str, str]:
    """Ask for signatures and two persons, make two keys, and sign with one; return both."""
    for name in ("mine", "theirs"):
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    settings = ledger.root / "data/ledger.yaml"
    text = settings.read_text().replace("[progress]", "[progress, submission, second_person, signed_commit]")
    settings.write_text(f"{text}\n{PEOPLE}")
    ledger.commit("修改\n\nXuncha-Action: edit")
    for name, value in {
        "gpg.format": "ssh",
        "user.signingkey": str(tmp_path / "mine.pub"),
        "commit.gpgsign": "true",
    }.items():
        ledger.git("config", name, value)
    ledger.git("config", "--global", "gpg.ssh.allowedSignersFile", str(tmp_path / "signers"))
    return {name: " ".join((tmp_path / f"{name}.pub").read_text().split()[:2]) for name in ("mine", "theirs")}


def as_(name: str, email: str) -> dict[str, str]:
    """Return what makes somebody the author and the committer."""
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }


def closed_by_tester(ledger: LedgerOnDisk) -> set[tuple[str, str]]:
    ledger.ok("submit", "1.2", **as_("李四", "li@example.invalid"))
    ledger.ok("close", "1.2")
    return {(each.code, each.severity) for each in audit(ledger.root).findings}


@pytest.mark.parametrize(
    ("mine", "theirs", "sound"),
    [
        ("tester@example.invalid", "li@example.invalid", True),
        ("tester", "li@example.invalid", True),
        ("nobody", "li@example.invalid", False),
        ("*@example.invalid", "li@example.invalid", False),
        ("tester@example.invalid,office@example.invalid", "office@example.invalid,li@example.invalid", True),
        ("tester@example.invalid,li@example.invalid", "li@home.invalid", False),
        ("li@example.invalid,office@example.invalid", "office@example.invalid,tester@example.invalid", False),
    ],
)
def test_a_key_is_of_one_person(
    ledger: LedgerOnDisk, tmp_path: Path, keys: dict[str, str], mine: str, theirs: str, sound: bool
) -> None:
    (tmp_path / "signers").write_text(f'{mine} {keys["mine"]}\n{theirs} namespaces="git" {keys["theirs"]}\n')
    found = closed_by_tester(ledger) - {("second-person-doubtful", "warning")}
    assert found == (set() if sound else {("close-requires-signed-commit", "error")})


def test_who_signs_is_not_believed_without(
    ledger: LedgerOnDisk, tmp_path: Path, keys: dict[str, str]
) -> None:
    (tmp_path / "signers").write_text(
        f"tester@example.invalid {keys['mine']}\nli@example.invalid {keys['theirs']}\n"
    )
    li = as_("李四", "li@example.invalid")
    ledger.git("config", "user.signingkey", str(tmp_path / "theirs.pub"))
    ledger.ok(
        "add", "measure", "1", "新措施", "--leader", "局长", "--office", "办公室", "--due", "2030-12-31", **li
    )
    ledger.ok("undo", **li)
    ledger.ok(
        "add", "measure", "1", "新措施", "--leader", "局长", "--office", "办公室", "--due", "2030-12-31", **li
    )
    assert audit(ledger.root).findings == [], "whoever signs takes his own work back"
    ledger.git("config", "commit.gpgsign", "false")
    ledger.ok("undo", **li)
    assert {(each.code, each.severity) for each in audit(ledger.root).findings} == {("deleted", "warning")}
    ledger.git("reset", "-q", "--hard", "HEAD~1")
    ledger.ok("submit", "1.2", **li)
    ledger.git("config", "commit.gpgsign", "true")
    ledger.git("config", "user.signingkey", str(tmp_path / "mine.pub"))
    ledger.ok("close", "1.2")
    assert {(each.code, each.severity) for each in audit(ledger.root).findings} == {
        ("second-person-doubtful", "warning")
    }


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(("name", "email"), [("李 四", "lisi@home.invalid"), ("李四", "李四@xuncha.invalid")])
def test_who_signs_is_not_believed_from_an_address_that_nobody_knows(
    ledger: LedgerOnDisk, tmp_path: Path, keys: dict[str, str], name: str, email: str
) -> None:
    (tmp_path / "signers").write_text(
        f"tester@example.invalid {keys['mine']}\nli@example.invalid {keys['theirs']}\n"
    )
    ledger.git("config", "user.signingkey", str(tmp_path / "theirs.pub"))
    ledger.ok("progress", "3.1", "已办。", **as_("李四", "li@example.invalid"))
    ledger.ok("submit", "3.1", **as_("李四", "li@example.invalid"))
    ledger.git("config", "user.signingkey", str(tmp_path / "mine.pub"))
    ledger.ok("close", "3.1")
    found = audit(ledger.root)
    assert (found.findings, found.relies_on_claims) == ([], False), (
        "the application is signed, and by who made it"
    )
    ledger.git("config", "commit.gpgsign", "false")
    ledger.ok("progress", "1.2", "先记一条。", **as_(name, email))
    ledger.ok("submit", "1.2", **as_(name, email))
    ledger.git("config", "commit.gpgsign", "true")
    ledger.ok("close", "1.2")
    found = audit(ledger.root)
    assert [(each.code, each.place.id) for each in found.findings] == [("second-person-doubtful", "1.2")]
    assert found.relies_on_claims


@pytest.mark.apart
@pytest.mark.parametrize(("key", "found"), [("theirs", set()), ("mine", {("late-branch", "warning")})])
def test_what_another_has_built_on_an_old_branch_is_believed_where_he_has_signed_it(
    ledger: LedgerOnDisk, tmp_path: Path, keys: dict[str, str], key: str, found: set[tuple[str, str]]
) -> None:
    (tmp_path / "signers").write_text(
        f"tester@example.invalid {keys['mine']}\nli@example.invalid {keys['theirs']}\n"
    )

    def does(*words: str, signed: str, day: str, **who: str) -> None:
        ledger.git("config", "user.signingkey", str(tmp_path / f"{signed}.pub"))
        ledger.ok(*words, **who, **dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{day}T09:00:00+0800"))  # fmt: skip

    li = as_("李四", "li@example.invalid")
    new = ("add", "measure", "1", "新措施", "--leader", "局长", "--office", "办公室", "--due", "2040-12-31")
    does(*new, signed="mine", day="2031-01-04")
    does("progress", "3.1", "已办。", signed="theirs", day="2031-01-05", **li)
    ledger.git("branch", "main-line")
    does("extend", "1.3", "--due", "2041-12-31", "--reason", "手续未完", signed="mine", day="2031-01-06")
    does("progress", "3.1", "又办。", signed=key, day="2031-01-10", **li)
    ledger.git("branch", "side")
    ledger.git("switch", "-q", "main-line")
    does("progress", "2.1", "已办。", signed="mine", day="2031-03-20")
    ledger.git("merge", "-q", "--no-edit", "side")
    assert {(each.code, each.severity) for each in audit(ledger.root).findings} == found


def test_a_signature_that_the_policy_asked_for_is_no_habit(
    ledger: LedgerOnDisk, tmp_path: Path, keys: dict[str, str]
) -> None:
    (tmp_path / "signers").write_text(
        f"tester@example.invalid {keys['mine']}\nli@example.invalid {keys['theirs']}\n"
    )
    li = as_("李四", "li@example.invalid")
    ledger.git("config", "commit.gpgsign", "false")
    ledger.ok("submit", "1.2", **li)
    ledger.git("config", "commit.gpgsign", "true")
    ledger.ok("close", "1.2")
    ledger.git("config", "commit.gpgsign", "false")
    ledger.ok("progress", "3.1", "已办。")
    ledger.ok("submit", "3.1")
    ledger.git("config", "commit.gpgsign", "true")
    ledger.git("config", "user.signingkey", str(tmp_path / "theirs.pub"))
    ledger.ok("close", "3.1", **li)
    assert audit(ledger.root).findings == []
