"""Describe the inspection in words, for the head of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.model.register import Frame


def feedback_of(frame: Frame) -> str:
    """Return who inspected, and the day of the feedback."""
    known, unknown = _("feedback of {day}"), _("day of the feedback not set")
    if frame.inspector:
        known = _("feedback of {day} by {inspector}")
        unknown = _("{inspector}, day of the feedback not set")
    return (known if frame.feedback else unknown).format(inspector=frame.inspector, day=frame.feedback)
