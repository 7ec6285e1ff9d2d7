"""Values that each key of each file refuses, and the flat rows for counting."""

from __future__ import annotations

import copy
import unicodedata
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from xuncha.model.fields import Amount, Day, FieldValue, Key, Line, Name, Text
from xuncha.model.identity import Identity
from xuncha.model.records import Comment, EvidenceFile, Ledger, Measure, Problem
from xuncha.model.register import FieldFrame
from xuncha.model.settings import Settings

HASH = "0123456789abcdef" * 4
SETTINGS: dict[str, Any] = {
    "organisation": "中共某市水务局党组",
    "inspection": {
        "inspector": "市委第二巡察组",
        "round": "八届市委第一轮巡察",
        "started": "2023-06-05",
        "ended": "2023-09-08",
        "feedback": "2023-11-10",
    },
    "categories": [{"key": "a", "title": "关于学习贯彻方面"}],
    "leading_group": {"head": "局长", "office": "办公室"},
    "leaders": ["局长", "分管副局长"],
    "offices": ["办公室", "规划科"],
    "contact": {
        "office": "办公室",
        "phone": "0546-1234567",
        "address": "某路1号",
        "email": "a@example.cn",
        "until": "2024-07-15",
        "hours": "工作日8:30至17:30",
    },
    "notice": {
        "title": "通报",
        "issuer": "党组",
        "date": "2024-06-15",
        "short_name": "我局",
        "measure_unit": "项",
        "rhythm": "每周",
        "not_started_text": "列入下一阶段。",
        "work": ["甲。"],
        "next_steps": ["乙。"],
    },
    "papers": {
        "signer": "张某",
        "copies": ["责任领导"],
        "plan_date": "2023-12-10",
        "head_work": ["主持召开专题会议。"],
    },
    "outcomes": [{"key": "rules", "label": "制定修订制度", "unit": "项"}],
    "fields": [
        {"key": "cause", "label": "根本原因", "of": "problem", "type": "text", "choices": []},
        {"key": "风险", "label": "风险等级", "of": "measure", "type": "choice", "choices": ["高", "低"]},
    ],
    "people": [{"name": "李敏", "emails": ["limin@a.example", "lm@b.example"]}],
    "requires": ">=0.1",
    "policy": {"due_soon_days": 14, "close_requires": ["progress"], "review_every_days": 180},
    "proof": [{"code": "half-width", "words": "某路1号"}],
}
PROBLEM: dict[str, Any] = {
    "title": "重点工程推进缓慢",
    "category": "a",
    "finding": "原话。\n第二行。",
    "publish": True,
    "fields": {"cause": "人手不足"},
}
MEASURE: dict[str, Any] = {
    "title": "完成泵站前期手续",
    "goal": "年底前完成",
    "part": "子问题",
    "term": "once",
    "leader": "分管副局长",
    "office": "规划科",
    "co_offices": ["财务科"],
    "person": "张某",
    "due": "2024-12-31",
    "status": "closed",
    "publish": True,
    "progress": [
        {
            "date": "2024-09-12",
            "text": "已办。",
            "evidence": [
                "某水〔2024〕31号",
                {"file": "意见.pdf", "sha256": HASH, "size": 7, "name": "意见 .pdf"},
            ],
            "publish": False,
        }
    ],
    "outcomes": {"rules": 1, "recovered": 12.5},
    "escalated": {"to": "局长", "date": "2024-11-01"},
    "notice_text": "通报的话。",
    "closed": {"date": "2024-12-20", "by": "办公室", "note": "注"},
    "reviews": [{"date": "2025-06-01", "result": "holds", "text": "看过。"}],
    "fields": {"风险": "高", "投入": 12.5},
}
COMMENT: dict[str, Any] = {
    "received": "2024-05-06",
    "channel": "phone",
    "text": "泵站晚上有噪声。\n望处理。",
    "about": "2.10",
    "name": "王某",
    "reply": {"date": "2024-05-10", "text": "已加装隔音。"},
}
KINDS: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "ledger": (Settings, SETTINGS),
    "problem": (Problem, PROBLEM),
    "measure": (Measure, MEASURE),
    "comment": (Comment, COMMENT),
}

LINES = [
    "",
    " ",
    "\u3000",
    "\t",
    "甲\n乙",
    "甲\t乙",
    "\x1b[31m甲",
    "甲\u202e乙",
    "x" * 2001,
    1,
    1.5,
    True,
    None,
    ["甲"],
    {"甲": "乙"},
]
NAMES = [*LINES, "x" * 201]
TEXTS = [
    "",
    " \n ",
    "\x00",
    "甲\x07",
    "甲\r\n乙",
    "甲\u2028乙",
    "x" * 50_001,
    1,
    False,
    ["甲"],
    {"甲": "乙"},
]
DATES = [
    "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "2024-1-2", "2024/01/02", "2024.1.2", "20240102", "24-01-02",
    "2024-01-02T00:00:00", "2024-01-02 ", " 2024-01-02", "2024-01", "2024", "2024-W01-1", "２０２４-01-02", "2024年1月2日", "年底前", "",
    20240102, 1.5, True, [], {}, ["2024-01-02"],
]  # fmt: skip
SWITCHES = ["true", "yes", "", 0, 1, None, []]
KEYS = ["", "A", "a-b", "a b", "1a", "_a", "方面", "a.b", "x" * 61, 1, None, True, ["a"]]
VALUES: list[Any] = [None, True, [], {}, ["高"], float("nan"), float("inf")]
"""What is no value of a declared field: neither text nor a number."""
MAPPINGS = ["甲", 1, True, ["甲"], []]
LISTS = ["甲", 1, True, {}, {"甲": 1}]

REFUSED: dict[str, dict[tuple[str | int, ...], list[Any]]] = {
    "ledger": {
        ("organisation",): [line for line in LINES if line is not None],
        ("inspection",): [*MAPPINGS, None],
        ("inspection", "inspector"): [line for line in LINES if line is not None],
        ("inspection", "round"): [line for line in LINES if line is not None],
        ("inspection", "started"): DATES,
        ("inspection", "ended"): DATES,
        ("inspection", "feedback"): DATES,
        ("categories",): [*LISTS, None, ["a"], [None], [{}]],
        ("categories", 0, "key"): KEYS,
        ("categories", 0, "title"): LINES,
        ("leading_group",): [*MAPPINGS, {}],
        ("leading_group", "head"): NAMES,
        ("leading_group", "office"): [name for name in NAMES if name is not None],
        ("leaders",): [*LISTS, None, [1], [None], [""]],
        ("offices",): [*LISTS, None, [1], [None], [""]],
        ("contact",): [*MAPPINGS, None],
        ("contact", "office"): [line for line in LINES if line is not None],
        ("contact", "phone"): [line for line in LINES if line is not None],
        ("contact", "address"): [line for line in LINES if line is not None],
        ("contact", "email"): [line for line in LINES if line is not None],
        ("contact", "until"): DATES,
        ("contact", "hours"): [line for line in LINES if line is not None],
        ("notice",): [*MAPPINGS, None],
        ("notice", "short_name"): [line for line in LINES if line is not None],
        ("notice", "measure_unit"): ["个", "条 ", "", None, 1, []],
        ("notice", "rhythm"): [line for line in LINES if line is not None],
        ("notice", "not_started_text"): TEXTS,
        ("notice", "title"): [line for line in LINES if line is not None],
        ("notice", "issuer"): [line for line in LINES if line is not None],
        ("notice", "date"): DATES,
        ("notice", "work"): [*LISTS, None, [""], [1]],
        ("notice", "next_steps"): [*LISTS, None, [""], [1]],
        ("papers",): [*MAPPINGS, None],
        ("papers", "signer"): [line for line in LINES if line is not None],
        ("papers", "copies"): [*LISTS, None, [""], [1]],
        ("papers", "plan_date"): DATES,
        ("papers", "head_work"): [*LISTS, None, [""], [1]],
        ("outcomes",): [*LISTS, None, ["rules"]],
        ("outcomes", 0, "key"): KEYS,
        ("outcomes", 0, "label"): LINES,
        ("outcomes", 0, "unit"): LINES,
        ("fields",): [*LISTS, None, ["risk"], [{}]],
        ("fields", 0, "key"): ["", "a-b", "a b", "1a", "a.b", "风险（级）", "x" * 61, 1, None, True, ["a"]],
        ("fields", 0, "label"): LINES,
        ("fields", 0, "of"): ["ledger", "Problem", "", None, 1, []],
        ("fields", 0, "type"): ["bool", "Text", "", None, 1, []],
        ("fields", 0, "choices"): [*LISTS, None, [1], [None], [""]],
        ("people",): [*LISTS, None, ["李敏"], [{}]],
        ("people", 0, "name"): NAMES,
        ("people", 0, "emails"): [*LISTS, None, [1], [None], [""]],
        ("requires",): ["0.2", ">0.2", ">=", ">=a", ">=0.2 ", "==0.2", ">=0.2,<1", 0.2, True, []],
        ("proof",): [*LISTS, None, ["half-width"]],
        ("proof", 0, "code"): ["", "Half", "half width", "半角", "half_width", "-half", 1, None, "a" * 61],
        ("proof", 0, "words"): [line for line in LINES if line is not None],
        ("policy",): [*MAPPINGS, None],
        ("policy", "due_soon_days"): [-1, 3661, "14", 14.0, 14.5, True, None, [], 10**30],
        ("policy", "close_requires"): [*LISTS, None, ["everything"], [1], [None]],
        ("policy", "review_every_days"): [0, -1, 3661, "180", 180.0, True, None, []],
    },
    "problem": {
        ("title",): LINES,
        ("category",): [key for key in KEYS if key is not None],
        ("finding",): TEXTS,
        ("publish",): SWITCHES,
        ("fields",): [*MAPPINGS, None],
        ("fields", "cause"): VALUES,
    },
    "measure": {
        ("title",): LINES,
        ("goal",): TEXTS,
        ("part",): [line for line in LINES if line is not None],
        ("term",): ["forever", "Once", "", None, 1, True, []],
        ("leader",): [name for name in NAMES if name is not None],
        ("office",): [name for name in NAMES if name is not None],
        ("co_offices",): [*LISTS, None, [1], [None], [""], [["财务科"]]],
        ("person",): [name for name in NAMES if name is not None],
        ("due",): DATES,
        ("status",): ["done", "Closed", "closed ", "", None, 1, True, [], {}],
        ("publish",): SWITCHES,
        ("progress",): [*LISTS, None, ["已办。"], [None], [{}]],
        ("progress", 0, "date"): DATES,
        ("progress", 0, "text"): [*TEXTS, None],
        ("progress", 0, "evidence"): [*LISTS, None, [None], [""], [1], [[]], [{}]],
        ("progress", 0, "evidence", 0): ["", "甲\n乙", 1, True, None, []],
        ("progress", 0, "evidence", 1, "file"): [
            "", ".", "..", ".hidden", "../x", "a/b", "/etc/passwd", "a\\b", "\\\\host\\x", "a\nb", "a\tb", "a\x00", "\u202ea", "x" * 201,
            1, None, True, ["a"],
        ],
        ("progress", 0, "evidence", 1, "size"): ["7", -1, 1.5, True],
        ("progress", 0, "evidence", 1, "name"): ["", 7, "意\x1b见.pdf"],
        ("progress", 0, "evidence", 1, "sha256"): [
            "", HASH.upper(), HASH[:-1], HASH + "0", "g" * 64, f" {HASH}", f"{HASH}\n", 0, None, True,
        ],
        ("progress", 0, "publish"): SWITCHES,
        ("outcomes",): [[], "rules", 1, None],
        ("outcomes", "rules"): [-1, -0.5, "1", True, None, [], float("nan"), float("inf"), float("-inf")],
        ("escalated",): [*MAPPINGS, {}],
        ("escalated", "to"): NAMES,
        ("escalated", "date"): [*DATES, None],
        ("notice_text",): TEXTS,
        ("closed",): [*MAPPINGS, "2024-12-20"],
        ("closed", "date"): DATES,
        ("closed", "by"): [line for line in LINES if line is not None],
        ("closed", "note"): TEXTS,
        ("reviews",): [*LISTS, None, ["holds"], [{}]],
        ("reviews", 0, "date"): [*DATES, None],
        ("reviews", 0, "result"): ["ok", "Holds", "", None, True, 1],
        ("reviews", 0, "text"): TEXTS,
        ("fields",): [*MAPPINGS, None],
        ("fields", "风险"): VALUES,
    },
    "comment": {
        ("received",): [*DATES, None],
        ("channel",): ["letter", "Phone", "", None, 1, []],
        ("text",): [*TEXTS, None],
        ("about",): ["", "2.", "0", "2.0", "2.3.4", "甲", 2.1, 2, True, []],
        ("name",): [line for line in LINES if line is not None],
        ("reply",): [*MAPPINGS, {}],
        ("reply", "date"): [*DATES, None],
        ("reply", "text"): [*TEXTS, None],
    },
}  # fmt: skip


def _with(data: dict[str, Any], location: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    inner: Any = changed
    for step in location[:-1]:
        inner = inner[step]
    inner[location[-1]] = value
    return changed


def _without(data: dict[str, Any], location: tuple[str | int, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    inner: Any = changed
    for step in location[:-1]:
        inner = inner[step]
    del inner[location[-1]]
    return changed


def _complaints(kind: type[BaseModel], data: object) -> list[tuple[int | str, ...]]:
    """Where pydantic complains; nowhere if the record is accepted."""
    try:
        kind.model_validate(data)
    except ValidationError as error:
        return [_plain(complaint["loc"]) for complaint in error.errors()]
    return []


def _plain(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the path to a value without the tag that pydantic adds for a kind of evidence."""
    return tuple(
        step for place, step in enumerate(location) if place < 2 or location[place - 2] != "evidence" or step not in {"text", "file"}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "location"),
    [
        pytest.param(name, location, id=f"{name}:{'.'.join(map(str, location))}")
        for name, table in REFUSED.items()
        for location in table
    ],
)
def test_a_value_that_is_none_of_its_key_is_refused_at_that_key(
    name: str, location: tuple[str | int, ...]
) -> None:
    kind, good = KINDS[name]
    let_through = []
    for value in REFUSED[name][location]:
        places = _complaints(kind, _with(good, location, value))
        if not places or any(place[: len(location)] != location for place in places):
            let_through.append((value, places))
    assert not let_through


def _keys(kind: type[BaseModel], above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for key, field in kind.model_fields.items():
        found.add((*above, key))
        kinds = [field.annotation]
        while kinds:
            inner = kinds.pop()
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= _keys(inner, (*above, key))
            kinds += get_args(inner)
    return found


@pytest.mark.parametrize("name", KINDS)
def test_no_key_is_left_out_of_the_table_of_refusals(name: str) -> None:
    tried = {tuple(step for step in location if isinstance(step, str)) for location in REFUSED[name]}
    own = {("outcomes", "rules"), ("fields", "cause"), ("fields", "风险")}
    assert tried - own == _keys(KINDS[name][0])


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_record_is_accepted_and_keeps_what_it_was_given(name: str) -> None:
    kind, good = KINDS[name]
    assert kind.model_validate(good).model_dump(mode="json") == good


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("ledger", ("categories",)), ("ledger", ("leaders",)), ("ledger", ("offices",)), ("ledger", ("categories", 0, "key")),
        ("ledger", ("categories", 0, "title")), ("ledger", ("leading_group", "head")), ("ledger", ("outcomes", 0, "key")),
        ("ledger", ("outcomes", 0, "label")), ("ledger", ("outcomes", 0, "unit")), ("ledger", ("fields", 0, "key")),
        ("ledger", ("fields", 0, "label")), ("ledger", ("fields", 0, "of")), ("ledger", ("people", 0, "name")),
        ("ledger", ("people", 0, "emails")), ("ledger", ("proof", 0, "code")),
        ("problem", ("title",)),
        ("measure", ("title",)), ("measure", ("status",)),
        ("measure", ("progress", 0, "text")), ("measure", ("progress", 0, "evidence", 1, "file")),
        ("measure", ("progress", 0, "evidence", 1, "sha256")), ("measure", ("escalated", "to")), ("measure", ("escalated", "date")),
        ("measure", ("reviews", 0, "date")), ("measure", ("reviews", 0, "result")),
        ("comment", ("received",)), ("comment", ("channel",)), ("comment", ("text",)), ("comment", ("reply", "date")),
        ("comment", ("reply", "text")),
    ],
)  # fmt: skip
def test_a_key_that_counting_needs_cannot_be_left_out(name: str, location: tuple[str | int, ...]) -> None:
    kind, good = KINDS[name]
    assert _complaints(kind, _without(good, location)) == [location]


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        (Settings, {"categories": [], "leaders": [], "offices": []}),
        (Problem, {"title": "甲"}),
        (Measure, {"title": "甲", "status": "not_started"}),
        (Measure, {"title": "甲", "status": "closed", "progress": [{"text": "已办。"}], "closed": {}}),
        (Comment, {"received": "2024-05-06", "channel": "web", "text": "甲"}),
    ],
)
def test_an_office_that_fills_in_only_the_required_keys_has_a_record(
    kind: type[BaseModel], least: dict[str, Any]
) -> None:
    kind.model_validate(least)


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("ledger", ("organisation",)), ("ledger", ("inspection", "inspector")), ("ledger", ("inspection", "feedback")), ("ledger", ("requires",)),
        ("problem", ("category",)), ("problem", ("finding",)),
        ("measure", ("leader",)), ("measure", ("office",)), ("measure", ("person",)), ("measure", ("due",)), ("measure", ("closed", "date")),
        ("measure", ("progress", 0, "date")),
        ("comment", ("about",)), ("comment", ("name",)), ("comment", ("reply",)),
    ],
)  # fmt: skip
def test_a_key_that_says_null_is_one_that_is_missing(name: str, location: tuple[str | int, ...]) -> None:
    kind, good = KINDS[name]
    assert kind.model_validate(_with(good, location, None)) == kind.model_validate(_without(good, location))


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("ledger", ()), ("ledger", ("inspection",)), ("ledger", ("categories", 0)), ("ledger", ("leading_group",)), ("ledger", ("contact",)),
        ("ledger", ("notice",)), ("ledger", ("outcomes", 0)), ("ledger", ("fields", 0)), ("ledger", ("people", 0)),
        ("ledger", ("policy",)), ("ledger", ("proof", 0)),
        ("problem", ()),
        ("measure", ()), ("measure", ("progress", 0)), ("measure", ("progress", 0, "evidence", 1)), ("measure", ("escalated",)),
        ("measure", ("closed",)), ("measure", ("reviews", 0)),
        ("comment", ()), ("comment", ("reply",)),
    ],
)  # fmt: skip
def test_a_slip_in_the_name_of_a_key_is_never_passed_over(name: str, location: tuple[str | int, ...]) -> None:
    kind, good = KINDS[name]
    for key in ("gaol", "id", "Title", "标题", "__class__", "<<", ""):
        assert _complaints(kind, _with(good, (*location, key), "甲")) == [(*location, key)]


def test_every_fault_of_a_record_is_told_at_once() -> None:
    record = _with(_with(_with(MEASURE, ("title",), ""), ("due",), "年底"), ("gaol",), "甲")
    assert set(_complaints(Measure, record)) == {("title",), ("due",), ("gaol",)}


# ---------------------------------------------------------------- texts

LINE: TypeAdapter[str] = TypeAdapter(Line)
TEXT: TypeAdapter[str] = TypeAdapter(Text)
NAME: TypeAdapter[str] = TypeAdapter(Name)
KEY: TypeAdapter[str] = TypeAdapter(Key)
IGNORABLE = [
    ("\xad", "\xad"), ("\u034f", "\u034f"), ("\u061c", "\u061c"), ("\u115f", "\u1160"), ("\u17b4", "\u17b5"), ("\u200b", "\u200b"),
    ("\u200e", "\u200f"), ("\u2060", "\u206f"), ("\u3164", "\u3164"), ("\uffa0", "\uffa0"), ("\ufff0", "\ufff8"), ("\U0001bca0", "\U0001bca3"),
    ("\U0001d173", "\U0001d17a"),
]  # fmt: skip
"""Unicode's Default_Ignorable_Code_Point, but joiners and the selectors of Mongolian letters, which writing needs."""
EMBEDDINGS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _accepts(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _harmful(character: str) -> bool:
    """Return whether, by Unicode, a character controls a device, ends a line, turns the direction, is none at all, or is not seen."""
    return (
        unicodedata.category(character) in {"Cc", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in EMBEDDINGS
        or character == "\ufeff"
        or ord(character) & 0xFFFE == 0xFFFE
        or any(low <= character <= high for low, high in IGNORABLE)
        or (
            unicodedata.name(character, "").startswith(("VARIATION", "INTERLINEAR")) and character != "\ufe0f"
        )
        or "\ufdd0" <= character <= "\ufdef"
        or 0x40000 <= ord(character) <= 0xEFFFF
    )


def test_no_character_that_drives_a_terminal_or_turns_text_round_can_stand_in_a_ledger() -> None:
    others = (
        (0x1BC90, 0x1BCB0),
        (0x1D160, 0x1D190),
        (0x3FFF0, 0x40010),
        (0xDFFF0, 0xE0210),
        (0xEFFF0, 0xF0010),
    )
    ends = [
        number for plane in range(1, 17) for number in range((plane << 16) + 0xFFF0, (plane << 16) + 0x10000)
    ]
    numbers = {*range(0xD800), *range(0xE000, 0x10000), *ends}.union(*(range(*each) for each in others))
    characters = [chr(number) for number in sorted(numbers)]
    for adapter, kept in ((LINE, ""), (NAME, ""), (TEXT, "\t\n")):
        refused = {each for each in characters if not _accepts(adapter, f"甲{each}乙")}
        assert refused == {each for each in characters if _harmful(each)} - set(kept)


@pytest.mark.parametrize(
    "text",
    [
        "甲",
        "“甲”（乙）《丙》〔2024〕31号",
        "😀",
        "✔️",
        "𠮷",
        "a\u00a0b",
        "e\u0301",
        "\u3000甲\u3000",
        "张\ue000",
        "'\"\\{{ }}<b>=1+1",
    ],
)
def test_text_that_offices_write_is_not_refused(text: str) -> None:
    assert all(_accepts(adapter, text) for adapter in (LINE, NAME, TEXT))


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " ",
        "   ",
        "\u3000",
        "\u3000 \u3000",
        "\u00a0",
        "\u2003",
        "\u200d",
        "\u180b",
        "\u2800",
        "\ue000",
        "\u0301",
        "\u0378",
    ],
)
def test_a_title_of_which_nothing_is_seen_is_refused(blank: str) -> None:
    assert not any(_accepts(adapter, blank) for adapter in (LINE, NAME, TEXT))


@pytest.mark.parametrize(("adapter", "longest"), [(LINE, 2000), (NAME, 200), (TEXT, 50_000)])
def test_texts_have_a_longest_length_in_characters(adapter: TypeAdapter[str], longest: int) -> None:
    assert _accepts(adapter, "甲" * longest)
    assert not _accepts(adapter, "甲" * (longest + 1))


def test_a_very_long_hostile_text_is_refused_without_a_wait() -> None:
    for adapter in (LINE, NAME, TEXT, KEY):
        assert not _accepts(adapter, " " * 1_000_000 + "\x00")


# ---------------------------------------------------------------- dates and amounts

DAY: TypeAdapter[date] = TypeAdapter(Day)
AMOUNT: TypeAdapter[float] = TypeAdapter(Amount)


@given(st.dates())
def test_every_day_of_the_calendar_is_read_as_itself(day: date) -> None:
    assert DAY.validate_python(day.isoformat()) == day


@given(st.text(st.sampled_from("0123456789-/.年月日TZ: ０"), max_size=12))
def test_only_what_can_be_written_back_alike_is_a_date(text: str) -> None:
    try:
        day = DAY.validate_python(text)
    except ValidationError:
        return
    assert day.isoformat() == text


@given(st.one_of(st.integers(0, 10**15), st.floats(0, 10**15)))
def test_an_amount_is_kept_as_it_is_written(amount: float) -> None:
    assert AMOUNT.validate_python(amount) == amount


@given(st.floats(max_value=-0.001) | st.integers(max_value=-1) | st.booleans() | st.text(max_size=3))
def test_a_negative_amount_or_no_number_at_all_is_refused(amount: object) -> None:
    assert not _accepts(AMOUNT, amount)


@pytest.mark.parametrize("value", ["高", "2024-12-31", 0, -3, 12.5])
def test_a_value_of_a_field_is_kept_as_it_is_written(value: float | str) -> None:
    kept = TypeAdapter(FieldValue).validate_python(value)
    assert (kept, type(kept)) == (value, type(value))


# ---------------------------------------------------------------- rows


def _measure(**keys: Any) -> Measure:
    return Measure.model_validate({**MEASURE, "status": "in_progress", "closed": None, "reviews": []} | keys)


def _problem(**keys: Any) -> Problem:
    return Problem.model_validate(PROBLEM | keys)


def test_a_row_says_what_the_record_says() -> None:
    row = Measure.model_validate(MEASURE).row(Identity(2, 3), _problem())
    assert row._asdict() == {
        "id": "2.3",
        "problem": "2",
        "category": "a",
        "title": "完成泵站前期手续",
        "status": "closed",
        "term": "once",
        "leader": "分管副局长",
        "office": "规划科",
        "co_offices": ("财务科",),
        "person": "张某",
        "due": "2024-12-31",
        "publish": True,
        "reviewed_on": "2025-06-01",
        "slipped": False,
        "escalated_to": "局长",
        "fields": (("风险", "高"), ("投入", 12.5)),
    }


def test_what_a_record_leaves_unsaid_is_none_in_its_row() -> None:
    problem = Problem(title="甲")
    row = Measure(title="甲", status="not_started").row(Identity(2, 3), problem)
    assert (row.category, row.leader, row.office, row.person, row.due, row.fields) == (None,) * 5 + ((),)
    assert not row.is_assigned
    found = problem.row(2, {})
    assert (found.category, found.fields) == (None, ())
    frame = Settings.model_validate({"categories": [], "leaders": [], "offices": []}).frame()
    assert (frame.organisation, frame.inspector, frame.feedback, frame.fields) == (None, None, None, ())


@pytest.mark.parametrize(
    ("keys", "assigned"),
    [
        ({}, True),
        ({"leader": None}, False),
        ({"office": None}, False),
        ({"due": None}, False),
        ({"due": None, "term": "at_once"}, True),
        ({"due": None, "term": "long_term"}, True),
        ({"person": None}, True),
    ],
)
def test_a_measure_is_assigned_once_leader_office_and_time_limit_are_said(
    keys: dict[str, Any], assigned: bool
) -> None:
    assert _measure(**keys).row(Identity(2, 3), _problem()).is_assigned is assigned


@pytest.mark.parametrize("measure", [True, False])
@pytest.mark.parametrize("problem", [True, False])
def test_a_measure_is_public_only_where_its_problem_is_too(measure: bool, problem: bool) -> None:
    row = _measure(publish=measure).row(Identity(2, 3), _problem(publish=problem))
    assert row.publish is (measure and problem)


def test_a_measure_whose_problem_cannot_be_read_is_not_public() -> None:
    assert not _measure().row(Identity(2, 3), None).publish


def test_a_measure_without_a_deadline_has_none_in_its_row() -> None:
    assert _measure(due=None, term="long_term").row(Identity(2, 3), _problem()).due is None


CLOSED = {"date": "2024-02-01"}
REVIEWED = [{"date": "2024-03-01", "result": "holds"}, {"date": "2024-04-01", "result": "slipped"}]


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        pytest.param({}, None, id="open"),
        pytest.param({"status": "closed", "closed": CLOSED}, "2024-02-01", id="closed"),
        pytest.param(
            {"status": "closed", "closed": CLOSED, "reviews": REVIEWED}, "2024-04-01", id="reviewed since"
        ),
        pytest.param({"status": "closed", "closed": {}}, None, id="closed on a day that nobody has said"),
        pytest.param(
            {"status": "closed", "closed": {}, "reviews": REVIEWED}, "2024-04-01", id="no day but of reviews"
        ),
        pytest.param({"reviews": REVIEWED}, None, id="reopened after a review, so open"),
        pytest.param(
            {"status": "closed", "closed": {"date": "2024-09-01"}, "reviews": REVIEWED},
            "2024-09-01",
            id="reopened after a review, and closed again",
        ),
        pytest.param(
            {"status": "closed", "closed": CLOSED, "reviews": REVIEWED[::-1]},
            "2024-04-01",
            id="reviews entered by hand in another order",
        ),
    ],
)
def test_the_day_last_looked_at_is_the_latest_of_closing_and_reviews_and_none_while_open(
    keys: dict[str, Any], day: str | None
) -> None:
    assert _measure(term="long_term", **keys).row(Identity(2, 3), _problem()).reviewed_on == day


def test_a_problem_s_row_holds_its_measures() -> None:
    problem = _problem(publish=False)
    measures = {Identity(2, number): _measure() for number in (1, 2)}
    rows = tuple(measure.row(identity, problem) for identity, measure in measures.items())
    assert problem.row(2, measures)._asdict() == {
        "id": "2",
        "title": "重点工程推进缓慢",
        "category": "a",
        "publish": False,
        "measures": rows,
        "fields": (("cause", "人手不足"),),
    }


def test_the_register_of_a_ledger_is_flat_and_in_order() -> None:
    ledger = Ledger(
        Settings.model_validate(SETTINGS),
        {1: _problem(), 2: _problem(title="乙", publish=False)},
        {Identity(1, 1): _measure(), Identity(1, 2): _measure(), Identity(2, 1): _measure()},
    )
    register = ledger.register()
    assert [row.id for row in register.measures] == ["1.1", "1.2", "2.1"]
    assert [row.publish for row in register.measures] == [True, True, False]
    assert [problem.id for problem in register.problems] == ["1", "2"]
    assert register.frame.organisation == "中共某市水务局党组"
    assert register.frame.inspector == "市委第二巡察组"
    assert register.frame.feedback == "2023-11-10"
    assert register.frame.categories == (("a", "关于学习贯彻方面"),)
    assert register.frame.leaders == ("局长", "分管副局长")
    assert register.frame.offices == ("办公室", "规划科")
    assert register.frame.fields == (
        FieldFrame("cause", "根本原因", "problem", "text", ()),
        FieldFrame("风险", "风险等级", "measure", "choice", ("高", "低")),
    )
    assert (register.frame.due_soon_days, register.frame.review_every_days) == (14, 180)
    assert ledger.by_problem() == {
        1: {Identity(1, 1): ledger.measures[Identity(1, 1)], Identity(1, 2): ledger.measures[Identity(1, 2)]},
        2: {Identity(2, 1): ledger.measures[Identity(2, 1)]},
    }


def test_a_problem_without_measures_is_in_the_register_and_not_complete() -> None:
    ledger = Ledger(Settings.model_validate(SETTINGS), {1: _problem()}, {})
    (row,) = ledger.register().problems
    assert row.measures == ()
    assert not row.is_complete


def test_a_problem_is_complete_when_all_its_measures_are_closed_and_not_before() -> None:
    closed = _measure(status="closed", closed=CLOSED)
    first, second = Identity(1, 1), Identity(1, 2)
    assert _problem().row(1, {first: closed, second: closed}).is_complete
    assert not _problem().row(1, {first: closed, second: _measure(status="submitted")}).is_complete


def test_records_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        _measure().status = "closed"  # type: ignore[misc]


def test_dates_in_rows_compare_as_days_do() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number * 37) for number in range(40)]
    rows = [_measure(due=day.isoformat()).row(Identity(1, 1), None) for day in days]
    assert sorted(rows, key=lambda row: row.due or "") == rows


def test_an_evidence_file_keeps_its_own_kind() -> None:
    text, file = Measure.model_validate(MEASURE).progress[0].evidence
    assert text == "某水〔2024〕31号"
    assert file == EvidenceFile(file="意见.pdf", sha256=HASH, size=7, name="意见 .pdf")
