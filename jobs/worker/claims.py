"""Which keys does this worker take next? A few at a time: asked for together, reserved together, checked together.

One question to the server for each key would cost more than a quick make, and eight workers on one list would stand in
each other's way (docs/decisions/0005). So keys are taken in chunks, as many as are computed in CHUNK_S: one when a
make takes longer, because what is reserved has to be what runs. Workers who meet move apart, each to a window of keys
that it looks at before it takes them, so that nobody walks a stale list; a worker alone keeps the order it was given.
"""

import random
from collections import deque
from collections.abc import Callable, Collection, Sequence

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ALL_ROWS
from jobs.worker.key_columns import any_of, columns_of
from jobs.worker.outcomes import KeyDict
from jobs.worker.reservations.schema_wide import Reservation, Reservations, reservation_of
from jobsite.lab.identifiers import quoted

CHUNK_S = 0.1
MOST_AT_ONCE = 32
# A look around is good for as many keys as are computed in this time: others move on meanwhile.
WINDOW_S = 0.4
LARGEST_WINDOW = 64
LOOKED_AT = 500
WIDEST_SPREAD = 256
DONE = "SELECT DISTINCT {names} FROM {target} WHERE {keys} {all_rows}"
IS_DONE = "SELECT 1 FROM {target} WHERE {keys} LIMIT 1"


class Claims:
    """The keys that are left of one table, and the next of them that are ours."""

    def __init__(
        self, table: Untyped, keys: Sequence[KeyDict], reservations: Reservations, skipped: Callable[[KeyDict], None]
    ) -> None:
        """`skipped` hears of keys that others have taken or finished."""
        self._table = table
        self._target = quoted(table.target.database, table.target.table_name)
        self._columns = columns_of(table, list(keys[0]) if keys else [])
        self._left = list(keys)
        self._window: deque[Reservation] = deque()
        self._reservations = reservations
        self._skipped = skipped
        self._deferred: list[Reservation] = []
        self._undecided: dict[str, Reservation] = {}
        self._from = 0
        self._at_once = 1
        self._ahead = 1
        self._look = 1
        self._spread = 1
        self._moves = False

    def __bool__(self) -> bool:
        """Say whether keys are left."""
        return bool(self._left or self._window)

    def next(self) -> list[Reservation]:
        """Reserve the next keys and return them; an empty list when others were quicker, or nothing is left.

        When the server fails, its error is raised, and no key is lost.
        """
        self.release_deferred()
        self._undecided = {}
        try:
            if not self._window:
                self._look_around()
            return self._take()
        except BaseException:
            self.put_back(self._undecided.values())
            raise

    def defer_release(self, jobs: Sequence[Reservation]) -> None:
        """Remember reservations that could not be released; the next question to the server releases them."""
        self._deferred += jobs

    @property
    def deferred(self) -> list[Reservation]:
        """The reservations that are still to be released."""
        return list(self._deferred)

    def release_deferred(self) -> None:
        """Release what was deferred."""
        self._reservations.release(self._deferred)
        self._deferred = []

    def _look_around(self) -> None:
        """Fill the window with keys that are free. Who has met nobody does without: the list is as good as new."""
        looked = self._next_to_look_at(self._at_once if self._spread == 1 else max(self._look, self._ahead))
        free = self._free(looked) if self._spread > 1 else looked
        # Elsewhere, and further, where others have been.
        self._moves = len(free) * 2 <= len(looked)
        self._look = min(2 * len(looked), LOOKED_AT) if self._moves else self._ahead
        # Where little is left, others want it too: no more than is taken at once, from anywhere among it.
        first, last = 0, self._ahead
        if self._moves and free:
            first = random.randrange(max(1, len(free) - self._at_once + 1))  # noqa: S311  not a secret
            last = first + self._at_once
        self._window.extend(free[first:last])
        self._put_back(free[:first] + free[last:])
        self._undecided = {}

    def _take(self) -> list[Reservation]:
        wanted = [self._window.popleft() for _ in range(min(self._at_once, len(self._window)))]
        self._undecided = {job.hash: job for job in wanted}
        reserved = self._reservations.reserve(wanted)
        self._deferred = reserved
        self._skip_taken(wanted, reserved)
        missing = self._still_missing(reserved)
        if not self._reservations.are_current(missing):
            self.put_back(missing)
            return []  # DataJoint has connected again in between: what is deferred now bears a dead id
        self._deferred = []
        if len(missing) < len(wanted):
            self._leave_window()
        return missing

    def _leave_window(self) -> None:
        """Somebody else works just here: begin elsewhere."""
        self._moves = True
        self._spread_out()
        self._put_back(self._window)
        self._window = deque()

    def put_back(self, jobs: Collection[Reservation]) -> None:
        """Take back jobs that were reserved and not started."""
        self._left[:0] = [job.key for job in jobs]

    def put_last(self, job: Reservation) -> None:
        """Take back a job that is to be tried again, after all others."""
        self._left.append(job.key)

    def record_duration(self, make_s: float) -> None:
        """Record how long the slowest make of a chunk took: the next chunk is as large as fits into CHUNK_S."""
        self._at_once = max(1, min(int(CHUNK_S / make_s), self._at_once * 2, MOST_AT_ONCE))
        self._ahead = max(1, min(int(WINDOW_S / make_s), self._ahead * 2, LARGEST_WINDOW))

    def _next_to_look_at(self, size: int) -> list[Reservation]:
        if self._moves or self._from >= len(self._left):
            places = max(1, min(self._spread, len(self._left) // self._ahead))
            self._from = random.randrange(places) * self._ahead  # noqa: S311  not a secret
        # A lab's own _job_key may ask the server, and fail: only then are the keys taken out.
        jobs = [reservation_of(key, self._table._job_key(key)) for key in self._left[self._from : self._from + size]]
        del self._left[self._from : self._from + size]
        first = {job.hash: job for job in reversed(jobs)}
        # A table may reserve several keys by one row (_job_key), and different keys may share a hash.
        self._put_back([job for job in jobs if first[job.hash] is not job])
        self._undecided = first
        return [job for job in jobs if first[job.hash] is job]

    def _put_back(self, jobs: Collection[Reservation]) -> None:
        self._left[self._from : self._from] = [job.key for job in jobs]
        for job in jobs:
            self._undecided.pop(job.hash, None)

    def _free(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Return the jobs that nobody has, and nobody has finished: as good as a look can tell, and cheap for many."""
        if not jobs:
            return []
        taken = self._reservations.taken(jobs)
        done = {tuple(row) for row in self._query(DONE, jobs)}
        if taken or done:
            self._spread_out()
        return self._keep(jobs, [job.hash in taken or self._values(job) in done for job in jobs])

    def _still_missing(self, jobs: list[Reservation]) -> list[Reservation]:
        """Give back what somebody finished between our look and our reservation."""
        if not jobs or not self._are_done(jobs):
            return jobs
        done = [self._are_done([job]) for job in jobs]
        self._reservations.release([job for job, is_done in zip(jobs, done, strict=True) if is_done])
        return self._keep(jobs, done)

    def _keep(self, jobs: Sequence[Reservation], is_skipped: Sequence[bool]) -> list[Reservation]:
        for job, skipped in zip(jobs, is_skipped, strict=True):
            if skipped:
                self._undecided.pop(job.hash, None)
                self._skipped(job.key)
        return [job for job, skipped in zip(jobs, is_skipped, strict=True) if not skipped]

    def _skip_taken(self, wanted: Sequence[Reservation], reserved: Sequence[Reservation]) -> None:
        """Skip what others were quicker to reserve."""
        have = {job.hash for job in reserved}
        self._keep(wanted, [job.hash not in have for job in wanted])

    def _spread_out(self) -> None:
        """Somebody else works here: begin at one of four times as many places."""
        self._spread = min(self._spread * 4, WIDEST_SPREAD)

    def is_done(self, job: Reservation) -> bool:
        """Say whether the table holds this key."""
        return self._are_done([job])

    def _are_done(self, jobs: Sequence[Reservation]) -> bool:
        """Say whether the table holds any of these keys; as DataJoint asks (`key in self.target`), by the server."""
        return bool(self._query(IS_DONE, jobs).fetchone())

    def _query(self, question: str, jobs: Sequence[Reservation]) -> Untyped:
        keys, values = any_of(self._columns, [job.key for job in jobs])
        names = ", ".join(column.name for column in self._columns) or "1"
        sql = question.format(names=names, target=self._target, keys=keys, all_rows=ALL_ROWS)
        return self._table.connection.query(sql, values)

    def _values(self, job: Reservation) -> tuple[object, ...]:
        return tuple(column.value(job.key) for column in self._columns)
