"""Results of a roll-up besides the counts: lateness, trend, changes, and problems that many units share."""

from __future__ import annotations

from typing import Any, NamedTuple

from xuncha.region.changes import Moved
from xuncha.region.lateness import Delays
from xuncha.region.similar import Similar
from xuncha.region.trend import Trend


class Extras(NamedTuple):
    """The results beyond the counts; None where one was not asked for, or has nothing to compare with."""

    delays: Delays = Delays({}, {})
    trend: Trend | None = None
    moved: Moved | None = None
    similar: Similar | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the additional part of `rollup --json`."""
        result: dict[str, Any] = {"moved": self.moved.as_json() if self.moved else None}
        if self.trend:
            result["trend"] = self.trend.as_json()
        if self.similar:
            result["similar"] = self.similar.as_json()
        return result
