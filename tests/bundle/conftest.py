"""Fixture: the real bundles, each built once and in turn, since this needs the network and minutes."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import fasteners
import pytest

from tests.bundle.small import module

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the zip of a platform; all processes that test share it. XUNCHA_BUNDLES names a folder that has some."""
    named = os.environ.get("XUNCHA_BUNDLES")
    own = tmp_path_factory.getbasetemp()  # of a process that tests beside others, in that of the session
    shared = (
        Path(named) if named else (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "bundles"
    )
    shared.mkdir(exist_ok=True)

    def made(platform: str) -> Path:
        with fasteners.InterProcessLock(shared / "lock"):
            there = list(shared.glob(f"*-{platform}.zip"))
            return there[0] if there else Path(module("pack").make(platform, shared))

    return made


@pytest.fixture(scope="session")
def unpacked(
    bundle: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Give the folder of a platform's bundle, unpacked."""
    folders: dict[str, Path] = {}

    def given(platform: str) -> Path:
        if platform not in folders:
            folder = tmp_path_factory.mktemp(platform)
            with zipfile.ZipFile(bundle(platform)) as packed:
                packed.extractall(folder)
            (folders[platform],) = folder.iterdir()
        return folders[platform]

    return given
