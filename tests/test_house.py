"""Rooms import only downwards, and only certain rooms use git, files, the clock and the screen."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import xuncha
from tests.measured import choose

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

pytestmark = pytest.mark.no_cover
"""The program is read here, or run by an interpreter that is not measured."""
SOURCE = Path(xuncha.__file__).parent
FLOORS = [
    {"xuncha", "errors", "catalogue", "parts", "language", "system"},
    {"chinese"},
    {"model"},
    {"rules", "tally"},
    {"trail"},
    {"paper", "pages", "store"},
    {"reading", "workflow", "requests", "accounts"},
    {"sync"},
    {"audit", "skeleton"},
    {"notice", "dashboard", "deadlines", "exchange", "proof", "report", "doctor"},
    {"archive"},
    {"region"},
    {"desk"},
    {"cli"},
    {"__main__"},
]
"""From the ground up; no room imports from a floor above."""


def module_of(path: Path) -> str:
    """Return the name of a module, such as `xuncha.store.files`; of a package, that of its folder."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def room(module: str) -> str:
    """Return the room of a module: the name after `xuncha.`."""
    return module.split(".")[1] if "." in module else module


class Facts(NamedTuple):
    """What the tests here ask of a module's text."""

    docstring: str | None
    imports: frozenset[str]
    """Every imported module: at the top, inside functions, and for type checkers only."""
    names: frozenset[str]
    """Every name that is used, with its dots: `sys.stdout`, `date.today`, `print`."""
    handlers: list[ast.ExceptHandler]
    functions: list[tuple[str, int]]
    """Names of functions and how many lines follow their first."""


@cache
def facts(module: str) -> Facts:
    """Read a module once. Its whole tree is not kept, since all of them take more memory than the rest of the tests."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    imported: set[str] = set()
    names: set[str] = set()
    handlers, functions = [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.update(dotted(node))
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            known = [name for name in inner if name in MODULES]
            imported.update(known, [node.module] if len(known) < len(inner) else [])
        elif isinstance(node, ast.ExceptHandler):
            handlers.append(node)
        elif isinstance(node, ast.FunctionDef) and node.end_lineno:
            functions.append((node.name, node.end_lineno - node.lineno))
    return Facts(ast.get_docstring(tree), frozenset(imported), frozenset(names), handlers, functions)


def dotted(node: ast.Attribute) -> list[str]:
    """Return the name that an attribute is used by, with its dots; nothing if it is one of another expression's."""
    parts = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    return [".".join([inner.id, *reversed(parts)])] if isinstance(inner, ast.Name) else []


@cache
def own(module: str) -> set[str]:
    """Return the modules of this package that a module imports."""
    return {name for name in facts(module).imports if name.partition(".")[0] == "xuncha"} - {module}


def users(*names: str) -> set[str]:
    """Return the modules that use one of these names."""
    return {module for module in MODULES if not facts(module).names.isdisjoint(names)}


def importers(*names: str) -> set[str]:
    """Return the modules that import one of these packages."""
    inside = tuple(f"{name}." for name in names)
    return {
        module
        for module in MODULES
        if any(found in names or found.startswith(inside) for found in facts(module).imports)
    }


def level(module: str) -> int:
    """Return the number of a module's floor."""
    for number, rooms in enumerate(FLOORS):
        if room(module) in rooms:
            return number
    message = f"{module} stands on no floor: add it to FLOORS"
    raise AssertionError(message)


def test_every_module_stands_on_a_floor() -> None:
    assert len({level(module) for module in MODULES}) == len(FLOORS)


def test_nobody_imports_upstairs() -> None:
    upstairs = [(module, name) for module in MODULES for name in own(module) if level(name) > level(module)]
    assert not upstairs


WINGS = FLOORS[-6]
"""Each can be removed without breaking another; what two of them need is on a floor below."""
INNER_WINGS = {("exchange", "sheet"), ("exchange", "notice")}
"""Wings inside one room: imports of tables and of notices."""


def wing(module: str) -> tuple[str, ...] | None:
    """Return the wing of a module; None if it is in none, such as a module that two inner wings share."""
    path = tuple(module.split(".")[1:])
    inner = next((each for each in INNER_WINGS if path[:2] == each), None)
    return inner or (path[:1] if path and path[0] in WINGS else None)


def test_no_wing_imports_a_wing() -> None:
    for module in MODULES:
        here = wing(module)
        for name in own(module):
            there = wing(name)
            if here and there:
                shared = here[0] == there[0] and (len(there) == 1 or here == there)
                assert shared, f"{module} imports {name}"


def test_the_desk_and_the_command_line_do_not_know_each_other() -> None:
    """Except for the command that opens the desk."""
    knowing = [
        module
        for module in MODULES
        if room(module) == "cli" and any(room(name) == "desk" for name in own(module))
    ]
    assert knowing == ["xuncha.cli.serve"]


def test_no_page_of_the_desk_knows_a_page() -> None:
    """What two pages need is in a module below; only the table of routes imports pages."""
    pages = [module for module in MODULES if module.startswith("xuncha.desk.pages.")]
    for module in MODULES:
        if module != "xuncha.desk.application":
            assert not own(module) & {*pages}, module


def test_only_the_command_line_knows_the_terminal() -> None:
    """Other rooms return texts, and the command line shows them."""
    for module in MODULES:
        if room(module) not in {"cli", "__main__"}:
            assert not {
                name for name in facts(module).imports if name.partition(".")[0] in {"typer", "rich", "click"}
            }


def circles() -> list[set[str]]:  # noqa: C901  one well-known algorithm
    """Return groups of modules that import each other in a circle (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(own(module) & set(MODULES)):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            group = set()
            while True:
                group.add(stack.pop())
                if module in group:
                    break
            if len(group) > 1:
                found.append(group)

    for module in MODULES:
        if module not in index:
            visit(module)
    return found


def test_no_modules_import_each_other_round_about() -> None:
    assert circles() == []


def test_what_is_imported_is_there() -> None:
    for module in MODULES:
        assert own(module) <= set(MODULES), module


def test_git_is_run_in_the_trail_alone_and_the_editor_by_its_command() -> None:
    rooms = {
        "trail.runner",
        "cli.write",
        "cli.screen",
        "paper.process",
        "desk.jobs",
        "region.process",
        "system",
    }
    assert importers("subprocess") == {f"xuncha.{room}" for room in rooms}
    assert not users("os.system", "os.popen", "os.execvp", "os.fork", "eval", "exec", "compile", "__import__")
    assert users("os.execv") == {"xuncha.__main__"}, (
        "it begins itself again, in UTF-8 mode; nobody runs anything else"
    )


def test_bytes_of_names_are_read_in_one_place() -> None:
    """Python on Windows refuses some names that git may hold."""
    assert users("os.fsencode", "os.fsdecode") <= {"xuncha.system", "xuncha.cli.invocation"}


def test_an_error_that_nobody_foresaw_is_caught_in_one_place() -> None:
    """`except Exception` hides bugs; `except BaseException` may only undo a started change, and must raise again."""
    for module in MODULES:
        for node in facts(module).handlers:
            assert node.type is not None, f"{module}:{node.lineno}: a bare except"
            caught = {inner.id for inner in ast.walk(node.type) if isinstance(inner, ast.Name)}
            if "Exception" in caught:
                assert module in {"xuncha.cli.app", "xuncha.paper.worker"}, f"{module}:{node.lineno}"
            if "BaseException" in caught:
                assert isinstance(node.body[-1], ast.Raise), f"{module}:{node.lineno}"
                assert node.body[-1].exc is None, f"{module}:{node.lineno}"


def test_one_place_prints() -> None:
    assert users("print") == set()
    assert users("sys.stdout", "sys.stderr") <= {"xuncha.cli.screen", "xuncha.__main__"}
    assert users("typer.echo", "typer.secho", "rich.print", "warnings.warn") == set()


def test_one_place_ends_the_program() -> None:
    assert users("sys.exit", "os._exit", "exit", "quit", "SystemExit") == {"xuncha.cli.app"}


def test_the_store_alone_reads_yaml() -> None:
    for module in importers("ruamel", "yaml12", "yaml"):
        assert room(module) == "store", module


def test_the_paper_alone_knows_templates_and_how_documents_are_laid_out() -> None:
    of_pages = {"xuncha.desk.view", "xuncha.desk.commands"}  # HTML pages, not documents
    for module in importers("jinja2", "markupsafe", "docxtpl", "typst"):
        assert room(module) == "paper" or module in of_pages, module
    for module in importers("openpyxl", "xlsxwriter", "docx", "lxml"):  # tables are read from documents, too
        assert room(module) in {"paper", "exchange", "pages"}, module


def test_the_paper_knows_no_ledger() -> None:
    for module in MODULES:
        if room(module) == "paper":
            assert {room(name) for name in own(module)} <= {
                "paper",
                "pages",
                "chinese",
                "trail",
                "errors",
                "parts",
                "language",
                "system",
            }, module


def test_the_deadlines_alone_know_calendars() -> None:
    for module in importers("icalendar", "chinese_calendar"):
        assert room(module) == "deadlines", module


def test_the_clock_is_asked_in_one_place() -> None:
    """Days are arguments, so that every count can be made as of any day."""
    asked = users("date.today", "Date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "time.localtime", "time.strftime")  # fmt: skip
    assert asked == {"xuncha.cli.app"}


def test_the_model_and_the_rules_know_no_files() -> None:
    for module in MODULES:
        if room(module) in {"model", "rules", "tally", "errors"}:
            assert not importers("os", "pathlib", "io", "tempfile", "shutil") & {module}, module
            assert not {"open", "input"} & facts(module).names, module


def test_every_module_says_what_it_is_for() -> None:
    for module in MODULES:
        said = facts(module).docstring
        if module != "xuncha.rules.files":
            assert said, module
        assert said is None or said.split("\n")[0].endswith((".", ":")) or "." in said.split("\n")[0], module


def test_files_and_functions_are_of_a_size_that_can_be_read() -> None:
    long = defaultdict(list)
    for module, file in MODULES.items():
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400:
            long[module].append(f"{lines} lines")
        long[module] += [f"{name}: {lines} lines" for name, lines in facts(module).functions if lines > 75]
    assert not any(long.values()), long


# ---------------------------------------------------------------- what a command imports


def loaded(script: str, ledger: LedgerOnDisk) -> set[str]:
    """Return the modules loaded after a script has run in a ledger's folder."""
    program = f"import json, sys\ntry:\n    {script}\nexcept SystemExit as end:\n    assert not end.code, end\nsys.stderr.write(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr))


HEAVY = (
    "jinja2",
    "pydantic",
    "ruamel",
    "yaml12",
    "fasteners",
    "markdown_it",
    "icalendar",
    "chinese_calendar",
)
"""Modules that a reading command does not need if nothing has changed. (Typer itself imports difflib and subprocess.)"""


def waits_for(modules: set[str], *names: str) -> list[str]:
    """Return which of these packages were loaded, whole or in part."""
    return sorted(
        {name for name in names for module in modules if module == name or module.startswith(f"{name}.")}
    )


def test_looking_is_imported_without_what_it_does_not_need(ledger: LedgerOnDisk) -> None:
    modules = loaded("import xuncha.cli.read", ledger)
    assert not waits_for(
        modules, *HEAVY, "xuncha.model.records", "xuncha.workflow", "xuncha.notice", "xuncha.store.loading"
    )


def test_a_status_of_what_has_not_changed_waits_for_nothing(ledger: LedgerOnDisk) -> None:
    script = "sys.argv = ['xuncha', 'status', '--json']; sys.stdout = open('/dev/null', 'w'); from xuncha.__main__ import main; main()"
    # The cache does not trust files written a moment ago (docs/adr/0003), so its clock is ahead by a minute.
    later = "import time; now = time.time_ns; time.time_ns = lambda: now() + 60 * 10**9; "
    assert "xuncha.model.records" in loaded(later + script, ledger), "the first look must read the files"
    for again in (script, script.replace("status", "todo")):
        modules = loaded(again, ledger)
        assert "xuncha.store.cache" in modules
        assert not waits_for(
            modules,
            *HEAVY,
            "xuncha.model.records",
            "xuncha.workflow",
            "xuncha.notice",
            "xuncha.store.loading",
        )


def test_help_waits_for_no_models_and_no_yaml(ledger: LedgerOnDisk) -> None:
    script = "sys.argv = ['xuncha', '--help']; sys.stdout = open('/dev/null', 'w'); from xuncha.__main__ import main; main()"
    modules = loaded(script, ledger)
    assert not waits_for(modules, "jinja2", "ruamel", "yaml12", "xuncha.model.records", "xuncha.paper")


def test_no_user_of_the_core_pays_for_the_notice(ledger: LedgerOnDisk) -> None:
    script = "sys.argv = ['xuncha', 'close', '1.2']; sys.stdout = open('/dev/null', 'w'); from xuncha.__main__ import main; main()"
    assert not waits_for(loaded(script, ledger), "jinja2", "xuncha.notice", "xuncha.paper")


def test_without_coverage_runs_what_costs_most_and_covers_least_alone() -> None:
    seconds = {"long": 9.0, "twin": 1.0, "rare": 2.0}
    covered = {"long": {1, 2}, "twin": {1, 2}, "rare": {3}}
    assert choose(covered, seconds) == ["long"], "its twin then covers alone what both cover"


def test_what_is_not_measured_is_there() -> None:
    """A renamed test would be measured again, and nobody would notice."""
    tests = Path(__file__).parent
    for line in (tests / "measured_elsewhere.txt").read_text(encoding="utf-8").split():
        file, _, name = line.partition("::")
        assert (tests / file).is_file(), line
        assert f"def {name}" in (tests / file).read_text(encoding="utf-8"), line


def test_no_test_measures_time() -> None:
    """Another machine, or a busy one, would fail it; see `tests.steps`."""
    for file in Path(__file__).parent.rglob("*.py"):
        assert not re.search(r"\btime\.(process_time|perf_counter)\(", file.read_text(encoding="utf-8")), file


def test_an_audit_waits_neither_for_the_models_nor_for_what_changes_files(ledger: LedgerOnDisk) -> None:
    modules = loaded("import xuncha.audit.examine", ledger)
    assert not waits_for(modules, "pydantic", "ruamel", "xuncha.workflow.change", "xuncha.store.loading")
