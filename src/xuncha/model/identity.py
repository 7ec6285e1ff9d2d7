"""The numbers of problems and measures. The path is the identity: `data/problems/02/2.3.yaml` is measure 2.3."""

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
PARTS = (LEDGER_FILE, PROBLEMS, EVIDENCE)
"""All that a ledger says, and what proves it."""
_NUMBER = "[1-9][0-9]{0,5}"
_FORM = re.compile(rf"({_NUMBER})(?:\.({_NUMBER}))?")
_FILE = re.compile(rf"{PROBLEMS}/0*({_NUMBER})/(?:problem|({_NUMBER})\.({_NUMBER}))\.yaml")
_PROOF = re.compile(rf"{EVIDENCE}/({_NUMBER})\.({_NUMBER})/.+", re.DOTALL)


class Identity(NamedTuple):
    """A problem (`measure` is 0) or one of its measures; sorts in the order of the ledger."""

    problem: int
    measure: int = 0

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read `2` or `2.3`; full-width digits and stops, which an input method slips in, are read as what they mean.

        Raises:
            RefusedError: the text is not such a number.
        """
        match = _FORM.fullmatch(unicodedata.normalize("NFKC", text.strip()).replace("。", "."))
        if match is None:
            message = _("“{text}” is not a number of a problem (2) or a measure (2.3)")
            raise RefusedError("bad-id", message.format(text=text))
        return cls(int(match[1]), int(match[2] or 0))

    @classmethod
    def of_file(cls, path: str) -> Identity | None:
        """Whose file a path is, relative to the ledger; None where it is no problem's and no measure's."""
        match = _FILE.fullmatch(path)
        if match is None or (match[2] and match[1] != match[2]):
            return None
        return cls(int(match[1]), int(match[3] or 0))

    @classmethod
    def of_evidence(cls, path: str) -> Identity | None:
        """Which measure a file proves; None where it is no evidence."""
        match = _PROOF.fullmatch(path)
        return cls(int(match[1]), int(match[2])) if match else None

    @property
    def is_problem(self) -> bool:
        """Whether it names a problem, not a measure."""
        return self.measure == 0

    @property
    def folder(self) -> str:
        """The problem's folder, padded to two digits at least, relative to the ledger."""
        return f"{PROBLEMS}/{self.problem:02d}"

    @property
    def path(self) -> str:
        """The file, relative to the ledger."""
        return f"{self.folder}/{'problem' if self.is_problem else self}.yaml"

    def __str__(self) -> str:
        return str(self.problem) if self.is_problem else f"{self.problem}.{self.measure}"
