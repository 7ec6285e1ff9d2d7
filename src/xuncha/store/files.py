"""Find, list and read the ledger's folder, and write files so that each is the old one or the new one, never half.

Anything but an ordinary file or folder (a link, a pipe) is listed as such and never opened; the target of a link is not listed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import zlib
from collections.abc import Mapping
from functools import cached_property, partial
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.source import MAX_POINTER, MAX_SIZE, Entry, Fingerprint, Kind, Source, parse_pointer

_BLOCK = 1024 * 1024  # bytes of a large file that are read at once
_NO_FOLLOW: int | None = getattr(os, "O_NOFOLLOW", None)
"""Makes the system refuse to open a link; None where the system has no such flag."""
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | (_NO_FOLLOW or 0)
"""The flags to open a file; a pipe that no program writes to does not block."""
_SYNC_FROM = 50  # from this many files on, one `sync` is quicker than one `fsync` each
TEMPORARY = ".xuncha-new-"  # the beginning of the name of a file that is being written


class WorkingTree:
    """A ledger's files on disk."""

    def __init__(self, root: Path, scale: int = 1) -> None:
        self.root = root
        self._largest = MAX_SIZE * scale  # bytes of a record
        self._base = f"{root}{os.sep}"  # paths as text: joining them takes longer than reading a record
        self._links = {"": ""}
        """By path: the link that it is, or is behind; empty for none. The ledger's own folder may be a link."""

    def entries(self, folder: str) -> list[Entry]:
        """See Source."""
        if self.behind_link(folder):
            return []
        try:
            with os.scandir(self._base + folder) as found:
                return [Entry(entry.name, _kind(entry)) for entry in found if entry.name[0] != "."]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, path: str) -> bytes:
        """See Source. A link is not followed: the error is `ELOOP`."""
        handle = self._open(path)
        try:
            # One byte more than a record may have, so that a larger file is noticed.
            return os.read(handle, min(os.fstat(handle).st_size, self._largest) + 1)
        finally:
            os.close(handle)

    def stream(self, path: str) -> BinaryIO:
        """Open a file for reading. Raises OSError if it is missing, not an ordinary file, a link, or behind a link."""
        handle = self._open(path)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        return os.fdopen(handle, "rb")

    def _open(self, path: str) -> int:
        if self.behind_link(path if _NO_FOLLOW is None else path.rpartition("/")[0]):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        return system.retry_locked(partial(os.open, self._base + path, _OPEN_FLAGS), system.READ_TIMEOUT)

    def fingerprint(self, path: str) -> Fingerprint | None:
        """See Source."""
        target = self.root / path
        if self.behind_link(path) or not target.is_file():
            return None
        if system.WINDOWS and target.name not in os.listdir(target.parent):  # noqa: PTH208  names alone
            return None  # its name differs in letter case, so on other systems it would be missing
        with target.open("rb") as stream:
            return fingerprint(stream)

    def behind_link(self, path: str) -> str:
        """Return the link that a file or a folder of the ledger is, or is reached through; empty if there is none."""
        if path not in self._links:
            link = ""
            for place in accumulate(path.split("/"), "{}/{}".format):
                if place not in self._links:
                    self._links[place] = link or (place if system.is_link(self._base + place) else "")
                link = self._links[place]
        return self._links[path]


def fingerprint(stream: BinaryIO) -> Fingerprint:
    """Compute SHA-256 and size of a stream's content, with no more than a block of it in memory."""
    import hashlib  # noqa: PLC0415  its import takes as long as counting a small ledger

    content = stream.read(MAX_POINTER + 1)
    if pointer := parse_pointer(content):
        return pointer
    digest, size = hashlib.sha256(content), len(content)
    while content := stream.read(_BLOCK):
        digest.update(content)
        size += len(content)
    return Fingerprint(digest.hexdigest(), size)


def _kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink() or (system.WINDOWS and system.is_link(entry)):
        return "link"
    if entry.is_file(follow_symlinks=False):
        return "file"
    return "folder" if entry.is_dir(follow_symlinks=False) else "other"


def absolute(folder: Path) -> Path:
    """Return the absolute path of a folder, with its links; a path with `..` is resolved, since its parents would not be the folders above."""
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def find_ledger(start: Path | None, folder_option: Path | None) -> Path:
    """Find the ledger's folder: the one named, else the nearest one upwards that holds `data/ledger.yaml`.

    Without `start`, the current folder is used, which need not exist any more if a folder is named.
    Raises SurroundingsError if there is none.
    """
    if folder_option is not None:
        message = _("there is no {file} in {path}")
        if (folder_option / LEDGER_FILE).exists():
            return absolute(folder_option)
    else:
        message = _("there is no ledger here: no {file} in this folder or above it")
        with contextlib.suppress(OSError):  # the current folder may be gone
            start = start or Path.cwd()
            for folder in (start, *start.parents):
                if (folder / LEDGER_FILE).exists():
                    return folder
    hint = _(
        "go to a ledger's folder, name one with --ledger or XUNCHA_LEDGER, or make one with `xuncha init`"
    )
    raise SurroundingsError("no-ledger", message.format(file=LEDGER_FILE, path=folder_option), hint)


def temporary_path(target: Path) -> Path:
    """Return the temporary path of a file that is being written; only a killed command leaves a file there."""
    return target.with_name(f"{TEMPORARY}{zlib.crc32(system.encoded(target.name)):08x}")


def replace(target: Path, content: bytes | BinaryIO, *, private: bool = False) -> None:
    """Write a file as a whole: to a new file beside it and to the disk, and only then move it into place. Its folder must exist.

    A `private` file is never readable by anyone but its owner, not even while it is written.
    Raises OSError if the disk is full, or the folder cannot be written; the file is then unchanged.
    """
    if target.exists() and not target.is_file():  # a pipe or a device is written to, not replaced
        with target.open("wb") as stream:
            _write(content, stream)
    else:
        replace_all({target: content}, permissions=0o600 if private else 0o7777)


def replace_all(contents: Mapping[Path, bytes | BinaryIO], permissions: int = 0o7777) -> None:
    """Write files, each as a whole, as `replace` does; their folders must exist.

    A file keeps its owner and group, and those of its permissions that are among `permissions`.
    Many files are flushed to the disk together: one by one, a thousand small files would need a thousand turns of the
    disk. Raises OSError if the disk is full, or a folder cannot be written; some files may then be new, each of them
    complete.
    """
    at_once = len(contents) >= _SYNC_FROM and hasattr(os, "sync")
    waiting = {temporary_path(target): target for target in contents}
    try:
        for temporary, target in waiting.items():
            # A clone may contain a link of this name: never write into what already exists there.
            system.retry_locked(partial(temporary.unlink, missing_ok=True))
            with open(temporary, "xb", opener=partial(os.open, mode=permissions & 0o666)) as stream:
                if target.exists() and not system.WINDOWS:
                    _copy_owner(stream, target.stat(), permissions)
                _write(contents[target], stream)
                if not at_once:
                    stream.flush()
                    os.fsync(stream.fileno())
        if at_once:
            os.sync()
        for temporary, target in waiting.items():
            system.retry_locked(partial(temporary.replace, target))
    except OSError:
        with contextlib.suppress(OSError):
            for temporary in waiting:
                temporary.unlink(missing_ok=True)
        raise
    if at_once:
        os.sync()
    else:
        for folder in {target.parent for target in contents}:
            sync_folder(folder)


def _copy_owner(stream: BinaryIO, old: os.stat_result, permissions: int) -> None:
    """Give an open file the owner and the group of the old one, as far as the system lets this account, and its permissions."""
    # Not by its name: whoever may write into the folder could put a link there meanwhile.
    for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
        with contextlib.suppress(OSError):
            os.fchown(stream.fileno(), owner, group)
    os.fchmod(stream.fileno(), old.st_mode & permissions)


def _write(content: bytes | BinaryIO, stream: BinaryIO) -> None:
    stream.writelines([content] if isinstance(content, bytes) else iter(partial(content.read, _BLOCK), b""))


def remove(target: Path) -> None:
    """Delete a file, and its folder if that is empty then."""
    system.retry_locked(partial(target.unlink, missing_ok=True))
    if target.parent.is_dir():
        sync_folder(target.parent)
    with contextlib.suppress(OSError):
        target.parent.rmdir()


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Overlay:
    """A ledger's files as they would be after changes; `changes` gives new bytes by path, None for a deleted file."""

    def __init__(self, base: Source, changes: Mapping[str, bytes | None]) -> None:
        self.base = base
        self.changes = changes

    def entries(self, folder: str) -> list[Entry]:
        """See Source."""
        prefix = f"{folder}/" if folder else ""
        unchanged = [entry for entry in self.base.entries(folder) if prefix + entry.name not in self.changes]
        return [*unchanged, *(self._new_entries.get(folder, set()) - set(unchanged))]

    @cached_property
    def _new_entries(self) -> dict[str, set[Entry]]:
        """By folder: the entries that the changes write."""
        found: dict[str, set[Entry]] = {}
        for path in (path for path, content in self.changes.items() if content is not None):
            rest = path
            kind: Kind = "file"
            while rest:
                rest, _slash, name = rest.rpartition("/")
                found.setdefault(rest, set()).add(Entry(name, kind))
                kind = "folder"
        return found

    def read(self, path: str) -> bytes:
        """See Source."""
        if path not in self.changes:
            return self.base.read(path)
        if (content := self.changes[path]) is None:
            raise FileNotFoundError(path)
        return content

    def fingerprint(self, path: str) -> Fingerprint | None:
        """See Source."""
        if path not in self.changes:
            return self.base.fingerprint(path)
        content = self.changes[path]
        return None if content is None else fingerprint(BytesIO(content))
