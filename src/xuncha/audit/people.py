"""Who is who: whether a closing was the work of two persons, who has signed it, and who it says has closed it."""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from xuncha.audit.catalogue import RULES
from xuncha.audit.replayed import Who, entries, word
from xuncha.language import gettext as _
from xuncha.model.settings import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.replayed import Data, Step
    from xuncha.catalogue import Broken


def folded(text: str) -> str:
    """Return a name or an address without what nobody sees: letter case, width, blanks, signs without a shape."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\N{REPLACEMENT CHARACTER}", "")
    return "".join(each for each in plain if not (each.isspace() or unicodedata.category(each) == "Cf"))


def _mailbox(email: str) -> str:
    """Return the address at which mail arrives: what stands behind a plus in it is for the receiver alone."""
    return re.sub(r"\+[^@]*@", "@", folded(email))


def known_as(email: str, settings: Data | None) -> set[str]:
    """Return all e-mails of whoever has this one, folded, as the ledger tells them; none of an empty one."""
    people = (each.get("emails") for each in entries(settings, "people"))
    lists = (
        [folded(email) for email in each if isinstance(email, str)]
        for each in people
        if isinstance(each, list)
    )
    return addresses(folded(email), lists) - {""}


def is_one_person(applicant: Who | None, closer: Who, settings: Data | None) -> str:
    """Say why a closing was not the work of two persons; empty where nothing shows that."""
    if applicant is None:
        return _(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        )
    his, hers = (known_as(each.email, settings) for each in (applicant, closer))
    if not his or not hers:
        return _(
            "{id} was applied for or closed by somebody without an address; the policy asked two persons"
        )
    same_account = folded(closer.account) and folded(closer.account) == folded(applicant.account)
    if his & hers or same_account:
        return _(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        )
    if not closer.account and known_as(closer.committer, settings) & his:
        return _("{id} was closed in the name of another by the one who had applied for it; the policy asked two persons")  # fmt: skip
    return ""


def _doubt(applicant: Who | None, closer: Who, settings: Data | None) -> str:
    """Say why the two persons of a closing may be one; empty where nothing hints at it."""
    if applicant is None or is_one_person(applicant, closer, settings):
        return ""
    if folded(applicant.name) == folded(closer.name):
        return _("{id} was applied for and closed under the same name, {name}, from two addresses")
    if _mailbox(applicant.email) == _mailbox(closer.email):
        return _("{id} was applied for and closed from one mailbox, by {name}")
    his, hers = (known_as(each.email, settings) for each in (applicant, closer))
    if known_as(closer.committer, settings) & his:
        return _(
            "{id} was closed on the computer of the one who had applied for it, in the account of {name}"
        )
    if not applicant.account and known_as(applicant.committer, settings) & hers:
        return _("{id} was applied for in the name of another by {name}, who then closed it")
    return ""


@RULES.rule(
    "second-person-doubtful",
    "warning",
    why="Two persons were asked for, and what history tells of them hints at one. If they are two, or one address is missing, "
    "`people` in data/ledger.yaml says who is who.",
    wrong="Zhang applies for the closing of 2.3 from one address and closes it from another, which `people` does not give; or commits the application under another's name.",
)
def second_person_doubtful(step: Step) -> Broken[HistoryPlace]:
    """Find closings by two persons who may be one."""
    for change in step.closings if "second_person" in step.requires else ():
        who = Who.of(step.commit)
        if message := _doubt(change.before.applicant if change.before else None, who, step.settings):
            yield step.at(change), message.format(id=change.id, name=who.name), ""


@RULES.rule(
    "closed-by",
    "warning",
    why="Whoever closes a measure is named in it; a commit by somebody else puts the closing into the mouth of one who may not know of it.",
    wrong="Zhang commits the closing of 2.3 with `closed: {by: 局长}`. (A name among `offices` is no person, and passes.)",
)
def closed_by(step: Step) -> Broken[HistoryPlace]:
    """Find closings that name another than the author."""
    if step.commit.trailers.action == "import":
        return
    for change in step.closings:
        note = (change.new or {}).get("closed")
        by = word(note, "by") if isinstance(note, dict) else None
        if by and folded(by) not in _names(step):
            message = _("{id} says that {by} closed it, and {author} did")
            yield step.at(change), message.format(id=change.id, by=by, author=step.commit.author), ""


def _names(step: Step) -> set[str]:
    """Return the names under which whoever made a commit may close: his own, and those of offices."""
    settings, mine = step.settings or {}, known_as(step.commit.email, step.settings)
    listed = settings.get("offices")
    names = [each for each in (listed if isinstance(listed, list) else []) if isinstance(each, str)]
    for each in entries(settings, "people"):
        emails = each.get("emails")
        if mine & {folded(str(email)) for email in (emails if isinstance(emails, list) else [])}:
            names.append(str(each.get("name", "")))
    return {folded(each) for each in (*names, step.commit.author, step.commit.trailers.account)}


def is_signer(signers: Iterable[str], who: Who, settings: Data | None) -> bool:
    """Return whether a key is that of an author; a signer is named by an address, a pattern of one, or a name."""
    mine = known_as(who.email, settings)
    names = [signer for signer in signers if "@" not in signer]
    matches = any(fnmatchcase(each, folded(signer)) for signer in signers for each in mine)
    return matches or folded(who.name) in {folded(each) for each in names} - {""}
