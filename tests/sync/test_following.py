"""Sync after a name or number changed on one side: records follow, and the user is informed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import LedgerOnDisk, problem
from tests.sync.test_sync import Pair, change, enter, pair, receive, report, same, send
from tests.workflow import actions
from tests.workflow.surroundings import act, findings
from xuncha.audit.examine import audit
from xuncha.model.identity import Identity
from xuncha.model.moves import citations
from xuncha.store.reading import parse
from xuncha.sync.session import sync

__all__ = ["pair"]


def settle(ledger: LedgerOnDisk, changes: dict[str, str], **records: str) -> None:
    """Change the settings by hand, and the records with them: what no command does in one commit."""
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    ledger.write("data/ledger.yaml", text)
    for path, content in records.items():
        ledger.write(path, content)
    assert findings(ledger) == []
    ledger.commit("by hand: renamed")


PROBLEM_2 = {
    "data/problems/02/problem.yaml": problem("推进不够有力", "work"),
    "data/problems/03/problem.yaml": problem("保留标记甲乙丙", "work", False),
}


@pytest.mark.parametrize("taken_out_by", ["here", "there"])
def test_a_name_taken_out_on_one_side_stays_where_the_other_uses_it(pair: Pair, taken_out_by: str) -> None:
    by, other = (pair.here, pair.there) if taken_out_by == "here" else (pair.there, pair.here)
    changes = {
        "{key: b, title: 关于工作推进方面}": "{key: work, title: 关于其他方面}",
        "财务科]": "财务处, 法规科]",
        "leaders: [局长,": "leaders: [主任,",
    }
    settle(by, changes, **PROBLEM_2)
    number = actions.add_problem(other.root, "新问题", "b")
    change(other, "1.1", office="财务科")
    act(other, actions.escalate("局长", date(2024, 6, 15)), "1.2")
    send(pair.there)
    result = pair.here.run("sync")
    assert (result.code, result.err) == (0, "")
    for name in ("b", "财务科", "局长"):
        assert f"{name} 予以保留" in result.out
    receive(pair.there)
    assert same(pair)
    assert "category: b" in (pair.here.root / number.path).read_text(encoding="utf-8")
    settings = parse((pair.here.root / "data/ledger.yaml").read_bytes())
    assert {"work", "b"} <= {each["key"] for each in settings["categories"]}
    assert {"财务处", "财务科", "主任", "局长"} <= {*settings["offices"], *settings["leaders"]}
    assert {each.code for each in audit(pair.here.root).findings} == {"by-hand"}


def rename_category(ledger: LedgerOnDisk, key: str) -> None:
    """Give category b another key, and its problems with it."""
    records = {path: text.replace("category: work", f"category: {key}") for path, text in PROBLEM_2.items()}
    settle(ledger, {"{key: b,": f"{{key: {key},"}, **records)


@pytest.mark.parametrize(("renamed_by", "key"), [("here", "c9"), ("there", "work")])
def test_a_category_with_another_key_on_one_side_has_it_where_the_other_used_the_old_one(
    pair: Pair, renamed_by: str, key: str
) -> None:
    by, other = (pair.here, pair.there) if renamed_by == "here" else (pair.there, pair.here)
    rename_category(by, key)
    number = actions.add_problem(other.root, "新问题", "b")
    send(pair.there)
    result = pair.here.run("sync")
    assert (result.code, result.err) == (0, "")
    assert f"{number} 中的 b 已改为 {key}" in result.out
    receive(pair.there)
    assert same(pair)
    assert f"category: {key}" in (pair.here.root / number.path).read_text(encoding="utf-8")
    settings = parse((pair.here.root / "data/ledger.yaml").read_bytes())
    assert [each["key"] for each in settings["categories"]] == ["a", key]
    assert {each.code for each in audit(pair.here.root).findings} == {"by-hand"}


def test_a_name_stays_where_one_side_has_emptied_its_list(pair: Pair) -> None:
    text = (pair.here.root / "data/ledger.yaml").read_text(encoding="utf-8")
    pair.here.write("data/ledger.yaml", text.replace("leaders: [局长, 分管副局长]", "leaders:"))
    pair.here.commit()
    act(pair.there, actions.escalate("局长", date(2024, 6, 15)), "1.2")
    send(pair.there)
    assert sync(pair.here.root).kept_names == ["局长", "分管副局长"]
    assert parse((pair.here.root / "data/ledger.yaml").read_bytes())["leaders"] == ["局长", "分管副局长"]


def test_a_name_that_nobody_uses_any_more_goes(pair: Pair) -> None:
    settle(pair.here, {"leaders: [局长,": "leaders: [主任, 局长,"})
    settle(pair.here, {"leaders: [主任, 局长,": "leaders: [局长,", ", 财务科]": "]"})
    report(pair.there, "1.2", "乙做的。")
    send(pair.there)
    assert sync(pair.here.root).kept_names == []


# ---------------------------------------------------------------- two extensions


@pytest.mark.apart
@pytest.mark.parametrize(("here", "there"), [("2025-03-01", "2025-02-01"), ("2025-02-01", "2025-03-01")])
def test_whose_time_limit_was_not_kept_is_told_and_both_extensions_stay_in_its_history(
    pair: Pair, here: str, there: str
) -> None:
    pair.there.ok("extend", "1.2", "--due", there, "--reason", "乙的理由")
    pair.here.ok("extend", "1.2", "--due", here, "--reason", "甲的理由")
    pair.there.ok("sync")
    said_here, said_there = pair.here.ok("sync"), pair.there.ok("sync")
    told = "1.2 的整改时限现在是 2025-02-01，不是本机所定的 2025-03-01"
    assert (told in said_here, told in said_there) == (here > there, there > here)
    for clone in pair.here, pair.there:
        shown = clone.json("show", "1.2")
        assert shown["due"] == "2025-02-01"
        reasons = [each["reason"] for each in shown["history"] if each["action"] == "extend"]
        assert sorted(reasons) == sorted(["甲的理由", "乙的理由"])
        assert [each["reason"] for each in clone.json("log", "1.2") if each["action"] == "extend"] == reasons
    assert told not in pair.here.ok("sync") + pair.there.ok("sync"), "once is enough"


def test_the_history_of_a_number_tells_nothing_of_another_measure_that_had_it_on_the_other_side(
    pair: Pair,
) -> None:
    enter(pair.there, "乙的措施")
    enter(pair.here, "甲的措施")
    report(pair.here, "2.4", "甲做的。")
    send(pair.there)
    sync(pair.here.root)
    subjects = [each["subject"] for each in pair.here.json("show", "2.4")["history"]]
    assert [each for each in subjects if "甲" in each] == []
    moved = [each["subject"] for each in pair.here.json("show", "2.5")["history"]]
    assert [each for each in moved if "乙" in each] == []
    assert any(each.startswith("进展 2.4") for each in moved)


# ---------------------------------------------------------------- numbers in texts


def test_a_text_that_speaks_of_a_number_that_has_changed_is_named(pair: Pair) -> None:
    enter(pair.there, "乙的措施")
    enter(pair.here, "甲的措施")
    enter(pair.here, "甲的另一项")
    report(pair.here, "1.2", "做法见措施２.4。")
    report(pair.here, "2.5", "与 2.4 万元无关，见问题2。")
    report(pair.there, "1.1", "见措施2.4。")
    send(pair.there)
    said = pair.here.ok("sync")
    assert "1.2 的文字里写到 2.4，它现在是 2.5；请核对改正：xuncha edit 1.2" in said
    assert said.count("的文字里写到") == 1


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("见措施1.3。", "1.3", True),
        ("详见 1.3", "1.3", True),
        ("措施“1.3”", "1.3", True),
        ("同问题3", "3", True),
        ("问题3.1", "3", False),
        ("见措施1.30", "1.3", False),
        ("见措施11.3", "1.3", False),
        ("投入1.3万元", "1.3", False),
        ("问题13", "3", False),
        ("见措施1.3.2", "1.3", True),
        ("见措施（１．３）", "1.3", True),
        ("参照问题3", "3", True),
        ("发现问题3个", "3", False),
        ("发现问题1.12个", "1", False),
    ],
)
def test_what_counts_as_speaking_of_a_number(text: str, number: str, wanted: bool) -> None:
    cited = [identity for _words, identity in citations({"progress": [{"text": text}]})]
    assert (Identity.parse(number) in cited) is wanted


@pytest.mark.apart
def test_what_took_another_number_is_compared_with_itself(pair: Pair) -> None:
    """Not with what has its old number now: that one is open, and due earlier."""
    enter(pair.there, "乙的措施")
    send(pair.there)
    for _each in range(2):
        enter(pair.here, "甲的措施")
    report(pair.here, "2.4", "甲做的。")
    act(pair.here, actions.close(date(2024, 6, 15)), "2.4")
    act(pair.here, actions.extend(date(2025, 6, 1), "甲的理由"), "2.5")
    done = sync(pair.here.root)
    assert [(str(each.move.old), str(each.move.new)) for each in done.renumbered] == [
        ("2.4", "2.5"),
        ("2.5", "2.6"),
    ]
    assert (done.reopened, done.earlier_deadlines) == ([], [])
