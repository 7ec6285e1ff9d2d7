"""Find columns of ticks: below 完成情况 stand 未完成, 推进中 and 已完成, and a tick in one of them is the state of the measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.exchange.sheet.roles import Choice
from xuncha.language import gettext as _
from xuncha.model.forms import IGNORE
from xuncha.model.states import read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xuncha.exchange.sheet.grid import Sheet

_TICKS: Final = frozenset("√✓✔☑●▲★◆■1是YyＹ")
_OF_STATES: Final = {"state", "progress"}
_FEWEST: Final = 2  # the fewest columns of a group


def is_tick(text: str) -> bool:
    """Return whether a cell holds a tick and nothing else."""
    return text in _TICKS


def is_state(word: str) -> bool:
    """Return whether the heading of a column is a state."""
    found = read_state(word)
    return found is not None and found.explicit


def choice(word: str, *, has_state: bool) -> Choice:
    """Return the choice for a column of ticks."""
    reason = _("ticks in it mean {word}").format(word=word) if word else _("it contains ticks")
    return Choice(IGNORE if has_state else "state", reason)


def columns(
    sheet: Sheet, heads: tuple[int, ...], rows: Iterable[int], role: Callable[[str], str]
) -> dict[int, str]:
    """Return the columns of ticks, with the words that a tick in them means; `heads` are the rows of the header.

    They belong to a group whose heading means states or progress, or have no group, and states as their headings.
    """
    top, bottom, rows = heads[0], heads[-1], list(rows)
    ticked: dict[int, str] = {}
    for group in _groups(sheet, top, bottom, rows):
        if role(sheet.text(top, group[0])) not in _OF_STATES:
            continue
        words = {column: sheet.text(bottom, column) if bottom != top else "" for column in group}
        has_states = any(map(is_state, words.values()))
        for column, word in words.items():
            is_other = has_states and role(word) not in {"", *_OF_STATES}
            if is_state(word) or (not is_other and _only_ticks(sheet, rows, column)):
                ticked[column] = word
    others = {column: word for column, word in sheet.filled(bottom).items() if column not in ticked}
    # Without a group, the heading 是 may mean anything; and columns called 完成 or 销号 may hold states.
    ungrouped = {column: word for column, word in others.items() if len(word) > 1 and is_state(word)}
    return ticked if len(ungrouped) < _FEWEST or all(map(role, ungrouped.values())) else ticked | ungrouped


def _only_ticks(sheet: Sheet, rows: Iterable[int], column: int) -> bool:
    texts = {text for row in rows if (text := sheet.text(row, column))}
    return bool(texts) and all(map(is_tick, texts))


def _groups(sheet: Sheet, top: int, bottom: int, rows: list[int]) -> list[list[int]]:
    """Return the groups of columns below one name, which is merged over them, or is followed by columns with only parts or ticks."""
    groups: list[list[int]] = []
    every = {*sheet.columns(top, bottom), *(column for row in rows for column in sheet.columns(row))}
    for column in sorted(every):
        goes_on = bool(groups) and column == groups[-1][-1] + 1
        merged = goes_on and sheet.merged((top, column), (top, groups[-1][-1]))
        named = sheet.text(bottom, column) if bottom != top else ""
        unnamed = not sheet.text(top, column) and (named or _only_ticks(sheet, rows, column))
        if merged or (goes_on and unnamed):
            groups[-1].append(column)
        else:
            groups.append([column])
    return [group for group in groups if len(group) >= _FEWEST]
