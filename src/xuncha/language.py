"""The language on screen: chosen at the start, or for each reader if there are several; gettext translates.

Messages in the code are English; `locale/zh_CN` holds their Chinese. Data and documents are not translated.
"""

from __future__ import annotations

import contextlib
import gettext as _gettext
import os
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path

LANGUAGES = ("zh", "en")
_LOCALE = Path(__file__).parent / "locale"
_DOMAIN = "xuncha"
_translations: _gettext.NullTranslations = _gettext.NullTranslations()
_context_translations: ContextVar[_gettext.NullTranslations | None] = ContextVar("_here", default=None)
"""The language chosen for one context alone, such as a request of one reader."""


def set_language(language: str | None = None) -> None:
    """Choose the language of all messages, `zh` or `en`; by default that of `XUNCHA_LANG` or the locale, else Chinese."""
    global _translations  # noqa: PLW0603  one for the whole process
    choices = (language, os.environ.get("XUNCHA_LANG"), _locale_language())
    chosen = next((each for each in choices if each in LANGUAGES), "zh")
    # The variable LANGUAGE gives the choice to git.
    os.environ["LANGUAGE"] = "en" if chosen == "en" else "zh_CN"
    _translations = _messages(os.environ["LANGUAGE"])


def _messages(name: str) -> _gettext.NullTranslations:
    return _gettext.translation(_DOMAIN, _LOCALE, [name], fallback=True)


def current_language() -> str:
    """Return the chosen language, `zh` or `en`."""
    return "zh" if is_chinese() else "en"


@contextlib.contextmanager
def use_language(language: str) -> Iterator[None]:
    """Give messages inside the block in this language, whatever is chosen: for text of a document, or for one of several readers."""
    token = _context_translations.set(_messages("en" if language == "en" else "zh_CN"))
    try:
        yield
    finally:
        _context_translations.reset(token)


def _locale_language() -> str | None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value.split(".")[0] not in {"C", "POSIX"}:
            return "zh" if value.startswith("zh") else "en"
    return None


def is_chinese() -> bool:
    """Return whether messages are in Chinese. English has no catalogue, since it is the language of the code."""
    return isinstance(_context_translations.get() or _translations, _gettext.GNUTranslations)


def gettext(message: str, /, **values: object) -> str:
    """Return the message in the chosen language, with values in place of the names in its braces."""
    text = (_context_translations.get() or _translations).gettext(message)
    return text.format(**values) if values else text


def mark(message: str) -> str:
    """Return the message unchanged; this marks it for translators where `gettext` shows it later."""
    return message


def all_messages() -> list[str]:
    """Return every message without a plural form, in the chosen language."""
    catalogue = vars(_messages("zh_CN")).get("_catalog", {})
    return [text for pair in catalogue.items() for text in (pair[is_chinese()],) if isinstance(pair[0], str)]


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """Return the message for a number of things, as `gettext` does, with the number in place of `{n}`."""
    text = (_context_translations.get() or _translations).ngettext(singular, plural, number)
    return text.format(**{"n": number} | values)


def listed(names: Sequence[str], limit: int) -> str:
    """Return several names in one line; of more than `limit`, the first ones."""
    return gettext(", ").join(names[:limit]) + (" …" if len(names) > limit else "")
