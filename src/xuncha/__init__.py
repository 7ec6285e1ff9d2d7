"""A command-line ledger, kept in plain files, for rectification after an inspection (巡察整改)."""

__version__ = "0.1.0"
