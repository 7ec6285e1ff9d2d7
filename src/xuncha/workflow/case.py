"""A case: one measure in the hands of a command, with all that a verb may ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xuncha.model.identity import EVIDENCE
from xuncha.trail.history import history_of_measure

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure
    from xuncha.model.register import Frame
    from xuncha.workflow.change import Session


@dataclass(frozen=True)
class Case:
    """A measure, the settings that it is checked against, and the day; git is asked only where a verb asks."""

    session: Session
    frame: Frame
    today: date
    identity: Identity
    measure: Measure

    def user(self) -> tuple[str, str]:
        """Return name and e-mail of whoever acts."""
        return self.session.git.user()

    def submitter(self) -> str | None:
        """Return the e-mail of whoever made the application that stands; None without an application."""
        events = history_of_measure(self.session.root, self.identity.path, str(self.identity))
        undone = {event.undoes for event in events}
        for event in events:
            if event.action in {"undo", "renumber"} or event.commit in undone:
                continue
            if event.to not in {None, event.from_}:
                return event.email if event.to == "submitted" else None
        return None

    def evidence_names(self) -> list[str]:
        """Return the names of the evidence files that the measure has."""
        return [entry.name for entry in self.session.source.entries(f"{EVIDENCE}/{self.identity}")]
