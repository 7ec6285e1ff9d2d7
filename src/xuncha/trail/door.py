"""The door to git: the only place that starts it, to read or to change something.

What only reads runs no program that a repository names in its settings or keeps among its hooks (docs/adr/0024).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import Path
from threading import Timer
from typing import IO, Final, Self

from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail import author, programs
from xuncha.trail.repository import (
    checked_out,
    contradicted,
    detached,
    git_dir,
    in_between,
    is_ours,
    leads_away,
    looks_like_git,
    repository,
    small_text,
    strange,
    strange_beside,
)

# By itself git does not wait for the disk; whoever is told that a change is kept may pull the plug. And a folder that is laid
# out as a bare repository is only one where somebody names it.
_ALWAYS: Final = (
    *("-c", "core.fsync=all", "-c", "safe.bareRepository=explicit"),
    *("-c", "advice.graftFileDeprecated=false"),
)
_AS_IT_IS: Final = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
"""Git shows the history that it holds, whatever `git replace` or grafts say."""
_TRUST: Final = re.compile(r"git config --global --add safe\.directory .+")
"""What git says to type where a folder belongs to another account."""
_PATIENCE: Final = 5.0
"""Seconds after which it is looked at whether a git waits for something in its folder that is no file."""
_READING: Final = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "log.showSignature=false"),
    *("-c", "core.commitGraph=false"),  # what it says of parents nobody has checked
    # A file counts as unchanged only where nothing of it has changed that the system knows, not as a sent index would have it.
    *("-c", "core.checkStat=default", "-c", "core.trustctime=true", "-c", "core.ignoreStat=false"),
)
# Nothing is fetched, by whatever program, and no index is written on the way.
_QUIET: Final = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
_asked: dict[tuple[object, ...], dict[str, str]] = {}
"""What git was told in place of a repository's programs, by the settings that were read for it."""
_looked_into: set[Path] = set()  # Git's folders that were looked into before git was first run there
_waited_for: dict[Path, Path] = {}
"""What is no file, and git has waited for, by git's folders: nobody waits for it again."""
_works_here: set[Path] = set()  # Git's folders in which git changes the working tree that they stand in
_trusted: set[Path] = set()  # folders of other accounts that git was asked about, and opens


@cache
def _git(path: str | None) -> str:
    """Find git for a value of the variable `PATH`."""
    if found := system.program("git.exe" if system.WINDOWS else "git", path):
        return found
    raise FileNotFoundError


class GitError(SurroundingsError):
    """Git refused; `said` is what it complained of, `printed` what it had printed, `ended` its exit code."""

    def __init__(self, said: str, printed: str = "", ended: int = 1) -> None:
        super().__init__("git-failed", _("git failed: {said}").format(said=said))
        self.said = said
        self.printed = printed
        self.ended = ended


class CutShortError(GitError):
    """Git ended well, and has not told all."""

    def __init__(self) -> None:
        super().__init__(_("git was interrupted"), ended=0)


class SlowError(GitError):
    """Git was ended, since it took too long."""


@contextlib.contextmanager
def after(seconds: float | None, act: Callable[[], None]) -> Iterator[None]:
    """Do something beside what is inside when that takes longer than some seconds."""
    watch = Timer(seconds or 0, act)
    watch.daemon = True
    if seconds is not None:
        watch.start()
    try:
        yield
    finally:
        watch.cancel()


class Door:
    """Git in one ledger's folder, to read; or, with `writes`, to change something, with the hooks, filters and signing that are set up."""

    def __init__(self, root: Path, *, writes: bool = False) -> None:
        self.root = root
        self.writes = writes
        self.ended = 0  # the exit code of the last `run` that gave an answer

    @classmethod
    def in_repository(cls, root: Path, *, to_write: bool = False) -> Self:
        """Give git in a ledger whose history is asked for, or continued. Raises SurroundingsError if the ledger is in no repository."""
        if git_dir(root) is not None:
            return cls(root, writes=to_write)
        said, hint = _("{path} is not in a git repository, so it has no history"), _("type: git init")
        if to_write:
            said = _("{path} is not in a git repository, and a change must be recorded in one")
            hint = _("type: git init && git add -A && git commit -m 台账")
        raise SurroundingsError("no-repository", said.format(path=root), hint)

    @contextlib.contextmanager
    def process(
        self,
        *arguments: str,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.PIPE,
        surroundings: Mapping[str, str] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git, and at the end wait for it; what it prints goes into a pipe. `surroundings` are additional variables.

        Raises SurroundingsError if git is not installed, or the repository is not one in which it may be run.
        """
        if own := contradicted(self.root):
            said = _("GIT_DIR names a repository other than the one that this ledger is in, {path}")
            hint = _("type: unset GIT_DIR; in a hook: env -u GIT_DIR xuncha …")
            raise SurroundingsError("another-repository", said.format(path=own), hint)
        if self.writes:
            options, told = self._for_writing(), dict[str, str]()
        else:
            options, told = self._for_reading()
            told |= self._without_programs(options)
        told |= surroundings or {}
        with self._started([*options, *arguments], told, stdin, stderr) as process:
            yield process

    @contextlib.contextmanager
    def _started(
        self,
        arguments: Sequence[str],
        surroundings: Mapping[str, str],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.PIPE,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git with these arguments, and no others but those that it always has."""
        self._must_hold_files()
        try:
            process = subprocess.Popen(
                [_git(os.environ.get("PATH")), *_ALWAYS, *arguments],
                cwd=self.root,
                env={**os.environ, **_AS_IT_IS, **author.variables(), **surroundings},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=1 << 18,
            )
        except FileNotFoundError:
            said = _("git is not installed, or not found")
            hint = _("install git (https://git-scm.com) and try again")
            raise SurroundingsError("no-git", said, hint) from None
        waited_for: list[Path] = []
        try:
            with after(_PATIENCE, partial(self._end_if_it_waits, process, waited_for)), process:
                try:
                    yield process
                except BaseException as error:
                    # Asked to end, git takes its locks away; killed, it would leave them. Windows only kills; Ctrl-C reaches git there.
                    if system.WINDOWS and isinstance(error, KeyboardInterrupt):
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            process.wait(_PATIENCE)
                    process.terminate()
                    process.wait()
                    raise
        finally:
            if waited_for:
                _waited_for.update(dict.fromkeys(filter(None, [git_dir(self.root)]), waited_for[0]))
                raise leads_away(waited_for[0])

    def elsewhere(
        self, arguments: Sequence[str], surroundings: Mapping[str, str], seconds: float
    ) -> tuple[int, bytes]:
        """Run git for a repository elsewhere, with these arguments and no others but those that it always has; see `trail.mirror`.

        Returns its exit code and what it complained of. Raises SlowError if it takes more than some seconds.
        """
        with self._started(arguments, surroundings) as process:
            try:
                _printed, said = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise SlowError(_("it took more than {n} seconds").format(n=seconds)) from None
        return process.returncode, said

    def _must_hold_files(self) -> None:
        """Look once at the small folders of git's: what is no file there, git would wait for, or read for ever."""
        folder = git_dir(self.root)
        if folder in _waited_for:
            raise leads_away(_waited_for[folder])
        if folder is None or folder in _looked_into:
            return
        if path := next(strange(folder, "refs", "logs", "info", "objects/info", "objects/pack"), None):
            raise leads_away(path)
        _looked_into.add(folder)

    def _end_if_it_waits(self, process: subprocess.Popen[bytes], waited_for: list[Path]) -> None:
        """End a git in whose folder there is a pipe or a device: it would wait for it, or read it, for ever."""
        found = repository(self.root)
        if found is None or process.poll() is not None:
            return
        beside = strange_beside(found.top) if found.top else iter(())
        named = programs.strange_beside(found.folder)
        if path := next(chain(strange(found.folder), beside, named), None):
            waited_for.append(path)
            process.terminate()

    def _for_reading(self) -> tuple[list[str], dict[str, str]]:
        """Return the options and variables by which git reads this repository, and starts nothing of what it holds."""
        options, found = [*_READING], repository(self.root)
        if found and found.top:
            if not is_ours(found) and found.top not in _trusted:
                # Told where the repository is, git would not ask whose it is.
                self._ask(["rev-parse", "--git-dir"], Path(found.top))
                _trusted.add(found.top)
            options.append(f"--git-dir={found.folder}")
            options += [f"--work-tree={found.top}"] if "GIT_WORK_TREE" not in os.environ else []
        return options, dict(_QUIET)

    def _for_writing(self) -> list[str]:
        """Return the options by which git changes this repository.

        It finds the repository by itself: told of it, it would tell every hook, and a hook that goes elsewhere would
        still be at work here. What could have it find another one is refused.
        """
        found = repository(self.root)
        if found is None or found.top is None:
            return []
        if not looks_like_git(found.folder):
            return [f"--git-dir={found.folder}"]  # which it refuses, and says why
        if strange := in_between(self.root, found.top):
            said = _("{path} is itself laid out like a git repository, so nothing is changed in it")
            hint = _("find out who put HEAD, objects and refs there, and remove them")
            raise SurroundingsError("strange-repository", said.format(path=strange), hint)
        if other := self.works_elsewhere():
            said = _("a setting of this repository makes git work in {path}, so nothing is changed here")
            hint = _("find out who put it there, and remove it: {command}")
            hint = hint.format(command="git --work-tree=. config --unset core.worktree")
            raise SurroundingsError("strange-repository", said.format(path=other), hint)
        if checked_out(self.root).startswith("ref:") and detached(self.root):
            said = _("{name} is checked out, which is not a branch, so nothing is committed to it")
            hint = _("check a branch out: {command}").format(command="git switch main")
            name = checked_out(self.root).removeprefix("ref:").strip()
            raise SurroundingsError("no-branch", said.format(name=name), hint)
        return []

    def works_elsewhere(self) -> str:
        """Return the folder in which git would change files, where a setting names another than the one the repository is in; else empty."""
        found = repository(self.root)
        if found is None or found.top is None or found.folder in _works_here:
            return ""
        texts = (small_text(place).lower() for place in programs.files(found.folder))
        if any("worktree" in text or "include" in text for text in texts):
            try:
                said = system.decoded(self._ask(["rev-parse", "--show-toplevel"], self.root)).rstrip("\n")
            except SurroundingsError:
                said = "core.worktree"
            if os.path.realpath(said) != os.path.realpath(found.top):
                return said
        _works_here.add(found.folder)
        return ""

    def _without_programs(self, options: Sequence[str]) -> dict[str, str]:
        """Return the variables that have git leave alone the programs which the repository's settings name."""
        folder = git_dir(self.root)
        places = programs.files(folder) if folder else []
        try:
            if all(programs.is_plain(small_text(place)) for place in places):
                return {}
            stood = [(place, place.stat().st_mtime_ns, place.stat().st_size) for place in places]
        except OSError:
            stood = []
        user = [(name, value) for name, value in os.environ.items() if name.startswith("GIT_CONFIG")]
        key = (self.root, *stood, *sorted(user))
        if not stood or key not in _asked:
            _asked[key] = programs.as_variables(programs.instead(self._listed(options)), os.environ)
        return _asked[key]

    def settings(self) -> list[programs.Setting]:
        """Return all settings of git, in the order in which it reads them."""
        return self._listed(self._for_reading()[0])

    def _listed(self, options: Sequence[str]) -> list[programs.Setting]:
        listed = self._ask([*options, "config", "--list", "--show-scope", "-z"], self.root)
        if not listed.endswith(b"\0") or listed.count(b"\0") % 2:
            raise CutShortError
        return programs.parsed(system.decoded(listed))

    def _ask(self, arguments: Sequence[str], root: Path) -> bytes:
        """Run a git that starts no program, whatever is set up."""
        with Door(root)._started(arguments, _QUIET) as process:  # noqa: SLF001
            printed, said = process.communicate()
        if process.returncode:
            raise self.failure(said, printed, process.returncode)
        return printed

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        surroundings: Mapping[str, str] | None = None,
        answers: Collection[int] = (0,),
    ) -> bytes:
        """Run git and return what it prints; `answers` are the exit codes that are no error. See `process`.

        Raises GitError if it exits with an error; SurroundingsError if it is not installed, or does not trust the
        folder.
        """
        source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        with self.process(*arguments, stdin=source, surroundings=surroundings) as process:
            printed, said = process.communicate(stdin)
        if process.returncode not in answers:
            raise self.failure(said, printed, process.returncode)
        self.ended = process.returncode
        return printed

    def failure(self, said: bytes, printed: bytes, ended: int) -> SurroundingsError:
        """Return the error of a git that ended with an exit code, or by a signal (then it is negative)."""
        message = (said or printed).decode("utf-8", "replace").strip()
        if system.died(ended):
            name = signal.strsignal(-ended) if ended < 0 else f"{ended:#x}"
            end = _("it was killed: {signal}").format(signal=name or -ended)
            message = f"{message}\n{end}".strip()
        if "safe.directory" in message:
            words = _("git does not trust this folder: {said}").format(said=message)
            command = _TRUST.search(message)
            hint = _("if you trust its owner, type: {command}") if command else ""
            return SurroundingsError("not-yours", words, hint.format(command=command and command[0].strip()))
        if self.is_partial() and self._lacks_objects():
            return self._not_all_here(message)
        return GitError(message or _("git gave no reason"), printed.decode("utf-8", "replace"), ended)

    def lost(self, name: str) -> SurroundingsError:
        """Return the error for an object that the history names, and git does not hold."""
        said = _("the object {name} is missing").format(name=name)
        return self._not_all_here(said) if self.is_partial() else GitError(said)

    def is_partial(self) -> bool:
        """Whether this is a clone that left things at its remote, to fetch them when they are asked for."""
        folder = git_dir(self.root)
        try:
            texts = [small_text(place).lower() for place in programs.files(folder)] if folder else []
        except OSError:
            return False
        return any("promisor" in text or "partialclone" in text for text in texts)

    def _lacks_objects(self) -> bool:
        """Whether something of the history that led here is missing; only asked when git has failed."""
        listing = ["rev-list", "--objects", "--missing=print", "HEAD", "--"]
        with self._started([*_READING, *listing], _QUIET) as process:
            printed, _said = process.communicate()
        return any(line.startswith(b"?") for line in printed.splitlines())

    def _not_all_here(self, said: str) -> SurroundingsError:
        words = _("this clone has only a part of what was committed, and what is needed is not here: {said}")
        hint = _(
            "fetch the rest: git fetch --refetch --no-filter; if the remote no longer exists, ask for a full clone"
        )
        return SurroundingsError("partial-clone", words.format(said=said), hint)

    def text(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git and return what it prints, as one stripped text."""
        return self.run(*arguments, stdin=stdin).decode("utf-8", "replace").strip()
