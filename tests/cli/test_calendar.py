"""`xuncha calendar`: messages and refusals."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "日历已写入 x.ics，共 4 项。属内部资料。\n"),
        ("en", "The calendar is in x.ics: 4 entries. It is internal.\n"),
    ],
)
def test_the_file_is_named_counted_and_called_internal(ledger: LedgerOnDisk, lang: str, said: str) -> None:
    result = ledger.run("--lang", lang, "calendar", "-o", "x.ics")
    assert (result.code, result.out, result.err) == (0, said, "")


def test_a_printed_calendar_holds_nothing_else(ledger: LedgerOnDisk) -> None:
    assert ledger.ok("calendar", "-o", "/dev/stdout").endswith("END:VCALENDAR\r\n")


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        ([], 2, "error[usage]"),
        (["-o", "x.ics", "--office", "规化科"], 1, "error[unknown-office]"),
        (["-o", "x.ics", "--leader", "局掌"], 1, "error[unknown-leader]"),
        (["-o", "nowhere/x.ics"], 3, "error[not-written]"),
        (["-o", "."], 3, "error[not-written]"),
        (["-o", "data/ledger.yaml/x.ics"], 1, "error[output-place]"),
    ],
)
def test_what_cannot_be_done_is_refused(
    ledger: LedgerOnDisk, options: list[str], code: int, error: str
) -> None:
    result = run_inside(ledger, "calendar", *options)
    assert result.code == code
    assert error in result.err.splitlines()[0]
    assert ledger.clean()


@pytest.mark.parametrize("package", ["icalendar", "chinese_calendar"])
def test_without_its_extra_it_says_what_to_install(ledger: LedgerOnDisk, package: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; sys.argv = ['xuncha', 'calendar', '-o', 'x.ics']; from xuncha.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    first, hint = done.stderr.splitlines()
    assert first.startswith("error[missing-part]: ")
    assert package in first
    assert '[office]"' in hint
    assert not (ledger.root / "x.ics").exists()


def test_every_other_command_does_without_the_extra(ledger: LedgerOnDisk) -> None:
    program = "import sys; sys.modules['icalendar'] = sys.modules['chinese_calendar'] = None; sys.argv = ['xuncha', 'list']; from xuncha.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
