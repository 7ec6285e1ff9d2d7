"""Read contents from git's objects through a pipe, block by block, since they may be larger than the memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import IO, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.source import MAX_POINTER, Fingerprint, parse_pointer
from xuncha.trail.git import Git, GitError, TruncatedError, read_batch
from xuncha.trail.runner import SlowError, call_after

SHA1_DIGITS = 40
_BLOCK = 1 << 20
_MAX_PIPED = 4096  # bytes that a pipe holds on every system


class GitObject(NamedTuple):
    """A git object that was read once from beginning to end; `name` is its full hash."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes  # all of it; of a large one only the first bytes, one more than `limit`


@contextlib.contextmanager
def git_pipe(
    git: Git, *arguments: str, stdin: bytes = b"", seconds: float | None = None
) -> Iterator[BufferedReader]:
    """Run git and yield the pipe with its output; stop it after some seconds.

    Raises GitError if git ended with an error, and SlowError if it was stopped; both only after the output was read.
    """
    timed_out = False
    with _file_with(stdin) as stdin_file, tempfile.TemporaryFile() as stderr_file:
        with git.process(*arguments, stdin=stdin_file, stderr=stderr_file) as process:
            assert isinstance(process.stdout, BufferedReader)  # noqa: S101  it is a pipe

            def stop() -> None:
                nonlocal timed_out
                timed_out = True
                process.terminate()

            with call_after(seconds, stop):
                try:
                    yield process.stdout
                except TruncatedError:
                    if process.stdout.read(1) or not process.wait():
                        raise  # else git itself says why
        if timed_out:
            raise SlowError(_("it took more than {n} seconds", n=seconds))
        if process.returncode:
            stderr_file.seek(0)
            raise git.failure(stderr_file.read(), b"", process.returncode)


def _file_with(content: bytes) -> IO[bytes]:
    """Open a file with this content: a pipe if that holds it, so that what only reads works on a full disk."""
    if len(content) > _MAX_PIPED:
        file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
        file.write(content)
        file.seek(0)
        return file
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(content)
    return os.fdopen(reading, "rb")


def split_nul(pipe: BufferedReader) -> Iterator[bytes]:
    """Yield the bytes before each NUL. Raises TruncatedError if there are bytes after the last one."""
    rest = b""
    while block := pipe.read1(_BLOCK):
        *complete, rest = (rest + block).split(b"\0")
        yield from complete
    if rest:
        raise TruncatedError


def _new_hash(name: str, kind: str, size: int) -> hashlib._Hash:
    """Start the hash that is git's name of an object."""
    make = hashlib.sha1 if len(name) == SHA1_DIGITS else hashlib.sha256
    return make(f"{kind} {size}\0".encode())


def verified(name: str, kind: str, content: bytes) -> bytes:
    """Return the bytes of an object after checking its hash. Raises GitError if it is damaged."""
    digest = _new_hash(name, kind, len(content))
    digest.update(content)
    _check_name(name, digest)
    return content


def _check_name(name: str, digest: hashlib._Hash) -> None:
    """Check that the hash of an object is its name. Raises GitError otherwise."""
    if digest.hexdigest() != name:
        raise GitError(_("object {name} is damaged: its content does not match its name", name=name))


def read_objects(git: Git, names: Iterable[str], limit: int) -> Iterator[GitObject]:
    """Read objects by their hashes, one after another; if one has more than `limit` bytes, only its beginning is kept.

    Raises GitError if git does not have one of them, one is damaged, or git ended before all were read.
    """
    lines = [f"{name}\n" for name in names]
    with git_pipe(git, "cat-file", "--batch", "--buffer", stdin="".join(lines).encode()) as pipe:
        for name, kind, size, blocks in read_batch(pipe, len(lines)):
            if not kind:
                raise git.missing_object(name)
            digest, git_hash, kept = hashlib.sha256(), _new_hash(name, kind, size), b""
            for block in blocks:
                digest.update(block)
                git_hash.update(block)
                kept = (kept + block)[: limit + 1] if len(kept) <= limit else kept
            _check_name(name, git_hash)
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
