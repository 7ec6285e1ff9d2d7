"""Headings in one form; a title and a signature that name the same body."""

from __future__ import annotations

import re

from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.proof.chapter import LOWEST_LEVEL, Chapter, Heading, Mistakes, Text

RULES = Chapter()
_ISSUER = r"中共\S{2,40}?(?:党组|党委|党工委|委员会|党总支|支部)"
_LONGEST_HEADING = 50  # characters of the longest heading
_STOP = "[。；;：:.，,]"
_ENDING = rf"[”’》]*(?:[（(][^（）()]*[）)])?{_STOP}*$"
_FORMS = {
    "问题": (re.compile(rf"问题{_ENDING}"), range(2, 5)),
    "方面": (re.compile(rf"方面{_ENDING}"), range(2, 4)),
    "关于": (re.compile("^(?:关于|在)"), range(2, 5)),
    "。": (re.compile(rf"{_STOP}$"), range(1, 5)),
}
"""The forms in which headings of a level should agree, each with the levels where it counts."""


@RULES.rule("heading-form", "note",
    why="Headings of one level are alike: all end with 问题 or 方面, or none; all begin with 关于, or none; all have a full stop, or none.",
    example="（一）关于学习贯彻上级部署方面\n（二）关于优化营商环境方面\n（三）{→关于}社会信用体系建设{不完善→方面}",
)  # fmt: skip
def _heading_form(text: Text) -> Mistakes:
    """Find headings that differ from most others of their level in their part; if it is half and half, from the first one."""
    groups: dict[tuple[int, int], list[Heading]] = {}
    part = 0
    for heading in text.headings:
        part += heading.level == 1
        if heading.title and heading.level <= LOWEST_LEVEL:
            groups.setdefault((heading.level > 1 and part, heading.level), []).append(heading)
    for (_part, level), group in groups.items():
        differing: dict[Heading, list[str]] = {}
        for name, (form, levels) in _FORMS.items():
            form_used = [bool(form.search(heading.title)) for heading in group]
            minority = not form_used[0] if form_used.count(form_used[0]) * 2 >= len(group) else form_used[0]
            description = (_("with {word}") if minority else _("without {word}")).format(word=name)
            for heading, uses_form in zip(group, form_used, strict=True):
                if level in levels and uses_form == minority:
                    differing.setdefault(heading, []).append(description)
        message = _("a heading {how}, unlike the others of its level: “{words}”")
        for heading, descriptions in sorted(differing.items()):
            shown = message.format(how=_(", ").join(descriptions), words=heading.title[-16:])
            yield (heading.line, heading.start), shown, ""


@RULES.rule("heading-stop", "note",
    why="A heading alone on its line ends without a full stop.",
    example="（一）关于学习贯彻上级部署方面{。→}\n对照要求，逐项整改。",
)  # fmt: skip
def _heading_stop(text: Text) -> Mistakes:
    """Find headings of one sentence, alone in their line above a paragraph; report the first of each level, with their number."""
    by_level: dict[int, list[Heading]] = {}
    for heading in text.headings:
        below = heading.line + 1 < len(text.lines) and heading.line + 1 not in text.heading_of
        sentence = heading.title.endswith("。") and heading.title.count("。") == 1
        if below and sentence and heading.is_whole_line and len(heading.title) < _LONGEST_HEADING:
            by_level.setdefault(heading.level, []).append(heading)
    for group in by_level.values():
        message = ngettext(
            "{n} heading of this level ends with a full stop",
            "{n} headings of this level end with a full stop",
            len(group),
        ).format(n=len(group))
        line = group[0].line
        yield (line, len(text.texts[line]) - 1), message, _("leave it out")


@RULES.rule("issuer-differs", "warning",
    why="The body that signs a notice is the one named in its title.",
    example="中共某市水务局党组关于巡察整改进展情况的通报\n中共某市水{利→务}局党组\n2024年4月18日",
)  # fmt: skip
def _issuer_differs(text: Text) -> Mistakes:
    """Find a signature before the date at the end that names another party organisation than the title."""
    titles = (re.search(rf"(?P<issuer>{_ISSUER})关于", words.replace(" ", "")) for words in text.texts[:10])
    title = next((match["issuer"] for match in titles if match), None)
    last = range(len(text.lines) - 1, max(0, len(text.lines) - 6), -1)
    signed = next((line for line in last if re.fullmatch(_ISSUER, text.texts[line])), None)
    if title and signed is not None and text.texts[signed] != title:
        message = _("the title names {title}, the signature {words}")
        yield (signed, 0), message.format(title=title, words=text.texts[signed]), ""
