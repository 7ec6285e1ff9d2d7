"""Find who signed a commit: git judges the signature, and the list of keys tells whose key it is."""

from __future__ import annotations

import contextlib
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.trail.contents import GitObject, read_objects
from xuncha.trail.git import Git, TruncatedError
from xuncha.trail.programs import NO_SIGNERS
from xuncha.trail.replay import LOG_SETTINGS

_SHA1_DIGITS: Final = 40
_LONGEST_HEADER: Final = 1 << 16  # bytes of a commit that are searched for its signature
_ADDRESS: Final = re.compile(r"<([^<>]*)>$")
_KEY: Final = re.compile(r" (?:ssh|ecdsa|sk)-[^ ]+ ([A-Za-z0-9+/=]+)(?: |$)")
"""A key in a list of signers, after its type."""
_FORMAT: Final = "--format=%H%x00%G?%x00%GF%x00%GS"
_OPENPGP: Final = (b"PGP SIGNATURE", b"PGP MESSAGE")


class Signature(NamedTuple):
    """The result of checking a commit's signature."""

    verdict: str
    """The letter of git's `%G?`: G good, X or Y expired since, B bad, U by an untrusted key, R by a revoked one, E not verifiable, or unsigned."""
    is_signed: bool
    signers: frozenset[str] = frozenset()  # the owners of the key: addresses, patterns of them, or names


def signatures(root: Path, commits: Iterable[str]) -> dict[str, Signature]:
    """Ask git to judge the signatures of commits, by their hashes."""
    names, git = list(commits), Git(root)
    if not names:
        return {}
    armours = {each.name: _signature_kind(each) for each in read_objects(git, names, _LONGEST_HEADER)}
    options = ("-z", "--no-show-signature", "--no-walk=unsorted", "--stdin", _FORMAT)
    lines = "".join(f"{name}\n" for name in names).encode()
    words = git.fields(*LOG_SETTINGS, "log", *options, stdin=lines, size=4)
    if words[::4] != names:
        raise TruncatedError
    allowed = git.setting("gpg.ssh.allowedSignersFile")
    owners = _allowed_signers(git, allowed)
    results = {}
    for name, verdict, key, rest in zip(*(words[place::4] for place in range(4)), strict=True):
        signer, armour = rest.strip(), armours[name]
        signers = owners.get(key.strip(), frozenset((signer,)))
        if armour in _OPENPGP:
            address = _ADDRESS.search(signer)
            signers = frozenset((address[1] if address else signer,))
        elif armour != b"SSH SIGNATURE" or (verdict == "U" and allowed in {"", NO_SIGNERS}):
            verdict, signers = "E", frozenset()  # noqa: PLW2901  an X.509 certificate only states its owner itself
        results[name] = Signature(verdict, armour is not None, signers)
    return results


def signed_commits(git: Git, names: Iterable[str]) -> set[str]:
    """Return those of some commits that are signed, by anyone."""
    found = read_objects(git, names, _LONGEST_HEADER)
    return {each.name for each in found if _signature_kind(each) is not None}


def _signature_kind(commit: GitObject) -> bytes | None:
    """Return the kind of signature that git finds in a commit; empty for an unknown kind, None if there is no signature."""
    header, end, _text = commit.content.partition(b"\n\n")
    if not end and commit.size > _LONGEST_HEADER:
        return b""  # the part that was not read may hold a signature
    key = b"gpgsig" if len(commit.name) == _SHA1_DIGITS else b"gpgsig-sha256"
    found = re.search(rb"^%b (?:-----BEGIN ([A-Z ]+)-----$)?" % key, header, re.MULTILINE)
    return (found[1] or b"") if found else None


def _allowed_signers(git: Git, file: str) -> dict[str, frozenset[str]]:
    """Return the owners of each key by its fingerprint, from git's file of allowed signers; git itself names only the first owner.

    An owner shared by two keys of otherwise different people is dropped from both: nothing shows which person has signed.
    """
    if not file or file == NO_SIGNERS:
        return {}
    found: defaultdict[str, set[str]] = defaultdict(set)
    with contextlib.suppress(OSError):
        text = (git.root / Path(file).expanduser()).read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            if key := _KEY.search(line):
                with contextlib.suppress(ValueError):
                    digest = b64encode(sha256(b64decode(key[1])).digest()).decode().rstrip("=")
                    found[f"SHA256:{digest}"].update(line.split(" ")[0].strip('"').split(","))
    owners = {}
    for fingerprint, names in found.items():
        of_others = (each for each in found.values() if not (each <= names or names <= each))
        owners[fingerprint] = frozenset(names.difference(*of_others))
    return owners
