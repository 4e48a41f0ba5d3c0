"""How do N processes compute the keys of one table? Each has its own connection; this process assigns the keys.

DataJoint's own pool is not used: its children write the closed connection id of their parent into every row (0.14.10,
autopopulate.py). Each process here is forked from one that has imported DataJoint and nothing else: N processes
cost one import, and share no connection or thread that a fork would break. One that dies takes nothing with it but
the key it was at.
"""

import os
import signal
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import forkserver, get_context
from multiprocessing.connection import wait

from jobs.worker.context import OnOutcome
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import reconnect
from jobs.worker.errors import format_error
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, KeyDict, Outcome, Report, StoppedError
from jobs.worker.pool.child import HELLO, READY, work
from jobs.worker.pool.cleanup import clean_up_after
from jobs.worker.retry import retry_until_available
from jobs.worker.script import jobsite_on_path
from jobs.worker.signals import Signals
from jobs.worker.watchdog import KILLED_BY, SIGNALS
from jobsite.lab.address import LabServer

# A batch is a quarter of a fair part of what is left: few questions to the server at first, even ends at last.
BATCHES_EACH = 4
LOOK_S = 0.5
GOODBYE_S = 5.0
NONE_YET = -1
CONTEXT = get_context("forkserver")


class WorkerProcess:
    """One process of the pool, as its parent sees it."""

    def __init__(self, lab: LabServer, options: Options) -> None:
        """Start the process; it says HELLO when it can take signals, and READY when it can take keys."""
        self.pipe, theirs = CONTEXT.Pipe()
        # Not a daemon: a make may start processes of its own. The password goes through a pipe, not the process list.
        self._current = CONTEXT.RawValue("q", NONE_YET)
        self._process = CONTEXT.Process(target=work, args=(theirs, self._current, lab, options), daemon=False)
        with jobsite_on_path():
            self._process.start()
        theirs.close()
        self.takes_signals = False
        self.has_said_why = False
        self.batch: dict[int, KeyDict] = {}
        """The keys that were assigned to it and have no outcome yet, by their numbers."""

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid or 0

    @property
    def current(self) -> int | None:
        """The number of the key that it is at: the one it started last, unless that has an outcome."""
        number = int(self._current.value)
        return number if number in self.batch else None

    def send(self, table: str, keys: list[KeyDict]) -> None:
        """Send it keys to compute. Raises OSError when it has ended."""
        self._current.value = NONE_YET
        self.pipe.send((table, keys))
        self.batch = dict(enumerate(keys))

    def has_message(self) -> bool:
        """Say whether it has sent something or ended. A dead one's pipe stays open in what its make started."""
        return self.pipe.poll() or self._process.exitcode is not None

    def receive(self) -> object:
        """Return what it sent. Raises EOFError when it has ended."""
        if not self.pipe.poll():
            raise EOFError
        return self.pipe.recv()

    def forward(self, signum: int) -> None:
        """Forward a signal, unless the process is still starting: then it gets it when it says HELLO."""
        if self.takes_signals and self._process.is_alive() and self._process.pid:
            with suppress(ProcessLookupError):  # it has ended just now, by the same signal perhaps
                os.kill(self._process.pid, signum)

    def close(self) -> None:
        """Close its pipe: it ends when it has nothing left to do."""
        self.pipe.close()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended."""
        self._process.join(timeout_s)

    @property
    def end(self) -> str:
        """How it has ended, in words."""
        code = self._process.exitcode
        if code is None:
            return "does not answer any more"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        if code - KILLED_BY in SIGNALS:
            return f"was ended by {signal.Signals(code - KILLED_BY).name}"
        return f"ended with status {code}"

    @property
    def has_left_a_job(self) -> bool:
        """Say whether it died without a chance to record its job: killed, or by a make that ended the process."""
        orderly = {KILLED_BY + signum for signum in SIGNALS}
        return bool(self.batch) and not self.has_said_why and self._process.exitcode not in orderly


class KeyQueue:
    """The keys that wait for a process."""

    def __init__(self, keys: Sequence[KeyDict] = ()) -> None:
        """They are taken in this order."""
        self._keys = deque(keys)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._keys)

    def take(self, size: int) -> list[KeyDict]:
        """Return the first ones, at most `size`."""
        return [self._keys.popleft() for _ in range(min(size, len(self._keys)))]

    def put_first(self, keys: Collection[KeyDict]) -> None:
        """Put back keys before all others."""
        self._keys.extendleft(reversed([*keys]))


class WorkerPool:
    """The engine of N processes: keys of table after table."""

    def __init__(self, size: int, lab: LabServer, options: Options, report: Report, signals: Signals) -> None:
        """`report` gets a problem for each process that could not start or was lost."""
        self._size = size
        self._lab = lab
        self._options = options
        self._report = report
        self._signals = signals
        self._workers: list[WorkerProcess] = []
        self._idle: list[WorkerProcess] = []
        self._queue = KeyQueue()
        self._has_stopped = False

    def __enter__(self) -> "WorkerPool":
        """Start the processes."""
        with self._signals.deferred():
            _prepare_to_fork()
            self._workers = [WorkerProcess(self._lab, self._options) for _ in range(self._size)]
        return self

    def __exit__(self, *exception: object) -> None:
        """Let every process end, and wait until it has."""
        with self._signals.forward_to(self._forward):
            for worker in self._workers:
                worker.close()
            for worker in self._workers:
                worker.join()

    def compute(self, name: str, table: Untyped, keys: list[KeyDict], on_outcome: OnOutcome) -> None:
        """Compute keys of the table of that name; return when all have an outcome or no process is left.

        Raises InterruptedRunError after a signal, StoppedError when a failure ends the run.
        """
        table.connection.close()  # ours would only idle, and be cut off, while the others work
        self._name, self._table, self._on_outcome, self._queue = name, table, on_outcome, KeyQueue(keys)
        with self._signals.forward_to(self._forward):
            self._assign_batches()
            while busy := [worker for worker in self._workers if worker not in self._idle]:
                wait([worker.pipe for worker in busy], timeout=LOOK_S)
                for worker in busy:
                    if worker.has_message():
                        self._receive(worker)
                self._assign_batches()
        if self._signals.received is not None:
            raise InterruptedRunError(self._signals.received)
        if self._has_stopped:
            raise StoppedError
        if self._queue and not self._options.time_is_up:
            raise StoppedError(f"{len(self._queue)} keys were not tried: no process is left to try them")

    def _assign_batches(self) -> None:
        """Assign every idle process a batch of the keys that wait."""
        if self._has_stopped or self._signals.received is not None or self._options.time_is_up:
            return
        for worker in list(self._idle):
            size = max(1, len(self._queue) // (BATCHES_EACH * len(self._workers)))
            # To stop on an error, the others stop after the key they are at.
            if batch := self._queue.take(1 if self._options.stop_on_error else size):
                self._idle.remove(worker)
                self._assign(worker, batch)

    def _assign(self, worker: WorkerProcess, batch: list[KeyDict]) -> None:
        try:
            worker.send(self._name, batch)
        except OSError:
            self._queue.put_first(batch)
            self._remove(worker)

    def _receive(self, worker: WorkerProcess) -> None:
        try:
            message = worker.receive()
        except (EOFError, OSError):
            self._remove(worker)
            return
        if isinstance(message, Outcome):
            del worker.batch[message.number]
            self._has_stopped |= message.status == "failed" and self._options.stop_on_error
            self._on_outcome(message)
        elif message == HELLO:
            worker.takes_signals = True
            if self._signals.received is not None:
                worker.forward(self._signals.received)
        elif message == READY:
            self._idle.append(worker)
        else:
            worker.has_said_why = True
            self._report.problem(str(message))

    def _remove(self, worker: WorkerProcess) -> None:
        """Remove a process that has ended, say so, and let others have the keys it has not started."""
        self._workers.remove(worker)
        worker.join(GOODBYE_S)
        if self._signals.received is not None:
            return
        how = f"worker process {worker.pid} {worker.end}"
        if worker.has_left_a_job:
            self._replace(worker, how)
        elif not worker.has_said_why:
            self._report.problem(f"A {how}.")
        self._queue.put_first(worker.batch.values())

    def _replace(self, worker: WorkerProcess, how: str) -> None:
        """Make an error of the key it was at, so that the next one is not killed by it as well, and replace it."""
        number, message = worker.current, f"Killed: {how}"
        clean_up = partial(clean_up_after, self._table, self._options, worker.pid, worker.batch, number, message)
        try:
            was_in_make = retry_until_available(clean_up, self._signals, partial(reconnect, self._table))
        except Exception as failure:
            was_in_make, how = True, f"{how}; its reservations are left behind ({format_error(failure)})"
        if number is None or not was_in_make:  # another one might die as well, again and again
            self._report.problem(f"A {how}.")
            return
        self._on_outcome(Outcome(worker.batch.pop(number), "failed", f"Killed: {how}", number))
        self._workers.append(WorkerProcess(self._lab, self._options))

    def _forward(self, signum: int) -> None:
        for worker in self._workers:
            worker.forward(signum)


def _prepare_to_fork() -> None:
    """Start the process that the others are forked from. No signal may end it, or them at their start."""
    CONTEXT.set_forkserver_preload(["datajoint"])
    before = {signum: signal.signal(signum, signal.SIG_IGN) for signum in SIGNALS}  # inherited by all of them
    with jobsite_on_path():
        forkserver.ensure_running()
    for signum, handler in before.items():
        signal.signal(signum, handler)
