"""Install and use the bundle for this machine without a network, in a folder with Chinese and blanks in its name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bundle import alone
from tests.bundle.small import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNSHARE = ("unshare", "--net", "--mount")
_WAYS = (_UNSHARE, (*_UNSHARE, "--map-root-user"), ("sudo", "-n", "--preserve-env=PATH", *_UNSHARE))
"""As root, in a namespace in which one is root, and as whoever may become root."""


def _way() -> tuple[str, ...] | None:
    """Return the first way that works here; None if there is none."""
    for way in _WAYS:
        if (
            shutil.which(way[0])
            and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0
        ):
            return way
    return None


NAMESPACE = _way() if sys.platform == "linux" else None
pytestmark = [
    pytest.mark.apart,
    pytest.mark.skipif(NAMESPACE is None, reason="there are no namespaces here"),
]

FIRST_DAY = r"""
set -eu
git config --global user.name 王小明
git config --global user.email wang@example.cn
sh "$1/install.sh" "$2"
xuncha=$2/bin/xuncha
"$xuncha" init "$2/台账" --example
cd "$2/台账"
"$xuncha" status
"$xuncha" account add 王小明 --role manager
for form in txt html docx pdf; do "$xuncha" notice -f "$form" -o "$2/通报.$form"; done
"$xuncha" export rows -o "$2/rows.parquet"
"$xuncha" doctor || :
"""
SERVE = r"""
set -eu
cd "$2/台账"
"$2/bin/xuncha" serve --port 0 --no-open > ../serve.log 2>&1 &
trap 'kill $!' EXIT
n=0
until address=$(grep -o 'http://127[^ ]*' ../serve.log); do n=$((n + 1)); [ $n -lt 300 ]; sleep 0.1; done
python3 -c "import sys, urllib.request as u; print(u.build_opener(u.HTTPCookieProcessor()).open(sys.argv[1], timeout=20).read().decode())" "$address"
"""
UPDATE = r"""
set -eu
sh "$1/install.sh" "$2"
cd "$2/台账"
"$2/bin/xuncha" status
"""
NETWORK = "import socket; socket.create_connection(('192.0.2.1', 80), 5)"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Make a home that any user can reach: folders of tests are open to their own user alone."""
    place = Path(tempfile.mkdtemp(prefix="王小明 "))
    place.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(place, alone.NUMBER, alone.NUMBER)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def bundle_there(home: Path, unpacked: Callable[[str], Path]) -> Path:
    """Copy the bundle into the home, as from a USB stick."""
    folder = unpacked(sysconfig.get_platform().replace("-", "_"))
    shutil.copytree(folder, home / "U 盘" / folder.name)
    return home / "U 盘" / folder.name


def lonely(home: Path, *words: str | Path) -> tuple[int, str]:
    """Run something as 王小明, without a network. Return its exit code, and all it says."""
    assert NAMESPACE
    done = subprocess.run(
        [*NAMESPACE, sys.executable, Path(alone.__file__), home, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=600,
    )
    return done.returncode, done.stdout.decode()


def run(home: Path, script: str, *words: Path) -> str:
    code, said = lonely(home, "sh", "-c", script, "sh", *words)
    assert code == 0, said
    return said


def state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"cache", "index"} & set(path.parts)
    }


def test_from_the_zip_to_the_notice_and_an_update(home: Path, bundle_there: Path) -> None:
    code, said = lonely(home, "python3", "-c", NETWORK)
    assert code != 0
    assert "unreachable" in said
    folder = home / "某局 台账程序"
    said = run(home, FIRST_DAY, bundle_there, folder)
    assert "装好了" in said
    assert "office" not in said, "every part is there"
    for form in ("txt", "html", "docx", "pdf"):
        assert (folder / f"通报.{form}").stat().st_size > 1000
    assert (folder / "通报.pdf").read_bytes().startswith(b"%PDF")
    driver = subprocess.run(
        ["git", "config", "-f", folder / "台账" / ".git" / "config", "merge.xuncha.driver"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"'{folder}/bin/xuncha' merge-driver" in driver, "what git calls stays through updates"
    assert "</html>" in run(home, SERVE, bundle_there, folder)
    before = state(folder / "台账")
    assert any(re.search("account", name) for name in before)
    said = run(home, UPDATE, bundle_there, folder)
    assert "装好了" in said
    assert state(folder / "台账") == before
    assert not [each for each in home.iterdir() if each.name in {".profile", ".bashrc"}]
    run(home, 'sh "$2/uninstall.sh"', bundle_there, folder)
    assert state(folder / "台账") == before
    assert not list(folder.glob("venv*"))
