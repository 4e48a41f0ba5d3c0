"""What does a worker do that reserves nothing? `populate --no-reserve`, while nobody else computes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jobs.worker.dj.compat import Untyped
from jobs.worker.reservations.base import Reservation


class NoReservations:
    """No jobs table."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        self._connection = connection

    def reserve(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Return all of them: nobody else is asked."""
        return list(jobs)

    def complete(self, job: Reservation, end: str) -> None:
        """Nothing is kept; the transaction ends."""
        self._connection.query(end)

    def error(self, job: Reservation, message: str, stack: str) -> None:
        """Nothing is kept."""

    def release(self, jobs: Sequence[Reservation]) -> None:
        """Nothing is kept."""

    def taken(self, jobs: Sequence[Reservation]) -> set[str]:
        """Nothing is taken."""
        return set()

    def reserved_by(self, pid: int, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Nothing is reserved."""
        return []

    def are_current(self, jobs: Sequence[Reservation]) -> bool:
        """Nothing names a connection."""
        return True

    @contextmanager
    def on_second_connection(self) -> Iterator["NoReservations"]:
        """Nothing is connected."""
        yield self
