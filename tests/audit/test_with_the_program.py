"""The audit of histories that the program itself has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def test_files_attached_on_one_day_in_the_same_words_are_no_rewriting(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    for folder in ("一", "二"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "评审意见.pdf").write_text(folder)
        ledger.ok("attach", "1.2", tmp_path / folder / "评审意见.pdf", XUNCHA_TODAY="")
    assert ledger.json("audit") == []
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("评审意见-2.pdf", "评审意见.pdf"))
    ledger.commit()
    assert "entry-changed" in {each["code"] for each in _found(ledger)}


def test_an_extension_that_comes_too_late_is_said_when_it_is_made(ledger: LedgerOnDisk) -> None:
    in_time = ledger.run("extend", "1.2", "--due", "2025-01-31", "--reason", "手续未完")
    assert (in_time.code, in_time.err) == (0, "")
    typed = ("extend", "1.2", "--due", "2025-03-31", "--reason", "手续未完")
    late = ledger.run(*typed, XUNCHA_TODAY="2025-02-01")
    assert (late.code, "2025-01-31" in late.err, "--late" in late.err) == (1, True, True)
    ledger.ok(*typed, "--late", XUNCHA_TODAY="2025-02-01")
    assert "deadline-passed" in {each["code"] for each in _found(ledger)}


def test_a_merge_with_what_never_was_this_ledger_hides_nothing(ledger: LedgerOnDisk) -> None:
    """An orphan commit without the ledger's own file is no side of it: what the merge took from there, the merge did."""
    branch = ledger.git("symbolic-ref", "--short", "HEAD").strip()
    ledger.git("checkout", "-q", "--orphan", "other")
    ledger.git("rm", "-rq", "--cached", ".")
    for identity in ("2.2", "1.2"):
        ledger.write(ledger.path(identity), ledger.read(identity).replace("做好", "办好").replace("2024-12-31", "2025-12-31"))  # fmt: skip
        ledger.git("add", ledger.path(identity))
    ledger.git("commit", "-qm", "notes")
    ledger.git("checkout", "-qf", branch)
    ledger.git("clean", "-fdq")
    ledger.git("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "--no-commit", "other")
    ledger.git("checkout", "other", "--", ledger.path("2.2"), ledger.path("1.2"))
    ledger.git("commit", "-qm", "Merge branch other")
    assert {"changed-after-closing", "deadline-moved", "by-hand"} <= {each["code"] for each in _found(ledger)}


def test_a_day_of_since_is_asked_for_itself(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("做好", "办好"))
    ledger.commit()
    day = ledger.git("log", "-1", "--format=%cs").strip()
    assert "by-hand" in ledger.run("audit", "--since", day).out
    later = ledger.run("--lang", "en", "audit", "--since", "2099-01-01")
    assert (later.code, "Nothing was committed since 2099-01-01" in later.out) == (0, True)


def _found(ledger: LedgerOnDisk) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = json.loads(ledger.run("audit", "--json").out)
    return found
