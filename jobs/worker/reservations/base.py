"""What is a reservation, and what can a worker do with some? Four verbs, whatever the jobs table is like."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from jobs.formats.key import key_hash
from jobs.worker.outcomes import KeyDict


@dataclass(frozen=True)
class Reservation:
    """One key of the table, and what stands for it in the jobs table; `number` is the key's place among those given.

    `connection_id`, `pid` and `user` are those that have reserved it; 0 and '' before.
    """

    key: KeyDict
    job_key: KeyDict
    hash: str
    number: int = 0
    connection_id: int = 0
    pid: int = 0
    user: str = ""


class Reservations(Protocol):
    """The four verbs for the jobs of one table, and the questions which jobs others have."""

    def reserve(self, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Reserve what nobody has yet, and return it."""

    def complete(self, job: Reservation, end: str) -> None:
        """Delete the reservation of a computed job and `end` make's transaction, so that both happen or neither."""

    def error(self, job: Reservation, message: str, stack: str) -> None:
        """Put an error in place of the reservation, if it still is the one we made."""

    def release(self, jobs: Sequence[Reservation]) -> None:
        """Delete reservations, so that any worker can take the keys."""

    def taken(self, jobs: Sequence[Reservation]) -> set[str]:
        """Return the hashes of those that are reserved, ignored or errors now."""

    def reserved_by(self, pid: int, jobs: Sequence[Reservation]) -> list[Reservation]:
        """Return those that a process of this machine has reserved."""

    def are_current(self, jobs: Sequence[Reservation]) -> bool:
        """Say whether the reservations name the connection in use, or DataJoint has connected again since."""

    def on_second_connection(self) -> AbstractContextManager["Reservations"]:
        """Return the same over a connection of its own, to release jobs in another thread."""


def reservation_of(key: KeyDict, job_key: KeyDict, number: int = 0) -> Reservation:
    """Return the job of a key; `job_key` is what the table reserves for it (0.14.10, autopopulate.py: _job_key)."""
    return Reservation(key, job_key, key_hash(job_key), number)
