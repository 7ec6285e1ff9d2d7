"""Settings of ledger.yaml in a notice: counts in the office's own words, units, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from tests.notice import forms
from tests.notice.forms import FORMS, notice, read
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

DATE = "date: 2024-06-15}"


def add(ledger: LedgerOnDisk, *keys: str) -> None:
    """Put keys into the settings of the notice."""
    forms.settings(ledger, DATE, ", ".join((DATE[:-1], *keys)) + "}")


def findings(ledger: LedgerOnDisk) -> list[tuple[str, int | None]]:
    """Return the codes of the findings, with their lines."""
    return [(each.code, each.place.line) for each in check(WorkingTree(ledger.root))]


@pytest.mark.parametrize("form", FORMS)
def test_counts_take_the_places_that_an_offices_own_words_keep_for_them(
    bare_ledger: LedgerOnDisk, form: str
) -> None:
    add(
        bare_ledger,
        "work: ['{问题数}个问题已改{已完成问题数}个，{措施数}条已办{已完成措施数}条，在办{推进中措施数}条。']",
        "next_steps: ['其余{ 推进中措施数 }条抓紧办，共｛措施数｝条。']",
    )
    forms.settings(bare_ledger, "title: 中共", "title: '{问题数}个问题：中共")
    forms.settings(bare_ledger, "情况的通报,", "情况的通报',")
    shown = read(form, notice(bare_ledger.root, form))
    assert shown[0].startswith("3个问题：中共")
    assert shown[3] == "3个问题已改0个，6条已办2条，在办3条。"
    assert shown[4].startswith("按照有关规定"), "what the office told already is not told twice"
    assert "其余3条抓紧办，共6条。" in shown


def test_the_usual_sentence_stays_where_the_own_words_do_not_tell_what_is_complete(
    bare_ledger: LedgerOnDisk,
) -> None:
    add(bare_ledger, "work: ['共{问题数}个问题。']")
    shown = notice(bare_ledger.root)
    assert "共3个问题。" in shown
    assert "截至目前，3个问题中已完成整改0个" in shown


@pytest.mark.parametrize("word", ["{逾期数}", "{problems}", "{问题数量}", "｛总数｝"])
def test_another_placeholder_is_an_error_at_its_place(bare_ledger: LedgerOnDisk, word: str) -> None:
    before = (bare_ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    line = before[: before.index("notice:")].count("\n") + 1
    add(bare_ledger, f"next_steps: ['甲{word}乙']")
    assert findings(bare_ledger) == [("unknown-placeholder", line)]


@pytest.mark.parametrize("word", ["{{问题数}", "{0}", "{x}", "{% raw %}", "{{ notice.title }}"])
def test_what_is_no_placeholder_is_text_and_nothing_is_run(bare_ledger: LedgerOnDisk, word: str) -> None:
    add(bare_ledger, f"work: ['甲{word}乙']")
    assert findings(bare_ledger) == []
    assert f"甲{word}乙" in notice(bare_ledger.root)


@pytest.mark.parametrize("word", ["{问题数}", "{逾期数}", "{{已完成问题数}}", "｛措施数｝"])
def test_a_word_in_two_braces_is_printed_in_one_and_stands_for_no_count(
    bare_ledger: LedgerOnDisk, word: str
) -> None:
    add(bare_ledger, f"work: ['甲{{{word}}}乙']")
    assert findings(bare_ledger) == []
    shown = notice(bare_ledger.root)
    assert f"甲{word}乙" in shown
    assert "截至目前，3个问题中已完成整改0个" in shown


def test_texts_of_measures_hold_no_placeholders(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", notice_text="'{问题数}'"))
    assert "{问题数}" in notice(bare_ledger.root)


def test_measures_are_counted_in_the_offices_unit(bare_ledger: LedgerOnDisk) -> None:
    add(bare_ledger, "measure_unit: 项")
    shown = notice(bare_ledger.root)
    assert "制定6项整改措施" in shown
    assert "6项措施中已完成2项，正在推进3项，尚未启动1项" in shown
    assert "条" not in shown


def test_a_unit_that_nobody_counts_in_is_an_error(bare_ledger: LedgerOnDisk) -> None:
    add(bare_ledger, "measure_unit: 只")
    assert [code for code, _line in findings(bare_ledger)] == ["unknown-word"]


def test_the_rhythm_and_the_short_name_are_told_where_they_are_set(bare_ledger: LedgerOnDisk) -> None:
    assert "汇报一次" not in notice(bare_ledger.root)
    add(bare_ledger, "rhythm: 每半个月", "short_name: 我局")
    shown = notice(bare_ledger.root)
    assert "责任科室每半个月向责任领导汇报一次进展，责任领导掌握情况、督促落实。" in shown
    assert "收到反馈意见后，我局及时传达学习" in shown


def test_what_policy_and_measures_do_not_bear_out_is_not_claimed(bare_ledger: LedgerOnDisk) -> None:
    shown = notice(bare_ledger.root)
    assert "由一名责任领导负总责" in shown
    assert "佐证材料" not in shown
    forms.settings(bare_ledger, "close_requires: [progress]", "close_requires: [evidence, second_person]")
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", leader=None))
    shown = notice(bare_ledger.root)
    assert "由一名责任领导负总责" not in shown
    assert "逐条核验佐证材料，申请销号和办理销号由不同人员负责" in shown


def test_how_often_is_looked_again_is_told_where_the_ledger_says_so(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", term="long_term"))
    assert "1条长期措施，定期开展“回头看”" in notice(bare_ledger.root)
    forms.settings(bare_ledger, "  due_soon_days: 14\n", "  due_soon_days: 14\n  review_every_days: 90\n")
    assert "1条长期措施，每90天至少开展一次“回头看”" in notice(bare_ledger.root)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            "until: 2024-07-15, hours: 工作日8:30至17:30",
            "意见受理截至2024年7月15日，时间为工作日8:30至17:30。",
        ),
        ("until: 2024-07-15", "意见受理截至2024年7月15日。"),
        ("hours: 工作日", "意见受理时间为工作日。"),
    ],
)
def test_until_when_and_at_which_hours_comments_are_taken(
    bare_ledger: LedgerOnDisk, keys: str, told: str
) -> None:
    assert "意见受理" not in notice(bare_ledger.root)
    forms.settings(bare_ledger, "email: a@example.cn}", f"email: a@example.cn, {keys}}}")
    assert notice(bare_ledger.root).splitlines()[-4].endswith(f"a@example.cn。{told}")


def test_own_words_stand_for_a_measure_that_is_not_started(bare_ledger: LedgerOnDisk) -> None:
    assert "该项措施尚未启动。" in notice(bare_ledger.root)
    add(bare_ledger, "not_started_text: 该项措施列入下一阶段安排")
    shown = notice(bare_ledger.root)
    assert "做好1.1号工作。该项措施列入下一阶段安排。" in shown
    assert "尚未启动。" not in shown.partition("二、反馈问题")[2]


def test_a_notice_that_is_older_than_what_it_prints_is_warned_of(ledger: LedgerOnDisk) -> None:
    forms.settings(ledger, DATE, "date: 2024-02-29}")
    warned = ledger.run("--lang", "en", "notice")
    assert warned.code == 0
    assert (
        "`notice.date` is 2024-02-29, but the notice prints later progress of 1.2, 2.1, 2.2, 2.3;"
        in warned.err
    )
    assert "3.1" not in warned.err, "what is withheld is not printed"
    forms.settings(ledger, "date: 2024-02-29}", "date: 2024-03-01}")
    assert "notice.date" not in ledger.run("--lang", "en", "notice").err
