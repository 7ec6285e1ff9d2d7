"""Names that must be listed in data/ledger.yaml: how a typed name is matched, and the nearest known name for an unknown one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal

from xuncha.errors import RefusedError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.catalogue import Broken
    from xuncha.model.identity import Identity
    from xuncha.rules.catalogue import Location

Key = Literal["categories", "leaders", "offices", "outcomes"]  # the keys of data/ledger.yaml that list names
_MOST = 30  # the most names that one sentence lists


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is most similar to this one; None if none is similar."""
    import difflib  # noqa: PLC0415  only where something is wrong

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), None)


def meant(text: str, known: Iterable[str]) -> str:
    """Return the known name that is meant: the same name, or the only one that contains the text; else the text itself.

    Raises RefusedError if several names contain the text.
    """
    known = list(known)
    text = text.strip()
    fitting = [text] if text in known else [name for name in known if text and text in name]
    if len(fitting) > 1:
        message = _("“{name}” may be any of {n} names").format(name=text, n=len(fitting))
        hint = _("write one of: {names}").format(names=_(", ").join(fitting[:_MOST]))
        raise RefusedError("ambiguous-name", message, hint)
    return fitting[0] if fitting else text


def category_meant(text: str, categories: Iterable[tuple[str, str]]) -> str:
    """Return the key of the category that is meant by its key, its title, or a part of one title only; else the text itself.

    Raises RefusedError if several titles contain the text.
    """
    keys = {title: key for key, title in categories}
    return text if text in keys.values() else keys.get(meant(text, keys), text)


def suggestion(name: str, known: Collection[str]) -> str:
    """Return a hint for an unknown name: the nearest known name, else a list of the known names."""
    if (match := nearest(name, known)) is not None:
        return _("did you mean “{name}”?").format(name=match)
    if known:
        listed = _(", ").join(list(known)[:_MOST]) + (_(" and others") if len(known) > _MOST else "")
        return _("available: {names}").format(names=listed)
    return _("none is known yet: list it in {where}").format(where="data/ledger.yaml")


def unknown(
    named: Iterable[tuple[Location, str]],
    known: Collection[str],
    key: Key,
) -> Broken[Location]:
    """Yield each name that is not listed under a key of data/ledger.yaml, with its place."""
    for location, name in named:
        if name not in known:
            message = {
                "categories": _("“{name}” is not among the categories in data/ledger.yaml"),
                "leaders": _("“{name}” is not among the leaders in data/ledger.yaml"),
                "offices": _("“{name}” is not among the offices in data/ledger.yaml"),
                "outcomes": _("“{name}” is not among the outcomes in data/ledger.yaml"),
            }[key]
            yield location, message.format(name=name), suggestion(name, known)


def no_such(identity: Identity) -> RefusedError:
    """Return the error for a number that no problem or measure has."""
    code, message, hint = (
        ("no-such-problem", _("there is no problem {id}"), _("see `xuncha status`"))
        if identity.is_problem
        else ("no-such-measure", _("there is no measure {id}"), _("see `xuncha list`"))
    )
    return RefusedError(code, message.format(id=identity), hint)
