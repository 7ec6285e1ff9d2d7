"""The language on screen: chosen at start, and for each reader where there are several; then served by gettext.

Messages in the code are English; `locale/zh_CN` holds their Chinese. Data and documents are not translated.
"""

from __future__ import annotations

import contextlib
import gettext as _gettext
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

LANGUAGES = ("zh", "en")
_LOCALE = Path(__file__).parent / "locale"
_DOMAIN = "xuncha"
_chosen: _gettext.NullTranslations = _gettext.NullTranslations()
_here: ContextVar[_gettext.NullTranslations | None] = ContextVar("_here", default=None)
"""What is chosen in one place alone, such as a request of one reader."""


def choose(wanted: str | None = None) -> None:
    """Choose the language of all messages, `zh` or `en`; by itself that of `XUNCHA_LANG` or the locale, else Chinese."""
    global _chosen  # noqa: PLW0603  of the whole process
    language = wanted or os.environ.get("XUNCHA_LANG") or _of_locale()
    # The command-line framework asks gettext's global domain; LANGUAGE tells it, and git, the same choice.
    os.environ["LANGUAGE"] = "en" if language == "en" else "zh_CN"
    _gettext.bindtextdomain(_DOMAIN, _LOCALE)
    _gettext.textdomain(_DOMAIN)
    _chosen = _messages(os.environ["LANGUAGE"])


def _messages(name: str) -> _gettext.NullTranslations:
    return _gettext.translation(_DOMAIN, _LOCALE, [name], fallback=True)


def spoken() -> str:
    """Return the language that is chosen, `zh` or `en`."""
    return "zh" if is_chinese() else "en"


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, messages are in this language, whatever is chosen: for what becomes part of a document, or one reader of several."""
    token = _here.set(_messages("en" if language == "en" else "zh_CN"))
    try:
        yield
    finally:
        _here.reset(token)


def _of_locale() -> str | None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value.split(".")[0] not in {"C", "POSIX"}:
            return "zh" if value.startswith("zh") else "en"
    return None


def is_chinese() -> bool:
    """Return whether messages are in Chinese: English is what the code says, and has no catalogue."""
    return isinstance(_here.get() or _chosen, _gettext.GNUTranslations)


def gettext(message: str) -> str:
    """Return the message in the chosen language."""
    return (_here.get() or _chosen).gettext(message)


def mark(message: str) -> str:
    """Return the message as it is: mark it for translators where it is shown later, by `gettext`."""
    return message


def sentences() -> list[str]:
    """Return every message that has one form, in the chosen language."""
    known = vars(_messages("zh_CN")).get("_catalog", {})
    return [each for pair in known.items() for each in (pair[is_chinese()],) if isinstance(pair[0], str)]


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the message for a number of things in the chosen language; `{n}` in it is left for the caller to fill."""
    return (_here.get() or _chosen).ngettext(singular, plural, number)
