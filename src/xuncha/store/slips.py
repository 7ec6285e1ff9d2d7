"""Slips of a Chinese keyboard that make a file no YAML: a full-width colon behind a key, no blank behind a colon."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from xuncha.language import gettext as _
from xuncha.model.names import KEY_NAMES, key_meant
from xuncha.store.faults import UnreadableError

_KEY: Final = r"(?P<key>[A-Za-z_]+|[\u4e00-\u9fff]{2,8})"
_SLIP: Final = re.compile(rf"^\s*(?:-\s+)?{_KEY}(?:(?P<wide>\s*：)|:(?=[^\s/:]))", re.MULTILINE)


def explained(error: UnreadableError, text: str, keys: Collection[str]) -> UnreadableError:
    """Return what is wrong with a text that cannot be read: the first such slip, where there is one; else what is given.

    `keys` are those that the record has at its top; a Chinese name of one is answered with the key itself.
    """
    match = _SLIP.search(text)
    if match is None:
        return error
    said = _("a blank is missing after the colon of `{key}`")
    if match["wide"]:
        said = _("`{key}` is followed by a full-width colon")
    line = text.count("\n", 0, match.end("key")) + 1
    column = match.end("key") - text.rfind("\n", 0, match.end("key"))
    meant = key_meant(match["key"], keys) or key_meant(match["key"], KEY_NAMES) or match["key"]
    hint = _("write `{key}: …`, with a half-width colon and a blank after it").format(key=meant)
    return UnreadableError("keyboard-slip", line, column, said.format(key=match["key"]), hint)
