"""Generated input: every reader reads it or refuses it with a message, in time."""
