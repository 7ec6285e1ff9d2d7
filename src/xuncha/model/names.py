"""The Chinese names of the keys and words of the files, for all code that reads, names or explains them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from xuncha.language import is_chinese

KEY_NAMES: Final[Mapping[str, str]] = {
    "organisation": "被巡察单位党组织", "inspection": "巡察", "categories": "方面", "leading_group": "整改工作领导小组", "leaders": "责任领导",
    "offices": "责任科室", "contact": "联系方式", "notice": "通报", "outcomes": "成果", "fields": "自定义字段", "people": "人员邮箱",
    "requires": "所需版本", "policy": "规则", "proof": "校对设置", "title": "标题", "category": "所属方面", "finding": "巡察组原话",
    "publish": "是否公开", "goal": "整改目标", "part": "子问题", "term": "任务类型", "leader": "责任领导", "office": "责任科室",
    "co_offices": "配合科室", "person": "具体责任人", "due": "整改时限", "status": "完成情况", "progress": "进展情况", "escalated": "攻坚事项",
    "notice_text": "通报表述", "closed": "销号", "reviews": "回头看", "received": "收到日期", "channel": "渠道", "text": "内容",
    "about": "所涉编号", "name": "姓名", "reply": "答复", "inspector": "巡察组", "round": "轮次", "started": "进驻日期", "ended": "离开日期",
    "feedback": "反馈日期", "head": "组长", "phone": "电话", "address": "地址", "email": "邮箱", "issuer": "落款单位", "date": "日期",
    "work": "第一部分", "next_steps": "第三部分", "due_soon_days": "临期天数", "close_requires": "销号条件",
    "review_every_days": "回头看间隔", "by": "经办人", "note": "备注", "to": "承担人", "evidence": "佐证材料", "result": "结果",
    "until": "受理截止日期", "hours": "受理时间", "short_name": "简称", "measure_unit": "措施量词", "rhythm": "汇报周期",
    "not_started_text": "未启动表述", "emails": "邮箱", "key": "代号", "label": "名称", "unit": "单位", "of": "所属", "type": "类型", "choices": "选项", "code": "规则代码",
    "words": "字样", "papers": "内部文书", "signer": "签发人", "copies": "抄送", "plan_date": "方案日期", "head_work": "第一责任人工作", "file": "文件", "sha256": "哈希值", "size": "字节数",
    "contact.office": "联系科室", "leading_group.office": "办公室设在",
}  # fmt: skip
"""The name of each key, including inner keys; a key means the same everywhere, except for the two with a dot."""
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "organisation": ("单位", "党组织", "被巡察单位"), "leaders": ("领导名单", "班子成员"), "offices": ("部门", "科室名单"), "people": ("人员",),
    "title": ("整改措施", "措施", "问题", "反馈问题"), "category": ("问题类别", "类别"), "finding": ("问题表现", "反馈原文"),
    "term": ("整改类型", "期限类型"), "leader": ("分管领导", "牵头领导"), "office": ("责任部门", "责任单位", "牵头科室", "主责科室", "联系科室"),
    "co_offices": ("配合部门", "配合单位", "协办科室"), "person": ("责任人", "经办人", "联系人"),
    "due": ("时限", "完成时限", "完成时间", "期限", "截止日期"), "status": ("状态", "整改状态"), "progress": ("整改情况", "工作进展"),
    "received": ("来访日期", "登记日期", "日期"), "channel": ("方式", "来源", "途径"), "text": ("意见", "进展"),
    "about": ("涉及", "编号"), "name": ("提出人",), "reply": ("回复",), "date": ("时间",), "evidence": ("证明材料", "文号"),
}  # fmt: skip
"""Further names of some keys, as in the headings of offices' tables."""
Words = Mapping[str, tuple[str, ...]]
"""The words of a closed list as the files write them, each with the words that people write for it."""
STATUSES: Final[Words] = {
    "not_started": ("未启动", "未开始", "尚未启动"),
    "in_progress": ("推进中", "进行中", "正在推进", "整改中"),
    "submitted": ("申请销号", "待销号", "已申请销号"),
    "closed": ("已销号", "销号", "已完成", "完成"),
}
TERMS: Final[Words] = {
    "at_once": ("立行立改", "立即整改"),
    "once": ("限时完成", "限期完成", "限时整改", "限期整改"),
    "long_term": ("长期坚持", "长期整改", "长期"),
}
RESULTS: Final[Words] = {
    "holds": ("保持", "保持良好", "成效保持", "巩固"),
    "slipped": ("反弹", "问题反弹", "出现反弹"),
}
LETTERS: Final[Words] = {
    "reminder": ("提醒", "提醒函"),
    "supervision": ("督办", "督办函"),
    "warning": ("告诫", "告诫函", "警示"),
}
LETTER_WAYS: Final[Words] = {
    "email": ("邮件", "邮箱"),
    "group": ("群", "群机器人"),
}  # the ways to send letters
ROLES: Final[Words] = {
    "manager": ("管理员",),
    "section": ("科室", "责任科室"),
    "leader": ("领导", "责任领导"),
    "viewer": ("查看", "只读"),
}
"""The roles of accounts of the office desk."""
CHANNELS: Final[Words] = {
    "phone": ("电话", "来电", "热线"),
    "post": ("来信", "信件", "信函", "邮寄"),
    "email": ("邮件", "电子邮件", "邮箱", "电子邮箱", "e-mail"),
    "visit": ("来访", "走访", "当面", "面谈"),
    "web": ("网络", "网上", "网站", "网络留言", "网上留言"),
}
"""The ways in which a comment arrives: 邮件 is e-mail, 邮寄 the post."""
GROUPINGS: Final[Words] = {
    "problem": ("问题",),
    "category": ("方面",),
    "office": ("科室", "责任科室"),
    "leader": ("领导", "责任领导"),
}
REQUIREMENTS: Final[Words] = {
    "progress": ("进展情况", "进展"),
    "evidence": ("佐证材料", "佐证"),
    "submission": ("申请销号", "申请"),
    "second_person": ("两人办理", "他人销号"),
    "signed_commit": ("签名", "签名提交"),
}
FIELD_TYPES: Final[Words] = {
    "text": ("文字", "文本"),
    "number": ("数字", "数值"),
    "date": ("日期", "时间"),
    "choice": ("选项", "单选"),
}
FIELD_OWNERS: Final[Words] = {"problem": ("问题",), "measure": ("整改措施", "措施")}
_IN_FILES: Final = (STATUSES, TERMS, RESULTS, CHANNELS, REQUIREMENTS, FIELD_TYPES, FIELD_OWNERS)


def key_name(path: str) -> str:
    """Return the name of a key, or of the last of several keys joined by dots: in Chinese its name, in English the key itself."""
    key = path.rpartition(".")[2]
    return KEY_NAMES.get(path) or KEY_NAMES.get(key, key) if is_chinese() else key


def find_key(text: str, keys: Collection[str]) -> str | None:
    """Return the key among `keys` with a Chinese name; None if no key has it, or more than one."""
    return _named(text, {key: (KEY_NAMES.get(key, ""), *_SYNONYMS.get(key, ())) for key in keys})


def find_word(text: str, words: Collection[str]) -> str | None:
    """Return the word of a closed list with a Chinese name, as `find_key` does for keys."""
    return _named(
        text, {word: [name for terms in _IN_FILES for name in terms.get(word, ())] for word in words}
    )


def _named(text: str, names: Mapping[str, Collection[str]]) -> str | None:
    found = [each for each, terms in names.items() if text.strip() in terms]
    return found[0] if len(found) == 1 else None
