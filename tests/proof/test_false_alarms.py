"""Notices in the styles that real ones have, in which nothing is wrong: an editor who finds errors in them is not believed again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.proof.notices import proof
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


DESCRIBED = sorted((CORPUS.parents[1] / "corpus/notices").glob("*.notice"))
"""Notices with marks around what a reader takes out of them; without the marks they are clean."""
OF_SUMS = {"parts-exceed", "span-length", "date-order", "count-sum", "count-differs", "completion-rate"}


@pytest.mark.parametrize("path", DESCRIBED, ids=lambda path: path.name)
def test_no_sum_and_no_day_of_a_described_notice_is_an_error(path: Path) -> None:
    text = path.read_text(encoding="utf-8").partition("=== notice\n")[2].partition("=== truth")[0]
    text = re.sub("^(?:hidden|box|style):.*$", "", text, flags=re.MULTILINE)
    bare = re.compile(r"\{[a-z]+[?]?(?:=\S*)? ?([^{}]*)\}")
    while (less := bare.sub(r"\1", text)) != text:
        text = less
    assert OF_SUMS & {finding.code for finding in proof(text)} == set()


def test_there_are_notices_to_read() -> None:
    assert len(NOTICES) >= 10
