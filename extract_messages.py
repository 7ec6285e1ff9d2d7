"""Write the messages of the program for translators (`make messages`): its own, the reasons of the audit's rules, and the help.

Rule texts that only docs/ shows are in a separate catalogue, docs/zh/rules.po, which the program does not carry.

The help is the table of verbs, and the docstrings of commands up to their first section; commands are recognised by their examples.
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po

import xuncha.audit.examine
import xuncha.rules.files
import xuncha.rules.ledger
import xuncha.rules.measure  # noqa: F401
from xuncha.audit.catalogue import RULES as AUDIT
from xuncha.cli.help import split_docstring
from xuncha.cli.invocation import METAVARS, PANELS, VERBS
from xuncha.doctor.examination import CHAPTERS as DOCTOR
from xuncha.doctor.surroundings import CHECKS
from xuncha.proof.proofreader import CHAPTERS as PROOF
from xuncha.rules.catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE = Path(__file__).parent / "src/xuncha"
METHODS = [("**.py", "python"), ("**/desk/templates/**.html", "jinja2.ext:babel_extract")]


def messages() -> Iterator[str | tuple[str, ...]]:
    """Yield every message; one with a plural as a pair."""
    # Babel warns of every f-string in a call, also of one that is a value; ruff finds those that are the message (INT001).
    with contextlib.redirect_stderr(io.StringIO()):
        found = list(extract_from_dir(SOURCE, METHODS, keywords={**DEFAULT_KEYWORDS, "mark": None}))
    for _path, _line, message, *_rest in found:
        yield message
    yield from unmarked()


def unmarked() -> Iterator[str]:
    """Yield the messages that no call of gettext marks: the table of verbs, the reasons of the audit's rules, the help of all commands."""
    yield from PANELS
    yield from METAVARS
    yield from (f"xuncha {verb}" for verb in VERBS)
    yield from (rule.why for rule in AUDIT.values())
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "Examples:" in text else ():
            if isinstance(node, ast.FunctionDef):
                paragraphs, examples = split_docstring(ast.get_docstring(node) or "")
                if examples:
                    yield from paragraphs


def of_rules() -> Iterator[str]:
    """Yield the rule texts that only docs/ shows: chapters, reasons, and examples that are described instead of shown."""
    for chapter in (*DOCTOR, *PROOF):
        yield (chapter.__doc__ or "").partition("\n")[0]
    yield from (rule.wrong for rule in AUDIT.values())
    for check in CHECKS.values():
        yield from (check.wrong, check.why, check.right)
    for rule in (*RULES.values(), *(rule for chapter in PROOF for rule in chapter.RULES.values())):
        described_only = (text for text in (rule.wrong, rule.right) if text.startswith("("))
        yield from (rule.why, *described_only)


def write(path: Path, found: Iterable[str | tuple[str, ...]]) -> None:
    """Write messages into a file."""
    catalog = Catalog(project="xuncha")
    for message in found:
        catalog.add(message)
    with path.open("wb") as stream:
        write_po(stream, catalog, sort_output=True, no_location=True)


def main() -> None:
    """Write the named file, and rules.pot beside it."""
    path = Path(sys.argv[1])
    write(path, messages())
    write(path.with_name("rules.pot"), of_rules())


if __name__ == "__main__":
    main()
