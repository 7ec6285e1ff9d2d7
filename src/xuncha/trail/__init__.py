"""The trail: git. The only room that runs it."""
