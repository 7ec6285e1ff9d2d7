"""Long work shows progress on a terminal, and prints nothing to a pipe."""

from __future__ import annotations

import io
import sys
import threading
import time

import pytest

from xuncha.cli import screen


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_DELAY", 0.05)


def test_who_waits_at_a_terminal_is_shown_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with screen.show_activity("正在生成\x1b[31m通报"):
        time.sleep(0.5)
    assert "正在生成\N{REPLACEMENT CHARACTER}[31m通报" in terminal.getvalue()
    assert not [thread for thread in threading.enumerate() if thread.name == screen.ACTIVITY_THREAD]


def test_how_much_of_a_known_number_is_done_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with screen.show_activity("正在读取台账", 4) as add:
        add(1)
        add(1)
        time.sleep(0.5)
    assert "50%" in terminal.getvalue()


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_DELAY", 60)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with screen.show_activity("正在生成通报"):
        pass
    assert terminal.getvalue() == ""
    assert not [thread for thread in threading.enumerate() if thread.name == screen.ACTIVITY_THREAD]


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    with screen.show_activity("正在生成通报"):
        time.sleep(0.2)
    assert pipe.getvalue() == ""


def test_work_that_fails_ends_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())

    def fail() -> None:
        with screen.show_activity("正在生成通报"):
            time.sleep(0.2)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not [thread for thread in threading.enumerate() if thread.name == screen.ACTIVITY_THREAD]
