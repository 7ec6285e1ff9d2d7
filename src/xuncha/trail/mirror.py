"""Bare mirrors of repositories elsewhere. Git fetches them without asking for input, and runs no program that an address could name."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.system import remove_tree
from xuncha.trail.runner import GitRunner, SlowError

if TYPE_CHECKING:
    from threading import Event

_ADDRESS: Final = re.compile(r"(?:https|ssh|file)://[^\s-][^\0\n]*|[\w.-]+@\w[\w.-]*:[\w./~][^\0\n]*")
"""What can be fetched from: a URL, or USER@HOST:PATH as in ssh."""
_SECRET: Final = re.compile(r"(://[^/@\s]*?):[^/@\s]*@")
_OPTIONS: Final = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "credential.interactive=false"),
)
_ENVIRON: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GCM_INTERACTIVE": "never",
}


def is_address(source: str) -> bool:
    """Return whether a source is an address for git to fetch from, not a file or a folder."""
    return bool(_ADDRESS.fullmatch(source))


def masked(address: str) -> str:
    """Return an address, or a message of git about one, without the password."""
    return _SECRET.sub(r"\1:…@", address)


def update_mirror(address: str, folder: Path, seconds: float, stop: Event) -> str:
    """Update the mirror of an address, or create it. Return why that failed; empty if it succeeded.

    A mirror that cannot be updated stays as it is, also if it takes more than `seconds`, or `stop` is set.
    """
    if not is_address(address):
        return _("this is not an address to fetch from: {address}", address=masked(address))
    new = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fetch = [f"--git-dir={folder}", "fetch", "--quiet", "--prune", "origin"]
        clone = ["clone", "--quiet", "--mirror", "--template=", "--", address, str(new)]
        reason = _run_git(folder.parent, seconds, stop, *(fetch if folder.is_dir() else clone))
        if not reason and not folder.is_dir():  # else another roll-up has made it meanwhile
            new.rename(folder)
    except (OSError, SurroundingsError) as error:
        return masked(str(error))
    finally:
        with contextlib.suppress(OSError):
            remove_tree(new)
    return reason


def _run_git(root: Path, seconds: float, stop: Event, *arguments: str) -> str:
    environ = dict(_ENVIRON)
    if "GIT_SSH_COMMAND" not in os.environ and "GIT_SSH" not in os.environ:
        environ["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ConnectTimeout=20"
    try:
        code, stderr = GitRunner(root).run_elsewhere([*_OPTIONS, *arguments], environ, seconds, stop)
    except SlowError:
        return _("it takes more than {n} seconds", n=f"{seconds:g}")
    lines = stderr.decode("utf-8", "replace").strip().splitlines() or [_("git gave no reason")]
    return masked(lines[-1]) if code else ""
