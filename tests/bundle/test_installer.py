"""install.sh of a small bundle: it names what is missing, leaves other files alone, and updates completely or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bundle.small import SCRIPTS, Small, module

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="install.sh is for Linux")


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "安装 包" / "xuncha-1.0", "1.0")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Make a folder with a ledger, into which the program will be installed."""
    folder = tmp_path / "某局 台账"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "ledger.yaml").write_text("organisation: 某局\n", encoding="utf-8")
    return folder


def started(small: Small, folder: Path, *words: str) -> str:
    done = small.run(folder / "bin" / "xuncha", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_the_program_starts_from_a_folder_with_chinese_and_blanks(small: Small, office: Path) -> None:
    code, said = small.install(office)
    assert code == 0, said
    assert f"'{office}/bin/xuncha' --help" in said
    assert f"export PATH='{office}/bin':\"$PATH\"" in said
    assert started(small, office, "一 项", "*") == "xuncha 1.0 一 项 *\n"
    assert not [each for each in small.home.iterdir() if each.name != "xuncha"], "no profile is touched"
    assert "git" not in said


@pytest.mark.apart
def test_without_a_folder_it_is_in_the_home(small: Small) -> None:
    assert small.install()[0] == 0
    assert started(small, small.home / "xuncha") == "xuncha 1.0\n"


@pytest.mark.apart
def test_settings_of_pip_and_python_do_not_reach_it(small: Small, office: Path, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")
    variables = {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PIP_TARGET": "/nowhere",
        "PYTHONHOME": "/nowhere",
    }
    code, said = small.install(office, **variables)
    assert code == 0, said
    done = small.run(office / "bin" / "xuncha", PYTHONHOME="/nowhere", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.apart
def test_no_file_of_the_folder_it_is_called_in_is_run(
    small: Small, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is called in ledgers, and they may be a stranger's."""
    assert small.install(office)[0] == 0
    (office / "xuncha.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(office)
    assert started(small, office) == "xuncha 1.0\n"


@pytest.mark.apart
def test_again_is_an_update_that_leaves_all_else_alone(small: Small, office: Path, tmp_path: Path) -> None:
    assert small.install(office)[0] == 0
    (office / "bin" / "mine").touch()
    for version, place in (("1.1", "venv-b"), ("1.2", "venv-a")):
        newer = Small(tmp_path / "安装 包" / version, version)
        code, said = newer.install(office)
        assert code == 0, said
        assert started(newer, office) == f"xuncha {version}\n"
        assert place in (office / "bin" / "xuncha").read_text()
    assert sorted(each.name for each in office.iterdir()) == [
        "bin",
        "data",
        "uninstall.sh",
        "venv-a",
        "venv-b",
    ]
    assert (office / "data" / "ledger.yaml").read_text(encoding="utf-8") == "organisation: 某局\n"
    assert (office / "bin" / "mine").exists()


@pytest.mark.apart
def test_an_update_that_fails_leaves_the_program_as_it_was(
    small: Small, office: Path, tmp_path: Path
) -> None:
    assert small.install(office)[0] == 0
    newer = Small(tmp_path / "安装 包" / "1.1", "1.1")
    right, newer.packages = newer.packages, re.sub("sha256:.*", f"sha256:{'0' * 64}", newer.packages)
    newer.seal()  # the bundle is whole, and pip finds another hash than it should
    code, said = newer.install(office)
    assert code == 1
    assert "没有装好：软件包没有装上" in said
    assert "hash" in said.lower()
    assert started(small, office) == "xuncha 1.0\n"
    newer.packages = right
    newer.seal()
    assert newer.install(office)[0] == 0, "what was begun is no hindrance"
    assert started(small, office) == "xuncha 1.1\n"


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_file_that_was_damaged_is_named_before_anything_changes(
    small: Small, office: Path, damage: str
) -> None:
    content = small.wheel.read_bytes()
    if damage == "gone":
        small.wheel.unlink()
    else:
        small.wheel.write_bytes(content[:-1] if damage == "cut" else content[:40] + b"x" + content[41:])
    code, said = small.install(office)
    assert code == 1
    assert f"wheels/{small.wheel.name}" in said
    assert ("不见了" if damage == "gone" else "已损坏或被改动") in said
    assert [each.name for each in office.iterdir()] == ["data"]


def test_what_is_too_old_is_told_with_what_to_bring(small: Small, office: Path) -> None:
    old = 'case $* in *--fits*) exit 1 ;; *"print("*) echo 3.7.9 ;; *) exit 1 ;; esac'
    small.has("python3", old)
    (small.path / "git").unlink()
    code, said = small.install(office)
    assert code == 1
    assert "需要 3.11 至 3.14" in said
    assert "python3（3.7.9）" in said
    assert f"解压到 {office}" in said
    assert "还缺 git" in said
    assert "U 盘" in said
    assert [each.name for each in office.iterdir()] == ["data"]


@pytest.mark.apart
def test_a_python_that_lies_in_the_folder_will_do(small: Small, office: Path) -> None:
    """So whoever is no administrator brings one."""
    (office / "python" / "bin").mkdir(parents=True)
    (small.path / "python3").rename(office / "python" / "bin" / "python3")
    code, said = small.install(office)
    assert code == 0, said
    assert started(small, office) == "xuncha 1.0\n"


@pytest.mark.apart
def test_a_missing_git_is_told_when_all_else_is_done(small: Small, office: Path) -> None:
    (small.path / "git").unlink()
    code, said = small.install(office)
    assert code == 0
    assert "还缺 git（2.38 或更高版本）" in said
    assert "U 盘" in said
    assert started(small, office) == "xuncha 1.0\n"


@pytest.mark.parametrize(
    ("fact", "value", "sentence"),
    [
        ("platform", "linux_sparc", "这份安装包用于 linux_sparc，本机是 linux_"),
        ("glibc", 999, "系统的 C 库须为 glibc 2.999 或更高版本"),
    ],
)
def test_another_kind_of_machine_is_told(
    small: Small, office: Path, fact: str, value: object, sentence: str
) -> None:
    small.facts[fact] = value
    small.seal()
    code, said = small.install(office)
    assert code == 1
    assert sentence in said
    assert [each.name for each in office.iterdir()] == ["data"]


def test_a_bundle_that_was_not_unpacked_whole_is_told(small: Small, office: Path) -> None:
    (small.folder / "install.py").unlink()
    assert small.install(office) == (
        1,
        "没有装好：安装包不完整。请把整个压缩包解压到一个文件夹，再运行其中的 install.sh。\n",
    )


@pytest.mark.parametrize("name", ["venv-a/mine", "bin/xuncha"])
def test_what_somebody_else_has_put_there_is_left_alone(small: Small, office: Path, name: str) -> None:
    """As pip does in ~/.local."""
    (office / name).parent.mkdir()
    (office / name).write_text("mine")
    code, said = small.install(office)
    assert code == 1
    assert "不是本程序建立的" in said
    assert small.run("/bin/sh", small.folder / "uninstall.sh").returncode == 0
    shutil.copy(SCRIPTS / "uninstall.sh", office)
    assert small.run("/bin/sh", office / "uninstall.sh").returncode == 0
    assert (office / name).read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(small: Small, office: Path) -> None:
    office.chmod(0o555)
    code, said = small.install(office)
    office.chmod(0o755)
    assert code == 1
    assert "没有装好" in said


def test_a_file_where_the_folder_should_be_is_told(small: Small, office: Path) -> None:
    code, said = small.install(office / "data" / "ledger.yaml")
    assert code == 1
    assert "无法建立文件夹" in said


def test_a_terminal_of_another_encoding_shows_chinese(small: Small, office: Path) -> None:
    (small.path / "locale").unlink()
    small.has("locale", "echo GB18030")
    small.has("python3", "exit 1")
    done = small.run("/bin/sh", small.folder / "install.sh", office)
    assert "没有装好：缺少可用的 Python" in done.stderr.decode("gb18030")


@pytest.mark.apart
def test_uninstalling_takes_away_what_was_installed_and_nothing_else(small: Small, office: Path) -> None:
    small.install(office)
    small.install(office)
    done = small.run("/bin/sh", office / "uninstall.sh")
    assert done.returncode == 0, done.stderr
    assert [each.name for each in office.iterdir()] == ["data"]
    assert small.run("/bin/sh", small.folder / "uninstall.sh").returncode == 0
    assert (small.folder / "uninstall.sh").exists(), "the bundle stays whole"


@pytest.fixture
def installer(small: Small, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """install.py in this process."""
    monkeypatch.setattr("tests.bundle.small.SCRIPTS", small.folder)
    return module("install")


def test_a_python_without_venv_is_told_with_what_to_bring(
    installer: ModuleType, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "venv", None)
    with pytest.raises(installer.RefusedError, match=r"缺少 venv 模块.*apt-get download python3.*U 盘"):
        installer.prepare(office)


def test_a_name_that_the_encoding_of_the_system_has_not_is_told(
    installer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files of environments are UTF-8; a folder whose name is not cannot be written into them."""
    monkeypatch.setattr(
        sys, "argv", ["install.py", os.fsdecode(os.fsencode(tmp_path) + "/台账".encode("gbk"))]
    )
    assert installer.main() == 1
    assert "请换一个名称" in capsys.readouterr().err


@pytest.fixture
def windows(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(installer, "IS_WINDOWS", True)
    (installer.HERE / "uninstall.cmd").touch()
    return installer


def test_what_windows_still_uses_is_not_half_removed(
    windows: ModuleType, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office / "venv-a").mkdir()
    (office / "venv-a" / windows.MARK).touch()
    (office / "venv-a" / "python.exe").touch()

    def in_use(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "rename", in_use)
    with pytest.raises(windows.RefusedError, match="请关闭正在运行的 xuncha"):
        windows.prepare(office)
    assert len(list((office / "venv-a").iterdir())) == 2


def test_the_launcher_of_windows_is_read_alike_under_every_code_page(
    windows: ModuleType, office: Path
) -> None:
    windows.switch(office, office / "venv-b")
    launcher = (office / "bin" / "xuncha.cmd").read_bytes()
    assert launcher == b'@rem venv-b\r\n@"%~dp0..\\venv-b\\Scripts\\python.exe" -I -m xuncha %*\r\n'
    assert launcher.isascii()


def test_a_path_that_is_too_long_for_windows_is_told(windows: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(windows.RefusedError, match="路径太长"):
        windows.must_hold(tmp_path / ("长" * 220))


def test_a_folder_that_cmd_gives_with_its_quotation_mark_is_understood(
    installer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    r"""Of `"D:\\台账\\"` a program is given `D:\\台账"`."""
    seen: list[Path] = []
    monkeypatch.setattr(sys, "argv", ["install.py", f'{tmp_path}/台账"'])
    monkeypatch.setattr(installer, "must_hold", seen.append)
    monkeypatch.setattr(
        installer, "prepare", lambda folder: (_ for _ in ()).throw(installer.RefusedError(str(folder)))
    )
    assert installer.main() == 1
    assert seen == [tmp_path / "台账"]


@pytest.mark.parametrize("name", ["install.cmd", "uninstall.cmd"])
def test_a_script_of_windows_is_chinese_on_its_consoles(name: str) -> None:
    """Packed in GBK: what stands before the change of code page is read under any, what stands behind it in that of GBK."""
    packed = module("pack")._as_read((SCRIPTS / name).read_text(encoding="utf-8"), ".cmd")
    assert packed.count(b"\n") == packed.count(b"\r\n") > 10
    before, _, after = packed.partition(b"chcp 936 >nul")
    assert before.isascii()
    assert "请" in after.decode("gbk")
    assert b"chcp %PAGE:.=% >nul" in after, "the console has the page again that it had"
    for line in after.decode("gbk").splitlines():
        assert not line.strip().startswith("echo") or not set(line) & set("()&|<>^%!"), line


def test_the_marks_of_both_sides_are_the_same(installer: ModuleType) -> None:
    source = (SCRIPTS.parent / "src" / "xuncha" / "parts.py").read_text(encoding="utf-8")
    assert json.dumps(installer.MARK) in source
    for script in ("uninstall.sh", "uninstall.cmd"):
        assert installer.MARK in (SCRIPTS / script).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["install.sh", "uninstall.sh"])
def test_a_script_is_what_every_shell_takes(name: str) -> None:
    program = shutil.which("shellcheck")
    if not program:
        pytest.skip("shellcheck is not there")
    subprocess.run([program, "--shell=sh", SCRIPTS / name], check=True)


@pytest.mark.parametrize(
    "workflow", sorted((SCRIPTS.parent / ".github" / "workflows").iterdir()), ids=lambda path: path.stem
)
def test_a_workflow_is_one_that_the_forge_takes(workflow: Path) -> None:
    checker = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(workflow),
    ]
    done = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
