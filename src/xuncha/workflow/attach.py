"""Attach (佐证材料): copy files into the ledger as evidence of a measure, with an unpublished progress entry that names them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.workflow.progress import with_entry
from xuncha.workflow.verb import STARTED, Case, NamedFile, PlannedChange, verb


@verb("attach", "佐证", STARTED, "status", "progress", multiple=False)
def attach(
    case: Case, *, files: Sequence[NamedFile], statement: str | None = None, day: date | None = None
) -> PlannedChange:
    """Put files into the ledger as evidence of a measure.

    Examples:
        xuncha attach 2.3 评审意见.pdf
    """
    from xuncha.store.files import fingerprint  # noqa: PLC0415  the help reads this module but needs neither import
    from xuncha.workflow import evidence  # noqa: PLC0415

    folder = f"{EVIDENCE}/{case.identity}"
    taken_names = [entry.name for entry in case.session.source.entries(folder)]
    attached = evidence.files_by_hash(case.measure)
    items: dict[str, dict[str, Any]] = {}
    new_files: dict[str, bytes] = {}
    notes: list[str] = []
    for file in files:
        item = evidence.evidence_entry(file.name, fingerprint(BytesIO(file.content)), attached, taken_names)
        name = item["file"]
        path = f"{folder}/{name}"
        is_kept = item["sha256"] in attached
        if not is_kept:
            new_files[path] = file.content
            attached[item["sha256"]] = name
            taken_names.append(name)
        items.setdefault(name, item)
        place = _("the same file is already in the ledger: {path}") if is_kept else _("it is in {path}")
        note = _("{name} attached", name=evidence.printable_name(file.name))
        notes.append(note + _("; ") + place.format(path=path))  # in one: equal notes are told only once
    written_on = day or case.today
    names = "、".join(item.get("name", name) for name, item in items.items())
    text = (statement or "").strip() or f"附佐证材料：{names}"
    for entry in case.measure.progress:
        earlier = {getattr(item, "file", None) for item in entry.evidence}
        if (entry.date, entry.text) == (written_on, text) and items.keys() <= earlier:
            message = _("{file} is already attached to {id}, with the same text")
            hint = _("to add more: xuncha progress {id} …", id=case.identity)
            message = message.format(file=_(", ").join(items), id=case.identity)
            raise RefusedError("already-attached", message, hint, case.identity.path)
    named = [*items.values()]
    new_entry = {"date": written_on.isoformat(), "text": text, "evidence": named, "publish": False}
    entries = with_entry(case.data.get("progress", ()), new_entry)
    return PlannedChange({"progress": entries}, files=new_files, notes=notes)
