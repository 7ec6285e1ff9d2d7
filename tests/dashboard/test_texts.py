"""Text of the ledger stays text on the dashboard, and the page loads no other file."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import LEDGER, measure
from tests.dashboard.pages import page
from tests.notice.forms import Page
from xuncha.chinese.punctuation import full_width

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}",
    "</svg></table></main></body></html>",
    "<!-- gone",
    "]]>",
    "{{ 7*7 }}{% raw %}{# x #}",
    "&lt;b&gt; &amp; &copy",
    "javascript:alert(1)",
    "https://example.cn/?a=1&b=2",
    "@import url(//example.cn)",
]
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "header", "main", "footer", "section", "h1", "h2", "h3", "p", "ul",
    "ol", "li", "a", "b", "i", "small", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary",
    "svg", "wbr", "defs", "pattern", "rect", "circle", "line", "path", "text",
}  # fmt: skip


def poison(ledger: LedgerOnDisk, text: str) -> None:
    """Put a text wherever a ledger takes one."""
    quoted = json.dumps(text, ensure_ascii=False)
    settings_ = LEDGER.replace("中共某市水务局党组\n", f"{quoted}\n", 1).replace("市委第二巡察组", quoted)
    settings_ = settings_.replace("{key: a, title: 关于学习贯彻方面}", f"{{key: a, title: {quoted}}}")
    settings_ = settings_.replace("分管副局长", quoted).replace("规划科", quoted)
    ledger.write("data/ledger.yaml", settings_)
    ledger.write("data/problems/01/problem.yaml", f"title: {quoted}\ncategory: a\nfinding: {quoted}\n")
    for path in (ledger.root / "data/problems").glob("*/*.*.yaml"):
        number = path.name.removesuffix(".yaml")
        status = re.search(r"status: (\w+)", path.read_text(encoding="utf-8"))
        assert status
        fields = {
            "title": quoted,
            "leader": quoted,
            "office": quoted,
            "goal": quoted,
            "co_offices": f"[{quoted}]",
        }
        if status[1] != "not_started":
            fields["progress"] = f"[{{date: 2024-03-01, text: {quoted}}}]"
        if status[1] == "closed":
            fields["closed"] = f"{{date: 2024-04-01, by: {quoted}, note: {quoted}}}"
        ledger.write(ledger.path(number), measure(number, status[1], **fields))


def assert_text_alone(shown: str, text: str) -> None:
    """Assert that a text is in a page as text, and that nothing but what the page is made of is in it."""
    read = Page.of(shown)
    assert {element.tag for element in read.elements} <= TAGS
    for element in read.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name in {"href", "src", "xlink:href"}:
                assert re.fullmatch(r"#[a-z0-9._-]+", value or ""), f"{name}={value} leads out of the page"
    assert next(element.text for element in read.elements if element.tag == "title").startswith(
        full_width(text)[:5]
    )
    cells = [element.text for element in read.elements if element.tag == "td"]
    assert any(full_width(text).strip() in cell for cell in cells), "it is not shown as it was typed"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(bare_ledger: LedgerOnDisk, text: str) -> None:
    poison(bare_ledger, text)
    for internal in (False, True):
        assert_text_alone(page(bare_ledger.root, internal=internal), text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([*HOSTILE, "字", "(", "a", " "]), min_size=1, max_size=4)
    .map("".join)
    .filter(str.strip)
)
def test_joined_hostile_texts_stay_text(bare_ledger: LedgerOnDisk, text: str) -> None:
    poison(bare_ledger, text)
    read = Page.of(page(bare_ledger.root, internal=True))
    assert {element.tag for element in read.elements} <= TAGS


def test_the_page_holds_all_it_needs(ledger: LedgerOnDisk) -> None:
    shown = ledger.ok("dashboard", "--internal")
    assert "<script" not in shown
    assert "@import" not in shown
    assert set(re.findall(r"url\(([^)]*)\)", shown)) == {"#late", "#hatch", "#dots"}
    assert not re.search(r"(?:https?:)?//", shown)
    assert "default-src 'none'" in shown, "and a browser would refuse to fetch anything"


def test_every_link_has_a_place_in_the_page(ledger: LedgerOnDisk) -> None:
    for options in ((), ("--internal",)):
        read = Page.of(ledger.ok("dashboard", *options))
        places = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
        assert len(places) == len(set(places)), "two places have one name"
        leading = {
            str(element.attributes["href"])[1:] for element in read.elements if "href" in element.attributes
        }
        assert leading <= set(places)
