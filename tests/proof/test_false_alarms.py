"""Correct notices in the styles of real ones have no findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.notices.building import build
from tests.notices.description import Described, notices
from xuncha.notice.content import content as notice_of
from xuncha.notice.render import render
from xuncha.paper.own import OwnFiles
from xuncha.proof.proofreader import proofread, read
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as loaded

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


DESCRIBED = notices()
"""Notices with marks around what a reader takes out of them; without the marks they are clean."""


@pytest.mark.apart(but=20)
@pytest.mark.parametrize("notice", DESCRIBED, ids=lambda notice: notice.name)
def test_nothing_of_a_described_notice_is_an_error(notice: Described, tmp_path: Path) -> None:
    text, _silenced = read(build(notice, tmp_path))
    assert [finding for finding in proofread(text, notice.name) if finding.severity == "error"] == []


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx"])
def test_our_own_notice_has_neither_errors_nor_warnings(form: str, tmp_path: Path) -> None:
    ledger = WorkingTree(Path(__file__).parents[2])
    content = notice_of(loaded(ledger), date(2024, 4, 18))
    path = tmp_path / f"notice.{form}"
    path.write_bytes(render(content, form, OwnFiles({}))[0])
    text, _silenced = read(path)
    assert {finding.severity for finding in proofread(text, path.name)} <= {"note"}


def test_there_are_notices_to_read() -> None:
    assert len(NOTICES) >= 10
