"""The ledger's files, and what a crash leaves behind."""

from __future__ import annotations

import os
import shlex
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xuncha.doctor.surroundings import CHECKS, DoctorFindings, Surroundings, duration
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.language import listed, mark, ngettext
from xuncha.model.identity import COMMENTS, LEDGER_FILE, PROBLEMS, ledger_order
from xuncha.store.files import TEMPORARY
from xuncha.system import MAX_PATH_LENGTH, WINDOWS
from xuncha.trail.repository import private_path
from xuncha.workflow.change import is_busy, leftover
from xuncha.workflow.evidence import portable_name

_MAX_LOCK_SECONDS: Final = 600  # git holds a lock no longer, unless it waits for a person
_ATTRIBUTE: Final = "data/** -text"  # git then changes no line ends of the ledger
_LIMIT: Final = 5  # names that a message or a command lists
_MAX_PATH: Final = 200  # characters of a path inside a ledger; its folder has a path of its own
_MAX_SIZE: Final = 1024 * 1024


@CHECKS.rule("interrupted", "warning", scope="repository", well=mark("no command was interrupted"),
    why="A command killed before its commit has changed a file but not the history; the next command that writes takes the change back.",
    wrong="The journal of an earlier command is there, and no command is running.", right="type the command again; or take it back: xuncha undo",
)  # fmt: skip
def _interrupted(surroundings: Surroundings) -> DoctorFindings:
    if is_busy(surroundings.root):
        message = _("another command is changing the ledger right now")
        yield "note", message, _("wait until it has finished")
    elif journal := leftover(surroundings.root):
        message = _("`{command}` was interrupted: {paths} is written but not committed")
        remedy = _("to complete it, type it again; to undo it: xuncha undo")
        yield None, message.format(command=journal.command, paths=_(", ").join(journal.paths)), remedy


@CHECKS.rule("git-lock", well=mark("git has left no lock behind"),
    why="A git that was killed leaves a file that ends in `.lock`, and every later git waits for it in vain. The file does not say who "
"left it: its age is given, and a young one is only a note.",
    wrong="A `*.lock` file in git's folder.", right="if no git is running here, neither on this nor on another computer: delete the named file",
)  # fmt: skip
def _git_lock(surroundings: Surroundings) -> DoctorFindings:
    for path in _locks(surroundings):
        try:
            seconds = max(0, int(surroundings.now - path.stat().st_mtime))
        except OSError:  # its git has ended meanwhile
            continue
        name = surroundings.relative_name(path)
        message = _("a git that runs or was killed left {path}, {time} ago")
        remedy = _("if no git is running: {command}", command=f"rm {shlex.quote(name)}")
        severity: Severity | None = "note" if seconds < _MAX_LOCK_SECONDS else None
        yield severity, message.format(path=name, time=duration(seconds)), remedy


@CHECKS.rule("half-written", "warning", well=mark("no file was left half written"),
    why="A new file is written beside the old one and then replaces it; a command killed in between leaves the new one. Nothing reads it.",
    wrong="The program's temporary files are there, and no command is running.",
    right="delete the named file; the next command that writes the same file also deletes it",
)  # fmt: skip
def _half_written(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.git_folder is not None and is_busy(surroundings.root):
        return
    places = [surroundings.root / "data", *(folder / "xuncha" for folder in surroundings.git_folders)]
    patterns = [f"{level}{TEMPORARY}*" for level in ("", "*/", "*/*/")]  # no file of the ledger is deeper
    for path in sorted(path for place in places for each in patterns for path in place.glob(each)):
        name = surroundings.relative_name(path)
        message = _("{path} was left half written, and is useless", path=name)
        yield None, message, f"rm {shlex.quote(name)}"


def _locks(surroundings: Surroundings) -> Iterator[Path]:
    """Yield git's own lock files, in its folder and among its references, but not those in our folder inside it."""
    own = private_path(surroundings.root, "journal") if surroundings.git_folder else None
    for folder in surroundings.git_folders:
        for pattern in ("*.lock", "refs/**/*.lock", "objects/info/*.lock", "worktrees/*/*.lock"):
            yield from (path for path in sorted(folder.glob(pattern)) if not own or path.parent != own.parent)


@CHECKS.rule("read-only", well=mark("the folders can be written"),
    why="A command writes a new file beside the old one and a commit into `.git`; without write permission it can do neither.",
    wrong="A folder of the ledger, or of git, cannot be written.",
    right="chmod -R u+w on each named folder; on a share, ask its administrator; a disk that became read-only needs attention",
)  # fmt: skip
def _read_only(surroundings: Surroundings) -> DoctorFindings:
    folders = [surroundings.root / name for name in ("", "data", COMMENTS, PROBLEMS)]
    folders += sorted((surroundings.root / PROBLEMS).glob("*/"))
    folders += [each / name for each in surroundings.git_folders for name in ("", "objects", "refs")]
    # What is in a folder that may not be entered counts as missing; that folder is reported.
    denied = [path for path in folders if os.access(path, os.F_OK) and not os.access(path, os.W_OK | os.X_OK)]
    if names := [surroundings.relative_name(path) for path in denied]:
        message = ngettext(
            "{n} folder cannot be written: {paths}",
            "{n} folders cannot be written: {paths}",
            len(names),
            paths=listed(names, _LIMIT),
        )
        typed = "." if names[0] == "." else shlex.join(names[:_LIMIT])
        yield None, message, f"chmod -R u+w {typed}"


@CHECKS.rule("not-utf8", well=mark("every file is UTF-8"),
    why="Windows' own editor used to save Chinese as GBK; such a file cannot be read, so the ledger cannot be read either.",
    wrong="A file contains bytes that are not UTF-8.", right="save it as UTF-8: iconv -f GB18030 -t UTF-8 FILE > FILE.new && mv FILE.new FILE",
)  # fmt: skip
def _not_utf8(surroundings: Surroundings) -> DoctorFindings:
    for name, content in _contents(surroundings):
        if _is_encoded_as(content, "utf-8"):
            continue
        typed = shlex.quote(name)
        if _is_encoded_as(content, "GB18030"):
            message = _("{path} is not UTF-8; it looks like {encoding}")
            remedy = f"iconv -f GB18030 -t UTF-8 {typed} > {typed}.new && mv {typed}.new {typed}"
            yield None, message.format(path=name, encoding="GBK"), remedy
        else:
            remedy = _("save it as UTF-8 in an editor; or restore it: {command}")
            message = _("{path} is not UTF-8", path=name)
            yield None, message, remedy.format(command=f"git restore {typed}")


def _is_encoded_as(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@CHECKS.rule("line-ends", "warning", scope="repository", well=mark("git does not change line endings of the ledger"),
    why="With core.autocrlf, git changes line endings when it stores files and checks them out: what is on disk is then not what was committed.",
    wrong="Git converts line endings, and the ledger's files are not excluded.", right="add the line `data/** -text` to .gitattributes and commit it; then restore the files as they were committed: git restore data",
)  # fmt: skip
def _line_ends(surroundings: Surroundings) -> DoctorFindings:
    attributes = surroundings.git.attributes([LEDGER_FILE], "text", "eol")[LEDGER_FILE]
    is_set_up = surroundings.git.setting("core.autocrlf").lower() in {"true", "input", "yes", "on", "1"}
    is_given = attributes.get("text") in {"set", "auto"} or attributes.get("eol") in {"lf", "crlf"}
    if attributes.get("text") != "unset" and (is_set_up or is_given):
        message = _("core.autocrlf or .gitattributes makes git change line endings")
        remedy = _("put this line at the end of .gitattributes, and commit it: {line}; then: {command}")
        yield None, message, remedy.format(line=_ATTRIBUTE, command="git restore data")


@CHECKS.rule("not-for-windows", "warning", scope="repository", well=mark("every file name works on Windows, too"),
    why="Git on Windows aborts a whole clone because of one file with a name that Windows forbids; of two names that differ only in "
"letter case it has one file; and most programs there do not open a path longer than 259 characters.",
    wrong="A file of the ledger has a name such as `a:b.pdf`, `CON.txt` or `b.`, one that differs from another only in letter case, or a "
"very long path.",
    right="rename it with git mv, and write the new name into the record that names it; then: xuncha edit. For long paths: git config "
"core.longpaths true",
)  # fmt: skip
def _not_for_windows(surroundings: Surroundings) -> DoctorFindings:
    paths = surroundings.git.fields("ls-files", "-z", "--", "data", "templates")
    rename = _("rename them with git mv, and correct the names in the records; then: xuncha edit")
    forbidden = [path for path in paths if not all(map(_is_portable, path.split("/")))]
    names = Counter(map(str.casefold, paths))
    alike = sorted((path for path in paths if names[path.casefold()] > 1), key=str.casefold)
    limit = MAX_PATH_LENGTH - len(f"{surroundings.root}/") if WINDOWS else _MAX_PATH
    long = [path for path in paths if len(path) > limit]
    for found, message, remedy in (
        (forbidden, _("Windows forbids these names, so git cannot clone the ledger there: {paths}"), rename),
        (alike, _("these differ only in letter case, so Windows keeps only one of them: {paths}"), rename),
        (long, _("these paths are too long for Windows: {paths}"), "git config core.longpaths true"),
    ):
        if found:
            yield None, message.format(paths=listed(found, _LIMIT)), remedy


def _is_portable(name: str) -> bool:
    return name.startswith(".") or portable_name(name) == unicodedata.normalize("NFC", name)


def _contents(surroundings: Surroundings) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of the ledger; skip what is too large, no file (a pipe, a link) or unreadable."""
    root = surroundings.root
    records = [*root.glob(f"{PROBLEMS}/*/*.yaml"), *root.glob(f"{COMMENTS}/*.yaml")]
    for path in (root / LEDGER_FILE, *sorted(records, key=lambda each: ledger_order(each.as_posix()))):
        try:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _MAX_SIZE:
                yield surroundings.relative_name(path), path.read_bytes()
        except OSError:
            continue
