"""Compile the translations (.po, in git) for gettext (.mo, made at each build); a build hook."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface[Any]):  # type: ignore[misc,unused-ignore]
    """Writes an `.mo` file beside each `.po` below `src/xuncha/locale`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all catalogues; a malformed one stops the build."""
        del version, build_data
        for source in Path(self.root, "src/xuncha/locale").rglob("*.po"):
            with source.open("rb") as stream:
                catalogue = read_po(stream, abort_invalid=True)
            with source.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalogue)
