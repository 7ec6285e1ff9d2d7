"""Settings on the desk: a form changes only its own values in data/ledger.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LEDGER
from tests.desk.client import Browser, told
from tests.desk.served import visit
from xuncha.desk.pages.settings import SECTIONS
from xuncha.desk.record_form import parts

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

FULL = (
    LEDGER.replace("leaders: [局长, 分管副局长]", "leaders:\n  # 正职\n  - 局长\n  - 分管副局长   # 副职")
    + """\
people:
  - {name: 张某, emails: [a@example.cn, b@example.cn]}
proof:
  - {code: same-text, words: 某某}
"""
)


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Write settings with a value under every key, and open the ledger's desk in a browser."""
    ledger.write("data/ledger.yaml", FULL)
    ledger.commit()
    return Browser(ledger.root)


def test_every_key_of_the_file_stands_in_one_form(browser: Browser) -> None:
    assert sorted(key for _title, keys in SECTIONS.values() for key in keys) == sorted(parts())
    page = browser.get("/settings")
    for section, (_title, keys) in SECTIONS.items():
        form = browser.form(page, f"/settings/{section}")
        for key in keys:
            assert any(name == key or name.startswith(f"{key}.") for name in form), key


@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_that_is_sent_as_it_stands_changes_nothing(
    browser: Browser, ledger: LedgerOnDisk, section: str
) -> None:
    before = ledger.commits()
    page = browser.send(browser.get("/settings"), f"/settings/{section}")
    assert page.status == 200, told(page)
    assert ledger.commits() == before
    assert (ledger.root / "data/ledger.yaml").read_text() == FULL


@pytest.mark.parametrize(
    ("section", "typed", "old", "new"),
    [
        ("organisation", {"organisation": "中共某县水务局党组"}, "某市水务局党组\ni", "某县水务局党组\ni"),
        ("organisation", {"inspection.feedback": "2023年11月11日"}, "2023-11-10", "2023-11-11"),
        ("organisation", {"inspection.round": ""}, "  round: 八届市委第一轮巡察\n", ""),
        ("names", {"leaders": "局长\r\n分管副局长\r\n总工"}, "# 副职\n", "# 副职\n  - 总工\n"),
        ("names", {"offices": "办公室\r\n规划科"}, ", 财务科]", "]"),
        ("categories", {"categories.2.title": "关于新方面"}, "工作推进方面}\n", "工作推进方面}\n  - key: c1\n    title: 关于新方面\n"),
        ("categories", {"categories.1.title": "关于别的方面"}, "关于工作推进方面", "关于别的方面"),
        ("contact", {"contact.phone": ""}, "phone: 0546-1234567, ", ""),
        ("people", {"people.0.emails": "a@example.cn"}, "[a@example.cn, b@example.cn]", "[a@example.cn]"),
        ("outcomes", {"outcomes.0.unit": "件"}, "unit: 项}", "unit: 件}"),
        ("fields", {"fields.1.choices": "高\r\n低"}, "[高, 中, 低]", "[高, 低]"),
        ("policy", {"policy.due_soon_days": "２１"}, "due_soon_days: 14", "due_soon_days: 21"),
        ("policy", {"policy.close_requires": ["progress", "evidence"]}, "[progress]", "[progress, evidence]"),
        ("policy", {"policy.close_requires": []}, "[progress]", "[]"),
        ("policy", {"policy.review_every_days": "90"}, "[progress]\n", "[progress]\n  review_every_days: 90\n"),
        ("proof", {"proof.0.code": "", "proof.0.words": ""}, "proof:\n  - {code: same-text, words: 某某}\n", ""),
    ],
)  # fmt: skip
def test_what_is_written_into_a_form_is_one_commit_of_its_lines(
    browser: Browser, ledger: LedgerOnDisk, section: str, typed: dict[str, Any], old: str, new: str
) -> None:
    before = ledger.commits()
    page = browser.send(browser.get("/settings"), f"/settings/{section}", **typed)
    assert page.status == 200, told(page)
    assert (ledger.root / "data/ledger.yaml").read_text() == FULL.replace(old, new, 1)
    assert ledger.commits() == before + 1
    assert ledger.clean()


@pytest.mark.parametrize(
    ("section", "typed"),
    [
        ("names", {"offices": "办公室"}),
        ("names", {"leaders": "局长\r\n局长"}),
        ("policy", {"policy.due_soon_days": "两周"}),
        ("organisation", {"inspection.feedback": "2023-02-30"}),
        ("fields", {"fields.2.label": "没有说是谁的"}),
        ("organisation", {"leading_group.head": ""}),
        ("contact", {"contact.phone": "行\u202e内"}),
    ],
)
def test_what_is_refused_stays_as_it_was_typed(
    browser: Browser, ledger: LedgerOnDisk, section: str, typed: dict[str, str]
) -> None:
    page = browser.send(browser.get("/settings"), f"/settings/{section}", **typed)
    assert page.status == 409, told(page)
    assert "data/ledger.yaml" in told(page) or "data/problems" in told(page)
    form = browser.form(page, f"/settings/{section}")
    for name, value in typed.items():
        assert form[name].strip() == value.replace("\u202e", "�")
    assert (ledger.root / "data/ledger.yaml").read_text() == FULL


def test_what_another_has_changed_in_the_same_form_is_said(browser: Browser, ledger: LedgerOnDisk) -> None:
    page = browser.get("/settings")
    ledger.write("data/ledger.yaml", FULL.replace("0546-1234567", "0546-7654321"))
    ledger.commit()
    refused = browser.send(page, "/settings/contact", **{"contact.phone": "12345"})
    assert refused.status == 409
    assert "12345 → 0546-7654321" in told(refused)
    assert browser.form(refused, "/settings/contact")["contact.phone"] == "12345"
    other = browser.send(page, "/settings/policy", **{"policy.due_soon_days": "7"})
    assert other.status == 200, "the other forms say what they said"
    again = browser.send(refused, "/settings/contact")
    assert again.status == 200
    assert 'phone: "12345"' in (ledger.root / "data/ledger.yaml").read_text()


def test_a_broken_file_leads_to_the_file_itself(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.write("data/ledger.yaml", "leaders: [\n")
    page = browser.get("/settings")
    assert page.status == 409
    assert "/edit/data/ledger.yaml" in page.text
    assert browser.get("/edit/data/ledger.yaml").status == 200
    ledger.write("data/ledger.yaml", FULL.replace("inspection:\n", "inspection: nein\nx:\n"))
    assert browser.get("/settings").status == 409


def test_more_rows_without_a_script(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    page = browser.get("/settings")
    assert "categories.3.title" in page.text
    assert "categories.4.title" not in page.text
    typed = {"categories.2.title": "关于新方面", "categories.3.title": "关于又一方面", "more": "2"}
    page = browser.send(page, "/settings/categories", **typed)
    assert (page.status, ledger.commits()) == (200, before)
    form = browser.form(page, "/settings/categories")
    assert form["categories.3.title"] == "关于又一方面", "nothing that was typed is lost"
    assert {"categories.7.title"} <= {*form}
    assert "categories.7.title" in page.text.partition('id="categories" open')[2], "the form stays open"
    page = browser.post("/settings/categories", form | {"categories.5.title": "关于第三方面"})
    assert page.status == 200, told(page)
    assert ledger.commits() == before + 1
    written = (ledger.root / "data/ledger.yaml").read_text()
    assert written.index("关于新方面") < written.index("关于又一方面") < written.index("关于第三方面")
    assert 'name="more"' not in page.text.partition('id="contact"')[2].partition("</form>")[0]
    for huge in ("9" * 5000, "９", "-1", "x"):
        assert browser.send(browser.get("/settings"), "/settings/categories", more=huge).status == 200


def test_more_rows_are_no_way_around_what_was_changed_meanwhile(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    page = browser.get("/settings")
    ledger.write("data/ledger.yaml", FULL.replace("关于工作推进方面", "关于别的方面"))
    ledger.commit()
    page = browser.send(page, "/settings/categories", more="2")
    assert page.status == 409
    assert "关于别的方面" in told(page)


def test_fields_are_named_as_people_and_as_the_file_call_them(browser: Browser) -> None:
    shown = browser.get("/settings").text
    assert '临期天数 <code class="key">policy.due_soon_days</code>' in shown
    assert '标题 <code class="key">categories.title</code>' in shown
    field = shown.partition('name="contact.email"')[2].partition(">")[0]
    assert 'type="email"' in field, "the browser refuses one without @"
    assert '联系科室 <code class="key">contact.office</code>' in shown
    assert '办公室设在 <code class="key">leading_group.office</code>' in shown


def test_fields_are_named_in_english_too(ledger: LedgerOnDisk) -> None:
    shown = visit(ledger).get("/settings")
    assert 'Due soon days <code class="key">policy.due_soon_days</code>' in shown


@pytest.mark.parametrize("days", ["-5", "12345678901"])
def test_a_number_out_of_range_is_told_its_limit_as_on_the_command_line(browser: Browser, days: str) -> None:
    page = browser.send(browser.get("/settings"), "/settings/policy", **{"policy.due_soon_days": days})
    assert page.status == 409
    assert "整数" not in told(page), "it is one"


@pytest.mark.parametrize("fault", ["gone", "folder", "bytes"])
def test_without_a_file_there_is_a_page_that_says_so(
    browser: Browser, ledger: LedgerOnDisk, fault: str
) -> None:
    page, place = browser.get("/settings"), ledger.root / "data/ledger.yaml"
    place.unlink()
    if fault == "folder":
        place.mkdir()
    elif fault == "bytes":
        place.write_bytes(b"organisation: \xff\n")
    for answer in (
        browser.get("/settings"),
        browser.get("/edit/data/ledger.yaml"),
        browser.send(page, "/settings/contact", **{"contact.phone": "0546-7654321"}),
    ):
        assert answer.status == 409
        assert "data/ledger.yaml" in told(answer)
    assert "0546-7654321" in told(answer), "nothing that was typed is lost"
