"""The merge driver loses nothing of either side, including YAML comments and layout."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import LEDGER, measure
from tests.store.edits import Append, Edit, Remove, Set, apply
from xuncha.errors import RefusedError
from xuncha.model.records import Measure
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse
from xuncha.store.record import make_record
from xuncha.sync.merging import merge_record

ENTRY = '  - date: 2024-03-01\n    text: "一号工作已经开展。"\n    evidence: [某水〔2024〕7号]\n'
BLOCK = (
    "# 措施 2.3\n"
    "title: '做好工作'   # 行尾说明\nleader: 局长\noffice: 规划科\nco_offices: [财务科]\ndue: 2024-12-31\nstatus: in_progress\npublish: true\n\n# 进展从这里开始\nprogress:\n"
    + ENTRY
    + "# 文末\n"
)
FLOW = "{title: 做好工作, leader: 局长, office: 规划科, co_offices: [财务科], due: 2024-12-31, status: in_progress, publish: true,\n progress: [{date: 2024-03-01, text: 一号工作已经开展。}]}\n"
LAYOUTS = {
    "block": BLOCK,
    "flow": FLOW,
    "crlf": BLOCK.replace("\n", "\r\n"),
    "bom": "\ufeff" + BLOCK,
    "no end": BLOCK.removesuffix("\n# 文末\n"),
    "entries in braces": BLOCK.replace(ENTRY, "  - {date: 2024-03-01, text: 一号工作已经开展。}\n"),
    "no indent": BLOCK.replace(ENTRY, re.sub("^  ", "", ENTRY, flags=re.MULTILINE)),
    "no entries": BLOCK.replace("progress:\n" + ENTRY, "progress: []\n"),
}
days = st.dates().map(lambda day: day.replace(year=2024, day=min(day.day, 28)).isoformat())
words = st.text(alphabet="甲乙丙丁：#-，[]{}'\" a\n", min_size=1, max_size=12).filter(
    lambda text: bool(text.strip())
)
entries = st.fixed_dictionaries(
    {"date": days, "text": words},
    optional={
        "evidence": st.lists(
            words.filter(lambda text: "\n" not in text), min_size=1, max_size=2, unique=True
        ),
        "publish": st.just(False),
    },
)
edits = st.one_of(
    st.builds(Append, st.just("progress"), entries),
    st.builds(Set, st.just("due"), days),
    st.builds(lambda day: [Set("status", "closed"), Set("closed", {"date": day, "by": "甲"})], days),
    st.just(Set("status", "submitted")),
    st.builds(
        Set, st.sampled_from(["title", "goal", "notice_text", "leader"]), words.map(str.split).map(" ".join)
    ),
    st.builds(
        Set, st.just("co_offices"), st.lists(st.sampled_from(["财务科", "办公室", "规划科"]), unique=True)
    ),
    st.builds(Set, st.just("escalated"), st.fixed_dictionaries({"to": st.just("局长"), "date": days})),
    st.sampled_from([Remove("co_offices"), Set("publish", False), [Remove("due"), Set("term", "long_term")]]),
)


def edited(content: bytes, changes: list[Edit | list[Edit]]) -> bytes:
    """Apply the changes of some commands to a file, and leave out those that its layout does not allow."""
    for change in changes:
        if change == Set("status", "submitted") and "closed" in parse(content):
            continue  # the workflow does not lead there
        try:
            content = apply(content, change if isinstance(change, list) else [change])
        except RefusedError:
            continue
    return content


def texts(data: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count the entries of a measure, by day and text."""
    return Counter((entry["date"], entry["text"]) for entry in data.get("progress") or [])


@given(st.sampled_from(sorted(LAYOUTS)), st.lists(edits, max_size=4), st.lists(edits, max_size=4))
def test_either_way_the_same_comes_out_and_nothing_is_lost(
    layout: str, one: list[Any], other: list[Any]
) -> None:
    base = LAYOUTS[layout].encode()
    ours, theirs = edited(base, one), edited(base, other)
    try:
        here = merge_record(base, ours, theirs)
        there = merge_record(base, theirs, ours)
    except UnreadableError:
        assert merge_record(base, ours, theirs, take="ours").disputes, (
            "only a dispute cannot be shown in braces"
        )
        return
    assert {each.location for each in here.disputes} == {each.location for each in there.disputes}
    if here.disputes:
        with pytest.raises(UnreadableError) as caught:
            parse(here.result)
        assert caught.value.finding.code == "merge-conflict"
        here, there = (
            merge_record(base, ours, theirs, take="ours"),
            merge_record(base, theirs, ours, take="theirs"),
        )
    united = parse(here.result)
    assert united == parse(there.result)
    assert texts(united) == texts(parse(ours)) | texts(parse(theirs)), (
        "nothing is lost, and nothing is there twice"
    )
    assert make_record(Measure, united).findings == []
    closed = [parse(each).get("status") == "closed" for each in (ours, theirs)]
    assert (united["status"] == "closed") == any(closed) == ("closed" in united)


@given(st.sampled_from(sorted(LAYOUTS)), st.lists(edits, max_size=4))
def test_what_one_side_alone_has_changed_is_taken_byte_for_byte(layout: str, changes: list[Any]) -> None:
    base = LAYOUTS[layout].encode()
    changed = edited(base, changes)
    assert merge_record(base, changed, base) == (changed, ())
    assert merge_record(base, base, changed) == (changed, ())
    assert merge_record(base, changed, changed) == (changed, ())


@given(st.lists(edits, max_size=3), st.lists(edits, max_size=3), st.data())
def test_comments_of_both_sides_stay(one: list[Any], other: list[Any], data: st.DataObject) -> None:
    base = BLOCK.encode()
    sides = []
    for name, changes in (("我方", one), ("对方", other)):
        lines = edited(base, changes).decode().split("\n")
        free = [place for place, line in enumerate(lines) if re.match(r"[a-z_]+: |  - date: ", line)]
        place = data.draw(st.sampled_from(free))
        lines.insert(place, f"{' ' * (len(lines[place]) - len(lines[place].lstrip()))}# 批注：{name}")
        sides.append("\n".join(lines).encode())
    united = merge_record(base, *sides, take="ours").result.decode()
    assert parse(united.encode())
    for mine, theirs, name in ((sides[0], sides[1], "我方"), (sides[1], sides[0], "对方")):
        del theirs
        below = mine.decode().split(f"# 批注：{name}\n")[1].split("\n")[0]
        assert f"# 批注：{name}" in united or below.strip() not in united, (
            "a comment goes with its line alone"
        )
    for comment in ("# 措施 2.3", "# 文末"):
        assert united.count(comment) == 1


def test_lines_that_nobody_changed_stay_as_they_are() -> None:
    base = BLOCK.encode()
    ours = apply(base, [Append("progress", {"date": "2024-05-01", "text": "乙。"})])
    theirs = apply(base, [Append("progress", {"date": "2024-04-01", "text": "甲。"})])
    first, second = "  - date: 2024-04-01\n    text: 甲。\n", "  - date: 2024-05-01\n    text: 乙。\n"
    expected = BLOCK.replace(ENTRY, ENTRY + first + second)
    assert merge_record(base, ours, theirs).result.decode() == expected
    assert merge_record(base, theirs, ours).result.decode() == expected


def test_a_dispute_is_marked_at_its_lines_and_at_no_others() -> None:
    base = measure("2.3").encode()
    ours = apply(base, [Set("title", "甲"), Append("progress", {"date": "2024-05-01", "text": "乙。"})])
    theirs = apply(base, [Set("title", "丙"), Set("leader", "局长")])
    merged = merge_record(base, ours, theirs)
    assert [(each.ours, each.theirs) for each in merged.disputes] == [("甲", "丙")]
    marked = "<<<<<<< ours\ntitle: 甲   # 行尾说明\n=======\ntitle: 丙   # 行尾说明\n>>>>>>> theirs\n"
    assert marked in merged.result.decode()
    assert merged.result.decode().replace(marked, "").count("<<<") == 0
    for settled, title in (
        (merge_record(base, ours, theirs, take="ours"), "甲"),
        (merge_record(base, ours, theirs, take="theirs"), "丙"),
    ):
        assert parse(settled.result)["title"] == title
        assert parse(settled.result)["leader"] == "局长"
        assert b"<<<" not in settled.result


def test_a_closing_in_dispute_is_shown_with_its_status() -> None:
    base = measure("2.3", "submitted").encode()
    closed = apply(base, [Set("status", "closed"), Set("closed", {"date": "2024-05-01"})])
    returned = apply(base, [Set("status", "in_progress")])
    text = merge_record(base, returned, closed).result.decode()
    assert "<<<<<<< ours\nstatus: in_progress\n=======\nstatus: closed\n>>>>>>> theirs\n" in text
    assert "<<<<<<< ours\n=======\nclosed: {date: 2024-05-01}\n>>>>>>> theirs\n" in text


def test_the_settings_of_the_ledger_are_merged_too() -> None:
    base = LEDGER.encode()
    ours = LEDGER.replace("leaders: [局长, 分管副局长]", "leaders: [局长, 分管副局长, 总工程师]").replace(
        "due_soon_days: 14", "due_soon_days: 7"
    )
    theirs = LEDGER.replace("offices: [办公室,", "offices: [党办, 办公室,").replace(
        "  ended: 2023-09-08\n", "  ended: 2023-09-09   # 更正\n"
    )
    merged = merge_record(base, ours.encode(), theirs.encode())
    assert merged == merge_record(base, theirs.encode(), ours.encode())
    assert merged.result.decode() == ours.replace("offices: [办公室,", "offices: [党办, 办公室,").replace(
        "  ended: 2023-09-08\n", "  ended: 2023-09-09   # 更正\n"
    )


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"- a\n- b\n", b"title: [\n", b"<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> b\n"],
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    base = measure("2.3").encode()
    with pytest.raises(UnreadableError):
        merge_record(base, content, apply(base, [Set("title", "甲")]))
    with pytest.raises(UnreadableError):
        merge_record(base, apply(base, [Set("title", "甲")]), content)
