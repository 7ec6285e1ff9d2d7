"""Document numbers: 东发改产业〔2023〕360号."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.dates import course
from xuncha.proof.text import HAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.text import Text

_OTHER = re.compile(
    rf"(?<={HAN})(?P<open>[\[(（【［｛{{《<])\s?(?P<year>(?:19|20)[0-9]{{2}}|[0-9]{{2}})年?\s?[\])）】］｝}}》>]\s?(?P<number>第?[0-9]{{1,5}})号"
)
_RIGHT = re.compile(
    r"〔\s?(?P<year>[0-9]{1,4})(?P<nian>年?)\s?〕\s?(?P<first>第?)(?P<number>[0-9]{1,5})(?P<hao>号?)"
)
_GIVEN = re.compile(
    r"(?P<given>(?:19|20)[0-9]{2})年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?[，,]?(?:以(?![来后前上下])|印发|出台|下发|制定|制订|发布|联合印发|研究制定)[^。；;，,]{0,60}?〔(?P<year>[0-9]{4})〕"
)
_FIRST_YEAR = 1949
_DIGITS_OF_A_YEAR = 4


@rule(
    "document-brackets",
    "error",
    why="The year of a document number stands between 〔 and 〕 (GB/T 9704-2012, 7.2.5).",
    wrong="印发《行动方案》（东发改产业[2023]360号）。",
    right="印发《行动方案》（东发改产业〔2023〕360号）。",
)
def document_brackets(text: Text) -> Iterator[Remark]:
    """Document numbers with other brackets."""
    for line, words in enumerate(text.plain):
        for match in _OTHER.finditer(words):
            shown = text.texts[line][match.start() : match.end()]
            right = f"〔{match['year']}〕{match['number'].removeprefix('第')}号"
            message = _("“{words}”: the year of a document number stands in {right}").format(
                words=shown, right="〔 〕"
            )
            yield Remark(line, match.start(), shown, message, _("write {right}").format(right=right))


@rule(
    "document-number",
    "warning",
    why="A document number is 〔2023〕360号: the whole year without 年, the number without 第 and without noughts before it, with 号 (GB/T 9704-2012, 7.2.5).",
    wrong="印发《行动方案》（东发改产业〔2023〕第036号）。",
    right="印发《行动方案》（东发改产业〔2023〕36号）。",
)
def document_number(text: Text) -> Iterator[Remark]:
    """Document numbers with the right brackets and another fault."""
    for line, words in enumerate(text.plain):
        for match in _RIGHT.finditer(words):
            short = len(match["year"]) != _DIGITS_OF_A_YEAR
            padded = match["number"].startswith("0")
            if short or padded or match["nian"] or match["first"] or not match["hao"]:
                shown = text.texts[line][match.start() : match.end()]
                year = f"20{match['year']}" if len(match["year"]) == 2 else match["year"]  # noqa: PLR2004
                right = f"〔{year}〕{match['number'].lstrip('0') or '0'}号"
                message = _("“{words}” is no document number as it is written").format(words=shown)
                yield Remark(line, match.start(), shown, message, _("write {right}").format(right=right))


@rule(
    "document-year",
    "error",
    why="A document has the number of the year in which it was issued, and a notice quotes what has been issued.",
    wrong="于2023年12月20日以东发改产业〔2022〕360号文件印发。",
    right="于2023年12月20日以东发改产业〔2023〕360号文件印发。",
)
def document_year(text: Text) -> Iterator[Remark]:
    """Years of document numbers that are not that of the day given for them, or after the notice."""
    notice = course(text).notice
    last = notice.year if notice and notice.year else 9999
    for line, words in enumerate(text.plain):
        given = {match.end("year"): match["given"] for match in _GIVEN.finditer(words)}
        for match in _RIGHT.finditer(words):
            issued = given.get(match.end("year"), match["year"])
            if len(match["year"]) == _DIGITS_OF_A_YEAR and (
                issued != match["year"] or not _FIRST_YEAR <= int(match["year"]) <= last
            ):
                shown = text.texts[line][match.start() : match.end()]
                message = _("“{words}” has a year that does not fit").format(words=shown)
                hint = _("it was issued in {year}").format(year=issued) if issued != match["year"] else ""
                yield Remark(line, match.start(), shown, message, hint)
