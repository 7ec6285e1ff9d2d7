"""The table of the workflow: each action in each status."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest

from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.model.records import Closed, EvidenceFile, Measure, Problem, Progress
from xuncha.model.register import FieldFrame, Frame
from xuncha.model.vocabulary import STATUSES, Action, Requirement, Status
from xuncha.store.editing import KEYS
from xuncha.trail import history
from xuncha.trail.history import Event
from xuncha.workflow import committer
from xuncha.workflow.close import unmet_requirements
from xuncha.workflow.verb import Case, PlannedChange
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from xuncha.workflow.change import Session
    from xuncha.workflow.verb import Verb

DAY = date(2024, 6, 15)
WORKED = Progress(date=DAY, text="已办。")
PROVED = Progress(date=DAY, text="已办。", evidence=["某水〔2024〕7号"])
FILED = Progress(date=DAY, text="已办。", evidence=[EvidenceFile(file="评审意见.pdf", sha256="0" * 64)])

# Rows: what may be done. Columns: the status it is done in, and the one it leads to; whatever is not here is refused.
TABLE: dict[Action, dict[Status, Status]] = {
    "start": {"not_started": "in_progress"},
    "progress": {"not_started": "in_progress", "in_progress": "in_progress", "submitted": "submitted"},
    "set": {"not_started": "not_started", "in_progress": "in_progress", "submitted": "submitted"},
    "attach": {"not_started": "in_progress", "in_progress": "in_progress", "submitted": "submitted"},
    "submit": {"in_progress": "submitted"},
    "return": {"submitted": "in_progress"},
    "close": {"in_progress": "closed", "submitted": "closed"},
    "reopen": {"closed": "in_progress"},
    "extend": {"not_started": "not_started", "in_progress": "in_progress", "submitted": "submitted"},
    "escalate": {"not_started": "not_started", "in_progress": "in_progress", "submitted": "submitted"},
    "review": {"closed": "closed"},
}
WHOLE_LEDGER = {"init", "add", "edit", "import", "undo", "sync", "renumber", "comment", "remove"}
CELLS = [(action, status, row.get(status)) for action, row in TABLE.items() for status in STATUSES]
OPEN = [(action, status, to) for action, status, to in CELLS if to is not None]
SHUT = [(action, status) for action, status, to in CELLS if to is None]


def measure(status: Status = "in_progress", *, long_term: bool = True, **keys: Any) -> Measure:
    return Measure(
        title="完成前期手续",
        term="long_term" if long_term else "once",
        leader="局长",
        office="规划科",
        due=date(2024, 12, 31),
        status=status,
        closed=Closed(date=DAY) if status == "closed" else None,
        **keys,
    )


def test_no_action_is_forgotten_by_this_table_or_by_the_workflow() -> None:
    assert set(TABLE) == set(VERBS) == set(get_args(Action)) - WHOLE_LEDGER
    assert len(CELLS) == 44


@pytest.mark.parametrize(("action", "status", "to"), OPEN)
def test_an_office_can_do_what_the_table_opens_to_it(action: Action, status: Status, to: Status) -> None:
    assert VERBS[action].target("2.3", status) == to


@pytest.mark.parametrize(("action", "status"), SHUT)
def test_a_status_cannot_be_jumped_by_what_the_table_does_not_open(action: Action, status: Status) -> None:
    with pytest.raises(RefusedError) as refused:
        VERBS[action].target("2.3", status)
    assert refused.value.code == {
        "not_started": "not-started", "in_progress": "in-progress", "submitted": "already-submitted", "closed": "already-closed",
    }[status]  # fmt: skip
    assert refused.value.exit_code == 1
    assert "2.3" in refused.value.message
    assert f"`{action}`" in refused.value.message


@pytest.mark.parametrize(("action", "status"), SHUT)
def test_who_is_refused_is_told_commands_that_are_open_to_the_measure(action: Action, status: Status) -> None:
    with pytest.raises(RefusedError) as refused:
        VERBS[action].target("2.3", status)
    named = re.findall(r"xuncha (\w+) 2\.3", refused.value.hint)
    assert named
    for command in named:
        assert status in TABLE[command], f"`{command}` would be refused too"


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_the_audit_lets_a_verb_change_the_status_only_where_it_leads_elsewhere(verb: Verb) -> None:
    leads_elsewhere = any(source != target for source, target in verb.transitions.items())
    assert ("status" in verb.changes) == leads_elsewhere
    assert verb.changes <= set(KEYS)


FRAME = Frame(
    organisation=None,
    inspector=None,
    feedback=None,
    categories=(("a", "关于学习方面"), ("b", "关于推进方面")),
    leaders=("局长", "分管副局长"),
    offices=("办公室", "规划科"),
    outcomes=(),
    fields=(
        FieldFrame("cause", "根本原因", "problem", "text", ()),
        FieldFrame("money", "涉及金额", "measure", "number", ()),
    ),
    due_soon_days=14,
    close_requires=("progress",),
    review_every_days=180,
)


def plan(action: Action, held: dict[str, Any], **given: Any) -> PlannedChange:
    """Plan an action of 2024-06-15 on a measure that holds these keys."""
    record = Measure(title="完成前期手续", status="in_progress", **held)
    data = record.model_dump(mode="json", exclude_defaults=True)
    case = Case(cast("Session", None), FRAME, DAY, Identity(2, 3), record, data)
    return VERBS[action].function(case, **given)


EARLIER, LATER = (
    Progress(date=date(2024, 6, 1), text="先办。"),
    Progress(date=date(2024, 6, 20), text="后办。"),
)
FIRST, LAST = {"date": "2024-06-01", "text": "先办。"}, {"date": "2024-06-20", "text": "后办。"}


@pytest.mark.parametrize(
    ("action", "held", "given", "edits"),
    [
        ("start", {}, {}, {}),
        ("progress", {}, {"text": " 已办。\n"}, {"progress": [{"date": "2024-06-15", "text": "已办。"}]}),
        (
            "progress",
            {"progress": [EARLIER, LATER]},
            {"text": "已办。", "day": date(2024, 6, 2), "evidence": [" 某水〔2024〕7号 "], "no_publish": True},
            {"progress": [FIRST, {"date": "2024-06-02", "text": "已办。", "evidence": ["某水〔2024〕7号"], "publish": False}, LAST]},
        ),
        ("progress", {"progress": [EARLIER]}, {"text": "又办。", "day": EARLIER.date}, {"progress": [FIRST, {"date": "2024-06-01", "text": "又办。"}]}),
        ("return", {}, {"reason": "缺材料"}, {}),
        ("reopen", {}, {"reason": "反弹"}, {"closed": None}),
        ("extend", {}, {"due": date(2024, 6, 1), "reason": "漏填"}, {"due": "2024-06-01"}),
        ("extend", {"due": DAY}, {"due": date(2024, 6, 16), "reason": "手续"}, {"due": "2024-06-16"}),
        ("escalate", {}, {"to": "分管"}, {"escalated": {"to": "分管副局长", "date": "2024-06-15"}}),
        ("review", {"term": "long_term"}, {"result": "holds"}, {"reviews": [{"date": "2024-06-15", "result": "holds"}]}),
        (
            "review",
            {"term": "long_term"},
            {"result": "slipped", "findings": " 有反弹 "},
            {"reviews": [{"date": "2024-06-15", "result": "slipped", "text": "有反弹"}]},
        ),
        ("set", {"due": DAY}, {"person": "张某"}, {"person": "张某"}),
        ("set", {}, {"due": DAY, "leader": "分管"}, {"leader": "分管副局长", "due": "2024-06-15"}),
        ("set", {}, {"office": "规划", "co_offices": ["办公"]}, {"office": "规划科", "co_offices": ["办公室"]}),
        ("set", {"fields": {"money": 1}}, {"fields": {"money": "2.5"}}, {"fields": {"money": 2.5}}),
    ],
)  # fmt: skip
def test_a_verb_writes_what_was_given_and_nothing_else(
    action: Action, held: dict[str, Any], given: dict[str, Any], edits: dict[str, Any]
) -> None:
    planned = plan(action, held, **given)
    assert planned.edits == edits
    assert edits.keys() <= VERBS[action].changes, "the audit would report it"
    assert planned.reason == given.get("reason", "")
    assert not planned.signed
    assert planned.warning is None


@pytest.mark.parametrize(
    ("action", "held", "given", "code"),
    [
        ("extend", {"due": DAY}, {"due": DAY, "reason": "手续"}, "not-later"),
        ("extend", {"due": date(2024, 6, 14)}, {"due": DAY, "reason": "手续"}, "already-late"),
        ("extend", {"due": date(2024, 6, 14)}, {"due": date(2024, 6, 1), "reason": "手续"}, "not-later"),
        ("review", {"term": "once"}, {"result": "holds"}, "not-long-term"),
        ("submit", {}, {}, "close-requires-progress"),
        ("set", {"due": DAY}, {"due": DAY}, "due-set"),
        ("set", {}, {"category": "a"}, "not-a-problem"),
        ("set", {}, {"co_offices": [], "title": ""}, "nothing-given"),
    ],
)
def test_a_verb_refuses_what_it_cannot_do_to_a_measure(
    action: Action, held: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        plan(action, held, **given)
    assert refused.value.code == code


def test_who_extends_after_the_time_limit_is_warned_of_the_audit() -> None:
    planned = plan("extend", {"due": date(2024, 6, 14)}, due=DAY, reason="手续", late=True)
    assert (planned.edits, bool(planned.warning)) == ({"due": "2024-06-15"}, True)


def test_only_a_result_that_has_slipped_leads_to_opening_the_measure_again() -> None:
    held = {"term": "long_term"}
    assert "xuncha reopen 2.3" in plan("review", held, result="slipped").next_step
    assert plan("review", held, result="holds").next_step == ""


def test_of_a_problem_title_category_and_fields_are_corrected_and_nothing_else() -> None:
    case = Case(
        cast("Session", None),
        FRAME,
        DAY,
        Identity(2),
        Problem(title="推进缓慢", fields={"cause": "不明"}),
        {},
    )
    correct = VERBS["set"].function
    given = {"title": "推进慢", "category": "推进", "fields": {"cause": "人手不足"}}
    edits = {"title": "推进慢", "category": "b", "fields": {"cause": "人手不足"}}
    assert correct(case, **given).edits == edits
    with pytest.raises(RefusedError, match="--co-offices"):
        correct(case, **given, co_offices=["办公室"])


def event(commit: str, email: str, to: str | None, **more: Any) -> Event:
    """Return what a commit did to 2.3, which had another status before."""
    usual: dict[str, Any] = {
        "date": "2024-06-15T00:00:00+08:00",
        "author": email,
        "reason": None,
        "subject": "x",
    }
    return Event(
        **usual
        | {"commit": commit, "email": email, "action": "x", "id": "2.3", "from_": None, "to": to}
        | more
    )


ZHANG, LI = "zhang@example.invalid", "li@example.invalid"
APPLIED = event("1", ZHANG, "submitted")
RETURNED = event("2", LI, "in_progress")


@pytest.mark.parametrize(
    ("events", "emails"),
    [
        ([], set()),
        ([APPLIED], {ZHANG}),
        ([APPLIED, RETURNED], set()),
        ([APPLIED, RETURNED, event("3", LI, "submitted")], {LI}),
        ([APPLIED, event("2", LI, None)], {ZHANG}),
        ([APPLIED, event("2", LI, "submitted", from_="submitted")], {ZHANG}),
        ([APPLIED, event("2", LI, "2.4", action="renumber")], {ZHANG}),
        ([APPLIED, event("2", ZHANG, "in_progress", action="undo", undoes=("1",))], set()),
        ([APPLIED, RETURNED, event("3", LI, "submitted", action="undo", undoes=("2",))], {ZHANG}),
        ([APPLIED, RETURNED, event("3", ZHANG, "submitted", action="undo", undoes=("2",))], {ZHANG}),
        ([APPLIED, RETURNED, event("3", "wang@example.invalid", "submitted", action="undo", undoes=("2",))], {"wang@example.invalid"}),
    ],
)  # fmt: skip
def test_who_applied_last_is_known_whatever_was_done_since(
    monkeypatch: pytest.MonkeyPatch, events: list[Event], emails: set[str]
) -> None:
    monkeypatch.setattr(history, "history_of_measure", lambda *_arguments: events[::-1])
    monkeypatch.setattr(history, "newest_of", lambda _root, commits: list(commits)[-1:])
    assert committer.applicants(Path(), Identity(2, 3)) == emails


def lacks(requires: list[Requirement], closed: Measure) -> list[Requirement]:
    """Return what a measure lacks to be closed by the applicant."""
    proofs = [entry.evidence for entry in closed.progress]
    return unmet_requirements(requires, closed.status, proofs, lambda: False)


@pytest.mark.parametrize(
    ("requirement", "lacking", "having"),
    [
        ("progress", measure(), measure(progress=[WORKED])),
        ("evidence", measure(progress=[WORKED]), measure(progress=[WORKED, PROVED])),
        ("evidence", measure(), measure(progress=[FILED])),
        ("submission", measure("in_progress"), measure("submitted")),
    ],
)
def test_what_the_policy_asks_of_a_measure_is_missed_until_it_is_there(
    requirement: Requirement, lacking: Measure, having: Measure
) -> None:
    assert lacks([requirement], lacking) == [requirement]
    assert lacks([requirement], having) == []


@pytest.mark.parametrize(
    ("applied", "differs"), [(set(), False), ({"A@x"}, False), ({"a@x", "b@x"}, False), ({"b@x"}, True)]
)
def test_no_one_can_close_what_he_applied_for_himself(
    monkeypatch: pytest.MonkeyPatch, applied: set[str], *, differs: bool
) -> None:
    monkeypatch.setattr(committer, "addresses", lambda _root: {"a@x", "a@y"})
    monkeypatch.setattr(committer, "applicants", lambda _root, _identity: applied)
    assert committer.is_second_person(Path(), Identity(2, 3)) is differs
    assert lacks(["second_person"], measure("submitted")) == ["second_person"]


def test_a_signature_is_left_to_git() -> None:
    assert lacks(["signed_commit"], measure()) == []


def test_a_policy_that_asks_nothing_misses_nothing() -> None:
    assert lacks([], measure("not_started")) == []


def test_everything_that_is_missing_is_named_in_the_order_of_the_policy() -> None:
    asked: list[Requirement] = ["second_person", "submission", "signed_commit", "evidence", "progress"]
    assert lacks(asked, measure()) == [
        "second_person",
        "submission",
        "evidence",
        "progress",
    ]
    assert lacks(asked[1:], measure("submitted", progress=[PROVED])) == []
