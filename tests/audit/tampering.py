"""Ways to tamper with a history: one function each, with the code that the audit must report."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.audit.histories import LEDGER, Written, path_of, trailers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.audit.histories import Office

FILE = b"minutes of a meeting"
HASH = hashlib.sha256(FILE).hexdigest()


class Way(NamedTuple):
    """A way to tamper."""

    code: str
    name: str
    act: Callable[[Office, str], None]
    status: str = "in_progress"
    """Of a measure that it can be done to, which has one entry at least."""


WAYS: list[Way] = []


def way(
    code: str, status: str = "in_progress"
) -> Callable[[Callable[[Office, str], None]], Callable[[Office, str], None]]:
    """Enter a way."""

    def enter(act: Callable[[Office, str], None]) -> Callable[[Office, str], None]:
        WAYS.append(Way(code, act.__name__, act, status))
        return act

    return enter


def put(
    office: Office,
    identity: str,
    message: str,
    text: str | bytes | None = None,
    author: str = "zhang",
    beside: Mapping[str, bytes] | None = None,
) -> None:
    """Commit a measure as it stands, or another text in its place; and other files beside it."""
    office.now += timedelta(hours=1)
    content = office.measures[identity].text() if text is None else text
    office.stream.commit(office.now, message, {path_of(identity): content, **(beside or {})}, author)


@contextlib.contextmanager
def _policy(office: Office, asked: str) -> Iterator[None]:
    """Another policy for a while."""
    other = LEDGER.replace("[progress, submission, second_person]", f"[{asked}]")
    office.stream.commit(office.now, trailers("修改", "edit"), {"data/ledger.yaml": other})
    yield
    office.stream.commit(office.now, trailers("修改", "edit"), {"data/ledger.yaml": LEDGER})


@way("status-jump", "not_started")
def closes_what_was_never_started(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.status, measure.closed = "closed", office.day()
    put(office, identity, trailers("修改", "edit", (identity, "not_started", "closed")))


@way("status-jump", "closed")
def goes_on_with_what_is_closed(office: Office, identity: str) -> None:
    office.measures[identity].status = "submitted"
    put(office, identity, "back to submitted")


@way("close-requires-progress")
def closes_what_has_no_entry(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress = []
    put(office, identity, "taken out")
    measure.status, measure.closed = "closed", office.day()
    put(office, identity, trailers("销号", "close", (identity, "in_progress", "closed")), author="li")


@way("close-requires-submission")
def closes_without_an_application(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.status, measure.closed = "closed", office.day()
    put(office, identity, trailers("销号", "close", (identity, "in_progress", "closed")), author="li")


@way("close-requires-second-person", "submitted")
def closes_what_he_applied_for_himself(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.status, measure.closed = "closed", office.day()
    put(office, identity, trailers("销号", "close", (identity, "submitted", "closed")))


@way("close-requires-evidence", "submitted")
def closes_without_evidence(office: Office, identity: str) -> None:
    with _policy(office, "evidence"):
        office.do("close", identity)


@way("close-requires-signed-commit", "submitted")
def closes_without_a_signature(office: Office, identity: str) -> None:
    with _policy(office, "signed_commit"):
        office.do("close", identity)


@way("policy-weakened")
def asks_less(office: Office, identity: str) -> None:
    del identity
    ledger = LEDGER.replace(", second_person", "")
    office.stream.commit(office.now, trailers("修改", "edit"), {"data/ledger.yaml": ledger})


@way("changed-after-closing", "closed")
def rewords_what_is_closed(office: Office, identity: str) -> None:
    office.measures[identity].title = "另一件事"
    put(office, identity, trailers("修改", "edit", (identity, "closed", "closed")))


@way("changed-after-closing", "closed")
def another_goal_for_what_is_closed(office: Office, identity: str) -> None:
    text = office.measures[identity].text().replace("形成长效机制", "开一次会")
    put(office, identity, trailers("修改", "edit", (identity, "closed", "closed")), text)


@way("changed-after-closing", "closed")
def another_day_of_closing(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    assert measure.closed
    measure.closed -= timedelta(days=1)
    put(office, identity, trailers("修改", "edit", (identity, "closed", "closed")))


@way("changed-after-closing", "closed")
def evidence_after_closing(office: Office, identity: str) -> None:
    text = (
        office.measures[identity].text().replace("万元。\n", "万元。\n    evidence: [某水〔2024〕7号]\n", 1)
    )
    put(office, identity, trailers("修改", "edit", (identity, "closed", "closed")), text)


@way("deadline-moved")
def moves_a_deadline_by_edit(office: Office, identity: str) -> None:
    office.measures[identity].due += timedelta(days=10)
    put(office, identity, trailers("修改", "edit", (identity, "in_progress", "in_progress")))


@way("deadline-moved")
def moves_a_deadline_down(office: Office, identity: str) -> None:
    office.measures[identity].due -= timedelta(days=10)
    put(office, identity, trailers("延期", "extend", (identity, "in_progress", "in_progress"), reason="x"))


@way("deadline-passed")
def moves_a_deadline_that_has_passed(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    office.now += timedelta(days=max(0, (measure.due - office.day()).days + 2))
    measure.due += timedelta(days=60)
    put(office, identity, trailers("延期", "extend", (identity, "in_progress", "in_progress"), reason="x"))


@way("entry-changed")
def takes_an_entry_out(office: Office, identity: str) -> None:
    office.measures[identity].progress.pop()
    put(office, identity, trailers("修改", "edit", (identity, "in_progress", "in_progress")))


@way("entry-changed")
def rewrites_an_entry(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress[-1] = (measure.progress[-1][0], "其实没有做。")
    put(office, identity, trailers("修改", "edit", (identity, "in_progress", "in_progress")))


@way("entry-changed")
def dates_an_entry_back(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress[-1] = (measure.progress[-1][0] - timedelta(days=40), measure.progress[-1][1])
    put(office, identity, trailers("修改", "edit", (identity, "in_progress", "in_progress")))


@way("postdated")
def records_what_is_still_to_come(office: Office, identity: str) -> None:
    office.measures[identity].progress.append((office.day() + timedelta(days=30), "将要做。"))
    put(office, identity, trailers("进展", "progress", (identity, "in_progress", "in_progress")))


@way("by-hand")
def changes_a_file_by_hand(office: Office, identity: str) -> None:
    put(office, identity, "by hand", office.measures[identity].text() + "# x\n")


@way("trailers-mismatch")
def changes_more_than_it_says(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress.append((office.day(), "做了。"))
    measure.title = "另一件事"
    put(office, identity, trailers("进展", "progress", (identity, "in_progress", "in_progress")))


@way("trailers-mismatch")
def touches_what_it_does_not_name(office: Office, identity: str) -> None:
    other = "9999.1"
    put(
        office,
        identity,
        trailers("修改", "edit", (other, None, None)),
        office.measures[identity].text() + "# x\n",
    )


@way("trailers-mismatch")
def says_another_status(office: Office, identity: str) -> None:
    office.measures[identity].status = "submitted"
    put(office, identity, trailers("退回", "return", (identity, "submitted", "in_progress"), reason="x"))


@way("trailers-mismatch")
def extends_without_a_reason(office: Office, identity: str) -> None:
    office.measures[identity].due += timedelta(days=10)
    put(office, identity, trailers("延期", "extend", (identity, "in_progress", "in_progress")))


@way("unreadable")
def leaves_a_conflict(office: Office, identity: str) -> None:
    put(office, identity, "merge", "<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> x\n")


@way("unreadable")
def writes_what_is_no_text(office: Office, identity: str) -> None:
    put(office, identity, "garbage", b"\xff\xfe\x00title")


@way("evidence-hash")
def names_a_file_with_another_hash(office: Office, identity: str) -> None:
    _attach(office, identity, b"other bytes")


@way("evidence-changed")
def changes_a_file_that_proves(office: Office, identity: str) -> None:
    _attach(office, identity, FILE)
    office.stream.commit(office.now, "by hand", {f"data/evidence/{identity}/纪要.txt": b"other"})


@way("evidence-changed")
def removes_a_file_that_proves(office: Office, identity: str) -> None:
    _attach(office, identity, FILE)
    office.stream.commit(office.now, "by hand", {f"data/evidence/{identity}/纪要.txt": None})


def _attach(office: Office, identity: str, content: bytes) -> None:
    measure = office.measures[identity]
    measure.progress.append(
        (office.day(), f"附佐证材料。\n    evidence: [{{file: 纪要.txt, sha256: {HASH}, size: {len(FILE)}}}]")
    )
    message = trailers("佐证", "attach", (identity, "in_progress", "in_progress"))
    put(office, identity, message, beside={f"data/evidence/{identity}/纪要.txt": content})


@way("false-undo")
def takes_back_more_than_it_says(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress.append((office.day(), "做了。"))
    put(office, identity, trailers("进展", "progress", (identity, "in_progress", "in_progress")))
    measure.progress = measure.progress[:-2]
    put(office, identity, trailers("撤回", "undo", (identity, "in_progress", "in_progress"), undoes="0" * 40))


@way("false-remove")
def removes_what_was_worked_on(office: Office, identity: str) -> None:
    message = trailers("删除", "remove", (identity, "in_progress", None), reason="误登")
    office.stream.commit(office.now, message, {path_of(identity): None})
    del office.measures[identity]


@way("false-remove", "not_started")
def removes_and_gives_no_reason(office: Office, identity: str) -> None:
    message = trailers("删除", "remove", (identity, "not_started", None))
    office.stream.commit(office.now, message, {path_of(identity): None})
    del office.measures[identity]


@way("false-remove", "not_started")
def removes_more_than_it_says(office: Office, identity: str) -> None:
    message = trailers("删除", "remove", (identity, "not_started", None), reason="误登")
    problem = path_of(identity.partition(".")[0])
    office.stream.commit(
        office.now, message, {path_of(identity): None, problem: "title: 推进尚可\ncategory: a\n"}
    )
    del office.measures[identity]


@way("removed-overdue")
def removes_what_was_overdue(office: Office, identity: str) -> None:
    problem = identity.partition(".")[0]
    last = max(int(each.partition(".")[2]) for each in office.measures if each.startswith(f"{problem}."))
    new = f"{problem}.{last + 1}"
    text = Written("误登", office.day()).text()
    office.stream.commit(
        office.now, trailers("新增", "add", (new, None, "not_started")), {path_of(new): text}
    )
    office.now += timedelta(days=2)
    message = trailers("删除", "remove", (new, "not_started", None), reason="误登")
    office.stream.commit(office.now, message, {path_of(new): None})


@way("deleted")
def deletes_a_measure(office: Office, identity: str) -> None:
    office.stream.commit(office.now, "gone", {path_of(identity): None})
    del office.measures[identity]


@way("deleted")
def deletes_a_problem(office: Office, identity: str) -> None:
    office.stream.commit(office.now, "gone", {path_of(identity.partition(".")[0]): None})


@way("renumbered")
def gives_another_number(office: Office, identity: str) -> None:
    text = office.measures[identity].text()
    new = identity.partition(".")[0] + ".77"
    office.stream.commit(office.now, "moved", {path_of(identity): None, path_of(new): text})
    del office.measures[identity]


@way("renumbered")
def gives_another_number_as_sync_does(office: Office, identity: str) -> None:
    text = office.measures[identity].text()
    new = identity.partition(".")[0] + ".77"
    message = f"改号\n\nXuncha-Action: renumber\nXuncha-Id: {identity}\nXuncha-To: {new}\n"
    office.stream.commit(office.now, message, {path_of(identity): None, path_of(new): text})
    del office.measures[identity]


@way("clock-backwards")
def dates_a_commit_back(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    now, office.now = office.now, office.now - timedelta(days=3)
    measure.progress.append((office.day(), "早就做了。"))
    office.stream.commit(
        office.now,
        trailers("进展", "progress", (identity, "in_progress", "in_progress")),
        {path_of(identity): measure.text()},
    )
    office.now = now


@way("account-mismatch")
def goes_on_under_the_account_of_another(office: Office, identity: str) -> None:
    measure = office.measures[identity]
    measure.progress.append((office.day(), "又记一次。"))
    put(
        office,
        identity,
        trailers("进展", "progress", (identity, "in_progress", "in_progress"), account="另一人"),
    )


@way("converted")
def has_records_written_out_in_another_encoding(office: Office, identity: str) -> None:
    put(office, identity, "属性", beside={".gitattributes": b"*.yaml working-tree-encoding=UTF-16\n"})


@way("merge-differs")
def throws_a_side_away(office: Office, identity: str) -> None:
    _merge(office, identity, office.measures[identity].text())


@way("merge-differs")
def writes_into_a_merge(office: Office, identity: str) -> None:
    _merge(
        office,
        identity,
        _with_entry(office.measures[identity], office).text().replace("goal: 形成长效机制", "goal: 开一次会"),
    )


@way("unreadable")
def leaves_marks_in_a_merge(office: Office, identity: str) -> None:
    _merge(office, identity, "<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> x\n")


def _with_entry(measure: Written, office: Office) -> Written:
    return Written(
        measure.title,
        measure.due,
        measure.status,
        [*measure.progress, (office.day(), "旁支所记。")],
        measure.closed,
    )


def _merge(office: Office, identity: str, result: str) -> None:
    """Merge a side on which an entry was added to a measure, with one on which something else was done."""
    stream, measure = office.stream, office.measures[identity]
    start = stream.count
    told = trailers("进展", "progress", (identity, measure.status, measure.status))
    side = stream.commit(
        office.now, told, {path_of(identity): _with_entry(measure, office).text()}, parents=f"from :{start}\n"
    )
    other = trailers("修改", "edit", (identity.partition(".")[0], None, None))
    problem = {path_of(identity.partition(".")[0]): "title: 推进不力\ncategory: a\n"}
    main = stream.commit(office.now, other, problem, parents=f"from :{start}\n")
    stream.commit(office.now, "Merge", {path_of(identity): result}, parents=f"from :{main}\nmerge :{side}\n")
