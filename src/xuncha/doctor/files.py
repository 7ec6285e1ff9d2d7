"""The ledger's files as bytes."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from typing import TYPE_CHECKING, Final

from xuncha.doctor.catalogue import Ailment, check
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import LEDGER_FILE, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xuncha.doctor.around import Around

KEEPS_BYTES: Final = "data/** -text"
"""The line of `.gitattributes` by which git changes no line ends of the ledger."""
_SHOWN: Final = 5
_LARGEST: Final = 1024 * 1024


@check(
    "read-only",
    "error",
    needs="nothing",
    well=lambda: _("the folders can be written"),
    why="A command writes a new file beside the old one and a commit into `.git`; in a folder without that permission it can do neither.",
    mend="chmod -R u+w on what is named; on a share, ask who runs it; a disk that became read-only wants to be looked after",
)
def read_only(around: Around) -> Iterator[Ailment]:
    """A folder of the ledger, or of git, cannot be written."""
    folders = [around.root, around.root / "data", around.root / PROBLEMS]
    with contextlib.suppress(OSError):  # the folder of them all is told of then
        folders += sorted((around.root / PROBLEMS).iterdir())
    folders += [place for folder in around.folders for place in (folder, folder / "objects", folder / "refs")]
    closed = [path for path in folders if _is_folder(path) and not os.access(path, os.W_OK | os.X_OK)]
    if closed:
        names = [around.named(path) for path in closed[:_SHOWN]]
        yield Ailment(
            ngettext("{n} folder cannot be written: {paths}", "{n} folders cannot be written: {paths}", len(closed)).format(
                n=len(closed), paths=_(", ").join(names) + (" …" if len(closed) > _SHOWN else "")
            ),
            f"chmod -R u+w {' '.join(map(shlex.quote, names[:1] if str(names[0]) == '.' else names))}",
        )  # fmt: skip


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # what it is in may not be entered, and is told of
        return False


@check(
    "not-utf8",
    "error",
    needs="nothing",
    well=lambda: _("every file is UTF-8"),
    why="Windows' own editor once saved Chinese as GBK; such a file is not read, and the ledger with it.",
    mend="save it as UTF-8: iconv -f GB18030 -t UTF-8 FILE > FILE.new && mv FILE.new FILE",
)
def not_utf8(around: Around) -> Iterator[Ailment]:
    """A file holds bytes that are no UTF-8."""
    for path, content in _contents(around):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            name = around.named(path)
            yield _in_another_encoding(name, content)


def _in_another_encoding(name: str, content: bytes) -> Ailment:
    """What is said of it."""
    typed = shlex.quote(name)
    for encoding, said in (("utf-16", "UTF-16"), ("gb18030", "GB18030")):
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Ailment(
            _("{path} is not UTF-8; it looks like {encoding}").format(
                path=name, encoding="GBK" if said == "GB18030" else said
            ),
            f"iconv -f {said} -t UTF-8 {typed} > {typed}.new && mv {typed}.new {typed}",
        )
    return Ailment(
        _("{path} is not UTF-8").format(path=name),
        _("save it as UTF-8 in an editor; or bring it back: {command}").format(
            command=f"git restore {typed}"
        ),
    )


@check(
    "line-ends",
    "warning",
    needs="repository",
    well=lambda: _("git changes no line ends of the ledger"),
    why="With core.autocrlf git changes the line ends of files on their way in and out: then what is on disk is not what was committed.",
    mend="put the line `data/** -text` into .gitattributes and commit it",
)
def line_ends(around: Around) -> Iterator[Ailment]:
    """Git converts line ends, and the ledger's files are not excepted."""
    looked = around.paths("check-attr", "-z", "text", "eol", "--", LEDGER_FILE)
    attributes = dict(zip(looked[1::3], looked[2::3], strict=False))
    text, ends = attributes.get("text"), attributes.get("eol")
    setting = (around.ask("config", "--get", "core.autocrlf") or "").lower()
    if text == "unset":
        return
    if setting in {"true", "input", "yes", "on", "1"}:
        yield Ailment(
            _("core.autocrlf is {value}, and git changes the line ends of the ledger's files").format(value=setting),
            _("put this line into .gitattributes, and commit it: {line}").format(line=KEEPS_BYTES),
        )  # fmt: skip
    elif text in {"set", "auto"} or ends in {"lf", "crlf"}:
        yield Ailment(
            _(".gitattributes has git change the line ends of the ledger's files"),
            _("put this line at the end of .gitattributes, and commit it: {line}").format(line=KEEPS_BYTES),
        )


@check(
    "mixed-line-ends",
    "warning",
    needs="nothing",
    well=lambda: _("no file mixes line ends"),
    why="A file with both kinds of line ends was changed by a program that did not look; the next editor changes all its lines at once.",
    mend="sed -i 's/\\r$//' FILE; then commit it",
)
def mixed(around: Around) -> Iterator[Ailment]:
    """A file has lines that end in CR LF and lines that end in LF."""
    for path, content in _contents(around):
        if 0 < content.count(b"\r\n") < content.count(b"\n"):
            name = around.named(path)
            yield Ailment(
                _("{path} has both kinds of line ends").format(path=name),
                f"sed -i 's/\\r$//' {shlex.quote(name)}",
            )


def _contents(around: Around) -> Iterator[tuple[Path, bytes]]:
    """The ledger's files and their bytes; of what is too large, is no file (a pipe, a link) or cannot be read, nothing."""
    for path in around.records():
        try:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST:
                yield path, path.read_bytes()
        except OSError:
            continue
