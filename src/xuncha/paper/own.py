"""The files that an office puts before the built-in templates: where they are read from, and what none of them may be."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from xuncha.language import gettext as _

LARGEST: Final = 20 * 1024 * 1024
"""Bytes."""


class OwnFileError(Exception):
    """A file is there that may not be used; says why."""


class Own(Protocol):
    """What stands in a ledger's `templates/`, now or at some time."""

    def read(self, name: str) -> bytes | None:
        """The bytes of a file by its name; None where there is none.

        Raises:
            OwnFileError: it leads out of the ledger, or is too large.
            OSError: it cannot be read.
        """
        ...


class InFolder:
    """The files as they stand on disk.

    Args:
        root: the folder that holds `templates/`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, name: str) -> bytes | None:
        """See Own."""
        place = self._root / "templates" / name
        if place.exists() and not place.resolve().is_relative_to(self._root):
            raise OwnFileError(leads_out())
        if not place.is_file():
            return None
        if place.stat().st_size > LARGEST:
            raise OwnFileError(too_large())
        return place.read_bytes()


def own(where: Path | Own) -> Own:
    """The files of a ledger whose folder is given; or those that are given."""
    return InFolder(where) if isinstance(where, Path) else where


def leads_out() -> str:
    """What is said of a link to what is not the ledger's."""
    return _("it is a link that leads out of the ledger")


def too_large() -> str:
    """What is said of a file that no template has the size of."""
    return _("the file is too large")
