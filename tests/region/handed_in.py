"""A region whose units hand in rows files: done, late, with hostile names, missing, broken."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from xuncha.region import files
from xuncha.region.engine import Duck
from xuncha.region.rows import TEXTS, TYPES, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

SUPERVISOR = "张督导"
SECRET = "不公开的标题"
PLAIN = {"甲局": "市直", "乙局": "市直", "丙局": "县区", "丁局": "县区"}
HOSTILE = [
    '=HYPERLINK("http://x.example","点此")',
    "<script>alert(1)</script>局",
    "+cmd|' /C calc'!A0",
    "\x1b[31m红\x1b[0m局\n第二行",
]
_BEGUN = Row(
    1, "", "第一轮", 1, 1, "in_progress", "once", "2024-07-30", None, 1, True, 14, 180, None, None, "2024-06-15", None, None
)  # fmt: skip


def closed(row: Row, term: str = "once", looked_at: str = "2024-05-01") -> Row:
    """Return the row of a measure as closed."""
    return row._replace(status="closed", term=term, closed_date="2024-05-01", looked_at=looked_at)


def unit(name: str, *problems: Sequence[Row]) -> list[Row]:
    """Return the rows of a unit; each problem is a list of measures."""
    return [
        row._replace(unit=name, problem=number, measure=place)
        for number, measures in enumerate(problems, 1)
        for place, row in enumerate(measures, 1)
    ]


def late(due: str) -> Row:
    """Return the row of a measure that was due on a day and is still open."""
    return _BEGUN._replace(due=due)


def write(target: Path, rows: Sequence[Row], titles: Sequence[str] = ()) -> None:
    """Write a rows file, with the titles of its problems if there are any."""
    values: list[Sequence[Any]] = [*rows]
    types = TYPES
    if titles:
        values = [(*row, titles[(row.problem or 1) - 1], "措施") for row in rows]
        types = {**TYPES, **TEXTS}
    with TemporaryDirectory() as spare, Duck(Path(spare)) as duck:
        files.write(duck, values, target, types)


def region(place: Path, hostile: bool = False) -> Path:
    """Fill a folder with the files of a region and its region.yaml."""
    begun = _BEGUN
    held = closed(begun, "long_term", "2023-06-01")
    units = {
        "甲局": unit("甲局", [closed(begun)], [closed(begun), held]),
        "乙局": unit("乙局", [closed(begun)], [closed(begun)], [closed(begun)]),
        "丙局": unit("丙局", [closed(begun), late("2024-06-10")], [late("2024-05-16")], [closed(begun)]),
        "丁局": unit(
            "丁局", [begun._replace(office_code=None)], [begun._replace(due="2024-06-20"), late("2024-06-01")]
        ),
    }
    titles = {
        "甲局": ["公务接待管理不规范", "重点工程推进缓慢"],
        "乙局": ["公务接待不规范", SECRET, "干部档案管理不严"],
        "丙局": ["公务接待管理不规范", SECRET, "党费收缴不及时"],
    }
    names = dict(PLAIN)
    if hostile:
        for number, name in enumerate(HOSTILE):
            units[name] = unit(name, [late(f"2024-06-0{number + 1}")])
            names[name] = "县区"
    place.mkdir(parents=True, exist_ok=True)
    lines = ["name: 某市", "units:"]
    for number, (name, rows) in enumerate(units.items()):
        shown = [
            row._replace(publish=titles.get(name, [""])[(row.problem or 1) - 1 : row.problem] != [SECRET])
            for row in rows
        ]
        write(place / f"{number}.parquet", shown, titles.get(name, ()))
        lines.append(
            f"  - {{name: 单位{number}, source: {number}.parquet, group: [{names[name]}], supervisor: {SUPERVISOR}}}"
        )
    lines.append(f"  - {{name: 戊局, group: [县区], supervisor: {SUPERVISOR}}}")
    (place / "broken.parquet").write_bytes(b"PAR1 no")
    (place / "region.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place
