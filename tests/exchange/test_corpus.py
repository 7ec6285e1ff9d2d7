"""Reading made-up notices in the styles of real ones, written before the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xuncha.pages import lines
from xuncha.reading.notice import as_json
from xuncha.reading.reading import read

CORPUS = Path(__file__).parent / "corpus"
NOTICES = sorted(path for path in CORPUS.iterdir() if path.suffix != ".json")


def expected(path: Path) -> dict[str, Any]:
    """Return what must be read from a notice, with every key of a measure; a text is given by its beginning and its end."""
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    nothing = {"part": None, "status": None, "leader": None, "office": None, "due": None}
    for category in found["categories"]:
        for problem in category["problems"]:
            problem["measures"] = [
                nothing | (measure if isinstance(measure, dict) else {"text": measure})
                for measure in problem["measures"]
            ]
    return found


def abridged(found: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """Abridge each text that was read like the expected one, if both begin and end alike."""
    for category, other in zip(found["categories"], like["categories"], strict=False):
        for problem, wanted in zip(category["problems"], other["problems"], strict=False):
            for measure, text in zip(problem["measures"], problem_texts(wanted), strict=False):
                begin, dots, end = text.partition("…")
                if dots and measure["text"].startswith(begin) and measure["text"].endswith(end):
                    measure["text"] = text
    return found


def problem_texts(problem: dict[str, Any]) -> list[str]:
    return [measure["text"] for measure in problem["measures"]]


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.name)
def test_a_notice_is_read_as_its_reader_would(path: Path) -> None:
    wanted = expected(path)
    assert abridged(as_json(read(lines(path))), wanted) == wanted
