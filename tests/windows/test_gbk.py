"""GBK output on request, and input files in GBK."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_locales import run

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

GBK = {"PYTHONIOENCODING": "gbk"}


@pytest.mark.apart
def test_screens_are_in_gbk_where_that_is_asked_for(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("做好1.2号工作", "做好𠮷➤镕号工作"))
    ledger.commit()
    for command in (("status",), ("list",), ("--help",)):
        usual = ledger.ok(*command)
        done = run(ledger, *command, **GBK)
        assert (done.returncode, done.stderr) == (0, b""), command
        shown = done.stdout.decode("gbk")
        assert [len(line) for line in shown.splitlines()] == [len(line) for line in usual.splitlines()], (
            command
        )
        assert shown == usual.replace("░", "-").replace("𠮷", "?").replace("➤", "?"), command
    refused = run(ledger, "close", "2.2", **GBK)
    assert refused.returncode == 1
    assert "已销号" in refused.stderr.decode("gbk")


def test_what_programs_and_files_are_given_is_the_same_as_ever(ledger: LedgerOnDisk) -> None:
    for command in (("list", "--json"), ("schema",)):
        done = run(ledger, *command, **GBK)
        assert json.loads(done.stdout.decode("ascii")) == json.loads(ledger.ok(*command)), command
    assert run(ledger, "notice", **GBK).stdout.decode() == ledger.ok("notice")
    ledger.ok("notice", "-o", "../a.txt")
    assert run(ledger, "notice", "-o", "../b.txt", **GBK).returncode == 0
    parent = ledger.root.parent
    assert (parent / "a.txt").read_bytes() == (parent / "b.txt").read_bytes()
    assert run(ledger, "progress", "1.2", "镕基。", **GBK).returncode == 0
    assert "镕基。" in ledger.read("1.2")
    assert ledger.git("log", "-1", "--format=%s").startswith("进展")


def test_tables_and_papers_in_gbk_are_read(ledger: LedgerOnDisk) -> None:
    rows = (
        "问题,整改措施,责任领导,责任科室,完成时限\n推进不够有力,朱镕之完成前期手续,局长,规划科,2024-12-31\n"
    )
    for encoding in ("gbk", "utf-8-sig", "utf-16"):
        ledger.write("../台账.csv", rows.encode(encoding))
        proposed = ledger.json("import", "table", "../台账.csv", "--dry-run")
        assert proposed["problems"][0]["measures"][0]["title"] == "朱镕之完成前期手续", encoding
    notice = ledger.ok("notice")
    ledger.write("../通报.txt", notice.replace("\n", "\r\n").encode("gbk"))
    ledger.write("../通报8.txt", notice)
    told = ledger.json("import", "notice", "../通报.txt")
    assert told == ledger.json("import", "notice", "../通报8.txt")
    assert told["stated"]["measures_total"] == 6
