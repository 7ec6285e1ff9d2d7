"""Ask git, in words that Python understands. Nothing in a ledger's files can become an option or a pattern."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail.door import Door, GitError, shallow
from xuncha.trail.repository import common_dir, cut_off, git_dir

if TYPE_CHECKING:
    from typing import IO

__all__ = ("Git", "GitError", "Leaf", "literal", "read_batch", "shallow")

_BLOCK = 1024 * 1024
"""Bytes that are read at once of a large object."""
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
"""How git reads a path with such characters from its input."""
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def literal(paths: Iterable[str]) -> list[str]:
    """Write paths so that git takes no character of them for a pattern.

    Said of each, not in the environment: hooks inherit that.
    """
    return [f":(literal){path}" for path in paths]


def read_batch(printed: IO[bytes]) -> Iterator[tuple[str, str, int, Iterator[bytes]]]:
    """Read what `git cat-file --batch` prints.

    Yields:
        For each object: its name, its kind (empty if git has no such object), its size in bytes, and its content block by
        block. What is not read of the content is passed over.
    """
    while header := printed.readline().decode("utf-8", "surrogateescape"):
        name, kind, size = ("", *header.split(" ")[-3:])[-3:]
        if not size.strip().isdigit():  # it is the word `missing`
            yield header.rpartition(" ")[0], "", 0, iter(())
            continue
        blocks = _blocks(printed, int(size))
        yield name, kind, int(size), blocks
        for _rest in blocks:
            pass
        printed.read(1)


def _blocks(printed: IO[bytes], size: int) -> Iterator[bytes]:
    while block := printed.read(min(size, _BLOCK)):
        size -= len(block)
        yield block


class Leaf(NamedTuple):
    """An entry of a tree of git, by its path relative to the ledger."""

    mode: str
    """`100644` a file, `100755` one that can be run, `120000` a link, `040000` a folder."""
    name: str
    """Git's name of its content, in full."""
    path: str

    @property
    def is_file(self) -> bool:
        """Whether it is neither a link nor a folder nor another repository."""
        return self.mode in {"100644", "100755"}


def no_user() -> SurroundingsError:
    """Make the error of who commits without a name."""
    hint = _("type once: git config --global user.name 姓名 && git config --global user.email 邮箱")
    return SurroundingsError("no-user", _("git does not know your name yet; nothing was changed"), hint)


class Git(Door):
    """Git in one ledger's folder: what is asked of it."""

    def user(self) -> tuple[str, str]:
        """Return the name and the e-mail of whoever commits here.

        Raises:
            SurroundingsError: git does not know them.
        """
        try:
            identity = self.text("var", "GIT_AUTHOR_IDENT")
        except GitError as error:
            if error.ended < 0:
                raise
            self.run("config", "--list")  # where something else in its settings is wrong, git says what
            raise no_user() from error
        name, _open, rest = identity.rpartition(" <")
        return name, rest.partition(">")[0]

    def uncommitted(self, *paths: str) -> list[str]:
        """Return those of these files of the ledger that differ from the last commit, or are not in it.

        Asks for these alone: `git status` would look at every file of the repository.
        """
        try:
            committed = {leaf.path: leaf.name for leaf in self.tree("HEAD", *literal(paths), options=())}
        except GitError:
            if not self.is_unborn():
                raise
            committed = {}
        there = [path for path in paths if (self.root / path).is_file()]
        present = self._hashes(there)
        differ = [path for path in there if present[path] != committed.get(path)]
        # Line ends that were committed as they are stay so, whatever is set up now.
        present |= self._hashes(differ, "--no-filters")
        present |= dict.fromkeys(set(paths) - set(there), "")
        return [path for path in paths if present[path] != committed.get(path, "")]

    def by_hand(self, *parts: str) -> list[str]:
        """Return the files at and below some paths of the ledger that were changed, made or deleted since the last commit.

        Other repositories within this one are not looked into, which may have settings of their own.
        """
        above = self.run("rev-parse", "--show-prefix").rstrip(b"\n")
        options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
        told = self.run("--no-optional-locks", "status", *options, "--", *literal(parts))
        return sorted(
            os.fsdecode(entry[len("XY ") :].removeprefix(above)) for entry in told.split(b"\0")[:-1]
        )

    def staged(self, *paths: str) -> dict[str, str]:
        """Return the hashes of these files in the index; of those that it knows."""
        found = {}
        for entry in self.run("ls-files", "--stage", "-z", "--", *literal(paths)).split(b"\0")[:-1]:
            facts, _tab, path = entry.partition(b"\t")
            found[os.fsdecode(path)] = facts.decode().split(" ")[1]
        return found

    def unfinished(self, *paths: str) -> list[str]:
        """Return those of these files that were changed since the last commit, in the folder or in the index."""
        found = self.blobs(f"{where}:./{path}" for path in paths for where in ("HEAD", ""))
        changed = []
        for path, committed, staged in zip(paths, found[::2], found[1::2], strict=True):
            target = self.root / path
            present = target.read_bytes() if target.is_file() else None
            # Where the bytes differ, git may still take them for the same: it can be set up to change the line ends.
            if staged != committed or (present != committed and self.uncommitted(path)):
                changed.append(path)
        return changed

    def blobs(self, names: Iterable[str]) -> list[bytes | None]:
        """Return the contents of files in git's objects, such as `HEAD:./data/ledger.yaml`; None for what is no file."""
        asked = "".join(f"{name}\n" for name in names).encode()
        printed = BytesIO(self.run("cat-file", "--batch", stdin=asked) if asked else b"")
        batch = read_batch(printed)
        found = [(name, kind, b"".join(blocks)) for name, kind, _size, blocks in batch]
        if gone := next((name for name, kind, _content in found if not kind and _HASH.fullmatch(name)), None):
            raise self.lost(gone)
        return [content if kind == "blob" else None for _name, kind, content in found]

    def tree(self, commit: str, *paths: str, options: Sequence[str] = ("-r",)) -> Iterator[Leaf]:
        """List what a commit holds at and below some paths of the ledger; without options, the files."""
        for line in self.run("ls-tree", "-z", *options, commit, "--", *paths).split(b"\0")[:-1]:
            facts, _tab, path = line.partition(b"\t")
            mode, _kind, name = facts.decode().split(" ")
            yield Leaf(mode, name, os.fsdecode(path))

    def attributes(self, paths: Iterable[str], *names: str) -> dict[str, dict[str, str]]:
        """Return what .gitattributes says of files, by path and name: `unspecified`, `set`, `unset` or a value."""
        given = os.fsencode("".join(f"{path}\0" for path in paths))
        told = self.run("check-attr", "-z", "--stdin", *names, stdin=given) if given else b""
        words = os.fsdecode(told).split("\0")[:-1]
        found: dict[str, dict[str, str]] = {}
        for path, name, value in zip(words[::3], words[1::3], words[2::3], strict=True):
            found.setdefault(path, {})[name] = value
        return found

    def must_be_whole(self) -> None:
        """Check that git has all of the history.

        Raises:
            SurroundingsError: it was cut off by a shallow clone.
        """
        folder = git_dir(self.root)
        if folder and cut_off(folder):
            raise shallow()

    def setting(self, name: str) -> str:
        """Return a setting of git; empty where it is not set."""
        return self.run("config", "--get", name, answers=(0, 1)).decode("utf-8", "replace").strip()

    def head(self) -> str | None:
        """Return the commit that is checked out; None where nothing is committed yet.

        Raises:
            GitError: there is one, or was, and git cannot tell.
        """
        asked = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if found := self.run(*asked, answers=(0, 1)).decode("ascii", "replace").strip():
            return found
        if self.is_unborn():
            return None
        self.run("rev-list", "--max-count=1", "HEAD", "--")  # which says what is wrong
        raise GitError(_("it answered nothing"))

    def is_unborn(self) -> bool:
        """Whether the branch that is checked out has no commit yet, by there being no such branch."""
        name = (
            self.run("symbolic-ref", "--quiet", "HEAD", answers=(0, 1))
            .decode("utf-8", "surrogateescape")
            .strip()
        )
        folder = git_dir(self.root)
        if not name or folder is None:
            return False
        place, packed = common_dir(folder) / name, common_dir(folder) / "packed-refs"
        if place.is_file() or place.is_symlink():
            return False
        if (common_dir(folder) / "logs" / name).is_file():  # there was such a branch
            return False
        lines = packed.read_bytes().splitlines() if packed.is_file() else []
        if any(line.endswith(b" " + os.fsencode(name)) for line in lines):
            return False
        return not self.run("for-each-ref", "--format=%(refname)", name)

    def hash_files(self, paths: Iterable[str | Path], *options: str) -> list[str]:
        """Return the names that git gives the contents of files, absolute or relative to the top of the working tree."""
        asked = os.fsencode("".join(f'"{str(path).translate(_QUOTED)}"\n' for path in paths))
        return self.text("hash-object", *options, "--stdin-paths", stdin=asked).split() if asked else []

    def _hashes(self, paths: list[str], *options: str) -> dict[str, str]:
        names = self.text("hash-object", *options, "--", *paths).split() if paths else []
        return dict(zip(paths, names, strict=True))

    def commit(self, message: str, paths: list[str], *, new: list[str], signed: bool = False) -> None:
        """Commit these files alone, whatever else is staged, with the hooks and the signing that are set up.

        Args:
            message: subject and trailers.
            paths: relative to the ledger.
            new: those of them that git does not know yet.
            signed: ask for a signature even where git is not set up to give one.

        Raises:
            GitError: it was refused; the index is as it was.
        """
        options = ["--quiet", "--only", *(["--gpg-sign"] if signed else [])]
        utf8 = ("-c", "i18n.commitEncoding=UTF-8")  # whatever is set up for what others write
        try:
            if new:
                self.run("add", "--intent-to-add", "--", *literal(new), writes=True)
            asked = (*utf8, "commit", *options, "--file=-", "--", *literal(paths))
            self.run(*asked, stdin=message.encode(), writes=True)
        except BaseException:
            if new:
                with contextlib.suppress(GitError):  # the index is locked: then nothing was added either
                    undone = ("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *literal(new))
                    self.run(*undone, writes=True)
            raise
