"""Drive a headless Chromium over a pipe with the DevTools protocol."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 60.0


def program() -> str | None:
    """Return the path of the browser; None if there is no browser."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """One page of a browser of its own. What it says and asks for is kept in `events`."""

    def __init__(self) -> None:
        command = program()
        assert command, "there is no browser"
        self.folder = tempfile.mkdtemp(prefix="browser-")
        for_it, ours = os.pipe(), os.pipe()
        # The protocol is spoken on the descriptors 3 and 4: a small program puts the pipes there, and becomes the browser.
        asks, answers = (fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (for_it[0], ours[1]))
        script = (
            f"import os, sys; os.dup2({asks}, 3); os.dup2({answers}, 4); os.execv(sys.argv[1], sys.argv[1:])"
        )
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                script,
                command,
                *_OPTIONS,
                f"--user-data-dir={self.folder}",
                "about:blank",
            ],
            pass_fds=(asks, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (for_it[0], ours[1], asks, answers):
            os.close(each)
        self.write, self.read = for_it[1], ours[0]
        self.events: list[dict[str, Any]] = []
        self.rest = b""
        self.number = 0
        self.session: str | None = None
        pages = [each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page"]
        target = (
            pages[0]["targetId"] if pages else self.call("Target.createTarget", url="about:blank")["targetId"]
        )
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self.session = None
        with suppress(OSError, AssertionError):
            self.call("Browser.close")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write)
        os.close(self.read)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self.events.append(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            received = os.read(self.read, 1 << 20)
            assert received, "the browser has ended"
            self.rest += received
        message, _end, self.rest = self.rest.partition(b"\0")
        return dict(json.loads(message))

    def open(self, page: Path, width: int, height: int = 800, *, dark: bool = False) -> None:
        """Show a file in a window of a size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.events.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        end = time.monotonic() + _PATIENCE
        while self.value("document.readyState") != "complete" or not self.heard("Page.loadEventFired"):
            assert time.monotonic() < end, "the page does not load"
            time.sleep(0.02)

    def heard(self, *methods: str) -> list[dict[str, Any]]:
        """Return the browser's events of these methods since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the page; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, target: Path, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(answer["data"]))

    def print(self, target: Path) -> None:
        """Print the page on the paper that it asks for."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        target.write_bytes(base64.b64decode(answer["data"]))
