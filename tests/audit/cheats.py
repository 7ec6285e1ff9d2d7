"""Table of cheats: what each does to a valid ledger, and the code that the audit must report."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.audit.book import LI, WANG, ZHANG, Person, file_of, message, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.audit.book import Book


class Cheat(NamedTuple):
    """One way to talk an audit round."""

    name: str
    act: Callable[[Book], Any]
    code: str
    severity: str


CHEATS: list[Cheat] = []
PDF = b"%PDF-1.4 minutes"
PROOF = {"file": "纪要.pdf", "sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{PROOF['sha256']}\nsize {PROOF['size']}\n"


def cheat(code: str, severity: str = "error") -> Callable[[Callable[[Book], Any]], Callable[[Book], Any]]:
    """Enter a cheat."""

    def enter(act: Callable[[Book], Any]) -> Callable[[Book], Any]:
        CHEATS.append(Cheat(act.__name__, act, code, severity))
        return act

    return enter


def closed_by(
    book: Book, closer: Person, applicant: Person = ZHANG, identity: str = "1.1", **more: Any
) -> None:
    """Have a measure applied for by one and closed by another."""
    book.act("submit", identity, who=applicant)
    book.days(1).close(identity, closer, **more)


# --- who is who


@cheat("second-person-doubtful", "warning")
def the_same_name_under_another_address(book: Book) -> None:
    closed_by(book, Person("张三", "boss@example.invalid"))


@cheat("second-person-doubtful", "warning")
def the_same_name_with_a_stop_behind_it(book: Book) -> None:
    closed_by(book, Person("张三.", "boss@example.invalid"))


@cheat("second-person-doubtful", "warning")
def the_same_name_with_a_dot_that_is_hardly_seen(book: Book) -> None:
    closed_by(book, Person("\N{MIDDLE DOT}张三\N{VARIATION SELECTOR-16}", "boss@example.invalid"))


@cheat("second-person-doubtful", "warning")
def the_same_name_with_a_space_in_it(book: Book) -> None:
    closed_by(book, Person("张　三", "boss@example.invalid"))


@cheat("close-requires-second-person")
def the_same_address_in_capitals(book: Book) -> None:
    closed_by(book, Person("局长", "ZHANG@Example.INVALID"))


@cheat("close-requires-second-person")
def the_same_address_in_full_width(book: Book) -> None:
    closed_by(book, Person("局长", "ｚｈａｎｇ＠example.invalid"))


@cheat("close-requires-second-person")
def another_name_on_the_same_address(book: Book) -> None:
    closed_by(book, Person("局长", "zhang@example.invalid"))


@cheat("close-requires-second-person")
def an_empty_address(book: Book) -> None:
    closed_by(book, Person("局长", ""))


@cheat("close-requires-second-person")
def an_application_from_an_empty_address(book: Book) -> None:
    closed_by(book, ZHANG, Person("局长", ""))


@cheat("close-requires-second-person")
def a_forged_author_of_the_closing(book: Book) -> None:
    closed_by(book, LI, committer=ZHANG)


@cheat("close-requires-second-person")
def a_forged_author_with_another_address_of_the_committer(book: Book) -> None:
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid", "z3@home.invalid"]}])
    closed_by(book, LI, committer=Person("x", "z3@home.invalid"))


@cheat("second-person-doubtful", "warning")
def a_forged_author_of_the_application(book: Book) -> None:
    book.act("submit", "1.1", who=LI, committer=ZHANG)
    book.close("1.1", ZHANG)


@cheat("account-mismatch")
def an_account_of_the_desk_that_is_not_the_authors(book: Book) -> None:
    closed_by(book, LI, account="张三")


@cheat("account-mismatch")
def takes_back_by_the_account_of_another(book: Book) -> None:
    before = book.held("1.1")
    mark = book.entry("1.1", "误记。")
    book.undo(mark, before, account="李四")


@cheat("close-requires-second-person")
def a_known_second_address(book: Book) -> None:
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid", "z3@home.invalid"]}])
    closed_by(book, Person("z3", "z3@home.invalid"))


@cheat("settings-changed", "warning")
def a_second_address_is_struck_out_before_it_closes(book: Book) -> None:
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid", "z3@home.invalid"]}])
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid"]}])
    closed_by(book, Person("z3", "z3@home.invalid"))


@cheat("close-requires-second-person")
def an_account_typed_by_hand_on_the_computer_of_the_applicant(book: Book) -> None:
    closed_by(book, LI, committer=ZHANG, account="李四")


@cheat("second-person-doubtful", "warning")
def a_forged_author_of_the_application_by_a_third(book: Book) -> None:
    book.act("submit", "1.1", who=ZHANG, committer=WANG)
    book.close("1.1", LI)


@cheat("second-person-doubtful", "warning")
def a_forged_author_of_the_closing_by_a_third(book: Book) -> None:
    closed_by(book, LI, committer=WANG)


@cheat("settings-changed", "warning")
def an_address_of_another_is_given_to_who_is_to_close(book: Book) -> None:
    people = [{"name": each.name, "emails": [each.email]} for each in (ZHANG, LI)]
    book.settings(people=people)
    book.settings(who=ZHANG, people=[people[0], {**people[1], "emails": [LI.email, ZHANG.email]}])


@cheat("second-person-doubtful", "warning")
def a_plus_in_the_address(book: Book) -> None:
    closed_by(book, Person("局长", "zhang+boss@example.invalid"))


@cheat("close-requires-second-person")
def a_sign_without_a_shape_in_the_address(book: Book) -> None:
    closed_by(book, Person("局长", "zhang\N{ZERO WIDTH SPACE}@example.invalid"))


@cheat("settings-changed", "warning")
def an_address_is_given_to_another(book: Book) -> None:
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid", "z3@home.invalid"]}])
    book.settings(people=[{"name": "张三", "emails": ["zhang@example.invalid"]}, {"name": "李四", "emails": ["z3@home.invalid"]}])  # fmt: skip


# --- beginnings


@cheat("second-beginning")
def a_second_beginning_that_brings_it_closed(book: Book) -> None:
    main = book.here()
    closed = {**book.data("1.1"), "status": "closed", "closed": {"date": book.today, "by": "规划科"}}
    files = {**main.files, path_of("1.1"): closed}
    steps = [(name, value) for path, each in files.items() if "problems" in path for stem in [path.rpartition("/")[2].removesuffix(".yaml")] for name, value in (("Id", "1" if "/01/problem" in path else "2" if stem == "problem" else stem), ("To", each.get("status")))]  # fmt: skip
    orphan(book, message("导入台账", "import", *steps), files)
    side = book.mark
    book.commit("合并", {}, parents=(side, main.mark))


@cheat("entry-changed")
def a_merge_with_an_empty_beginning_drops_what_one_side_did(book: Book) -> None:
    fork = book.here()
    book.entry("1.2", "主支所记。")
    main = book.here()
    notes = orphan(book, "notes", {"notes": b"x"})
    book.back_to(fork)
    book.commit("合并", {}, parents=(fork.mark, main.mark, notes))


@cheat("merge-differs")
def both_sides_have_merged_an_empty_beginning_first(book: Book) -> None:
    fork = book.here()
    book.entry("1.2", "主支所记。")
    main = book.here()
    notes = orphan(book, "notes", {"notes": b"x"})
    book.back_to(main)
    ours = book.commit("合并", {}, parents=(main.mark, notes))
    book.back_to(fork)
    theirs = book.commit("合并", {}, parents=(fork.mark, notes))
    book.commit("合并", {}, parents=(theirs, ours))


def orphan(book: Book, text: str, files: dict[str, Any]) -> int:
    """Commit a beginning without anything before it."""
    book.reset()
    return book.commit(text, files)


# --- days


@cheat("deadline-passed", "warning")
def an_extension_authored_in_time_and_committed_days_later(book: Book) -> None:
    book.now = book.now.replace(year=2024, month=6, day=28)
    then = book.now
    book.days(6).act("extend", "1.1", due="2024-12-31", reason="x", authored=then)


@cheat("late-branch", "warning")
def removes_it_on_an_old_dated_branch(book: Book) -> None:
    fork = book.here()
    end = book.days(90).now
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.now = end - timedelta(days=85)
    said = message("删除", "remove", ("Id", "1.3"), ("From", "not_started"), ("Reason", "误登"))
    book.commit(said, {path_of("1.3"): None})
    side = book.here()
    book.back_to(main)
    book.now = end + timedelta(days=1)
    book.merge(side, fork)


@cheat("clock-backwards", "warning")
def an_author_date_in_the_past(book: Book) -> None:
    then = book.now
    book.days(100).entry("1.2", "继续推进。", authored=then + timedelta(days=10))


@cheat("deadline-passed")
def an_extension_authored_before_the_deadline(book: Book) -> None:
    book.days(300).act("extend", "1.1", due="2025-12-31", reason="x", authored=book.now - timedelta(days=150))


@cheat("predated")
def closed_before_its_own_progress(book: Book) -> None:
    book.days(3).entry("1.1", "做完了。")
    book.act("submit", "1.1")
    book.close("1.1", day="2023-12-01")


@cheat("predated")
def closed_before_its_application(book: Book) -> None:
    book.days(9).act("submit", "1.1")
    book.close("1.1", day="2023-12-02")


@cheat("predated", "warning")
def closed_long_before_its_commit(book: Book) -> None:
    book.policy("progress")
    book.days(60).close("1.1", day="2023-12-20")


@cheat("before-feedback", "warning")
def an_entry_dated_before_the_feedback(book: Book) -> None:
    book.entry("1.2", "早已完成。", "2023-09-01")


@cheat("entry-changed")
def an_entry_moved_to_another_day(book: Book) -> None:
    progress = book.data("1.1")["progress"]
    book.edit("1.1", progress=[{**progress[0], "date": "2023-11-21"}])


@cheat("entry-changed")
def an_entry_moved_to_another_measure(book: Book) -> None:
    book.edit("1.1", progress=[])


def on_an_old_dated_branch(book: Book, act: Callable[[], Any], days: int = 90) -> None:
    """Do something five days after a branch has split off, which is merged many days later."""
    fork = book.here()
    main_now = book.days(days).now
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.now = main_now - timedelta(days=days - 5)
    act()
    side = book.here()
    book.back_to(main)
    book.now = main_now + timedelta(days=1)
    book.merge(side, fork)


@cheat("late-branch", "warning")
def an_old_dated_side_branch(book: Book) -> None:
    on_an_old_dated_branch(book, lambda: book.act("extend", "1.1", due="2025-01-31", reason="手续未完"))


@cheat("late-branch", "warning")
def an_old_dated_side_branch_that_is_merged_on_the_last_day(book: Book) -> None:
    days = (datetime(2024, 6, 30, 2, tzinfo=UTC) - book.now).days
    on_an_old_dated_branch(book, lambda: book.act("extend", "1.1", due="2025-01-31", reason="手续未完"), days)


@cheat("late-branch", "warning")
def an_old_dated_side_branch_that_two_clones_merge(book: Book) -> None:
    fork, then = book.here(), book.now
    book.days(90).entry("1.2", "主支所记。")
    main, now = book.here(), book.now
    book.back_to(fork)
    book.now = then + timedelta(days=5)
    book.act("extend", "1.1", due="2025-01-31", reason="手续未完")
    side = book.here()
    book.back_to(main)
    book.now = now + timedelta(days=1)
    book.merge(side, fork)
    joined = book.here()
    book.back_to(main)
    book.days(3).entry("1.3", "另一处所记。")
    book.merge(side, fork)
    book.merge(joined, main)


@cheat("late-branch", "warning")
def changes_the_settings_on_an_old_dated_branch(book: Book) -> None:
    on_an_old_dated_branch(book, lambda: book.settings(offices=["办公室", "规划科", "财务科"]))


@cheat("late-branch", "warning")
def a_side_branch_dated_before_an_anchor(book: Book) -> None:
    fork, then = book.here(), book.now
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.write()
    day = (then + timedelta(days=60)).isoformat()
    tip = book.hash(book.mark)
    book.git("tag", "-a", "-m", f"第1次核验\n\nXuncha-Tip: {tip}\n", f"xuncha/audit/1-{tip[:12]}", tip, GIT_COMMITTER_DATE=day)  # fmt: skip
    book.back_to(fork)
    book.now = then + timedelta(hours=4)
    book.act("extend", "1.1", due="2025-01-31", reason="手续未完")
    side = book.here()
    book.back_to(main)
    book.now = then + timedelta(days=70)
    book.merge(side, fork)


def on_a_branch_with_a_new_tip(book: Book, act: Callable[[], Any]) -> None:
    """Do something dated before the deadline, on a branch that goes on until it is merged long after."""
    fork = book.here()
    book.now = book.now.replace(year=2024, month=7, day=25)
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.now = book.now.replace(year=2024, month=6, day=20)
    act()
    book.now = book.now.replace(year=2024, month=7, day=28)
    book.entry("1.3", "分支所记。")
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, who=ZHANG)


@cheat("late-branch")
def extends_in_time_on_a_branch_with_a_new_tip(book: Book) -> None:
    on_a_branch_with_a_new_tip(book, lambda: book.act("extend", "1.1", due="2025-01-31", reason="手续未完"))


@cheat("late-branch", "warning")
def closes_in_time_on_a_branch_with_a_new_tip(book: Book) -> None:
    on_a_branch_with_a_new_tip(book, lambda: closed_by(book, ZHANG, LI))


@cheat("clock-ahead")
def a_commit_of_2099(book: Book) -> None:
    now = book.now
    book.days(27_000).entry("1.1", "已办。", "2023-12-25")
    book.now = now
    book.days(1).entry("1.2", "照常。")


@cheat("clock-ahead")
def a_last_commit_of_2099(book: Book) -> None:
    book.days(27_000).entry("1.1", "已办。", "2023-12-25")


@cheat("clock-ahead")
def an_author_date_of_2099(book: Book) -> None:
    book.entry("1.1", "将办。", "2099-01-01", authored=book.now + timedelta(days=27_500))


@cheat("clock-backwards")
def a_commit_dated_back_between_honest_ones(book: Book) -> None:
    now = book.now
    book.days(-9).entry("1.1", "早已办。")
    book.now = now
    book.days(1).entry("1.2", "照常。")


@cheat("clock-ahead")
def commits_dated_back_that_make_the_one_before_look_ahead(book: Book) -> None:
    book.now = book.now.replace(year=2024, month=7, day=20)
    book.entry("1.2", "照常。", who=LI)
    book.now = book.now.replace(month=6, day=25)
    book.entry("1.2", "续一。")
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完")
    book.entry("1.2", "续二。")
    book.entry("1.2", "续三。")


@cheat("clock-zone", "warning")
def a_zone_that_no_place_has(book: Book) -> None:
    book.entry("1.1", "已办。", zone="+9959")


@cheat("clock-zone", "warning")
def a_zone_beyond_the_date_line(book: Book) -> None:
    book.entry("1.1", "已办。", zone="-1930")


@cheat("predated")
def closed_before_the_ledger_began_and_before_its_application(book: Book) -> None:
    book.act("add", "1.4", **book.fresh("1.4"))
    book.days(9).entry("1.4", "早已办。", "2023-11-12")
    book.act("submit", "1.4")
    book.close("1.4", day="2023-11-15")


@cheat("predated", "warning")
def closed_before_the_ledger_began_without_an_application(book: Book) -> None:
    book.policy("progress")
    book.act("add", "1.4", **book.fresh("1.4"))
    book.entry("1.4", "早已办。", "2023-11-12")
    book.close("1.4", day="2023-11-15")


# --- looks back


def closed_for_good(book: Book) -> None:
    """Have 1.4, which goes on for ever, entered and closed."""
    book.act("add", "1.4", **{**book.fresh("1.4"), "term": "long_term", "due": None})
    book.entry("1.4", "已经开展。")
    book.act("submit", "1.4")
    book.days(1).close("1.4")


def looks_back(book: Book, result: str, who: Person = LI) -> None:
    """Look back on 1.4 ten days later."""
    look = {"date": book.days(10).today, "result": result}
    book.act("review", "1.4", who=who, reviews=[*book.data("1.4").get("reviews", []), look])


@cheat("rebound-withdrawn", "warning")
def what_had_slipped_holds_the_next_time(book: Book) -> None:
    closed_for_good(book)
    looks_back(book, "slipped")
    looks_back(book, "holds", ZHANG)


@cheat("rebound-withdrawn", "warning")
def what_had_slipped_holds_after_a_reopening_was_taken_back(book: Book) -> None:
    closed_for_good(book)
    looks_back(book, "slipped")
    before = book.held("1.4")
    mark = book.act("reopen", "1.4", reason="问题反弹")
    book.undo(mark, before)
    book.days(90)
    looks_back(book, "holds")


# --- undo


@cheat("entry-changed")
def takes_back_anothers_look_back_that_found_it_slipped(book: Book) -> None:
    book.edit("1.2", term="long_term", due=None, who=LI)
    book.act("submit", "1.2")
    book.close("1.2")
    before = book.held("1.2")
    mark = book.act(
        "review",
        "1.2",
        who=LI,
        reviews=[{"date": book.today, "result": "slipped", "text": "问题反弹"}],
    )
    book.undo(mark, before)


@cheat("status-jump")
def takes_back_anothers_reopening(book: Book) -> None:
    before = book.held("2.1")
    mark = book.act("reopen", "2.1", who=LI, reason="问题反弹")
    book.undo(mark, before)


@cheat("policy-weakened", "warning")
def takes_back_a_tightening(book: Book) -> None:
    before = book.held("data/ledger.yaml")
    mark = book.policy("progress", "submission", "second_person", "evidence")
    book.undo(mark, before, LI)


@cheat("deleted", "warning")
def takes_back_an_add_weeks_later(book: Book) -> None:
    mark = book.act("add", "1.4", **book.fresh("1.4"))
    book.days(40).undo(mark, {path_of("1.4"): None})


@cheat("close-requires-second-person")
def closes_what_it_sent_back_and_nobody_applied_for_again(book: Book) -> None:
    book.policy("progress", "second_person")
    book.entry("1.1", "已经开展。")
    book.act("submit", "1.1")
    book.act("return", "1.1", who=LI, reason="缺件")
    book.close("1.1")


@cheat("removed-overdue", "warning")
def takes_back_an_add_when_it_is_overdue(book: Book) -> None:
    mark = book.act("add", "1.4", **{**book.fresh("1.4"), "due": "2023-12-10"})
    book.days(10).undo(mark, {path_of("1.4"): None})


@cheat("entry-changed", "warning")
def takes_back_what_another_recorded(book: Book) -> None:
    before = book.held("1.1")
    mark = book.entry("1.1", "检查发现仍未整改。", who=WANG)
    book.undo(mark, before)


@cheat("status-jump")
def says_progress_and_applies_for_closing(book: Book) -> None:
    applied = {**book.data("1.1"), "status": "submitted"}
    steps = ("Id", "1.1"), ("From", "in_progress"), ("To", "submitted")
    book.commit(message("进展 1.1", "progress", *steps), {path_of("1.1"): applied})


@cheat("deleted")
def deletes_the_settings_and_closes(book: Book) -> None:
    book.commit(message("修改", "edit"), {"data/ledger.yaml": None})
    book.close("1.1")


@cheat("false-undo")
def says_undo_of_a_merge(book: Book) -> None:
    base = book.here()
    book.entry("1.1", "甲。")
    side = book.here()
    book.back_to(base)
    book.entry("1.2", "乙。")
    mark = book.merge(side, base)
    book.undo(mark, {path_of("1.1"): {**book.data("1.1"), "title": "别的"}})


@cheat("false-undo")
def says_undo_and_closes(book: Book) -> None:
    closed = {**book.data("1.1"), "status": "closed", "closed": {"date": book.today, "by": "李四"}}
    book.undo(book.mark, {path_of("1.1"): closed})


@cheat("status-jump")
def takes_a_reopening_back_in_the_name_of_who_made_it(book: Book) -> None:
    before = book.held("2.1")
    mark = book.act("reopen", "2.1", who=LI, reason="问题反弹")
    book.undo(mark, before, LI, committer=ZHANG)


@cheat("link")
def takes_its_own_work_back_to_a_link(book: Book) -> None:
    before = book.held("1.1")
    mark = book.entry("1.1", "误记。")
    book.undo(mark, {path_of("1.1"): file_of(before[path_of("1.1")])}, mode="120000")


# --- numbers


@cheat("problem-rewritten")
def takes_back_a_finding_that_another_entered(book: Book) -> None:
    before = book.held("1")
    mark = book.edit("1", finding="项目进度滞后，监管缺位。", who=LI)
    book.days(1).undo(mark, before)


@cheat("deadline-passed")
def takes_back_anothers_first_deadline_when_it_has_passed(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None})
    before = book.held("1.4")
    mark = book.act("set", "1.4", due="2024-01-02", who=LI)
    book.days(40).undo(mark, before)


@cheat("deadline-passed")
def takes_back_anothers_first_deadline_that_claims_to_have_renumbered_it(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None})
    before = book.held("1.4")
    told = ("Id", "1.4"), ("From", "not_started"), ("To", "not_started"), ("Renumbered", "2.9 1.4")
    dated = {path_of("1.4"): {**book.data("1.4"), "due": "2023-12-31"}}
    mark = book.commit(message("设定", "set", *told), dated, LI)
    book.days(40).undo(mark, before)


@cheat("deadline-moved")
def takes_back_that_another_has_given_a_day_to_what_was_long_term(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None, "term": "long_term"})
    before = book.held("1.4")
    mark = book.edit("1.4", due="2024-06-30", term="once", who=LI)
    book.days(1).undo(mark, before)


@cheat("deadline-moved", "warning")
def takes_back_anothers_extension(book: Book) -> None:
    before = book.held("1.1")
    mark = book.act("extend", "1.1", due="2024-12-31", reason="天气", who=LI)
    book.days(1).undo(mark, before)


@cheat("deadline-passed")
def takes_its_own_first_deadline_back_when_it_has_passed(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None})
    before = book.held("1.4")
    mark = book.act("set", "1.4", due=(book.now + timedelta(days=5)).date().isoformat())
    book.days(9).undo(mark, before)


@cheat("deadline-passed")
def takes_it_back_that_an_extension_was_taken_back(book: Book) -> None:
    book.now = book.now.replace(year=2024, month=6, day=28)
    before = book.held("1.1")
    mark = book.act("extend", "1.1", due="2024-12-31", reason="x")
    extended = book.held("1.1")
    mark = book.undo(mark, before)
    book.days(6).undo(mark, extended)


@cheat("watered-down", "warning")
def takes_back_a_higher_goal_of_another_and_has_it_closed(book: Book) -> None:
    before = book.held("1.1")
    mark = book.edit("1.1", goal="形成长效机制并投入运行，改造泵站300座并通过验收", who=LI)
    book.days(30).undo(mark, before)
    book.act("submit", "1.1")
    book.days(1).close("1.1")


@cheat("watered-down", "warning")
def lowers_a_goal_takes_that_back_and_takes_it_back_before_closing(book: Book) -> None:
    before = book.held("1.1")
    mark = book.edit("1.1", goal="形成机制")
    lowered = book.held("1.1")
    mark = book.undo(mark, before)
    book.days(12).undo(mark, lowered)
    book.act("submit", "1.1")
    book.days(5).close("1.1")


@cheat("close-requires-second-person")
def closes_after_it_has_taken_the_return_of_the_applicant_back(book: Book) -> None:
    book.act("submit", "1.1", who=LI)
    before = book.held("1.1")
    mark = book.act("return", "1.1", who=LI, reason="未完成")
    book.days(1).undo(mark, before)
    book.close("1.1", ZHANG)


@cheat("renumbered")
def renumbers_what_it_had_added_twice_itself(book: Book) -> None:
    mark = book.act("add", "1.4", **book.fresh("1.4"))
    book.undo(mark, {path_of("1.4"): None})
    book.act("add", "1.4", **book.fresh("1.4"))
    renumber(book, "1.4", "1.9")


@cheat("renumbered")
def renumbers_one_away_and_puts_another_in_its_place(book: Book) -> None:
    renumber(book, "1.3", "1.4")
    book.act("add", "1.3", **{**book.fresh("1.3"), "title": "开一次会"})


@cheat("renumbered")
def renumbers_and_puts_another_in_its_place_at_once(book: Book) -> None:
    old = book.data("1.3")
    book.commit(
        message("改号", "edit", ("Id", "1.3"), ("From", "not_started"), ("To", "not_started"), ("Id", "1.4"), ("To", "not_started")),
        {path_of("1.4"): old, path_of("1.3"): {**old, "title": "开一次会"}},
    )  # fmt: skip


def renumber(book: Book, old: str, new: str) -> None:
    """Move a measure as `sync` does."""
    files = {path_of(old): None, path_of(new): book.data(old)}
    book.commit(message(f"改号 {old} → {new}", "renumber", ("Id", old), ("To", new)), files)


@cheat("renumbered")
def swaps_two_measures(book: Book) -> None:
    one, two = book.data("1.1"), book.data("2.1")
    book.commit(
        message("修改", "edit", ("Id", "1.1"), ("From", "in_progress"), ("To", "closed"), ("Id", "2.1"), ("From", "closed"), ("To", "in_progress")),
        {path_of("1.1"): two, path_of("2.1"): one},
    )  # fmt: skip


@cheat("renumbered")
def deletes_one_and_moves_the_later_ones_up(book: Book) -> None:
    two, three = book.data("1.2"), book.data("1.3")
    book.commit(
        message("修改", "edit", ("Id", "1.1"), ("From", "in_progress"), ("To", "in_progress"), ("Id", "1.2"), ("From", "in_progress"), ("To", "not_started"), ("Id", "1.3"), ("From", "not_started")),
        {path_of("1.1"): two, path_of("1.2"): three, path_of("1.3"): None},
    )  # fmt: skip


@cheat("renumbered", "warning")
def renumbers_for_the_sake_of_a_dummy(book: Book) -> None:
    fork = book.here()
    book.act("add", "1.4", **book.fresh("1.4"))
    book.days(30)
    main = book.here()
    book.back_to(fork)
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": "开一次会"})
    side = book.here()
    book.back_to(main)
    renumber(book, "1.4", "1.5")
    book.merge(side, fork, {path_of("1.4"): side.files[path_of("1.4")]}, message("同步", "sync"))


# --- places


@cheat("ledger-moved")
def moves_the_ledger_in_the_commit_that_falsifies_it(book: Book) -> None:
    files: dict[str, Any] = dict.fromkeys(book.files)
    closed = {**book.data("1.1"), "status": "closed", "closed": {"date": book.today, "by": "局长"}}
    moved = {f"new/{path}": content for path, content in book.files.items()}
    book.commit(message("整理", "edit"), {**files, **moved, f"new/{path_of('1.1')}": closed}, who=LI)
    book.root = book.root / "new"


@cheat("link")
def a_link_where_a_folder_was(book: Book) -> None:
    book.commit(message("佐证", "attach"), {"data/evidence/1.1/a.pdf": PDF})
    book.commit(message("x", "edit"), {"data/evidence/1.1/a.pdf": None})
    book.commit(message("x", "edit"), {"data/evidence/1.1": b"/tmp/elsewhere"}, mode="120000")


@cheat("link")
def a_submodule_where_a_folder_was(book: Book) -> None:
    book.commit(message("x", "edit"), {"data/evidence/1.1": "1" * 40}, mode="160000")


@cheat("link")
def a_link_as_the_folder_of_templates(book: Book) -> None:
    book.commit(message("x", "edit"), {"templates": b"/tmp/elsewhere"}, mode="120000")


@cheat("evidence-changed", "warning")
def a_pointer_where_a_file_was(book: Book) -> None:
    entry = [*book.data("1.1")["progress"], {"date": book.today, "text": "附纪要。", "evidence": [PROOF]}]
    path = f"data/evidence/1.1/{PROOF['file']}"
    book.act("attach", "1.1", progress=entry, beside={path: PDF})
    book.commit(
        message("修改", "edit", ("Id", "1.1"), ("From", "in_progress"), ("To", "in_progress")), {path: POINTER.encode()}
    )  # fmt: skip


@cheat("own-template", "note")
def a_template_that_says_all_is_done(book: Book) -> None:
    text = "截至目前，34项措施已全部完成，完成率100%。\n".encode()
    book.commit(message("修改", "edit"), {"templates/notice.txt.j2": text})


@cheat("evidence-changed", "warning")
def a_pointer_put_in_by_a_merge(book: Book) -> None:
    entry = [*book.data("1.1")["progress"], {"date": book.today, "text": "附纪要。", "evidence": [PROOF]}]
    path = f"data/evidence/1.1/{PROOF['file']}"
    book.act("attach", "1.1", progress=entry, beside={path: PDF})
    fork = book.here()
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.act("start", "1.3")
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, {path: POINTER.encode()})


@cheat("look-alike", "warning")
def look_alikes_that_meet_in_a_merge(book: Book) -> None:
    fork = book.here()
    book.act("attach", "1.1", beside={"data/evidence/1.1/a.pdf": PDF})
    main = book.here()
    book.back_to(fork)
    book.act("attach", "1.1", beside={"data/evidence/1.1/A.PDF": b"other"})
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("look-alike")
def a_folder_that_differs_in_case(book: Book) -> None:
    closed = {**book.data("1.1"), "status": "closed"}
    book.commit("notes", {"Data/problems/01/1.1.yaml": closed})


@cheat("look-alike")
def a_file_that_differs_in_case(book: Book) -> None:
    closed = {**book.data("1.1"), "status": "closed"}
    book.commit(message("x", "edit", ("Id", "1.1")), {"data/problems/01/1.1.YAML": closed})


@cheat("converted")
def another_encoding_in_the_folder(book: Book) -> None:
    book.commit(
        "属性",
        {
            ".gitattributes": b"\xef\xbb\xbf[attr]plain working-tree-encoding=ASCII//TRANSLIT\ndata/problems/01/1.1.yaml plain\n"
        },
    )


@cheat("converted")
def a_program_of_its_own_for_the_records_deep_down(book: Book) -> None:
    book.commit("属性", {"data/problems/01/.gitattributes": b"*.yaml filter=x\n"})


@cheat("converted")
def a_name_of_the_topmost_attributes_used_deep_down(book: Book) -> None:
    book.commit("属性", {".gitattributes": b"[attr]zz -text ident\n"})
    book.commit("属性", {"data/.gitattributes": b"*.yaml zz\n"})


@cheat("converted")
def a_known_name_of_git_given_another_meaning_when_it_was_used(book: Book) -> None:
    book.commit("属性", {"data/problems/01/.gitattributes": b"*.yaml binary\n"})
    book.commit("属性", {".gitattributes": b"[attr]binary later\n[attr]later working-tree-encoding=GBK\n"})


@cheat("converted")
def an_attribute_in_a_folder_whose_name_begins_with_a_blank(book: Book) -> None:
    moved = {f"\u3000台账/{path}": content for path, content in book.files.items()}
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.commit("属性", {"\u3000台账/.gitattributes": b"data/** ident\n"})
    book.root = book.root / "\u3000台账"


@cheat("converted")
def an_attribute_for_a_file_whose_name_is_no_text(book: Book) -> None:
    book.act("attach", "1.1", beside={'"data/evidence/1.1/\\377.pdf"': PDF})
    book.commit("属性", {".gitattributes": b"data/evidence/1.1/\xff.pdf ident\n"})


@cheat("converted")
def an_attribute_in_a_folder_whose_name_has_a_line_end(book: Book) -> None:
    book.commit("属性", {'"data/evidence/1.1/a\\nb/.gitattributes"': b"* filter=x\n"})
    book.commit("属性", {f"data/evidence/1.1/{'a' * 300}/.gitattributes": b"* filter=x\n"})


@cheat("converted")
def an_attribute_that_counts_bytes(book: Book) -> None:
    book.act("attach", "1.1", beside={"data/evidence/1.1/评.pdf": PDF})
    book.commit("属性", {".gitattributes": b"???.pdf ident\n"})


@cheat("converted")
def an_attribute_for_a_name_with_a_wide_blank(book: Book) -> None:
    book.act("attach", "1.1", beside={"data/evidence/1.1/评审　意见.pdf": PDF})
    book.commit("属性", {".gitattributes": "评审　意见.pdf ident\n".encode()})


@cheat("ledger-moved")
def moves_the_ledger_under_another_spelling_of_its_organisation(book: Book) -> None:
    moved = {f"new/{path}": content for path, content in book.files.items()}
    settings = {**book.files["data/ledger.yaml"], "organisation": "某市水务局党组"}
    closed = {**book.data("1.1"), "status": "closed", "closed": {"date": book.today, "by": "局长"}}
    moved |= {"new/data/ledger.yaml": settings, f"new/{path_of('1.1')}": closed}
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved")
def moves_the_ledger_by_a_beginning_of_its_own(book: Book) -> None:
    main = book.here()
    closed = {**book.data("1.1"), "status": "closed", "closed": {"date": book.today, "by": "局长"}}
    moved = {f"new/{path}": content for path, content in main.files.items()} | {
        f"new/{path_of('1.1')}": closed
    }
    orphan(book, "整理", moved)
    book.commit("合并", dict.fromkeys(main.files) | moved, parents=(main.mark, book.mark))
    book.root = book.root / "new"


def moves(book: Book, settings: dict[str, Any], titles: dict[str, str]) -> None:
    """Move the ledger with 1.1 closed in it, and with other settings and titles."""
    moved = {f"new/{path}": content for path, content in book.files.items()}
    for path, title in titles.items():
        moved[f"new/{path}"] = {**book.files[path], "title": title}
    closed = {"status": "closed", "closed": {"date": book.today, "by": "局长"}}
    moved[f"new/{path_of('1.1')}"] = {**moved[f"new/{path_of('1.1')}"], **closed}
    moved["new/data/ledger.yaml"] = {**book.files["data/ledger.yaml"], **settings}
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved")
def moves_the_ledger_under_words_that_look_the_same(book: Book) -> None:
    titles = {path: each["title"] for path, each in book.files.items() if "problems" in path}
    settings = {"organisation": "中共某市\N{KANGXI RADICAL WATER}务局党组"}
    moves(book, settings, {path: f"{title.replace('号', '号 ')}。" for path, title in titles.items()})


@cheat("ledger-moved")
def renames_the_ledger_first_and_moves_it_under_its_true_words(book: Book) -> None:
    settings = {key: book.files["data/ledger.yaml"][key] for key in ("organisation", "inspection")}
    titles = {path: each["title"] for path, each in book.files.items() if "problems" in path}
    book.settings(organisation="某市水利局", inspection={**settings["inspection"], "round": "首轮"})
    for number, path in enumerate(titles):
        book.commit(message("修改", "edit"), {path: {**book.files[path], "title": f"某事项{number}"}})
    moves(book, settings, titles)


@cheat("ledger-moved")
def guts_the_ledger_and_starts_it_anew_beside_it_under_its_true_words(book: Book) -> None:
    true = deepcopy(book.files)
    book.commit("重建", said_otherwise(book, ("title", "goal", "finding"), folder=""), who=LI)
    closed = {**true[path_of("1.1")], "status": "closed", "closed": {"date": book.today, "by": "局长"}}
    true[path_of("1.1")] = closed
    book.days(30).commit(
        message("建立", "init"), {f"new/{path}": each for path, each in true.items()}, who=LI
    )
    book.root = book.root / "new"


def said_otherwise(
    book: Book, keys: tuple[str, ...], words: str = "", folder: str = "new/"
) -> dict[str, Any]:
    """Return the files of the ledger in a folder, of another organisation and day; what stands under some keys has words around it, or is gone."""
    moved = {f"{folder}{path}": {**each} for path, each in book.files.items()}
    for number, each in enumerate(moved.values()):
        each.pop("progress", None)
        each.update(
            {key: f"关于{each[key]}{words}" if words else f"第{number}件事项" for key in keys if key in each}
        )
    inspection = {
        **moved[f"{folder}data/ledger.yaml"]["inspection"],
        "round": "第一轮次",
        "feedback": "2023-11-11",
    }
    moved[f"{folder}data/ledger.yaml"] |= {"organisation": "某市水务局党组（党委）", "inspection": inspection}
    moved[f"{folder}{path_of('1.1')}"] |= {"status": "closed", "closed": {"date": book.today, "by": "局长"}}
    return moved


@cheat("trailers-mismatch")
def claims_to_have_done_what_it_did_in_a_folder_that_is_no_ledger(book: Book) -> None:
    said = message("进展", "progress", ("Id", "1.1"), ("From", "in_progress"), ("To", "in_progress"))
    book.commit(said, {f"notes/{path_of('1.1')}": book.data("1.1")})


@cheat("trailers-mismatch")
def claims_to_have_done_what_it_did_not_do_in_another_ledger(book: Book) -> None:
    book.commit(
        "x", {"new/data/ledger.yaml": {**book.files["data/ledger.yaml"], "organisation": "某市教育局"}}
    )
    said = message("进展", "progress", ("Id", "1.1"), ("From", "in_progress"), ("To", "in_progress"))
    book.commit(said, {f"new/{path_of('1.2')}": book.data("1.2")})


@cheat("ledger-moved")
def moves_the_ledger_to_another_round_with_words_behind_half_of_its_titles(book: Book) -> None:
    inspection = {**book.files["data/ledger.yaml"]["inspection"], "round": "第一轮次"}
    titles = {path: f"{each['title']}任务" for path, each in [*book.files.items()][1::2]}
    moves(book, {"inspection": inspection}, titles)


@cheat("ledger-moved")
def moves_the_ledger_with_words_around_all_that_it_says(book: Book) -> None:
    moved = said_otherwise(book, ("title", "goal", "finding"), "的任务")
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved")
def moves_the_ledger_and_leaves_only_titles_with_words_around_them(book: Book) -> None:
    moved = said_otherwise(book, ("title",), "的任务")
    for each in moved.values():
        for key in ("goal", "finding"):
            each.pop(key, None)
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved")
def copies_the_ledger_with_other_titles_and_removes_it_later(book: Book) -> None:
    old = book.here()
    book.commit(message("建立", "init"), said_otherwise(book, ("title", "finding")), who=LI)
    book.days(7).commit(message("整理", "edit"), dict.fromkeys(old.files), who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved")
def removes_the_ledger_and_brings_it_a_week_later_with_other_titles(book: Book) -> None:
    moved = said_otherwise(book, ("title", "finding"))
    book.commit(message("整理", "edit"), dict.fromkeys(book.files), who=LI)
    book.days(7).commit(message("建立", "init"), moved, who=LI)
    book.root = book.root / "new"


@cheat("ledger-moved", "warning")
def a_ledger_that_says_nothing_of_what_the_one_said_that_goes_away(book: Book) -> None:
    moved = said_otherwise(book, ("title", "goal", "finding"))
    book.commit(message("整理", "edit"), {**dict.fromkeys(book.files), **moved}, who=LI)
    book.root = book.root / "new"


# --- policy


@cheat("policy-dodged", "warning")
def closes_on_a_branch_from_before_the_tightening(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.days(1)
    closed_by(book, LI)
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("policy-dodged", "warning")
def loosens_the_policy_closes_after_a_week_and_makes_it_strict_again(book: Book) -> None:
    book.policy("progress", who=ZHANG)
    book.days(10).close("1.1", ZHANG)
    book.days(1).policy("progress", "submission", "second_person", who=ZHANG)


@cheat("close-requires-second-person")
def closes_alone_within_a_week_of_a_loosening_that_was_taken_back(book: Book) -> None:
    book.policy("progress")
    book.policy("progress", "submission", "second_person")
    closed_by(book, ZHANG)


@cheat("close-requires-signed-commit", "warning")
def drops_the_signature_closes_after_a_week_and_asks_for_it_again(book: Book) -> None:
    book.policy("progress", "submission", "second_person", "signed_commit")
    book.policy("progress", "submission", "second_person")
    book.act("submit", "1.1")
    book.days(10).close("1.1")
    book.days(1).policy("progress", "submission", "second_person", "signed_commit")


@cheat("policy-dodged", "warning")
def closes_on_a_branch_from_before_the_tightening_and_tightens_it_in_the_same_commit(book: Book) -> None:
    book.act("submit", "1.1")
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    strict = {"data/ledger.yaml": main.files["data/ledger.yaml"]}
    closed = {"date": book.today, "by": LI.name}
    book.act("import", "1.1", who=LI, status="closed", closed=closed, beside=strict)
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("policy-weakened", "warning")
def a_merge_takes_the_tightening_back(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.settings(policy={"close_requires": ["progress", "submission", "second_person"], "due_soon_days": 9})
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, {"data/ledger.yaml": side.files["data/ledger.yaml"]}, message("同步", "sync"))


@cheat("policy-weakened", "warning")
def a_merge_takes_it_back_where_the_other_has_no_policy(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.commit(
        message("修改", "edit"),
        {"data/ledger.yaml": {k: v for k, v in fork.files["data/ledger.yaml"].items() if k != "policy"}},
    )
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, {"data/ledger.yaml": side.files["data/ledger.yaml"]}, message("同步", "sync"))


@cheat("policy-weakened", "warning")
def looks_back_every_ten_years(book: Book) -> None:
    book.settings(policy={**book.files["data/ledger.yaml"]["policy"], "review_every_days": 3650})


@cheat("policy-weakened", "warning")
def shows_what_is_due_on_the_last_day(book: Book) -> None:
    book.settings(policy={**book.files["data/ledger.yaml"]["policy"], "due_soon_days": 0})


@cheat("policy-dodged", "warning")
def loosens_the_policy_and_closes_within_the_hour(book: Book) -> None:
    book.policy("progress", who=ZHANG)
    book.close("1.1", ZHANG)
    book.policy("progress", "submission", "second_person", who=ZHANG)


@cheat("close-requires-signed-commit")
def takes_a_reopening_back_unsigned_in_the_name_of_another(book: Book) -> None:
    closed_by(book, LI)
    book.policy("progress", "submission", "second_person", "signed_commit")
    before = book.held("1.1")
    mark = book.act("reopen", "1.1", who=LI, reason="现场查看未完成")
    book.days(1).undo(mark, before, LI)


@cheat("close-requires-signed-commit", "warning")
def closes_unsigned_on_a_branch_from_before_signatures_were_asked(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "signed_commit")
    main = book.here()
    book.back_to(fork)
    closed_by(book, LI)
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("close-requires-signed-commit", "warning")
def drops_the_signature_and_closes_within_the_hour(book: Book) -> None:
    book.policy("progress", "signed_commit")
    book.policy("progress")
    book.close("1.1")


# --- cloaks


@cheat("close-requires-second-person")
def closes_under_the_name_of_an_import(book: Book) -> None:
    book.act("import", "1.1", status="closed", closed={"date": book.today, "by": "办公室"})


@cheat("close-requires-second-person", "warning")
def enters_what_is_closed_under_the_name_of_an_import(book: Book) -> None:
    book.act("import", "1.4", **{**book.fresh("1.4"), "status": "closed", "closed": {"date": book.today}})


@cheat("changed-after-closing", "warning")
def rewrites_what_is_closed_under_the_name_of_an_import(book: Book) -> None:
    book.act("import", "2.1", title="另一件事")


@cheat("trailers-mismatch")
def reopens_under_the_name_of_an_import(book: Book) -> None:
    book.act("import", "2.1", status="in_progress", closed=None, reason="来表为推进中")


@cheat("trailers-mismatch")
def closes_under_the_name_of_a_sync(book: Book) -> None:
    book.act("sync", "1.1", status="closed", closed={"date": book.today, "by": "李四"})


@cheat("renumbered")
def renumbers_by_hand(book: Book) -> None:
    renumber(book, "1.3", "1.7")


@cheat("trailers-mismatch")
def enters_a_file_without_a_number_beside_progress(book: Book) -> None:
    entry = {"date": book.today, "text": "又开展了一次。"}
    measure = {**book.data("1.1"), "progress": [*book.data("1.1")["progress"], entry]}
    said = message("进展", "progress", ("Id", "1.1"), ("From", "in_progress"), ("To", "in_progress"))
    book.commit(said, {path_of("1.1"): measure, "data/problems/01/x.yaml": {"a": 1}})


@cheat("trailers-mismatch")
def claims_a_closing_in_an_empty_commit(book: Book) -> None:
    book.commit(message("销号", "close", ("Id", "1.1"), ("From", "submitted"), ("To", "closed")))


# --- what was decided


@cheat("changed-after-closing", "warning")
def outcomes_after_closing(book: Book) -> None:
    book.edit("2.1", outcomes={"rules": 9})


@cheat("changed-after-closing")
def outcomes_changed_after_closing(book: Book) -> None:
    book.edit("1.1", outcomes={"rules": 1})
    closed_by(book, LI)
    book.edit("1.1", outcomes={"rules": 9})


@cheat("problem-rewritten")
def rewrites_a_finding(book: Book) -> None:
    book.edit("1", finding="基本符合要求。")


@cheat("problem-rewritten")
def takes_a_finding_away(book: Book) -> None:
    book.edit("1", finding=None)


@cheat("problem-rewritten", "warning")
def rewrites_the_title_of_a_problem_that_is_complete(book: Book) -> None:
    book.edit("2", title="学习总体较好")


@cheat("settings-changed", "warning")
def another_day_of_feedback(book: Book) -> None:
    inspection = book.files["data/ledger.yaml"]["inspection"]
    book.settings(inspection={**inspection, "feedback": "2024-01-10"})


@cheat("entry-changed")
def takes_an_escalation_away(book: Book) -> None:
    book.act("escalate", "1.1", escalated={"to": "局长", "date": book.today})
    book.edit("1.1", escalated=None)


@cheat("entry-changed")
def rewrites_an_escalation(book: Book) -> None:
    book.act("escalate", "1.1", escalated={"to": "局长", "date": book.today})
    book.edit("1.1", escalated={"to": "分管副局长", "date": book.today})


@cheat("withheld", "warning")
def makes_an_entry_internal_after_closing(book: Book) -> None:
    progress = book.data("2.1")["progress"]
    book.edit("2.1", progress=[{**progress[0], "publish": False}])


@cheat("withheld", "warning")
def withholds_an_open_measure(book: Book) -> None:
    book.edit("1.1", publish=False)


@cheat("withheld", "warning")
def withholds_a_problem(book: Book) -> None:
    book.edit("1", publish=False)


@cheat("closed-by", "warning")
def says_that_another_has_closed_it(book: Book) -> None:
    book.act("submit", "1.1")
    book.close("1.1", closed={"date": book.today, "by": "局长"})


@cheat("closed-by", "warning")
def says_that_another_has_closed_it_who_is_an_office_since(book: Book) -> None:
    book.settings(people=[{"name": each.name, "emails": [each.email]} for each in (ZHANG, LI)])
    book.settings(offices=["办公室", "规划科", "李 四"])
    book.act("submit", "1.1", who=WANG)
    book.days(1).close("1.1", ZHANG, closed={"date": book.today, "by": "李四"})


@cheat("watered-down", "warning")
def waters_a_goal_down_before_closing(book: Book) -> None:
    book.edit("1.1", action="set", goal="开一次会")
    closed_by(book, LI)


@cheat("watered-down", "warning")
def waters_a_goal_down_in_the_commit_that_closes_it(book: Book) -> None:
    book.act("submit", "1.1")
    book.act("close", "1.1", who=LI, goal="开一次会")


@cheat("watered-down", "warning")
def waters_a_goal_down_step_by_step(book: Book) -> None:
    for goal in ("形成长效制度并投入运用", "召开会议并研究运用", "召开会议研究工作"):
        book.days(5).edit("1.1", action="set", goal=goal)
    closed_by(book, LI)


@cheat("watered-down", "warning")
def another_title_while_closing_is_applied_for(book: Book) -> None:
    book.act("submit", "1.1")
    book.edit("1.1", action="set", title="开好1.1号会议")
    book.close("1.1")


@cheat("close-requires-progress")
def an_entry_of_blanks(book: Book) -> None:
    book.entry("1.3", " ")
    book.act("submit", "1.3")
    book.close("1.3")


@cheat("watered-down", "warning")
def takes_a_goal_away_before_closing(book: Book) -> None:
    book.edit("1.1", goal=None)
    closed_by(book, LI)


@cheat("watered-down", "warning")
def lowers_a_number_in_a_goal_before_closing(book: Book) -> None:
    book.edit("1.1", action="set", goal="改造泵站12座")
    book.days(30).act("submit", "1.1")
    book.edit("1.1", action="set", goal="改造泵站2座")
    book.close("1.1")


@cheat("deadline-moved")
def makes_it_long_term(book: Book) -> None:
    book.edit("1.1", term="long_term")


@cheat("deadline-moved")
def makes_it_long_term_and_takes_the_day_away(book: Book) -> None:
    book.edit("1.1", term="long_term", due=None)


@cheat("deadline-moved")
def moves_a_deadline_in_the_commit_that_closes_it(book: Book) -> None:
    book.act("submit", "1.1")
    book.days(1).close("1.1", due="2024-12-31")


@cheat("postdated")
def closes_as_of_a_day_to_come(book: Book) -> None:
    closed_by(book, LI, day="2024-06-30")


@cheat("evidence-changed")
def moves_a_file_of_evidence_to_another_measure(book: Book) -> None:
    entry = [*book.data("1.1")["progress"], {"date": book.today, "text": "附纪要。", "evidence": [PROOF]}]
    old, new = (f"data/evidence/{identity}/{PROOF['file']}" for identity in ("1.1", "1.2"))
    book.act("attach", "1.1", progress=entry, beside={old: PDF})
    book.act("edit", "1.1", "1.2", beside={old: None, new: PDF})


@cheat("entry-changed")
def rewrites_a_comment_that_calls_itself_closed(book: Book) -> None:
    comment = {"received": "2023-12-01", "channel": "phone", "text": "办得慢。", "status": "closed"}
    for text in ("办得慢。", "办得好。"):
        book.commit(
            message("登记意见", "comment", ("Comment", "1")),
            {"data/comments/001.yaml": {**comment, "text": text}},
        )


@cheat("policy-dodged", "warning")
def closes_anew_on_a_branch_from_before_the_tightening(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.act("reopen", "2.1", reason="现场查看未完成")
    book.act("submit", "2.1")
    book.days(1).close("2.1")
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("policy-dodged", "warning")
def closes_on_a_branch_from_before_the_tightening_that_was_merged_with_another(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "另一支所记。")
    other = book.here()
    book.back_to(fork)
    closed_by(book, LI)
    side = book.here()
    book.back_to(other)
    book.merge(side, fork)
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)


@cheat("look-alike", "warning")
def a_folder_of_evidence_that_differs_in_case(book: Book) -> None:
    book.act("attach", "1.1", beside={"data/evidence/1.1/附件A/甲.pdf": PDF})
    book.act("attach", "1.1", beside={"data/evidence/1.1/附件a/乙.pdf": PDF})


@cheat("by-hand")
def enters_ten_measures_by_hand(book: Book) -> None:
    book.commit("整理", {path_of(f"1.{number}"): book.fresh(f"1.{number}") for number in range(4, 14)})


@cheat("changed-after-closing")
def rewrites_what_is_closed_beside_what_is_open(book: Book) -> None:
    book.edit("1.1", "2.1", goal="开会研究")


@cheat("watered-down", "warning")
def leaves_two_letters_of_a_goal_out_before_closing(book: Book) -> None:
    book.edit("1.1", goal="形成长效机制并投入行")
    book.act("submit", "1.1")
    book.days(1).close("1.1")


@cheat("trailers-mismatch")
def returns_reopens_and_extends_without_a_reason(book: Book) -> None:
    book.act("submit", "1.1")
    book.act("return", "1.1", who=LI)
    book.act("reopen", "2.1")
    book.act("extend", "1.2", due="2024-12-31")


@cheat("trailers-mismatch")
def renumbers_a_comment_and_names_a_measure(book: Book) -> None:
    comment = {"received": "2023-12-01", "channel": "phone", "text": "办得慢。"}
    book.commit(message("登记意见", "comment", ("Comment", "1")), {"data/comments/001.yaml": comment})
    told = message("改号", "renumber", ("Comment", "1 2"), ("Id", "1.3"))
    book.commit(told, {"data/comments/001.yaml": None, "data/comments/002.yaml": comment})


# --- anchors


def anchor(book: Book, number: int, mark: int | None = None, name: str = "") -> str:
    """Keep a verification."""
    tip = book.hash(mark or book.mark)
    tag = name or f"xuncha/audit/{number}-{tip[:12]}"
    day = (book.now + timedelta(hours=1)).isoformat()
    book.git("tag", "-f", "-a", "-m", f"第{number}次核验\n\nXuncha-Tip: {tip}\nXuncha-Errors: 0\n", tag, tip, GIT_COMMITTER_DATE=day)  # fmt: skip
    return tag


@cheat("history-rewritten")
def an_anchor_moved_under_its_old_name(book: Book) -> None:
    fork = book.here()
    book.entry("1.1", "原来所记。")
    tag = anchor(book, 1)
    book.back_to(fork)
    book.entry("1.1", "改写所记。")
    anchor(book, 1, name=tag)


@cheat("history-rewritten")
def an_anchor_made_a_plain_tag_elsewhere(book: Book) -> None:
    fork = book.here()
    book.entry("1.1", "原来所记。")
    tag = anchor(book, 1)
    book.back_to(fork)
    book.entry("1.1", "改写所记。")
    book.git("tag", "-f", tag, book.hash(book.mark))


@cheat("history-rewritten", "warning")
def an_anchor_removed(book: Book) -> None:
    first = anchor(book, 1)
    book.entry("1.1", "又记。")
    anchor(book, 2)
    book.git("tag", "-d", first)


@cheat("history-rewritten", "warning")
def an_anchor_of_a_number_without_end(book: Book) -> None:
    tip = book.hash(book.mark)
    anchor(book, 1, name=f"xuncha/audit/999999999-{tip[:12]}")


@cheat("history-rewritten")
def an_anchor_on_another_branch(book: Book) -> None:
    fork = book.here()
    book.entry("1.1", "原来所记。")
    anchor(book, 1)
    book.back_to(fork)
    book.entry("1.1", "改写所记。")


@cheat("history-rewritten")
def rewritten_before_the_newest_anchor_but_after_an_older_one(book: Book) -> None:
    anchor(book, 1)
    fork = book.here()
    book.entry("1.1", "原来所记。")
    tag = anchor(book, 2)
    book.back_to(fork)
    book.days(3).entry("1.1", "改写所记。")
    book.days(-3)
    anchor(book, 2)
    book.git("tag", "-d", tag)


# --- numbers and days


MONEY = [{"key": "money", "label": "追缴资金", "unit": "元"}]
TEN_THOUSAND = [{"key": "money", "label": "追缴资金", "unit": "万元"}]


@cheat("settings-changed", "warning")
def counts_in_units_of_ten_thousand(book: Book) -> None:
    book.settings(outcomes=MONEY)
    book.edit("1.1", outcomes={"money": 3})
    book.days(30).settings(outcomes=TEN_THOUSAND)


@cheat("settings-changed", "warning")
def takes_an_outcome_away_and_enters_it_in_another_unit(book: Book) -> None:
    book.settings(outcomes=MONEY)
    book.edit("1.1", outcomes={"money": 3})
    book.settings(outcomes=[])
    book.settings(outcomes=TEN_THOUSAND)


@cheat("changed-after-closing", "warning")
def another_sum_in_a_field_of_what_is_closed(book: Book) -> None:
    book.settings(fields=[{"key": "sum", "label": "涉及金额", "of": "measure", "type": "number"}])
    book.edit("1.1", fields={"sum": 10})
    book.act("submit", "1.1")
    book.close("1.1")
    book.edit("1.1", fields={"sum": 1000})


@cheat("predated", "warning")
def looks_back_in_autumn_as_of_spring(book: Book) -> None:
    closed_for_good(book)
    spring = book.days(100).today
    book.days(150).act("review", "1.4", reviews=[{"date": spring, "result": "holds"}])


@cheat("predated", "warning")
def closes_without_a_day(book: Book) -> None:
    book.act("submit", "1.1")
    book.close("1.1", closed={"by": "李四"})


@cheat("close-requires-evidence")
def closes_upon_evidence_that_nobody_sees(book: Book) -> None:
    book.policy("progress", "evidence", "submission", "second_person")
    book.days(10).entry("1.1", "已经开展。", evidence=["\u200b"])
    book.act("submit", "1.1")
    book.close("1.1")


@cheat("close-requires-progress")
def closes_upon_an_entry_that_nobody_sees(book: Book) -> None:
    book.entry("1.3", "\u200b\u3000")
    book.act("submit", "1.3")
    book.close("1.3")


@cheat("predated", "warning")
def records_progress_without_a_day(book: Book) -> None:
    undated = [{"text": "已召开党组会研究。"}, *book.data("1.1")["progress"]]
    book.days(30).edit("1.1", progress=undated)


# --- what was decided of a problem, a category and the organisation


SUM = [{"key": "sum", "label": "涉及金额", "of": "problem", "type": "number"}]


@cheat("problem-rewritten", "warning")
def another_sum_in_a_field_of_a_problem_that_is_complete(book: Book) -> None:
    book.settings(fields=SUM)
    book.edit("2", fields={"sum": 300})
    book.edit("2", fields={"sum": 3})


@cheat("problem-rewritten", "warning")
def takes_a_problem_that_is_complete_under_another_category(book: Book) -> None:
    categories = book.files["data/ledger.yaml"]["categories"]
    book.settings(categories=[*categories, {"key": "b", "title": "关于学习方面"}])
    book.edit("2", category="b")


@cheat("settings-changed", "warning")
def renames_a_category_in_which_a_problem_is_complete(book: Book) -> None:
    book.settings(categories=[{"key": "a", "title": "关于工作方面"}])


@cheat("settings-changed", "warning")
def renames_the_organisation(book: Book) -> None:
    book.settings(organisation="中共某市水务局机关党委")


# --- a time limit that is dodged


def removes(book: Book, identity: str, following: str = "", beside: Mapping[str, Any] | None = None) -> None:
    """Remove a measure as the command does it; the one after it gets its number, and so do the files beside it."""
    moved = ("Renumbered", following and f"{following} {identity}")
    told = message("删除", "remove", ("Id", identity), ("From", "not_started"), moved, ("Reason", "重复录入"))
    files = {path_of(following): None, path_of(identity): book.data(following)} if following else {}
    book.commit(told, {path_of(identity): None, **files, **(beside or {})})


def removes_problem(book: Book, number: str) -> None:
    """Remove the last problem as the command does it."""
    told = message("删除", "remove", ("Id", number), ("Reason", "重复录入"))
    book.commit(told, {path_of(number): None})


@cheat("replaced", "warning")
def removes_a_measure_and_enters_it_again_with_a_later_day(book: Book) -> None:
    removes(book, "1.3")
    book.days(1).act("add", "2.2", **{**book.fresh("1.3"), "title": "做好 1.3号工作。", "due": "2024-12-31"})


@cheat("replaced", "warning")
def removes_a_measure_and_enters_it_again_without_a_day(book: Book) -> None:
    removes(book, "1.3")
    book.days(1).act("add", "1.3", **{**book.fresh("1.3"), "due": None})


@cheat("replaced", "warning")
def removes_a_measure_and_enters_it_again_under_another_title(book: Book) -> None:
    book.edit("1.3", goal="改造泵站12座")
    removes(book, "1.3")
    book.days(1).act("add", "1.3", **{**book.data("1.2"), "progress": None, "status": "not_started", "title": "改造城区泵站", "goal": "改造泵站12座。", "due": "2024-12-31"})  # fmt: skip


@cheat("replaced", "warning")
def removes_a_measure_and_gives_its_title_to_another_one(book: Book) -> None:
    removes(book, "1.3")
    book.days(1).act("add", "1.3", **{**book.fresh("1.3"), "title": "另一件事", "goal": "另一目标", "due": "2024-12-31"})  # fmt: skip
    book.edit("1.3", action="set", title="做好1.3号工作")


@cheat("replaced", "warning")
def enters_a_measure_several_times_with_later_days_and_removes_the_first(book: Book) -> None:
    for identity, due in (("2.2", "2024-12-31"), ("2.3", "2025-01-31"), ("2.4", "2025-02-28"), ("2.5", "2025-03-31")):  # fmt: skip
        book.act("add", identity, **{**book.fresh("1.3"), "due": due})
    removes(book, "1.3")


@cheat("replaced", "warning")
def enters_a_problem_again_with_a_milder_finding_and_removes_the_first(book: Book) -> None:
    book.act("add", "3", title="作风不实", category="a", finding="作风有待改进。")
    book.act("add", "4", title="作风不实", category="a", finding="弄虚作假，数据造假。")
    removes_problem(book, "4")


@cheat("watered-down", "warning")
def enters_a_measure_again_with_a_lower_goal_and_removes_the_first(book: Book) -> None:
    book.edit("1.3", action="set", goal="改造泵站12座")
    book.act("add", "2.2", **{**book.fresh("1.3"), "goal": "改造泵站2座"})
    removes(book, "1.3")
    book.entry("2.2", "已经开展。")
    closed_by(book, LI, identity="2.2")


@cheat("watered-down", "warning")
def removes_a_measure_and_enters_it_again_with_a_lower_goal(book: Book) -> None:
    book.edit("1.3", action="set", goal="改造泵站12座")
    removes(book, "1.3")
    book.days(20).act("add", "1.3", **{**book.fresh("1.3"), "goal": "改造泵站2座"})
    book.entry("1.3", "已经开展。")
    closed_by(book, LI, identity="1.3")


@cheat("watered-down", "warning")
def lowers_a_goal_by_a_removal_and_gets_another_number(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "goal": "二十家单位全部完成整改"})
    removes(book, "1.4")
    book.act("add", "2.2", **{**book.fresh("2.2"), "title": "凑数"})
    book.act("add", "2.3", **{**book.fresh("1.4"), "goal": "一家单位完成整改"})
    removes(book, "2.2", "2.3")
    book.entry("2.2", "已经开展。")
    closed_by(book, LI, identity="2.2")


@cheat("watered-down", "warning")
def lowers_a_goal_behind_a_decoy_that_is_removed_first(book: Book) -> None:
    book.edit("1.3", action="set", goal="二十家单位全部完成整改")
    milder = {**book.fresh("1.3"), "goal": "一家单位完成整改"}
    book.act("add", "1.4", **milder)
    removes(book, "1.4")
    removes(book, "1.3")
    book.act("add", "1.3", **milder)
    book.entry("1.3", "已经开展。")
    closed_by(book, LI, identity="1.3")


@cheat("replaced", "warning")
def removes_a_measure_and_enters_it_again_out_of_sight(book: Book) -> None:
    removes(book, "1.3")
    book.days(1).act("add", "2.2", **{**book.fresh("1.3"), "publish": False})


@cheat("replaced", "warning")
def removes_a_problem_and_enters_it_again_with_a_milder_finding(book: Book) -> None:
    book.act("add", "3", title="作风不实", category="a", finding="弄虚作假，数据造假。")
    removes_problem(book, "3")
    book.act("add", "3", title="作风不实。", category="a")
    book.edit("3", finding="作风有待改进。")


@cheat("replaced", "warning")
def removes_a_problem_and_gives_its_title_to_one_with_a_milder_finding(book: Book) -> None:
    book.act("add", "3", title="作风不实", category="a", finding="弄虚作假，数据造假。")
    removes_problem(book, "3")
    book.act("add", "3", title="另一问题", category="a", finding="作风有待改进。")
    book.edit("3", action="set", title="作风不实")


@cheat("watered-down", "warning")
def lowers_a_goal_and_gets_another_number_by_a_removal(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": "凑数", "goal": "一家单位完成整改"})
    book.act("add", "1.5", **{**book.fresh("1.5"), "goal": "二十家单位全部完成整改"})
    book.entry("1.5", "已经开展。")
    book.days(20).edit("1.5", action="set", goal="一家单位完成整改")
    removes(book, "1.4", "1.5")
    closed_by(book, LI, identity="1.4")


@cheat("watered-down", "warning")
def lowers_a_goal_of_what_is_removed_and_brought_back_by_another(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "goal": "二十家单位全部完成整改"})
    book.edit("1.4", action="set", goal="一家单位完成整改")
    before = book.held("1.4")
    removes(book, "1.4")
    book.undo(book.mark, before, LI)
    book.entry("1.4", "已经开展。")
    closed_by(book, LI, identity="1.4")


def numbered_twice(book: Book, *, is_returned: bool = False) -> None:
    """Have 1.4 applied for in one clone, and renumbered to 1.5 when another clone brings a 1.4."""
    fork = book.here()
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": "凑数"}, who=LI)
    main = book.here()
    book.back_to(fork)
    book.act("add", "1.4", **book.fresh("1.4"))
    book.entry("1.4", "已经开展。")
    book.act("submit", "1.4")
    if is_returned:
        book.act("return", "1.4", who=LI, reason="缺件")
    renumber(book, "1.4", "1.5")
    book.merge(main, fork, text=message("同步", "sync"))


@cheat("watered-down", "warning")
def another_title_and_another_number_while_closing_is_applied_for(book: Book) -> None:
    numbered_twice(book)
    book.edit("1.5", action="set", title="开好1.4号会议")
    book.close("1.5")


@cheat("false-remove")
def gives_a_lower_number_to_what_was_applied_for_under_another(book: Book) -> None:
    numbered_twice(book, is_returned=True)
    removes(book, "1.4", "1.5")


# --- forms


@cheat("own-template", "note")
def a_form_by_which_what_is_open_is_called_complete(book: Book) -> None:
    form = {"name": "月报", "columns": {"完成情况": "state"}, "states": {"已完成": "in_progress"}}
    book.commit(message("修改", "edit"), {"data/forms/月报.yaml": form})


@cheat("link")
def forms_from_elsewhere(book: Book) -> None:
    book.commit(message("修改", "edit"), {"data/forms": b"../elsewhere"}, mode="120000")
