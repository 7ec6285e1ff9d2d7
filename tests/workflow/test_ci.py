"""The CI files of `init` and of this repository, run step by step with the built wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from ruamel.yaml import YAML

from tests.faults.table import WHOLE
from tests.paper.files import needs_fonts

ROOT = Path(__file__).parents[2]
PACKAGE = ["src", "templates", "compile_translations.py", "pyproject.toml", "README.md", "LICENSE"]
FORGES = {
    "github": ".github/workflows/xuncha.yml",
    "gitea": ".gitea/workflows/xuncha.yml",
    "gitlab": ".gitlab-ci.yml",
}
SCHEMAS = {
    "github": "vendor.github-workflows",
    "gitea": "vendor.github-workflows",
    "gitlab": "vendor.gitlab-ci",
}
PUBLIC = {"public/index.html", *(f"public/notice.{form}" for form in ("txt", "md", "html", "docx", "pdf"))}
INTERNAL = {
    "internal/dashboard.html",
    "internal/weekly.docx",
    "internal/dispatch.docx",
    "internal/plan.docx",
    "internal/progress.docx",
    "internal/closing.docx",
    "internal/calendar.ics",
}


@dataclass
class Runner:
    """A machine of CI: an environment that has no xuncha until a step installs it, and no way to the net."""

    folder: Path
    environment: dict[str, str]
    package: str
    """The variable XUNCHA_PACKAGE of the repository."""

    def run(self, where: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the text of a step in a checkout, as the runners do."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=where,
            env={**self.environment, "XUNCHA_PACKAGE": self.package, **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, since a build writes the translations beside their sources; return its folder."""
    copy = tmp_path_factory.mktemp("source")
    for name in PACKAGE:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, copy],
        check=True,
    )
    return folder


@pytest.fixture
def runner(tmp_path: Path, wheels: Path, environment: dict[str, str]) -> Runner:
    """Set up the CI machine: pip installs the wheel alone, and its dependencies come from the tests' own environment."""
    folder = tmp_path / "runner"
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    lent = sysconfig.get_path("purelib")
    Path(
        sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}), "lent.pth"
    ).write_text(lent, encoding="utf-8")
    for name, script in {
        "pip": f'exec "{programs}/python" -m pip "$@"',
        "apt-get": f'echo "$@" >> "{folder}/apt-get.log"',
        "sudo": 'exec "$@"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    pip = {
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_IGNORE_INSTALLED": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the wrong way round: builds in this environment
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    system = [part for part in environment["PATH"].split(os.pathsep) if not (Path(part) / "xuncha").exists()]
    unset = {key: value for key, value in environment.items() if not key.startswith(("XUNCHA_", "PYTHON"))}
    (wheel,) = wheels.glob("xuncha-*.whl")
    return Runner(folder, {**unset, **pip, "PATH": os.pathsep.join([str(programs), *system])}, wheel.as_uri())


def read(path: Path) -> Any:
    """Load a YAML file."""
    return YAML(typ="safe").load(path)


def steps(path: Path) -> tuple[list[str], dict[str, str], list[str]]:
    """Return the scripts of the publishing job in order, its variables, and the paths of its artifacts."""
    file = read(path)
    if path.name == ".gitlab-ci.yml":
        job = file["publish"]
        return ["\n".join(job["script"])], job["variables"], job["artifacts"]["paths"]
    job = file["jobs"]["publish"]
    upload = next(step for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    return (
        [step["run"] for step in job["steps"] if "run" in step],
        {name: value for name, value in file["env"].items() if "${{" not in value},
        upload["with"]["path"].split(),
    )


def made(where: Path, paths: list[str]) -> set[str]:
    """Return the files that a job keeps as artifacts."""
    found = {
        str(file.relative_to(where)) for path in paths for file in (where / path).rglob("*") if file.is_file()
    }
    assert all((where / path).is_dir() for path in paths)
    return found


def carry_out(runner: Runner, where: Path, path: str) -> tuple[list[str], str]:
    """Run every step, each of which must succeed; the kept paths, and what was said."""
    scripts, variables, kept = steps(where / path)
    said = []
    for script in scripts:
        done = runner.run(where, script, **variables)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        said.append(done.stdout + done.stderr)
    place = runner.run(where, "python -P -c 'import xuncha; print(xuncha.__file__)'").stdout
    assert place.startswith(str(runner.folder)), "the steps must have installed what they ran"
    assert "Traceback" not in "".join(said)
    return kept, "".join(said)


def checkout(runner: Runner, tmp_path: Path, *options: str) -> Path:
    """Make a new ledger by `init`, and clone it as CI does."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    subprocess.run(
        [sys.executable, "-m", "xuncha", "init", str(origin), *options], env=runner.environment, check=True
    )
    subprocess.run(["git", "clone", "-q", origin, clone], env=runner.environment, check=True)
    return clone


@pytest.mark.apart
@needs_fonts
@pytest.mark.parametrize("forge", FORGES if WHOLE else list(FORGES)[:1])
def test_every_push_renders_all_that_a_fresh_ledger_gives(runner: Runner, tmp_path: Path, forge: str) -> None:
    clone = checkout(runner, tmp_path, "--example")
    kept, _said = carry_out(runner, clone, FORGES[forge])
    assert steps(clone / FORGES[forge])[1]["TZ"] == "CST-8", (
        "until eight in the morning London is a day behind"
    )
    assert made(clone, kept) == PUBLIC | INTERNAL
    assert all((clone / path).stat().st_size for path in PUBLIC | INTERNAL)
    assert Calendar.from_ical((clone / "internal/calendar.ics").read_bytes()).events
    assert (runner.folder / "apt-get.log").exists(), "a document in PDF needs fonts"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True)
    assert status.stdout == b"", "what is rendered is not to be committed"


@pytest.mark.apart
def test_an_empty_ledger_passes_without_a_notice(runner: Runner, tmp_path: Path) -> None:
    clone = checkout(runner, tmp_path)
    kept, said = carry_out(runner, clone, FORGES["github"])
    assert "error[notice-incomplete]" in said, "why there is no notice is said"
    counted = {"public/index.html", "internal/dashboard.html", "internal/calendar.ics"}
    assert made(clone, kept) == counted & (PUBLIC | INTERNAL), "documents need something to tell of"


@pytest.mark.apart
def test_whoever_has_not_said_where_xuncha_comes_from_is_told(runner: Runner, tmp_path: Path) -> None:
    clone = checkout(runner, tmp_path)
    install = steps(clone / FORGES["github"])[0][1]
    done = runner.run(clone, install, XUNCHA_PACKAGE="")
    assert done.returncode != 0
    assert "XUNCHA_PACKAGE 尚未设置" in done.stderr
    for forge in FORGES.values():
        assert "pip install xuncha" not in (clone / forge).read_text(encoding="utf-8").replace("'", "")


@pytest.mark.apart
def test_a_fault_of_the_ledger_or_of_a_template_stops_it(runner: Runner, tmp_path: Path) -> None:
    clone = checkout(runner, tmp_path, "--example")
    scripts, variables, _kept = steps(clone / FORGES["gitlab"])
    (clone / "templates").mkdir()
    (clone / "templates/notice.txt.j2").write_text("{{ nothing_of_that_name }}", encoding="utf-8")
    done = runner.run(clone, scripts[0], **variables)
    assert (done.returncode, "error[template]" in done.stdout) == (1, True), done.stdout
    (clone / "data/problems/01/1.1.yaml").write_text("title: [", encoding="utf-8")
    done = runner.run(clone, scripts[0], **variables)
    assert done.returncode == 1
    assert "1.1.yaml" in done.stderr


@pytest.mark.apart
@pytest.mark.skipif(not WHOLE, reason="`make publish` does the same in CI")
@needs_fonts
def test_this_repository_renders_its_own_ledger(runner: Runner, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in [*PACKAGE, "data", ".github", ".gitignore"]:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, _above(copy / name))
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=copy, env=runner.environment, check=True)
    kept, _said = carry_out(runner, copy, ".github/workflows/publish.yml")
    assert made(copy, kept) == PUBLIC | INTERNAL


def _above(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("forge", FORGES)
def test_the_files_are_in_the_form_of_their_forges(forge: str) -> None:
    from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]

    file = ROOT / "src/xuncha/skeleton" / f"{forge}.yml"
    with pytest.raises(SystemExit) as end:
        check_jsonschema(["--builtin-schema", SCHEMAS[forge], str(file)])
    assert end.value.code == 0


def test_nothing_but_the_public_goes_to_a_website_and_that_where_it_is_switched_on() -> None:
    github = read(ROOT / "src/xuncha/skeleton/github.yml")["jobs"]["pages"]
    assert "XUNCHA_PAGES == 'true'" in github["if"]
    assert [step["with"]["path"] for step in github["steps"] if "upload" in step["uses"]] == ["public/"]
    gitlab = read(ROOT / "src/xuncha/skeleton/gitlab.yml")["pages"]
    assert '$XUNCHA_PAGES == "true"' in gitlab["rules"][0]["if"]
    assert gitlab["artifacts"]["paths"] == ["public/"]


def test_one_script_holds_the_list() -> None:
    """The files of the forges say how to come to it, and nothing of what is rendered."""
    for file in [*(ROOT / "src/xuncha/skeleton").glob("*.yml"), ROOT / ".github/workflows/publish.yml"]:
        text = file.read_text(encoding="utf-8")
        assert "publish.sh" in text
        assert not any(f"xuncha {verb}" in text for verb in ("notice", "dashboard", "report", "calendar"))
