"""The audit of any history ends in time and without a traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from tests.audit.histories import LEDGER, Stream
from xuncha.audit.catalogue import RULES
from xuncha.audit.examine import audit
from xuncha.model.vocabulary import STATUSES

if TYPE_CHECKING:
    import pytest

paths = st.sampled_from(
    [
        "data/ledger.yaml", "data/problems/01/problem.yaml", "data/problems/01/1.1.yaml", "data/problems/01/1.2.yaml",
        "data/problems/02/2.1.yaml", "data/problems/x/y.yaml", "data/problems/01", "data/evidence/1.1/a.txt", "data/evidence/b", "other.txt",
    ]
)  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.sampled_from([*STATUSES, "2024-01-01", "2999-01-01", "x", "progress", ".nan", "[]", "{}", "1.1"]),
)
values = st.recursive(
    scalars.map(str),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["date", "text", "evidence", "file", "sha256", "publish", "close_requires", "1"]),
            inner,
            max_size=3,
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"),
    ),
    max_leaves=6,
)
keys = [
    "title",
    "status",
    "due",
    "progress",
    "reviews",
    "closed",
    "outcomes",
    "policy",
    "goal",
    "1",
    "escalated",
]
records = st.dictionaries(st.sampled_from(keys), values, max_size=6).map(
    lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs.items()).encode()
)
contents = st.one_of(records, st.binary(max_size=20), st.none())
words = st.sampled_from(
    ["close", "undo", "renumber", "edit", "add", "import", "sync", "extend", "nonsense", "init", "attach"]
)
numbers = st.sampled_from(["1.1", "1.2", "1", "2.1", "../x", "1.1.1", "9999999999", "-", "2"])


@st.composite
def messages(draw: st.DrawFn) -> str:
    """Trailers that may or may not make sense."""
    lines = [f"Xuncha-Action: {draw(words)}"] * draw(st.integers(0, 1))
    for _step in range(draw(st.integers(0, 2))):
        lines += [
            f"Xuncha-Id: {draw(numbers)}",
            f"Xuncha-From: {draw(scalars)}",
            f"Xuncha-To: {draw(numbers)}",
        ]
    lines += [f"Xuncha-Undoes: {draw(st.sampled_from(['0' * 40, 'HEAD', '']))}"] * draw(st.integers(0, 1))
    return "x\n\n" + "\n".join(lines)


commits = st.tuples(
    messages(), st.dictionaries(paths, contents, max_size=3), st.integers(-40, 40), st.integers(0, 30)
)


_NOTHING = ("x\n\n", dict[str, bytes | None](), 0, 0)
_LEDGER_REMOVED_BEFORE_A_MERGE = [
    _NOTHING,
    _NOTHING,
    _NOTHING,
    ("x\n\n", {"data/ledger.yaml": None}, 0, 0),
    ("x\n\n", {}, 0, 2),
]


@example(_LEDGER_REMOVED_BEFORE_A_MERGE)
@given(st.lists(commits, max_size=12))
def test_anything_can_be_audited(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, dict[str, bytes | None], int, int]]
) -> None:
    root = tmp_path_factory.mktemp("anything")
    stream = Stream()
    now = datetime(2024, 6, 1, tzinfo=UTC)
    stream.commit(now, "start", {"data/ledger.yaml": LEDGER})
    for message, files, days, back in history:
        last, other = stream.count, max(1, stream.count - back)
        parents = (
            f"from :{last}\nmerge :{other}\n"
            if back % 3 == 2 and other != last
            else f"from :{last if back % 3 else other}\n"
        )
        stream.commit(now + timedelta(days=days), message, files, parents=parents)
    stream.write(root)
    found = audit(root)
    assert {each.code for each in found.findings} <= set(RULES)
    assert all(each.message and each.place.commit for each in found.findings)
