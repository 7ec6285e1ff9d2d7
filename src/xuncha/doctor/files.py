"""The ledger's files as bytes."""

from __future__ import annotations

import codecs
import os
import shlex
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from xuncha.doctor.surroundings import CHECKS, some
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import LEDGER_FILE, PROBLEMS

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings

KEEPS_BYTES: Final = "data/** -text"
"""The line of `.gitattributes` by which git changes no line ends of the ledger."""
_SHOWN: Final = 5
_LARGEST: Final = 1024 * 1024


@CHECKS.rule(
    "read-only",
    why="A command writes a new file beside the old one and a commit into `.git`; in a folder without that permission it can do neither.",
    wrong="A folder of the ledger, or of git, cannot be written.",
    right="chmod -R u+w on what is named; on a share, ask who runs it; a disk that became read-only wants to be looked after",
)
def _read_only(around: Surroundings) -> Ailments:
    problems = around.root / PROBLEMS
    folders = [around.root, around.root / "data", problems, *sorted(problems.glob("*/"))]
    folders += [place for folder in around.folders for place in (folder, folder / "objects", folder / "refs")]
    # What is in a folder that may not be entered counts as not there; that folder is told of.
    closed = [path for path in folders if os.access(path, os.F_OK) and not os.access(path, os.W_OK | os.X_OK)]
    if names := [around.named(path) for path in closed]:
        said = ngettext(
            "{n} folder cannot be written: {paths}", "{n} folders cannot be written: {paths}", len(names)
        )
        typed = "." if names[0] == "." else shlex.join(names[:_SHOWN])
        yield None, said.format(n=len(names), paths=some(names, _SHOWN)), f"chmod -R u+w {typed}"


@CHECKS.rule(
    "not-utf8",
    why="Windows' own editor once saved Chinese as GBK; such a file is not read, and the ledger with it.",
    wrong="A file holds bytes that are no UTF-8.",
    right="save it as UTF-8: iconv -f GB18030 -t UTF-8 FILE > FILE.new && mv FILE.new FILE",
)
def _not_utf8(around: Surroundings) -> Ailments:
    for name, content in _contents(around):
        if _is_in(content, "utf-8"):
            continue
        typed = shlex.quote(name)
        encoding = "UTF-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "GB18030"
        if _is_in(content, encoding):
            said = _("{path} is not UTF-8; it looks like {encoding}")
            shown = "GBK" if encoding == "GB18030" else encoding
            mend = f"iconv -f {encoding} -t UTF-8 {typed} > {typed}.new && mv {typed}.new {typed}"
            yield None, said.format(path=name, encoding=shown), mend
        else:
            mend = _("save it as UTF-8 in an editor; or bring it back: {command}")
            said = _("{path} is not UTF-8").format(path=name)
            yield None, said, mend.format(command=f"git restore {typed}")


def _is_in(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@CHECKS.rule(
    "line-ends",
    "warning",
    scope="repository",
    why="With core.autocrlf git changes the line ends of files on their way in and out: then what is on disk is not what was committed.",
    wrong="Git converts line ends, and the ledger's files are not excepted.",
    right="put the line `data/** -text` into .gitattributes and commit it",
)
def _line_ends(around: Surroundings) -> Ailments:
    told = around.paths("check-attr", "-z", "text", "eol", "--", LEDGER_FILE)
    attributes = dict(zip(told[1::3], told[2::3], strict=False))
    setting = (around.ask("config", "--get", "core.autocrlf") or "").lower()
    if attributes.get("text") == "unset":
        return
    if setting in {"true", "input", "yes", "on", "1"}:
        said = _("core.autocrlf is {value}, and git changes the line ends of the ledger's files")
        mend = _("put this line into .gitattributes, and commit it: {line}")
        yield None, said.format(value=setting), mend.format(line=KEEPS_BYTES)
    elif attributes.get("text") in {"set", "auto"} or attributes.get("eol") in {"lf", "crlf"}:
        said = _(".gitattributes has git change the line ends of the ledger's files")
        mend = _("put this line at the end of .gitattributes, and commit it: {line}")
        yield None, said, mend.format(line=KEEPS_BYTES)


@CHECKS.rule(
    "mixed-line-ends",
    "warning",
    why="A file with both kinds of line ends was changed by a program that did not look; the next editor changes all its lines at once.",
    wrong="A file has lines that end in CR LF and lines that end in LF.",
    right="sed -i 's/\\r$//' FILE; then commit it",
)
def _mixed_line_ends(around: Surroundings) -> Ailments:
    for name, content in _contents(around):
        if 0 < content.count(b"\r\n") < content.count(b"\n"):
            said = _("{path} has both kinds of line ends").format(path=name)
            yield None, said, f"sed -i 's/\\r$//' {shlex.quote(name)}"


def _contents(around: Surroundings) -> Iterator[tuple[str, bytes]]:
    """Read the ledger's files; pass over what is too large, is no file (a pipe, a link) or cannot be read."""
    for path in around.records():
        try:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST:
                yield around.named(path), path.read_bytes()
        except OSError:
            continue
