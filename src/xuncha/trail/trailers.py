"""The trailers by which a commit says for programs what it did; `xuncha.workflow.change.Message` writes them."""

from __future__ import annotations

from typing import Final, NamedTuple

_NAMES: Final = ("Action", "Id", "From", "To", "Reason", "Undoes")
_END: Final = "\x1e"
FORM: Final = f"%(trailers:{','.join(f'key=Xuncha-{name}' for name in _NAMES)},unfold,separator=%x1e)"
"""For a `--format` of git log: asked for one by one they would take git as long as all the rest."""
SETTINGS: Final = ("-c", "trailer.separators=:")
"""For the git that is asked, whatever its user has set up."""


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


def read(text: str) -> Trailers:
    """Read what git gives for `FORM`."""
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
