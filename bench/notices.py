"""Shows how much is read right of the notices in tests/corpus/notices; `-v` prints each field that is not.

The share is one of fields of which the notice or the reading says something. An invention is a value where the notice says nothing, a
problem or measure that is none, a day or words that it does not have, and a closing that it does not tell.
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
