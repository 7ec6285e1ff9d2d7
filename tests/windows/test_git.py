"""Git for Windows: line ends, links as files, folders of other owners, forbidden names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import LedgerOnDisk
from xuncha.trail.runner import GitRunner

AS_ON_WINDOWS = {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "true"} | {
    "GIT_CONFIG_KEY_1": "core.symlinks", "GIT_CONFIG_VALUE_1": "false",
}  # fmt: skip
"""What its installer sets up, and what it does without a right to make links."""


def on_windows(ledger: LedgerOnDisk, folder: Path) -> LedgerOnDisk:
    """Clone the ledger as git does on Windows."""
    environment = {**ledger.environment, **AS_ON_WINDOWS}
    subprocess.run(["git", "clone", "-q", str(ledger.root), str(folder)], env=environment, check=True)
    return LedgerOnDisk(folder, environment)


def data(ledger: LedgerOnDisk) -> dict[str, bytes]:
    """Return the contents of a ledger's files, by path."""
    files = (path for path in (ledger.root / "data").rglob("*") if path.is_file())
    return {path.relative_to(ledger.root).as_posix(): path.read_bytes() for path in files}


def test_a_clone_on_windows_holds_the_same_bytes(tmp_path: Path, environment: dict[str, str]) -> None:
    first = LedgerOnDisk(tmp_path / "台账", environment)
    first.root.mkdir()
    first.ok("init", ".", "--example")
    first.write("../清单.csv", b"a,b\n1,2\n")
    first.ok("progress", "1.1", "开展。")
    first.ok("attach", "1.1", "../清单.csv")
    there = on_windows(first, tmp_path / "there")
    assert data(there) == data(first)
    assert there.ok("audit") == first.ok("audit")
    there.ok("close", "1.1")
    there.ok("undo")
    assert data(there) == data(first)
    assert there.clean()
    assert there.run("validate").code == first.run("validate").code == 0


def test_a_ledger_without_attributes_keeps_the_line_ends_that_are_there(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    there = on_windows(ledger, tmp_path / "there")
    assert there.ok("audit") == ledger.ok("audit")
    there.ok("start", "1.1")
    after = data(there)[ledger.path("1.1")]
    assert after.count(b"\r\n") == after.count(b"\n") > 0
    assert there.clean()


def test_who_has_changed_evidence_where_git_did_is_told(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("../清单.csv", b"a,b\n1,2\n")
    ledger.ok("attach", "1.2", "../清单.csv")
    there = on_windows(ledger, tmp_path / "there")
    refused = there.run("validate")
    assert "error[evidence-changed]" in refused.err
    assert "xuncha doctor" in refused.err
    assert there.ok("audit") == ledger.ok("audit")
    said = there.run("doctor").out
    assert "data/** -text" in said
    assert "git restore data" in said
    there.write(".gitattributes", "data/** -text\n")
    there.git("add", ".gitattributes")
    there.git("commit", "-qm", "bytes")
    there.git("restore", "data")
    there.ok("validate")


def test_a_link_that_was_checked_out_as_a_file_is_no_record(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    secret = tmp_path / "秘密.yaml"
    secret.write_text("title: 秘密\n", encoding="utf-8")
    place = ledger.root / ledger.path("1.2")
    place.unlink()
    place.symlink_to(secret)
    ledger.commit()
    there = on_windows(ledger, tmp_path / "there")
    assert (there.root / ledger.path("1.2")).is_file()
    for command in (("status",), ("validate",), ("audit",), ("notice",), ("doctor",), ("start", "1.1")):
        done = there.run(*command)
        assert done.code in {1, 3} or command == ("doctor",)
        assert "error[bug]" not in done.err
        assert "秘密\n" not in done.out + done.err


SHARE = b"""fatal: detected dubious ownership in repository at '//server/share/\xe5\x8f\xb0\xe8\xb4\xa6'
'//server/share/\xe5\x8f\xb0\xe8\xb4\xa6' is owned by:
\t(inconvertible) (S-1-5-21-1-2-3-1001)
but the current user is:
\tPC/limin (S-1-5-21-1-2-3-1002)
To add an exception for this directory, call:

\tgit config --global --add safe.directory '%(prefix)///server/share/\xe5\x8f\xb0\xe8\xb4\xa6'
"""


def test_what_git_says_to_type_of_a_share_is_the_hint(tmp_path: Path) -> None:
    error = GitRunner(tmp_path).failure(SHARE, b"", 128)
    assert error.code == "not-yours"
    assert error.hint.endswith("git config --global --add safe.directory '%(prefix)///server/share/台账'")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_another_account_is_told_with_what_to_type(ledger: LedgerOnDisk) -> None:
    for path in (ledger.root, ledger.root / ".git"):
        os.chown(path, 12345, 12345)
    for command in (("log",), ("start", "1.1"), ("status", "--at", "HEAD")):
        done = ledger.run(*command)
        assert done.code == 3
        assert done.err.startswith("error[not-yours]")
        hint = done.err.splitlines()[-1]
        assert "git config --global --add safe.directory" in hint
        assert str(ledger.root) in hint
    subprocess.run(
        ["git", "config", "--global", "--add", "safe.directory", str(ledger.root)],
        env=ledger.environment,
        check=True,
    )
    ledger.ok("log")
