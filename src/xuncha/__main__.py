"""Where the program begins: the language is chosen before anything that speaks is imported."""

from __future__ import annotations

import gc
import os
import sys

# pydantic would look through all installed packages for plugins; there are none of ours.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_GLOBAL = {"--ledger": True, "--today": True, "--lang": True, "--no-color": False}
"""The options of the whole program, and whether a value follows."""


def main() -> None:
    """Run the command line."""
    # A short life makes few cycles; looking for them would take a tenth of the time of a large `status`.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # Under LANG=C, and in a pipe on Windows, the texts are still Chinese.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.argv[1:] = hoist([_readable(argument) for argument in sys.argv[1:]])
    from xuncha import language  # noqa: PLC0415

    language.choose(_after(sys.argv[1:], "--lang"))
    from xuncha.cli import run  # noqa: PLC0415  its help texts are translated as it is imported

    run()


def hoist(arguments: list[str]) -> list[str]:
    """Put the options of the whole program first, wherever they were typed: `status --today 2024-04-18` works too."""
    first, rest = [], []
    while arguments:
        argument, *arguments = arguments
        if argument == "--":
            rest += [argument, *arguments]
            break
        name, equals, _value = argument.partition("=")
        if name in _GLOBAL:
            first.append(argument)
            if _GLOBAL[name] and not equals and arguments:
                first.append(arguments.pop(0))
        else:
            rest.append(argument)
    return first + rest


def _readable(argument: str) -> str:
    """The argument as UTF-8, also where the locale cannot say it."""
    return (
        os.fsencode(argument).decode("utf-8", "replace")
        if "\udc80" <= max(argument, default="") <= "\udcff"
        else argument
    )


def _after(arguments: list[str], option: str) -> str | None:
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None


if __name__ == "__main__":
    main()
