"""The documents of a roll-up: which one is asked for, in which form, and where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.cli import options, screen
from xuncha.cli.deliver import check, deliver, save
from xuncha.errors import UsageError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.region.rollup import Rollup

FORMS: Final = ("parquet", options.TABLES, *options.FORMS)


class Paper(NamedTuple):
    """A document that is asked for."""

    form: str
    kind: str
    output: Path | None
    internal: bool


def paper_for(
    form: str | None, output: Path | None, *, dispatch: bool, internal: bool, as_json: bool
) -> Paper | None:
    """Return which document is asked for, in the form that is named, or else that of the file; None where none is. Raises UsageError."""
    named = output.suffix.lower().removeprefix(".") if output else None
    form = form or named or ("txt" if dispatch and not as_json else None)
    if form is None and output is None:
        return None
    hint = _("name a file: {option}").format(option="-o FILE")
    if as_json and output is None:
        raise UsageError("usage", _("--json prints, and so does {form}").format(form=form), hint)
    if form == named and form not in FORMS:
        said = _("{path} is not named as one of the forms").format(path=output)
        raise UsageError("wrong-suffix", said, _("known are: {names}").format(names=_(", ").join(FORMS)))
    check(form or "", FORMS, output, "region")
    kind = "dispatch" if dispatch else "page" if form == "html" else "notice"
    return Paper(form or "", kind, output, internal)


def give(done: Rollup, paper: Paper, rows: bytes, base: Path | None, *, as_json: bool) -> None:
    """Write a document, or print it; `rows` is that of the form parquet. Templates of one's own stand in `base`, beside region.yaml."""
    content, warnings = (rows, list[str]()) if paper.form == "parquet" else _made(done, paper, base)
    if paper.output is None:
        deliver(content, warnings, None, Path.cwd())
        return
    folder = paper.output.absolute().parent
    if as_json:  # which is all that is printed
        save(content, paper.output, folder)
        return
    said = (
        _("It is in {path}. It is internal: do not publish it.")
        if paper.internal or paper.kind == "dispatch"
        else ""
    )
    deliver(content, warnings, paper.output, folder, said)


def _made(done: Rollup, paper: Paper, base: Path | None) -> tuple[bytes, list[str]]:
    from xuncha.paper.own import Own, on_disk  # noqa: PLC0415
    from xuncha.region.documents import made  # noqa: PLC0415
    from xuncha.region.telling import telling  # noqa: PLC0415

    with screen.patience(_("Making the document")):
        told = telling(done, internal=paper.internal)
        return made(told, paper.kind, paper.form, on_disk(base) if base else Own({}))
