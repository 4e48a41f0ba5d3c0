"""How does a worker reserve a job, complete it, leave its error, or release it? Only here do workers write job rows.

`JobsTableReservations` writes the `~jobs` table of DataJoint 0.14.10 as its jobs.py does, row for row, so that
DataJoint's own workers and ours share one table. Three things differ. Several keys are reserved in one statement. The
connection id is that of the connection in use, where DataJoint keeps the first one for ever. And a row is only deleted
while it is still the one that was written: somebody may have cleared it, and another worker taken the key.
Left out: which keys to reserve (`jobs.worker.claims`) and what to compute (`jobs.worker.make`).
"""

import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ConnectionIdentity, SecondConnection
from jobs.worker.errors import LONGEST_STACK, SHORT_STACK, cut_stack, in_ascii
from jobs.worker.reservations.base import Reservation
from jobs.worker.reservations.jobs_table import JobsTable
from jobs.worker.reservations.rows import JobRows, Pack
from jobs.worker.server_errors import is_busy, is_deadlock, is_denied, is_duplicate, is_temporary, no_writes_reason

IN_ONE_STATEMENT = "BEGIN NOT ATOMIC {release}; {end}; END"


class JobsTableQueries:
    """What is asked of the rows of one table in the `~jobs` table of its schema."""

    def __init__(self, connection: Untyped, jobs: JobsTable, table_name: str, pack: Pack) -> None:
        """`connection` is DataJoint's, `pack` its blob.pack with Python's own types."""
        self._connection = connection
        self._jobs = jobs
        self._table_name = table_name
        self._pack = pack
        self._rows = JobRows(jobs, table_name, platform.node(), pack)
        self._identity = ConnectionIdentity(connection)
        self._pid = os.getpid()

    def are_current(self, jobs: Sequence[Reservation]) -> bool:
        """Say whether the reservations bear the id of the connection in use."""
        return all(job.connection_id == self._identity.who()[0] for job in jobs)

    def taken(self, jobs: Sequence[Reservation]) -> set[str]:
        """Ask by primary key."""
        hashes = [job.hash for job in jobs]
        return {taken for (taken,) in self._connection.query(self._jobs.taken, (self._table_name, hashes))}

    def reserved_by(self, pid: int, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Ask for the process by its id and this machine's name; none where the rows name neither."""
        if not jobs or not self._jobs.names_processes:
            return []
        parameters = (self._table_name, [job.hash for job in jobs], self._rows.host, pid)
        holders = dict(self._connection.query(self._jobs.reserved_by, parameters))
        user = self._rows.user(self._identity.who()[1])
        return [
            replace(job, connection_id=holders[job.hash] or 0, pid=pid, user=user)
            for job in jobs
            if job.hash in holders
        ]


class JobsTableReservations(JobsTableQueries):
    """The four verbs, and the same questions."""

    def __init__(self, connection: Untyped, jobs: JobsTable, table_name: str, pack: Pack) -> None:
        """Nothing is reserved yet."""
        super().__init__(connection, jobs, table_name, pack)
        self._doubtful: list[Reservation] = []
        """Reservations that may be in the jobs table, and that no answer of the server has accounted for."""

    def reserve(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Reserve what nobody has yet, in as few statements as possible, and return it."""
        # In the order of the table's index: workers who want the same keys wait for each other, never in a ring.
        reserved = {job.hash: job for job in self._reserve(sorted(jobs, key=lambda job: job.hash))}
        return [reserved[job.hash] for job in jobs if job.hash in reserved]

    def complete(self, job: Reservation, end: str) -> None:
        """Delete the reservation and end the transaction: one question, where the server takes statements together.

        Raises the server's error, with the transaction still open unless that error ended it.
        """
        if self._doubtful or not self._identity.takes_blocks():
            doubtful = self._doubtful
            self.release([job])
            self._doubtful = doubtful  # until the commit: what was deleted comes back when that fails
            self._connection.query(end)
            self._doubtful = []
        else:
            statement = IN_ONE_STATEMENT.format(release=self._jobs.release, end=end)
            ended = self._connection.query(statement, (self._table_name, [job.hash], *self._rows.owner(job)))
            if not ended.rowcount:  # somebody cleared it, or the same: with the next release
                self._doubtful.append(job)

    def error(self, job: Reservation, message: str, stack: str) -> None:
        """Make an error of the row; what the table's character set or column cannot hold is escaped and cut.

        A row that is gone or somebody else's is left alone: it was cleared, so that the key is computed again.
        """
        try:
            self._write_error(job, message, cut_stack(stack, LONGEST_STACK))
        except Exception as failure:  # DataJoint would end here, and leave the reservation behind
            if is_temporary(failure):
                raise
            self._write_error(job, in_ascii(message), in_ascii(cut_stack(stack, SHORT_STACK)))

    def release(self, jobs: Sequence[Reservation]) -> None:
        """Delete the reservations that are still ours."""
        jobs = [*jobs, *self._doubtful]
        for owner in {self._rows.owner(job) for job in jobs}:
            hashes = [job.hash for job in jobs if self._rows.owner(job) == owner]
            parameters = (self._table_name, hashes, *owner)
            # What a KILL QUERY hits, MariaDB may call done without a row: once more, if rows are not accounted for.
            if self._connection.query(self._jobs.release, parameters).rowcount < len(hashes):
                self._connection.query(self._jobs.release, parameters)
        self._doubtful = []

    @contextmanager
    def on_second_connection(self) -> Iterator["JobsTableReservations"]:
        """Connect to where DataJoint is connected. Raises the driver's error when that fails."""
        second = SecondConnection(self._connection)
        try:
            yield JobsTableReservations(second, self._jobs, self._table_name, self._pack)
        finally:
            second.close()

    def _reserve(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        if not jobs:
            return []
        connection_id, user = self._identity.who()
        user = self._rows.user(user)
        ours = [replace(job, connection_id=connection_id, pid=self._pid, user=user) for job in jobs]
        # Doubtful until the server has answered over the same connection: an answer may be lost after the rows were
        # written, and DataJoint connects again unasked and sends the statement once more.
        before, self._doubtful = self._doubtful, [*self._doubtful, *ours]
        try:
            self._connection.query(self._jobs.reserve(len(ours)), [self._rows.reserved(job) for job in ours])
        except Exception as error:
            if not is_taken(error) or (len(jobs) == 1 and is_busy(error)):
                if self._identity.is_known and (is_denied(error) or no_writes_reason(error)):
                    self._doubtful = before
                raise
            if self._identity.who()[0] == connection_id:
                self._doubtful = before
                return self._reserve_what_is_left(jobs)
        if self._identity.who()[0] == connection_id:
            self._doubtful = before
            return ours
        self.release([])  # the rows, if they were written, bear the id of a connection that is gone
        return self._reserve(jobs)

    def _reserve_what_is_left(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Leave out what is taken; when that does not show, because its row comes or goes just now, halve the rest."""
        taken = self.taken(jobs)
        left = [job for job in jobs if job.hash not in taken]
        if len(left) < len(jobs):
            return self._reserve(left)
        middle = len(jobs) // 2
        first = self._reserve(jobs[:middle])
        try:
            return first + self._reserve(jobs[middle:]) if middle else []
        except BaseException:
            self._doubtful += first
            raise

    def _write_error(self, job: Reservation, message: str, stack: str) -> None:
        parameters = (*self._rows.texts(message, stack), self._table_name, job.hash, *self._rows.owner(job))
        self._connection.query(self._jobs.become_error, parameters)


def is_taken(error: BaseException) -> bool:
    """Say whether an INSERT failed because another worker has a key, or takes or leaves one just now."""
    return is_duplicate(error) or is_deadlock(error)
