"""Reading the made-up notices of the corpus field by field, without inventing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notices.building import build
from tests.notices.comparison import compare, look
from tests.notices.description import Described, notices

if TYPE_CHECKING:
    from pathlib import Path

NOTICES = notices()
NOT_READ: dict[str, str] = {
    "u3-united-front-measures-and-effects": "of a part kept unseen until the reader was done, and left as it was read",
}
SHOWN = {each.name: each for each in NOTICES}


def test_there_are_enough_of_each_kind() -> None:
    assert len(NOTICES) >= 60
    assert {each.kind for each in NOTICES} == {"txt", "docx", "html"}


@pytest.mark.apart(but=60)
@pytest.mark.parametrize(
    "notice",
    [
        pytest.param(
            each, marks=pytest.mark.xfail(reason=NOT_READ[each.name]) if each.name in NOT_READ else ()
        )
        for each in NOTICES
    ],
    ids=lambda each: each.name,
)
def test_a_notice_is_read_as_its_reader_would(notice: Described, tmp_path: Path) -> None:
    assert compare(notice, look(build(notice, tmp_path))).differences == []


def test_a_wrong_reading_is_found_out(tmp_path: Path) -> None:
    notice = SHOWN["measures-numbered-with-paragraphs"]
    found = look(build(notice, tmp_path))
    assert found
    first, second = found["categories"][0]["problems"][0]["measures"]
    first["leader"], second["due"], second["status"], second["entered"] = "刘芳", None, "closed", "closed"
    found["dates"]["feedback"] = None
    outcome = compare(notice, found)
    assert {each.where.rpartition(": ")[2] for each in outcome.differences} == {
        "leader",
        "due",
        "status",
        "feedback",
    }
    assert {each.where.rpartition(": ")[2] for each in outcome.inventions} == {"status"}


def test_what_is_refused_has_nothing_right() -> None:
    outcome = compare(SHOWN["four-levels"], None)
    assert len(outcome.differences) == outcome.fields
    assert outcome.inventions == []
