"""Generate passwords, hash them by argon2id as OWASP's Password Storage Cheat Sheet asks, and judge how easily they are guessed."""

from __future__ import annotations

import hmac
import secrets
from functools import cache
from typing import TYPE_CHECKING, Final

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.parts import require_part

if TYPE_CHECKING:
    from pwdlib import PasswordHash

MIN_LENGTH: Final = 10
"""Characters in the shortest password."""
MAX_LENGTH: Final = 200
"""Characters in the longest password; longer ones take longer to hash."""
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LOWEST_SCORE: Final = 2
"""The zxcvbn score of a password that withstands a million guesses."""
_MAX_SCORED: Final = 72
"""Characters that zxcvbn accepts."""


@cache
def _hashes() -> PasswordHash:
    with require_part("desk"):
        from pwdlib import PasswordHash  # noqa: PLC0415  of the part `desk`
        from pwdlib.hashers.argon2 import Argon2Hasher  # noqa: PLC0415
    # The setting with the least memory among those that the Cheat Sheet calls equal: the desk must stay below 150 MB.
    return PasswordHash((Argon2Hasher(memory_cost=7 * 1024, time_cost=5, parallelism=1),))


def equal(value: str, secret: str) -> bool:
    """Return whether two secrets are equal, in constant time."""
    return hmac.compare_digest(value.encode(errors="replace"), secret.encode())


def new_password() -> str:
    """Return a random password of 60 bits, easy to spell on the telephone: four groups of three small letters and digits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _letter in range(3)) for _group in range(4))


def hash_password(password: str) -> str:
    """Return the hash of a password, with its salt and parameters."""
    return _hashes().hash(password)


@cache
def _dummy_hash() -> str:
    return hash_password(new_password())


def is_right(password: str, hash_: str | None) -> bool:
    """Return whether a password matches a hash. Without an account (None) it is False, and takes as long."""
    from pwdlib.exceptions import PwdlibError  # noqa: PLC0415

    hashes, sent = _hashes(), password.encode(errors="replace")
    try:
        right = len(password) <= MAX_LENGTH and hashes.verify(sent, hash_ or _dummy_hash())
    except PwdlibError:  # the file holds no valid hash
        return False
    return right and hash_ is not None


def check_strength(password: str, *personal: str) -> None:
    """Refuse a new password that is easily guessed; `personal` are facts that others know about its owner, such as the name."""
    from zxcvbn import zxcvbn  # noqa: PLC0415  has lists of common passwords

    hint = _("several words that only you would combine are easy to remember")
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        message = _("a password must have {least} to {most} characters")
        message = message.format(least=MIN_LENGTH, most=MAX_LENGTH)
        raise RefusedError("weak-password", message, hint)
    facts = [each.casefold() for each in personal if len(each) > 1]
    holds_one = any(each in password.casefold() for each in facts)
    if holds_one or zxcvbn(password[:_MAX_SCORED], user_inputs=["xuncha", *facts])["score"] < _LOWEST_SCORE:
        raise RefusedError("weak-password", _("this password is easy to guess"), hint)
