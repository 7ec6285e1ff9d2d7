"""Entry point of the program: prepare what must be ready before other modules are imported, such as the language."""

from __future__ import annotations

import atexit
import codecs
import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path

from xuncha import system

# Otherwise pydantic searches all installed packages for plugins; we use none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# Let openpyxl use its fast parser in C: files with XML declarations, against which defusedxml protects, are refused earlier.
os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")


def main() -> None:
    """Run the command line."""
    # A short run makes few reference cycles; collecting them would take a tenth of the time of a large `status`.
    gc.disable()
    # Python collects once more when it ends, which takes a tenth of most commands; the system frees all memory anyway.
    atexit.register(gc.freeze)
    _name_files_in_chinese()
    _open_streams()
    from xuncha import language  # noqa: PLC0415
    from xuncha.cli.invocation import split_options  # noqa: PLC0415

    words, options = split_options(sys.argv[1:])
    if "--no-color" in options:
        os.environ["NO_COLOR"] = "1"
    language.set_language(options.get("--lang"))
    from xuncha.cli.app import run  # noqa: PLC0415  help texts are translated as modules are imported

    run(words, options)


def _name_files_in_chinese() -> None:
    """Restart in Python's UTF-8 mode if the file system encoding has no Chinese characters: files could not be named in it.

    The mode is chosen when the interpreter starts; Python chooses it by itself in almost all environments.
    """
    if not _has_chinese(sys.getfilesystemencoding()) and sys.executable and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  no shell is wanted


def _has_chinese(encoding: str) -> bool:
    try:
        return bool("中".encode(encoding))
    except (UnicodeEncodeError, LookupError):
        return False


def _open_streams() -> None:
    """Make sure that all three streams exist, and that output is UTF-8, or in the encoding of PYTHONIOENCODING if that has Chinese."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # A scheduler may start a program without streams; the next file opened would then get the stream's number.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  it stays open until the end
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # the question refuses what cannot be read
    configured = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    is_usable = bool(configured) and _has_chinese(configured)
    codecs.register_error("xuncha", _replacement)
    for stream in (sys.stdout, sys.stderr):
        # The texts are Chinese even under LANG=C, and in a pipe on Windows.
        encoding, errors = (configured, "xuncha") if is_usable else ("utf-8", "backslashreplace")
        stream.reconfigure(encoding=encoding, errors=errors)  # type: ignore[union-attr]
    if sys.stdout.isatty() and not system.enable_colours():
        os.environ |= {"NO_COLOR": "1", "TERM": "dumb"}


def _replacement(error: UnicodeError) -> tuple[str, int]:
    """Replace a character that an encoding such as GBK lacks: the empty part of a bar by `-`, any other by `?`."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  the handler is used for output only
    missing = error.object[error.start : error.end]
    return "".join("-" if character == "░" else "?" for character in missing), error.end


if __name__ == "__main__":
    main()
