"""Read the frame of a notice: title, issuer, inspector and inspected organisation, days, and the contact for comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise, takewhile
from typing import Final

from xuncha.chinese.days import days, find_dates, is_span_mark, only_day
from xuncha.chinese.enumerations import items
from xuncha.chinese.headings import heading
from xuncha.pages.line import Line
from xuncha.reading.lines import is_noise
from xuncha.reading.notice import Contact, Dates, Notice

_BODY_NAME: Final = r"(?:党组|党委|党工委|工委|委员会|支部|总支部?|党总支|总支|局|公司|集团|中心|医院|学院|大学|学校|政府|办公室|镇|乡|街道|委|厅|院|协会|联合会|工会|联社|银行)"
_TITLE: Final = re.compile(
    rf"(?:(?P<who>[^。！？；，]{{0,60}}?)关于[^。！？；]{{0,80}}?|(?P<named>[^。！？；，]{{2,40}}?{_BODY_NAME}+)(?=[^。！？；]{{0,40}}整改))"
    r"[^。！？；]{0,80}?(?:整改|巡[察视])[^。！？；]{0,40}?(?:通报|公示|公告|通告|报告|情况|说明)(?:[（(](?![^）)]*[月年]).{1,12}[）)])?"
)
_ORGANISATION: Final = re.compile(
    rf"(?:中共|中国共产党)?[^\s。，；：:]{{2,40}}{_BODY_NAME}(?:[（(].{{1,12}}[）)])?"
)
_OPENER: Final = re.compile("巡[察视].*[。：:]$")
_LONGEST_TITLE: Final = 120
_LONGEST_OPENING: Final = 20_000  # how many characters are searched for the days of the inspection
_CONTACT: Final = re.compile(
    r"^(?:[（(]?[一二三四五1-5][）)、.])?\s*(?:.{0,20}(?:欢迎|接受).{0,30}(?:监督|反映|意见)|如(?:有|对)|公[示告](?:期|时间|日期)|受理(?:时间|期限|方式|单位|部门)|(?:意见|反馈|反映|监督|举报)[^，。]{0,4}(?:方式|渠道|途径|时间|期限)|联\s*系|(?:咨询|监督|举报)?(?:电\s*话|热线|方式|邮箱)|邮|地\s*址|通[讯信]|电子|来[信电访]|广大|(?:社会各界|群众|各界)[^。]{0,20}(?:意见|反映|监督))"
)
_OPENED: Final = re.compile("(?<!接受)(?<!欢迎)(?:开通|设立|公布|开设|公开)(?:了|举报|监督|热线|投诉|信访)")
"""Words before a telephone number that belongs to a measure, such as 开通热线."""
_AFTERWARDS: Final = re.compile(r"^(?:下一?步|今后|接下来|下阶段|下一阶段)")
_INSPECTOR: Final = re.compile(
    r"(?:[一-鿿]{0,4}届)?[一-鿿]{0,10}?(?:委|组|党委|党工委|工委|部|厅|局|校|公司|集团|[省市县区旗])?(?:提级|交叉|专项|机动|联动)*(?:第[一二三四五六七八九十0-9]{1,3})?巡[察视]"
    r"(?:第[一二三四五六七八九十0-9]{1,3}|[一二三四五六七八九十0-9]{1,3})?组"
)
_SEVERAL_GROUPS: Final = re.compile(
    "[个各]巡|等巡|(?<![第0-9一二两三四五六七八九十])[0-9二两三四五六七八九十]+巡[察视]组"
)
"""Inspection groups that are counted, and not named."""
_BEFORE_INSPECTOR: Final = re.compile(
    r"^(?:.*[，。；、：:\s日]|.*(?:根据|按照|经|由|接受|配合|派出|期间|于|了|自|其中|对照|关于|落实|起|止|向))"
)
_ROUND: Final = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}届)?(?:[省市县区旗州盟校]|[省市县区旗州盟]委|党[委组])?第?[一二三四五六七八九十]{1,3}轮(?:第[一二三四五六七八九十]批)?"
    r"(?:常规|专项|提级|交叉|机动|集中|政治)?(?:巡[察视])?"
)
_EMAIL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DASH: Final = "[-—－–―‐‑─]"
_LOCAL: Final = "[0-9]{3,4} ?[0-9]{4}"
_ONE_PHONE: Final = rf"(?:[（(]\s*0[0-9]{{2,3}}\s*[）)]\s*{_DASH}?\s*{_LOCAL}|0[0-9]{{2,3}}\s*{_DASH}{{1,2}}\s*{_LOCAL}|1[0-9]{{10}}|0[0-9]{{9,11}}|[0-9]{{7,8}}|[0-9]{{5}})(?:\s*{_DASH}\s*[0-9]{{1,5}})?"
_PHONE: Final = re.compile(
    rf"(?:电\s*话|热\s*线|[致来]电|拨打|传真电话|联系方式)[^0-9（(。；]{{0,12}}(?P<phone>{_ONE_PHONE}(?:\s*[、，,/／]\s*(?:{_ONE_PHONE}))*)"
)
_ADDRESS: Final = re.compile(
    r"(?:(?<!电子)邮政信箱|(?:通[讯信]|联系|邮寄|来信|来访|办公|邮政|接待|收信|单位)?地\s*址|致信(?:至)?|(?:来信|信件)(?:请)?(?:寄|邮寄)(?:至|到)?|(?<!电子)(?<!意见)信箱)\s*[：:]?\s*(?P<address>[^\n。；;，,@＠]{4,60})"
)
_POSTCODE: Final = re.compile(
    r"\s+(?:电子|电话|邮箱|联系|传真|Email|E-mail).*$|\s*[（(]?\s*(?:邮政编码|邮\s*编|邮码)\s*[：:]?\s*[0-9]{6}.*$|\s*[（(][^（(）)]*注明.*$"
)
_CONTACT_OFFICE: Final = re.compile(
    r"(?:联系(?:方式|单位|部门|科室)|受理(?:单位|部门))[：:]\s*(?P<office>[^，。；;,：:\n0-9]{4,40}?)(?=[，。；;,\n]|$)"
)
_PUBLISHED: Final = re.compile("(?:发布|成文|生成|发文)(?:日期|时间)|日期")
_INSPECTED: Final = re.compile(rf"对(?P<who>[^，。；]{{2,40}}?{_BODY_NAME})(?:开展|进行|及)")
_OTHER_SPAN: Final = re.compile("(?:公示|公开|受理|整改)(?:期|时)[^，,。；;]{0,12}$")
"""Words of a clause before two days that are not those of the inspection: 公示期7天（, 集中整改期为."""
_FEEDBACK: Final = re.compile(r"反馈(?:意见)?(?:时间|日期)[：:]\s*$")
_PARTY: Final = ("中共", "中国共产党")
_BODIES: Final = ("党组", "党委", "支部", "委员会", "工委")
_LONGEST_DAY: Final = 40  # how many characters at the end of a line are searched for its day


def read_frame(lines: Sequence[Line]) -> tuple[Notice, list[Line], list[Line]]:
    """Read title, issuer, day and contact of a notice, and leave out the text that a web page adds.

    Return them as a notice, the lines of the text itself, and the paragraphs without a number after it on what comes next.
    """
    title, begin = _title(lines)
    issuer, day, end = _signature(lines, begin)
    text = [line for line in lines[begin:end] if not is_noise(line.text)]
    numbered = [number for number, line in enumerate(text) if heading(line.text)]
    behind = range(numbered[-1] + 1 if numbered else 1, len(text))
    tail = next((number for number in behind if _begins_tail(text[number].text)), len(text))
    while tail - 1 in numbered and _CONTACT.match(text[tail - 1].text):
        tail -= 1
    if day is None:  # the day on which the web page was published
        texts = [line.text for line in lines if is_noise(line.text) and _PUBLISHED.search(line.text)]
        day = next((found[0].exact for words in texts if (found := days(words))), None)
    if day is None:  # the day below the title
        day = next(filter(None, (only_day(line.text) for line in lines[begin : begin + 2])), None)
    contact = _contact("\n".join(line.text for line in text[tail:]))
    if contact == Contact():
        below = takewhile(lambda line: not is_noise(line.text), lines[end:])
        contact = _contact("\n".join(line.text for line in below if _CONTACT.match(line.text.lstrip("（("))))
    afterwards = takewhile(
        lambda line: not _CONTACT.match(line.text) and not _PHONE.search(line.text), text[tail:]
    )
    notice = Notice(title=title, issuer=issuer, dates=Dates(notice=day), contact=contact)
    return notice, text[:tail], list(afterwards)


def _begins_tail(text: str) -> bool:
    reached = _PHONE.search(text) and not _OPENED.search(text) and not items(text)
    return bool(_CONTACT.match(text) or _AFTERWARDS.match(text) or reached)


def _title(lines: Sequence[Line]) -> tuple[str | None, int]:
    """Find the title. Return it, and the number of the line after it.

    It may take up to three lines, and stand several times: titles that name the issuer are preferred, and of these the last one.
    """
    begins = (number for number, line in enumerate(lines) if heading(line.text) or _OPENER.search(line.text))
    opening = next(begins, len(lines))
    titles: list[tuple[bool, int, int, str | None]] = []
    for first in range(opening):
        for last in range(first + 1, min(first + 3, opening) + 1):
            parts = [line.text for line in lines[first:last]]
            text = "".join(parts)
            match = _TITLE.fullmatch(text) if len(text) <= _LONGEST_TITLE else None
            # If a title is complete without its first line, that line must be an organisation.
            without_first = len(parts) > 1 and _TITLE.fullmatch("".join(parts[1:]))
            whole = not without_first or _ORGANISATION.fullmatch(parts[0])
            if match and whole and not any(map(is_noise, parts)) and not heading(text):
                titles.append((bool(match["who"] or match["named"]), last, first, text))
    _named, last, _first, title = max(titles, default=(False, 0, 0, None))
    return title, last


def _signature(lines: Sequence[Line], begin: int) -> tuple[str | None, date | None, int]:
    """Find the signature. Return the issuer, the day, and the number of its first line."""
    numbered = [number for number in range(begin, len(lines)) if heading(lines[number].text)]
    after = numbered[-1] + 1 if numbered else begin + 1
    texts = [line.text for line in lines]
    for number in range(numbered[0] + 1 if numbered else len(lines), len(lines)):
        # After the day, a web page may go on with a list of other pages.
        if (day := only_day(texts[number])) and _ORGANISATION.fullmatch(texts[number - 1].strip("。 ")):
            return texts[number - 1].strip("。 "), day, number - 1
    for number in range(after, len(lines)):
        if day := only_day(texts[number]):
            issuer = texts[number - 1].strip("。 ") if number > after else ""
            return (issuer, day, number - 1) if _ORGANISATION.fullmatch(issuer) else (None, day, number)
        place = max(0, len(texts[number]) - _LONGEST_DAY)
        for named in days(texts[number][place:])[-1:]:
            before, behind = texts[number][: place + named.start].strip(), texts[number][place + named.end :]
            if not behind.strip(" 。") and _ORGANISATION.fullmatch(before):
                return before, named.exact, number
    for number in range(len(lines) - 1, after, -1):
        signs = number == len(lines) - 1 and texts[number].endswith(_BODIES)
        if (signs or texts[number].startswith(_PARTY)) and _ORGANISATION.fullmatch(texts[number]):
            return texts[number], None, number
    return None, None, len(lines)


def with_opening(notice: Notice, opening: str, rest: str) -> Notice:
    """Add to a notice the inspected organisation, the inspector, the round, and the days of the inspection.

    `opening` is the text before the first heading, `rest` the other text before the problems.
    """
    titled, inspected = _TITLE.fullmatch(notice.title or ""), _INSPECTED.search(opening)
    named = (titled["who"] or titled["named"] or "").strip() if titled else ""
    clauses = re.split(r"[，。；：:\n]", f"{opening}\n{notice.title or ''}")
    groups = (match[0] for clause in clauses for match in _INSPECTOR.finditer(clause))
    inspectors = (_BEFORE_INSPECTOR.sub("", each) for each in groups if not _SEVERAL_GROUPS.search(each))
    round_ = _ROUND.search(opening) or _ROUND.search(notice.title or "")
    return notice._replace(
        organisation=named or notice.issuer or (inspected["who"] if inspected else None),
        inspector=next(filter(None, inspectors), None),
        round=round_[0].removeprefix("了") if round_ else None,
        dates=_dates((opening, rest), notice.dates.notice),
    )


def _dates(texts: Iterable[str], day: date | None) -> Dates:
    """Find the days of the inspection and of the feedback in some texts; `day` is the day of the notice."""
    start = end = feedback = None
    for text in (text[:_LONGEST_OPENING] for text in texts):
        named = days(text, day)
        for first, second in pairwise(named):
            begin = text.rfind("\n", 0, first.start) + 1
            line, other = text[begin:].partition("\n")[0], _OTHER_SPAN.search(text[begin : first.start])
            between = not other and is_span_mark(text[first.end : second.start])
            if start is None and between and re.search("巡[察视]|进驻", line):
                start, end = first.exact, second.exact
        for each in named:
            behind = re.split(r"[。；，,]", text[each.end :].lstrip("，, "))[0]
            if start is None and re.search("进驻|入驻|开始|^起.*(?:开展|进行).{0,6}巡[察视]", behind):
                start = each.exact
            elif start and end is None and re.search("结束|撤离|离开|完成巡", behind):
                end = each.exact
        others = [each for each in named if each.exact not in {start, end}]
        # 反馈 belongs to a day if it stands before the next day or month, and before the end of the sentence.
        starts = [each.start for each in find_dates(text) if each.month] + [len(text)]
        pairs = ((each, text[each.end : starts[bisect_right(starts, each.start)]]) for each in others)
        feedback_days = (
            each.exact
            for each, behind in pairs
            if "反馈" in behind.partition("。")[0] or _FEEDBACK.search(text[: each.start][-_LONGEST_DAY:])
        )
        feedback = feedback or next(feedback_days, None)
    return Dates(start, end, feedback, day)


def _contact(text: str) -> Contact:
    email, phone, office = _EMAIL.search(text), _PHONE.search(text), _CONTACT_OFFICE.search(text)
    addresses = (_address(match["address"]) for match in _ADDRESS.finditer(text))
    return Contact(
        phone=_phone(phone["phone"]) if phone else None,
        address=next(filter(None, addresses), None),
        email=email[0].replace("＠", "@") if email else None,
        office=office["office"].strip() if office else None,
    )


def _phone(text: str) -> str:
    """Write telephone numbers with a plain dash after the area code, and 、 between several numbers."""
    text = re.sub(rf"[（(]\s*([0-9]+)\s*[）)]\s*{_DASH}?\s*", r"\1-", text)
    text = re.sub(rf"\s*{_DASH}{{1,2}}\s*", "-", text)
    return re.sub(r"[、，,/／]", "、", text.replace(" ", ""))


def _address(text: str) -> str:
    address = _POSTCODE.sub("", text).strip(" \u3000：:")
    opened, closed = address.count("（"), address.count("）")
    address = address.removesuffix("）") if closed > opened else address
    return address[: address.rfind("（")] if opened > closed else address
