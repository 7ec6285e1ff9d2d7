"""The parts that not every installation has: their packages come with an extra of pyproject.toml, such as `office`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Literal

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

Part = Literal["office", "desk", "region"]


class needs:  # noqa: N801  reads as what it is: `with needs("office"): import docx`
    """Around the imports of a part's packages: says how to add the part where one is missing or too old.

    Args:
        part: its name, as in pyproject.toml.

    Raises:
        SurroundingsError: `missing-part`, with the command that adds it to this installation.
    """

    def __init__(self, part: Part) -> None:
        self.part = part

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn the missing package into the error; what is missing in this package itself is a bug, and stays one."""
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] != "xuncha":
            raise SurroundingsError(
                "missing-part",
                _("this needs the part “{part}”: its package {package} is missing or too old").format(
                    part=self.part, package=error.name or "?"
                ),
                how_to_add(self.part),
            ) from error


def how_to_add(*parts: str, upgrade: bool = False) -> str:
    """Return a hint with the command that adds parts to this installation, from where it was installed.

    Args:
        parts: their names.
        upgrade: bring packages up to date that are there already.
    """
    names = ",".join(parts)
    options = "--upgrade --upgrade-strategy eager " if upgrade else ""
    origin, editable = _origin()
    if not origin:
        return _("in the folder, or from the bundle, that xuncha was installed from: {command}").format(
            command=f'python -m pip install {options}".[{names}]"'
        )
    source = f"{origin}[{names}]" if Path(origin).exists() else f"xuncha[{names}] @ {origin}"
    options += "--editable " if editable else ""
    if "pipx" in Path(sys.prefix).parts:
        return _("type: {command}").format(command=f'pipx install --force {options}"{source}"')
    # Double quotes: the one spelling that cmd and bash read alike.
    return _("type: {command}").format(command=f'"{sys.executable}" -m pip install {options}"{source}"')


def _origin() -> tuple[str, bool]:
    """Return the folder, file or address that xuncha was installed from, "" if that is not known; and whether it is editable.

    pip writes it down (PEP 610) for all that does not come from an index or a folder of wheels.
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
