"""Small mutations of seeds for the normal tests; the coverage-guided fuzzer has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

PIECES = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b" ", b": ", b"- ", b"{", b"}", b"[", b"]", b",", b"#", b"&a ", b"*a", b"!!python/object ", b"|\n", b">-\n",
    b"'", b'"', b"? ", b"---\n", b"...\n", b"<<: ", b"<", b">", b"</w:p>", b"<w:p>", b"<c/>", b"&amp;", b"&#0;", b"<!DOCTYPE a [", b"<table><tr><td>", b"]]>",
    "一、".encode(), "（一）".encode(), "1．".encode(), "（1）".encode(), "整改措施".encode(), "〔2024〕".encode(), "2024年13月45日".encode(), "\u2028".encode(), "\u202e".encode(),
    b"999999999999999999999", b"-1", b"1e999", b"0000-00-00", b"9999-12-31", "长".encode() * 400, b"a: " * 30, b"[" * 60, b"1." * 90,
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Draw a seed with some pieces removed, repeated, inserted, or replaced with those of another seed."""
    data = draw(st.sampled_from(seeds))
    for _turn in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(
                st.just(b""),
                st.sampled_from(PIECES),
                st.binary(max_size=8),
                st.just(data[start:end] * 3),
                st.sampled_from(seeds).map(lambda other: other[len(other) // 3 : len(other) // 3 + 200]),
            )
        )
        data = data[:start] + piece + data[end:]
    return data
