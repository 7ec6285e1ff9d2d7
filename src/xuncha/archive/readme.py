"""What an archivist reads first: what is in the bag, and how to check it without this program."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from xuncha.model.identity import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xuncha.archive.facts import Case

_FORMS: Final = {
    "txt": "文本",
    "md": "Markdown",
    "html": "网页",
    "docx": "Word",
    "pdf": "PDF",
}
_AUDIT: Final = {"audit.json": "供程序读取", "audit.html": "供人阅读"}
_LFS: Final = "由 git-lfs 保管的佐证材料除外：历史中只有其指针，指针内的 sha256 与 manifest-sha256.txt 中该文件的一行相同。"


def readme(case: Case, counted: Mapping[str, object], ledger: Path, audit: Path) -> bytes:
    """The text, with line ends that every editor shows.

    Args:
        case: what was gathered.
        counted: the counts that it states, by the names of the places in the text.
        ledger: the folder of the ledger's files.
        audit: the folder of the audit's result.
    """
    evidence = [file.stat().st_size for file in (ledger / EVIDENCE).rglob("*") if file.is_file()]
    text = files("xuncha.archive").joinpath("README.txt").read_text(encoding="utf-8")
    told = text.format(
        organisation=case.organisation,
        date=case.day,
        commit=case.commit,
        moment=case.moment,
        inside=case.inside,
        commits=case.commits,
        evidence=len(evidence),
        evidence_bytes=f"{sum(evidence):,}",
        notice=_listed([f"notice.{form}（{_FORMS[form]}）" for form in case.made]) or "没有生成，原因见下",
        audit_files=_listed([f"{name} {use}" for name, use in _AUDIT.items() if (audit / name).is_file()]),
        lacking=_lacking(case),
        lfs=_LFS if case.pointers else "",
        **counted,
    )
    return told.replace("\n", "\r\n").encode()


def _listed(parts: Sequence[str]) -> str:
    return "、".join(parts)


def _lacking(case: Case) -> str:
    """What is not in the bag, and why."""
    said = [f"  notice.{form}  {reason}" for form, reason in case.reasons.items()]
    said += [f"  {path}  是链接，不是文件" for path in case.left_out]
    return "\n  没有放入的：\n\n" + "\n".join(f"  {each}" for each in said) + "\n" if said else ""
