"""Histories written as raw git objects, with commits, folders and files that no git command would make."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zlib
from functools import cache
from typing import TYPE_CHECKING

from tests.conftest import LEDGER, measure, problem
from tests.fuzz.histories import BETWEEN, did, digit

if TYPE_CHECKING:
    from pathlib import Path

Tree = dict[bytes, "Tree | tuple[str, str]"]
"""A folder: by name another one, or a mode and the name of an object."""
PATHS = (
    b"data/problems/01/1.1.yaml", b"data/problems/01/problem.yaml", b"data/ledger.yaml", b"data/problems/01/1.2.yaml", b"data/evidence/1.1/\xe7\x94\xb2.pdf",
    b"data/problems/02/2.1.yaml", b"data/problems/01/\xff\xfe.yaml", b"data/problems/01/a\nb\x1b[31m.yaml", b"data/problems", b"data/evidence/1.1/x/y.txt",
)  # fmt: skip
MODES = ("100644", "120000", "160000", "gone", "bomb", "empty bomb", "deep", "twice", "100755", "040000")
PARENTS = ((1,), (1,), (1,), (1, 2), (2, 1), (), (1,), (3,), (1, 3), (1, 2, 3))
"""How many commits before it the parents of a commit are."""
WHO = "甲 <a@example.invalid> {} +0800"
FIRST = 1_700_000_000
_SEEDS = 16
"""Histories among which what is odd is dealt out."""


class Objects:
    """The objects of a repository, written as they come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / ".git"

    def write(self, kind: str, content: bytes) -> str:
        """Write an object, and return its name."""
        whole = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        place = self.folder / "objects" / name[:2] / name[2:]
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(zlib.compress(whole, 1))
        return name

    def tree(self, tree: Tree, twice: bytes = b"") -> str:
        """Write a folder and all in it; one name may stand in it twice."""
        entries = []
        for name, held in tree.items():
            mode, blob = ("40000", self.tree(held, twice)) if isinstance(held, dict) else held
            entry = mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(blob)
            entries += [(name + b"/" * (mode == "40000"), entry)] * (2 if name == twice else 1)
        return self.write("tree", b"".join(entry for _name, entry in sorted(entries)))

    def bomb(self, leaf: bytes = b"x", levels: int = 10, width: int = 10) -> str:
        """Write folders in folders that stand for more files than there is memory."""
        blob = self.write("blob", leaf)
        tree = self.tree({f"f{each}".encode(): ("100644", blob) for each in range(width if leaf else 0)})
        for _level in range(levels - 1):
            tree = self.tree({f"d{each}".encode(): ("40000", tree) for each in range(width)})
        return tree

    def commit(self, tree: str, parents: list[str], rest: bytes) -> str:
        """Write a commit: what stands behind its tree and its parents is given."""
        head = "".join([f"tree {tree}\n", *(f"parent {parent}\n" for parent in parents)])
        return self.write("commit", head.encode() + rest)


def repository(folder: Path) -> Objects:
    """Make an empty repository, in the place of the one that is there."""
    if (folder / ".git").exists():
        shutil.rmtree(folder / ".git/objects")
        (folder / ".git/objects").mkdir()
    else:
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    return Objects(folder)


def written(data: bytes, folder: Path) -> str:
    """Write a history, and return its last commit.

    Each commit is a line that chooses (file, mode, parents: a digit each), the author's line, the committer's, more lines of
    the header up to an empty one, a message, two blank lines, and a content.
    """
    objects = repository(folder)
    files: Tree = {}
    twice = b""
    names: list[str] = []
    for piece in data.split(BETWEEN)[:40]:
        head, _line, rest = piece.partition(b"\n")
        header, _blank, rest = rest.partition(b"\n\n")
        message, _blank, content = rest.partition(b"\n\n\n")
        path, mode, parents = (digit(head, column) for column in range(3))
        twice = _put(objects, files, PATHS[path], MODES[mode], content)
        author, _line, more = header.partition(b"\n")
        above = list(dict.fromkeys(names[-back] for back in PARENTS[parents] if back <= len(names)))
        whole = b"author " + author + b"\ncommitter " + more + b"\n\n" + message
        names.append(objects.commit(objects.tree(files, twice), above, whole))
    (folder / ".git/refs/heads/main").write_text(names[-1] + "\n")
    return names[-1]


def _put(objects: Objects, files: Tree, path: bytes, mode: str, content: bytes) -> bytes:
    """Put one thing at a path; return the name that is to stand there twice, if any."""
    *above, name = path.split(b"/")
    folder = files
    for each in above:
        below = folder.get(each)
        if not isinstance(below, dict):
            below = folder[each] = {}
        folder = below
    if mode == "gone":
        folder.pop(name, None)
    elif mode == "deep":
        tree = objects.tree({b"x": ("100644", objects.write("blob", content))})
        for _level in range(100):
            tree = objects.tree({b"d": ("40000", tree)})
        folder[name] = ("40000", tree)
    elif "bomb" in mode or mode == "040000":
        folder[name] = (
            "40000",
            objects.bomb(b"" if "empty" in mode else content, 2 if mode == "040000" else 10),
        )
    else:
        folder[name] = ("100644" if mode == "twice" else mode, objects.write("blob", content))
    return name if mode == "twice" else b""


@cache
def seeds() -> list[bytes]:
    """Histories of which one commit, or some, hold what no command writes."""
    count = 0

    def piece(
        head: str,
        message: str | bytes,
        content: str | bytes = b"",
        *,
        author: str | bytes = "",
        committer: str | bytes = "",
    ) -> bytes:
        nonlocal count
        count += 1
        lines = [each or WHO.format(FIRST + count * 60) for each in (author, committer)]
        both = [each.encode() if isinstance(each, str) else each for each in (*lines, message, content)]
        return f"{head}\n".encode() + both[0] + b"\n" + both[1] + b"\n\n" + both[2] + b"\n\n\n" + both[3]

    start = [
        piece("205", "建立台账\n\nXuncha-Action: init", LEDGER),
        piece("100", "problem", problem("题", "a")),
        piece("000", "by hand", measure("1.1", "not_started")),
        piece("000", did("start", "not_started", "in_progress"), measure("1.1")),
    ]
    closed = piece("000", did("close", "in_progress", "closed"), measure("1.1", "closed"))
    now = str(FIRST + 1000)
    odd = [
        *(piece("000", "x", text) for text in (b'title: "\\U00110000"', b'title: "\\ud800"', b"title: \xed\xa0\x80", b'title: "\\e[31m\\u202e"', b"a: " + b"{a: " * 500, b"a: " + b"[" * 5000, b"title: !!python/object x", b"a: .nan\nb: 1e999\nc: " + b"9" * 5000, b"? [a]\n: b", b"status: [closed]\nprogress: {a: 1}\ndue: 5", b"x" * 300_000)),
        *(piece("000", did("renumber", "1.1", to, identity), measure("1.1")) for identity, to in (("abc", "2.1"), ("1.1", "abc"), ("1", "2.1"), ("1.1", "1.1"), ("", ""), ("\u00b2.1", "99999999999"), ("1", "1"))),
        piece("000", "做了\n\nXuncha-Action: close\nXuncha-Action: undo\nXuncha-Id: 1.1\nXuncha-Id: abc\nXuncha-From: x\nXuncha-To: a\nXuncha-To: b\nXuncha-To: c\nXuncha-Undoes: HEAD\nXuncha-Undoes: -x\nxuncha-ID : 2.1", measure("1.1", "closed")),
        *(piece("000", "x", measure("1.1", title=f"t{place}"), author=who, committer=who) for place, who in enumerate((
            f"\x1b]0;owned\x07\u202e甲 <a\x1b[31m@b> {now} +0800", f"甲 {now} +0800", "", f"<> {now} +0800", f"a <b> {now}", "a <b> 99999999999999999999 +0800", "a <b> 253402300800 +0000",
            f"a <b> {now} +9999", f"a <b> {now} -99999", "a <b> -5 +0000", "a <b> x y", "a <b> " + "9" * 5000 + " +0000", f"a <b <c>> {now} +0800", "a <b", f"a <b> {now} +0860", "a <b> 0 -2359",
        ))),
        *(piece("000", message, measure("1.1", goal=f"目标{place}"), committer=WHO.format(now) + f"\nencoding {name}") for place, (name, message) in enumerate((
            ("UTF-7", b"+AAA-+AAo-Xuncha-Action: close"), ("UTF-16", b"ab\0cd"), ("GBK", b"\xff\xfe\x1b"), ("nonsense\x1b", b"\xff"), ("UTF-8", b"\xed\xa0\x80\xf4\x90\x80\x80"), ("ISO-2022-JP", b"\x1b$B"), ("UTF-32", b"abc"),
        ))),
        piece("000", b"a\0b\n\nXuncha-Action: close", measure("1.1", goal="x")),
        piece("000", "\u2028\x85\x1b[2J\r甲\x07\n\nXuncha-Action: \x1b[31m\x1ex\nXuncha-Reason: a\x1eXuncha-Id: 7.7\nXuncha-Id: \u202e1.1", measure("1.1", goal="y")),
        piece("000", "", measure("1.1", goal="z")),
        piece("000", "x" * 200_000, measure("1.1", goal="w")),
        *(piece(f"{path}{mode}0", did("attach", "", ""), "x") for path in (0, 2, 4, 5, 6, 7, 8) for mode in (1, 2, 4, 5, 6, 7, 9)),
        piece("003", "Merge", measure("1.1", title="合")), piece("045", "root", "x"), piece("042", "x", ""), piece("009", "octopus", "a: ["),
    ]  # fmt: skip
    return [BETWEEN.join([*start, *odd[place::_SEEDS], closed]) for place in range(_SEEDS)]
