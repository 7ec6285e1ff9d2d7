"""Contents out of git's objects that may be many, or larger than the memory: one process, block by block."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from xuncha.language import gettext as _
from xuncha.trail.git import Git, GitError, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

_BLOCK = 1024 * 1024
"""Bytes that are read at once of something large."""


class Stored(NamedTuple):
    """An object of git, read once from beginning to end."""

    name: str
    kind: str
    size: int
    sha256: str
    content: bytes
    """All of it, or the first bytes of a large one."""


def stored(git: Git, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """Objects by their hashes, one after another; a large one never lies in memory whole.

    Args:
        git: where they are.
        names: full hashes; what git does not have is passed over.
        largest: bytes up to which a content is kept.

    Raises:
        GitError: git ended before it had given them all.
    """
    with tempfile.TemporaryFile() as asked:
        asked.writelines(f"{name}\n".encode() for name in names)
        asked.seek(0)
        with subprocess.Popen(
            ["git", "cat-file", "--batch"],
            cwd=git.root,
            env=environment(),
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None  # noqa: S101  it is a pipe
            while header := process.stdout.readline():
                name, *facts = header.decode("ascii", "replace").split()
                if len(facts) == 2:  # noqa: PLR2004  kind and size; else `missing`
                    yield _read(process.stdout, name, facts[0], int(facts[1]), largest)
    if process.returncode:
        raise GitError(f"cat-file: {process.returncode}")


def stream(git: Git, *arguments: str, stdin: bytes | None = None) -> Iterator[bytes]:
    """Run git and give what it prints, block by block.

    Args:
        git: where to run it.
        arguments: as for `Git.run`.
        stdin: what git reads; little, since git is given all of it first.

    Raises:
        GitError: it ended with an error.
    """
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            ["git", *arguments],
            cwd=git.root,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as process,
    ):
        assert process.stdin is not None  # noqa: S101  they are pipes
        assert process.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin or b"")
            process.stdin.close()
        while block := process.stdout.read(_BLOCK):
            yield block
        if process.wait():
            said.seek(0)
            raise GitError(said.read().decode("utf-8", "replace").strip())


def streams(git: Git, names: Iterable[str]) -> Iterator[Iterator[bytes] | None]:
    """The contents of blobs by their hashes, one after another; None for what is no blob.

    Each is given block by block, and has to be read before the next one is asked for.
    """
    with subprocess.Popen(
        ["git", "cat-file", "--batch"],
        cwd=git.root,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        asked, answer = process.stdin, process.stdout
        assert asked is not None  # noqa: S101  they are pipes
        assert answer is not None  # noqa: S101
        for name in names:
            asked.write(f"{name}\n".encode())
            asked.flush()
            kind, size = answer.readline().rsplit(b" ", 2)[-2:]
            if not size.strip().isdigit():  # the name, and `missing`
                yield None
                continue
            content = _blocks(answer, int(size))
            yield content if kind == b"blob" else None
            for _rest in content:
                pass
            answer.read(1)
        asked.close()


def _blocks(pipe: IO[bytes], size: int) -> Iterator[bytes]:
    """So many bytes of a pipe, block by block."""
    while size:
        block = pipe.read(min(size, _BLOCK))
        if not block:
            raise GitError(_("git ended before its time"))
        size -= len(block)
        yield block


def _read(pipe: IO[bytes], name: str, kind: str, size: int, largest: int) -> Stored:
    """Read one object of `cat-file --batch`, behind its header."""
    digest = hashlib.sha256()
    kept = b""
    for block in _blocks(pipe, size):
        digest.update(block)
        kept = kept + block if len(kept) <= largest else kept
    pipe.read(1)
    return Stored(name, kind, size, digest.hexdigest(), kept)
