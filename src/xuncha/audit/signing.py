"""Whether what had to be signed was signed: git's own verification, asked of those commits alone, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.audit.catalogue import LENIENT, RULES
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.trail.replay import signatures

if TYPE_CHECKING:
    from xuncha.trail.replay import Signature

UNSIGNED = RULES.declare(
    "close-requires-signed-commit",
    why=mark(
        "The policy in force asked that who closes a measure signs, and there is no signature that git takes for good."
    ),
    wrong="2.3 is closed in a commit that is not signed, or by a key that is not in `allowed_signers`, while `close_requires` names "
    "`signed_commit`. To be tried, signatures need `git config gpg.ssh.allowedSignersFile FILE`.",
    scope=LENIENT,
)


def unsigned(root: Path, commits: Iterable[str]) -> dict[str, str]:
    """Return the commits whose signature git does not take for good, each with a sentence that has room for `{id}`."""
    return {
        commit: sentence
        for commit, signature in signatures(root, commits).items()
        if (sentence := _fault(signature))
    }


def _fault(signature: Signature) -> str:
    """Say what is wrong with a signature; empty where nothing is."""
    match signature.verdict:
        case "G" | "X" | "Y":  # good; or good when it was made
            return ""
        case "U" if not signature.ssh:
            return ""
        case _any if not signature.there:
            return _("{id} was closed in a commit that is not signed, which the policy asked")
        case "B":
            return _("{id} was closed in a commit whose signature is wrong")
        case "U" | "R":
            return _("{id} was closed in a commit that is signed by a key outside allowed_signers")
    return _(
        "{id} was closed in a commit whose signature cannot be verified here: see gpg.ssh.allowedSignersFile"
    )
