"""Generated ledgers with every status, term and light, as records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.model.vocabulary import STATUSES, TERMS

TODAY = date(2024, 6, 15)
NEAR = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
EDGES = st.sampled_from([-1, 0, 1, 13, 14, 15, -179, -180, -181]).map(
    lambda days: TODAY + timedelta(days=days)
)
DAYS = EDGES | NEAR
NAMES = ["局长", "分管副局长"]
OFFICES = ["办公室", "规划科"]


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """Draw a measure."""
    status = draw(st.sampled_from(STATUSES))
    term = draw(st.sampled_from(TERMS))
    said: dict[str, Any] = {
        "title": draw(st.sampled_from(["甲", "=1+1", "<b>乙</b>"])),
        "status": status,
        "term": term,
    }
    said |= {
        "due": draw(st.none() | DAYS),
        "leader": draw(st.none() | st.sampled_from(NAMES)),
        "office": draw(st.none() | st.sampled_from(OFFICES)),
        "publish": draw(st.booleans()),
    }
    if status == "closed":
        said["closed"] = {"date": draw(DAYS)} if draw(st.booleans()) else {}
        looks = draw(st.lists(st.tuples(DAYS, st.sampled_from(["holds", "slipped"])), max_size=2))
        said["reviews"] = [{"date": day, "result": result} for day, result in looks]
    return Measure.model_validate(said)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger, perhaps an empty one."""
    policy = {
        "due_soon_days": draw(st.sampled_from([0, 14, 3660])),
        "review_every_days": draw(st.sampled_from([1, 180, 3660])),
    }
    inspection = {"round": draw(st.sampled_from(["第一轮", None]))}
    settings = Settings.model_validate(
        {
            "organisation": draw(
                st.sampled_from(["水务局", "林业局", "=cmd|' /C calc'!A0", "<script>", "教育局 '", None])
            ),
            "inspection": {key: value for key, value in inspection.items() if value},
            "categories": [],
            "leaders": NAMES,
            "offices": OFFICES,
            "policy": policy,
        }
    )
    problems, found = {}, {}
    for number, several in enumerate(draw(st.lists(st.lists(measures(), max_size=5), max_size=5)), start=1):
        problems[number] = Problem(title=f"问题{number}", publish=draw(st.booleans()))
        for place, measure in enumerate(several, start=1):
            found[Identity(number, place)] = measure
    return Ledger(settings, problems, found)
