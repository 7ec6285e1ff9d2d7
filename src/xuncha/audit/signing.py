"""Whether what had to be signed was signed: git's own verification, asked of those commits alone, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.audit.catalogue import declare
from xuncha.language import gettext as _
from xuncha.trail.replay import signatures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

declare(
    "close-requires-signed-commit",
    why=lambda: _(
        "The policy in force asked that who closes a measure signs, and there is no signature that git takes for good."
    ),
    seen="2.3 is closed in a commit that is not signed, or by a key that is not in `allowed_signers`, while `close_requires` names "
    "`signed_commit`. To be tried, signatures need `git config gpg.ssh.allowedSignersFile FILE`.",
    lenient=True,
)


def unsigned(root: Path, commits: Iterable[str]) -> dict[str, str]:
    """Of commits that had to be signed, those whose signature git does not take for good, with a sentence on each."""
    return {
        commit: sentence
        for commit, state in signatures(root, commits).items()
        if (sentence := _said(state.verdict, ssh=state.ssh, there=state.there))
    }


def _said(verdict: str, *, ssh: bool, there: bool) -> str:
    """What is wrong with a signature; empty where nothing is."""
    if verdict in {"G", "X", "Y"} or (verdict == "U" and not ssh):  # good; or good when it was made
        return ""
    if not there:
        return _("{id} was closed in a commit that is not signed, which the policy asked")
    if verdict == "B":
        return _("{id} was closed in a commit whose signature is wrong")
    if verdict in {"U", "R"}:
        return _("{id} was closed in a commit that is signed by a key outside allowed_signers")
    return _(
        "{id} was closed in a commit whose signature cannot be verified here: see gpg.ssh.allowedSignersFile"
    )
