"""The office desk over TLS, and behind a proxy that gives the visitor's address."""

from __future__ import annotations

import shutil
import signal
import ssl
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.desk.office import PASSWORD
from tests.desk.served import PROGRAM
from xuncha.accounts.account import Account
from xuncha.accounts.book import Accounts
from xuncha.accounts.passwords import hash_password

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make a certificate for this machine, its key, and the key with a password."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("pair")
    found = {name: folder / f"{name}.pem" for name in ("certificate", "key", "locked")}
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    make += [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(found["key"]),
        "-out",
        str(found["certificate"]),
    ]
    lock = [
        "openssl",
        "rsa",
        "-aes128",
        "-passout",
        "pass:abcd",
        "-in",
        str(found["key"]),
        "-out",
        str(found["locked"]),
    ]
    for words in (make, lock):
        subprocess.run(words, check=True, capture_output=True)
    return found


@contextmanager
def office_desk(ledger: LedgerOnDisk, *options: str) -> Iterator[str]:
    """Serve the ledger to a manager; the address that is printed."""
    told = {
        "name": "王芳",
        "role": "manager",
        "added": "2024-06-15",
        "password": hash_password(PASSWORD),
        "renew": False,
    }
    Accounts(ledger.root).add(Account.model_validate(told))
    words = [*PROGRAM, "--host", "127.0.0.1", *options]
    with subprocess.Popen(
        words, cwd=ledger.root, env=ledger.environment, stdout=subprocess.PIPE, text=True
    ) as desk:
        assert desk.stdout
        try:
            yield desk.stdout.readline().strip()
        finally:
            desk.send_signal(signal.SIGTERM)
            assert desk.wait(60) == 0


def test_a_certificate_of_ones_own(ledger: LedgerOnDisk, pair: dict[str, Path]) -> None:
    options = ("--tls-cert", str(pair["certificate"]), "--tls-key", str(pair["key"]))
    with office_desk(ledger, *options) as address:
        assert address.startswith("https://127.0.0.1:")
        with httpx2.Client(
            base_url=address, verify=ssl.create_default_context(cafile=pair["certificate"]), trust_env=False
        ) as client:
            origin = {"Origin": address.rstrip("/")}
            answer = client.post("/sign-in", data={"name": "王芳", "password": PASSWORD}, headers=origin)
            assert answer.status_code == 303
            assert "max-age" in answer.headers["strict-transport-security"]
            for cookie in answer.headers.get_list("set-cookie"):
                assert cookie.startswith("__Host-")
                assert "Secure" in cookie
                assert "HttpOnly" in cookie
            assert client.get("/measures").status_code == 200


@pytest.mark.apart
@pytest.mark.parametrize("wrong", ["locked", "certificate", "none"])
def test_a_key_that_does_not_fit_is_named_and_nobody_is_asked(
    ledger: LedgerOnDisk, pair: dict[str, Path], wrong: str
) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager")
    key = pair.get(wrong, ledger.root / "none.pem")
    options = ("--host", "127.0.0.1", "--tls-cert", str(pair["certificate"]), "--tls-key", str(key))
    done = subprocess.run(
        [*PROGRAM, *options],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 3
    assert "error[certificate]" in done.stderr
    assert "phrase" not in done.stderr
    assert not done.stdout


@pytest.mark.apart
@pytest.mark.parametrize("trusted", [True, False])
def test_who_asks_through_a_proxy_is_believed_where_it_was_said(ledger: LedgerOnDisk, trusted: bool) -> None:
    with office_desk(ledger, *(["--trust-proxy"] if trusted else [])) as address:
        host = address.partition("://")[2].rstrip("/")
        statuses = []
        for number in range(12):
            sent = {
                "X-Forwarded-For": f"10.0.0.{number}",
                "X-Forwarded-Proto": "https",
                "Origin": f"https://{host}",
            }
            form = {"name": "王芳", "password": f"wrong {number}"}
            with httpx2.Client(base_url=address, trust_env=False, headers=sent) as client:
                statuses.append(client.post("/sign-in", data=form).status_code)
        # Another origin than the desk knows of itself; or twelve addresses, each with one wrong password.
        assert set(statuses) == {403}
        with httpx2.Client(base_url=address, trust_env=False) as client:
            for number in range(12):
                form = {"name": "王芳", "password": f"wrong {number}"}
                sent = {"X-Forwarded-For": f"10.0.1.{number}"}
                statuses.append(client.post("/sign-in", data=form, headers=sent).status_code)
        assert (429 in statuses) == (not trusted), "without the option all come from one address"
