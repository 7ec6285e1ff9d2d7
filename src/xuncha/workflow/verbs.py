"""The verbs by their actions: the table from which the commands, the transitions and the audit are derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xuncha.workflow.attach import attach
from xuncha.workflow.close import close
from xuncha.workflow.escalate import escalate
from xuncha.workflow.extend import extend
from xuncha.workflow.progress import progress
from xuncha.workflow.reopen import reopen
from xuncha.workflow.return_ import return_
from xuncha.workflow.review import review
from xuncha.workflow.set_ import set_
from xuncha.workflow.start import start
from xuncha.workflow.submit import submit
from xuncha.workflow.verb import Verb

VERBS: Final[Mapping[str, Verb]] = {
    verb.action: verb
    for verb in (start, set_, progress, attach, submit, return_, close, reopen, extend, escalate, review)
}
SUBJECTS: Final[Mapping[str, str]] = {
    "init": "建立台账", "add": "新增", "remove": "删除", "comment": "登记意见", "edit": "修改", "undo": "撤回", "import": "导入", "sync": "同步",
    "renumber": "改号",
    **{action: verb.subject for action, verb in VERBS.items()},
}  # fmt: skip
"""The first word of a commit's subject, by its action."""
