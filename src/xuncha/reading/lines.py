"""Make the paragraphs of a notice from the lines of a document: with full-width punctuation, without line breaks that only fill a page. Find labels in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from xuncha.chinese.characters import UNSAFE, width
from xuncha.chinese.enumerations import items
from xuncha.chinese.headings import heading
from xuncha.chinese.punctuation import full_width
from xuncha.pages.line import Line, Pages

LabelKind = Literal[
    "measures", "result", "state", "finding", "leader", "office", "co_offices", "due", "goal", "next"
]
_WORDS: Final[dict[LabelKind, str]] = {
    "leader": r"(?:整改)?(?:责任|牵头|分管|包保)(?:领导|人员|人)|责任(?:班子成员|县领导|局领导)",
    "office": r"(?:整改)?(?:主要|第一)?(?:责任|牵头|承办|主责)(?:科室|股室|处室|部门|单位|室|处|科|站所|支部)",
    "co_offices": r"(?:配合|协助|协同|参与)(?:责任)?(?:科室|股室|处室|部门|单位)",
    "due": r"(?:整改|完成|办结|销号)?(?:时限|期限)(?:要求)?|(?:计划|拟)?(?:完成|办结)时间|整改时间",
    "goal": r"(?:整改)?(?:目标|任务目标)",
    "state": r"整改状态|(?:整改)?完成情况|(?:整改)?结果|是否(?:完成|销号)|销号情况|办理结果|完成进度|状态",
    "finding": r"(?:巡察)?反馈(?:的)?(?:具体)?(?:问题|意见)|具体问题|存在(?:的)?(?:主要)?问题|(?:问题|具体|主要)表现|问题(?:描述|简述|概述)|(?<![^【\[])问题|原因分析",
    "measures": r"(?:主要|具体|采取|已采取)?(?:的)?整改(?:工作)?(?:措施|举措|做法|情况|进展|落实)(?:[和及与、](?:整改)?(?:进展|成效|效果|落实|完成)(?:情况)?)?(?:情况)?|(?:主要|具体|采取的?|工作)(?:措施|举措|做法)|(?:工作)?进展(?:情况)?|落实情况|整改",
    "result": r"(?:整改|工作|取得|阶段性)?(?:的)?(?:成效|效果)",
    "next": r"下一?步(?:打算|计划|措施|工作)?(?:打算|计划|安排)?",
}
_LABEL: Final = re.compile(
    r"(?:^|(?<=[\n。；;，,（(\s、])|(?=[【\[][^】\]]{3}))[【\[]?(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
    + r")(?:[】\]]\s*[：:]?|\s*[：:]|(?P<alone>(?=[^\S\n]*(?:\n|\Z))))\s*",
    re.MULTILINE,
)
_CONTROL: Final = re.compile(rf"[\t\n{UNSAFE}]")
_FULL_STOP: Final = re.compile(
    r"(?<=[\u3400-\u9fff）”》])[.．](?=\s*(?:$|[\u3400-\u9fff“《（]|[0-9]{1,4}[年月]))"
)
"""A period at the end of a Chinese sentence."""
_WIDEST_PAGE: Final = 60  # in full-width characters; lines that only fill a page are not wider
_LEAST_SHARE: Final = 0.3  # the least share of full lines in a text that is broken to fill a page
_TOLERANCE: Final = 2.5  # characters that a full line may lack
_SENTENCE_ENDS: Final = tuple("。！？；：…”）!?;:")
_NOISE: Final = re.compile(
    r"""^(?:.{0,30}(?:发布|成文|生成|更新|发文|公开)(?:日期|时间|机构|单位)|.{0,40}(?:浏览|点击|阅读|访问)(?:次数|量|数|：)
      | .{0,30}(?:信息来源|稿件来源|文章来源|来\s*源|作\s*者|编\s*辑|责任编辑|审核|索引号|信息分类|主题词|公开方式|有效性|文\s*号|文件名称)\s*[：:]
      | .{0,10}(?:当前位置|您的位置|您现在的位置|所在位置)
      | 首页|返回(?:首页|顶部)|上一[篇条]|下一[篇条]|相关(?:链接|文章|阅读|附件)|扫一扫|版权所有|主办(?:单位|[：:])|承办单位?|网站地图|无障碍|备案
      | [【\[]?\s*(?:打\s*印|关\s*闭|收\s*藏|分\s*享|字\s*[号体]|字体大小|大\s*中\s*小|朗\s*读|纠\s*错|字号)
      | .{0,60}[ICP]{3}备|.{0,60}公网安备)""",
    re.VERBOSE,
)
_LONGEST_NOISE: Final = 160
_FEWEST_LABELS: Final = 3  # the fewest labels in the first row of a table of labels
_BULLET: Final = re.compile(r"[•·●○■□◆◇▪▫▲△▶►➢➤★☆※◦∙\uf000-\uf0ff]\s*(?=\S)")
"""A bullet; it is removed before a line that has a number or a label of its own, or is the title."""
_BULLETED: Final = re.compile(r"中共|中国共产党|.{0,60}关于.{0,80}(?:通报|公示|公告|通告|报告)$")


class Label(NamedTuple):
    """A label before a colon, such as 整改措施： or 责任领导：, that begins at `begin`. Its text goes from `start` to `end`: the next label, or the end of the whole text."""

    kind: LabelKind
    begin: int
    start: int
    end: int


def labels(text: str) -> list[Label]:
    """Find the labels of a text, in order."""
    matches = ((match, text[: match.start()][-1:]) for match in _LABEL.finditer(text))
    found = [match for match, before in matches if match["alone"] is None or before in {"", "\n"}]
    kinds = [next(kind for kind in _WORDS if match[kind]) for match in found]
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [Label(kind, *match.span(), end) for kind, match, end in zip(kinds, found, ends, strict=False)]


def first_label(text: str) -> Label | None:
    """Return the label at the beginning of a text; None if there is none."""
    return next((label for label in labels(text)[:1] if label.begin == 0), None)


def is_noise(text: str) -> bool:
    """Return whether a line belongs to the web page around a text: publication date, source, number of readers, links."""
    return len(text) <= _LONGEST_NOISE and not text.endswith(("。", "；")) and bool(_NOISE.match(text))


def paragraphs(pages: Pages) -> list[Line]:
    """Return the paragraphs of a document, in order. Each character keeps its place in the file."""
    texts = [_FULL_STOP.sub("。", full_width(_CONTROL.sub(" ", line.text))) for line in pages.lines]
    shown = [line._replace(text=text) for line, text in zip(pages.lines, texts, strict=True)]
    shown = [_without_bullet(line) for line in _with_column_labels(shown, pages.cells)]
    return _unwrapped(shown) if pages.kind in {"txt", "md"} else shown


def _with_column_labels(lines: list[Line], cells: Mapping[int, tuple[int, int]]) -> list[Line]:
    """Return the lines of a document. Below a row of labels in a table, each cell gets the label of its column in front."""
    rows: dict[int, dict[int, Line]] = {}
    for line in lines:
        if line.line in cells:
            row, column = cells[line.line]
            rows.setdefault(row, {}).setdefault(column, line)
    heads: dict[int, str] = {}
    result: list[Line] = []
    for line in lines:
        row, column = cells.get(line.line, (0, 0))
        cell = rows.get(row, {})
        if sum(first_label(f"{each.text}：") is not None for each in cell.values()) >= _FEWEST_LABELS:
            heads = {place: each.text for place, each in cell.items()}
            continue
        if len(cell) <= 1:
            heads = {}
        elif heads and cell[column] is line:
            label = "." if heads.get(column) == "序号" else f"{heads[column]}：" if column in heads else ""
            numbered = label == "." and line.text.isdecimal()
            column_label = first_label(label)
            if numbered:
                line = join_lines([line, line._replace(text=".")])  # noqa: PLW2901
            elif column_label and column_label.kind != "finding":
                line = join_lines([line._replace(text=label, spans=line.spans[:1]), line])  # noqa: PLW2901
        result.append(line)
    return result


def _without_bullet(line: Line) -> Line:
    match = _BULLET.match(line.text)
    rest = line.part(match.end()) if match else None
    if rest and (heading(rest.text) or first_label(rest.text) or _BULLETED.match(rest.text)):
        return rest
    return line


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Join lines where a paragraph was broken to fill a page."""
    # The indent counts as part of the line: one full-width character for each blank.
    widths = [width(line.text) + line.column - 1 for line in lines]
    widest = max(widths, default=0)
    full = [value >= widest - _TOLERANCE for value in widths]
    if widest > _WIDEST_PAGE or sum(full) < max(3, _LEAST_SHARE * len(lines)):
        return lines
    indented = sum(line.column > 1 for line in lines) >= _LEAST_SHARE / 3 * len(lines)
    groups = [lines[:1]]
    for (before, line), is_full in zip(pairwise(lines), full, strict=False):
        follows = is_full and line.line == before.spans[-1].line + 1
        if follows and (line.column == 1 if indented else not _starts_paragraph(line.text, before.text)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [join_lines(group) for group in groups]


def _starts_paragraph(text: str, before: str) -> bool:
    begins_item = any(item.begin == 0 for item in items(text)[:1])
    begins = heading(text) or begins_item or first_label(text)
    signs = re.fullmatch("(?:中共|中国共产党)[^，。；：、]{2,40}", text)
    return bool(begins or signs or before.endswith(_SENTENCE_ENDS))


def join_lines(lines: Sequence[Line], between: str = "") -> Line:
    """Join lines into one, with a text between each two."""
    length, spans = 0, []
    for line in lines:
        spans += [span._replace(start=span.start + length) for span in line.spans]
        length += len(line.text) + len(between)
    return Line(between.join(line.text for line in lines), tuple(spans))
