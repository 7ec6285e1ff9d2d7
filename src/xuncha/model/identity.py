"""The numbers of problems, measures and comments. The path is the identity: `data/problems/02/2.3.yaml` is measure 2.3."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _

PROBLEMS = "data/problems"
LEDGER_FILE = "data/ledger.yaml"
EVIDENCE = "data/evidence"
COMMENTS = "data/comments"
FORMS = "data/forms"
PARTS = (LEDGER_FILE, PROBLEMS, EVIDENCE, COMMENTS)
"""All records of a ledger, their evidence, and the comments."""
_NUMBER = "[1-9][0-9]{0,5}"
_ID = re.compile(rf"({_NUMBER})(?:\.({_NUMBER}))?")
_FILE = re.compile(rf"{PROBLEMS}/0*({_NUMBER})/(?:problem|({_NUMBER})\.({_NUMBER}))\.yaml")
_EVIDENCE = re.compile(rf"{EVIDENCE}/({_NUMBER})\.({_NUMBER})/.+", re.DOTALL)
_COMMENT = re.compile(rf"{COMMENTS}/0*({_NUMBER})\.yaml")


def ledger_order(path: str) -> tuple[str, str]:
    """Return a key that sorts paths in the order of the ledger: 2.10 comes after 2.9. Numbers may have any length, since strangers name files."""
    return re.sub("0*([0-9]*)", lambda match: f"{len(match[1]):05}{match[1]}" if match[0] else "", path), path


class Identity(NamedTuple):
    """A problem (`measure` is 0) or one of its measures; sorts in the order of the ledger."""

    problem: int
    measure: int = 0

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Parse `2` or `2.3`, also with the full-width digits and stops that an input method may write.

        Raises RefusedError if the text is not such a number.
        """
        match = _ID.fullmatch(unicodedata.normalize("NFKC", text.strip()).replace("。", "."))
        if match is None:
            message = _("“{text}” is not the number of a problem (2) or a measure (2.3)")
            raise RefusedError("bad-id", message.format(text=text))
        return cls(int(match[1]), int(match[2] or 0))

    @staticmethod
    def is_number(text: str) -> bool:
        """Return whether a text is a number in the form of the files."""
        return _ID.fullmatch(text) is not None

    @classmethod
    def try_parse(cls, text: str | None) -> Identity | None:
        """Parse a number from elsewhere, such as a commit; None if it is not valid."""
        try:
            return cls.parse(text or "")
        except RefusedError:
            return None

    @classmethod
    def from_path(cls, path: str) -> Identity | None:
        """Return the problem or measure whose file has this path, relative to the ledger; None for other files."""
        match = _FILE.fullmatch(path)
        if match is None or (match[2] and match[1] != match[2]):
            return None
        return cls(int(match[1]), int(match[3] or 0))

    @classmethod
    def from_evidence(cls, path: str) -> Identity | None:
        """Return the measure to which an evidence file belongs; None for other files."""
        match = _EVIDENCE.fullmatch(path)
        return cls(int(match[1]), int(match[2])) if match else None

    @property
    def is_problem(self) -> bool:
        """Whether it names a problem, not a measure."""
        return self.measure == 0

    @property
    def folder(self) -> str:
        """The problem's folder, with at least two digits, relative to the ledger."""
        return f"{PROBLEMS}/{self.problem:02d}"

    @property
    def path(self) -> str:
        """The file, relative to the ledger."""
        return f"{self.folder}/{'problem' if self.is_problem else self}.yaml"

    def __str__(self) -> str:
        return str(self.problem) if self.is_problem else f"{self.problem}.{self.measure}"


class CommentNumber(NamedTuple):
    """The number of a comment (意见建议): `data/comments/003.yaml` is comment 3."""

    number: int

    @classmethod
    def parse(cls, text: str) -> CommentNumber:
        """Parse `3` or `003`, also with full-width digits. Raises RefusedError if the text is not such a number."""
        digits = unicodedata.normalize("NFKC", text.strip()).lstrip("0")
        if re.fullmatch(_NUMBER, digits) is None:
            raise RefusedError("bad-id", _("“{text}” is not the number of a comment (3)", text=text))
        return cls(int(digits))

    @classmethod
    def from_path(cls, path: str) -> CommentNumber | None:
        """Return the comment whose file has this path, relative to the ledger; None for other files."""
        match = _COMMENT.fullmatch(path)
        return cls(int(match[1])) if match else None

    @property
    def path(self) -> str:
        """The file, with at least three digits in its name, relative to the ledger."""
        return f"{COMMENTS}/{self.number:03d}.yaml"

    def __str__(self) -> str:
        return str(self.number)
