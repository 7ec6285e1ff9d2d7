"""Editing by hand: valid changes are committed, invalid ones kept, and nothing is lost."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.conftest import LEDGER, PROBLEMS, LedgerOnDisk, measure, problem
from tests.workflow.surroundings import findings, hook, index, snapshot, subject, touched, trailers
from xuncha.audit.examine import audit
from xuncha.errors import InvalidLedgerError
from xuncha.language import use_language
from xuncha.workflow.change import begin
from xuncha.workflow.differences import differences
from xuncha.workflow.edit import edit, edit_all


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path)


class Editor:
    """An editor that does the same each time it is opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "编辑 器"

    def that(self, body: str) -> str:
        """Return a value of EDITOR that runs this Python code with the file as `draft`."""
        self.folder.mkdir(exist_ok=True)
        script = self.folder / "editor.py"
        script.write_text(
            f"import pathlib, subprocess, sys\ndraft = pathlib.Path(sys.argv[-1])\n{body}\n", encoding="utf-8"
        )
        return f"{sys.executable} '{script}'"

    def that_replaces(self, old: str, new: str) -> str:
        """One that replaces a word."""
        return self.that(
            f"draft.write_bytes(draft.read_bytes().replace({old.encode()!r}, {new.encode()!r}, 1))"
        )


def draft_named(said: str) -> Path:
    """Return the path of the draft that a refusal names."""
    found = re.search(r"(/\S*xuncha-\S+\.yaml)", said)
    assert found, said
    return Path(found[1])


def test_what_is_written_in_the_editor_is_committed_byte_for_byte(
    ledger: LedgerOnDisk, editor: Editor
) -> None:
    before, commits = ledger.read("1.2"), ledger.commits()
    ledger.ok(
        "edit", "1.2", EDITOR=editor.that_replaces("status: in_progress", "status:   submitted  # 手改")
    )
    assert ledger.read("1.2") == before.replace("status: in_progress", "status:   submitted  # 手改")
    assert ledger.commits() == commits + 1
    assert subject(ledger) == "修改 1.2 做好1.2号工作"
    assert trailers(ledger) == [
        ("Xuncha-Action", "edit"),
        ("Xuncha-Id", "1.2"),
        ("Xuncha-From", "in_progress"),
        ("Xuncha-To", "submitted"),
    ]
    assert touched(ledger) == {ledger.path("1.2")}
    assert ledger.clean()


def test_a_problem_is_edited_by_its_number(ledger: LedgerOnDisk) -> None:
    title, category, publish = PROBLEMS["2"]
    path = "data/problems/02/problem.yaml"
    edit(ledger.root, path, problem(title + "改", category, publish).encode())
    assert subject(ledger) == f"修改 2 {title}改"
    assert trailers(ledger) == [("Xuncha-Action", "edit"), ("Xuncha-Id", "2")]
    assert touched(ledger) == {path}


def test_the_settings_are_edited_without_a_number(ledger: LedgerOnDisk) -> None:
    edit(ledger.root, "data/ledger.yaml", LEDGER.replace("办公室, 规划科", "办公室, 人事科, 规划科").encode())
    assert trailers(ledger) == [("Xuncha-Action", "edit")]
    assert touched(ledger) == {"data/ledger.yaml"}
    assert "人事科" in (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")


def test_a_file_left_as_it_was_makes_no_commit(ledger: LedgerOnDisk) -> None:
    commits, before = ledger.commits(), snapshot(ledger)
    ledger.ok("edit", "1.2", EDITOR="true")
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)


def test_a_change_by_hand_that_the_editor_takes_back_makes_no_commit(
    ledger: LedgerOnDisk, editor: Editor
) -> None:
    ledger.ok("start", "1.1")
    committed, commits = ledger.read("1.1"), ledger.commits()
    ledger.write(ledger.path("1.1"), committed.replace("status: in_progress", "status: nonsense"))
    said = ledger.ok("edit", "1.1", EDITOR=editor.that_replaces("nonsense", "in_progress"))
    assert said == "没有改动。\n"
    assert (ledger.read("1.1"), ledger.commits()) == (committed, commits)
    assert ledger.clean()


def test_what_does_not_validate_is_refused_and_kept_for_its_writer(
    ledger: LedgerOnDisk, editor: Editor
) -> None:
    commits, before = ledger.commits(), snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=editor.that_replaces("status: in_progress", "status: 半成"))
    assert result.code == 1
    assert "data/problems/01/1.2.yaml:7:" in result.err
    assert "error[not-kept]" in result.err
    assert "status: 半成" in draft_named(result.err).read_text(encoding="utf-8")
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)
    assert ledger.clean()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"title: [", b"title: x\ntitle: y\n", b"- 1\n"])
def test_no_content_whatever_gets_into_the_ledger_unchecked(ledger: LedgerOnDisk, content: bytes) -> None:
    commits, before = ledger.commits(), snapshot(ledger)
    for path in (ledger.path("1.2"), "data/problems/01/problem.yaml", "data/ledger.yaml"):
        with pytest.raises(InvalidLedgerError):
            edit(ledger.root, path, content)
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)


def test_settings_that_would_break_a_measure_are_refused(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    with pytest.raises(InvalidLedgerError) as refused:
        edit(ledger.root, "data/ledger.yaml", LEDGER.replace("规划科, ", "").encode())
    assert {finding.code for finding in refused.value.findings} == {"unknown-office"}
    assert snapshot(ledger) == before


def test_a_hand_edit_that_validates_is_committed_by_edit(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# 手改\n")
    commits = ledger.commits()
    ledger.ok("edit", "1.2", EDITOR="true")
    assert ledger.commits() == commits + 1
    assert ledger.read("1.2").endswith("# 手改\n")
    assert ledger.clean()
    assert ("Xuncha-Action", "edit") in trailers(ledger)


def test_a_status_changed_by_hand_is_told_by_the_commit_of_edit(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", "submitted"))
    edit(ledger.root, ledger.path("1.1"), measure("1.1", "submitted").encode())
    assert trailers(ledger)[2:] == [("Xuncha-From", "not_started"), ("Xuncha-To", "submitted")]


def test_a_file_made_by_hand_is_committed_by_edit_as_the_refusals_promise(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.3"), measure("1.3"))
    refused = ledger.run("submit", "1.3")
    assert (refused.code, "error[uncommitted]" in refused.err) == (1, True)
    assert "`xuncha edit 1.3`" in refused.err
    ledger.ok("edit", "1.3", EDITOR="true")
    assert touched(ledger) == {ledger.path("1.3")}
    assert ledger.clean()


def test_a_broken_ledger_can_be_mended_file_by_file(ledger: LedgerOnDisk) -> None:
    for identity in ("1.2", "3.1"):
        ledger.write(ledger.path(identity), measure(identity, leader="没有的人"))
    ledger.commit("broken")
    done = edit(ledger.root, ledger.path("1.2"), measure("1.2").encode())
    assert done is not None
    assert done.register is None
    assert findings(ledger) == ["data/problems/03/3.1.yaml: unknown-leader"]
    done = edit(ledger.root, ledger.path("3.1"), measure("3.1").encode())
    assert done is not None
    assert done.register is not None
    assert ledger.clean()


def test_an_editor_may_keep_a_copy_beside_the_file(ledger: LedgerOnDisk) -> None:
    keeping = "sed -i~ s/in_progress/submitted/"  # as vim and nano do with their option for backups
    assert "1.2.yaml" in ledger.ok("edit", "1.2", EDITOR=keeping, TMPDIR=str(ledger.root.parent))
    assert not list(ledger.root.parent.glob("xuncha-*")), "nothing is left over"


def test_an_editor_that_fails_changes_nothing(ledger: LedgerOnDisk, editor: Editor) -> None:
    commits, before = ledger.commits(), snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=editor.that("draft.write_bytes(b''); sys.exit(3)"))
    assert (result.code, "error[editor-failed]" in result.err) == (1, True)
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)


@pytest.mark.parametrize("name", ["/no/such/editor", "'unbalanced", "/etc"])
def test_an_editor_that_cannot_be_started_is_named_with_the_variable_to_set(
    ledger: LedgerOnDisk, name: str
) -> None:
    commits, before = ledger.commits(), snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=name)
    assert (result.code, "error[no-editor]" in result.err) == (3, True)
    assert "EDITOR" in result.err
    assert (ledger.commits(), snapshot(ledger)) == (commits, before)


def test_an_editor_that_takes_its_draft_away_is_no_bug_of_ours(ledger: LedgerOnDisk, editor: Editor) -> None:
    before = snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=editor.that("draft.unlink()"))
    assert result.code in {1, 3}
    assert "error[bug]" not in result.err
    assert snapshot(ledger) == before


@pytest.mark.parametrize("identity", ["1.9", "9"])
def test_what_is_not_there_cannot_be_edited(ledger: LedgerOnDisk, identity: str) -> None:
    result = ledger.run("edit", identity, EDITOR="true")
    assert (result.code, "error[no-such-" in result.err) == (1, True)


def test_what_was_written_is_not_lost_where_git_refuses_the_commit(
    ledger: LedgerOnDisk, editor: Editor
) -> None:
    hook(ledger, "pre-commit", "echo 今天不许提交; exit 1")
    before = snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=editor.that_replaces("规划科", "财务科"))
    assert result.code == 1
    assert "今天不许提交" in result.err
    assert snapshot(ledger) == before
    assert "office: 财务科" in draft_named(result.err).read_text(encoding="utf-8")


def test_a_hand_edit_whose_commit_git_refuses_is_not_called_committed(ledger: LedgerOnDisk) -> None:
    hook(ledger, "pre-commit", "echo 今天不许提交; exit 1")
    text = ledger.read("1.2") + "# 手改\n"
    ledger.write(ledger.path("1.2"), text)
    result = ledger.run("edit", "1.2", EDITOR="true")
    assert result.code == 1
    assert "今天不许提交" in result.err
    assert ledger.read("1.2") == text
    assert ledger.commits() == 1


def test_what_another_command_did_while_the_editor_was_open_is_not_lost(
    ledger: LedgerOnDisk, editor: Editor
) -> None:
    meanwhile = (
        "subprocess.run([sys.executable, '-m', 'xuncha', 'progress', '1.2', '同时记下的进展。'], check=True)"
    )
    change = "draft.write_bytes(draft.read_bytes().replace('规划科'.encode(), '财务科'.encode(), 1))"
    result = ledger.run("edit", "1.2", EDITOR=editor.that(f"{meanwhile}\n{change}"))
    assert "同时记下的进展。" in ledger.read("1.2")
    assert ledger.clean()
    if result.code:
        assert "office: 财务科" in draft_named(result.err).read_text(encoding="utf-8")
    else:
        assert "office: 财务科" in ledger.read("1.2")


# ---------------------------------------------------------------- everything that was changed by hand


def test_all_that_was_changed_by_hand_is_told_in_words_and_committed_together(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("due: 2024-12-31", "due: 2024-12-30"))
    ledger.write(ledger.path("1.3"), measure("1.3", "not_started"))
    ledger.write("data/ledger.yaml", LEDGER.replace("phone: 0546-1234567", "phone: 0546-7654321"))
    ledger.write("templates/notice.txt.j2", "{{ title }}")
    ledger.write(ledger.path("3.1"), "# 说明\n" + ledger.read("3.1"))
    commits = ledger.commits()
    told = ledger.ok("edit").splitlines()
    assert "1.2 整改时限 2024-12-31 → 2024-12-30" in told
    assert "新增 1.3 做好1.3号工作" in told
    assert "data/ledger.yaml 联系方式 电话 0546-1234567 → 0546-7654321" in told
    assert "新增 templates/notice.txt.j2" in told
    assert "3.1 只改了注释或排版" in told
    assert (ledger.commits(), ledger.clean()) == (commits + 1, True)
    assert subject(ledger) == "修改 1.2、1.3、3.1"
    assert trailers(ledger) == [
        ("Xuncha-Action", "edit"),
        ("Xuncha-Id", "1.2"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "in_progress"),
        ("Xuncha-Id", "1.3"), ("Xuncha-To", "not_started"),
        ("Xuncha-Id", "3.1"), ("Xuncha-From", "in_progress"), ("Xuncha-To", "in_progress"),
    ]  # fmt: skip
    assert [row["from"] for row in ledger.json("log")[:3]] == ["in_progress", None, "in_progress"]
    found = {each.code for each in audit(ledger.root).findings}
    assert found <= {"deadline-moved", "deadline-passed", "own-template"}


def test_eight_numbers_changed_by_hand_are_named_in_the_trail_each(ledger: LedgerOnDisk) -> None:
    for number in range(2, 10):
        ledger.write(ledger.path(f"3.{number}"), measure(f"3.{number}", "not_started"))
    with begin(ledger.root) as session:
        edit_all(session)
    assert subject(ledger) == "修改 3.2、3.3、3.4、3.5、3.6、3.7、3.8、3.9"


def test_a_deletion_by_hand_is_told_and_committed(ledger: LedgerOnDisk) -> None:
    (ledger.root / ledger.path("1.2")).unlink()
    result = ledger.run("edit")
    assert (result.code, "删除 1.2 做好1.2号工作" in result.out) == (0, True)
    assert trailers(ledger)[1:] == [("Xuncha-Id", "1.2"), ("Xuncha-From", "in_progress")]
    assert ledger.clean()


def test_a_deletion_by_hand_that_leaves_a_gap_names_the_verb_that_closes_it(ledger: LedgerOnDisk) -> None:
    (ledger.root / ledger.path("1.1")).unlink()
    commits = ledger.commits()
    result = ledger.run("edit")
    assert (result.code, "error[number-gap]" in result.err) == (1, True)
    assert "xuncha remove" in result.err.replace("\n", "")
    assert (ledger.commits(), (ledger.root / ledger.path("1.1")).exists()) == (commits, False)


def test_where_rules_are_broken_nothing_is_committed_and_the_files_stay(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), measure("1.2", leader="没有的人"))
    ledger.write(ledger.path("3.1"), ledger.read("3.1") + "# 手改\n")
    before, commits, state = snapshot(ledger), ledger.commits(), ledger.git("status", "--porcelain")
    result = ledger.run("edit")
    assert (result.code, "error[unknown-leader]" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    assert ledger.git("status", "--porcelain") == state


def test_nothing_changed_by_hand_is_said(ledger: LedgerOnDisk) -> None:
    commits = ledger.commits()
    assert "没有手工修改" in ledger.ok("edit")
    assert ledger.commits() == commits


def test_all_hand_edits_stay_as_they_are_where_git_refuses_the_commit(ledger: LedgerOnDisk) -> None:
    hook(ledger, "pre-commit", "echo 今天不许提交; exit 1")
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# 手改\n")
    ledger.write(ledger.path("1.3"), measure("1.3", "not_started"))
    before, staged = snapshot(ledger), index(ledger)
    result = ledger.run("edit")
    assert (result.code, "今天不许提交" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, 1, staged)


def test_hand_edits_of_another_ledger_and_hidden_files_are_left_alone(ledger: LedgerOnDisk) -> None:
    other = LedgerOnDisk(ledger.root / "二号", ledger.environment)
    other.write("data/ledger.yaml", LEDGER)
    ledger.commit("second")
    other.write("data/ledger.yaml", LEDGER + "# 手改\n")
    ledger.write("data/problems/01/.1.2.yaml.swp", "x")
    assert "没有手工修改" in ledger.ok("edit")
    other.ok("edit")
    assert touched(ledger) == {"二号/data/ledger.yaml"}


def test_without_a_terminal_and_an_editor_nothing_waits(ledger: LedgerOnDisk) -> None:
    result = ledger.run("edit", "1.2", EDITOR="", VISUAL="")
    assert (result.code, "error[no-editor]" in result.err) == (3, True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"due": "2024-12-31"}, {"due": "2024-12-30"}, ["整改时限 2024-12-31 → 2024-12-30"]),
        ({}, {"leader": "局长"}, ["责任领导 （无） → 局长"]),
        ({"status": "in_progress"}, {"status": "closed"}, ["完成情况 推进中 → 已销号"]),
        ({}, {"term": "long_term"}, ["任务类型 （无） → 长期坚持"]),
        ({"channel": "phone"}, {"channel": "自定"}, ["渠道 电话 → 自定"]),
        ({"publish": True}, {"publish": False}, ["是否公开 是 → 否"]),
        ({"co_offices": ["甲"]}, {"co_offices": ["甲", "乙"]}, ["配合科室 甲 → 甲、乙"]),
        (
            {"progress": [{"text": "甲"}]},
            {"progress": [{"text": "甲"}, {"date": "2024-01-02", "text": "乙"}]},
            ["进展情况：新增“2024-01-02 乙”"],
        ),
        ({"progress": [{"text": "甲"}]}, {"progress": [{"text": "乙"}]}, ["进展情况第1条 内容 甲 → 乙"]),
        ({"title": "长" * 40 + "甲"}, {"title": "长" * 40 + "乙"}, ["改动 标题"]),
        ({"goal": "长" * 40}, {}, [f"整改目标 {'长' * 24}… → （无）"]),
        ({"leader": None}, {"leader": "局长"}, ["责任领导 （无） → 局长"]),
        (
            {"progress": [{"text": "甲"}, {"text": "乙"}]},
            {"progress": [{"text": "甲"}]},
            ["进展情况：去掉“乙”"],
        ),
        (
            {},
            {"fields": {"备注": "甲", "risk": "高"}},
            ["自定义字段 备注 （无） → 甲", "自定义字段 risk （无） → 高"],
        ),
        (
            {"fields": [{"key": "a", "label": "甲", "of": "measure"}]},
            {
                "fields": [
                    {"key": "a", "label": "甲", "of": "measure"},
                    {"key": "备注", "label": "备注", "of": "measure"},
                ]
            },
            ["自定义字段：新增“备注”"],
        ),
        ({"outcomes": {"rules": 1}}, {}, ["成果 rules 1 → （无）"]),
        (
            {},
            {"policy": {"due_soon_days": 7, "close_requires": ["progress", "second_person"]}},
            ["规则 临期天数 （无） → 7", "规则 销号条件 （无） → progress、second_person"],
        ),
        ({}, {"policy": {}}, ["改动 规则"]),
        ({"title": "x"}, {"title": "x"}, []),
    ],
)
def test_a_difference_is_said_in_the_words_of_an_office(
    old: dict[str, object], new: dict[str, object], told: list[str]
) -> None:
    with use_language("zh"):
        assert differences(old, new) == told


@pytest.mark.parametrize(
    ("key", "name"), [("contact", "联系方式 联系科室"), ("leading_group", "整改工作领导小组 办公室设在")]
)
def test_an_office_that_is_not_responsible_is_not_called_so(key: str, name: str) -> None:
    with use_language("zh"):
        assert differences({key: {}}, {key: {"office": "办公室"}}) == [f"{name} （无） → 办公室"]
    with use_language("en"):
        assert differences({key: {}}, {key: {"office": "办公室"}}) == [f"{key} office (nothing) → 办公室"]
