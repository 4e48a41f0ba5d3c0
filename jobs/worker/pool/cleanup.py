"""What did a killed worker process leave behind? An error for the key it was at, and its other keys for everybody."""

from collections.abc import Mapping

from jobs.worker.dj.compat import Untyped, job_key_of
from jobs.worker.dj.connecting import connected
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict
from jobs.worker.reservations.base import reservation_of
from jobs.worker.reservations.factory import reservations_of


def clean_up_after(
    table: Untyped, options: Options, pid: int, batch: Mapping[int, KeyDict], current: int | None, message: str
) -> bool:
    """Make an error of the key that process `pid` was at, and release what it had reserved besides.

    `batch` are the keys it had not finished, by number, and `current` is the number of the one it started last.
    Returns whether it still had that key reserved; otherwise it had finished it, or started none.
    """
    reservations = reservations_of(connected(table), options)
    jobs = [reservation_of(key, job_key_of(table, key), number) for number, key in batch.items()]
    reserved = reservations.reserved_by(pid, jobs)
    in_make = [job for job in reserved if job.number == current]
    for job in in_make:
        reservations.error(job, message, "")
    reservations.release([job for job in reserved if job not in in_make])
    return bool(in_make)
