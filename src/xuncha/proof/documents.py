"""Document numbers: 东发改产业〔2023〕360号."""

from __future__ import annotations

import re

from xuncha.chinese.characters import HAN
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.proof.chapter import Chapter, Mistakes, Text, write_hint
from xuncha.proof.dates import case_dates

RULES = Chapter()
_NUMBER = re.compile(
    r"〔\s?(?P<year>[0-9]{1,4})(?P<nian>年?)\s?〕\s?(?P<first>第?)(?P<number>[0-9]{1,5})(?P<hao>号?)"
)
_ISSUED = re.compile(
    r"(?P<issued>(?:19|20)[0-9]{2})年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?[，,]?(?:以(?![来后前上下])|印发|出台|下发|制定|制订|发布|联合印发|研究制定)[^。；;，,]{0,60}?〔(?P<year>[0-9]{4})〕"
)
_FIRST_YEAR = 1949

RULES.pattern("document-brackets", "error",
    rf"(?<={HAN})[\[(（【［｛{{《<﹝]\s?(?P<year>(?:19|20)[0-9]{{2}}|[0-9]{{2}})年?\s?[\])）】］｝}}》>﹞]\s?第?(?P<number>[0-9]{{1,5}})号",
    mark("“{words}”: the year of a document number is written in {mark}"), instead=r"〔\g<year>〕\g<number>号", mark="〔 〕",
    why="The year of a document number is written between 〔 and 〕 (GB/T 9704-2012, 7.2.5).",
    example="印发《行动方案》（东发改产业{[→〔}2023{]→〕}360号）。",
)  # fmt: skip


@RULES.rule("document-number", "warning",
    why="A document number is 〔2023〕360号: the full year without 年, the number without 第 or leading zeros, with 号 (GB/T 9704-2012, 7.2.5).",
    example="印发《行动方案》（东发改产业〔2023〕{第0→}36号）。",
)  # fmt: skip
def _document_number(text: Text) -> Mistakes:
    for line, match in text.search(_NUMBER):
        year, number = match["year"], match["number"]
        extra = match["nian"] or match["first"] or not match["hao"]
        if extra or number.startswith("0") or len(year) != len("2023"):
            message = _("“{words}” is not a correctly written document number")
            right = f"〔{'20' if len(year) == 2 else ''}{year}〕{number.lstrip('0') or '0'}号"  # noqa: PLR2004
            shown = message.format(words=text.texts[line][slice(*match.span())])
            yield (line, match.start()), shown, write_hint(right)


@RULES.rule("document-year",
    why="A document number has the year of issue, and a notice quotes documents that have been issued.",
    example="于2023年12月20日以东发改产业〔202{2→3}〕360号文件印发。",
)  # fmt: skip
def _document_year(text: Text) -> Mistakes:
    notice = case_dates(text).notice
    last = notice.date.year if notice and notice.date.year else 9999
    issued = {(line, match.end("year")): match["issued"] for line, match in text.search(_ISSUED)}
    for line, match in text.search(_NUMBER):
        written = match["year"]
        year = issued.get((line, match.end("year")), written)
        if len(written) == len("2023") and (year != written or not _FIRST_YEAR <= int(year) <= last):
            words = text.texts[line][slice(*match.span())]
            message = _("“{words}” has a year that does not fit", words=words)
            hint = _("it was issued in {year}", year=year) if year != written else ""
            yield (line, match.start()), message, hint
