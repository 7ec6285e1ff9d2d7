"""Who is who: whether a closing was the work of two persons, who has signed it, and who it says has closed it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from xuncha.audit.catalogue import RULES
from xuncha.audit.facts import entries, mapping, word
from xuncha.audit.replayed import Who
from xuncha.chinese.characters import without_invisible
from xuncha.language import gettext as _
from xuncha.model.settings import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.facts import Data
    from xuncha.audit.lines import Step
    from xuncha.catalogue import Broken


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a name or an address without what nobody sees: letter case, width, blanks, signs without a shape."""
    plain = without_invisible(unicodedata.normalize("NFKC", text).casefold())
    seen = (each for each in plain if not each.isspace() and each != "\N{REPLACEMENT CHARACTER}")
    return "".join(each for each in seen if unicodedata.category(each) != "Cf")


@lru_cache(maxsize=4096)
def named(text: str) -> str:
    """Return a name without what can be overlooked, too: stops, dots and other signs. One of signs alone stays."""
    plain = folded(text)
    return "".join(each for each in plain if unicodedata.category(each)[0] not in "PS") or plain


def _mailbox(email: str) -> str:
    """Return the address at which mail arrives: what stands behind a plus in it is for the receiver alone."""
    return re.sub(r"\+[^@]*@", "@", folded(email))


def known_as(email: str, settings: Data | None) -> set[str]:
    """Return all e-mails of whoever has this one, folded, as the ledger tells them; none of an empty one."""
    return addresses(folded(email), (emails for _name, emails in people_of(settings))) - {""}


def is_one_person(applicant: Who | None, closer: Who, settings: Data | None) -> str:
    """Say why a closing was not the work of two persons; empty where nothing shows that."""
    his = known_as(applicant.email, settings) if applicant else set()
    hers = known_as(closer.email, settings)
    if applicant and not (his and hers):
        return _(
            "{id} was applied for or closed by somebody without an address; the policy asked two persons"
        )
    if not applicant or his & hers:
        return _(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        )
    if known_as(closer.committer, settings) & his:
        return _("{id} was closed in the name of another by the one who had applied for it; the policy asked two persons")  # fmt: skip
    return ""


def _doubt(applicant: Who, closer: Who, settings: Data | None) -> str:
    """Say why the two persons of a closing may be one; empty where nothing hints at it."""
    if is_one_person(applicant, closer, settings):
        return ""
    if named(applicant.name) == named(closer.name):
        return _("{id} was applied for and closed under the same name, {name}, from two addresses")
    if _mailbox(applicant.email) == _mailbox(closer.email):
        return _("{id} was applied for and closed from one mailbox, by {name}")
    if any(_is_forged(each, settings) for each in (applicant, closer)):
        return _(
            "{id} was applied for or closed in a commit that another than its author has made; they may be one"
        )
    return ""


def _is_forged(who: Who, settings: Data | None) -> bool:
    """Return whether another than its author has made a commit, as far as it tells; a rebase of another's work does so, too."""
    committer = known_as(who.committer, settings)
    return bool(committer) and committer.isdisjoint(known_as(who.email, settings))


@RULES.rule(
    "second-person-doubtful",
    "warning",
    why="Two persons were asked for, and what history tells of them hints at one. If they are two, or one address is missing, "
    "`people` in data/ledger.yaml says who is who.",
    wrong="Zhang applies for the closing of 2.3 from one address and closes it from another, which `people` does not give; or the author of the application or of the closing is not who has committed it, or has not signed the application and signs else.",
)
def second_person_doubtful(step: Step) -> Broken[HistoryPlace]:
    """Find closings by two persons who may be one."""
    for change in step.closings if "second_person" in step.requires else ():
        who = Who.of(step.commit)
        doubts = (_doubt(each, who, step.settings) for each in change.applicants)
        if message := next(filter(None, doubts), ""):
            yield step.found(change, message, name=who.name)


@RULES.rule(
    "account-mismatch",
    why="On the office's desk, whoever is signed in is the author of what he does; a commit of another account than its author's puts it into "
    "another's mouth.",
    wrong="A commit by Zhang says `Xuncha-Account: 李四`.",
)
def account_mismatch(step: Step) -> Broken[HistoryPlace]:
    """Find commits whose account on the desk is not that of their author."""
    account, author = step.commit.trailers.account, step.commit.author
    if account and folded(account) != folded(author):
        message = _("the commit says that {account} was signed in, and its author is {author}")
        yield step.found(step.changes[0], message, account=account, author=author)


@RULES.rule(
    "closed-by",
    "warning",
    why="Whoever closes a measure is named in it; a commit by somebody else puts the closing into the mouth of one who may not know of it.",
    wrong="Zhang commits the closing of 2.3 with `closed: {by: 局长}`. (A name among `offices` passes, but that of somebody in `people`, or who signs.)",
)
def closed_by(step: Step) -> Broken[HistoryPlace]:
    """Find closings that name another than the author."""
    if step.commit.trailers.action == "import":
        return
    for change in step.closings:
        by = word(mapping(change.new, "closed"), "by")
        if by and named(by) not in _names(step):
            message = _("{id} says that {by} closed it, and {author} did")
            yield step.found(change, message, by=by, author=step.commit.author)


def _names(step: Step) -> set[str]:
    """Return the names under which whoever made a commit may close: his own, and those of offices."""
    settings, mine = step.settings or {}, known_as(step.commit.email, step.settings)
    listed = settings.get("offices")
    people = people_of(settings)
    persons = {name for name, _emails in people}
    names = {named(each) for each in (listed if isinstance(listed, list) else []) if isinstance(each, str)}
    names = {each for each in names if each not in persons and not step.lines.signs(each)}
    return {*names, *(name for name, emails in people if mine & emails), named(step.commit.author)}


def is_signer(signers: Iterable[str], who: Who, settings: Data | None) -> bool:
    """Return whether a key is that of an author, by one of his addresses, and of nobody else whom `people` names.

    A name counts where `people` gives it that address. What stands for any address names nobody.
    """
    mine, people = known_as(who.email, settings), people_of(settings)
    told = {spelt(signer) for signer in signers for spelt in (folded, named)}
    told.update(email for name, emails in people if name in told for email in emails)
    others = (emails for _name, emails in people if folded(who.email) not in emails)
    return bool(mine & told) and not any(emails & told for emails in others)


def people_of(settings: Data | None) -> list[tuple[str, set[str]]]:
    """Return whom `people` names, each with the addresses; names as `named` gives them."""
    listed = [(each.get("name"), each.get("emails")) for each in entries(settings, "people")]
    return [
        (named(str(name)), {folded(email) for email in emails if isinstance(email, str)} - {""})
        for name, emails in listed
        if isinstance(emails, list)
    ]
