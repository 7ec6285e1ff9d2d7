"""Names that must be listed in data/ledger.yaml: how a typed name is matched, and the nearest known name for an unknown one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.names import key_name

if TYPE_CHECKING:
    from xuncha.catalogue import Violations
    from xuncha.model.identity import Identity
    from xuncha.rules.catalogue import Location

Key = Literal["categories", "leaders", "offices", "outcomes"]  # the keys of data/ledger.yaml that list names
_LIMIT = 30  # the most names that one sentence lists


def most_similar(name: str, names: Collection[str]) -> str | None:
    """Return the known name that is most similar to this one, or of which one begins with the other; None if there is none."""
    import difflib  # noqa: PLC0415  only where something is wrong

    # Two words that share half of their letters have little in common, two names that share half of their characters much.
    similar = difflib.get_close_matches(name, list(names), n=1, cutoff=0.75 if name.isascii() else 0.5)
    begun = [each for each in names if name and (each.startswith(name) or name.startswith(each))]
    return next(iter([*similar, *begun]), None)


def matching_name(text: str, names: Iterable[str]) -> str:
    """Return the known name that is meant: the same name, or the only one that contains the text; else the text itself.

    Raises RefusedError if several names contain the text.
    """
    names = list(names)
    text = text.strip()
    matches = [text] if text in names else [name for name in names if text and text in name]
    if len(matches) > 1:
        message = _("“{name}” may be any of {n} names", name=text, n=len(matches))
        hint = _("write one of: {names}", names=_(", ").join(matches[:_LIMIT]))
        raise RefusedError("ambiguous-name", message, hint)
    return matches[0] if matches else text


def matching_category(text: str, categories: Iterable[tuple[str, str]], *, may_be_new: bool = False) -> str:
    """Return the key of the category that is meant by its key, its title, or a part of one title only; else, if it may be new, the text.

    Raises RefusedError if several titles contain the text, or none does.
    """
    keys = {title: key for key, title in categories}
    found = text if text in keys.values() else keys.get(matching_name(text, keys))
    if found is None and not may_be_new:
        message = _(
            "“{name}” is not among the {kind} in data/ledger.yaml", name=text, kind=key_name("categories")
        )
        known = list(keys.values() if text.isascii() else keys)
        raise RefusedError("unknown-category", message, suggestion(text, known))
    return text if found is None else found


def suggestion(name: str, names: Collection[str]) -> str:
    """Return a hint for an unknown name: the nearest known name, else a list of the known names."""
    if (match := most_similar(name, names)) is not None:
        return _("did you mean “{name}”?", name=match)
    if names:
        listed = _(", ").join(list(names)[:_LIMIT]) + (_(" and others") if len(names) > _LIMIT else "")
        return _("available: {names}", names=listed)
    return _("none is known yet: list it in {where}", where="data/ledger.yaml")


def unlisted(
    located: Iterable[tuple[Location, str]], listed: Collection[str], key: Key
) -> Violations[Location]:
    """Yield each name that is not listed under a key of data/ledger.yaml, with its place."""
    for location, name in located:
        if name not in listed:
            message = _("“{name}” is not among the {kind} in data/ledger.yaml", name=name, kind=key_name(key))
            yield location, message, suggestion(name, listed)


def no_such_record(identity: Identity) -> RefusedError:
    """Return the error for a number that no problem or measure has."""
    code, message, hint = (
        ("no-such-problem", _("there is no problem {id}"), _("see `xuncha status`"))
        if identity.is_problem
        else ("no-such-measure", _("there is no measure {id}"), _("see `xuncha list`"))
    )
    return RefusedError(code, message.format(id=identity), hint)
