"""Where does a table have its jobs? In the `~jobs` table of its schema, or nowhere with --no-reserve."""

from functools import partial

from jobs.worker.dj.compat import Untyped
from jobs.worker.errors import format_error
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, StoppedError, WrongInputError
from jobs.worker.reservations.base import Reservations
from jobs.worker.reservations.jobs_table import read_jobs_table
from jobs.worker.reservations.none import NoReservations
from jobs.worker.reservations.schema_wide import JobsTableReservations
from jobs.worker.retry import retry_until_available
from jobs.worker.signals import Signals


def reservations_of(table: Untyped, options: Options) -> Reservations:
    """Return the jobs table of the table's schema, which DataJoint makes when it is not there yet."""
    if not options.reserve:
        return NoReservations(table.connection)
    from datajoint import blob, config

    def pack(value: object) -> bytes:
        with config(enable_python_native_blobs=True):  # as DataJoint packs what it writes there (0.14.10, jobs.py)
            packed: bytes = blob.pack(value)
        return packed

    target = table.target
    table.connection.schemas[target.database].jobs  # noqa: B018  declares ~jobs
    jobs = read_jobs_table(table.connection, target.database)
    return JobsTableReservations(table.connection, jobs, target.table_name, pack)


def wait_for_reservations(table: Untyped, options: Options, signals: Signals) -> Reservations:
    """Return what `reservations_of` does, once the server answers and takes the jobs table, if there is none yet.

    Raises InterruptedRunError after a signal, StoppedError when the jobs table cannot be made.
    """
    try:
        return retry_until_available(partial(reservations_of, table, options), signals)
    except WrongInputError:
        raise
    except Exception as error:
        if signals.received is not None:
            raise InterruptedRunError(signals.received) from None
        raise StoppedError(f"No jobs table for {type(table).__name__}: {format_error(error)}") from None
