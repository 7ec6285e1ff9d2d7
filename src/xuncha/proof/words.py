"""Words: common slips, repeated words, the same name in two forms."""

from __future__ import annotations

import re
from collections import Counter

from xuncha.catalogue import Check
from xuncha.chinese.characters import HAN
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.proof.chapter import Chapter, Mistakes, Position, Text, write_hint

RULES = Chapter()
_SENTENCE = re.compile(r"[^。！？；;]+")
_SAME_SENTENCE = 20  # characters; a repeated sentence of so many was copied by mistake
_QUOTED = re.compile(r"“([^“”]{2,8})”")
_ORDINAL = re.compile(r"第(?:(?P<digits>[0-9]{1,3})|[一二三四五六七八九十]{1,3})(?P<unit>[位名])")
_INSPECTORS = re.compile(
    r"(?P<committee>[省市县区旗]委)第(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})巡[察视]组"
)
_NOUN = "整改|组|反馈|意见|办(?!法)|工作领导|发现|监督|移交|干部"
_THING = "制度|文件|措施|方式|问题|工作|材料|单位|部门|政策|内容|方面|会议|活动|项目|[，。；、]"
_VERB = "[树做抓实行管学改进握持究彻压走站想看说办查理解把完成发挥得落]"
_COMPLEMENT = (
    "(?:不够?|很|较|更|还不|比较|非常|不是很|不太)"
    "(?:牢固?|好|实|紧|深|透彻?|细|严格?|到位|快|慢|够|扎实|深入|彻底|及时|全面|清楚|明显|充分)"
)
_ISSUER = r"中共\S{2,40}?(?:党组|党委|党工委|委员会|党总支|支部)"
_CERTAIN = rf"""
巡查(?={_NOUN})→巡察 (?<=[市县区旗]委)巡查→巡察 (?<=被)巡查(?=单位|党组织)→巡察
(?<=县委)(第[一二三四五六七八九十]+轮)巡视→\1巡察
(?<=[市县区旗]委)(第[一二三四五六七八九十]+)?巡视→\1巡察 (》?)的等(?={_THING})→\1等
台帐→台账 帐(?=户|目|面|簿|本|号|款|务|套)→账 布署→部署 座谈座谈→座谈 坐谈会→座谈会 反[溃愧]→反馈
整该(?=措施|问题|工作|落实)→整改 消号(?!码)→销号 一岗双则→一岗双责 二个维护→两个维护 四个意思→四个意识
三中一大→三重一大 习进平|习近乎|刁近平→习近平 总书计|总书纪(?!委)→总书记 社会注意(?=思想|核心|现代化)→社会主义
贯切→贯彻 彻低→彻底 名符其实→名副其实 再接再励→再接再厉 一如继往→一如既往 按步就班→按部就班 融汇贯通→融会贯通
迫不急待→迫不及待 走头无路→走投无路 一愁莫展→一筹莫展 相形见拙→相形见绌 以逸代劳→以逸待劳 变本加利→变本加厉
穿流不息→川流不息 针贬→针砭 推委(?=扯皮|塞责)→推诿 拖踏→拖沓 松驰→松弛 焕散→涣散 惩诫→惩戒 戒勉谈话→诫勉谈话
防犯(?=风险|措施|化解)→防范 廉结→廉洁 震憾→震撼 复盖→覆盖 幅射→辐射 既使→即使 竟争→竞争 按装→安装 粗旷→粗犷
脉博→脉搏 座落→坐落 通迅→通讯 松解(?=思想)→松懈 建全→健全 帮抚→帮扶 监查(?=委|机关|对象)→监察
"""
"""Wrong in any context: patterns, each with → and its replacement, as in `re.sub`."""
_LIKELY = rf"""
截止(?=目前|今|当前|[0-9]{{4}}年|[0-9]{{1,2}}月|[一二三四五六七八九十〇]{{2,4}}年)→截至 (?<={_VERB})的(?={_COMPLEMENT})→得
(?<![“、])双随机一公开→“双随机、一公开” (?<![“、])双随机、一公开(?!”)→“双随机、一公开” (?<=[个项件条次人名家])左右以上→以上
做为(?=一|重|当|首)→作为 份内→分内 登陆(?=系统|平台|网站|账号|账户|网址)→登录 其它→其他
必需(?=坚持|要|做到|严格|加强|落实)→必须 暴光→曝光 启用(?=程序|问责)→启动 不在(?=发生|出现|重复)→不再
己(?=完成|整改|解决|落实|到位|销号|办结|制定|印发|建立|全部)→已 各科室单位→各科室、单位
"""
"""Wrong in almost any context."""
_UNITS = r"(?<=规范性文件|政策性文件)([0-9]+)条→\1件 (?<=制度)([0-9]+)条→\1项 (?<=投诉)([0-9]+)条→\1件"
"""Things counted with a wrong measure word."""
_NEARLY = "近|约|大约|将近|接近"
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|[一二三四五六七八九十百千]+)"
_DOUBLED = re.compile(
    rf"({HAN}{{2,4}})\1|的的|与与|及及(?!时)|和和(?![平谐睦解气])|了了(?![解望结])|将将(?!军)|并并(?![购行轨联列网])"
)
"""A word that is written twice."""
_MAY_DOUBLE = re.compile(
    r"[一每层步件项条个户家村人].{0,3}|(?:研究|讨论|学习|调研|锻炼|商量|考虑|休息|高兴|干净|清楚|明白|哈哈|常常|天天|年年|代代|世世|方方|面面|委员会).*|(.)\1+"
)
"""Words that may stand twice: 一个一个, 研究研究."""
_NOT_HAN = re.compile(rf"(?!{HAN}).")
_CONTEXT = 2  # characters; a slip no longer than this is shown with as many Chinese ones on each side


def _slip_check(table: str) -> Check[Position]:
    """Return the check of a rule with a table of slips, such as `_CERTAIN`; titles are skipped."""
    slips = [(wrong, right) for wrong, _arrow, right in (pair.partition("→") for pair in table.split())]
    any_slip = re.compile("|".join(wrong for wrong, _right in slips))

    def check(text: Text) -> Mistakes:
        for line, slip in text.search(any_slip, text.without_titles):
            words, (start, end) = text.without_titles[line], slip.span()
            matched = ((re.compile(wrong).match(words, start), right) for wrong, right in slips)
            right = next(match.expand(right) for match, right in matched if match)
            before = behind = ""
            if len(slip[0]) <= _CONTEXT:
                before = _NOT_HAN.split(words[max(0, start - _CONTEXT) : start])[-1]
                behind = _NOT_HAN.split(words[end : end + _CONTEXT])[0]
            shown = f"{before}{slip[0]}{behind}"
            message = _("“{words}”: it should be {right}", words=shown, right=right)
            yield (line, start), message, write_hint(f"{before}{right}{behind}")

    return check


RULES.rule("wrong-word",
    why="A word confused with one that sounds or looks like it: 巡查 is a patrol, 巡察 is an inspection by the party.",
    example="现将巡{查→察}整改情况予以公布。",
)(_slip_check(_CERTAIN))  # fmt: skip

RULES.rule("likely-word", "warning",
    why="截止 means to end and has no object: 截至 is “up to”; 得 comes before the complement of a verb; and similar slips.",
    example="截{止→至}目前，已完成整改13个。",
)(_slip_check(_LIKELY))  # fmt: skip

RULES.rule("measure-word", "note",
    why="Documents are counted in 件, rules in 项.",
    example="全年发布规范性文件5{条→件}。",
)(_slip_check(_UNITS))  # fmt: skip

RULES.pattern("adverb", "note",
    "(积极|认真|扎实|深入|切实|及时|严格|主动|充分|稳步|坚决|坚定|不断|进一步|持续)的"
    "(?:推进|推动|落实|开展|加强|学习|贯彻|执行|做好|抓好|完成|整改|提升|提高|解决|促进|履行|增强|压实|发挥|改进)",
    mark("“{words}”: use {mark} before a verb"), instead=r"\1地", mark="地", in_titles=False,
    why="Use 地 before a verb.",
    example="扎实{的→地}推进整改工作。",
)  # fmt: skip


@RULES.rule("doubled-word",
    why="A word was typed twice.",
    example="专项整治{抽查→}抽查项目60个。",
)  # fmt: skip
def _doubled_word(text: Text) -> Mistakes:
    for line, match in text.search(_DOUBLED, text.without_titles):
        once = match[1] or match[0][0]
        if not (match[1] and _MAY_DOUBLE.fullmatch(once)):
            yield (line, match.start()), _("“{words}” occurs twice", words=once), write_hint(once)


RULES.pattern("synonym", "warning",
    "提升提高|提高提升|加强强化|强化加强|推进推动|推动推进|进行开展|开展进行|防止避免|避免防止|大约约|帮助协助|协助帮助|立刻马上",
    mark("“{words}” says the same thing twice"), hint=mark("keep one of them"), in_titles=False,
    why="Two words for one thing: one was meant to replace the other.",
    example="进一步{提升→}提高政治判断力。",
)  # fmt: skip

RULES.pattern("approximate", "warning",
    rf"(?:{_NEARLY}){_NUMBER}(?:余|多|左右|上下)"
    rf"|(?:{_NEARLY}|超过|超){_NUMBER}[万亿]?[余多]?[个项件条次人名家户元]+(?:左右|上下|以上)",
    mark("“{words}” marks the number as approximate twice"), hint=mark("keep one of them"),
    why="近 and 余, 约 and 左右 both say that a number is not exact; 近 says it is less, 余 that it is more.",
    example="累计检查项目{近→}60余个。",
)  # fmt: skip


@RULES.rule("repeated-sentence", "warning",
    why="A repeated sentence was copied, and not changed where it should have been.",
    example="定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。{\n定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。→}",
)  # fmt: skip
def _repeated_sentence(text: Text) -> Mistakes:
    seen: dict[str, Position] = {}
    for line, match in text.search(_SENTENCE, text.texts):
        place, sentence = (line, match.start()), match[0].strip()
        if len(sentence) >= _SAME_SENTENCE and (first := seen.setdefault(sentence, place)) != place:
            message = _("this sentence is already in line {n}: “{words}”")
            shown = message.format(n=text.lines[first[0]].line, words=sentence[:_SAME_SENTENCE])
            yield place, shown, ""


@RULES.rule("quotes-differ", "note",
    why="A term that has quotation marks once has them everywhere.",
    example="开展“双公示”工作培训，将“双公示”工作纳入考核，{双公示→“双公示”}信息合规率100%。",
)  # fmt: skip
def _quotes_differ(text: Text) -> Mistakes:
    quoted = Counter(match[1] for _line, match in text.search(_QUOTED, text.texts))
    terms = [term for term, times in quoted.most_common(60) if times > 1]
    longest_first = re.compile("|".join(map(re.escape, sorted(terms, key=len, reverse=True))))
    unquoted = [
        _QUOTED.sub(lambda term: "\0" * len(term[0]), words) for words in text.without_titles if terms
    ]
    bare = list(text.search(longest_first, unquoted))
    times = Counter(match[0] for _line, match in bare)
    for line, match in bare:
        if times[match[0]] <= quoted[match[0]]:
            message = _("“{words}” has quotation marks elsewhere", words=match[0])
            yield (line, match.start()), message, write_hint(f"“{match[0]}”")


@RULES.rule("ordinal", "note",
    why="Rankings are written 第一位 and 第四位, or 第1位 and 第4位, but not both ways (GB/T 15835-2011, 4.3).",
    example="增幅列全省第{一→1}位，占比列全省第4位。",
)  # fmt: skip
def _ordinal(text: Text) -> Mistakes:
    """Find places that are written in both ways in one line; report the first of each line."""
    digits: dict[tuple[int, str], bool] = {}
    shown = -1
    for line, match in text.search(_ORDINAL):
        in_digits = match["digits"] is not None
        if line != shown and digits.setdefault((line, match["unit"]), in_digits) != in_digits:
            shown = line
            message = _("“{words}”: another ordinal in this line is written the other way")
            yield (line, match.start()), message.format(words=match[0]), _("choose one of them")


@RULES.rule("inspector-differs",
    why="One notice is about one inspection.",
    example="市委第五巡察组对我局党组开展巡察。\n收到市委第{三→五}巡察组反馈意见后，第一时间召开会议。",
)  # fmt: skip
def _inspector_differs(text: Text) -> Mistakes:
    first: dict[str, str] = {}
    for line, match in text.search(_INSPECTORS, text.texts):
        earlier = first.setdefault(match["committee"], match[0])
        if match[0] != earlier:
            message = _("{words}: earlier it was {first}", words=match[0], first=earlier)
            yield (line, match.start()), message, ""


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
