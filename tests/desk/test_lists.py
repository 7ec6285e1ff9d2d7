"""Lists show their filters and remove them; further pages and items are one click away."""

from __future__ import annotations

import html
import re
import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.conftest import measure
from tests.desk.client import Browser, told
from tests.punctuation import half_width
from xuncha.desk import view
from xuncha.desk.pages import today
from xuncha.model.identity import Identity
from xuncha.requests.selection import text_reader
from xuncha.store.files import WorkingTree

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def links(text: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'href="([^"]*)"', text)]


def test_filters_without_a_field_are_seen_and_taken_away(browser: Browser) -> None:
    page = browser.get("/measures?due_within=300&person=%E5%BC%A0&done=abc")
    assert "300天" in told(page)
    assert "/measures?person=%E5%BC%A0" in links(page.text)
    assert "/measures?due_within=300" in links(page.text)
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    assert {("due_within", "300"), ("person", "张")} <= set(fields), "another filter is added to them"


def test_another_page_of_a_list_is_of_the_same_list(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "_ROWS", 1)
    page = browser.get(f"/measures?page=2&done=abc&words={quote('工作')}&order=due")
    (before,) = re.findall(r'rel="prev" href="([^"]*)"', page.text)
    assert html.unescape(before) == f"?words={quote('工作')}&order=due&page=1"


def test_what_waits_besides_is_one_click_away(
    browser: Browser, ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("甲", "乙"):
        ledger.ok("add", "measure", "1", title)
    monkeypatch.setattr(today, "_SHOWN", 1)
    page = browser.get("/")
    more = [each for each in links(page.text) if "kind=" in each]
    assert more
    for address in more:
        there = browser.get(address)
        (number,) = re.findall(r'<h2>[^<]*<span class="number">(\d+)</span>', there.text)
        assert there.text.count('class="what"') == int(number) > 1


def test_a_time_limit_still_to_be_set_is_not_called_a_term(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "measure", "1", "甲", "--leader", "局长", "--office", "办公室")
    for address in ("/", "/measures", "/measures/1.3"):
        page = browser.get(address).text
        assert '<span class="unsaid">待明确</span>' in page
        assert not re.search("限时完成</(td|dd|span)>", page)


def test_each_button_of_a_task_is_a_step_that_is_allowed(ledger: LedgerOnDisk) -> None:
    slipped = "[{date: 2024-06-01, result: slipped}]"
    for identity, status, keys in (
        ("1.1", "not_started", {"due": "2024-06-01"}),
        ("1.2", "in_progress", {"due": "2024-06-16"}),
        ("2.2", "closed", {"term": "long_term", "closed": "{date: 2023-12-01, by: 办公室}"}),
        ("2.3", "closed", {"term": "long_term", "reviews": slipped}),
    ):
        ledger.write(ledger.path(identity), measure(identity, status, **keys))
    ledger.commit("other states")
    page = Browser(ledger.root).get("/")
    shown: dict[str, list[str]] = {}
    for verb, identity in re.findall(r'href="/act\?action=([a-z]+)&amp;id=([0-9.]+)"', page.text):
        shown.setdefault(identity, []).append(verb)
    assert shown == {
        "1.1": ["start", "progress", "extend"],
        "1.2": ["progress", "submit"],
        "2.1": ["close", "return"],
        "2.2": ["review"],
        "2.3": ["reopen"],
    }


def test_a_refusal_is_shown_before_anything_is_typed_and_once(browser: Browser) -> None:
    reason = "2.2 已销号，不能再销号"
    page = browser.get("/act?action=close&id=1.2&id=2.2")
    assert told(page).count(reason) == 1
    assert told(browser.send(page, "/act")).count(reason) == 1


def test_today_says_who_inspected_in_the_words_of_the_terminal(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    second_line = ledger.ok("--lang", "zh", "status").splitlines()[1].strip()
    assert second_line in told(browser.get("/"))


@pytest.mark.parametrize("address", ["/problems/1", "/measures/1.2", "/act?action=set&id=1.2"])
def test_a_form_names_the_custom_fields_in_full_width_brackets(browser: Browser, address: str) -> None:
    labels = re.findall(r"<label[^>]*>(自定义字段.*?)</label>", browser.get(address).text)
    assert labels
    assert [each for each in labels if each.endswith("（风险等级）")]


def test_the_form_of_a_review_names_its_result_without_the_words_of_the_command(browser: Browser) -> None:
    shown = told(browser.get("/act?action=review&id=2.2"))
    assert "成效保持" in shown
    assert "holds" not in shown


def test_the_choices_of_a_setting_are_chinese_and_are_saved_as_in_the_file(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    page = browser.get("/settings?section=fields")
    assert re.findall(r'<option value="number">(.*?)</option>', page.text)[:1] == ["数字"]
    assert re.findall(r'<option value="measure" selected>(.*?)</option>', page.text)[:1] == ["整改措施"]
    typed = {"fields.2.key": "weight", "fields.2.label": "权重", "fields.2.of": "measure"}
    browser.send(page, "/settings/fields", **typed, **{"fields.2.type": "number"})
    assert "of: measure, type: number" in (ledger.root / "data/ledger.yaml").read_text(
        encoding="utf-8"
    ).replace("\n    ", ", ")


PAGES = "/ /measures /measures/1.2 /problems /problems/1 /remove/1.1 /comments /settings /edit/1.2 /act?action=close&id=1.2 /notice /reports /dashboard /import /log /together"


@pytest.mark.parametrize("address", PAGES.split())
def test_every_page_notices_that_the_ledger_was_changed(browser: Browser, address: str) -> None:
    page = browser.get(address)
    assert page.status == 200
    assert re.search(r'id="changed"[^>]* data-number="\d+"', page.text)


def test_a_long_title_takes_three_lines_of_a_list_on_screen_and_all_of_them_on_paper(
    ledger: LedgerOnDisk, browser: Browser
) -> None:
    title = "完善重点领域项目资金拨付机制" * 60
    ledger.ok("add", "measure", "1", title, "--due", "2024-06-01")
    for path in ("/", "/measures", "/problems/1"):
        assert title in browser.get(path).text
    css = browser.get("/static/desk.css").text
    (rule,) = re.findall(r"@media screen \{ ([^{]*) \{[^}]*-webkit-line-clamp: 3;[^}]*\} \}", css)
    assert {".tasks .what", ".rows .title a"} <= {*rule.split(", ")}


def test_a_search_through_many_measures_does_not_hold_all_their_records_at_once(ledger: LedgerOnDisk) -> None:
    """Ten thousand records took 50 MB for good, and their texts 6."""
    ids = [Identity(1, number) for number in range(1, 301)]
    for each in ids:
        ledger.write(each.path, ledger.read("1.2"))
    read = text_reader(WorkingTree(ledger.root))
    read(ids[:1])
    tracemalloc.start()
    texts = read(ids)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(texts) == len(ids)
    assert peak - kept < 100_000


def test_pages_hold_no_half_width_punctuation_beside_chinese(browser: Browser) -> None:
    for path in ("/", "/measures", "/measures/1.2", "/problems", "/problems/1", "/act?action=set&id=1.2", "/remove/2.3", "/comments", "/settings", "/reports", "/log", "/import", "/together"):  # fmt: skip
        shown = browser.get(path).text.partition("<main")[2]
        assert half_width(html.unescape(re.sub("<pre.*?</pre>|<[^>]*>", "", shown, flags=re.DOTALL))) == [], (
            path
        )


def test_a_ledger_without_measures_does_not_blame_the_filters(ledger: LedgerOnDisk) -> None:
    ledger.git("rm", "-rq", "data/problems")
    ledger.commit()
    browser = Browser(ledger.root)
    assert "还没有措施" in told(browser.get("/measures"))
    assert "还没有措施" in told(browser.get("/measures?order=due")), "an order is no filter"
    assert "没有符合条件的措施" in told(browser.get("/measures?status=closed"))


def test_an_outcome_is_shown_to_the_last_digit(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", outcomes="{rules: 1234567.89}"))
    assert "1234567.89 项" in told(browser.get("/measures/1.1"))
    assert "1234567.89 项" in ledger.ok("show", "1.1")
