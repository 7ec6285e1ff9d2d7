"""The proofreader."""
