"""An independent YAML reader: ruamel.yaml composes, and the tables of YAML 1.2's core schema are applied.

It uses nothing of `xuncha`, so an agreement is one of two independent parsers.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Callable

# YAML 1.2.2, section 10.3.2, in the order of its table.
_TABLE: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _text: None),
    (re.compile(r"true|True|TRUE"), lambda _text: True),
    (re.compile(r"false|False|FALSE"), lambda _text: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda _text: "nan"),
)


class DuplicateKeyError(Exception):
    """A mapping has a key twice."""


def load(text: str) -> Any:
    """Load the text as plain data; dates stay texts, and a number that is not one becomes the text `nan`.

    Raises:
        YAMLError: it is not YAML.
        DuplicateKeyError: a mapping has a key twice.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node = YAML(typ="safe", pure=True).compose(text.removeprefix("\ufeff"))
    return None if node is None else _plain(node)


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value in node.value:
            key = _plain(key_node)
            if key in mapping:
                raise DuplicateKeyError(key)
            mapping[key] = _plain(value)
        return mapping
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    assert isinstance(node, ScalarNode)
    return node.value if node.style else _resolve(node.value)


def _resolve(text: str) -> Any:
    """Resolve a plain scalar by the first row of the table that matches; return it as text if none does."""
    return next((make(text) for form, make in _TABLE if form.fullmatch(text)), text)


def normalised(value: Any) -> Any:
    """Plain data in a form in which it can be compared.

    A number that is not one becomes the text `nan`. A text of nothing but blanks (ideographic spaces too) is no value: the
    reader of the program takes blanks that are no ASCII for none, where they are all there is, and gives a block text of
    nothing a line end. The line end of a block text that ends with the file is left out, since the two differ on it.
    """
    if isinstance(value, dict):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if isinstance(value, str):
        return value.rstrip("\n") if value.strip() else None
    return "nan" if isinstance(value, float) and value != value else value  # noqa: PLR0124


_TIGHT = re.compile(r"[^\s,\[\]{}]:[,\]}]|[\[{,]\s*\?[^\s,\]}]")


def tight_flow(text: str) -> bool:
    """Whether the text has, maybe in braces or brackets, `a:` before a comma or the end, or a text that begins with `?`.

    ruamel.yaml takes the first for a text with a colon, and the second for a key; YAML 1.2 (7.3.3) does not.
    """
    return _TIGHT.search(text) is not None
