"""Text of the ledger stays text in every form of the notice, and is the same in all."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.notice.forms import FORMS, Page, notice, read
from tests.notice.test_withheld import write
from xuncha.chinese.punctuation import full_width_lines, full_width_markdown, full_width_page
from xuncha.paper.texts import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

SNIPPETS = [
    "{{ 7*7 }}",
    "{% raw %}",
    "{% endraw %}",
    "{# gone #}",
    "{{ notice.title }}",
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "</p><h2>forged</h2>",
    "<!-- gone -->",
    "<a@b.cn>",
    "a & b &amp; &lt;c&gt; &#42; &copy",
    "*bold* **bold** _it_ __it__",
    "~~gone~~",
    "# head",
    "#no head",
    "head #",
    "[x](y)",
    "![x](y)",
    "[x]: http://example.cn",
    "https://example.cn/?a=1&b=2",
    "a | b",
    "| a | b |",
    "`code` ``code``",
    "```",
    "~~~",
    "1. one",
    "1) one",
    "12. twelve",
    "123456789. many",
    "1.",
    "2)",
    "- one",
    "+ one",
    "* one",
    "-",
    "+",
    "---",
    "- - -",
    "***",
    "___",
    "===",
    "> quote",
    "\\* backslash \\",
    "a\\",
    "$x^2$",
    "'\"quotes\"'",
    "%s %(x)s {0} {x}",
]
"""What would act if it were not made harmless, in one form or another."""


def ledger_of(text: str) -> Any:
    """Return the files of a ledger that has a text in every published field."""
    return {
        "data/ledger.yaml": {
            "organisation": text,
            "inspection": {"inspector": text, "round": text, "feedback": "2023-11-10"},
            "categories": [{"key": "a", "title": text}],
            "leaders": ["甲"],
            "offices": ["乙"],
            "contact": {"office": text, "phone": text, "address": text, "email": text},
            "notice": {
                "title": text,
                "issuer": text,
                "date": "2024-06-15",
                "work": [text],
                "next_steps": [text],
            },
            "outcomes": [{"key": "rules", "label": text, "unit": text}],
        },
        "data/problems/01/problem.yaml": {"title": text, "category": "a"},
        "data/problems/01/1.1.yaml": {
            "title": text,
            "part": text,
            "leader": "甲",
            "office": "乙",
            "due": "2024-12-31",
            "status": "in_progress",
            "progress": [{"date": "2024-03-01", "text": text}],
            "outcomes": {"rules": 1},
        },
        "data/problems/02/problem.yaml": {"title": text, "category": "a"},
        "data/problems/02/2.1.yaml": {
            "title": "丙",
            "leader": "甲",
            "office": "乙",
            "due": "2024-12-31",
            "status": "in_progress",
            "notice_text": text,
        },
    }


class _Files:
    """What `write` takes: files alone."""

    def __init__(self, files: Any) -> None:
        self.files = files


def told(root: Path, files: Any) -> dict[str, str]:
    """Return the notice of these files, in each form."""
    write(root, _Files(files))  # type: ignore[arg-type]
    return {form: notice(root, form) for form in FORMS}


TIMES = 18
"""In how many fields of the ledger below the text stands between words of its own."""


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_each_form_shows_a_text_as_it_was_typed(bare_ledger: LedgerOnDisk, snippet: str) -> None:
    files = ledger_of(f"z {snippet} z")
    # Alone in a paragraph, and at the beginning of one: there, what makes a list, a rule or a heading would make one.
    files["data/ledger.yaml"]["notice"] |= {"issuer": snippet, "work": [f"{snippet} z", snippet]}
    files["data/problems/02/2.1.yaml"]["title"] = f"{snippet} z"
    shown = {form: read(form, output) for form, output in told(bare_ledger.root, files).items()}
    for form, paragraphs in shown.items():
        assert paragraphs[-2] == snippet, f"{form} does not show it as typed where it stands alone"
        assert paragraphs[3:5] == [f"{snippet} z", snippet], (
            f"{form} does not show it as typed in a paragraph"
        )
        times = "\n".join(paragraphs).count(f"z {snippet} z")
        assert times == TIMES, f"{form} shows it as typed {times} times"
    assert shown["md"] == shown["txt"]
    assert shown["html"] == shown["txt"]


@pytest.mark.parametrize("spaces", [" ", "    ", "        "])
def test_spaces_at_the_beginning_of_a_text_do_not_make_it_code(
    bare_ledger: LedgerOnDisk, spaces: str
) -> None:
    outputs = told(bare_ledger.root, ledger_of(f"{spaces}z"))
    markdown, text = read("md", outputs["md"]), read("txt", outputs["txt"])
    assert [each.replace(" ", "") for each in markdown] == [each.replace(" ", "") for each in text]


TEXTS = st.text("中一。，（）“”:,;()?!.*_`~#<>&[]{}|\\-+=\"'$%^/@ 1a", min_size=1, max_size=24).filter(
    str.strip
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(text=" :")
@given(text=TEXTS)
def test_all_forms_show_the_same(tmp_path: Path, text: str) -> None:
    shown = {form: read(form, output) for form, output in told(tmp_path, ledger_of(text)).items()}
    joined = {form: "\n".join(paragraphs).replace(" ", "") for form, paragraphs in shown.items()}
    assert joined["md"] == joined["txt"], "Markdown differs from text"
    assert joined["html"] == joined["txt"], "HTML differs from text"


@example(before="（", first="a", between="", second="1)")
@example(before="（一）", first=" :", between="", second="a")
@given(
    before=st.sampled_from(["", "（", "(", "（一）", "1."]),
    first=TEXTS,
    between=TEXTS | st.just(""),
    second=TEXTS,
)
def test_all_forms_show_the_same_whatever_stands_beside_a_text(
    before: str, first: str, between: str, second: str
) -> None:
    """In a heading, as the usual templates and those of an office may make it."""
    texts = (first, between, second)
    outputs = {
        "txt": full_width_lines(before + "".join(texts)),
        "md": full_width_markdown(f"# {before}{''.join(map(markdown, texts))}\n"),
        "html": full_width_page(f"<h1>{before}{''.join(map(escape, texts))}</h1>"),
    }
    shown = {form: "".join(read(form, output)).replace(" ", "") for form, output in outputs.items()}
    assert shown["md"] == shown["txt"]
    assert shown["html"] == shown["txt"]


def test_a_text_cannot_add_an_element_to_the_page(bare_ledger: LedgerOnDisk) -> None:
    harmless = Page.of(told(bare_ledger.root, ledger_of("z"))["html"])
    for snippet in (
        "</p><h2>forged</h2>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</style>",
    ):
        page = Page.of(told(bare_ledger.root, ledger_of(snippet))["html"])
        assert [element.tag for element in page.elements] == [element.tag for element in harmless.elements]


def test_a_text_of_several_lines_stays_one_paragraph(bare_ledger: LedgerOnDisk) -> None:
    record = ledger_of("甲乙")
    record["data/problems/02/2.1.yaml"]["notice_text"] = "第一行\n\n# 第二行\n- 第三行\n"
    write(bare_ledger.root, _Files(record))  # type: ignore[arg-type]
    for form in FORMS:
        paragraphs = read(form, notice(bare_ledger.root, form))
        assert "丙。第一行# 第二行- 第三行。该项措施正在推进。" in paragraphs, form


def test_the_snippets_are_valid_texts_of_a_ledger(bare_ledger: LedgerOnDisk) -> None:
    """Or the tests above would try nothing."""
    write(bare_ledger.root, _Files(ledger_of(SNIPPETS[0])))  # type: ignore[arg-type]
    assert (
        json.loads((bare_ledger.root / "data/ledger.yaml").read_text(encoding="utf-8"))["organisation"]
        == SNIPPETS[0]
    )
