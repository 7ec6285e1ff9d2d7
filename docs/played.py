"""Run the commands of a page in docs/zh/, in order, in an empty folder, and put their output below them.

A block ```sh is run; a block ```text below it shows the output. A block ```yaml FILE is what the reader writes into that
file; in data/ledger.yaml its keys replace existing ones. Blocks in a comment prepare what the page assumes.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

PAGES = Path(__file__).parent / "zh"
TODAY = "2024-09-20"
BLOCKS = re.compile(
    r"^```sh\n(?P<typed>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n|\n!\[[^\]]*\]\((?P<picture>[^)]+\.svg)\))?"
    r"|^```yaml (?P<file>[\w/.]+)\n(?P<written>.*?)^```\n",
    re.DOTALL | re.MULTILINE,
)
TABLE = ("tutorial.xlsx", "问题清单.xlsx")
"""The reader's own table: its file beside the pages, and its name in the tutorial."""


Run = Callable[[list[str], Path, dict[str, str]], tuple[int, str]]
"""Runs a program in a folder with environment variables; returns exit code and output, errors and hints first."""


def started(words: list[str], folder: Path, around: dict[str, str]) -> tuple[int, str]:
    """Run a program; `xuncha` means that of this interpreter."""
    program = [sys.executable, "-X", "utf8", "-m", "xuncha"] if words[0] == "xuncha" else words[:1]
    ran = subprocess.run([*program, *words[1:]], cwd=folder, env=around, encoding="utf-8", input="", capture_output=True, check=False)  # fmt: skip
    return ran.returncode, ran.stderr + ran.stdout


class Session:
    """A reader at a new computer; `home` is an empty folder."""

    def __init__(self, home: Path, run: Run, *, colour: bool = False) -> None:
        self.run = run
        self.folder = home / "整改"
        self.folder.mkdir()
        shutil.copy(PAGES / TABLE[0], self.folder / TABLE[1])
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
        clock = {f"GIT_{role}_DATE": f"{TODAY}T10:00:00+0800" for role in ("AUTHOR", "COMMITTER")}
        self.around = kept | clock | {
            "HOME": str(home), "USERPROFILE": str(home), "GIT_CONFIG_NOSYSTEM": "1", "TZ": "CST-8",
            "XUNCHA_LANG": "zh", "XUNCHA_TODAY": TODAY, "COLUMNS": "80", "TERM": "xterm-256color" if colour else "dumb",
            "FORCE_COLOR" if colour else "NO_COLOR": "1",
        }  # fmt: skip

    def type(self, line: str, *, refused: bool = False) -> str:
        """Run a line and return its output. Raises RuntimeError if it fails, unless that is allowed."""
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            return ""
        code, said = self.run(words, self.folder, self.around)
        if code and not refused:
            raise RuntimeError(f"{line}: exit {code}: {said}")
        return said

    def write(self, name: str, lines: str) -> None:
        """Write a file; put keys into data/ledger.yaml, each replacing the line that has it."""
        file = self.folder / name
        if name != "data/ledger.yaml":
            file.write_text(lines, encoding="utf-8", newline="\n")
            return
        text = file.read_text(encoding="utf-8")
        for said in re.findall(r"^\w.*\n(?: .*\n)*", lines, re.MULTILINE):
            key = said.partition(":")[0]
            old = re.search(rf"^{key}:.*\n", text, re.MULTILINE)
            if old is None:
                raise RuntimeError(f"data/ledger.yaml has no line for {key}")
            text = text.replace(old[0], said)
        file.write_text(text, encoding="utf-8", newline="\n")


def played(
    page: str,
    run: Run = started,
    *,
    colour: bool = False,
    then: Callable[[Session, str, str], None] | None = None,
) -> str:
    """Return a page with the present output of its commands.

    `then` is called for each picture of a screen with the session, the picture's name and the output; and at the end
    of the session without a name.
    """

    def block(found: re.Match[str]) -> str:
        if found["written"]:
            session.write(found["file"], found["written"])
            return found[0]
        said = [
            session.type(line, refused=found["shown"] is not None) for line in found["typed"].splitlines()
        ]
        if then and found["picture"]:
            then(session, found["picture"], said[-1])
        if found["shown"] is None:
            return found[0]
        printed = "".join(said).replace(str(session.folder.parent), "…")
        return f"```sh\n{found['typed']}```\n\n```text\n{printed.strip()}\n```\n"

    with TemporaryDirectory() as home:
        session = Session(Path(home), run, colour=colour)
        text = BLOCKS.sub(block, page)
        if then:
            then(session, "", "")
    return text
