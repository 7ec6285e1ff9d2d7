"""The program as a whole: its global options, its commands, and the one place where errors end."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Collection
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from xuncha import __version__
from xuncha.cli import screen
from xuncha.cli.context import Context
from xuncha.errors import SurroundingsError, UsageError, XunchaError, cause_of
from xuncha.language import LANGUAGES
from xuncha.language import gettext as _

# Typer's own error for a wrong command line; it exports one kind of it, and this is what all kinds are.
_WrongUsage: type[Exception] = typer.BadParameter.__bases__[0]


class _OurWay:
    """What is the same for commands and for groups of them: help and refusals in the chosen language.

    Typer's own words are fixed. The classes that it makes commands of come behind this one.
    """

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401  Typer's own class is not public
        """See Typer."""
        option = cast("TyperOption | None", super().get_help_option(ctx))  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this help")
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """See Typer, which would colour the help in a pipe on the machines of GitHub; rich knows where colours belong."""
        from typer import rich_utils  # noqa: PLC0415  loads rich

        rich_utils.FORCE_TERMINAL = None
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """See Typer; every refusal knows which command it is about."""
        try:
            return cast("list[str]", super().parse_args(ctx, args))  # type: ignore[misc]
        except _WrongUsage as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise


class _Command(_OurWay, TyperCommand):
    """A command."""

    allow_extra_args = True  # to refuse them in our words

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """See Typer.

        Raises:
            UsageError: there are more arguments than the command takes.
        """
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageError(
                "usage", _("too many arguments: {texts}").format(texts=" ".join(rest)), _see_help(ctx)
            )
        return rest


class _Group(_OurWay, TyperGroup):
    """A command that has commands of its own."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """See Typer; the texts of its two options of completion are fixed too."""
        params = super().get_params(ctx)
        for param in params:
            if param.name == "install_completion":
                param.help = _("Teach this shell to complete numbers and names")  # type: ignore[attr-defined]
            elif param.name == "show_completion":
                param.help = _("Show what the shell is taught")  # type: ignore[attr-defined]
        return params

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """See Typer.

        Raises:
            UsageError: there is no such command.
        """
        if not (ctx.resilient_parsing or args[0] in self.commands or args[0].startswith("-")):
            raise UsageError("usage", *_no_such_command(args[0], self.commands))
        return super().resolve_command(ctx, args)


def _see_help(context: Any) -> str:  # noqa: ANN401
    """Where the usage of a command is told."""
    return _("see `{path} --help`").format(path=context.command_path)


def _no_such_command(name: str, known: Collection[str]) -> tuple[str, str]:
    """That a command is not there, and which may be meant."""
    from xuncha.rules.names import suggestion  # noqa: PLC0415

    return _("there is no command {name}").format(name=name), suggestion(name, known)


class Program(typer.Typer):
    """Typer with commands of that kind."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  Typer's own signature is thirty options
        super().__init__(**{"cls": _Group, **options})

    def command(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  Typer's own signature is forty options
        """See Typer."""
        return super().command(*arguments, **{"cls": _Command, **options})


_FAMILIES = {
    "write": ("init", "add", "edit"),
    "read": ("status", "list", "show"),
    "work": (
        "start",
        "progress",
        "attach",
        "submit",
        "return",
        "close",
        "reopen",
        "extend",
        "escalate",
        "review",
    ),
    "track": ("log", "undo"),
    "audit": ("audit",),
    "share": ("setup", "merge-driver", "sync"),
    "doctor": ("doctor",),
    "check": ("validate", "proof", "schema"),
    "publish": ("notice", "dashboard"),
    "report": ("report",),
    "deadlines": ("calendar",),
    "archive": ("archive",),
    "exchange": ("import", "export"),
}
"""The rooms of the verbs, in the order of the help."""


def program(verb: str | None = None) -> typer.Typer:
    """The program with all its commands; with those of one family alone where the verb is known.

    Building all commands takes longer than most of them take to run.
    """
    app = Program(
        name="xuncha",
        help=_("A ledger over plain files for rectification after an inspection: complete one, close one."),
        epilog=_("Begin with: xuncha init my-ledger --example; then, in it: xuncha status"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )
    app.callback()(everything)
    families = [family for family, verbs in _FAMILIES.items() if verb in verbs] or list(_FAMILIES)
    for family in families:
        import_module(f"xuncha.cli.{family}").register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        screen.line(f"xuncha {__version__}")
        raise typer.Exit


def everything(
    context: typer.Context,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            envvar="XUNCHA_LEDGER",
            metavar="DIR",
            readable=False,
            help=_("The ledger's folder; else the nearest one upwards"),
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(
            "--today",
            envvar="XUNCHA_TODAY",
            metavar="DATE",
            help=_("Count as on this day, such as 2024-04-18"),
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en", help=_("The language on screen"))
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help=_("No colours, as with NO_COLOR"))] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Show the version"))
    ] = False,
) -> None:
    """Keep what the global options say, for the command that follows."""
    del version, no_color  # shown already; chosen before anything is shown
    if lang is not None and lang not in LANGUAGES:
        raise UsageError("bad-language", _("--lang is zh or en, not “{lang}”").format(lang=lang))
    source = context.get_parameter_source("today")
    named = "XUNCHA_TODAY" if source is not None and source.name == "ENVIRONMENT" else "--today"
    day = screen.day(today, named) if today else date.today()  # noqa: DTZ011  the office's own day
    context.obj = Context(ledger, day, bool(today))


def _known(verb: str | None) -> str | None:
    """The verb, if there is such a one.

    Raises:
        UsageError: there is not.
    """
    verbs = [each for family in _FAMILIES.values() for each in family]
    if verb is not None and verb not in verbs:
        raise UsageError("no-such-command", *_no_such_command(verb, verbs))
    return verb


def _verb() -> str | None:
    """The first word that is no option of the whole program, nor the value of one; None while a shell asks to complete."""
    if "_XUNCHA_COMPLETE" in os.environ:
        return None
    arguments = iter(sys.argv[1:])
    for argument in arguments:
        if argument in {"--ledger", "--today", "--lang"}:
            next(arguments, None)
        elif not argument.startswith("-"):
            return argument
    return None


def _said(error: Any) -> str:  # noqa: ANN401  Typer does not export the kinds of its error
    """What is wrong with a command line, in the chosen language as far as Typer tells the kinds apart."""
    match type(error).__name__:
        case "NoSuchOption":
            others = _(", ").join(error.possibilities or ())
            known = _(" (there is {options})").format(options=others) if others else ""
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


def run() -> None:
    """Run the command line; end with the exit code."""
    code = _carry_out()
    if (lost := screen.finish()) is not None and not code:
        code = _refused_by_the_system(lost)
    sys.exit(code)


def _carry_out() -> int:
    """Do what was typed, and give the exit code: the one place where errors end."""
    try:
        return program(_known(_verb()))(standalone_mode=False, prog_name="xuncha") or 0
    except _WrongUsage as error:
        if message := _said(error):
            screen.error(UsageError("usage", message, _see_help(error.ctx)))  # type: ignore[attr-defined]
        return UsageError.exit_code
    except KeyboardInterrupt:
        return 130
    except typer.Abort:
        return 1
    except XunchaError as error:
        return _told(error)
    except Exception as error:  # a person is never shown a traceback
        if "XUNCHA_TRACEBACK" in os.environ:
            raise
        return _refused_by_the_system(error) if isinstance(error, OSError) else _told(_bug(error))


def _told(error: XunchaError) -> int:
    """Tell an error, and give the exit code."""
    screen.error(error)
    return error.exit_code


def _refused_by_the_system(error: OSError) -> int:
    """Tell what the system has refused, such as to write to a full disk, and give the exit code.

    Where whoever reads a pipe has gone, nobody is there to be told.
    """
    if error.errno == errno.EPIPE:
        return 1
    what = f"{error.filename}: " if error.filename else ""
    said = _("the system refused: {reason}").format(reason=what + cause_of(error))
    return _told(SurroundingsError("system", said))


def _bug(error: Exception) -> XunchaError:
    return XunchaError(
        "bug",
        _("this should not happen: {kind}: {error}").format(kind=type(error).__name__, error=error),
        _("please report it, with what XUNCHA_TRACEBACK=1 shows for the same command"),
    )
