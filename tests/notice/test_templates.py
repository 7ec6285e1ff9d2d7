"""A ledger's own templates replace only what they name; wrong or hostile ones are reported."""

from __future__ import annotations

import pickle
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.notice.forms import FORMS, notice, read
from xuncha.errors import InvalidLedgerError
from xuncha.paper import process, worker
from xuncha.paper.own import built_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

DEEP = "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(1) }}"
PICKLE = "cposix\\nsystem\\n(S'touch pwned'\\ntR."


@pytest.mark.parametrize("own", FORMS)
def test_an_own_template_replaces_one_form_alone(bare_ledger: LedgerOnDisk, own: str) -> None:
    usual = {form: notice(bare_ledger.root, form) for form in FORMS}
    bare_ledger.write(f"templates/notice.{own}.j2", "自家模板：{{ notice.title }}\n")
    for form in FORMS:
        wanted = "自家模板：中共某市水务局党组关于巡察整改进展情况的通报\n" if form == own else usual[form]
        assert notice(bare_ledger.root, form) == wanted, form


def test_own_words_change_all_forms(bare_ledger: LedgerOnDisk) -> None:
    words = (built_in() / "notice.words.j2").read_text(encoding="utf-8")
    assert "二、反馈问题整改进展情况" in words
    bare_ledger.write(
        "templates/notice.words.j2", words.replace("二、反馈问题整改进展情况", "二、逐项整改情况")
    )
    for form in FORMS:
        shown = read(form, notice(bare_ledger.root, form))
        assert "二、逐项整改情况" in shown, form
        assert "二、反馈问题整改进展情况" not in shown, form


def test_an_own_template_may_use_the_usual_words(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "templates/notice.txt.j2",
        '{% import "notice.words.j2" as words %}{{ words.counts(notice) }}|{{ 12 | numeral }}|{{ notice.date | day }}',
    )
    shown = notice(bare_ledger.root)
    assert shown.startswith("截至目前，3个问题中")
    assert shown.endswith("|十二|2024年6月15日")


def test_an_own_html_template_escapes_the_ledgers_text(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.html.j2", "<p>{{ '<b>' ~ notice.title }}</p>")
    assert notice(bare_ledger.root, "html").startswith("<p>&lt;b&gt;中共")


def test_text_of_the_ledger_that_looks_like_a_template_is_not_one_in_an_own_template(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write("templates/notice.txt.j2", "{{ '{{ 7*7 }}' }}{{ notice.issuer }}")
    assert notice(bare_ledger.root) == "{{ 7*7 }}中共某市水务局党组"


WRONG = {
    "undefined name": ("{{ nothing }}", 1),
    "undefined name on a later line": ("甲\n乙\n{{ nothing }}\n", 3),
    "undefined attribute": ("{{ notice.nothing }}", 1),
    "undefined attribute of an attribute": ("\n{{ notice.counts.nothing }}", 2),
    "undefined filter": ("{{ 1 | nothing }}", 1),
    "syntax error": ("\n{% if %}", 2),
    "unknown tag": ("{% do 1 %}", 1),
    "block never closed": ("{% for x in [] %}\n", 1),
    "missing include": ("{% include 'nothing.j2' %}", 1),
    "include from outside": ("{% include '../data/ledger.yaml' %}", 1),
    "include by an absolute path": ("{% include '/etc/passwd' %}", 1),
    "division by zero": ("{{ 1 // 0 }}", 1),
    "infinite recursion": (DEEP, 1),
    "a range too large": ("{% for x in range(10**9) %}{% endfor %}", 1),
    "a text too large": ("{{ 'a' * 10**15 }}", 1),
    "wrong argument": ("{{ 1 | day }}", 1),
    "wrong types": ("{{ 'a' + 1 }}", 1),
    "wrong call": ("{{ notice.title() }}", 1),
    "class of a text": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 1),
    "class by a filter": ("{{ (''|attr('__class__')).__mro__ }}", 1),
    "class by an index": ("{{ ''['__class__'] }}", 1),
    "class by a format": ("{{ '{0.__class__}'.format(notice) }}", 1),
    "class by a format map": ("{{ '{a.__class__}'.format_map({'a': notice}) }}", 1),
    "globals of a method": ("{{ notice.__init__.__globals__ }}", 1),
    "globals of a property": ("{{ notice.counts.__class__.all_done.fget.__globals__ }}", 1),
    "globals of a macro": ("{% macro f() %}{% endmacro %}{{ f._func.__globals__ }}", 1),
    "globals of a function": ("{{ lipsum.__globals__ }}", 1),
    "hidden attribute": ("{{ notice._fields }}", 1),
    "frame of a generator": ("{% set g = notice.work | map('upper') %}{{ g.gi_frame.f_globals }}", 1),
    "changing a list": ("{% set x = [] %}{{ x.append(1) }}", 1),
    "running a pickle": (
        f'{{{{ notice.contact.parse_raw("{PICKLE}", content_type="application/pickle", allow_pickle=True) }}}}',
        1,
    ),
    "reading a file": ("{{ notice.contact.parse_file('data/problems/01/problem.yaml') }}", 1),
    "the schema of what is given": ("{{ notice.contact.model_fields }}", 1),
    "a copy of what is given": ("{{ notice.contact.model_copy(update={'phone': 'x'}) }}", 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_template_is_told_with_its_line(
    bare_ledger: LedgerOnDisk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, line = WRONG[name]
    # In this process: what is told does not depend on it.
    monkeypatch.setattr(process, "_answer", lambda job, _limits: worker.answer(pickle.loads(job)))  # noqa: S301
    bare_ledger.write("templates/notice.txt.j2", source)
    with pytest.raises(InvalidLedgerError) as caught:
        notice(bare_ledger.root)
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.place.line, finding.code) == (
        "templates/notice.txt.j2",
        line,
        "template",
    )
    assert "\n" not in finding.message
    assert finding.place.excerpt == source.splitlines()[line - 1]


@pytest.mark.parametrize(
    "name",
    [
        "undefined name on a later line",
        "syntax error",
        "infinite recursion",
        "running a pickle",
        "a text too large",
    ],
)
def test_a_wrong_template_ends_the_command_with_exit_code_1(bare_ledger: LedgerOnDisk, name: str) -> None:
    source, line = WRONG[name]
    bare_ledger.write("templates/notice.txt.j2", source)
    result = bare_ledger.run("notice", "-o", "out.txt")
    assert not (bare_ledger.root / "pwned").exists(), "the template ran a command of the system"
    assert (result.code, result.out) == (1, "")
    assert re.match(rf"templates/notice\.txt\.j2:{line}:\d+: error\[template\]: .", result.err)
    assert not (bare_ledger.root / "out.txt").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ nothing }}", "没有 `nothing` 这个字段"),
        ("{{ notice.titel }}", "没有 `titel` 这个字段"),
        ("{% include 'nothing.j2' %}", "templates/ 中没有 nothing.j2"),
        ("{% include [] %}", "Tried to select from an empty list of templates."),
    ],
)
def test_a_name_that_is_not_known_is_told_in_chinese(
    bare_ledger: LedgerOnDisk, source: str, said: str
) -> None:
    bare_ledger.write("templates/notice.txt.j2", source)
    result = bare_ledger.run("notice")
    assert f"模板有误：{said}\n" in result.err


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("title 甲\n{# 乙 #}\nfoo 丙 {{ notice.date | day }}\n", 3),
        ("title 甲\ntable 1 2\nrow {{ ['甲'] | cells }}\n", 3),
        ("title 甲\ntable 1 2\n  table 1 x\n", 3),
        ("p 甲\n", 1),  # without a title
        ("p 甲\n\np 乙\n", 1),
    ],
)
def test_a_wrong_line_of_an_own_outline_is_told_with_its_place(
    bare_ledger: LedgerOnDisk, source: str, line: int
) -> None:
    bare_ledger.write("templates/notice.outline.j2", source)
    result = bare_ledger.run("notice", "-f", "docx", "-o", "out.docx")
    first, shown = result.err.splitlines()[:2]
    assert first.startswith(f"templates/notice.outline.j2:{line}:1: error[template]: ")
    assert line == 1 or shown.strip() == source.splitlines()[line - 1].strip()


def test_an_error_in_own_words_is_told_in_their_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "templates/notice.words.j2",
        "{% macro opening(notice) %}\n{{ notice.nothing }}\n{% endmacro %}\n",
    )
    for form in FORMS:
        with pytest.raises(InvalidLedgerError) as caught:
            notice(bare_ledger.root, form)
        (finding,) = caught.value.findings
        assert (finding.place.path, finding.place.line) == ("templates/notice.words.j2", 2), form


def test_a_syntax_error_in_own_words_is_told_in_their_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.words.j2", "\n\n{% macro %}\n")
    with pytest.raises(InvalidLedgerError) as caught:
        notice(bare_ledger.root, "html")
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.place.line) == ("templates/notice.words.j2", 3)


def test_a_template_that_is_not_utf8_is_told(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.txt.j2", "通报：{{ notice.title }}".encode("gbk"))
    with pytest.raises(InvalidLedgerError) as caught:
        notice(bare_ledger.root)
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.code) == ("templates/notice.txt.j2", "template")


def test_words_that_are_not_utf8_are_told_in_their_own_file(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("templates/notice.words.j2", "{# 通报 #}".encode("gbk"))
    with pytest.raises(InvalidLedgerError) as caught:
        notice(bare_ledger.root)
    (finding,) = caught.value.findings
    assert finding.place.path == "templates/notice.words.j2"


def test_a_template_that_is_a_link_out_of_the_ledger_is_not_followed(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """A notice is published; what a link points to on the machine that renders it must not be."""
    (tmp_path / "secret").write_text("不可公开的内容", encoding="utf-8")
    (bare_ledger.root / "templates").mkdir()
    (bare_ledger.root / "templates/notice.txt.j2").symlink_to(tmp_path / "secret")
    result = bare_ledger.run("notice")
    assert "不可公开的内容" not in result.out + result.err


def test_a_folder_named_as_a_template_is_no_template(bare_ledger: LedgerOnDisk) -> None:
    usual = notice(bare_ledger.root)
    (bare_ledger.root / "templates/notice.txt.j2").mkdir(parents=True)
    assert notice(bare_ledger.root) == usual


def test_the_built_in_templates_work_as_a_ledgers_own(bare_ledger: LedgerOnDisk) -> None:
    """Whoever copies them to change a word begins with the same notice."""
    usual = {form: notice(bare_ledger.root, form) for form in FORMS}
    shutil.copytree(built_in(), bare_ledger.root / "templates")
    assert {form: notice(bare_ledger.root, form) for form in FORMS} == usual
