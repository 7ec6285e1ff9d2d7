"""Reading and writing the texts of single cells."""

from __future__ import annotations

import pytest

from xuncha.exchange.sheet.cells import entries, show_entry


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。",
        "2024年3月1日：开会研究。\n形成会议纪要。（不公开）",
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。（不公开）",
    ],
)
def test_what_is_marked_as_internal_on_any_line_is_not_public(text: str) -> None:
    (entry,) = entries(text)
    assert entry == {"date": "2024-03-01", "text": "开会研究。\n形成会议纪要。", "publish": False}
    assert entries(show_entry(entry)) == [entry]
