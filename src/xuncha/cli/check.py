"""Commands that check: doctor, validate, proof and schema."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha import language
from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import argument, optional
from xuncha.errors import SurroundingsError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.rules.names import suggestion
from xuncha.store.cache import register
from xuncha.store.files import WorkingTree

if TYPE_CHECKING:
    from xuncha.cli.columns import Columns
    from xuncha.doctor.examination import Diagnosis, State
    from xuncha.proof.proofreader import Silenced

_STYLES = {"well": "green", "note": "cyan", "warning": "yellow", "error": "bold red", "unknown": "dim"}
_INDENT = "      "
_EXCERPT, _MAX_SHOWN = 20, 5  # characters of a text that is not proofread, and how many texts are shown


@command("doctor")
def doctor(call: Context, as_json: options.Json = False) -> None:
    """Check the ledger's environment (git, leftovers of a crash, line endings, the clock), and say what to type.

    It changes nothing.

    Examples:
        xuncha doctor
    """
    from xuncha.doctor.examination import examine  # noqa: PLC0415

    with screen.show_activity(_("Checking the ledger's environment")):
        root = call.root
        diagnoses = examine(root, time.time_ns() / 1e9)
    if as_json:
        screen.data([diagnosis.as_json() for diagnosis in diagnoses])
    else:
        _show_diagnoses(diagnoses, root)
    if any(diagnosis.is_git_broken for diagnosis in diagnoses):
        raise typer.Exit(SurroundingsError.exit_code)
    raise typer.Exit(1 if any(diagnosis.state == "error" for diagnosis in diagnoses) else 0)


def _show_diagnoses(diagnoses: list[Diagnosis], root: Path) -> None:
    """Print a line for each check and, below a line that reports a fault, what to type."""
    for diagnosis in diagnoses:
        if diagnosis.state != "unknown":
            screen.show(_marked_line(diagnosis.state, diagnosis.message), wide=True)
        if diagnosis.remedy:
            screen.line(f"{_INDENT}{diagnosis.remedy}")
    if unknown := [diagnosis.code for diagnosis in diagnoses if diagnosis.state == "unknown"]:
        message = _("not checked until that is fixed: {codes}", codes=_(", ").join(unknown))
        screen.show(_marked_line("unknown", message), wide=True)
    if any(diagnosis.remedy for diagnosis in diagnoses) and not root.samefile("."):
        screen.line(_("Type the commands above in the folder {path}.", path=root))
    if wrong := sum(diagnosis.state in {"error", "warning"} for diagnosis in diagnoses):
        screen.line(ngettext("{n} item needs attention.", "{n} items need attention.", wrong))
    else:
        screen.line(_("The ledger's environment is fine. To check the ledger itself: xuncha validate"))


def _marked_line(state: State, message: str) -> Columns:
    """Return a message behind its mark. The mark is a word, so that it can be read in a pipe and without colours."""
    from rich.cells import set_cell_size  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import FIXED, Column, Columns  # noqa: PLC0415

    marks = {"well": _("ok"), "note": _("note"), "warning": _("warn"), "error": _("error"), "unknown": "-"}
    table = Columns(FIXED, Column(), gap=0)
    table.add(Text(set_cell_size(marks[state], len(_INDENT)), _STYLES[state]), message)
    return table


@command("validate")
def validate(call: Context, as_json: options.Json = False) -> None:
    """Check every rule, and show each place that breaks one.

    Examples:
        xuncha validate
    """
    from xuncha.requests.answers import findings_json  # noqa: PLC0415
    from xuncha.store.loading import check  # noqa: PLC0415

    call.must_be_here()
    with screen.show_activity(_("Checking every file")):
        findings = check(WorkingTree(call.root), warn=True)
    wrong = any(finding.severity == "error" for finding in findings)
    if as_json:
        screen.data(findings_json([finding for finding in findings if finding.severity != "note"]))
    elif findings:
        screen.findings(findings)
    if not (wrong or as_json):
        n = len(register(call.root).measures)
        screen.line(ngettext("{n} measure checked: no errors.", "{n} measures checked: no errors.", n))
    raise typer.Exit(1 if wrong else 0)


@command("proof")
def proof(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The notice"))],
    ignore: list[str] | None = optional(
        "--ignore CODE[:LINE]", _("A rule to ignore, in one line of the file or in all; may be repeated")
    ),
    as_json: options.Json = False,
) -> None:
    """Proofread a notice: numbering, counts, dates, document numbers, punctuation, words.

    The notice may be text, Markdown, a web page or a Word document; if there is a ledger, the notice is compared with
    it.

    Examples:
        xuncha proof 通报.docx
        xuncha proof 通报.txt --ignore half-width --ignore heading-form:20
    """
    from xuncha.pages.line import REASONS  # noqa: PLC0415  only this command needs it and the rules
    from xuncha.proof.counts import is_about_ledger, ledger_facts  # noqa: PLC0415
    from xuncha.proof.proofreader import RULES, Silenced, proofread, read  # noqa: PLC0415
    from xuncha.requests.answers import findings_json  # noqa: PLC0415

    ignored = [_ignored_rule(words) for words in ignore or ()]
    text, silenced = read(file)
    ledger = call.register_if_any()
    facts = ledger_facts(ledger, call.today) if ledger else None
    silenced += [Silenced(code, words=words) for code, words in (ledger.frame.silenced if ledger else ())]
    if codes := sorted({rule.code for rule in silenced} - RULES.keys()):
        screen.warning(_("the proofreader has no rule {codes} to ignore", codes=_(", ").join(codes)))
    about = facts if facts and is_about_ledger(text, facts) else None
    findings = proofread(replace(text, facts=about), str(file), [*ignored, *silenced])
    if as_json:
        screen.data(findings_json(findings, _("{message}; {hint}")))
    else:
        for why in dict.fromkeys(why for why, _line in text.unread):
            words = [line.text[:_EXCERPT] for other, line in text.unread if other == why][:_MAX_SHOWN]
            name = language.gettext(REASONS[why])
            screen.warning(_("{name}: {text}", name=name, text=_(", ").join(words)))
        if facts and not about:
            message = _("the notice does not name {organisation}; it is not compared with the ledger")
            hint = ""
            if facts.organisation is None:
                message = _("the ledger names no organisation yet; the notice is not compared with it")
                hint = _("write `organisation: …`")
            screen.warning(message.format(organisation=facts.organisation), hint)
        screen.findings(findings)
    raise typer.Exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _ignored_rule(option: str) -> Silenced:
    """Read an option that names a rule to ignore. Raises UsageError if there is no such rule."""
    from xuncha.proof.proofreader import RULES, Silenced  # noqa: PLC0415

    silenced = Silenced.from_option(option)
    if silenced is None:
        message = _("--ignore: {words} is not a rule of the proofreader", words=option)
        hint = suggestion(option.partition(":")[0], RULES)
        raise UsageError("no-such-rule", message, hint or _("write it like half-width or half-width:20"))
    return silenced


@command("schema")
def schema() -> None:
    """Print the JSON Schema of the ledger's files, for editors.

    Examples:
        xuncha schema > schema.json
    """
    from xuncha.store.schema import full_schema  # noqa: PLC0415

    screen.data(full_schema())
