"""Questions to git, with answers as Python values. Nothing in a ledger's files can become an option or a pattern."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple

from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, ledger_order
from xuncha.system import has_crashed
from xuncha.trail.repository import common_dir, git_dir, shallow_commits
from xuncha.trail.runner import GitError, GitRunner, TruncatedError

__all__ = ("Git", "GitError", "Leaf", "TruncatedError", "literals", "read_batch")

MAX_PATHS = 500
"""From this many paths on, they are not passed one by one: git compares each with every file, and a command line has a limit."""
_BLOCK = 1024 * 1024  # bytes of a large object that are read at once
UTF8 = ("-c", "i18n.commitEncoding=UTF-8")  # whatever is set up for other commits
_BATCH_SYNC = ("-c", "core.fsyncMethod=batch")
"""Writes many objects to the disk together; git before 2.36 writes them one by one."""
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
"""How these characters must be written for git in a path of its input."""
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IGNORED_RECORD = re.compile(
    r"(?:/|^!! )[^./][^/]*\.yaml$|/evidence/[0-9.]+/(?!~\$|Thumbs\.db$|desktop\.ini$)[^./][^/]*$"
)
"""Matches the line of `git status` for an ignored file that may be a record or evidence, not one that programs leave behind."""
_OBJECT_LINE = re.compile(rf"({_HASH.pattern}) ([a-z]+) ([0-9]+)\n")
_MISSING_LINE = re.compile(r"(.*) (?:missing|ambiguous|submodule)()\n")
_REFERENCE = re.compile(rf"({_HASH.pattern})[ \t](.+)")
_IDENTITY = re.compile(r"(.*) <(.*)> [0-9]+ [+-][0-9]{4}")


def literals(paths: Iterable[str]) -> list[str]:
    """Mark paths so that git takes no character of them for a pattern. A variable for all of them would be passed on to hooks."""
    return [f":(literal){path}" for path in paths]


def read_batch(output: IO[bytes], count: int) -> Iterator[tuple[str, str, int, Iterator[bytes]]]:
    """Parse the output of `git cat-file --batch` for `count` objects.

    Yields for each its name, its kind (empty if git has no such object), its size in bytes, and its content block by block;
    content that the caller does not read is skipped. Raises TruncatedError if the output is incomplete.
    """
    for _number in range(count):
        header = output.readline().decode("utf-8", "surrogateescape")
        if found := _OBJECT_LINE.fullmatch(header):
            blocks = _blocks(output, int(found[3]))
            yield found[1], found[2], int(found[3]), blocks
            for _rest in blocks:
                pass
            if output.read(1) != b"\n":
                raise TruncatedError
        elif missing := _MISSING_LINE.fullmatch(header):
            yield missing[1], "", 0, iter(())
        else:
            raise TruncatedError


def _blocks(output: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        if not (block := output.read(min(size, _BLOCK))):
            raise TruncatedError
        size -= len(block)
        yield block


def _parse_hashes(output: str, count: int | None = None) -> list[str]:
    """Parse `count` hashes, or without a count, one or more. Raises TruncatedError if there are not as many."""
    hashes = output.split()
    if not all(map(_HASH.fullmatch, hashes)) or (len(hashes) != count if count is not None else not hashes):
        raise TruncatedError
    return hashes


def is_hash(text: str) -> bool:
    """Return whether a text is a full hash of git."""
    return bool(_HASH.fullmatch(text))


def parse_references(output: str) -> dict[str, str]:
    """Parse lines of a hash and the name of a reference; return the hashes by name. Raises TruncatedError if lines are incomplete."""
    *lines, rest = output.split("\n")  # names may hold characters that Python takes for the end of a line
    matches = [_REFERENCE.fullmatch(line) for line in lines]
    if rest or not all(matches):
        raise TruncatedError
    return {match[2]: match[1] for match in matches if match}


class Leaf(NamedTuple):
    """An entry of a tree of git, by its path relative to the ledger."""

    mode: str  # `100644` a file, `100755` one that can be run, `120000` a link, `040000` a folder
    name: str  # git's full hash of its content
    path: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file: neither a link nor a folder nor another repository."""
        return self.mode in {"100644", "100755"}


def no_user_error() -> SurroundingsError:
    """Return the error for a commit without a user's name."""
    hint = _("type once: git config --global user.name 姓名 && git config --global user.email 邮箱")
    return SurroundingsError("no-user", _("git does not know your name yet; nothing was changed"), hint)


def _missing_branch(absent: str, other: str) -> SurroundingsError:
    """Return the error for a checked-out branch that does not exist, while another branch holds the ledger."""
    message = _("the branch {absent} is checked out but does not exist, while the ledger is on {other}")
    is_here = other.startswith("refs/heads/")
    command = f"git {'symbolic-ref HEAD' if is_here else 'reset'} {shlex.quote(other)}"
    hint = _("go back to the branch with the ledger; files stay as they are: {command}")
    names = {"absent": absent.removeprefix("refs/heads/"), "other": other.removeprefix("refs/heads/")}
    return SurroundingsError("no-such-branch", message.format(**names), hint.format(command=command))


class Git(GitRunner):
    """Git in one ledger's folder, with a method for each question."""

    def user(self) -> tuple[str, str]:
        """Return the name and the e-mail with which git commits here. Raises SurroundingsError if git does not know them."""
        try:
            identity = self.text("var", "GIT_AUTHOR_IDENT")
        except GitError as error:
            if has_crashed(error.returncode):
                raise
            raise no_user_error() from error
        if not (match := _IDENTITY.fullmatch(identity)):
            raise TruncatedError
        return match[1], match[2]

    def fields(self, *arguments: str, stdin: bytes | None = None, size: int = 1) -> list[str]:
        """Run git and return the words of its output; each ends with a NUL, and they come in groups of `size`. Raises TruncatedError if some are missing."""
        *fields, rest = system.decoded(self.run(*arguments, stdin=stdin)).split("\0")
        if rest or len(fields) % size:
            raise TruncatedError
        return fields

    def object_hash(self, name: str) -> str | None:
        """Return the hash of the object with a name; None if there is no such object, or more than one."""
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        found = self.run(*arguments, ok_codes=(0, 1)).decode("ascii", "replace").strip()
        if self.returncode and not found:
            return None
        return found if [found] == _parse_hashes(found.replace("^", "")) else None

    def commit_hash(self, name: str) -> str | None:
        """Return the hash of the commit with a name; see `object_hash`."""
        return self.object_hash(f"{name}^{{commit}}")

    @cached_property
    def prefix(self) -> str:
        """The path of the ledger's folder in its repository, with a slash at the end; empty at the top."""
        return system.decoded(self.run("rev-parse", "--show-prefix")).removesuffix("\n")

    def merge_bases(self, one: str, other: str) -> list[str]:
        """Return the last commits that two histories share; empty where they share none."""
        found = self.run("merge-base", "--all", one, other, ok_codes=(0, 1)).decode("ascii", "replace")
        return [] if self.returncode and not found else _parse_hashes(found)

    def count_commits(self, *arguments: str, size: int = 1) -> list[int]:
        """Count commits; there are `size` counts, two with `--left-right`."""
        words = self.text("rev-list", "--count", *arguments).split()
        if len(words) != size or not all(map(str.isdecimal, words)):
            raise TruncatedError
        return [int(word) for word in words]

    def references(self, *arguments: str) -> dict[str, str]:
        """Return the hashes of references by their names, from the output of `for-each-ref` or another command that lists them."""
        return parse_references(self.run(*arguments).decode("utf-8", "surrogateescape"))

    def uncommitted(self, *paths: str) -> list[str]:
        """Return those of these files that differ from the last commit, or are not in it. It compares no others, as `git status` would."""
        try:
            patterns = literals(paths) if len(paths) < MAX_PATHS else []
            lines = self.fields("ls-tree", "-z", *([] if patterns else ["-r"]), "HEAD", "--", *patterns)
            entries = (line.partition("\t") for line in lines)
            committed = {path: facts.split(" ")[2] for facts, _tab, path in entries}
        except GitError:
            if not self.is_unborn():
                raise
            committed = {}
        existing = [path for path in paths if (self.root / path).is_file()]
        present = self._hash_paths(existing)
        differ = [path for path in existing if present[path] != committed.get(path)]
        # A file may have been committed without converting its line ends, whatever is set up now.
        present |= self._hash_paths(differ, "--no-filters")
        present |= dict.fromkeys(set(paths) - set(existing), "")
        return [path for path in paths if present[path] != committed.get(path, "")]

    def changed_files(self, *paths: str) -> list[str]:
        """Return the files at and below some paths of the ledger that were changed, created or deleted since the last commit.

        These include records and evidence that git was told to ignore, or to assume unchanged. Repositories inside this one are
        not read, since they may have settings of their own.
        """
        lines = self.fields(
            *("--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"),
            *("--ignored", "--ignore-submodules=all", "--", *literals(paths)),
        )
        changed = {
            entry[len("XY ") :].removeprefix(self.prefix)
            for entry in lines
            if not entry.startswith("!!") or _IGNORED_RECORD.search(entry)
        }
        listed = self.fields("ls-files", "-v", "-z", "--", *literals(paths))
        assumed = [entry[2:] for entry in listed if entry[0].islower()]
        return sorted(changed.union(self.uncommitted(*assumed) if assumed else ()), key=ledger_order)

    def staged(self, *paths: str) -> dict[str, str]:
        """Return the hashes of these files in the index, by path; without paths, of all. Files that are not in it are left out."""
        patterns = literals(paths) if len(paths) < MAX_PATHS else []
        requested, found = set(paths), {}
        for entry in self.fields("ls-files", "--stage", "-z", "--", *patterns):
            facts, _tab, path = entry.partition("\t")
            if not requested or path in requested:
                found[path] = facts.split(" ")[1]
        return found

    def uncommitted_or_staged(self, *paths: str) -> list[str]:
        """Return those of these files that were changed since the last commit, in the folder or in the index."""
        found = self.blobs(f"{where}:./{path}" for path in paths for where in ("HEAD", ""))
        changed = []
        for path, committed, staged in zip(paths, found[::2], found[1::2], strict=True):
            target = self.root / path
            present = target.read_bytes() if target.is_file() else None
            # Even where the bytes differ, git may see no change: it can be set up to convert line ends.
            if staged != committed or (present != committed and self.uncommitted(path)):
                changed.append(path)
        return changed

    def blobs(self, names: Iterable[str]) -> list[bytes | None]:
        """Return the contents of files in git's objects, such as `HEAD:./data/ledger.yaml`; None for other objects."""
        if not (queries := [f"{name}\n" for name in names]):
            return []
        output = self.run("cat-file", "--batch", "--buffer", stdin=system.encoded("".join(queries)))
        batch = read_batch(BytesIO(output), len(queries))
        found = [(name, kind, b"".join(blocks)) for name, kind, _size, blocks in batch]
        if lost := next((name for name, kind, _content in found if not kind and _HASH.fullmatch(name)), None):
            raise self.missing_object(lost)
        return [content if kind == "blob" else None for _name, kind, content in found]

    def kinds(self, names: Iterable[str]) -> list[str]:
        """Return the kinds of objects, such as `tree`, in the order of their names; empty for one that does not exist."""
        return [kind for kind, _hash in self.objects(names)]

    def objects(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return the kind and the hash of objects, in the order of their names; empty for one that does not exist."""
        if not (queries := [f"{name}\n" for name in names]):
            return []
        output = self.run("cat-file", "--batch-check", "--buffer", stdin=system.encoded("".join(queries)))
        lines = map(system.decoded, BytesIO(output))
        found = [_OBJECT_LINE.fullmatch(line) or _MISSING_LINE.fullmatch(line) for line in lines]
        if len(found) != len(queries) or not all(found):
            raise TruncatedError
        return [(match[2], match[1] if match[2] else "") for match in found if match]

    def attributes(self, paths: Iterable[str], *names: str) -> dict[str, dict[str, str]]:
        """Return the attributes of files from .gitattributes, by path and name: `unspecified`, `set`, `unset` or a value."""
        lines = system.encoded("".join(f"{path}\0" for path in paths))
        words = self.fields("check-attr", "-z", "--stdin", *names, stdin=lines, size=3) if lines else []
        found: dict[str, dict[str, str]] = {}
        for path, name, value in zip(words[::3], words[1::3], words[2::3], strict=True):
            found.setdefault(path, {})[name] = value
        if len(found) != lines.count(b"\0") or any(len(each) != len(names) for each in found.values()):
            raise TruncatedError
        return found

    def check_complete(self) -> None:
        """Check that git has the whole history. Raises SurroundingsError if a shallow clone has cut it off."""
        folder = git_dir(self.root)
        if folder and shallow_commits(folder):
            message = _("this clone holds only the last part of the history")
            raise SurroundingsError("shallow", message, _("fetch the rest: git fetch --unshallow"))

    def setting(self, name: str) -> str:
        """Return a setting of git; empty where it is not set."""
        return self.run("config", "--get", name, ok_codes=(0, 1)).decode("utf-8", "replace").strip()

    def head(self) -> str | None:
        """Return the commit that is checked out; None where nothing is committed yet. Raises GitError if git cannot read it, or lost it."""
        if found := self.commit_hash("HEAD"):
            return found
        if self.is_unborn():
            return None
        self.run("rev-list", "--max-count=1", "HEAD", "--")  # git says what is wrong
        raise GitError(_("it gave no answer"))

    def is_unborn(self) -> bool:
        """Return whether the branch that is checked out has no commit yet, that is, does not exist.

        Raises SurroundingsError if another branch holds the ledger: a first commit here would begin a second history.
        """
        name, folder = self.branch(), git_dir(self.root)
        if not name or folder is None:
            return False
        shared = common_dir(folder)
        places = shared / name, shared / "logs" / name  # the log remains if the branch existed once
        packed = (shared / "packed-refs").read_bytes() if (shared / "packed-refs").is_file() else b""
        if (
            any(place.is_file() or place.is_symlink() for place in places)
            or any(line.endswith(b" " + system.encoded(name)) for line in packed.splitlines())
            or self.run("for-each-ref", "--format=%(refname)", name)
        ):
            return False
        form = "--format=%(objectname) %(refname)"
        branches = self.references("for-each-ref", form, "refs/heads", "refs/remotes")
        kinds = self.kinds(f"{commit}:./{LEDGER_FILE}" for commit in branches.values())
        for other, kind in zip(branches, kinds, strict=True):
            if kind == "blob":
                raise _missing_branch(name, other)
        return True

    def branch(self) -> str:
        """Return the full name of the branch that is checked out, such as `refs/heads/main`; empty if none is."""
        arguments = ("symbolic-ref", "--quiet", "HEAD")
        return self.run(*arguments, ok_codes=(0, 1)).decode("utf-8", "surrogateescape").strip()

    def hash_files(self, paths: Iterable[str | Path], *options: str) -> list[str]:
        """Return git's hashes of the contents of files; paths are absolute or relative to the top of the working tree."""
        lines = system.encoded("".join(f'"{str(path).translate(_QUOTED)}"\n' for path in paths))
        output = self.text("hash-object", *options, "--stdin-paths", stdin=lines) if lines else ""
        return _parse_hashes(output, lines.count(b"\n"))

    def _hash_paths(self, paths: list[str], *options: str) -> dict[str, str]:
        output = self.text("hash-object", *options, "--", *paths) if paths else ""
        return dict(zip(paths, _parse_hashes(output, len(paths)), strict=True))

    def commit(self, message: str, paths: Sequence[str], *, new: Sequence[str], signed: bool = False) -> None:
        """Commit these files alone, whatever else is staged; `new` are those of them that git does not know yet.

        `signed` asks for a signature even if git is not set up to sign. Raises GitError if git refused; the index is then as
        it was before.
        """
        call = (*UTF8, "commit", "--quiet", *(["--gpg-sign"] if signed else []), "--file=-")
        batch = len(paths) >= MAX_PATHS
        if batch:
            self.run("diff", "--cached", "--quiet", "--no-ext-diff", ok_codes=(0, 1))
            batch = self.returncode == 0  # nothing else is staged
        try:
            if batch:
                self._update_index(paths, "--add", "--remove")
            elif new:
                self.run("add", "--force", "--intent-to-add", "--", *literals(new))  # even if it is ignored
            self.run(*call, *([] if batch else ["--only", "--", *literals(paths)]), stdin=message.encode())
        except BaseException:
            with contextlib.suppress(GitError):  # if the index is locked, nothing was added either
                if batch:
                    self._update_index(new, "--force-remove")
                elif new:
                    self.run("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *literals(new))
                if batch and (lines := system.encoded("\0".join(literals(set(paths) - set(new))))):
                    self.run("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=lines)
            raise

    def _update_index(self, paths: Sequence[str], *options: str) -> None:
        listed = system.encoded("".join(f"{path}\0" for path in paths))
        self.run(*_BATCH_SYNC, "update-index", *options, "-z", "--stdin", stdin=listed)
