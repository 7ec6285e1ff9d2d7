"""Make the pages of rules and commands, the table of rooms, the schemas, and the screens in the READMEs from the program itself.

`make docs` writes them; a test fails if one of them is out of date.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import keys  # beside this file, like the next
from babel.messages.pofile import read_po
from played import BLOCKS, PAGES, played

from xuncha.language import gettext, is_chinese, use_language

if TYPE_CHECKING:
    from xuncha.catalogue import Rule

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en": ("README.md", "docs"), "zh": ("README.zh-CN.md", "docs/zh")}
MARK = "<!-- From here on made from the code by `make docs`. -->"
"""The end of the handwritten part of a page."""
CHINESE = {
    "error": "错误", "warning": "警告", "note": "说明", "a warning in an import": "导入时为警告",
    "Wrong:": "错误写法：", "Right:": "正确写法：", "To mend it: ": "处理办法：", "Seen as: ": "表现为：",
    "The folder and its files": "文件夹和文件", "A comment": "意见建议", "A measure, or any record": "措施，以及各种文件",
}  # fmt: skip
"""The fixed words of the pages; those of rules are in docs/zh/rules.po or in the program's catalogue."""


def made() -> dict[str, str]:
    """Return every generated file by its path, with its present text."""
    from xuncha.skeleton.create import schema_file  # noqa: PLC0415
    from xuncha.store.schema import KINDS  # noqa: PLC0415

    files = {f"data/schema/{kind}.json": schema_file(kind).decode() for kind in KINDS}
    files["docs/architecture.md"] = architecture((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    for language, (readme, folder) in LANGUAGES.items():
        with use_language(language):
            pages = {page.__name__: page() for page in (rules, proof, doctor, audit)}
        if language == "zh":
            pages["keys"] = keys.page()
        pages["commands"] = _run(language, __file__, "--commands")
        for name, text in pages.items():
            path = f"{folder}/{name}.md"
            by_hand, mark, _old = (ROOT / path).read_text(encoding="utf-8").partition(MARK)
            files[path] = f"{by_hand}{mark}\n\n{text}"
        files[readme] = with_screens((ROOT / readme).read_text(encoding="utf-8"), language)
    return files


def typed() -> list[Path]:
    """Return the Chinese pages that show commands with their output."""
    return [path for path in sorted(PAGES.glob("*.md")) if BLOCKS.search(path.read_text(encoding="utf-8"))]


def architecture(page: str) -> str:
    """Return docs/architecture.md with a table of the rooms in its picture, as their docstrings describe them."""
    picture = page.partition("```text\n")[2].partition("```")[0]
    rooms = [room for line in picture.splitlines() for room in line[26:].split()]
    rows = [f"| `{room}` | {_docstring(room)} |\n" for room in rooms if room not in {"__main__", "xuncha"}]
    return re.sub(
        r"(\| room .*\n\| --- .*\n)(?:\|.*\n)*", lambda head: head[1] + "".join(rows), page, count=1
    )


def _docstring(room: str) -> str:
    """Return the docstring of a room in one line; pages that it names become links."""
    folder = ROOT / "src/xuncha"
    file = folder / f"{room}.py" if (folder / f"{room}.py").exists() else folder / room / "__init__.py"
    text = " ".join((ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split())

    def link(match: re.Match[str]) -> str:
        page = next((ROOT / "docs").glob(f"{match[1]}*.md"))
        return f"[{page.stem[:4] if 'adr/' in match[1] else page.stem}]({page.relative_to(ROOT / 'docs').as_posix()})"

    return re.sub(r"docs/(adr/\d{4}|\w+(?=\.md))(?:[\w-]*\.md)?", link, text)


def rules() -> str:
    """Return docs/rules.md: every rule, with its reason and an example."""
    import xuncha.rules.files  # noqa: PLC0415
    import xuncha.rules.ledger  # noqa: PLC0415
    import xuncha.rules.measure  # noqa: F401, PLC0415
    from xuncha.rules.catalogue import RULES  # noqa: PLC0415

    places = {
        "folder": "The folder and its files",
        "ledger": "data/ledger.yaml",
        "problem": "problem.yaml",
        "comment": "A comment",
        "": "A measure, or any record",
    }
    parts = []
    for where, title in places.items():
        parts.append(f"## {said(title)}\n")
        for rule in sorted(RULES.values(), key=lambda rule: rule.code):
            if rule.scope == where:
                parts += [f"### {rule.code}\n", f"{said(rule.why)}\n", *_examples(rule, "yaml")]
    return "\n".join(parts)


def proof() -> str:
    """Return docs/proof.md: every rule of the proofreader, with its reason and an example."""
    from xuncha.proof.proofreader import CHAPTERS  # noqa: PLC0415

    parts = []
    for chapter in CHAPTERS:
        parts.append(f"## {_title(chapter)}\n")
        for rule in chapter.RULES.values():
            parts += [f"### {_coded(rule)}\n", f"{said(rule.why)}\n", *_examples(rule, "text")]
    return "\n".join(parts)


def doctor() -> str:
    """Return docs/doctor.md: every check of the doctor, with its reason and remedy."""
    from xuncha.doctor.examination import CHAPTERS, sorted_checks  # noqa: PLC0415

    parts = []
    for chapter in CHAPTERS:
        parts.append(f"## {_title(chapter)}\n")
        for check in sorted_checks():
            if check.chapter == chapter.__name__.rpartition(".")[2]:
                parts += [
                    f"### {_coded(check)}\n",
                    f"{said(check.wrong)}{'' if is_chinese() else ' '}{said(check.why)}\n",
                    f"{said('To mend it: ')}{said(check.right)}\n",
                ]
    return "\n".join(parts)


def audit() -> str:
    """Return docs/audit.md: every finding of an audit, with its reason and what it looks like."""
    import xuncha.audit.examine  # noqa: F401, PLC0415
    from xuncha.audit.catalogue import RULES  # noqa: PLC0415

    parts = []
    for rule in sorted(RULES.values(), key=lambda rule: rule.code):
        parts += [f"## {_coded(rule)}\n", f"{said(rule.why)}\n", f"{said('Seen as: ')}{said(rule.wrong)}\n"]
    return "\n".join(parts)


def said(text: str) -> str:
    """Return a text in the current language."""
    return CHINESE.get(text) or rules_in_chinese().get(text) or gettext(text) if is_chinese() else text


@cache
def rules_in_chinese() -> dict[str, str]:
    """Return the Chinese of rule texts that only docs/ shows."""
    with (PAGES / "rules.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def _title(chapter: ModuleType) -> str:
    return said((chapter.__doc__ or "").partition("\n")[0]).rstrip(".。")


def _coded(rule: Rule[Any]) -> str:
    """Return the code and severity of a rule, as a heading."""
    grave = said(rule.severity) + (
        f"; *{said(rule.scope)}*" if rule.scope == "a warning in an import" else ""
    )
    return f"{rule.code}（{grave.replace('; ', '；')}）" if is_chinese() else f"{rule.code} ({grave})"


def _examples(rule: Rule[Any], kind: str) -> Iterator[str]:
    for title, example in (("Wrong:", rule.wrong), ("Right:", rule.right)):
        yield f"{said(title)}\n\n```{kind}\n{said(example)}\n```\n"


def commands() -> str:
    """Return the reference of commands: the help of each in 80 columns."""
    parts = []
    for words in _all_commands():
        parts += [f"## xuncha {' '.join(words)}".rstrip() + "\n", f"```text\n{_help(words)}\n```\n"]
    return "\n".join(parts)


def with_screens(readme: str, language: str) -> str:
    """Return a README with the present output in its screens."""

    def screen(match: re.Match[str]) -> str:
        return f"{match[1]}\n```text\n{_run(language, '-m', 'xuncha', *match[2].split()).rstrip()}\n```\n{match[3]}"

    return re.sub(r"(<!-- xuncha (.+?) -->)\n.*?(<!-- /xuncha -->)", screen, readme, flags=re.DOTALL)


def _all_commands() -> Iterator[list[str]]:
    from typer.main import get_command  # noqa: PLC0415

    from xuncha.cli.command import program  # noqa: PLC0415

    yield []
    for name, command in get_command(program()).commands.items():  # type: ignore[attr-defined]
        if command.hidden:
            continue
        yield [name]
        for inner, below in getattr(command, "commands", {}).items():
            if not below.hidden:
                yield [name, inner]


def _help(words: list[str]) -> str:
    from xuncha.cli.command import program  # noqa: PLC0415

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        program(words[0] if words else None)([*words, "--help"], standalone_mode=False, prog_name="xuncha")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines()).strip("\n")


def _run(language: str, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XUNCHA_")}
    environment |= {"XUNCHA_LANG": language, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout


def main() -> None:
    """Write the files; or, with `--commands`, print the reference of commands in the language of the environment."""
    if "--commands" in sys.argv:
        from xuncha import language  # noqa: PLC0415

        language.set_language()
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(commands())
        return
    pages = {path: played(path.read_text(encoding="utf-8")) for path in typed()}
    for path, text in ({ROOT / path: text for path, text in made().items()} | pages).items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
