"""Sync between two clones in every situation loses nothing."""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.conftest import LEDGER, LedgerOnDisk, measure, problem
from tests.once import built_once
from tests.workflow import actions
from tests.workflow.actions import Planned, add_measure, add_problem, remove
from tests.workflow.surroundings import (
    act,
    clones,
    findings,
    hook,
    record,
    snapshot,
    subject,
    touched,
    trailers,
)
from xuncha.audit.examine import audit
from xuncha.audit.merging import merged_into_closed
from xuncha.errors import RefusedError, SurroundingsError, XunchaError
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.records import EvidenceFile
from xuncha.store import editing
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger
from xuncha.sync.session import Synced, sync
from xuncha.trail.history import history, history_of_measure, history_of_problem
from xuncha.workflow.edit import edit
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.sync.values import Side

DAY = date(2024, 6, 15)


class Pair(NamedTuple):
    """Two clones of one bare repository."""

    here: LedgerOnDisk
    there: LedgerOnDisk
    shared: Path


@pytest.fixture
def pair(ledger: LedgerOnDisk, kept: Path) -> Pair:
    folder = ledger.root.parent
    built_once(kept / "pair", folder, lambda: clones(ledger, "甲", "乙"))
    here, there = (LedgerOnDisk(folder / name, dict(ledger.environment)) for name in ("甲", "乙"))
    return Pair(here, there, folder / "共享.git")


def enter(ledger: LedgerOnDisk, title: str, number: int = 2) -> Identity:
    """Enter a measure of a problem."""
    return add_measure(
        ledger.root, Identity(number), title, leader="局长", office="办公室", due=date(2024, 12, 1)
    )


def report(ledger: LedgerOnDisk, identity: str, text: str) -> None:
    """Record progress."""
    act(ledger, actions.progress(text, DAY, [], publish=True), identity)


def change(ledger: LedgerOnDisk, identity: str, **values: Any) -> None:
    """Change keys of a measure or a problem with `edit`."""
    path = Identity.parse(identity).path
    content = (ledger.root / path).read_bytes()
    edit(ledger.root, path, editing.apply(content, values))


def title(ledger: LedgerOnDisk, identity: str) -> str:
    return record(ledger, identity).title


def told(done: Synced) -> list[tuple[str, str]]:
    """Return the old and the new number of each renumbered measure."""
    return [(str(each.move.old), str(each.move.new)) for each in done.renumbered]


def same(pair: Pair) -> bool:
    """Whether, once both have synced, both and what they share stand at one commit, in order."""
    heads = {each.git("rev-parse", "HEAD") for each in (pair.here, pair.there)}
    heads.add(pair.here.git("ls-remote", "origin", "refs/heads/main").split()[0] + "\n")
    return len(heads) == 1 and findings(pair.here) == [] and pair.here.clean() and pair.there.clean()


def send(ledger: LedgerOnDisk) -> None:
    """Send what was recorded, where nobody else has sent anything: a sync does no more then, and takes four times as long."""
    ledger.git("push", "-q", "origin", "HEAD:main")


def receive(ledger: LedgerOnDisk) -> None:
    """Receive what others sent, where nothing was recorded: a sync does no more then, and takes four times as long."""
    ledger.git("pull", "-q", "--ff-only")


def cut_off_while_sending(pair: Pair) -> None:
    """Run a sync that merges and then loses the remote, and put the remote back."""
    away = pair.shared.with_name("拔掉的盘")
    cut = hook(pair.here, "post-merge", f"mv '{pair.shared}' '{away}'")
    with pytest.raises(SurroundingsError) as caught:
        sync(pair.here.root)
    assert caught.value.code == "unreachable"
    cut.unlink()
    away.rename(pair.shared)


def refused(
    ledger: LedgerOnDisk, code: str, kind: type[XunchaError] = RefusedError, take: Side | None = None
) -> XunchaError:
    """Assert that a sync is refused and leaves branch, index and files as they were; return the refusal."""
    before = (ledger.git("rev-parse", "HEAD"), ledger.git("status", "--porcelain"), snapshot(ledger))
    with pytest.raises(kind) as caught:
        sync(ledger.root, take=take)
    assert caught.value.code == code
    assert before == (ledger.git("rev-parse", "HEAD"), ledger.git("status", "--porcelain"), snapshot(ledger))
    return caught.value


# ---------------------------------------------------------------- the plain cases


def test_the_first_office_shares_its_ledger_through_an_empty_repository(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    result = ledger.run("sync")
    assert result.code == 3
    assert "error[no-remote]" in result.err
    assert "git remote add origin" in result.err
    ledger.git("init", "-q", "--bare", str(tmp_path / "共享.git"))
    ledger.git("remote", "add", "origin", str(tmp_path / "共享.git"))
    assert ledger.ok("sync") == "已向 origin/main 送出 1 次提交\n"
    assert ledger.git("rev-parse", "--abbrev-ref", "main@{upstream}").strip() == "origin/main"
    assert ledger.ok("sync") == "无须同步：本机与 origin/main 完全一致\n"


def test_what_others_sent_is_received(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    assert pair.there.ok("sync") == "已向 origin/main 送出 1 次提交\n"
    assert pair.here.ok("sync").splitlines()[0] == "已从 origin/main 收到 1 次提交"
    assert subject(pair.here) == "进展 1.2 做好1.2号工作"
    assert same(pair)


def test_what_two_offices_did_to_different_measures_is_brought_together(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    act(pair.here, actions.start(), "1.1")
    send(pair.there)
    assert pair.here.ok("sync", XUNCHA_LANG="en").splitlines() == [
        "Received 1 commit from origin/main",
        "Merged with what was recorded here",
        "Sent 2 commits to origin/main",
        "Problems complete 0/3, measures closed 2/6",
    ]
    assert trailers(pair.here) == [("Xuncha-Action", "sync")]
    assert subject(pair.here) == "同步 origin/main"
    sync(pair.there.root)
    assert same(pair)
    assert record(pair.there, "1.1").status == "in_progress"
    assert record(pair.here, "1.2").progress[-1].text == "乙做的。"


def test_what_two_offices_recorded_on_one_measure_is_brought_together(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    report(pair.here, "1.2", "甲做的。")
    act(pair.here, actions.submit(), "1.2")
    send(pair.there)
    sync(pair.here.root)
    receive(pair.there)
    assert same(pair)
    joined = record(pair.there, "1.2")
    assert {entry.text for entry in joined.progress} >= {"乙做的。", "甲做的。"}
    assert joined.status == "submitted"


def test_one_who_has_no_upstream_shares_the_branch_of_the_same_name(pair: Pair) -> None:
    pair.here.git("switch", "-qc", "县局", "--no-track")
    report(pair.here, "1.2", "甲做的。")
    assert sync(pair.here.root).name == "origin/县局"
    assert pair.here.git("rev-parse", "--abbrev-ref", "县局@{upstream}").strip() == "origin/县局"


def test_of_several_remotes_that_nobody_chose_none_is_guessed(ledger: LedgerOnDisk) -> None:
    ledger.git("remote", "add", "north", "/nowhere")
    ledger.git("remote", "add", "south", "/nowhere")
    with pytest.raises(SurroundingsError) as caught:
        sync(ledger.root)
    assert (caught.value.code, "git push -u north main" in caught.value.hint) == ("no-remote", True)


# ---------------------------------------------------------------- numbers given twice


def test_a_number_given_twice_is_changed_where_it_is_not_sent_yet(pair: Pair) -> None:
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    act(pair.here, actions.attach("证明.txt", b"x", DAY), "2.4")
    send(pair.there)
    said = pair.here.ok("sync").splitlines()
    assert said[0] == "已改号 2.4 → 2.5 甲的：编号 2.4 已在别处先行使用"
    assert (title(pair.here, "2.4"), title(pair.here, "2.5")) == ("乙的", "甲的")
    assert (pair.here.root / "data/evidence/2.5/证明.txt").read_bytes() == b"x"
    assert not (pair.here.root / "data/evidence/2.4").exists()
    assert trailers(pair.here, "HEAD^1") == [
        ("Xuncha-Action", "renumber"),
        ("Xuncha-Id", "2.4"),
        ("Xuncha-To", "2.5"),
    ]
    assert subject(pair.here, "HEAD^1") == "改号 2.4 → 2.5 甲的"
    assert touched(pair.here, "HEAD^1") == {
        "data/evidence/2.4/证明.txt",
        "data/evidence/2.5/证明.txt",
        "data/problems/02/2.4.yaml",
        "data/problems/02/2.5.yaml",
    }
    sync(pair.there.root)
    assert same(pair)


def test_several_numbers_given_twice_follow_in_their_order(pair: Pair) -> None:
    for name in ("乙一", "乙二"):
        enter(pair.there, name)
    for name in ("甲一", "甲二", "甲三"):
        enter(pair.here, name)
    send(pair.there)
    assert told(sync(pair.here.root)) == [("2.4", "2.6"), ("2.5", "2.7"), ("2.6", "2.8")]
    assert [title(pair.here, f"2.{n}") for n in range(4, 9)] == ["乙一", "乙二", "甲一", "甲二", "甲三"]
    receive(pair.there)
    assert same(pair)


@pytest.mark.apart
def test_a_problem_entered_twice_takes_its_measures_along(pair: Pair) -> None:
    add_problem(pair.there.root, "乙的问题", "a")
    add_problem(pair.here.root, "甲的问题", "b")
    enter(pair.here, "甲的措施", 4)
    act(pair.here, actions.attach("证明.txt", b"x", DAY), "4.1")
    add_problem(pair.here.root, "甲的又一问题", "b")
    sync(pair.there.root)
    assert told(sync(pair.here.root)) == [("4", "5"), ("5", "6")]
    assert title(pair.here, "5.1") == "甲的措施"
    assert (pair.here.root / "data/evidence/5.1/证明.txt").is_file()
    assert not (pair.here.root / "data/problems/04/4.1.yaml").exists()
    sync(pair.there.root)
    assert same(pair)
    shown = [event.subject for event in history_of_problem(pair.here.root, Identity(5))]
    assert shown[:2] == ["改号 4 → 5 甲的问题", "佐证 4.1 甲的措施"]
    assert shown[-1] == "新增 4 甲的问题"


def test_the_same_entered_twice_is_one(pair: Pair) -> None:
    for each in (pair.here, pair.there):
        enter(each, "同一件")
    send(pair.there)
    assert told(sync(pair.here.root)) == []
    receive(pair.there)
    assert same(pair)
    assert title(pair.here, "2.4") == "同一件"
    assert not (pair.here.root / pair.here.path("2.5")).exists()


def test_two_new_categories_under_one_key_are_both_kept(pair: Pair) -> None:
    for each, name in ((pair.there, "乙"), (pair.here, "甲")):
        add_problem(each.root, f"{name}的问题", f"关于{name}方面", new=True)
    send(pair.there)
    assert "5 中的 c1 已改为 c2" in pair.here.ok("sync")
    pair.there.ok("sync")
    assert same(pair)
    state = load_ledger(WorkingTree(pair.there.root))
    titles = {each.key: each.title for each in state.settings.categories}
    shown = {each.title: titles[each.category or ""] for each in state.problems.values()}
    assert (shown["甲的问题"], shown["乙的问题"]) == ("关于甲方面", "关于乙方面")
    assert [each for each in audit(pair.there.root).findings if each.code != "by-hand"] == []


def test_a_new_category_that_both_entered_stands_once_beside_another(pair: Pair) -> None:
    for each, names in ((pair.there, "乙丙"), (pair.here, "丙乙")):
        for name in names:
            add_problem(each.root, f"{name}的问题", f"关于{name}方面", new=True)
    send(pair.there)
    pair.here.ok("sync")
    receive(pair.there)
    assert same(pair)
    state = load_ledger(WorkingTree(pair.there.root))
    titles = [each.title for each in state.settings.categories]
    assert len(titles) == len(set(titles))
    found = {each.title: each.category for each in state.problems.values()}
    assert found["丙的问题"] == next(each.key for each in state.settings.categories if "丙" in each.title)


def test_a_number_changes_again_where_others_were_quicker_again(pair: Pair) -> None:
    enter(pair.there, "乙一")
    enter(pair.here, "甲")
    send(pair.there)
    enter(pair.there, "乙二")
    hook(
        pair.here,
        "pre-push",
        f"cd '{pair.there.root}' && git push -q origin main && rm -f '{pair.here.root}/.git/hooks/pre-push'; exit 0",
    )
    done = sync(pair.here.root)
    assert told(done) == [("2.4", "2.6")]
    assert (done.received, [title(pair.here, f"2.{n}") for n in (4, 5, 6)]) == (2, ["乙一", "乙二", "甲"])
    sync(pair.there.root)
    assert same(pair)


@pytest.mark.apart
def test_what_others_entered_keeps_the_number_that_one_had_given_here_before(pair: Pair) -> None:
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    sync(pair.there.root)
    cut_off_while_sending(pair)
    report(pair.here, "2.4", "甲帮着做了。")
    report(pair.there, "1.2", "乙做的。")
    sync(pair.there.root)
    assert told(sync(pair.here.root)) == []
    sync(pair.there.root)
    assert same(pair)
    assert [title(pair.there, f"2.{n}") for n in (4, 5)] == ["乙的", "甲的"]
    assert record(pair.there, "2.4").progress[-1].text == "甲帮着做了。"


def test_history_follows_a_measure_whose_number_changed(pair: Pair) -> None:
    for name in ("乙一", "乙二"):
        enter(pair.there, name)
    for name in ("甲一", "甲二"):
        enter(pair.here, name)
    report(pair.here, "2.4", "甲一有进展。")
    report(pair.there, "2.4", "乙一有进展。")
    send(pair.there)
    sync(pair.here.root)
    report(pair.here, "2.6", "甲一又有进展。")
    shown = {
        identity: [
            event.subject for event in history_of_measure(pair.here.root, pair.here.path(identity), identity)
        ]
        for identity in ("2.4", "2.6", "2.7")
    }
    assert shown == {
        "2.4": ["进展 2.4 乙一", "新增 2.4 乙一"],
        "2.6": ["进展 2.6 甲一", "改号 2.4 → 2.6 甲一", "进展 2.4 甲一", "新增 2.4 甲一"],
        "2.7": ["改号 2.5 → 2.7 甲二", "新增 2.5 甲二"],
    }


@pytest.mark.apart
def test_the_whole_history_knows_the_present_numbers(pair: Pair) -> None:
    for name in ("乙一", "乙二"):
        enter(pair.there, name)
    enter(pair.here, "甲一")
    add_problem(pair.here.root, "甲的问题", "a")
    enter(pair.here, "甲的措施", 4)
    add_problem(pair.there.root, "乙的问题", "a")
    sync(pair.there.root)
    enter(pair.there, "乙三")
    report(pair.here, "2.4", "甲一有进展。")
    cut_off_while_sending(pair)
    report(pair.here, "2.6", "甲一又有进展。")
    sync(pair.there.root)
    sync(pair.here.root)
    numbers = {event.subject: event.number for event in history(pair.here.root) if event.id}
    assert numbers == {
        "新增 2.4 乙一": "2.4", "新增 2.5 乙二": "2.5", "新增 2.6 乙三": "2.6", "新增 4 乙的问题": "4",
        "新增 2.4 甲一": "2.7", "进展 2.4 甲一": "2.7", "改号 2.4 → 2.6 甲一": "2.7", "进展 2.6 甲一": "2.7", "改号 2.6 → 2.7 甲一": "2.7",
        "新增 4 甲的问题": "5", "新增 4.1 甲的措施": "5.1", "改号 4 → 5 甲的问题": "5",
    }  # fmt: skip


def test_who_applied_is_known_after_the_number_changed(pair: Pair) -> None:
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    act(pair.here, actions.start(), "2.4")
    report(pair.here, "2.4", "甲做的。")
    act(pair.here, actions.submit(), "2.4")
    send(pair.there)
    sync(pair.here.root)
    content = (pair.here.root / "data/ledger.yaml").read_text(encoding="utf-8")
    edit(pair.here.root, "data/ledger.yaml", content.replace("[progress]", "[second_person]").encode())
    with pytest.raises(RefusedError) as caught:
        act(pair.here, actions.close(DAY), "2.5")
    assert caught.value.code == "close-requires-second-person"
    pair.here.git("config", "user.email", "another@example.invalid")
    act(pair.here, actions.close(DAY), "2.5")


def test_two_files_of_one_name_are_both_kept(pair: Pair) -> None:
    """On some systems two names that differ in capitals alone are one."""
    names = {"1.2": "照片.JPG", "3.1": "照片.jpg"}
    for identity, name_there in names.items():
        for each, name, file in ((pair.there, "乙", name_there), (pair.here, "甲", "照片.JPG")):
            act(each, actions.attach(file, name.encode(), DAY, f"{name}的照片"), identity)
    send(pair.there)
    said = pair.here.ok("sync")
    for identity in names:
        assert f"{identity} 的佐证材料已改名 照片.JPG → 照片-2.JPG" in said
    subjects = {subject(pair.here, revision) for revision in ("HEAD^1", "HEAD^1^1")}
    assert subjects == {f"佐证 {identity} 改名：照片.JPG → 照片-2.JPG" for identity in names}
    sync(pair.there.root)
    assert same(pair)
    for identity, name_there in names.items():
        folder = pair.there.root / "data/evidence" / identity
        assert [(folder / name).read_text() for name in (name_there, "照片-2.JPG")] == ["乙", "甲"]
        proofs = {entry.text: entry.evidence for entry in record(pair.there, identity).progress}
        assert isinstance(proofs["甲的照片"][0], EvidenceFile)
        assert proofs["甲的照片"][0].file == "照片-2.JPG"
    assert [each for each in audit(pair.there.root).findings if each.code != "by-hand"] == []


def test_evidence_whose_name_changed_in_capitals_alone_keeps_its_new_name(pair: Pair) -> None:
    act(pair.here, actions.attach("照片.jpg", b"x", DAY, "照片"), "1.2")
    send(pair.here)
    receive(pair.there)
    folder = pair.here.root / "data/evidence/1.2"
    (folder / "照片.jpg").rename(folder / "照片.JPG")
    file = pair.here.root / pair.here.path("1.2")
    file.write_text(file.read_text().replace("照片.jpg", "照片.JPG"))
    pair.here.ok("edit")
    report(pair.there, "1.1", "乙做的。")
    sync(pair.there.root)
    assert "改名" not in pair.here.ok("sync")
    assert [each.name for each in folder.iterdir()] == ["照片.JPG"]


def test_an_earlier_time_limit_is_told_though_the_title_changed_too(pair: Pair) -> None:
    for each, month in ((pair.here, 3), (pair.there, 1)):
        act(each, actions.extend(date(2027, month, 31), "手续未完"), "1.1")
    act(pair.there, Planned("set", {"title": "新的说法"}), "1.1")
    send(pair.there)
    assert [number for number, *_days in sync(pair.here.root, take="theirs").earlier_deadlines] == ["1.1"]


def test_a_removal_reaches_the_others_who_did_nothing_to_what_it_renumbers(pair: Pair) -> None:
    add_measure(pair.here.root, Identity(3), "误登的", leader="局长", office="办公室", due=date(2024, 12, 2))
    enter(pair.here, "后一条", 3)
    send(pair.here)
    receive(pair.there)
    remove(pair.here.root, Identity.parse("3.2"), "误登")
    report(pair.there, "1.2", "乙做了。")
    sync(pair.there.root)
    sync(pair.here.root)
    assert sync(pair.there.root).earlier_deadlines == []
    assert same(pair)
    assert title(pair.there, "3.2") == "后一条"
    assert not (pair.there.root / pair.there.path("3.3")).exists()
    assert not {each.code for each in audit(pair.there.root).findings} & {
        "deleted",
        "renumbered",
        "merge-differs",
    }
    told = [event.action for event in history_of_measure(pair.there.root, pair.there.path("3.2"), "3.2")]
    assert told == ["renumber", "add"]


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("first", ["remover", "worker"])
def test_a_removal_does_not_move_what_others_work_on_from_under_them(pair: Pair, first: str) -> None:
    enter(pair.here, "误登的", 3)
    enter(pair.here, "后一条", 3)
    send(pair.here)
    receive(pair.there)
    remove(pair.here.root, Identity.parse("3.2"), "误登")
    report(pair.there, "3.3", "乙做了。")
    one, other = (pair.here, pair.there) if first == "remover" else (pair.there, pair.here)
    sync(one.root)
    before = snapshot(other)
    with pytest.raises(RefusedError) as caught:
        sync(other.root)
    assert caught.value.code == "removed-meanwhile"
    assert "3.2 was removed by 甲 (" in caught.value.message
    assert snapshot(other) == before
    undo(pair.here.root)
    sync(pair.here.root)
    sync(pair.there.root)
    sync(pair.here.root)
    assert same(pair)
    remove(pair.here.root, Identity.parse("3.2"), "误登")
    assert "乙做了" in pair.here.read("3.2")


def test_the_same_file_attached_twice_is_one(pair: Pair) -> None:
    for each in (pair.there, pair.here):
        act(each, actions.attach("照片.JPG", b"x", DAY, "照片"), "1.2")
    send(pair.there)
    assert sync(pair.here.root).renamed == []
    receive(pair.there)
    assert same(pair)


# ---------------------------------------------------------------- what was taken back


@pytest.mark.apart
def test_a_measure_that_was_taken_back_there_stays_where_a_later_one_was_entered_here(pair: Pair) -> None:
    enter(pair.there, "乙的")
    sync(pair.there.root)
    sync(pair.here.root)
    undo(pair.there.root)
    sync(pair.there.root)
    enter(pair.here, "甲的")
    done = sync(pair.here.root)
    assert (told(done), done.kept) == ([], [Identity(2, 4)])
    assert (title(pair.here, "2.4"), title(pair.here, "2.5")) == ("乙的", "甲的")
    sync(pair.there.root)
    assert same(pair)


@pytest.mark.apart
def test_a_measure_that_was_taken_back_here_stays_where_a_later_one_was_entered_there(pair: Pair) -> None:
    enter(pair.here, "甲的")
    sync(pair.here.root)
    sync(pair.there.root)
    undo(pair.here.root)
    enter(pair.there, "乙的")
    sync(pair.there.root)
    assert "2.4 予以保留" in pair.here.ok("sync")
    assert (title(pair.here, "2.4"), title(pair.here, "2.5")) == ("甲的", "乙的")
    sync(pair.there.root)
    assert same(pair)


@pytest.mark.apart
def test_a_measure_that_was_taken_back_stays_where_others_have_worked_on_it(pair: Pair) -> None:
    enter(pair.here, "甲的")
    act(pair.here, actions.attach("证明.txt", b"x", DAY), "2.4")
    sync(pair.here.root)
    sync(pair.there.root)
    undo(pair.here.root)
    undo(pair.here.root)
    report(pair.there, "2.4", "乙做了。")
    sync(pair.there.root)
    assert sync(pair.here.root).kept == [Identity(2, 4)]
    sync(pair.there.root)
    assert same(pair)
    assert (pair.here.root / "data/evidence/2.4/证明.txt").is_file()


@pytest.mark.apart
def test_a_problem_that_was_taken_back_stays_where_a_measure_was_entered_under_it(pair: Pair) -> None:
    add_problem(pair.here.root, "甲的问题", "a")
    sync(pair.here.root)
    sync(pair.there.root)
    undo(pair.here.root)
    enter(pair.there, "乙的措施", 4)
    sync(pair.there.root)
    assert sync(pair.here.root).kept == [Identity(4)]
    sync(pair.there.root)
    assert same(pair)


def test_a_removal_is_not_lost_where_another_one_renumbers_the_same(pair: Pair) -> None:
    for each in ("误登的", "留下的", "也是误登的"):
        enter(pair.here, each, 3)
    send(pair.here)
    receive(pair.there)
    remove(pair.here.root, Identity.parse("3.4"), "误登")
    remove(pair.there.root, Identity.parse("3.2"), "误登")
    sync(pair.here.root)
    assert "3.4" in refused(pair.there, "removed-meanwhile").message
    undo(pair.there.root)
    sync(pair.there.root)
    remove(pair.there.root, Identity.parse("3.2"), "误登")
    sync(pair.there.root)
    sync(pair.here.root)
    assert same(pair)
    assert title(pair.here, "3.2") == "留下的"
    assert not (pair.here.root / pair.here.path("3.3")).exists()


def test_a_removal_that_both_made_is_joined_with_more_that_one_removed(pair: Pair) -> None:
    for each in ("误登一", "误登二"):
        enter(pair.here, each, 3)
    send(pair.here)
    receive(pair.there)
    remove(pair.here.root, Identity.parse("3.3"), "误登")
    for identity in ("3.3", "3.2"):
        remove(pair.there.root, Identity.parse(identity), "误登")
    sync(pair.here.root)
    sync(pair.there.root)
    sync(pair.here.root)
    assert same(pair)
    assert not (pair.here.root / pair.here.path("3.2")).exists()


@pytest.mark.apart
def test_another_measure_under_a_number_that_was_free_again_is_not_mixed_with_the_old_one(pair: Pair) -> None:
    enter(pair.here, "旧的")
    sync(pair.here.root)
    sync(pair.there.root)
    undo(pair.here.root)
    enter(pair.here, "新的")
    report(pair.there, "2.4", "旧的有进展。")
    sync(pair.there.root)
    message = refused(pair.here, "removed-meanwhile").message
    assert "2.4.yaml" in message
    assert "甲 has given the number 2.4 to something else (" in message
    undo(pair.here.root)
    assert sync(pair.here.root).kept == [Identity(2, 4)]
    enter(pair.here, "新的")
    assert (title(pair.here, "2.4"), title(pair.here, "2.5")) == ("旧的", "新的")
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)


@pytest.mark.apart
def test_work_on_a_measure_is_not_given_to_another_one_that_took_its_number_there(pair: Pair) -> None:
    enter(pair.there, "旧的")
    sync(pair.there.root)
    sync(pair.here.root)
    undo(pair.there.root)
    enter(pair.there, "新的")
    sync(pair.there.root)
    report(pair.here, "2.4", "旧的有进展。")
    for side in (None, "ours", "theirs"):
        error = refused(pair.here, "removed-meanwhile", take=side)
        assert "take back what was recorded here (xuncha undo)" in error.hint
    undo(pair.here.root)
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)
    assert (title(pair.here, "2.4"), record(pair.here, "2.4").progress) == ("新的", [])
    assert not [each for each in audit(pair.here.root).findings if each.severity == "error"]


@pytest.mark.apart
def test_undo_after_a_sync_takes_back_ones_own_last_action_only(pair: Pair) -> None:
    report(pair.here, "1.2", "甲做的。")
    act(pair.there, actions.start(), "1.1")
    sync(pair.there.root)
    sync(pair.here.root)
    undo(pair.here.root)
    assert record(pair.here, "1.1").status == "in_progress"
    assert "甲做的。" not in {entry.text for entry in record(pair.here, "1.2").progress}
    with pytest.raises(RefusedError) as caught:
        undo(pair.here.root)
    assert caught.value.code == "nothing-to-undo"
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)


def test_undo_does_not_touch_what_stands_under_a_number_that_changed(pair: Pair) -> None:
    enter(pair.there, "乙的")
    enter(pair.here, "甲的")
    send(pair.there)
    sync(pair.here.root)
    before = snapshot(pair.here)
    with pytest.raises(RefusedError) as caught:
        undo(pair.here.root)
    assert caught.value.code == "later-work"
    assert snapshot(pair.here) == before


# ---------------------------------------------------------------- disputes


def disputed(pair: Pair) -> None:
    """Both change the same field of 2.1 in different ways, and something else besides."""
    change(pair.there, "2.1", office="财务科")
    change(pair.here, "2.1", office="办公室")
    report(pair.here, "1.2", "甲做的。")
    send(pair.there)


def settled(pair: Pair, side: str, office: str) -> None:
    """Settle the dispute by taking one side, and assert that both clones hold it."""
    pair.here.ok("sync", "--take", side)
    assert record(pair.here, "2.1").office == office
    assert "2.1 office" in dict(trailers(pair.here))["Xuncha-Reason"]
    receive(pair.there)
    assert same(pair)
    assert record(pair.there, "1.2").progress[-1].text == "甲做的。"


def test_a_dispute_is_named_in_plain_words_until_ones_own_side_is_taken(pair: Pair) -> None:
    disputed(pair)
    error = refused(pair.here, "disputed")
    assert "2.1 office: here “办公室”, there “财务科”" in error.message
    assert "xuncha sync --take ours" in error.hint
    result = pair.here.run("sync")
    assert (result.code, "2.1 责任科室：本机为“办公室”，对方为“财务科”" in result.err) == (1, True)
    assert "退回" not in result.err, "nothing was returned"
    settled(pair, "ours", "办公室")


def test_a_dispute_is_settled_by_taking_the_other_side(pair: Pair) -> None:
    disputed(pair)
    settled(pair, "theirs", "财务科")


@pytest.mark.apart
def test_a_dispute_is_settled_by_doing_as_the_others_did(pair: Pair) -> None:
    disputed(pair)
    refused(pair.here, "disputed")
    change(pair.here, "2.1", office="财务科")
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)


def test_a_third_word_is_refused(pair: Pair) -> None:
    result = pair.here.run("sync", "--take", "both")
    assert (result.code, "error[unknown-word]" in result.err) == (2, True)


def test_what_would_break_a_rule_only_together_is_not_taken(pair: Pair) -> None:
    ledger_file = (pair.there.root / "data/ledger.yaml").read_text(encoding="utf-8")
    pair.there.write("data/ledger.yaml", re.sub("  - key: risk\n(?:    .*\n)*", "", ledger_file))
    pair.there.ok("edit")
    change(pair.here, "1.1", fields={"risk": "高"})
    send(pair.there)
    error = refused(pair.here, "sync-breaks-rules")
    assert "data/problems/01/1.1.yaml" in error.message


def test_the_settings_that_others_have_deleted_come_back(pair: Pair) -> None:
    (pair.there.root / LEDGER_FILE).unlink()
    pair.there.commit("by hand")
    pair.there.git("push", "-q", "origin", "main")
    report(pair.here, "1.2", "甲做的。")
    pair.here.ok("sync")
    assert findings(pair.here) == []


def test_rules_that_others_have_broken_before_do_not_stop_it(pair: Pair) -> None:
    pair.there.write(pair.there.path("1.1"), measure("1.1", "not_started", leader="没有的人"))
    pair.there.commit("by hand")
    pair.there.git("push", "-q", "origin", "main")
    report(pair.here, "1.2", "甲做的。")
    result = pair.here.run("sync")
    assert result.code == 0
    assert "xuncha validate" in result.err


# ---------------------------------------------------------------- what else is in the repository


def test_other_files_arrive_and_what_is_unfinished_elsewhere_stays(pair: Pair) -> None:
    pair.there.write("说明.txt", "乙写的\n")
    pair.there.commit("notes")
    send(pair.there)
    pair.here.write("草稿.txt", "没写完")
    pair.here.write("已暂存.txt", "暂存")
    pair.here.git("add", "已暂存.txt")
    report(pair.here, "1.2", "甲做的。")
    sync(pair.here.root)
    assert (pair.here.root / "说明.txt").read_text() == "乙写的\n"
    assert (pair.here.root / "草稿.txt").read_text() == "没写完"
    assert "已暂存.txt" in pair.here.git("-c", "core.quotePath=false", "diff", "--cached", "--name-only")


def test_a_conflict_outside_the_ledger_is_named_and_left_to_git(pair: Pair) -> None:
    for each, text in ((pair.there, "乙\n"), (pair.here, "甲\n")):
        each.write("说明.txt", text)
        each.commit("notes")
    send(pair.there)
    error = refused(pair.here, "conflict-elsewhere")
    assert "说明.txt" in error.message
    assert "git merge origin/main" in error.hint


def test_nobodys_unfinished_file_is_written_over(pair: Pair) -> None:
    pair.there.write("说明.txt", "乙写的\n")
    pair.there.commit("notes")
    report(pair.there, "1.2", "乙做的。")
    send(pair.there)
    pair.here.write("说明.txt", "甲正在写")
    assert "说明.txt" in refused(pair.here, "uncommitted").message
    (pair.here.root / "说明.txt").unlink()
    pair.here.write(pair.here.path("1.2"), pair.here.read("1.2") + "# 甲手写\n")
    error = refused(pair.here, "uncommitted")
    assert error.path == "data/problems/01/1.2.yaml"
    assert "xuncha edit 1.2" in error.hint


def test_a_file_that_git_ignores_here_is_not_written_over(pair: Pair) -> None:
    pair.there.write("私人.txt", "乙的\n")
    pair.there.commit("private")
    send(pair.there)
    (pair.here.root / ".git/info/exclude").write_text("私人.txt\n")
    pair.here.write("私人.txt", "甲的，未入库")
    with pytest.raises(XunchaError):
        sync(pair.here.root)
    assert (pair.here.root / "私人.txt").read_text() == "甲的，未入库"
    assert pair.here.clean()


def test_hand_changes_that_are_not_in_the_way_stay_and_are_named(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    send(pair.there)
    pair.here.write(pair.here.path("1.1"), pair.here.read("1.1") + "# 甲手写\n")
    result = pair.here.run("sync")
    assert result.code == 0
    assert "data/problems/01/1.1.yaml" in result.err
    assert "甲手写" in pair.here.read("1.1")


@pytest.mark.apart
def test_ledgers_in_one_repository_are_brought_together_each_in_its_folder(ledger: LedgerOnDisk) -> None:
    for folder in ("一号", "二 号"):
        ledger.write(f"{folder}/data/ledger.yaml", LEDGER)
        ledger.write(f"{folder}/data/problems/01/problem.yaml", problem("题", "a"))
        ledger.write(f"{folder}/data/problems/01/1.1.yaml", measure("1.1"))
    ledger.write(".gitattributes", "*.yaml merge=xuncha\n")
    ledger.commit("two more")
    here, there = clones(ledger, "甲", "乙")
    for each, name in ((there, "乙"), (here, "甲")):
        inner = LedgerOnDisk(each.root / "二 号", each.environment)
        enter(inner, name, 1)
        report(inner, "1.1", f"{name}做的。")
        inner = LedgerOnDisk(each.root / "一号", each.environment)
        report(inner, "1.1", f"{name}做的。")
        sync(each.root / "二 号")
    inner = LedgerOnDisk(here.root / "二 号", here.environment)
    assert (title(inner, "1.2"), title(inner, "1.3")) == ("乙", "甲")
    assert findings(inner) == findings(LedgerOnDisk(here.root / "一号", here.environment)) == []
    for folder in ("一号", "二 号"):
        texts = {
            entry.text for entry in record(LedgerOnDisk(here.root / folder, here.environment), "1.1").progress
        }
        assert texts >= {"甲做的。", "乙做的。"}, folder
    sync(there.root / "二 号")
    assert there.git("rev-parse", "HEAD") == here.git("rev-parse", "HEAD")


# ---------------------------------------------------------------- the surroundings


def test_offline_nothing_is_lost_and_it_is_sent_later(pair: Pair) -> None:
    report(pair.here, "1.2", "甲做的。")
    away = pair.shared.with_name("拔掉的盘")
    pair.shared.rename(away)
    result = pair.here.run("sync")
    assert result.code == 3
    assert result.err.startswith("error[unreachable]: ")
    assert "下次同步" in result.err
    away.rename(pair.shared)
    assert sync(pair.here.root).sent == 1


def test_a_connection_lost_between_receiving_and_sending_keeps_what_was_received(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    send(pair.there)
    report(pair.here, "1.2", "甲做的。")
    cut_off_while_sending(pair)
    assert pair.here.clean()
    assert findings(pair.here) == []
    assert {entry.text for entry in record(pair.here, "1.2").progress[-2:]} == {"甲做的。", "乙做的。"}
    assert sync(pair.here.root).sent == 2
    receive(pair.there)
    assert same(pair)


def test_a_password_in_an_address_is_not_shown(ledger: LedgerOnDisk) -> None:
    ledger.git("remote", "add", "origin", "http://zhang:geheim@127.0.0.1:9/x.git")
    result = ledger.run("sync")
    assert result.code == 3
    assert "127.0.0.1" in result.err
    assert "geheim" not in result.err


def test_no_question_is_asked_that_nobody_can_see(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\necho \"$@\" $GIT_TERMINAL_PROMPT >> '{tmp_path}/asked'\nexit 255\n")
    ssh.chmod(0o755)
    ledger.git("remote", "add", "origin", "ssh://nowhere.invalid/x.git")
    path = f"{ssh.parent}:{ledger.environment['PATH']}"
    assert ledger.run("sync", PATH=path).code == 3
    asked = (tmp_path / "asked").read_text()
    assert "BatchMode=yes" in asked
    assert asked.splitlines()[0].endswith(" 0")
    ledger.git("config", "core.sshCommand", f"{ssh} --ours")
    assert ledger.run("sync", GIT_TERMINAL_PROMPT="1").code == 3
    assert "--ours" in (tmp_path / "asked").read_text().splitlines()[-1], "as the user has set it up"


def test_a_hook_of_the_remote_refuses_in_its_own_words(pair: Pair) -> None:
    refuse = pair.shared / "hooks/pre-receive"
    refuse.write_text("#!/bin/sh\necho 今天盘点，不收 >&2\nexit 1\n")
    refuse.chmod(0o755)
    report(pair.here, "1.2", "甲做的。")
    error = refused(pair.here, "push-refused")
    assert "今天盘点，不收" in error.message
    refuse.unlink()
    assert sync(pair.here.root).sent == 1


def test_a_hook_here_refuses_in_its_own_words(pair: Pair) -> None:
    hook(pair.here, "pre-push", "echo 请先报告 >&2; exit 1")
    report(pair.here, "1.2", "甲做的。")
    assert "请先报告" in refused(pair.here, "push-refused").message


def test_a_history_that_has_nothing_in_common_is_not_mixed_in(pair: Pair, bare_ledger: LedgerOnDisk) -> None:
    other = LedgerOnDisk(pair.here.root.parent / "另一本", pair.here.environment)
    shutil.copytree(bare_ledger.root / "data", other.root / "data")
    other.git("init", "-q")
    other.commit("another")
    other.git("remote", "add", "origin", str(pair.shared))
    refused(other, "unrelated")


def test_without_a_branch_there_is_nothing_to_bring_together(pair: Pair) -> None:
    pair.here.git("checkout", "-q", "--detach")
    refused(pair.here, "no-branch", SurroundingsError)


def test_a_merge_that_somebody_has_begun_is_concluded_first(pair: Pair) -> None:
    for each, text in ((pair.there, "乙\n"), (pair.here, "甲\n")):
        each.write("说明.txt", text)
        each.commit("notes")
    send(pair.there)
    pair.here.git("fetch", "-q")
    with pytest.raises(Exception):  # noqa: B017, PT011  git ends with an error, since there is a conflict
        pair.here.git("merge", "origin/main")
    assert "git merge --abort" in refused(pair.here, "unfinished", SurroundingsError).hint
    pair.here.write("说明.txt", "甲乙\n")
    pair.here.commit("by hand")
    sync(pair.here.root)
    receive(pair.there)
    assert same(pair)


@pytest.mark.apart
def test_a_shallow_clone_says_what_it_lacks(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    sync(pair.there.root)
    shallow = LedgerOnDisk(pair.here.root.parent / "浅", pair.here.environment)
    pair.here.git("clone", "-q", "--depth=1", f"file://{pair.shared}", str(shallow.root))
    report(shallow, "1.2", "浅处做的。")
    assert sync(shallow.root).sent == 1
    sync(pair.there.root)
    report(pair.there, "1.2", "乙又做的。")
    report(shallow, "1.2", "浅处又做的。")
    sync(pair.there.root)
    sync(shallow.root)
    sync(pair.there.root)
    assert shallow.git("rev-parse", "HEAD") == pair.there.git("rev-parse", "HEAD")


def test_who_rewrites_what_was_shared_is_noticed_and_nothing_is_lost(pair: Pair) -> None:
    report(pair.here, "1.2", "甲做的。")
    sync(pair.here.root)
    report(pair.there, "1.1", "乙做的。")
    pair.there.git("push", "-q", "--force", "origin", "main")
    result = pair.here.run("sync")
    assert result.code == 0
    assert "改写" in result.err
    sync(pair.there.root)
    assert same(pair)
    assert record(pair.there, "1.2").progress[-1].text == "甲做的。"


def test_commits_of_a_sync_are_signed_where_git_is_set_up_so(pair: Pair, tmp_path: Path) -> None:
    log = tmp_path / "signed"
    program = tmp_path / "gpg"
    program.write_text(
        f"#!/bin/sh\necho x >> '{log}'\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n"
    )
    program.chmod(0o755)
    enter(pair.there, "乙的")
    send(pair.there)
    enter(pair.here, "甲的")
    pair.here.git("config", "gpg.program", str(program))
    pair.here.git("config", "commit.gpgSign", "true")
    sync(pair.here.root)
    assert all("gpgsig" in pair.here.git("cat-file", "commit", name) for name in ("HEAD", "HEAD^1"))


@pytest.mark.apart
def test_histories_that_crossed_are_brought_together(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    report(pair.here, "1.2", "甲做的。")
    sync(pair.there.root)
    pair.here.git("fetch", "-q")
    ours = pair.here.git("rev-parse", "HEAD").strip()
    pair.there.git("fetch", "-q", str(pair.here.root), ours)
    for each, other in ((pair.here, "origin/main"), (pair.there, ours)):  # each merges the other, by hand
        each.git("merge", "-q", "-s", "ours", "--no-edit", other)
        text = "\n".join(f"  - {{date: 2024-06-15, text: {who}做的。}}" for who in "甲乙")
        each.write(each.path("1.2"), measure("1.2", progress=f"\n{text}"))
        each.commit("by hand")
    act(pair.there, actions.submit(), "1.2")
    report(pair.here, "1.2", "甲又做的。")
    sync(pair.there.root)
    sync(pair.here.root)
    sync(pair.there.root)
    assert same(pair)
    assert [entry.text for entry in record(pair.here, "1.2").progress] == [
        "甲做的。",
        "乙做的。",
        "甲又做的。",
    ]
    assert record(pair.here, "1.2").status == "submitted"


# ---------------------------------------------------------------- verifications


@pytest.mark.apart
def test_verifications_travel_with_a_sync_and_two_of_one_number_are_both_kept(pair: Pair) -> None:
    for ledger, text in ((pair.here, "此处。"), (pair.there, "彼处。")):
        ledger.ok("progress", "3.1", text)
        assert "第1次核验" in ledger.ok("audit", "--anchor")
    assert "1 次历史核验" in pair.here.ok("sync")
    assert "1 次历史核验" in pair.there.ok("sync")
    pair.here.ok("sync")
    tags = pair.here.git("tag").split()
    assert len(tags) == 2
    assert tags == pair.there.git("tag").split()
    assert "历史核验" not in pair.here.ok("sync"), "what is there is not sent again"
    assert pair.here.json("audit") == []
    assert "第2次核验" in pair.here.ok("audit", "--anchor")


def test_a_verification_that_somebody_moved_is_told_and_not_taken_over(pair: Pair) -> None:
    pair.here.ok("audit", "--anchor")
    pair.here.ok("sync")
    tag = pair.here.git("tag").strip()
    before = pair.here.git("rev-parse", tag)
    report(pair.there, "3.1", "之后。")
    pair.there.git("tag", "-a", "-f", "-m", "forged", tag)
    pair.there.git("push", "-q", "--force", "origin", tag)
    done = pair.here.run("sync")
    assert done.code == 0
    assert tag in done.err
    assert pair.here.git("rev-parse", tag) == before


def test_a_commit_that_two_clones_verify_has_no_moved_tag(pair: Pair) -> None:
    moment = {"GIT_COMMITTER_DATE": "2024-06-16T08:00:00+0800"}
    for ledger, surroundings in ((pair.here, {}), (pair.there, moment)):
        ledger.ok("audit", "--anchor", **surroundings)
        done = ledger.run("sync")
        assert (done.code, done.err) == (0, "")
    names = [ledger.git("for-each-ref", "refs/tags/") for ledger in (pair.here, pair.there)]
    assert names[0] != names[1], "each keeps the tag it made"


@pytest.mark.apart
def test_a_tag_with_a_blank_of_any_width_in_its_name_stops_no_sync_and_no_archive(pair: Pair) -> None:
    """Python takes more characters for blanks and ends of lines than git."""
    pair.there.ok("audit", "--anchor")
    for blank in ("\u3000", "\u2028", "\x85"):
        pair.there.git("tag", "-a", "-m", "x", f"xuncha/audit/1{blank}2")
    pair.there.git("push", "-q", "origin", "--tags")
    for ledger in (pair.here, pair.there):
        ledger.ok("sync")
    pair.here.ok("archive", "-o", "../归档.zip")


@pytest.mark.apart
def test_a_closing_that_falls_in_a_sync_is_told_here_and_named_by_the_audit(pair: Pair) -> None:
    pair.here.ok("close", "2.1")
    pair.here.ok("sync")
    pair.there.ok("return", "2.1", "--reason", "材料不齐")
    assert pair.there.run("sync").code == 1
    pair.there.ok("sync", "--take", "ours")
    assert "2.1 在本机已销号" in pair.here.ok("sync")
    assert record(pair.here, "2.1").status == "in_progress"
    assert [each["code"] for each in pair.here.json("audit")] == ["merge-reopened"]


def returned_there_and_closed_here(pair: Pair) -> None:
    """Apply for the closing of 1.2, return it there, and close it here, where nothing is known of that yet."""
    report(pair.here, "1.2", "甲做的。")
    act(pair.here, actions.submit(), "1.2")
    send(pair.here)
    receive(pair.there)
    li = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "李四"), ("EMAIL", "li@example.invalid"))}  # fmt: skip
    pair.there.ok("return", "1.2", "--reason", "材料不齐", **li)
    send(pair.there)
    act(pair.here, actions.close(DAY), "1.2")


def test_a_closing_against_a_return_names_who_returned_it_and_is_not_taken(pair: Pair) -> None:
    returned_there_and_closed_here(pair)
    said = pair.here.run("sync").err
    assert re.search(r"对方为“推进中”（李四，[0-9]{4}-[0-9]{2}-[0-9]{2}）", said)
    assert "一方已退回或重新打开的，不按销号处理" in said
    change(pair.here, "1.1", office="办公室")
    change(pair.there, "1.1", office="财务科")
    send(pair.there)
    assert "1.2 在本机已销号" in pair.here.ok("sync", "--take", "ours")
    assert "Xuncha-Reason: 取本方：1.1 office；取对方：1.2 status\n" in pair.here.git(
        "log", "-1", "--format=%B"
    )
    receive(pair.there)
    assert record(pair.there, "1.2").status == "in_progress"
    assert [each.code for each in audit(pair.there.root).findings] == ["merge-reopened"]


def test_a_closing_that_did_not_know_of_a_reopening_elsewhere_is_told(pair: Pair) -> None:
    report(pair.there, "1.2", "乙做的。")
    send(pair.there)
    receive(pair.here)
    act(pair.there, actions.close(DAY), "1.2")
    act(pair.there, actions.reopen("问题反弹"), "1.2")
    act(pair.here, actions.close(DAY, "验收通过"), "1.2")
    send(pair.there)
    for each in (pair.here, pair.there):
        assert "1.2 曾在别处被退回或重新打开（" in each.ok("sync")


def test_the_other_side_is_read_once_for_all_its_closings(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pair.here.git("rev-parse", "HEAD").strip()
    for identity in ("1.1", "1.2", "3.1"):
        report(pair.there, identity, "乙做的。")
        act(pair.there, actions.submit(), identity)
        act(pair.there, actions.close(DAY), identity)
    send(pair.there)
    enter(pair.here, "甲录的")
    sync(pair.here.root)
    trace = pair.here.root.parent / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    assert merged_into_closed(pair.here.root, before) == {}
    monkeypatch.delenv("GIT_TRACE2_EVENT")
    # The merges, and what the side without the closings did.
    assert trace.read_text(encoding="utf-8").count('"name":"log"') == 2


def test_what_was_returned_here_stands_against_a_closing_there(pair: Pair) -> None:
    returned_there_and_closed_here(pair)
    pair.there.git("reset", "-q", "--hard", "HEAD~1")  # the return was not sent
    pair.there.git("push", "-q", "--force", "origin", "HEAD:main")
    sync(pair.here.root)
    act(pair.there, actions.give_back("材料不齐"), "1.2")
    sync(pair.there.root, take="theirs")
    assert record(pair.there, "1.2").status == "in_progress"
    assert [each.code for each in audit(pair.there.root).findings] == ["merge-reopened"]
