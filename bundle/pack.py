"""Make the offline bundles: dist/xuncha-VERSION-offline-PLATFORM.zip holds all that an installation without a network needs.

    python bundle/pack.py [PLATFORM …]

What each Python on each platform needs is resolved by uv, which knows the markers of the target; pip asks those of the
machine on which it runs. Why, and what else was weighed: docs/adr/0035-offline-bundles.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
GLIBC: Final = 28
"""Of 2.x: the newest that may be needed. Kylin V10, UOS 20, openEuler 20.03 and RHEL 8 have 2.28."""
OWN_WHEELS: Final = ("bagit",)
"""Packages that are published as source alone; pure Python, so that a wheel made here fits everywhere."""
_ALIASES: Final = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}


class Platform(NamedTuple):
    """A kind of machine: what uv calls it, and the tags of wheels that run on it."""

    uv: str
    tags: tuple[str, ...]


def _linux(machine: str) -> Platform:
    """Return a Linux platform, its tags in pip's order of preference: the ones that need the oldest glibc first."""
    names = [name for n in range(5, GLIBC + 1) for name in (f"manylinux_2_{n}", _ALIASES.get(n)) if name]
    return Platform(f"{machine}-manylinux_2_{GLIBC}", tuple(f"{name}_{machine}" for name in names))


PLATFORMS: Final = {
    "linux_x86_64": _linux("x86_64"),
    "linux_aarch64": _linux("aarch64"),
    "win_amd64": Platform("x86_64-pc-windows-msvc", ("win_amd64",)),
}


def _run(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", *words], check=True)


def _project() -> dict[str, Requirement]:
    """Return what the project asks for when all its parts are wanted, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    (whole,) = extras["all"]
    parts = [each for part in sorted(Requirement(whole).extras) for each in extras[part]]
    return {canonicalize_name(each.name): each for each in map(Requirement, project["dependencies"] + parts)}


def _own_wheels(folder: Path) -> Path:
    """Make the wheel of xuncha, and those that nobody publishes. Return that of xuncha."""
    for name in OWN_WHEELS:
        _run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(_project()[name]))
    if platform := [each.name for each in folder.glob("*.whl") if not each.name.endswith("-none-any.whl")]:
        sys.exit(f"made for this machine alone: {platform}")
    _run("uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (wheel,) = folder.glob("xuncha-*.whl")
    return wheel


def _fetch(platform: Platform, python: str, own: Path, folder: Path) -> list[Path]:
    """Fetch the wheels that one Python on one platform needs, pip among them. Return them."""
    folder.mkdir()
    pinned = folder / "pinned.txt"
    target = ("--python-platform", platform.uv, "--python-version", python, "--only-binary", ":all:")
    plain = ("--no-header", "--no-annotate", "--no-emit-package", "xuncha", "--generate-hashes")
    asked = (ROOT / "pyproject.toml", "--extra", "all", "--find-links", own)
    _run("uv", "pip", "compile", "--quiet", *asked, *target, *plain, "--output-file", pinned)
    tags = [word for tag in platform.tags for word in ("--platform", tag)]
    fit = ("--python-version", python, "--implementation", "cp", "--only-binary", ":all:", *tags)
    _run("pip", "download", "--quiet", "--no-deps", "--dest", folder, "--find-links", own, *fit, "-r", pinned)
    return sorted(folder.glob("*.whl"))


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _requirements(wheels: list[Path], whole: str) -> str:
    """Return what pip is to install, each package with the hash of its one wheel; all parts of `whole`."""
    lines = []
    for wheel in wheels:
        name, version, *_ = parse_wheel_filename(wheel.name)
        asked = f"{name}[all]" if name == whole else name
        lines.append(f"{asked}=={version} --hash=sha256:{_sum(wheel.read_bytes())}\n")
    return "".join(lines)


def _glibc(names: list[str]) -> int:
    """Return which glibc 2.x all wheels run on: of the tags of each the oldest, and of those the newest."""
    aliases = {alias: n for n, alias in _ALIASES.items()}
    needed = [0]
    for name in names:
        tags = re.findall(r"manylinux_2_(\d+)|(manylinux[12][0-9]*)_(?!\d)", name)
        needed += [min(int(n) if n else aliases[alias] for n, alias in tags)] if tags else []
    return max(needed)


def _longest(wheels: list[Path]) -> int:
    """Return how long the longest path is that lies in one of these wheels; compiled, it is about as much longer."""
    compiled = len("__pycache__/.cpython-314") + 1
    return max(
        len(name) + (compiled if name.endswith(".py") else 0)
        for wheel in wheels
        for name in zipfile.ZipFile(wheel).namelist()
    )


def make(name: str, target: Path) -> Path:
    """Make the bundle of one platform in a folder. Return its path."""
    is_windows = name.startswith("win")
    with tempfile.TemporaryDirectory() as temporary:
        own = Path(temporary, "own")
        whole = _own_wheels(own)
        version = str(parse_wheel_filename(whole.name)[1])
        files: dict[str, bytes] = {}
        wheels: dict[str, Path] = {}
        absent: set[str] = set()
        with ThreadPoolExecutor() as pool:  # most of the time goes into waiting for an index
            all_fetched = pool.map(
                lambda each: _fetch(PLATFORMS[name], each, own, Path(temporary, each)), PYTHONS
            )
        for python, others in zip(PYTHONS, all_fetched, strict=True):
            fetched = [*others, whole]
            files[f"requirements/{python}.txt"] = _requirements(fetched, "xuncha").encode()
            wheels |= {each.name: each for each in fetched}
            absent |= _project().keys() - {parse_wheel_filename(each.name)[0] for each in fetched}
        pip = Path(temporary, "pip")
        _run("pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", pip, "pip>=25")
        wheels |= {each.name: each for each in pip.glob("*.whl")}
        facts = {
            "version": version,
            "platform": name,
            "pythons": PYTHONS,
            "glibc": _glibc(list(wheels)),
            "longest": _longest(list(wheels.values())),
        }
        files["bundle.json"] = (json.dumps(facts, indent=2) + "\n").encode()
        words = {**facts, "absent": "、".join(sorted(absent)) or "无"}
        for source in sorted(HERE.glob("*.cmd" if is_windows else "*.sh")):
            files[source.name] = _as_read(source.read_text(encoding="utf-8"), source.suffix)
        readme = (HERE / f"README-{name.partition('_')[0]}.txt").read_text(encoding="utf-8").format(**words)
        files["README.txt"] = _as_read(readme, ".windows" if is_windows else "")
        files["install.py"] = (HERE / "install.py").read_bytes()
        files |= {f"wheels/{each}": wheels[each].read_bytes() for each in sorted(wheels)}
    files["SHA256SUMS"] = "".join(f"{_sum(files[each])}  {each}\n" for each in sorted(files)).encode()
    return _pack(files, target / f"xuncha-{version}-offline-{name}.zip")


def _as_read(text: str, suffix: str) -> bytes:
    """Return a text in the form in which its reader takes it: cmd in the encoding of Chinese consoles, Windows with CRLF."""
    text = text.replace("\r\n", "\n")
    if suffix == ".cmd":
        return text.replace("\n", "\r\n").encode("gbk")
    return text.replace("\n", "\r\n").encode("utf-8-sig") if suffix == ".windows" else text.encode()


def _pack(files: dict[str, bytes], path: Path) -> Path:
    """Pack files into one folder of a zip, the same bytes for the same files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{path.stem}/{name}")
            entry.create_system = 3  # Unix, so that scripts stay programs
            entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            # Wheels are packed as they are; to pack them once more would win nothing.
            packed.writestr(entry, files[name], None if name.endswith(".whl") else zipfile.ZIP_DEFLATED)
    return path


def main() -> None:
    """Make what the command line names, or all."""
    for name in sys.argv[1:] or PLATFORMS:
        path = make(name, ROOT / "dist")
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.0f} MB  {_sum(path.read_bytes())}")


if __name__ == "__main__":
    main()
