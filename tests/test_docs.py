"""The pages in docs/ are what `make docs` would write, their links lead somewhere, and what they show is true."""

from __future__ import annotations

import html
import importlib
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from extract_messages import of_rules
from tests import program

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
_LARGEST = 150_000
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/zh/*.md"), ROOT / "data/README.md"]


def _links(page: Path) -> list[str]:
    """Return the files to which a page links."""
    text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    return re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """docs/make.py, which is in no package, like what stands beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        return importlib.import_module("make")


def test_every_page_that_is_made_is_what_would_be_made_now(make: ModuleType) -> None:
    """`make docs` writes them."""
    made = make.made()
    assert len(made) > 15
    assert [path for path, text in made.items() if (ROOT / path).read_text(encoding="utf-8") != text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    assert [link for link in _links(page) if not (page.parent / link).exists()] == []


def test_what_the_pages_tell_of_rules_has_its_chinese() -> None:
    with (ROOT / "docs/zh/rules.po").open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    chinese = {str(message.id): str(message.string) for message in catalogue if message.id}
    assert set(chinese) == set(of_rules())
    assert [english for english, said in chinese.items() if not re.search("[\u4e00-\u9fff]", said)] == []
    assert not any(message.fuzzy for message in catalogue)


def test_the_examples_of_the_keys_are_files_that_validate(make: ModuleType) -> None:
    for name, example in make.keys.examples().items():
        make.keys.MODELS[name].model_validate(example)


def test_both_pages_on_templates_tell_of_the_same_names() -> None:
    """The Chinese one is translated by hand: what a template is given must not be told in one of them alone."""
    english, chinese = (
        set(re.findall(r"`([^`\n]+)`", (ROOT / path).read_text(encoding="utf-8")))
        for path in ("docs/templates.md", "docs/zh/templates.md")
    )
    assert english == chinese


def _forked(words: list[str], folder: Path, around: dict[str, str]) -> tuple[int, str]:
    if words[0] != "xuncha":
        ran = subprocess.run(words, cwd=folder, env=around, check=False, capture_output=True, text=True)
        return ran.returncode, ran.stderr + ran.stdout
    done = program.run(words[1:], folder, around, b"")
    return done.code, (done.err + done.out).decode()


def _typed() -> list[Path]:
    return [page for page in sorted(ROOT.glob("docs/zh/*.md")) if "```sh" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", _typed(), ids=lambda page: page.stem)
def test_the_commands_of_a_page_print_what_it_shows(make: ModuleType, page: Path) -> None:
    """Each is typed as it stands, in order, in an empty folder; pictures of screens hold the same words."""
    text, pictures = page.read_text(encoding="utf-8"), {}

    def seen(_session: object, name: str, printed: str) -> None:
        pictures[name] = printed

    assert make.played(text, _forked, then=seen) == text
    for name, printed in pictures.items():
        if name:
            drawn = re.findall(r"clip-path[^>]*>([^<]*)</text>", (page.parent / name).read_text("utf-8"))
            assert "".join(html.unescape("".join(drawn)).split()) == "".join(printed.split()), name


def test_the_pages_name_commands_and_options_that_there_are() -> None:
    reference = (ROOT / "docs/zh/commands.md").read_text(encoding="utf-8")
    helped = re.findall(r"^## xuncha ?([a-z ]*)\n\n```text\n(.*?)^```", reference, re.DOTALL | re.MULTILINE)
    known = {words: set(_OPTION.findall(shown)) for words, shown in helped}
    groups = {words.partition(" ")[0] for words in known if " " in words}
    unknown = []
    for page in ROOT.glob("docs/zh/*.md"):
        text = re.sub(r"(?ms)^```text.*?^```", "", page.read_text(encoding="utf-8"))
        for line in re.findall(r"(?:^|`)xuncha ((?:(?!&&)[^`\n#])+)", text, re.MULTILINE):
            words = re.sub(r"^--(?:ledger|today|lang) \S+ ", "", line).split()
            command = " ".join(words[: 2 if words[0] in groups else 1])
            if command not in known or not set(_OPTION.findall(line)) <= known[command] | known[""]:
                unknown.append(f"{page.name}: xuncha {line}")
    assert unknown == []


def test_pictures_are_small_and_each_is_shown() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in _links(page)}
    pictures = [path for kind in ("png", "svg") for path in (ROOT / "docs").rglob(f"*.{kind}")]
    assert [path.name for path in pictures if path not in shown or path.stat().st_size > _LARGEST] == []
