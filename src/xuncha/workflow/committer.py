"""The person who commits, and the e-mail addresses by which the ledger knows them."""

from __future__ import annotations

from pathlib import Path

from xuncha.errors import InvalidLedgerError
from xuncha.store import files
from xuncha.store.loading import load_settings
from xuncha.trail.git import Git


def addresses(root: Path) -> set[str]:
    """Return all e-mails of the person who commits here, in lower case: git's, and those that the ledger lists for the same person.

    Raises SurroundingsError if git does not know who commits.
    """
    email = Git(root, writes=True).user()[1]  # as for a commit: the repository's own settings count, too
    try:
        settings = load_settings(files.WorkingTree(root)).settings
    except InvalidLedgerError:  # it requires a newer version; then its list of people is not known
        settings = None
    return settings.emails_of(email) if settings else {email.casefold()}
