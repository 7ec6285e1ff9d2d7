"""Telephone numbers as documents print them, which no line may break: 0453-8888888转8001, （0546）838 2481, 138-0000-0000."""

from __future__ import annotations

import re
from typing import Final

TELEPHONE: Final = re.compile(
    r"(?<![0-9A-Za-z@./-])"
    r"(?:1[0-9]{2}[- ]?[0-9]{4}[- ]?[0-9]{4}|(?:[（(]0[0-9]{2,3}[）)]|0[0-9]{2,3})?[-—－ ]?[0-9]{3,4}[- ]?[0-9]{4})"
    r"(?:(?:[-—－]|转)[0-9]{1,6})?(?![0-9A-Za-z@])"
)
"""A number, with what is dialled before and after it."""
