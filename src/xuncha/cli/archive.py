"""The command `archive`: make one file of the whole case for the record office, or check such a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check_output, deliver
from xuncha.cli.options import optional
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.system import temporary_folder

if TYPE_CHECKING:
    from xuncha.archive.gathering import ArchiveCase, Facts
    from xuncha.archive.verifying import Verdict


@command("archive")
def archive(
    call: Context,
    output: options.Output = None,
    verify: Path | None = optional("--verify FILE", _("Check this archive, and write nothing")),
    as_json: options.Json = False,
) -> None:
    """Make one file of the whole case for the record office, or check such a file.

    It contains the ledger with its evidence, the notice, the log, the audit and the whole history, as a BagIt bag in
    a zip. It is internal.

    Examples:
        xuncha archive -o ../归档.zip
        xuncha archive --verify ../归档.zip
    """
    if output and not verify:
        _make(call, output, as_json=as_json)
    elif verify and not output:
        _check(verify, as_json=as_json)
    else:
        hint = _("type: {command}", command="xuncha archive -o ../归档.zip")
        raise UsageError("usage", _("archive either makes a file (-o) or checks one (--verify)"), hint)


def _make(call: Context, output: Path, *, as_json: bool) -> None:
    from xuncha.archive.bag import write_zip  # noqa: PLC0415  other commands need none of this
    from xuncha.archive.gathering import gather  # noqa: PLC0415
    from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415

    check_output(output, "zip")
    call.warn_of_leftovers()
    commit = commit_at(call.root, "HEAD")
    day = call.today if call.day_is_given else day_of(call.root, commit, "HEAD")
    with temporary_folder() as place, screen.show_activity(_("Making the archive")):
        case = gather(call.root, commit, day, place)
        with (place / "archive.zip").open("wb") as stream:
            write_zip(case.bag, case.name, day, stream)
        deliver(place / "archive.zip", output, None)
    _warn(case, call.root)
    if as_json:
        screen.data(case.facts.model_dump(mode="json"))
        return
    screen.line(_("The archive is in {path}. It is internal: do not publish it.", path=output))
    screen.line(_("It contains the ledger as of commit {commit}, dated {day}.", commit=commit[:10], day=day))


def _warn(case: ArchiveCase, root: Path) -> None:
    """Warn of what is wrong in the archive or missing from it."""
    from xuncha.archive.gathering import reason  # noqa: PLC0415
    from xuncha.trail.bundle import FOLDERS  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415

    if Git(root).changed_files(*FOLDERS):
        screen.warning(_("what is not committed is not in the archive"), _("see `git status`"))
    if errors := case.facts.audit_errors:
        message = ngettext(
            "the audit has found {n} error in the history; it is in the archive",
            "the audit has found {n} errors in the history; they are in the archive",
            errors,
        )
        screen.warning(message, _("see `xuncha audit`"))
    for sentence in dict.fromkeys(case.warnings):
        screen.warning(sentence)
    lacking: dict[tuple[str, str], list[str]] = {}  # the forms of the notice by reason and hint
    for form, error in case.lacking.items():
        lacking.setdefault((reason(error), error.hint), []).append(form)
    for (why, hint), forms in lacking.items():
        listed = _(", ").join(forms)
        message = _("the notice as {form} is not in the archive: {reason}", form=listed, reason=why)
        screen.warning(message, hint)
    for path in case.facts.left_out:
        screen.warning(_("{path} is a link, and is not in the archive", path=path))


def _check(file: Path, *, as_json: bool) -> None:
    """Check an archive; exit with code 1 if anything is wrong with it."""
    from xuncha.archive.verifying import verify  # noqa: PLC0415

    with temporary_folder() as place, screen.show_activity(_("Checking the archive")):
        verdict = verify(file.resolve(), place)
    facts, findings = verdict.facts, verdict.findings
    if as_json:
        values = facts.model_dump(mode="json") if facts else {}
        shown: dict[str, Any] = {"sha256": verdict.sha256}
        shown |= {key: values.get(key) for key in ("organisation", "commit", "moment", "date")}
        shown |= {"made_again": bool(facts and facts.is_reproducible), "files": verdict.files}
        shown["findings"] = [
            {"path": each.place.path, "severity": each.severity, "code": each.code, "message": each.message}
            for each in findings
        ]
        screen.data(shown)
    elif findings or facts is None:
        screen.findings(findings)
    else:
        _show_verdict(file, verdict, facts)
    raise typer.Exit(1 if findings else 0)


def _show_verdict(file: Path, verdict: Verdict, facts: Facts) -> None:
    """Print that an archive is sound, and what to compare with the papers of the handover."""
    message = ngettext("{path} is sound: {n} file.", "{path} is sound: {n} files.", verdict.files, path=file)
    screen.line(message)
    if facts.is_reproducible:
        screen.line(_("Compared with the history: the ledger, evidence, log, audit, and the notice as text."))
    else:
        screen.line(_("Compared with the history: the ledger and evidence."))
    screen.line(_("Organisation: {name}", name=facts.organisation))
    screen.line(_("Commit: {commit}", commit=facts.commit))
    screen.line(_("Date: {day}", day=facts.date))
    screen.line(_("SHA-256 of the file: {sha256}", sha256=verdict.sha256))
    screen.line(_("Compare the commit and this SHA-256 with what was written down when it was handed over."))
