"""Who commits: under which addresses the ledger knows them."""

from __future__ import annotations

from pathlib import Path

from xuncha.errors import InvalidLedgerError
from xuncha.store import files
from xuncha.store.loading import load_settings
from xuncha.trail.git import Git


def addresses(root: Path) -> set[str]:
    """Return the e-mails of whoever commits in this ledger, in small letters: git's, and those that the ledger says are the same person's.

    Raises SurroundingsError if git does not know who that is.
    """
    email = Git(root, writes=True).user()[1]  # as it commits, by the settings of the repository, too
    try:
        settings = load_settings(files.WorkingTree(root)).settings
    except InvalidLedgerError:  # it requires a newer version; then who is who is not known
        settings = None
    return settings.addresses(email) if settings else {email.casefold()}
