"""Whether all files of the ledger that git knows are in the folder: what git was told to hide would not be counted."""

from __future__ import annotations

import os
from pathlib import Path

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.trail.repository import git_dir

_PLAIN = b"DIRC\0\0\0\2"
"""How an index begins in which no file is hidden; git writes another version where one is."""


def must_be_here(root: Path) -> None:
    """Check that git hides no file of the ledger, as in a sparse checkout. Costs a look at a file where all is well.

    Raises:
        SurroundingsError: it hides some.
    """
    if not (missing := hidden(root)):
        return
    said = ngettext(
        "{n} file of the ledger is not in the folder, since git was told to leave it out: {path}",
        "{n} files of the ledger are not in the folder, since git was told to leave them out: {path} …",
        len(missing),
    )
    hint = _(
        "bring them back: git sparse-checkout disable; or: git update-index --no-skip-worktree FILE, git restore FILE"
    )
    raise SurroundingsError("sparse", said.format(n=len(missing), path=missing[0]), hint)


def hidden(root: Path) -> list[str]:
    """Return the files of the ledger that are in git's index, and which git was told to leave out of the folder."""
    folder = git_dir(root)
    if folder is None or _hides_nothing(folder):
        return []
    from xuncha.trail.git import Git  # noqa: PLC0415  almost nobody needs it

    listed = os.fsdecode(Git(root).run("ls-files", "-t", "-z", "--", "data")).split("\0")[:-1]
    return [entry[2:] for entry in listed if entry[0] in "Ss" and not os.path.lexists(root / entry[2:])]


def _hides_nothing(folder: Path) -> bool:
    try:
        with (folder / "index").open("rb") as stream:
            plain = stream.read(len(_PLAIN)) == _PLAIN
        return plain and not any(entry.name.startswith("sharedindex.") for entry in os.scandir(folder))
    except FileNotFoundError:
        return True
    except OSError:
        return False
