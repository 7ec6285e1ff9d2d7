"""`xuncha serve --demo`, and a leader's actions in it on a phone."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.dashboard.browser import program
from tests.dashboard.test_browser import AXE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = ("管理员", "科室", "责任领导", "查看")


@contextmanager
def demo(folder: Path, environment: dict[str, str]) -> Iterator[tuple[str, dict[str, str], Path]]:
    """Run the example; its address, the passwords, and where its ledger is."""
    words = [sys.executable, "-m", "xuncha", "serve", "--demo", "--port", "0", "--no-open"]
    around = environment | {"TMPDIR": str(folder)}
    with subprocess.Popen(words, cwd=folder, env=around, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            told = (process.stdout.readline().strip().split("  ") for _each in ROLES)
            passwords = {name: password for name, password in told}  # noqa: C416  pairs
            [place] = folder.glob("xuncha-demo-*/demo")
            yield address, passwords, place
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    assert not [*folder.glob("xuncha-demo-*")], "nothing of it stays"


@pytest.mark.apart
def test_the_demo_shows_an_account_of_each_role(tmp_path: Path, environment: dict[str, str]) -> None:
    with demo(tmp_path, environment) as (address, passwords, _place):
        assert tuple(passwords) == ROLES
        for name, password in passwords.items():
            with httpx2.Client(base_url=address, trust_env=False, follow_redirects=True) as client:
                shown = client.get("/").text
                assert password in shown, "whoever tries it finds it on the page"
                page = client.post("/sign-in", data={"name": name, "password": password, "back": "/"})
                assert page.status_code == 200
                assert f"<span>{name}" in page.text


@pytest.mark.apart
@pytest.mark.skipif(program() is None, reason="there is no Chromium here")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_leader_decides_on_a_phone_with_two_taps(
    tmp_path: Path, environment: dict[str, str], scripts: bool
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
    with demo(tmp_path, environment) as (address, passwords, place), playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        context = browser.new_context(
            locale="zh-CN",
            viewport={"width": 360, "height": 740},
            has_touch=True,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(address)
        _must_be_for_all(page, scripts=scripts)
        page.locator("#name").fill("责任领导")
        page.locator("#password").fill(passwords["责任领导"])
        page.locator("main button.main").tap()
        page.wait_for_url(address)
        page.locator(".tasks .steps a", has_text=re.compile("^销号$")).first.tap()
        page.wait_for_url("**/act?action=close*")
        page.locator("textarea[name=note]").fill("同意，请财务科抓好执行。")
        page.locator("form.verb button.main").tap()
        page.wait_for_url("**done=*")
        _must_be_for_all(page, scripts=scripts)
        page.goto(f"{address}password")
        _must_be_for_all(page, scripts=scripts)
        browser.close()
        said = subprocess.run(
            ["git", "log", "-1", "--format=%an|%(trailers:key=Xuncha-Reason,valueonly,separator=)"],
            cwd=place,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert said.strip() == "责任领导|同意，请财务科抓好执行。"


def _must_be_for_all(page: Any, *, scripts: bool) -> None:
    """Ask whether a page is wider than the phone, and axe-core, where it is there, for whom it is not."""
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if AXE.is_file() and scripts:
        page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found = page.evaluate("axe.run().then(result => result.violations.map(each => each.id))")
        assert found == []
