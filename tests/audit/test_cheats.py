"""Whoever tries to talk an audit round is named: each cheat of the table, done to a ledger of which an audit has nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audit.book import Book
from tests.audit.cheats import CHEATS, Cheat
from xuncha.audit.examine import audit

if TYPE_CHECKING:
    from pathlib import Path


def test_the_ledger_that_is_cheated_with_is_sound(tmp_path: Path) -> None:
    book = Book(tmp_path / "台账")
    book.write()
    assert audit(book.root).findings == []


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
def test_a_cheat_is_named(tmp_path: Path, cheat: Cheat) -> None:
    book = Book(tmp_path / "台账")
    root = book.root
    cheat.act(book)
    folder, book.root = book.root, root
    book.write()
    folder.mkdir(exist_ok=True)
    found = {(each.code, each.severity) for each in audit(folder).findings}
    assert (cheat.code, cheat.severity) in found, found
