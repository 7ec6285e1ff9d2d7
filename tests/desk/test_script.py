"""The desk's script, checked as text: it works with the forms and submits nothing unasked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import xuncha.desk
from tests.desk.client import Browser

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

SCRIPT = re.sub(
    "//.*", "", (Path(xuncha.desk.__file__).parent / "static" / "desk.js").read_text(encoding="utf-8")
)


def test_no_field_hides_what_the_script_asks_of_its_form(ledger: LedgerOnDisk) -> None:
    """`form.action` is the field of that name where there is one: an upload went to its value."""
    page = Browser(ledger.root).get("/act?action=attach&id=1.2")
    names = set(re.findall(r'<(?:input|button|select|textarea)\b[^>]*\bname="(\w+)"', page.text))
    assert {"action", "file", "token"} <= names
    assert not names & set(re.findall(r"\bform\.(\w+)", SCRIPT))


def test_nothing_is_sent_before_somebody_says_so() -> None:
    """Choosing is not sending (WCAG 3.2.2); a form that is sent without its button says not what it asks for."""
    assert "requestSubmit" not in SCRIPT
    assert not re.search(r'addEventListener\("change"', SCRIPT)
