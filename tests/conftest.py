"""Fixtures for all tests: a small ledger in a real git repository, and the program run as by a user."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests import nursery, program
from tests.once import built_once

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNMEASURED = {"faults", "fuzz"}
"""Folders of tests that run without coverage."""
_HERE = Path(__file__).parent
_MEASURED_ELSEWHERE = (
    frozenset()
    if os.environ.get("XUNCHA_MEASURED") == "all"
    else frozenset((_HERE / "measured_elsewhere.txt").read_text(encoding="utf-8").split())
)
"""Tests that run without coverage, since other tests run the same lines: coverage doubles their time. `tests.measured` chooses them."""
_SAMPLED = {
    "attacks",
    "faults",
    "report",
    "notice",
    "dashboard",
    "archive",
    "sync",
    "workflow",
    "doctor",
    "audit",
    "desk",
    "cli",
    "exchange",
    "accounts",
}
"""Folders with tests that run the program in many cases."""
_EACH = {"test_roles.py"}
"""Files in them of which every case runs: no role's case stands for another role's."""
_RUNS = {"ledger", "bare_ledger"}
_CASES = 2
_THOROUGH = os.environ.get("XUNCHA_FAULTS") == "all"
_OF_PYTHON = ("PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONWARNINGS", "PYTHONOPTIMIZE")
"""Environment variables of the developer that would change the output of a child process, or its time."""
TODAY = "2024-06-15"

_MEMORY = Path("/dev/shm")  # noqa: S108  the folder of files in memory on Linux
_ROOM = 6 << 30  # bytes; a run of all tests takes a quarter of them
if (
    "TMPDIR" not in os.environ
    and os.access(_MEMORY, os.W_OK)
    and shutil.disk_usage(_MEMORY).free > _ROOM
    and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
):
    # A commit takes a sixth of the time there.
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None

# Tests are a budget: few generated inputs for each property here, many in `make reliability`.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=12)
settings.register_profile("dev", deadline=None, max_examples=12)
settings.register_profile("thorough", deadline=None, max_examples=300)
settings.load_profile("thorough" if _THOROUGH else "ci" if os.environ.get("CI") else "dev")

# Read by the fast reader alone, as most ledgers: braces around a list would ask for the careful one in each run.
LEDGER = """\
# 台账
organisation: 中共某市水务局党组
inspection:
  inspector: 市委第二巡察组
  round: 八届市委第一轮巡察
  started: 2023-06-05
  ended: 2023-09-08
  feedback: 2023-11-10
categories:
  - {key: a, title: 关于学习贯彻方面}
  - {key: b, title: 关于工作推进方面}
leading_group: {head: 局长, office: 办公室}
leaders: [局长, 分管副局长]
offices: [办公室, 规划科, 财务科]
contact: {office: 局办公室, phone: 0546-1234567, address: 某路1号, email: a@example.cn}
notice: {title: 中共某市水务局党组关于巡察整改进展情况的通报, issuer: 中共某市水务局党组, date: 2024-06-15}
outcomes:
  - {key: rules, label: 制定修订制度, unit: 项}
fields:
  - {key: cause, label: 根本原因, of: problem}
  - key: risk
    label: 风险等级
    of: measure
    type: choice
    choices: [高, 中, 低]
policy:
  due_soon_days: 14
  close_requires: [progress]
"""
PROBLEMS = {
    "1": ("学习不够深入", "a", True),
    "2": ("推进不够有力", "b", True),
    "3": ("保留标记甲乙丙", "b", False),
}
STATES = {
    "1.1": "not_started",
    "1.2": "in_progress",
    "2.1": "submitted",
    "2.2": "closed",
    "2.3": "closed",
    "3.1": "in_progress",
}


def measure(identity: str, status: str = "in_progress", **keys: str | None) -> str:
    """Return the text of a measure's file; `keys` replace or add lines, None removes one."""
    lines: dict[str, str | None] = {
        "title": f"'做好{identity}号工作'   # 行尾说明",
        "term": "once",
        "leader": "分管副局长",
        "office": "规划科",
        "due": "2024-12-31",
        "status": status,
        "publish": "true",
    }
    if status != "not_started":
        lines["progress"] = (
            f'\n  - date: 2024-03-01\n    text: "{identity}号工作已经开展。"\n    evidence: [某水〔2024〕7号]'
        )
    if status == "closed":
        lines["closed"] = "{date: 2024-04-01, by: 办公室}"
    lines |= keys
    body = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    return f"# 措施 {identity}\n{body}".replace(": \n", ":\n")


def problem(title: str, category: str, publish: bool = True) -> str:
    """Return the text of a problem's file."""
    return f"title: {title}\ncategory: {category}\npublish: {str(publish).lower()}\nfinding: 内部标记丁戊己\n"


@dataclass
class Result:
    """The result of a run of the program."""

    code: int
    out: str
    err: str


@dataclass
class LedgerOnDisk:
    """A ledger in a folder: three problems with six measures, every status, one problem withheld."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the ledger."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def path(self, identity: str) -> str:
        """Return the path of a measure's file, relative to the root."""
        return f"data/problems/{int(identity.split('.', maxsplit=1)[0]):02d}/{identity}.yaml"

    def read(self, identity: str) -> str:
        """Return the content of a measure's file."""
        return (self.root / self.path(identity)).read_bytes().decode()

    def git(self, *arguments: str) -> str:
        """Run git in the ledger."""
        return subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def commit(self, message: str = "by hand") -> None:
        """Commit everything, as after an edit by hand."""
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def commits(self) -> int:
        """Return the number of commits."""
        return int(self.git("rev-list", "--count", "HEAD"))

    def clean(self) -> bool:
        """Return whether nothing is uncommitted."""
        return not self.git("status", "--porcelain")

    def run(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Result:
        """Run the program in its own process."""
        done = program.run(
            [str(each) for each in arguments], self.root, {**self.environment, **environment}, stdin.encode()
        )
        result = Result(done.code, done.out.decode(errors="replace"), done.err.decode(errors="replace"))
        assert "Traceback (most recent call last)" not in result.err + result.out, result.err
        return result

    def ok(self, *arguments: str | Path, **environment: str) -> str:
        """Run the program, which must succeed; return its output."""
        result = self.run(*arguments, **environment)
        assert result.code == 0, f"{arguments}: exit {result.code}: {result.err}"
        return result.out

    def json(self, *arguments: str | Path, **environment: str) -> Any:
        """Run the program with --json; return its parsed output."""
        return json.loads(self.ok(*arguments, "--json", **environment))


@pytest.fixture(scope="session")
def new_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return an iterator over new folders. pytest's own way searches all existing folders for each new one."""
    base = tmp_path_factory.mktemp("places")
    return (base / str(number) for number in count())


@pytest.fixture
def tmp_path(new_folders: Iterator[Path], request: pytest.FixtureRequest) -> Path:
    """Return a folder for a test, named after it as by pytest."""
    folder = next(new_folders) / re.sub(r"\W", "_", request.node.name)[:30]
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a template folder for new repositories, without the dozen example hooks that git would copy."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("hooks", "info"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(autouse=True)
def environment(
    new_folders: Iterator[Path],
    template: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> dict[str, str]:
    """Return environment variables that do not depend on the machine: a git identity, a day, a language, 80 columns."""
    home = next(new_folders)
    home.mkdir()
    (home / "gitconfig").write_text(
        "[user]\n name = tester\n email = tester@example.invalid\n"
        f"[init]\n defaultBranch = main\n templateDir = {template.as_posix()}\n"
        "[gc]\n auto = 0\n[maintenance]\n auto = false\n[receive]\n autogc = false\n"
    )
    for name in (
        "XUNCHA_LEDGER",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "FORCE_COLOR",
        "XUNCHA_TRACEBACK",
        "XUNCHA_CACHE",
        "XDG_CACHE_HOME",
        "LANGUAGE",
        *_OF_PYTHON,
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "NO_COLOR": "1",
        "GIT_PAGER": "cat",
        "COLUMNS": "80",
        "XUNCHA_LANG": "zh",
        "XUNCHA_TODAY": TODAY,
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(nursery, "patches", monkeypatch)
    if "faults" not in request.path.parts:  # only those tests check that git syncs to the disk
        monkeypatch.setenv("GIT_TEST_FSYNC", "0")
    return dict(os.environ)


@pytest.fixture
def bare_ledger(tmp_path: Path, environment: dict[str, str]) -> LedgerOnDisk:
    """Return the ledger's files, without a repository."""
    ledger = LedgerOnDisk(tmp_path / "台账", environment)
    ledger.write("data/ledger.yaml", LEDGER)
    for number, (title, category, publish) in PROBLEMS.items():
        ledger.write(f"data/problems/{int(number):02d}/problem.yaml", problem(title, category, publish))
    for identity, status in STATES.items():
        ledger.write(ledger.path(identity), measure(identity, status))
    return ledger


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what is built once a session; see `tests.once`."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def ledger(bare_ledger: LedgerOnDisk, kept: Path) -> LedgerOnDisk:
    """Return the ledger, committed."""

    def build() -> None:
        bare_ledger.git("init", "-q")
        bare_ledger.commit("start")

    built_once(kept / "ledger", bare_ledger.root.parent, build)
    return bare_ledger


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of workers: one more than there are cores, since a test waits for git or a server a good part of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Collect the tests without coverage, which makes pytest's rewriting of asserts twice as slow.

    Lines that run at import are measured all the same, since the whole program is loaded before. Objects that exist after
    collection are frozen, so that the garbage collector need not visit them, here or in a fork.
    """
    controller = getattr(session.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    collects = hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", None)
    if collects:
        program.load()
        nursery.nursery()  # before it inherits thousands of tests, or a terminal that a test has opened
        if controller:
            controller.pause()
    try:
        return (yield)
    finally:
        if controller and collects:
            controller.resume()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip slow cases that add little; `make reliability` runs all of them.

    Tests marked as apart run in `make test-apart`, and when their marker or file is named. Of a test that runs the
    program in many cases, a few run. Tests of the instants of faults or of much generated input run without coverage, and so do
    tests whose lines others cover: coverage doubles their time.
    """
    cases: dict[str, list[pytest.Item]] = {}
    apart: dict[str, list[pytest.Item]] = {}
    for item in items:
        file, name = item.path.relative_to(_HERE).as_posix(), item.name.partition("[")[0]
        elsewhere = not _MEASURED_ELSEWHERE.isdisjoint({file, f"{file}::{name}"})
        if elsewhere or _UNMEASURED.intersection(item.path.parts):
            item.add_marker("no_cover")
        if item.get_closest_marker("apart"):
            apart.setdefault(item.nodeid.partition("[")[0], []).append(item)
        runs = item.path.name not in _EACH and _RUNS.intersection(getattr(item, "fixturenames", ()))
        if runs and _SAMPLED.intersection(item.path.parts):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    if _THOROUGH or len({item.nodeid.partition("[")[0] for item in items}) <= 1:
        return
    out = {item for each in cases.values() for item in _without_some(each, _CASES)}
    if not config.option.markexpr and not any(".py" in argument for argument in config.args):
        out |= {item for each in apart.values() for item in _without_some(each, _stays(each[0]))}
    if out:
        config.hook.pytest_deselected(items=list(out))
        items[:] = [item for item in items if item not in out]


def _stays(item: pytest.Item) -> int:
    """Return how many cases of a test marked as apart run in `make test` all the same."""
    marker = item.get_closest_marker("apart")
    return marker.kwargs.get("but", 0) if marker else 0


def _without_some(cases: list[pytest.Item], stay: int) -> list[pytest.Item]:
    """Return the cases to skip: all but some, evenly spread; a single one that stays is the first."""
    kept = {round(number * (len(cases) - 1) / max(stay - 1, 1)) for number in range(stay)}
    return [case for place, case in enumerate(cases) if place not in kept] if len(cases) > stay else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many generated inputs were tried."""
    passed = terminalreporter.stats.get("passed", [])
    told = [value for report in passed for name, value in report.user_properties if name == "inputs"]
    if told:
        terminalreporter.write_line("made-up input: " + ", ".join(sorted(told)))
