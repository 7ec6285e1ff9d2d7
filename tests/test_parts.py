"""A command whose part is not installed says how to add it; any other missing package is a bug."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from importlib import metadata
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import get_args

import pytest

import xuncha
from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.parts import Part, install_hint, require_part

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
SOURCE = Path(xuncha.__file__).parent
BROUGHT = {"markupsafe", "lxml", "pydantic_core"}
"""Modules that come with a declared package: with jinja2, python-docx, pydantic."""


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(SurroundingsError) as caught, require_part("office"):
        importlib.import_module("no_such_package_anywhere")
    assert (caught.value.code, caught.value.exit_code) == ("missing-part", 3)
    assert "no_such_package_anywhere" in caught.value.message
    assert "office" in caught.value.message
    assert caught.value.hint == install_hint("office")


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ('{"url": "file://%s", "dir_info": {}}', '"%p" -m pip install "%s[office]"'),
        (
            '{"url": "file://%s", "dir_info": {"editable": true}}',
            '"%p" -m pip install --editable "%s[office]"',
        ),
        ('{"url": "file://%s/gone.whl", "archive_info": {}}', 'python -m pip install ".[office]"'),
        (
            '{"url": "https://git.example.cn/x.git", "vcs_info": {"vcs": "git", "commit_id": "1a2b"}}',
            '"%p" -m pip install "xuncha[office] @ git+https://git.example.cn/x.git@1a2b"',
        ),
        (
            '{"url": "https://files.example.cn/x.whl", "archive_info": {}}',
            '"%p" -m pip install "xuncha[office] @ https://files.example.cn/x.whl"',
        ),
        (None, 'python -m pip install ".[office]"'),
    ],
)
def test_a_part_is_added_from_where_the_program_was_installed(
    record: str | None, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that is not ours may have a package of the same name by somebody else."""
    folder = tmp_path / "整改 台账"
    folder.mkdir()
    text = record and record.replace("%s", folder.as_uri().removeprefix("file://"))
    monkeypatch.setattr(metadata.PathDistribution, "read_text", lambda _self, _name: text)
    command = wanted.replace("%p", sys.executable).replace("%s", str(folder))
    assert install_hint("office").endswith(command)


def test_a_bundle_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment has no pip, and no index to ask."""
    place = tmp_path / "整改 台账" / "venv-a"
    place.mkdir(parents=True)
    (place / "xuncha-bundle.json").touch()
    monkeypatch.setattr(sys, "prefix", str(place))
    assert install_hint("office").endswith(f'sh install.sh "{place.parent}"')
    monkeypatch.setattr(system, "WINDOWS", True)
    assert install_hint("office").endswith(f'install.cmd "{place.parent}"')
    assert "pip" in install_hint("spark"), "no bundle has it"


def test_what_is_missing_in_this_package_stays_a_bug() -> None:
    with pytest.raises(ModuleNotFoundError), require_part("office"):
        importlib.import_module("xuncha.no_such_room")


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="as it was"), require_part("office"):
        raise ValueError("as it was")


def test_all_is_every_part_that_a_command_can_ask_for() -> None:
    assert EXTRAS["all"] == [f"xuncha[{','.join(get_args(Part))}]"]
    assert set(EXTRAS) == {*get_args(Part), "all", "spark", "dev", "fuzz"}
    assert "xuncha[all]" in EXTRAS["dev"], "the tests are for all of it"


def test_whatever_is_imported_is_declared() -> None:
    """A package that happens to be on one machine may be missing on another."""
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
                known = {package.lower() for package in brought.get(name, [name])}  # even if not installed
                assert known & (declared | BROUGHT), (
                    f"{path.name}:{node.lineno}: {name} is not in pyproject.toml"
                )
