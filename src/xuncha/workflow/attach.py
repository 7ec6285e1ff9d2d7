"""Attach (佐证材料): copy a file into the ledger as evidence of a measure, with an unpublished progress entry that names it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.workflow.progress import with_entry
from xuncha.workflow.verb import STARTED, Case, NamedFile, PlannedChange, verb


@verb("attach", "佐证", STARTED, "status", "progress", multiple=False)
def attach(
    case: Case, *, file: NamedFile, statement: str | None = None, day: date | None = None
) -> PlannedChange:
    """Put a file into the ledger as evidence of a measure.

    Examples:
        xuncha attach 2.3 评审意见.pdf
    """
    from xuncha.store.files import fingerprint  # noqa: PLC0415  the help reads this module but needs neither import
    from xuncha.workflow import evidence  # noqa: PLC0415

    names = [entry.name for entry in case.session.source.entries(f"{EVIDENCE}/{case.identity}")]
    fingerprint_ = fingerprint(BytesIO(file.content))
    evidence_entry, is_kept = evidence.evidence_entry(file.name, fingerprint_, case.measure, names)
    name = evidence_entry["file"]
    written_on = day or case.today
    text = (statement or "").strip() or f"附佐证材料：{evidence_entry.get('name', name)}"
    for entry in case.measure.progress:
        files = {getattr(item, "file", None) for item in entry.evidence}
        if (entry.date, entry.text) == (written_on, text) and name in files:
            message = _("{file} is already attached to {id}, with the same text")
            hint = _("to add more: xuncha progress {id} …", id=case.identity)
            message = message.format(file=name, id=case.identity)
            raise RefusedError("already-attached", message, hint, case.identity.path)
    new_entry = {"date": written_on.isoformat(), "text": text, "evidence": [evidence_entry], "publish": False}
    path = f"{EVIDENCE}/{case.identity}/{name}"
    place = _("the same file is already in the ledger: {path}") if is_kept else _("it is in {path}")
    notes = [_("{name} attached", name=evidence.printable_name(file.name)), place.format(path=path)]
    entries = with_entry(case.data.get("progress", ()), new_entry)
    return PlannedChange({"progress": entries}, files={} if is_kept else {path: file.content}, notes=notes)
