"""Start the isolated interpreters of a run, which read ledgers of strangers and run own templates, as forks.

An interpreter that loads everything anew takes a third of a second. Tests that call rooms in their own process, or replace something, start real ones.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import subprocess
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISOLATED = [sys.executable, "-I"]
"""How their command begins; it ends with the program."""
_PARAMETERS = inspect.signature(subprocess.Popen._execute_child)  # type: ignore[attr-defined]
_HIGHEST = 256
"""A descriptor above all that a run has open."""


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """`subprocess.Popen`, but that isolated interpreters are forks of this process."""

    def _execute_child(self, *arguments: Any, **named: Any) -> None:
        given = _PARAMETERS.bind(self, *arguments, **named).arguments
        if given["args"][: len(_ISOLATED)] != _ISOLATED:
            super()._execute_child(*arguments, **named)  # type: ignore[misc]
            return
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(_run(given))
        self._child_created = True
        self._close_pipe_fds(  # type: ignore[attr-defined]
            *(given[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite"))
        )


def _run(given: Mapping[str, Any]) -> int:
    """Run the program in the fork, as an interpreter would; return its exit code."""
    sys.settrace(None)
    threading.settrace(None)
    code = 1
    with contextlib.suppress(BaseException):
        if given["start_new_session"]:
            os.setsid()
        for number, name in enumerate(("p2cread", "c2pwrite", "errwrite")):
            if given[name] != -1:
                os.dup2(given[name], number)
        os.closerange(3, _HIGHEST)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        try:
            exec(given["args"][-1], {"__name__": "__main__"})  # noqa: S102  as `-c` does
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else bool(end.code)
        except BaseException:  # noqa: BLE001  as an interpreter ends
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    return code
