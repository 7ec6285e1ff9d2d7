"""The merge driver called by git in a merge, rebase, cherry-pick and stash, and when git does not know it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xuncha.store.reading import parse
from xuncha.sync import registration

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

ATTRIBUTES = "data/**/*.yaml merge=xuncha\n"


@pytest.fixture
def shared(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> LedgerOnDisk:
    """Set up the merge driver for the ledger, as `init` does."""
    del monkeypatch
    ledger.write(".gitattributes", ATTRIBUTES)
    ledger.commit("attributes")
    ledger.ok("setup")
    return ledger


def fork(ledger: LedgerOnDisk) -> None:
    """Two branches: progress and a title on one, progress and a closing on the other, both of measure 1.2."""
    ledger.git("branch", "other")
    ledger.ok("progress", "1.2", "我方进展。", "--date", "2024-04-01")
    ledger.git("switch", "-q", "other")
    ledger.ok("progress", "1.2", "对方进展。", "--date", "2024-03-15")
    ledger.ok("close", "1.2")
    ledger.git("switch", "-q", "main")


def assert_united(ledger: LedgerOnDisk) -> None:
    record = parse(ledger.read("1.2").encode())
    assert [entry["text"] for entry in record["progress"]] == [
        "1.2号工作已经开展。",
        "对方进展。",
        "我方进展。",
    ]
    assert record["status"] == "closed"
    assert "# 措施 1.2" in ledger.read("1.2")
    assert "# 行尾说明" in ledger.read("1.2")
    ledger.ok("validate")


def test_a_merge_unites_what_both_have_done(shared: LedgerOnDisk) -> None:
    fork(shared)
    shared.git("merge", "-q", "other")
    assert_united(shared)


def test_a_rebase_unites_it_too(shared: LedgerOnDisk) -> None:
    fork(shared)
    shared.git("rebase", "-q", "other")
    assert_united(shared)


def test_a_cherry_pick_unites_it_too(shared: LedgerOnDisk) -> None:
    fork(shared)
    shared.git("cherry-pick", "main..other")
    assert_united(shared)


def test_a_stash_comes_back_field_by_field(shared: LedgerOnDisk) -> None:
    text = shared.read("1.2")
    shared.write(shared.path("1.2"), text.replace("office: 规划科", "office: 财务科"))
    shared.git("stash", "-q")
    shared.ok("progress", "1.2", "我方进展。")
    shared.git("stash", "pop", "-q")
    record = parse(shared.read("1.2").encode())
    assert record["office"] == "财务科"
    assert len(record["progress"]) == 2


def test_a_ledger_in_a_folder_of_a_repository_is_merged_too(shared: LedgerOnDisk) -> None:
    (shared.root / "台账 甲").mkdir()
    shared.git("mv", "data", ".gitattributes", "台账 甲")
    shared.commit("moved")
    inner = type(shared)(shared.root / "台账 甲", shared.environment)
    fork(inner)
    inner.git("merge", "-q", "other")
    assert_united(inner)


def dispute(ledger: LedgerOnDisk) -> subprocess.CompletedProcess[str]:
    """Two branches with another title of 1.2 each, and a merge of them."""
    text = ledger.read("1.2")
    ledger.git("branch", "other")
    ledger.write(ledger.path("1.2"), text.replace("做好1.2号工作", "做好甲"))
    ledger.commit()
    ledger.git("switch", "-q", "other")
    ledger.write(ledger.path("1.2"), text.replace("做好1.2号工作", "做好乙").replace("规划科", "财务科"))
    ledger.commit()
    ledger.git("switch", "-q", "main")
    return subprocess.run(
        ["git", "merge", "-q", "other"],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_dispute_is_a_conflict_that_git_shows_and_validate_names(shared: LedgerOnDisk) -> None:
    done = dispute(shared)
    assert done.returncode == 1
    assert "data/problems/01/1.2.yaml:1:1: error[merge-conflict]" in done.stderr
    assert "做好甲" in done.stderr
    assert "做好乙" in done.stderr
    assert shared.git("diff", "--name-only", "--diff-filter=U").split() == ["data/problems/01/1.2.yaml"]
    assert "office: 财务科" in shared.read("1.2"), "all else is merged"
    found = shared.run("validate", "--json")
    assert found.code == 1
    assert '"code": "merge-conflict"' in found.out
    shared.write(
        shared.path("1.2"),
        "\n".join(
            line
            for line in shared.read("1.2").split("\n")
            if line[:7] not in {"<<<<<<< ", "<<<<<<<", "=======", ">>>>>>>"} and "做好乙" not in line
        ),
    )
    shared.ok("validate")
    shared.git("add", "-A")
    shared.git("commit", "-qm", "settled")


def test_a_file_that_is_no_record_is_left_to_git(shared: LedgerOnDisk) -> None:
    text = shared.read("1.2")
    shared.git("branch", "other")
    shared.write(shared.path("1.2"), "- " + text)
    shared.commit()
    shared.git("switch", "-q", "other")
    shared.write(shared.path("1.2"), text.replace("规划科", "财务科"))
    shared.commit()
    shared.git("switch", "-q", "main")
    shared.git("merge", "-q", "other")
    assert "office: 财务科" in shared.read("1.2")
    assert shared.read("1.2").startswith("- # ")


def test_where_the_program_has_gone_git_merges_by_lines(shared: LedgerOnDisk) -> None:
    shared.git(
        "config",
        "merge.xuncha.driver",
        registration.command().replace(registration.program_of(registration.command()), "/nowhere/xuncha"),
    )
    done = dispute(shared)
    assert done.returncode == 1
    assert "<<<<<<<" in shared.read("1.2"), "and nothing of the other side vanishes"
    assert "做好乙" in shared.read("1.2")


def test_setup_can_be_typed_again(ledger: LedgerOnDisk) -> None:
    first, second = ledger.run("setup"), ledger.run("setup")
    assert (first.code, second.code, first.out == second.out) == (0, 0, False)
    assert "data/**/*.yaml merge=xuncha" in first.err, "what all clones would need is said"
    assert "merge-driver" in ledger.git("config", "merge.xuncha.driver")
    assert ledger.clean(), "no file of the ledger is touched"


def test_init_sets_it_up(tmp_path: Path, ledger: LedgerOnDisk) -> None:
    ledger.ok("init", tmp_path / "new")
    new = type(ledger)(tmp_path / "new", ledger.environment)
    assert "merge-driver" in new.git("config", "merge.xuncha.driver")
    assert ATTRIBUTES in (new.root / ".gitattributes").read_text()
    assert new.git("check-attr", "merge", "data/problems/01/1.1.yaml").strip().endswith(": xuncha")
    assert new.clean()


def test_the_driver_writes_one_file_alone(tmp_path: Path, ledger: LedgerOnDisk) -> None:
    text = ledger.read("1.2")
    for name, content in {
        "O": text,
        "A": text.replace("规划科", "财务科"),
        "B": text.replace("once", "once  # 注"),
    }.items():
        (tmp_path / name).write_text(content)
    before = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    done = ledger.run(
        "merge-driver", "--", tmp_path / "O", tmp_path / "A", tmp_path / "B", "7", "--help; rm -rf ../.."
    )
    assert done.code == 0, done.err
    after = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    assert {path for path in before if before[path] != after[path]} == {tmp_path / "A"}
    assert set(before) == set(after)
    assert "财务科" in (tmp_path / "A").read_text()
    assert "# 注" in (tmp_path / "A").read_text()


def test_the_program_is_named_so_that_it_is_found_anywhere() -> None:
    assert Path(registration.program_of(registration.command())).is_absolute() or sys.platform == "win32"


def _not_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **options: None if name == "xuncha" else found(name, **options)
    )


def test_no_file_of_the_ledger_is_run_by_the_driver(
    shared: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git runs the driver at the top of the ledger, where Python would look for its modules first."""
    _not_on_path(monkeypatch)
    shared.git("config", "merge.xuncha.driver", registration.command())
    shared.write("typer.py", f"open({str(tmp_path / 'run')!r}, 'w')\n")
    shared.commit()
    dispute(shared)
    assert not (tmp_path / "run").exists()


def test_a_batch_file_is_not_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher of a bundle on Windows is one."""
    monkeypatch.setattr(shutil, "which", lambda _name: r"C:\整改 台账\bin\xuncha.CMD")
    command = registration.command()
    assert registration.program_of(command) == Path(sys.executable).as_posix()
    assert registration.is_written_by_us(command, Path("/ledger"))
