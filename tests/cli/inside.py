"""Run the program inside the test process, as `main()` does, without starting an interpreter.

For the many tests that check only the output. What depends on the process (arguments as bytes, locales, pipes, terminals, and the
help, which is translated on import) is tested in separate processes, with `LedgerOnDisk.run`.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Result
from xuncha import language
from xuncha.__main__ import main

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

_MAKE_PDF = frozenset({"pdf", "zip", "archive"})
"""Words of commands that make a PDF. The threads of typst, once started, do not survive a fork of this process."""


def run_inside(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> Result:
    """Run the program in this process, in the ledger's folder; in a fork of it where it makes a PDF."""
    if not _MAKE_PDF.isdisjoint(arguments):
        return ledger.run(*arguments, **environment)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _stream in range(2))
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(ledger.environment):
            patch.delenv(name)
        for name, value in {"LANGUAGE": "", **ledger.environment, **environment}.items():
            patch.setenv(name, value)
        patch.setattr(language, "_translations", language._translations)
        patch.setattr(sys, "argv", ["xuncha", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.chdir(ledger.root)
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            gc.enable()
    assert isinstance(code, int)
    shown, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return Result(code, shown, said)


def told(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> str:
    """Run the program in this process, which must succeed; return what it printed."""
    result = run_inside(ledger, *arguments, **environment)
    assert result.code == 0, f"{arguments}: exit {result.code}: {result.err}"
    return result.out


def listed(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> Any:
    """Run the program with --json in this process; return what it printed, read."""
    return json.loads(told(ledger, *arguments, "--json", **environment))
