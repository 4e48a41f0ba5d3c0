"""How do N processes compute the keys of one table? Each has its own connection; this process deals out the keys.

DataJoint's own pool is not used: its children write the closed connection id of their parent into every row (0.14.10,
autopopulate.py). Each member here is forked from a process that has imported DataJoint and nothing else: N members
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
from jobs.worker.outcomes import InterruptedRunError, Key, Options, Outcome, StoppedError, said
from jobs.worker.pool.child import HELLO, READY, work
from jobs.worker.script import jobsite_on_path
from jobs.worker.signals import Interrupts
from jobs.worker.watchdog import KILLED_BY, SIGNALS
from jobsite.lab.address import LabServer

# A share is a quarter of a fair part of what is left: few questions to the server at first, even ends at last.
SHARES_EACH = 4
LOOK_S = 0.5
GOODBYE_S = 5.0
NOWHERE = -1
CleanUp = Callable[[int, list[Key], Key | None, str], bool]
CONTEXT = get_context("forkserver")


class Member:
    """One process of the crew, seen from the one that deals."""

    def __init__(self, lab: LabServer, options: Options) -> None:
        """Start the process; it says HELLO when it can take signals, and READY when it can take keys."""
        self.pipe, theirs = CONTEXT.Pipe()
        # Not a daemon: a make may start processes of its own. The password goes through a pipe, not the process list.
        self._at = CONTEXT.RawValue("q", NOWHERE)
        self.process = CONTEXT.Process(target=work, args=(theirs, self._at, lab, options), daemon=False)
        with jobsite_on_path():
            self.process.start()
        theirs.close()
        self.takes_signals = False
        self.has_said_why = False
        self.share: list[Key] = []
        self._given: list[Key] = []

    def give(self, table: str, share: list[Key]) -> None:
        """Send it keys to compute. Raises OSError when it has ended."""
        self._at.value = NOWHERE
        self.pipe.send((table, share))
        self.share, self._given = share, list(share)

    @property
    def at(self) -> Key | None:
        """The key that it began last; None before any of its share."""
        return None if self._at.value == NOWHERE else self._given[self._at.value]

    def has_news(self) -> bool:
        """Say whether it has spoken or ended. A dead one's pipe may stay open in processes that its make started."""
        return self.pipe.poll() or self.process.exitcode is not None

    def hear(self) -> object:
        """Return what it said. Raises EOFError when it has ended."""
        if not self.pipe.poll():
            raise EOFError
        return self.pipe.recv()

    def interrupt(self, signum: int) -> None:
        """Pass a signal on, unless it is still starting: then it hears of it when it says HELLO."""
        if self.takes_signals and self.process.is_alive() and self.process.pid:
            with suppress(ProcessLookupError):  # it has ended just now, by the same signal perhaps
                os.kill(self.process.pid, signum)

    def leave(self) -> None:
        """Let it go: a closed pipe is its goodbye, once it has nothing to do."""
        self.pipe.close()

    def end(self) -> str:
        """Wait for its end and return how it came."""
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
    def has_left_its_job(self) -> bool:
        """Say whether it died without a chance to record its job: killed, or by a make that ended the process."""
        orderly = {KILLED_BY + signum for signum in SIGNALS}
        return bool(self.share) and not self.has_said_why and self.process.exitcode not in orderly


class Crew:
    """N processes that compute keys, table after table."""

    def __init__(
        self, size: int, lab: LabServer, options: Options, trouble: Callable[[str], None], interrupts: Interrupts
    ) -> None:
        """`trouble` hears of processes that could not start or were lost."""
        self._size = size
        self._lab = lab
        self._members: list[Member] = []
        self._idle: list[Member] = []
        self._waiting: deque[Key] = deque()
        self._options = options
        self._trouble = trouble
        self._interrupts = interrupts
        self._stopped = False
        self._table = ""
        self._on_outcome: OnOutcome = lambda outcome: None
        self._clean_up: CleanUp = lambda pid, keys, at, how: False

    def __enter__(self) -> "Crew":
        """Start the members."""
        with self._interrupts.held():
            _prepare_to_fork()
            self._members = [Member(self._lab, self._options) for _ in range(self._size)]
        return self

    def __exit__(self, *exception: object) -> None:
        """Let everybody go, and wait until they have gone."""
        with self._interrupts.passed_on(self._pass_on):
            for member in self._members:
                member.leave()
            for member in self._members:
                member.process.join()

    def compute(self, table: str, keys: list[Key], on_outcome: OnOutcome, clean_up: CleanUp) -> None:
        """Compute `keys` of the table of that dotted name; return when all have an outcome or nobody is left for them.

        `clean_up` puts right what a killed process left behind: it gets its id, its keys, the one it was at and how
        it ended, and returns whether it was in the make of that key.

        Raises InterruptedRunError after a signal, StoppedError when a failure ends the run.
        """
        self._table, self._on_outcome, self._waiting = table, on_outcome, deque(keys)
        self._clean_up = clean_up
        with self._interrupts.passed_on(self._pass_on):
            self._deal()
            while self._at_work():
                wait([member.pipe for member in self._at_work()], timeout=LOOK_S)
                for member in self._at_work():
                    if member.has_news():
                        self._hear(member)
                self._deal()
        if self._interrupts.received is not None:
            raise InterruptedRunError(self._interrupts.received)
        if self._stopped:
            raise StoppedError
        if self._waiting and not self._options.time_is_up:
            raise StoppedError(f"{len(self._waiting)} keys were not tried: no process is left to try them")

    def _at_work(self) -> list[Member]:
        return [member for member in self._members if member not in self._idle]

    def _deal(self) -> None:
        """Give every idle member a share of what waits."""
        if self._stopped or self._interrupts.received is not None or self._options.time_is_up:
            return
        for member in list(self._idle):
            share = self._next_share()
            if share:
                self._idle.remove(member)
                self._give(member, share)

    def _next_share(self) -> list[Key]:
        size = max(1, len(self._waiting) // (SHARES_EACH * len(self._members)))
        if self._options.stop_on_error:
            size = 1  # the others stop after the key they are at
        return [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]

    def _give(self, member: Member, share: list[Key]) -> None:
        try:
            member.give(self._table, share)
        except OSError:
            self._waiting.extendleft(reversed(share))
            self._lose(member)

    def _hear(self, member: Member) -> None:
        try:
            message = member.hear()
        except (EOFError, OSError):
            self._lose(member)
            return
        if isinstance(message, Outcome):
            member.share.remove(message.key)
            self._stopped |= message.status == "failed" and self._options.stop_on_error
            self._on_outcome(message)
        elif message == HELLO:
            member.takes_signals = True
            if self._interrupts.received is not None:
                member.interrupt(self._interrupts.received)
        elif message == READY:
            self._idle.append(member)
        else:
            member.has_said_why = True
            self._trouble(str(message))

    def _lose(self, member: Member) -> None:
        """Strike off a member that has ended, say so, and deal its untouched keys again."""
        self._members.remove(member)
        how = f"worker process {member.process.pid} {member.end()}"
        if self._interrupts.received is not None:
            return
        if member.has_left_its_job:
            self._clean_up_after(member, how)
        elif not member.has_said_why:
            self._trouble(f"A {how}.")
        self._waiting.extendleft(reversed(member.share))

    def _clean_up_after(self, member: Member, how: str) -> None:
        """Make an error of the key it was at, so that the next one is not killed by it as well, and replace it."""
        at = member.at
        try:
            was_in_make = self._clean_up(member.process.pid or 0, member.share, at, f"Killed: {how}")
        except Exception as failure:
            was_in_make, how = at is not None, f"{how}; its reservations are left behind ({said(failure)})"
        if at is None or not was_in_make:  # another one might die as well, again and again
            self._trouble(f"A {how}.")
            return
        member.share.remove(at)
        self._on_outcome(Outcome(at, "failed", f"Killed: {how}"))
        self._members.append(Member(self._lab, self._options))

    def _pass_on(self, signum: int) -> None:
        for member in self._members:
            member.interrupt(signum)


def _prepare_to_fork() -> None:
    """Start the process that members are forked from. No signal may end it, or a member before it can take one."""
    CONTEXT.set_forkserver_preload(["datajoint"])
    before = {signum: signal.signal(signum, signal.SIG_IGN) for signum in SIGNALS}  # inherited by all of them
    with jobsite_on_path():
        forkserver.ensure_running()
    for signum, handler in before.items():
        signal.signal(signum, handler)
