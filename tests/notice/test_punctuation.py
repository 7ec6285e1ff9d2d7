"""No half-width punctuation next to Chinese characters in notices or our own files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from ruamel.yaml import YAML
from ruamel.yaml.events import ScalarEvent

from tests.notice.forms import FORMS, notice, read
from tests.notice.test_texts import ledger_of, told
from tests.punctuation import half_width, torn_pairs

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("form", FORMS)
def test_the_usual_words_are_punctuated_full_width(bare_ledger: LedgerOnDisk, form: str) -> None:
    assert not half_width(notice(bare_ledger.root, form))


@pytest.mark.parametrize(
    "text",
    [
        "一,二(三)四:五;六?七!",
        "图(1)",
        "(注)",
        "(1)图",
        "见图(1),表(2)",
        "办法(A)",
        "(A)办法",
        "第一(2)组(A,B)",
        "甲!",
        "!甲",
        "(a)",
        "a)",
        "(a",
        "a,",
        "a:",
        "a;",
        "a?",
    ],
)
def test_half_width_punctuation_in_the_data_becomes_full_width(bare_ledger: LedgerOnDisk, text: str) -> None:
    outputs = told(bare_ledger.root, ledger_of(text))
    for form, output in outputs.items():
        assert not half_width(output), form
        for paragraph in read(form, output):
            assert torn_pairs(text) or not torn_pairs(paragraph), form


def test_a_document_number_keeps_its_brackets(bare_ledger: LedgerOnDisk) -> None:
    for form, output in told(bare_ledger.root, ledger_of("按东发改〔2023〕360号(见附件)办理")).items():
        assert "按东发改〔2023〕360号（见附件）办理" in output, form


# ---------------------------------------------------------------- the files of the repository


def chinese_of_markdown(text: str) -> str:
    """Return the sentences that a reader of Markdown sees: without code, the addresses of links, and emphasis."""
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    text = re.sub(r"`[^`\n]*`", "码", text)
    text = re.sub(r"\]\([^)\n]*\)", "]", text).replace("![", "[")
    return re.sub(r"[*_\[\]<>]", "", text)


def strings_of_yaml(text: str) -> list[str]:
    """Every scalar and every comment of a YAML file; in a comment, what shows how to write YAML is left out."""
    found = [
        event.value for event in YAML(typ="safe", pure=True).parse(text) if isinstance(event, ScalarEvent)
    ]
    for line in text.split("\n"):
        comment = re.search(r"(?:^|\s)#(.*)$", line)
        if comment:
            found.append(re.sub(r"\[[^\]]*\]|\{[^}]*\}", "", comment[1]))
    return found


@pytest.mark.parametrize("path", sorted((REPOSITORY / "templates").iterdir()), ids=lambda path: path.name)
def test_the_templates_are_punctuated_full_width(path: Path) -> None:
    text = re.sub(r"(?s)\{#.*?#\}", "", path.read_bytes().decode())  # comments are English
    assert not half_width(text)
    for literal in re.findall(r'"([^"\n]*)"', text):
        assert not half_width(literal)


@pytest.mark.parametrize(
    "folder",
    ["data", "src/xuncha/skeleton", ".github/workflows"],
    ids=lambda folder: folder.replace("/", "-"),
)
def test_yaml_is_punctuated_full_width(folder: str) -> None:
    paths = [path for suffix in ("yaml", "yml") for path in (REPOSITORY / folder).rglob(f"*.{suffix}")]
    assert paths
    wrong = {}
    for path in paths:
        # The days of the example are filled in when it is made; braces alone would be YAML.
        text = re.sub(r"\{today[+-]?[0-9]*\}", "2024-06-15", path.read_bytes().decode())
        if found := [
            slip for string in strings_of_yaml(text) for slip in half_width(string) + torn_pairs(string)
        ]:
            wrong[path.name] = found
    assert not wrong


_IN_CHINESE = [
    *REPOSITORY.glob("docs/zh/*.md"),
    REPOSITORY / "data/README.md",
    REPOSITORY / "README.zh-CN.md",
]


@pytest.mark.parametrize("path", _IN_CHINESE, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_documentation_in_chinese_is_punctuated_full_width(path: Path) -> None:
    text = chinese_of_markdown(path.read_bytes().decode())
    assert not half_width(text)
    assert not torn_pairs(text)


@pytest.mark.parametrize("path", ["src/xuncha/locale/zh_CN/LC_MESSAGES/xuncha.po", "docs/zh/rules.po"])
def test_translations_are_punctuated_full_width(path: str) -> None:
    with (REPOSITORY / path).open("rb") as stream:
        catalogue = read_po(stream)
    wrong = []
    for message in catalogue:
        for text in [message.string] if isinstance(message.string, str) else message.string or ():
            said = re.sub(r"`[^`]*`", "码", text)
            wrong += half_width(said) if message.id else []
    assert not wrong


def test_the_check_itself_sees_what_it_must() -> None:
    for slip in ("一,二", "甲(1)", "(1)甲", "甲:", "?甲", "“甲”;", "、!", "（甲),"):
        assert half_width(slip), slip
    for right in ("一，二", "a, b", "10:30", "甲 (a)", "http://a.cn", "（1）", "2024-06-15"):
        assert not half_width(right), right
    assert torn_pairs("图（1)") == ["（1)"]
    assert torn_pairs("图（1）和(a)") == []
    assert half_width("\n".join(strings_of_yaml("title: 一,二\n")))
    assert half_width("\n".join(strings_of_yaml("title: a # 一,二\n")))
    assert not half_width("\n".join(strings_of_yaml("a: [甲, 乙]  # 例如：[甲, 乙]\n")))
    assert half_width(chinese_of_markdown("**粗**:"))
    assert not half_width(chinese_of_markdown("见[文档](docs/a.md)和`甲,乙`。"))
