"""The program as a whole: its global options, its commands, and the one place where errors end."""

from __future__ import annotations

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from xuncha import __version__
from xuncha.cli import screen
from xuncha.cli.context import Context
from xuncha.errors import UsageError, XunchaError
from xuncha.language import LANGUAGES
from xuncha.language import gettext as _

# Typer's own error for a wrong command line; it exports one kind of it, and this is what all kinds are.
_WrongUsage: type[Exception] = typer.BadParameter.__bases__[0]


class _Command(TyperCommand):
    """A command whose `--help` is told in the chosen language; Typer's own words are fixed."""

    def get_help_option(self, ctx: typer.Context) -> TyperOption | None:  # type: ignore[override]
        return _in_our_words(super().get_help_option(ctx))


class _Group(TyperGroup):
    """The same for a command that has commands of its own."""

    def get_help_option(self, ctx: typer.Context) -> TyperOption | None:  # type: ignore[override]
        return _in_our_words(super().get_help_option(ctx))

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]
        """See Typer; the texts of its two options of completion are fixed too."""
        params = super().get_params(ctx)
        for param in params:
            if param.name == "install_completion":
                param.help = _("Teach this shell to complete numbers and names")  # type: ignore[attr-defined]
            elif param.name == "show_completion":
                param.help = _("Show what the shell is taught")  # type: ignore[attr-defined]
        return params


def _in_our_words(option: Any) -> TyperOption | None:  # noqa: ANN401
    if option is not None:
        option.help = _("Show this help")
    return cast("TyperOption | None", option)


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
    "check": ("validate", "schema"),
    "publish": ("notice",),
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
    del version
    if lang is not None and lang not in LANGUAGES:
        raise UsageError("bad-language", _("--lang is zh or en, not “{lang}”").format(lang=lang))
    if no_color:
        screen.no_color()
    context.obj = Context(ledger, screen.day(today, "--today") if today else date.today())  # noqa: DTZ011  the office's own day


def _known(verb: str | None) -> str | None:
    """The verb, if there is such a one.

    Raises:
        UsageError: there is not.
    """
    verbs = [each for family in _FAMILIES.values() for each in family]
    if verb is not None and verb not in verbs:
        from xuncha.rules.names import suggestion  # noqa: PLC0415

        raise UsageError(
            "no-such-command", _("there is no command {name}").format(name=verb), suggestion(verb, verbs)
        )
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
        case "NoArgsIsHelpError":
            screen.line(error.format_message())
            return ""
    return str(error.format_message())


def run() -> None:
    """Run the command line; end with the exit code."""
    code = 0
    try:
        code = program(_known(_verb()))(standalone_mode=False) or 0
    except _WrongUsage as error:
        if message := _said(error):
            context = getattr(error, "ctx", None)
            path = context.command_path if context else "xuncha"
            screen.error(UsageError("usage", message, _("see `{path} --help`").format(path=path)))
        code = UsageError.exit_code
    except typer.Abort:
        code = 1
    except XunchaError as error:
        screen.error(error)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except Exception as error:  # the one place: a person is never shown a traceback
        if "XUNCHA_TRACEBACK" in os.environ:
            raise
        screen.error(
            XunchaError(
                "bug",
                _("this should not happen: {kind}: {error}").format(kind=type(error).__name__, error=error),
                _("please report it, with what XUNCHA_TRACEBACK=1 shows for the same command"),
            )
        )
        code = 1
    sys.exit(code)
