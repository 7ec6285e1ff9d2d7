"""Output: lines, tables, JSON and errors. The only module that prints; control characters in texts from elsewhere are made visible, never sent."""

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
from xuncha.chinese.characters import escaped, terminal_columns, without_unsafe
from xuncha.errors import Finding, InvalidLedgerError, Place, SurroundingsError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.requests.outcomes import Messages


_NO_LIMIT = 10_000
_DELAY = 1.0  # seconds after which to show that the program still works
_SHADES = {"red": 160, "green": 28, "yellow": 136, "cyan": 31, "magenta": 133}
"""Numbers of the 256 colours that can be seen on white and on black; the terminals' own yellow and green vanish on white."""
_output_errors: list[OSError] = []  # the errors that kept something from being printed
ACTIVITY_THREAD = "patience"
"""The name of the thread that shows that work goes on."""


def clean(text: str) -> str:
    """Return the text with a visible sign in place of every control character."""
    return without_unsafe(text, "\N{REPLACEMENT CHARACTER}")


def line(text: str = "") -> None:
    """Print a line."""
    write(clean(text) + "\n")


def write(document: str | bytes) -> None:
    """Print a document unchanged: it was made harmless when it was made. Errors are reported at the end, see `finish`."""
    try:
        if isinstance(document, str):
            sys.stdout.write(document)
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(document)
    except OSError as problem:
        _discard_rest(sys.stdout, problem)


def is_terminal() -> bool:
    """Return whether the output goes to a terminal, rather than to a program or a file."""
    return sys.stdout.isatty()


def bold(text: str) -> str:
    """Return a text in bold, if the output is a terminal and colours are wanted."""
    return f"\x1b[1m{text}\x1b[0m" if is_terminal() and "NO_COLOR" not in os.environ else text


def data(value: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """Print JSON, with control characters escaped."""
    is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    text = json.dumps(value, ensure_ascii=not is_utf8, indent=2)  # JSON in GBK would be invalid
    write(escaped(text) + "\n")


def show(*renderables: RenderableType, wide: bool = False, paged: bool = False) -> None:
    """Print tables and styled text. `wide`: in a pipe, lines may be of any length; `paged`: on a terminal, a pager shows what does not fit."""
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
    elif not (paged and _show_in_pager(text)):
        write(text)


def _show_in_pager(text: str) -> bool:
    """Show a text that does not fit on the terminal in the pager that git would use; return whether it was shown. A repository cannot choose the pager."""
    process = None
    with contextlib.suppress(OSError, ValueError):  # unknown size of the terminal, or no such pager
        too_long = text.count("\n") >= os.get_terminal_size(1).lines
        if pager := _pager() if too_long else []:
            # The same options as git's: colours are shown, and the pager ends at once if the text fits on one screen.
            surroundings = {"LESS": "FRX", "LV": "-c", **os.environ}
            process = subprocess.Popen(pager, stdin=subprocess.PIPE, env=surroundings)
    if process is None:
        return False
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        process.communicate(text.encode())
    process.wait()
    return True


def _pager() -> list[str]:
    """Return the command of the pager; empty if none is wanted."""
    from xuncha.trail.git import Git  # noqa: PLC0415  only where there is more than a screen

    command = os.environ.get("GIT_PAGER")
    if command is None:
        with contextlib.suppress(SurroundingsError):  # the user's own settings, not those of a repository
            command = Git(Path.cwd()).text("config", "--global", "--get", "core.pager")
    command = os.environ.get("PAGER", "less") if command is None else command
    return [] if command in {"", "cat"} else system.split_command(command)


@contextlib.contextmanager
def show_activity(activity: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show, from one second on, that long work goes on; `activity` names it. Only on a terminal, where somebody waits.

    Yield a function that takes the number of items, of `total`, that were done since its last call.
    """
    counts: list[int] = []
    if not sys.stderr.isatty():
        yield counts.append
        return
    finished = threading.Event()
    watch = threading.Thread(
        target=_pulse, args=(activity, total, counts, finished), daemon=True, name=ACTIVITY_THREAD
    )
    watch.start()
    try:
        yield counts.append
    finally:
        finished.set()
        watch.join()


def _pulse(activity: str, total: int | None, counts: list[int], finished: threading.Event) -> None:
    if finished.wait(_DELAY):
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    text = TextColumn("{task.description}", markup=False)
    shown = (text, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(file=sys.stderr), transient=True) as bars:
        task = bars.add_task(clean(activity), total=total)
        while not finished.wait(0.1):
            bars.update(task, completed=sum(counts))


def flush() -> None:
    """Send what was printed before anything else is done: the reader of the output waits for it."""
    try:
        sys.stdout.flush()
    except OSError as problem:
        _discard_rest(sys.stdout, problem)


def finish() -> OSError | None:
    """Send the rest of the output; return the first error that kept anything from being printed, or None."""
    flush()
    first = _output_errors[0] if _output_errors else None
    _output_errors.clear()
    return first


def _discard_rest(stream: TextIO, problem: OSError | None = None) -> None:
    """Send the rest of a stream to nowhere: at its end the interpreter would try again, and report the error in its own way."""
    if problem is not None:
        if system.WINDOWS and problem.errno == errno.EINVAL:  # Windows' error if nobody reads the pipe
            problem = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        _output_errors.append(problem)
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def error(what: XunchaError) -> None:
    """Print an error: first the line for programs, then what helps a person."""
    if isinstance(what, InvalidLedgerError):
        findings(what.findings)
        return
    place = f"{what.path}:1:1: " if what.path else ""
    first, *more = what.message.splitlines() or [""]
    _print_error(f"{place}error[{what.code}]: {first}", *more, *_hint(what.hint))
    for each in what.others:
        error(each)


def warning(message: str, hint: str = "") -> None:
    """Print a warning."""
    _print_error(_("warning: {message}", message=message), *_hint(hint))


def messages(outcome: Messages) -> None:
    """Print the notes and the warnings about what was done."""
    for note in outcome.notes:
        line(note)
    for text, hint in outcome.warnings:
        warning(text, hint)


def findings(items: Sequence[Finding[Place]]) -> None:
    """Print findings, each with its line and its hint, and the number of findings."""
    for finding in items:
        place = finding.place
        more = [f"    {place.excerpt}"] if place.excerpt.strip() else []
        caret = place.column - 1 if place.caret is None else place.caret
        if more and caret >= 0 and (place.caret is not None or not place.excerpt.startswith("…")):
            more.append(" " * (4 + terminal_columns(place.excerpt[:caret])) + "^")
        where = f"{place.path}:{place.line}:{place.column}"
        first = f"{where}: {finding.severity}[{finding.code}]: {finding.message}"
        _print_error(first, *more, *_hint(finding.hint))
    _write_stderr(_(", ").join(count_texts((each.severity for each in items), "error")) + "\n")


def count_texts(severities: Iterable[str], *always: str) -> list[str]:
    """Return the number of findings of each severity that occurs, and of the severities in `always`, as texts."""
    counts = Counter(severities)
    texts = {
        "error": ngettext("{n} error", "{n} errors", counts["error"]),
        "warning": ngettext("{n} warning", "{n} warnings", counts["warning"]),
        "note": ngettext("{n} note", "{n} notes", counts["note"]),
    }
    return [text for each, text in texts.items() if counts[each] or each in always]


def _hint(hint: str) -> list[str]:
    return [_("hint: {hint}", hint=hint)] if hint else []


def _print_error(first: str, *more: str) -> None:
    first = clean(first).replace("\n", "\N{REPLACEMENT CHARACTER}")  # the line for programs is one line
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        first = re.sub(r"(error\[[a-z0-9-]+\]|^warning|^警告)", "\x1b[1;31m\\1\x1b[0m", first, count=1)
        first = re.sub(r"((?:warning|note)\[[a-z0-9-]+\])", "\x1b[1;35m\\1\x1b[0m", first, count=1)
    _write_stderr("".join([f"{first}\n", *(f"  {clean(text)}\n" for text in more)]))


def _write_stderr(text: str) -> None:
    """Print to the standard error; if that fails, only the exit code reports the error."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _discard_rest(sys.stderr)
