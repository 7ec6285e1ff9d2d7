"""Contents out of git's objects that may be larger than the memory: read from a pipe, block by block."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.source import LARGEST_POINTER, Fingerprint, pointed_at
from xuncha.trail.git import CutShortError, Git, GitError, read_batch

if TYPE_CHECKING:
    from typing import IO


class Stored(NamedTuple):
    """An object of git, read once from beginning to end; its name is the full hash."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes
    """All of it; of a large one the first bytes, one more than it might have."""


class SlowError(GitError):
    """Git was ended, since it took too long."""


@contextlib.contextmanager
def piped(git: Git, *arguments: str, stdin: bytes = b"", seconds: float | None = None) -> Iterator[IO[bytes]]:
    """Run git, and give the pipe into which it prints; end it after some seconds.

    Raises:
        GitError: it ended with an error, which is known when all is read.
        SlowError: it was ended, which is known then too.
    """
    ended: list[bool] = []
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
        asked.write(stdin)
        asked.seek(0)
        with git.process(*arguments, stdin=asked, stderr=said) as process:
            assert process.stdout is not None  # noqa: S101  it is a pipe
            with _watched(process.terminate, seconds, ended):
                try:
                    yield process.stdout
                except CutShortError:
                    if process.stdout.read(1) or not process.wait():
                        raise  # else git itself says why
        if ended:
            raise SlowError(_("it took more than {n} seconds").format(n=seconds))
        if process.returncode:
            said.seek(0)
            raise git.failure(said.read(), b"", process.returncode)


@contextlib.contextmanager
def _watched(stop: Callable[[], None], seconds: float | None, ended: list[bool]) -> Iterator[None]:
    """Stop git after some seconds, and note it; it does nothing but read."""
    if seconds is None:
        yield
        return
    from threading import Timer  # noqa: PLC0415  only where git may take long

    def end() -> None:
        ended.append(True)
        stop()

    watch = Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def begun(name: str, kind: str, size: int) -> hashlib._Hash | None:
    """Begin the hash by which git names an object; None where it is not told what kind of hash."""
    make = {40: hashlib.sha1, 64: hashlib.sha256}.get(len(name))
    return make(f"{kind} {size}\0".encode()) if make and kind else None


def whole(name: str, kind: str, content: bytes) -> bytes:
    """Give the bytes of an object that was read. Raises GitError if it is damaged."""
    if known := begun(name, kind, len(content)):
        known.update(content)
    _must_be(name, known)
    return content


def _must_be(name: str, known: hashlib._Hash | None) -> None:
    """Check that an object holds what its name says; where the kind of hash is not known, it is believed.

    Raises:
        GitError: it does not.
    """
    if known is not None and known.hexdigest() != name:
        raise GitError(_("object {name} is damaged: it does not hold what its name says").format(name=name))


def stored(git: Git, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """Read objects by their hashes, one after another; of what is larger than some bytes, only the beginning is kept.

    Raises:
        GitError: git does not have one of them, or ended before it had given them all.
    """
    asked = [f"{name}\n" for name in names]
    with piped(git, "cat-file", "--batch", stdin="".join(asked).encode()) as pipe:
        for name, kind, size, blocks in read_batch(pipe, len(asked)):
            digest, kept = hashlib.sha256(), b""
            known = begun(name, kind, size)
            for block in blocks:
                digest.update(block)
                if known is not None:
                    known.update(block)
                kept = (kept + block)[: largest + 1] if len(kept) <= largest else kept
            if not kind:
                raise git.lost(name)
            _must_be(name, known)
            yield Stored(name, kind, size, digest.hexdigest(), kept)


def fingerprints(git: Git, names: Iterable[str]) -> dict[str, Fingerprint]:
    """Return the hashes and sizes of blobs, by their full hashes; for a pointer of git-lfs those that it tells."""
    found = stored(git, dict.fromkeys(names), LARGEST_POINTER)
    return {each.name: pointed_at(each.content) or Fingerprint(each.sha256, each.size) for each in found}


def filtered(git: Git, name: str, *settings: str, target: IO[bytes] | None = None) -> Fingerprint:
    """Return the hash and size of a file such as `HEAD:./data/ledger.yaml` as git writes it out, with its filters.

    It is written to `target` too if that is given; `settings` are options of git such as `-c`, `filter.lfs.smudge=`.

    Raises:
        GitError: there is no such file, or a filter fails.
    """
    digest, size = hashlib.sha256(), 0
    with piped(git, *settings, "cat-file", "--filters", name) as pipe:
        while block := pipe.read(1024 * 1024):
            digest.update(block)
            size += len(block)
            if target:
                target.write(block)
    return Fingerprint(digest.hexdigest(), size)
