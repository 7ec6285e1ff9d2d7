"""Install xuncha from the bundle in which this lies: an environment of its own in a folder, and a launcher beside it.

install.sh and install.cmd find a Python and start this with it; `--fits` only asks whether that Python will do. It needs
nothing but Python's own library, and speaks Chinese alone, as those do for whom the bundle is made.
"""

import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from io import TextIOWrapper
from pathlib import Path

HERE = Path(__file__).absolute().parent
BUNDLE = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
VERSION = "{}.{}".format(*sys.version_info)
IS_WINDOWS = os.name == "nt"
MARK = "xuncha-bundle.json"
"""In an environment: made by this script. `xuncha.parts` looks for it, too."""
LONGEST_PATH = 259
"""What Windows takes, unless it was set up otherwise."""


class RefusedError(Exception):
    """What stands in the way, in a sentence for whoever installs."""


def fits() -> bool:
    """Return whether the packages of the bundle are made for this Python: version, kind and width."""
    return (
        VERSION in BUNDLE["pythons"]
        and sys.implementation.name == "cpython"
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
        and sys.maxsize > 2**32
    )


def must_be_the_machine() -> None:
    """Raise RefusedError if the bundle is for another kind of machine, or this system is too old."""
    here = sysconfig.get_platform().replace("-", "_")
    if here != BUNDLE["platform"]:
        raise RefusedError(
            f"这份安装包用于 {BUNDLE['platform']}，本机是 {here}：请换用文件名中带 {here} 的安装包。"
        )
    if IS_WINDOWS:
        return
    name, version = platform.libc_ver()
    numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
    if name != "glibc" or numbers < [2, BUNDLE["glibc"]]:
        said = f"本机的是 {version}" if name == "glibc" else "本机没有"
        raise RefusedError(
            f"系统的 C 库须为 glibc 2.{BUNDLE['glibc']} 或更高版本，{said}：请换一台系统较新的机器。"
        )


def must_be_whole() -> None:
    """Raise RefusedError if a file of the bundle is not what it was when the bundle was made."""
    for line in (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, _, name = line.partition("  ")
        path = HERE / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            said = "已损坏或被改动" if path.is_file() else "不见了"
            raise RefusedError(
                f"安装包里的文件{said}：{name}。请重新复制安装包，解压后再试。什么都没有改动。"
            )


def must_hold(folder: Path) -> None:
    """Raise RefusedError if the environment cannot be in this folder."""
    longest = len(str(folder / "venv-a/Lib/site-packages")) + 1 + BUNDLE["longest"]
    if IS_WINDOWS and longest > LONGEST_PATH:
        raise RefusedError(
            f"文件夹的路径太长（超出 {longest - LONGEST_PATH} 个字符）：请换一个，例如 C:\\xuncha"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(
            f"无法建立文件夹 {folder}：{error.strerror}。请换一个自己可以写入的文件夹。"
        ) from error


def prepare(folder: Path) -> Path:
    """Make an empty environment beside the one that is in use. Return its folder."""
    launcher = launcher_of(folder)
    said = launcher.read_bytes() if launcher.is_file() else b""
    in_use = re.search(rb"^(?:#|@rem) (venv-[ab])\r?$", said, re.MULTILINE)
    if said and not in_use:
        raise RefusedError(f"{launcher} 不是本程序建立的，不去动它：请换一个文件夹。")
    place = folder / ("venv-b" if in_use and in_use[1] == b"venv-a" else "venv-a")
    old = place.with_name(
        f"{place.name}.old"
    )  # what an interrupted run left half removed is known by this name
    try:
        if old.exists():
            shutil.rmtree(old)
        if place.exists():
            if not (place / MARK).is_file():
                raise RefusedError(f"{place} 不是本程序建立的，不去动它：请换一个文件夹。")
            place.rename(old)
            shutil.rmtree(old)
    except PermissionError as error:
        raise RefusedError(f"旧环境 {place} 还在使用：请关闭正在运行的 xuncha 后再试。") from error
    place.mkdir()
    mark = {"version": BUNDLE["version"], "folder": str(folder)}
    (place / MARK).write_text(json.dumps(mark), encoding="utf-8")
    try:
        import venv  # noqa: PLC0415

        venv.EnvBuilder(with_pip=False, symlinks=not IS_WINDOWS).create(place)
    except ImportError as error:
        package = f"python{VERSION}-venv"
        raise RefusedError(
            f"这个 Python 缺少 venv 模块（{sys.executable}）。请管理员安装系统软件包 {package}；没有网络时，"
            f"在系统相同的联网机器上下载（apt-get download {package}），用 U 盘带来，再用 dpkg -i 安装。"
        ) from error
    return place


def python_of(place: Path) -> Path:
    """Return the Python of an environment."""
    return place / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")


def launcher_of(folder: Path) -> Path:
    """Return the path of the launcher."""
    return folder / "bin" / ("xuncha.cmd" if IS_WINDOWS else "xuncha")


def fill(place: Path) -> None:
    """Install the packages into an environment with the bundle's own pip, whatever that of the system is set up to do."""
    (pip,) = (HERE / "wheels").glob("pip-*.whl")
    python = [str(python_of(place)), "-I"]
    command = [*python, str(pip / "pip"), "--isolated", "--disable-pip-version-check", "install", "--quiet"]
    command += [
        "--no-index",
        "--find-links",
        str(HERE / "wheels"),
        "--only-binary",
        ":all:",
        "--no-cache-dir",
    ]
    command += ["--require-hashes", "--requirement", str(HERE / "requirements" / f"{VERSION}.txt")]
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith(("PIP_", "PYTHON"))}
    surroundings = {**kept, "PIP_CONFIG_FILE": os.devnull}
    for words in (command, [*python, "-m", "xuncha", "--version"]):
        done = subprocess.run(words, env=surroundings, capture_output=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stderr.decode(errors="replace"))
            raise RefusedError("软件包没有装上，原因见上。原来装好的程序（如有）没有改动。")


def switch(folder: Path, place: Path) -> None:
    """Let the launcher start the new environment, from one moment to the next; running programs go on in the old one."""
    launcher = launcher_of(folder)
    if IS_WINDOWS:
        # ASCII alone, so that it is read alike under every code page; the folder is where the launcher is.
        text = f'@rem {place.name}\r\n@"%~dp0..\\{place.name}\\Scripts\\python.exe" -I -m xuncha %*\r\n'
    else:
        # Behind all others in PATH, so that `xuncha setup` writes down the launcher, which stays, and no environment.
        program = shlex.quote(str(python_of(place)))
        text = f'#!/bin/sh\n# {place.name}\nPATH=${{PATH:+$PATH:}}{shlex.quote(str(launcher.parent))}\nexec {program} -I -m xuncha "$@"\n'
    launcher.parent.mkdir(exist_ok=True)
    new = launcher.with_name(f"{launcher.name}.new")
    new.write_bytes(os.fsencode(text))
    new.chmod(0o755)
    new.replace(launcher)
    uninstall = "uninstall.cmd" if IS_WINDOWS else "uninstall.sh"
    shutil.copy(HERE / uninstall, folder / uninstall)


def tell(folder: Path) -> None:
    """Say how to begin, and what is missing yet."""
    launcher = launcher_of(folder)
    if IS_WINDOWS:
        print(f'启动：          "{launcher}" --help')
        print(f"随处可用：      在“设置”中搜索“编辑帐户的环境变量”，在 Path 中新建一项：{launcher.parent}")
        print(f'卸载：          "{folder / "uninstall.cmd"}"')
    else:
        print(f"启动：          {shlex.quote(str(launcher))} --help")
        print(
            f'随处可用：      把这一行加到 ~/.profile，重新登录：export PATH={shlex.quote(str(launcher.parent))}:"$PATH"'
        )
        print(f"卸载：          sh {shlex.quote(str(folder / 'uninstall.sh'))}")
    print("正在运行的 xuncha（如 serve）仍是旧版本，须重新启动。")
    if not shutil.which("git"):
        print("\n还缺 git（2.38 或更高版本）：登记和留痕都离不开它。请用 U 盘带来：", file=sys.stderr)
        how = (
            "Git for Windows 的 64 位安装程序（Git-…-64-bit.exe），双击安装，不需要管理员权限，也可用免安装版（PortableGit）。"
            if IS_WINDOWS
            else "在系统相同的联网机器上下载 git 及其依赖的系统软件包（如 apt-get install --download-only git），请管理员安装。"
        )
        print(how, file=sys.stderr)


def main() -> int:
    """Install into the folder that the command line names, or ~/xuncha. Return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.argv[1:] == ["--fits"]:
        return 0 if fits() else 1
    # cmd gives "D:\\台账\\" with its last quotation mark.
    named = sys.argv[1].rstrip('"') if sys.argv[1:] else Path.home() / "xuncha"
    folder = Path(named).absolute()
    try:
        must_be_the_machine()
        must_be_whole()
        must_hold(folder)
        print(
            f"正在把 xuncha {BUNDLE['version']} 装到 {folder}（Python {platform.python_version()}），约一分钟……",
            flush=True,
        )
        place = prepare(folder)
        fill(place)
        switch(folder, place)
    except RefusedError as error:
        print(f"没有装好：{error}", file=sys.stderr)
        return 1
    except UnicodeEncodeError:
        print("没有装好：文件夹的名称不合系统的文字编码，请换一个名称，例如只用英文。", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"没有装好：{error.filename or folder}：{error.strerror}。原来装好的程序（如有）没有改动。",
            file=sys.stderr,
        )
        return 1
    print("装好了。")
    tell(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
