"""Each action: the lines it changes, its commit, and refusals without changes."""

from __future__ import annotations

import hashlib
import inspect
from collections import Counter
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.conftest import LEDGER, LedgerOnDisk, measure
from tests.workflow import actions
from tests.workflow.actions import add_measure, add_problem
from tests.workflow.surroundings import (
    act,
    changed_lines,
    findings,
    folders,
    index,
    policy,
    record,
    snapshot,
    subject,
    touched,
    trailers,
)
from xuncha.cli import command
from xuncha.cli.context import Context
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError
from xuncha.model.identity import Identity
from xuncha.model.records import Closed
from xuncha.store import cache, editing, loading, reading
from xuncha.store import record as store_record
from xuncha.workflow import change, perform
from xuncha.workflow.undo import undo
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflow.actions import Planned

DAY = date(2024, 6, 1)
PDF = b"%PDF-1.7\r\n\x00\xff"
DIGEST = hashlib.sha256(PDF).hexdigest()


class Case(NamedTuple):
    """An action on a measure of the fixture, and what must come of it."""

    action: str
    planned: Planned
    id: str
    to: str
    removed: list[str]
    added: list[str]
    subject: str
    reason: str = ""
    evidence: str = ""
    from_: str = ""


ENTRY = ["  - date: 2024-06-01\n", "    text: 印发实施方案。\n"]
CASES = [
    Case(
        "start", actions.start(), "1.1", "in_progress",
        ["status: not_started\n"], ["status: in_progress\n"], "启动 1.1 做好1.1号工作", from_="not_started",
    ),
    Case(
        "progress", actions.progress("印发实施方案。", DAY), "1.1", "in_progress",
        ["status: not_started\n"], ["status: in_progress\n", "progress:\n", *ENTRY], "进展 1.1 做好1.1号工作",
        from_="not_started",
    ),
    Case(
        "progress", actions.progress(" 印发实施方案。\n", DAY, ["某水〔2024〕8号 "], publish=False), "1.2", "in_progress",
        [], [*ENTRY, "    evidence: [某水〔2024〕8号]\n", "    publish: false\n"], "进展 1.2 做好1.2号工作",
        from_="in_progress",
    ),
    Case(
        "progress", actions.progress("印发实施方案。", DAY), "2.1", "submitted",
        [], ENTRY, "进展 2.1 做好2.1号工作", from_="submitted",
    ),
    Case(
        "attach", actions.attach("评审意见.pdf", PDF, DAY), "1.2", "in_progress",
        [],
        [
            "  - date: 2024-06-01\n",
            "    text: 附佐证材料：评审意见.pdf\n",
            f"    evidence: [{{file: 评审意见.pdf, sha256: {DIGEST}, size: {len(PDF)}}}]\n",
            "    publish: false\n",
        ],
        "佐证 1.2 做好1.2号工作", evidence="data/evidence/1.2/评审意见.pdf", from_="in_progress",
    ),
    Case(
        "submit", actions.submit(), "1.2", "submitted",
        ["status: in_progress\n"], ["status: submitted\n"], "申请销号 1.2 做好1.2号工作", from_="in_progress",
    ),
    Case(
        "return", actions.give_back("缺少评审意见"), "2.1", "in_progress",
        ["status: submitted\n"], ["status: in_progress\n"], "退回 2.1 做好2.1号工作",
        reason="缺少评审意见", from_="submitted",
    ),
    Case(
        "close", actions.close(DAY), "2.1", "closed",
        ["status: submitted\n"], ["status: closed\n", "closed: {date: 2024-06-01, by: tester}\n"],
        "销号 2.1 做好2.1号工作", from_="submitted",
    ),
    Case(
        "close", actions.close(DAY, "验收通过"), "1.2", "closed",
        ["status: in_progress\n"], ["status: closed\n", "closed: {date: 2024-06-01, by: tester, note: 验收通过}\n"],
        "销号 1.2 做好1.2号工作", reason="验收通过", from_="in_progress",
    ),
    Case(
        "reopen", actions.reopen("问题反弹"), "2.2", "in_progress",
        ["status: closed\n", "closed: {date: 2024-04-01, by: 办公室}\n"], ["status: in_progress\n"],
        "重新打开 2.2 做好2.2号工作", reason="问题反弹", from_="closed",
    ),
    Case(
        "extend", actions.extend(date(2025, 1, 1), "手续未完"), "3.1", "in_progress",
        ["due: 2024-12-31\n"], ["due: 2025-01-01\n"], "延期 3.1 做好3.1号工作", reason="手续未完", from_="in_progress",
    ),
    Case(
        "escalate", actions.escalate("局长", DAY), "1.1", "not_started",
        [], ["escalated: {to: 局长, date: 2024-06-01}\n"], "攻坚 1.1 做好1.1号工作", from_="not_started",
    ),
    Case(
        "review", actions.review("slipped", DAY, "有反弹"), "2.3", "closed",
        [], ["reviews:\n", "  - date: 2024-06-01\n", "    result: slipped\n", "    text: 有反弹\n"],
        "回头看 2.3 做好2.3号工作", from_="closed",
    ),
]  # fmt: skip
each_case = pytest.mark.parametrize("case", CASES, ids=[f"{case.action}-{case.id}" for case in CASES])


def prepare(ledger: LedgerOnDisk) -> None:
    """Make 2.3 a long-term measure, which the later look needs."""
    ledger.write(ledger.path("2.3"), measure("2.3", "closed", term="long_term"))
    ledger.commit("long-term")


@each_case
def test_an_action_changes_its_own_lines_and_no_comment_of_the_office(
    ledger: LedgerOnDisk, case: Case
) -> None:
    prepare(ledger)
    before = ledger.read(case.id)
    act(ledger, case.planned, case.id)
    removed, added = changed_lines(before, ledger.read(case.id))
    assert (removed, added) == (case.removed, case.added)
    assert "# 行尾说明" in ledger.read(case.id)
    assert findings(ledger) == []


@each_case
def test_an_action_is_one_commit_that_programs_can_read_back(ledger: LedgerOnDisk, case: Case) -> None:
    prepare(ledger)
    commits = ledger.commits()
    done = act(ledger, case.planned, case.id)
    assert ledger.commits() == commits + 1
    assert subject(ledger) == case.subject
    assert trailers(ledger) == [
        ("Xuncha-Action", case.action),
        ("Xuncha-Id", case.id),
        ("Xuncha-From", case.from_),
        ("Xuncha-To", case.to),
        *([("Xuncha-Reason", case.reason)] if case.reason else []),
    ]
    assert [tuple(step) for step in done.steps] == [(case.id, case.from_, case.to)]
    assert list(done.titles) == [f"做好{case.id}号工作"]
    assert ledger.clean()


@each_case
def test_what_others_staged_or_are_changing_stays_theirs(ledger: LedgerOnDisk, case: Case) -> None:
    prepare(ledger)
    other = "3.1" if case.id != "3.1" else "1.1"
    ledger.write("staged.txt", "staged")
    ledger.write("data/ledger.yaml", LEDGER + "# staged\n")
    ledger.git("add", "staged.txt", "data/ledger.yaml")
    ledger.write(ledger.path(other), ledger.read(other) + "# unfinished\n")
    ledger.write("untracked.txt", "untracked")
    act(ledger, case.planned, case.id)
    assert touched(ledger) == {ledger.path(case.id), *([case.evidence] if case.evidence else [])}
    assert ledger.git("diff", "--cached", "--name-only", "-z").split("\0")[:-1] == [
        "data/ledger.yaml",
        "staged.txt",
    ]
    assert ledger.git("diff", "--name-only", "-z").split("\0")[:-1] == [ledger.path(other)]
    assert ledger.git("ls-files", "--others", "-z") == "untracked.txt\0"


@each_case
def test_an_action_changes_no_key_that_the_audit_does_not_let_it_change(
    ledger: LedgerOnDisk, case: Case
) -> None:
    prepare(ledger)
    before = record(ledger, case.id)
    act(ledger, case.planned, case.id)
    after = record(ledger, case.id)
    changed = {key for key in type(before).model_fields if getattr(before, key) != getattr(after, key)}
    assert changed <= VERBS[case.action].changes


@pytest.mark.parametrize("identities", [["2.1"], ["1.2", "3.1", "2.1"]])
def test_closing_takes_one_lock_and_reads_the_bytes_of_each_file_once(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, identities: list[str]
) -> None:
    monkeypatch.setattr(cache, "_SETTLE_TIME", -(10**9))
    monkeypatch.setattr("xuncha.cli.screen.line", lambda _text="": None)
    cache.register(ledger.root)  # what an earlier command has read of the other files is believed
    counts: Counter[str] = Counter()
    for module, name in [
        *((module, "parse") for module in (perform, editing, reading, store_record)),
        (editing, "parse_tree"), (loading, "load_problem"), (change, "_lock"),
    ]:  # fmt: skip
        monkeypatch.setattr(module, name, counted(getattr(module, name), name, counts))
    monkeypatch.chdir(ledger.root)
    import_module("xuncha.cli.work")  # enters the commands
    do = inspect.unwrap(command._ENTRIES["close",][0])
    do(Context(None, DAY, clock=lambda: DAY), measures=identities, note=None, day=None)
    n = len(identities)
    assert counts == {"_lock": 1, "parse": 2 * n, "parse_tree": n}


def counted(function: Callable[..., Any], name: str, counts: Counter[str]) -> Callable[..., Any]:
    """Wrap a function so that its calls are counted under a name."""

    def wrapper(*arguments: Any) -> Any:
        counts[name] += 1
        return function(*arguments)

    return wrapper


def applied_for_and_returned(ledger: LedgerOnDisk, become: Callable[[str], None]) -> None:
    """Zhang applies for the closing of 1.2 where two must look, and Li returns it; Li goes on."""
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    become("li")
    act(ledger, actions.give_back("缺材料"), "1.2")


def test_the_counts_after_an_action_are_those_of_the_files(ledger: LedgerOnDisk) -> None:
    done = act(ledger, actions.close(DAY), "2.1")
    assert done.register is not None
    assert [row.status for row in done.register.measures] == [
        "not_started", "in_progress", "closed", "closed", "closed", "in_progress",
    ]  # fmt: skip
    assert [problem.id for problem in done.completed] == ["2"]
    assert ledger.json("status")["measures"]["closed"] == 3


def test_a_problem_that_was_corrected_is_shown_as_it_is_now(ledger: LedgerOnDisk) -> None:
    given = {"title": "推进慢", "category": "学习", "fields": {"cause": "人手不足"}}
    done = act(ledger, actions.Planned("set", given), "2")
    assert done.register == cache.register(ledger.root)


def test_a_change_that_changes_nothing_is_refused_and_names_the_file(ledger: LedgerOnDisk) -> None:
    error = refused(ledger, actions.Planned("set", {"leader": "分管副局长"}), "1.2")
    assert (error.code, error.path) == ("nothing-changed", ledger.path("1.2"))


def test_a_problem_is_called_complete_only_by_the_measure_that_completes_it(ledger: LedgerOnDisk) -> None:
    assert act(ledger, actions.close(DAY), "1.2").completed == []
    assert act(ledger, actions.progress("补充。", DAY), "1.1").completed == []
    assert [problem.id for problem in act(ledger, actions.close(DAY), "1.1").completed] == ["1"]


# ---- several at once


def test_closing_several_is_one_commit_with_the_trailers_in_the_order_typed(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    done = act(ledger, actions.close(DAY, "验收"), "3.1", "1.2", "2.1", "1.2")
    assert ledger.commits() == commits + 1
    assert trailers(ledger) == [
        ("Xuncha-Action", "close"),
        ("Xuncha-Id", "3.1"),
        ("Xuncha-From", "in_progress"),
        ("Xuncha-To", "closed"),
        ("Xuncha-Id", "1.2"),
        ("Xuncha-From", "in_progress"),
        ("Xuncha-To", "closed"),
        ("Xuncha-Id", "2.1"),
        ("Xuncha-From", "submitted"),
        ("Xuncha-To", "closed"),
        ("Xuncha-Reason", "验收"),
    ]
    assert subject(ledger) == "销号 3.1、1.2、2.1"
    assert touched(ledger) == {ledger.path(identity) for identity in ("1.2", "2.1", "3.1")}
    assert [problem.id for problem in done.completed] == ["2", "3"]
    assert findings(ledger) == []


def test_each_title_stands_beside_its_own_number_when_several_are_closed(ledger: LedgerOnDisk) -> None:
    done = act(ledger, actions.close(DAY), "3.1", "1.2", "2.1")
    assert [(step.id, title) for step, title in zip(done.steps, done.titles, strict=True)] == [
        ("3.1", "做好3.1号工作"),
        ("1.2", "做好1.2号工作"),
        ("2.1", "做好2.1号工作"),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [("2.2", "already-closed"), ("1.1", "not-started"), ("2.9", "no-such-measure"), ("1", "not-a-measure")],
)  # fmt: skip
def test_closing_several_does_none_of_them_where_one_is_refused(
    ledger: LedgerOnDisk, wrong: str, code: str
) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    with pytest.raises(RefusedError) as refused:
        act(ledger, actions.close(DAY), "1.2", wrong, "2.1")
    assert refused.value.code == code
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    assert ledger.clean()


# ---- the policy


def refused(ledger: LedgerOnDisk, planned: Planned, *identities: str) -> RefusedError:
    """Assert that a request is refused and leaves no trace; return the refusal."""
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    with pytest.raises(RefusedError) as caught:
        act(ledger, planned, *identities)
    assert snapshot(ledger) == before
    assert ledger.commits() == commits
    assert index(ledger) == staged
    return caught.value


def test_a_measure_without_progress_is_not_closed_under_a_policy_that_asks_for_it(
    ledger: LedgerOnDisk,
) -> None:
    ledger.write(ledger.path("1.2"), measure("1.2", "in_progress", progress="[]"))
    ledger.commit("emptied")
    error = refused(ledger, actions.close(DAY), "1.2")
    assert error.code == "close-requires-progress"
    assert "xuncha progress 1.2" in error.hint
    act(ledger, actions.progress("已办。", DAY), "1.2")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_a_measure_without_evidence_is_not_closed_under_a_policy_that_asks_for_it(
    ledger: LedgerOnDisk,
) -> None:
    policy(ledger, "evidence")
    ledger.write(ledger.path("1.2"), measure("1.2", progress="\n  - {date: 2024-03-01, text: 已经开展。}"))
    ledger.commit("no evidence")
    error = refused(ledger, actions.close(DAY), "1.2")
    assert error.code == "close-requires-evidence"
    assert "xuncha attach 1.2" in error.hint
    act(ledger, actions.attach("a.pdf", PDF, DAY), "1.2")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_a_measure_no_one_applied_for_is_not_closed_under_a_policy_that_asks_for_it(
    ledger: LedgerOnDisk,
) -> None:
    policy(ledger, "submission")
    error = refused(ledger, actions.close(DAY), "1.2")
    assert error.code == "close-requires-submission"
    assert "xuncha submit 1.2" in error.hint
    act(ledger, actions.submit(), "1.2")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Be another person from now on."""

    def another(name: str) -> None:
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{role}_NAME", name)
            monkeypatch.setenv(f"GIT_{role}_EMAIL", f"{name}@example.invalid")

    return another


def test_no_one_closes_alone_what_he_applied_for_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    error = refused(ledger, actions.close(DAY), "1.2")
    assert error.code == "close-requires-second-person"
    assert error.path == ledger.path("1.2")
    become("li")
    act(ledger, actions.close(DAY), "1.2")
    assert "closed: {date: 2024-06-01, by: li}" in ledger.read("1.2")


def test_another_address_of_the_same_person_is_no_second_person(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    people = "people:\n  - {name: 李敏, emails: [Zhang@example.invalid, li@example.invalid]}\npolicy:"
    ledger.write(
        "data/ledger.yaml", LEDGER.replace("policy:", people).replace("[progress]", "[second_person]")
    )
    ledger.commit()
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    become("li")
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"
    become("wang")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_what_no_one_applied_for_is_closed_by_no_one_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    error = refused(ledger, actions.close(DAY), "1.2")
    assert error.code == "close-requires-second-person"
    assert "xuncha submit 1.2" in error.hint


def test_the_last_application_is_the_one_that_counts_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    act(ledger, actions.give_back("缺材料"), "1.2")
    become("li")
    act(ledger, actions.submit(), "1.2")
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"
    become("zhang")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_an_application_that_was_returned_or_has_led_to_closing_stands_no_more_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    act(ledger, actions.give_back("缺材料"), "1.2")
    become("li")
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    become("li")
    act(ledger, actions.close(DAY), "1.2")
    act(ledger, actions.reopen("反弹"), "1.2")
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"


def test_who_takes_a_return_of_another_back_has_applied_himself_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    applied_for_and_returned(ledger, become)
    become("wang")
    undo(ledger.root, others=True)
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"
    become("li")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_neither_of_two_who_applied_without_knowing_of_each_other_closes_where_two_must_look(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    ledger.git("branch", "side")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    ledger.git("switch", "-q", "side")
    become("li")
    act(ledger, actions.submit(), "1.2")
    ledger.git("merge", "-q", "--no-edit", "main")
    for name in ("zhang", "li"):
        become(name)
        assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"
    become("wang")
    act(ledger, actions.close(DAY), "1.2")


def test_a_return_that_was_taken_back_on_one_branch_lets_the_application_stand_beside_a_new_one(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    applied_for_and_returned(ledger, become)
    ledger.git("branch", "side")
    act(ledger, actions.submit(), "1.2")
    ledger.git("switch", "-q", "side")
    undo(ledger.root)
    ledger.git("merge", "-q", "--no-edit", "main")
    for name in ("zhang", "li"):
        become(name)
        assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"


def test_an_application_does_not_fall_by_work_that_is_recorded_after_it(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "1.2")
    act(ledger, actions.progress("补充材料。", DAY), "1.2")
    become("li")
    act(ledger, actions.close(DAY), "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_an_application_for_one_measure_does_not_count_for_another(
    ledger: LedgerOnDisk, become: Callable[[str], None]
) -> None:
    policy(ledger, "second_person")
    become("zhang")
    act(ledger, actions.submit(), "3.1")
    become("li")
    assert refused(ledger, actions.close(DAY), "1.2").code == "close-requires-second-person"


# ---- text that would be more than text


def test_a_reason_cannot_forge_the_trail(ledger: LedgerOnDisk) -> None:
    evil = "缺材料\n\nXuncha-To: closed\r\nXuncha-Action: close\x1eXuncha-Id: 9.9\x1f\u2028Xuncha-To: closed"
    act(ledger, actions.give_back(evil), "2.1")
    told = "缺材料 Xuncha-To: closed Xuncha-Action: close Xuncha-Id: 9.9 Xuncha-To: closed"
    assert trailers(ledger) == [
        ("Xuncha-Action", "return"),
        ("Xuncha-Id", "2.1"),
        ("Xuncha-From", "submitted"),
        ("Xuncha-To", "in_progress"),
        ("Xuncha-Reason", told),
    ]
    (row,) = [row for row in ledger.json("log", "2.1") if row["action"]]
    assert (row["action"], row["id"], row["to"], row["reason"]) == ("return", "2.1", "in_progress", told)


def test_a_reason_stays_out_of_the_file_that_notices_are_made_of(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.give_back("内部理由"), "2.1")
    act(ledger, actions.extend(date(2025, 1, 1), "内部理由"), "2.1")
    assert "内部理由" not in ledger.read("2.1")
    assert ("Xuncha-Reason", "内部理由") in trailers(ledger)


@pytest.mark.parametrize(
    "title",
    ["# 开头是井号", "-F/etc/passwd", "--amend", "- 项", "Xuncha-Action: close", "{% raw %}", "'单' \"双\"", "a: b #c", "[1]", "2024-01-01", "yes", "🚰𠮷"],
)  # fmt: skip
def test_a_title_is_only_a_title_in_file_and_commit(ledger: LedgerOnDisk, title: str) -> None:
    added = add_measure(
        ledger.root, Identity(1), title, leader="局长", office="办公室", due=date(2024, 12, 1)
    )
    act(ledger, actions.start(), str(added))
    assert subject(ledger) == f"启动 1.3 {title}"
    assert trailers(ledger)[:2] == [("Xuncha-Action", "start"), ("Xuncha-Id", "1.3")]
    assert record(ledger, "1.3").title == title
    assert findings(ledger) == []


TEXTS = [
    "--help",
    "-m x",
    "--evidence=1",
    "#5",
    "{{ 7*7 }}",
    "*a",
    "&a b",
    "!!str x",
    "第一行\n第二行",
    "a: b",
    "- c",
    "~",
]


@pytest.mark.parametrize("text", TEXTS)
def test_progress_that_looks_like_an_option_or_like_yaml_is_kept_word_for_word(
    ledger: LedgerOnDisk, text: str
) -> None:
    evidence = text.split("\n", maxsplit=1)[0]
    act(ledger, actions.progress(text, DAY, [evidence]), "1.2")
    entry = record(ledger, "1.2").progress[-1]
    assert (entry.text, entry.evidence) == (text, [evidence])
    assert findings(ledger) == []


@pytest.mark.parametrize("text", ["--help", "-m x"])
def test_a_text_behind_two_dashes_is_no_option_of_the_program(ledger: LedgerOnDisk, text: str) -> None:
    ledger.ok("progress", "1.2", "--evidence", text, "--", text)
    entry = record(ledger, "1.2").progress[-1]
    assert (entry.text, entry.evidence) == (text, [text])


@pytest.mark.parametrize("identity", ["--amend", "-1", "../1.1", ":(top)1.1"])
def test_an_id_that_is_none_is_refused_and_never_reaches_git(ledger: LedgerOnDisk, identity: str) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("start", "--", identity)
    assert (result.code, "error[bad-id]" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_a_note_of_several_lines_is_kept_and_breaks_nothing(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.close(DAY, "一\n二: {x}\n"), "1.2")
    assert record(ledger, "1.2").closed == Closed(date=DAY, by="tester", note="一\n二: {x}")
    assert trailers(ledger)[4:] == [("Xuncha-Reason", "一 二: {x}")]


def test_a_control_character_in_a_text_is_refused_before_it_reaches_the_ledger(ledger: LedgerOnDisk) -> None:
    refused(ledger, actions.progress("红\x1b[31m字", DAY), "1.2")


# ---- what is refused


def test_an_unknown_leader_is_refused_with_the_one_that_was_meant(ledger: LedgerOnDisk) -> None:
    error = refused(ledger, actions.escalate("分管付局长", DAY), "1.2")
    assert error.code == "unknown-leader"
    assert "分管副局长" in error.hint


@pytest.mark.parametrize(
    ("words", "code", "meant"),
    [
        (("add", "problem", "题", "--category", "b1"), "unknown-category", "“b”"),
        (("add", "measure", "1", "题", "--leader", "分管付局长", "--office", "办公室", "--long-term"), "unknown-leader", "分管副局长"),
        (("add", "measure", "1", "题", "--leader", "局长", "--office", "规化科", "--long-term"), "unknown-office", "规划科"),
        (("add", "measure", "1", "题", "--leader", "局长", "--office", "办公室", "--co-office", "财物科", "--long-term"), "unknown-office", "财务科"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(
    ledger: LedgerOnDisk, words: tuple[str, ...], code: str, meant: str
) -> None:
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    result = ledger.run(*words)
    assert result.code == 1
    assert f"error[{code}]" in result.err
    assert meant in result.err.split("\n", maxsplit=1)[1]
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, commits, staged)
    assert folders(ledger) == {"01", "02", "03"}


@pytest.mark.parametrize("due", [date(2024, 12, 31), date(2024, 12, 30), date(2020, 1, 1)])
def test_a_deadline_is_never_moved_to_an_earlier_or_the_same_day(ledger: LedgerOnDisk, due: date) -> None:
    error = refused(ledger, actions.extend(due, "x"), "1.2")
    assert error.code == "not-later"
    assert "2024-12-31" in error.message


def test_a_long_term_measure_without_a_deadline_can_be_given_one(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), measure("1.2", term="long_term", due=None))
    ledger.commit("long-term")
    act(ledger, actions.extend(date(2025, 3, 1), "x"), "1.2")
    assert "due: 2025-03-01\n" in ledger.read("1.2")
    assert findings(ledger) == []


@pytest.mark.parametrize(
    "words",
    [
        ("progress", "1.2", "已办。", "--date", "2024-06-16"),
        ("close", "1.2", "--date", "2024-06-16"),
        ("attach", "1.2", "data/ledger.yaml", "--date", "2099-01-01"),
    ],
)
def test_a_day_that_is_still_to_come_is_refused(ledger: LedgerOnDisk, words: tuple[str, ...]) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run(*words)
    assert (result.code, "error[day-to-come]" in result.err) == (1, True)
    assert "2024-06-15" in result.err
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_today_itself_is_not_still_to_come(ledger: LedgerOnDisk) -> None:
    ledger.ok("close", "1.2", "--date", "2024-06-15")
    assert "closed: {date: 2024-06-15, by: tester}" in ledger.read("1.2")


def test_a_day_of_closing_before_the_feedback_is_refused(ledger: LedgerOnDisk) -> None:
    assert refused(ledger, actions.close(date(2023, 11, 9)), "1.2").code == "closed-before-feedback"


def test_nothing_is_written_into_a_ledger_that_breaks_rules_already(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("3.1"), measure("3.1", leader="没有的人"))
    ledger.commit("broken")
    before, commits = snapshot(ledger), ledger.commits()
    with pytest.raises(InvalidLedgerError):
        act(ledger, actions.start(), "1.1")
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_a_change_without_a_repository_is_refused_with_the_way_to_one(bare_ledger: LedgerOnDisk) -> None:
    before = snapshot(bare_ledger)
    with pytest.raises(SurroundingsError) as refused_:
        act(bare_ledger, actions.start(), "1.1")
    assert refused_.value.code == "no-repository"
    assert "git init" in refused_.value.hint
    assert snapshot(bare_ledger) == before


# ---- someone's unfinished work


def test_a_file_that_is_being_changed_by_hand_is_left_alone_and_the_remedy_works(
    ledger: LedgerOnDisk,
) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# unfinished\n")
    error = refused(ledger, actions.submit(), "1.2")
    assert error.code == "uncommitted"
    assert error.path == ledger.path("1.2")
    assert "`xuncha edit 1.2`" in error.hint
    ledger.ok("edit", "1.2", EDITOR="true")
    act(ledger, actions.submit(), "1.2")
    assert "# unfinished\n" in ledger.read("1.2")


def test_a_staged_change_of_the_same_file_is_someones_unfinished_work_too(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# unfinished\n")
    ledger.git("add", "-A")
    assert refused(ledger, actions.submit(), "1.2").code == "uncommitted"


def test_who_is_to_enter_a_new_file_by_hand_is_not_told_to_check_it_out(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.3"), measure("1.3"))
    hint = refused(ledger, actions.submit(), "1.3").hint
    assert "xuncha edit 1.3" in hint
    assert "git checkout" not in hint


def test_a_change_that_is_staged_alone_is_not_dropped_from_the_index(ledger: LedgerOnDisk) -> None:
    before = ledger.read("1.2")
    ledger.write(ledger.path("1.2"), before + "# unfinished\n")
    ledger.git("add", "-A")
    ledger.write(ledger.path("1.2"), before)
    assert refused(ledger, actions.submit(), "1.2").code == "uncommitted"


def test_a_new_measure_does_not_take_the_place_of_one_deleted_by_hand(ledger: LedgerOnDisk) -> None:
    (ledger.root / ledger.path("1.2")).unlink()
    commits = ledger.commits()
    with pytest.raises(RefusedError):
        add_measure(ledger.root, Identity(1), "新的", leader="局长", office="办公室")
    assert ledger.commits() == commits
    assert "做好1.2号工作" in ledger.git("show", f"HEAD:./{ledger.path('1.2')}")


# ---- numbers


def test_what_is_added_gets_the_next_free_number_and_one_commit_each(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    assert str(add_problem(ledger.root, "  新问题 ", "b")) == "4"
    assert subject(ledger) == "新增 4 新问题"
    assert trailers(ledger) == [("Xuncha-Action", "add"), ("Xuncha-Id", "4")]
    assert touched(ledger) == {"data/problems/04/problem.yaml"}
    first = add_measure(
        ledger.root,
        Identity(4),
        "第一条",
        leader="局长",
        office="办公室",
        co_offices=["财务科"],
        due=DAY,
        goal="目标",
    )
    assert str(first) == "4.1"
    assert trailers(ledger) == [
        ("Xuncha-Action", "add"),
        ("Xuncha-Id", "4.1"),
        ("Xuncha-To", "not_started"),
    ]
    assert str(add_measure(ledger.root, Identity(4), "第二条", term="long_term", office="办公室")) == "4.2"
    assert str(add_measure(ledger.root, Identity(2), "第四条", leader="局长", office="办公室")) == "2.4"
    assert ledger.commits() == commits + 4
    assert findings(ledger) == []
    entered = record(ledger, "4.1")
    assert (entered.due, entered.goal, entered.co_offices, entered.status) == (
        DAY, "目标", ["财务科"], "not_started",
    )  # fmt: skip
    second = record(ledger, "4.2")
    assert (second.term, second.due, second.leader) == ("long_term", None, None)


def test_numbers_past_nine_follow_nine(ledger: LedgerOnDisk) -> None:
    for number in range(4, 11):
        ledger.write(f"data/problems/{number:02d}/problem.yaml", "title: 题\ncategory: a\n")
    for number in range(3, 11):
        ledger.write(f"data/problems/01/1.{number}.yaml", measure(f"1.{number}"))
    ledger.commit("many")
    assert str(add_problem(ledger.root, "第十一个", "a")) == "11"
    assert str(add_measure(ledger.root, Identity(1), "第十一条", leader="局长", office="办公室")) == "1.11"
    assert touched(ledger) == {"data/problems/01/1.11.yaml"}
    assert findings(ledger) == []


def test_a_measure_cannot_be_added_to_a_problem_that_is_not_there(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    with pytest.raises(RefusedError) as refused_:
        add_measure(ledger.root, Identity(9), "题", leader="局长", office="办公室")
    assert refused_.value.code == "no-such-problem"
    assert folders(ledger) == {"01", "02", "03"}
    assert ledger.commits() == commits


def test_an_entry_without_a_day_stays_before_those_with_one(ledger: LedgerOnDisk) -> None:
    entries = "\n  - date:\n    text: 已部署。\n  - {date: 2024-03-01, text: 已开展。}"
    ledger.write(ledger.path("1.2"), measure("1.2", progress=entries))
    ledger.commit()
    ledger.ok("progress", "1.2", "又推进一步", "--date", "2024-02-01")
    texts = [each["text"] for each in ledger.json("show", "1.2")["progress"]]
    assert texts == ["已部署。", "又推进一步", "已开展。"]
