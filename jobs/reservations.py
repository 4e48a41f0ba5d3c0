"""How does a worker reserve a job, finish it, leave its error, or give it back? Only here do workers write job rows.

`SchemaWide` writes the `~jobs` table of DataJoint 0.14.10 as its jobs.py does, row for row, so that DataJoint's own
workers and ours share one table. Three things differ. Several keys are reserved in one statement. The connection id is
that of the connection in use, where DataJoint keeps the first one for ever. And a row is only taken back while it is
still the one that was written: somebody may have cleared it, and another worker taken the key.
Left out: which keys to reserve (`jobs.claiming`) and what to compute (`jobs.making`).
"""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from jobs.error_texts import LONGEST_STACK, SHORT_STACK, cut_message, cut_stack, in_ascii
from jobs.keys import key_hash
from jobs.outcomes import Key, Untyped
from jobs.patience import DEADLOCK, is_busy, is_gone
from jobs.sessions import Beside, Session
from jobsite.columns import quoted

DUPLICATE = 1062
RESERVE = "INSERT INTO {jobs} (table_name, key_hash, status, host, pid, connection_id, `key`, `user`) VALUES {rows}"
BECOME_ERROR = """
    UPDATE {jobs} SET status = 'error', error_message = %s, error_stack = %s, timestamp = CURRENT_TIMESTAMP
    WHERE table_name = %s AND key_hash = %s AND status = 'reserved' AND pid = %s AND connection_id = %s
"""
RELEASE = """
    DELETE FROM {jobs}
    WHERE table_name = %s AND key_hash IN %s AND status = 'reserved' AND pid = %s AND connection_id = %s
"""
AT_ONCE = "BEGIN NOT ATOMIC {release}; {end}; END"
TAKEN = "SELECT key_hash FROM {jobs} WHERE table_name = %s AND key_hash IN %s"
HELD = """
    SELECT key_hash, connection_id FROM {jobs}
    WHERE table_name = %s AND key_hash IN %s AND status = 'reserved' AND host = %s AND pid = %s
"""
Pack = Callable[[object], bytes]


@dataclass(frozen=True)
class Job:
    """One key of the table, and what stands for it in the jobs table; `held_by` and `pid` are who reserved it."""

    key: Key
    job_key: Key
    hash: str
    held_by: int = 0
    pid: int = 0


class Reservations(Protocol):
    """The four verbs of a jobs table, and the question which jobs are in it."""

    def reserve(self, jobs: Sequence[Job]) -> list[Job]:
        """Reserve what is still to be had, and return it."""

    def complete(self, job: Job, end: str) -> None:
        """Take back the reservation of a computed job and `end` make's transaction, so that both happen or neither."""

    def error(self, job: Job, message: str, stack: str) -> None:
        """Put an error in place of the reservation, if it still is the one we made."""

    def release(self, jobs: Sequence[Job]) -> None:
        """Give back reservations, for any worker to take."""

    def taken(self, jobs: Sequence[Job]) -> set[str]:
        """Return the hashes of those that are reserved, ignored or errors now."""

    def held(self, pid: int, jobs: Sequence[Job]) -> list[Job]:
        """Return those that a process of this machine has reserved."""

    def are_live(self, jobs: Sequence[Job]) -> bool:
        """Say whether the reservations name the connection in use, or DataJoint has connected again since."""

    def beside(self) -> AbstractContextManager["Reservations"]:
        """Give the same over a connection of its own, to release jobs in another thread."""


class SchemaWide:
    """The rows of one table in the `~jobs` table of its schema."""

    def __init__(self, connection: Untyped, database: str, table_name: str, pack: Pack) -> None:
        """`connection` is DataJoint's, `pack` its blob.pack with Python's own types."""
        self._connection = connection
        self._database = database
        self._jobs = quoted(database, "~jobs")
        self._table_name = table_name
        self._pack = pack
        self._session = Session(connection)
        self._host, self._pid = platform.node(), os.getpid()
        self._doubtful: list[Job] = []

    def reserve(self, jobs: Sequence[Job]) -> list[Job]:
        """Reserve what is still to be had, in as few statements as can be, and return it."""
        # In the order of the table's index: workers who want the same keys wait for each other, never in a ring.
        reserved = {job.hash: job for job in self._reserve(sorted(jobs, key=lambda job: job.hash))}
        return [reserved[job.hash] for job in jobs if job.hash in reserved]

    def complete(self, job: Job, end: str) -> None:
        """Delete the reservation and end the transaction: one question, where the server takes statements together.

        Raises the server's error, with the transaction still open unless that error ended it.
        """
        if self._doubtful or not self._session.takes_blocks():
            self.release([job])
            self._connection.query(end)
        else:
            at_once = AT_ONCE.format(release=RELEASE, end=end)
            ended = self._connection.query(self._sql(at_once), self._whose(job.held_by, job.pid, [job.hash]))
            if not ended.rowcount:  # somebody cleared it, or the same: with the next release
                self._doubtful.append(job)

    def error(self, job: Job, message: str, stack: str) -> None:
        """Make an error of the row; what the table's character set or column cannot hold is escaped and cut.

        A row that is gone or somebody else's is left alone: it was cleared, so that the key is computed again.
        """
        try:
            self._write_error(job, message, cut_stack(stack, LONGEST_STACK))
        except Exception as failure:  # DataJoint would end here, and leave the reservation behind
            if is_gone(failure) or is_busy(failure):
                raise
            self._write_error(job, in_ascii(message), in_ascii(cut_stack(stack, SHORT_STACK)))

    def release(self, jobs: Sequence[Job]) -> None:
        """Delete the reservations that are still ours."""
        jobs = [*jobs, *self._doubtful]
        for held_by, pid in {(job.held_by, job.pid) for job in jobs}:
            hashes = [job.hash for job in jobs if (job.held_by, job.pid) == (held_by, pid)]
            whose = self._whose(held_by, pid, hashes)
            # What a KILL QUERY hits, MariaDB may call done without a row: once more, if rows are not accounted for.
            if self._connection.query(self._sql(RELEASE), whose).rowcount < len(hashes):
                self._connection.query(self._sql(RELEASE), whose)
        self._doubtful = []

    def are_live(self, jobs: Sequence[Job]) -> bool:
        """Say whether the reservations bear the id of the connection in use."""
        return all(job.held_by == self._session.who()[0] for job in jobs)

    def taken(self, jobs: Sequence[Job]) -> set[str]:
        """Ask by primary key."""
        hashes = [job.hash for job in jobs]
        return {taken for (taken,) in self._connection.query(self._sql(TAKEN), (self._table_name, hashes))}

    def held(self, pid: int, jobs: Sequence[Job]) -> list[Job]:
        """Ask for the process by its id and this machine's name."""
        parameters = (self._table_name, [job.hash for job in jobs], self._host, pid)
        holders = dict(self._connection.query(self._sql(HELD), parameters)) if jobs else {}
        return [replace(job, held_by=holders[job.hash], pid=pid) for job in jobs if job.hash in holders]

    @contextmanager
    def beside(self) -> Iterator["SchemaWide"]:
        """Connect to where DataJoint is connected. Raises the driver's error when that fails."""
        beside = Beside(self._connection)
        try:
            yield SchemaWide(beside, self._database, self._table_name, self._pack)
        finally:
            beside.close()

    def _reserve(self, jobs: Sequence[Job]) -> list[Job]:
        if not jobs:
            return []
        held_by, _ = self._session.who()
        ours = [replace(job, held_by=held_by, pid=self._pid) for job in jobs]
        try:
            self._insert(jobs)
        except Exception as error:
            if not is_taken(error) or (len(jobs) == 1 and is_busy(error)):
                self._doubtful += ours  # the answer may have been lost after the rows were written
                raise
            if self._session.who()[0] == held_by:
                return self._reserve_what_is_left(jobs)
        if self._session.who()[0] == held_by:
            return ours
        self.release(ours)  # the connection was lost, opened again, and the rows, if they came, bear a dead id
        return self._reserve(jobs)

    def _reserve_what_is_left(self, jobs: Sequence[Job]) -> list[Job]:
        """Leave out what is taken; when that does not show, because its row comes or goes just now, halve the rest."""
        taken = self.taken(jobs)
        left = [job for job in jobs if job.hash not in taken]
        if len(left) < len(jobs):
            return self._reserve(left)
        middle = len(jobs) // 2
        return self._reserve(jobs[:middle]) + self._reserve(jobs[middle:]) if middle else []

    def _insert(self, jobs: Sequence[Job]) -> None:
        self._write(RESERVE, [self._row(job, "reserved") for job in jobs])

    def _write_error(self, job: Job, message: str, stack: str) -> None:
        values = (cut_message(message), self._pack(stack), self._table_name, job.hash, job.pid, job.held_by)
        self._connection.query(self._sql(BECOME_ERROR), values)

    def _whose(self, held_by: int, pid: int, hashes: Sequence[str]) -> tuple[object, ...]:
        return (self._table_name, hashes, pid, held_by)

    def _row(self, job: Job, status: str) -> tuple[object, ...]:
        connection_id, user = self._session.who()
        key = self._pack(job.job_key)
        return (self._table_name, job.hash, status, self._host, self._pid, connection_id, key, user)

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._connection.query(self._sql(statement, rows=", ".join(["%s"] * len(rows))), rows)

    def _sql(self, statement: str, **parts: str) -> str:
        return statement.format(jobs=self._jobs, **parts)


def job_of(key: Key, job_key: Key) -> Job:
    """Return the job of a key; `job_key` is what the table reserves for it (0.14.10, autopopulate.py: _job_key)."""
    return Job(key, job_key, key_hash(job_key))


def is_taken(error: BaseException) -> bool:
    """Say whether an INSERT failed because another worker has a key, or takes or leaves one just now."""
    # DataJoint makes a DuplicateError of 1062 and leaves a deadlock as the driver raised it.
    return type(error).__name__ == "DuplicateError" or error.args[:1] in ((DUPLICATE,), (DEADLOCK,))
