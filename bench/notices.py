"""Shows how much is read right of the notices in tests/corpus/notices; `-v` prints each field that is not.

The share is one of fields of which the notice or the reading says something. An invention is a value where the notice says nothing, a
problem or measure that is none, a day or words that it does not have, and a closing that it does not tell.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.notices.building import build
from tests.notices.comparison import compare, look
from tests.notices.description import notices
from tests.tables.comparison import AIM, share_of, tell


def main() -> None:
    """Read all notices, or those named, and print the share; exit 1 where it is too small, or anything is invented."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-v", "--verbose", action="store_true", help="a line for each field that is wrong")
    options.add_argument("names", nargs="*", help="of notices; all where none is named")
    chosen = options.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for notice in notices():
            if chosen.names and notice.name not in chosen.names:
                continue
            outcomes.append(compare(notice, look(build(notice, Path(folder)))))
            if chosen.verbose:
                tell(notice.name, outcomes[-1])
    share, inventions = share_of(outcomes, "notices")
    sys.exit(share < AIM or inventions > 0)


if __name__ == "__main__":
    main()
