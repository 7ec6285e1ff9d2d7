"""Start git, to read or to change something; nothing else starts it.

Reading runs no program that a repository names in its settings or keeps among its hooks (docs/adr/0024).
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from threading import Thread, Timer
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Final, Self

from xuncha import system
from xuncha.errors import SurroundingsError, crash_of
from xuncha.language import gettext as _
from xuncha.trail import author, programs, repository

if TYPE_CHECKING:
    from threading import Event

# By default git does not wait for the disk, but a change that is reported as kept must survive a power cut. And a folder
# that is laid out as a bare repository only counts as one if it is named explicitly.
_COMMON_OPTIONS: Final = (
    *("-c", "core.fsync=all", "-c", "safe.bareRepository=explicit"),
    *("-c", "advice.graftFileDeprecated=false"),
)
_NO_REPLACEMENTS: Final = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
"""Variables by which git shows the history that it holds, whatever `git replace` or grafts say."""
TRUST_COMMAND: Final = re.compile(r"git config --global --add safe\.directory .+")
"""The command that git suggests where a folder belongs to another account."""
_CHECK_AFTER: Final = 5.0
"""Seconds after which a running git is checked for waiting on something in the working tree that is no file."""
_INTERRUPTED_FOR: Final = 5.0
"""Seconds in which a git that was interrupted on Windows may end by itself."""
_READ_OPTIONS: Final = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "log.showSignature=false"),
    *("-c", "core.commitGraph=false"),  # its entries about parents may be wrong
    # A file counts as unchanged only if all that the system knows of it is unchanged, whatever an index from elsewhere says.
    *("-c", "core.checkStat=default", "-c", "core.trustctime=true", "-c", "core.ignoreStat=false"),
)
# Nothing is fetched, by any program, and the index is not rewritten.
_READ_ENVIRON: Final = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
_settings: dict[tuple[object, ...], list[programs.Setting]] = {}
"""All settings of git by a ledger's folder, the state of the repository's own files of settings, and the user's variables."""
_checked: set[Path] = set()  # git's folders that were checked before git first ran there
_blocking: dict[Path, Path] = {}
"""By a ledger's folder: what is no file and git once waited for, so that git is not started again."""


@cache
def _git(path: str | None) -> str:
    """Find git for a value of the variable `PATH`. Raises FileNotFoundError if it is not installed."""
    if found := system.find_program("git.exe" if system.WINDOWS else "git", path):
        return found
    raise FileNotFoundError


class GitError(SurroundingsError):
    """Git refused; `reason` is its error message, `returncode` its exit code."""

    def __init__(self, reason: str, output: str = "", returncode: int = 1) -> None:
        super().__init__("git-failed", _("git failed: {said}", said=reason))
        self.reason = reason
        self.output = output
        self.returncode = returncode


class TruncatedError(GitError):
    """Git ended without an error, but its output is incomplete."""

    def __init__(self) -> None:
        super().__init__(_("git was interrupted"), returncode=0)


class SlowError(GitError):
    """Git was stopped because it took too long, or too much memory."""


def _write(stream: IO[bytes], content: bytes) -> None:
    """Write the input of git. If git ended before it read all, its exit code and error message say why."""
    with contextlib.suppress(OSError), stream:
        stream.write(content)


class GitRunner:
    """Git in one ledger's folder, for reading; with `writes`, for changes, with the hooks, filters and signing that are set up."""

    def __init__(self, root: Path, *, writes: bool = False) -> None:
        self.root = root
        self.writes = writes
        self.returncode = 0  # the exit code of the last `run` that gave an answer

    @classmethod
    def in_repository(cls, root: Path, *, writes: bool = False) -> Self:
        """Return git for a ledger whose history is read or continued. Raises SurroundingsError if the ledger is in no repository."""
        if repository.git_dir(root) is not None:
            return cls(root, writes=writes)
        message, hint = _("{path} is not in a git repository, so it has no history"), _("type: git init")
        if writes:
            message = _("{path} is not in a git repository, and a change must be recorded in one")
            hint = _("type: git init && git add -A && git commit -m 台账")
        raise SurroundingsError("no-repository", message.format(path=root), hint)

    @contextlib.contextmanager
    def process(
        self,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.PIPE,
        environ: Mapping[str, str] | None = None,
        finishes: bool = True,
        feed: bytes = b"",
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git, yield the process, and wait for it at the end; its output goes into a pipe. `environ` are additional variables.

        Instead of `stdin`, git can be given `feed`, which another thread writes while its output is read.

        A git that changes the repository finishes even where this process and its whole group are killed, since git would leave
        its locks behind; not if `finishes` is false, or if there is a terminal, at which a hook or a signature may ask something.
        Raises SurroundingsError if git is not installed, or must not be run in this repository.
        """
        if actual := repository.real_repository(self.root):
            text = _("GIT_DIR names a repository other than the one that this ledger is in, {path}")
            hint = _("type: unset GIT_DIR; in a hook: env -u GIT_DIR xuncha …")
            raise SurroundingsError("another-repository", text.format(path=actual), hint)
        if self.writes:
            options, variables = self._write_options(), environ or {}
        else:
            options, overrides = self._read_options(), programs.overrides(self.settings())
            variables = {**_READ_ENVIRON, **programs.as_variables(overrides, os.environ), **(environ or {})}
        apart = self.writes and finishes and not system.WINDOWS and not system.has_terminal()
        group = system.process_group() if apart else {}
        stdin = subprocess.PIPE if feed else stdin
        with self._start([*options, *arguments], variables, stdin, stderr, group) as process:
            if feed:
                Thread(target=_write, args=(process.stdin, feed), daemon=True).start()
            yield process

    @contextlib.contextmanager
    def _start(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        stdin: int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.PIPE,
        group: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git with these arguments and those that it always gets, and no others; `group` is `system.process_group` or empty."""
        self._check_folder()
        try:
            process = subprocess.Popen(
                [_git(os.environ.get("PATH")), *_COMMON_OPTIONS, *arguments],
                cwd=self.root,
                env={**os.environ, **_NO_REPLACEMENTS, **author.variables(), **environ},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=1 << 18,
                **group,
            )
        except FileNotFoundError:
            message = _("git is not installed, or not found")
            hint = _("install git (https://git-scm.com) and try again")
            raise SurroundingsError("no-git", message, hint) from None
        with self._watched(process), process:
            try:
                yield process
            except BaseException as error:
                # Terminated, git removes its locks; killed, it would leave them. Windows can only kill, but there Ctrl-C reaches git.
                if system.WINDOWS and isinstance(error, KeyboardInterrupt):
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_INTERRUPTED_FOR)
                system.end_group(process) if group else process.terminate()
                process.wait()
                raise

    @contextlib.contextmanager
    def _watched(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Stop a git that still runs after some seconds if a pipe or a device anywhere in the working tree has a name that git reads."""
        repo = repository.repository(self.root)
        top = repo.top if repo and repo.top else self.root

        def stop_if_blocked() -> None:
            folders = (Path(folder) for folder, _folders, _files in os.walk(top))
            path = next(repository.special_worktree_files(*folders), None)
            if path and process.poll() is None:
                _blocking[self.root] = path
                process.terminate()

        timer = Timer(_CHECK_AFTER, stop_if_blocked)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if path := _blocking.get(self.root):
                raise repository.path_error(path)

    def run_elsewhere(
        self, arguments: Sequence[str], environ: Mapping[str, str], seconds: float, stop: Event
    ) -> tuple[int, bytes]:
        """Run git for a repository elsewhere, with these arguments and those that it always gets; see `trail.mirror`.

        Returns its exit code and its error messages. Raises SlowError, and ends what git has started, after `seconds` or on `stop`.
        """
        end = time.monotonic() + seconds
        with self._start(arguments, environ, group=system.process_group()) as process:
            while not stop.is_set() and time.monotonic() < end:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    stderr = process.communicate(timeout=0.2)[1]
                    return process.returncode, stderr
            raise SlowError(_("it took more than {n} seconds", n=seconds))

    def _check_folder(self) -> None:
        """Check once that git finds no pipe or device where it reads files: it would wait for that, or read it, for ever."""
        if path := _blocking.get(self.root):
            raise repository.path_error(path)
        repo = repository.repository(self.root)
        if repo is None or repo.folder in _checked:
            return
        in_tree = repository.special_worktree_files(repo.top, self.root, self.root / "data")
        found = chain(repository.special_files(repo.folder), in_tree, programs.special_files(repo.folder))
        if path := next(found, None):
            raise repository.path_error(path)
        _checked.add(repo.folder)

    def _read_options(self) -> list[str]:
        """Return the options with which git reads this repository and starts no program that it names."""
        repo = repository.repository(self.root)
        if repo is None or repo.top is None:
            return [*_READ_OPTIONS]
        work_tree = [f"--work-tree={repo.top}"] if "GIT_WORK_TREE" not in os.environ else []
        return [*_READ_OPTIONS, f"--git-dir={repo.folder}", *work_tree]

    def _write_options(self) -> list[str]:
        """Return the options with which git changes this repository.

        Git finds the repository by itself: if it were named, git would pass that to every hook, and a hook that goes to
        another repository would still work in this one. Anything that could make git find another one is refused.
        """
        repo = repository.repository(self.root)
        if repo is None or repo.top is None:
            return []
        if not repository.looks_like_git(repo.folder):
            return [f"--git-dir={repo.folder}"]  # git refuses it, and says why
        if bare := repository.bare_folder(self.root, repo.top):
            message = _("{path} is itself laid out like a git repository, so nothing is changed in it")
            hint = _("find out who put HEAD, objects and refs there, and remove them")
            raise SurroundingsError("strange-repository", message.format(path=bare), hint)
        if elsewhere := self.other_worktree():
            message = _("a setting of this repository makes git work in {path}, so nothing is changed here")
            hint = _("find out who put it there, and remove it: {command}")
            hint = hint.format(command="git --work-tree=. config --unset core.worktree")
            raise SurroundingsError("strange-repository", message.format(path=elsewhere), hint)
        if repository.checked_out(self.root).startswith("ref:") and repository.is_detached(self.root):
            message = _("{name} is checked out, which is not a branch, so nothing is committed to it")
            hint = _("check a branch out: {command}", command="git switch main")
            name = repository.checked_out(self.root).removeprefix("ref:").strip()
            raise SurroundingsError("no-branch", message.format(name=name), hint)
        return []

    def other_worktree(self) -> str:
        """Return the folder in which git would change files, if a setting names another one than the repository's own; else empty."""
        repo = repository.repository(self.root)
        if repo is None or repo.top is None:
            return ""
        own = (each for each in self.settings() if each.name == "core.worktree" and each.is_own)
        folders = {os.path.realpath(repo.folder / each.value) for each in own}
        return next(iter(folders - {os.path.realpath(repo.top)}), "")

    def settings(self) -> list[programs.Setting]:
        """Return all settings of git, in the order in which git reads them; empty outside a repository.

        Git is asked again where they may have changed. Raises SurroundingsError if git does not open the repository, since it
        belongs to another account or is damaged.
        """
        if (repo := repository.repository(self.root)) is None:
            return []
        state = [(place, place.stat().st_mtime_ns) for place in programs.config_files(repo.folder)]
        user = [(name, value) for name, value in os.environ.items() if name.startswith("GIT_CONFIG")]
        key = (self.root, *state, *sorted(user))
        if key not in _settings:
            # Without --git-dir, since git would not check then who owns the repository; from its top, git finds it by itself.
            work_tree = [f"--work-tree={repo.top}"] if repo.top else []
            options = [*_READ_OPTIONS, *work_tree]
            output = self._query([*options, "config", "--list", "--show-scope", "-z"], repo.top or self.root)
            if not output.endswith(b"\0") or output.count(b"\0") % 2:
                raise TruncatedError
            found = programs.parse_settings(system.decoded(output))
            if not any(each.is_own for each in found):  # git says why it does not read them
                self._query([*options, "rev-parse", "--git-dir"], repo.top or self.root)
            _settings[key] = found
        return _settings[key]

    def _query(self, arguments: Sequence[str], root: Path) -> bytes:
        """Run git so that it starts no program, whatever is set up, and return its output."""
        with GitRunner(root)._start(arguments, _READ_ENVIRON) as process:  # noqa: SLF001
            stdout, stderr = process.communicate()
        if process.returncode:
            raise self.failure(stderr, stdout, process.returncode)
        return stdout

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        finishes: bool = True,
        ok_codes: Collection[int] = (0,),
    ) -> bytes:
        """Run git and return its output; `ok_codes` are the exit codes that are no errors. See `process`.

        Raises GitError if it exits with an error; SurroundingsError if it is not installed, or does not trust the folder.
        """
        source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        with self.process(*arguments, stdin=source, environ=environ, finishes=finishes) as process:
            stdout, stderr = process.communicate(stdin)
        if process.returncode not in ok_codes:
            raise self.failure(stderr, stdout, process.returncode)
        self.returncode = process.returncode
        return stdout

    def failure(self, stderr: bytes, stdout: bytes, returncode: int) -> SurroundingsError:
        """Return the error for a git that ended with an exit code; negative if a signal ended it."""
        message = (stderr or stdout).decode("utf-8", "replace").strip()
        message = f"{message}\n{crash_of(returncode)}".strip()
        if "safe.directory" in message:
            text = _("git does not trust this folder: {said}", said=message)
            command = TRUST_COMMAND.search(message)
            hint = _("if you trust its owner, type: {command}", command=command[0].strip()) if command else ""
            return SurroundingsError("not-yours", text, hint)
        if self.is_partial() and self._lacks_objects():
            return self._partial_clone(message)
        return GitError(message or _("git gave no reason"), stdout.decode("utf-8", "replace"), returncode)

    def missing_object(self, name: str) -> SurroundingsError:
        """Return the error for an object that the history names and git does not have."""
        message = _("the object {name} is missing", name=name)
        return self._partial_clone(message) if self.is_partial() else GitError(message)

    def is_partial(self) -> bool:
        """Return whether this is a partial clone, which leaves objects at its remote and fetches them when they are needed."""
        folder = repository.git_dir(self.root)
        places = programs.config_files(folder) if folder else []
        with contextlib.suppress(OSError):
            texts = [repository.small_text(place).lower() for place in places]
            return any("promisor" in text or "partialclone" in text for text in texts)
        return False

    def _lacks_objects(self) -> bool:
        """Return whether an object of HEAD or its history is missing; only used after git has failed."""
        listing = ["rev-list", "--objects", "--missing=print", "HEAD", "--"]
        with self._start([*_READ_OPTIONS, *listing], _READ_ENVIRON) as process:
            stdout, _stderr = process.communicate()
        return any(line.startswith(b"?") for line in stdout.splitlines())

    def _partial_clone(self, message: str) -> SurroundingsError:
        text = _(
            "this clone has only a part of what was committed, and what is needed is not here: {said}",
            said=message,
        )
        hint = _(
            "fetch the rest: git fetch --refetch --no-filter; if the remote no longer exists, ask for a full clone"
        )
        return SurroundingsError("partial-clone", text, hint)

    def text(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git and return its output as one stripped text."""
        return self.run(*arguments, stdin=stdin).decode("utf-8", "replace").strip()
