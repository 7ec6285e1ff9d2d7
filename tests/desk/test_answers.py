"""Answers of the API match OpenAPI; each refusal has the described body and a code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.desk.served import KEY, client_of, visit
from xuncha.desk import gate

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def described(ledger: LedgerOnDisk) -> Any:
    return visit(ledger).client.get("/api/openapi.json").json()


def test_the_filters_of_the_list_are_described(ledger: LedgerOnDisk) -> None:
    given = {
        each["name"]: each["schema"] for each in described(ledger)["paths"]["/api/list"]["get"]["parameters"]
    }
    assert {"words", "status", "office", "leader", "problem", "field", "overdue", "due_within", "at"} <= {
        *given
    }
    assert given["overdue"] == {"type": "boolean"}
    assert given["words"]["type"] == "array"
    visitor = visit(ledger)
    assert len(visitor.client.get("/api/list?status=closed&overdue=false").json()) == len(
        ledger.json("list", "--status", "closed")
    )


def test_a_record_of_then_is_that_of_the_command(ledger: LedgerOnDisk) -> None:
    ledger.ok("submit", "1.2")
    visitor = visit(ledger)
    for identity in ("1.2", "1"):
        then = visitor.client.get(f"/api/show/{identity}?at=HEAD~1").json()
        assert then == ledger.json("show", identity, "--at", "HEAD~1")
        assert then != visitor.client.get(f"/api/show/{identity}").json() == ledger.json("show", identity)


def test_refusals_are_described_with_their_body(ledger: LedgerOnDisk) -> None:
    found = described(ledger)
    for path, methods in found["paths"].items():
        if path.startswith("/api/"):
            for operation in methods.values():
                assert {"200", "403", "409", "413", "422", "503"} <= {*operation["responses"]}, path
                for status in ("409", "422"):
                    schema = operation["responses"][status]["content"]["application/json"]["schema"]
                    assert schema["$ref"].endswith("/Refusal"), path
    assert {*found["components"]["schemas"]["Reason"]["properties"]} == {"code", "message", "hint"}


def test_each_refusal_has_its_code(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    program = client_of(ledger)
    assert program.get("/api/status").json()["error"]["code"] == "no-secret"
    program.headers["authorization"] = f"Bearer {KEY}"
    close: Any = {"ids": ["1.2"]}
    asked = [
        (program.post("/api/status"), 405, "not-allowed"),
        (program.get("/api/nothing"), 404, "not-found"),
        (program.get("/api/nothing", headers={"host": "evil.example"}), 421, "wrong-host"),
        (program.post("/api/close", json={"ids": []}), 422, "malformed"),
        (program.post("/api/close", json={"ids": ["9.9"]}), 409, "no-such"),
        (program.post("/api/close?dry_run=1", json=close), 422, "malformed"),
        (program.post("/api/progress", json=close | {"text": "x", "no_publish": "no"}), 422, "malformed"),
        (
            program.post("/api/attach", content=b"x", headers={"content-type": "multipart/form-data"}),
            422,
            "malformed",
        ),
        (
            program.post("/api/close", content="[" * 99999, headers={"content-type": "application/json"}),
            422,
            "malformed",
        ),
    ]
    monkeypatch.setattr(gate, "MAX_BYTES", 10)
    asked.append((program.post("/api/close", json=close), 413, "too-large"))
    for answer, status, code in asked:
        told = answer.json()["error"]
        assert {*told} == {"code", "message", "hint"}
        assert answer.status_code == status, told
        assert told["code"].startswith(code), told
    assert "GET" in asked[0][0].headers["allow"]


def test_a_form_that_cannot_be_read_is_not_called_a_missing_page(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    answer = visitor.client.post("/act", content=b"x", headers={"content-type": "multipart/form-data"})
    assert answer.status_code == 422
    assert "no such page" not in answer.text


def test_a_malformed_request_is_explained_in_the_language_of_the_desk(ledger: LedgerOnDisk) -> None:
    client = visit(ledger).client
    client.headers["authorization"] = f"Bearer {KEY}"
    client.cookies.set("language", "zh")
    asked: dict[str, Any] = {"ids": [], "zz": 1}
    for body in (asked, {"note": "x"}, "x", None):
        answer = client.post("/api/close", json=body)
        assert answer.status_code == 422
        assert re.search("[\u4e00-\u9fff]", message := answer.json()["error"]["message"])
        assert not re.search("[A-Za-z]{3,} [a-z]{2,} ", message), message
        assert re.match(r"(缺少 )?(ids|note|body)\b", message), message


@pytest.mark.parametrize("charset", ["undefined", "idna", '"utf-8\0"', "no-such", "utf-16"])
def test_a_form_in_another_encoding_is_malformed(ledger: LedgerOnDisk, charset: str) -> None:
    visitor = visit(ledger, raise_server_exceptions=False)
    body = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{visitor.token}é\r\n--x--\r\n'.encode()
    )
    for path in ("/act", "/api/attach"):
        kind = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
        answer = visitor.client.post(path, content=body, headers=kind | {"authorization": f"Bearer {KEY}"})
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("list?statsu=closed", "没有 statsu 这个选项", "是否应为“status”？"),
        ("list?due-within=5", "没有 due-within 这个选项", "是否应为“due_within”？"),
        ("list?overdue=maybe", "overdue 不能是“maybe”", "可选的有 1、0、true、false"),
        ("status?group=office", "没有 group 这个选项", "可选的有 by、at"),
        ("todo?offce=x", "没有 offce 这个选项", "是否应为“office”？"),
        ("show/1.2?lang=en", "没有 lang 这个选项", "可选的有 at"),
        ("validate?strict=1", "没有 strict 这个选项", ""),
    ],
)
def test_a_filter_with_a_typing_error_does_not_select_everything(
    ledger: LedgerOnDisk, query: str, message: str, hint: str
) -> None:
    client = visit(ledger).client
    client.cookies.set("language", "zh")
    answer = client.get(f"/api/{query}")
    assert answer.status_code == 422, answer.text[:200]
    error = answer.json()["error"]
    assert (error["message"], error["hint"]) == (message, hint)


def test_a_program_removes_what_the_command_removes(ledger: LedgerOnDisk) -> None:
    program = client_of(ledger)
    program.headers["authorization"] = f"Bearer {KEY}"
    program.cookies.set("language", "zh")
    ledger.ok("add", "measure", "1", "误登的措施")
    ledger.ok("add", "measure", "1", "另一项措施")
    ledger.ok("set", "1.2", "--goal", "与措施1.4一并推进")
    version = program.get("/api/show/1.3").json()["version"]
    refused = program.post("/api/remove", json={"ids": ["1.2"], "reason": "误登"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "was-started")
    for bad in ({"ids": ["1.3"]}, {"ids": ["1.3", "1.4"], "reason": "误登"}, {"ids": ["1.3"], "reason": " "}):
        assert program.post("/api/remove", json=bad).status_code == 422
    wrong = {"ids": ["1.3"], "reason": "误登", "versions": {"1.3": "0" * 40}}
    assert program.post("/api/remove", json=wrong).status_code == 409
    answer = program.post(
        "/api/remove", json=wrong | {"ids": ["１．３"], "versions": {"1.3": version}}
    ).json()
    assert answer["done"] == [{"id": "1.3", "title": "误登的措施", "from": "not_started", "to": None}]
    assert (answer["renumbered"], answer["completed"]) == ({"1.4": "1.3"}, [])
    said = [each["message"] for each in answer["warnings"]]
    assert said == ["文字中提到的编号已经变动：1.2 中的“措施1.4”现为 1.3"]
    assert answer["counts"] == ledger.json("status") | {"groups": []}
    assert ledger.git("log", "-1", "--format=%s").strip() == "删除 1.3 误登的措施"
    ledger.ok("close", "2.1")
    ledger.ok("add", "measure", "2", "误登的措施")
    last = program.post("/api/remove", json={"ids": ["2.4"], "reason": "误登"}).json()
    assert (last["completed"], last["notes"]) == (["2"], ["问题 2 已整改完成：推进不够有力"])
