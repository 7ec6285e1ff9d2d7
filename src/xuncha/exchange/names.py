"""Split a text that names several people or offices."""

from __future__ import annotations

import re

from xuncha.model.fields import MAX_NAME

_SIDE = re.compile(
    r"(?<=.)(?P<open>[（(])?(?:(?P<help>配合|协办|协助|参与)|牵头|主办|主责|负责)(?(open)(?:单位|部门|科室)?[)）]|$)"
)
"""What a name says of itself at its end: （牵头）, 配合."""
_ROLE = re.compile(
    r"(?P<lead>牵头|主办|主责|责任|承办|主要|分管|主管|包案|直接责任|第一责任)?(?P<help>配合|协办|协助|参与)?(?:领导|科室|单位|部门|处室|股室|人员|人)?\s*[：:]\s*"
)
_BETWEEN = re.compile(r"[、，,；;/／\n\t]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_OFFICES_JOINED = re.compile("(?<=[部科室处局办股])[和及与](?=[\u4e00-\u9fff]+[部科室处局办股]$)")
"""The joining word in 法务部和审计部."""
_PEOPLE_JOINED = re.compile(
    "(?<=^[\u4e00-\u9fff]{2})[和及与](?=[\u4e00-\u9fff]{2,3}$)|(?<=^[\u4e00-\u9fff]{3})[和及与](?=[\u4e00-\u9fff]{2,3}$)"
)
_MEMBER = re.compile("(?:党[组委]成员|党委委员|常委)$")
"""A rank that goes before the post of the same person: 党组成员、副局长张三."""
_AND_OTHERS = re.compile("等(?:相关|有关|各)?(?:科室|单位|部门|股室|处室|人员|同志|人)?$")
_MARKS = re.compile(r"[（(]|[)）]|" + _BETWEEN.pattern)
_POST = re.compile(r"(?:长|主任|书记|主席|委员|组长|队长|经理|处|科|局|师|成员|负责人|领导)$")


def names(text: str, *, people: bool = True) -> tuple[list[str], list[str]]:
    """Split a cell into people or offices. Return those who are responsible, and those who help (配合).

    It reads 牵头：规划科；配合：财务科、办公室, and 规划科（牵头）、财务科.
    """
    lead: list[str] = []
    helping: list[str] = []
    side, place = lead, 0
    for match in _ROLE.finditer(text):
        if match["lead"] or match["help"]:
            side += _split(text[place : match.start()], people=people)
            side, place = helping if match["help"] else lead, match.end()
    side += _split(text[place:], people=people)
    own: list[str] = []
    for name in lead:
        remark = _SIDE.search(name)
        (helping if remark and remark["help"] else own).append(_SIDE.sub("", name))
    return list(dict.fromkeys(own)), [name for name in dict.fromkeys(helping) if name not in own]


def _split(text: str, *, people: bool) -> list[str]:
    """Split a list of names; text in parentheses is not split."""
    parts, depth, place = [""], 0, 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        parts[-1] += text[place : match.start()]
        place = match.end()
        depth = max(0, depth + (mark in "（(") - (mark in ")）"))
        if depth or mark in ")）" or (people and mark == "、" and _MEMBER.search(parts[-1])):
            parts[-1] += mark
        elif mark.isspace() and mark != "\n" and _is_one_name(parts[-1], text[place:], people=people):
            parts[-1] += "" if len(parts[-1]) == 1 else " "
        else:
            parts.append("")
    parts[-1] += text[place:]
    found = (_AND_OTHERS.sub("", part.strip(" \u3000。.；;")).strip(" \u3000") for part in parts)
    whole = [name.replace("\n", "")[:MAX_NAME] for name in found if name]
    joined = _PEOPLE_JOINED if people else _OFFICES_JOINED
    return [each for name in whole for each in joined.split(name)]


def _is_one_name(before: str, after: str, *, people: bool) -> bool:
    """Return whether a blank is inside a name (张 三), or between a post and a name (局长 张三)."""
    behind_post = people and bool(_POST.search(before))
    return len(before.strip()) == 1 or behind_post or not re.match(r"[\u4e00-\u9fff]{2}", after)
