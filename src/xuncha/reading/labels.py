"""Find labels before a colon, which say what follows: 整改措施：, 责任领导：, 整改时限：."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

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
    "finding": r"(?:巡察)?反馈(?:的)?(?:具体)?(?:问题|意见)|具体问题|存在(?:的)?(?:主要)?问题|(?:问题|具体|主要)表现|问题(?:描述|简述|概述)|原因分析",
    "measures": r"(?:主要|具体|采取|已采取)?(?:的)?整改(?:工作)?(?:措施|举措|做法|情况|进展|落实)(?:[和及与、](?:整改)?(?:进展|成效|效果|落实|完成)(?:情况)?)?(?:情况)?|(?:主要|具体|采取的?|工作)(?:措施|举措|做法)|(?:工作)?进展(?:情况)?|落实情况|整改",
    "result": r"(?:整改|工作|取得|阶段性)?(?:的)?(?:成效|效果)",
    "next": r"下一?步(?:打算|计划|措施|工作)?(?:打算|计划|安排)?",
}
_LABEL: Final = re.compile(
    r"(?:^|(?<=[\n。；;，,（(\s、]))[【\[]?(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
    + r")(?:[】\]]\s*[：:]?|\s*[：:]|(?P<alone>(?=[^\S\n]*(?:\n|\Z))))\s*",
    re.MULTILINE,
)


class Label(NamedTuple):
    """A label that begins at `begin`. Its text goes from `start` to `end`: the next label, or the end of the whole text."""

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
