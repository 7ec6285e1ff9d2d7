"""What an archive is of, as the program knows it and as the bag says it; and where in the bag what is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xuncha import __version__
from xuncha.chinese.characters import UNSAFE

if TYPE_CHECKING:
    from datetime import date

    from xuncha.errors import XunchaError

HARMFUL: Final = re.compile(rf"[{UNSAFE}]")
"""What commands a terminal, or is no character at all."""
ABOUT: Final = "archive.json"
"""The file that tells programs what the bag is of."""
LEDGER: Final = "ledger"
BUNDLE: Final = "git/ledger.bundle"
LOG: Final = "log/log.json"
AUDIT: Final = "audit/audit.json"


@dataclass
class Case:
    """What was gathered."""

    organisation: str
    commit: str
    """In full."""
    moment: str
    """Of the commit, in ISO 8601."""
    day: date
    commits: int
    made: list[str] = field(default_factory=list)
    """The forms of the notice that are in it."""
    lacking: dict[str, XunchaError] = field(default_factory=dict)
    """The others, and why they are not, in the language on screen."""
    reasons: dict[str, str] = field(default_factory=dict)
    """The same in the bag's language."""
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Links, which are no files."""
    pointers: list[str] = field(default_factory=list)
    """The files that git-lfs keeps; the history has their pointers alone."""
    object_format: str = "sha1"
    git: str = ""
    """The version of git that wrote the bundle."""
    inside: str = ""
    """Where the ledger is in its repository; with a slash at the end, or empty."""
    breaks: int = 0
    """How many errors the audit has found in the history."""

    @property
    def name(self) -> str:
        """Of the folder that the zip holds."""
        return f"xuncha-{self.day}-{self.commit[:10]}"


def facts(case: Case) -> dict[str, Any]:
    """What programs are told of the bag."""
    return {
        "format": 1,
        "organisation": case.organisation,
        "commit": case.commit,
        "moment": case.moment,
        "date": case.day.isoformat(),
        "commits": case.commits,
        "object_format": case.object_format,
        "inside": case.inside,
        "notice": {"made": case.made, "lacking": case.reasons},
        "left_out": case.left_out,
        "audit_errors": case.breaks,
        "made_by": {"xuncha": __version__, "git": case.git},
    }


def as_json(value: object) -> bytes:
    """JSON as it stands in the bag; of what history may hold, control characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return (HARMFUL.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n").encode("utf-8", "replace")
