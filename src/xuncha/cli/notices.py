"""Taking in a published notice: import notice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import argument, optional
from xuncha.cli.understood import doubtful, doubts_json, say_what_is_done, short
from xuncha.language import gettext as _


@command("import", "notice")
def import_notice(
    call: Context,
    file: Annotated[Path, argument("FILE", _("The notice (.txt, .md, .html, .docx)"))],
    folder: Path = optional("DIR", _("The folder of the new ledger; else this one"), default=Path()),
    dry_run: options.DryRun = False,
    as_json: bool = optional("--json", _("Print what is understood as JSON for programs, and write nothing")),
) -> None:
    """Make a ledger of a published notice: a text, Markdown, a web page or a Word document.

    What the notice does not say stays unsaid, and what is not sure is listed.

    Examples:
        xuncha import notice 通报.docx --dry-run
        xuncha import notice 通报.html my-ledger
        xuncha import notice 通报.txt --json
    """
    from xuncha.pages import lines  # noqa: PLC0415
    from xuncha.reading import notice as room  # noqa: PLC0415
    from xuncha.reading.reading import read  # noqa: PLC0415

    notice = read(lines(file))
    said = room.as_json(notice)
    from xuncha.exchange.notice import draft_of  # noqa: PLC0415

    draft = draft_of(notice, str(file), call.today)
    if as_json:
        screen.data(said | ({"doubts": doubts_json(draft)} if dry_run else {}))
        return
    from xuncha.exchange.entering import Enterer  # noqa: PLC0415
    from xuncha.skeleton import create  # noqa: PLC0415
    from xuncha.store.files import located  # noqa: PLC0415

    root = located(folder)
    intake = Enterer(draft).new(file.name, None)
    if dry_run:
        create.checked_as_new(root, intake)
        _show_notice(said)
    else:
        create.found(root, intake, file.name)
    screen.show(*doubtful(draft))
    say_what_is_done(folder, draft, intake, is_there=False, dry_run=dry_run)


def _show_notice(said: dict[str, Any]) -> None:
    """Show what is understood of a notice: its head, its counts, and its tree."""
    comma, dates = _(", "), said["dates"]
    heads = {
        _("title"): said["title"],
        _("organisation"): said["organisation"],
        _("inspectors"): said["inspector"],
        _("inspection"): comma.join(filter(None, (dates["inspection_start"], dates["inspection_end"]))),
        _("feedback"): dates["feedback"],
        _("notice of"): dates["notice"],
        _("issuer"): said["issuer"],
        _("contact"): comma.join(filter(None, said["contact"].values())),
    }
    for name, text in heads.items():
        screen.line(_("{name}: {text}").format(name=name, text=text or "-"))
    screen.line()
    for category in said["categories"]:
        screen.line(category["title"] or "-")
        for problem in category["problems"]:
            screen.line(f"  {problem['number']}. {short(problem['title'])}")
            part = None
            for measure in problem["measures"]:
                if measure["part"] != part:
                    part = measure["part"]
                    screen.line(f"    {short(part or '')}")
                screen.line(f"    - {short(measure['text'], 30)}")
    screen.line()
