"""Delivery of documents: to the standard output, or into a file, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Final

from xuncha.cli import screen
from xuncha.cli.options import FORMS, TABLES
from xuncha.errors import RefusedError, SurroundingsError, UsageError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.store.files import replace
from xuncha.system import is_link
from xuncha.trail.repository import looks_like_git

_STDOUT: Final = (None, Path("/dev/stdout"))
_LEDGER_FOLDERS: Final = frozenset({"data", "templates"})  # folders in which every file is the ledger's
_BLOCK: Final = 1024 * 1024
_NAMED_FORMS: Final = frozenset({*FORMS, TABLES, "csv", "json", "parquet", "ics", "zip", "doc", "xls", "ods"})
"""The forms that an extension names; any other extension, such as .bak, says nothing of what is in the file."""


def check_form(
    form: str, forms: Sequence[str], output: Path | None, name: str, *, as_json: bool = False
) -> None:
    """Check, before any work, that a form is one of `forms` (UsageError if not), and the file as `check_output` does; hints suggest `name` for a file."""
    from xuncha.paper.forms import TEXT  # noqa: PLC0415  help and completion need no paper

    if as_json and output is None:
        return
    if form not in forms:
        hint = _("available: {names}", names=_(", ").join(forms))
        raise UsageError("unknown-format", _("there is no format “{form}”", form=form), hint)
    if output is None and form not in TEXT and screen.is_terminal():
        hint = _("name a file: {option}", option=f"-o {name}.{form}")
        raise UsageError("no-output", _("a screen cannot show {form}", form=form), hint)
    check_output(output, form, forms)


def check_output(output: Path | None, form: str, forms: Sequence[str] = ()) -> None:
    """Check, before any work, that a document in this form can be written to a file; the option `-f` offers `forms`.

    Raises UsageError if the extension names another form; RefusedError if the place is no place for a document (`_check_place`);
    SurroundingsError if there is no such folder, or it cannot be written.
    """
    if output in _STDOUT:
        return
    suffix = named_form(output)
    if suffix in _NAMED_FORMS - {form}:
        message = _("{path} has the extension {suffix}, but the format is {form}")
        message = message.format(path=output, suffix=output.suffix[1:], form=form)
        hint = _("name another file: {option}", option=output.with_suffix(f".{form}"))
        if suffix in forms:
            hint = _("type: -f {suffix}", suffix=suffix)
        raise UsageError("wrong-suffix", message, hint)
    with _writing(output):
        _check_place(output)


def named_form(output: Path | None) -> str:
    """Return the form that the extension of a file names; empty without an extension."""
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return "html" if suffix == "htm" else suffix


def deliver(
    content: bytes | Path, output: Path | None, message: str | None = "", warnings: Sequence[str] = ()
) -> None:
    """Print a document, or save it to a file; a Path gives the content of a file. Then print `message`, which names the file by `{path}`; None prints nothing.

    Raises what `check_output` does; SurroundingsError if writing fails: the file is then as it was.
    """
    with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
        if output not in _STDOUT:
            with _writing(output):
                _check_place(output)
                replace(_real_path(output), stream)
        for sentence in warnings:  # of a document that exists: a refusal comes first
            screen.warning(sentence)
        if output in _STDOUT:
            for block in iter(partial(stream.read, _BLOCK), b""):
                screen.write(block)
        elif message is not None:
            screen.line((message or _("It is in {path}.")).format(path=output))


@contextlib.contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Report why the system refuses to write a file, as SurroundingsError."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # RuntimeError: links that form a circle
        reason = cause_of(error) if isinstance(error, OSError) else error
        message = _("{path} cannot be written: {reason}", path=output, reason=reason)
        raise SurroundingsError("not-written", message) from None


def _check_place(output: Path) -> None:
    """Refuse to write a document through a link, or into git's folder or a ledger's own files, under whatever name they are reached.

    Raises RefusedError for these; OSError if there is no such folder, or it cannot be written.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415  help and completion need none

    if _is_device(output):
        return
    absolute, real = Path(os.path.normpath(output.absolute())), _real_path(output)
    ledgers = [
        folder for path in (absolute, real) for folder in path.parents if (folder / LEDGER_FILE).is_file()
    ]
    below = [_parts_below(real, folder.resolve()) for folder in ledgers]
    if (
        is_link(absolute)
        or None in below  # a link of the ledger leads out of it
        or any(parts[0] in _LEDGER_FOLDERS for parts in below if parts)
        or any(part.startswith(".git") for parts in below for part in parts or ())
        # Capitals make no difference: on the file systems of other computers they are the same as small letters.
        or ".git" in {part.casefold() for part in real.parts}
        or any(map(looks_like_git, real.parents))
    ):
        message = _("{path} is a link, or belongs to git or to a ledger; a document cannot be written there")
        hint = _("name another file: {option}", option="-o …")
        raise RefusedError("output-place", message.format(path=output), hint)
    if real.is_dir():
        raise IsADirectoryError(errno.EISDIR, "")
    TemporaryFile(dir=real.parent).close()  # the system says what is wrong with the folder


def _parts_below(path: Path, folder: Path) -> list[str] | None:
    """Return the parts of a path below a folder, in small letters; None if it is not below it."""
    is_below = path.is_relative_to(folder)
    return [part.casefold() for part in path.relative_to(folder).parts] if is_below else None


def _real_path(output: Path) -> Path:
    """Return the real path of a file; if the file itself is a link, the path of the link."""
    return output if _is_device(output) else output.absolute().parent.resolve() / output.name


def _is_device(output: Path) -> bool:
    """Return whether a name is that of a device or a pipe, which is written to and not replaced."""
    absolute = output.absolute()
    is_special = absolute.exists() and not (absolute.is_file() or absolute.is_dir())
    # A shell gives /dev/fd/63, which is a link.
    return is_special and (not absolute.is_symlink() or absolute.parts[1:2] == ("dev",))
