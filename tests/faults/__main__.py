"""Test every instant of every fault and every test case, and write docs/reliability.md: `make reliability`."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.table import PAGE, ROWS, page, rows


def main() -> int:
    """Run the tests, and write the page where they have passed; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        asked = {"XUNCHA_FAULTS": "all", **os.environ, ROWS: folder}
        tests = Path(__file__).parent
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                str(tests.parent),
                "--ignore",
                str(tests / "test_page.py"),
            ],
            env=asked,
            check=False,
        )
        if done.returncode:
            return done.returncode
        git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[
            2
        ]
        tried = "every instant" if asked["XUNCHA_FAULTS"] == "all" else "some of the instants"
        PAGE.write_text(
            page(rows(Path(folder)), f"{tried}, with git {git} on {platform.system()}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
