"""Findings in the published notice of 18 April 2024 are those of a careful editor.

The text of the notice is not in this repository: XUNCHA_SEED names a file with it. Expected findings are in seed.yaml.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.proof.notices import proof
from xuncha.proof.proofreader import RULES

HERE = Path(__file__).parent
_NAMED = os.environ.get("XUNCHA_SEED", "")
SEED = Path(_NAMED).read_text(encoding="utf-8") if _NAMED else ""
LINES = SEED.split("\n")
has_seed = pytest.mark.skipif(not SEED, reason="XUNCHA_SEED names no file with the notice")
MARKED: dict[str, Any] = YAML(typ="safe", pure=True).load((HERE / "seed.yaml").read_text(encoding="utf-8"))


@has_seed
def test_what_is_found_is_what_the_editor_marked() -> None:
    found = proof(SEED)
    wanted = Counter((item["line"], item["code"]) for item in MARKED["found"])
    wanted += Counter((line, "half-width") for line in MARKED["half_width"])
    assert Counter((finding.place.line, finding.code) for finding in found) == wanted


@has_seed
def test_each_is_found_where_its_words_stand() -> None:
    found = {(finding.place.line, finding.code, finding.place.column) for finding in proof(SEED)}
    for item in MARKED["found"]:
        places = [
            column
            for line, code, column in found
            if (line, code) == (item["line"], item["code"])
            and LINES[line - 1].startswith(item["words"], column - 1)
        ]
        assert places, item


@has_seed
@pytest.mark.parametrize("item", MARKED["missed"], ids=lambda item: f"line {item['line']}")
def test_what_is_said_to_be_missed_stands_there(item: dict[str, Any]) -> None:
    for part in item["words"].replace("…", " ").split():
        assert part in LINES[item["line"] - 1]


def test_every_mark_is_argued() -> None:
    for item in MARKED["found"] + MARKED["missed"]:
        assert item["why"].endswith((".", "?"))
        assert "code" not in item or item["code"] in RULES
