"""Who is who: whether a closing was the work of two persons, who has signed it, and who it says has closed it; and who signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import Data, entries, mapping, word
from xuncha.audit.lines import Step
from xuncha.audit.replayed import BELIEVED, Who
from xuncha.catalogue import Broken
from xuncha.chinese.characters import without_invisible
from xuncha.errors import Finding, Severity
from xuncha.language import gettext as _
from xuncha.model.settings import addresses
from xuncha.trail.replay import Commit
from xuncha.trail.signing import signatures


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


UNSIGNED = RULES.declare(
    "close-requires-signed-commit",
    why="The policy in force asked that who closes a measure signs, and there is no signature that git takes for good.",
    wrong="2.3 is closed in a commit that is not signed, or by a key that is not in `allowed_signers` (of OpenPGP: not trusted in the key ring) or is another's than the author's, or another's, too, while `close_requires` names "
    "`signed_commit`; so it is with an `undo` that leads to `closed`. Certificates (X.509) name nobody. To be tried, signatures need `git config --global gpg.ssh.allowedSignersFile FILE`.",
    scope=LENIENT,
)


class _Lack(NamedTuple):
    """Why a signature is not taken for good."""

    message: str  # with room for `{id}`
    severity: Severity = "error"
    is_known: bool = True  # whether git could tell


def _unsigned(root: Path, authors: Mapping[str, tuple[Who, Data | None]]) -> dict[str, _Lack]:
    """Return the commits whose signature git does not take for good, or for that of their authors; each given with the settings."""
    found: dict[str, _Lack] = {}
    for commit, signature in signatures(root, authors).items():
        mine = is_signer(signature.signers, *authors[commit])
        match signature.verdict:
            case "G" | "X" | "Y" if not mine:
                lack = _Lack(_("{id} was closed in a commit that another than its author has signed"))
            case "G":
                continue
            case "X" | "Y":  # of these git does not tell whether the key is trusted
                said = _(
                    "{id} was closed in a commit whose signature, or its key, has expired: see gpg --quick-set-expire"
                )
                lack = _Lack(said, "warning", is_known=False)
            case _any if not signature.there:
                lack = _Lack(_("{id} was closed in a commit that is not signed, which the policy asked"))
            case "B":
                lack = _Lack(_("{id} was closed in a commit whose signature is wrong"))
            case "U" | "R" if not signature.ssh:
                said = _(
                    "{id} was closed in a commit that is signed by a key that your key ring does not trust: see gpg --edit-key"
                )
                lack = _Lack(said)
            case "U" | "R":
                lack = _Lack(_("{id} was closed in a commit that is signed by a key outside allowed_signers"))
            case _other:
                said = _(
                    "{id} was closed in a commit whose signature cannot be verified here: see git config --global gpg.ssh.allowedSignersFile"
                )
                lack = _Lack(said, is_known=False)
        found[commit] = lack
    return found


class Signers:
    """What authors sign, as far as history was replayed."""

    def __init__(self, signed: set[str]) -> None:
        """Begin with the commits that are signed, whoever did it."""
        self.signed = signed
        self.on_claims = False
        """Whether the signature of an application could not be tried here."""
        self._signs: dict[str, tuple[bool, int]] = {}
        """By all addresses and names of an author: whether his last commit was signed, but for closings, which may have to be; and
        when he signed last."""
        self._doubted: set[str] = set()
        """The commits that are signed, by whomever; or not, and the last one of their author was."""
        self._asked: list[tuple[Who, Data | None, HistoryPlace, bool]] = []
        self._claims: list[tuple[Who, Data | None, list[Finding[HistoryPlace]]]] = []

    def note(self, commit: Commit, settings: Data | None, *, closes: bool) -> None:
        """Note whether an author has signed; where nobody does, nothing is to be noted."""
        if not self.signed:
            return
        is_signed, made = commit.hash in self.signed, commit.moment_committed
        mine, name = known_as(commit.email, settings), named(commit.author)
        # Of two people of one name `people` tells who is who.
        told = mine if any(mine & emails for _name, emails in people_of(settings)) else {*mine, name}
        known = [self._signs[each] for each in told if each in self._signs]
        if is_signed or any(last or made - then < BELIEVED for last, then in known):
            self._doubted.add(commit.hash)
        if not closes:
            then = made if is_signed else max((then for _last, then in known), default=0)
            self._signs.update(dict.fromkeys((*mine, name), (is_signed, then)))

    def signs(self, name: str) -> bool:
        """Return whether somebody of a name has ever signed."""
        return self._signs.get(named(name), (False, 0))[1] > 0

    def must(self, who: Who, settings: Data | None, place: HistoryPlace, *, lenient: bool) -> None:
        """Note that a closing has to be signed; lenient where that was asked before or elsewhere, or an import entered what was closed."""
        self._asked.append((who, settings, place, lenient))

    def claim(self, who: Who, settings: Data | None, found: list[Finding[HistoryPlace]]) -> None:
        """Note what holds where a commit that is doubted is not signed by its author."""
        if who.commit in self._doubted:
            self._claims.append((who, settings, found))

    def findings(self, root: Path) -> Findings:
        """Yield the closings that had to be signed and were not, and what was not believed without a signature."""
        authors = {who.commit: (who, settings) for who, settings, *_more in self._asked}
        authors |= {who.commit: (who, settings) for who, settings, _found in self._claims}
        lacks = _unsigned(root, authors)
        for who, _settings, place, lenient in self._asked:
            if lack := lacks.get(who.commit):
                severity: Severity = "warning" if lenient else lack.severity
                yield UNSIGNED.at(place, lack.message.format(id=place.id), "", severity)
        for who, _settings, found in self._claims:
            if lack := lacks.get(who.commit):
                self.on_claims |= not lack.is_known
                yield from found if lack.is_known else ()
