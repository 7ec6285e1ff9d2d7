"""Where the program begins: what must be so before anything that speaks is imported, such as the language."""

from __future__ import annotations

import codecs
import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path

from xuncha import system

# pydantic would look through all installed packages for plugins; there are none of ours.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# openpyxl may parse by what is written in C: a file with declarations, from which defusedxml keeps, is refused before it sees it.
os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")


def main() -> None:
    """Run the command line."""
    # A short life makes few cycles; looking for them would take a tenth of the time of a large `status`.
    gc.disable()
    _name_files_in_chinese()
    _open_streams()
    from xuncha import language  # noqa: PLC0415
    from xuncha.cli.invocation import take  # noqa: PLC0415

    words, given = take(sys.argv[1:])
    if "--no-color" in given:
        os.environ["NO_COLOR"] = "1"
    language.choose(given.get("--lang"))
    from xuncha.cli.app import run  # noqa: PLC0415  help texts are translated as modules are imported

    run(words, given)


def _name_files_in_chinese() -> None:
    """Begin again in Python's UTF-8 mode where the locale's encoding has no Chinese, so that no file could be named in it.

    It is chosen once, when the interpreter starts; and it starts with it by itself in all but the oddest surroundings.
    """
    if not _has_chinese(sys.getfilesystemencoding()) and sys.executable and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  no shell is meant


def _has_chinese(encoding: str) -> bool:
    try:
        return bool("中".encode(encoding))
    except (UnicodeEncodeError, LookupError):
        return False


def _open_streams() -> None:
    """See to it that all three streams are there, and that what is shown is UTF-8, or in what somebody has named that has Chinese."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # A scheduler may start a program without; then no other file of ours may come in its place.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  open to the end
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # an answer to a question, and nothing that is kept
    named = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    others = bool(named) and _has_chinese(named)
    codecs.register_error("xuncha", _nearest)
    for stream in (sys.stdout, sys.stderr):
        # Under LANG=C, and in a pipe on Windows, the texts are still Chinese.
        encoding, errors = (named, "xuncha") if others else ("utf-8", "backslashreplace")
        stream.reconfigure(encoding=encoding, errors=errors)  # type: ignore[union-attr]
    if sys.stdout.isatty() and not system.shows_colours():
        os.environ |= {"NO_COLOR": "1", "TERM": "dumb"}


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what an encoding such as GBK has not: the empty part of a bar, and signs that others have written."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  nothing is read so
    missing = error.object[error.start : error.end]
    return "".join("-" if each == "░" else "?" for each in missing), error.end


if __name__ == "__main__":
    main()
