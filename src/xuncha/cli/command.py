"""Commands are functions: a decorator registers them, Typer reads their parameters, and the help shows their docstrings (docs/adr/0023)."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection
from functools import partial, wraps
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from xuncha.chinese.characters import is_blank
from xuncha.cli.invocation import HIDDEN, VERBS
from xuncha.cli.options import optional
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.rules.names import suggestion

Function = TypeVar("Function", bound="Callable[..., None]")

# The base class of Typer's errors for a wrong command line; Typer exports only one of the subclasses.
WrongUsage: type[Exception] = typer.BadParameter.__bases__[0]


_ENTRIES: dict[tuple[str, ...], tuple[Callable[..., None], bool, bool]] = {}
"""The commands of all imported modules by their words, such as `("report", "weekly")`: function, whether it is hidden, whether it is a group."""


def command(*words: str, hidden: bool = False, is_group: bool = False) -> Callable[[Function], Function]:
    """Register a function as the command with these words; a first parameter `call` receives the `Context`."""

    def register(function: Function) -> Function:
        _ENTRIES[words] = function, hidden, is_group
        return function

    return register


def group(word: str) -> Callable[[Function], Function]:
    """Register a function as a group of commands; only its docstring is used."""
    return command(word, is_group=True)


class _Translated:
    """Help and error messages in the chosen language, for commands and groups; a mixin to put before Typer's own class."""

    help: str | None
    params: list[Any]

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401  Typer's own class is not public
        from xuncha.cli.help import page  # noqa: PLC0415  only the help needs it

        return page(self, ctx)

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002
        """Return the text that shells show beside a name."""
        from xuncha.cli.help import summary  # noqa: PLC0415

        return summary(self.help)

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401
        option: TyperOption | None = cast("Any", super()).get_help_option(ctx)
        if option is not None:
            option.help = _("Show this help")
        return option

    def get_params(self, ctx: object) -> list[Any]:
        parameters: list[Any] = cast("Any", super()).get_params(ctx)
        for parameter in parameters:
            parameter.process_value = partial(_process_value, parameter)
        return parameters

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Parse as Typer does; every error is given the context of its command."""
        try:
            return cast("list[str]", cast("Any", super()).parse_args(ctx, args))
        except WrongUsage as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise


def _process_value(parameter: TyperOption | TyperArgument, ctx: typer.Context, value: object) -> object:
    """Convert a value as Typer does, but leave a text and what was not given as they are, and read a whole number here: even for these, Typer would load pydantic.

    A format may be typed in capitals, and `-o -` is the same as no -o.

    Raises UsageError for what is no whole number; for `-` where a file must be named; and for an option with an empty value, which a
    script's unset variable may cause: it is not the same as no option.
    """
    if value in (None, ()) and not parameter.required:
        return () if parameter.multiple or parameter.nargs == -1 else None
    for text in value if isinstance(value, (list, tuple)) else [value]:
        if parameter.param_type_name == "option" and isinstance(text, str) and is_blank(text):
            message = _("{option} is empty", option=parameter.opts[-1])
            raise UsageError("empty-text", message, _("give it a value, or leave the option out"))
    kind = parameter.type_descriptor.annotation
    if kind is Path and value == "-" and parameter.param_type_name == "option":
        if "-o" in parameter.opts and not parameter.required:
            return None  # the document is printed, as without the option
        name = shown_name(parameter)
        message = _("{option} cannot be “{word}”", option=name, word=value)
        raise UsageError("usage", message, _("name a file: {option}", option=f"{name} ./-"))
    if kind is int and isinstance(value, str):
        try:
            return int(value)  # full-width digits, too
        except ValueError:
            message = _("{name} must be a whole number, not “{text}”", name=shown_name(parameter), text=value)
            raise UsageError("usage", message, see_help(ctx)) from None
    if isinstance(value, str) and kind is str:
        is_form = "-f" in parameter.opts and value.lower() in (parameter.metavar or "").split("|")
        return value.lower() if is_form else value
    return type(parameter).process_value(parameter, ctx, value)


def shown_name(parameter: TyperOption | TyperArgument) -> str:
    """Return the name of a parameter in error messages: that of an option, or the placeholder of an argument."""
    from xuncha.cli.help import metavar  # noqa: PLC0415  for errors alone

    return next((name for name in parameter.opts if name.startswith("-")), metavar(parameter))


class _Command(_Translated, TyperCommand):
    allow_extra_args = True  # so that they are refused in our words

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageError("usage", _("too many arguments: {texts}", texts=" ".join(rest)), see_help(ctx))
        return rest


class _Group(_Translated, TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        if not (ctx.resilient_parsing or args[0] in self.commands or args[0].startswith("-")):
            raise no_such_command(args[0], [name for name, each in self.commands.items() if not each.hidden])
        return super().resolve_command(ctx, args)


def see_help(context: Any) -> str:  # noqa: ANN401
    """Return the hint that names the help of a command."""
    return _("see `{path} --help`", path=context.command_path)


def no_such_command(name: str, commands: Collection[str], code: str = "usage") -> UsageError:
    """Return the error for an unknown command, with the most similar one as a hint."""
    return UsageError(code, _("there is no command {name}", name=name), suggestion(name, commands))


def program(verb: str | None = None) -> typer.Typer:
    """Return the Typer program, only with one verb if it is given: to build all takes longer than most commands run."""
    app = typer.Typer(
        name="xuncha",
        cls=_Group,
        no_args_is_help=True,
        add_completion=verb is None and "_XUNCHA_COMPLETE" in os.environ,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root_options if verb is None else lambda: None)
    groups: dict[str, typer.Typer] = {}
    modules = VERBS | HIDDEN
    for module in dict.fromkeys(modules.values()) if verb is None else [modules[verb]]:
        import_module(f"xuncha.cli.{module}")
    entries = [(words, *entry) for words, entry in _ENTRIES.items() if verb is None or words[0] == verb]
    order = list(modules)  # the order of the help; groups first, since their commands are added to them
    entries.sort(key=lambda entry: (not entry[-1], order.index(entry[0][0])))
    for words, function, hidden, is_group in entries:
        if is_group:
            groups[words[0]] = typer.Typer(cls=_Group, no_args_is_help=True)
            app.add_typer(groups[words[0]], name=words[0], callback=function)
        else:
            parent = groups[words[0]] if len(words) > 1 else app
            parent.command(words[-1], cls=_Command, hidden=hidden)(_with_context(function))
    return app


# Typer gets no values for these options: `cli.invocation.split_options` takes them off the command line first.
def root_options(
    ledger: str | None = optional(
        "--ledger DIR", _("The ledger's folder; default: the nearest one upwards"), variable="XUNCHA_LEDGER"
    ),
    today: str | None = optional(
        "--today DATE", _("Count as of this day, such as 2024-04-18"), variable="XUNCHA_TODAY"
    ),
    lang: str | None = optional("--lang zh|en", _("The language on screen")),
    no_color: bool = optional("--no-color", _("No colours, as with NO_COLOR")),
    install_completion: bool = optional(
        "--install-completion", _("Let this shell complete numbers and names")
    ),
    show_completion: bool = optional("--show-completion", _("Show the completion script")),
    version: bool = optional("--version", _("Show the version")),
) -> None:
    """Keep a ledger in plain files for rectification after an inspection.

    To start: xuncha init my-ledger --example. Help: xuncha close --help

    Examples:
        xuncha --help
    """


def _with_context(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function for Typer, whose first parameter is Typer's context instead of `call`."""
    signature = inspect.signature(function, eval_str=True)
    parameters = [*signature.parameters.values()]
    if not parameters or parameters[0].name != "call":
        return function

    @wraps(function)
    def run(context: typer.Context, **arguments: Any) -> None:  # noqa: ANN401
        function(context.obj, **arguments)

    parameters[0] = parameters[0].replace(name="context", annotation=typer.Context)
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return run
