"""Each difference of `xuncha.system` on Windows, with the system calls replaced."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xuncha import system
from xuncha.cli import screen
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.pages.kind import read_bytes
from xuncha.store import files
from xuncha.sync import registration
from xuncha.trail.runner import _git

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(system.retry_locked, "__defaults__", (0.3,))


class Held:
    """A file that another program, such as Word, has open for so many tries."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, tries: float, *functions: str, ending: str = ".xlsx"
    ) -> None:
        self.left = tries
        self.ending = ending
        for name in functions:
            monkeypatch.setattr(os, name, self._instead(getattr(os, name)))

    def _instead(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*places: Any, **named: Any) -> Any:
            if os.fspath(places[-1]).endswith(self.ending) and self.left > 0:
                self.left -= 1
                raise PermissionError(
                    errno.EACCES, os.strerror(errno.EACCES), *(str(places[0]), None, str(places[-1]))
                )
            return original(*places, **named)

        return instead


@pytest.mark.usefixtures("windows")
def test_a_file_that_is_open_for_a_moment_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "台账.xlsx"
    place.write_bytes(b"old")
    Held(monkeypatch, 3, "replace")
    files.replace(place, b"new")
    assert place.read_bytes() == b"new"
    Held(monkeypatch, 3, "unlink")
    files.remove(place)
    assert not place.exists()


@pytest.mark.usefixtures("windows")
def test_a_record_that_is_just_being_replaced_is_read(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, tries = os.open, iter("xx")

    def busy(path: Any, *rest: Any, **named: Any) -> int:
        if os.fspath(path).endswith("1.2.yaml") and next(tries, None):
            raise PermissionError(errno.EACCES, "", str(path))
        return opened(path, *rest, **named)

    monkeypatch.setattr(os, "open", busy)
    assert files.WorkingTree(ledger.root).read(ledger.path("1.2")).startswith("# 措施".encode())
    assert next(tries, None) is None


def test_elsewhere_nobody_waits_for_what_is_not_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, 2, "replace")
    with pytest.raises(PermissionError):
        files.replace(tmp_path / "台账.xlsx", b"new")
    assert held.left == 1


@pytest.mark.usefixtures("windows")
def test_a_document_that_word_has_open_is_told_with_what_to_do(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xuncha.cli.deliver import deliver

    output = ledger.root.parent / "台账通报.docx"
    output.write_bytes(b"old")
    Held(monkeypatch, float("inf"), "replace", ending=".docx")
    with pytest.raises(
        SurroundingsError, match=r"台账通报.docx cannot be written: another program such as Word"
    ) as caught:
        deliver(b"new", output)
    assert "close it" in caught.value.message
    assert output.read_bytes() == b"old"
    assert [each.name for each in output.parent.glob(f"{files.TEMPORARY}*")] == []


@pytest.mark.usefixtures("windows")
def test_a_workbook_that_excel_has_open_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "台账.xlsx"
    place.write_bytes(b"PK")

    def refuse(self: Path, *_rest: Any) -> Any:
        raise PermissionError(errno.EACCES, "", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(
        RefusedError, match=r"台账.xlsx cannot be read: another program such as Word or Excel has it open"
    ):
        read_bytes(place)


@pytest.mark.usefixtures("windows")
def test_a_record_that_is_open_is_named_and_stays_as_it_was(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    from tests.workflow import actions
    from tests.workflow.surroundings import act

    monkeypatch.setattr(system, "find_program", lambda *_asked: shutil.which("git"))
    before = ledger.read("1.2")
    Held(monkeypatch, float("inf"), "replace", ending=".yaml")
    with pytest.raises(
        SurroundingsError, match=r"1\.2\.yaml: another program such as Word or Excel has it open"
    ):
        act(ledger, actions.progress("开展。", date(2024, 6, 15)), "1.2")
    assert ledger.read("1.2") == before


@pytest.mark.usefixtures("windows")
def test_evidence_that_is_named_in_other_letters_is_missing_as_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    is_file, opened = Path.is_file, Path.open
    monkeypatch.setattr(Path, "is_file", lambda path: is_file(path.with_name(path.name.lower())))
    monkeypatch.setattr(Path, "open", lambda path, mode: opened(path.with_name(path.name.lower()), mode))
    tree = files.WorkingTree(tmp_path)
    assert tree.fingerprint("a.pdf")
    assert tree.fingerprint("A.PDF") is None


def test_a_file_may_be_named_with_backslashes(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    from xuncha.workflow.edit import editable

    with pytest.raises(RefusedError):
        editable(ledger.root, r"data\ledger.yaml")
    monkeypatch.setattr(system, "WINDOWS", True)
    assert editable(ledger.root, r"data\ledger.yaml") == "data/ledger.yaml"


def test_a_path_that_is_too_long_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"C:\\台账\\{'长' * 260}.pdf")
    assert cause_of(missing) == "No such file or directory"
    monkeypatch.setattr(system, "WINDOWS", True)
    assert cause_of(missing) == "File name too long"


def test_no_program_comes_out_of_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, tools = tmp_path / "台账", tmp_path / "Git cmd"
    for folder in (ledger, tools):
        folder.mkdir()
        for name in ("git.exe", "git.bat", "notepad.exe", "code.cmd"):
            (folder / name).write_text("")
            (folder / name).chmod(0o755)
    monkeypatch.chdir(ledger)
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", f'"{tools}"' if os.sep == "\\" else str(tools)]))
    assert system.find_program("git.exe") == str(tools / "git.exe")
    assert _git.__wrapped__(os.environ["PATH"]) == str(tools / "git.exe")
    assert system.find_program("code") is None
    monkeypatch.setenv("PATHEXT", ".exe;.cmd")
    assert system.find_program("code") == str(tools / "code.cmd")
    assert system.split_command('notepad.exe -x "a b"') == [str(tools / "notepad.exe"), "-x", "a b"]
    assert system.split_command(f'"{tools}/notepad.exe" -x')[0] == f"{tools}/notepad.exe"
    with pytest.raises(FileNotFoundError):
        system.split_command("vi")
    (tools / "git.exe").unlink()
    with pytest.raises(FileNotFoundError):
        _git.__wrapped__(os.environ["PATH"])


def test_backslashes_of_an_editor_are_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(os.path, "isabs", lambda _path: True)
    assert system.split_command(r'"C:\Program Files\Notepad++\notepad++.exe" -multiInst') == [
        r"C:\Program Files\Notepad++\notepad++.exe",
        "-multiInst",
    ]


def test_git_calls_the_driver_by_a_path_that_its_shell_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import PureWindowsPath

    monkeypatch.setattr(registration, "find_program", lambda _name: r"C:\Users\李 敏\Scripts\xuncha.EXE")
    monkeypatch.setattr(registration, "Path", PureWindowsPath)
    assert registration.command().startswith("command -v 'C:/Users/李 敏/Scripts/xuncha.EXE' >/dev/null")


def test_a_junction_is_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/ledger.yaml").write_text("")
    found = os.lstat

    def lstat(path: Any, **named: Any) -> Any:
        status = found(path, **named)
        return types.SimpleNamespace(
            st_mode=status.st_mode, st_reparse_tag=0xA0000003 if os.fspath(path).endswith("data") else 0
        )

    monkeypatch.setattr(os, "lstat", lstat)
    monkeypatch.setattr(system, "WINDOWS", True)
    assert files.WorkingTree(tmp_path).behind_link("data/ledger.yaml")
    assert [entry.kind for entry in files.WorkingTree(tmp_path).entries("")] == ["link"]


@pytest.mark.usefixtures("windows")
def test_what_may_only_be_read_goes_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As git's objects are."""
    place = tmp_path / "a/objects/x"
    place.parent.mkdir(parents=True)
    place.write_text("")
    place.chmod(0o444)
    unlink = os.unlink

    def careful(path: Any, **named: Any) -> None:
        if not os.stat(path, dir_fd=named.get("dir_fd")).st_mode & 0o200:
            raise PermissionError(errno.EACCES, "", str(path))
        unlink(path, **named)

    monkeypatch.setattr(os, "unlink", careful)
    system.remove_tree(tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.usefixtures("windows")
def test_a_temporary_folder_that_is_held_hinders_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    with system.temporary_folder() as folder:
        remove = shutil.rmtree

        def refuse(_path: Path) -> None:
            raise PermissionError(errno.EACCES, "")

        monkeypatch.setattr(shutil, "rmtree", refuse)
    assert folder.is_dir()
    remove(folder)


class Started:
    """A process, and what is done to it."""

    pid = 42

    def __init__(self) -> None:
        self.done: list[object] = []

    def poll(self) -> None:
        return None

    def send_signal(self, number: int) -> None:
        self.done.append(number)

    def kill(self) -> None:
        self.done.append("kill")


@pytest.mark.usefixtures("windows")
def test_a_command_is_ended_with_all_that_it_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "CTRL_BREAK_EVENT", 1, raising=False)
    assert system.process_group() == {"creationflags": 0x200}
    gently: Any = Started()
    system.end_group(gently)
    assert gently.done == [1]
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda words, **_named: ran.append(words))
    at_once: Any = Started()
    system.end_group(at_once, force=True)
    assert at_once.done == ["kill"]
    assert ran[0][0].startswith(r"C:\Windows")
    assert ran[0][1:] == ["/T", "/F", "/PID", "42"]


@pytest.mark.parametrize(
    ("code", "died"),
    [(0, False), (1, False), (128, False), (-9, True), (0xC000013A, True), (0xC0000005, True)],
)
def test_an_exit_code_tells_whether_a_program_died(code: int, died: bool) -> None:
    assert system.has_crashed(code) is died


def test_nobody_else_may_take_the_port_and_a_closed_window_ends_the_desk(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    from xuncha.desk.serve import Server

    asked: list[int] = []
    heeded: list[int] = []
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    monkeypatch.setattr(
        socket.socket, "setsockopt", lambda _self, _level, option, _value: asked.append(option)
    )
    monkeypatch.setattr(signal, "SIGBREAK", 21, raising=False)
    monkeypatch.delattr(signal, "SIGHUP")
    monkeypatch.setattr(signal, "signal", lambda number, _handler: heeded.append(number))
    server = Server(ledger.root, lambda: date(2024, 6, 15), 0)
    server._socket.close()
    server._desk.close()
    assert asked == [-5]
    assert heeded == [signal.SIGINT, signal.SIGTERM, 21]


@pytest.mark.usefixtures("windows")
def test_a_reader_who_has_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows tells of it as an invalid argument: `xuncha list | more`, and q."""

    class Gone:
        def write(self, _text: str) -> None:
            raise OSError(errno.EINVAL, "")

        def flush(self) -> None: ...

        def fileno(self) -> int:
            return os.open(os.devnull, os.O_WRONLY)

    monkeypatch.setattr(sys, "stdout", Gone())
    screen.write("x")
    lost = screen.finish()
    assert isinstance(lost, BrokenPipeError)


@pytest.mark.usefixtures("windows")
def test_a_job_of_windows_limits_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the layout of JOBOBJECT_EXTENDED_LIMIT_INFORMATION, which `struct` knows as well."""
    import ctypes

    told: list[tuple[int, bytes]] = []

    def put(_job: Any, which: int, place: Any, size: int) -> int:
        told.append((which, bytes(place._obj)[:size]))
        return 1

    class Function:
        restype: Any = None

        def __call__(self, *_arguments: Any) -> int:
            return 7

    assigned: list[tuple[int, int]] = []
    kernel = types.SimpleNamespace(
        CreateJobObjectW=Function(),
        GetCurrentProcess=Function(),
        SetInformationJobObject=put,
        AssignProcessToJobObject=lambda job, process: assigned.append((job.value, process.value)),
    )
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    system.limit_process({"RLIMIT_AS": 1 << 30, "RLIMIT_CPU": 20, "RLIMIT_NPROC": 0, "RLIMIT_FSIZE": 0})
    [(which, content)] = told
    assert which == 9
    (
        process_time,
        _job_time,
        flags,
        _least,
        _most,
        processes,
        _affinity,
        _priority,
        _scheduling,
        *_io,
        memory,
        _a,
        _b,
        _c,
    ) = struct.unpack("@qqIxxxxNNIxxxxNII6QNNNN", content)
    assert (process_time, flags, processes, memory) == (200_000_000, 0x50A, 1, 1 << 30)
    assert assigned == [(7, 7)]
    system.limit_process({"RLIMIT_AS": 1 << 29})
    assert struct.unpack_from("@I", told[1][1], 16)[0] == 0x500


def test_a_console_is_asked_to_understand_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    assert system.enable_colours()
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(get_osfhandle=lambda number: number + 6))
    modes: list[int] = []

    def know(_handle: Any, place: Any) -> int:
        place._obj.value = 3
        return 1

    def put(_handle: Any, mode: Any) -> int:
        modes.append(mode.value)
        return 1

    kernel = types.SimpleNamespace(GetConsoleMode=know, SetConsoleMode=put)
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    assert system.enable_colours()
    assert modes == [7]
    kernel.SetConsoleMode = lambda _handle, _mode: 0
    assert not system.enable_colours()
