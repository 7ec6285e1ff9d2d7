"""The sandbox of templates: Jinja's own, in which no single step makes more than a document can hold; `process` limits what many steps add up to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from functools import wraps
from string import Formatter
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any, Final

from jinja2.sandbox import ImmutableSandboxedEnvironment

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from jinja2.runtime import Context

LONGEST: Final = 10_000_000
"""Characters or items that one step may make."""
_BITS: Final = 100_000  # of a number: to show one takes a time that grows faster than the number does
_WIDENING: Final = ("batch", "center", "indent", "round", "slice", "tojson", "truncate", "wordwrap")
"""Filters that are given how much they are to make."""
_PERCENT = re.compile(r"%(?:\([^)]*\))?[-+ #0]*([0-9]*\*?)(?:\.([0-9]*\*?))?")
"""A mark such as `%5.2f`, with its width and its precision."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, whose operators, methods and filters refuse to make a text or a number that is too long."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Jinja's own
        super().__init__(**settings)
        self.filters |= {name: _bounded(self.filters[name]) for name in _WIDENING}
        self.filters["format"] = lambda text, *args, **kwargs: _percent(str(text), kwargs or args)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Do what an operator does, unless the result would be too long."""
        if operator == "%" and isinstance(left, str):
            return _percent(left, right)
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            _must_fit(left.bit_length() * right, most=_BITS)
        if operator == "*" and isinstance(left, int) and isinstance(right, int):
            _must_fit(left.bit_length() + right.bit_length(), most=_BITS)
        elif operator == "*":
            for many, times in ((left, right), (right, left)):
                if isinstance(times, int) and isinstance(many, Sized):
                    _must_fit(len(many) * times)
        return super().call_binop(context, operator, left, right)

    def call(  # Jinja's names, which no argument of a template has
        __self,  # noqa: N805
        __context: Context,  # noqa: PYI063
        __obj: Any,  # noqa: ANN401
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Call an object, unless it is a method of a text or a number that is asked for too much: `'x'.center(10**9)`."""
        if isinstance(__obj, BuiltinMethodType):
            _must_fit(*args, *kwargs.values())
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401
        """Wrap `format` of a text as Jinja does, and refuse a field that would be too wide."""
        wrapped = super().wrap_str_format(value)
        return wrapped and _bounded_format(wrapped, str(value.__self__))


def _percent(text: str, values: Any) -> Any:  # noqa: ANN401
    """Fill the marks of a text (`%5d`), unless one would be too wide."""
    widths = [each for mark in _PERCENT.findall(text) for each in mark]
    _must_fit(*(int(each[:10]) for each in widths if each.isdecimal()))
    if any("*" in each for each in widths):  # the width is among the values
        _must_fit(*(values if isinstance(values, tuple) else [values]))
    return text % values


def _bounded_format(wrapped: Callable[..., str], text: str) -> Callable[..., str]:
    @wraps(wrapped)
    def bounded(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        forms = [form or "" for _text, _name, form, _conversion in Formatter().parse(text)]
        _must_fit(*(int(each[:10]) for form in forms for each in re.findall("[0-9]+", form)))
        # `{:{0}}` takes the width from the values, and could take it apart: `{0[0]}`
        if any("{" in form for form in forms):
            raise ValueError(_("the width of a field is written as a number"))
        return wrapped(*args, **kwargs)

    return bounded


def _bounded(called: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter so that it refuses a number that asks for too much; what Jinja has marked it with is kept."""

    @wraps(called)
    def bounded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        _must_fit(*args, *kwargs.values())
        return called(*args, **kwargs)

    return bounded


def _must_fit(*values: object, most: int = LONGEST) -> None:
    """Refuse numbers that ask for too much, among other values."""
    if any(isinstance(each, int) and abs(each) > most for each in values):
        raise OverflowError(_("one step makes more than {n} characters").format(n=LONGEST))
