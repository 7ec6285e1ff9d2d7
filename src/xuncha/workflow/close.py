"""Close (销号): close measures that are done and meet what the policy of the ledger requires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from xuncha.errors import RefusedError, combined
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import Requirement
from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("close", "销号", {"in_progress": "closed", "submitted": "closed"}, "status", "closed")
def close(case: Case, *, note: str | None = None, day: date | None = None) -> PlannedChange:
    """Close measures: all that are named, in one commit, or none.

    Examples:
        xuncha close 2.3
        xuncha close 1.1 2.1 --note 验收通过
    """
    from xuncha.workflow.committer import is_second_person  # noqa: PLC0415  the help does not need it

    requires = case.frame.close_requires
    must_meet(case, requires, partial(is_second_person, case.session.root, case.identity))
    reason = (note or "").strip()
    closed = {"date": (day or case.today).isoformat(), "by": case.session.git.user()[0]}
    closed |= {"note": reason} if reason else {}
    return PlannedChange({"closed": closed}, reason, signed="signed_commit" in requires)


def must_meet(
    case: Case, requires: Sequence[Requirement], is_second_person: Callable[[], bool] = lambda: True
) -> None:
    """Raise RefusedError for all requirements of the policy that a measure does not meet."""
    evidence = [entry.evidence for entry in case.measure.progress]
    if unmet := unmet_requirements(requires, case.measure.status, evidence, is_second_person):
        raise combined([requirement_error(requirement, case.identity) for requirement in unmet])


def unmet_requirements(
    requires: Sequence[Requirement],
    status: str | None,
    evidence: Sequence[Sequence[object]],
    is_second_person: Callable[[], bool],
) -> list[Requirement]:
    """Return the requirements of the policy that a measure does not meet, in the policy's order.

    A required signature is left to git, which makes the commit. `evidence` holds the evidence of each progress entry;
    `is_second_person` tells, if it is asked, whether someone other than the applicant closes.
    """
    met: dict[Requirement, bool] = {
        "progress": bool(evidence),
        "evidence": any(evidence),
        "submission": status == "submitted",
        "second_person": "second_person" not in requires or is_second_person(),
    }
    return [requirement for requirement in requires if not met.get(requirement, True)]


def requirement_error(requirement: Requirement, identity: Identity) -> RefusedError:
    """Return the error for a requirement that is not met."""
    match requirement:
        case "progress":
            message, hint = _("{id} has no progress entry"), _("say what was done: xuncha progress {id} …")
        case "evidence":
            message = _("{id} has no evidence")
            hint = _(
                "name it with xuncha progress {id} … --evidence 文号, or attach a file with xuncha attach {id} FILE"
            )
        case "submission":
            message, hint = _("no application to close {id} has been made"), _("type: xuncha submit {id}")
        case _:  # second_person: git checks a signature
            message = _("{id} must be closed by someone other than the applicant")
            hint = _("let another person close it; if no one applied for it: xuncha submit {id}")
    code = f"close-requires-{requirement}".replace("_", "-")
    return RefusedError(code, message.format(id=identity), hint.format(id=identity), identity.path)
