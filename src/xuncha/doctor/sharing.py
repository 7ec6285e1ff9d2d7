"""What is needed to share the ledger, and this computer."""

from __future__ import annotations

import re
import shlex
from importlib import metadata
from ipaddress import ip_address
from pathlib import Path
from typing import Final, get_args
from urllib.parse import urlsplit

from xuncha.doctor.surroundings import CHECKS, DoctorFindings, Surroundings, duration
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.parts import Part, install_hint
from xuncha.sync import registration
from xuncha.system import find_program

_CLOCK_TOLERANCE: Final = 300  # seconds by which two clocks may differ
_FORGES: Final = (
    "github.com", "gitee.com", "gitlab.com", "gitcode.com", "gitcode.net", "atomgit.com", "jihulab.com", "coding.net", "cnb.cool",
    "codeup.aliyun.com", "bitbucket.org", "codeberg.org", "sourceforge.net", "sr.ht", "dev.azure.com", "visualstudio.com",
    "huggingface.co", "modelscope.cn",
)  # fmt: skip
"""Services where anybody may keep a repository; each name includes all hosts below it."""
_LOCAL: Final = frozenset(
    {"local", "localhost", "lan", "internal", "intranet", "home", "corp", "private", "test", "arpa"}
)
"""Last parts of host names that no public registry assigns."""
_EXTRA = re.compile(r"""^([A-Za-z0-9._-]+).*;.*\bextra == ['"]([a-z0-9-]+)['"]""")


@CHECKS.rule("no-driver", "warning", scope="repository", well=mark("the merge driver is registered, and its program is there"),
    why="Git's settings are not part of a clone: until the driver is registered, git merges the ledger line by line, and leaves false "
"conflicts. The program may have moved since, for example when its environment was recreated.",
    wrong="The merge driver is not registered in this clone, or its program is not found.", right="xuncha setup, once in each clone",
)  # fmt: skip
def _no_driver(surroundings: Surroundings) -> DoctorFindings:
    command = surroundings.git.setting(registration.KEY)
    driver_program = registration.program_of(command)
    if not command:
        yield None, _("git does not know the merge driver in this clone"), "xuncha setup"
    elif find_program(driver_program) is None and not Path(driver_program).is_file():
        message = _("the merge driver's program was not found: {path}", path=driver_program)
        yield None, message, "xuncha setup"


@CHECKS.rule("no-driver-line", "warning", scope="repository", well=mark("the ledger's files are assigned to the merge driver"),
    why="`.gitattributes` says which files the driver merges; without the line, git never calls it.",
    wrong="`.gitattributes` does not assign the ledger's files to the merge driver.",
    right="add the line `data/**/*.yaml merge=xuncha` to .gitattributes and commit it",
)  # fmt: skip
def _no_driver_line(surroundings: Surroundings) -> DoctorFindings:
    if not registration.is_active(surroundings.git):
        message = _(".gitattributes does not assign the ledger's files to the merge driver")
        remedy = _("put this line into .gitattributes, and commit it: {line}")
        yield None, message, remedy.format(line=registration.LINE)


@CHECKS.rule("not-shared", "note", scope="commit", well=mark("every commit has been sent to the remote"),
    why="What was not sent is only on this computer: no one else sees it, and it is lost if the disk fails.",
    wrong="Commits were not sent, or there is nowhere to send them.",
    right="xuncha sync; if there is no remote yet: git remote add origin ADDRESS && git push -u origin main",
)  # fmt: skip
def _not_shared(surroundings: Surroundings) -> DoctorFindings:
    branch = surroundings.git_output("symbolic-ref", "--short", "--quiet", "HEAD")
    if not branch:
        return  # the rule `detached` reports this
    remotes = surroundings.git_output("remote").split()
    upstream = surroundings.git_output("for-each-ref", "--format=%(upstream)", f"refs/heads/{branch}")
    is_known = upstream and surroundings.git.commit_hash(upstream)
    counts = (
        surroundings.git.count_commits("--left-right", f"{upstream}...HEAD", "--", size=2) if is_known else []
    )
    if not remotes:
        address = _("ADDRESS")
        command = f"git remote add origin {address} && git push -u origin {shlex.quote(branch)}"
        message = _("the ledger is on this computer only: no remote is set up")
        yield None, message, _("set one up: {command}", command=command)
    elif not counts:
        message = _("branch {branch} has no remote branch to send it to", branch=branch)
        yield None, message, f"git push -u {shlex.join([remotes[0], branch])}"
    elif counts != [0, 0]:
        message = _("commits to send: {ahead}; to fetch, as far as known: {behind}")
        yield None, message.format(ahead=counts[1], behind=counts[0]), "xuncha sync"


@CHECKS.rule("public-remote", "warning", scope="repository", well=mark("no remote is at a public service or on the internet"),
    why="A ledger contains findings, names and notes that no notice shows, and every clone contains its whole history. What was sent "
"to a service on the internet stays there for ever, no matter who can see it today. Only the address is checked: the network "
"is not used.",
    wrong="A remote is at a service that anybody can reach, such as github.com or gitee.com, or at an http or https address outside the "
"local network.",
    right="keep the ledger on a server of your own network, or a share; stop sending to where it must not be: git remote remove origin",
)  # fmt: skip
def _public_remote(surroundings: Surroundings) -> DoctorFindings:
    remotes = [line.partition("\t") for line in surroundings.git_output("remote", "-v").splitlines()]
    places = {(name, public_host(address.rpartition(" (")[0])) for name, _tab, address in remotes}
    for name, host in sorted((name, host) for name, host in places if host):
        message = _(
            "the remote {name} is at {host}, outside your network: findings and names that are sent there stay there forever"
        )
        remedy = _("check who can see it; if it must not be there: git remote remove {name}")
        yield None, message.format(name=name, host=host), remedy.format(name=shlex.quote(name))


def public_host(address: str) -> str | None:
    """Return the host in an address of git that anybody can reach; None for one in a local network, and for a folder.

    For ssh, only a known service is returned: an address does not show whether anybody can reach another host.
    """
    scheme, is_url, rest = address.partition("://")
    if not is_url:
        place, is_remote, _path = address.partition(":")
        if not is_remote or "/" in place or len(place) == 1:  # a folder, also on a Windows drive
            return None
        scheme, rest = "ssh", place
    try:
        host = (urlsplit(f"//{rest}").hostname or "").rstrip(".")
    except ValueError:  # git will not reach it either
        return None
    if any(host == forge or host.endswith(f".{forge}") for forge in _FORGES):
        return host
    return host if scheme.lower() in {"http", "https", "git", "ftp", "ftps"} and not _is_local(host) else None


def _is_local(host: str) -> bool:
    """Return whether a host is in a local network, by its name or IP address."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in _LOCAL


@CHECKS.rule("clock-behind", "warning", scope="commit", well=mark("the clock is not behind the last commit"),
    why="Commits dated before those they follow confuse `--at`, the reports, and anyone who checks the history.",
    wrong="The last commit is later than the clock of this computer.", right="set the clock, such as: sudo timedatectl set-ntp true",
)  # fmt: skip
def _clock_behind(surroundings: Surroundings) -> DoctorFindings:
    latest = surroundings.git_output("show", "--no-patch", "--format=%ct", "HEAD", "--")
    ahead = int(latest) - int(surroundings.now) if latest.isdigit() else 0
    if ahead > _CLOCK_TOLERANCE:
        message = _("the clock of this computer is {time} behind the last commit", time=duration(ahead))
        remedy = _("set the clock, such as: {command}", command="sudo timedatectl set-ntp true")
        yield None, message, remedy


@CHECKS.rule("missing-parts", "note", well=mark("all parts are installed"),
    why="Word, PDF, Excel and other features that not everyone needs come in separate packages.",
    wrong="Some parts are not installed.", right="type the command it gives: it adds the parts from where xuncha was installed",
)  # fmt: skip
def _missing_parts(_surroundings: Surroundings) -> DoctorFindings:
    needed = [match for line in metadata.requires("xuncha") or () if (match := _EXTRA.match(line))]
    missing = {match[2] for match in needed if match[2] in get_args(Part) and not _installed(match[1])}
    if names := sorted(missing):
        message = _("parts that are not installed: {names}", names=_(", ").join(names))
        yield None, message, install_hint(*names)


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
