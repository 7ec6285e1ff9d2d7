"""The rules: validate, proof and schema."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import argument, option
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.parts import how_to_add

if TYPE_CHECKING:
    from xuncha.proof.desk import Silenced


@command("validate")
def validate(call: Context, as_json: options.Json = False) -> None:
    """Check every rule, and show every place where one is broken.

    Examples:
        xuncha validate
    """
    from xuncha.requests.answers import findings_json  # noqa: PLC0415
    from xuncha.store.cache import register  # noqa: PLC0415
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.store.loading import check  # noqa: PLC0415

    call.must_be_here()
    with screen.patience(_("Checking every file")):
        found = check(WorkingTree(call.root), warn=True)
    wrong = any(each.severity == "error" for each in found)
    if as_json:
        screen.data(findings_json([each for each in found if each.severity != "note"]))
    elif found:
        screen.findings(found)
    if not (wrong or as_json):
        n = len(register(call.root).measures)
        message = ngettext("{n} measure checked: no errors.", "{n} measures checked: no errors.", n)
        screen.line(message.format(n=n))
    raise typer.Exit(1 if wrong else 0)


@command("proof")
def proof(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The notice"))],
    ignore: Annotated[
        list[str] | None,
        option(
            "--ignore CODE[:LINE]",
            _("A rule to ignore, in one line of the file or in all; may be repeated"),
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Proofread a notice: numbering, counts, dates, document numbers, punctuation, words.

    It may be text, Markdown, a web page or a Word document; where there is a ledger, it is compared with
    it.

    Examples:
        xuncha proof 通报.docx
        xuncha proof 通报.txt --ignore half-width --ignore heading-form:20
    """
    from xuncha.proof.against import facts_of, is_about  # noqa: PLC0415  rules are read by those who want them
    from xuncha.proof.desk import RULES, Silenced, proofread, read  # noqa: PLC0415
    from xuncha.proof.library import installed  # noqa: PLC0415
    from xuncha.requests.answers import findings_json  # noqa: PLC0415

    asked = [_silenced(words) for words in ignore or ()]
    text, silenced = read(file)
    ledger = call.register_if_any()
    facts = facts_of(ledger, call.today) if ledger else None
    silenced += [Silenced(code, words=words) for code, words in (ledger.frame.silenced if ledger else ())]
    if codes := sorted({each.code for each in silenced} - RULES.keys()):
        message = _("the proofreader has no rule {codes}, which is to be silent")
        screen.warning(message.format(codes=_(", ").join(codes)))
    about = facts if facts and is_about(text, facts) else None
    found = proofread(replace(text, facts=about), str(file), [*asked, *silenced])
    if as_json:
        screen.data(findings_json(found, _("{message}; {hint}")))
    else:
        if not installed():
            message = _("blanks beside punctuation and full-width letters are not looked for")
            screen.warning(message, how_to_add("office"))
        if facts and not about:
            message = _("the notice does not name {organisation}; it is not compared with the ledger")
            screen.warning(message.format(organisation=facts.organisation))
        screen.findings(found)
    raise typer.Exit(1 if any(finding.severity == "error" for finding in found) else 0)


def _silenced(option: str) -> Silenced:
    """Read which rule is to be silent.

    Raises:
        UsageError: there is no such rule, or no such line.
    """
    from xuncha.proof.desk import RULES, Silenced  # noqa: PLC0415
    from xuncha.rules.names import suggestion  # noqa: PLC0415

    silenced = Silenced.from_option(option)
    if silenced is None:
        message = _("--ignore: {words} is no rule of the proofreader").format(words=option)
        known = suggestion(option.partition(":")[0], RULES)
        raise UsageError("no-such-rule", message, known or _("write it like half-width or half-width:20"))
    return silenced


@command("schema")
def schema() -> None:
    """Print the JSON Schema of the ledger's files, for editors.

    Examples:
        xuncha schema > schema.json
    """
    from xuncha.store.schema import whole  # noqa: PLC0415

    screen.data(whole())
