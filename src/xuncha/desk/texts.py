"""Cache the texts of measures between searches; changed files are read again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xuncha.model.identity import Identity
from xuncha.requests.selection import text_reader
from xuncha.store.files import WorkingTree

Stamp = tuple[int, int, int]


class Texts:
    """The searchable texts in the files of a ledger."""

    def __init__(self, root: Path, looked_at: Callable[[], float]) -> None:
        """Keep the ledger's folder `root`, and a function that tells the last check: files are examined once for each check."""
        self._root = str(root)
        self._read = text_reader(WorkingTree(root))
        self._kept: dict[Identity, tuple[Stamp, str]] = {}
        self._looked_at = looked_at
        self._stamps: tuple[float, dict[Identity, Stamp | None]] = (float("-inf"), {})

    def __call__(self, identities: Sequence[Identity]) -> Mapping[Identity, str]:
        """Return the texts of existing measures."""
        if self._stamps[0] != (looked_at := self._looked_at()):
            self._stamps = looked_at, {}
        seen = self._stamps[1]
        for each in identities:
            if each not in seen:
                seen[each] = self._stamp(each)
        stamps = {each: stamp for each in identities if (stamp := seen[each])}
        kept = self._kept
        changed = [each for each, stamp in stamps.items() if each not in kept or kept[each][0] != stamp]
        for identity, text in self._read(changed).items():
            kept[identity] = (stamps[identity], text)
        return {each: kept[each][1] for each in stamps if each in kept}

    def _stamp(self, identity: Identity) -> Stamp | None:
        try:
            status = os.stat(f"{self._root}/{identity.path}")  # noqa: PTH116  called ten thousand times
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ctime_ns, status.st_size
