"""Notices in the styles that real ones have, in which nothing is wrong: an editor who finds errors in them is not believed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from xuncha.proof.desk import proofread, read

CORPUS = Path(__file__).parents[1] / "exchange/corpus"
NOTICES = sorted(path for path in CORPUS.iterdir() if path.suffix in {".txt", ".md", ".html"})
TRUE = {"fewer-than-stated", "half-width", "heading-mark", "straight-quotes"}
"""Warnings that are true of them: they are cut short, and as web pages and typists leave them."""


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.name)
def test_a_good_notice_has_no_errors_and_only_true_warnings(path: Path) -> None:
    text, _silenced = read(path)
    found = [finding for finding in proofread(text, path.name) if finding.severity != "note"]
    assert [finding for finding in found if finding.severity == "error"] == []
    assert {finding.code for finding in found} <= TRUE


def test_there_are_notices_to_read() -> None:
    assert len(NOTICES) >= 10
