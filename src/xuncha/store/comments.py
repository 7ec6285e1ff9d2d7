"""Load and check the files of comments (意见建议). They are read only by commands that need comments."""

from __future__ import annotations

import re
from functools import cache, partial

from xuncha.errors import Findings
from xuncha.model.identity import COMMENTS, Identity
from xuncha.model.records import Comment
from xuncha.model.source import Source
from xuncha.rules.catalogue import broken_rules
from xuncha.rules.ledger import COMMENT_RULES
from xuncha.store.record import checked_file, list_folder, list_part, numbered

_FILE = re.compile(r"0*([1-9][0-9]{0,5})\.yaml")


def load_comments(source: Source) -> tuple[dict[int, Comment], Findings]:
    """Return all valid comments by their numbers, in order, and the findings about all.

    Whether the problem or measure that a comment is about exists is checked by the name of its file alone.
    """
    found: dict[int, Comment] = {}
    entries, findings = list_part(source, COMMENTS)
    names, wrong = numbered(COMMENTS, entries, _FILE, "{n:03d}.yaml")
    findings += wrong
    list_once = cache(partial(list_folder, source))

    def exists(identity: Identity) -> bool:
        return identity.path.rpartition("/")[2] in (entry.name for entry in list_once(identity.folder)[0])

    for number, name in names.items():
        comment, wrong = checked_file(
            source,
            f"{COMMENTS}/{name}",
            Comment,
            entries,
            lambda part, _: broken_rules(COMMENT_RULES, part, exists),
        )
        findings += wrong
        if comment:
            found[number] = comment
    return found, findings
