"""Packages that not every installation has: formats that few need come with an extra, such as `xuncha[docx]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from types import TracebackType

Extra = Literal["docx", "pdf", "xlsx", "calendar", "proof", "archive"]


class needs:  # noqa: N801  reads as what it is: `with needs("docx"): import docx`
    """Around the imports of an extra's packages: says what to install where one is missing or too old.

    Args:
        extra: its name, as in pyproject.toml.

    Raises:
        SurroundingsError: `missing-extra`, with the command that installs it.
    """

    def __init__(self, extra: Extra) -> None:
        self.extra = extra

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn the missing package into the error; what is missing in this package itself is a bug, and stays one."""
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] != "xuncha":
            raise SurroundingsError(
                "missing-extra",
                _("this needs the package {package}, which is missing or too old").format(
                    package=error.name or self.extra
                ),
                # Double quotes: the one spelling that cmd, PowerShell and bash read alike.
                _('type: pip install "xuncha[{extra}]"').format(extra=self.extra),
            ) from error
