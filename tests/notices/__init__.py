"""Notices as offices publish them, of our own making, each with what a careful reader takes out of it; see `description`."""
