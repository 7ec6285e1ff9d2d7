"""Check that all files of the ledger that git knows are in the folder: files that git was told to hide would not be counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import PARTS
from xuncha.trail.repository import common_dir, git_dir

_INDEX_BEGINNING: Final = b"DIRC\0\0\0\2"
"""The first bytes of an index that can be parsed here; git writes another version where files are left out."""
_FLAGS_OFFSET: Final = 40  # offset of the flags in an entry, without the length of a hash
_ASSUME_UNCHANGED: Final = 0x8000  # the flag of a file that git was told to assume unchanged
_LENGTH_MASK: Final = 0xFFF  # the bits of the flags that hold the length of the path; all set if it is longer


def check_files_present(root: Path) -> None:
    """Raise SurroundingsError if git hides files of the ledger, as in a sparse checkout. Usually this does not run git."""
    if not (missing := hidden_files(root)):
        return
    message = ngettext(
        "{n} file of the ledger is not in the folder, since git was told to leave it out: {path}",
        "{n} files of the ledger are not in the folder, since git was told to leave them out: {path} …",
        len(missing),
        path=missing[0],
    )
    hint = _(
        "restore them: git sparse-checkout disable; or: git update-index --no-skip-worktree --no-assume-unchanged FILE, git restore FILE"
    )
    if (folder := git_dir(root)) and not (folder / "index").exists():
        hint = _("restore them: git reset, git restore data")
    raise SurroundingsError("sparse", message, hint)


def hidden_files(root: Path) -> list[str]:
    """Return the files of the ledger that git has and the folder lacks, without git reporting them as deleted.

    Git was told to leave them out, or to assume that they are unchanged; or its index, which would show them, is gone.
    """
    folder = git_dir(root)
    if folder is None or _hides_nothing(folder):
        return []
    from xuncha.trail.git import Git  # noqa: PLC0415  seldom needed
    from xuncha.trail.limits import ls_tree  # noqa: PLC0415

    git = Git(root)
    if (folder / "index").exists():
        entries = git.fields("ls-files", "-v", "-z", "--", "data")
        paths = [entry[2:] for entry in entries if entry[0] == "S" or entry[0].islower()]
    else:
        paths = [leaf.path for leaf in ls_tree(git, "HEAD", *PARTS)] if git.head() else []
    return [path for path in paths if not os.path.lexists(root / path)]


def _hides_nothing(folder: Path) -> bool:
    """Return whether git's own files show that no file is hidden; if they do not, git must be asked."""
    try:
        index = (folder / "index").read_bytes()
        plain = index.startswith(_INDEX_BEGINNING) and not any(folder.glob("sharedindex.*"))
        hash_length = 32 if b"sha256" in (common_dir(folder) / "config").read_bytes() else 20
        return plain and not _assumes_unchanged(index, hash_length)
    except FileNotFoundError:
        shared = common_dir(folder)
        grown = any((shared / name).exists() for name in ("packed-refs", "reftable"))
        return not (grown or any(names for _place, _folders, names in os.walk(shared / "refs/heads")))
    except (OSError, IndexError):
        return False


def _assumes_unchanged(index: bytes, hash_length: int) -> bool:
    """Return whether an index marks a file as assumed unchanged, or cannot be parsed."""
    offset, flags = 12, _FLAGS_OFFSET + hash_length
    for _entry in range(int.from_bytes(index[8:offset], "big")):
        entry_flags = index[offset + flags] << 8 | index[offset + flags + 1]
        length = entry_flags & _LENGTH_MASK
        if entry_flags & _ASSUME_UNCHANGED or length == _LENGTH_MASK:
            return True
        offset += (flags + 2 + length + 8) & ~7  # each ends with one to eight NULs
    return not (offset == len(index) - hash_length or index[offset : offset + 4].isalpha())
