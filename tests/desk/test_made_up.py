"""Generated requests from OpenAPI cause no internal error and no partial change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk.served import KEY, visit

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

TEXT = st.one_of(
    st.sampled_from(
        [
            "1.2",
            "2.3",
            "9.9",
            "1",
            "2024-06-01",
            "risk=高",
            "分管副局长",
            "\ud800",
            "\x00",
            "\r\n",
            "-1",
            "--help",
            "1e999",
            "a\u202eb",
        ]
    ),
    st.text(st.characters(codec=None), max_size=8),
)
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=4,
)
SOME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def bodies(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Bodies that are nearly as a schema says."""
    fields = components[schema["$ref"].rpartition("/")[2]]["properties"]
    known = {name: st.one_of(_nearly(said), VALUE) for name, said in fields.items()}
    return st.one_of(
        st.fixed_dictionaries({}, optional=known),
        st.fixed_dictionaries(
            {
                "ids": st.lists(
                    st.sampled_from(["1.1", "1.2", "2.1", "3.1", "1", "9.9"]), min_size=1, max_size=3
                )
            },
            optional={k: _nearly(v) for k, v in fields.items() if k not in {"ids", "versions"}},
        ),
        VALUE,
    )


def _nearly(said: dict[str, Any]) -> st.SearchStrategy[Any]:
    kinds = {each.get("type") for each in said.get("anyOf", [said])}
    if "array" in kinds:
        return st.lists(TEXT, max_size=2)
    if "object" in kinds:
        return st.dictionaries(TEXT, TEXT, max_size=2)
    return st.booleans() if "boolean" in kinds else TEXT


def test_nothing_that_is_asked_is_a_bug(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    client = visitor.client
    told = client.get("/api/openapi.json").json()
    client.headers["authorization"] = f"Bearer {KEY}"
    posts = {
        path: ways["post"]["requestBody"]["content"]["application/json"]["schema"]
        for path, ways in told["paths"].items()
        if "post" in ways and "application/json" in ways["post"]["requestBody"]["content"]
    }
    gets = {
        path: [each["name"] for each in ways["get"].get("parameters", []) if each["in"] == "query"]
        for path, ways in told["paths"].items()
        if "get" in ways
    }
    filters = [
        "words",
        "status",
        "office",
        "leader",
        "person",
        "problem",
        "category",
        "field",
        "unassigned",
        "overdue",
        "due_within",
        "term",
        "at",
        "page",
        "order",
        "done",
    ]
    assert len(posts) > 8
    post = st.sampled_from(sorted(posts)).flatmap(
        lambda path: st.tuples(st.just(path), bodies(posts[path], told["components"]["schemas"]))
    )

    @SOME
    @given(post)
    def act(asked: tuple[str, Any]) -> None:
        path, body = asked
        answer = client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.status_code in {200, 400, 409, 422}, (path, body, answer.text)
        error = answer.json().get("error")
        assert (answer.status_code == 200) == (error is None)
        assert error is None or {"code", "message", "hint"} == {*error}

    @SOME
    @given(
        st.sampled_from([*sorted(gets), "/", "/measures", "/measures/{identity}", "/act"]),
        TEXT,
        st.dictionaries(st.sampled_from(filters), TEXT, max_size=2),
    )
    def look(path: str, name: str, some: dict[str, str]) -> None:
        query = "&".join(
            f"{key}={quote(value.encode(errors='surrogatepass'))}" for key, value in some.items()
        )
        asked = path.replace("{identity}", quote(name.encode(errors="surrogatepass"), safe=""))
        answer = client.get(f"{asked}?{query}")
        assert answer.status_code in {200, 303, 307, 404, 409, 422}, (asked, query, answer.text[:300])

    act()
    look()
    assert ledger.clean()
    ledger.ok("validate")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[" * 100_000, b'{"ids": ["1.2"], "note": "\\ud800"}', b'{"ids": ["1.2"], "ids": ["2.1"], "zz": 1}', b"\xff\xfe", b'{"ids": [' + b"9" * 5000 + b"]}", b'{"ids": ["1.2"], "versions": {"../x": "y"}}', b'{"ids": ["1.2"], "note": NaN}'])  # fmt: skip
def test_broken_bodies_are_malformed(ledger: LedgerOnDisk, body: bytes) -> None:
    client = visit(ledger).client
    for kind in (
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/x-www-form-urlencoded",
        "x" * 200,
        "",
    ):
        for path in ("/api/close", "/api/attach", "/act"):
            answer = client.post(
                path, content=body, headers={"content-type": kind, "authorization": f"Bearer {KEY}"}
            )
            assert answer.status_code in {400, 404, 409, 422}, (kind, path, answer.text[:200])
            assert "boundary" not in answer.text, "the framework's own words, in English"
    assert ledger.commits() == 1
