"""Documents for the tests of forms: texts that need escaping, and tables of any shape."""

from __future__ import annotations

from hypothesis import strategies as st

from xuncha.paper.outline import KINDS, Block, Document, Instruction, Table

HOSTILE = (
    '=HYPERLINK("http://x.invalid","点我")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "<!-- 注 -->",
    "<r><t>甲</t></r>",
    "&lt;b&gt;&#x27;&amp;",
    "| 甲 | 乙 |",
    "**粗** _斜_ `码` ~~删~~ [链](javascript:x) ![图](x)",
    "# 标题",
    "> 引",
    "1. 列",
    "- 列",
    "---",
    "===",
    "```",
    "_x0041_乙",
    "{{ 7*7 }}{% raw %}",
    "\\",
    "'单引号",
    "甲\u3000乙",
    "Ångström naïve 𠮷野家",
)
"""Texts as a ledger may hold them."""

_CHARACTERS = st.sampled_from("甲乙丙，。（）“”、a1 .-=+@|*_<>&\\#`'\"[]~!")
texts = st.text(_CHARACTERS, min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)
"""Texts as an outline gives them: on one line, without blanks at their ends."""


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables with any number of columns and rows, some of whose cells belong to those above."""
    columns = draw(st.integers(1, 6))
    shares = draw(st.lists(st.integers(1, 9), min_size=columns, max_size=columns))
    rows = []
    for number in range(draw(st.integers(0, 5))):
        covered = draw(st.integers(0, columns - 1)) if number else 0
        rows.append(("",) * covered + tuple(draw(texts) for _cell in range(columns - covered)))
    header = tuple(draw(texts) for _column in range(columns))
    return Table(header, tuple(rows), tuple(share / sum(shares) for share in shares))


blocks = st.builds(Block, st.sampled_from(KINDS), texts)
documents = st.builds(
    Document,
    texts,
    st.lists(st.one_of(blocks, tables(), st.just(Instruction("landscape"))), max_size=8).map(tuple),
    st.booleans(),
    st.one_of(st.just(""), texts),
)
