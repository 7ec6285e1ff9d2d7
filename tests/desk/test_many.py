"""Fifty people at one office desk: each change is one commit by its author, also if the desk is killed."""

from __future__ import annotations

import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.conftest import TODAY
from tests.desk.office import PASSWORD
from tests.desk.served import PROGRAM
from xuncha.accounts.account import ROLES, Account
from xuncha.accounts.book import Accounts
from xuncha.accounts.passwords import hash_password

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

PEOPLE = 50
OPEN = ("1.1", "1.2", "3.1")
"""The measures that progress is recorded of."""


def _accounts(ledger: LedgerOnDisk) -> list[str]:
    secret, accounts = hash_password(PASSWORD), Accounts(ledger.root)
    names = []
    for number in range(PEOPLE):
        role = ROLES[number % 4]
        about = {"section": {"office": "规划科"}, "leader": {"leader": "分管副局长"}}.get(role, {})
        told = {"name": f"{role}{number}", "role": role, "password": secret, "renew": False, **about}
        accounts.add(Account.model_validate({"added": date.fromisoformat(TODAY), **told}))
        names.append(f"{role}{number}")
    return names


class _Person:
    """Somebody in a browser of their own."""

    def __init__(self, base: str, name: str) -> None:
        self.name = name
        self.client = httpx2.Client(base_url=base, trust_env=False, timeout=60)
        answer = self.client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    def works(self, number: int) -> list[int]:
        """Look at pages, and record progress where the role may; the answers."""
        identity = OPEN[number % len(OPEN)]
        said = [self.client.get(path).status_code for path in ("/", "/measures", f"/measures/{identity}")]
        page = self.client.get(f"/measures/{identity}").text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        form = {"action": "progress", "id": identity, "text": f"{self.name}的进展", "token": token[1]}
        try:
            said.append(self.client.post("/act", data=form).status_code)
        except httpx2.TransportError:
            said.append(0)
        self.client.close()
        return said


@pytest.mark.apart
def test_fifty_people_work_at_once_each_in_their_own_name(ledger: LedgerOnDisk) -> None:
    names = _accounts(ledger)
    stood = ledger.commits()
    with subprocess.Popen(
        [*PROGRAM, "--host", "127.0.0.1"],
        cwd=ledger.root,
        env=ledger.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as desk:
        assert desk.stdout
        base = desk.stdout.readline().strip()
        with ThreadPoolExecutor(16) as pool:
            people = [*pool.map(lambda name: _Person(base, name), names)]
            said = [*pool.map(_Person.works, people, range(PEOPLE))]
        for person, answers in zip(people, said, strict=True):
            may = person.name.startswith(("manager", "section"))
            assert answers == [200, 200, 200, 303 if may else 403], person.name
        writers = [name for name in names if name.startswith(("manager", "section"))]
        assert ledger.commits() == stood + len(writers)
        _each_in_their_own_name(ledger, stood, writers)
        # And while they work, it is killed.
        with ThreadPoolExecutor(8) as pool:
            people = [*pool.map(lambda name: _Person(base, name), writers[:12])]
            asked = [pool.submit(person.works, number) for number, person in enumerate(people)]
            asked[0].result()
            desk.send_signal(signal.SIGKILL)
    told = [
        name
        for name, each in zip(writers[:12], asked, strict=True)
        if not each.exception() and each.result()[-1] == 303
    ]
    _each_in_their_own_name(ledger, stood + len(writers), told)
    assert ledger.run("audit").code == 0
    assert ledger.run("progress", "1.2", "接着做。").code == 0
    assert ledger.run("validate").code == 0


def _each_in_their_own_name(ledger: LedgerOnDisk, stood: int, names: list[str]) -> None:
    """All commits since then say in author, trailer and text who made them, and nobody's is missing."""
    skip = f"--max-count={ledger.commits() - stood}"
    form = "--format=%an|%(trailers:key=Xuncha-Account,valueonly,separator=)|%H"
    found = [line.split("|") for line in ledger.git("log", skip, form).splitlines()]
    assert set(names) <= {author for author, _account, _commit in found}
    for author, account, commit in found:
        assert author == account
        added = [
            line for line in ledger.git("show", "--format=", commit).splitlines() if line.startswith("+")
        ]
        assert any(f"{author}的进展" in line for line in added)
