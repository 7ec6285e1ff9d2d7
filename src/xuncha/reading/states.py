"""How far something is, where a notice says it in brackets behind a measure, or in a sentence of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xuncha.model.states import state as state_of_words

if TYPE_CHECKING:
    from xuncha.model.states import State

_LONGEST: Final = 60
"""Characters at the end of a text among which its state is looked for."""
_WORDS: Final = "(?P<words>(?:整改|目前|现|已|正在|尚未|未|待|拟|申请|基本|全部|均|取得|持续|长期|推进|完成|启动|开展|落实|到位|办结|销号|坚持|阶段性|成效|中|并|且|，|状态|情况|结果|：)+)"
_ALONE: Final = re.compile(rf"{_WORDS}[。；;]?")
_AT_END: Final = (
    re.compile(rf"\s*[（(【\[]\s*{_WORDS}\s*[）)】\]]\s*(?P<stop>[。；;]?)\s*$"),
    re.compile(
        rf"(?:^|(?<=[。；！]))\s*[该此本]项?(?:整改)?(?:措施|任务|工作|问题|事项){_WORDS}(?P<stop>)。\s*$"
    ),
)
"""In brackets, and as a sentence."""


def state(words: str) -> State | None:
    """Read the state that words say; of several sentences, the first."""
    return state_of_words(re.split(r"[。；;\n]", words.strip())[0])


def without_state(text: str) -> tuple[str, State | None]:
    """Take the state off the end of a text. Return the text without it, and the state."""
    for pattern in _AT_END:
        match = pattern.search(text, max(0, len(text) - _LONGEST))
        if match and (found := state(match["words"])):
            return (text[: match.start()] + match["stop"]).rstrip(), found
    return text, None


def is_state(text: str) -> bool:
    """Return whether a text says a state and nothing else."""
    return bool(_ALONE.fullmatch(text.strip())) and state(text) is not None
