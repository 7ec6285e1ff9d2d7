"""The table of the workflow, action by action and status by status, as the design lays it down."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args

import pytest

from xuncha.errors import RefusedError
from xuncha.model.records import Closed, EvidenceFile, Measure, Progress
from xuncha.model.vocabulary import STATUSES, Action, Requirement, Status
from xuncha.workflow.transitions import TRANSITIONS, missing, remedy, signing, step

DAY = date(2024, 6, 15)
WORKED = Progress(date=DAY, text="已办。")
PROVED = Progress(date=DAY, text="已办。", evidence=["某水〔2024〕7号"])
FILED = Progress(date=DAY, text="已办。", evidence=[EvidenceFile(file="评审意见.pdf", sha256="0" * 64)])

# Rows: what may be done. Columns: the status it is done in, and the one it leads to; whatever is not here is refused.
TABLE: dict[Action, dict[Status, Status]] = {
    "start": {"not_started": "in_progress"},
    "progress": {"not_started": "in_progress", "in_progress": "in_progress", "submitted": "submitted"},
    "attach": {"not_started": "in_progress", "in_progress": "in_progress", "submitted": "submitted"},
    "submit": {"in_progress": "submitted"},
    "return": {"submitted": "in_progress"},
    "close": {"in_progress": "closed", "submitted": "closed"},
    "reopen": {"closed": "in_progress"},
    "extend": {"not_started": "not_started", "in_progress": "in_progress", "submitted": "submitted"},
    "escalate": {"not_started": "not_started", "in_progress": "in_progress", "submitted": "submitted"},
    "review": {"closed": "closed"},
}
WHOLE_LEDGER = {"init", "add", "edit", "import", "undo", "sync", "renumber"}
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
    assert set(TABLE) == set(TRANSITIONS) == set(get_args(Action)) - WHOLE_LEDGER
    assert len(CELLS) == 40


@pytest.mark.parametrize(("action", "status", "to"), OPEN)
def test_an_office_can_do_what_the_table_opens_to_it(action: Action, status: Status, to: Status) -> None:
    assert step(action, "2.3", measure(status)) == to


@pytest.mark.parametrize(("action", "status"), SHUT)
def test_a_status_cannot_be_jumped_by_what_the_table_does_not_open(action: Action, status: Status) -> None:
    with pytest.raises(RefusedError) as refused:
        step(action, "2.3", measure(status))
    assert refused.value.code == {
        "not_started": "not-started", "in_progress": "in-progress", "submitted": "already-submitted", "closed": "already-closed",
    }[status]  # fmt: skip
    assert refused.value.exit_code == 1
    assert "2.3" in refused.value.message
    assert f"`{action}`" in refused.value.message


@pytest.mark.parametrize(("action", "status"), SHUT)
def test_who_is_refused_is_told_commands_that_are_open_to_the_measure(action: Action, status: Status) -> None:
    with pytest.raises(RefusedError) as refused:
        step(action, "2.3", measure(status))
    named = re.findall(r"xuncha (\w+) 2\.3", refused.value.hint)
    assert named
    for command in named:
        assert status in TABLE[command], f"`{command}` would be refused too"


@pytest.mark.parametrize(("action", "status", "to"), OPEN)
def test_a_measure_done_once_has_the_same_way_but_for_the_later_look(
    action: Action, status: Status, to: Status
) -> None:
    once = measure(status, long_term=False)
    if action == "review":
        with pytest.raises(RefusedError) as refused:
            step(action, "2.3", once)
        assert refused.value.code == "not-long-term"
        assert "2.3" in refused.value.message
    else:
        assert step(action, "2.3", once) == to


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
    assert missing([requirement], lacking, closer="a@x", submitter="b@x") == [requirement]
    assert missing([requirement], having, closer="a@x", submitter="b@x") == []


@pytest.mark.parametrize(
    ("submitter", "lacks"), [(None, ["second_person"]), ("a@x", ["second_person"]), ("b@x", [])]
)
def test_no_one_can_close_what_he_applied_for_himself(submitter: str | None, lacks: list[str]) -> None:
    assert missing(["second_person"], measure("submitted"), closer="a@x", submitter=submitter) == lacks


def test_a_signature_is_left_to_git() -> None:
    assert missing(["signed_commit"], measure(), closer="a@x", submitter=None) == []


def test_a_policy_that_asks_nothing_misses_nothing() -> None:
    assert missing([], measure("not_started"), closer="", submitter=None) == []


def test_everything_that_is_missing_is_named_in_the_order_of_the_policy() -> None:
    asked: list[Requirement] = ["second_person", "submission", "signed_commit", "evidence", "progress"]
    assert missing(asked, measure(), closer="a@x", submitter=None) == [
        "second_person",
        "submission",
        "evidence",
        "progress",
    ]
    assert missing(asked, measure("submitted", progress=[PROVED]), closer="a@x", submitter="b@x") == []


def test_who_cannot_sign_is_told_what_to_type() -> None:
    assert "user.signingkey" in signing()


@pytest.mark.parametrize("requirement", [each for each in get_args(Requirement) if each != "signed_commit"])
def test_who_lacks_a_requirement_is_told_what_to_type(requirement: Requirement) -> None:
    message, hint = remedy(requirement, "2.3")
    assert "2.3" in message
    assert re.search(r"xuncha (progress|attach|submit) 2\.3|git config user\.signingkey", hint)
