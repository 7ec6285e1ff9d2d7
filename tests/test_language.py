"""Every message has a Chinese translation with the same placeholders; none is fuzzy, unused or outdated."""

from __future__ import annotations

import ast
import gettext as stdlib
import io
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from typer.main import get_command

import xuncha
from extract_messages import METHODS, unmarked
from xuncha import language
from xuncha.cli.command import program
from xuncha.cli.invocation import HIDDEN, METAVARS, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

SOURCE = Path(xuncha.__file__).parent
PO = Path(__file__).parents[1] / "src/xuncha/locale/zh_CN/LC_MESSAGES/xuncha.po"
CALLS = {"_": 1, "gettext": 1, "mark": 1, "ngettext": 2}
"""Functions that translate or mark for translation, with the number of their arguments that are messages."""
_CHINESE = re.compile("[\u2e80-\u9fff]")
# What needs no Chinese character: punctuation around placeholders.
_NOTHING_TO_TRANSLATE = re.compile(r"[\W\d_]*")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """Return the translations in git."""
    with PO.open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def texts(value: object) -> tuple[str, ...]:
    """Return a message or translation as its forms: one, or singular and plural."""
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)


def messages(catalogue: Catalog) -> list[Message]:
    """Return all messages except the header."""
    return [message for message in catalogue if message.id]


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, int]]:
    """Yield every call that translates, also inside f-strings, with the number of its messages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node, CALLS[node.func.id]


def marked_by_us() -> dict[str, str]:
    """Return every message in the source that a call marks, found by the syntax tree, with its place."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "language.py":
            continue
        for call, count in calls(ast.parse(path.read_text(encoding="utf-8"))):
            for argument in call.args[:count]:
                assert isinstance(argument, ast.Constant), (
                    f"{path.name}:{call.lineno}: a message must stand there as a text, or no one can translate it"
                )
                found[str(argument.value)] = f"{path.relative_to(SOURCE)}:{call.lineno}"
    pages = {
        text: f"{path}:{line}"
        for path, line, message, _comments, _context in extract_from_dir(SOURCE, METHODS[1:])
        for text in texts(message)
    }
    return found | pages


def extracted(folder: Path) -> list[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    """Return what babel extracts, as for a translator."""
    return list(extract_from_dir(folder, METHODS, keywords={**DEFAULT_KEYWORDS, "mark": None}))


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a message with their formats: `{n}`, `{code:04X}`."""
    return sorted(
        f"{name}!{conversion or ''}:{form}"
        for _literal, name, form, conversion in Formatter().parse(text)
        if name is not None
    )


def test_the_catalogue_holds_what_is_said_and_babel_finds_it(catalogue: Catalog) -> None:
    """Check all in one test, since reading the whole source takes seconds.

    Babel must find every call of the syntax tree: one that it cannot see (in an f-string) is lost at the next update.
    """
    marked, extracted_too = marked_by_us(), {text for found in extracted(SOURCE) for text in texts(found[2])}
    said = marked | dict.fromkeys(unmarked(), "a docstring, or a rule of the audit")
    known = {text for message in messages(catalogue) for text in texts(message.id)}
    assert not {text: place for text, place in marked.items() if text not in extracted_too}
    assert not {text: place for text, place in said.items() if text not in known}
    assert not known - set(said)


def test_every_message_is_translated(catalogue: Catalog) -> None:
    empty = [message.id for message in messages(catalogue) if not all(texts(message.string))]
    assert not empty
    english = [
        message.id
        for message in messages(catalogue)
        for text in texts(message.string)
        if not _CHINESE.search(text) and not _NOTHING_TO_TRANSLATE.fullmatch(re.sub(r"\{\w+\}", "", text))
    ]
    assert not english


def test_nothing_is_fuzzy_or_obsolete(catalogue: Catalog) -> None:
    assert not [message.id for message in catalogue if message.fuzzy]
    assert not catalogue.obsolete
    assert not catalogue.fuzzy


def test_no_message_stands_twice() -> None:
    written = re.findall(r'(?m)^msgid ((?:"[^\n]*"\n)+)', PO.read_text(encoding="utf-8"))
    assert len(written) == len(set(written))


def test_translations_fill_in_the_same(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        wanted = {tuple(placeholders(text)) for text in texts(message.id)}
        for text in texts(message.string):
            assert tuple(placeholders(text)) in wanted, message.id


def test_translations_keep_the_markup_and_the_commands(catalogue: Catalog) -> None:
    """What people type must be the same in both languages."""
    for message in messages(catalogue):
        for source in texts(message.id):
            for text in texts(message.string):
                for option in re.findall(r"--[a-z][a-z-]+", source):
                    assert option in text, message.id
                for tag in re.findall(r"\[/?[a-z]*\]", source) if "[/" in source else ():
                    assert tag in text, message.id
                if verbs := re.findall(r"`(?:xuncha|git) [a-z]+", source):
                    assert all(verb in text for verb in verbs), message.id


def test_placeholders_of_commands_are_translated_in_hints_as_in_the_help(catalogue: Catalog) -> None:
    word = re.compile(rf"(?<![A-Z_.`-])(?:{'|'.join(METAVARS)})(?![A-Z_-])")
    shown = [text for message in messages(catalogue) for text in texts(message.string)]
    assert not list(filter(word.search, shown))


def test_translations_are_sentences_where_the_message_is_one(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        for text in texts(message.string):
            assert text == text.strip(), message.id
            assert "  " not in text, message.id


def test_chinese_has_one_plural(catalogue: Catalog) -> None:
    assert (catalogue.num_plurals, catalogue.plural_expr) == (1, "0")
    for message in messages(catalogue):
        if message.pluralizable:
            assert len(texts(message.string)) == 1, message.id


def test_what_gettext_reads_is_what_git_keeps(catalogue: Catalog) -> None:
    """The `.mo` is compiled when the package is built; an outdated one would show old texts."""
    kept = SOURCE / "locale/zh_CN/LC_MESSAGES/xuncha.mo"
    assert kept.is_file(), "it is compiled by `pip install --editable .`"
    fresh = io.BytesIO()
    write_mo(fresh, catalogue)
    fresh.seek(0)
    with kept.open("rb") as stream:
        read = stdlib.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    assert read == stdlib.GNUTranslations(fresh)._catalog  # type: ignore[attr-defined]


def test_the_languages_offered_are_those_there_are() -> None:
    assert language.LANGUAGES == ("zh", "en")
    assert [path.name for path in (SOURCE / "locale").iterdir() if path.is_dir()] == ["zh_CN"]


def test_messages_are_english(catalogue: Catalog) -> None:
    """Except for words to be typed as they are, in examples."""
    for message in messages(catalogue):
        for text in texts(message.id):
            rest = re.sub(r"`[^`]*`|--evidence \S+|git config [^&]*|-m \S+", "", text)
            assert not _CHINESE.search(rest), text


def test_without_a_catalogue_every_verb_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or stale `.mo` costs words, never commands."""
    monkeypatch.setattr(language, "_translations", stdlib.NullTranslations())
    root: Any = get_command(program())
    assert set(root.commands) == {*VERBS, *HIDDEN}
    with root.make_context("xuncha", [], resilient_parsing=True) as context:
        shown = root.get_help(context)
    assert all(re.search(rf"\b{verb}\b", shown) for verb in VERBS)
    assert "xuncha close  " not in shown
