"""Cheats hidden in a merge: it takes an older state, or one side's new entry of the same measure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.audit.book import LI, WANG, ZHANG, message, path_of
from tests.audit.cheats import cheat, closed_by, closed_for_good

if TYPE_CHECKING:
    from tests.audit.book import Book, Fork, Person


def before_it_was_entered(book: Book) -> tuple[Fork, Fork]:
    """Enter and start 1.4, due in a week, and go on ten days later from before that; return where it was left, and the branch with 1.4."""
    fork = book.here()
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": "2024-01-02"})
    book.act("start", "1.4")
    book.now = book.now.replace(year=2024, month=1, day=8)
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    return fork, main


def takes(book: Book, main: Fork, base: Fork, files: dict[str, Any], who: Any = ZHANG) -> None:
    """Merge what was done since into a branch, with these files."""
    side = book.here()
    book.back_to(main)
    book.merge(side, base, files, message("同步", "sync"), who)


@cheat("merge-differs")
def enters_it_again_with_a_later_day_on_a_branch_from_before(book: Book) -> None:
    fork, main = before_it_was_entered(book)
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": "2024-12-31"})
    takes(book, main, fork, {path_of("1.4"): {**main.files[path_of("1.4")], "due": "2024-12-31"}})


@cheat("merge-differs")
def enters_it_again_as_not_started_on_a_branch_from_before(book: Book) -> None:
    fork, main = before_it_was_entered(book)
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": "2024-12-31"})
    takes(book, main, fork, book.held("1.4"))


@cheat("merge-differs")
def enters_it_again_out_of_sight_on_a_branch_from_before(book: Book) -> None:
    fork, main = before_it_was_entered(book)
    book.act("add", "1.4", **{**book.fresh("1.4"), "publish": False})
    takes(book, main, fork, {path_of("1.4"): {**main.files[path_of("1.4")], "publish": False}})


@cheat("merge-differs")
def imports_it_again_as_closed_on_a_branch_from_before(book: Book) -> None:
    fork, main = before_it_was_entered(book)
    closed = {"date": book.today, "by": "规划科"}
    book.act("import", "1.4", **{**book.fresh("1.4"), "status": "closed", "closed": closed})
    takes(book, main, fork, book.held("1.4"))


def reviewed_twice_a_day(book: Book) -> list[dict[str, str]]:
    """Have 1.4 reviewed twice on one day: it has slipped, and then it holds. Of the two the first counts."""
    closed_for_good(book)
    day = book.days(10).today
    reviews = [{"date": day, "result": "slipped"}, {"date": day, "result": "holds"}]
    for count in (1, 2):
        book.act("review", "1.4", who=LI, reviews=reviews[:count])
    return reviews


@cheat("merge-differs")
def puts_the_review_of_the_same_day_first_that_found_nothing(book: Book) -> None:
    reviews = reviewed_twice_a_day(book)
    fork = book.here()
    book.entry("1.1", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "另一支所记。")
    takes(book, main, fork, {path_of("1.4"): {**book.data("1.4"), "reviews": reviews[::-1]}})


def sets_a_deadline_twice(book: Book, days: float) -> None:
    """Have two clones set the first deadline of 1.4, and the later one taken after some days."""
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None})
    fork = book.here()
    book.act("set", "1.4", due="2024-01-02", who=LI)
    main = book.here()
    book.back_to(fork)
    book.days(days).act("set", "1.4", due="2024-12-31")
    takes(book, main, fork, book.held("1.4"))


@cheat("deadline-passed")
def sets_a_deadline_that_another_had_set_when_that_has_passed(book: Book) -> None:
    sets_a_deadline_twice(book, 35)


@cheat("deadline-moved", "warning")
def sets_a_deadline_that_another_had_set(book: Book) -> None:
    sets_a_deadline_twice(book, 1)


@cheat("merge-differs")
def takes_the_later_of_two_extensions(book: Book) -> None:
    fork = book.here()
    book.act("extend", "1.1", due="2024-07-31", reason="天气", who=LI)
    main = book.here()
    book.back_to(fork)
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完")
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-differs")
def keeps_the_later_of_two_extensions(book: Book) -> None:
    fork = book.here()
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完")
    main = book.here()
    book.back_to(fork)
    book.act("extend", "1.1", due="2024-07-31", reason="天气", who=LI)
    takes(book, main, fork, {path_of("1.1"): main.files[path_of("1.1")]})


@cheat("merge-differs")
def an_older_of_two_common_states_explains_that_a_reopening_is_gone(book: Book) -> None:
    start = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    closed = book.here()
    book.act("reopen", "1.1", who=LI, reason="现场查看未完成")
    opened = book.here()
    book.back_to(start)
    book.entry("1.2", "旁支所记。")
    other = book.here()
    book.back_to(closed)
    book.merge(other, start)
    old = book.here()
    book.back_to(opened)
    book.merge(other, start)
    book.merge(old, closed, {path_of("1.1"): old.files[path_of("1.1")]})


def reopened(book: Book) -> tuple[Fork, Fork, Fork]:
    """Return where 1.1 was open, closed, and open again."""
    start = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    closed = book.here()
    book.act("reopen", "1.1", who=LI, reason="现场查看未完成")
    return start, closed, book.here()


@cheat("close-requires-submission")
def older_states_as_sides_explain_that_a_reopening_is_gone(book: Book) -> None:
    start, closed, opened = reopened(book)
    files = {path_of("1.1"): closed.files[path_of("1.1")]}
    book.commit(message("同步", "sync"), files, parents=(opened.mark, closed.mark, start.mark))


@cheat("unreadable")
def leaves_a_key_twice_in_a_merge(book: Book) -> None:
    fork = book.here()
    book.entry("1.1", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "分支所记。")
    book.merge(main, fork, {path_of("1.1"): b"title: a\ntitle: b\n"})


@cheat("merge-differs")
def a_merge_of_three_sides_drops_what_one_did(book: Book) -> None:
    start, closed, opened = reopened(book)
    sides = []
    for each in ("1.2", "1.3"):
        book.back_to(closed)
        book.entry(each, "旁支所记。")
        sides.append(book.mark)
    files = {path_of(each): book.held(each)[path_of(each)] for each in ("1.1", "1.3")}
    files[path_of("1.2")] = start.files[path_of("1.2")]
    book.commit("合并", files, LI, parents=(opened.mark, *sides))


@cheat("merge-differs")
def a_merge_of_three_sides_invents_a_title_for_what_two_have_entered(book: Book) -> None:
    fork, sides = book.here(), []
    for title in ("改造泵站", "清淤河道"):
        book.back_to(fork)
        book.act("add", "1.4", **{**book.fresh("1.4"), "title": title})
        sides.append(book.mark)
    book.back_to(fork)
    book.entry("1.2", "旁支所记。")
    files = {**book.held("1.2"), path_of("1.4"): {**book.fresh("1.4"), "title": "开一次会"}}
    book.commit("合并", files, LI, parents=(*sides, book.mark))


@cheat("merge-differs")
def takes_a_removal_where_another_has_begun(book: Book) -> None:
    fork = book.here()
    book.act("start", "1.3", who=LI)
    main = book.here()
    book.back_to(fork)
    said = message("删除", "remove", ("Id", "1.3"), ("From", "not_started"), ("Reason", "误登"))
    book.commit(said, {path_of("1.3"): None})
    takes(book, main, fork, {path_of("1.3"): None})


@cheat("merge-differs")
def keeps_one_of_two_files_of_evidence_that_have_one_name(book: Book) -> None:
    fork, path = book.here(), "data/evidence/1.1/纪要.pdf"
    book.act("attach", "1.1", beside={path: b"minutes of one"}, who=LI)
    main = book.here()
    book.back_to(fork)
    book.act("attach", "1.1", beside={path: b"minutes of another"})
    takes(book, main, fork, {path: b"minutes of another"})


def turned_back(book: Book, action: str) -> tuple[Fork, Fork]:
    """Have Li apply for 1.1 and turn that back on the main branch; return where it was applied for, and the main branch."""
    if action == "reopen":
        book.act("submit", "1.1", who=LI)
        fork = book.here()
        book.days(1).close("1.1", ZHANG)
        book.days(1).act("reopen", "1.1", who=LI, reason="问题反弹")
    else:
        before = book.held("1.1")
        mark = book.act("submit", "1.1", who=LI)
        fork = book.here()
        book.days(1)
        if action == "undo":
            book.undo(mark, before, LI)
        else:
            book.act("return", "1.1", who=LI, reason="只有1座开工")
    main = book.here()
    book.back_to(fork)
    return fork, main


@cheat("merge-differs")
def closes_what_was_returned_meanwhile(book: Book) -> None:
    fork, main = turned_back(book, "return")
    book.days(1).close("1.1", ZHANG)
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-differs")
def closes_what_was_withdrawn_meanwhile(book: Book) -> None:
    fork, main = turned_back(book, "undo")
    book.days(1).close("1.1", ZHANG)
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-differs")
def closes_anew_what_was_reopened_meanwhile(book: Book) -> None:
    fork, main = turned_back(book, "reopen")
    book.days(9).close("1.1", ZHANG)
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-differs")
def closes_what_was_returned_after_it_was_returned_and_that_taken_back(book: Book) -> None:
    fork, main = turned_back(book, "return")
    before = book.held("1.1")
    mark = book.act("return", "1.1", reason="缺件")
    book.undo(mark, before)
    book.days(1).close("1.1", ZHANG)
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-reopened", "warning")
def takes_the_return_of_what_was_closed_meanwhile(book: Book) -> None:
    fork, main = closed_meanwhile(book)
    book.days(1).act("return", "1.1", who=LI, reason="缺件")
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-after-closing", "warning")
def brings_a_lower_goal_to_what_was_closed_meanwhile(book: Book) -> None:
    fork, main = closed_meanwhile(book)
    book.days(1).edit("1.1", goal="开一次会", who=WANG)
    takes(book, main, fork, {path_of("1.1"): {**main.files[path_of("1.1")], "goal": "开一次会"}})


def closed_meanwhile(book: Book) -> tuple[Fork, Fork]:
    """Have 1.1 closed; return where its application stood, which the book goes on from, and the main branch."""
    book.act("submit", "1.1")
    fork = book.here()
    book.days(1).close("1.1")
    main = book.here()
    book.back_to(fork)
    return fork, main


@cheat("merge-differs")
def closes_what_was_returned_twice_meanwhile(book: Book) -> None:
    book.act("submit", "1.1")
    fork = book.here()
    book.days(1).act("return", "1.1", who=LI, reason="缺件")
    book.days(1).act("submit", "1.1", who=WANG)
    book.days(1).act("return", "1.1", reason="又缺件")
    main = book.here()
    book.back_to(fork)
    book.days(1).close("1.1")
    takes(book, main, fork, book.held("1.1"))


@cheat("merge-differs")
def closes_upon_a_new_application_what_was_returned_meanwhile(book: Book) -> None:
    fork, main = turned_back(book, "return")
    book.act("return", "1.1", reason="缺件")
    book.act("submit", "1.1", who=WANG)
    book.days(1).close("1.1", ZHANG)
    takes(book, main, fork, book.held("1.1"))


def applied_for_anew(book: Book, applies: Person = LI) -> tuple[Fork, Fork]:
    """Have Zhang's application for 1.1 returned, and another made; return where his stood, and the main branch."""
    book.act("submit", "1.1")
    fork = book.here()
    book.days(4).act("return", "1.1", who=LI, reason="泵站一座未改造")
    book.days(11).act("submit", "1.1", who=applies)
    main = book.here()
    book.back_to(fork)
    return fork, main


@cheat("close-requires-second-person")
def closes_upon_a_returned_application_that_stood_on_the_first_side_of_a_merge(book: Book) -> None:
    fork, main = applied_for_anew(book)
    book.entry("1.2", "看现场。", who=LI)
    book.merge(main, fork)
    book.close("1.1")


@cheat("close-requires-second-person")
def closes_upon_a_returned_application_that_comes_by_a_second_merge(book: Book) -> None:
    fork, main = applied_for_anew(book)
    book.entry("1.2", "看现场。", who=LI)
    one = book.here()
    book.back_to(fork)
    book.entry("1.3", "又看现场。", who=LI)
    other = book.here()
    book.back_to(one)
    book.merge(main, fork)
    joined = book.here()
    book.back_to(other)
    book.merge(joined, fork)
    book.close("1.1")


@cheat("close-requires-second-person")
def closes_upon_a_returned_application_on_one_of_three_sides(book: Book) -> None:
    fork, main = applied_for_anew(book)
    book.entry("1.2", "看现场。", who=LI)
    side = book.here()
    book.back_to(fork)
    book.entry("1.3", "又看现场。", who=LI)
    files = {path_of("1.2"): side.files[path_of("1.2")]}
    book.commit("合并", files, LI, parents=(book.mark, side.mark, main.mark))
    book.close("1.1")


@cheat("close-requires-second-person")
def closes_what_was_reopened_upon_the_application_of_the_first_time(book: Book) -> None:
    book.act("submit", "1.1")
    fork = book.here()
    book.close("1.1")
    book.days(9).act("reopen", "1.1", who=LI, reason="问题反弹")
    book.act("submit", "1.1", who=LI)
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "看现场。")
    book.merge(main, fork, who=ZHANG)
    book.close("1.1")


@cheat("close-requires-second-person")
def closes_upon_the_other_of_two_applications_that_crossed(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1", who=LI)
    main = book.here()
    book.back_to(fork)
    book.act("submit", "1.1")
    book.merge(main, fork)
    book.close("1.1")


@cheat("close-requires-second-person")
def closes_upon_an_application_that_was_withdrawn_and_comes_back(book: Book) -> None:
    before = book.held("1.1")
    mark = book.act("submit", "1.1")
    fork = book.here()
    book.undo(mark, before)
    book.days(3).act("submit", "1.1", who=LI)
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "看现场。", who=LI)
    book.merge(main, fork)
    book.close("1.1")


def with_less_to_reach(book: Book, days: float, **words: str) -> tuple[Fork, Fork]:
    """Have Li ask less of 1.1 on a branch that is dated before the main one; return where it was left, and the main branch."""
    fork = book.here()
    then = book.now
    book.days(days).entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.now = then
    book.edit("1.1", action="set", who=LI, **words)
    book.now = then + timedelta(days=days)
    return fork, main


@cheat("watered-down", "warning")
def waters_a_goal_down_on_a_branch_that_is_dated_back(book: Book) -> None:
    fork, main = with_less_to_reach(book, 22, goal="开一次会")
    side = book.here()
    book.back_to(main)
    book.days(4).merge(side, fork)
    closed_by(book, LI)


@cheat("watered-down", "warning")
def waters_a_goal_down_on_a_branch_that_is_dated_back_a_little(book: Book) -> None:
    fork, main = with_less_to_reach(book, 12, goal="开一次会")
    book.days(4).merge(main, fork)
    closed_by(book, LI)


@cheat("watered-down", "warning")
def waters_a_goal_down_on_a_branch_that_is_dated_back_and_goes_on(book: Book) -> None:
    fork, main = with_less_to_reach(book, 22, goal="开一次会")
    book.entry("1.3", "巡查。", who=LI)
    book.merge(main, fork)
    closed_by(book, LI)


def another_title(book: Book) -> tuple[Fork, Fork, Fork]:
    """Have 1.1 applied for on the main branch, and its title changed on another; return where they parted, and both."""
    fork = book.here()
    book.act("submit", "1.1")
    main = book.here()
    book.back_to(fork)
    book.edit("1.1", action="set", who=LI, title="开好1.1号会议")
    return fork, main, book.here()


@cheat("watered-down", "warning")
def brings_another_title_to_what_is_applied_for(book: Book) -> None:
    fork, main, side = another_title(book)
    book.back_to(main)
    book.days(20).merge(
        side, fork, {path_of("1.1"): {**main.files[path_of("1.1")], "title": "开好1.1号会议"}}
    )
    book.close("1.1")


@cheat("watered-down", "warning")
def brings_an_application_to_what_has_another_title(book: Book) -> None:
    fork, main, side = another_title(book)
    book.merge(main, fork, {path_of("1.1"): {**side.files[path_of("1.1")], "status": "submitted"}})
    book.close("1.1")


def built_on(book: Book, who: Person) -> None:
    """Have Li extend on a branch that is dated back, somebody go on from that, and Li merge it weeks later."""
    fork = book.here()
    then = book.now
    book.days(60).entry("1.2", "主支所记。", who=LI)
    main = book.here()
    book.back_to(fork)
    book.now = then + timedelta(days=1)
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完", who=LI)
    book.days(10).entry("1.3", "旁支所记。", who=who)
    book.days(50).merge(main, fork)


@cheat("late-branch", "warning")
def has_a_name_that_nobody_knows_go_on_from_what_is_dated_back(book: Book) -> None:
    built_on(book, WANG)


@cheat("late-branch", "warning")
def goes_on_himself_from_what_is_dated_back(book: Book) -> None:
    built_on(book, LI)


@cheat("watered-down", "warning")
def waters_down_on_one_side_what_another_had_renamed_before(book: Book) -> None:
    fork = book.here()
    book.edit("1.1", action="set", goal="改造泵站12座", who=ZHANG)
    book.days(20).edit("1.1", action="set", goal="改造泵站13座", who=ZHANG)
    main = book.here()
    book.back_to(fork)
    book.days(-10).edit("1.1", action="set", title="做好1.1号工作和验收", who=LI)
    side = book.here()
    book.back_to(main)
    changed = {**side.files[path_of("1.1")], "goal": "改造泵站13座"}
    book.days(18).merge(side, fork, {path_of("1.1"): changed})
    book.days(7).act("submit", "1.1", who=ZHANG)
    book.days(1).close("1.1", LI)


@cheat("clock-backwards")
def closes_on_a_backdated_side_while_the_other_did_nothing(book: Book) -> None:
    fork = book.here()
    book.commit("另一支", {"notes": b"x"}, LI)
    main = book.here()
    book.back_to(fork)
    book.days(-30)
    closed_by(book, LI)
    side = book.here()
    book.back_to(main)
    book.days(30).merge(side, fork)
