"""Run the program several times in one process and print each result, since starting Python takes longer."""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from pathlib import Path


def run(arguments: list[str]) -> dict[str, object]:
    """Run the program once."""
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdout, sys.stderr = io.TextIOWrapper(out), io.TextIOWrapper(err)
    sys.argv = ["xuncha", *arguments]
    code: object = "?"
    os.environ["XUNCHA_TRACEBACK"] = "1"
    try:
        from xuncha.__main__ import main

        main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001  told to who asked
        traceback.print_exc(file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    return {
        "code": code,
        "out": out.getvalue().decode("utf-8", "replace"),
        "err": err.getvalue().decode("utf-8", "replace"),
    }


if __name__ == "__main__":
    answers = [run(each) for each in json.loads(sys.stdin.read())]
    Path(os.environ["ANSWERS"]).write_text(json.dumps(answers), encoding="utf-8")
