"""Withheld and internal data is in no form of the notice, and public data in every one."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import LedgerOnDisk, measure
from tests.notice.forms import FORMS, Page, notice, printed, read
from tests.notice.test_own_word_file import MARKS, word
from tests.paper.files import all_of_pdf, all_of_word, needs_poppler, text_of_pdf
from xuncha.notice.content import content
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DrawFn

INTERNAL = "密"
PUBLIC = "显"


@dataclass
class Case:
    """A ledger whose every text is a marker of its own: `密0007密` must never be published, `显0008显` always."""

    files: dict[str, Any] = field(default_factory=dict)
    public: list[str] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)

    def hide(self) -> str:
        """Return a new text that must stay internal."""
        self.internal.append(f"{INTERNAL}{len(self.internal):04d}{INTERNAL}")
        return self.internal[-1]

    def show(self) -> str:
        """Return a new text that must be published."""
        self.public.append(f"{PUBLIC}{len(self.public):04d}{PUBLIC}")
        return self.public[-1]

    def text(self, *, public: bool) -> str:
        """Return a new text that must or must not be published."""
        return self.show() if public else self.hide()


@st.composite
def cases(draw: DrawFn) -> Case:
    """Ledgers of every make: with and without each optional key, published and withheld at every level."""
    case = Case()
    flag = st.booleans()
    leaders, offices = [case.hide(), case.hide()], [case.hide(), case.hide()]
    categories = draw(st.integers(1, 3))
    problems: list[dict[str, Any]] = [
        {
            "category": draw(st.integers(0, categories - 1)),
            "publish": draw(flag),
            "measures": draw(st.lists(flag, max_size=3)),
        }
        for _number in range(draw(st.integers(1, 4)))
    ]
    if not any(each["measures"] for each in problems):
        problems[0]["measures"] = [True]
    shown = {
        place: any(
            each["publish"] and any(each["measures"]) for each in problems if each["category"] == place
        )
        for place in range(categories)
    }
    own_words = draw(flag)
    case.files["data/ledger.yaml"] = {
        "organisation": case.show(),
        "inspection": {
            "inspector": case.show(),
            "feedback": "2023-11-10",
            **({"round": case.show()} if draw(flag) else {}),
            **({"started": "2023-06-05", "ended": "2023-09-08"} if draw(flag) else {}),
        },
        "categories": [
            {"key": f"c{place}", "title": case.text(public=shown[place])} for place in range(categories)
        ],
        "leaders": leaders,
        "offices": offices,
        **({"leading_group": {"head": leaders[0], "office": case.hide()}} if draw(flag) else {}),
        **(
            {"contact": {key: case.show() for key in ("office", "phone", "address", "email")}}
            if draw(flag)
            else {}
        ),
        "notice": {
            "title": case.show(),
            "issuer": case.show(),
            "date": "2024-06-15",
            **({"work": [case.show(), case.show()], "next_steps": [case.show()]} if own_words else {}),
        },
        "outcomes": [
            {"key": "brought", "label": case.show(), "unit": case.show()},
            {"key": "never", "label": case.hide(), "unit": case.hide()},
        ],
        "fields": [{"key": "own", "label": case.hide(), "of": of} for of in ("problem", "measure")],
    }
    first = True
    for number, each in enumerate(problems, 1):
        public_problem = each["publish"] and any(each["measures"])
        case.files[f"data/problems/{number:02d}/problem.yaml"] = {
            "title": case.text(public=public_problem),
            "category": f"c{each['category']}",
            "publish": each["publish"],
            **({"finding": case.hide(), "fields": {"own": case.hide()}} if draw(flag) else {}),
        }
        for position, published in enumerate(each["measures"], 1):
            case.files[f"data/problems/{number:02d}/{number}.{position}.yaml"] = _measure(
                draw,
                case,
                leaders,
                offices,
                public=each["publish"] and published,
                publish=published,
                first=first,
            )
            first = False
    return case


def _measure(
    draw: DrawFn,
    case: Case,
    leaders: list[str],
    offices: list[str],
    *,
    public: bool,
    publish: bool,
    first: bool,
) -> dict[str, Any]:
    flag = st.booleans()
    status = draw(st.sampled_from(["not_started", "in_progress", "submitted", "closed"]))
    own_words = draw(flag)
    entries = []
    for _entry in range(draw(st.integers(0, 3))):
        entry_public = draw(flag)
        entries.append(
            {
                "date": "2024-03-01",
                "text": case.text(public=public and entry_public and not own_words),
                "evidence": [case.hide()],
                "publish": entry_public,
            }
        )
    record: dict[str, Any] = {
        "title": case.text(public=public),
        "term": "long_term",
        "leader": draw(st.sampled_from(leaders)),
        "office": draw(st.sampled_from(offices)),
        "co_offices": draw(st.sampled_from([[], offices])),
        "status": status,
        "publish": publish,
        "progress": entries,
    }
    if draw(flag):
        record["goal"] = case.hide()
        record["person"] = case.hide()
        record["fields"] = {"own": case.hide()}
    if draw(flag):
        record["part"] = case.text(public=public)
    if own_words:
        record["notice_text"] = case.text(public=public)
    if draw(flag):
        record["escalated"] = {"to": draw(st.sampled_from(leaders)), "date": "2024-04-01"}
    if status == "closed":
        record["closed"] = {"date": "2024-05-01", "by": case.hide(), "note": case.hide()}
        record["reviews"] = [{"date": "2024-06-01", "result": "holds", "text": case.hide()}]
    if first:
        record["outcomes"] = {"brought": 1}
    return record


def write(root: Path, case: Case) -> None:
    """Put a case on disk; JSON is YAML."""
    for old in root.glob("data/problems/*/*.yaml"):
        old.unlink()
        if not any(old.parent.iterdir()):
            old.parent.rmdir()
    for path, record in case.files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases())
def test_no_internal_text_is_in_any_form_and_every_public_text_is_in_each(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    told = {form: notice(tmp_path, form) for form in FORMS}
    for form, text in told.items():
        assert INTERNAL not in text, f"{form} leaks {re.findall(f'{INTERNAL}....', text)}"
        shown = "".join(read(form, text))
        lacking = [marker for marker in case.public if marker not in shown]
        assert not lacking, f"{form} lacks {lacking}"
    assert read("txt", told["txt"]) == read("md", told["md"]) == read("html", told["html"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases(), own=st.booleans())
def test_no_internal_text_is_in_any_part_of_a_word_file(tmp_path: Path, case: Case, own: bool) -> None:
    """Laid out, or filled into a file of the office's own: neither in the text nor in what the file tells of itself."""
    write(tmp_path, case)
    template = tmp_path / "templates/notice.docx"
    template.unlink(missing_ok=True)
    if own:
        template.parent.mkdir(exist_ok=True)
        template.write_bytes(word(*MARKS))
    everything = all_of_word(printed(tmp_path, "docx"))
    assert INTERNAL not in everything, re.findall(f"{INTERNAL}....", everything)
    if not own:
        assert not [marker for marker in case.public if marker not in everything]


@needs_poppler
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=5)
@given(case=cases())
def test_no_internal_text_is_in_any_part_of_a_pdf(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    file = printed(tmp_path, "pdf")
    # A font may hold any two bytes; a marker has its number.
    assert not re.findall(f"{INTERNAL}[0-9]+", all_of_pdf(file, tmp_path))
    shown = text_of_pdf(file, tmp_path)
    assert not [marker for marker in case.public if marker not in shown]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases())
def test_a_template_is_given_nothing_that_it_could_leak(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case)
    given_ = content(load(WorkingTree(tmp_path)), date(2024, 6, 15))
    assert INTERNAL not in repr(given_)
    assert_plain(given_)


def assert_plain(value: object) -> None:
    """Assert that a value is data alone: a record with methods of a library is more than a template may have in hand."""
    if dataclasses.is_dataclass(value):
        for name in (each.name for each in dataclasses.fields(value)):
            assert_plain(getattr(value, name))
    elif isinstance(value, tuple):  # named ones, too
        for item in value:
            assert_plain(item)
    else:
        assert value is None or type(value) in {str, int, float, bool, date}, (
            f"a template is given {type(value)}"
        )


def test_reasons_notes_and_evidence_given_to_commands_are_in_no_form(ledger: LedgerOnDisk) -> None:
    secret = f"{INTERNAL}0000{INTERNAL}"
    ledger.write("file.txt", secret)
    (ledger.root / "file.txt").rename(ledger.root / f"{secret}.txt")
    ledger.write(ledger.path("2.3"), measure("2.3", "closed", term="long_term"))
    ledger.commit()
    for command in (
        ("progress", "1.1", f"{secret}。", "--no-publish", "--evidence", secret),
        ("progress", "1.2", f"{PUBLIC}0001{PUBLIC}。", "--evidence", secret),
        ("attach", "1.2", f"{secret}.txt", "--text", secret),
        ("return", "2.1", "--reason", secret),
        ("close", "2.1", "--note", secret),
        ("reopen", "2.2", "--reason", secret),
        ("extend", "2.2", "--due", "2025-06-30", "--reason", secret),
        ("review", "2.3", "--result", "holds", "--text", secret),
    ):
        ledger.ok(*command)
    for form in FORMS:
        text = notice(ledger.root, form)
        assert INTERNAL not in text, form
        assert f"{PUBLIC}0001{PUBLIC}" in text, form
        for name in ("分管副局长", "规划科", "财务科", "局长"):
            assert name not in text, f"{form} names {name}"
    assert INTERNAL not in all_of_word(printed(ledger.root, "docx"))


def test_withheld_items_leave_no_trace_in_the_page_itself(bare_ledger: LedgerOnDisk) -> None:
    page = Page.of(notice(bare_ledger.root, "html"))
    assert page.comments == []
    allowed = {"lang", "charset", "name", "content", "datetime", "class"}
    assert {name for element in page.elements for name in element.attributes} <= allowed


def test_all_counts_include_what_is_withheld(bare_ledger: LedgerOnDisk) -> None:
    """Withholding the largest problem changes which are shown, and no count of the whole."""
    before = read("txt", notice(bare_ledger.root))
    counts = next(text for text in before if text.startswith("截至目前")).partition("。")[0]
    path = bare_ledger.root / "data/problems/02/problem.yaml"
    path.write_bytes(path.read_bytes().replace(b"publish: true", b"publish: false"))
    after = read("txt", notice(bare_ledger.root))
    assert next(text for text in after if text.startswith("截至目前")).startswith(f"{counts}。")
    assert not any("推进不够有力" in text for text in after)
