"""Read and write `region.yaml`: the expected units, their sources, groups and supervisors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import Field, TypeAdapter, ValidationError

from xuncha.chinese.characters import on_one_line
from xuncha.errors import Finding, InvalidLedgerError
from xuncha.language import gettext as _
from xuncha.model.fields import Day, Line, Name, Record
from xuncha.store.files import WorkingTree
from xuncha.store.record import add_places, read_record

_LINE: Final = TypeAdapter(Line)
_FOLD: Final = 200  # the limit of its size, in multiples of a ledger's record: 50 MiB


class Unit(Record):
    """An expected unit."""

    name: Line = Field(description="单位，与台账的 organisation 一致")
    round: Line | None = Field(default=None, description="巡察轮次；不写则不论轮次")
    source: Line | None = Field(
        default=None, description="台账所在：文件夹、文件或 git 地址；不写则按单位名称寻找"
    )
    group: list[Line] = Field(default_factory=list, description="所属分组，由大到小，如先市后县")
    supervisor: Name | None = Field(default=None, description="督导人；内部")


class Region(Record):
    """The content of region.yaml."""

    name: Line | None = Field(default=None, description="地区")
    as_of: Day | None = Field(default=None, description="统计截止日；不写则为当天")
    hand_in: Day | None = Field(default=None, description="报送期限")
    units: list[Unit] = Field(default_factory=list, description="应报送的单位")


def valid_line(*texts: str | None) -> str | None:
    """Return the first of several texts that region.yaml can hold, as it is or without what it cannot hold; None if there is none."""
    for text in texts:
        for each in (text, on_one_line(text or "")):
            with contextlib.suppress(ValidationError):
                return _LINE.validate_python(each)
    return None


def load(file: Path) -> Region:
    """Read `region.yaml`. Raises InvalidLedgerError with every finding if it is invalid."""
    source = WorkingTree(file.parent, _FOLD)
    region, findings = read_record(source, file.name, Region, scale=_FOLD)
    if region and (twice := list(_named_twice(region))):
        findings = add_places(file.name, source.read(file.name), twice, _FOLD)
    if region is None or findings:
        raise InvalidLedgerError(findings)
    return region


def _named_twice(region: Region) -> Iterable[Finding[tuple[int | str, ...]]]:
    """Find units that repeat an earlier one: the same name, round and source, or the same source."""
    seen: set[tuple[str, str | None, str | None]] = set()
    sources: set[str | None] = set()
    for number, unit in enumerate(region.units):
        source = unit.source and os.path.normpath(unit.source)
        key = (unit.name, unit.round, source)
        message = ""
        if key in seen:
            message = _("“{name}” is already listed, with the same round and source", name=unit.name)
        elif source in sources:
            message = _("“{source}” is the source of another unit", source=unit.source)
        if message:
            yield Finding("unit-twice", message, ("units", number, "name"), _("take one of the two out"))
        seen.add(key)
        sources |= {source} if source else set()


_HEAD: Final = "# 汇总范围：哪些单位、台账在哪里、归哪一组、谁督导。用法：xuncha rollup region.yaml\n"


def written(region: Region) -> bytes:
    """Return the text of region.yaml, with a line for each unit."""
    from xuncha.store.editing import flow  # noqa: PLC0415  only `--init` writes one

    values = region.model_dump(mode="json", exclude_defaults=True)
    units = [f"  - {flow(unit)}\n" for unit in values.pop("units", [])]
    lines = [f"{key}: {flow(value)}\n" for key, value in values.items()]
    return "".join([_HEAD, *lines, "units:\n" if units else "units: []\n", *units]).encode()
