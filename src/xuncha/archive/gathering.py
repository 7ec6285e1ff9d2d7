"""Gather the files for the record office from a commit, in a separate repository. All texts are Chinese, so that a commit always gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date  # noqa: N812  a field of the model has that name
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from xuncha import __version__
from xuncha.archive import bag
from xuncha.audit.catalogue import Audit
from xuncha.audit.examine import audit
from xuncha.audit.page import render as audit_page
from xuncha.chinese.characters import escaped, without_unsafe
from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import use_language
from xuncha.model.identity import COMMENTS, EVIDENCE
from xuncha.model.records import Comment, Ledger
from xuncha.model.vocabulary import STATUSES, UNKNOWN, status_name
from xuncha.notice.content import content
from xuncha.notice.render import render
from xuncha.paper.forms import FORMS
from xuncha.paper.own import on_disk
from xuncha.store.files import WorkingTree
from xuncha.store.loading import all_comments, load_ledger
from xuncha.tally import tally
from xuncha.trail.bundle import FOLDERS, clone_until, isolated, write_bundle, write_files
from xuncha.trail.git import Git
from xuncha.trail.history import Event, history
from xuncha.trail.limits import ls_tree
from xuncha.trail.tags import PREFIX
from xuncha.trail.tree import commit_time

FACTS: Final = "archive.json"
"""The file that describes the bag for programs."""
LEDGER: Final = "ledger"
BUNDLE: Final = "git/ledger.bundle"
LOG: Final = "log/log.json"
AUDIT: Final = "audit/audit.json"
_MAX_FACTS: Final = 1024 * 1024
_TITLES: Final = {"txt": "文本", "md": "Markdown", "html": "网页", "docx": "Word", "pdf": "PDF"}
_LFS: Final = "由 git-lfs 保管的佐证材料除外：历史中只有其指针，指针内的 sha256 与 manifest-sha256.txt 中该文件的一行相同。"


class Maker(BaseModel):
    """The versions of the programs that made an archive."""

    xuncha: str
    git: str = ""


class Facts(BaseModel):
    """The content of `archive.json`, which describes the bag for programs."""

    model_config = ConfigDict(strict=True, regex_engine="python-re")

    format: Literal[1] = 1
    organisation: str
    commit: Annotated[str, Field(pattern=r"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")]
    moment: str  # when the commit was made, in ISO 8601
    date: Date  # the day for which everything is counted
    commits: int = 0
    object_format: str = ""
    inside: Annotated[str, Field(pattern=r"\A(?:(?!\.{1,2}/|\.git/)[^/\0]+/)*\Z")]
    """The ledger's folder in its repository, with a slash at the end; empty for the top."""
    notice: dict[str, Any] = {}
    """`made`: the forms of the notice that were made; `lacking`: those that could not be made, with the reason in Chinese."""
    left_out: list[str] = []  # links, since they are no files
    audit_errors: int = 0
    made_by: Maker

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the file of an archive that anyone may have made. Raises RefusedError if it is not in this form."""
        try:
            return cls.model_validate_json(file.read_bytes() if file.stat().st_size <= _MAX_FACTS else b"")
        except ValueError:
            raise RefusedError("not-ours", _("this does not say which ledger it belongs to")) from None

    @property
    def is_reproducible(self) -> bool:
        """Whether this version of the program made the archive, so that it can make the same files again."""
        return self.made_by.xuncha == __version__


def facts_of(ledger: Ledger, root: Path, commit: str, day: Date) -> Facts:
    """Return the facts that follow from a commit, in a repository of `trail.bundle`; everything is counted for a day."""
    git = Git(root)
    return Facts(
        organisation=ledger.settings.name,
        commit=commit,
        moment=commit_time(root, commit),
        date=day,
        commits=git.count_commits(commit)[0],
        object_format=git.text("rev-parse", "--show-object-format"),
        inside=git.prefix,
        made_by=Maker(xuncha=__version__, git=git.text("version").removeprefix("git version ")),
    )


def notices(
    ledger: Ledger, day: Date, root: Path, forms: Iterable[str]
) -> tuple[dict[str, bytes], dict[str, XunchaError], list[str]]:
    """Make the notice for a day in each form that can be made here; return these, the errors of the others, and warnings. `root` has the templates."""
    made, lacking, warnings = {}, {}, []
    for form in forms:
        try:
            made[form], messages = render(content(ledger, day), form, on_disk(root))
        except XunchaError as error:
            lacking[form] = error
        else:
            warnings += messages
    return made, lacking, warnings


def trail_files(root: Path) -> tuple[dict[str, bytes], list[Event], Audit]:
    """Return the log and the result of the audit, for programs and for people, by their paths in the bag."""
    with use_language("zh"):
        events, audited = history(root), audit(root)
        made = {
            LOG: as_json([event.as_json() for event in events]),
            LOG.replace(".json", ".txt"): _log_text(events),
            AUDIT: as_json(audited.as_json()),
            AUDIT.replace(".json", ".html"): audit_page(root, audited).encode(),
        }
    return made, events, audited


def _log_text(events: Sequence[Event]) -> bytes:
    lines = []
    for event in events:
        lines.append(f"{event.minute}  {event.author} <{event.email}>")
        lines.append(f"    {event.subject}" + ("（手工改动）" if event.by_hand else ""))
        if event.from_ != event.to and {event.from_, event.to} <= {*STATUSES}:
            lines.append(f"    状态：{status_name(event.from_)} → {status_name(event.to)}")
        if event.action == "renumber":
            lines.append(f"    编号：{event.id} → {event.to}")
        if event.reason:
            lines.append(f"    理由：{event.reason}")
        lines += [f"    提交：{event.commit}", ""]
    return without_unsafe("\n".join(lines), "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace")


def as_json(value: object) -> bytes:
    """Write JSON in the form of the bag's files; control characters from the history are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return (escaped(text) + "\n").encode("utf-8", "replace")


def readme(
    facts: Facts,
    ledger: Ledger,
    root: Path,
    events: int,
    audited: Audit,
    *,
    comments: Mapping[int, Comment],
    with_lfs: bool,
) -> bytes:
    """Write the file that an archivist reads first, with CRLF line ends; `events` is the number of rows in the log, `comments` are the comments."""
    evidence = [file.stat().st_size for file in (root / EVIDENCE).rglob("*") if file.is_file()]
    counts, inspection = tally(ledger.register(), facts.date), ledger.settings.inspection
    inspected = [inspection.round, inspection.inspector, f"反馈日期 {inspection.feedback or UNKNOWN}"]
    forms = [f"notice.{form}（{_TITLES[form]}）" for form in facts.notice["made"]]
    audit_found = f"已核验 {audited.commits} 次提交、{audited.changes} 处文件改动，" + (
        f"发现错误 {audited.errors} 处、提示 {audited.warnings} 处，详见 data/audit/"
        if audited.findings
        else "没有发现问题"
    )
    lacking = [f"    notice.{form}  {reason}" for form, reason in facts.notice["lacking"].items()]
    lacking += [f"    {path}  是链接，不是文件" for path in facts.left_out]
    text = files("xuncha.archive").joinpath("README.txt").read_text(encoding="utf-8")
    filled = text.format(
        **dict(facts),
        inspection="，".join(filter(None, inspected)),
        events=events,
        problems=counts.problems,
        problems_done=counts.problems_closed,
        measures=counts.measures,
        measures_done=counts.closed,
        comments=_comment_counts(comments),
        evidence=len(evidence),
        evidence_bytes=f"{sum(evidence):,}",
        forms="、".join(forms) or "没有生成，原因见下",
        audit=audit_found,
        lacking="\n  没有放入的：\n\n" + "\n".join(lacking) + "\n" if lacking else "",
        lfs=_LFS if with_lfs else "",
    )
    return filled.replace("\n", "\r\n").encode()


def _comment_counts(comments: Mapping[int, Comment]) -> str:
    if not comments:
        return "没有登记意见建议"
    replied = sum(comment.reply is not None for comment in comments.values())
    return f"收到意见建议 {len(comments)} 件，已答复 {replied} 件，在 data/{LEDGER}/{COMMENTS}/"


class ArchiveCase(NamedTuple):
    """A gathered case."""

    facts: Facts
    bag: Path  # the folder of the bag
    lacking: dict[str, XunchaError]
    """The errors, in the screen's language, by the form of the notice that could not be made."""
    warnings: list[str]

    @property
    def name(self) -> str:
        """The name of the folder in the zip."""
        return f"xuncha-{self.facts.date}-{self.facts.commit[:10]}"


def gather(root: Path, commit: str, day: Date, folder: Path) -> ArchiveCase:
    """Gather the case of a ledger at a commit (a full hash), counted for a day, and make a bag of it in an empty `folder`.

    Neither the files in `root` nor its index are read. Raises InvalidLedgerError if the ledger breaks rules at this commit, and
    RefusedError if a file is missing, or its name is not possible in a bag.
    """
    bag.bagit()
    place = clone_until(root, commit, folder / "repository", f"refs/tags/{PREFIX}")
    payload = folder / "bag"
    with isolated():
        found, folders = ls_tree(Git(place), "HEAD", *FOLDERS), Git(place).prefix.split("/")
    file_paths = [leaf.path for leaf in found if leaf.is_file]
    not_utf8 = [each for each in folders if each.encode(errors="ignore").decode() != each]
    bag.check_names([*file_paths, *not_utf8])
    pointers = write_files(place, file_paths, root, commit)
    ledger = load_ledger(WorkingTree(place))
    by_number = all_comments(WorkingTree(place))  # they must be valid, too, to be handed over
    with isolated(own_settings=True):
        made, lacking, warnings = notices(ledger, day, place, FORMS)
        with use_language("zh"):
            _none, again, _warnings = notices(ledger, day, place, lacking)
        facts = facts_of(ledger, place, commit, day)
        facts.notice["made"] = list(made)
        facts.notice["lacking"] = {form: reason(error) for form, error in again.items()}
        facts.left_out = [leaf.path for leaf in found if not leaf.is_file]
        files, events, audited = trail_files(place)
        facts.audit_errors = audited.errors
        files |= {f"notice/notice.{form}": content for form, content in made.items()}
        files[FACTS] = as_json(facts.model_dump(mode="json"))
        for path, content in {**files, BUNDLE: b""}.items():
            (payload / path).parent.mkdir(parents=True, exist_ok=True)
            (payload / path).write_bytes(content)
        with (payload / BUNDLE).open("wb") as stream:
            write_bundle(folder / "repository", stream)
    text = readme(facts, ledger, place, len(events), audited, comments=by_number, with_lfs=bool(pointers))
    (payload / LEDGER).mkdir()
    for name in FOLDERS:
        if (place / name).exists():
            (place / name).rename(payload / LEDGER / name)
    info = {
        "Source-Organization": facts.organisation,
        "External-Description": "巡察整改材料，内部资料，不得公开",
        "External-Identifier": facts.commit,
        "Bagging-Date": facts.date.isoformat(),
        "Bag-Software-Agent": f"xuncha {__version__}",
    }
    bag.make_bag(payload, info, text)
    return ArchiveCase(facts, payload, lacking, warnings)


def reason(error: XunchaError) -> str:
    """Return the reason of an error in one sentence."""
    if isinstance(error, InvalidLedgerError):
        first = error.findings[0]
        return f"{first.place.path}:{first.place.line} {first.message}"
    return error.message
