"""Where the program begins: what must be so before anything that speaks is imported, such as the language."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

# pydantic would look through all installed packages for plugins; there are none of ours.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_GLOBAL = {"--ledger": True, "--today": True, "--lang": True, "--no-color": False}
"""The options of the whole program, and whether a value follows."""


def main() -> None:
    """Run the command line."""
    # A short life makes few cycles; looking for them would take a tenth of the time of a large `status`.
    gc.disable()
    _name_files_in_chinese()
    _open_streams()
    sys.argv[1:], given = hoist([_readable(argument) for argument in sys.argv[1:]])
    if "--no-color" in given:
        os.environ["NO_COLOR"] = "1"
    from xuncha import language  # noqa: PLC0415

    language.choose(given.get("--lang"))
    from xuncha.cli import run  # noqa: PLC0415  its help texts are translated as it is imported

    run()


def hoist(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Put the options of the whole program first, wherever they were typed: `status --today 2024-04-18` works too.

    Returns:
        The arguments in this order; and the value that each of these options was given last.
    """
    first, rest, given = [], [], {}
    while arguments:
        argument, *arguments = arguments
        if argument == "--":
            rest += [argument, *arguments]
            break
        name, equals, value = argument.partition("=")
        if name not in _GLOBAL:
            rest.append(argument)
            continue
        first.append(argument)
        if _GLOBAL[name] and not equals and arguments:
            value, *arguments = arguments
            first.append(value)
        given[name] = value
    return first + rest, given


def _name_files_in_chinese() -> None:
    """Begin again in Python's UTF-8 mode where the locale's encoding has no Chinese, so that no file could be named in it.

    It is chosen once, when the interpreter starts; and it starts with it by itself in all but the oddest surroundings.
    """
    try:
        "中".encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        if sys.executable and not sys.flags.utf8_mode:
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  no shell is meant


def _open_streams() -> None:
    """See to it that all three streams are there, and that what is shown is UTF-8."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # A scheduler may start a program without; then no other file of ours may come in its place.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  open to the end
    for stream in (sys.stdout, sys.stderr):
        # Under LANG=C, and in a pipe on Windows, the texts are still Chinese.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _readable(argument: str) -> str:
    """The argument as UTF-8, also where the locale cannot say it."""
    return (
        os.fsencode(argument).decode("utf-8", "replace")
        if "\udc80" <= max(argument, default="") <= "\udcff"
        else argument
    )


if __name__ == "__main__":
    main()
