"""What did a killed worker process leave behind? An error for the key it was at, and its other keys for everybody."""

from collections.abc import Sequence

from jobs.outcomes import Key, Options, Untyped
from jobs.pipelines import reservations_of
from jobs.reservations import job_of


def settle(table: Untyped, options: Options, pid: int, keys: Sequence[Key], message: str) -> Key | None:
    """Make an error of the key that process `pid` was at, give back what it had reserved besides, and return the key.

    `keys` are those it had to compute, in its order: it makes them in order, so the first one that is still reserved
    was in make. Returns None when it held none.
    """
    reservations = reservations_of(table, options)
    jobs = [job_of(key, table._job_key(key)) for key in keys]
    held = reservations.held(pid, jobs)
    if not held:
        return None
    reservations.error(held[0], message, "")
    reservations.release(held[1:])
    return held[0].key
