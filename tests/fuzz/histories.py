"""Histories of generated commits that follow no rule."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.conftest import LEDGER, measure, problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BETWEEN = b"\n=====\n"
"""Between two commits."""
PATHS = (
    "data/problems/01/1.1.yaml", "data/problems/01/problem.yaml", "data/ledger.yaml", "data/problems/01/1.2.yaml", "data/evidence/1.1/甲.pdf",
    "data/problems/02/2.1.yaml", "data/problems/01", "data/problems/1/1.1.yaml", "notes.txt", "data/problems/01/1.1.yaml.orig",
)  # fmt: skip
MODES = ("100644", "120000", "100755", "gone", "100644", "100644")
DAY = 86_400
MOMENTS = (0, 1, DAY, 400 * DAY, -2 * DAY, -1, -1_700_000_000 + 5, 10**10)
"""Seconds since the commit before."""
FIRST = 1_700_000_000


def entered(data: bytes, repository: Path) -> bool:
    """Enter a history into a repository, in the place of the one that is there; whether git takes it.

    Each commit is a line that chooses (file, mode, parents, moment: a digit each), a message, a blank line, a content.
    """
    if not repository.exists():
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
    stream = bytearray(b"reset refs/heads/main\n\n")
    for place, piece in enumerate(data.split(BETWEEN)[:40], 1):
        stream += b"".join(_commit(place, piece))
    done = subprocess.run(
        ["git", "fast-import", "--quiet", "--force", "--date-format=raw-permissive"],
        cwd=repository,
        input=bytes(stream),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        for crash in (repository / ".git").glob("fast_import_crash_*"):
            crash.unlink()
    return done.returncode == 0


def _commit(place: int, piece: bytes) -> Iterable[bytes]:
    head, _line, rest = piece.partition(b"\n")
    message, _blank, content = rest.partition(b"\n\n\n")
    path, mode, parents, moment = (digit(head, column) for column in range(4))
    when = max(0, FIRST + place * 60 + MOMENTS[moment % len(MOMENTS)])
    who = f"{('甲', '乙')[parents % 2]} <{parents % 2}@example.invalid> {when} +0800\n".encode()
    yield b"commit refs/heads/main\nmark :%d\nauthor %bcommitter %bdata %d\n%b\n" % (
        place,
        who,
        who,
        len(message),
        message,
    )
    if place > 1:
        earlier = max(1, place - 1 - parents // 2)
        yield b"from :%d\n" % earlier
        if parents >= 6 and place > 2:
            yield b"merge :%d\n" % (place - 1)
    name = PATHS[path % len(PATHS)].encode()
    if MODES[mode % len(MODES)] == "gone":
        yield b"D %b\n\n" % name
    else:
        yield b"M %b inline %b\ndata %d\n%b\n\n" % (
            MODES[mode % len(MODES)].encode(),
            name,
            len(content),
            content,
        )


def digit(head: bytes, column: int) -> int:
    """Return the digit that a byte of a head stands for; 0 if the head is shorter."""
    return head[column] % 48 % 10 if column < len(head) else 0


def did(action: str, before: str, after: str, identity: str = "1.1", more: str = "") -> str:
    """Return the message of a commit by a command."""
    return f"做了 {identity}\n\nXuncha-Action: {action}\nXuncha-Id: {identity}\nXuncha-From: {before}\nXuncha-To: {after}{more}"


def histories() -> list[bytes]:
    """Return seed histories: some keep the rules, and some do not."""

    def piece(head: str, message: str, content: str) -> bytes:
        return f"{head}\n{message}\n\n\n{content}".encode()

    start = [
        piece("2000", "建立台账\n\nXuncha-Action: init", LEDGER),
        piece("1000", "problem", problem("题", "a")),
        piece("0000", "by hand", measure("1.1", "not_started")),
    ]
    started = piece("0000", did("start", "not_started", "in_progress"), measure("1.1"))
    closed = piece("0000", did("close", "in_progress", "closed"), measure("1.1", "closed"))
    moved = piece(
        "0001",
        did("extend", "in_progress", "in_progress", more="\nXuncha-Reason: 因"),
        measure("1.1", due="2025-12-31"),
    )
    other = piece("3000", did("add", "", "not_started", "1.2"), measure("1.2", "not_started"))
    return [
        BETWEEN.join([*start, started, closed]),
        BETWEEN.join(
            [
                *start,
                started,
                moved,
                closed,
                piece("0300", did("undo", "closed", "in_progress", more="\nXuncha-Undoes: " + "0" * 40), ""),
            ]
        ),
        BETWEEN.join(
            [
                *start,
                started,
                piece("3020", did("add", "", "not_started", "1.2"), measure("1.2", "not_started")),
                piece("0060", "Merge", measure("1.1", "closed")),
            ]
        ),
        BETWEEN.join(
            [
                *start,
                other,
                piece("4000", did("attach", "", ""), "%PDF"),
                piece("0004", "by hand", measure("1.1", "closed", title="改了")),
            ]
        ),
        BETWEEN.join(
            [
                *start,
                piece("0100", "link", "/etc/passwd"),
                piece("6000", "folder", "x"),
                piece("5000", did("renumber", "1.1", "2.1"), measure("2.1")),
            ]
        ),
        BETWEEN.join(
            [
                *start,
                started,
                piece("3080", did("sync", "", ""), measure("1.2")),
                piece("0007", did("close", "closed", "closed"), "a: ["),
            ]
        ),
    ]
