"""Files that become evidence (佐证材料): the names under which they are kept, and what the ledger says about them.

A file keeps the name that the office gave it if every system can hold that name; else it gets the nearest name
that all can hold, and the entry gives the original one. The same file is kept once in a measure (docs/adr/0019).
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Mapping
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.characters import UNSAFE
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.source import MAX_POINTER, parse_pointer
from xuncha.store.forms import RESERVED
from xuncha.trail.git import Git

if TYPE_CHECKING:
    from typing import BinaryIO

    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure
    from xuncha.model.source import Fingerprint

MAX_SIZE: Final = 100 * 1024 * 1024
"""The most bytes of a file that git keeps without git-lfs: forges refuse larger ones for good, since history cannot forget them."""
_MAX_BYTES: Final = 255  # bytes in a name, as common systems limit it
_MAX_CHARS: Final = 200  # characters in a name, as the ledger limits it
_ENDING: Final = re.compile(r"(?<=.)\.\w{1,20}$")
_DEFAULT_NAME: Final = "附件"
_FULL_WIDTH: Final = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
"""Characters that have a special meaning on some system, and the full-width characters that look alike."""
_NONBLOCKING: Final = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait, maybe for ever, for a writer
_CONTROL: Final = re.compile(rf"[\t\n{UNSAFE}\ud800-\udfff]")


def files_by_hash(measure: Measure) -> dict[str, str]:
    """Return the names of the evidence files of a measure by their hashes; of equal files, the first."""
    items = [item for entry in measure.progress for item in entry.evidence if not isinstance(item, str)]
    return {item.sha256: item.file for item in reversed(items)}


def evidence_entry(
    original: str, fingerprint: Fingerprint, attached: Mapping[str, str], names: Collection[str]
) -> dict[str, Any]:
    """Return the entry for a file that becomes evidence of a measure.

    `original` is the name of the file where it comes from; `attached` are the names of attached files by their hashes; `names` are
    those of the files already in the folder.
    """
    name = printable_name(original)
    file = attached.get(fingerprint.sha256) or unused_name(portable_name(name), names)
    entry_values: dict[str, Any] = {"file": file, "sha256": fingerprint.sha256, "size": fingerprint.size}
    return entry_values | ({"name": name} if name.strip() and name != file else {})


def printable_name(original: str) -> str:
    """Return the name of a file as text that can be written down: NFC, with `_` for control characters and broken ones."""
    return unicodedata.normalize("NFC", _CONTROL.sub("_", original))


def portable_name(name: str) -> str:
    """Return the nearest name that every system can hold: not hidden, not a device of Windows, not too long."""
    safe = printable_name(name).translate(_FULL_WIDTH).lstrip(". \u3000").rstrip(". ") or _DEFAULT_NAME
    return _fitted(f"_{safe}" if RESERVED.match(safe) else safe, "")


def unused_name(name: str, names: Collection[str]) -> str:
    """Return the name or, if a file has it, the first numbered variant that is free; capitals make no difference."""
    taken_names = {folded_case(each) for each in names}
    numbered = (_fitted(name, f"-{number}") for number in count(2))
    return next(each for each in chain([name], numbered) if folded_case(each) not in taken_names)


def _fitted(name: str, number: str) -> str:
    """Insert a number before the ending of a name, and shorten the stem to fit."""
    match = _ENDING.search(name)
    stem, ending = (name[: match.start()], match[0]) if match else (name, "")
    tail = number + ending
    start = stem[: _MAX_CHARS - len(tail)].encode()[: _MAX_BYTES - len(tail.encode())]
    fitting = start.decode(errors="ignore")
    return (stem if fitting == stem else fitting.rstrip(". ")) + tail


def folded_case(name: str) -> str:
    """Return what names have in common that are one name on some system: that differ in capitals or composed characters alone."""
    return unicodedata.normalize("NFC", name).casefold()


def read(root: Path, identity: Identity, file: Path) -> bytes:
    """Read a file from anywhere, to become evidence of a measure.

    Raises RefusedError if it cannot be read, is not an ordinary file, is empty, is only the pointer of
    git-lfs, or is too large for git alone; SurroundingsError if it is for git-lfs, which is not set up here.
    """
    try:
        with open(file, "rb", opener=lambda name, flags: os.open(name, flags | _NONBLOCKING)) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                text = _("{path} is not a regular file, but a pipe, a device or the like", path=file)
                hint = _("save its content to a file, and attach that")
                raise RefusedError("not-a-file", text, hint)
            return read_stream(root, identity, str(file), stream)
    except OSError as error:
        message = _("{path} cannot be read: {reason}", path=file, reason=cause_of(error))
        raise RefusedError("no-such-file", message) from None


def read_stream(root: Path, identity: Identity, path: str, stream: BinaryIO) -> bytes:
    """Read a stream that becomes evidence of a measure; `path` is the name of the file where it comes from.

    Raises RefusedError if it is empty (then it proves nothing), is only the pointer of git-lfs, or is too
    large for git alone; SurroundingsError if it is for git-lfs, which is not set up here.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if not size:
        text = _("{path} is empty, and proves nothing", path=path)
        raise RefusedError("empty-file", text, _("check that it was saved; then attach it again"))
    with_lfs = _goes_to_lfs(root, f"{EVIDENCE}/{identity}/{portable_name(Path(path).name)}")
    if size > MAX_SIZE and not with_lfs:
        message = _("{path} has {size} MB: the usual git hosts refuse files over {largest} MB, for good")
        hint = _(
            'set up git-lfs first: git lfs install && git lfs track "data/evidence/**", and commit .gitattributes'
        )
        megabytes = {"size": -(-size // 1024**2), "largest": MAX_SIZE // 1024**2}
        raise RefusedError("too-large-for-git", message.format(path=path, **megabytes), hint)
    content = stream.read(size)
    if len(content) <= MAX_POINTER and parse_pointer(content):
        message = _("{path} is not the file itself, but its git-lfs pointer")
        hint = _("type `git lfs pull` where it comes from, and attach the file itself")
        raise RefusedError("lfs-pointer", message.format(path=path), hint)
    return content


def _goes_to_lfs(root: Path, path: str) -> bool:
    """Return whether git-lfs keeps a file of the ledger.

    Raises SurroundingsError if .gitattributes says so but git does not know git-lfs: git would then keep the file
    itself.
    """
    git = Git.in_repository(root, writes=True)
    if git.attributes([path], "filter").get(path, {}).get("filter") != "lfs":
        return False
    if git.setting("filter.lfs.process") or git.setting("filter.lfs.clean"):
        return True
    message = _(".gitattributes assigns {path} to git-lfs, which is not set up here", path=path)
    hint = _("install git-lfs (https://git-lfs.com), and type: git lfs install")
    raise SurroundingsError("no-lfs", message, hint)
