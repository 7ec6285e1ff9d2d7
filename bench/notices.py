"""Measure the share of the notices in tests/corpus/notices that is read correctly; `-v` prints each wrong field.

The share counts the fields that have a value in the notice or in the reading. An invention is a value where the notice has none, a
problem or measure that does not exist, a day or words that are not in the notice, or a closing that it does not state.
"""

from __future__ import annotations

from corpora import show

from tests.notices.building import build
from tests.notices.comparison import compare, look
from tests.notices.description import notices

if __name__ == "__main__":
    show(
        __doc__,
        "notices",
        notices(),
        lambda folder: lambda notice: compare(notice, look(build(notice, folder))),
    )
