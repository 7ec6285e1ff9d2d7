"""What people call the keys of the files, in Chinese: one table for workbooks, and for what is said of a change."""

from __future__ import annotations

from collections.abc import Mapping
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
}  # fmt: skip
"""By the keys, also those inside of others, which mean the same wherever they stand."""


def key_name(key: str) -> str:
    """Name a key in the chosen language: in Chinese as people call it, in English as the file does."""
    return KEY_NAMES.get(key, key) if is_chinese() else key
