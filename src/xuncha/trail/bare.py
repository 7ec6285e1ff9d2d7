"""A repository without a working tree, which somebody else may have made: opened to be read, and its tip without git."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xuncha import system
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.system import temporary_folder
from xuncha.trail.bundle import alone
from xuncha.trail.git import Git
from xuncha.trail.repository import common_dir, looks_like_git, must_stay, small_text

_HASH: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_LARGEST: Final = 1 << 27  # bytes of packed-refs


def is_bare(folder: Path) -> bool:
    """Whether a folder is itself laid out as git's own folder, and has none of its own."""
    return not os.path.lexists(folder / ".git") and looks_like_git(folder)


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


def tip(folder: Path) -> str | None:
    """Return the commit that is checked out in git's own folder, as its files say; None where nothing is committed."""
    try:
        head = small_text(folder / "HEAD").strip()
        shared = common_dir(folder)
        for _link in range(5):
            if _HASH.fullmatch(head):
                return head
            name = head.removeprefix("ref:").strip()
            if name == head or not name.startswith("refs/") or ".." in name:
                return None
            head = _of(shared, name)
    except OSError:
        return None
    return None


def _of(folder: Path, name: str) -> str:
    with contextlib.suppress(OSError):
        return small_text(folder / name).strip()
    for line in small_text(folder / "packed-refs", _LARGEST).splitlines():
        commit, _blank, packed = line.partition(" ")
        if packed == name:
            return commit
    return ""


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
