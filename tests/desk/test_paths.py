"""Addresses and redirects never leave the desk, split a header or break a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.desk.served import visit
from tests.faults.table import WHOLE

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

ODD = ("..", "../..", "%00", "\r\nX-Injected: yes", "\u202e", "'\"><script>", "1.2/../2.1", "99999999999999", "1.2.3", "-1", "", " ", "２", "{{7*7}}", "x" * 4000, "%ff%fe", "2", "1.", "٢.٣", "0.1", "1.0", "café", "\ud7ff\U0001f600")  # fmt: skip
BACKS = ("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\r\nSet-Cookie: x=y", "\n//evil.example", " //evil.example", "/%0d%0aX: y", "/x\r\n\r\n<script>", "///evil.example", "/\u2028x", "", "evil", "data:text/html,x")  # fmt: skip


def test_odd_addresses_are_answered(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    tried = (addresses(quote(odd, safe="%")) for odd in ODD)
    each = 1 if WHOLE else 9
    for path in (path for place, paths in enumerate(tried) for path in paths[place % each :: each]):
        answer = visitor.client.get(path)
        assert answer.status_code < 500 or (answer.status_code == 503 and "/static/" in path), (
            f"{path}: {answer.text[:300]}"
        )
        assert "x-injected" not in answer.headers
        location = answer.headers.get("location", "/")
        assert re.match(r"/(?![/\\])|http://127\.0\.0\.1:8420/", location), location


def addresses(named: str) -> tuple[str, ...]:
    """Every address of the desk with a text in it."""
    return (
        f"/{named}", f"/measures/{named}", f"/measures/{named}/", f"/act?action=close&id={named}", f"/act?action={named}&id=1.2", f"/evidence/1.2/{named}", f"/static/{named}",
        f"/measures?page={named}", f"/measures?order={named}", f"/measures?words={named}", f"/measures?status={named}", f"/measures?due_within={named}", f"/measures?field={named}",
        f"/measures?problem={named}", f"/measures?office={named}", f"/measures?done={named}", f"/measures/1.2?done={named}", f"/measures/1.2?do={named}", f"/?office={named}", f"/?leader={named}",
        f"/api/show/{named}", f"/api/log?id={named}", f"/api/status?by={named}", f"/api/status?at={named}", f"/api/list?at={named}", f"/api/todo?office={named}", f"/api/{named}",
    )  # fmt: skip


def test_a_redirect_stays_here(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for back in BACKS:
        answer = visitor.post("/language", {"language": "en", "back": back})
        location = answer.headers["location"]
        assert answer.status_code == 303
        assert re.fullmatch(r"/(?![/\\])[!-~]*", location), location
        names = [name for name, _value in answer.headers.multi_items()]
        assert [name for name in names if name in {"x", "set-cookie"}] == ["set-cookie"]
        assert answer.headers["set-cookie"].startswith("language=en;")


def test_another_language_is_kept_in_no_cookie(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for language in ("fr", "zh; x=y", "en\r\nX: y", "", "../en", "\u202e"):
        answer = visitor.post("/language", {"language": language, "back": "/"})
        assert "set-cookie" not in answer.headers
    visitor.client.cookies.set("language", "../fr")
    assert visitor.client.get("/").status_code == 200


@pytest.mark.parametrize("identity", ["1.2\r\nX-Injected: yes", "１.２", "2", "1.2\x00", "9.9"])
def test_numbers_in_forms_lead_nowhere_else(ledger: LedgerOnDisk, identity: str) -> None:
    visitor = visit(ledger)
    answer = visitor.post("/act", {"action": "progress", "id": identity, "text": "开展了工作。"})
    assert answer.status_code in {303, 409, 422}
    assert "x-injected" not in answer.headers
    if answer.status_code == 303:
        assert re.fullmatch(r"/measures/[!-~]+\?done=[0-9a-f]+", answer.headers["location"])
        assert visitor.client.get(answer.headers["location"]).status_code == 200
    for name in ("version-../../x", "version-", "version-9.9", "version-x\r\ny"):
        answer = visitor.post(
            "/act", {"action": "progress", "id": "1.2", "text": "又开展了。", name: "0" * 40}
        )
        assert answer.status_code in {303, 409}, name


def test_other_actions_are_none(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for action in ("", "open", "__class__", "add", "remove", "../close", "close\x00"):
        assert visitor.post("/act", {"action": action, "id": "1.2"}).status_code == 404
    assert ledger.commits() == 1
