"""Read a published notice from the lines of a document, as far as it states things. Pure functions.

This module decides which headings are categories, problems, or parts of problems. All text below them is measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, takewhile
from typing import Final

from xuncha.chinese.enumerations import items
from xuncha.chinese.headings import Level
from xuncha.chinese.punctuation import sentence_end
from xuncha.pages.line import Line, Pages, Span
from xuncha.reading.counts import stated_counts
from xuncha.reading.frame import read_frame, with_opening
from xuncha.reading.lines import first_label, labels, paragraphs
from xuncha.reading.measures import (
    IN_BRACKETS,
    ONE_LINE,
    measures,
    state_alone,
    with_state_of_problem,
    without_state,
)
from xuncha.reading.notice import Category, Measure, Notice, Problem, StatedCounts
from xuncha.reading.outline import Node, outline

_DEEPEST: Final = 3  # levels of headings: category, problem, part
_NO_TITLE: Final = Line("", (Span(0, 1, 1),))
_STOPS: Final = "。；：:;，, （(【"
_LONGEST: Final = 150  # the most characters of a heading
_FAULT_FORM: Final = re.compile(
    r"存在|^(?:关于|针对|对于|聚焦|在[“\"「]|[“\"「])"
    r"|(?:问题|方面|现象|情形)(?:的?整改(?:落实)?(?:进展)?(?:情况)?)?$"
    r"|[”\"」]的?整改(?:落实)?(?:进展)?(?:情况)?$"
)
_FAULT_WORDS: Final = re.compile(
    r"不(?![断仅忘定折但准时只同敢懈])|(?<![从并])未(?!来)|没有|缺[乏失位少]|薄弱|滞后|偏[差低少慢软松]|差距|[弱淡虚边老]化"
    r"|短板|漏洞|盲区|欠缺|缓慢|松[懈散弛]|流于形式|走过场|打折扣|失之于|过[多高低长]|宽松|粗放|违[规反]|迟报|漏报|有待|乏力"
    r"|浮于|形同虚设|悬空|屡禁|重[^，。]{1,8}轻|脱节|随意|混乱|拖延|推诿|不足|空转|虚设|超标|欠账|隐患"
)
_PLAN: Final = re.compile(r"下一?步|下一?阶段|今后|后续|打算|努力方向|工作(?:计划|安排)|长效机制|常态长效")
_REST: Final = re.compile("^(?:目前|当前)?[仍还尚]?(?:存在|面临|遇到)的?(?:主要|突出)?(?:困难|不足)")
"""The title of a chapter on what the office itself finds difficult: it names no problems of the inspectors."""
_PROGRESS: Final = re.compile(
    r"(?:反馈|具体|重点|突出|问题|任务|事项|意见).*(?:整改|落实|完成|进展)|整改.*(?:进展|落实|完成|成效)(?:情况)?"
)
_ACTS: Final = re.compile(
    "进一步|持续|全面|切实|认真|深入|着力|坚[决持]|严[格肃把]|[强深优细]化|加[强大快]|建立|健全|完善|制定|修订|开展|组织|推[进动行]|规范|提[升高]|[落压夯]实"
    "|狠抓|抓[好实]|紧盯|聚焦|突出|注重|明确|召开|印发|出台|举办|督促|清理|整治|实[行施]|做[好实]|扩大|拓[宽展]|筑牢|树[立牢]|增强|统筹|创新|用好|畅通|改[进造]"
)
"""Words that begin a description of work done, and not of a fault."""
_RESULTS: Final = re.compile("成效|完成情况|整改结果|监督方式|联系方式|附件")
_PROBLEMS: Final = re.compile("问题|意见|任务|事项")
_ORGANISES: Final = re.compile(
    "^(?:关于)?(?:巡[察视])?整改[^，。]{0,8}(?:组织|领导|部署|推进|开展|基本情况|总体)"
)
_OF_OFFICE: Final = re.compile("|".join(each.pattern for each in (_PLAN, _ORGANISES, _REST)))
_LEADER_WORDS: Final = re.compile(
    r"(?:书记|主要(?:负责|领导)|第一责任人|一把手|领导班子|班子成员|党[组委]成员|[局院校厅县区镇]长)[^，。]{0,20}(?:情况|工作|责任|整改)"
)
_HEADS_MEASURES: Final = re.compile("[【[]?整改[措举].{1,3}[：:】]")
"""The label above the measures of a chapter: 整改措施："""


def read(pages: Pages) -> Notice:
    """Read a notice from the lines of a document."""
    lines = paragraphs(pages)
    notice, text, afterwards = read_frame(lines)
    opening, roots = outline(text)
    nodes, titles = _problem_section(roots)
    first = _place(nodes[0].line) if nodes else None
    before = list(takewhile(lambda line: _place(line) != first, text))
    of_leaders = [root for root in roots if _is_about_leaders(root)]
    inside = _places(of_leaders)
    counts = stated_counts(line.text for line in before if _place(line) not in inside)
    if counts == StatedCounts():
        inside |= _places(nodes)
        counts = stated_counts(line.text for line in text if _place(line) not in inside)
    texts = ["\n".join(line.text for line in part) for part in (opening, before[len(opening) :])]
    notice = with_opening(notice, *texts)
    work, plans = _work_and_plans(roots, nodes)
    return notice._replace(
        stated=counts,
        categories=_categories(nodes, titles),
        work=tuple(work),
        next_steps=(*plans, *afterwards),
        unread=pages.unread,
        lines=tuple(lines),
    )


def _place(line: Line) -> tuple[int, int]:
    return line.line, line.column


def _places(nodes: Iterable[Node]) -> set[tuple[int, int]]:
    """Return the places where the paragraphs of some sections begin."""
    return {_place(line) for node in nodes for line in (node.line, *node.descendants())}


def _problem_section(roots: list[Node]) -> tuple[list[Node], dict[int, Line]]:
    """Find the chapters that list the problems. Return the headings below them, and the titles of the chapters by the `id()` of these."""
    chapters = [node for node in roots if node.head.level is Level.CHAPTER]
    holding = [node for node in chapters if _holds_problems(node)]
    # If the headings of some chapters name faults, another chapter counts only if its title speaks of problems.
    sure = [node for node in holding if _name_faults(node)]
    if holding := [node for node in holding if not sure or node in sure or _PROBLEMS.search(_title(node))]:
        nodes = [child for node in holding for child in node.children if not _is_about_leaders(child)]
        return nodes, {id(child): _heading(node) for node in holding for child in node.children}
    return _categories_among(chapters) or [node for node in roots if node not in chapters], {}


def _categories_among(chapters: list[Node]) -> list[Node]:
    """Return the chapters that name faults, those between two, and beside them those with measures and no act as title: 管网漏损率偏高."""
    named = [node for node in chapters if _is_category(_title(node))]
    others = [node for node in chapters if _is_about_leaders(node) or _OF_OFFICE.search(_title(node))]
    nodes = [node for node in chapters if node in named or node not in others]
    measured = (node for node in nodes if any(_HEADS_MEASURES.match(line.text) for line in node.body))
    ends = [*named, *(node for node in measured if not _ACTS.match(_title(node)))]
    places = [place for place, node in enumerate(nodes) if node in ends]
    return nodes[places[0] : places[-1] + 1] if named else []


def _work_and_plans(roots: list[Node], nodes: list[Node]) -> tuple[list[Line], list[Line]]:
    """Return the paragraphs on how the work was organised (the chapters before the problems), and those on what comes next."""
    problem_nodes = set(map(id, nodes))
    sections = enumerate((root, *root.children) for root in roots)
    inside = [place for place, section in sections if not problem_nodes.isdisjoint(map(id, section))]
    first, last = (inside[0], inside[-1]) if inside else (0, len(roots))
    others = (root for root in roots[last + 1 :] if not _is_about_leaders(root))
    after = [root for root in others if not _RESULTS.search(_title(root))]
    plans = [root for root in after if _PLAN.search(_title(root))] or after[-1:]
    return list(_paragraphs(roots[:first])), list(_paragraphs(plans))


def _paragraphs(chapters: Iterable[Node]) -> Iterator[Line]:
    for chapter in chapters:
        rest = chapter.line.part(chapter.head.end + _heading_end(chapter.rest))
        yield from filter(None, (rest, *chapter.descendants()))


def _is_about_leaders(node: Node) -> bool:
    """Return whether a section is about what leaders did themselves. Such a section holds no problems."""
    title = _title(node)
    return bool(_LEADER_WORDS.search(title)) and not _names_fault(title)


def _holds_problems(chapter: Node) -> bool:
    """Return whether a chapter lists problems, and is not itself a category of problems."""
    title = _title(chapter)
    if _PLAN.search(title) or _REST.search(title) or not chapter.children or _is_about_leaders(chapter):
        return False
    if _most(_title(child).endswith("方面") for child in chapter.children):
        return True
    return not _is_category(title) and (bool(_PROGRESS.search(title)) or _name_faults(chapter))


def _name_faults(chapter: Node) -> bool:
    below = [child for node in chapter.children for child in node.children]
    return _most_name_faults(chapter.children) or _most_name_faults(below)


def _is_category(title: str) -> bool:
    """Return whether a chapter is itself a category of problems, and not a report on how they were handled."""
    if _PROGRESS.search(title):
        return not _PLAN.search(title) and title.startswith(("关于", "针对", "在“"))
    return not _OF_OFFICE.search(title) and _names_fault(title)


def _names_fault(title: str) -> bool:
    """Return whether a heading names a fault or an area with faults, and not what was done."""
    match = _FAULT_FORM.search(title.strip(_STOPS)) or _FAULT_WORDS.search(title)
    return len(title) <= _LONGEST and bool(match)


def _most_name_faults(nodes: Iterable[Node]) -> bool:
    return _most(_names_fault(_title(node)) for node in nodes)


def _most(values: Iterable[object]) -> bool:
    """Return whether at least half of some values are true; False if there are none."""
    found = list(map(bool, values))
    return bool(found) and 2 * sum(found) >= len(found)


def _categories(nodes: list[Node], titles: Mapping[int, Line]) -> tuple[Category, ...]:
    """Read the categories with their problems and measures. If there is none, return one for each chapter, with its title."""
    depth = max(map(_depth, nodes), default=0)
    if depth == 0:
        return ()
    without_categories = depth == 1 and not _most(_title(node).endswith("方面") for node in nodes)
    numbered_as_problems = depth < _DEEPEST and nodes[0].head.level not in {Level.CHAPTER, Level.SECTION}
    if without_categories or numbered_as_problems:
        chapters = groupby(nodes, lambda node: titles.get(id(node), _NO_TITLE))
        return tuple(Category(title, tuple(map(_problem, below))) for title, below in chapters)
    # If most nodes have headings below them, the children of the others are headings, too.
    alike = _most(map(_headings, nodes))
    below = [_headings(node) or (node.children if alike else []) or [node] for node in nodes]
    pairs = zip(nodes, below, strict=True)
    return tuple(Category(_heading(node), tuple(map(_problem, problems))) for node, problems in pairs)


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, _headings(node)), default=0)


def _headings(node: Node) -> list[Node]:
    """Return the children of a node if they are headings again; an empty list if they are measures."""
    children = node.children
    if not children or any(_headings(child) for child in children):
        return children
    labelled = _most("措施" in child.line.text[: child.head.end] for child in children)
    if labelled or node.announces_list("measures", "result"):
        return []
    rests = [child.rest[_heading_end(child.rest) :].strip() for child in children]
    rests = ["" if state_alone(rest) else rest for rest in rests]
    pairs = list(zip(children, rests, strict=True))
    if children[0].head.level is Level.CIRCLE and not any(child.children for child in children):
        return []
    if _most_name_faults(children):
        have_form = _most(_FAULT_FORM.search(_title(child)) for child in children)
        are_headings = have_form or _most(_content(child) or child.children or rest for child, rest in pairs)
    else:
        texts = ("\n".join([child.rest, *_content(child)]) for child in children)
        # Measures may have headings, too.
        acts = _most(_ACTS.match(_title(child)) for child in children)
        head_paragraphs = len(children) > 1 and _most(_content(child) and not rest for child, rest in pairs)
        with_children = _most(child.children for child in children)
        are_headings = with_children or (head_paragraphs and not acts) or _most(map(_has_measures, texts))
    return children if are_headings else []


def _content(node: Node) -> list[str]:
    """Return the paragraphs of a node that say more than who is responsible, until when, or how far it is."""
    texts = []
    for text in (line.text for line in node.body):
        label = first_label(text)
        if not label or not (label.kind in ONE_LINE or state_alone(text[label.start :])):
            texts.append(text)
    return texts


def _has_measures(text: str) -> bool:
    return bool(items(text)) or any(label.kind == "measures" for label in labels(text))


def _heading_end(text: str) -> int:
    """Return where the heading at the beginning of a paragraph ends: at a full stop, a label or its bracket, or an enumeration."""
    end = sentence_end(text)
    begins = [item.begin for item in items(text)[:1]] + [label.begin for label in labels(text[: end + 1])]
    brackets = IN_BRACKETS.finditer(text[: end + 1])
    begins += [match.start() for match in brackets if labels(match["inside"])]
    return min([end, *filter(None, begins)])


def _heading(node: Node) -> Line:
    """Return the heading of a node, without its number, the punctuation at its end, and a state in brackets."""
    line = node.line.part(node.head.end, node.head.end + _heading_end(node.rest))
    if line is None:
        return node.line._replace(text="")
    text, _state = without_state(line.text.rstrip(_STOPS))
    return line._replace(text=text.rstrip(_STOPS))


def _title(node: Node) -> str:
    return _heading(node).text


def _problem(node: Node) -> Problem:
    found, finding = _measures(node)
    parts = [part for child in _headings(node) for part in _parts(child, _heading(child))]
    every = [*found, *(measure._replace(part=title) for title, below, _finding in parts for measure in below)]
    findings = [finding, *(each for _title, _below, each in parts)]
    return Problem(
        str(node.head.number), _heading(node), tuple(every), "\n".join(filter(None, findings)) or None
    )


def _parts(node: Node, title: Line) -> Iterator[tuple[Line, list[Measure], str | None]]:
    """Yield the title, the measures and the finding of each part of a problem. The titles of deeper headings are appended."""
    yield title, *_measures(node)
    for child in _headings(node):
        yield from _parts(child, title._replace(text=f"{title.text}：{_title(child)}"))


def _measures(node: Node) -> tuple[list[Measure], str | None]:
    """Read the measures right below a heading, and the text before them."""
    end = _heading_end(node.rest)
    rest = node.line.part(node.head.end + end)
    own: list[Line] = [rest] if rest else []
    if _headings(node):
        own += node.body
        text = "\n".join(line.text for line in own)
        if not _has_measures(text):
            return [], text or None
    else:
        own += node.descendants()
    found, finding = measures(own)
    state = without_state(node.rest[:end].rstrip(_STOPS))[1]
    return with_state_of_problem(found, state), finding
