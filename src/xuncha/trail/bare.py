"""A repository without a working tree, which somebody else may have made: opened to be read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from xuncha import system
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.system import temporary_folder
from xuncha.trail.bundle import alone
from xuncha.trail.git import Git
from xuncha.trail.repository import must_stay


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """Inside, git reads this repository in the folder that is given, and knows no settings of this machine.

    Raises SurroundingsError if something in the repository leads out of it.
    """
    must_stay(folder)
    with temporary_folder() as place, alone():
        os.environ["GIT_DIR"] = str(folder.resolve())
        os.environ["GIT_WORK_TREE"] = str(place)
        yield place


def ledgers_in(place: Path, commit: str) -> list[str]:
    """Return where there are ledgers in a commit: empty for its top, else with a slash at the end. Raises RefusedError if there is none."""
    git = Git(place)
    if git.kinds([f"{commit}:{LEDGER_FILE}"]) == ["blob"]:
        return [""]
    listed = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    names = (system.decoded(each) for each in listed.split(b"\0"))
    found = [name.removesuffix(LEDGER_FILE) for name in names if name.endswith(f"/{LEDGER_FILE}")]
    if not found:
        raise RefusedError("no-ledger", _("there is no ledger in it: no {file}").format(file=LEDGER_FILE))
    return found
