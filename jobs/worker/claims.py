"""Which keys does this worker take next? A few at a time: asked for together, reserved together, checked together.

One question to the server for each key would cost more than a quick make, and eight workers on one list would stand in
each other's way (docs/decisions/0005). How many, and from where, is `jobs.worker.window`'s; here the server is asked.
"""

import random
from collections.abc import Collection, Sequence

from jobs.worker.computed import ComputedKeys
from jobs.worker.context import TableContext
from jobs.worker.dj.compat import job_key_of
from jobs.worker.outcomes import KeyDict, Outcome
from jobs.worker.reservations.base import Reservation, reservation_of
from jobs.worker.window import KeyWindow


class Claims:
    """The keys that are left of one table, and the next of them that are ours."""

    def __init__(self, context: TableContext, keys: Sequence[KeyDict], computed: ComputedKeys) -> None:
        """A key that others have taken or finished gets the outcome `skipped`."""
        self._context = context
        self._keys = keys
        self._computed = computed
        self._window = KeyWindow(len(keys), random.randrange)
        self._in_window: dict[int, Reservation] = {}
        self._undecided: dict[int, Reservation] = {}
        self._deferred: list[Reservation] = []

    def __bool__(self) -> bool:
        """Say whether keys are left."""
        return bool(self._window)

    def next(self) -> list[Reservation]:
        """Reserve the next keys and return them; an empty list when others were quicker, or nothing is left.

        When the server fails, its error is raised, and no key is lost.
        """
        self.release_deferred()
        self._undecided = {}
        try:
            if self._window.is_empty:
                self._fill_window()
            return self._take_chunk()
        except BaseException:
            self._window.put_first(self._undecided)
            raise

    def record_duration(self, make_s: float) -> None:
        """Record how long the slowest make of a chunk took."""
        self._window.record_duration(make_s)

    def put_first(self, jobs: Collection[Reservation]) -> None:
        """Take back jobs that were reserved and not started: they come next."""
        self._window.put_first([job.number for job in jobs])

    def put_last(self, job: Reservation) -> None:
        """Take back a job that is to be tried again, after all others."""
        self._window.put_last(job.number)

    def defer_release(self, jobs: Sequence[Reservation]) -> None:
        """Remember reservations that could not be released; the next question to the server releases them."""
        self._deferred += jobs

    @property
    def deferred(self) -> list[Reservation]:
        """The reservations that are still to be released."""
        return list(self._deferred)

    def release_deferred(self) -> None:
        """Release what was deferred."""
        self._context.reservations.release(self._deferred)
        self._deferred = []

    def _fill_window(self) -> None:
        """Look at some keys, and fill the window with those that are free."""
        # A lab's own _job_key may ask the server, and fail: only then are the keys taken out.
        jobs = [self._reservation(number) for number in self._window.candidates()]
        self._window.take_out(len(jobs))
        # A table may reserve several keys by one row (_job_key), and different keys may share a hash.
        first = {job.hash: job for job in reversed(jobs)}
        self._window.put_back_at_start([job.number for job in jobs if first[job.hash] is not job])
        looked_at = [job for job in jobs if first[job.hash] is job]
        self._undecided = {job.number: job for job in looked_at}
        free = self._free(looked_at) if self._window.is_spread else looked_at
        self._window.fill(len(looked_at), [job.number for job in free])
        self._in_window, self._undecided = {job.number: job for job in free}, {}

    def _reservation(self, number: int) -> Reservation:
        key = self._keys[number]
        return reservation_of(key, job_key_of(self._context.table, key), number)

    def _take_chunk(self) -> list[Reservation]:
        wanted = [self._in_window[number] for number in self._window.next_chunk()]
        self._undecided = {job.number: job for job in wanted}
        reserved = self._context.reservations.reserve(wanted)
        self._deferred = reserved
        ours = {job.hash for job in reserved}
        self._skip_taken(wanted, [job.hash not in ours for job in wanted])
        missing = self._still_missing(reserved)
        if not self._context.reservations.are_current(missing):
            self.put_first(missing)
            return []  # DataJoint has connected again in between: what is deferred now bears a dead id
        self._deferred = []
        if len(missing) < len(wanted):
            self._window.leave()
        return missing

    def _free(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Return the jobs that nobody has, and nobody has finished: as good as a look can say, and cheap for many."""
        if not jobs:
            return []
        taken = self._context.reservations.taken(jobs)
        done = self._computed.among([job.key for job in jobs])
        if taken or done:
            self._window.spread()
        return self._skip_taken(jobs, [job.hash in taken or self._computed.values(job.key) in done for job in jobs])

    def _still_missing(self, jobs: list[Reservation]) -> list[Reservation]:
        """Release what somebody finished between our look and our reservation."""
        if not jobs or not self._computed.has_any([job.key for job in jobs]):
            return jobs
        done = [self._computed.has(job.key) for job in jobs]
        self._context.reservations.release([job for job, is_done in zip(jobs, done, strict=True) if is_done])
        return self._skip_taken(jobs, done)

    def _skip_taken(self, jobs: Sequence[Reservation], is_skipped: Sequence[bool]) -> list[Reservation]:
        """Report what others have as skipped, and return the rest."""
        for job, skipped in zip(jobs, is_skipped, strict=True):
            if skipped:
                self._undecided.pop(job.number, None)
                self._context.on_outcome(Outcome(job.key, "skipped", number=job.number))
        return [job for job, skipped in zip(jobs, is_skipped, strict=True) if not skipped]
