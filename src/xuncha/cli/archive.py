"""For the record office: archive, which makes one file of the whole case, and checks one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha.cli import options, screen
from xuncha.cli.context import of
from xuncha.cli.deliver import save
from xuncha.cli.options import guide
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from xuncha.archive.facts import Case
    from xuncha.archive.verifying import Verdict
    from xuncha.cli.context import Context


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "archive",
        help=guide(
            _(
                "Make one file of the whole case for the record office: the ledger with its evidence, the notice, the log, the "
                "audit and the whole history, as a BagIt bag in a zip; or check such a file. It is internal."
            ),
            "xuncha archive -o ../归档.zip",
            "xuncha archive --verify ../归档.zip",
        ),
        rich_help_panel=_("Check and publish"),
    )(archive)


def archive(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            readable=False,
            help=_("Where to write it, outside the ledger"),
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="DATE|REV", help=_("As the ledger was committed then; else as it is now")
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify", metavar="FILE", readable=False, help=_("Check this archive, and write nothing")
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Make an archive, or check one."""
    if (output is None) == (verify is None) or (verify is not None and at is not None):
        raise UsageError(
            "usage",
            _("archive either makes a file (-o) or checks one (--verify)"),
            _("type: {command}").format(command="xuncha archive -o ../归档.zip"),
        )
    if verify is not None:
        _check(verify, as_json=as_json)
    elif output is not None:
        _make(of(context), output, at, as_json=as_json)


def _make(call: Context, output: Path, at: str | None, *, as_json: bool) -> None:
    """Gather the case, and write it."""
    from xuncha.archive.bag import zipped  # noqa: PLC0415  nobody else waits for all that goes into it
    from xuncha.archive.case import gather  # noqa: PLC0415
    from xuncha.archive.facts import facts  # noqa: PLC0415
    from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415

    if output.resolve().is_relative_to(call.root.resolve()):
        raise RefusedError(
            "output-in-ledger",
            _("{path} is in the ledger's folder, where an archive does not belong").format(path=output),
            _("name a file outside of it: {option}").format(option=f"-o ../{output.name}"),
        )
    call.warn_of_leftovers()
    commit = commit_at(call.root, at or "HEAD")
    day = call.today if call.day_is_given else day_of(call.root, commit, at or "HEAD")
    with TemporaryDirectory(prefix="xuncha-") as place, screen.patience(_("The archive is being made")):
        case, bag = gather(call.root, commit, day, Path(place))
        written = Path(place) / "archive.zip"
        with written.open("wb") as stream:
            zipped(bag, case.name, day, stream)
        with written.open("rb") as stream:
            save(stream, output)
    if at is None and _is_changed(call.root):
        screen.warning(_("what is not committed is not in the archive"), _("see `git status`"))
    _tell(case)
    if as_json:
        screen.data(facts(case))
        return
    screen.line(_("The archive is in {path}. It is internal: do not publish it.").format(path=output))
    screen.line(
        _("It holds the ledger as of commit {commit}, dated {day}.").format(commit=case.commit[:10], day=day)
    )


def _is_changed(root: Path) -> bool:
    """Whether files of the ledger are not as they are committed."""
    from xuncha.trail.checkout import FOLDERS  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415

    return bool(Git(root).run("status", "--porcelain", "--", *FOLDERS))


def _tell(case: Case) -> None:
    """What is not as it should be."""
    from xuncha.archive.case import reason  # noqa: PLC0415

    if case.breaks:
        screen.warning(
            ngettext(
                "the audit has found {n} error in the history; it is in the archive",
                "the audit has found {n} errors in the history; they are in the archive",
                case.breaks,
            ).format(n=case.breaks),
            _("see `xuncha audit`"),
        )
    for sentence in case.warnings:
        screen.warning(sentence)
    for form, error in case.lacking.items():
        said = _("the notice as {form} is not in it: {reason}").format(form=form, reason=reason(error))
        screen.warning(said, error.hint)
    for path in case.left_out:
        screen.warning(_("{path} is a link, and is not in it").format(path=path))


def _check(file: Path, *, as_json: bool) -> None:
    """Check an archive; ends with exit code 1 where it is not sound."""
    from xuncha.archive.verifying import same_version, verify  # noqa: PLC0415

    with TemporaryDirectory(prefix="xuncha-") as place, screen.patience(_("The archive is being checked")):
        verdict = verify(file.resolve(), Path(place))
    if as_json:
        keys = ("path", "severity", "code", "message")
        found = [{key: getattr(finding, key) for key in keys} for finding in verdict.findings]
        about = {key: verdict.facts.get(key) for key in ("organisation", "commit", "moment", "date")}
        about["made_again"] = bool(verdict.facts) and same_version(verdict.facts)
        screen.data({"sha256": verdict.sha256, **about, "files": verdict.files, "findings": found})
    elif verdict.findings:
        screen.findings(verdict.findings)
    else:
        _praise(file, verdict)
    raise typer.Exit(1 if verdict.findings else 0)


def _praise(file: Path, verdict: Verdict) -> None:
    """That an archive is sound, and what is to be compared with what stands on paper."""
    from xuncha.archive.verifying import same_version  # noqa: PLC0415

    facts = verdict.facts
    screen.line(
        ngettext("{path} is sound: {n} file.", "{path} is sound: {n} files.", verdict.files).format(
            path=file, n=verdict.files
        )
    )
    if same_version(facts):
        screen.line(_("Compared with the history: the ledger, evidence, log, audit, and the notice as text."))
    else:
        screen.line(
            _(
                "Compared with the history: the ledger and evidence; the rest was made by xuncha {version}, and that version can compare it."
            ).format(version=facts["made_by"]["xuncha"])
        )
    screen.line(_("Organisation: {name}").format(name=facts["organisation"]))
    screen.line(_("Commit: {commit}").format(commit=facts["commit"]))
    screen.line(_("Date: {day}").format(day=facts["date"]))
    screen.line(_("SHA-256 of the file: {sha256}").format(sha256=verdict.sha256))
    screen.line(_("Compare the commit and this SHA-256 with what was written down when it was handed over."))
