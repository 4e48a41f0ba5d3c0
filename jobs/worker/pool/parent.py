"""How do N processes compute the keys of one table? Each has its own connection; this process assigns the keys.

DataJoint's own pool is not used: its children write the closed connection id of their parent into every row (0.14.10,
autopopulate.py). Each process here is forked from one that has imported DataJoint and nothing else: N processes
cost one import, and share no connection or thread that a fork would break. One that dies takes nothing with it but
the key it was at.
"""

import os
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, get_context
from multiprocessing.connection import wait

from jobs.worker.compute import OnOutcome
from jobs.worker.errors import format_error
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, KeyDict, Outcome, StoppedError
from jobs.worker.pool.child import HELLO, READY, work
from jobs.worker.script import jobsite_on_path
from jobs.worker.signals import Signals
from jobs.worker.watchdog import KILLED_BY, SIGNALS
from jobsite.lab.address import LabServer

# A batch is a quarter of a fair part of what is left: few questions to the server at first, even ends at last.
BATCHES_EACH = 4
LOOK_S = 0.5
GOODBYE_S = 5.0
NOWHERE = -1
CleanUp = Callable[[int, list[KeyDict], KeyDict | None, str], bool]
CONTEXT = get_context("forkserver")


class WorkerProcess:
    """One process of the pool, as its parent sees it."""

    def __init__(self, lab: LabServer, options: Options) -> None:
        """Start the process; it says HELLO when it can take signals, and READY when it can take keys."""
        self.pipe, theirs = CONTEXT.Pipe()
        # Not a daemon: a make may start processes of its own. The password goes through a pipe, not the process list.
        self._current = CONTEXT.RawValue("q", NOWHERE)
        self.process = CONTEXT.Process(target=work, args=(theirs, self._current, lab, options), daemon=False)
        with jobsite_on_path():
            self.process.start()
        theirs.close()
        self.takes_signals = False
        self.has_said_why = False
        self.batch: list[KeyDict] = []
        self._sent: list[KeyDict] = []

    def send(self, table: str, batch: list[KeyDict]) -> None:
        """Send it keys to compute. Raises OSError when it has ended."""
        self._current.value = NOWHERE
        self.pipe.send((table, batch))
        self.batch, self._sent = batch, list(batch)

    @property
    def current_key(self) -> KeyDict | None:
        """The key that it started last; None before any of its batch."""
        return None if self._current.value == NOWHERE else self._sent[self._current.value]

    def has_message(self) -> bool:
        """Say whether it has sent something or ended. A dead one's pipe stays open in what its make started."""
        return self.pipe.poll() or self.process.exitcode is not None

    def receive(self) -> object:
        """Return what it sent. Raises EOFError when it has ended."""
        if not self.pipe.poll():
            raise EOFError
        return self.pipe.recv()

    def forward(self, signum: int) -> None:
        """Forward a signal, unless the process is still starting: then it gets it when it says HELLO."""
        if self.takes_signals and self.process.is_alive() and self.process.pid:
            with suppress(ProcessLookupError):  # it has ended just now, by the same signal perhaps
                os.kill(self.process.pid, signum)

    def close(self) -> None:
        """Close its pipe: it ends when it has nothing left to do."""
        self.pipe.close()

    def wait_for_end(self) -> str:
        """Wait until the process has ended, and return how, in words."""
        self.process.join(GOODBYE_S)
        code = self.process.exitcode
        if code is None:
            return "answers no more"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        if code - KILLED_BY in SIGNALS:
            return f"was ended by {signal.Signals(code - KILLED_BY).name}"
        return f"ended with status {code}"

    @property
    def has_left_a_job(self) -> bool:
        """Say whether it died without a chance to record its job: killed, or by a make that ended the process."""
        orderly = {KILLED_BY + signum for signum in SIGNALS}
        return bool(self.batch) and not self.has_said_why and self.process.exitcode not in orderly


class WorkerPool:
    """N processes that compute keys, table after table."""

    def __init__(
        self, size: int, lab: LabServer, options: Options, problem: Callable[[str], None], signals: Signals
    ) -> None:
        """`problem` is called for processes that could not start or were lost."""
        self._size = size
        self._lab = lab
        self._workers: list[WorkerProcess] = []
        self._idle: list[WorkerProcess] = []
        self._waiting: deque[KeyDict] = deque()
        self._options = options
        self._problem = problem
        self._signals = signals
        self._stopped = False
        self._table = ""
        self._on_outcome: OnOutcome = lambda outcome: None
        self._clean_up: CleanUp = lambda pid, keys, current, how: False

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
                worker.process.join()

    def compute(self, table: str, keys: list[KeyDict], on_outcome: OnOutcome, clean_up: CleanUp) -> None:
        """Compute `keys` of the table of that dotted name; return when all have an outcome or nobody is left for them.

        `clean_up` puts right what a killed process left behind: it gets its id, its keys, the one it was at and how
        it ended, and returns whether it was in the make of that key.

        Raises InterruptedRunError after a signal, StoppedError when a failure ends the run.
        """
        self._table, self._on_outcome, self._waiting = table, on_outcome, deque(keys)
        self._clean_up = clean_up
        with self._signals.forward_to(self._forward):
            self._assign_batches()
            while self._busy():
                wait([worker.pipe for worker in self._busy()], timeout=LOOK_S)
                for worker in self._busy():
                    if worker.has_message():
                        self._receive(worker)
                self._assign_batches()
        if self._signals.received is not None:
            raise InterruptedRunError(self._signals.received)
        if self._stopped:
            raise StoppedError
        if self._waiting and not self._options.time_is_up:
            raise StoppedError(f"{len(self._waiting)} keys were not tried: no process is left to try them")

    def _busy(self) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker not in self._idle]

    def _assign_batches(self) -> None:
        """Assign every idle process a batch of the keys that wait."""
        if self._stopped or self._signals.received is not None or self._options.time_is_up:
            return
        for worker in list(self._idle):
            batch = self._next_batch()
            if batch:
                self._idle.remove(worker)
                self._assign(worker, batch)

    def _next_batch(self) -> list[KeyDict]:
        size = max(1, len(self._waiting) // (BATCHES_EACH * len(self._workers)))
        if self._options.stop_on_error:
            size = 1  # the others stop after the key they are at
        return [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]

    def _assign(self, worker: WorkerProcess, batch: list[KeyDict]) -> None:
        try:
            worker.send(self._table, batch)
        except OSError:
            self._waiting.extendleft(reversed(batch))
            self._remove(worker)

    def _receive(self, worker: WorkerProcess) -> None:
        try:
            message = worker.receive()
        except (EOFError, OSError):
            self._remove(worker)
            return
        if isinstance(message, Outcome):
            worker.batch.remove(message.key)
            self._stopped |= message.status == "failed" and self._options.stop_on_error
            self._on_outcome(message)
        elif message == HELLO:
            worker.takes_signals = True
            if self._signals.received is not None:
                worker.forward(self._signals.received)
        elif message == READY:
            self._idle.append(worker)
        else:
            worker.has_said_why = True
            self._problem(str(message))

    def _remove(self, worker: WorkerProcess) -> None:
        """Remove a process that has ended, say so, and let others have the keys it has not started."""
        self._workers.remove(worker)
        how = f"worker process {worker.process.pid} {worker.wait_for_end()}"
        if self._signals.received is not None:
            return
        if worker.has_left_a_job:
            self._clean_up_after(worker, how)
        elif not worker.has_said_why:
            self._problem(f"A {how}.")
        self._waiting.extendleft(reversed(worker.batch))

    def _clean_up_after(self, worker: WorkerProcess, how: str) -> None:
        """Make an error of the key it was at, so that the next one is not killed by it as well, and replace it."""
        current = worker.current_key
        try:
            was_in_make = self._clean_up(worker.process.pid or 0, worker.batch, current, f"Killed: {how}")
        except Exception as failure:
            was_in_make, how = current is not None, f"{how}; its reservations are left behind ({format_error(failure)})"
        if current is None or not was_in_make:  # another one might die as well, again and again
            self._problem(f"A {how}.")
            return
        worker.batch.remove(current)
        self._on_outcome(Outcome(current, "failed", f"Killed: {how}"))
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
