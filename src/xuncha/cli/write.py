"""Commands that make a ledger and change what is in it: init, add, edit."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from xuncha import system
from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.invocation import decoded_argument, must_be_text
from xuncha.cli.options import argument, optional
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, UsageError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.requests import outcomes, readers
from xuncha.store.files import absolute

_SEPARATORS = re.compile(r"[、，,；;\s]+")


@command("init")
def init(
    call: Context,
    folder: Path = optional("DIR", _("The folder; default: this one"), default=Path()),
    example: bool = optional("--example", _("Fill it with a small case to try things out")),
    ask: bool = optional("--ask", _("Ask for each of the options below; you can stop, and go on later")),
    organisation: str | None = optional("--organisation NAME", _("The inspected organisation")),
    inspector: str | None = optional("--inspector NAME", _("The inspectors")),
    round_: str | None = optional("--round TEXT", _("The round of the inspection")),
    started: str | None = optional("--started DATE", _("The day the inspection began")),
    ended: str | None = optional("--ended DATE", _("The day it ended")),
    feedback: str | None = optional("--feedback DATE", _("The day of the feedback")),
    categories: list[str] | None = optional("--category TITLE", _("A category; may be repeated")),
    leaders: list[str] | None = optional("--leader NAME", _("A leader; may be repeated")),
    offices: list[str] | None = optional("--office NAME", _("An office; may be repeated")),
) -> None:
    """Make a ledger, with git, in a folder. Details of the organisation and the inspection that are not given stay empty.

    Examples:
        xuncha init my-ledger
        xuncha init trial --example
        xuncha init my-ledger --organisation 中共某市水务局党组 --feedback 2024-07-08
    """
    from xuncha.skeleton.create import create  # noqa: PLC0415

    values: dict[str, Any] = {"organisation": organisation, "inspector": inspector, "round": round_}
    values |= {"categories": categories, "leaders": leaders, "offices": offices}
    for key, text in {"started": started, "ended": ended, "feedback": feedback}.items():
        values[key] = text and readers.read_day(text, f"--{key}", call.today, past=True)
    root = absolute(folder)
    if is_there := ask and (root / LEDGER_FILE).exists():
        options.refuse_unused(_("{path} already contains a ledger", path=root), {"--example": example})
    else:
        kept_files = create(root, call.today, example=example, values=values)
        screen.line(_("Ledger made: {path}", path=folder))
        if kept_files:
            screen.line(_("Left as they were: {paths}", paths=_(", ").join(kept_files)))
        if str(folder) != ".":
            path = f".{os.sep}{folder}" if str(folder).startswith("-") else str(folder)
            if not re.fullmatch(r"[\w./\\:-]+" if system.WINDOWS else r"[\w./:-]+", path):
                path = f'"{path}"' if system.WINDOWS else shlex.quote(path)
            screen.line(_("Next: cd {path}", path=path))
    entering = _(
        "Then: enter the organisation, the leaders, the offices and the categories in data/ledger.yaml, and type: xuncha edit; xuncha add problem …"
    )
    if ask:
        _ask(call, root, values if is_there else {})
    else:
        screen.line(_("Then: xuncha status") if example else entering)


def _ask(call: Context, root: Path, given: Mapping[str, Any]) -> None:
    """Ask for what neither the ledger nor an option says, until the user stops; commit the answers, and what the options gave."""
    from xuncha.store.editing import apply  # noqa: PLC0415
    from xuncha.store.reading import parse  # noqa: PLC0415
    from xuncha.workflow.edit import edit as keep  # noqa: PLC0415
    from xuncha.workflow.settings import edits  # noqa: PLC0415

    questions = {
        "organisation": _("The inspected organisation"),
        "inspector": _("The inspectors"),
        "round": _("The round of the inspection"),
        "started": _("The day the inspection began"),
        "ended": _("The day it ended"),
        "feedback": _("The day of the feedback"),
        "categories": _("The categories of the feedback, separated by commas"),
        "leaders": _("The leaders who may be responsible for measures, separated by commas"),
        "offices": _("The offices that do the work, separated by commas"),
    }
    before = (root / LEDGER_FILE).read_bytes()
    data = parse(before)
    present = {**data, **(data.get("inspection") or {})}
    answers = {key: value for key, value in given.items() if value}
    screen.line(_("Leave an answer empty to be asked again later: xuncha init --ask"))
    try:
        for key, question in questions.items():
            is_known = present.get(key) or key in answers
            if not is_known and (answer := _answer(key, question, call.today)):
                answers[key] = answer
    except typer.Abort:
        screen.line()
    if answers and keep(root, LEDGER_FILE, apply(before, edits(data, answers)), before):
        screen.line(_("{path} is changed and committed.", path=LEDGER_FILE))
    screen.line(_("Then: xuncha add problem …"))


def _answer(key: str, question: str, today: date) -> str | date | list[str] | None:
    """Ask one question; ask again while the answer cannot be read, or a day is wanted and it is not a day."""
    while True:
        text = typer.prompt(question, default="", show_default=False, prompt_suffix=_(": ")).strip()
        if not text:
            return None
        try:
            must_be_text([text := decoded_argument(text)])
            if key in {"categories", "leaders", "offices"}:
                return list(dict.fromkeys(filter(None, _SEPARATORS.split(text))))
            if key not in {"started", "ended", "feedback"}:
                return text
            return readers.read_day(text, question, today, past=True)
        except UsageError as error:
            screen.error(error)


@group("add")
def add() -> None:
    """Enter a problem or a measure under the next free number.

    Examples:
        xuncha add problem 重点工程推进缓慢 --category decisions
        xuncha add measure 2 完成泵站前期手续 --leader 分管副局长 --office 规划科 --due 2024-12-31
    """


@contextlib.contextmanager
def _naming_new() -> Iterator[None]:
    """Mention `--new` in the hint about a name that is not listed."""
    try:
        yield
    except XunchaError as error:
        for each in (error, *error.others):
            if each.code.startswith("unknown-"):
                each.hint = _("{hint}; to enter a new name: --new", hint=each.hint)
        raise


@command("add", "problem")
def add_problem(
    call: Context,
    title: Annotated[str, argument("TITLE", _("The problem, in one line"))],
    category: options.Category = None,
    fields: options.Fields = None,
    new: options.New = False,
) -> None:
    """Enter a problem; a category that is not known yet can be set later.

    Examples:
        xuncha add problem 重点工程推进缓慢 --category decisions
        xuncha add problem 会议制度执行不严 --category 关于党的建设方面 --new
    """
    from xuncha.workflow import add as adding  # noqa: PLC0415  as in all commands here: the help need not wait for it

    title = readers.require_text(title, _("the title is empty"), _("describe it in one line")).strip()
    with _naming_new(), call.session() as session:
        added = adding.add_problem(session, title, category, readers.read_pairs(fields), new=new)
    screen.line(_("Problem {id} entered: {title}", id=added.identity, title=title))
    screen.messages(outcomes.added_messages(added))
    screen.line(_("Next: xuncha add measure {id} … --leader … --office … --due …", id=added.identity))


@command("add", "measure")
def add_measure(
    call: Context,
    problem: options.Problem,
    title: Annotated[str, argument("TITLE", _("The measure, in one line"))],
    leader: options.Leader = None,
    office: options.Office = None,
    co_office: options.CoOffice = None,
    person: options.Person = None,
    due: str | None = optional("--due DATE", _("The time limit, such as 2024-12-31")),
    long_term: bool = optional("--long-term", _("Long-term; it needs no time limit")),
    at_once: bool = optional("--at-once", _("To be done at once; it needs no time limit")),
    goal: options.Goal = None,
    fields: options.Fields = None,
    new: options.New = False,
) -> None:
    """Enter a measure of a problem; what is not known yet can be set later.

    Examples:
        xuncha add measure 2 完成泵站前期手续 --leader 分管副局长 --office 规划科 --due 2024-12-31
        xuncha add measure 2 坚持每周调度 --leader 局长 --office 办公室 --long-term
    """
    from xuncha.workflow import add as adding  # noqa: PLC0415

    if long_term and at_once:
        message = _("a measure is either long-term or to be done at once")
        raise UsageError("usage", message, _("see `{path} --help`", path="xuncha add measure"))
    day = readers.read_day(due, "--due", call.today) if due else None
    title = readers.require_text(title, _("the title is empty"), _("describe it in one line")).strip()
    with _naming_new(), call.session() as session:
        added = adding.add_measure(
            session,
            readers.read_problem(problem),
            title,
            term="long_term" if long_term else "at_once" if at_once else "once",
            leader=leader,
            office=office,
            co_offices=co_office or (),
            person=person,
            due=day,
            goal=goal,
            fields=readers.read_pairs(fields),
            new=new,
        )
    screen.line(_("Measure {id} entered: {title}", id=added.identity, title=title))
    screen.messages(outcomes.added_messages(added))


@command("edit")
def edit(call: Context, identity: options.OptionalRecord = None) -> None:
    """Change a file in your editor ($VISUAL or $EDITOR); it is checked and committed.

    Without a number, no editor opens: all changes made by hand in the ledger's files, including new and deleted
    files, are shown, checked, and committed together.

    A comment is identified by its file.

    Examples:
        xuncha edit 2.3
        xuncha edit data/comments/001.yaml
        xuncha edit
    """
    from xuncha.workflow import edit as editing  # noqa: PLC0415

    if identity is None:
        with call.session() as session:
            all_edited = editing.edit_all(session)
        if all_edited is None:
            screen.line(_("Nothing was changed by hand."))
            return
        lines, result = all_edited
        for line in [*lines, _("This is committed.")]:
            screen.line(line)
        call.print_progress(result.register)
        return
    root = call.root_for_writing()
    path = editing.editable(root, identity)
    target = root / path
    original = target.read_bytes()
    editor = _editor()
    draft = Path(tempfile.mkdtemp(prefix="xuncha-")) / target.name
    draft.write_bytes(original)
    while True:
        try:
            edited = editing.edit(root, path, _run_editor(editor, draft), original)
            break
        except XunchaError as error:
            if not draft.is_file() or draft.read_bytes() == original:
                system.remove_tree(draft.parent)
                raise
            # Whatever went wrong, keep what the user wrote.
            screen.error(error)
            invalid = isinstance(error, InvalidLedgerError)
            if not (invalid and sys.stdin.isatty() and typer.confirm(_("Edit it again?"), default=True)):
                kind = SurroundingsError if isinstance(error, SurroundingsError) else RefusedError
                message = _("the file was not changed; what you wrote is in {draft}", draft=draft)
                raise kind("not-kept", message) from None
    system.remove_tree(draft.parent)  # with any copy that the editor kept beside it
    if edited is None:
        screen.line(_("Nothing was changed."))
        return
    screen.line(_("{path} is changed and committed.", path=path))
    call.print_progress(edited.register)


def _editor() -> str:
    """Return the command of the editor. Raises SurroundingsError without a terminal, in which the default editor would wait for ever."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command and not sys.stdin.isatty():
        message = _("no editor is set, and there is no terminal to open one in")
        hint = _("set one in the variable EDITOR; or change the file, and type: xuncha edit")
        raise SurroundingsError("no-editor", message, hint)
    return command or ("notepad" if system.WINDOWS else "vi")


def _run_editor(editor: str, draft: Path) -> bytes:
    """Open a file in an editor, and return the content of the file when the editor has ended."""
    try:
        process = subprocess.run([*system.split_command(editor), str(draft)], check=False)
    except (FileNotFoundError, PermissionError, ValueError):
        message = _("the editor “{editor}” cannot be started", editor=editor)
        raise SurroundingsError("no-editor", message, _("set one in the variable EDITOR")) from None
    if process.returncode:
        raise RefusedError("editor-failed", _("the editor ended with an error, and nothing was changed"))
    try:
        return draft.read_bytes()
    except OSError:
        raise RefusedError("editor-failed", _("the editor deleted its file; nothing was changed")) from None
