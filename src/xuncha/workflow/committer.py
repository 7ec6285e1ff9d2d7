"""The person who commits, the e-mail addresses by which the ledger knows them, and whether they applied for a measure."""

from __future__ import annotations

from pathlib import Path

from xuncha.errors import InvalidLedgerError
from xuncha.model.identity import Identity
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


def applicants(root: Path, identity: Identity) -> set[str]:
    """Return the e-mails of those who made the present application for a measure; empty without an application.

    If several applied without knowing of each other, and a merge joined their work, return all: it may be any of them.
    """
    from xuncha.trail.history import history_of_measure, newest_of  # noqa: PLC0415  few policies ask for it

    events = history_of_measure(root, identity.path, str(identity))
    made_by = {event.commit: event.email for event in events}
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    """The e-mail of the applicant before and after each commit that changed the status; None without an application."""
    current = None
    for event in reversed(events):
        if event.action == "renumber" or event.to in {None, event.from_}:
            continue
        before[event.commit], author = current, event.email
        # An undo of one's own commits restores the earlier applicant; an undo of someone else's counts as a new application.
        if event.action == "undo" and all(made_by.get(undone, author) == author for undone in event.undoes):
            current = next((before[undone] for undone in reversed(event.undoes) if undone in before), None)
        else:
            current = author
        current = current if event.to == "submitted" else None
        after[event.commit] = current
    return {email for commit in newest_of(root, after) if (email := after[commit])}


def is_second_person(root: Path, identity: Identity) -> bool:
    """Return whether somebody applied for closing a measure, and the person who commits here did not.

    Raises SurroundingsError as `addresses` does.
    """
    own, applied = addresses(root), {email.casefold() for email in applicants(root, identity)}
    return bool(applied) and own.isdisjoint(applied)
