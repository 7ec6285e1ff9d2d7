"""Whether evidence is still what was attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.audit.catalogue import Broken, check, declare
from xuncha.audit.record import files_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.audit.replayed import Step

declare(
    "evidence-hash",
    why=lambda: _("The hash in the entry says which file was attached; with another file nothing is proven."),
    seen="An entry of 2.3 names a file and its SHA-256, and the commit holds no such file, or one with another hash.",
)
declare(
    "evidence-changed",
    why=lambda: _("A file that proves something stays, byte for byte; a new version is a new file."),
    seen="A commit puts other bytes into data/evidence/2.3/评审意见.pdf.",
)
declare(
    "evidence-removed",
    why=lambda: _("A file that proves something stays."),
    seen="data/evidence/2.3/评审意见.pdf is deleted, and no `undo` of its commit says so.",
)


@check
def evidence_fits(step: Step) -> Iterator[Broken]:
    """A file that an entry names is there, with the hash that it names."""
    for change in step.changes:
        if not change.is_measure or change.new is None:
            continue
        for proof in sorted(files_of(change.new) - files_of(change.old)):
            standing = step.after.get(f"{EVIDENCE}/{change.id}/{proof.file}")
            if standing is None:
                message = _("{id} names {file} as evidence, which is not there")
            elif step.files.digest(standing.blob) != proof.sha256:
                message = _("{id} names {file} as evidence, and the hash of that file is another one")
            else:
                continue
            yield Broken(
                "evidence-hash", message.format(id=change.id, file=proof.file), change.path, change.id
            )


@check
def evidence_stays(step: Step) -> Iterator[Broken]:
    """Evidence is added, and nothing else."""
    for change in step.changes:
        if not change.is_evidence or change.before is None:
            continue
        if change.after is None:
            if change.path.rpartition("/")[2] in other_names(step, change.id):
                continue
            yield Broken(
                "evidence-removed",
                _("{path} was deleted").format(path=change.path),
                change.path,
                change.id or None,
            )
        elif change.before[:2] != change.after[:2] and step.files.digest(
            change.before.blob
        ) != step.files.digest(change.after.blob):
            yield Broken(
                "evidence-changed",
                _("{path} was changed").format(path=change.path),
                change.path,
                change.id or None,
            )


def other_names(step: Step, identity: str) -> dict[str, str]:
    """The evidence files of a measure that have another name since a commit, and prove the same: their names before and after."""
    gone, come = {}, {}
    for change in step.changes:
        if change.is_evidence and change.id == identity:
            name = change.path.rpartition("/")[2]
            if change.after is None and change.before is not None:
                gone[name] = change.before.blob
            elif change.before is None and change.after is not None:
                come[change.after.blob] = name
    return {name: come[blob] for name, blob in gone.items() if blob in come}
