"""Who is who: whether two persons made a closing, who signed it, whom it names, and who signs commits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import Data, entries, folded, mapping, name_key, text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import MAX_DELAY, Actor
from xuncha.catalogue import Violations
from xuncha.errors import Finding, Severity
from xuncha.language import gettext as _
from xuncha.trail.replay import Commit
from xuncha.trail.signing import signatures


def _mailbox(email: str) -> str:
    """Return the address at which mail arrives, without the part after a plus, which matters only to the receiver."""
    return re.sub(r"\+[^@]*@", "@", folded(email))


def addresses_of(settings: Data | None, *emails: str) -> set[str]:
    """Return all addresses of the persons who have these, folded, according to `people` in the settings; none for an empty one."""
    given = {folded(email) for email in emails} - {""}
    return given.union(*(addresses for _name, addresses in people_of(settings) if given & addresses))


def one_person_message(applicant: Actor | None, closer: Actor, settings: Data | None) -> str:
    """Return the message why a closing was not the work of two persons; empty if nothing shows that."""
    applicant_addresses = addresses_of(settings, applicant.email) if applicant else set()
    closer_addresses = addresses_of(settings, closer.email)
    if applicant and not (applicant_addresses and closer_addresses):
        return _(
            "closing {id} was applied for or done by someone without an address; the policy required two persons"
        )
    if not applicant or applicant_addresses & closer_addresses:
        return _(
            "{id} was closed by the applicant, or without an application; the policy required two persons"
        )
    if addresses_of(settings, closer.committer) & applicant_addresses:
        return _("{id} was closed by the applicant in the name of someone else; the policy required two persons")  # fmt: skip
    return ""


def _doubt(applicant: Actor, closer: Actor, settings: Data | None) -> str:
    """Return the message why the two persons of a closing may be one; empty if nothing suggests that."""
    if one_person_message(applicant, closer, settings):
        return ""
    if name_key(applicant.name) == name_key(closer.name):
        return _("the applicant and the closer of {id} have the same name, {name}, and two addresses")
    if _mailbox(applicant.email) == _mailbox(closer.email):
        return _("{id} was closed from the same mailbox as the application, by {name}")
    if any(_is_forged(person, settings) for person in (applicant, closer)):
        return _(
            "the application or closing of {id} was committed by someone other than its author; they may be one person"
        )
    return ""


def _is_forged(actor: Actor, settings: Data | None) -> bool:
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
        doubts = (_doubt(applicant, closer, step.settings) for applicant in change.applicants)
        if message := next(filter(None, doubts), ""):
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
    for commit, signature in signatures(root, authors).items():
        is_own = is_signer(signature.signers, *authors[commit])
        match signature.verdict:
            case "G" | "X" | "Y" if not is_own:
                flaw = _Flaw(_("{id} was closed in a commit signed by someone other than its author"))
            case "G":
                continue
            case "X" | "Y":  # here git does not tell whether the key is trusted
                message = _(
                    "{id} was closed in a commit whose signature or key has expired: see gpg --quick-set-expire"
                )
                flaw = _Flaw(message, "warning", is_verified=False)
            case _any if not signature.is_signed:
                flaw = _Flaw(_("{id} was closed in an unsigned commit, but the policy required a signature"))
            case "B":
                flaw = _Flaw(_("{id} was closed in a commit whose signature is wrong"))
            case "U" | "R" if not signature.is_ssh:
                message = _(
                    "{id} was closed in a commit that is signed by a key that your key ring does not trust: see gpg --edit-key"
                )
                flaw = _Flaw(message)
            case "U" | "R":
                flaw = _Flaw(_("{id} was closed in a commit that is signed by a key outside allowed_signers"))
            case _other:
                message = _(
                    "{id} was closed in a commit whose signature cannot be verified here: see git config --global gpg.ssh.allowedSignersFile"
                )
                flaw = _Flaw(message, is_verified=False)
        flaws[commit] = flaw
    return flaws


class Signers:
    """The signatures of each author, as far as history was replayed."""

    def __init__(self, signed_commits: set[str]) -> None:
        """Start with the commits that are signed, by whomever."""
        self.signed_commits = signed_commits
        self.relies_on_claims = False
        """Whether two persons were required anywhere, and who they were is known only from the commits' own claims."""
        self._signings: dict[str, tuple[bool, int]] = {}
        """By each address and name of an author: whether the author's last commit was signed, and when the author last signed.
        Closings do not count, because the policy may have required their signature."""
        self._doubted_commits: set[str] = set()
        """The commits whose signature must be verified: signed ones, and unsigned ones of authors who sign or signed in the two weeks before."""
        self._required: list[tuple[Actor, Data | None, HistoryPlace, bool]] = []
        self._claims: list[tuple[Actor, Data | None, list[Finding[HistoryPlace]]]] = []

    def add_commit(self, commit: Commit, settings: Data | None, *, is_closing: bool) -> None:
        """Record whether an author signed; if nobody signs in this history, record nothing."""
        if not self.signed_commits:
            return
        is_signed, commit_moment = commit.hash in self.signed_commits, commit.moment_committed
        own, name = addresses_of(settings, commit.email), name_key(commit.author)
        # If `people` knows the author, the name does not count: two persons may have it.
        keys = own if any(own & emails for _name, emails in people_of(settings)) else {*own, name}
        signings = [self._signings[key] for key in keys if key in self._signings]
        if is_signed or any(last or commit_moment - moment < MAX_DELAY for last, moment in signings):
            self._doubted_commits.add(commit.hash)
        if not is_closing:
            moment = commit_moment if is_signed else max((moment for _last, moment in signings), default=0)
            self._signings.update(dict.fromkeys((*own, name), (is_signed, moment)))

    def has_signed(self, name: str) -> bool:
        """Return whether a person of this name has ever signed."""
        return self._signings.get(name_key(name), (False, 0))[1] > 0

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
        authors |= {who.commit: (who, settings) for who, settings, _findings in self._claims}
        flaws = _signature_flaws(root, authors)
        for who, _settings, place, lenient in self._required:
            if flaw := flaws.get(who.commit):
                severity: Severity = "warning" if lenient else flaw.severity
                yield UNSIGNED.finding(place, flaw.message.format(id=place.id), "", severity)
        for who, _settings, findings in self._claims:
            if flaw := flaws.get(who.commit):
                self.relies_on_claims |= not flaw.is_verified
                yield from findings if flaw.is_verified else ()
