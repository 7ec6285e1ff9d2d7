"""The repository's own ledger is valid, and has the facts of the notice published on 18 April 2024."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from tests.conftest import LedgerOnDisk
from xuncha.model.records import EvidenceFile, Ledger
from xuncha.skeleton.create import schema_file
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
from xuncha.store.loading import load_ledger as load
from xuncha.store.schema import KINDS
from xuncha.tally import Tally, tally

REPOSITORY = Path(__file__).parents[1]
DATA = REPOSITORY / "data"
NOTICE_DAY = date(2024, 4, 18)
FACTS = """
1.1 7次 | 1.1 “第一议题”制度 | 1.1 中央经济工作会议 | 1.1 中共中央政治局集体学习 | 1.1 市场化、法治化、国际化
1.2 打造招标投标智慧见证服务体系 | 1.2 省揭榜挂帅试点 | 1.2 “一张网” | 1.2 “云上”
1.2 《东营市全方位推进“四水四定”原则贯彻节约集约利用水资源》 | 1.2 《打造国家能源经济示范区为服务保障国家能源安全贡献东营力量》
2.1 《新型基础设施网建设行动方案》 | 2.1 2023年12月20日 | 2.1 东发改产业〔2023〕360号
2.2 28个 | 2.2 248亿元 | 2.2 15个 | 2.2 4个功能板块 | 2.2 上海电气 | 2.2 三一重能 | 2.2 中船海装 | 2.2 金雷股份 | 2.2 金雷重装海上风电核心部件数字化制造
2.3 东营HG14浅海海域漂浮式 | 2.3 5MW | 2.3 初步设计报告 | 2.3 第二次评审 | 2.3 监理合同 | 2.3 科研合同
3.1 167个 | 3.1 1799亿元 | 3.1 省工程咨询院 | 3.1 金融支持东营高质量发展座谈会
3.2 8% | 3.2 第一位 | 3.2 13.4% | 3.2 49.9% | 3.2 2.4个百分点 | 3.2 第4位
3.3 41个 | 3.3 22个 | 3.3 全国投资项目在线审批监管平台 | 3.3 每周
4.1 《市发展改革委政府信息公开办法》 | 4.1 围绕中心、服务大局，以公开为常态、不公开为例外 | 4.1 “五公开”
4.2 2800余条 | 4.2 11项 | 4.2 1项 | 4.2 4项 | 4.2 5条 | 4.2 9条 | 4.2 2019年以来
5.1 《关于进一步加强停车场管理的通知》 | 5.1 2023年12月28日 | 5.1 鲁建发〔2021〕4号 | 5.1 东发改价格〔2021〕296号
5.1 《关于推动城市停车设施发展的实施意见》 | 5.1 《关于进一步规范政府定价停车场定价行为的意见》
5.1 《山东省推动新能源汽车下乡三年行动计划（2023—2025年）》 | 5.1 《关于进一步改善群众看病就医体验若干措施的通知》
5.2 7家 | 5.2 30分钟 | 5.2 投诉仅有1条 | 5.2 中心医院停车场 | 5.2 2023年11月
5.3 危化品停车场
6.1 18个部门 | 6.1 公共资源交易联动监督管理机制 | 6.1 案件（线索）移送
6.2 《东营市工程建设招标投标领域突出问题专项治理工作方案》 | 6.2 60余个 | 6.2 100%以上 | 6.2 双随机一公开
7.1 2023年6月 | 7.2 100% | 7.2 综合考核
8.1 利津县、河口区、广饶县 | 8.1 信用知识大讲堂 | 8.1 一处失信，处处受限，致力修复，信用重生
8.2 790次 | 8.2 东中法〔2023〕24号 | 8.2 2023年5月 | 8.2 “两书同达” | 8.2 《东营市中级人民法院关于企业信用修复的办法（试行）》
9.1 0.67% | 9.1 重大失信事件 | 9.1 每月
9.2 9家 | 9.2 屡禁不止、屡罚不改 | 9.2 近三年 | 9.2 道路运输企业
10.1 2023年8月 | 10.1 “绿色金融专区” | 10.1 “乡村振兴专区”
10.2 21.94% | 10.2 15.4% | 10.2 “银行机构支持东营发展综合考核”
"""
"""Facts in the notice, by the measure that has them here: documents and their numbers, sums, shares, names and days."""
TITLES = {
    1: "学习贯彻习近平总书记关于优化营商环境的重要论述有差距",
    2: "贯彻落实上级决策部署不坚决",
    3: "激发市场主体活力不足",
    4: "政府公开信息不规范，应公开未公开",
    5: "以人民为中心的理念树得不牢，惠民政策落实有偏差",
    6: "招标投标领域存在“轻监管”现象",
    7: "“双公示”监管不到位，数据迟报、漏报、未按规定公示等问题突出",
    8: "信用修复工作落实不到位",
    9: "对失信主体的信用监管不到位，未充分督促、引导、帮助企业自主修复信用",
    10: "“信易贷”平台推广成效不明显",
}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return the ledger as the program reads it."""
    return load(WorkingTree(REPOSITORY))


@pytest.fixture(scope="module")
def counts(ledger: Ledger) -> Tally:
    """Return its counts on the day of the notice."""
    return tally(ledger.register(), NOTICE_DAY)


@pytest.fixture
def copy(tmp_path: Path, environment: dict[str, str]) -> LedgerOnDisk:
    """Return a copy of it in its own repository, on the day of the notice."""
    copied = LedgerOnDisk(tmp_path / "copy", {**environment, "XUNCHA_TODAY": NOTICE_DAY.isoformat()})
    shutil.copytree(DATA, copied.root / "data")
    copied.git("init", "-q")
    copied.commit("start")
    return copied


def published(ledger: Ledger, identity: str) -> str:
    """Return the public texts of a measure: title, public entries and their evidence."""
    measure = next(measure for key, measure in ledger.measures.items() if str(key) == identity)
    problem = ledger.problems[int(identity.split(".", maxsplit=1)[0])]
    assert measure.publish, identity
    assert problem.publish, identity
    entries = [entry for entry in measure.progress if entry.publish]
    evidence = [item for entry in entries for item in entry.evidence if not isinstance(item, EvidenceFile)]
    return "\n".join([measure.title, *(entry.text for entry in entries), *evidence])


def test_it_validates() -> None:
    assert check(WorkingTree(REPOSITORY)) == []


def test_its_counts_are_those_of_the_notice(counts: Tally) -> None:
    assert (counts.problems, counts.problems_closed) == (14, 13)
    assert (counts.measures, counts.closed) == (34, 33)
    assert counts.by_status == {"not_started": 0, "in_progress": 1, "submitted": 0, "closed": 33}
    assert (counts.published_problems, counts.published_measures) == (10, 23)
    assert counts.long_term_closed == 5
    assert (counts.overdue, counts.due_soon, counts.review_due) == (0, 1, 0)


def test_each_problem_publishes_its_measures(ledger: Ledger) -> None:
    shown = [
        sum(row.publish for row in problem.measures)
        for problem in ledger.register().problems
        if problem.publish
    ]
    assert shown == [2, 3, 3, 2, 3, 2, 2, 2, 2, 2]
    withheld = [problem for problem in ledger.register().problems if not problem.publish]
    assert [problem.id for problem in withheld] == ["11", "12", "13", "14"]
    assert sum(len(problem.measures) for problem in withheld) == 11


def test_the_open_measure_is_2_3(ledger: Ledger) -> None:
    assert [str(key) for key, measure in ledger.measures.items() if measure.status != "closed"] == ["2.3"]


def test_the_long_term_measures_are_those_that_the_readme_names(ledger: Ledger) -> None:
    long_term = [str(key) for key, measure in ledger.measures.items() if measure.term == "long_term"]
    assert long_term == ["1.1", "3.3", "4.2", "5.3", "7.2"]
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### 长期坚持的措施")[2].partition("###")[0]
    assert re.findall(r"(?m)^- ([0-9.]+) ", section) == long_term


def test_the_inspection_and_the_contact_are_those_of_the_notice(ledger: Ledger) -> None:
    settings = ledger.settings
    inspection, contact, told = settings.inspection, settings.contact, settings.notice
    assert settings.organisation == told.issuer == "中共东营市发展和改革委员会党组"
    assert (inspection.inspector, inspection.round) == ("市委第五巡察组", "七届市委第三轮巡察")
    assert (inspection.started, inspection.ended) == (date(2023, 6, 5), date(2023, 9, 8))
    assert (inspection.feedback, told.date) == (date(2023, 11, 10), NOTICE_DAY)
    assert told.title == "中共东营市发展和改革委员会党组关于市委第五巡察组反馈意见集中整改进展情况的通报"
    assert contact.office == "东营市发展和改革委员会办公室"
    assert contact.phone == "0546-8382481"
    assert contact.address == "府前大街77号1012房间"
    assert contact.email == "dysfgwbgs@dy.shandong.cn"


def test_the_problems_are_those_of_the_notice(ledger: Ledger) -> None:
    assert {number: problem.title for number, problem in ledger.problems.items() if problem.publish} == TITLES
    assert [ledger.problems[number].category for number in TITLES] == [
        "business_environment", "business_environment", "business_environment",
        "service", "service", "service", "service",
        "credit", "credit", "credit",
    ]  # fmt: skip
    assert [category.title for category in ledger.settings.categories] == [
        "关于学习贯彻党中央关于优化营商环境决策部署和省委市委工作不深入方面",
        "关于优化营商环境措施推进不到位、服务效能不高方面",
        "关于社会信用体系建设不完善、信用监管不到位方面",
    ]


FACT = [tuple(fact.strip().split(" ", 1)) for line in FACTS.strip().splitlines() for fact in line.split("|")]


def test_the_list_of_facts_is_long() -> None:
    assert len(FACT) == len(set(FACT)) > 60
    assert {identity for identity, _fact in FACT} == {
        f"{number}.{measure}"
        for number, count in zip(TITLES, [2, 3, 3, 2, 3, 2, 2, 2, 2, 2], strict=True)
        for measure in range(1, count + 1)
    }


@pytest.mark.parametrize(("identity", "fact"), FACT)
def test_every_fact_of_the_notice_is_in_what_is_published(ledger: Ledger, identity: str, fact: str) -> None:
    assert fact in published(ledger, identity)


def test_nothing_is_a_sentence_of_the_notice(ledger: Ledger) -> None:
    """Facts are taken over, sentences are not; this checks that no entry occurs twice."""
    texts = [
        entry.text for measure in ledger.measures.values() for entry in measure.progress if entry.publish
    ]
    assert len(texts) == len(set(texts))


def test_what_is_withheld_is_marked_as_assumed(ledger: Ledger) -> None:
    for number in (11, 12, 13, 14):
        assert not ledger.problems[number].publish
        for path in (DATA / f"problems/{number}").iterdir():
            assert "# 占位：" in path.read_text(encoding="utf-8"), path.name
    for key, measure in ledger.measures.items():
        if key.problem > 10:
            assert not measure.publish
            assert not [entry for entry in measure.progress if entry.publish]


def test_no_person_is_named(ledger: Ledger) -> None:
    """Leaders are named by their posts."""
    assert all(name.endswith("主任") for name in ledger.settings.leaders)


def test_closing_the_open_one_completes_problem_2_and_all(copy: LedgerOnDisk) -> None:
    said = copy.ok("close", "2.3")
    assert "问题 2 已整改完成：贯彻落实上级决策部署不坚决" in said
    assert "已完成问题 14/14，已销号措施 34/34" in said
    shown = copy.json("status")
    assert (shown["problems"]["closed"], shown["measures"]["closed"]) == (14, 34)
    assert "14个问题、34条措施全部完成整改（含长期任务取得阶段性成效）。" in copy.ok("notice")


def test_each_file_keeps_its_bytes_but_for_what_a_command_sets(copy: LedgerOnDisk) -> None:
    before = copy.read("2.3")
    copy.ok("close", "2.3")
    after = copy.read("2.3")
    assert after.startswith(before.replace("status: in_progress", "status: closed"))
    assert after.count("\n") == before.count("\n") + 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_what_the_program_makes(kind: str) -> None:
    assert (DATA / f"schema/{kind}.json").read_bytes() == schema_file(kind)


def test_there_is_no_other_schema() -> None:
    assert {path.stem for path in (DATA / "schema").iterdir()} == set(KINDS)


def kind_of(path: Path) -> str:
    """Return which of the three kinds of files it is."""
    return path.stem if path.stem in {"ledger", "problem"} else "measure"


YAML_FILES = sorted(DATA.rglob("*.yaml"))


def test_every_file_fits_its_schema() -> None:
    schemas = {
        kind: Draft202012Validator(json.loads((DATA / f"schema/{kind}.json").read_text(encoding="utf-8")))
        for kind in KINDS
    }
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema.schema)
    reader = YAML(typ="safe", pure=True)
    # JSON has no dates: an editor's checker reads them as texts.
    reader.constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = lambda _loader, node: node.value
    for path in YAML_FILES:
        record = reader.load(path.read_text(encoding="utf-8"))
        errors = [error.message for error in schemas[kind_of(path)].iter_errors(record)]
        assert not errors, path.name


def test_the_schemas_refuse_what_the_program_refuses() -> None:
    schema = Draft202012Validator(json.loads((DATA / "schema/measure.json").read_text(encoding="utf-8")))
    right = {"title": "甲", "leader": "乙", "office": "丙", "due": "2024-12-31", "status": "closed"}
    assert schema.is_valid(right)
    for wrong in (
        {"status": "done"},
        {"gaol": "x"},
        {"due": "明天"},
        {"title": ""},
        {"title": "甲\n乙"},
        {"title": 2024},
        {"publish": "yes"},
        {"progress": "做了"},
        {"progress": [{"date": "2024-03-01"}]},
        {"fields": {"risk": True}},
        {"fields": {"风险（级）": "高"}},
        {"outcomes": {"rules": -1}},
        {"term": "ever"},
        {"co_offices": "丙"},
    ):
        assert not schema.is_valid(right | wrong), wrong
    for key in ("leader", "office", "due"):
        assert schema.is_valid({name: value for name, value in right.items() if name != key}), key
        assert schema.is_valid(right | {key: None}), key
    for key in ("title", "status"):
        assert not schema.is_valid({name: value for name, value in right.items() if name != key}), key


def test_check_jsonschema_agrees(tmp_path: Path) -> None:
    """Run the checker of a CI on one file of each kind, and on an invalid one."""
    from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]

    def checked(kind: str, path: Path) -> object:
        with pytest.raises(SystemExit) as end:
            check_jsonschema(["--schemafile", str(DATA / f"schema/{kind}.json"), str(path)])
        return end.value.code

    for kind, path in (("ledger", "ledger.yaml"), ("problem", "problems/02/problem.yaml"), ("measure", "problems/02/2.3.yaml")):  # fmt: skip
        assert checked(kind, DATA / path) == 0, path
    wrong = tmp_path / "2.3.yaml"
    wrong.write_text("title: 甲\nstatus: done\n", encoding="utf-8")
    assert checked("measure", wrong) == 1


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_an_editor_finds_the_schema_of_each_file(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n")[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match
    assert (path.parent / match[1]).resolve() == (DATA / f"schema/{kind_of(path)}.json").resolve()


def test_all_files_are_utf8_with_unix_line_ends() -> None:
    paths = [path for path in DATA.rglob("*") if path.is_file()]
    assert len(paths) == len(YAML_FILES) + len(KINDS) + 1
    for path in paths:
        content = path.read_bytes()
        text = content.decode("utf-8")
        assert not text.startswith("\ufeff"), path
        assert "\r" not in text, path
        assert "\t" not in text, path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert not re.search(r"[ \u3000]+$", text, re.MULTILINE), path


def test_the_readme_lists_the_assumed_days_as_they_are(ledger: Ledger) -> None:
    """Every day in the table must be that of an entry."""
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| ([0-9]+\.[0-9]+) \| (.+) \|$", readme)
    assert len(rows) == 20
    for identity, days in rows:
        measure = next(measure for key, measure in ledger.measures.items() if str(key) == identity)
        there = {entry.date.isoformat() for entry in measure.progress if entry.date}
        assert set(days.split("、")) <= there, identity


@pytest.mark.skipif(
    not (REPOSITORY / ".git").exists() or (REPOSITORY / ".git/shallow").exists(), reason="asks all of history"
)
def test_the_readme_lists_the_commits_that_the_audit_names() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "xuncha", "audit", "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    errors = {found["commit"][:10] for found in json.loads(ran.stdout) if found["severity"] == "error"}
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| ([0-9a-f]{10}) \|", readme)) == errors
