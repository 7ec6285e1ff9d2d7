"""Files of the bundles: every supported Python finds all it needs, and names and texts suit each platform."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.bundle.small import module, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.apart

PACK = module("pack")
PLATFORMS = list(PACK.PLATFORMS)
WINDOWS = {
    "sys_platform": "win32",
    "os_name": "nt",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
}
LINUX = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}
MARKERS = {
    "linux_x86_64": {**LINUX, "platform_machine": "x86_64"},
    "linux_aarch64": {**LINUX, "platform_machine": "aarch64"},
    "win_amd64": WINDOWS,
}
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def tags(platform: str, python: str) -> set[Tag]:
    """Return the tags of the wheels that a Python accepts."""
    version = tuple(map(int, python.split(".")))
    platforms = PACK.PLATFORMS[platform].tags
    return {
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", platforms),
    }


def needs(wheel: Path, extras: set[str], surroundings: dict[str, str]) -> Iterator[Requirement]:
    """Yield what a wheel requires, by its metadata."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (each for each in packed.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", each))
        metadata = BytesHeaderParser().parsebytes(packed.read(name))
    for line in metadata.get_all("Requires-Dist", ()):
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(
            marker.evaluate({**surroundings, "extra": extra}) for extra in extras or {""}
        ):
            yield requirement


def listed(folder: Path, python: str) -> dict[str, str]:
    """Return the wheel of each package that a Python is to install, by its hash."""
    wheels = {sha256(each.read_bytes()): each.name for each in folder.glob("wheels/*.whl")}
    found: dict[str, str] = {}
    for line in (folder / "requirements" / f"{python}.txt").read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"(\S+?)(?:\[all\])?==(\S+) --hash=sha256:([0-9a-f]{64})", line)
        assert match, line
        wheel = wheels[match[3]]
        assert (match[1], match[2]) == tuple(map(str, parse_wheel_filename(wheel)[:2]))
        found[canonicalize_name(match[1])] = wheel
    return found


@pytest.mark.parametrize("python", PACK.PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_python_finds_all_it_needs(unpacked: Callable[[str], Path], platform: str, python: str) -> None:
    """By the markers of the target, whatever machine has made the bundle."""
    folder = unpacked(platform)
    there = listed(folder, python)
    fit = tags(platform, python)
    for name, wheel in there.items():
        assert parse_wheel_filename(wheel)[3] & fit, f"{name} does not run there: {wheel}"
    surroundings = {
        **MARKERS[platform],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    waiting: list[tuple[str, set[str]]] = [("xuncha", {"all"})]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, frozenset(extras)) in seen:
            continue
        seen.add((name, frozenset(extras)))
        for needed in needs(folder / "wheels" / there[name], extras, surroundings):
            found = canonicalize_name(needed.name)
            assert found in there, f"{name} needs {needed}"
            assert needed.specifier.contains(parse_wheel_filename(there[found])[1], prereleases=True)
            waiting.append((found, set(needed.extras)))
    assert {name for name, _ in seen} == set(there), "and nothing else"


@pytest.mark.parametrize("python", PACK.PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_pip_takes_every_wheel(
    unpacked: Callable[[str], Path], tmp_path: Path, platform: str, python: str
) -> None:
    folder = unpacked(platform)
    words = [
        "--dry-run",
        "--no-deps",
        "--no-index",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--target",
        str(tmp_path),
    ]
    fit = [word for tag in PACK.PLATFORMS[platform].tags for word in ("--platform", tag)]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--isolated", "install", "--quiet", *words, *fit),
            *("--python-version", python, "--implementation", "cp"),
            *map(str, ("--find-links", folder / "wheels", "-r", folder / f"requirements/{python}.txt")),
        ],
        env={"PIP_CONFIG_FILE": "/dev/null", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        check=True,
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_file_is_the_one_that_was_listed_and_is_for_something(
    unpacked: Callable[[str], Path], platform: str
) -> None:
    folder = unpacked(platform)
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
    assert set(files) == {*sums, "SHA256SUMS"}
    assert {name: sha256(files[name].read_bytes()) for name in sums} == sums
    used = {wheel for python in PACK.PYTHONS for wheel in listed(folder, python).values()}
    (pip,) = {each.name for each in folder.glob("wheels/*.whl")} - used
    assert pip.startswith("pip-")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_text_names_where_packages_came_from(unpacked: Callable[[str], Path], platform: str) -> None:
    told = [b"://", b"index-url", b"trusted-host", bytes(Path.home()), os.fsencode(tempfile.gettempdir())]
    for path in unpacked(platform).rglob("*"):
        if path.is_file() and path.suffix != ".whl":
            content = path.read_bytes()
            assert [each for each in told if each in content] == [], path


@pytest.mark.parametrize("platform", PLATFORMS)
def test_names_are_short_and_such_as_windows_takes(bundle: Callable[[str], Path], platform: str) -> None:
    with zipfile.ZipFile(bundle(platform)) as packed:
        entries = packed.infolist()
    assert len({each.filename.lower() for each in entries}) == len(entries)
    for entry in entries:
        assert entry.filename.isascii()
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]', entry.filename)
        for part in entry.filename.split("/"):
            assert not RESERVED.match(part)
            assert part == part.rstrip(". ")
        if platform.startswith("win"):
            assert len(entry.filename) <= 100
        elif entry.filename.endswith(".sh"):
            assert entry.external_attr >> 16 == 0o755


def test_texts_for_windows_are_in_the_form_that_it_reads(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked("win_amd64")
    assert not list(folder.glob("*.sh"))
    for name, encoding in (("install.cmd", "gbk"), ("uninstall.cmd", "gbk"), ("README.txt", "utf-8-sig")):
        content = (folder / name).read_bytes()
        assert re.search(r"[\u4e00-\u9fff]", content.decode(encoding))
        assert content.count(b"\n") == content.count(b"\r\n")
    assert (folder / "README.txt").read_bytes().startswith(b"\xef\xbb\xbf"), (
        "the editor of old Windows asks for it"
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_readme_says_what_is_needed(unpacked: Callable[[str], Path], platform: str) -> None:
    text = (unpacked(platform) / "README.txt").read_text(encoding="utf-8-sig")
    assert "未包含的软件包：无。" in text, (
        "what has no wheel there would be named, and left out by a marker in pyproject.toml"
    )
    assert "{" not in text
    if platform.startswith("linux"):
        (glibc,) = re.findall(r"glibc (2\.\d+)", text)
        assert glibc <= f"2.{PACK.GLIBC}"
