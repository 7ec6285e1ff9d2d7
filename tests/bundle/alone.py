"""Run a program without any network, as a user with a Chinese name; needs root of its own namespace.

[sudo] unshare --net --mount [--map-root-user] python alone.py HOME PROGRAM …
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

NAME = "王小明"
NUMBER = 12345
_SIOCSIFFLAGS = 0x8914
_UP = 0x41  # up and running


def main() -> None:
    """Leave the computer nothing but itself, then become the person."""
    home = sys.argv[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
        fcntl.ioctl(ask, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP))
    is_mapped = Path("/proc/self/uid_map").read_text(encoding="utf-8").split()[-1] == "1"
    number = 0 if is_mapped else int(os.environ.get("SUDO_UID", NUMBER))
    people = Path(home, "passwd")
    people.write_text(f"{NAME}:x:{number}:{number}::{home}:/bin/sh\n", encoding="utf-8")
    subprocess.run(["mount", "--bind", people, "/etc/passwd"], check=True)
    if not is_mapped:
        os.setgroups([])
        os.setgid(number)
        os.setuid(number)
    surroundings = {
        "HOME": home,
        "USER": NAME,
        "LOGNAME": NAME,
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "TZ": "CST-8",
    }
    os.chdir(home)
    os.execvpe(sys.argv[2], sys.argv[2:], surroundings)  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main()
