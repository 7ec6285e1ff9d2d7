"""Schemathesis tests the API against OpenAPI; skipped if it is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.desk.served import BASE, KEY, visit

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

_TAKEN = ("method", "url", "params", "json", "data", "files", "content")


@pytest.mark.apart
def test_no_request_is_a_bug(ledger: LedgerOnDisk) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not here")
    client = visit(ledger).client
    described = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    client.headers["authorization"] = f"Bearer {KEY}"
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:

        @settings(max_examples=10, database=None, suppress_health_check=[*HealthCheck])
        @given(operation.as_strategy())
        def ask(case: Any) -> None:
            asked = case.as_transport_kwargs(base_url=BASE)
            headers = {
                name: value for name, value in (asked["headers"] or {}).items() if name != "User-Agent"
            }
            answer = client.request(**{key: asked[key] for key in _TAKEN if key in asked}, headers=headers)
            assert answer.status_code in {200, 303, 400, 404, 405, 409, 422}, (case, answer.text[:300])

        ask()
    assert ledger.clean()
    ledger.ok("validate")
