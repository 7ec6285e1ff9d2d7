"""Hostile text on every page stays text: no tags, no hidden or reversed text, no inline script."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.conftest import LEDGER, STATES, measure
from tests.desk.served import hidden, tags, visit
from tests.workflow.surroundings import findings
from xuncha.chinese.characters import UNSAFE_CHARACTER

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk
    from tests.desk.served import Visit

MARK = "xss"
HOSTILE = f"""</textarea></title></script></style><{MARK} on{MARK}=1>"' {MARK}='`{{{{7*7}}}}{{% {MARK} %}}&lt;{MARK}&gt;]]><!--"""
TURNED = "a\u202eb\u2066c\u200bd\u2028e\ufefff\u061cg\U000e0041h\x1b[31mi\x07j\x9bk"
NAMES = (f"<{MARK} on{MARK}=1>\"'", "a\u202eb")
PAGES = (
    "/", "/?office=x", "/measures", "/measures?words=x", "/measures?words={h}", "/measures?page={h}", "/measures?field={h}", "/measures?office={h}", "/measures?status={h}",
    "/measures?done={h}", "/measures?order={h}", "/measures?x={h}&page=1", "/measures/1.1", "/measures/1.2", "/measures/2.2", "/measures/1.2?do={h}&done={h}", "/measures/{h}",
    "/act?action=close&id=1.2", "/act?action=set&id=1.2", "/act?action=attach&id=1.2", "/act?action={h}&id={h}", "/act?action=close&id={h}", "/{h}", "/evidence/1.2/{h}", "/problems", "/problems/1",
    "/comments", "/settings", "/log", "/together", "/notice", "/reports", "/import", "/edit/1.2", "/edit/1", "/edit/data/ledger.yaml",
)  # fmt: skip
"""Those of rooms that are not there yet answer 404, and must be as harmless."""


def poison(ledger: LedgerOnDisk, text: str) -> None:
    """Put a text wherever a ledger takes one."""
    quoted = json.dumps(text.replace("\x1b", "").replace("\x07", "").replace("\x9b", ""))
    settings = LEDGER.replace("中共某市水务局党组\n", f"{quoted}\n", 1).replace("市委第二巡察组", quoted)
    settings = settings.replace("{key: a, title: 关于学习贯彻方面}", f"{{key: a, title: {quoted}}}")
    settings = (
        settings.replace("分管副局长", quoted)
        .replace("规划科", quoted)
        .replace("根本原因", quoted)
        .replace("风险等级", quoted)
    )
    ledger.write("data/ledger.yaml", settings)
    ledger.write(
        "data/problems/01/problem.yaml",
        f"title: {quoted}\ncategory: a\nfinding: {quoted}\nfields: {{cause: {quoted}}}\n",
    )
    for number, status in STATES.items():
        said = measure(number, status).replace("分管副局长", quoted).replace("规划科", quoted)
        said = re.sub(
            "title: .*",
            lambda _match: f"title: {quoted}\ngoal: {quoted}\nperson: {quoted}\nnotice_text: {quoted}",
            said,
        )
        said = re.sub('text: ".*"', lambda _match: f"text: {quoted}", said).replace("某水〔2024〕7号", quoted)
        ledger.write(ledger.path(number), said.replace("by: 办公室", f"by: {quoted}, note: {quoted}"))
    others = {"GIT_AUTHOR_NAME": text.replace("\x00", ""), "GIT_AUTHOR_EMAIL": "<x>"}
    ledger.environment.update(others)
    ledger.commit(
        f"{text}\n\nXuncha-Action: close\nXuncha-Id: 1.2\nXuncha-From: {text}\nXuncha-To: closed\nXuncha-Reason: {text}"
    )
    for name in others:
        del ledger.environment[name]


def harmless(page: str, where: str) -> None:
    """Nothing of the text is more than text."""
    raw = UNSAFE_CHARACTER.search(page)
    assert raw is None, f"{where}: {raw[0]!r} in …{page[raw.start() - 60 : raw.start() + 20]!r}"
    assert "\u2028" not in page
    for tag, given in tags(page):
        assert tag != MARK, where
        assert not [name for name in given if MARK in name or name.startswith("on") or name == "style"], (
            where,
            tag,
            given,
        )
        assert tag not in {"style", "iframe", "object", "embed", "base"} or (
            given.get("src") or ""
        ).startswith("/"), where
        for name in ("href", "src", "action", "formaction"):
            value = given.get(name)
            assert value is None or re.match(r"/(?![/\\])|[?#]|$", value), (where, value)
        if tag == "script":
            assert (given.get("src") or "").startswith("/static/"), where
    assert not re.search(r"<script[^>]*>\s*[^<\s]", page), where


def look_at_all(visitor: Visit, text: str) -> None:
    from urllib.parse import quote

    for path in (path.replace("{h}", quote(text, safe="")) for path in PAGES):
        answer = visitor.client.get(path)
        assert answer.status_code < 500, (path, answer.text[:300])
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        harmless(answer.text, path)


def test_hostile_text_is_text_on_every_page(ledger: LedgerOnDisk) -> None:
    poison(ledger, HOSTILE)
    assert findings(ledger) == []
    visitor = visit(ledger)
    for name in NAMES:
        assert visitor.act("attach", "1.2", files=[("file", (name, b"1"))], text=HOSTILE).status_code in {
            303,
            409,
        }
    look_at_all(visitor, HOSTILE)
    assert "&lt;xss on" in visitor.get("/measures/1.2")
    refused: tuple[dict[str, Any], ...] = (
        {"text": HOSTILE, "date": HOSTILE},
        {"text": TURNED},
        {"text": "", "date": TURNED},
    )
    for fields in refused:
        answer = visitor.act("progress", "1.2", **fields)
        assert answer.status_code in {303, 409, 422}
        harmless(answer.text, "a form that was refused")
    answer = visitor.act(
        "set", "1.1", title=HOSTILE, leader=HOSTILE, office=HOSTILE, field=[f"risk={HOSTILE}", HOSTILE]
    )
    harmless(answer.text, "set")
    assert hidden(answer.text, "title") == [HOSTILE]


def test_text_that_turns_or_hides_is_marked(ledger: LedgerOnDisk) -> None:
    poison(ledger, "标题")
    ledger.environment["GIT_AUTHOR_NAME"] = TURNED
    ledger.write("other.txt", "x")
    ledger.commit(f"{TURNED}\n\nXuncha-Action: close\nXuncha-Id: 1.2\nXuncha-Reason: {TURNED}")
    look_at_all(visit(ledger), TURNED)
    ledger.write(
        ledger.path("1.2"), f'title: "{TURNED.encode("unicode_escape").decode()}"\nstatus: in_progress\n'
    )
    look_at_all(visit(ledger), "x")


def test_bugs_are_told_without_what_is_not_theirs(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger, raise_server_exceptions=False)
    for path in ("/measures/1.2", "/api/status"):
        app = visitor.client.app._application  # type: ignore[attr-defined]
        app.state.desk.state = lambda: 1 // 0
        answer = visitor.client.get(path)
        assert answer.status_code == 500
        assert "ZeroDivisionError" in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
