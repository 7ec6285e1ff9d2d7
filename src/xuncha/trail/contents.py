"""Read contents from git's objects through a pipe, block by block, since they may be larger than the memory."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import IO, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.source import LARGEST_POINTER, Fingerprint, pointed_at
from xuncha.trail.door import SlowError, after
from xuncha.trail.git import CutShortError, Git, GitError, read_batch

SHA1_DIGITS = 40
_BLOCK = 1 << 20


class Stored(NamedTuple):
    """A git object that was read once from beginning to end; `name` is its full hash."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes  # all of it; of a large object only the first bytes, one more than `largest` in `stored`


@contextlib.contextmanager
def piped(
    git: Git, *arguments: str, stdin: bytes = b"", seconds: float | None = None
) -> Iterator[BufferedReader]:
    """Run git and yield the pipe with its output; stop it after some seconds.

    Raises GitError if git ended with an error, and SlowError if it was stopped; both only after the output was read.
    """
    slow = False
    with tempfile.TemporaryFile() as stdin_file, tempfile.TemporaryFile() as stderr_file:
        stdin_file.write(stdin)
        stdin_file.seek(0)
        with git.process(*arguments, stdin=stdin_file, stderr=stderr_file) as process:
            assert isinstance(process.stdout, BufferedReader)  # noqa: S101  it is a pipe

            def end() -> None:
                nonlocal slow
                slow = True
                process.terminate()

            with after(seconds, end):
                try:
                    yield process.stdout
                except CutShortError:
                    if process.stdout.read(1) or not process.wait():
                        raise  # else git itself says why
        if slow:
            raise SlowError(_("it took more than {n} seconds").format(n=seconds))
        if process.returncode:
            stderr_file.seek(0)
            raise git.failure(stderr_file.read(), b"", process.returncode)


def pieces(pipe: BufferedReader) -> Iterator[bytes]:
    """Yield the bytes before each NUL. Raises CutShortError if there are bytes after the last one."""
    rest = b""
    while block := pipe.read1(_BLOCK):
        *complete, rest = (rest + block).split(b"\0")
        yield from complete
    if rest:
        raise CutShortError


def _begun(name: str, kind: str, size: int) -> hashlib._Hash:
    """Start the hash that is git's name of an object."""
    make = hashlib.sha1 if len(name) == SHA1_DIGITS else hashlib.sha256
    return make(f"{kind} {size}\0".encode())


def whole(name: str, kind: str, content: bytes) -> bytes:
    """Return the bytes of an object after checking its hash. Raises GitError if it is damaged."""
    digest = _begun(name, kind, len(content))
    digest.update(content)
    _must_be(name, digest)
    return content


def _must_be(name: str, known: hashlib._Hash) -> None:
    """Check that the hash of an object is its name. Raises GitError otherwise."""
    if known.hexdigest() != name:
        raise GitError(_("object {name} is damaged: its content does not match its name").format(name=name))


def stored(git: Git, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """Read objects by their hashes, one after another; if one has more than `largest` bytes, only its beginning is kept.

    Raises GitError if git does not have one of them, one is damaged, or git ended before all were read.
    """
    lines = [f"{name}\n" for name in names]
    with piped(git, "cat-file", "--batch", "--buffer", stdin="".join(lines).encode()) as pipe:
        for name, kind, size, blocks in read_batch(pipe, len(lines)):
            if not kind:
                raise git.lost(name)
            digest, git_hash, kept = hashlib.sha256(), _begun(name, kind, size), b""
            for block in blocks:
                digest.update(block)
                git_hash.update(block)
                kept = (kept + block)[: largest + 1] if len(kept) <= largest else kept
            _must_be(name, git_hash)
            yield Stored(name, kind, size, digest.hexdigest(), kept)


def fingerprints(git: Git, names: Iterable[str]) -> dict[str, Fingerprint]:
    """Return SHA-256 and size of blobs, by their git hashes; for a pointer of git-lfs, those that the pointer states."""
    found = stored(git, dict.fromkeys(names), LARGEST_POINTER)
    return {each.name: pointed_at(each.content) or Fingerprint(each.sha256, each.size) for each in found}


def filtered(git: Git, name: str, *settings: str, target: IO[bytes] | None = None) -> Fingerprint:
    """Return SHA-256 and size of a file such as `HEAD:./data/ledger.yaml` as git writes it out, after its filters.

    The content is also written to `target` if that is given; `settings` are options of git such as `-c`, `filter.lfs.smudge=`.
    Raises GitError if there is no such file, or a filter fails.
    """
    digest, size = hashlib.sha256(), 0
    with piped(git, *settings, "cat-file", "--filters", name) as pipe:
        while block := pipe.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if target:
                target.write(block)
    return Fingerprint(digest.hexdigest(), size)
