"""Every example in the help and every command in the READMEs works on the ledger of `init --example`.

The examples are read from the pages (docs/commands*.md is what `--help` prints, which another test checks), so a new example is
tested automatically. What a command needs and the example ledger cannot have is prepared by `_PREPARED`.
"""

from __future__ import annotations

import gettext
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import xuncha
from tests.conftest import LedgerOnDisk, Result
from tests.once import built_once

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PAGES = ("docs/commands.md", "docs/zh/commands.md")
READMES = ("README.md", "README.zh-CN.md")
MADE, TODAY = "2024-04-10", "2024-04-18"
"""The days on which the example ledger is made, and on which the examples are typed."""
WORKED = (
    ("2024-04-11", "progress", "2.3", "约谈相关科室负责人。"),
    ("2024-04-15", "set", "2.4", "--goal", "摸清固定资产底数"),
    ("2024-04-16", "progress", "2.4", "完成办公区清点。"),
)
"""What was done in it meanwhile, one commit each."""
NOTHING = (
    "No comment matches.", "No measure matches.", "Nothing has been committed yet.", "Nothing is pending.", "There are no comments yet. Enter the first one: xuncha comment add TEXT --channel …",
    "There are no accounts yet. Add the first: xuncha account add NAME --role manager",
    "Nothing to do: git already merges the ledger's files field by field.", "Nothing was changed by hand.", "Nothing was changed.",
    "Nothing to do: this clone and {name} are the same",
    "The ledger is empty. Enter the first problem: xuncha add problem TITLE", "There are no measures yet. Enter the first one: xuncha add measure {n} TITLE", "The ledger already says the same: nothing was changed.",
)  # fmt: skip
"""What commands say that find nothing to do."""
_INPUT = {
    ".docx": "notice",
    ".html": "notice",
    ".txt": "notice",
    ".xlsx": "export xlsx",
    ".csv": "export csv",
    ".zip": "archive",
}


def _sections(page: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a page with its examples, each on one line."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for command, shown in re.findall(
        r"^## (xuncha[^\n]*)\n\n```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE
    ):
        examples = re.search(r"^(?:For example:|示例：)\n((?:  .*\n)+)", shown, re.MULTILINE)
        joined = re.sub(r" \\\n +", " ", examples[1]) if examples else ""
        yield command, [line.strip() for line in joined.splitlines()]


def _sessions(readme: str) -> list[list[str]]:
    """Return the blocks of a README in which a typed line begins with xuncha."""
    blocks = re.findall(r"(?:^    .+\n)+", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    typed = [[line.strip() for line in block.splitlines()] for block in blocks]
    return [lines for lines in typed if any(line.startswith("xuncha ") for line in lines)]


EXAMPLES = sorted({line for page in PAGES for _command, lines in _sections(page) for line in lines})


@pytest.mark.parametrize("page", PAGES)
def test_every_command_has_an_example_that_begins_with_it(page: str) -> None:
    told = dict(_sections(page))
    groups = {command.rpartition(" ")[0] for command in told}
    assert len(told) > 30
    for command, lines in told.items():
        if command != "xuncha":
            assert lines, command
            assert all(line.startswith(command) for line in lines), command
            assert command in groups or any(
                shlex.split(line)[: len(command.split())] == command.split() for line in lines
            )


@pytest.fixture
def trial(tmp_path: Path, kept: Path, environment: dict[str, str]) -> LedgerOnDisk:
    """Make the example ledger, and do a week of work in it."""
    ledger = LedgerOnDisk(tmp_path / "work" / "trial", environment | {"TZ": "CST-8", "XUNCHA_TODAY": TODAY})
    ledger.root.parent.mkdir()

    def build() -> None:
        ledger.root.mkdir()
        for day, *words in ((MADE, "init", "--example"), *WORKED):
            _on(ledger, day, *words)

    built_once(kept / "example", ledger.root.parent, build)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i -e 's/^title: /title: 进一步/' -e 's/^text: /text: 再次/' \"$1\"\n")
    editor.chmod(0o700)
    ledger.environment["EDITOR"] = str(editor)
    return ledger


def _on(ledger: LedgerOnDisk, day: str, *words: str) -> None:
    """Run a command on a day, with the clock of git on the same one."""
    clock = {f"GIT_{role}_DATE": f"{day}T10:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}
    ledger.ok(*words, XUNCHA_TODAY=day, **clock)


def _serve(ledger: LedgerOnDisk, words: list[str]) -> Result:
    """Open the desk, with a browser that does nothing, and end it as soon as it says that it is ready."""
    program = [sys.executable, "-X", "utf8", "-m", "xuncha", *words]
    around = ledger.environment | {"BROWSER": "true"}
    with subprocess.Popen(program, cwd=ledger.root, env=around, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        link = desk.stdout.readline()
        desk.terminate()
        return Result(desk.wait(20), link, "")


def _type(ledger: LedgerOnDisk, line: str) -> Result:
    """Run a line as a shell would: one command or several after each other, comments left out, output perhaps into a file."""
    result = Result(0, "", "")
    for part in line.split(" && "):
        words = shlex.split(part, comments=True)
        command, _arrow, target = " ".join(words).partition(" > ")
        assert words[0] == "xuncha", line
        if words[1] == "serve":
            return _serve(ledger, words[1:])
        result = ledger.run(*(command.split()[1:] if target else words[1:]))
        if target:
            ledger.write(target, result.out)
        if result.code:
            break
    return result


def _output(words: list[str]) -> str | None:
    """Return the file that a command line writes; None if it writes to the screen."""
    return next((words[place + 1] for place, word in enumerate(words) if word in {"-o", "--html", ">"}), None)


def _given(ledger: LedgerOnDisk, line: str) -> None:
    """Make the files that a line reads: documents of this very ledger, or else any bytes."""
    words = shlex.split(line, comments=True)
    for word in words[1:]:
        path = ledger.root / word
        if (
            path.suffix[1:].isalpha()
            and word not in {_output(words), "."}
            and not path.exists()
            and "=" not in word
        ):
            if command := _INPUT.get(path.suffix):
                form = ["-f", path.suffix[1:]] if command == "notice" else []
                ledger.ok(*command.split(), *form, "-o", path)
            else:
                path.write_bytes(b"%PDF-1.4 stand-in")


def _by_hand(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("2.3"), ledger.read("2.3").replace("张某", "李某"))


def _clone(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Another clone of the ledger; both share a bare repository from now on."""
    shared, other = ledger.root.with_name("共享.git"), ledger.root.with_name("另一处")
    ledger.git("clone", "-q", "--bare", ".", str(shared))
    ledger.git("remote", "add", "origin", str(shared))
    ledger.git("fetch", "-q")
    ledger.git("branch", "-q", "-u", "origin/main")
    ledger.git("clone", "-q", str(shared), str(other))
    return LedgerOnDisk(other, ledger.environment)


def _elsewhere(ledger: LedgerOnDisk) -> None:
    other = _clone(ledger)
    other.ok("set", "2.3", "--goal", "查清并整改到位")
    other.ok("sync")
    ledger.ok("set", "2.3", "--goal", "按期查清")


def _aside(ledger: LedgerOnDisk) -> None:
    other = _clone(ledger)
    other.ok("progress", "2.3", "补充核查。")
    other.ok("sync")


def _changed_since(ledger: LedgerOnDisk) -> None:
    ledger.ok("set", "2.3", "--goal", "另有打算")


def _own_table(ledger: LedgerOnDisk) -> None:
    """Save an office's own workbook and a form for it, then change the ledger."""
    from openpyxl import load_workbook

    path = ledger.root / "月报.xlsx"
    ledger.ok("export", "table", "-o", "表.xlsx")
    book = load_workbook(ledger.root / "表.xlsx")
    sheet: Any = book.worksheets[0]
    next(cell for cell in sheet[3] if cell.value == "整改措施").value = "整改计划"
    progress = next(cell for cell in sheet[3] if cell.value == "进展情况").column
    sheet.cell(4, progress).value = f"{sheet.cell(4, progress).value}\n2024年4月17日：已报送材料。"
    book.save(path)
    ledger.ok("import", "table", path, "--column", "整改计划=measure", "--dry-run", "--save-form", "月报")
    (ledger.root / "表.xlsx").unlink()
    _changed_since(ledger)


def _own_word(ledger: LedgerOnDisk) -> None:
    """Save an office's own Word table and a form for it, then change the ledger."""
    from docx import Document

    heads = {"反馈问题": "problem", "整改措施": "title", "责任领导": "leader", "责任科室": "office"}
    rows = [list(heads), *([str(each[key]) for key in heads.values()] for each in ledger.json("list"))]
    document = Document()
    table = document.add_table(len(rows), len(heads))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.save(str(ledger.root / "台账.docx"))
    ledger.ok("import", "table", "台账.docx", "--dry-run", "--save-form", "台账")
    ledger.ok("set", "1.1", "--office", "办公室")


def _region(ledger: LedgerOnDisk) -> None:
    """Two units side by side, and a plan of them."""
    for name in ("水务局", "林业局"):
        shutil.copytree(ledger.root / "data", ledger.root / "各单位" / name / "data")
        file = ledger.root / "各单位" / name / "data/ledger.yaml"
        file.write_text(
            re.sub("organisation:.*", f"organisation: {name}", file.read_text(encoding="utf-8")),
            encoding="utf-8",
        )
    (ledger.root / "region.yaml").unlink(missing_ok=True)
    ledger.ok("rollup", "各单位", "--init", "-o", "region.yaml")


_PREPARED: dict[str, Callable[[LedgerOnDisk], object]] = {
    "xuncha edit": _by_hand,
    "xuncha setup": lambda ledger: ledger.git("config", "--remove-section", "merge.xuncha"),
    "xuncha sync": _aside,
    "xuncha sync --take theirs": _elsewhere,
    "xuncha import table 台账.xlsx --dry-run": _changed_since,
    "xuncha import table 月报.xlsx --dry-run --save-form 月报": _own_table,
    "xuncha import table 月报.xlsx --column 整改计划=measure": _own_table,
    "xuncha export table 月报.xlsx --form 月报 -o 月报（已填）.xlsx": _own_table,
    "xuncha export table 台账.docx --form 台账 -o 台账（已填）.docx": _own_word,
}
_ELSEWHERE = ("xuncha init ", "xuncha import notice ")
"""What makes a new ledger is typed where there is none."""


@pytest.mark.apart(but=15)
@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_of_the_help_finds_something_to_do(trial: LedgerOnDisk, line: str) -> None:
    _given(trial, line)
    if line.startswith("xuncha account ") and "--role manager" not in line:
        trial.ok("account", "add", "赵敏", "--role", "manager")
        if " add " not in line:
            trial.ok("account", "add", "规划科李强", "--role", "section", "--office", "规划科")
    if prepare := _region if line.startswith("xuncha rollup") else _PREPARED.get(line):
        prepare(trial)
    if "--init -o region.yaml" in line:
        (trial.root / "region.yaml").unlink()
    here = trial
    if line.startswith(_ELSEWHERE):
        here = LedgerOnDisk(trial.root.with_name("elsewhere"), trial.environment)
        here.root.mkdir()
        for file in trial.root.iterdir():
            if file.is_file():
                shutil.copy(file, here.root)
    before = here.commits() if here is trial else 0
    result = _type(here, line)
    _did_something(here, line, result)
    if here is trial and before != here.commits():
        assert here.ok("validate")


def _did_something(ledger: LedgerOnDisk, line: str, result: Result) -> None:
    """Nothing was refused, something was said or written, and it was not that there is nothing."""
    if line.startswith("xuncha proof "):  # our telephone number is a made-up one
        assert "error[phone]" in result.err
        return
    assert result.code == 0, f"{line}: exit {result.code}: {result.err}"
    output = _output(shlex.split(line, comments=True))
    assert result.out.strip() or (output and (ledger.root / output).stat().st_size), line
    chinese = gettext.translation("xuncha", Path(xuncha.__file__).parent / "locale", ["zh_CN"])
    for message in NOTHING:
        told = chinese.gettext(message)
        assert told != message
        assert not re.search(re.sub(r"\\\{\w+\\\}", ".+", re.escape(told)), result.out), line


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("readme", READMES)
def test_the_session_of_a_readme_can_be_typed_as_it_stands(
    tmp_path: Path, environment: dict[str, str], readme: str
) -> None:
    ledger = LedgerOnDisk(tmp_path / "work", environment)
    ledger.root.mkdir()
    sessions = _sessions(readme)
    assert sessions
    for line in (line for lines in sessions for line in lines):
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            ledger.root /= words[1]
        elif words[0] == "xuncha":
            _did_something(ledger, line, _type(ledger, line))
        else:
            assert words[:2] in (["git", "config"], ["pip", "install"]), line
