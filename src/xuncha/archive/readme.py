"""What an archivist reads first: what is in the bag, and how to check it without this program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.model.identity import EVIDENCE
from xuncha.tally import tally

if TYPE_CHECKING:
    from xuncha.archive.contents import Facts
    from xuncha.audit.catalogue import Audit
    from xuncha.model.records import Ledger

_FORMS: Final = {"txt": "文本", "md": "Markdown", "html": "网页", "docx": "Word", "pdf": "PDF"}
_LFS: Final = "由 git-lfs 保管的佐证材料除外：历史中只有其指针，指针内的 sha256 与 manifest-sha256.txt 中该文件的一行相同。"


def readme(facts: Facts, ledger: Ledger, root: Path, events: int, audited: Audit, *, with_lfs: bool) -> bytes:
    """Write the text, with line ends that every editor shows.

    Args:
        facts: of the bag.
        ledger: what it holds.
        root: the folder of the ledger's files.
        events: how many rows the log has.
        audited: the result of the audit.
        with_lfs: whether git-lfs keeps some of the evidence.
    """
    evidence = [file.stat().st_size for file in (root / EVIDENCE).rglob("*") if file.is_file()]
    counts, inspection = tally(ledger.register(), facts.date), ledger.settings.inspection
    said = [inspection.round, inspection.inspector, f"反馈日期 {inspection.feedback}"]
    text = files("xuncha.archive").joinpath("README.txt").read_text(encoding="utf-8")
    told = text.format(
        **dict(facts),
        inspection="，".join(each for each in said if each),
        events=events,
        problems=counts.problems,
        problems_done=counts.problems_closed,
        measures=counts.measures,
        measures_done=counts.closed,
        evidence=len(evidence),
        evidence_bytes=f"{sum(evidence):,}",
        forms="、".join(f"notice.{form}（{_FORMS[form]}）" for form in facts.notice["made"])
        or "没有生成，原因见下",
        audit=_in_a_sentence(audited),
        lacking=_lacking(facts),
        lfs=_LFS if with_lfs else "",
    )
    return told.replace("\n", "\r\n").encode()


def _in_a_sentence(audited: Audit) -> str:
    checked = f"已核验 {audited.commits} 次提交、{audited.changes} 处文件改动"
    if not audited.findings:
        return f"{checked}，没有发现问题"
    return f"{checked}，发现错误 {audited.errors} 处、提示 {audited.warnings} 处，详见 data/audit/"


def _lacking(facts: Facts) -> str:
    """Say what is not in the bag, and why."""
    said = [f"    notice.{form}  {reason}" for form, reason in facts.notice["lacking"].items()]
    said += [f"    {path}  是链接，不是文件" for path in facts.left_out]
    return "\n  没有放入的：\n\n" + "\n".join(said) + "\n" if said else ""
