"""Papers for inside the house (report): those of `publish`, and those of a case, the application to close and the dossier of one measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from xuncha.cli import options, publish, screen  # noqa: F401  the other reports are commands of `publish`
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check, deliver, deliver_paper
from xuncha.cli.options import FORMS, optional
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.requests import typed
from xuncha.system import temporary_folder

if TYPE_CHECKING:
    from datetime import date

    from xuncha.model.identity import Identity
    from xuncha.model.records import Ledger
    from xuncha.report.dossier import Dossier

_DOSSIER_FORMS: Final = (*FORMS, "zip")


@command("report", "closing")
def closing(
    call: Context,
    identities: list[str] | None = optional("ID", _("The measures, such as 2.3 2.4"), options.measures),
    submitted: bool = optional("--submitted", _("All measures whose closing is applied for")),
    form: options.Form = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the application to close, a page for each measure: what was done, what proves it, and room to sign.

    What the ledger knows of whoever applied, returned and closed is told as its record, never as a signature.

    Examples:
        xuncha report closing 2.3 -f docx -o closing.docx
        xuncha report closing --submitted -f pdf -o closing.pdf
    """
    from xuncha.report import closing as room  # noqa: PLC0415

    if not as_json:
        check(form, FORMS, output, "closing")
    if bool(identities) == submitted:
        said = _("the application to close is for measures or for all that are --submitted, one of the two")
        raise UsageError("usage", said, _("see `xuncha report closing --help`"))
    ledger = call.ledger()
    chosen = [typed.measure(each, ledger.measures) for each in identities or ()]
    report = room.closing(ledger, call.today, chosen, call.history_if_any())
    told = room.as_json(report, ledger) if as_json else None
    deliver_paper(call, "report.closing", form, output, told, report=report)


@command("report", "dossier")
def dossier(
    call: Context,
    identity: options.Measure,
    form: Annotated[str, options.form(_DOSSIER_FORMS)] = "txt",
    output: options.Output = None,
    as_json: options.Json = False,
) -> None:
    """Write the dossier of a measure: its record, its evidence with hashes, and every step with who and when.

    As PDF, pictures and PDF files of its evidence are bound in behind it; a zip holds the paper and all files.

    Examples:
        xuncha report dossier 2.3
        xuncha report dossier 2.3 -f pdf -o dossier.pdf
        xuncha report dossier 2.3 -f zip -o dossier.zip
    """
    from xuncha.paper.own import remark  # noqa: PLC0415
    from xuncha.report import dossier as room  # noqa: PLC0415

    if not as_json:
        check(form, _DOSSIER_FORMS, output, "dossier")
    ledger, which = _of_one(call, identity)
    commit, day, is_changed = _standing(call)
    events = call.history_if_any(which)
    report = room.dossier(ledger, day, call.root, which, events, commit, is_changed=is_changed)
    templates = call.templates()
    with temporary_folder() as place:
        with screen.patience(_("Making the document")):
            made = room.handed_over(report, "txt" if as_json else form, call.root, place, templates)
        if as_json:
            screen.data(room.as_json(made.report, ledger))
            return
        warnings = [*made.warnings, *_left_out(made.report), *remark(templates)]
        deliver(made.content, warnings, output, call.root)


def _of_one(call: Context, text: str) -> tuple[Ledger, Identity]:
    """Return a measure by its number, and the ledger as far as it concerns it: what is wrong elsewhere, or with its evidence, keeps no dossier back."""
    from xuncha.errors import InvalidLedgerError  # noqa: PLC0415
    from xuncha.model.identity import Identity  # noqa: PLC0415
    from xuncha.model.records import Ledger  # noqa: PLC0415
    from xuncha.store.loading import load_settings, record_of  # noqa: PLC0415

    call.must_be_here()
    source, found = call.source(), Identity.parse(text)
    is_there = not found.is_problem and f"{found}.yaml" in {
        each.name for each in source.entries(found.folder)
    }
    which = typed.measure(text, {found} if is_there else ())
    of_problem = Identity(which.problem)
    settings = load_settings(source)
    if settings.settings is None:
        raise InvalidLedgerError(settings.findings)
    problem, measure = record_of(source, of_problem), record_of(source, which)
    return Ledger(settings.settings, {which.problem: problem}, {which: measure}), which  # type: ignore[dict-item]


def _standing(call: Context) -> tuple[str, date, bool]:
    """Return where the ledger stands.

    Returns:
        The commit, empty outside a repository; the day as which the ledger is told, that of the commit unless one is given; and
        whether something is not committed.
    """
    from xuncha.errors import XunchaError  # noqa: PLC0415
    from xuncha.trail.bundle import FOLDERS  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415
    from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415

    try:
        commit = commit_at(call.root, "HEAD")
    except XunchaError:
        return "", call.today, False
    day = call.today if call.day_is_given else day_of(call.root, commit, "HEAD")
    is_changed = bool(Git(call.root).by_hand(*FOLDERS))
    if is_changed:
        screen.warning(_("the dossier tells what is not committed, too"), _("see `git status`"))
    return commit, day, is_changed


def _left_out(report: Dossier) -> list[str]:
    """Say which files of evidence are not bound in or not packed, and why."""
    from xuncha.report.record import why  # noqa: PLC0415

    is_bound = report.form == "pdf"
    said = _("not bound in: {name}: {reason}") if is_bound else _("not in it: {name}: {reason}")
    return [
        said.format(name=piece.name, reason=why(reason))
        for piece in report.record.evidence
        if (reason := piece.fault or (piece.apart if is_bound else ""))
    ]
