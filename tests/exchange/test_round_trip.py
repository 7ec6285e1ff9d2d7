"""A ledger's notice is read back the same from each of its forms."""

from __future__ import annotations

import html
import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.test_corpus import NOTICES, abridged, expected
from xuncha.chinese.headings import Level, heading
from xuncha.chinese.punctuation import with_full_stop
from xuncha.model.identity import Identity
from xuncha.model.records import Closed, Ledger, Measure, Problem, Progress
from xuncha.model.settings import Category, Contact, Inspection, NoticeSettings, Settings
from xuncha.notice.content import content
from xuncha.notice.render import render
from xuncha.pages import html as web
from xuncha.pages import markdown, word
from xuncha.pages.line import Pages, plain_lines
from xuncha.paper.own import OwnFiles
from xuncha.reading.notice import as_json
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2024, 6, 15)
READERS: dict[str, Callable[[str], Any]] = {"txt": plain_lines, "md": markdown.lines, "html": web.lines}
_WORDS = ["建立", "台账", "水利", "工程", "组织", "学习", "调度", "群众", "服务", "管理", "资金", "项目", "每月", "3次", "《办法》", "“回头看”", "A4"]  # fmt: skip
_FAULTS = ["不够有力", "不及时", "存在薄弱环节", "流于形式", "有差距", "执行打折扣", "存在“轻监管”"]


def phrase(least: int = 2, most: int = 5) -> st.SearchStrategy[str]:
    """Return a strategy for phrases of a few words."""
    return st.lists(st.sampled_from(_WORDS), min_size=least, max_size=most).map("".join)


def fault() -> st.SearchStrategy[str]:
    """Return a strategy for problems, worded as in headings."""
    return st.builds(
        "{}{}{}".format, phrase(1, 3), st.sampled_from(_FAULTS), st.sampled_from(["", "问题", "的问题"])
    )


@st.composite
def measures(draw: st.DrawFn, number: int) -> dict[Identity, Measure]:
    """Draw the measures of a problem, with or without parts."""
    parts: list[str | None] = [*draw(st.lists(fault(), max_size=2, unique=True))]
    found: dict[Identity, Measure] = {}
    for part in parts or [None]:
        for _each in range(draw(st.integers(1, 3))):
            status = draw(st.sampled_from(["not_started", "in_progress", "closed"]))
            texts = draw(st.lists(phrase().map("{}，投入12.5万元。".format), max_size=2))
            found[Identity(number, len(found) + 1)] = Measure(
                title=draw(phrase()),
                part=part,
                leader="局长",
                office="办公室",
                due=date(2024, 12, 31),
                status=status,  # type: ignore[arg-type]
                progress=[Progress(date=DAY, text=text) for text in texts],
                closed=Closed(date=DAY) if status == "closed" else None,
            )
    return found


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger in which each category has a published problem."""
    titles = draw(st.lists(fault().map("关于{}方面".format), min_size=1, max_size=3, unique=True))
    problems: dict[int, Problem] = {}
    every: dict[Identity, Measure] = {}
    for key, _title in enumerate(titles, 1):
        for place in range(draw(st.integers(1, 3))):
            number = len(problems) + 1
            publish = place == 0 or draw(st.booleans())
            problems[number] = Problem(title=draw(fault()), category=f"c{key}", publish=publish)
            every |= draw(measures(number))
    return Ledger(
        Settings(
            organisation="中共某市水务局党组",
            inspection=Inspection(
                inspector="市委第二巡察组",
                round="八届市委第一轮巡察",
                started=date(2023, 6, 5),
                ended=date(2023, 9, 8),
                feedback=date(2023, 11, 10),
            ),
            categories=[Category(key=f"c{key}", title=title) for key, title in enumerate(titles, 1)],
            leaders=["局长"],
            offices=["办公室"],
            contact=Contact(office="局办公室", phone="0546-1234567", address="某路1号", email="a@example.cn"),
            notice=NoticeSettings(
                title="中共某市水务局党组关于巡察整改进展情况的通报", issuer="中共某市水务局党组", date=DAY
            ),
        ),
        problems,
        every,
    )


def tree(ledger: Ledger) -> list[Any]:
    """Return what the notice of a ledger shows, as a tree."""
    by_problem = ledger.by_problem()
    return [
        (
            category.title,
            [
                (problem.title, [said(measure) for measure in by_problem[number].values()])
                for number, problem in ledger.problems.items()
                if problem.category == category.key and problem.publish
            ],
        )
        for category in ledger.settings.categories
    ]


def said(measure: Measure) -> tuple[str | None, str, str | None]:
    text = "".join(
        with_full_stop(each) for each in [measure.title, *(entry.text for entry in measure.progress)]
    )
    return measure.part, text, None if measure.status == "closed" else measure.status


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("form", READERS)
@given(ledger=ledgers())
def test_a_notice_of_a_ledger_read_back_gives_the_same_tree_and_counts(form: str, ledger: Ledger) -> None:
    text = render(content(ledger, DAY), form, OwnFiles({}))[0].decode()
    found = as_json(read(Pages("notice", form, READERS[form](text))))  # type: ignore[arg-type]
    shown = [
        (
            category["title"],
            [
                (
                    problem["title"],
                    [
                        (measure["part"], measure["text"], measure["status"])
                        for measure in problem["measures"]
                    ],
                )
                for problem in category["problems"]
            ],
        )
        for category in found["categories"]
    ]
    assert shown == tree(ledger)
    status = [measure.status for measure in ledger.measures.values()]
    done = [
        all(measure.status == "closed" for measure in those.values())
        for those in ledger.by_problem().values()
    ]
    assert found["stated"] == {
        "problems_total": len(done),
        "measures_total": len(status),
        "problems_done": sum(done),
        "measures_done": status.count("closed"),
        "measures_in_progress": status.count("in_progress") or None,
        "completion_rate": None,
        "outcomes": {},
    }
    assert found["dates"] == {
        "inspection_start": "2023-06-05",
        "inspection_end": "2023-09-08",
        "feedback": "2023-11-10",
        "notice": "2024-06-15",
    }
    assert found["contact"] == {"phone": "0546-1234567", "address": "某路1号", "email": "a@example.cn"}
    assert (found["organisation"], found["inspector"]) == ("中共某市水务局党组", "市委第二巡察组")


# ---------------------------------------------------------------- one notice in every form


def as_page(lines: list[str]) -> Any:
    """Make a web page with a paragraph for each line, and read it."""
    body = "".join(f"<p><span>{html.escape(line)}</span></p>\n" for line in lines)
    return web.lines(f"<html><head><title>通报</title></head><body>{body}</body></html>")


def as_markdown(lines: list[str]) -> Any:
    """Markdown with a paragraph for each line."""
    return markdown.lines("\n\n".join(re.sub(r"([\\`*_<\[\]#])", r"\\\1", line) for line in lines))


def as_word(lines: list[str]) -> Any:
    """Make a Word document with a paragraph for each line, and read it."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return word.lines(_bytes(document), "notice.docx")[0]


def as_numbered_word(lines: list[str]) -> Any:
    """Make a Word document that numbers its own headings, as far as they are 一、 （一） and 1. without a gap, and read it."""
    document = Document()
    numbering = document.part.numbering_part.element
    levels = [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")]
    inside = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{inside}</w:abstractNum>')
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    depths = {Level.CHAPTER: 0, Level.SECTION: 1, Level.ITEM: 2}
    for line in lines:
        mark = heading(line)
        if mark is None or mark.level not in depths:
            document.add_paragraph(line)
            continue
        paragraph = document.add_paragraph(line[mark.end :])
        paragraph._p.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depths[mark.level]}"/><w:numId w:val="90"/></w:numPr>'
            )
        )
    return word.lines(_bytes(document), "notice.docx")[0]


def _bytes(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


FORMS: dict[str, tuple[str, Callable[[list[str]], Any]]] = {
    "a web page": ("html", as_page),
    "Markdown": ("md", as_markdown),
    "Word": ("docx", as_word),
    "Word that counts by itself": ("docx", as_numbered_word),
}
_BROKEN_TO_FILL_A_PAGE = "market.txt"


@pytest.mark.apart(but=5)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "path",
    [path for path in NOTICES if path.suffix == ".txt" and path.name != _BROKEN_TO_FILL_A_PAGE],
    ids=lambda path: path.name,
)
def test_a_notice_says_the_same_in_every_form(path: Path, form: str) -> None:
    kind, written = FORMS[form]
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted = expected(path)
    found = read(Pages(path.name, kind, written(lines)))  # type: ignore[arg-type]
    assert abridged(as_json(found), wanted) == wanted
