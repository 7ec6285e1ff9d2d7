"""Ledgers for the tests of screens, written file by file, with fixed times of commits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import STATES, LedgerOnDisk, measure, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).parents[2]
CLOCK = {
    "GIT_AUTHOR_DATE": "2024-06-15T10:00:00+08:00",
    "GIT_COMMITTER_DATE": "2024-06-15T10:00:00+08:00",
    "TZ": "CST-8",
}
WHOLE = """\
title: 完成泵站前期手续
goal: 取得初步设计批复
part: 前期手续
term: long_term
leader: 分管副局长
office: 规划科
co_offices: [财务科, 办公室]
person: 张某
due: 2024-12-31
status: closed
publish: false
progress:
  - date: 2024-03-01
    text: 初步设计通过第二次评审，会议要求对投资概算、征地补偿和施工组织三个方面再作补充，下月底以前报市发展改革委审批。
    evidence: [某水〔2024〕7号, 会议纪要〔2024〕3号]
  - {date: 2024-04-01, text: 与财务科会商资金缺口。, publish: false}
outcomes: {rules: 2}
escalated: {to: 局长, date: 2024-04-02}
notice_text: 泵站前期手续已经办结。
closed: {date: 2024-05-01, by: 办公室, note: 验收通过}
reviews:
  - {date: 2024-06-01, result: holds, text: 运行正常}
  - {date: 2024-06-10, result: slipped}
fields: {risk: 高}
"""
"""A measure that has every key."""


def committed(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Commit the ledger in a repository of its own, at a fixed time."""
    ledger.environment |= CLOCK
    ledger.git("init", "-q")
    ledger.commit("start")
    return ledger


def seed(folder: Path, environment: Mapping[str, str], today: str) -> LedgerOnDisk:
    """Copy the repository's own ledger, and set the day."""
    ledger = LedgerOnDisk(folder / "seed", {**environment, "XUNCHA_TODAY": today})
    shutil.copytree(REPOSITORY / "data", ledger.root / "data")
    return ledger


def all_lights(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Two red ones (one a day late), three yellow ones (one due today, one tomorrow), and one to be looked at again."""
    closed = "{date: 2023-12-01, by: 办公室}"
    for identity, status, keys in (
        ("1.1", "not_started", {"due": "2024-06-14"}),
        ("1.2", "in_progress", {"due": "2024-05-01", "office": "财务科", "leader": "局长"}),
        (
            "2.1",
            "submitted",
            {"due": "2024-06-15", "title": "完成泵站前期手续办理和施工图设计审查，保证汛前开工建设"},
        ),
        ("2.2", "closed", {"term": "long_term", "due": "null", "closed": closed, "title": "坚持每周调度"}),
        ("2.3", "in_progress", {"due": "2024-06-16"}),
        ("3.1", "in_progress", {"due": "2024-06-29"}),
    ):
        ledger.write(ledger.path(identity), measure(identity, status, **keys))
    return ledger


def unsaid(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Make a ledger that does not say whose it is, when the feedback came, who does what, and until when."""
    ledger.write(
        "data/ledger.yaml", "categories: [{key: a, title: 关于学习贯彻方面}]\nleaders: []\noffices: []\n"
    )
    ledger.write("data/problems/01/problem.yaml", "title: 学习不够深入\ncategory:\n")
    ledger.write("data/problems/02/problem.yaml", "title: 推进不够有力\n")
    ledger.write("data/problems/03/problem.yaml", "title: 保留标记甲乙丙\ncategory: a\n")
    for identity, text in {
        "1.1": "status: not_started\n",
        "1.2": "status: in_progress\nterm: at_once\nprogress: [{text: 已经开展。}]\n",
        "2.1": "status: submitted\nleader:\noffice:\ndue:\nprogress: [{date: 2024-06-14, text: 已经办结。}]\n",
        "2.2": "status: closed\nclosed: {}\nprogress: [{text: 已经办结。}]\n",
        "2.3": "status: closed\nterm: long_term\nclosed: {by: 某科}\n",
        "3.1": "status: in_progress\ndue: 2024-06-20\n",
    }.items():
        ledger.write(ledger.path(identity), f"title: 做好{identity}号工作\n{text}")
    ledger.write("data/comments/001.yaml", "received: 2024-05-06\nchannel: web\ntext: 请公开进展。\n")
    return committed(ledger)


def all_closed(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Nothing is left to do."""
    for identity in STATES:
        ledger.write(ledger.path(identity), measure(identity, "closed"))
    return ledger


def many(ledger: LedgerOnDisk, problems: int = 60, due: str = "2024-06-20") -> LedgerOnDisk:
    """So many problems with a measure each, open and soon due but for every tenth."""
    for old in (ledger.root / "data/problems").iterdir():
        shutil.rmtree(old)
    for number in range(1, problems + 1):
        ledger.write(f"data/problems/{number:02d}/problem.yaml", problem(f"第{number}个问题", "a"))
        identity = f"{number}.1"
        status = "in_progress" if number % 10 else "closed"
        ledger.write(ledger.path(identity), measure(identity, status, due=due))
    return ledger
