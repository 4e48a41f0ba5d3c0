"""What did a killed worker process leave behind? An error for the key it was at, and its other keys for everybody."""

from collections.abc import Sequence

from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import reservations_of
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict
from jobs.worker.reservations.schema_wide import reservation_of


def clean_up_after(
    table: Untyped, options: Options, pid: int, keys: Sequence[KeyDict], at: KeyDict | None, message: str
) -> bool:
    """Make an error of the key `at` which process `pid` was, give back what it had reserved besides of its `keys`.

    Returns whether it still had that key reserved; otherwise it had finished it, or begun none.
    """
    reservations = reservations_of(table, options)
    held = reservations.reserved_by(pid, [reservation_of(key, table._job_key(key)) for key in keys])
    in_make = [job for job in held if job.key == at]
    for job in in_make:
        reservations.error(job, message, "")
    reservations.release([job for job in held if job not in in_make])
    return bool(in_make)
