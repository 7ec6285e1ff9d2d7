"""What is shown: lines, tables, JSON, errors. The only place that prints; control characters in texts from elsewhere are shown, never sent."""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from xuncha import system
from xuncha.chinese.characters import columns, escaped, without_unsafe
from xuncha.errors import Finding, InvalidLedgerError, Place, SurroundingsError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from rich.console import RenderableType


_NO_LIMIT = 10_000
_LONG = 1.0  # seconds after which somebody wants to know that the program still works
_SHADES = {"red": 160, "green": 28, "yellow": 136, "cyan": 31, "magenta": 133}
"""Colours of 256 that are seen on white as on black; the yellow and the green of terminals vanish on white."""
_lost: list[OSError] = []  # what has kept something from being printed
WATCH = "patience"
"""The name of the thread that shows that work goes on."""


def clean(text: str) -> str:
    """Return the text with every control character made visible."""
    return without_unsafe(text, "\N{REPLACEMENT CHARACTER}")


def line(text: str = "") -> None:
    """Print a line."""
    write(clean(text) + "\n")


def line_at_once(text: str) -> None:
    """Print a line that whoever reads the output waits for, before anything else is done."""
    line(text)
    try:
        sys.stdout.flush()
    except OSError as lost:
        _give_up(sys.stdout, lost)


def write(document: str | bytes) -> None:
    """Print a document as it is: it was made harmless when it was made. What cannot be printed is told at the end, see `finish`."""
    try:
        if isinstance(document, str):
            sys.stdout.write(document)
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(document)
    except OSError as lost:
        _give_up(sys.stdout, lost)


def is_terminal() -> bool:
    """Return whether someone looks at what is printed, rather than a program or a file."""
    return sys.stdout.isatty()


def prints_into(output: Path) -> bool:
    """Return whether a name such as /dev/stdout leads to what is printed, be that a file."""
    try:
        return output.absolute().parts[1:2] == ("dev",) and os.path.samestat(
            output.stat(), os.fstat(sys.stdout.fileno())
        )
    except (OSError, ValueError):
        return False


def bold(text: str) -> str:
    """Return a text in bold where somebody looks at it and colours are wanted."""
    return f"\x1b[1m{text}\x1b[0m" if is_terminal() and "NO_COLOR" not in os.environ else text


def data(value: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """Print JSON; of what it would send as it is, control characters are escaped."""
    told = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    text = json.dumps(value, ensure_ascii=not told, indent=2)  # in GBK it would be no JSON
    write(escaped(text) + "\n")


def show(*renderables: RenderableType, wide: bool = False, paged: bool = False) -> None:
    """Print tables and styled text; in a pipe, `wide` lets lines be as long as they are; on a terminal, `paged` gives a pager what does not fit."""
    from rich.console import Console  # noqa: PLC0415  commands that print a line do not need it
    from rich.theme import Theme  # noqa: PLC0415

    terminal = is_terminal()
    width = _NO_LIMIT if wide and not terminal else None
    shades = {name: f"color({shade})" for name, shade in _SHADES.items()}
    theme = Theme(shades | {f"bold {name}": f"bold {shade}" for name, shade in shades.items()})
    console = Console(file=sys.stdout, width=width, theme=theme, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(*renderables, sep="\n", crop=False)
    text = captured.get()
    if not terminal:
        write("".join(f"{line.rstrip()}\n" for line in text.splitlines()))
        return
    if not (paged and _show_in_pager(text)):
        write(text)


def _show_in_pager(text: str) -> bool:
    """Show a text in the pager that git would use, where it does not fit on the terminal; return whether it was shown. No repository chooses it."""
    process = None
    with contextlib.suppress(OSError, ValueError):  # no terminal that tells its size, or no such pager
        too_long = text.count("\n") >= os.get_terminal_size(1).lines
        if pager := _pager() if too_long else []:
            # As git sets it: colours are shown, and the pager stays only where there is more than a screen.
            surroundings = {"LESS": "FRX", "LV": "-c", **os.environ}
            process = subprocess.Popen(pager, stdin=subprocess.PIPE, env=surroundings)
    if process is None:
        return False
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        process.communicate(text.encode())
    process.wait()
    return True


def _pager() -> list[str]:
    """Return the command of the pager; empty where none is wanted."""
    from xuncha.trail.git import Git  # noqa: PLC0415  only where there is more than a screen

    said = os.environ.get("GIT_PAGER")
    if said is None:
        with contextlib.suppress(SurroundingsError):  # the user's own settings, not those of a repository
            said = Git(Path.cwd()).text("config", "--global", "--get", "core.pager")
    said = os.environ.get("PAGER", "less") if said is None else said
    return [] if said in {"", "cat"} else system.words_of(said)


@contextlib.contextmanager
def patience(doing: str) -> Iterator[None]:
    """Show, from a second on, that long work goes on, named in a few words; on a terminal only, where somebody waits."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    watch = threading.Thread(target=_pulse, args=(doing, done), daemon=True, name=WATCH)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


def _pulse(doing: str, done: threading.Event) -> None:
    if done.wait(_LONG):
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    shown = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(file=sys.stderr), transient=True) as bars:
        bars.add_task(clean(doing), total=None)
        done.wait()


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal while something long is done; yield what is told how many more are done."""
    if not sys.stderr.isatty():
        yield lambda _more: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(file=sys.stderr), transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda more: bars.advance(task, more)


def finish() -> OSError | None:
    """Send what is still to be sent, and return what kept anything from being sent, where something did."""
    try:
        sys.stdout.flush()
    except OSError as lost:
        _give_up(sys.stdout, lost)
    first = _lost[0] if _lost else None
    _lost.clear()
    return first


def _give_up(stream: TextIO, lost: OSError | None = None) -> None:
    """Send to nowhere what a stream still holds: the interpreter would try again at its end, and complain in its own way."""
    if lost is not None:
        if system.WINDOWS and lost.errno == errno.EINVAL:  # how it tells that nobody reads a pipe any more
            lost = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        _lost.append(lost)
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def error(what: XunchaError) -> None:
    """Print an error: the line for programs first, then what helps a person."""
    if isinstance(what, InvalidLedgerError):
        findings(what.findings)
        return
    place = f"{what.path}:1:1: " if what.path else ""
    first, *more = what.message.splitlines() or [""]
    _complain(f"{place}error[{what.code}]: {first}", *more, *_hint(what.hint))
    for each in what.also:
        error(each)


def warning(message: str, hint: str = "") -> None:
    """Print a warning."""
    _complain(_("warning: {message}").format(message=message), *_hint(hint))


def findings(found: Sequence[Finding[Place]]) -> None:
    """Print findings, each with its line and its remedy, and how many there are."""
    for finding in found:
        place = finding.place
        more = [f"    {place.excerpt}"] if place.excerpt.strip() else []
        caret = place.column - 1 if place.caret is None else place.caret
        if more and caret >= 0 and (place.caret is not None or not place.excerpt.startswith("…")):
            more.append(" " * (4 + columns(place.excerpt[:caret])) + "^")
        where = f"{place.path}:{place.line}:{place.column}"
        first = f"{where}: {finding.severity}[{finding.code}]: {finding.message}"
        _complain(first, *more, *_hint(finding.hint))
    _say_aside(_(", ").join(how_many((each.severity for each in found), "error")) + "\n")


def how_many(severities: Iterable[str], *always: str) -> list[str]:
    """Say how many findings there are of each severity that there is, and of those that are always told."""
    found = Counter(severities)
    said = {
        "error": ngettext("{n} error", "{n} errors", found["error"]),
        "warning": ngettext("{n} warning", "{n} warnings", found["warning"]),
        "note": ngettext("{n} note", "{n} notes", found["note"]),
    }
    return [text.format(n=found[each]) for each, text in said.items() if found[each] or each in always]


def _hint(hint: str) -> list[str]:
    return [_("hint: {hint}").format(hint=hint)] if hint else []


def _complain(first: str, *more: str) -> None:
    first = clean(first).replace("\n", "\N{REPLACEMENT CHARACTER}")  # the line for programs is one line
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        first = re.sub(r"(error\[[a-z0-9-]+\]|^warning|^警告)", "\x1b[1;31m\\1\x1b[0m", first, count=1)
        first = re.sub(r"((?:warning|note)\[[a-z0-9-]+\])", "\x1b[1;35m\\1\x1b[0m", first, count=1)
    _say_aside("".join([f"{first}\n", *(f"  {clean(text)}\n" for text in more)]))


def _say_aside(text: str) -> None:
    """Print to the standard error; where nobody can be told there, the exit code says it alone."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)
