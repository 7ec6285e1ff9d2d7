"""Programs that a repository names in its own settings; reading runs none of them (docs/adr/0024)."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.trail.repository import common_dir, small_text

_VALUE = re.compile(r'^[^=\n]*=[ \t]*"?(?P<value>[^"\n]*?)"?[ \t]*$', re.MULTILINE)
_NAMES_A_PROGRAM = re.compile(
    r"""(?: (?:alias|pager|hook) \. .*
        | .* (?: cmd | command | program | hook | helper | editor | pager | driver | path | pack | proxy | askpass | textconv
               | clean | smudge | process | external | vcs | update | tunnel | fsmonitor | difffilter | httpd | agent | args )
        )""",
    re.VERBOSE | re.DOTALL,
)
"""Matches the names of all settings of git and git-lfs whose value is or may be a program."""
NO_SIGNERS: Final = f"{os.devnull}/0"
"""A file that does not exist; git would take an empty name for one that does."""
_SIGNERS: Final = {
    "gpg.ssh.allowedsignersfile": NO_SIGNERS,
    "gpg.ssh.revocationfile": "",
    "gpg.mintrustlevel": "undefined",
}
"""Settings that decide whether a signature counts, with values as if they were not set: here, too, only the user's own are trusted."""
_IRRELEVANT = re.compile(r"merge\.xuncha\.driver|include(?:if)?\..*", re.DOTALL)
"""Names that match but do not matter: our own, and includes, which git has already followed when it lists its settings."""
_LFS_COMMANDS: Final = frozenset({
    "git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs smudge --skip -- %f", "git-lfs filter-process", "git-lfs filter-process --skip",
})  # fmt: skip
"""Values that `git lfs install --local` writes: they run the git-lfs of this computer, whatever the repository is."""
_DEFAULTS: Final = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
}
"""The programs that git runs if none is set up; for all other settings, an empty value means none."""
_ALIASES: Final = {"gpg.openpgp.program": "gpg.program"}  # two names of one setting


class Setting(NamedTuple):
    """One of git's settings; `scope` says where it is set: system, global, local, worktree or command."""

    scope: str
    name: str
    value: str

    @property
    def is_own(self) -> bool:
        """Whether the repository itself sets it."""
        return self.scope in {"local", "worktree"}


def config_files(folder: Path) -> list[Path]:
    """Return the files that hold a repository's settings."""
    return [place for place in (common_dir(folder) / "config", folder / "config.worktree") if place.exists()]


def special_files(folder: Path) -> Iterator[Path]:
    """Yield the pipes and devices that a repository's settings name as files; git would read them for ever."""
    for place in config_files(folder):
        for match in _VALUE.finditer(small_text(place)):
            path = place.parent / Path(match["value"]).expanduser()
            with contextlib.suppress(OSError, ValueError):
                mode = path.stat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and str(path) != os.devnull:
                    yield path


def parse_settings(output: str) -> list[Setting]:
    """Parse the output of `git config --list --show-scope -z`."""
    words = output.split("\0")[:-1]
    pairs = zip(words[::2], words[1::2], strict=True)
    return [Setting(scope, *(*each.split("\n", 1), "true")[:2]) for scope, each in pairs]


def program_settings(settings: Iterable[Setting]) -> list[Setting]:
    """Return those of the repository's own settings that name a program."""
    return [
        each
        for each in settings
        if each.is_own
        and _NAMES_A_PROGRAM.fullmatch(each.name)
        and not _IRRELEVANT.fullmatch(each.name)
        and not (each.name.startswith("filter.lfs.") and each.value in _LFS_COMMANDS)
    ]


def overrides(settings: list[Setting]) -> list[tuple[str, str]]:
    """Return settings that replace the repository's own programs and signers by those that the user has set up, or by none."""
    replacements: list[tuple[str, str]] = []
    signers = [each for each in settings if each.is_own and each.name in _SIGNERS]
    for name in dict.fromkeys(each.name for each in [*program_settings(settings), *signers]):
        aliases = {name, _ALIASES.get(name, name), *(key for key, value in _ALIASES.items() if value == name)}
        values = [each.value for each in settings if each.name in aliases and not each.is_own]
        if name.endswith(".helper"):  # all of them count, and an empty one cancels those before it
            replacements += [(name, value) for value in ["", *values]]
        else:
            replacements.append((name, values[-1] if values else (_DEFAULTS | _SIGNERS).get(name, "")))
        if name.startswith("filter.") and not values:
            replacements.append((f"{name.rpartition('.')[0]}.required", "false"))
    return replacements


def as_variables(settings: list[tuple[str, str]], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that pass settings to git, numbered after those that are already passed in this way."""
    count = environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdigit() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))} if settings else {}
    for number, (name, value) in enumerate(settings, first):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
