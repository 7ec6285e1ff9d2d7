"""What `git log` tells: the commits, what their trailers say for programs, and the files that they touched.

`xuncha.workflow.change.Message` writes the trailers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from xuncha.trail.git import Git

_NAMES: Final = ("Action", "Id", "From", "To", "Reason", "Undoes")
_END: Final = "\x1e"
_TRAILERS: Final = f"%(trailers:{','.join(f'key=Xuncha-{name}' for name in _NAMES)},unfold,separator=%x1e)"
"""Asked for one by one they would take git as long as all the rest."""
# Whatever the user of git has set up.
_SETTINGS: Final = ("-c", "trailer.separators=:", "-c", "log.showSignature=false", "-c", "log.showRoot=true")


class Trailers(NamedTuple):
    """What a commit says; empty where it does not."""

    action: str
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    """The values of `Xuncha-From`, in the order of the ids; shorter where some had no status."""
    targets: tuple[str, ...]
    """The values of `Xuncha-To`."""
    reason: str
    undoes: str


class Touched(NamedTuple):
    """What a commit left of one file; of a merge, compared with its first parent."""

    path: str
    """Relative to the ledger."""
    mode: str
    """As git writes it: `100644` a file, `120000` a link; empty where the file is gone."""
    blob: str
    """The hash of the content; empty where the file is gone."""


def log(
    git: Git, form: str, *asked: str, stdin: bytes | None = None
) -> Iterator[tuple[list[str], Trailers, dict[Touched, str]]]:
    """Run `git log`.

    Args:
        git: where.
        form: the placeholders of git's `--format` that are wanted, such as `%H %cI`.
        asked: options, revisions and paths; `--raw --no-renames --no-abbrev` gives the touched files.
        stdin: what git reads, such as commits with `--stdin`.

    Yields:
        For each commit: the texts for the placeholders, the trailers, and the touched files, each with git's letter: A added,
        D deleted, M modified.

    Raises:
        GitError: there is no such revision.
    """
    fields = [*form.split(), _TRAILERS]  # no text of a commit can hold the NUL between them
    options = (
        "-z",
        "--encoding=UTF-8",
        "--no-color",
        "--no-show-signature",
        f"--format={'%x00'.join(fields)}",
    )
    told = git.run(*_SETTINGS, "log", *options, *asked, stdin=stdin).split(b"\0")
    place = 0
    while place + len(fields) <= len(told):
        *texts, said = (text.decode("utf-8", "replace") for text in told[place : place + len(fields)])
        place += len(fields)
        touched = {}
        while place + 1 < len(told) and told[place].lstrip(b"\n").startswith(b":"):
            _before, mode, _old, blob, letter = told[place].decode("ascii").split(" ")
            path = told[place + 1].decode("utf-8", "backslashreplace")
            touched[Touched(path, "", "") if letter == "D" else Touched(path, mode, blob)] = letter
            place += 2
        yield texts, _trailers(said), touched


def _trailers(text: str) -> Trailers:
    """Read what git gives for `_TRAILERS`."""
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    for line in filter(None, text.split(_END)):
        key, _colon, value = line.partition(":")
        name = key.strip()[len("Xuncha-") :].capitalize()
        if value.strip() and name in found:
            found[name].append(value.strip())
    action, ids, sources, targets, reason, undoes = found.values()
    return Trailers(
        _END.join(action), tuple(ids), tuple(sources), tuple(targets), _END.join(reason), _END.join(undoes)
    )
