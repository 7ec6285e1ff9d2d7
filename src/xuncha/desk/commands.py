"""Turn commands in messages into links to the page of the desk that does the same.

Messages contain values from files. So the message is found in the catalogue, and commands are read only in the
message itself, never in inserted values, except for numbers of problems and measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from string import Formatter
from typing import Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup, escape

from xuncha.chinese.characters import without_unsafe
from xuncha.language import all_messages, current_language
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.model.names import key_name
from xuncha.model.vocabulary import action_name
from xuncha.workflow.verbs import VERBS

_FIRST_FIELD: Final = 0xE000
"""The first of the private-use characters that stand for fields while commands are looked for."""
_FIELD: Final = "[\ue000-\ue0ff]"
_SUB: Final = "problem|measure|list|reply|add|table|xlsx|letter|reminder|weekly"
_COMMAND: Final = re.compile(
    rf"`(?P<quoted>[^`]+)`|(?P<bare>xuncha [a-z]+(?: (?:{_SUB})\b)*"
    rf"(?: (?:--take [a-z]+|--[a-z-]+|{_FIELD}|…|[A-Z]+\b|[0-9.]+\b|标题|内容|文号|文件))*)"
)
_CHINESE: Final = "[一-鿿]"
_OPTION: Final = re.compile(
    rf"(?P<tick>加上? )?(?:(?<={_CHINESE}) )?--(?P<option>office|leader|due|due-within|field|late|new)(?![a-z-])(?: (?={_CHINESE}))?"
)
"""An option that is a field of the desk, with the blanks that Chinese has around it; one without a value is added, a box is ticked."""
_LONGEST: Final = 1000
"""Characters; a longer text is not looked for in the catalogue."""


class _Sentence(NamedTuple):
    """A message that names a command or an option, or has something in backticks."""

    text: str
    """The message, with a character of `_FIELD` for each field."""
    form: re.Pattern[str]
    """A pattern of the message, with a group for each field."""


@cache
def _command_messages(_language: str) -> list[_Sentence]:
    """Return the messages of the current language that name commands or options, the longest first."""
    messages = [_sentence(each) for each in {*all_messages()} if re.search("`|xuncha |--[a-z]", each)]
    return sorted(messages, key=lambda each: len(each.text), reverse=True)


def _sentence(message: str) -> _Sentence:
    text, form, fields = "", "", dict[str, int]()
    for literal, field, _spec, _conversion in Formatter().parse(message):
        text, form = text + literal, form + re.escape(literal)
        if field is not None:
            form += f"(?P=f{fields[field]})" if field in fields else f"(?P<f{len(fields)}>.*?)"
            text += chr(_FIRST_FIELD + fields.setdefault(field, len(fields)))
    return _Sentence(text, re.compile(form, re.DOTALL))


def address_of(number: Identity | str) -> str:
    """Return the address of the page of a problem or a measure."""
    return f"/measures/{number}" if "." in str(number) else f"/problems/{number}"


def edit_address(path: str) -> str:
    """Return the address of the page on which a file is edited; empty if it cannot be edited there."""
    if identity := Identity.from_path(path):
        return f"/edit/{identity}"
    return f"/edit/{path}" if path == LEDGER_FILE or CommentNumber.from_path(path) else ""


def linked(text: str) -> Markup:
    """Return a message as HTML: commands as links to the page that does the same, or as code if the desk has none."""
    text = without_unsafe(text, "�")
    hint = _("hint: {hint}").partition("{")[0]
    if text.startswith(hint):  # printed by one of our commands
        return escape(hint) + linked(text.removeprefix(hint))
    for sentence in _command_messages(current_language()) if len(text) <= _LONGEST else ():
        if match := sentence.form.fullmatch(text):
            return Markup("").join(_pieces(sentence.text, match.groups()))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(re.split("`([^`]+)`", text))
    )


def _pieces(sentence: str, values: Sequence[str]) -> Iterator[Markup]:
    """Yield the pieces of a message with its fields filled in."""

    def fill(text: str) -> str:
        return "".join(values[ord(each) - _FIRST_FIELD] if re.match(_FIELD, each) else each for each in text)

    end = 0
    if not re.search("`|xuncha |git ", sentence):
        sentence = _OPTION.sub(_named_option, sentence.replace("--column ", ""))
    for match in _COMMAND.finditer(sentence):
        before, end = fill(sentence[end : match.start()]), match.end()
        command = match["quoted"] or match["bare"]
        program, _blank, rest = command.partition(" ")
        if program == "xuncha" and (target := _page(fill(rest).split())):
            link = Markup('<a href="{}">{}</a>').format(*target)
            if re.search(f"{_CHINESE} $", before) or re.match(f" {_CHINESE}", sentence[end:]):
                # Within a Chinese clause, quotation marks take the place of the blanks.
                before = re.sub("(?:运行|执行) $", "打开", before).rstrip(" ")
                link, end = Markup("“{}”").format(link), end + sentence.startswith(" ", end)
            yield escape(before) + link
        elif match["quoted"]:
            yield escape(before) + Markup("<code>{}</code>").format(fill(command))
        else:
            yield escape(before + fill(command))
    yield escape(fill(sentence[end:]))


def _named_option(match: re.Match[str]) -> str:
    """Return the label of the field of the desk for an option of a command, in quotation marks."""
    option = match["option"]
    labels = {
        "late": _("Even if the time limit has passed; the audit will report it"),
        "new": _("Enter offices, leaders and categories that are not in the ledger"),
        "field": key_name("fields"),
        "due-within": key_name("due"),
    }
    return f"{'勾选' if match['tick'] else ''}“{labels.get(option) or key_name(option)}”"


def _page(words: Sequence[str]) -> tuple[str, str] | None:
    """Return address and title of the page for a command; None if there is none."""
    command, *arguments = words or [""]
    if "--help" in arguments:
        return None
    ids = [str(identity) for each in arguments if (identity := Identity.try_parse(each))]
    title = " ".join((action_name(command), *ids))
    if command in VERBS and ids:
        return f"/act?{urlencode({'action': command, 'id': ids}, doseq=True)}", title
    if command == "edit":
        address = f"/edit/{ids[0]}" if ids else edit_address(arguments[0]) if arguments else ""
        return (address, " ".join((action_name("edit"), *arguments))) if address else None
    if ids and command in {"show", "remove", "log", "add"}:
        return {
            "show": (address_of(ids[0]), ids[0]),
            "remove": (f"/remove/{ids[0]}", title),
            "log": (f"/log?{urlencode({'id': ids[0]})}", f"{_('Log')} {ids[0]}"),
            "add": (address_of(ids[0]), f"{_('Add a measure')} {ids[0]}"),
        }[command]
    pages = (
        ("/measures", _("Measures"), (*VERBS, "list")),
        ("/", _("Today"), ("todo", "validate")),
        ("/problems", _("Problems"), ("status",)),
        ("/log", _("Log"), ("log",)),
        ("/log", _("Audit"), ("audit",)),
        ("/together", _("Sharing"), ("sync", "setup", "doctor", "archive")),
        ("/reports", _("Reports"), ("report", "export", "calendar")),
        ("/notice", _("Notice"), ("notice", "proof")),
        ("/", action_name("undo"), ("undo",)),
        ("/problems", _("Add a problem"), ("add",)),
        ("/comments", _("Comments"), ("comment",)),
        ("/dashboard", _("Dashboard"), ("dashboard",)),
        ("/import", _("Import"), ("import",)),
    )
    return next(((address, name) for address, name, commands in pages if command in commands), None)
