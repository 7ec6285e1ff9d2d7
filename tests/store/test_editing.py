"""Editing changes only the necessary lines, in any layout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.conftest import measure
from tests.store import oracle
from tests.store.edits import Append, Edit, Remove, Set, apply, meant
from tests.store.layouts import AWKWARD, DAYS, SENTENCES, TEXTS, Layout, block_layouts, flow_layouts
from xuncha.errors import RefusedError
from xuncha.model.records import Comment, Measure, Problem
from xuncha.store import editing
from xuncha.store.reading import parse
from xuncha.store.record import make_record

GOOD = sorted((Path(__file__).parents[1] / "corpus/good").glob("*.yaml"))
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\n|\r")

# ---------------------------------------------------------------- the edits that the program makes

STATUS = st.sampled_from(["not_started", "in_progress", "submitted", "closed"]).map(
    lambda status: Set("status", status)
)
DUE = DAYS.map(lambda day: Set("due", day))
ESCALATED = st.builds(lambda to, day: Set("escalated", {"to": to, "date": day}), SENTENCES, DAYS)
CLOSED = st.fixed_dictionaries({"date": DAYS, "by": SENTENCES | AWKWARD}, optional={"note": TEXTS}).map(
    lambda value: Set("closed", value)
)
ENTRY = st.fixed_dictionaries(
    {"date": DAYS, "text": TEXTS},
    optional={"evidence": st.lists(SENTENCES | AWKWARD, min_size=1, max_size=2), "publish": st.just(False)},
)  # fmt: skip
FILE = st.builds(
    lambda day, name: {"date": day, "text": f"附佐证材料：{name}", "evidence": [{"file": name, "sha256": "0123456789abcdef" * 4}], "publish": False},
    DAYS,
    SENTENCES | AWKWARD,
)  # fmt: skip
PROGRESS = (ENTRY | FILE).map(lambda entry: Append("progress", entry))
REVIEW = st.fixed_dictionaries({"date": DAYS, "result": st.sampled_from(["holds", "slipped"])}, optional={"text": TEXTS}).map(
    lambda entry: Append("reviews", entry)
)  # fmt: skip
REOPEN = st.just(Remove("closed"))
ONE: st.SearchStrategy[Edit] = st.one_of(STATUS, DUE, ESCALATED, CLOSED, REOPEN, PROGRESS, REVIEW)
SEVERAL: st.SearchStrategy[list[Edit]] = st.one_of(
    st.tuples(STATUS, CLOSED).map(list),
    st.tuples(STATUS, REOPEN).map(list),
    st.tuples(STATUS, PROGRESS).map(list),
)


def lines(content: bytes) -> list[str]:
    """Split a file into lines, each with its own end; without the byte order mark."""
    return _LINE.findall(content.decode().removeprefix("\ufeff"))


def ends(content: bytes) -> set[str]:
    """Return the kinds of line end in a file."""
    return set(_LINE_END.findall(content.decode()))


def ended(content: bytes) -> list[str]:
    """Split a file into lines, and give the last one an end if it has none."""
    found = lines(content)
    if found and not _LINE_END.search(found[-1]):
        found[-1] += (_LINE_END.findall(content.decode()) or ["\n"])[0]
    return found


def _edited(layout: Layout, edits: list[Edit]) -> bytes | None:
    """Apply the edits to the file; return None if they are refused as an odd layout, raise any other refusal."""
    try:
        return apply(layout.content, edits)
    except RefusedError as error:
        if error.code != "odd-layout":
            raise
        event("refused")
        return None


def _assert_whole(layout: Layout, edits: list[Edit], result: bytes) -> None:
    """Assert what holds for every edit of every layout."""
    before = layout.content
    assert parse(result) == meant(parse(before), edits)
    independent = oracle.normalised(oracle.load(result.decode()))
    assert independent == oracle.normalised(meant(oracle.load(before.decode()), edits))
    assert result.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")
    assert result.count(b"\xef\xbb\xbf") == before.count(b"\xef\xbb\xbf")
    assert ends(result) <= (ends(before) or {"\n"})


def _assert_last_line_as_before(layout: Layout, edits: list[Edit], result: bytes) -> None:
    """Assert that a final line end stays as it was, unless the last key is removed: a blank line left behind may keep its end."""
    before, after = layout.content, result
    had, has = (bool(_LINE_END.search(lines(content)[-1])) for content in (before, after))
    last = layout.lines[-1].key
    if any(isinstance(edit, Remove) and edit.key == last for edit in edits):
        return
    assert had == has


# ---------------------------------------------------------------- files in block style


@given(block_layouts(), ONE)
def test_one_edit_leaves_every_line_of_every_other_key_as_it_was(layout: Layout, edit: Edit) -> None:
    result = _edited(layout, [edit])
    if result is None:
        return
    event(type(edit).__name__ + " " + edit.key)
    _assert_whole(layout, [edit], result)
    _assert_last_line_as_before(layout, [edit], result)
    before, after = ended(layout.content), ended(result)
    span = layout.span(edit.key)
    if span is None:
        _assert_inserted(before, after, edit)
        return
    start, stop = span
    if isinstance(edit, Remove) and stop == len(layout.lines):
        rest = (
            layout.line_end.join(line.text for line in layout.lines[:start])
            + layout.line_end * layout.newline
        )
        assert result.decode().removeprefix("\ufeff") == rest
        return
    tail = before[stop:]
    assert after[:start] == before[:start]
    assert after[len(after) - len(tail) :] == tail
    _assert_own_lines(before[start:stop], after[start : len(after) - len(tail)], edit)


def _assert_inserted(before: list[str], after: list[str], edit: Edit) -> None:
    """Lines were put in at one place, and they are the key's; nothing else happened."""
    if isinstance(edit, Remove):
        assert after == before
        return
    added = len(after) - len(before)
    assert added >= 1
    places = [
        place
        for place in range(len(before) + 1)
        if after[:place] == before[:place] and after[place + added :] == before[place:]
    ]
    assert any(after[place].lstrip().startswith(f"{edit.key}:") for place in places)


def _assert_own_lines(own: list[str], new: list[str], edit: Edit) -> None:
    """Of the key's own lines, only what must change did."""
    match edit:
        case Remove():
            assert new == []
        case Set(key, str() as value):
            _assert_value_alone(own, new, key, value)
        case Set(_, dict() as value):
            assert new[0].startswith(own[0][: own[0].index(":") + 1])
            comment = re.search(r"( +#[^'\"}]*)?[\r\n]+\Z", own[-1])
            assert comment
            # It stays behind its line, and goes with the line of a key that goes.
            stays = any(line.endswith(comment[0]) for line in new) or own[-1].lstrip().startswith("#")
            assert stays or own[-1].lstrip().partition(":")[0].strip("'\"") not in value
        case Append() if not re.search(r": *\[", own[0]):
            assert new[: len(own)] == own
            assert len(new) > len(own)
            assert new[len(own)].lstrip().startswith("- ")
            assert _indent(new[len(own)]) == _indent(
                next(line for line in own[1:] if line.lstrip().startswith("-"))
            )
        case Append():
            _assert_put_in("".join(own), "".join(new))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _assert_value_alone(own: list[str], new: list[str], key: str, value: str) -> None:
    """Assert that the value alone changed in its place: its quotes, spaces and the comment behind it did not."""
    assert len(own) == len(new) == 1
    match = re.fullmatch(r"""(\s*['"]?\w+['"]? *: *)(?:(['"]?)[\w-]+\2)?( *(?:#.*)?[\r\n]+)""", own[0])
    assert match, own
    before, quote, behind = match[1], match[2] or "", match[3]
    assert new[0] in {
        f"{before}{quote}{value}{quote}{behind}",
        f"{before.rstrip(' ')} {value}{own[0][len(before.rstrip(' ')) :]}",
    }
    assert key in new[0]


def _assert_put_in(own: str, new: str) -> None:
    """Assert that a list in brackets gained items and kept every character that it had."""
    if re.search(r"\[\s*\]", own):
        assert re.sub(r"\[.*\]", "[]", new, flags=re.DOTALL) == re.sub(r"\[\s*\]", "[]", own)
        return
    added = len(new) - len(own)
    assert any(
        new[:place] == own[:place] and new[place + added :] == own[place:] for place in range(len(own) + 1)
    )


@given(block_layouts(), SEVERAL)
def test_what_a_command_changes_at_once_leaves_the_other_lines_as_they_were(
    layout: Layout, edits: list[Edit]
) -> None:
    result = _edited(layout, edits)
    if result is None:
        return
    _assert_whole(layout, edits, result)
    _assert_last_line_as_before(layout, edits, result)
    keys = {edit.key for edit in edits}
    others = [
        line
        for line, known in zip(ended(layout.content), layout.lines, strict=False)
        if known.key not in keys
    ]
    # A blank line that is the last one and has no end is there, and shows as nothing.
    after = iter([*ended(result), *([] if layout.newline else [layout.line_end])])
    assert all(line in after for line in others), "a line is gone, has changed, or stands elsewhere"


@given(block_layouts(), st.lists(ENTRY, min_size=1, max_size=4))
def test_a_month_of_progress_reports_can_be_entered_one_after_another(
    layout: Layout, entries: list[dict[str, Any]]
) -> None:
    content = layout.content
    for entry in entries:
        try:
            content = apply(content, [Append("progress", entry)])
        except RefusedError:
            return
    assert parse(content) == meant(parse(layout.content), [Append("progress", entry) for entry in entries])


@given(block_layouts())
def test_without_an_edit_not_a_byte_changes(layout: Layout) -> None:
    assert apply(layout.content, []) == layout.content


@given(block_layouts(), CLOSED)
def test_closing_and_reopening_leaves_the_file_as_it_was(layout: Layout, closed: Set) -> None:
    if layout.span("closed") is not None or not layout.newline:
        return
    before = _edited(layout, [])
    result = _edited(layout, [Set("status", "closed"), closed])
    if result is None:
        return
    status = str(parse(layout.content)["status"])
    assert apply(result, [Set("status", status), Remove("closed")]) == before


# ---------------------------------------------------------------- files in flow style


@given(flow_layouts(), ONE)
def test_a_file_in_braces_keeps_its_comments_and_every_other_value(layout: Layout, edit: Edit) -> None:
    result = _edited(layout, [edit])
    if result is None:
        return
    _assert_whole(layout, [edit], result)
    _assert_last_line_as_before(layout, [edit], result)
    text = result.decode()
    for line in layout.lines:
        if comment := re.search(r"# 注[0-9]+\Z", line.text):
            assert comment[0] in text or (line.key == edit.key and isinstance(edit, Remove))
    if layout.span(edit.key) is None:
        return  # a key that is put in stands on the line of the one before it
    own = {place for place, line in enumerate(layout.lines) if line.key == edit.key}
    # A comma before or behind the key may go with it.
    near = {place + step for place in own for step in (-1, 1)} if isinstance(edit, Remove) else set()
    others = [line for place, line in enumerate(ended(layout.content)) if place not in own | near]
    after = iter(ended(result))
    assert all(line in after for line in others)


# ---------------------------------------------------------------- refusals are rare


@pytest.mark.parametrize(
    ("layouts", "allowed"), [(block_layouts(), 0.03), (flow_layouts(), 0.03)], ids=["block", "flow"]
)
def test_hardly_anyone_is_sent_away_to_edit_by_hand(
    layouts: st.SearchStrategy[Layout], allowed: float
) -> None:
    tried: list[bytes] = []
    refused: list[bytes] = []

    @settings(derandomize=True)
    @given(layouts, ONE)
    def attempt(layout: Layout, edit: Edit) -> None:
        tried.append(layout.content)
        try:
            apply(layout.content, [edit])
        except RefusedError:
            refused.append(layout.content)

    attempt()
    assert len(refused) <= allowed * len(tried), b"\n\n".join(refused[:3]).decode()


EDITS: dict[str, list[Edit]] = {
    "submit": [Set("status", "submitted")],
    "close": [Set("status", "closed"), Set("closed", {"date": "2024-06-15", "by": "办公室", "note": "已核: 属实"})],
    "reopen": [Set("status", "in_progress"), Remove("closed")],
    "extend": [Set("due", "2025-06-30")],
    "escalate": [Set("escalated", {"to": "局长", "date": "2024-06-15"})],
    "progress": [Append("progress", {"date": "2024-06-15", "text": "又办了一件。\n第二行。", "evidence": ["某水〔2024〕9号"], "publish": False})],
    "review": [Append("reviews", {"date": "2024-06-15", "result": "holds", "text": "看过。"})],
}  # fmt: skip


@pytest.mark.apart(but=10)
@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_odd_but_good_file_can_be_worked_with(path: Path) -> None:
    content = path.read_bytes()
    data = json.loads(path.with_suffix(".json").read_bytes())
    for action, edits in EDITS.items():
        result = apply(content, edits)
        assert parse(result) == meant(data, edits), action
        assert result.startswith(b"\xef\xbb\xbf") == content.startswith(b"\xef\xbb\xbf")
        assert ends(result) <= (ends(content) or {"\n"})
        if path.stem != "mapping-below-with-comments" or action not in {"close", "reopen"}:
            comments = re.findall(r"(?m)# [^\r\n]+", content.decode())
            assert all(comment in result.decode() for comment in comments), action


# ---------------------------------------------------------------- examples that can be read


def edited(text: str, *edits: Edit) -> str:
    """Apply edits to a text."""
    return apply(text.encode(), edits).decode()


FILE_BEFORE = """\
# 措施 2.3
title: 完成泵站前期手续   # 与2.4一起

leader: 分管副局长
office: "规划科"
due:   2024-12-31   # 原定9月
status: 'in_progress'
progress:
# 第一次
- date: 2024-09-12
  text: 初步设计通过第二次评审。
# 完
"""


def test_a_status_keeps_its_quotes() -> None:
    assert edited(FILE_BEFORE, Set("status", "submitted")) == FILE_BEFORE.replace(
        "'in_progress'", "'submitted'"
    )


def test_a_deadline_keeps_the_comment_behind_it_and_the_spaces_before_it() -> None:
    assert edited(FILE_BEFORE, Set("due", "2025-03-31")) == FILE_BEFORE.replace("2024-12-31", "2025-03-31")


def test_an_entry_takes_the_indent_of_the_list() -> None:
    entry = {"date": "2024-10-08", "text": "与财务科会商。", "publish": False}
    assert edited(FILE_BEFORE, Append("progress", entry)) == FILE_BEFORE.replace(
        "第二次评审。\n", "第二次评审。\n- date: 2024-10-08\n  text: 与财务科会商。\n  publish: false\n"
    )


def test_closing_writes_one_line_behind_the_progress() -> None:
    result = edited(
        FILE_BEFORE, Set("status", "closed"), Set("closed", {"date": "2024-12-20", "by": "办公室"})
    )
    assert result == FILE_BEFORE.replace("in_progress", "closed").replace(
        "评审。\n", "评审。\nclosed: {date: 2024-12-20, by: 办公室}\n"
    )


def test_reopening_takes_the_line_out_again() -> None:
    closed = FILE_BEFORE + "closed: {date: 2024-12-20, by: 办公室}  # 王\n# 末尾\n"
    assert edited(closed, Remove("closed")) == FILE_BEFORE + "# 末尾\n"


def test_what_was_closed_over_several_lines_goes_with_all_of_them() -> None:
    closed = "closed:\n  date: 2024-12-20\n  # 注\n  note: |\n    甲\n\n    乙\n"
    assert edited(f"{FILE_BEFORE}{closed}\n# 末尾\n", Remove("closed")) == f"{FILE_BEFORE}\n# 末尾\n"


def test_a_key_that_has_no_value_yet_gets_it_on_its_line() -> None:
    text = FILE_BEFORE.replace("due:   2024-12-31   #", "due:   #").replace(
        "leader", "term: long_term\nleader"
    )
    assert edited(text, Set("due", "2025-03-31")) == text.replace("due:", "due: 2025-03-31")


BELOW = {
    "the end": "",
    "a comment": "# 注\n",
    "a blank line and a comment": "\n# 注\n",
    "a key": "reviews: []\n",
    "the end mark": "...\n",
    "a comment and a key": "# 注\nreviews: []\n",
}


@pytest.mark.parametrize("behind", ["", "   ", "  # 还没有"], ids=["nothing", "spaces", "a comment"])
@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_a_key_that_has_no_value_is_taken_out_alone(behind: str, below: str) -> None:
    before = f"title: 甲\nstatus: in_progress\nclosed:{behind}\n{below}"
    assert edited(before, Remove("closed")) == f"title: 甲\nstatus: in_progress\n{below}"


@pytest.mark.parametrize("behind", ["", "   ", "  # 还没有"], ids=["nothing", "spaces", "a comment"])
@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_a_key_is_put_in_right_behind_one_that_has_no_value(behind: str, below: str) -> None:
    before = f"title: 甲\nstatus: in_progress\nescalated:{behind}\n"
    result = edited(before + below, Set("closed", {"date": "2024-06-15"}))
    assert result == f"{before}closed: {{date: 2024-06-15}}\n{below}"


def test_a_first_entry_makes_its_list() -> None:
    text = "title: 甲\nstatus: not_started\npublish: true\n"
    entry = {"date": "2024-06-15", "text": "甲: 乙", "evidence": ["某水〔2024〕7号", "会议纪要, 第3期"]}
    assert edited(text, Append("progress", entry)) == (
        "title: 甲\nstatus: not_started\npublish: true\nprogress:\n"
        '  - date: 2024-06-15\n    text: "甲: 乙"\n    evidence: [某水〔2024〕7号, "会议纪要, 第3期"]\n'
    )


def test_an_empty_list_in_brackets_is_filled_where_it_stands() -> None:
    text = "title: 甲\nprogress: []  # 还没有\nstatus: not_started\n"
    assert edited(text, Append("progress", {"date": "2024-06-15", "text": "甲"})) == text.replace(
        "[]", "[{date: 2024-06-15, text: 甲}]"
    )


def test_a_list_in_brackets_over_lines_keeps_its_comments() -> None:
    text = "progress: [\n  {date: 2024-01-01, text: 甲},  # 一\n  {date: 2024-01-02, text: 乙},  # 二\n]\n"
    result = edited(text, Append("progress", {"date": "2024-06-15", "text": "丙"}))
    assert result == text.replace("乙},", "乙}, {date: 2024-06-15, text: 丙},")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("newline", [True, False])
def test_a_file_from_windows_or_an_old_mac_stays_one(end: str, newline: bool) -> None:
    text = measure("1.2").replace("\n", end)
    text = text if newline else text.removesuffix(end)
    result = edited(text, Set("status", "closed"), Set("closed", {"date": "2024-06-15", "by": "办公室"}))
    assert set(_LINE_END.findall(result)) == {end}
    assert result.endswith(end) is newline
    assert result.count(end) == text.count(end) + 1


def test_a_byte_order_mark_stays_the_first_thing_and_the_only_one() -> None:
    result = apply(b"\xef\xbb\xbf" + measure("1.2").encode(), [Set("status", "submitted")])
    assert result == b"\xef\xbb\xbf" + measure("1.2", "submitted").encode()


def test_each_line_end_of_a_file_that_mixes_them_stays_where_it_was() -> None:
    text = "title: 甲\r\nstatus: in_progress\nprogress: []\r# 完"
    assert edited(text, Set("status", "submitted")) == "title: 甲\r\nstatus: submitted\nprogress: []\r# 完"
    assert (
        edited(text, Set("due", "2024-12-31"))
        == "title: 甲\r\ndue: 2024-12-31\r\nstatus: in_progress\nprogress: []\r# 完"
    )


def test_a_file_without_a_final_line_end_gets_none() -> None:
    assert edited("title: 甲\nstatus: closed", Set("closed", {"date": "2024-06-15"})) == (
        "title: 甲\nstatus: closed\nclosed: {date: 2024-06-15}"
    )
    assert (
        edited("title: 甲\nstatus: closed\nclosed: {date: 2024-06-15}", Remove("closed"))
        == "title: 甲\nstatus: closed"
    )


def test_the_end_mark_of_a_document_stays_the_last_line() -> None:
    text = "---\ntitle: 甲\nstatus: in_progress\n...\n"
    assert (
        edited(text, Set("closed", {"date": "2024-06-15"}))
        == "---\ntitle: 甲\nstatus: in_progress\nclosed: {date: 2024-06-15}\n...\n"
    )


def test_an_indented_record_takes_new_keys_at_its_own_indent() -> None:
    text = "  title: 甲\n  status: in_progress\n  # 完\n"
    assert (
        edited(text, Set("due", "2024-12-31"))
        == "  title: 甲\n  due: 2024-12-31\n  status: in_progress\n  # 完\n"
    )


def test_block_text_before_a_new_key_keeps_its_blank_lines() -> None:
    text = "title: 甲\ngoal: |\n  甲\n\n  乙\n\n\nstatus: in_progress\n"
    assert (
        edited(text, Set("due", "2024-12-31"))
        == "title: 甲\ngoal: |\n  甲\n\n  乙\ndue: 2024-12-31\n\n\nstatus: in_progress\n"
    )


def test_block_text_that_keeps_its_blank_lines_does_not_hinder_a_new_key() -> None:
    text = "title: 甲\ngoal: |+\n  甲\n\n\nstatus: in_progress\n"
    result = edited(text, Set("due", "2024-12-31"))
    assert parse(result.encode()) == {
        "title": "甲",
        "goal": "甲\n\n\n",
        "status": "in_progress",
        "due": "2024-12-31",
    }
    assert result.replace("due: 2024-12-31\n", "") == text


def test_a_record_in_braces_stays_one() -> None:
    text = "{title: 甲, status: in_progress, publish: true}\n"
    assert edited(text, Set("status", "closed"), Set("closed", {"date": "2024-06-15"})) == (
        "{title: 甲, status: closed, publish: true, closed: {date: 2024-06-15}}\n"
    )
    assert (
        edited(text, Set("due", "2024-12-31"))
        == "{title: 甲, due: 2024-12-31, status: in_progress, publish: true}\n"
    )
    assert (
        edited("{title: 甲, closed: {date: 2024-06-15}, status: closed}\n", Remove("closed"))
        == "{title: 甲, status: closed}\n"
    )


def test_reopening_a_record_in_braces_over_lines_keeps_the_comments_of_the_other_keys() -> None:
    text = "{\n  title: 甲,\n  status: closed,  # 状态\n  # 销号\n  closed: {date: 2024-06-15},\n  reviews: []  # 回头看\n}\n"
    result = edited(text, Remove("closed"))
    assert parse(result.encode()) == {"title": "甲", "status": "closed", "reviews": []}
    assert "  status: closed,  # 状态\n" in result
    assert "  reviews: []  # 回头看\n" in result


def test_the_first_key_of_a_record_in_braces_can_be_taken_out() -> None:
    text = "{closed: {date: 2024-06-15}, title: 甲, status: closed}\n"
    assert edited(text, Remove("closed")) == "{title: 甲, status: closed}\n"


def test_a_quoted_key_is_the_key() -> None:
    text = "title: 甲\n\"status\" : in_progress\n'due': 2024-01-31\n"
    result = edited(text, Set("status", "submitted"), Set("due", "2024-12-31"))
    assert result == "title: 甲\n\"status\" : submitted\n'due': 2024-12-31\n"


def test_a_value_on_the_line_below_its_key_is_replaced_there() -> None:
    assert (
        edited("title: 甲\nstatus:\n  in_progress  # 甲\n", Set("status", "submitted"))
        == "title: 甲\nstatus:\n  submitted  # 甲\n"
    )


def test_the_word_of_another_key_s_text_is_not_taken_for_the_key() -> None:
    text = "title: 'status: in_progress'\ngoal: |\n  status: in_progress\n  closed: {date: 2024-01-01}\nstatus: in_progress\n"
    assert edited(text, Set("status", "submitted")) == text[: -len("in_progress\n")] + "submitted\n"
    assert edited(text, Remove("closed")) == text


def test_a_second_edit_sees_what_the_first_has_done() -> None:
    text = "title: 甲\nstatus: not_started\n"
    for number in range(1, 30):
        text = edited(text, Append("progress", {"date": "2024-06-15", "text": f"第{number}次"}))
    assert [entry["text"] for entry in parse(text.encode())["progress"]] == [
        f"第{number}次" for number in range(1, 30)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "甲: 乙", "甲 #乙", "- 甲", "[甲]", "{甲}", "*甲*", "&甲", "!甲", "'甲'", '"甲"', "null", "~", "true", "no", "2024", "2024-06-15", "1e3", "0x1F", ".inf",
        "甲\n乙", "甲\n\n乙\n", "甲\\n乙", "D:\\整改\\", "\u3000甲", "甲\u00a0乙", "甲" * 3000, "{{ 7*7 }}", "<script>", "=1+1", "---", "...", "<<", "? 甲", "甲:",
        "😀𠮷", "a, b", "% 甲", "@甲", "`甲`", "|", ">", "# 甲", "甲\t乙", "-", "", " ", "\n",
    ],
)  # fmt: skip
def test_whatever_an_office_writes_comes_back_as_it_was_written(text: str) -> None:
    entry = {"date": "2024-06-15", "text": text, "evidence": [text]}
    for before in (
        "title: 甲\n",
        "title: 甲\nprogress: []\n",
        "{title: 甲, progress: [{date: 2024-01-01, text: 乙}]}\n",
    ):
        result = edited(before, Append("progress", entry))
        assert parse(result.encode())["progress"][-1] == entry
        assert oracle.load(result)["progress"][-1] == entry
    closed = {"date": "2024-06-15", "by": text, "note": text}
    assert parse(edited("title: 甲\n", Set("closed", closed)).encode())["closed"] == closed


@pytest.mark.parametrize("key", ["null", "True", "FALSE", "是"])
@pytest.mark.parametrize(
    "before", ["title: 甲\n", "title: 甲\nfields: {风险: 高}\n", "fields:\n  风险: 高\n", "{title: 甲}\n"]
)
def test_a_field_whose_key_means_something_else_in_yaml_is_written_as_text(before: str, key: str) -> None:
    for value in ("乙", ["很长的一段" * 20]):
        fields = parse(before.encode()).get("fields", {}) | {key: value}
        result = edited(before, Set("fields", fields))
        assert parse(result.encode())["fields"] == oracle.load(result)["fields"] == fields


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_a_text_from_a_web_page_is_not_refused_for_the_layout_of_the_file(character: str) -> None:
    entry = {"date": "2024-06-15", "text": f"甲{character}乙"}
    try:
        edited("title: 甲\nstatus: in_progress\n", Append("progress", entry))
    except RefusedError as error:
        if error.code != "control-character":
            raise


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=30))
def test_any_printable_text_comes_back_as_it_was_written(text: str) -> None:
    if re.search("[\u202a-\u202e\u2066-\u2069\ufeff]", text):
        return
    entry = {"date": "2024-06-15", "text": text}
    result = edited(FILE_BEFORE, Append("progress", entry))
    assert parse(result.encode())["progress"][-1] == entry


def test_a_file_in_a_layout_that_cannot_be_edited_is_refused_and_not_spoiled() -> None:
    for text in ("{title: 甲, due, status: closed}\n", "closed: {date: 2024-06-15}\n"):
        with pytest.raises(RefusedError) as refused:
            edited(text, Set("due", "2024-12-31") if "due" in text else Remove("closed"))
        assert refused.value.code in {"odd-layout", "empty-file"}
        assert refused.value.exit_code == 1
    with pytest.raises(RefusedError) as refused:  # a key without a value, and then a comma
        edited('{title: "甲", escalated: }\n', Set("closed", {"by": "注意: 年底前"}))
    assert refused.value.code == "odd-layout"


def test_a_file_that_would_be_too_large_is_refused_for_that_and_not_for_its_layout() -> None:
    with pytest.raises(RefusedError, match="KiB") as refused:
        edited(FILE_BEFORE, Append("progress", {"date": "2024-06-15", "text": "长" * 100_000}))
    assert refused.value.code == "file-too-large"


def test_an_empty_record_in_braces_takes_its_first_key() -> None:
    assert edited("# 甲\n{} # 乙\n", Set("status", "closed")) == "# 甲\n{status: closed} # 乙\n"


# ---------------------------------------------------------------- new files


@given(
    st.fixed_dictionaries(
        {"title": SENTENCES | AWKWARD, "leader": SENTENCES | AWKWARD, "office": SENTENCES, "status": st.just("not_started")},
        optional={"goal": TEXTS, "term": st.just("long_term"), "co_offices": st.lists(SENTENCES | AWKWARD, min_size=1, max_size=3), "due": DAYS},
    )
)  # fmt: skip
def test_a_new_file_says_what_was_entered(record: dict[str, Any]) -> None:
    content = editing.new_file(record, "../../schema/measure.json")
    assert parse(content) == record
    assert content.startswith(b"# yaml-language-server: $schema=../../schema/measure.json\n")
    assert content.endswith(b"\n")
    make_record(Measure, parse(content))


@pytest.mark.parametrize("kind", [Problem, Measure, Comment])
def test_the_order_of_keys_is_that_of_the_record(kind: type[Problem | Measure | Comment]) -> None:
    ranks = [editing.KEYS.index(key) for key in kind.model_fields if key != "publish"]
    assert ranks == sorted(ranks)
    assert len(set(editing.KEYS)) == len(editing.KEYS), (
        "of a key that stands twice only the first place counts"
    )
