"""The doctor recognises a public remote by its address alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor.test_doctor import found
from xuncha.doctor.sharing import public_host

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://github.com/a/b.git", "github.com"),
        ("https://user:secret@gitee.com/a/b", "gitee.com"),
        ("git@github.com:a/b.git", "github.com"),
        ("GitHub.com:a/b.git", "github.com"),
        ("ssh://git@gitlab.com:22/a/b", "gitlab.com"),
        ("https://e.coding.net/a/b.git", "e.coding.net"),
        ("https://git.example.cn/a", "git.example.cn"),
        ("http://8.8.8.8:3000/a", "8.8.8.8"),
        ("https://[2606:4700::1111]/a", "2606:4700::1111"),
        ("git://git.example.cn/a", "git.example.cn"),
        ("https://github.com./a/b", "github.com"),
        ("git@git.example.cn:a/b.git", None),
        ("ssh://git@10.0.0.5/a", None),
        ("http://10.1.2.3/a", None),
        ("http://192.168.1.2:3000/a", None),
        ("https://[fd00::1]/a", None),
        ("http://gitserver/a", None),
        ("http://git.ju.lan/a", None),
        ("https://localhost:8080/a", None),
        ("/mnt/github.com/a", None),
        ("../github.com:a", None),
        (r"D:\台账", None),
        ("D:/github.com", None),
        ("file:///srv/git/a", None),
        (r"\\server\share\a", None),
        ("https://notgithub.com.lan/a", None),
        ("https://[broken/a", None),
        ("", None),
    ],
)
def test_an_address_that_anybody_can_reach_is_told_from_one_of_the_office(
    address: str, host: str | None
) -> None:
    assert public_host(address) == host


def test_a_remote_in_the_internet_is_named_without_its_password(ledger: LedgerOnDisk) -> None:
    ledger.git("remote", "add", "origin", "/srv/git/a")
    assert "public-remote" not in found(ledger)
    ledger.git("remote", "add", "gitee", "https://me:geheim@gitee.com/a/b.git")
    told = found(ledger)["public-remote"]
    assert told["state"] == "warning"
    assert "gitee.com" in told["message"]
    assert "geheim" not in str(told)
    assert told["mend"].endswith("git remote remove gitee")


def test_what_an_address_is_really_replaced_by_counts(ledger: LedgerOnDisk) -> None:
    ledger.git("remote", "add", "origin", "hub:a/b")
    ledger.git("config", "url.https://github.com/.insteadOf", "hub:")
    assert "github.com" in found(ledger)["public-remote"]["message"]
