"""Who is who: whether two persons made a closing, who signed it, whom it names, and who signs commits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import entries, folded, mapping, name_key, text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import Actor
from xuncha.catalogue import Violations
from xuncha.errors import Finding, Severity
from xuncha.language import gettext as _
from xuncha.store.reading import Data
from xuncha.trail.replay import Commit
from xuncha.trail.signing import signatures


def _mailbox(email: str) -> str:
    """Return the address at which mail arrives, without the part after a plus, which matters only to the receiver."""
    return re.sub(r"\+[^@]*@", "@", folded(email))


def addresses_of(settings: Data | None, *emails: str) -> set[str]:
    """Return these addresses and all others that `people` in the settings gives to the same persons, folded. An empty address is left out."""
    given = {folded(email) for email in emails} - {""}
    return given.union(*(addresses for _name, addresses in people_of(settings) if given & addresses))


def is_one_person(applicant: Actor | None, closer: Actor, settings: Data | None) -> bool:
    """Return whether nothing shows that two persons closed a measure: no one applied, an address is missing, or author or committer of the closing applied."""
    applying = addresses_of(settings, applicant.email) if applicant else set()
    if not applying or not addresses_of(settings, closer.email):
        return True
    return not applying.isdisjoint(addresses_of(settings, closer.email, closer.committer))


def _may_be_one_person(applicant: Actor, closer: Actor, settings: Data | None) -> bool:
    """Return whether the two persons of a closing may be one: the same name or mailbox, or an author who is not the committer."""
    return not is_one_person(applicant, closer, settings) and (
        name_key(applicant.name) == name_key(closer.name)
        or _mailbox(applicant.email) == _mailbox(closer.email)
        or any(_has_other_committer(person, settings) for person in (applicant, closer))
    )


def _has_other_committer(actor: Actor, settings: Data | None) -> bool:
    """Return whether a commit names a committer other than its author. A rebase of another's work does so, too."""
    committer = addresses_of(settings, actor.committer)
    return bool(committer) and committer.isdisjoint(addresses_of(settings, actor.email))


@RULES.rule(
    "second-person-doubtful",
    "warning",
    why="Two persons were required, but the history suggests that they are one. If they are two, or an address is missing, say so in "
    "`people` in data/ledger.yaml.",
    wrong="Zhang applies to close 2.3 from one address and closes it from another, which `people` does not list; or the author of the "
    "application or of the closing is not its committer, or has not signed the application but signs elsewhere.",
)
def second_person_doubtful(step: Step) -> Violations[HistoryPlace]:
    """Find closings whose two persons may be one."""
    for change in step.closings if "second_person" in step.required else ():
        closer = Actor.from_commit(step.commit)
        if any(_may_be_one_person(applicant, closer, step.settings) for applicant in change.applicants):
            message = _("the person who applied to close {id} and {name}, who closed it, may be one")
            yield step.report(change, message, name=closer.name)


@RULES.rule(
    "account-mismatch",
    why="On the office desk, the person signed in is the author of what they do; a commit whose account is not its author's attributes "
    "the work to someone else.",
    wrong="A commit by Zhang says `Xuncha-Account: 李四`.",
)
def account_mismatch(step: Step) -> Violations[HistoryPlace]:
    """Find commits whose account on the desk is not that of their author."""
    account, author = step.commit.trailers.account, step.commit.author
    if account and folded(account) != folded(author):
        message = _("the commit says that {account} was signed in, but its author is {author}")
        yield step.report(step.changes[0], message, account=account, author=author)


@RULES.rule(
    "closed-by",
    "warning",
    why="A measure names the person who closed it; a commit by someone else attributes the closing to a person who may not know of it.",
    wrong="Zhang commits the closing of 2.3 with `closed: {by: 局长}`. (A name in `offices` is allowed, but not that of someone else who "
    "is in `people` or signs.)",
)
def closed_by(step: Step) -> Violations[HistoryPlace]:
    """Find closings that name somebody else than the author."""
    if step.commit.trailers.action == "import":
        return
    for change in step.closings:
        by = text_of(mapping(change.new, "closed"), "by")
        if by and name_key(by) not in _closing_names(step):
            message = _("{id} says that {by} closed it, but {author} did")
            yield step.report(change, message, by=by, author=step.commit.author)


def _closing_names(step: Step) -> set[str]:
    """Return the names under which the author of a commit may close: the author's own, and those of offices."""
    settings, own = step.settings or {}, addresses_of(step.settings, step.commit.email)
    listed = settings.get("offices")
    people = people_of(settings)
    person_names = {name for name, _emails in people}
    names = {name_key(each) for each in (listed if isinstance(listed, list) else []) if isinstance(each, str)}
    names = {each for each in names if each not in person_names and not step.graph.has_signed(each)}
    return {*names, *(name for name, emails in people if own & emails), name_key(step.commit.author)}


def is_signer(signers: Iterable[str], actor: Actor, settings: Data | None) -> bool:
    """Return whether a key belongs to an author, by one of the author's addresses, and to nobody else in `people`.

    A name counts if `people` gives it that address. A pattern that matches any address names nobody.
    """
    own_addresses, people = addresses_of(settings, actor.email), people_of(settings)
    key_names = {fold(signer) for signer in signers for fold in (folded, name_key)}
    key_names.update(email for name, emails in people if name in key_names for email in emails)
    others = (emails for _name, emails in people if folded(actor.email) not in emails)
    return bool(own_addresses & key_names) and not any(emails & key_names for emails in others)


def people_of(settings: Data | None) -> list[tuple[str, set[str]]]:
    """Return the persons in `people`, each with the folded addresses; names as `name_key` returns them."""
    listed = [(person.get("name"), person.get("emails")) for person in entries(settings, "people")]
    return [
        (name_key(str(name)), {folded(email) for email in emails if isinstance(email, str)} - {""})
        for name, emails in listed
        if isinstance(emails, list)
    ]


UNSIGNED = RULES.declare(
    "close-requires-signed-commit",
    why="The policy in force required the person who closes a measure to sign, but there is no signature that git accepts.",
    wrong="2.3 is closed in a commit that is not signed, or is signed with a key that is not in `allowed_signers` (OpenPGP: not trusted "
    "in the key ring), belongs to someone other than the author, or also belongs to someone else, while `close_requires` names "
    "`signed_commit`. The same applies to an `undo` that leads to `closed`. Certificates (X.509) identify no one. Checking "
    "signatures requires `git config --global gpg.ssh.allowedSignersFile FILE`.",
    scope=LENIENT,
)


class _Flaw(NamedTuple):
    """Why a signature is not accepted."""

    message: str  # contains `{id}`
    severity: Severity = "error"
    is_verified: bool = True  # whether git could verify the signature


def _signature_flaws(root: Path, authors: Mapping[str, tuple[Actor, Data | None]]) -> dict[str, _Flaw]:
    """Return the commits whose signature git does not accept, or not as the author's. `authors` gives the author and the settings, by commit."""
    flaws: dict[str, _Flaw] = {}
    reasons = {
        "B": _("the signature does not fit the commit"),
        "U": _("the key is not trusted here"),
        "R": _("the key was revoked"),
    }
    for commit, signature in signatures(root, authors).items():
        is_own, verdict = is_signer(signature.signers, *authors[commit]), signature.verdict
        message = _(
            "{id} was closed in a commit that its author did not sign with a trusted key; the policy required it"
        )
        if verdict in {"X", "Y"} and is_own:  # here git does not tell whether the key is trusted
            message = _(
                "{id} was closed in a commit whose signature or key has expired: see gpg --quick-set-expire"
            )
            flaws[commit] = _Flaw(message, "warning", is_verified=False)
        elif signature.is_signed and verdict not in {*"GXYBUR"}:
            message = _(
                "{id} was closed in a commit whose signature cannot be verified here: see git config --global gpg.ssh.allowedSignersFile"
            )
            flaws[commit] = _Flaw(message, is_verified=False)
        elif verdict != "G" or not is_own:
            reason = reasons.get(verdict, _("the key is not the author's"))
            reason = reason if signature.is_signed else _("there is no signature")
            flaws[commit] = _Flaw(_("{value} ({by})", value=message, by=reason))
    return flaws


class Signers:
    """The signatures of each author, as far as history was replayed."""

    def __init__(self, signed_commits: set[str]) -> None:
        """Start with the commits that are signed, by whomever."""
        self.signed_commits = signed_commits
        self.relies_on_claims = False
        """Whether two persons were required anywhere, and who they were is known only from the commits' own claims."""
        self._signing: set[str] = set()
        """The addresses and names of the authors who have signed a commit. Closings do not count, because the policy may have required that."""
        self._doubted_commits: set[str] = set()
        """The commits whose signature must be verified: signed ones, and unsigned ones of authors who had signed before."""
        self._required: list[tuple[Actor, Data | None, HistoryPlace, bool]] = []
        self._claims: list[tuple[Actor, Data | None, list[Finding[HistoryPlace]]]] = []

    def add_commit(self, commit: Commit, settings: Data | None, *, is_closing: bool) -> None:
        """Record whether an author signed; if nobody signs in this history, record nothing."""
        if not self.signed_commits:
            return
        is_signed = commit.hash in self.signed_commits
        own, name = addresses_of(settings, commit.email), name_key(commit.author)
        # If `people` knows the author, the name does not count: two persons may have it.
        keys = own if any(own & emails for _name, emails in people_of(settings)) else {*own, name}
        if is_signed or keys & self._signing:
            self._doubted_commits.add(commit.hash)
        if is_signed and not is_closing:
            self._signing |= {*own, name}

    def has_signed(self, name: str) -> bool:
        """Return whether a person of this name has ever signed."""
        return name_key(name) in self._signing

    def require(self, actor: Actor, settings: Data | None, place: HistoryPlace, *, lenient: bool) -> None:
        """Record that a closing must be signed; leniently if that was required before or on another side, or if an import entered a closed measure."""
        self._required.append((actor, settings, place, lenient))

    def add_claims(self, actor: Actor, settings: Data | None, findings: list[Finding[HistoryPlace]]) -> None:
        """Record findings that hold if a doubted commit turns out not to be signed by its author."""
        if actor.commit in self._doubted_commits:
            self._claims.append((actor, settings, findings))

    def findings(self, root: Path) -> Findings:
        """Yield the closings that had to be signed and were not, and the findings on commits that no signature of the author supports."""
        authors = {actor.commit: (actor, settings) for actor, settings, *_more in self._required}
        authors |= {actor.commit: (actor, settings) for actor, settings, _findings in self._claims}
        flaws = _signature_flaws(root, authors)
        for actor, _settings, place, lenient in self._required:
            if flaw := flaws.get(actor.commit):
                severity: Severity = "warning" if lenient else flaw.severity
                yield UNSIGNED.finding(place, flaw.message.format(id=place.id), "", severity)
        for actor, _settings, findings in self._claims:
            flaw = flaws.get(actor.commit)
            if flaw and flaw.is_verified:
                yield from findings
            elif flaw:
                self.relies_on_claims = True
