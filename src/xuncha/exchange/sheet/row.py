"""One row of a table, or several that tell of one measure: its cells by what their columns hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xuncha.exchange.drafts import Told
from xuncha.exchange.sheet import ticks
from xuncha.exchange.sheet.grid import Cell, Unseen
from xuncha.model.identity import Identity

UNNAMED: Final = "unnamed"
"""The role of cells below no heading."""


@dataclass
class Row:
    """The cells of a measure's row, by what their columns hold; of several rows, where one measure takes several."""

    sheet: str
    number: int
    found: dict[str, list[Cell]] = field(default_factory=dict)
    ticks: list[tuple[str, Cell]] = field(default_factory=list)
    """Cells of columns in which ticks stand for words, with the words; after `settle_ticks`, those not understood."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Comments on the cells, with their addresses."""
    last: int = 0  # the last of several rows

    def put(self, role: str, cell: Cell) -> None:
        """Put in what a cell says; of a sentence that was cut, the rest behind its beginning."""
        held = self.found.setdefault(role, [])
        if role == "measure" and held:
            held[:] = [Cell.of(held[0].text + cell.text, "", held[0].address)]
        else:
            held.append(cell)

    def settle_ticks(self) -> None:
        """Take the word of the one tick for the state."""
        if len(self.ticks) != 1 or "state" in self.found:
            return
        word, cell = self.ticks[0]
        if ticks.is_state(word) and (ticks.is_tick(cell.text) or cell.text == word):
            self.found["state"] = [Cell.of(word, address=cell.address)]
            self.ticks.clear()

    def text(self, role: str) -> str:
        """Return what the cells of this role say, below each other; empty where there are none."""
        held = self.found.get(role, ())
        return held[0].text if len(held) == 1 else "\n".join(dict.fromkeys(cell.text for cell in held))

    @property
    def shown(self) -> dict[str, str]:
        """What the row says, by the roles of its cells."""
        return {role: self.text(role) for role in self.found}

    @property
    def told(self) -> dict[str, list[Told]]:
        """What each cell says, by their roles."""
        found = self.found.items()
        return {role: [Told(self.sheet, each.address, each.text) for each in held] for role, held in found}

    def first(self, role: str) -> Cell | None:
        """Return the first cell of this role."""
        return next(iter(self.found.get(role, ())), None)

    def unseen(self, role: str) -> Unseen:
        """Return why a person sees one of the cells of this role otherwise than it was read."""
        return next((cell.unseen for cell in self.found.get(role, ()) if cell.unseen), "")

    def address(self, *roles: str) -> str:
        """Where the first cell of these roles stands; else the row."""
        places = (cell.address for role in roles if (cell := self.first(role)))
        return next(places, f"{self.number}:{self.number}")

    @property
    def problem_number(self) -> int | None:
        """The number of the problem."""
        told = (cell.text.strip("、.．") for cell in self.found.get("number", ()))
        return next((int(text) for text in told if re.fullmatch("[1-9][0-9]{0,4}", text)), None)

    @property
    def identity(self) -> Identity | None:
        """The number of the measure, such as 2.3."""
        for value, form, *_rest in self.found.get("number", ()):
            decimals = re.search(r"0\.(0+)", form) if isinstance(value, float) else None
            said = f"{value:.{len(decimals[1])}f}" if decimals else str(value)  # 2.10 is not 2.1
            if match := re.fullmatch(r"([1-9][0-9]{0,5})[.．-]([1-9][0-9]{0,5})", "".join(said.split())):
                return Identity(int(match[1]), int(match[2]))
        return None
