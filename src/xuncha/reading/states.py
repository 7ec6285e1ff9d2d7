"""How far something is, where a notice says it in brackets behind a measure, or in a sentence of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.model.states import state as state_of_a_cell

if TYPE_CHECKING:
    from xuncha.model.states import State

_FAR = 60
"""Characters at the end of a text among which its state is looked for."""
_WORDS = r"(?:整改|目前|现|已|正在|尚未|未|待|拟|申请|基本|全部|均|取得|持续|长期|推进|完成|启动|开展|落实|到位|办结|销号|坚持|阶段性|成效|中|并|且|，|状态|情况|结果|：)+"
_IN_BRACKETS = re.compile(rf"\s*[（(【\[]\s*(?P<words>{_WORDS})\s*[）)】\]]\s*(?P<stop>[。；;]?)\s*$")
_SENTENCE = re.compile(
    rf"(?:^|(?<=[。；！]))\s*[该此本]项?(?:整改)?(?:措施|任务|工作|问题|事项)(?P<words>{_WORDS})。\s*$"
)


def state(words: str) -> State | None:
    """The state that words say; of several sentences, the first."""
    return state_of_a_cell(re.split(r"[。；;\n]", words.strip())[0])


def without_state(text: str) -> tuple[str, State | None]:
    """A text without the state that stands behind it in brackets, or as a sentence of its own; and that state."""
    begin = max(0, len(text) - _FAR)
    for pattern in (_IN_BRACKETS, _SENTENCE):
        match = pattern.search(text, begin)
        found = state(match["words"]) if match else None
        if match and found:
            return (text[: match.start()] + (match.groupdict().get("stop") or "")).rstrip(), found
    return text, None


def is_state(text: str) -> bool:
    """Whether a text says a state and nothing else."""
    return bool(re.fullmatch(rf"{_WORDS}[。；;]?", text.strip())) and state(text) is not None
