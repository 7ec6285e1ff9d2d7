"""The audit as one self-contained web page for the inspectors: it needs no script and no network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from xuncha import language
from xuncha.audit.catalogue import RULES, Audit, HistoryPlace
from xuncha.audit.facts import read_data
from xuncha.chinese.characters import without_unsafe
from xuncha.chinese.punctuation import full_width_page
from xuncha.errors import Finding
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.names import KEY_NAMES, REQUIREMENTS
from xuncha.model.source import MAX_SIZE
from xuncha.model.vocabulary import action_name
from xuncha.paper.templates import render_here
from xuncha.store.reading import Data
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git

SUBJECTS: Final = (
    ("销号均具备当时规则要求的条件，各项措施的状态逐步推进，没有越级。", "status-jump close-requires-progress close-requires-evidence close-requires-submission close-requires-second-person close-requires-signed-commit second-person-doubtful closed-by predated"),
    ("销号规则没有放宽，也没有绕过收紧的规则销号。", "policy-weakened policy-dodged"),
    ("销号之后内容未作改动，销号之前没有降低目标。", "changed-after-closing watered-down merge-after-closing merge-reopened"),
    ("整改时限未在到期后改动，也未用延期以外的办法改动；没有删除逾期的措施，删除的没有换成要求更低的。", "deadline-moved deadline-passed removed-overdue replaced"),
    ("进展、回头看、意见和攻坚事项的记录均保持原样，巡察组的原话、反馈日期未作改动，公开的内容没有撤下。", "entry-changed rebound-withdrawn problem-rewritten settings-changed withheld"),
    ("措施和问题没有丢失，编号没有改动，删除和撤回的都可以删除和撤回。", "deleted renumbered false-remove false-undo"),
    ("佐证材料均在，内容与登记的哈希值相符。", "evidence-hash evidence-changed"),
    ("提交和记录的日期前后相符。", "clock-ahead clock-backwards clock-zone postdated before-feedback late-branch"),
    ("合并没有丢失也没有添加任何一方的内容，台账只有一个开端。", "merge-differs second-beginning"),
    ("改动均由命令作出，所做与所称一致，文件都能读取，没有链接、形似的路径和检出时的转换。", "by-hand trailers-mismatch account-mismatch unreadable link look-alike converted ledger-moved"),
    ("此前各次核验过的历史仍在，未被改写。", "history-rewritten"),
    ("没有本单位自己的模板和表格样式。", "own-template"),
)  # fmt: skip
"""The subjects of an audit: a sentence that is true if nothing was found, and the codes of the rules that would refute it."""
_BACKQUOTED: Final = re.compile(r"`([^`]*)`")


def render(root: Path, audit: Audit) -> str:
    """Return the page. The template is always the built-in one, because the audited office must not design the page."""
    broken_rules = {finding.code for finding in audit.findings}
    severities = ("不符合规则", "error"), ("提请注意", "warning"), ("备注", "note")
    values = {
        "audit": audit,
        "organisation": str(_settings(Git(root), audit).get("organisation", "")),
        "parts": [(title, severity, _group_by_reason(audit, severity)) for title, severity in severities],
        "holds": [sentence for sentence, codes in SUBJECTS if not broken_rules.intersection(codes.split())],
        "anchors": [anchor.line for anchor in audit.anchors],
    }
    page = full_width_page(render_here("audit.html.j2", None, values))
    return without_unsafe(page, "\N{REPLACEMENT CHARACTER}")


def _settings(git: Git, audit: Audit) -> Data:
    """Return the settings at the last commit or, if unreadable there, at the commit that brought the ledger; empty if both are unreadable."""
    names = [f"{commit}:./{LEDGER_FILE}" for commit in (audit.tip, audit.start) if commit]
    existing = [name for name, kind in zip(names, git.kinds(names), strict=True) if kind == "blob"]
    found = (read_data(each.content) for each in read_objects(git, existing, MAX_SIZE))
    return next(filter(None, found), {})


def _group_by_reason(audit: Audit, severity: str) -> list[tuple[str, set[str], list[Finding[HistoryPlace]]]]:
    """Group the findings of one severity by the reason of their rule: the reason, the codes, and the findings with messages in plain words."""
    by_reason: dict[str, list[Finding[HistoryPlace]]] = {}
    for finding in audit.findings:
        if finding.severity == severity:
            why = _in_plain_words(language.gettext(RULES[finding.code].why))
            by_reason.setdefault(why, []).append(finding._replace(message=_in_plain_words(finding.message)))
    return [(why, {finding.code for finding in findings}, findings) for why, findings in by_reason.items()]


def _in_plain_words(text: str) -> str:
    """Return a text with the names of keys, requirements and actions instead of their codes in backquotes."""

    def replacement(match: re.Match[str]) -> str:
        code = match[1]
        requirement = REQUIREMENTS[code][0] if code in REQUIREMENTS else ""
        name = KEY_NAMES.get(code) or requirement or action_name(code)
        return name if name == code else f"“{name}”"

    return _BACKQUOTED.sub(replacement, text)
