"""A day's work in an interpreter with the limits of Windows; see `site/sitecustomize.py`."""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import xuncha
from tests.conftest import LedgerOnDisk
from tests.desk.served import served

HERE = Path(__file__).parent
PYTHON = [sys.executable, "-P", "-X", "utf8"]
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="it looks into /proc, and Windows need not be made up on Windows"
)


@pytest.fixture
def windows(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
    """Return the environment with which Python starts as on Windows; git has its Windows name there."""
    folder = tmp_path / "Git/cmd"
    folder.mkdir(parents=True)
    git = folder / "git.exe"
    git.write_text(f'#!/bin/sh\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), environment["PATH"]])
    temporary = tmp_path / "Temp"
    temporary.mkdir()
    return {**environment, "PYTHONPATH": str(HERE / "site"), "PATH": path, "TMPDIR": str(temporary)}


def started(windows: dict[str, str], *words: str, stdin: str = "", **variables: str) -> str:
    """Run Python as on Windows; it must end well."""
    done = subprocess.run(
        [*PYTHON, *words],
        input=stdin,
        env={**windows, **variables},
        capture_output=True,
        timeout=100,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def many(windows: dict[str, str], folder: Path, *commands: list[str]) -> list[dict[str, Any]]:
    """Run the program several times in one process; what each run gave. None may leave anything in the temporary folder."""
    answers = folder / "answers.json"
    started(windows, str(HERE / "many.py"), stdin=json.dumps(commands), ANSWERS=str(answers))
    found: list[dict[str, Any]] = json.loads(answers.read_text(encoding="utf-8"))
    for command, answer in zip(commands, found, strict=True):
        assert "Traceback" not in answer["err"], (command, answer["err"])
    assert list(Path(windows["TMPDIR"]).iterdir()) == []
    return found


@pytest.mark.apart
def test_every_module_is_imported_where_there_are_no_forks(windows: dict[str, str]) -> None:
    names = [
        each.name
        for each in pkgutil.walk_packages(xuncha.__path__, "xuncha.")
        if each.name != "xuncha.__main__"
    ]
    assert len(names) > 300
    started(
        windows,
        "-c",
        f"import importlib, os\nassert not hasattr(os, 'fork')\nfor name in {names!r}: importlib.import_module(name)",
    )


def test_what_is_made_up_refuses_what_windows_refuses(windows: dict[str, str], tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
place = Path(sys.argv[1])
(place / "a").write_text("a")
(place / "b").write_text("b")
with (place / "a").open():
    for act in (lambda: (place / "a").unlink(), lambda: (place / "b").replace(place / "a"), lambda: (place / "a").rename(place / "c")):
        try: act()
        except PermissionError: continue
        sys.exit("open")
for name in ("CON", "com1.txt", "a:b", "a.", "a "):
    try: (place / name).write_text("")
    except OSError: continue
    sys.exit(name)
(place / "a").replace(place / "b")
(place / "b").unlink()
"""
    started(windows, "-c", script, str(tmp_path))


@pytest.mark.apart
def test_a_days_work(windows: dict[str, str], tmp_path: Path) -> None:
    root, remote = tmp_path / "某局 台账", tmp_path / "共享.git"
    git = ["git", "-C", str(root)]
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], env=windows, check=True)
    table, made = tmp_path / "台账.csv", tmp_path / "made"
    made.mkdir()
    rows = "问题,整改措施,责任领导,责任科室,完成时限\n推进缓慢,完成前期手续,局长,规划科,2026-12-31\n"
    table.write_bytes(rows.encode("gbk"))

    def here(*words: str) -> list[str]:
        return ["--ledger", str(root), *words]

    first = many(windows, tmp_path, ["init", str(root), "--example"], here("setup"))
    assert [each["code"] for each in first] == [0, 0], first
    for words in (["remote", "add", "origin", str(remote)], ["push", "-qu", "origin", "HEAD"]):
        subprocess.run([*git, *words], env=windows, check=True)
    notices = [
        here("notice", "-f", form, "-o", str(made / f"通报.{form}"))
        for form in ("txt", "html", "docx", "docx", "pdf")
    ]
    commands = [
        here("status", "--json"),
        here("progress", "1.1", "设计已经批复。"),
        here("attach", "1.1", str(table)),
        here("close", "1.1"),
        here("undo"),
        *notices,
        here("import", "table", str(table), "--dry-run"),
        here("export", "xlsx", "-o", str(made / "台账.xlsx")),
        here("import", "xlsx", str(made / "台账.xlsx"), "--dry-run"),
        here("report", "dossier", "1.1", "-f", "zip", "-o", str(made / "一事一档.zip")),
        here("archive", "-o", str(made / "归档.zip")),
        ["archive", "--verify", str(made / "归档.zip")],
        here("sync"),
        here("audit"),
        here("doctor", "--json"),
        ["rollup", str(root), str(made / "归档.zip"), "--audit", "--json"],
    ]
    answers = dict(
        zip([" ".join(each) for each in commands], many(windows, tmp_path, *commands), strict=True)
    )
    assert {name: each for name, each in answers.items() if each["code"]} == {}
    assert len(list(made.iterdir())) == 7
    units = json.loads(answers[" ".join(commands[-1])]["out"])["units"]
    assert {each["audit"]["errors"] for each in units if each["audit"]} == {0}
    assert (
        subprocess.run([*git, "status", "--porcelain"], env=windows, capture_output=True, check=True).stdout
        == b""
    )


def test_a_refused_ledger_leaves_no_repository_behind(windows: dict[str, str], tmp_path: Path) -> None:
    """Git's objects may only be read, and Windows removes no such file."""
    hook = tmp_path / "hooks/pre-commit"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    table, root = tmp_path / "台账.csv", tmp_path / "new"
    table.write_text(
        "问题,整改措施,责任领导,责任科室,完成时限\n推进缓慢,完成手续,局长,规划科,2026-12-31\n",
        encoding="utf-8",
    )
    refusing = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(hook.parent),
    }
    [answer] = many({**windows, **refusing}, tmp_path, ["import", "table", str(table), str(root)])
    assert answer["code"] == 1
    assert "commit-refused" in answer["err"]
    assert not root.exists()


@pytest.mark.apart
def test_a_name_in_gbk_from_elsewhere_hinders_nobody(windows: dict[str, str], tmp_path: Path) -> None:
    """Git hands over the bytes of names as they are, and those of Windows' Python are UTF-8."""
    root = tmp_path / "台账"
    many(windows, tmp_path, ["init", str(root), "--example"])
    ledger = LedgerOnDisk(root, windows)
    named = os.fsencode(root / "data/evidence/1.2") + b"/" + "评审意见.pdf".encode("gbk")
    (root / "data/evidence/1.2").mkdir(parents=True, exist_ok=True)
    Path(os.fsdecode(named)).write_bytes(b"x")
    ledger.commit()
    Path(os.fsdecode(named)).unlink()  # which Windows could not have checked out
    here = ["--ledger", str(root)]
    commands = [
        [*here, *each] for each in (["audit"], ["status", "--at", "HEAD"], ["doctor"], ["sync"], ["edit"])
    ]
    for command, answer in zip(commands, many(windows, tmp_path, *commands), strict=True):
        assert answer["code"] in {0, 1, 3}, (command, answer)


@pytest.mark.apart
def test_the_desk_answers_and_its_jobs_work(windows: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / "台账"
    many(windows, tmp_path, ["init", str(root), "--example"])
    program = [*PYTHON, "-m", "xuncha", "--ledger", str(root), "serve", "--port", "0", "--no-open"]
    with served(LedgerOnDisk(root, windows), program=program) as desk:
        visit = desk.visit()
        assert "重点工程推进缓慢" in visit.get("/problems")
        visit.act("progress", "1.1", text="设计已经批复。")
        job = visit.post("/audit", {}).headers["location"]
        for _second in range(30):
            if "下载" in (page := visit.get(job)):
                break
            time.sleep(1)
        assert "下载" in page
        assert "没有成功" not in page
    assert list(Path(windows["TMPDIR"]).iterdir()) == []
