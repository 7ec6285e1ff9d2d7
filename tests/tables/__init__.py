"""Tables as offices keep them, of our own making, each with what a careful reader takes out of it; see `description`."""
