"""What the record office is given: gathered from a commit, in a repository that knows nothing else, and put into a bag."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from xuncha import __version__
from xuncha.archive import bag
from xuncha.archive.contents import (
    BUNDLE,
    FACTS,
    LEDGER,
    Facts,
    as_json,
    facts_of,
    notices,
    readme,
    record_files,
)
from xuncha.errors import InvalidLedgerError, XunchaError
from xuncha.language import speaking
from xuncha.paper.forms import FORMS
from xuncha.store.files import WorkingTree
from xuncha.store.loading import ledger as load
from xuncha.trail.bundle import FOLDERS, alone, borrow, write, write_out
from xuncha.trail.git import Git
from xuncha.trail.tags import PREFIX


class Case(NamedTuple):
    """What was gathered."""

    facts: Facts
    bag: Path
    """The folder that is the bag."""
    lacking: dict[str, XunchaError]
    """The forms of the notice that could not be made, and why, in the language on screen."""
    warnings: list[str]

    @property
    def name(self) -> str:
        """Name the folder that the zip holds."""
        return f"xuncha-{self.facts.date}-{self.facts.commit[:10]}"


def gather(root: Path, commit: str, day: date, folder: Path) -> Case:
    """Gather a case and make a bag of it.

    Args:
        root: the ledger's folder; neither its files nor its index are looked at.
        commit: its full hash.
        day: as which everything is counted.
        folder: for temporary files; empty.

    Raises:
        InvalidLedgerError: the ledger breaks rules at this commit.
        RefusedError: a file is not there, or cannot be named in a bag.
        SurroundingsError: git or an extra is missing.
    """
    bag.bagit()
    place = borrow(root, commit, folder / "repository", f"refs/tags/{PREFIX}")
    payload = folder / "bag"
    with alone():
        found = list(Git(place).tree("HEAD", *FOLDERS))
    kept = [leaf.path for leaf in found if leaf.is_file]
    bag.must_be_listed(kept)
    pointers = write_out(place, kept, root, commit)
    ledger = load(WorkingTree(place))
    with alone():
        made, lacking, warnings = notices(ledger, day, place, FORMS)
        with speaking("zh"):
            _none, again, _warnings = notices(ledger, day, place, lacking)
        facts = facts_of(ledger, place, commit, day)
        facts.notice["made"] = list(made)
        facts.notice["lacking"] = {form: reason(error) for form, error in again.items()}
        facts.left_out = [leaf.path for leaf in found if not leaf.is_file]
        files, events, audited = record_files(place)
        facts.audit_errors = audited.errors
        files |= {f"notice/notice.{form}": content for form, content in made.items()}
        files[FACTS] = as_json(facts.model_dump(mode="json"))
        for path, content in {**files, BUNDLE: b""}.items():
            (payload / path).parent.mkdir(parents=True, exist_ok=True)
            (payload / path).write_bytes(content)
        with (payload / BUNDLE).open("wb") as stream:
            write(folder / "repository", stream)
    text = readme(facts, ledger, place, len(events), audited, with_lfs=bool(pointers))
    (payload / LEDGER).mkdir()
    for name in FOLDERS:
        if (place / name).exists():
            (place / name).rename(payload / LEDGER / name)
    about = {
        "Source-Organization": facts.organisation,
        "External-Description": "巡察整改材料，内部资料，不得公开",
        "External-Identifier": facts.commit,
        "Bagging-Date": facts.date.isoformat(),
        "Bag-Software-Agent": f"xuncha {__version__}",
    }
    bag.pack(payload, about, text)
    return Case(facts, payload, lacking, warnings)


def reason(error: XunchaError) -> str:
    """Say in a sentence why something could not be made."""
    if isinstance(error, InvalidLedgerError):
        first = error.findings[0]
        return f"{first.place.path}:{first.place.line} {first.message}"
    return error.message
