"""Make all that a release consists of, in dist/: wheel, sdist, bundles, what they are made of (CycloneDX), and checksums.

    python bundle/release.py [TAG]

Where the tag is named, it must be that of the version. What packages there are is asked of an installation from the bundle
for this machine, which so is tried, too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DIST: Final = ROOT / "dist"
SBOM_TOOL: Final = "cyclonedx-bom>=7.5,<8"


def _uv(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "uv", *words], check=True)


def _installed(bundle: Path, folder: Path) -> Path:
    """Install from a bundle into a folder. Return the Python of its environment."""
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    subprocess.run(["sh", folder / bundle.stem / "install.sh", folder / "xuncha"], check=True)
    return folder / "xuncha" / "venv-a" / "bin" / "python"


def _list_packages(bundle: Path, target: Path) -> None:
    """Write the SBOM: names, versions, licences and who needs whom, without addresses on the web."""
    with tempfile.TemporaryDirectory() as temporary:
        python = _installed(bundle, Path(temporary))
        options = ("--output-reproducible", "--output-file", target)
        _uv("tool", "run", "--quiet", "--from", SBOM_TOOL, "cyclonedx-py", "environment", *options, python)
    told = json.loads(target.read_text(encoding="utf-8"))
    for component in (*told["components"], *told["metadata"]["tools"]["components"]):
        component.pop("externalReferences", None)
    target.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Make everything anew."""
    shutil.rmtree(DIST, ignore_errors=True)
    _uv("build", "--quiet", "--out-dir", DIST, ROOT)
    (wheel,) = DIST.glob("*.whl")
    version = wheel.name.split("-")[1]
    if sys.argv[1:] not in ([], [f"v{version}"]):
        sys.exit(f"the version is {version}, and the tag {sys.argv[1]}: they must be the same")
    subprocess.run([sys.executable, Path(__file__).with_name("pack.py")], check=True)
    here = sysconfig.get_platform().replace("-", "_")
    _list_packages(DIST / f"xuncha-{version}-offline-{here}.zip", DIST / f"xuncha-{version}.cdx.json")
    (DIST / ".gitignore").unlink(missing_ok=True)  # uv leaves it
    sums = [
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main()
