"""Intake: the hash by which what was shown is told from what would be changed now."""

from __future__ import annotations

import pytest

from xuncha.workflow.intake import Intake

SHOWN = {"a.yaml": b"1", "b.yaml": b"2"}
BEFORE = {"a.yaml": b"0"}


@pytest.mark.parametrize(
    ("files", "before"),
    [
        ({"a.yaml": b"1"}, BEFORE),
        ({"a.yaml": b"1", "b.yaml": b"3"}, BEFORE),
        ({"a.yaml": b"1", "c.yaml": b"2"}, BEFORE),
        (SHOWN, {"a.yaml": b"9"}),
        ({"a.yaml": b"11", "b.yaml": b"2"}, {"a.yaml": b""}),
    ],
)
def test_an_import_is_not_carried_out_where_it_would_do_something_else_than_was_shown(
    files: dict[str, bytes], before: dict[str, bytes]
) -> None:
    assert Intake(files, before=before).digest() != Intake(SHOWN, before=BEFORE).digest()


def test_an_import_is_carried_out_whatever_order_its_files_come_in() -> None:
    other = dict(reversed(SHOWN.items()))
    assert Intake(other, before=BEFORE).digest() == Intake(SHOWN, before=BEFORE).digest()
