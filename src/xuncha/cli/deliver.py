"""Where documents go: to the screen or the program behind it, or into a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.errors import SurroundingsError, UsageError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from typing import BinaryIO


def check(form: str, forms: Sequence[str], output: Path | None, name: str) -> None:
    """See to it, before any work, that a form is known and will have somewhere to go.

    Args:
        form: as it was typed.
        forms: those there are.
        output: the file; None for the screen or a pipe.
        name: what a file of it might be called, without its ending.

    Raises:
        UsageError: there is no such form, a screen would get what it cannot show, or the file is named as another form.
    """
    from xuncha.paper.forms import TEXT  # noqa: PLC0415  help and completion need no paper

    if form not in forms:
        hint = _("known are: {names}").format(names=_(", ").join(forms))
        raise UsageError("unknown-format", _("there is no format “{form}”").format(form=form), hint)
    if output is None and form not in TEXT and screen.is_terminal():
        hint = _("name a file: {option}").format(option=f"-o {name}.{form}")
        raise UsageError("no-output", _("a screen cannot show {form}").format(form=form), hint)
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    if suffix in forms and suffix != form:
        said = _("{path} is named as {suffix}, but the form is {form}")
        said = said.format(path=output, suffix=suffix, form=form)
        raise UsageError("wrong-suffix", said, _("type: -f {suffix}").format(suffix=suffix))


def deliver(content: bytes, warnings: Sequence[str], output: Path | None, said: str = "") -> None:
    """Show a document, or write it to a file.

    Args:
        content: the document.
        warnings: what is to be told of it.
        output: the file; None for the screen or a pipe.
        said: the sentence that names the file, with `{path}` in it.

    Raises:
        SurroundingsError: the file cannot be written; it is as it was.
    """
    for sentence in warnings:
        screen.warning(sentence)
    if output is None:
        screen.write(content)
        return
    save(content, output)
    screen.line((said or _("It is in {path}.")).format(path=output))


def save(content: bytes | BinaryIO, output: Path) -> None:
    """Write a document to a file: its bytes, or what a stream gives.

    Raises:
        SurroundingsError: the file cannot be written; it is as it was.
    """
    from xuncha.store.files import replace  # noqa: PLC0415

    try:
        replace(output.resolve(), content)
    except OSError as error:
        said = _("{path} cannot be written: {reason}").format(path=output, reason=cause_of(error))
        raise SurroundingsError("not-written", said) from None
