"""Parse bytes into plain data: every file of a ledger is parsed here and nowhere else.

A fast reader (py-yaml12, YAML 1.2 core schema) gives the values. A careful one (`positions`) runs first wherever a quick check
of the text cannot exclude what the fast one would accept: equal keys, aliases, tags, several documents, deep nesting
(docs/adr/0002-reading-yaml.md).
"""

from __future__ import annotations

import re
from typing import Any

from yaml12 import parse_yaml

from xuncha.language import gettext as _
from xuncha.model.source import MAX_SIZE
from xuncha.store.faults import LINE_END, MAX_DEPTH, MAX_VALUES, UnreadableError, not_yaml

Data = dict[str, Any]
"""A record as plain data: texts, numbers, booleans, lists and mappings; dates are texts."""
# Text that the two readers may understand differently, or that a ledger must not contain. Every file is searched for all of
# them, so each pattern but the first begins with one fixed character, which `re` finds quickly.
_DOUBTFUL = re.compile(r"[&*!?\t\r\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_DOUBTFUL_LINE = re.compile(r"\n(?:---|\.\.\.|%|<<|==| {40}| *[>|]| +(?:\n|\Z))")
_DOUBTFUL_COLON = re.compile(r":(?:(?<=\]:)|(?<=[\s:\[{,]:)(?=\s|\Z))")
_DOUBTFUL_DASH = re.compile(r"- +-")
_BLOCK_IN_BRACKETS = re.compile(r"[\[{,][ ]*[>|]")
_LEADING_COMMENTS = re.compile(r"(?:[ ]*#[^\n]*\n|[ ]*\n)*")
_SIMPLE_FLOW_MAPPING = re.compile(
    r"""\{(?:[ ]*[a-z0-9_]+: [^\s,{}\[\]:#"'>|@`%][^,{}\[\]:#"'\n]*(?:,(?=[ ]*[a-z])|(?=\})))+\}"""
)
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)|^={7}\r?$", re.MULTILINE)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Characters that no text of a ledger may contain; YAML 1.2 (5.1) forbids most of them, and its readers differ on the others."""


def decode(content: bytes, scale: int = 1) -> str:
    """Decode the text of a file, without the byte order mark that some editors write.

    `scale` says how many times larger than a record it may be. Raises UnreadableError if it is too large or not UTF-8.
    """
    if len(content) > MAX_SIZE * scale:
        message = _("the file is over {size} KiB, larger than any record")
        hint = _("put long texts into a file of their own and attach it")
        raise UnreadableError("file-too-large", 1, 1, message.format(size=MAX_SIZE * scale // 1024), hint)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message, hint = _("the file is not UTF-8 text"), _("save it as UTF-8, not as ANSI or GBK")
        raise UnreadableError("not-utf8", line, column, message, hint) from None
    return text.removeprefix("\ufeff")


def parse(content: bytes, scale: int = 1) -> Data:
    """Parse one record. Raises UnreadableError if it is not one YAML mapping of plain data, with every key once."""
    text = decode(content, scale)
    if _is_plain(text, MAX_VALUES * scale):
        try:  # as `contextlib.suppress`, this would take longer for thousands of files
            data: Any = parse_yaml(text)
        except ValueError:
            data = None
        if type(data) is dict and text.count(":", _LEADING_COMMENTS.match(text).end()) == _count_keys(data):  # type: ignore[union-attr]
            return data
    return _parse_carefully(text, scale)


def _is_plain(text: str, limit: int = MAX_VALUES) -> bool:
    """Return whether the text has nothing that the two readers could read differently, apart from equal keys."""
    if len(text) > limit:  # it may have too many values for a record; the careful reader counts them
        return False
    lines = f"\n{text}"
    if _DOUBTFUL.search(text) or _DOUBTFUL_LINE.search(lines):
        return False
    if _DOUBTFUL_COLON.search(lines) or _DOUBTFUL_DASH.search(text):
        return False
    if (">" in text or "|" in text) and _BLOCK_IN_BRACKETS.search(text):
        return False
    start = _LEADING_COMMENTS.match(text)
    if start is not None and text.startswith((" ", "{"), start.end()):
        return False
    return "{" not in text or "{" not in _SIMPLE_FLOW_MAPPING.sub("", text)


def _count_keys(value: dict[Any, Any] | list[Any], depth: int = MAX_DEPTH) -> int:
    """Count the keys with a value at any depth.

    Every key has a colon; `?` and keys without a colon were excluded before. So if the text has as many colons as there
    are keys, no key was dropped for an equal one. A key without a value makes the count wrong on purpose, since
    `{a, a}` needs no colon; the careful reader then reads the text.
    """
    if not depth:
        return -MAX_SIZE
    count = 0
    if type(value) is dict:
        count = len(value)
        value = list(value.values())
    for item in value:
        if type(item) is dict or type(item) is list:
            count += _count_keys(item, depth - 1)
        elif item is None:
            return -MAX_SIZE
    return count


def _parse_carefully(text: str, scale: int) -> Data:
    if match := _CONFLICT.search(text):
        message = _("git left a merge conflict in the file")
        hint = _(
            "keep the correct lines, remove the <<<<<<<, ======= and >>>>>>> lines, then: git add -A && git commit"
        )
        raise UnreadableError("merge-conflict", text.count("\n", 0, match.start()) + 1, 1, message, hint)
    if match := _INVISIBLE.search(text):
        before = LINE_END.split(text[: match.start()])
        message = _("there is an invisible character (U+{code:04X}) here", code=ord(match[0]))
        column = len(before[-1]) + 1
        raise UnreadableError("control-character", len(before), column, message, _("take it out"))
    from xuncha.store.positions import parse_tree, same_shape  # noqa: PLC0415  the careful reader is imported only where it is needed

    root = parse_tree(text, scale)
    try:
        data: Any = parse_yaml(text)
    except ValueError as error:
        match = re.search(r"line (\d+) column (\d+)", str(error))
        raise not_yaml(*map(int, match.groups() if match else ())) from None
    if not same_shape(root, data):
        message, hint = _("this can be read in more than one way"), _("write each key on a line of its own")
        raise UnreadableError("yaml-syntax", root.line + 1, root.column + 1, message, hint)
    return data  # type: ignore[no-any-return]
