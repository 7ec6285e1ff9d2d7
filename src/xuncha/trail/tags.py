"""Anchors (核验): the tags that record audits, `xuncha/audit/1-b06344335500` and so on.

The hash is part of the name, so that two clones that each record an audit under the same number can both push theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail.git import Git, GitError, TruncatedError
from xuncha.trail.repository import common_dir, git_dir

PREFIX: Final = "xuncha/audit/"
SHORT_HASH: Final = 12  # digits of a hash that are printed
_NAME = re.compile(rf"refs/tags/{PREFIX}([1-9][0-9]{{0,8}})-([0-9a-f]{{{SHORT_HASH}}})")
_ERRORS = re.compile(r"^Xuncha-Errors: ([0-9]{1,9})$", re.MULTILINE)
_DATE = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T")
_FIELDS = ("refname", "objectname", "*objectname", "taggername", "creatordate:iso-strict", "contents")


class Anchor(NamedTuple):
    """A recorded verification of a commit and all its ancestors."""

    number: int
    commit: str
    author: str
    date: str  # ISO 8601 with the offset
    errors: int
    prefix: str = ""  # the first digits of the hash, from the name of the tag

    @property
    def is_moved(self) -> bool:
        """Whether the tag is at another commit than its name says."""
        return not self.commit.startswith(self.prefix)

    @property
    def moment(self) -> float:
        """The time when it was made, in seconds since 1970."""
        return datetime.fromisoformat(self.date).timestamp()

    @property
    def short(self) -> str:
        """The hash as printed: enough digits to be unique, few enough to type."""
        return self.commit[:SHORT_HASH]

    @property
    def day(self) -> str:
        """The day on the clock of the person who made it."""
        return self.date[:10]

    @property
    def line(self) -> str:
        """The anchor as one printed line: number of the verification, commit, day, and number of errors."""
        errors = f"，发现{self.errors}处不合规则" if self.errors else ""
        return f"第{self.number}次核验　{self.short}　{self.day}{errors}"


def anchors(root: Path) -> list[Anchor]:
    """Read all anchors, ordered by their numbers; empty outside a repository."""
    if (folder := git_dir(root)) is None:
        return []
    form = "".join(f"%({name})%00" for name in _FIELDS)
    printed = Git(root).run("for-each-ref", f"--format={form}", f"refs/tags/{PREFIX}")
    *texts, end = printed.decode("utf-8", "replace").split("\0")
    if len(texts) % len(_FIELDS) or end != ("\n" if texts else "") or (not texts and _tags_exist(folder)):
        raise TruncatedError
    found = []
    for place in range(0, len(texts), len(_FIELDS)):
        name, tag_hash, target, author, date, message = texts[place : place + len(_FIELDS)]
        if match := _NAME.fullmatch(name.strip()):
            errors = _ERRORS.search(message)
            if not _DATE.match(date):  # a wrong clock can give a date beyond the calendar
                date = "1970-01-01T00:00:00+00:00"
            count = int(errors[1]) if errors else 0
            found.append(Anchor(int(match[1]), target or tag_hash, author, date, count, match[2]))
    return sorted(found, key=lambda anchor: (anchor.number, anchor.date))


def _tags_exist(folder: Path) -> bool:
    """Return whether git's files name an anchor, whatever git answers."""
    packed, loose = common_dir(folder) / "packed-refs", common_dir(folder) / "refs/tags" / PREFIX
    is_packed = packed.is_file() and f" refs/tags/{PREFIX}".encode() in packed.read_bytes()
    return is_packed or any(each.is_file() and each.suffix != ".lock" for each in loose.glob("*"))


def latest_anchor(root: Path, commit: str = "HEAD") -> Anchor:
    """Return the newest anchor in the history of a commit. Raises RefusedError if there is none; SurroundingsError outside a repository."""
    git = Git.in_repository(root)
    for anchor in reversed(anchors(root)):
        # Where history was rewritten, git may have deleted the old commit.
        is_known = git.kinds([anchor.commit]) != [""] and (commit != "HEAD" or git.head())
        if is_known and git.merge_bases(anchor.commit, commit) == [anchor.commit]:
            return anchor
    message = _("the history of this ledger has not been verified yet")
    raise RefusedError("no-anchor", message, _("type: xuncha audit --anchor"))


def add_anchor(root: Path, commit: str, counts: Mapping[str, int]) -> Anchor:
    """Anchor a commit, by its full hash: write an annotated tag on it, signed if git is configured to sign.

    If the commit already has an anchor, return that one. The message of the tag states the counts of an audit. Raises
    RefusedError if git refused, for example because it cannot sign; SurroundingsError if git does not know who anchors.
    """
    known = anchors(root)
    if existing := next((anchor for anchor in known if anchor.commit == commit), None):
        return existing
    git = Git(root, writes=True)
    git.user()
    number = max((anchor.number for anchor in known), default=0) + 1
    trailers = "\n".join(f"Xuncha-{name.capitalize()}: {count}" for name, count in counts.items())
    message = f"第{number}次核验\n\nXuncha-Tip: {commit}\n{trailers}\n"
    name = f"{PREFIX}{number}-{commit[:SHORT_HASH]}"
    refusal: str | None = None
    try:
        signs = git.text("config", "--type=bool", "--default", "false", "tag.gpgSign") == "true"
        signed = signs or bool(git.setting("user.signingkey"))
        git.run("tag", "--sign" if signed else "--annotate", "--file=-", name, commit, stdin=message.encode())
        if signed and b"-----BEGIN " not in git.run("cat-file", "tag", name):
            git.run("tag", "--delete", name)  # some versions of git do not report a missing key
            refusal = _("it could not sign; see git config user.signingkey")
    except GitError as error:
        refusal = error.reason
    if refusal is not None:
        raise RefusedError("tag-refused", _("git refused the tag: {said}", said=refusal))
    for anchor in anchors(root):
        if (anchor.number, anchor.commit) == (number, commit):
            return anchor
    raise TruncatedError
