"""A ledger from somebody else that hides something: cut history, hidden records, pipes among git's files, own signers, invisible text."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.attacks.test_repositories import COUNTING
from tests.workflow.surroundings import policy
from xuncha.trail import repository, runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


# ---- a history that is cut off


def test_grafts_cut_nothing_off(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.2", "甲。")
    ledger.ok("progress", "1.2", "乙。")
    told = {command: ledger.ok(*command) for command in (("log",), ("audit",), ("show", "1.2"))}
    ledger.write(".git/info/grafts", ledger.git("rev-parse", "HEAD"))
    assert ledger.git("rev-list", "--count", "HEAD").strip() == "1", "git itself believes it"
    for command, out in told.items():
        assert ledger.ok(*command) == out
    ledger.ok("status", "--at", "HEAD~2")
    assert "info/grafts" in ledger.ok("doctor")
    ledger.ok("undo")


def test_a_file_that_says_the_clone_is_shallow_is_named(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.2", "甲。")
    ledger.ok("progress", "1.2", "乙。")
    ledger.write(".git/shallow", ledger.git("rev-parse", "HEAD"))
    for command in (("log",), ("show", "1.2"), ("status", "--at", "HEAD")):
        result = ledger.run(*command, XUNCHA_LANG="en")
        assert "only the last part of the history" in result.err, command
    for line in ("audit", "archive -o ../a.zip", "undo 2", "remove 1.1 --reason 误登"):
        result = ledger.run(*line.split())
        assert (result.code, "error[shallow]" in result.err) == (3, True), line


# ---- records that git was told not to miss


def _assume(ledger: LedgerOnDisk, path: str) -> None:
    ledger.git("update-index", "--assume-unchanged", path)


def _assume_in_another_layout(ledger: LedgerOnDisk, path: str) -> None:
    ledger.git("update-index", "--index-version=4")
    _assume(ledger, path)


def _split(ledger: LedgerOnDisk, path: str) -> None:
    _assume(ledger, path)
    ledger.git("update-index", "--split-index")


def _no_index(ledger: LedgerOnDisk, _path: str) -> None:
    (ledger.root / ".git/index").unlink()


def _no_index_and_packed(ledger: LedgerOnDisk, path: str) -> None:
    ledger.git("gc", "-q")
    _no_index(ledger, path)


@pytest.mark.parametrize(
    "hide", [_assume, _assume_in_another_layout, _split, _no_index, _no_index_and_packed]
)
def test_a_problem_that_git_does_not_miss_is_named_and_not_counted_away(
    ledger: LedgerOnDisk, hide: object
) -> None:
    hide(ledger, ledger.path("3.1"))  # type: ignore[operator]
    ledger.ok("status")
    (ledger.root / ledger.path("3.1")).unlink()
    (ledger.root / "data/problems/03/problem.yaml").unlink()
    ledger.write("../表.csv", "序号,问题,整改措施\n1,甲,乙\n")
    for command in (
        *COUNTING,
        ("import", "xlsx", "../表.csv", "--dry-run"),
        ("comment", "list"),
        ("start", "1.1"),
    ):
        result = ledger.run(*command)
        assert (result.code, "error[sparse]" in result.err) == (3, True), (command, result.err)
    assert "hidden" in {each["code"] for each in _doctor(ledger) if each["state"] == "error"} or hide in (
        _no_index,
        _no_index_and_packed,
    )


def test_an_index_of_any_length_of_names_is_passed_through(ledger: LedgerOnDisk) -> None:
    """Each entry is filled up to a multiple of eight bytes."""
    for length in range(1, 20):
        ledger.write(f"佐证/{'a' * length}", "1")
    ledger.commit()
    bin_ = ledger.root / "../bin"
    bin_.mkdir()
    (bin_ / "git").write_text("#!/bin/sh\necho run >> ../runs\n")
    (bin_ / "git").chmod(0o755)
    ledger.ok("status", PATH=f"{bin_.resolve()}:{os.environ['PATH']}")
    assert not (ledger.root / "../runs").exists()


def _doctor(ledger: LedgerOnDisk) -> list[dict[str, str]]:
    import json

    return json.loads(ledger.run("doctor", "--json").out)  # type: ignore[no-any-return]


# ---- what is no file among git's files

SMALL = (
    *(
        "HEAD",
        "config",
        "config.worktree",
        "commondir",
        "packed-refs",
        "index",
        "shallow",
        "refs/heads/main",
        "refs/tags/x",
    ),
    *(
        "info/exclude",
        "info/attributes",
        "info/grafts",
        "info/sparse-checkout",
        "logs/HEAD",
        "logs/refs/heads/main",
    ),
    *(
        "objects/info/alternates",
        "objects/info/packs",
        "objects/pack/pack-1.idx",
        "xuncha/journal",
        "ORIG_HEAD",
    ),
)


@pytest.mark.parametrize("name", SMALL)
def test_a_pipe_in_gits_folder_keeps_nobody_waiting(ledger: LedgerOnDisk, name: str) -> None:
    place = ledger.root / ".git" / name
    if name == "xuncha/journal":
        ledger.ok("start", "1.1")
        place = repository.private_path(ledger.root, "journal") or place
        repository._checked.clear()
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    for command in (("log",), ("progress", "1.2", "甲。"), ("doctor",)):
        result = ledger.run(*command)
        assert result.code == 3, (command, result)
        assert str(place.name) in result.out + result.err
    assert ledger.run("status").code in {0, 3}


@pytest.mark.parametrize("name", ["HEAD", "config", "packed-refs", "info/exclude", "logs/HEAD", "FETCH_HEAD"])
def test_a_file_of_gits_of_any_size_fills_no_memory(ledger: LedgerOnDisk, name: str) -> None:
    with (ledger.root / ".git" / name).open("ab") as stream:
        stream.truncate(1 << 34)
    for command in (("log",), ("status",), ("start", "1.1")):
        assert ledger.run(*command).code == 3, command


def test_a_link_that_never_ends_in_the_place_of_a_branch(ledger: LedgerOnDisk) -> None:
    (ledger.root / ".git/refs/heads/main").unlink()
    (ledger.root / ".git/refs/heads/main").symlink_to("/dev/zero")
    assert ledger.run("log").code == 3


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("borrowed", [False, True])
def test_a_pipe_in_the_place_of_an_object_ends_git(ledger: LedgerOnDisk, borrowed: bool) -> None:
    name = ledger.git("rev-parse", "HEAD").strip()
    place = ledger.root / f".git/objects/{name[:2]}/{name[2:]}"
    place.unlink()
    if borrowed:
        ledger.write(".git/objects/info/alternates", f"{ledger.root}/别处\n")
        place = ledger.root / f"别处/{name[:2]}/{name[2:]}"
        place.parent.mkdir(parents=True)
    os.mkfifo(place)
    for command in (("log",), ("audit",), ("status", "--at", "HEAD"), ("start", "1.1")):
        result = ledger.run(*command)
        assert (result.code, "error[strange-repository]" in result.err) == (3, True), (command, result.err)
        assert name[2:] in result.err


# ---- who counts as a signer


def test_a_folder_does_not_say_itself_whose_signatures_count(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    signers = ledger.write("signers", f"tester@example.invalid {(tmp_path / 'key.pub').read_text()}")
    policy(ledger, "signed_commit")
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(tmp_path / "key.pub"))):
        ledger.git("config", name, value)
    ledger.ok("close", "1.2", "--note", "验收")
    for where in ([], ["--worktree"]):
        ledger.git("config", *where, "gpg.ssh.allowedSignersFile", str(signers))
        out = ledger.run("audit", "--json").out
        assert "close-requires-signed-commit" in out
        assert "--global gpg.ssh.allowedSignersFile" in out
    ledger.git("config", "--global", "gpg.ssh.allowedSignersFile", str(signers))
    assert "close-requires-signed-commit" not in ledger.run("audit").out
    ledger.ok("archive", "-o", tmp_path / "a.zip")
    with ZipFile(tmp_path / "a.zip") as archive:
        (audited,) = [name for name in archive.namelist() if name.endswith("/audit.json")]
        assert b"close-requires-signed-commit" not in archive.read(audited)


# ---- texts that nobody sees


@pytest.mark.parametrize(
    "character",
    [
        "\u061c",
        "\u200e",
        "\u200f",
        "\ufff9",
        "\U000e0001",
        "\U000e0041",
        "\U000e007f",
        "\ufe01",
        "\U000e01ef",
    ],
)
def test_no_text_of_a_ledger_carries_one_that_is_not_seen(ledger: LedgerOnDisk, character: str) -> None:
    for command in (
        ("progress", "1.2", f"甲{character}乙"),
        ("edit", "1.2", "--set", f"title=甲{character}乙"),
        ("add", "problem", f"甲{character}", "--category", "a"),
    ):
        result = ledger.run(*command)
        assert result.code in {1, 2}, command
        assert character not in result.err
    ledger.write(ledger.path("1.1"), ledger.read("1.1").replace("做好", f"做{character}好"))
    result = ledger.run("validate")
    assert (result.code, f"U+{ord(character):04X}" in result.out + result.err) == (1, True), result
    ledger.commit(f"by hand {character}")
    assert character not in ledger.ok("log")
    assert character not in ledger.ok("log", "--json")
    assert ledger.json("log")[0]["subject"].startswith("by hand")


def test_a_symbol_from_a_telephone_is_a_text(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.2", "✔️ 完成三项")


# ---- a git that fails while it writes, or is too old


@pytest.mark.parametrize("does", ["kill -9 $$", "exit 137", "exit 0", "echo 坏了 >&2; exit 128"])
def test_a_git_that_is_killed_while_it_commits_leaves_all_as_it_was(
    ledger: LedgerOnDisk, tmp_path: Path, does: str
) -> None:
    path = wrapped(tmp_path, f'*" commit "*) {does};;')
    stood, record = ledger.git("rev-parse", "HEAD"), ledger.read("1.2")
    result = ledger.run("progress", "1.2", "甲。", PATH=path)
    assert (result.code, ledger.git("rev-parse", "HEAD"), ledger.read("1.2")) == (
        3 if "128" not in does else 1,
        stood,
        record,
    )
    assert ledger.clean()
    ledger.ok("progress", "1.2", "甲。")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("*) kill -9 $$;;", ""),
        ("*) exit 0;;", ""),
        ("*) echo 坏了 >&2; exit 128;;", "坏了"),
        ('*" --show-scope "*) echo "unknown option show-scope" >&2; exit 129;;', "show-scope"),
        ('*" --version "*) ;; *) echo 坏了 >&2; exit 128;;', "坏了"),
    ],
)
def test_doctor_ends_as_others_do_where_git_fails(
    ledger: LedgerOnDisk, tmp_path: Path, case: str, said: str
) -> None:
    result = ledger.run("doctor", PATH=wrapped(tmp_path, case))
    assert (result.code, said in result.out) == (3, True), result


def wrapped(tmp_path: Path, case: str) -> str:
    """Put a git before the real one that does something else in some cases; return the PATH."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/git"
    program.write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]}\ncase " $* " in {case} esac\nexec git "$@"\n')
    program.chmod(0o755)
    return f"{tmp_path / 'bin'}:{os.environ['PATH']}"


def test_without_docstrings_the_help_says_so(ledger: LedgerOnDisk) -> None:
    for words in (("--help",), ("close", "--help"), ("import", "--help"), ("import", "xlsx", "--help")):
        result = ledger.run(*words, PYTHONOPTIMIZE="2")
        assert (result.code, "PYTHONOPTIMIZE" in result.out) == (0, True), result


@pytest.mark.parametrize("path", [".mailmap", ".gitattributes", ".gitignore", "data/.gitignore"])
def test_a_pipe_beside_the_records_ends_git(ledger: LedgerOnDisk, path: str) -> None:
    (ledger.root / path).unlink(missing_ok=True)
    os.mkfifo(ledger.root / path)
    for command in (("log",), ("doctor",), ("start", "1.1")):
        assert ledger.run(*command).code in {0, 1, 3}, command


def test_a_pipe_in_a_folder_of_records_ends_git_after_some_seconds(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_CHECK_AFTER", 1.0)
    os.mkfifo(ledger.root / "data/problems/01/.gitattributes")
    result = ledger.run("progress", "1.2", "甲。")
    assert (result.code, "01/.gitattributes" in result.err) == (3, True), result


def _assumed(ledger: LedgerOnDisk) -> None:
    ledger.git("update-index", "--assume-unchanged", ledger.path("1.2"))


def _as_old_as_before(ledger: LedgerOnDisk) -> None:
    ledger.git("config", "core.checkStat", "minimal")
    ledger.git("config", "core.trustctime", "false")


@pytest.mark.apart
@pytest.mark.parametrize("hide", [_assumed, _as_old_as_before])
def test_doctor_names_a_change_that_git_was_told_to_overlook(ledger: LedgerOnDisk, hide: object) -> None:
    place, told = ledger.root / ledger.path("1.2"), 1_600_000_000
    os.utime(place, (told, told))
    ledger.git("add", "-A")
    ledger.git("status")
    hide(ledger)  # type: ignore[operator]
    time.sleep(1.1)  # some gits count whole seconds
    place.write_text(ledger.read("1.2").replace("2024-12-31", "2025-12-31"))
    os.utime(place, (told, told))
    assert ledger.clean(), "git itself overlooks it"
    assert "uncommitted" in {each["code"] for each in _doctor(ledger) if each["state"] == "warning"}


def test_doctor_names_a_record_that_git_ignores(ledger: LedgerOnDisk) -> None:
    ledger.write(".git/info/exclude", "1.4.yaml\n*.txt\n")
    ledger.write("data/说明.txt", "1")
    assert "uncommitted" not in {each["code"] for each in _doctor(ledger) if each["state"] == "warning"}
    ledger.write(ledger.path("1.2").replace("1.2", "1.4"), ledger.read("1.2"))
    assert "uncommitted" in {each["code"] for each in _doctor(ledger) if each["state"] == "warning"}


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"changes": 1, "command": 2}', '{"changes": [[1]], "command": []}', "\\0"]
)
def test_a_journal_that_is_none_of_ours_is_no_fault(ledger: LedgerOnDisk, content: str) -> None:
    place = repository.private_path(ledger.root, "journal")
    assert place
    place.parent.mkdir(exist_ok=True)
    place.write_text(content)
    for command in (("status",), ("start", "1.1")):
        result = ledger.run(*command)
        assert "error[bug]" not in result.err
        assert result.code in {0, 3}, result
