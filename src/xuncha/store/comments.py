"""Load and check the files of comments (意见建议). They are read only by commands that need comments."""

from __future__ import annotations

import re
from functools import cache, partial

from xuncha.errors import Findings
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, CommentNumber, Identity
from xuncha.model.records import Comment
from xuncha.model.source import Entry, Source
from xuncha.rules.catalogue import broken_rules
from xuncha.rules.ledger import COMMENT_RULES
from xuncha.store.faults import finding_on
from xuncha.store.record import by_place, gaps, list_data, list_folder, list_part, places_if_any, read_record

_FILE = re.compile(r"0*([1-9][0-9]{0,5})\.yaml")


def load_comments(source: Source) -> tuple[dict[int, Comment], Findings]:
    """Return all valid comments by their numbers, in order, and the findings about all.

    Whether the problem or measure that a comment is about exists is checked by the name of its file alone.
    """
    found: dict[int, Comment] = {}
    if list_data(source)[1]:  # reported where `data/ledger.yaml` is read
        return found, []
    entries, findings = list_part(source, COMMENTS)
    names, wrong = _names(entries)
    findings += wrong
    list_once = cache(partial(list_folder, source))

    def exists(identity: Identity) -> bool:
        names = [entry.name for entry in list_once(identity.folder)[0]]
        return identity.path.rpartition("/")[2] in names

    for number, name in names.items():
        path = f"{COMMENTS}/{name}"
        comment, wrong, unsound_keys = read_record(source, path, Comment, entries)
        if comment:
            wrong += places_if_any(source, path, broken_rules(COMMENT_RULES, unsound_keys, comment, exists))
            if not unsound_keys:
                found[number] = comment
        findings += sorted(wrong, key=by_place)
    return found, findings


def _names(entries: list[Entry]) -> tuple[dict[int, str], Findings]:
    """Return the names of the files by the numbers of the comments, in order, and the findings about them."""
    names: dict[int, str] = {}
    findings = []
    for entry in sorted(entries):
        path = f"{COMMENTS}/{entry.name}"
        match = _FILE.fullmatch(entry.name)
        if match is None:
            hint = _("name the files 001.yaml, 002.yaml, …, 1000.yaml")
            findings.append(finding_on(path, "misnamed", _("{path} is not a comment's file"), hint))
        elif (number := int(match[1])) in names:
            message = _("comment {number} has two files, {one} and {other}")
            hint = _("keep one of them, and give the other comment the next free number")
            values = {"number": number, "one": names[number], "other": entry.name}
            findings.append(finding_on(path, "number-twice", message, hint, **values))
        else:
            names[number] = entry.name
            if path != (proper := CommentNumber(number).path):
                hint = _("name it {name}")
                name = proper.rpartition("/")[2]
                findings.append(finding_on(path, "misnamed", _("{path} has the wrong name"), hint, name=name))
    names = dict(sorted(names.items()))
    paths = {number: f"{COMMENTS}/{name}" for number, name in names.items()}
    hint = _("restore {missing}, or renumber this one to {missing}")
    return names, findings + gaps(paths, _("comment {n} is missing"), hint=hint)
