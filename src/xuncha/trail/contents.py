"""Read contents from git's objects through a pipe, block by block, since they may be larger than the memory."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import IO, Final, NamedTuple

from xuncha.model.source import MAX_POINTER, Fingerprint, parse_pointer
from xuncha.system import has_crashed, limit_child
from xuncha.trail.git import Git, TruncatedError, read_batch
from xuncha.trail.runner import SlowError

_BLOCK = 1 << 20
_MAX_FAULTS = 3  # how many damaged objects are named
MAX_SECONDS = 30  # of the processor, for git to read a history; it takes less than one for 10,000 commits
MAX_MEMORY = 1 << 30  # bytes, likewise
_TIME_IS_UP: Final = 24  # the signal SIGXCPU on Linux
_NO_MEMORY: Final = re.compile("alloc|mmap|out of memory")  # in git's words, in every language
_OBJECT: Final = re.compile(r"\b([0-9a-f]{2})/?([0-9a-f]{38}(?:[0-9a-f]{24})?)\b")
"""The hash of an object, or the end of the path of its file."""
_FORMAT_ERROR: Final = re.compile(r"notice: |(?:error|warning) in [a-z]+ [0-9a-f]+: (?!fullPathname)")
"""What `git fsck` says about an object that is whole, although git would not have written it so.

A folder with a path as a name is worse: when git writes files out, that entry replaces the file there."""


class GitObject(NamedTuple):
    """A git object that was read once from beginning to end; `name` is its full hash, as git gives it."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes  # all of it; of a large one only the first bytes, one more than `limit`


@contextlib.contextmanager
def git_pipe(
    git: Git, *arguments: str, stdin: bytes = b"", limited: bool = False
) -> Iterator[BufferedReader]:
    """Run git and yield the pipe with its output; `limited` to the time and the memory that a history may take.

    Raises GitError if git ended with an error, and SlowError if a limit ended it; both only after the output was read.
    """
    with tempfile.TemporaryFile() as stderr_file:
        with git.process(*arguments, feed=stdin, stderr=stderr_file) as process:
            assert isinstance(process.stdout, BufferedReader)  # noqa: S101  it is a pipe
            if limited:
                limit_child(process.pid, MAX_SECONDS, MAX_MEMORY)
            try:
                yield process.stdout
            except TruncatedError:
                if process.stdout.read(1) or not process.wait():
                    raise  # else git itself says why
        if process.returncode:
            stderr_file.seek(0)
            error = git.failure(stderr_file.read(), b"", process.returncode)
            if limited and (process.returncode == -_TIME_IS_UP or _NO_MEMORY.search(error.message)):
                raise SlowError(error.message)
            raise error


def split_nul(pipe: BufferedReader) -> Iterator[bytes]:
    """Yield the bytes before each NUL. Raises TruncatedError if there are bytes after the last one."""
    rest = b""
    while block := pipe.read1(_BLOCK):
        *complete, rest = (rest + block).split(b"\0")
        yield from complete
    if rest:
        raise TruncatedError


@contextlib.contextmanager
def objects_checked(git: Git) -> Iterator[None]:
    """Have git compare every object with its name while the body runs, so that nothing was exchanged.

    Raises GitError after the body if an object of the history is damaged or missing.
    """
    options = ("--no-dangling", "--no-progress", "--no-reflogs")
    with git.process(
        "-c", "fsck.fullPathname=error", "fsck", *options, "HEAD", environ={"LC_ALL": "C"}
    ) as process:
        yield
        output = b"".join(process.communicate())
    lines = output.decode("utf-8", "replace").splitlines()
    faults = [line for line in lines if not _FORMAT_ERROR.match(line)]
    if has_crashed(process.returncode) or (process.returncode and faults and _concern_history(git, faults)):
        raise git.failure("\n".join(faults[:_MAX_FAULTS]).encode(), b"", process.returncode)


def _concern_history(git: Git, faults: list[str]) -> bool:
    """Return whether faults that `git fsck` found may be in the history or an anchor; a power cut may leave a damaged object that is in neither."""
    text = "\n".join(faults)
    used = git.run("rev-list", "--objects", "--no-object-names", "HEAD", "--tags").decode().split()
    named = {match[1] + match[2] for match in _OBJECT.finditer(text)}
    return ".pack" in text or not named or not named.isdisjoint(used)


def read_objects(git: Git, names: Iterable[str], limit: int) -> Iterator[GitObject]:
    """Read objects by their hashes, one after another; if one has more than `limit` bytes, only its beginning is kept.

    Raises GitError if git does not have one of them, or ended before all were read.
    """
    lines = [f"{name}\n" for name in names]
    with git_pipe(git, "cat-file", "--batch", "--buffer", stdin="".join(lines).encode()) as pipe:
        for name, kind, size, blocks in read_batch(pipe, len(lines)):
            if not kind:
                raise git.missing_object(name)
            digest, kept = hashlib.sha256(), b""
            for block in blocks:
                digest.update(block)
                if len(kept) <= limit:
                    kept = (kept + block)[: limit + 1]
            yield GitObject(name, kind, size, digest.hexdigest(), kept)


def fingerprints(git: Git, names: Iterable[str]) -> dict[str, Fingerprint]:
    """Return SHA-256 and size of blobs, by their git hashes; for a pointer of git-lfs, those that the pointer states."""
    found = read_objects(git, dict.fromkeys(names), MAX_POINTER)
    return {each.name: parse_pointer(each.content) or Fingerprint(each.sha256, each.size) for each in found}


def filtered(git: Git, name: str, *settings: str, target: IO[bytes] | None = None) -> Fingerprint:
    """Return SHA-256 and size of a file such as `HEAD:./data/ledger.yaml` as git writes it out, after its filters.

    The content is also written to `target` if that is given; `settings` are options of git such as `-c`, `filter.lfs.smudge=`.
    Raises GitError if there is no such file, or a filter fails.
    """
    digest, size = hashlib.sha256(), 0
    with git_pipe(git, *settings, "cat-file", "--filters", name) as pipe:
        while block := pipe.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if target:
                target.write(block)
    return Fingerprint(digest.hexdigest(), size)
