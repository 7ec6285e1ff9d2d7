"""Who has signed a commit: git judges the signature, and the list of keys says whose it is."""

from __future__ import annotations

import contextlib
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.trail.contents import SHA1_DIGITS, Stored, stored
from xuncha.trail.git import CutShortError, Git
from xuncha.trail.programs import NO_SIGNERS
from xuncha.trail.replay import SETTINGS

_LONGEST_HEADER: Final = 1 << 16  # bytes of a commit in which its signature stands
_ADDRESS: Final = re.compile(r"<([^<>]*)>$")
_KEY: Final = re.compile(r" (?:ssh|ecdsa|sk)-[^ ]+ ([A-Za-z0-9+/=]+)(?: |$)")
"""A key in a list of signers, behind its kind."""
_OPENPGP: Final = (b"PGP SIGNATURE", b"PGP MESSAGE")


class Signature(NamedTuple):
    """What git says of a commit's signature."""

    verdict: str
    """The letter of git's `%G?`: G good, X or Y expired since, B bad, U by a key that nobody here trusts, N none, E not to be verified."""
    there: bool
    ssh: bool
    signers: frozenset[str] = frozenset()  # whose key it is: addresses, patterns of them, or names


def signatures(root: Path, commits: Iterable[str]) -> dict[str, Signature]:
    """Ask git to judge the signatures of commits, by their hashes."""
    names, git = list(commits), Git(root)
    if not names:
        return {}
    held = {each.name: _armour(each) for each in stored(git, names, _LONGEST_HEADER)}
    options = (
        "-z",
        "--no-show-signature",
        "--no-walk=unsorted",
        "--stdin",
        "--format=%H%x00%G?%x00%GF%x00%GS",
    )
    given = "".join(f"{name}\n" for name in names).encode()
    words = git.words(*SETTINGS, "log", *options, stdin=given, by=4)
    if words[::4] != names:
        raise CutShortError
    allowed = git.setting("gpg.ssh.allowedSignersFile")
    known = _allowed_signers(git, allowed)
    found = {}
    for name, verdict, key, rest in zip(*(words[place::4] for place in range(4)), strict=True):
        signer, armour = rest.strip(), held[name]
        ssh = armour == b"SSH SIGNATURE"
        signers = known.get(key.strip(), frozenset((signer,)))
        if armour in _OPENPGP:
            address = _ADDRESS.search(signer)
            signers = frozenset((address[1] if address else signer,))
        elif not ssh or (verdict == "U" and allowed in {"", NO_SIGNERS}):
            verdict, signers = "E", frozenset()  # noqa: PLW2901  a certificate (X.509) itself says whose it is
        found[name] = Signature(verdict, armour is not None, ssh, signers)
    return found


def signed(git: Git, names: Iterable[str]) -> set[str]:
    """Read commits, and return those that are signed, whoever did it. Raises GitError if one does not hold what its name says."""
    return {each.name for each in stored(git, names, _LONGEST_HEADER) if _armour(each) is not None}


def _armour(commit: Stored) -> bytes | None:
    """Return the kind of signature that git finds in a commit; empty of one that is not known, None where there is none."""
    header, end, _text = commit.content.partition(b"\n\n")
    if not end and commit.size > _LONGEST_HEADER:
        return b""  # whatever stands in what was not read
    key = b"gpgsig" if len(commit.name) == SHA1_DIGITS else b"gpgsig-sha256"
    found = re.search(rb"^%b (?:-----BEGIN ([A-Z ]+)-----$)?" % key, header, re.MULTILINE)
    return found and (found[1] or b"")


def _allowed_signers(git: Git, file: str) -> dict[str, frozenset[str]]:
    """Return whose each key is, by its fingerprint, as the file tells in which git looks; git itself names the first alone.

    Whom two keys have in common that are otherwise of different people, he is of neither: nothing tells whose hand it was.
    """
    if not file or file == NO_SIGNERS:
        return {}
    found: dict[str, set[str]] = {}
    with contextlib.suppress(OSError):
        text = (git.root / Path(file).expanduser()).read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            if key := _KEY.search(line):
                with contextlib.suppress(ValueError):
                    digest = b64encode(sha256(b64decode(key[1])).digest()).decode().rstrip("=")
                    found.setdefault(f"SHA256:{digest}", set()).update(
                        line.split(" ")[0].strip('"').split(",")
                    )
    sharing = defaultdict(list)
    for names in found.values():
        for name in names:
            sharing[name].append(names)
    return {
        key: frozenset(
            name for name in names if all(each <= names or names <= each for each in sharing[name])
        )
        for key, names in found.items()
    }
