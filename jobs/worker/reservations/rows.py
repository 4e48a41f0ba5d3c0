"""What do the rows of a jobs table hold of a reservation or an error? As much as its columns have room for."""

from collections.abc import Callable

from jobs.worker.errors import TRUNCATED, cut_message, cut_stack
from jobs.worker.reservations.base import Reservation
from jobs.worker.reservations.jobs_table import JobsTable

Pack = Callable[[object], bytes]


class JobRows:
    """The rows of one table's jobs, as values for the columns that its jobs table has."""

    def __init__(self, jobs: JobsTable, table_name: str, host: str, pack: Pack) -> None:
        """`pack` is DataJoint's blob.pack with Python's own types."""
        self._jobs = jobs
        self._table_name = table_name
        self._host = self._cut("host", host)
        self._pack = pack

    @property
    def host(self) -> str:
        """This machine's name, as the column holds it."""
        return self._host

    def user(self, user: str) -> str:
        """Return the account as the column holds it."""
        return self._cut("user", user)

    def reserved(self, job: Reservation) -> tuple[object, ...]:
        """Return the row of a reservation, in the order of the table's `written`."""
        key = self._pack(job.job_key)
        row = {
            "table_name": self._table_name,
            "key_hash": job.hash,
            "status": "reserved",
            "host": self._host,
            "pid": job.pid,
            "connection_id": job.connection_id,
            "key": key if self._fits("key", key) else None,
            "user": job.user,
        }
        return tuple(row[name] for name in self._jobs.written)

    def owner(self, job: Reservation) -> tuple[object, ...]:
        """Return the values by which a row is known as this reservation's, in the order of the table's `guard`."""
        owner = {"host": self._host, "pid": job.pid, "user": job.user, "connection_id": job.connection_id}
        return tuple(owner[name] for name in self._jobs.guard)

    def texts(self, message: str, stack: str) -> list[object]:
        """Return message and stack of an error, in the order of the table's `texts`."""
        texts: dict[str, object] = {
            "error_message": self._cut("error_message", cut_message(message), TRUNCATED),
            "error_stack": self._packed(stack),
        }
        return [texts[name] for name in self._jobs.texts]

    def _packed(self, stack: str) -> bytes:
        """Return the stack as the column holds it whole: half of a blob cannot be read."""
        packed, most = self._pack(stack), len(stack)
        while not self._fits("error_stack", packed) and most > 1:
            most //= 2
            packed = self._pack(cut_stack(stack, most))
        return packed

    def _cut(self, name: str, text: str, end: str = "") -> str:
        column = self._jobs.columns.get(name)
        return column.cut(text, end) if column else text

    def _fits(self, name: str, packed: bytes) -> bool:
        column = self._jobs.columns.get(name)
        return column is None or column.longest is None or len(packed) <= column.longest
