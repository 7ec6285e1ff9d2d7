"""Nothing of a ledger is read or written through a link that came with a clone."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import program
from tests.conftest import measure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

TOKEN = "ghp_0123456789"
SECRET = "title: ghp_0123456789\nterm: once\nleader: 分管副局长\noffice: 规划科\ndue: 2024-12-31\nstatus: not_started\n"


def replaced(ledger: LedgerOnDisk, path: str, target: str | Path) -> None:
    """Put a link in the place of a file or folder of the ledger."""
    place = ledger.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(ledger.root.parent / f"was-{place.name}")
    place.symlink_to(target)


def secret(ledger: LedgerOnDisk) -> Path:
    """Write a file with a secret, outside the ledger."""
    place = ledger.root.parent / "secret.yaml"
    place.write_text(SECRET, encoding="utf-8")
    return place


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx"])
def test_a_template_that_is_a_link_into_gits_folder_is_not_followed(ledger: LedgerOnDisk, form: str) -> None:
    ledger.git("config", "http.extraheader", TOKEN)
    name = "notice.docx" if form == "docx" else f"notice.{form}.j2"
    replaced(ledger, f"templates/{name}", "../.git/config")
    result = ledger.run("notice", "-f", form, "-o", "/dev/stdout")
    assert result.code == 1
    assert TOKEN not in result.out + result.err
    assert f"templates/{name}:1:1: error[template]: " in result.err
    assert "链接" in result.err


@pytest.mark.parametrize("target", ["notice.md.j2", "../data/problems/03/3.1.yaml", "/etc/passwd", "nowhere"])
def test_a_template_that_is_a_link_to_anything_is_not_followed(ledger: LedgerOnDisk, target: str) -> None:
    ledger.write("templates/notice.md.j2", "甲")
    replaced(ledger, "templates/notice.txt.j2", target)
    result = ledger.run("notice")
    assert (result.code, result.out) == (1, "")
    assert "error[template]" in result.err
    assert "root:" not in result.err


@pytest.mark.parametrize("path", ["templates", "templates/sub"])
def test_a_folder_of_templates_that_is_a_link_is_not_followed(ledger: LedgerOnDisk, path: str) -> None:
    elsewhere = ledger.root.parent / "elsewhere"
    (elsewhere / "sub").mkdir(parents=True)
    for place in (elsewhere / "part.j2", elsewhere / "sub/part.j2"):
        place.write_text(TOKEN, encoding="utf-8")
    (elsewhere / "notice.txt.j2").write_text("{% include 'sub/part.j2' %}", encoding="utf-8")
    if path != "templates":
        ledger.write("templates/notice.txt.j2", "{% include 'sub/part.j2' %}")
    replaced(ledger, path, elsewhere)
    result = ledger.run("notice")
    assert result.code == 1
    assert TOKEN not in result.out + result.err
    assert "链接" in result.err


def test_an_own_template_includes_nothing_through_a_link(ledger: LedgerOnDisk) -> None:
    replaced(ledger, "templates/part.j2", secret(ledger))
    ledger.write("templates/notice.txt.j2", "甲\n{% include 'part.j2' %}")
    result = ledger.run("notice")
    assert result.code == 1
    assert TOKEN not in result.out + result.err


@pytest.mark.parametrize("path", ["templates/notice.txt.j2", "templates"])
def test_a_link_that_is_committed_is_not_followed_at_its_commit(ledger: LedgerOnDisk, path: str) -> None:
    replaced(ledger, path, "../.git/config" if path != "templates" else "data")
    ledger.commit()
    (ledger.root / path).unlink()
    result = ledger.run("notice", "--at", "HEAD")
    assert (result.code, result.out) == (1, "")
    assert "链接" in result.err


def test_validate_names_links_among_the_templates(ledger: LedgerOnDisk) -> None:
    replaced(ledger, "templates/notice.txt.j2", secret(ledger))
    result = ledger.run("validate")
    assert result.code == 1
    assert "templates/notice.txt.j2:1:1: error[symbolic-link]" in result.err
    assert ledger.run("status").code == 0, "nothing else is hindered"


READING = [
    ["show", "1.1"],
    ["list"],
    ["status"],
    ["notice"],
    ["validate"],
    ["report", "weekly"],
    ["export", "json"],
]
LINKED = ["data/problems/01/1.1.yaml", "data/problems/01", "data/problems", "data", "data/ledger.yaml"]


@pytest.mark.parametrize("path", LINKED)
@pytest.mark.parametrize("inside", [True, False])
def test_no_command_reads_a_record_through_a_link(ledger: LedgerOnDisk, path: str, inside: bool) -> None:
    ledger.ok("status")  # what is kept from before is not believed
    place, there = ledger.root / path, (ledger.root if inside else ledger.root.parent) / "moved"
    place.rename(there)
    place.symlink_to(there)
    for words in READING:
        result = ledger.run(*words)
        assert result.code == 1, words
        assert "error[symbolic-link]" in result.err, words
        assert result.out == "" or words[0] == "validate", words


@pytest.mark.parametrize("path", ["data/problems/01/1.1.yaml", "data/problems/01", "data"])
def test_show_reads_no_record_through_a_link_that_came_since(bare_ledger: LedgerOnDisk, path: str) -> None:
    from xuncha.errors import InvalidLedgerError
    from xuncha.model.identity import Identity
    from xuncha.store.files import WorkingTree
    from xuncha.store.loading import load_record

    replaced(bare_ledger, path, bare_ledger.root.parent / f"was-{path.rpartition('/')[2]}")
    with pytest.raises(InvalidLedgerError) as caught:
        load_record(WorkingTree(bare_ledger.root), Identity(1, 1))
    assert [each.code for each in caught.value.findings] == ["symbolic-link"]


@pytest.mark.parametrize("path", ["data/problems/01/1.1.yaml", "data/problems/01"])
def test_the_editor_is_not_shown_what_is_behind_a_link(ledger: LedgerOnDisk, path: str) -> None:
    place = ledger.root / path
    there = ledger.root.parent / "moved"
    place.rename(there)
    place.symlink_to(there)
    result = ledger.run("edit", "1.1", EDITOR="cat")
    assert result.code == 1
    assert f"{path}:1:1: error[symbolic-link]: {path} " in result.err
    assert result.out == ""


@pytest.mark.parametrize("linked", ["data/evidence", "data/evidence/1.2", "data/evidence/1.2/a.txt"])
def test_evidence_behind_a_link_is_not_read_and_nothing_is_attached_there(
    ledger: LedgerOnDisk, linked: str
) -> None:
    file = ledger.root.parent / "a.txt"
    file.write_text("内容", encoding="utf-8")
    ledger.ok("attach", "1.2", file)
    place, there = ledger.root / linked, ledger.root.parent / "moved"
    place.rename(there)
    place.symlink_to(there)
    assert ledger.run("validate").code == 1
    other = ledger.root.parent / "b.txt"
    other.write_text("其他", encoding="utf-8")
    assert ledger.run("attach", "1.2", other).code == 1
    assert not list(ledger.root.parent.glob("moved/**/b.txt"))


def test_a_pipe_in_place_of_a_record_keeps_nobody_waiting(bare_ledger: LedgerOnDisk) -> None:
    from xuncha.store.files import WorkingTree

    os.mkfifo(bare_ledger.root / "data/problems/01/1.9.yaml")
    assert WorkingTree(bare_ledger.root).read("data/problems/01/1.9.yaml") == b""


def test_the_ledgers_own_folder_may_be_reached_through_a_link(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(ledger.root)
    ledger.write("templates/notice.txt.j2", "甲")
    assert ledger.ok("--ledger", tmp_path / "short", "notice") == "甲"
    ledger.ok("--ledger", tmp_path / "short", "progress", "1.2", "继续推进。")
    ledger.ok("--ledger", tmp_path / "short", "notice", "-o", tmp_path / "short/out.txt")
    assert (ledger.root / "out.txt").read_text(encoding="utf-8") == "甲"


# ---------------------------------------------------------------- writing

WRITING = [
    ["notice", "-o"],
    ["dashboard", "-o"],
    ["report", "weekly", "-o"],
    ["report", "dispatch", "-o"],
    ["report", "plan", "-o"],
    ["report", "progress", "-o"],
    ["report", "letter", "reminder", "1.2", "-o"],
    ["report", "closing", "1.2", "-o"],
    ["report", "dossier", "1.2", "-o"],
    ["calendar", "-o"],
    ["export", "csv", "-o"],
    ["export", "json", "-o"],
    ["export", "xlsx", "-o"],
    ["export", "table", "-o"],
    ["export", "rows", "-o"],
    ["rollup", ".", "-f", "txt", "-o"],
    ["audit", "--html"],
]


def test_every_command_that_writes_a_file_is_tried() -> None:
    """Whatever takes `-o` is in the list above."""
    from pathlib import Path

    import xuncha

    folder = Path(xuncha.__file__).parent / "cli"
    taking = sum(
        path.read_text(encoding="utf-8").count(way)
        for path in folder.glob("*.py")
        if path.name != "options.py"
        for way in ("options.Output = None", "options.IntoFile", '("-o --output')
    )
    others = {"archive -o", "calendar -o"}
    known = {" ".join(words) for words in WRITING if words[-1] == "-o"} | others
    assert taking == len(known)


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_nothing_is_written_through_a_link(ledger: LedgerOnDisk, tmp_path: Path, words: list[str]) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"old")
    (tmp_path / "out").symlink_to(victim)
    result = ledger.run(*words, tmp_path / "out")
    assert result.code == 1
    assert "error[output-place]: " in result.err
    assert victim.read_bytes() == b"old"
    assert (tmp_path / "out").is_symlink()


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
@pytest.mark.parametrize(
    "target", [".git/hooks/pre-commit", ".GIT/config", "data/ledger.yaml", ".gitattributes"]
)
def test_nothing_is_written_over_a_part_of_the_ledger_or_into_gits_folder(
    ledger: LedgerOnDisk, words: list[str], target: str
) -> None:
    before = ledger.git("config", "--list", "--local")
    result = ledger.run(*words, target)
    assert result.code == 1
    assert "error[output-place]" in result.err
    assert not (ledger.root / ".git/hooks/pre-commit").exists()
    assert ledger.git("config", "--list", "--local") == before
    assert ledger.clean()


@pytest.mark.parametrize(
    "target",
    [
        "DATA/ledger.yaml",
        "data/problems/01/1.1.yaml",
        "data/new.txt",
        "templates/notice.txt.j2",
        "./x/../.gitattributes",
        ".gitignore",
        ".github/workflows/x.txt",
        "x/../.git/config",
        ".git",
        "way/out.txt",
        "hooks/out.txt",
        "records/out.txt",
        "dangling",
    ],
)
def test_no_way_round_leads_into_the_ledger(ledger: LedgerOnDisk, target: str) -> None:
    (ledger.root / "x").mkdir()
    (ledger.root.parent / "elsewhere").mkdir()
    (ledger.root / "way").symlink_to(ledger.root.parent / "elsewhere")
    (ledger.root / "hooks").symlink_to(".git/hooks")
    (ledger.root / "records").symlink_to("data")
    (ledger.root / "dangling").symlink_to("nowhere")
    result = ledger.run("notice", "-o", target)
    assert (result.code, result.out) == (1, "")
    assert "error[output-place]: " in result.err
    assert not (ledger.root / "nowhere").exists()


def test_an_archive_is_not_written_through_a_link(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "a.zip").symlink_to(tmp_path / "victim")
    result = ledger.run("archive", "-o", tmp_path / "a.zip")
    assert "error[output-place]: " in result.err
    assert not (tmp_path / "victim").exists()


def test_a_refused_page_keeps_no_anchor(ledger: LedgerOnDisk) -> None:
    assert ledger.run("audit", "--anchor", "--html", ".git/x.html").code == 1
    assert ledger.git("tag") == ""


def test_a_folder_outside_the_ledger_may_be_a_link(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "documents").symlink_to(tmp_path / "real")
    ledger.ok("notice", "-o", tmp_path / "documents/n.txt")
    assert (tmp_path / "real/n.txt").is_file()


def test_standard_output_pipes_and_devices_stay_possible(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    usual = ledger.ok("notice")
    assert ledger.ok("notice", "-o", "/dev/stdout") == usual
    ledger.ok("notice", "-o", "/dev/null")
    script = '"$0" -m xuncha notice -o >(cat > got)'
    done = subprocess.run(
        ["bash", "-c", f"{script}; sleep 0.3", sys.executable],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (ledger.root / "got").read_text(encoding="utf-8") == usual
    piped = program.piped(["notice", "-o", "/dev/stdout"], ledger.root, ledger.environment)
    assert piped.decode() == usual
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE) as reader:
        ledger.ok("notice", "-o", tmp_path / "pipe")
        assert reader.stdout is not None
        assert reader.stdout.read().decode() == usual


@pytest.mark.parametrize("path", ["data", ".gitattributes", ".github"])
def test_a_new_ledger_is_not_made_through_a_link(
    bare_ledger: LedgerOnDisk, tmp_path: Path, path: str
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "victim").mkdir()
    (tmp_path / "new" / path).symlink_to(tmp_path / "victim" / ("x" if path == ".gitattributes" else ""))
    result = bare_ledger.run("init", tmp_path / "new")
    assert result.code == 1
    assert f"{path}:1:1: error[symbolic-link]: {path} " in result.err
    assert not list((tmp_path / "victim").iterdir())


def test_a_measure_is_not_changed_through_a_link(ledger: LedgerOnDisk) -> None:
    there = ledger.root.parent / "moved.yaml"
    there.write_text(measure("1.2"), encoding="utf-8")
    replaced(ledger, "data/problems/01/1.2.yaml", there)
    before = there.read_bytes()
    assert ledger.run("progress", "1.2", "继续推进。").code == 1
    assert there.read_bytes() == before
