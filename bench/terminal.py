"""Run a command on a pseudo-terminal of 80 columns."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
environment = {**os.environ, "TERM": "xterm-256color"}
process = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
os.close(theirs)
with contextlib.suppress(OSError):  # the end of output on a pseudo-terminal
    while os.read(ours, 65536):
        pass
sys.exit(process.wait())
