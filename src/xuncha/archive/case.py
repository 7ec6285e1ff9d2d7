"""What the record office is given: gathered from a commit, in a repository that knows nothing else, and put into a bag.

What stands in the bag is Chinese, whatever language is on screen, so that the same commit gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha import __version__
from xuncha.archive import bag
from xuncha.archive.facts import ABOUT, AUDIT, BUNDLE, HARMFUL, LEDGER, LOG, Case, as_json, facts
from xuncha.archive.readme import readme
from xuncha.audit.examine import audit
from xuncha.audit.page import render as page
from xuncha.errors import InvalidLedgerError, XunchaError
from xuncha.language import speaking
from xuncha.model.states import WORDS
from xuncha.notice.content import content
from xuncha.notice.render import render
from xuncha.paper.forms import FORMS
from xuncha.store.files import WorkingTree
from xuncha.store.loading import ledger as load
from xuncha.tally import tally
from xuncha.trail.bundle import alone, borrow, write
from xuncha.trail.checkout import FOLDERS, listed, write_out
from xuncha.trail.git import Git
from xuncha.trail.history import Event, history
from xuncha.trail.tags import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from xuncha.audit.catalogue import Audit
    from xuncha.model.records import Ledger


def gather(root: Path, commit: str, day: date, folder: Path) -> tuple[Case, Path]:
    """Gather a case and make a bag of it.

    Args:
        root: the ledger's folder; neither its files nor its index are looked at.
        commit: in full.
        day: as which everything is counted.
        folder: for temporary files; empty.

    Returns:
        What was gathered, and the folder that is the bag.

    Raises:
        InvalidLedgerError: the ledger breaks rules at this commit.
        RefusedError: a file is not there, or cannot be named in a bag.
        SurroundingsError: git or an extra is missing.
    """
    bag.bagit()
    place = borrow(root, commit, folder / "repository", f"refs/tags/{PREFIX}")
    payload = folder / "bag"
    payload.mkdir()
    with alone():
        found = listed(place)
    kept = [each for each in found if each.is_file]
    bag.must_be_listed([each.path for each in kept])
    pointers = write_out(place, kept, root, commit)
    ledger = load(WorkingTree(place))
    with alone():
        case = case_of(ledger, place, commit, day)
        case.pointers = pointers
        case.left_out = [each.path for each in found if not each.is_file]
        _put_notice(case, ledger, place, payload / "notice")
    with alone(), speaking("zh"):
        case.reasons = _reasons(case, ledger, place)
        events = history(place)
        audited, pages = audit_files(place)
        case.breaks = audited.errors
        for path, content_ in (log_files(events) | pages).items():
            _put(payload / path, content_)
        _put(payload / BUNDLE, b"")
        with (payload / BUNDLE).open("wb") as stream:
            write(folder / "repository", stream)
        _put(payload / ABOUT, as_json(facts(case)))
    text = readme(case, _counted(ledger, case, events, _in_a_sentence(audited)), place, payload / "audit")
    (payload / LEDGER).mkdir()
    for name in FOLDERS:
        if (place / name).exists():
            (place / name).rename(payload / LEDGER / name)
    bag.pack(payload, _about(case), text)
    return case, payload


def case_of(ledger: Ledger, place: Path, commit: str, day: date) -> Case:
    """What an archive is of; nothing is gathered yet."""
    git = Git(place)
    return Case(
        ledger.settings.organisation,
        commit,
        git.text("show", "--no-patch", "--format=%cI", commit),
        day,
        int(git.text("rev-list", "--count", commit)),
        object_format=git.text("rev-parse", "--show-object-format"),
        git=git.text("version").removeprefix("git version "),
        inside=git.text("rev-parse", "--show-prefix"),
    )


def _put(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _put_notice(case: Case, ledger: Ledger, place: Path, folder: Path) -> None:
    """The notice in every form that can be made here."""
    for form in FORMS:
        try:
            made, warnings = render(content(ledger, case.day), form, place)
        except XunchaError as error:
            case.lacking[form] = error
            continue
        _put(folder / f"notice.{form}", made)
        case.made.append(form)
        case.warnings += warnings


def _reasons(case: Case, ledger: Ledger, place: Path) -> dict[str, str]:
    """Why forms of the notice are not in the bag, in the bag's language."""
    said = {}
    for form in case.lacking:
        try:
            render(content(ledger, case.day), form, place)
        except XunchaError as error:
            said[form] = reason(error)
    return said


def reason(error: XunchaError) -> str:
    """Why something could not be made, in a sentence."""
    if isinstance(error, InvalidLedgerError):
        first = error.findings[0]
        return f"{first.place.path}:{first.place.line} {first.message}"
    return error.message


def log_files(events: Sequence[Event]) -> dict[str, bytes]:
    """The trail, for programs and for people; by their places in the bag."""
    lines = []
    for event in events:
        lines.append(f"{event.minute}  {event.author} <{event.email}>")
        lines.append(f"    {event.subject}" + ("（手工改动）" if event.by_hand else ""))
        if event.from_ != event.to and event.from_ in WORDS and event.to in WORDS:
            lines.append(f"    状态：{WORDS[event.from_]} → {WORDS[event.to]}")
        if event.reason:
            lines.append(f"    理由：{event.reason}")
        lines += [f"    提交：{event.commit}", ""]
    text = HARMFUL.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines))
    return {
        LOG: as_json([event.as_json() for event in events]),
        LOG.replace(".json", ".txt"): text.encode("utf-8", "replace"),
    }


def audit_files(place: Path) -> tuple[Audit, dict[str, bytes]]:
    """What the audit says of the history, for programs and for people; by their places in the bag."""
    audited = audit(place)
    return audited, {
        AUDIT: as_json([each.as_json() for each in audited.breaks]),
        AUDIT.replace(".json", ".html"): page(place, audited).encode(),
    }


def _in_a_sentence(audited: Audit) -> str:
    checked = f"已核验 {audited.commits} 次提交、{audited.changes} 处文件改动"
    if not audited.breaks:
        return f"{checked}，没有发现问题"
    return f"{checked}，发现错误 {audited.errors} 处、提示 {audited.warnings} 处，详见 data/audit/"


def _about(case: Case) -> dict[str, str]:
    """The lines of bag-info.txt."""
    return {
        "Source-Organization": case.organisation,
        "External-Description": "巡察整改材料，内部资料，不得公开",
        "External-Identifier": case.commit,
        "Bagging-Date": case.day.isoformat(),
        "Bag-Software-Agent": f"xuncha {__version__}",
    }


def _counted(ledger: Ledger, case: Case, events: Sequence[Event], audited: str) -> dict[str, object]:
    """The counts that the text for the archivist states."""
    counts, inspection = tally(ledger.register(), case.day), ledger.settings.inspection
    said = [inspection.round, inspection.inspector, f"反馈日期 {inspection.feedback}"]
    return {
        "inspection": "，".join(each for each in said if each),
        "events": len(events),
        "problems": counts.problems,
        "problems_done": counts.problems_closed,
        "measures": counts.measures,
        "measures_done": counts.closed,
        "audit": audited,
    }
