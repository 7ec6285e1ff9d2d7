"""The audit reports each cheat of the table."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.audit import cheats_of_merges  # noqa: F401  it enters its cheats
from tests.audit.book import LI, WANG, ZHANG, Book, Person, message, path_of
from tests.audit.cheats import (
    CHEATS,
    MONEY,
    PDF,
    PROOF,
    TEN_THOUSAND,
    Cheat,
    a_known_name_of_git_given_another_meaning_when_it_was_used,
    closed_by,
    closed_for_good,
    looks_back,
    orphan,
    removes,
    removes_problem,
    renumber,
    said_otherwise,
)
from tests.conftest import LedgerOnDisk
from tests.golden_files import agree_in_section
from xuncha.audit import replayed
from xuncha.audit.examine import audit
from xuncha.language import use_language
from xuncha.model.identity import LEDGER_FILE
from xuncha.store.reading import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.errors import Finding


def test_attributes_are_named_where_they_begin_to_convert(tmp_path: Path) -> None:
    book = Book(tmp_path / "台账")
    a_known_name_of_git_given_another_meaning_when_it_was_used(book)
    before = book.hash(book.mark - 1)
    assert [each.place.commit for each in audit(book.root, since=before).findings] == [book.hash(book.mark)]


@pytest.mark.parametrize(("seconds", "codes"), [(0, {"policy-dodged"}), (1, set())])
def test_a_closing_dodges_the_policy_within_a_week(tmp_path: Path, seconds: int, codes: set[str]) -> None:
    book = Book(tmp_path / "台账")
    book.policy("progress", "submission")
    book.now += timedelta(
        days=6, minutes=-20, seconds=seconds
    )  # `closed_by` takes a day and twice ten minutes
    closed_by(book, LI, LI)
    book.write()
    assert {each.code for each in audit(book.root).findings} == {"policy-weakened"} | codes


@pytest.mark.parametrize("is_copied", [False, True])
@pytest.mark.parametrize(("seconds", "expected"), [(-1, {"ledger-moved"}), (0, set())])
def test_a_ledger_goes_two_weeks_before_or_after_another_that_hardly_resembles_it(
    tmp_path: Path, is_copied: bool, seconds: int, expected: set[str]
) -> None:
    book = Book(tmp_path / "台账")
    old, new = dict.fromkeys(book.files), said_otherwise(book, ("title", "finding"))
    steps = [(message("移交", "edit"), old), (message("建立", "init"), new)]
    for text, files in reversed(steps) if is_copied else steps:
        book.commit(text, files, who=LI)
        book.now += timedelta(days=14, minutes=-10, seconds=seconds)  # each commit comes ten minutes later
    book.write()
    (book.root / "new").mkdir()
    assert {each.code for each in audit(book.root / "new").findings} & {"ledger-moved"} == expected


def test_a_ledger_that_stays_did_not_go_at_the_beginning_of_time(tmp_path: Path) -> None:
    book = Book(tmp_path / "台账")
    book.now = datetime(1970, 1, 1, tzinfo=book.now.tzinfo) - timedelta(minutes=10)
    book.commit(message("建立", "init"), said_otherwise(book, ("title", "goal", "finding")), who=LI)
    book.write()
    (book.root / "new").mkdir()
    assert "ledger-moved" not in {each.code for each in audit(book.root / "new").findings}


def test_the_ledger_that_is_cheated_with_is_sound(tmp_path: Path) -> None:
    book = Book(tmp_path / "台账")
    book.write()
    assert audit(book.root).findings == []


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
def test_a_cheat_is_named(tmp_path: Path, cheat: Cheat) -> None:
    book = Book(tmp_path / "台账")
    root = book.root
    cheat.act(book)
    folder, book.root = book.root, root
    book.write()
    folder.mkdir(exist_ok=True)
    with use_language("en"):
        found = audit(folder).findings
    assert (cheat.code, cheat.severity) in {(each.code, each.severity) for each in found}, found
    assert not [each for each in found if "None" in each.message]
    agree_in_section("audit/cheats.txt", cheat.name, [_line(each) for each in found])


def _line(found: Finding[HistoryPlace]) -> str:
    """Return a finding as one line; hashes are left out, since no person compares them."""
    place = found.place
    where = " ".join(filter(None, (place.date[:10], place.author, place.id or place.path)))
    return f"{found.severity}[{found.code}] {where}: {re.sub('[0-9a-f]{10,}', 'HASH', found.message)}"


def test_a_removal_is_not_slow_where_many_measures_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparisons = 0

    class Counted(dict[str, Any]):
        __hash__ = None

        def __eq__(self, other: object) -> bool:
            nonlocal comparisons
            comparisons += 1
            return dict.__eq__(self, other)

    book, last = Book(tmp_path / "台账"), 60
    for number in range(4, last + 1):
        book.act("add", f"1.{number}", **book.fresh(f"1.{number}"))
    moved = [(f"1.{number + 1}", f"1.{number}") for number in range(3, last)]
    renumbered = [("Renumbered", " ".join(pair)) for pair in moved]
    told = message("删除", "remove", ("Id", "1.3"), ("From", "not_started"), *renumbered, ("Reason", "误登"))
    files = {path_of(new): book.data(old) for old, new in moved}
    book.commit(told, {**files, path_of(f"1.{last}"): None})
    book.write()
    monkeypatch.setattr(replayed, "parse", lambda content: Counted(parse(content)))
    assert audit(book.root).findings == []
    assert comparisons < 10 * last


HONEST: list[Callable[[Book], Any]] = []


def honest(act: Callable[[Book], Any]) -> Callable[[Book], Any]:
    """Enter honest work, of which an audit has nothing to say."""
    HONEST.append(act)
    return act


@honest
def two_people_with_two_addresses_each(book: Book) -> None:
    book.settings(people=[{"name": each.name, "emails": [each.email, f"home-{each.email}"]} for each in (ZHANG, LI)])  # fmt: skip
    home = [Person(each.name, f"home-{each.email}") for each in (ZHANG, LI)]
    people = book.files["data/ledger.yaml"]["people"]
    book.settings(
        people=[{**each, "emails": [*each["emails"], f"phone-{each['emails'][0]}"]} for each in people]
    )
    book.act("submit", "1.1", who=home[0])
    book.close("1.1", LI)
    book.act("submit", "1.2", who=ZHANG)
    book.close("1.2", home[1])
    mark, before = book.mark, book.held("1.3")
    mark = book.entry("1.3", "误记。", who=home[0])
    book.undo(mark, before, ZHANG)


@honest
def two_people_of_whom_the_ledger_tells_nothing(book: Book) -> None:
    book.act("submit", "1.1", who=Person("张三", "zhang@phone.invalid"))
    book.close("1.1", Person("李四", "li@phone.invalid"))


@honest
def one_machine_with_accounts_for_all(book: Book) -> None:
    book.act("submit", "1.1", account="张三")
    book.close("1.1", account="李四")


@honest
def sets_and_closes_in_time(book: Book) -> None:
    book.edit("1.1", "1.2", action="set", person="张某")
    book.edit("1.1", action="set", goal="形成长效机制并投入运行，年底前通过验收", title="做好1.1号工作和验收")
    book.edit("1", action="set", title="推进不够有力，督办不严")
    book.days(2).entry("1.1", "通过验收。")
    book.act("submit", "1.1")
    book.days(1).close("1.1", day=(book.now - timedelta(days=1)).date().isoformat())


@honest
def corrects_what_no_number_depends_on(book: Book) -> None:
    book.settings(
        outcomes=MONEY, fields=[{"key": "remark", "label": "备注", "of": "measure", "type": "text"}]
    )
    book.settings(outcomes=[*TEN_THOUSAND, {"key": "rules", "label": "制定制度", "unit": "项"}])
    book.edit("1.1", outcomes={"money": 3}, fields={"remark": "甲"})
    book.act("submit", "1.1")
    book.close("1.1")
    book.edit("1.1", fields={"remark": "已归档"})
    book.settings(outcomes=[{"key": "rules", "label": "制定修订制度", "unit": "项"}, *TEN_THOUSAND])


@honest
def renames_what_is_not_complete_and_explains_what_is(book: Book) -> None:
    categories = [*book.files["data/ledger.yaml"]["categories"], {"key": "b", "title": "关于学习方面"}]
    fields = [{"key": "cause", "label": "根本原因", "of": "problem", "type": "text"}]
    book.settings(categories=categories, fields=fields)
    book.edit("1", action="set", category="b")
    book.settings(categories=[categories[0], {"key": "b", "title": "关于学习教育方面"}])
    book.edit("2", action="set", fields={"cause": "制度不健全"})


@honest
def enters_again_what_was_removed_by_the_same_day(book: Book) -> None:
    told = message("删除", "remove", ("Id", "1.3"), ("From", "not_started"), ("Reason", "归入问题2"))
    book.commit(told, {path_of("1.3"): None})
    book.act("add", "2.2", **book.fresh("1.3"))
    book.act("add", "1.3", **{**book.fresh("1.3"), "title": "另一项工作", "due": "2024-12-31"})


@honest
def enters_again_what_was_removed_with_the_same_words(book: Book) -> None:
    book.act("add", "3", title="作风不实", category="a", finding="弄虚作假。")
    removes_problem(book, "3")
    book.act("add", "3", title="作风不实", category="a")
    book.edit("3", finding="弄虚作假。")
    removes(book, "1.3")
    book.act("add", "3.1", **{**book.fresh("1.3"), "goal": "形成长效机制并投入运行，通过验收"})
    book.act("add", "1.3", **{**book.fresh("1.3"), "title": "作风不实", "goal": "开会"})
    book.edit("3", action="set", title="作风不实，问题较多")
    for identity in ("3.1", "1.3"):
        book.entry(identity, "已经开展。")
        closed_by(book, LI, identity=identity)
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完")


@honest
def gives_a_finding_to_a_problem_whose_duplicate_was_removed(book: Book) -> None:
    book.act("add", "3", title="作风不实", category="a")
    book.act("add", "4", title="作风不实", category="a", finding="弄虚作假。")
    book.edit("3", finding="弄虚作假。")
    removes_problem(book, "4")


@honest
def gives_a_measure_the_title_of_another_whose_duplicate_was_removed(book: Book) -> None:
    learning = {**book.fresh("1.3"), "title": "开展专题学习"}
    book.edit("1.3", action="set", title="开展专题学习", goal="组织专题学习12次")
    book.act("add", "1.4", **{**learning, "goal": "组织专题学习12次"})
    removes(book, "1.4")
    book.act("add", "2.2", **{**learning, "goal": "学习2次", "due": "2024-12-31"})
    book.entry("2.2", "已经开展。")
    closed_by(book, LI, identity="2.2")


@honest
def enters_what_resembles_a_measure_whose_removal_was_undone(book: Book) -> None:
    book.edit("1.3", action="set", title="开展专题学习", goal="组织专题学习12次")
    before = book.data("1.3")
    removes(book, "1.3")
    book.undo(book.mark, {path_of("1.3"): before})
    book.act("add", "2.2", **{**before, "goal": "学习2次", "due": "2024-12-31"})
    book.entry("2.2", "已经开展。")
    closed_by(book, LI, identity="2.2")


@honest
def lowers_a_goal_that_was_entered_again_weeks_before_it_is_closed(book: Book) -> None:
    removes(book, "1.3")
    book.act("add", "1.3", **{**book.fresh("1.3"), "goal": "投入运行"})
    book.days(20).entry("1.3", "已经开展。")
    closed_by(book, LI, identity="1.3")


@honest
def removes_what_stands_before_an_overdue_measure(book: Book) -> None:
    book.act("add", "1.4", **book.fresh("1.4"))
    book.act("add", "1.5", **{**book.fresh("1.5"), "due": "2023-12-10"})
    book.days(40)
    removes(book, "1.4", "1.5")


@honest
def enters_records_on_paper_without_days_when_the_ledger_begins(book: Book) -> None:
    files, undated = dict(book.files), {"text": "已召开党组会研究。"}
    book.reset()
    book.commit(message("建立台账", "init"), files)
    book.days(3).edit("1.3", progress=[undated], status="in_progress")
    book.days(60).act("attach", "1.3", progress=[{**undated, "evidence": ["会议纪要"]}])
    book.act("import", "1.2", progress=[undated, *book.data("1.2")["progress"]])


@honest
def renumbers_what_stood_in_the_way_of_what_another_clone_had_numbered(book: Book) -> None:
    fork = book.here()
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": "对方所记"})
    theirs = book.here()
    book.back_to(fork)
    for identity in ("1.4", "1.5"):
        book.act("add", identity, **book.fresh(identity))
    renumber(book, "1.5", "1.6")
    renumber(book, "1.4", "1.5")
    book.merge(theirs, fork, text=message("同步", "sync"))


@honest
def closes_under_a_new_title_beside_an_application_that_did_not_know_of_it(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1", who=WANG)
    theirs = book.here()
    book.back_to(fork)
    book.edit("1.1", action="set", title="做好1.1号工作和验收")
    closed_by(book, LI)
    book.merge(theirs, fork, book.held("1.1"), message("同步", "sync"))
    book.act("reopen", "1.1", who=LI, reason="现场查看未完成")
    closed_by(book, LI)


@honest
def drops_a_look_alike_that_came_with_a_history_of_no_ledger(book: Book) -> None:
    fork = book.here()
    book.entry("1.2", "另一支所记。")
    side = book.here()
    book.back_to(fork)
    book.entry("1.1", "主支所记。")
    main = book.here()
    alike = path_of("1.1").replace("1.1.yaml", "1.1.YAML")
    notes = orphan(book, "notes", {alike: b"x"})
    files = {**main.files, path_of("1.2"): side.files[path_of("1.2")], alike: None}
    book.commit("合并", files, parents=(notes, main.mark, side.mark))


@honest
def takes_a_reopening_and_a_review_back_of_what_was_found_closed(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "term": "long_term", "due": None})
    book.entry("1.4", "已经开展。")
    book.act("submit", "1.4")
    book.act("import", "1.4", who=LI, status="closed", closed={})
    book.days(60)
    before = book.held("1.4")
    book.undo(book.act("reopen", "1.4", reason="误开"), before)
    looks_back(book, "holds")
    reviewed = book.held("1.4")
    book.days(30).undo(book.act("reopen", "1.4", reason="误开"), reviewed)


@honest
def enters_a_review_of_last_week(book: Book) -> None:
    closed_for_good(book)
    day = book.days(90).today
    book.days(7).edit("1.4", reviews=[{"date": day, "result": "holds"}])


@honest
def takes_its_own_new_work_back(book: Book) -> None:
    before = book.held("1.1", "1.2")
    one = book.entry("1.1", "误记一。")
    two = book.entry("1.2", "误记二。")
    book.days(2).undo(two, before, undoes=f"{book.hash(two)}\nXuncha-Undoes: {book.hash(one)}")
    before = book.held("1.4")
    mark = book.act("add", "1.4", **book.fresh("1.4"))
    book.undo(mark, before)


@honest
def takes_back_what_it_has_just_set_or_decided(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "due": None})
    decided: tuple[dict[str, Any], ...] = (
        {"due": "2023-06-30"},
        {"due": "2024-12-31"},
        {"goal": "投入运行", "title": "做好"},
    )
    for keys in decided:
        before = book.held("1.4")
        mark = book.act("set", "1.4", **keys)
        book.undo(mark, before)
    before = book.held("1.1")
    mark = book.act("extend", "1.1", due="2024-12-31", reason="手续未完")
    book.days(3).undo(mark, before)
    book.act("submit", "1.1")
    before = book.held("1.1")
    mark = book.act("return", "1.1", who=LI, reason="看错")
    book.undo(mark, before, LI)
    book.close("1.1", LI)


@honest
def closes_after_it_took_a_goal_back_that_was_set_by_mistake(book: Book) -> None:
    before = book.held("1.1")
    mark = book.edit("1.1", action="set", goal="形成长效机制并投入运行，改造泵站300座并通过验收")
    book.undo(mark, before)
    closed_by(book, LI)


@honest
def undoes_what_has_another_hash_since_a_rebase(book: Book) -> None:
    before = book.held("1.1", "1.2")
    book.entry("1.1", "误记一。")
    book.entry("1.2", "误记二。")
    book.entry("1.2", "又误记。")
    book.entry("1.3", "照常。")
    book.undo(0, before, undoes="\nXuncha-Undoes: ".join(each * 40 for each in "abd"))
    before = book.held("1.1")
    book.entry("1.1", "又误记。")
    book.undo(0, before, undoes="c" * 40)


@honest
def work_of_a_week_that_was_rebased(book: Book) -> None:
    then = book.now
    book.days(7).entry("1.2", "别处所记。", who=LI)
    for hours in (1, 30, 90):
        day = (then + timedelta(hours=hours)).date().isoformat()
        book.entry("1.1", "外地所记。", day, authored=then + timedelta(hours=hours))
    book.act("submit", "1.1", authored=then + timedelta(hours=99))
    book.close("1.1")


@honest
def a_quiet_month_and_then_a_merge(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    main = book.here()
    book.back_to(fork)
    book.days(5).act("extend", "1.2", due="2024-12-31", reason="手续未完")
    side = book.here()
    book.back_to(main)
    book.days(30).merge(side, fork, text=message("同步", "sync"))


@honest
def three_weeks_of_leave_while_others_publish(book: Book) -> None:
    fork = book.here()
    book.act("extend", "1.2", due="2024-12-31", reason="手续未完")
    book.act("submit", "1.1")
    book.close("1.1")
    book.days(20).entry("1.2", "继续推进。")
    main = book.here()
    book.back_to(fork)
    book.days(2).entry("1.3", "休假归来。", who=WANG)
    book.merge(main, fork, text=message("同步", "sync"), who=WANG)


@honest
def a_closing_that_came_on_the_fifteenth_day(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    book.days(7).entry("1.3", "在外所记。")
    side = book.here()
    book.back_to(fork)
    book.days(7.7).entry("1.2", "主支所记。", who=WANG)
    book.merge(side, fork, text=message("同步", "sync"), who=LI)


@honest
def looks_back_more_often_and_shows_earlier_what_is_due(book: Book) -> None:
    policy = book.files["data/ledger.yaml"]["policy"]
    book.settings(policy={**policy, "review_every_days": "半年"})
    book.settings(policy={**policy, "review_every_days": 90, "due_soon_days": 30})


@honest
def tightens_the_policy_after_a_closing_while_another_works(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    book.days(1).entry("1.3", "分支所记。")
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, text=message("同步", "sync"))


@honest
def closes_alone_ten_days_after_the_policy_was_loosened_for_good(book: Book) -> None:
    book.policy("progress", "submission")
    book.days(10).act("submit", "1.1", who=LI)
    book.close("1.1", LI)
    book.act("submit", "1.2", who=LI._replace(email="li@home.invalid"))
    book.close("1.2", LI)
    book.days(60).policy("progress", "submission", "second_person")


@honest
def closes_alone_long_after_the_policy_was_loosened_while_a_clone_lay(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission")
    loosened = book.here()
    book.back_to(fork)
    book.days(1).entry("1.3", "旧机所记。")
    side = book.here()
    book.back_to(loosened)
    book.days(90).act("submit", "1.1", who=LI)
    book.close("1.1", LI)
    book.merge(side, fork, text=message("同步", "sync"))


@honest
def closes_alone_after_the_policy_was_loosened_for_good_beside_a_clone_that_did_not_know(book: Book) -> None:
    fork, offices = book.here(), ["办公室", "规划科", "财务科"]
    book.policy("progress", "submission")
    loosened = book.here()
    book.back_to(fork)
    book.days(9).settings(offices=offices)
    book.entry("1.3", "旧机所记。")
    side = book.here()
    book.back_to(loosened)
    joined = {LEDGER_FILE: {**book.files[LEDGER_FILE], "offices": offices}}
    book.merge(side, fork, joined, message("同步", "sync"))
    book.days(1).act("submit", "1.1", who=LI)
    book.close("1.1", LI)


@honest
def a_table_every_week(book: Book) -> None:
    book.days(5).policy("progress", who=LI)
    for week in range(6):
        book.days(7)
        entry = {"date": (book.now - timedelta(days=3)).date().isoformat(), "text": "本周推进。"}
        progress = [*book.data("1.1")["progress"], entry]
        book.act("import", "1.1", progress=progress, outcomes={"rules": week})
        book.act("import", "1.2", "1.3", "2.1", person=f"张某{week}")
    book.act("submit", "1.2")
    book.act("import", "1.2", status="in_progress")


@honest
def work_on_the_other_side_of_the_date_line(book: Book) -> None:
    for zone in ("+1400", "-1200", "+1245", "-0330"):
        book.days(2).entry("1.1", "在外所记。", (book.now - timedelta(days=1)).date().isoformat(), zone=zone)


@honest
def what_had_slipped_is_opened_again_and_holds_later(book: Book) -> None:
    closed_for_good(book)
    looks_back(book, "slipped")
    book.act("reopen", "1.4", reason="问题反弹")
    book.entry("1.4", "重新整治。")
    book.act("submit", "1.4")
    book.close("1.4", LI)
    looks_back(book, "holds")


@honest
def a_look_back_entered_by_mistake_is_taken_back(book: Book) -> None:
    closed_for_good(book)
    before = book.held("1.4")
    looks_back(book, "slipped")
    book.undo(book.mark, before, LI)
    looks_back(book, "holds")


@honest
def two_reviews_of_one_day_in_either_order_of_a_merge(book: Book) -> None:
    closed_for_good(book)
    looks_back(book, "holds")
    for order in (1, -1):
        fork, day, reviews = book.here(), book.days(30).today, book.data("1.4")["reviews"]
        found = [{"date": day, "result": result} for result in ("slipped", "holds")]
        book.act("review", "1.4", reviews=[*reviews, found[0]])
        main = book.here()
        book.back_to(fork)
        book.act("review", "1.4", who=LI, reviews=[*reviews, found[1]])
        book.merge(main, fork, {path_of("1.4"): {**book.data("1.4"), "reviews": [*reviews, *found[::order]]}})
        book.act("reopen", "1.4", reason="问题反弹")
        closed_by(book, LI, identity="1.4")


@honest
def a_result_that_holds_time_and_again(book: Book) -> None:
    closed_for_good(book)
    looks_back(book, "holds")
    looks_back(book, "holds", ZHANG)


@honest
def an_extension_on_the_last_day(book: Book) -> None:
    book.now = datetime(2024, 6, 30, 1, tzinfo=UTC)
    book.act("extend", "1.1", due="2024-12-31", reason="手续未完")


@honest
def a_clock_that_is_a_day_ahead(book: Book) -> None:
    book.entry("1.2", "继续推进。", authored=book.now + timedelta(days=1, minutes=10))


@honest
def a_problem_of_a_new_category(book: Book) -> None:
    settings = book.files["data/ledger.yaml"]
    categories = [*settings["categories"], {"key": "c1", "title": "关于作风建设方面"}]
    beside = {"data/ledger.yaml": {**settings, "categories": categories}}
    book.act("add", "3", title="作风不实", category="c1", beside=beside)


@honest
def a_removal_beside_a_comment_about_something_else(book: Book) -> None:
    comment = {"received": "2023-12-01", "channel": "phone", "text": "办得慢。", "about": "泵站"}
    book.commit(message("登记意见", "comment", ("Comment", "1")), {"data/comments/001.yaml": comment})
    told = message("删除 1.3", "remove", ("Id", "1.3"), ("From", "not_started"), ("Reason", "误登"))
    book.commit(told, {path_of("1.3"): None})


@honest
def a_ledger_in_a_repository_that_had_merges_before(book: Book) -> None:
    files = deepcopy(book.files)
    book.reset()
    book.commit("notes", {"notes.txt": b"1"})
    fork = book.here()
    book.commit("notes", {"notes.txt": b"2"})
    main = book.here()
    book.back_to(fork)
    book.commit("more notes", {"more.txt": b"3"})
    side = book.here()
    book.back_to(main)
    book.merge(side, fork)
    book.commit(message("建立台账", "init"), files, LI)


@honest
def a_title_that_was_made_clearer_before_an_application_that_a_merge_brings(book: Book) -> None:
    fork = book.here()
    book.entry("1.1", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.edit("1.1", title="做好1.1号工作并验收")
    book.act("submit", "1.1")
    side = book.here()
    book.back_to(main)
    joined = {**side.files[path_of("1.1")], "progress": main.files[path_of("1.1")]["progress"]}
    book.merge(side, fork, {path_of("1.1"): joined})
    book.days(1).close("1.1")


@honest
def a_closed_measure_that_is_edited_on_a_branch_from_before_the_tightening(book: Book) -> None:
    fork = book.here()
    book.policy("progress", "submission", "second_person", "evidence")
    main = book.here()
    book.back_to(fork)
    offices = {"offices": ["办公室", "规划科", "财务科"]}
    settings = {"data/ledger.yaml": {**book.files["data/ledger.yaml"], **offices}}
    book.act("edit", "2.1", notice_text="已完成。", beside=settings)
    side = book.here()
    book.back_to(main)
    book.merge(side, fork, {"data/ledger.yaml": {**main.files["data/ledger.yaml"], **offices}})


@honest
def two_people_whose_names_share_a_part(book: Book) -> None:
    names = ("阿卜杜拉·买买提", "买买提·阿卜杜拉")
    book.act("submit", "1.1", who=Person(names[0], "abdulla@example.invalid"))
    book.close("1.1", Person(names[1], "memet@example.invalid"))


def another_ledger(book: Book, **settings: Any) -> None:
    """Bring a ledger beside this one, with measures that all ledgers of a region have."""
    files = deepcopy(book.files)
    files["data/ledger.yaml"] |= settings
    common = {"title": "坚持每季度抽查会议记录", "goal": "每季度抽查一次，记录齐全", "status": "in_progress"}
    for number, each in enumerate(path for path in files if "problems" in path):
        said = {
            "title": f"另一事项之{number}",
            "goal": "年底前完成清淤三十公里",
            "finding": "河道淤积多年未治理。",
        }
        files[each] = {key: said.get(key, value) for key, value in files[each].items() if key != "progress"}
    for each in ("1.1", "2.1"):
        files[path_of(each)] |= common
    book.edit("1.1", action="set", title=common["title"], goal=common["goal"])
    beside = {LEDGER_FILE: {**book.files[LEDGER_FILE], "contact": {"phone": "0000-0000000"}}}
    files = {f"new/{path}": each for path, each in files.items()}
    book.commit(message("建立", "init"), {**beside, **files}, who=LI)
    book.root = book.root / "new"


@honest
def two_organisations_side_by_side(book: Book) -> None:
    another_ledger(book, organisation="中共某市教育局党组")
    book.days(3).entry("1.2", "继续推进。")
    book.days(3).act("submit", "1.2")


@honest
def two_inspections_of_one_organisation(book: Book) -> None:
    another_ledger(
        book, inspection={"inspector": "市委第二巡察组", "round": "第二轮", "feedback": "2024-11-10"}
    )


@honest
def a_ledger_that_is_given_away_months_after_another_came(book: Book) -> None:
    old = book.here()
    another_ledger(book, organisation="中共某市教育局党组")
    book.days(100).commit("移交", dict.fromkeys(old.files))


@honest
def mended_before_the_feedback(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "term": "at_once", "due": None})
    book.entry("1.4", "立行立改。", "2023-09-08")


@honest
def a_template_with_another_heading(book: Book) -> None:
    own = (Path(__file__).parents[2] / "templates/notice.txt.j2").read_bytes()
    book.commit(message("修改", "edit"), {"templates/notice.txt.j2": "某局专用\n".encode() + own})


@honest
def evidence_kept_by_git_lfs(book: Book) -> None:
    lines = b"data/** -text\ndata/evidence/** filter=lfs diff=lfs merge=lfs -text\n*.rc ident working-tree-encoding=UTF-16\n"
    book.commit("属性", {".gitattributes": lines})
    book.act("attach", "1.1", beside={"data/evidence/1.1/a.pdf": b"x"})


@honest
def attributes_under_a_name_of_their_own(book: Book) -> None:
    lines = b"[attr]paper -diff -merge -text\n[attr]source ident\n*.c source\n*.yaml -source paper=x\n"
    book.commit(
        "属性",
        {".gitattributes": lines, "data/.gitattributes": b"*.pdf paper\n[attr]plain ident\n*.yaml plain\n"},
    )
    book.commit("属性", {".gitattributes": None, "data/.gitattributes": b"*.yaml source\n"})


@honest
def two_clones_that_gave_one_number(book: Book) -> None:
    fork = book.here()
    book.act("add", "1.4", **book.fresh("1.4"))
    main = book.here()
    book.back_to(fork)
    book.days(3).act("add", "1.4", **{**book.fresh("1.4"), "title": "另一条"}, who=LI)
    files = {path_of("1.4"): None, path_of("1.5"): book.data("1.4")}
    book.commit(message("改号 1.4 → 1.5", "renumber", ("Id", "1.4"), ("To", "1.5")), files, LI)
    book.merge(main, fork, text=message("同步", "sync"))


@honest
def closes_what_got_the_number_of_a_removed_measure_with_a_longer_title(book: Book) -> None:
    title = "完善全市水务系统重点工程建设和资金监管长效机制"
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": title})
    book.act("add", "1.5", **{**book.fresh("1.5"), "title": "完善机制"})
    book.days(20).entry("1.5", "已经开展。")
    removes(book, "1.4", "1.5")
    closed_by(book, LI, identity="1.4")


@honest
def closes_what_another_brought_back_after_its_removal(book: Book) -> None:
    book.act("add", "1.4", **{**book.fresh("1.4"), "title": "完善机制", "goal": "建成", "due": "2024-12-31", "publish": False})  # fmt: skip
    book.act("add", "1.5", **{**book.fresh("1.5"), "title": "完善全市水务系统资金监管长效机制"})
    files = [f"data/evidence/{identity}/{PROOF['file']}" for identity in ("1.5", "1.4")]
    entry = {"date": book.today, "text": "附纪要。", "evidence": [PROOF]}
    book.act("attach", "1.5", progress=[entry], beside={files[0]: PDF})
    before = {**book.held("1.4", "1.5"), files[0]: PDF, files[1]: None}
    removes(book, "1.4", "1.5", {files[0]: None, files[1]: PDF})
    removed = {**book.held("1.4", "1.5"), files[0]: None, files[1]: PDF}
    book.undo(book.mark, before, LI)
    book.undo(book.mark, removed)
    book.undo(book.mark, before, LI)
    for identity in ("1.4", "1.5"):
        book.entry(identity, "已经开展。")
        closed_by(book, LI, identity=identity)


@honest
def clones_whose_merges_cross(book: Book) -> None:
    start = book.here()
    book.entry("1.1", "甲所记。")
    book.act("extend", "1.2", due="2024-12-31", reason="手续未完")
    one = book.here()
    book.back_to(start)
    book.entry("1.1", "乙所记。", who=LI)
    book.act("extend", "1.2", due="2024-10-31", reason="天气", who=LI)
    other = book.here()
    entries = [*book.data("1.1")["progress"], one.files[path_of("1.1")]["progress"][-1]]
    joined = {path_of("1.1"): {**book.data("1.1"), "progress": entries}, path_of("1.2"): book.data("1.2")}
    book.merge(one, start, joined)
    ours = book.here()
    book.back_to(one)
    book.merge(other, start, joined)
    book.act("submit", "1.1")
    theirs = book.here()
    book.back_to(ours)
    book.entry("1.3", "又记。")
    book.merge(theirs, ours)


@honest
def a_merge_of_three_branches(book: Book) -> None:
    start, sides = book.here(), []
    for each in ("1.1", "1.2", "1.3"):
        book.back_to(start)
        book.entry(each, "分头所记。")
        sides.append(book.here())
    files = {
        path_of(each): side.files[path_of(each)] for each, side in zip(("1.1", "1.2"), sides, strict=False)
    }
    book.commit("Merge", files, LI, parents=tuple(each.mark for each in reversed(sides)))


@honest
def a_new_measure_taken_over_to_a_branch_that_goes_on(book: Book) -> None:
    start = book.here()
    book.act("add", "1.4", **book.fresh("1.4"))
    other = book.here()
    book.back_to(start)
    book.entry("1.1", "先记。")
    book.act("add", "1.4", **book.fresh("1.4"))
    book.entry("1.4", "开展。")
    book.act("submit", "1.4")
    book.close("1.4")
    book.merge(other, start, book.held("1.4"))


@honest
def a_merge_of_what_could_have_been_taken_over(book: Book) -> None:
    start = book.here()
    book.act("submit", "1.1")
    book.close("1.1")
    side = book.here()
    book.back_to(start)
    book.merge(side, start, text="Merge branch 'side'")


@honest
def applies_himself_after_a_return_while_the_other_works(book: Book) -> None:
    book.act("submit", "1.1", who=LI)
    fork = book.here()
    book.days(1).act("return", "1.1", reason="差5公里")
    book.days(1).act("submit", "1.1")
    main = book.here()
    book.back_to(fork)
    book.entry("1.2", "在外所记。", who=LI)
    book.merge(main, fork, text=message("同步", "sync"))
    book.days(1).close("1.1")


@honest
def takes_his_return_back_on_a_branch(book: Book) -> None:
    book.act("submit", "1.1")
    before = book.held("1.1")
    mark = book.act("return", "1.1", who=LI, reason="看错")
    fork = book.here()
    book.entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.undo(mark, before, LI)
    book.merge(main, fork, text=message("同步", "sync"))
    book.close("1.1")


@honest
def two_who_closed_the_same_of_whom_a_merge_by_hand_takes_the_later(book: Book) -> None:
    book.act("submit", "1.1")
    fork = book.here()
    book.close("1.1", LI)
    main = book.here()
    book.back_to(fork)
    book.days(1).close("1.1", WANG)
    book.merge(main, fork, book.held("1.1"), who=WANG)


@honest
def two_applications_that_crossed_closed_by_a_third(book: Book) -> None:
    fork = book.here()
    book.act("submit", "1.1", who=LI)
    main = book.here()
    book.back_to(fork)
    book.act("submit", "1.1")
    book.merge(main, fork, text=message("同步", "sync"))
    book.close("1.1", WANG)


def a_second_clone_since_weeks(book: Book, days: float, act: Callable[[], Any]) -> None:
    """Have Li and Zhang go on for some days from what was done, and Li bring together with it what lay in another clone."""
    fork = book.here()
    act()
    book.days(2).entry("1.2", "接着推进。")
    book.days(days).entry("1.2", "继续推进。", who=LI)
    main = book.here()
    book.back_to(fork)
    book.days(1).entry("1.3", "旧机所记。", who=LI)
    book.merge(main, fork, text=message("同步", "sync"))


@honest
def a_second_clone_that_lay_while_others_went_on_from_a_closing(book: Book) -> None:
    def act() -> None:
        book.act("submit", "1.1")
        book.close("1.1")
        book.act("extend", "1.2", due="2024-12-31", reason="手续未完", who=LI)

    a_second_clone_since_weeks(book, 90, act)


@honest
def a_second_clone_that_lay_while_others_went_on_from_another_goal(book: Book) -> None:
    a_second_clone_since_weeks(book, 20, lambda: book.edit("1.1", action="set", who=LI, goal="形成机制"))
    book.act("submit", "1.1")
    book.close("1.1")


@honest
def somebody_away_brings_together_what_others_ask_since(book: Book) -> None:
    fork = book.here()
    book.edit("1.1", action="set", goal="形成机制", title="做好工作")
    book.days(20).entry("1.2", "主支所记。")
    main = book.here()
    book.back_to(fork)
    book.entry("1.3", "休假归来。", who=WANG)
    book.merge(main, fork, text=message("同步", "sync"), who=WANG)
    book.act("submit", "1.1")
    book.close("1.1")


LOOSENING = (
    closes_alone_after_the_policy_was_loosened_for_good_beside_a_clone_that_did_not_know,
    closes_alone_long_after_the_policy_was_loosened_while_a_clone_lay,
    closes_alone_ten_days_after_the_policy_was_loosened_for_good,
    a_table_every_week,
)
"""Those whose policy requires less than before, which the audit says."""


@honest
def closes_where_the_offices_are_no_names(book: Book) -> None:
    for identity, offices in (("1.1", 5), ("1.2", [5, "办公室"])):
        book.settings(offices=offices)
        book.act("submit", identity)
        book.close(identity)


@pytest.mark.apart(but=12)
@pytest.mark.parametrize("act", HONEST, ids=lambda act: act.__name__)
def test_honest_work_is_not_named(tmp_path: Path, act: Callable[[Book], Any]) -> None:
    book = Book(tmp_path / "台账")
    root = book.root
    act(book)
    folder, book.root = book.root, root
    book.write()
    folder.mkdir(exist_ok=True)
    expected = {"policy-weakened"} if act in LOOSENING else set()
    assert {each.code for each in audit(folder).findings if each.severity != "note"} == expected


@pytest.mark.apart
def test_what_git_makes_of_unsent_work_is_not_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    """After `git pull --rebase`, `git cherry-pick` and `git commit --amend` every commit has another hash."""
    origin = tmp_path / "origin.git"
    ledger.git("clone", "-q", "--bare", ".", str(origin))
    there = LedgerOnDisk(tmp_path / "别处", ledger.environment)
    ledger.git("clone", "-q", str(origin), str(there.root))
    ledger.git("remote", "add", "origin", str(origin))
    here, day = ledger, "2026-11-2"

    def at(number: int) -> dict[str, str]:
        return dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{day}{number}T09:00:00+0800")

    here.ok("progress", "1.2", "误记。", **at(0))
    here.ok("progress", "3.1", "误记。", **at(0))
    here.ok("undo", "2", **at(1))
    here.ok("set", "1.1", "1.2", "--person", "张某", **at(1))
    here.ok("progress", "3.1", "又误记。", **at(2))
    here.ok("undo", **at(2))
    there.ok("add", "measure", "2", "别处新增", "--leader", "局长", "--office", "办公室", "--due", "2030-12-31", **at(5))  # fmt: skip
    there.ok("submit", "2.3" if there.json("show", "2.3")["status"] == "in_progress" else "1.2", **at(5))
    there.git("push", "-q", "origin", "HEAD:main")
    here.environment.update(at(6))
    here.git("pull", "-q", "--rebase", "origin", "main")
    assert audit(here.root).findings == []
    here.ok("progress", "3.1", "再误记。")
    here.git(
        "commit", "-q", "--amend", "-m", here.git("log", "-1", "--format=%B"), "--date=2026-11-25T10:00:00"
    )
    here.ok("undo")
    here.git("switch", "-qc", "side", "HEAD~2")
    here.git("cherry-pick", "main~1", "main")
    assert audit(here.root).findings == []
    here.git("merge", "-q", "--no-ff", "-m", "Merge", "main")
    assert audit(here.root).findings == []
