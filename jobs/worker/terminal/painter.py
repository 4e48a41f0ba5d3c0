"""How does a bar stay at the bottom of a terminal, whatever make and the programs it starts write there?

The terminal itself keeps it: only the rows above the bar scroll (DECSTBM, as apt does it). So nobody's output has to go
through us, and inside make the process stays as a script's: its files, `sys.stdout`, logging and warnings are its own.

A process of its own draws, so that the bar also moves during a make of an hour, and so that a terminal is left in order
when the worker is killed. A thread would not do: Python warns of each fork in a process that has one. The process is no
child of the worker's, or a make that waits for its children (`os.wait()`) would wait for it. It has a process group of
its own, so that a shell which stops or kills its job (Ctrl-Z, `kill -9 %1`) leaves it, and it can take the bar away.
"""

import curses
import errno
import json
import mmap
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, TextIO

from jobs.worker.terminal.bar import Progress
from jobs.worker.terminal.tally import Tally
from jobsite.fitting import fit
from jobsite.one_line import printable

LOOK_S, CLOCK_S, LINE_S, GOODBYE_S = 0.1, 1.0, 10.0, 2.0
FEWEST_ROWS, FEWEST_COLUMNS, UNKNOWN_COLUMNS = 4, 30, 80
RECORDERS = ("CI", "JPY_PARENT_PID")
"""Variables of those who show what is written as it came: continuous integration, and kernels of Jupyter."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
WRITING_IN_BACKGROUND = signal.SIGTTOU
"""It stops who writes without having the foreground, after `stty tostop`."""
# vt100 and ECMA-48: save and restore the cursor, scroll by a row, rows that scroll, go to a row, erase.
SAVE, RESTORE, DOWN, PLAIN = "\x1b7", "\x1b8", "\x1bD", "\x1b[m"
ALL_ROWS_SCROLL, ERASE_LINE, ERASE_BELOW = "\x1b[r", "\x1b[2K", "\x1b[J"
COUNTS = struct.Struct("7qd")


class Counts(NamedTuple):
    """What both processes see of the table that has this number in the run."""

    number: int
    done: int
    failed: int
    empty: int
    skipped: int
    released: int
    makes: int
    make_s: float

    @classmethod
    def of(cls, tally: Tally, number: int) -> "Counts":
        """Return those of a tally."""
        failed, makes = len(tally.failed), (tally.makes, tally.make_s)
        return cls(number, tally.done, failed, tally.empty, tally.skipped, tally.released, *makes)

    @property
    def tried(self) -> int:
        """Keys whose make was called and has ended."""
        return self.done + self.failed + self.empty

    @property
    def finished(self) -> int:
        """Keys that have an outcome."""
        return self.tried + self.skipped + self.released


class Bar:
    """The bar of a run, as the worker sees it: it only writes numbers where the other process reads them."""

    def __init__(self, out: TextIO) -> None:
        """Start the process that draws on `out`, a terminal. There must be no thread yet."""
        self._memory = mmap.mmap(-1, COUNTS.size)
        self._number = 0
        self._socket, theirs = socket.socketpair()
        worker = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                if os.fork() == 0:
                    self._socket.close()
                    _leave_worker(keep={out.fileno(), theirs.fileno()})
                    Painter(out, theirs, self._memory, worker).run()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        theirs.close()

    def begin(self, tally: Tally) -> None:
        """Show this table from now on."""
        self._number += 1
        before = Counts.of(tally, self._number)
        table = {
            "number": self._number,
            "table": tally.table,
            "keys": tally.keys,
            "reserved": tally.excluded.get("reserved", 0),
            "tried_before": before.tried,
            "finished_before": before.finished,
            "began_s": time.monotonic(),
        }
        self.count(tally)
        with suppress(OSError):  # the terminal is gone, and the process with it
            self._socket.sendall(json.dumps(table).encode() + b"\n")

    def count(self, tally: Tally) -> None:
        """Show what came of the table so far."""
        COUNTS.pack_into(self._memory, 0, *Counts.of(tally, self._number))

    def close(self) -> None:
        """Take the bar away, and wait until it is."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(GOODBYE_S)
            self._socket.recv(1)
        self._socket.close()


class Table(NamedTuple):
    """What is known of a table when its keys have been found; see `Bar.begin`."""

    number: int
    table: str
    keys: int
    reserved: int
    tried_before: int
    finished_before: int
    began_s: float

    def progress(self, counts: Counts, changed_s: float) -> Progress:
        """Return how far it is; `changed_s` is when the counts were last seen to change."""
        left = self.keys - counts.finished
        return Progress(
            table=self.table,
            done=counts.done,
            failed=counts.failed,
            empty=counts.empty,
            taken_by_others=self.reserved + counts.skipped,
            left=left,
            finished=counts.finished - self.finished_before,
            tried=counts.tried - self.tried_before,
            makes=counts.makes,
            make_s=counts.make_s,
            running_s=(time.monotonic() if left else max(changed_s, self.began_s)) - self.began_s,
        )


class Painter:
    """The process that draws, until the worker closes the bar or is gone."""

    def __init__(self, out: TextIO, pipe: socket.socket, memory: mmap.mmap, worker: int) -> None:
        """`worker` is the id of the process that computes."""
        self._out, self._pipe, self._memory, self._worker = out, pipe, memory, worker
        self._screen = Screen(out) if _can_hold_a_bar(out) else None
        self._table: Table | None = None
        self._counts = b""
        self._changed_s = self._drawn_s = self._written_s = 0.0
        self._line = ""
        self._has_foreground = _foreground(out) is not None
        self._is_in_foreground = False

    def run(self) -> None:
        """Draw what changes, at most once in LOOK_S, and the clock."""
        try:
            for table in self._tables():
                self._table = table or self._table
                self._look()
        finally:
            if not self._take_away() and self._is_in_foreground:
                self._write_line()

    def _take_away(self) -> bool:
        """Take the bar away; False where there is none."""
        has_bar = self._screen is not None and self._screen.has_bar
        if self._screen is not None and has_bar:
            self._screen.take_away()
        return has_bar

    def _tables(self) -> Iterator[Table | None]:
        """Yield each table that begins, and None when there is time to look, until the worker has closed or is gone."""
        heard = b""
        while _is_alive(self._worker):
            table = None
            if select.select([self._pipe], [], [], LOOK_S)[0]:
                piece = self._pipe.recv(4096)
                if not piece:
                    return
                *whole, heard = (heard + piece).split(b"\n")
                table = Table(**json.loads(whole[-1])) if whole else None
            yield table

    def _look(self) -> None:
        now_s = time.monotonic()
        if self._counts != self._memory[:]:
            self._counts, self._changed_s, self._drawn_s = self._memory[:], now_s, 0.0
        self._is_in_foreground = not self._has_foreground or _foreground(self._out) == os.getpgid(self._worker)
        if not self._is_in_foreground:
            self._take_away()
        elif self._screen is None or not self._screen.has_room:
            self._take_away()
            if now_s - self._written_s >= LINE_S:
                self._write_line()
        elif now_s - self._drawn_s >= CLOCK_S or self._screen.has_changed:
            self._draw(self._screen)
            self._drawn_s = now_s

    def _draw(self, screen: "Screen") -> None:
        if progress := self._progress():
            screen.draw(progress)

    def _write_line(self) -> None:
        """Write the counts as a line of their own, unless they were the last line."""
        progress = self._progress()
        line = progress.in_one_line() if progress else ""
        if line != self._line:
            self._line, self._written_s = line, time.monotonic()
            os.write(self._out.fileno(), f"{printable(line, self._out)}\n".encode(self._out.encoding))

    def _progress(self) -> Progress | None:
        """Return how far the table is; None before the first, and while the next one begins."""
        counts = Counts(*COUNTS.unpack(self._memory[:]))
        if self._table is None or self._table.number != counts.number:
            return None
        return self._table.progress(counts, self._changed_s)


class Screen:
    """A terminal whose last rows do not scroll."""

    def __init__(self, out: TextIO) -> None:
        """Nothing is changed yet."""
        self._out = out
        self._drawn: tuple[int, int, int] | None = None

    @property
    def has_bar(self) -> bool:
        """Say whether the last rows are ours now."""
        return self._drawn is not None

    @property
    def has_room(self) -> bool:
        """Say whether a bar has room; some terminals (in containers, over serial lines) say that they are 0 by 0."""
        columns, rows = self._size()
        return columns >= FEWEST_COLUMNS and rows >= FEWEST_ROWS

    @property
    def has_changed(self) -> bool:
        """Say whether it has no bar, or one that was drawn when its size was another one."""
        return self._drawn is None or self._drawn[:2] != self._size()

    def draw(self, progress: Progress) -> None:
        """Draw the bar, in one write: what others write comes before or after it."""
        columns, rows = size = self._size()
        lines = [fit(printable(line, self._out), columns) for line in progress.lines(columns)][: rows // 2]
        same = self._drawn is not None and self._drawn[:2] == size
        # A bar that grew keeps its rows: what had scrolled there would stand below it.
        height = max(len(lines), self._drawn[2] if same and self._drawn else 0)
        lines = [""] * (height - len(lines)) + lines
        room = "" if self._drawn == (*size, height) else _make_room(height)
        top = rows - height
        drawn = "".join(f"\x1b[{row};1H{ERASE_LINE}{line}" for row, line in enumerate(lines, start=top + 1))
        self._write(f"{room}{SAVE}{PLAIN}\x1b[1;{top}r{drawn}{RESTORE}")
        self._drawn = (*size, height)

    def take_away(self) -> None:
        """Let all rows scroll again, and erase the bar."""
        if self._drawn is not None:
            top = self._size()[1] - self._drawn[2]
            self._write(f"{SAVE}{PLAIN}{ALL_ROWS_SCROLL}\x1b[{max(1, top + 1)};1H{ERASE_BELOW}{RESTORE}")
            self._drawn = None

    def _size(self) -> tuple[int, int]:
        return os.get_terminal_size(self._out.fileno())

    def _write(self, text: str) -> None:
        with suppress(BlockingIOError):  # a make has set it so; the next time, perhaps
            os.write(self._out.fileno(), text.encode(self._out.encoding, "replace"))


def _make_room(rows: int) -> str:
    """Return what scrolls so that the cursor stands at least `rows` above the last row, wherever it was."""
    return f"{SAVE}{ALL_ROWS_SCROLL}{RESTORE}{DOWN * rows}\x1b[{rows}A"


def _can_hold_a_bar(out: TextIO) -> bool:
    """Ask terminfo whether rows of this kind of terminal can be kept from scrolling; TERM=dumb cannot.

    What is shown in a browser, as a log or a notebook's cell, is no terminal, though it may say that it is one.
    """
    if any(os.environ.get(name) for name in RECORDERS):
        return False
    try:
        curses.setupterm(fd=out.fileno())
    except curses.error:  # nobody knows this kind
        return False
    return bool(curses.tigetstr("csr"))


def _leave_worker(keep: set[int]) -> None:
    """Close what belongs to the worker, and leave its signals to it: the bar goes when the worker is done."""
    os.setpgid(0, 0)
    for signum in (*ENDING, WRITING_IN_BACKGROUND):
        signal.signal(signum, signal.SIG_IGN)
    first = 0
    for number in sorted(keep):
        os.closerange(first, number)
        first = number + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _is_alive(pid: int) -> bool:
    """Say whether a process is there: one that was killed cannot close its bar."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _foreground(terminal: TextIO) -> int | None:
    """Return the process group that has the terminal now: after Ctrl-Z the shell's own, and still so after `bg`.

    None where it is not the terminal of our session (`setsid`), or is no longer. Raises OSError when it was closed.
    """
    try:
        return os.tcgetpgrp(terminal.fileno())
    except OSError as error:
        if error.errno == errno.ENOTTY:
            return None
        raise
