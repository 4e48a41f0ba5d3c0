"""What does a worker write down that reserves nothing? `populate --no-reserve`, while nobody else computes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jobs.worker.outcomes import Untyped
from jobs.worker.reservations.schema_wide import Job


class Unreserved:
    """No jobs table."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        self._connection = connection

    def reserve(self, jobs: Sequence[Job]) -> list[Job]:
        """All are to be had."""
        return list(jobs)

    def complete(self, job: Job, end: str) -> None:
        """Nothing is kept; the transaction ends."""
        self._connection.query(end)

    def error(self, job: Job, message: str, stack: str) -> None:
        """Nothing is kept."""

    def release(self, jobs: Sequence[Job]) -> None:
        """Nothing is kept."""

    def taken(self, jobs: Sequence[Job]) -> set[str]:
        """Nothing is taken."""
        return set()

    def held(self, pid: int, jobs: Sequence[Job]) -> list[Job]:
        """Nothing is held."""
        return []

    def are_live(self, jobs: Sequence[Job]) -> bool:
        """Nothing names a connection."""
        return True

    @contextmanager
    def beside(self) -> Iterator["Unreserved"]:
        """Nothing is connected."""
        yield self
