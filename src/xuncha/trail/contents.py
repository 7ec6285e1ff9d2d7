"""Contents out of git's objects that may be larger than the memory: read from a pipe, block by block."""

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
    """An object of git, read once from beginning to end; its name is the full hash."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes  # all of it; of a large one the first bytes, one more than it might have


@contextlib.contextmanager
def piped(
    git: Git, *arguments: str, stdin: bytes = b"", seconds: float | None = None
) -> Iterator[BufferedReader]:
    """Run git, and give the pipe into which it prints; end it after some seconds.

    Raises GitError if it ended with an error, which is known when all is read; SlowError if it was ended, which is
    known then too.
    """
    slow = False
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
        asked.write(stdin)
        asked.seek(0)
        with git.process(*arguments, stdin=asked, stderr=said) as process:
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
            said.seek(0)
            raise git.failure(said.read(), b"", process.returncode)


def pieces(pipe: BufferedReader) -> Iterator[bytes]:
    """Yield what stands before each NUL. Raises CutShortError if something stands behind the last one."""
    rest = b""
    while block := pipe.read1(_BLOCK):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
    if rest:
        raise CutShortError


def _begun(name: str, kind: str, size: int) -> hashlib._Hash:
    """Begin the hash by which git names an object."""
    make = hashlib.sha1 if len(name) == SHA1_DIGITS else hashlib.sha256
    return make(f"{kind} {size}\0".encode())


def whole(name: str, kind: str, content: bytes) -> bytes:
    """Give the bytes of an object that was read. Raises GitError if it is damaged."""
    known = _begun(name, kind, len(content))
    known.update(content)
    _must_be(name, known)
    return content


def _must_be(name: str, known: hashlib._Hash) -> None:
    """Check that an object holds what its name says."""
    if known.hexdigest() != name:
        raise GitError(_("object {name} is damaged: its content does not match its name").format(name=name))


def stored(git: Git, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """Read objects by their hashes, one after another; of what is larger than some bytes, only the beginning is kept.

    Raises GitError if git does not have one of them, or ended before it had given them all.
    """
    asked = [f"{name}\n" for name in names]
    with piped(git, "cat-file", "--batch", "--buffer", stdin="".join(asked).encode()) as pipe:
        for name, kind, size, blocks in read_batch(pipe, len(asked)):
            if not kind:
                raise git.lost(name)
            digest, known, kept = hashlib.sha256(), _begun(name, kind, size), b""
            for block in blocks:
                digest.update(block)
                known.update(block)
                kept = (kept + block)[: largest + 1] if len(kept) <= largest else kept
            _must_be(name, known)
            yield Stored(name, kind, size, digest.hexdigest(), kept)


def fingerprints(git: Git, names: Iterable[str]) -> dict[str, Fingerprint]:
    """Return the hashes and sizes of blobs, by their full hashes; for a pointer of git-lfs those that it tells."""
    found = stored(git, dict.fromkeys(names), LARGEST_POINTER)
    return {each.name: pointed_at(each.content) or Fingerprint(each.sha256, each.size) for each in found}


def filtered(git: Git, name: str, *settings: str, target: IO[bytes] | None = None) -> Fingerprint:
    """Return the hash and size of a file such as `HEAD:./data/ledger.yaml` as git writes it out, with its filters.

    It is written to `target` too if that is given; `settings` are options of git such as `-c`, `filter.lfs.smudge=`.
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
