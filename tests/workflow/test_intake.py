"""Intake: the hash by which what was shown is told from what would be changed now."""

from __future__ import annotations

import pytest

from xuncha.workflow.intake import Intake, digest

SHOWN = {"a.yaml": b"1", "b.yaml": b"2"}
BEFORE = {"a.yaml": b"0", "b.yaml": None}


@pytest.mark.parametrize(
    ("files", "before"),
    [
        ({"a.yaml": b"1"}, BEFORE),
        ({"a.yaml": b"1", "b.yaml": b"3"}, BEFORE),
        ({"a.yaml": b"1", "c.yaml": b"2"}, BEFORE),
        (SHOWN, {"a.yaml": b"9", "b.yaml": None}),
        ({"a.yaml": b"11", "b.yaml": b"2"}, {"a.yaml": b"", "b.yaml": None}),
    ],
)
def test_an_import_is_not_carried_out_where_it_would_do_something_else_than_was_shown(
    files: dict[str, bytes], before: dict[str, bytes | None]
) -> None:
    assert digest(Intake(files), before) != digest(Intake(SHOWN), BEFORE)


def test_an_import_is_carried_out_whatever_order_its_files_come_in() -> None:
    other = dict(reversed(SHOWN.items()))
    assert digest(Intake(other), BEFORE) == digest(Intake(SHOWN), BEFORE)
