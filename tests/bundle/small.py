"""A minimal bundle: the real scripts, and a one-module program that prints its version and arguments."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

SCRIPTS = Path(__file__).parents[2] / "bundle"
PROGRAM = "import sys\nprint('xuncha', {version!r}, *sys.argv[1:])\n"
TOOLS = ("sh", "dirname", "locale", "iconv", "uname", "rm", "rmdir", "grep", "env")
"""What the scripts call, besides Python and git."""


def module(name: str) -> ModuleType:
    """Load one of the scripts in bundle/ as a module."""
    spec = importlib.util.spec_from_file_location(f"bundle_{name}", SCRIPTS / f"{name}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wheel(folder: Path, version: str) -> Path:
    """Make a wheel of a program called xuncha."""
    info = f"xuncha-{version}.dist-info"
    files = {
        "xuncha/__main__.py": PROGRAM.format(version=version),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: xuncha\nVersion: {version}\nProvides-Extra: all\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for name, text in files.items()
    }
    record = [f"{name},sha256={digests[name]},{len(text.encode())}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    path = folder / f"xuncha-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


def _pip() -> Path:
    """Return the wheel of pip that comes with this Python; on Debian, it is a package beside it."""
    ensurepip = pytest.importorskip("ensurepip")
    folders = (
        Path(ensurepip.__file__).parent / "_bundled",
        Path(getattr(ensurepip, "_WHEEL_PKG_DIR", None) or ""),
    )
    bundled = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
    if not bundled:
        pytest.skip("this Python has no pip to install with")
    return bundled[0]


@dataclass
class Small:
    """A bundle that was unpacked, and a computer that has what is named and nothing else."""

    folder: Path
    version: str
    path: Path = field(init=False)
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.path, self.home = self.folder.parent / "path", self.folder.parent / "王小明"
        (self.folder / "wheels").mkdir(parents=True)
        (self.folder / "requirements").mkdir()
        self.path.mkdir(exist_ok=True)
        self.home.mkdir(exist_ok=True)
        for tool in TOOLS:
            if (found := shutil.which(tool)) and not (self.path / tool).exists():
                (self.path / tool).symlink_to(found)
        self.has("python3", f'exec "{sys._base_executable}" "$@"')  # type: ignore[attr-defined]
        self.has("git", "exit 0")
        for name in ("install.py", "install.sh", "uninstall.sh"):
            shutil.copy(SCRIPTS / name, self.folder / name)
        shutil.copy(_pip(), self.folder / "wheels")
        self.wheel = _wheel(self.folder / "wheels", self.version)
        self.packages = f"xuncha[all]=={self.version} --hash=sha256:{sha256(self.wheel.read_bytes())}\n"
        self.facts = {
            "version": self.version,
            "platform": sysconfig.get_platform().replace("-", "_"),
            "pythons": [self.python],
            "glibc": 5,
            "longest": 40,
        }
        self.seal()

    @property
    def python(self) -> str:
        return "{}.{}".format(*sys.version_info)

    def seal(self) -> None:
        """Write down what is told, and the checksums of all files as they are."""
        (self.folder / "bundle.json").write_text(json.dumps(self.facts), encoding="utf-8")
        (self.folder / f"requirements/{self.python}.txt").write_text(self.packages, encoding="utf-8")
        files = sorted(
            each for each in self.folder.rglob("*") if each.is_file() and each.name != "SHA256SUMS"
        )
        lines = [
            f"{sha256(each.read_bytes())}  {each.relative_to(self.folder).as_posix()}\n" for each in files
        ]
        (self.folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

    def has(self, program: str, script: str) -> None:
        """Let the computer have a program."""
        (self.path / program).write_text(f"#!/bin/sh\n{script}\n")
        (self.path / program).chmod(0o755)

    def run(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
        """Run something as whoever installs does."""
        surroundings: Mapping[str, str] = {
            "PATH": str(self.path),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108  where the tests are, too
            **variables,
        }
        return subprocess.run(words, env=surroundings, capture_output=True, check=False, timeout=120)

    def install(self, *words: str | Path, **variables: str) -> tuple[int, str]:
        """Run install.sh. Return its exit code, and all it says."""
        done = self.run("/bin/sh", self.folder / "install.sh", *words, **variables)
        return done.returncode, (done.stdout + done.stderr).decode()
