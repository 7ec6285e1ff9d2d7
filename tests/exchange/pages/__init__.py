"""Documents read into lines."""
