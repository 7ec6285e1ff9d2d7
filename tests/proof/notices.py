"""Notices for the tests, and what the proofreader reports of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.pages.line import plain_lines
from xuncha.proof.chapter import Text
from xuncha.proof.proofreader import proofread

if TYPE_CHECKING:
    from xuncha.errors import Finding, Place
    from xuncha.proof.chapter import LedgerFacts


def proof(text: str, facts: LedgerFacts | None = None) -> list[Finding[Place]]:
    """Return the findings in a text."""
    return proofread(Text(plain_lines(text), facts=facts), "通报.txt")


def codes(text: str, facts: LedgerFacts | None = None) -> list[str]:
    """Return the codes of the findings in a text, in its order."""
    return [finding.code for finding in proof(text, facts)]
