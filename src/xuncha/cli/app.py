"""One run of the program: the choice of the command, and the one place where errors are caught."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer
from typer import _completion_classes as shells
from typer import completion

from xuncha import __version__
from xuncha.cli import screen
from xuncha.cli.command import WrongUsage, no_such_command, program, see_help, shown_name
from xuncha.cli.context import Context
from xuncha.cli.invocation import HIDDEN, VERBS, check_options, decoded_argument, must_be_text
from xuncha.errors import SurroundingsError, UsageError, XunchaError, bug_message, cause_of
from xuncha.language import LANGUAGES
from xuncha.language import gettext as _
from xuncha.requests import readers


def _context(options: Mapping[str, str | None]) -> Context:
    """Return the context that the options of the whole program, or the variables that stand in for them, describe."""
    check_options(options)
    ledger = _option_value(options, "--ledger", "XUNCHA_LEDGER")
    text = _option_value(options, "--today", "XUNCHA_TODAY")
    lang = options.get("--lang")
    if lang is not None and lang not in LANGUAGES:
        raise UsageError("bad-language", _("--lang must be zh or en, not “{lang}”", lang=lang))
    option = "--today" if options.get("--today") else "XUNCHA_TODAY"
    day = readers.read_day(text, option, _today()) if text else _today()
    return Context(Path(ledger) if ledger else None, day, bool(text), clock=(lambda: day) if text else _today)


def _today() -> date:
    return date.today()  # noqa: DTZ011  the office's local day


def _option_value(options: Mapping[str, str | None], option: str, variable: str) -> str:
    """Return the value of an option, else of the variable that stands in for it; empty if neither is set."""
    if value := options.get(option):
        return value
    value = decoded_argument(os.environ.get(variable, ""))
    must_be_text([value], variable)
    return value


def _completion(*, install: bool) -> None:
    """Install the completion into the shell in which the program was typed, or print its script."""
    shell = completion._get_shell_name()  # type: ignore[attr-defined]  # noqa: SLF001  Typer's own way to tell
    if shell not in {"bash", "zsh", "fish", "powershell", "pwsh"}:
        message = _("there is no completion for this shell: {shell}", shell=shell or "?")
        hint = _("available: {names}", names="bash, zsh, fish, PowerShell")
        raise SurroundingsError("unknown-shell", message, hint)
    variables = {"prog_name": "xuncha", "complete_var": "_XUNCHA_COMPLETE", "shell": shell}
    if install:
        _shell, path = completion.install(**variables)  # type: ignore[attr-defined]
        message = _("The completion for {shell} is in {path}; it works once the shell is restarted.")
        screen.line(message.format(shell=shell, path=path))
    else:
        screen.line(completion.get_completion_script(**variables))  # type: ignore[attr-defined]


def _usage_message(error: Any) -> str:  # noqa: ANN401  Typer does not export the kinds of its error
    """Return what is wrong with a command line, in the chosen language for the kinds of Typer's error that are known here."""
    match type(error).__name__:
        case "NoSuchOption":
            similar = (
                _(" (available: {options})", options=error.possibilities[0]) if error.possibilities else ""
            )
            return _("there is no option {name}", name=error.option_name) + similar
        case "MissingParameter" if error.param is not None:
            return _("{name} is missing", name=shown_name(error.param))
        case "BadOptionUsage":
            is_needed = "requires" in error.message
            message = _("{name} needs a value") if is_needed else _("{name} takes no value")
            return message.format(name=error.option_name)
        case "NoArgsIsHelpError":
            screen.line(error.format_message())
            return ""
    return str(error.format_message())


def run(words: list[str], options: Mapping[str, str | None]) -> None:
    """Run the command line, with the options of the whole program in `options`; exit with the exit code."""
    code = (_complete if "_XUNCHA_COMPLETE" in os.environ else _carry_out)(words, options)
    if (failure := screen.finish()) is not None and not code:
        change = sys.modules.get("xuncha.workflow.change")  # not imported by commands that only read
        if commit := change.last_commit() if change else None:
            # The exit code stays 0, since the change is made: a script that tries again would make it twice.
            text = _("done, and saved in commit {commit}; only the output could not be printed: {reason}")
            hint = _("do not type it again; see xuncha log")
            screen.warning(text.format(commit=commit, reason=cause_of(failure)), hint)
        else:
            code = _report_os_error(failure)
    sys.exit(code)


def _call(words: list[str], options: Mapping[str, str | None]) -> int:
    """Call the command that the words name, or what an option of the whole program asks for; return the exit code."""
    if "--version" in options:
        screen.line(f"xuncha {__version__}")
        return 0
    if "--install-completion" in options or "--show-completion" in options:
        _completion(install="--install-completion" in options)
        return 0
    context = verb = None
    if "_XUNCHA_COMPLETE" not in os.environ:
        must_be_text([*words, *filter(None, options.values())])
        context = _context(options)
        verb = words[0] if words and not words[0].startswith("-") else None
        if verb is not None and verb not in VERBS | HIDDEN:
            raise no_such_command(verb, VERBS, "no-such-command")
    return program(verb)(words, standalone_mode=False, prog_name="xuncha", obj=context) or 0


def _complete(words: list[str], options: Mapping[str, str | None]) -> int:
    """Answer a shell that asks for completions, without error messages, which would disturb the typing."""
    # Typer would read a text as markup and break it into lines, and fish would offer each line.
    shells._sanitize_help_text = lambda text: text  # noqa: SLF001
    try:
        return _call(words, options)
    except Exception:  # whatever the error is, the command itself will report it
        if "XUNCHA_TRACEBACK" in os.environ:
            raise
        return 1


def _carry_out(words: list[str], options: Mapping[str, str | None]) -> int:
    """Run a command and return its exit code: the one place where errors are caught."""
    try:
        return _call(words, options)
    except WrongUsage as error:
        if message := _usage_message(error):
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
            return _report_os_error(error)
        hint = _("please report it, with the output of the same command when XUNCHA_TRACEBACK=1 is set")
        screen.error(XunchaError("bug", bug_message(error), hint))
        return XunchaError.exit_code


def _report_os_error(error: OSError) -> int:
    """Report what the system has refused, such as writing to a full disk, and return the exit code."""
    if error.errno == errno.EPIPE:  # the reader of the pipe has gone: nobody would see a message
        return 1
    prefix = f"{error.filename}: " if error.filename else ""
    message = _("the system refused: {reason}", reason=prefix + cause_of(error))
    screen.error(SurroundingsError("system", message))
    return SurroundingsError.exit_code
