"""Planning edits of data/ledger.yaml."""

from __future__ import annotations

import pytest

from xuncha.workflow.settings import categories


@pytest.mark.parametrize(
    ("taken", "keys"), [([], ["c1", "c2"]), (["c1", "a"], ["c2", "c3"]), (["c3", "c1"], ["c2", "c4"])]
)
def test_a_new_category_gets_the_first_key_that_is_free(taken: list[str], keys: list[str]) -> None:
    assert categories(taken, ["甲", "乙"]) == [
        {"key": key, "title": title} for key, title in zip(keys, ["甲", "乙"], strict=True)
    ]
