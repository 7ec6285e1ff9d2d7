"""The pages in docs/ are what `make docs` would write, their links lead somewhere, and what they show is true."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/zh/*.md"), ROOT / "data/README.md"]


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
    text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


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
