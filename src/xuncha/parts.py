"""Optional parts of an installation: their packages come with an extra of pyproject.toml, such as `office`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

Part = Literal["office", "desk", "region"]


@contextlib.contextmanager
def require_part(part: Part | Literal["spark"]) -> Iterator[None]:
    """Wrap the imports of a part's packages: if one is missing or too old, raise SurroundingsError with the command that adds the part."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "xuncha":  # one of our own modules is missing: a bug
            raise
        message = _("this needs the part “{part}”: its package {package} is missing or too old")
        message = message.format(part=part, package=error.name or "?")
        raise SurroundingsError("missing-part", message, install_hint(part)) from error


def install_hint(*parts: str) -> str:
    """Return a hint with the command that adds parts to this installation."""
    bundle = Path(sys.prefix, "xuncha-bundle.json")  # written by bundle/install.py
    if bundle.is_file() and set(parts) <= set(get_args(Part)):
        script = "install.cmd" if system.WINDOWS else "sh install.sh"
        return _(
            "in the folder of the offline bundle (a newer one if there is one), type: {command}",
            command=f'{script} "{bundle.parents[1]}"',
        )
    names = ",".join(parts)
    origin, editable = _origin()
    if not origin:
        return _(
            "in the folder that xuncha was installed from: {command}",
            command=f'python -m pip install ".[{names}]"',
        )
    source = f"{origin}[{names}]" if Path(origin).exists() else f"xuncha[{names}] @ {origin}"
    option = "--editable " if editable else ""
    # Double quotes: cmd and bash read them in the same way.
    return _("type: {command}", command=f'"{sys.executable}" -m pip install {option}"{source}"')


def _origin() -> tuple[str, bool]:
    """Return the folder, file or address that xuncha was installed from ("" if it is not known), and whether it is editable.

    pip records it (PEP 610) unless the package came from an index or a folder of wheels.
    """
    import json  # noqa: PLC0415  only where something is missing
    from importlib import metadata  # noqa: PLC0415
    from urllib.parse import urlsplit  # noqa: PLC0415
    from urllib.request import url2pathname  # noqa: PLC0415

    try:
        record = json.loads(metadata.distribution("xuncha").read_text("direct_url.json") or "{}")
    except metadata.PackageNotFoundError:
        return "", False
    url = record.get("url", "")
    if url.startswith("file:"):
        path = url2pathname(urlsplit(url).path)
        return path if Path(path).exists() else "", record.get("dir_info", {}).get("editable", False)
    if vcs := record.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return url, False
