"""Files that become evidence (佐证材料): under which name they are kept, and what the ledger says of them.

A file keeps the name that the office gave it wherever every system can hold that name; else it is kept under the nearest
one that all can, and the entry says how it was called. The same file is kept once in a measure (docs/adr/0019).
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.characters import UNSAFE
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.source import LARGEST_POINTER, pointed_at
from xuncha.store.forms import RESERVED
from xuncha.trail.git import Git

if TYPE_CHECKING:
    from typing import BinaryIO

    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure
    from xuncha.model.source import Fingerprint

LARGEST: Final = 100 * 1024 * 1024
"""Bytes in a file that git alone keeps: the forges refuse larger ones for good, since history cannot forget them."""
_LONGEST: Final = 255  # bytes in a name: what the usual systems hold
_MOST: Final = 200  # characters in a name that the ledger holds
_ENDING: Final = re.compile(r"(?<=.)\.\w{1,20}$")
_UNNAMED: Final = "附件"
_NOT_FOR_ALL: Final = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
"""What one system or another gives a meaning of its own, and the full-width signs that look alike."""
_NO_WAITING: Final = getattr(os, "O_NONBLOCK", 0)  # at the open end of a pipe nobody may ever write
_CONTROL: Final = re.compile(rf"[\t\n{UNSAFE}\ud800-\udfff]")


def kept(
    original: str, found: Fingerprint, measure: Measure, names: Collection[str]
) -> tuple[dict[str, Any], bool]:
    """Return what the entry says of a file that a measure is to keep, and whether another entry names the same file already.

    `original` is its name where it comes from; `names` are those of the evidence files that are there already.
    """
    items = [item for entry in measure.progress for item in entry.evidence if not isinstance(item, str)]
    there = next((item.file for item in items if item.sha256 == found.sha256), None)
    called = shown(original)
    file = there or free(held(called), names)
    said: dict[str, Any] = {"file": file, "sha256": found.sha256, "size": found.size}
    return said | ({"name": called} if called.strip() and called != file else {}), there is not None


def shown(original: str) -> str:
    """Return a file's name as it can be written down, without control characters and broken ones."""
    return unicodedata.normalize("NFC", _CONTROL.sub("_", original))


def held(name: str) -> str:
    """Return the nearest name that every system can hold: not hidden, no device of Windows, not too long."""
    safe = shown(name).translate(_NOT_FOR_ALL).lstrip(". \u3000").rstrip(". ") or _UNNAMED
    return _cut(f"_{safe}" if RESERVED.match(safe) else safe, "")


def free(name: str, names: Collection[str]) -> str:
    """Return the name, or the first one numbered after it that no file has; capitals make no difference."""
    taken = {_folded(each) for each in names}
    tried = (_cut(name, f"-{number}") for number in count(2))
    return next(each for each in chain([name], tried) if _folded(each) not in taken)


def _cut(name: str, number: str) -> str:
    """Put a number before the ending of a name, and shorten the stem to fit."""
    match = _ENDING.search(name)
    stem, ending = (name[: match.start()], match[0]) if match else (name, "")
    tail = number + ending
    fitting = stem[: _MOST - len(tail)].encode()[: _LONGEST - len(tail.encode())].decode(errors="ignore")
    return (stem if fitting == stem else fitting.rstrip(". ")) + tail


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def read(root: Path, identity: Identity, file: Path) -> bytes:
    """Read a file, wherever it is, that is to become evidence of a measure.

    Raises RefusedError if it cannot be read, is no ordinary file, is empty, is not the file itself but its
    pointer, or is too large for git alone; SurroundingsError if it is for git-lfs, and that is not set up here.
    """
    try:
        with open(file, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAITING)) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                said = _("{path} is not a regular file, but a pipe, a device or the like").format(path=file)
                hint = _("save its content to a file, and attach that")
                raise RefusedError("not-a-file", said, hint)
            return read_stream(root, identity, str(file), stream)
    except OSError as error:
        message = _("{path} cannot be read: {reason}").format(path=file, reason=cause_of(error))
        raise RefusedError("no-such-file", message) from None


def read_stream(root: Path, identity: Identity, path: str, stream: BinaryIO) -> bytes:
    """Read what is to become evidence of a measure; `path` is how it is called where it comes from.

    Raises RefusedError if it is empty, which proves nothing, is not the file itself but its pointer, or is too
    large for git alone; SurroundingsError if it is for git-lfs, and that is not set up here.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if not size:
        said = _("{path} is empty, and proves nothing").format(path=path)
        raise RefusedError("empty-file", said, _("check that it was saved; then attach it again"))
    with_lfs = _goes_to_lfs(root, f"{EVIDENCE}/{identity}/{held(Path(path).name)}")
    if size > LARGEST and not with_lfs:
        message = _("{path} has {size} MB: the usual git hosts refuse files over {largest} MB, for good")
        hint = _(
            'set up git-lfs first: git lfs install && git lfs track "data/evidence/**", and commit .gitattributes'
        )
        megabytes = {"size": -(-size // 1024**2), "largest": LARGEST // 1024**2}
        raise RefusedError("too-large-for-git", message.format(path=path, **megabytes), hint)
    content = stream.read(size)
    if len(content) <= LARGEST_POINTER and pointed_at(content):
        message = _("{path} is not the file itself, but its git-lfs pointer")
        hint = _("type `git lfs pull` where it comes from, and attach the file itself")
        raise RefusedError("lfs-pointer", message.format(path=path), hint)
    return content


def _goes_to_lfs(root: Path, path: str) -> bool:
    """Return whether git-lfs keeps a file of the ledger.

    Raises SurroundingsError if .gitattributes says so, and git does not know git-lfs: it would keep the file
    itself.
    """
    git = Git.in_repository(root, to_write=True)
    if git.attributes([path], "filter").get(path, {}).get("filter") != "lfs":
        return False
    if git.setting("filter.lfs.process") or git.setting("filter.lfs.clean"):
        return True
    message = _(".gitattributes assigns {path} to git-lfs, which is not set up here").format(path=path)
    hint = _("install git-lfs (https://git-lfs.com), and type: git lfs install")
    raise SurroundingsError("no-lfs", message, hint)
