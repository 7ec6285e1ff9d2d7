"""Headings of one form; a title and a signature that name the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.proof.catalogue import Remark, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xuncha.proof.text import Heading, Text

_STOPS = "。；;：:.，,"
_ISSUER = re.compile(r"(?P<issuer>中共\S{2,40}?(?:党组|党委|党工委|委员会|党总支|支部))关于")
_SHOWN = 16
_SHORT = 50
"""Characters; what is longer is no heading."""
_OFFICIAL = 4
"""The levels that the standard knows."""


class _Form(NamedTuple):
    """One respect in which headings of a level are alike or not."""

    has: Callable[[str], bool]
    levels: tuple[int, ...]


_FORMS = {
    "问题": _Form(lambda title: _ends(title, "问题"), (2, 3, 4)),
    "方面": _Form(lambda title: _ends(title, "方面"), (2, 3)),
    "关于": _Form(lambda title: title.startswith(("关于", "在")), (2, 3, 4)),
    "。": _Form(lambda title: title.endswith(tuple(_STOPS)), (1, 2, 3, 4)),
}


def _ends(title: str, word: str) -> bool:
    return re.sub(r"[（(][^（）()]*[）)]$", "", title.rstrip(_STOPS)).rstrip("”’》").endswith(word)


@rule(
    "heading-form",
    "note",
    why="Headings of one level are alike: all end with 问题 or 方面, or none; all begin with 关于, or none; all have a full stop, or none.",
    wrong="（一）关于学习贯彻上级部署方面\n（二）关于优化营商环境方面\n（三）社会信用体系建设不完善",
    right="（一）关于学习贯彻上级部署方面\n（二）关于优化营商环境方面\n（三）关于社会信用体系建设方面",
)
def heading_form(text: Text) -> Iterator[Remark]:
    """Headings that differ from most others of their level in their part; from the first, where it is half and half."""
    groups: dict[tuple[int, int], list[Heading]] = {}
    part = 0
    for heading in text.headings:
        part += heading.level == 1
        if heading.title and heading.level <= _OFFICIAL:
            groups.setdefault((heading.level > 1 and part, heading.level), []).append(heading)
    for (_part, level), group in groups.items():
        differing: dict[Heading, list[str]] = {}
        for name, form in _FORMS.items():
            if level in form.levels:
                for heading in _others(group, form.has):
                    differing.setdefault(heading, []).append(name)
        for heading, names in sorted(differing.items()):
            start = len(heading.mark)
            words = heading.title[-_SHOWN:]
            said = [
                _("without {word}").format(word=name)
                if not _FORMS[name].has(heading.title)
                else _("with {word}").format(word=name)
                for name in names
            ]
            message = _("a heading {how}, unlike the others of its level: “{words}”").format(
                how=_(", ").join(said), words=words
            )
            yield Remark(heading.line, start, heading.title[:_SHOWN], message)


def _others(group: list[Heading], has: Callable[[str], bool]) -> list[Heading]:
    """The headings that are the fewer: with a form, or without it; where there are many of both, none is said to be wrong."""
    with_it = [heading for heading in group if has(heading.title)]
    without = [heading for heading in group if not has(heading.title)]
    if not with_it or not without or len(group) < 2:  # noqa: PLR2004
        return []
    if len(with_it) == len(without):
        return without if group[0] in with_it else with_it
    return min(with_it, without, key=len)


@rule(
    "heading-stop",
    "note",
    why="A heading that stands alone in its line ends without a full stop.",
    wrong="（一）关于学习贯彻上级部署方面。\n对照要求，逐项整改。",
    right="（一）关于学习贯彻上级部署方面\n对照要求，逐项整改。",
)
def heading_stop(text: Text) -> Iterator[Remark]:
    """Headings of one sentence alone in a line, and a paragraph below; the first of each level, with how many there are."""
    found: dict[int, list[Heading]] = {}
    for heading in text.headings:
        below = heading.line + 1 < len(text.lines) and heading.line + 1 not in text.heading_of
        sentence = heading.title.endswith("。") and heading.title.count("。") == 1
        if below and sentence and heading.alone and len(heading.title) < _SHORT:
            found.setdefault(heading.level, []).append(heading)
    for group in found.values():
        first = group[0]
        message = ngettext(
            "{n} heading of this level ends with a full stop",
            "{n} headings of this level end with a full stop",
            len(group),
        ).format(n=len(group))
        place = len(text.texts[first.line]) - 1
        yield Remark(first.line, place, "。", message, _("leave it out"))


@rule(
    "issuer-differs",
    "warning",
    why="Who signs a notice is who speaks in its title.",
    wrong="中共某市水务局党组关于巡察整改进展情况的通报\n中共某市水利局党组\n2024年4月18日",
    right="中共某市水务局党组关于巡察整改进展情况的通报\n中共某市水务局党组\n2024年4月18日",
)
def issuer_differs(text: Text) -> Iterator[Remark]:
    """A signature before the date at the end that is another party organisation than that of the title."""
    head = next(
        (match for words in text.texts[:10] if (match := _ISSUER.search(words.replace(" ", "")))), None
    )
    if head is None:
        return
    for line in range(len(text.lines) - 1, max(0, len(text.lines) - 6), -1):
        words = text.texts[line]
        if re.fullmatch(r"中共\S{2,40}(?:党组|党委|党工委|委员会|党总支|支部)", words):
            if words != head["issuer"]:
                message = _("the title names {title}, the signature {words}").format(
                    title=head["issuer"], words=words
                )
                yield Remark(line, 0, words, message)
            return
