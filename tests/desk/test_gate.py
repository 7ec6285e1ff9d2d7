"""Access to the desk: the secret, Host, Origin, forged forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.desk.served import BASE, HOST, KEY, client_of, served, visit

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

PAGES = ("/", "/measures", "/measures/1.2", "/act?action=close&id=1.2", "/nothing", "/measures/9.9")
CLOSE = {"ids": ["1.2"], "note": "验收"}


def test_the_secret_is_spent_by_a_redirect_and_stands_nowhere_else(ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk:
        visitor = desk.visit()
        answer = visitor.client.get(desk.link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert desk.key not in answer.text + str(answer.headers)
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "samesite=strict" in answer.headers["set-cookie"].casefold()
        for path in (*PAGES, f"/nothing?key={desk.key}", f"/measures/9.9?key={desk.key}"):
            answer = visitor.client.get(path)
            assert desk.key not in answer.text + str(answer.headers), path
            assert answer.headers["referrer-policy"] == "same-origin"
        assert visitor.client.get("/?key=another").status_code == 200  # a cookie lets in, not the address
    assert desk.errors.read_text() == ""
    kept = [
        path for path in ledger.root.rglob("*") if path.is_file() and desk.key.encode() in path.read_bytes()
    ]
    assert kept == []


STRANGERS: tuple[Any, ...] = ({}, {"authorization": "Bearer "}, {"authorization": "Bearer another"}, {"authorization": f"Basic {KEY}"}, {"cookie": "xuncha-8420="}, {"cookie": "xuncha-8420=é".encode("latin-1")})  # fmt: skip


def test_nobody_is_let_in_without_the_secret(ledger: LedgerOnDisk) -> None:
    client = client_of(ledger)
    for path in (*PAGES, "/state", "/api/status", "/api/openapi.json", "/evidence/1.1/x", "//", "/?key="):
        for given in STRANGERS:
            answer = client.get(path, headers=given)
            assert answer.status_code == 403, (path, given)
            assert "水务局" not in answer.text


OTHER_HOSTS = (
    "evil.example", f"{HOST}.evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8421", "[::1]:8420", "LOCALHOST:8420 ", "0.0.0.0:8420", "", "127.0.0.1:8420@evil.example", "127.0.0.1:08420",
)  # fmt: skip


def test_another_host_is_no_host(ledger: LedgerOnDisk) -> None:
    client = client_of(ledger)
    client.headers["authorization"] = f"Bearer {KEY}"
    for host in OTHER_HOSTS:
        assert client.get("/", headers={"host": host}).status_code == 421, host
        assert client.get("/static/desk.css", headers={"host": host}).status_code == 421, host
    for host in ("localhost:8420", "LocalHost:8420", HOST):
        assert client.get("/", headers={"host": host}).status_code == 200, host


ORIGINS = (
    "http://evil.example", "null", "", "https://127.0.0.1:8420", "http://127.0.0.1:8421", "http://127.0.0.1", f"http://{HOST}.evil.example", f"http://{HOST}/", "http://[::1]:8420", HOST, f"file://{HOST}",
)  # fmt: skip


def test_another_origin_changes_nothing(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    sites = [{"sec-fetch-site": site} for site in ("cross-site", "same-site", "something-new")]
    for given in [*({"origin": origin} for origin in ORIGINS), *sites]:
        fields = {"token": visitor.token, "action": "close", "id": "1.2"}
        assert visitor.client.post("/act", data=fields, headers=given).status_code == 403, given
        bearer = {"authorization": f"Bearer {KEY}"}
        asked = client_of(ledger).post("/api/close", json=CLOSE, headers=given | bearer)
        assert (asked.status_code, asked.json()["error"]["code"]) == (403, "foreign-origin")
    assert ledger.commits() == 1
    assert ledger.clean()


def test_a_forged_form_changes_nothing(ledger: LedgerOnDisk) -> None:
    visitor, other = visit(ledger), visit(ledger)
    fields = {
        "action": "close",
        "id": "1.2",
        "language": "en",
        "commit": ledger.git("rev-parse", "HEAD").strip(),
    }
    for path in ("/act", "/undo", "/language"):
        assert visitor.client.post(path, data=fields).status_code == 403
        for token in ("", "another", "é", "\ufeff", "x" * 5000, other.token, KEY):
            answer = visitor.client.post(path, data=fields | {"token": token})
            assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), token
    assert ledger.commits() == 1
    assert ledger.clean()


def test_the_cookie_alone_changes_nothing_through_the_api(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    assert visitor.client.get("/api/status").status_code == 200
    assert visitor.client.post("/api/close", json=CLOSE).status_code == 403
    assert ledger.commits() == 1
    assert (
        visitor.client.post("/api/close", json=CLOSE, headers={"x-xuncha-token": visitor.token}).status_code
        == 200
    )
    program = client_of(ledger)
    program.headers["authorization"] = f"Bearer {KEY}"
    assert program.post("/api/close", json={"ids": ["3.1"]}).status_code == 200
    assert ledger.commits() == 3


def test_a_form_that_is_ours_is_taken_from_our_origin(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    visitor.client.headers |= {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert visitor.act("close", "1.2").status_code == 303
    assert ledger.commits() == 2


def test_looking_changes_nothing(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for path in ("/act", "/undo", "/language", "/api/close"):
        asked = f"{path}?action=close&id=1.2&ids=1.2&language=en&token={visitor.token}"
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert "set-cookie" not in visitor.client.request(method, asked).headers
    assert ledger.commits() == 1
    assert ledger.clean()


def test_a_stranger_who_asks_for_what_is_not_there_learns_nothing(ledger: LedgerOnDisk) -> None:
    answer = client_of(ledger).get("/static/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "<" not in answer.text
