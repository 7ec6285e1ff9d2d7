"""Whether evidence is still what was attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.audit.catalogue import RULES
from xuncha.audit.record import files_of
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import EVIDENCE

if TYPE_CHECKING:
    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.replayed import Step
    from xuncha.catalogue import Broken


@RULES.rule(
    "evidence-hash",
    why=mark("The hash in the entry says which file was attached; with another file nothing is proven."),
    wrong="An entry of 2.3 names a file and its SHA-256, and the commit holds no such file, or one with another hash.",
)
def evidence_hash(step: Step) -> Broken[HistoryPlace]:
    """Find files that an entry names and that are missing, or have another hash."""
    for change in step.measures:
        for proof in sorted(files_of(change.new) - files_of(change.old)):
            version = step.after.get(f"{EVIDENCE}/{change.id}/{proof.file}")
            if version is None:
                message = _("{id} names {file} as evidence, which is not there")
            elif step.files.digest(version.blob) != proof.sha256:
                message = _("{id} names {file} as evidence, and the hash of that file is another one")
            else:
                continue
            yield step.at(change), message.format(id=change.id, file=proof.file), ""


@RULES.rule(
    "evidence-changed",
    why=mark("A file that proves something stays, byte for byte; a new version is a new file."),
    wrong="A commit puts other bytes into data/evidence/2.3/评审意见.pdf.",
)
def evidence_changed(step: Step) -> Broken[HistoryPlace]:
    """Find evidence with other bytes."""
    for change in step.changes:
        if change.is_evidence and change.before and change.after and change.before[:2] != change.after[:2]:
            digests = {step.files.digest(each.blob) for each in (change.before, change.after)}
            if len(digests) > 1:
                yield step.at(change), _("{path} was changed").format(path=change.path), ""


@RULES.rule(
    "evidence-removed",
    why=mark("A file that proves something stays."),
    wrong="data/evidence/2.3/评审意见.pdf is deleted, and no `undo` of its commit says so.",
)
def evidence_removed(step: Step) -> Broken[HistoryPlace]:
    """Find evidence that is gone, unless it has another name now."""
    for change in step.changes:
        if (
            change.is_evidence
            and change.after is None
            and change.before is not None
            and change.name not in step.renamed_evidence(change.id)
        ):
            yield step.at(change), _("{path} was deleted").format(path=change.path), ""
