"""How the public reaches the office, and what must not be published: personal numbers."""

from __future__ import annotations

import re

from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.proof.chapter import Chapter, Mistakes, Text, write_hint

RULES = Chapter()
_IDENTITY = r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
_MOBILE = r"(?<![0-9\-])(?:\+?86[\- ]?)?1[3-9][0-9](?P<gap>[\- ]?)[0-9]{4}(?P=gap)[0-9]{4}(?![0-9])"
_LABELLED = re.compile(
    r"(?:电话|传真|热线|座机|手机)(?:号码)?(?:[（(][^（）()]{1,20}[）)])?\s*(?:[：:]|为|是)?\s*(?P<number>[0-9（(＋+][0-9－—–\-（）() ]{2,24}[0-9]|[0-9]{3,})"
)
_PHONE = re.compile(
    r"(?:\+?86)?(?:"
    r"(?:010|02[0-57-9])[0-9]{8}"  # 010 and 02x: eight digits follow
    r"|0[3-9][0-9]{2}[0-9]{7,8}"
    r"|[2-9][0-9]{6,7}"
    r"|[48]00[0-9]{7}"
    r"|1[3-9][0-9]{9}"
    r"|(?:0[0-9]{2,3})?1[0-9]{2,4}"  # such as 12345 and 12388, also with an area code
    r"|9[5-6][0-9]{3,4}"
    r")"
)
_BRANCH = re.compile(r"(?<=[0-9]{7})[\-—－–][0-9]{1,5}$")
_AT = re.compile(
    r"(?<![A-Za-z0-9._%+\-，。,])[A-Za-z0-9._%+\-，。,]{0,64}\s?[@＠]\s?[A-Za-z0-9._\-，。,＠@]{0,64}"
)
_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_WITHOUT_AT = re.compile(
    r"(?:电子邮箱|电子邮件|电子信箱|邮箱地址|E-?mail)\s*[：:]\s*(?P<rest>[A-Za-z0-9._\-]{2,40})(?![A-Za-z0-9._\-@＠])",
    re.IGNORECASE,
)
_NO_COLON = re.compile(
    r"(?:电子邮箱|电子邮件|电子信箱|邮箱|邮编|邮政编码|传真|联系电话|监督电话|电话)(?=[0-9A-Za-z])"
)
_COLON = re.compile(r"(?:电子邮件|邮箱|邮编|邮政编码|传真|电话|地址|信箱|方式)[：:]")

RULES.pattern("identity-number", "error",
    rf"(?<![0-9A-Za-z]){_IDENTITY}",
    mark("the number of an identity card: {words}"), hint=mark("leave it out"), secret=True,
    why="The number of an identity card is never published.",
    example="对责任人张某{（身份证号370502198001011234）→}批评教育。",
)  # fmt: skip

RULES.pattern("mobile-number", "error",
    rf"(?:联系人.{{0,20}}|(?<!联系电话[：:])(?<!监督电话[：:])(?<!举报电话[：:]))(?P<words>{_MOBILE})",
    mark("a mobile number: {words}"), hint=mark("give the telephone of an office"), secret=True,
    why="The mobile number of a person is not published; a notice gives the telephone of an office.",
    example="联系人：{李某→办公室}，电话：{13800138000→0546-8382481}。",
)  # fmt: skip

RULES.pattern("mobile-contact", "warning",
    rf"^(?!.*联系人).*?(?:联系|监督|举报)电话[：:](?P<words>{_MOBILE})",
    mark("a mobile number: {words}"), hint=mark("give the telephone of an office"), secret=True,
    why="A local unit without another telephone may give a mobile number, if it belongs to the unit, not to a person.",
    example="联系电话：{13800138000→0546-8382481}。",
)  # fmt: skip

RULES.pattern("bank-card", "error",
    rf"(?<![0-9])(?!{_IDENTITY})(?:62[0-9]{{14,17}}|[0-9]{{4}}(?: [0-9]{{4}}){{3}}(?: [0-9]{{1,3}})?)(?![0-9])",
    mark("the number of a bank card: {words}"), hint=mark("leave it out"), secret=True,
    why="The number of an account is never published.",
    example="追缴资金已转入{6222021604001234567→指定}账户。",
)  # fmt: skip


@RULES.rule("phone",
    why="A telephone number that is one digit short reaches nobody: 010 and 02x take eight digits, other areas seven or eight.",
    example="电话：0546-838248{→1}。",
)  # fmt: skip
def _phone(text: Text) -> Mistakes:
    for line, match in text.search(_LABELLED):
        number = match["number"].strip()
        if not _PHONE.fullmatch(re.sub(r"[^0-9]", "", _BRANCH.sub("", number))):
            message = _("{words} is not a telephone number", words=number)
            yield (line, match.start("number")), message, _("see how many digits it has")


RULES.pattern("postcode", "error",
    r"(?:邮编|邮政编码|邮码)\s*[：:]?\s*(?![0-8][0-9]{5}(?![0-9A-Za-z]))(?P<words>[0-9A-Za-z]{3,10})",
    mark("{words} is not a postal code"), hint=mark("it has six digits"),
    why="A postal code has six digits.",
    example="邮编：25709{→1}",
)  # fmt: skip


@RULES.rule("email",
    why="An e-mail address with a typo reaches no one.",
    example="电子邮箱：dysfgwbgs@dy.shandong{，→.}cn",
)  # fmt: skip
def _email(text: Text) -> Mistakes:
    message = _("{words} is not an e-mail address")
    for line, match in text.search(_AT):
        address = match[0].strip("，。,. ")
        if not _EMAIL.fullmatch(address):
            yield (line, match.start()), message.format(words=address), ""
    for line, match in text.search(_WITHOUT_AT):
        yield (line, match.start("rest")), message.format(words=match["rest"]), _("the @ is missing")


RULES.pattern("postal-box", "note",
    r"邮政信箱(?=[:：][^；;。，,]{0,20}[路街道巷][0-9]{1,5}号)",
    mark("“{words}” is followed by a street"), instead="通信地址",
    why="邮政信箱 is a numbered box at the post office; a street address is a 通信地址.",
    example="{邮政信箱→通信地址}：府前大街77号1012房间",
)  # fmt: skip


@RULES.rule("contact-colon", "note",
    why="Contact details in one line are written in one form.",
    example="电话：0546-8382481；电子邮箱{→：}dysfgwbgs@dy.shandong.cn。",
)  # fmt: skip
def _contact_colon(text: Text) -> Mistakes:
    for line, match in text.search(_NO_COLON):
        if _COLON.search(text.half_width[line]):
            message = _("“{words}” has no colon, but others in this line do", words=match[0])
            yield (line, match.start()), message, write_hint(f"{match[0]}：")
