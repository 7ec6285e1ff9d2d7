"""The command `xuncha account` and the accounts file of a ledger."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from xuncha.accounts import book
from xuncha.errors import SurroundingsError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def _place(ledger: LedgerOnDisk) -> Path:
    [place] = (ledger.root / ".git/xuncha").glob("accounts-*.json")
    return place


def test_an_account_is_kept_for_its_owner_alone_and_never_in_history(ledger: LedgerOnDisk) -> None:
    told = ledger.ok("account", "add", "王芳", "--role", "管理员", "--email", "wang@example.cn")
    [password] = [line.partition("：")[2] for line in told.splitlines() if line.startswith("王芳的密码")]
    place = _place(ledger)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    [kept] = json.loads(place.read_text())
    assert password not in place.read_text()
    assert kept["password"].startswith("$argon2id$")
    assert kept["renew"]
    place.chmod(0o644)
    ledger.ok("account", "add", "李强", "--role", "section", "--office", "规划科")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600, "whoever copied it here"
    assert ledger.clean()
    assert ledger.commits() == 1
    found = ledger.json("account", "list")
    assert [each["name"] for each in found] == ["王芳", "李强"]
    assert all("password" not in each for each in found)
    assert "$argon2" not in ledger.ok("account", "list")


def test_a_file_that_cannot_be_written_is_not_taken_for_a_damaged_one(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    lock = _place(ledger).with_suffix(".lock")
    lock.unlink()
    lock.mkdir()
    refused = ledger.run("account", "passwd", "王芳")
    assert (refused.code, refused.err.startswith("error[not-written]: ")) == (3, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["李强", "--role", "section"], "usage"),
        (["李强", "--role", "manager", "--office", "规划科"], "usage"),
        (["李强", "--role", "section", "--office", "某科"], "unknown-office"),
        (["李强", "--role", "leader", "--leader", "某局长"], "unknown-leader"),
        (["李强", "--role", "boss"], "unknown-word"),
        (["王芳", "--role", "viewer"], "account-exists"),
        (["李<强>", "--role", "viewer"], "bad-name"),
        (["李强.", "--role", "viewer"], "bad-name"),
        (["李\u202e强", "--role", "viewer"], "bad-name"),
        (["李强", "--role", "viewer", "--email", "WANG@example.cn"], "email-exists"),
        (["李强", "--role", "viewer", "--email", "a\nb@c"], "bad-email"),
    ],
)
def test_an_account_that_could_not_be_somebodys_is_refused(
    ledger: LedgerOnDisk, words: list[str], code: str
) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager", "--email", "wang@example.cn")
    before = _place(ledger).read_bytes()
    result = ledger.run("account", "add", *words)
    assert result.code in {1, 2}, result.err
    assert f"error[{code}]" in result.err
    assert _place(ledger).read_bytes() == before


def test_there_is_always_a_manager_who_may_sign_in(ledger: LedgerOnDisk) -> None:
    first = ledger.run("account", "add", "李强", "--role", "section", "--office", "规划科")
    assert "error[no-manager]" in first.err
    ledger.ok("account", "add", "王芳", "--role", "manager")
    assert "error[last-manager]" in ledger.run("account", "disable", "王芳").err
    assert "error[last-manager]" in ledger.run("account", "remove", "王芳").err
    ledger.ok("account", "add", "陈静", "--role", "manager")
    ledger.ok("account", "disable", "王芳")
    assert "error[last-manager]" in ledger.run("account", "remove", "陈静").err
    ledger.ok("account", "disable", "王芳", "--undo")
    ledger.ok("account", "remove", "陈静")
    assert [each["name"] for each in ledger.json("account", "list")] == ["王芳"]
    assert "error[no-such-account]" in ledger.run("account", "passwd", "陈静").err


def test_a_forgotten_password_is_set_anew(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    [old] = json.loads(_place(ledger).read_text())
    _place(ledger).write_text(json.dumps([{**old, "renew": False}]))
    ledger.ok("account", "passwd", "王芳")
    [new] = json.loads(_place(ledger).read_text())
    assert new["password"] != old["password"]
    assert new["renew"]
    ledger.ok("account", "add", "李强", "--role", "viewer")
    assert ledger.run("account", "passwd", "李强").err == ""
    ledger.ok("account", "disable", "李强")
    result = ledger.run("account", "passwd", "李强")
    assert result.code == 0
    assert "已停用“李强”" in result.err
    assert "xuncha account disable 李强 --undo" in result.err


def test_several_commands_at_once_lose_no_account(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(ledger.run, "account", "add", f"员工{n}", "--role", "viewer") for n in range(4)]
    assert {each.result().code for each in done} == {0}
    assert len(ledger.json("account", "list")) == 5


def test_a_damaged_file_is_named_and_stays(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    _place(ledger).write_text('[{"name": "王芳"')
    for words in (["list"], ["add", "李强", "--role", "viewer"], ["passwd", "王芳"]):
        result = ledger.run("account", *words)
        assert result.code == 3, result.err
        assert "error[accounts]" in result.err
    assert "error[accounts]" in ledger.run("serve", "--host", "127.0.0.1", "--port", "0", "--no-open").err
    assert _place(ledger).read_text() == '[{"name": "王芳"'


def test_an_account_is_given_another_role_and_keeps_its_password(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    ledger.ok("account", "add", "李强", "--role", "section", "--office", "规划科")
    before = json.loads(_place(ledger).read_text())[1]
    ledger.ok("account", "set", "李强", "--office", "财务科", "--email", "li@example.cn")
    after = json.loads(_place(ledger).read_text())[1]
    assert after == before | {"office": "财务科", "email": "li@example.cn"}
    ledger.ok("account", "set", "李强", "--role", "leader", "--leader", "局长")
    assert json.loads(_place(ledger).read_text())[1]["office"] is None
    for words, code in (
        (["李强"], "usage"),
        (["李强", "--role", "section"], "usage"),
        (["李强", "--leader", "某人"], "unknown-leader"),
        (["王芳", "--role", "viewer"], "last-manager"),
        (["王芳", "--email", "li@example.cn"], "email-exists"),
    ):
        assert f"error[{code}]" in ledger.run("account", "set", *words).err, words


def test_a_section_of_no_office_is_none(ledger: LedgerOnDisk) -> None:
    """Its office would be that of every measure which has none."""
    ledger.ok("account", "add", "王芳", "--role", "manager")
    [kept] = json.loads(_place(ledger).read_text())
    _place(ledger).write_text(json.dumps([kept, kept | {"name": "李强", "role": "section"}]))
    assert "error[accounts]" in ledger.run("account", "list").err


def test_accounts_go_where_the_repository_goes(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    moved = ledger.root.rename(ledger.root.with_name("另一处"))
    ledger.root = moved
    assert [each["name"] for each in ledger.json("account", "list")] == ["王芳"]


def test_a_lock_that_is_held_keeps_nobody_waiting_without_end(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    place = _place(ledger).with_suffix(".lock")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    monkeypatch.setattr(book, "_TIMEOUT", 0.2)
    hold = "import sys, fasteners; lock = fasteners.InterProcessLock(sys.argv[1]); lock.acquire(); print(1, flush=True); input()"
    words = [sys.executable, "-c", hold, str(place)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(SurroundingsError):
            book.Accounts(ledger.root).alter("王芳", renew=False)
        other.stdin.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_who_reads_the_accounts_reads_them_after_root_has_set_a_password(ledger: LedgerOnDisk) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    os.chown(_place(ledger), 12345, 12345)
    ledger.ok("account", "passwd", "王芳")
    found = _place(ledger).stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 12345, 0o600)
