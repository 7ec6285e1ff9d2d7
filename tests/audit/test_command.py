"""Output of `xuncha audit` on the screen and as JSON, and the anchor line in a notice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from xuncha.audit.catalogue import RULES, Audit, HistoryPlace
from xuncha.audit.examine import audit
from xuncha.audit.page import SUBJECTS, render
from xuncha.audit.paths import OWN_TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

KEYS = ["commit", "author", "date", "path", "id", "severity", "code", "message"]


def tamper(ledger: LedgerOnDisk) -> str:
    """Move a deadline by hand; the commit."""
    ledger.write(ledger.path("3.1"), ledger.read("3.1").replace("2024-12-31", "2029-12-31"))
    ledger.commit("<script>alert(1)</script>")
    return ledger.git("rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "已核验 2 次提交、8 处文件改动：历史符合规则。"),
        ("en", "2 commits and 11 changes of files checked: history follows the rules."),
    ],
)
def test_a_clean_ledger_gets_one_sentence(ledger: LedgerOnDisk, language: str, said: str) -> None:
    ledger.ok("progress", "1.2", "继续推进。")
    printed = ledger.ok("--lang", language, "audit")
    assert printed.count("\n") == 1
    assert said.rsplit("：", maxsplit=1)[-1].rsplit(": ", maxsplit=1)[-1] in printed


def test_a_break_is_named_with_its_commit_author_day_and_code(ledger: LedgerOnDisk) -> None:
    commit = tamper(ledger)
    result = ledger.run("audit")
    assert result.code == 1
    assert commit[:10] in result.out
    assert "tester" in result.out
    assert "[deadline-moved]" in result.out
    assert "[by-hand]" in result.out
    assert "3.1 的时限未经 `extend` 由 2024-12-31 改为 2029-12-31" in result.out
    assert max(map(wide, result.out.splitlines())) <= 80
    assert max(map(wide, ledger.run("--lang", "en", "audit").out.splitlines())) <= 80


def test_numbers_come_in_the_order_of_the_ledger(ledger: LedgerOnDisk) -> None:
    for number in range(3, 12):
        ledger.write(ledger.path(f"1.{number}"), measure(f"1.{number}"))
    shown = ledger.run("doctor").out
    assert shown.index("1.3.yaml") < shown.index("1.4.yaml")
    assert "1.10.yaml" not in shown, "the first are shown, not those that begin with the smallest character"
    ledger.commit("by hand")
    assert "手工改动：1.3、1.4、1.5、1.6、1.7、1.8、1.9、1.10等，另有 1 项" in ledger.run("audit").out
    for number in (9, 10):
        ledger.write(ledger.path(f"1.{number}"), measure(f"1.{number}", goal="达标"))
    edited = ledger.ok("edit")
    assert edited.index("1.9 ") < edited.index("1.10 ")


def test_a_status_is_named_in_the_language_of_the_screen(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", "closed"))
    ledger.commit(
        "销号 1.1\n\nXuncha-Action: close\nXuncha-Id: 1.1\nXuncha-From: in_progress\nXuncha-To: closed\n"
    )
    said = " ".join(ledger.run("audit").out.split())
    assert "推进中 → 已销号" in said
    assert "未启动 → 已销号" in said
    assert "in_progress" not in said


def wide(text: str) -> int:
    """Columns that a line takes on a terminal."""
    return sum(1 + (ord(character) > 0x2E7F) for character in text)


def test_programs_are_given_all_of_it(ledger: LedgerOnDisk) -> None:
    commit = tamper(ledger)
    result = ledger.run("audit", "--json")
    found = json.loads(result.out)
    assert result.code == 1
    assert [list(each) for each in found] == [KEYS] * len(found)
    moved = next(each for each in found if each["code"] == "deadline-moved")
    assert moved["commit"] == commit
    assert (moved["path"], moved["id"], moved["severity"]) == (ledger.path("3.1"), "3.1", "error")
    assert ledger.json("audit", "--since", "HEAD") == []
    assert "未作核验" in ledger.ok("audit", "--since", "HEAD")


def test_programs_are_not_given_notes() -> None:
    place = HistoryPlace("0" * 40, "tester", "2024-06-15T00:00:00+08:00")
    findings = [OWN_TEMPLATE.finding(place, "x"), RULES["by-hand"].finding(place, "y")]
    assert [each["code"] for each in Audit(findings, 1, 1, "").as_json()] == ["by-hand"]


def test_an_anchor_is_kept_printed_and_held_against_history(ledger: LedgerOnDisk) -> None:
    ledger.ok("close", "1.2")
    tip = ledger.git("rev-parse", "HEAD").strip()
    printed = ledger.ok("audit", "--anchor")
    assert f"第1次核验　{tip[:12]}　" in printed
    tag = f"xuncha/audit/1-{tip[:12]}"
    assert ledger.git("cat-file", "-t", tag).strip() == "tag"
    assert "Xuncha-Errors: 0" in ledger.git("cat-file", "tag", tag)
    assert "第1次核验" in ledger.ok("audit", "--anchor"), "the same commit is not anchored twice"
    assert ledger.git("tag").split() == [tag]
    ledger.ok("progress", "3.1", "继续推进。")
    assert "第2次核验" in ledger.ok("audit", "--anchor")
    ledger.git("reset", "-q", "--hard", "HEAD~2")
    result = ledger.run("audit", "--json")
    assert result.code == 1
    assert [each["code"] for each in json.loads(result.out)] == ["history-rewritten"] * 2
    ledger.git("tag", "-d", *ledger.git("tag").split())
    assert ledger.json("audit") == []
    result = ledger.run("audit", "--since", tip[:12], "--json")
    assert [each["code"] for each in json.loads(result.out)] == ["history-rewritten"], (
        "the printed hash is enough"
    )
    ledger.git("tag", tip[:12], "HEAD")
    result = ledger.run("audit", "--since", tip[:12], "--json")
    assert [each["code"] for each in json.loads(result.out)] == ["history-rewritten"], (
        "a hash is no name of a tag"
    )


def test_an_anchor_tells_how_many_errors_there_were(ledger: LedgerOnDisk) -> None:
    tamper(ledger)
    result = ledger.run("audit", "--anchor")
    assert result.code == 1
    assert "，发现3处不合规则" in result.out


def test_an_anchor_of_a_part_is_refused(ledger: LedgerOnDisk) -> None:
    assert ledger.run("audit", "--anchor", "--since", "HEAD").code == 2


def test_a_tag_that_git_cannot_sign_is_an_error_for_people(ledger: LedgerOnDisk) -> None:
    ledger.git("config", "gpg.format", "ssh")
    ledger.git("config", "user.signingkey", str(ledger.root / "no-such-key.pub"))
    result = ledger.run("audit", "--anchor")
    assert (result.code, "error[tag-refused]" in result.err) == (1, True)
    assert ledger.git("tag") == "", "an anchor that was to be signed is not kept without"


def test_nothing_committed_is_said_and_no_repository_is_the_surroundings(
    bare_ledger: LedgerOnDisk,
) -> None:
    assert bare_ledger.run("audit").code == 3
    bare_ledger.git("init", "-q")
    assert bare_ledger.json("audit") == []
    assert bare_ledger.run("audit", "--anchor").code == 1


def test_the_page_is_whole_and_shows_no_mark_up_of_others(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.git("config", "user.name", "某人 & 甲")
    ledger.write("templates/audit.html.j2", "一切正常")
    tamper(ledger)
    page = tmp_path / "page.html"
    assert ledger.run("audit", "--html", page).code == 1
    text = page.read_text(encoding="utf-8")
    assert "某人 &amp; 甲" in text, "escaped"
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "一切正常" not in text, "the office does not lay out the page of the inspectors"
    assert "deadline-moved" in text
    assert ledger.git("rev-parse", "HEAD").strip() in text


def test_the_page_reads_like_a_report_that_is_signed(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    tamper(ledger)
    ledger.run("audit", "--html", tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "`" not in text
    said = "核验了什么", "不符合规则", "符合规则</h2>", "佐证材料均在", "核验所不能知道的", "核验人（签名）"
    assert [text.find(each) for each in said] == sorted(text.index(each) for each in said)
    assert "整改时限未在到期后改动" not in text, "what does not hold is not said to hold"
    assert "“延期”" in text


def test_the_page_puts_names_in_the_place_of_codes_and_leaves_other_words(ledger: LedgerOnDisk) -> None:
    tip = ledger.git("rev-parse", "HEAD").strip()
    found = RULES["by-hand"].finding(
        HistoryPlace(tip, "tester", "2024-06-15T00:00:00+08:00"), "`due`，`frob`"
    )
    assert "“整改时限”，frob" in render(ledger.root, Audit([found], 1, 1, tip))


def test_the_page_knows_every_rule() -> None:
    asked = [code for _said, codes in SUBJECTS for code in codes.split()]
    assert sorted(asked) == sorted(RULES)


def test_who_is_who_by_claims_alone_is_said_once(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    assert "rests on" not in ledger.run("--lang", "en", "audit").out
    ledger.write("data/ledger.yaml", (ledger.root / "data/ledger.yaml").read_text().replace("[progress]", "[second_person]"))  # fmt: skip
    ledger.ok("edit")
    ledger.ok("submit", "1.2")
    li = {f"GIT_{role}_EMAIL": "li@example.invalid" for role in ("AUTHOR", "COMMITTER")}
    ledger.ok("close", "1.2", **li, GIT_AUTHOR_NAME="li")
    said = ledger.run("--lang", "en", "audit", "--html", tmp_path / "page.html").out
    assert said.count("Who applied to close is known only from what commits claim") == 1
    assert "谁是谁只凭提交自称" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_page_of_a_clean_ledger_says_so(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    ledger.ok("audit", "--html", page)
    assert "没有发现不合规则之处" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("left", ["nothing", "a link", "a folder", "another repository", "no record"])
def test_the_page_is_made_of_a_ledger_that_is_gone(ledger: LedgerOnDisk, left: str) -> None:
    if left in {"nothing", "a link"}:
        ledger.git("mv", "data", "real")
        if left == "a link":
            (ledger.root / "data").symlink_to("real")
    else:
        ledger.git("rm", "-q", "data/ledger.yaml")
        if left == "another repository":
            name = ledger.git("rev-parse", "HEAD").strip()
            ledger.git("update-index", "--add", "--cacheinfo", f"160000,{name},data/ledger.yaml")
        else:
            ledger.write("data/ledger.yaml" if left == "no record" else "data/ledger.yaml/x", "[")
    if left == "another repository":
        ledger.git("commit", "-qm", "整理")
    else:
        ledger.commit("整理")
    found = audit(ledger.root)
    assert found.errors
    assert "<h1>中共某市水务局党组整改" in render(ledger.root, found), "it still says whose ledger it was"


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_the_notice_says_up_to_where_history_was_verified(ledger: LedgerOnDisk, form: str) -> None:
    refused = ledger.run("notice", "-f", form, "--anchor")
    assert (refused.code, "error[no-anchor]" in refused.err) == (1, True)
    ledger.ok("audit", "--anchor")
    plain, noted = ledger.ok("notice", "-f", form), ledger.ok("notice", "-f", form, "--anchor")
    tip = ledger.git("rev-parse", "--short=12", "HEAD").strip()
    assert tip not in plain
    assert f"（整改台账历史第1次核验，核验至{tip}，" in noted
    assert "tester" not in noted, "who verified is not for the public"
