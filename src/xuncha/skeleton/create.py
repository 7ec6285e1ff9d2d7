"""Make a ledger, with `init` or from an import: its files, the files around it, and the first commit."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.store.editing import apply
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check_ledger
from xuncha.store.reading import parse
from xuncha.store.schema import KINDS, schema_of
from xuncha.sync import registration
from xuncha.system import remove_tree
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir
from xuncha.workflow.change import Message, begin
from xuncha.workflow.intake import Intake
from xuncha.workflow.settings import SettingValues, edits

_FOLDER = Path(__file__).parent
_DAY = re.compile(r"\{today([+-][0-9]+)?\}")
_FILES = {
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".ci/publish.sh": "publish.sh",
    ".gitea/workflows/xuncha.yml": "gitea.yml",
    ".github/workflows/xuncha.yml": "github.yml",
    ".gitlab-ci.yml": "gitlab.yml",
}
_TOP_ONLY = frozenset({".gitea/workflows/xuncha.yml", ".github/workflows/xuncha.yml", ".gitlab-ci.yml"})
"""The files for which no service looks below the top of a repository."""


def create(root: Path, today: date, *, example: bool, values: SettingValues | None = None) -> list[str]:
    """Make a ledger that validates at once, and commit it; the dates of the example are relative to today.

    `values` gives the values for the organisation and the inspection; others are not written. Returns the files that existed
    before, which stay unchanged. Raises RefusedError if there is a ledger already, or git refuses the commit;
    SurroundingsError if git is missing or does not know who commits, or the folder cannot be written.
    """
    files = _example(today) if example else {LEDGER_FILE: (_FOLDER / "ledger.yaml").read_bytes()}
    settings = files[LEDGER_FILE]
    files[LEDGER_FILE] = apply(settings, edits(parse(settings), values or {}))
    return create_from(root, Intake(files), Message("建立台账", "init"))


def create_from(root: Path, intake: Intake, message: Message, *, dry_run: bool = False) -> list[str]:
    """Make a new ledger from files, with git and the files around it, in one commit; if that fails, leave the folder as it was.

    With `dry_run`, only check the files. Returns the files that existed before, which stay unchanged. Raises InvalidLedgerError if the files break
    rules; RefusedError if there is a ledger, or a part of one, or git refuses the commit; SurroundingsError if git is missing or does not know who commits, or the
    folder cannot be written.
    """
    if any((root / path).exists() for path in intake.files):
        text = _("{path} already contains a ledger", path=root)
        raise RefusedError("ledger-exists", text, _("go there and type `xuncha status`"))
    check_ledger(Overlay(WorkingTree(root), dict(intake.files)))
    if dry_run:
        return []
    skipped = () if git_dir(root) in {None, root.resolve() / ".git"} else _TOP_ONLY
    around = {path: content for path, content in base_files().items() if path not in skipped}
    existing = [path for path in around if (root / path).exists()]
    contents = {path: each for path, each in around.items() if path not in existing} | intake.files
    with _repository(root), begin(root) as session:
        session.git.user()
        session.commit(contents, message)
        registration.register(session.git)
    return existing


@contextlib.contextmanager
def _repository(root: Path) -> Iterator[None]:
    """Make a folder, with a repository if it is in none; remove what was made if the body fails."""
    made = [folder for folder in (root, *root.parents) if not folder.exists()]
    makes_git = False
    try:
        root.mkdir(parents=True, exist_ok=True)
        makes_git = git_dir(root) is None
        if makes_git:
            Git(root, writes=True).run("init", "--quiet")
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            if made or makes_git:
                remove_tree(root if made else root / ".git")
        for folder in made[1:]:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            text = _("{path} cannot be written: {reason}", path=root, reason=cause_of(error))
            raise SurroundingsError("not-written", text) from error
        raise


def base_files() -> dict[str, bytes]:
    """Return the files around every new ledger: the settings of git, the files for CI, the schemas for editors."""
    contents = {path: (_FOLDER / name).read_bytes() for path, name in _FILES.items()}
    return contents | {f"data/schema/{kind}.json": schema_file(kind) for kind in KINDS}


def schema_file(kind: str) -> bytes:
    """Return the schema file of one kind, which editors find beside the files of a ledger."""
    return (json.dumps(schema_of(kind), ensure_ascii=False, indent=2) + "\n").encode()


def _example(today: date) -> dict[str, bytes]:
    """Return the files of the example, with dates in place of `{today}` and `{today-30}`."""
    folder, found = _FOLDER / "example", {}
    for file in folder.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        dated = _DAY.sub(lambda match: f"{today + timedelta(days=int(match[1] or 0))}", text)
        found[file.relative_to(folder).as_posix()] = dated.encode()
    return found
