"""Delivery of documents: to the standard output, or into a file, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import stat
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

_LEDGER_FOLDERS: Final = frozenset({"data", "templates"})  # folders in which every file is the ledger's
_BLOCK: Final = 1024 * 1024
_NAMED_FORMS: Final = frozenset({
    *FORMS, TABLES, "csv", "json", "parquet", "ics", "zip",
    "xlsm", "xls", "et", "ods", "doc", "wps", "odt", "rtf", "rar", "7z", "tar", "gz",
})  # fmt: skip
"""The forms that an extension names; any other extension, such as .bak, says nothing of what is in the file."""
_ALIASES: Final = {"htm": "html", "markdown": "md"}
_PLAIN: Final = {("txt", "csv"), ("txt", "json")}
"""Extensions of files that may hold another form, since they only say that it is text."""


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
    suffix = named_form(output)
    if output and suffix in _NAMED_FORMS - {form} and (suffix, form) not in _PLAIN:
        message = _("{path} has the extension {suffix}, but the format is {form}")
        message = message.format(path=output, suffix=output.suffix[1:], form=form)
        hint = _("name another file: {option}", option=output.with_suffix(f".{form}"))
        if suffix in forms:
            hint = _("type: -f {suffix}", suffix=suffix)
        raise UsageError("wrong-suffix", message, hint)
    if output:
        with _writing(output):
            _check_place(output)


def named_form(output: Path | None) -> str:
    """Return the form that the extension of a file names; empty without an extension."""
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return _ALIASES.get(suffix, suffix)


def deliver(
    content: bytes | Path, warnings: Sequence[str], output: Path | None, message: str | None = ""
) -> None:
    """Print a document, or save it to a file; a Path gives the content of a file. `message` names the file by `{path}`; None prints nothing.

    Raises what `check_output` does; SurroundingsError if writing fails: the file is then as it was.
    """
    with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
        if output is not None:
            with _writing(output):
                _check_place(output)
                # If the standard output is a file, later output must not overwrite the document.
                if not screen.is_stdout(output):
                    replace(_real_path(output), stream)
        for sentence in warnings:  # of a document that exists: a refusal comes first
            screen.warning(sentence)
        if output is None or screen.is_stdout(output):
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
    """Refuse to write a document through a link, behind a link that came with a ledger, into git's folder, or over a part of a ledger.

    Raises RefusedError for these; OSError if there is no such folder, or it cannot be written.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415  help and completion need none

    absolute, real = output.absolute(), _real_path(output)
    links = [path for path in (absolute, *absolute.parents) if is_link(path)]
    is_replaced = not (_is_device(output) or screen.is_stdout(output))
    # Capitals make no difference: on the file systems of other computers they are the same as small letters.
    if ".git" in {part.casefold() for part in real.parts} or any(map(looks_like_git, real.parents)):
        code, text = "output-in-git", _("{path} is in git's own folder, where documents do not belong")
    elif (is_replaced and absolute in links) or any(
        _within_ledgers(path.parent.resolve() / path.name) for path in links
    ):
        code, text = "output-is-link", _("{path} is a link, or behind one; nothing is written through links")
    elif real.name.casefold().startswith(".git") or any(
        parts[0] in _LEDGER_FOLDERS or any(part.startswith(".git") for part in parts)
        for parts in _within_ledgers(real)
    ):
        code = "output-in-ledger"
        text = _("{path} belongs to the ledger, and cannot be replaced by a document")
    else:
        if is_replaced and real.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if is_replaced:
            TemporaryFile(dir=real.parent).close()  # the system says what is wrong with the folder
        return
    raise RefusedError(code, text.format(path=output), _("name another file: {option}", option="-o FILE"))


def _within_ledgers(place: Path) -> list[tuple[str, ...]]:
    """Return the parts of a path below the folder of each ledger that contains it, in small letters."""
    folders = [folder for folder in place.parents if (folder / LEDGER_FILE).is_file()]
    return [tuple(part.casefold() for part in place.relative_to(folder).parts) for folder in folders]


def _real_path(output: Path) -> Path:
    """Return the real path of a file; if the file itself is a link, the path of the link."""
    return output if _is_device(output) else output.absolute().parent.resolve() / output.name


def _is_device(output: Path) -> bool:
    """Return whether a name is that of a device or a pipe, which is written to and not replaced."""
    try:
        kind = output.stat().st_mode
    except OSError:
        return False
    absolute = output.absolute()
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)) and (
        not absolute.is_symlink() or absolute.parts[1:2] == ("dev",)  # /dev/stdout, or /dev/fd/63 of a shell
    )
