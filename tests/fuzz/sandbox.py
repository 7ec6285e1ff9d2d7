"""A sandbox for generated input: a folder with a ledger and other files, a time limit, and a check for changed files."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.conftest import LEDGER, measure, problem
from tests.steps import HangError, hang_guard
from xuncha.errors import InvalidLedgerError, XunchaError
from xuncha.store.faults import UnreadableError

if TYPE_CHECKING:
    from tests.fuzz.targets import Target


class Failure(NamedTuple):
    """What must not be."""

    where: str
    """The last place of ours that it went through, for telling one from another."""
    told: str


class Sandbox:
    """A ledger in a folder with other files beside it, none of which an input may touch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "台账"
        self.input = folder / "input"
        self.scratch = folder / "scratch"
        self.input.mkdir(parents=True)
        self.scratch.mkdir()
        files = {"data/ledger.yaml": LEDGER, "data/problems/01/problem.yaml": problem("题", "a")}
        files |= {f"data/problems/01/1.{number}.yaml": measure(f"1.{number}") for number in (1, 2)}
        files |= {"../beside.txt": "不可改动", "data/evidence/1.1/甲.pdf": "%PDF"}
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(content, encoding="utf-8")
        self.before = self._look()

    def _look(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for folder, _folders, names in os.walk(self.folder):
            if not folder.startswith((str(self.input), str(self.scratch))):
                for name in names:
                    status = os.lstat(f"{folder}/{name}")
                    found[f"{folder}/{name}"] = (status.st_size, status.st_mtime_ns, status.st_ino)
        return found

    def attempt(self, target: Target, data: bytes) -> Failure | None:
        """Give one input to one target; what must not have happened, if it has."""
        here = Path.cwd()
        os.chdir(self.root)
        try:
            with hang_guard():
                target.run(data, self)
        except InvalidLedgerError as error:
            if target.makes_ledgers:
                return Failure("a ledger that breaks rules", "\n".join(map(str, error.findings[:5])))
        except (XunchaError, UnreadableError):
            pass
        except HangError as error:
            return _failure(error, "hang")
        except Exception as error:  # noqa: BLE001  that is what is looked for
            return _failure(error, type(error).__name__)
        finally:
            os.chdir(here)
            for left in self.input.iterdir():
                left.unlink()
        touched = set(self._look().items()) ^ set(self.before.items())
        return Failure("touched", repr(sorted(touched))) if touched else None


def _failure(error: BaseException, kind: str) -> Failure:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/xuncha/" in frame.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "outside"
    return Failure(f"{kind} at {place}", "".join(traceback.format_exception(error)))
