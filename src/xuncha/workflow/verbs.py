"""The verbs by their actions: the table from which the commands, the transitions and the audit are derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from xuncha.workflow import attach, close, escalate, extend, progress, reopen, return_, review, start, submit

if TYPE_CHECKING:
    from xuncha.workflow.verb import Verb

VERBS: Final[Mapping[str, Verb]] = {
    module.VERB.action: module.VERB
    for module in (start, progress, attach, submit, return_, close, reopen, extend, escalate, review)
}
SUBJECTS: Final[Mapping[str, str]] = {
    "init": "建立台账", "add": "新增", "edit": "修改", "undo": "撤回", "import": "导入", "sync": "同步", "renumber": "改号",
    **{action: verb.subject for action, verb in VERBS.items()},
}  # fmt: skip
"""How the subject of a commit begins, by its action."""
