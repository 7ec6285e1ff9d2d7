"""What a roll-up tells beyond the counts: how late, the trend, who has moved, and the same problem in many units."""

from __future__ import annotations

from typing import Any, NamedTuple

from xuncha.region.lateness import Delays
from xuncha.region.moved import Moved
from xuncha.region.similar import Similar
from xuncha.region.trend import Trend


class Beyond(NamedTuple):
    """All of it; None where it was not asked for, or there is nothing to compare with."""

    delays: Delays = Delays({}, {})
    trend: Trend | None = None
    moved: Moved | None = None
    similar: Similar | None = None

    def as_json(self) -> dict[str, Any]:
        """Give what comes on top in `rollup --json`."""
        told: dict[str, Any] = {"moved": self.moved.as_json() if self.moved else None}
        if self.trend:
            told["trend"] = self.trend.as_json()
        if self.similar:
            told["similar"] = self.similar.as_json()
        return told
