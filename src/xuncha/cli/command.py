"""Commands are functions: a decorator enters them, Typer reads their parameters, and the help their docstrings (docs/adr/0023)."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from xuncha.chinese.characters import is_blank
from xuncha.cli.invocation import HIDDEN, VERBS, take
from xuncha.cli.options import optional
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.rules.names import suggestion

Function = TypeVar("Function", bound="Callable[..., None]")

# Typer's own error for a wrong command line; it exports one kind of it, and this is what all kinds are.
WrongUsage: type[Exception] = typer.BadParameter.__bases__[0]


_ENTRIES: dict[tuple[str, ...], tuple[Callable[..., None], bool, bool]] = {}
"""The commands of the modules that are imported, by their words: `("report", "weekly")`; whether each is hidden, and whether it is a group."""


def command(*words: str, hidden: bool = False, is_group: bool = False) -> Callable[[Function], Function]:
    """Enter a function as the command of these words; a first parameter `call` is given the `Context`."""

    def enter(function: Function) -> Function:
        _ENTRIES[words] = function, hidden, is_group
        return function

    return enter


def group(word: str) -> Callable[[Function], Function]:
    """Enter a function, of which the docstring alone counts, as a group of commands."""
    return command(word, is_group=True)


class _Translated:
    """Help and refusals in the chosen language, for commands and for groups; Typer's own class comes behind this one."""

    help: str | None
    params: list[Any]

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401  Typer's own class is not public
        from xuncha.cli.help import page  # noqa: PLC0415  commands that do something need no help

        return page(self, ctx)

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002
        """Return what shells show beside a name."""
        from xuncha.cli.help import summary  # noqa: PLC0415

        return summary(self.help)

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401
        option = cast("TyperOption | None", super().get_help_option(ctx))  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this help")
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """See Typer; every refusal knows which command it is about."""
        try:
            return cast("list[str]", super().parse_args(ctx, args))  # type: ignore[misc]
        except WrongUsage as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise


class _Command(_Translated, TyperCommand):
    allow_extra_args = True  # to refuse them in our words

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        if not ctx.resilient_parsing:
            self._must_be_filled(ctx, args)
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            said = _("too many arguments: {texts}").format(texts=" ".join(rest))
            raise UsageError("usage", said, see_help(ctx))
        return rest

    def _must_be_filled(self, ctx: Any, args: list[str]) -> None:  # noqa: ANN401
        """Refuse an option whose value is empty, as where a script's variable was: it is not the same as no option."""
        try:
            given, _rest, _order = self.make_parser(ctx).parse_args(args=list(args))
        except WrongUsage:
            return  # what is wrong is told by whoever parses in earnest
        for each in self.get_params(ctx):
            values = given.get(each.name) if each.param_type_name == "option" else None
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, str) and is_blank(value):
                    said = _("{option} is empty").format(option=each.opts[-1])
                    raise UsageError("empty-text", said, _("give it a value, or leave the option out"))


class _Group(_Translated, TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """See Typer; what a shell asks to complete still has the options of the whole program, wherever they stand."""
        if ctx.resilient_parsing and ctx.parent is None:
            rest, given = take(args)
            args = [*(name if value is None else f"{name}={value}" for name, value in given.items()), *rest]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        if not (ctx.resilient_parsing or args[0] in self.commands or args[0].startswith("-")):
            raise no_such_command(args[0], [name for name, each in self.commands.items() if not each.hidden])
        return super().resolve_command(ctx, args)


def see_help(context: Any) -> str:  # noqa: ANN401
    """Say where the usage of a command is told."""
    return _("see `{path} --help`").format(path=context.command_path)


def no_such_command(name: str, known: Collection[str], code: str = "usage") -> UsageError:
    """Return the error that a command is not there, with the one that may be meant."""
    return UsageError(code, _("there is no command {name}").format(name=name), suggestion(name, known))


def program(verb: str | None = None) -> typer.Typer:
    """Return the program, with one verb alone where it is known: to build all takes longer than most take to run."""
    app = typer.Typer(
        name="xuncha",
        cls=_Group,
        no_args_is_help=True,
        add_completion=verb is None and "_XUNCHA_COMPLETE" in os.environ,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(everything if verb is None else lambda: None)
    groups: dict[str, typer.Typer] = {}
    modules = VERBS | HIDDEN
    for module in dict.fromkeys(modules.values()) if verb is None else [modules[verb]]:
        import_module(f"xuncha.cli.{module}")
    entries = [(words, *entry) for words, entry in _ENTRIES.items() if verb in {None, words[0]}]
    order = list(modules)  # that of the help; groups first, since others stand in them
    entries.sort(key=lambda entry: (not entry[-1], order.index(entry[0][0])))
    for words, function, hidden, is_group in entries:
        if is_group:
            groups[words[0]] = typer.Typer(cls=_Group, no_args_is_help=True)
            app.add_typer(groups[words[0]], name=words[0], callback=function)
        else:
            parent = groups[words[0]] if len(words) > 1 else app
            parent.command(words[-1], cls=_Command, hidden=hidden)(_called(function))
    return app


def everything(
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

    To start: xuncha init my-ledger --example. Help on a command: xuncha close --help

    Examples:
        xuncha --help
    """


def _called(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function for Typer, whose first parameter is its own context instead of `call`."""
    signature = inspect.signature(function, eval_str=True)
    first, *others = [*signature.parameters.values(), None]
    if first is None or first.name != "call":
        return function

    @wraps(function)
    def run(context: typer.Context, **arguments: Any) -> None:  # noqa: ANN401
        function(context.obj, **arguments)

    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    run.__signature__ = signature.replace(parameters=[context, *filter(None, others)])  # type: ignore[attr-defined]
    return run
