"""Find problems that many units share (共性问题) by similar titles, among the units that hand in texts.

Two titles are similar if the pairs of characters that they share weigh enough (docs/adr/0034). A pair weighs more the fewer titles
have it: 不到位 at the end of both says little, 公务接待 in both says much.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from xuncha.region.counts import KEYS
from xuncha.region.engine import Duck, Files, names, rows_files, sql_sources, text, union
from xuncha.region.intake import ReadLedger
from xuncha.region.selection import UnitRow

_MIN_COSINE: Final = 0.5  # of similar titles; measured on titles of published notices
_MAX_LENGTH: Final = 200  # characters of a title that are compared
_MAX_TITLES: Final = 100_000  # different titles that are compared, those of the most units first
_MIN_TITLES: Final = 1000  # titles needed to see which pairs are rare
_MAX_WORDINGS: Final = 10  # wordings that are shown for a problem
_COMMON_PAIRS: Final = frozenset(
    one + other
    for words in (
        "关于的问题整改", "工作落实", "管理不规范", "监管不到位", "建设滞后", "服务不够", "质量不高", "执行不严", "推进缓慢", "力度不足", "不力",
        "不及时", "不彻底", "不强", "不实", "不细", "不全", "方面存在差距", "存在薄弱环节", "有欠缺", "仍需加强", "进一步",
    )
    for one, other in pairwise(words)
)  # fmt: skip
"""Pairs in the usual beginnings and endings of titles of published notices."""
_MIN_SHARE: Final = 0.05  # the least share of titles that these pairs are assumed to be in
_SIGNS: Final = re.compile(r"[\W_]+")
_COLUMN: Final = "problem_title"


class Cluster(NamedTuple):
    """A problem that more than one unit has."""

    title: str | None  # the most frequent title that may be published; None if there is none
    units: int
    titles: list[str]  # the wordings, the most frequent first; published or not


class Similar(NamedTuple):
    """The problems that units share, found by titles."""

    units: int  # those that hand in texts and were compared
    clusters: list[Cluster]

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        return {
            "units": self.units,
            "problems": [
                {"title": each.titles[0], "units": each.units, "titles": each.titles}
                for each in self.clusters
            ],
        }


class Title(NamedTuple):
    """The title of a problem, the units that use it, and whether it may be published."""

    text: str
    units: frozenset[int]
    publish: bool


def similar(duck: Duck, files: Files, ledgers: Sequence[ReadLedger], units: Sequence[UnitRow]) -> Similar:
    """Find the problems shared by units that count and hand in texts."""
    counting = [unit.key for unit in units if unit.is_counted]
    if not counting:
        return Similar(0, [])
    paths = [str(each.source.path) for each in ledgers if each.source.kind == "rows" and not each.read.error]
    parts = sql_sources(Files(cached=files.cached))
    if with_titles := _with_texts(duck, paths):
        parts.append(rows_files(with_titles))
    columns = {**dict.fromkeys((*KEYS, _COLUMN), "VARCHAR"), "publish": "BOOLEAN"}
    answer = duck.run.execute(
        f"SELECT left({_COLUMN}, {_MAX_LENGTH}) AS title, list(DISTINCT number ORDER BY number), bool_or(coalesce(publish, false))"
        f" FROM (SELECT r.*, dense_rank() OVER (ORDER BY r.source, r.unit, r.round) AS number FROM ({union(columns, parts)}) r"
        f" {duck.only(counting)} WHERE {_COLUMN} IS NOT NULL)"
        f" GROUP BY title ORDER BY count(DISTINCT number) DESC, title LIMIT {_MAX_TITLES}"
    ).fetchall()
    titles = [Title(title, frozenset(numbers), publish) for title, numbers, publish in answer]
    all_units = frozenset[int]().union(*(each.units for each in titles))
    return Similar(len(all_units), clusters(titles))


def _with_texts(duck: Duck, paths: Sequence[str]) -> list[str]:
    """Return the rows files that contain titles of problems."""
    if not paths:
        return []
    is_title = f"name = {text(_COLUMN)} AND duckdb_type = 'VARCHAR'"
    query = f"SELECT DISTINCT file_name FROM parquet_schema({names(paths)}) WHERE {is_title}"
    return sorted(name for (name,) in duck.run.execute(query).fetchall())


def clusters(titles: Sequence[Title]) -> list[Cluster]:
    """Join each title to the most similar one of more units; return the clusters of several units, the largest first."""
    by_sign: dict[str, list[Title]] = defaultdict(list)
    for each in titles:
        by_sign[_SIGNS.sub("", each.text).casefold()].append(each)
    groups = sorted(by_sign.values(), key=lambda each: (-len(_units(each)), each[0].text))
    members: dict[int, list[Title]] = defaultdict(list)
    for number, leader in enumerate(_leaders([each[0].text for each in groups])):
        members[leader] += groups[number]
    result = []
    for cluster in members.values():
        if len(units := _units(cluster)) > 1:
            by_use = sorted(cluster, key=lambda title: (-len(title.units), title.text))
            public = next((title.text for title in by_use if title.publish), None)
            result.append(Cluster(public, len(units), [title.text for title in by_use[:_MAX_WORDINGS]]))
    return sorted(result, key=lambda each: (-each.units, each.titles[0]))


def _units(titles: Sequence[Title]) -> frozenset[int]:
    return frozenset[int]().union(*(each.units for each in titles))


def _leaders(texts: Sequence[str]) -> list[int]:
    """Return for each text the number of the most similar earlier text that leads a cluster, else its own number."""
    pairs = [_pairs(each) for each in texts]
    counts = Counter(pair for each in pairs for pair in each)
    size = max(len(texts), _MIN_TITLES) + 1
    minimum = dict.fromkeys(_COMMON_PAIRS, _MIN_SHARE * size)
    weights = {pair: math.log(size / max(count, minimum.get(pair, 0))) ** 2 for pair, count in counts.items()}
    norms = [sum(weights[pair] for pair in each) for each in pairs]  # squared lengths of the vectors
    by_pair: dict[str, list[int]] = defaultdict(list)
    leaders = []
    for number, each in enumerate(pairs):
        norm = rest = norms[number]
        candidates: set[int] = set()
        for pair in sorted(each, key=lambda pair: (-weights[pair], pair)):
            if (
                rest < _MIN_COSINE**2 * norm
            ):  # a text that shares only the remaining pairs is not similar enough
                break
            candidates.update(by_pair[pair])
            rest -= weights[pair]
        best, leader = 0.0, number
        for other in sorted(candidates):
            length = math.sqrt(norm * norms[other])
            similarity = sum(weights[pair] for pair in each & pairs[other]) / length if length else 0.0
            if similarity >= _MIN_COSINE and similarity > best:
                best, leader = similarity, other
        if leader == number:
            for pair in each:
                by_pair[pair].append(number)
        leaders.append(leader)
    return leaders


def _pairs(title: str) -> frozenset[str]:
    """Return the pairs of adjacent characters, without punctuation; for a single character, that character."""
    plain = _SIGNS.sub("", title).casefold()
    return frozenset(one + other for one, other in pairwise(plain)) or frozenset(plain)
