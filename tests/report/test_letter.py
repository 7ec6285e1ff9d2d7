"""Letters: to one office, only about measures that are late or due soon."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import all_lights
from tests.conftest import measure
from tests.report.ledgers import told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

KINDS = ("reminder", "supervision", "warning")


def test_several_measures_of_an_office_are_one_letter_the_most_pressing_first(
    bare_ledger: LedgerOnDisk,
) -> None:
    shown = told(all_lights(bare_ledger), "report", "letter", "reminder", "3.1", "1.1", "2.1", "1.1")
    assert "规划科：" in shown
    assert "你科室牵头的3条整改措施中，1条已逾期，2条将在14天内到期。" in shown
    places = [shown.index(f"{number}.") for number in ("1", "2", "3")]
    order = [shown.index(f"（{identity}）") for identity in ("1.1", "2.1", "3.1")]
    assert order == sorted(order)
    assert places


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_has_signed_and_nobody_is_given_a_copy_unless_somebody_says_so(
    bare_ledger: LedgerOnDisk, kind: str
) -> None:
    ledger = all_lights(bare_ledger)
    shown = told(ledger, "report", "letter", kind, "1.1")
    assert not re.search("抄送|签发|〔", shown)
    path = ledger.root / "data/ledger.yaml"
    said = "papers: {signer: 张某, copies: [责任领导, 驻局纪检组]}\n"
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    shown = told(ledger, "report", "letter", kind, "1.1", "--number", "某水整改〔2024〕3号")
    assert re.search("\n某水整改〔2024〕3号\u3000+签发人：张某\n", shown)
    assert shown.endswith("\n抄送：分管副局长，驻局纪检组。\n")
    shown = told(ledger, "report", "letter", kind, "1.1", "--signer", "李某", "--copies", "市纪委")
    assert "签发人：李某\n" in shown
    assert shown.endswith("\n抄送：市纪委。\n")


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("reminder", ["1.1", "2.1", "2.3", "3.1"]),
        ("supervision", ["1.1", "2.1", "2.3", "3.1"]),
        ("warning", ["1.1"]),
    ],
)
def test_an_office_is_pressed_for_what_is_late_or_near(
    bare_ledger: LedgerOnDisk, kind: str, wanted: list[str]
) -> None:
    shown = told(all_lights(bare_ledger), "report", "letter", kind, "--office", "规划科")
    found = [
        identity for identity in ("1.1", "1.2", "2.1", "2.2", "2.3", "3.1") if f"（{identity}）" in shown
    ]
    assert found == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_one_measure_stands_without_a_number(bare_ledger: LedgerOnDisk, kind: str) -> None:
    shown = told(all_lights(bare_ledger), "report", "letter", kind, "1.2")
    assert "你科室牵头的1条整改措施已逾期" in shown
    assert "　　做好1.2号工作（1.2）。" in shown
    assert "时限：2024年5月1日，已逾期45天；目前状态：推进中；最近一次进展记录：2024年3月1日。" in shown


def test_what_is_due_today_and_what_never_ends_read_well(bare_ledger: LedgerOnDisk) -> None:
    ledger = all_lights(bare_ledger)
    assert "整改时限：2024年6月15日，当日到期；目前状态：已申请销号" in told(
        ledger, "report", "letter", "reminder", "2.1"
    )
    ledger.write(ledger.path("1.1"), measure("1.1", "not_started", term="long_term", due="null"))
    shown = told(ledger, "report", "letter", "supervision", "1.1")
    assert "整改时限：长期坚持；目前状态：未启动；最近一次进展记录：无。" in shown
    assert "1条整改措施需要抓紧推进。" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("reminder", "1.1", "1.2"), 1, "several-offices"),
        (("reminder", "2.2"), 1, "already-closed"),
        (("warning", "1.1", "2.1"), 1, "not-overdue"),
        (("reminder", "9.9"), 1, "no-such-measure"),
        (("reminder", "1"), 1, "not-a-measure"),
        (("reminder", "x"), 1, "bad-id"),
        (("reminder", "--office", "规化科"), 1, "unknown-office"),
        (("reminder", "--office", "办公室"), 1, "nothing-to-press"),
        (("warning", "--office", "办公室"), 1, "nothing-to-press"),
        (("reminder",), 2, "usage"),
        (("reminder", "1.1", "--office", "规划科"), 2, "usage"),
        (("问候", "1.1"), 2, "unknown-word"),
        (("reminder", "1.1", "-f", "xlsx"), 2, "unknown-format"),
    ],
    ids=str,
)
def test_a_letter_that_would_be_wrong_is_refused(
    bare_ledger: LedgerOnDisk, arguments: tuple[str, ...], code: int, error: str
) -> None:
    result = all_lights(bare_ledger).run("report", "letter", *arguments, "-o", "letter.txt")
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(f"error[{error}]: ")
    assert not (bare_ledger.root / "letter.txt").exists()


def test_an_office_replaces_a_letter_by_its_own(ledger: LedgerOnDisk) -> None:
    ledger.write(
        "templates/letter.reminder.outline.j2",
        "title 催办单\nto {{ letter.office }}\n{% for item in letter.items %}\np {{ item.id }} {{ item.title }}\n{% endfor %}\n",
    )
    assert "催办单\n\n规划科\n　　1.1 做好1.1号工作\n" in told(ledger, "report", "letter", "reminder", "1.1")


def test_a_wrong_template_is_told_with_its_line(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/letter.reminder.outline.j2", "title x\np {{ letter.nothing }}\n")
    result = ledger.run("report", "letter", "reminder", "1.1")
    assert (result.code, result.out) == (1, "")
    assert "templates/letter.reminder.outline.j2:2:1: error[template]: " in result.err
