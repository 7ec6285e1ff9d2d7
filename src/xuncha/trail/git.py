"""Run git. `Git.process` is the only place that does; nothing in a ledger's files can become an option or a pattern."""

from __future__ import annotations

import contextlib
import os
import subprocess
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from typing import IO

_BLOCK = 1024 * 1024
"""Bytes that are read at once of a large object."""
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
"""How git reads a path with such characters from its input."""


@cache
def git_dir(root: Path) -> Path | None:
    """Find the folder where git keeps what belongs to this working tree; None outside a repository.

    Found without running git, since every command that reads asks for it: `GIT_DIR`, else the nearest `.git` upwards,
    a folder or (in a linked working tree) a file that names one.
    """
    if named := os.environ.get("GIT_DIR"):
        return Path(named).absolute()
    for folder in (root, *root.parents):
        place = folder / ".git"
        if place.is_dir():
            return place
        if place.is_file():
            text = place.read_text(encoding="utf-8", errors="replace")
            there = text.removeprefix("gitdir:")
            return (folder / there.strip()).absolute() if there != text else None
    return None


def common_dir(folder: Path) -> Path:
    """Find where git keeps what all working trees of a repository share, such as branches; `folder` is that of `git_dir`."""
    try:
        common = (folder / "commondir").read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return folder
    return (folder / common).resolve()


def checked_out(root: Path) -> str:
    """Read what is checked out: `ref: ` and the name of a branch, or a commit; empty outside a repository."""
    folder = git_dir(root)
    try:
        return (folder / "HEAD").read_text("utf-8", "surrogateescape").strip() if folder else ""
    except OSError:
        return ""


def detached(root: Path) -> bool:
    """Whether no branch is checked out, so that what is committed is on none."""
    return not (checked_out(root) or "ref:").startswith("ref:")


def private(root: Path, name: str) -> Path | None:
    """Name a file of ours inside git's own folder, which no clone, push or archive carries; one for each ledger.

    None outside a repository.
    """
    folder = git_dir(root)
    return folder and folder / "xuncha" / f"{name}-{zlib.crc32(os.fsencode(os.path.realpath(root))):08x}"


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


class GitError(SurroundingsError):
    """Git refused; `said` is what it complained of, `printed` what it had printed, `ended` its exit code."""

    def __init__(self, said: str, printed: str = "", ended: int = 1) -> None:
        super().__init__("git-failed", _("git failed: {said}").format(said=said))
        self.said = said
        self.printed = printed
        self.ended = ended


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


class Git:
    """Git in one ledger's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def in_repository(cls, root: Path, *, to_write: bool = False) -> Git:
        """Give git in a ledger whose history is asked for, or continued.

        Raises:
            SurroundingsError: the ledger is in no repository.
        """
        if git_dir(root) is not None:
            return cls(root)
        said, hint = _("{path} is in no git repository, so it has no history"), _("type: git init")
        if to_write:
            said = _("{path} is in no git repository, and a change must be kept by one")
            hint = _("type: git init && git add -A && git commit -m 台账")
        raise SurroundingsError("no-repository", said.format(path=root), hint)

    @contextlib.contextmanager
    def process(
        self,
        *arguments: str,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.PIPE,
        surroundings: Mapping[str, str] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git; at the end, wait for it. What it prints goes into a pipe; `surroundings` are additional variables.

        Raises:
            SurroundingsError: it is not installed.
        """
        try:
            process = subprocess.Popen(
                # By itself git does not wait for the disk; whoever is told that a change is kept may pull the plug.
                ["git", "-c", "core.fsync=all", *arguments],
                cwd=self.root,
                # Git shows what it holds, whatever `git replace` says.
                env={**os.environ, "GIT_NO_REPLACE_OBJECTS": "1", **(surroundings or {})},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        except FileNotFoundError:
            said, hint = (
                _("git is not installed, or not found"),
                _("install git (https://git-scm.com) and try again"),
            )
            raise SurroundingsError("no-git", said, hint) from None
        with process:
            try:
                yield process
            except BaseException:
                # Asked to end, git takes its locks away; killed, it would leave them.
                process.terminate()
                process.wait()
                raise

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        surroundings: Mapping[str, str] | None = None,
        answers: Collection[int] = (0,),
    ) -> bytes:
        """Run git and return what it prints.

        Args:
            arguments: as they would be typed.
            stdin: what it reads.
            surroundings: additional variables of the environment.
            answers: exit codes that are an answer and no error.

        Raises:
            GitError: it exits with an error.
            SurroundingsError: it is not installed, or does not trust the folder.
        """
        source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        with self.process(*arguments, stdin=source, surroundings=surroundings) as process:
            printed, said = process.communicate(stdin)
        if process.returncode in answers:
            return printed
        message = (said or printed).decode("utf-8", "replace").strip()
        if "safe.directory" in message:
            raise SurroundingsError(
                "not-yours", _("git does not trust this folder: {said}").format(said=message)
            )
        raise GitError(message, printed.decode("utf-8", "replace"), process.returncode)

    def text(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git and return what it prints, as one stripped text."""
        return self.run(*arguments, stdin=stdin).decode("utf-8", "replace").strip()

    def user(self) -> tuple[str, str]:
        """Return the name and the e-mail of whoever commits here.

        Raises:
            SurroundingsError: git does not know them.
        """
        try:
            identity = self.text("var", "GIT_AUTHOR_IDENT")
        except GitError as error:
            if "user." not in error.said and "ident" not in error.said:
                raise  # something else in git's settings is wrong, and git has said what
            hint = _("type once: git config --global user.name 姓名 && git config --global user.email 邮箱")
            raise SurroundingsError(
                "no-user", _("git does not know your name yet, and nothing was done"), hint
            ) from error
        name, _open, rest = identity.rpartition(" <")
        return name, rest.partition(">")[0]

    def uncommitted(self, *paths: str) -> list[str]:
        """Return those of these files of the ledger that differ from the last commit, or are not in it.

        Asks for these alone: `git status` would look at every file of the repository.
        """
        committed = {}
        with contextlib.suppress(GitError):  # nothing is committed yet
            committed = {leaf.path: leaf.name for leaf in self.tree("HEAD", *literal(paths), options=())}
        there = [path for path in paths if (self.root / path).is_file()]
        present = self._hashes(there)
        differ = [path for path in there if present[path] != committed.get(path)]
        # Line ends that were committed as they are stay so, whatever is set up now.
        present |= self._hashes(differ, "--no-filters")
        present |= dict.fromkeys(set(paths) - set(there), "")
        return [path for path in paths if present[path] != committed.get(path, "")]

    def by_hand(self, *parts: str) -> list[str]:
        """Return the files at and below some paths of the ledger that were changed, made or deleted since the last commit."""
        above = self.run("rev-parse", "--show-prefix").rstrip(b"\n")
        options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules")
        listed = self.run("status", *options, "--", *literal(parts)).split(b"\0")[:-1]
        return sorted(os.fsdecode(entry[len("XY ") :].removeprefix(above)) for entry in listed)

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
        return [b"".join(blocks) if kind == "blob" else None for _name, kind, _size, blocks in batch]

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
        if folder and (common_dir(folder) / "shallow").is_file():
            said = _("this clone holds only the last part of the history")
            raise SurroundingsError("shallow", said, _("fetch the rest: git fetch --unshallow"))

    def setting(self, name: str) -> str:
        """Return a setting of git; empty where it is not set."""
        try:
            return self.text("config", "--get", name)
        except GitError:
            return ""

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
                self.run("add", "--intent-to-add", "--", *literal(new))
            self.run(*utf8, "commit", *options, "--file=-", "--", *literal(paths), stdin=message.encode())
        except BaseException:
            if new:
                with contextlib.suppress(GitError):  # the index is locked: then nothing was added either
                    self.run("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *literal(new))
            raise
