"""Build each test repository once a session, and copy it for later tests."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HERE = "@here@"
"""Replaces the folder in the git settings by which kept repositories refer to each other."""


def built_once(kept: Path, folder: Path, build: Callable[[], object]) -> None:
    """Fill a folder with repositories, built the first time and copied later; leave everything else in it alone.

    Args:
        kept: the session's folder where they are kept.
        folder: the folder to fill. A repository in it already is where building starts from.
        build: builds them in the folder.
    """
    if not kept.exists():
        build()
        for place in folder.iterdir():
            if (place / ".git").exists() or (place / "HEAD").exists():
                _copy(place, kept / place.name, str(folder), _HERE)
        return
    for place in kept.iterdir():
        shutil.rmtree(folder / place.name, ignore_errors=True)
        _copy(place, folder / place.name, _HERE, str(folder))
        if (place / ".git").exists():
            subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=folder / place.name, check=True)


def _copy(place: Path, target: Path, old: str, new: str) -> None:
    """Copy a repository, and replace its folder's path in its settings."""
    shutil.copytree(place, target, symlinks=True)
    settings = next(each for each in (target / ".git/config", target / "config") if each.exists())
    settings.write_text(settings.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
