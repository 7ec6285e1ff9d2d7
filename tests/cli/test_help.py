"""The help of every command, in both languages and at any screen width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from tests.cli.terminals import in_terminal, too_wide
from xuncha.cli.command import program
from xuncha.cli.help import metavar, split_docstring
from xuncha.cli.invocation import FLAGS, VALUED, split_options
from xuncha.language import use_language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

COMPUTING = {
    ("status",),
    ("list",),
    ("show",),
    ("todo",),
    ("log",),
    ("audit",),
    ("validate",),
    ("doctor",),
    ("proof",),
    ("import", "table"),
    ("import", "notice"),
    ("report", "weekly"),
    ("report", "dispatch"),
    ("report", "closing"),
    ("report", "dossier"),
    ("report", "progress"),
    ("archive",),
    ("comment", "list"),
    ("account", "list"),
    ("rollup",),
}
"""The commands that list or compute something: programs read them, so they have --json."""
ACTING = {
    (verb,)
    for verb in [
        "init",
        "start",
        "progress",
        "attach",
        "submit",
        "return",
        "close",
        "reopen",
        "extend",
        "escalate",
        "review",
        "remove",
        "set",
        "edit",
        "undo",
        "setup",
        "sync",
        "serve",
        "notice",
        "calendar",
        "dashboard",
        "schema",
    ]
} | {
    ("add", "problem"), ("add", "measure"), ("report", "plan"), ("report", "letter"), ("export", "xlsx"), ("export", "table"), ("export", "csv"), ("export", "json"), ("export", "rows"),
    ("comment", "add"), ("comment", "reply"), ("account", "add"), ("account", "passwd"), ("account", "disable"), ("account", "remove"), ("account", "set"),
}  # fmt: skip
"""The others; what `notice`, `calendar` and `schema` write is for programs as it is."""

_CHINESE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_ENGLISH = re.compile(r"\b[A-Za-z]+(?: [a-z]+){2,}\b")
_EXAMPLES = re.compile(r"^(?:For example:|示例：)$(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and every group below one, with the words that lead to it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:  # git types it, nobody else
            yield from walk(inner, (*path, name))


COMMANDS: dict[tuple[str, ...], Any] = dict(walk(get_command(program())))
NAMED = [path for path in COMMANDS if path]
LEAVES = {path for path, command in COMMANDS.items() if not hasattr(command, "commands")}


def help_of(folder: Path, environment: dict[str, str], path: tuple[str, ...], lang: str) -> str:
    """Return what `--help` prints in a folder without a ledger."""
    from tests.conftest import LedgerOnDisk

    language = [] if lang == environment["XUNCHA_LANG"] else ["--lang", lang]
    result = LedgerOnDisk(folder, environment).run(*language, *path, "--help")
    assert (result.code, result.err) == (0, "")
    return result.out


def test_every_command_of_the_contract_is_there() -> None:
    wanted = "init add status list show start progress attach submit return close reopen extend escalate review edit undo validate log notice report proof schema"
    assert set(wanted.split()) <= {path[0] for path in NAMED}


def test_every_command_is_known_to_print_json_or_to_act() -> None:
    """A new command belongs into one of the two sets above, or its JSON would be forgotten."""
    assert LEAVES == COMPUTING | ACTING


@pytest.mark.parametrize("path", sorted(COMPUTING), ids=" ".join)
def test_what_lists_or_computes_has_json(path: tuple[str, ...]) -> None:
    assert "--json" in [option for parameter in COMMANDS[path].params for option in parameter.opts]


@pytest.mark.parametrize("path", sorted(COMMANDS), ids=lambda path: " ".join(path) or "xuncha")
def test_every_parameter_says_what_it_is(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:
        assert parameter.help, f"{parameter.opts} is not explained"


def without_examples(shown: str, path: tuple[str, ...]) -> str:
    """Return a help without its examples, and assert that it has one, and fits the screen."""
    assert "\x1b" not in shown, "escape codes in a pipe"
    assert not too_wide(shown)
    if path:
        examples = "\n".join(_EXAMPLES.findall(shown))
        assert f"xuncha {' '.join(path)}" in examples, "no example to copy"
    return _EXAMPLES.sub("", shown)


@pytest.mark.parametrize("path", sorted(COMMANDS), ids=lambda path: " ".join(path) or "xuncha")
def test_help_has_an_example_fits_and_is_in_chinese(
    tmp_path: Path, environment: dict[str, str], path: tuple[str, ...]
) -> None:
    shown = help_of(tmp_path, environment, path, "zh")
    rest = without_examples(shown, path)
    rest = re.sub(r"xuncha [^\n]*|^  [A-Za-z<%].*? {2}", "", rest, flags=re.MULTILINE)
    assert not _ENGLISH.findall(rest), "English in the Chinese help"
    assert _CHINESE.search(rest)
    assert not re.findall(r"<\w+>|OPTIONS|ARGS|Usage|COMMAND", shown), "words of Typer"
    assert not [line for line in shown.splitlines() if line.endswith("…") and "用法" not in line], "it is cut"


@pytest.mark.apart(but=20)
@pytest.mark.parametrize("path", sorted(COMMANDS), ids=lambda path: " ".join(path) or "xuncha")
def test_help_has_an_example_fits_and_is_in_english(
    tmp_path: Path, environment: dict[str, str], path: tuple[str, ...]
) -> None:
    assert not _CHINESE.findall(without_examples(help_of(tmp_path, environment, path, "en"), path))


def test_a_placeholder_is_in_chinese_in_the_help_and_where_a_value_is_missing(ledger: LedgerOnDisk) -> None:
    with use_language("zh"):
        parameters = [each for command in COMMANDS.values() if not command.hidden for each in command.params]
        assert not {word for each in parameters for word in re.findall("[A-Z]{2,}", metavar(each))}
    assert "缺少 种类" in ledger.run("report", "letter").err
    assert "缺少 编号… 文字" in ledger.run("progress").err
    assert "种类 不能是“警告”" in ledger.run("report", "letter", "警告", "1.1").err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_of_the_program_fits_a_terminal_with_the_prompt_below(
    tmp_path: Path, environment: dict[str, str], lang: str
) -> None:
    shown = help_of(tmp_path, environment, (), lang)
    assert len(shown.splitlines()) <= 23
    for path in NAMED:
        assert re.search(rf"\b{path[0]}\b", shown), path
    assert set(re.findall(r"^  (--\S+)", shown, re.MULTILINE)) == {*VALUED, *FLAGS}
    assert "merge-driver" not in shown


def test_a_narrow_terminal_is_kept_to(tmp_path: Path, environment: dict[str, str]) -> None:
    shown = help_of(tmp_path, {**environment, "COLUMNS": "50"}, ("close",), "zh")
    assert not too_wide(shown, 50)


def test_both_names_of_a_switch_and_the_words_of_a_closed_list_are_shown(ledger: LedgerOnDisk) -> None:
    assert "--open, --no-open " in ledger.ok("serve", "--help")
    for verb in ("add", "set"):
        shown = "".join(ledger.ok("account", verb, "--help").split())
        assert "--rolemanager|section|leader|viewer角色：manager（管理员）、section（科室）" in shown
        assert "科室账户须给出--office，领导账户须给出--leader" in shown


def test_help_is_bold_where_somebody_looks_and_colours_are_wanted(ledger: LedgerOnDisk) -> None:
    assert "\x1b[1m示例：\x1b[0m" in in_terminal(ledger, "--lang", "zh", "close", "--help").out
    assert "\x1b" not in in_terminal(ledger, "close", "--help", "--no-color").out


def test_a_docstring_gives_its_paragraphs_and_its_examples() -> None:
    docstring = """Close a measure.

    It is done
    for good.

    Args:
        call: the call.

    Examples:
        xuncha close 2.3
    """
    assert split_docstring(docstring) == (["Close a measure.", "It is done for good."], ["xuncha close 2.3"])


@pytest.mark.parametrize(
    ("arguments", "rest", "given"),
    [
        ("status --today 2024-04-18", "status", {"--today": "2024-04-18"}),
        ("--ledger=x status --no-color", "status", {"--ledger": "x", "--no-color": None}),
        ("progress 1.1 -- --today x", "progress 1.1 -- --today x", {}),
        ("status --lang", "status", {"--lang": None}),
        ("--lang en list --lang zh", "list", {"--lang": "zh"}),
        ("close 1.1 --note --no-color", "close 1.1 --note", {"--no-color": None}),
    ],
)
def test_options_of_the_program_are_taken_from_anywhere(
    arguments: str, rest: str, given: dict[str, str | None]
) -> None:
    assert split_options(arguments.split()) == (rest.split(), given)


def test_the_program_alone_shows_its_help_and_counts_as_wrong_usage(ledger: LedgerOnDisk) -> None:
    result = ledger.run()
    assert result.code == 2
    assert result.out == ledger.ok("--help")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_both_spellings_of_help_work_after_a_verb(ledger: LedgerOnDisk, option: str) -> None:
    assert "xuncha status --by office" in ledger.ok("status", option)


def test_the_version_is_shown_without_a_ledger(tmp_path: Path, environment: dict[str, str]) -> None:
    from tests.conftest import LedgerOnDisk
    from xuncha import __version__

    assert LedgerOnDisk(tmp_path, environment).ok("--version") == f"xuncha {__version__}\n"
