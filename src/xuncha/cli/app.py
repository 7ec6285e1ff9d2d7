"""The run of the program: which command is meant, and the one place where errors end."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from typer import _completion_classes as shells
from typer import completion

from xuncha import __version__
from xuncha.cli import screen
from xuncha.cli.command import WrongUsage, no_such_command, program, see_help
from xuncha.cli.context import Context
from xuncha.cli.invocation import FLAGS, HIDDEN, VALUED, VERBS, check, must_be_text, readable
from xuncha.errors import SurroundingsError, UsageError, XunchaError, cause_of
from xuncha.language import LANGUAGES
from xuncha.language import gettext as _
from xuncha.requests import typed

_PATIENCE = 5.0  # seconds after which a shell that asks to complete is given nothing


def _context(given: Mapping[str, str | None]) -> Context:
    """Return what the options of the whole program, and the variables that stand in for them, say."""
    check(given)
    ledger = _given(given, "--ledger", "XUNCHA_LEDGER")
    said = _given(given, "--today", "XUNCHA_TODAY")
    lang = given.get("--lang")
    if lang is not None and lang not in LANGUAGES:
        raise UsageError("bad-language", _("--lang must be zh or en, not “{lang}”").format(lang=lang))
    named = "--today" if given.get("--today") else "XUNCHA_TODAY"
    day = typed.day(said, named, _today()) if said else _today()
    return Context(Path(ledger) if ledger else None, day, bool(said), clock=(lambda: day) if said else _today)


def _today() -> date:
    return date.today()  # noqa: DTZ011  the office's own day


def _given(given: Mapping[str, str | None], option: str, variable: str) -> str:
    """Return what an option was given, else what the variable says that stands in for it; empty where neither does."""
    if value := given.get(option):
        return value
    value = readable(os.environ.get(variable, ""))
    must_be_text([value], variable)
    return value


def _completion(*, install: bool) -> None:
    """Teach the shell that the program was typed in to complete, or show what it would be taught."""
    shell = completion._get_shell_name()  # type: ignore[attr-defined]  # noqa: SLF001  Typer's own way to tell
    if shell not in {"bash", "zsh", "fish", "powershell", "pwsh"}:
        said = _("there is no completion for this shell: {shell}").format(shell=shell or "?")
        hint = _("available: {names}").format(names="bash, zsh, fish, PowerShell")
        raise SurroundingsError("unknown-shell", said, hint)
    variables = {"prog_name": "xuncha", "complete_var": "_XUNCHA_COMPLETE", "shell": shell}
    if install:
        _shell, path = completion.install(**variables)  # type: ignore[attr-defined]
        said = _("The completion for {shell} is in {path}; it works once the shell is restarted.")
        screen.line(said.format(shell=shell, path=path))
    else:
        screen.line(completion.get_completion_script(**variables))  # type: ignore[attr-defined]


def _said(error: Any) -> str:  # noqa: ANN401  Typer does not export the kinds of its error
    """Return what is wrong with a command line, in the chosen language as far as Typer tells the kinds apart."""
    match type(error).__name__:
        case "NoSuchOption":
            near = error.possibilities or get_close_matches(error.option_name, VALUED + FLAGS)
            others = _(", ").join(near)
            known = _(" (available: {options})").format(options=others) if others else ""
            return _("there is no option {name}").format(name=error.option_name) + known
        case "MissingParameter" if error.param is not None:
            option = next((name for name in error.param.opts if name.startswith("-")), error.param.metavar)
            return _("{name} is missing").format(name=option)
        case "BadOptionUsage":
            needed = "requires" in error.message
            said = _("{name} needs a value") if needed else _("{name} takes no value")
            return said.format(name=error.option_name)
        case "NoArgsIsHelpError":
            screen.line(error.format_message())
            return ""
    return str(error.format_message())


def run(words: list[str], given: Mapping[str, str | None]) -> None:
    """Run the command line, given apart from the options of the whole program; end with the exit code."""
    code = (_complete if "_XUNCHA_COMPLETE" in os.environ else _carry_out)(words, given)
    if (lost := screen.finish()) is not None and not code:
        change = sys.modules.get("xuncha.workflow.change")  # what commands that only read have not imported
        if commit := change.last_commit() if change else None:
            # The exit code stays that of what is done: a script that tries again would do it twice.
            said = _("done, and saved in commit {commit}; only the output could not be printed: {reason}")
            hint = _("do not type it again; see xuncha log")
            screen.warning(said.format(commit=commit, reason=cause_of(lost)), hint)
        else:
            code = _refused_by_the_system(lost)
    sys.exit(code)


def _call(words: list[str], given: Mapping[str, str | None]) -> int:
    """Call the command that the words name, or what an option of the whole program asks for; return the exit code."""
    if "--version" in given:
        screen.line(f"xuncha {__version__}")
        return 0
    if "--install-completion" in given or "--show-completion" in given:
        _completion(install="--install-completion" in given)
        return 0
    context = verb = None
    if "_XUNCHA_COMPLETE" not in os.environ:
        must_be_text([*words, *filter(None, given.values())])
        context = _context(given)
        verb = words[0] if words and not words[0].startswith("-") else None
        if verb is not None and verb not in VERBS | HIDDEN:
            raise no_such_command(verb, VERBS, "no-such-command")
    return program(verb)(words, standalone_mode=False, prog_name="xuncha", obj=context) or 0


def _complete(words: list[str], given: Mapping[str, str | None]) -> int:
    """Answer a shell that asks to complete: in time, and without a word of what is wrong, in the middle of somebody's typing."""
    # Typer would read a text as markup, and break it into lines, of which fish offers each.
    shells._sanitize_help_text = lambda text: text  # noqa: SLF001
    watch = threading.Timer(_PATIENCE, os._exit, [1])
    watch.daemon = True
    watch.start()
    try:
        return _call(words, given)
    except Exception:  # whatever it is, the command itself will tell
        if "XUNCHA_TRACEBACK" in os.environ:
            raise
        return 1
    finally:
        watch.cancel()


def _carry_out(words: list[str], given: Mapping[str, str | None]) -> int:
    """Do what was typed, and return the exit code: the one place where errors end."""
    try:
        return _call(words, given)
    except WrongUsage as error:
        if message := _said(error):
            screen.error(UsageError("usage", message, see_help(error.ctx)))  # type: ignore[attr-defined]
        return UsageError.exit_code
    except (KeyboardInterrupt, typer.Abort) as end:
        return 130 if isinstance(end, KeyboardInterrupt) else 1
    except XunchaError as error:
        screen.error(error)
        return error.exit_code
    except Exception as error:  # a person is never shown a traceback
        if "XUNCHA_TRACEBACK" in os.environ:
            raise
        if isinstance(error, OSError):
            return _refused_by_the_system(error)
        said = _("this should not happen: {kind}: {error}").format(kind=type(error).__name__, error=error)
        hint = _("please report it, with the output of the same command when XUNCHA_TRACEBACK=1 is set")
        screen.error(XunchaError("bug", said, hint))
        return XunchaError.exit_code


def _refused_by_the_system(error: OSError) -> int:
    """Tell what the system has refused, such as to write to a full disk, and give the exit code."""
    if error.errno == errno.EPIPE:  # whoever reads the pipe has gone: nobody is there to be told
        return 1
    what = f"{error.filename}: " if error.filename else ""
    said = _("the system refused: {reason}").format(reason=what + cause_of(error))
    screen.error(SurroundingsError("system", said))
    return SurroundingsError.exit_code
