"""A terminal for the tests: a real pseudo-terminal, and an emulator (pyte) that makes a screen of what is written."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte

from tests.lab import ROOT, eventually


class Terminal:
    """Runs a command in a terminal of so many columns and rows; 0 by 0 is one that does not know its size."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 80, rows: int = 24) -> None:
        """Start it, where manage.py is."""
        self._ours, theirs = pty.openpty()
        self.screen = pyte.Screen(columns or 80, rows or 24)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        """All that was written."""
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)

    def type(self, keys: str) -> None:
        """Type on its keyboard."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size, as a person does who draws at the window's corner."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
        if columns and rows:
            self.screen.resize(rows, columns)

    def hang_up(self) -> None:
        """Close it, as a person closes the window, or as a connection breaks."""
        os.close(self._ours)

    @property
    def foreground(self) -> int:
        """The id of the process group that has it now."""
        return os.tcgetpgrp(self._ours)

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that were started in it, without the command, and still run."""
        return [pid for pid, state, session in _everybody() if session == self.process.pid != pid and state != "Z"]

    @property
    def lines(self) -> list[str]:
        """What the screen shows now."""
        while select.select([self._ours], [], [], 0.05)[0]:
            try:
                piece = os.read(self._ours, 65536)
            except OSError:  # Linux: everybody on the other side has closed it
                break
            if not piece:
                break
            self.bytes += piece
            self._stream.feed(piece)
        return [line.rstrip() for line in self.screen.display]

    def shows(self, is_there: Callable[[list[str]], object], what: str) -> list[str]:
        """Return the lines of the screen once `is_there` says so of them."""
        eventually(lambda: is_there(self.lines), f"{what}:\n" + "\n".join(self.lines))
        return self.lines

    def kill(self) -> None:
        """End the command, if it has not ended yet."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self) -> list[str]:
        """Wait for the command's end, and return what the screen shows then, without empty lines at its end."""
        eventually(lambda: (self.lines, self.process.poll() is not None)[1], "the end of the command")
        lines = self.lines
        os.close(self._ours)
        while lines and not lines[-1]:
            lines.pop()
        return lines


def _take_terminal() -> None:
    """Make standard input the terminal of the session, as a window or ssh does: Ctrl-C and job control work in it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup make test` has it ignored, and a shell would leave it so


def _everybody() -> Iterator[tuple[int, str, int]]:
    """Yield each process: its id, its state as ps has it, and its session (proc_pid_stat(5))."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended just now
            head, _, rest = path.read_text().rpartition(") ")
            state, _, _, session, *_ = rest.split()
            yield int(head.split()[0]), state, int(session)
