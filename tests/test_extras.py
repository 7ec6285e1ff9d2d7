"""A package that is not installed: what a person is told, and what stays a bug."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import get_args

import pytest

import xuncha
from xuncha.errors import SurroundingsError
from xuncha.extras import Extra, needs

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
SOURCE = Path(xuncha.__file__).parent
BROUGHT = {"markupsafe", "lxml", "pydantic_core"}
"""Parts of what is declared, which cannot be without them: jinja2, python-docx, pydantic."""


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(SurroundingsError) as caught, needs("docx"):
        importlib.import_module("no_such_package_anywhere")
    assert (caught.value.code, caught.value.exit_code) == ("missing-extra", 3)
    assert "no_such_package_anywhere" in caught.value.message
    assert 'pip install "xuncha[docx]"' in caught.value.hint


def test_what_is_missing_in_this_package_stays_a_bug() -> None:
    with pytest.raises(ModuleNotFoundError), needs("docx"):
        importlib.import_module("xuncha.no_such_room")


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="as it was"), needs("pdf"):
        raise ValueError("as it was")


def test_all_is_every_extra_that_a_command_can_ask_for() -> None:
    assert EXTRAS["all"] == [f"xuncha[{','.join(get_args(Extra))}]"]
    assert set(EXTRAS) == {*get_args(Extra), "all", "dev", "fuzz"}
    assert "xuncha[all]" in EXTRAS["dev"], "the tests are for all of it"


def test_whatever_is_imported_is_declared() -> None:
    """Whoever installs the wheel gets what it asks for; a package that is there by chance on one machine is not on another."""
    declared = {
        re.split(r"[\[<>=]", each)[0].lower()
        for extra, packages in {**EXTRAS, "core": PROJECT["dependencies"]}.items()
        if extra != "dev"
        for each in packages
    }
    brought = packages_distributions()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"xuncha"}:
                known = {package.lower() for package in brought.get(name, [])}
                assert known & (declared | BROUGHT), (
                    f"{path.name}:{node.lineno}: {name} is not in pyproject.toml"
                )
