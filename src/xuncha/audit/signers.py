"""Who signs: closings that had to be signed, and what is believed of an author only where the signature is his."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xuncha.audit.catalogue import LENIENT, RULES, HistoryPlace
from xuncha.audit.people import is_signer, known_as, named, people_of
from xuncha.audit.replayed import BELIEVED
from xuncha.language import gettext as _
from xuncha.trail.signing import signatures

if TYPE_CHECKING:
    from xuncha.audit.facts import Data
    from xuncha.audit.replayed import Who
    from xuncha.errors import Finding, Severity
    from xuncha.trail.replay import Commit

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

    def findings(self, root: Path) -> Iterator[Finding[HistoryPlace]]:
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
