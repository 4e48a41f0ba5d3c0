"""All jobs that match a filter as plain values, in its order: for a file, and for the terminal.

They are read a few hundred at a time by statements of which none takes long, so that neither memory nor the server
notices how many there are.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.db import DatabaseError, InterfaceError, connections
from django.db.models import Q

from jobs.layouts.branches import Branch
from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.filters import JobFilter
from jobs.listing.marking import annotate_and_refresh
from jobs.listing.order import Order, Place
from jobs.listing.page import read_jobs, read_places
from jobs.listing.page_start import FIRST
from jobs.listing.rows import branches_matching, read_one_of_each
from jobs.listing.shared import second_of
from jobs.listing.sorted_places import sorted_places
from jobs.listing.stacks import read_stacks
from jobs.models import Job
from jobs.tracebacks.parsing import read_stack_blob
from jobsite.exporting.documents import IncompleteError, Listing
from jobsite.lab.explanations import explain
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.masking.text import masked

COLUMNS = (
    *("schema", "table", "table_name", "status", "key", "key_hash", "error_message", "user", "host", "pid"),
    *("connection_id", "timestamp", "liveness"),
)
"""The names of DataJoint 0.14.10 (jobs.py). `table` is the class; `liveness` is told of reserved jobs."""
STACK = "error_stack"

BATCH = 500
FEW = 1_000
"""So many jobs the server finds and sorts by one statement, as for a page of the list."""
IDLE_S = 5.0
"""A connection that did nothing for so long, while the reader was slow, may have been closed by the server."""
NO_ROOM = "This machine could not sort the jobs ({}): see that its disk has room, or set SQLITE_TMPDIR to another."

Show = Callable[[str], str]


@dataclass(frozen=True)
class ExportedJobs:
    """The jobs that match a filter, to be read once."""

    chosen: JobFilter
    reading: Reading
    threads: ConnectedThreads
    """Who was connected when it began: by that, the liveness of reserved jobs is told."""
    with_stack: bool = False
    most: int | None = None

    @property
    def columns(self) -> Sequence[str]:
        """The names in each row."""
        return (*COLUMNS, STACK) if self.with_stack else COLUMNS

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """The jobs tables that are not read, of the filter's schema or of all."""
        return [one for one in self.reading.unreadable if self.chosen.schema in ("", one.schema)]

    @property
    def notices(self) -> list[str]:
        """Why jobs that match may be missing, in sentences."""
        newer = self.reading.newer
        return [
            *(f"The jobs of {one.schema} are not here: {one.in_words}." for one in self.left_out),
            *([f"The jobs in {newer.in_words} are not here yet."] if newer else []),
            *([self.chosen.not_found] if self.chosen.not_found else []),
        ]

    @property
    def listing(self) -> Listing:
        """The same to be written in a format."""
        about = {"filter": self.chosen.in_words, "read_at": second_of(self.threads)}
        return Listing("jobs", self.columns, self.rows(), about, self.notices)

    def rows(self) -> Iterator[Mapping[str, object]]:
        """Yield each job as its values by `columns`, in the filter's order. Raises IncompleteError.

        A job that is gone, or matches no longer, when its turn comes is not there; none is there twice.
        """
        connections["lab"].close()  # that of a page has less time for a statement
        try:
            for job in self._jobs():
                yield values_of(job, with_stack=self.with_stack)
        except (DatabaseError, InterfaceError) as error:
            if not (sentence := explain(error)):
                raise
            raise IncompleteError(sentence) from error
        except sqlite3.Error as error:
            raise IncompleteError(NO_ROOM.format(error)) from error
        finally:
            connections["lab"].close()

    def _jobs(self) -> Iterator[Job]:
        places, threads, last_used = self._places(), self.threads, time.monotonic()
        while few := list(islice(places, BATCH)):
            if time.monotonic() > last_used + IDLE_S:
                connections["lab"].close()
            jobs, threads = annotate_and_refresh(read_jobs(self._branches, few), threads)
            last_used = time.monotonic()
            yield from read_stacks(jobs, self._branches) if self.with_stack else jobs

    def _places(self) -> Iterator[Place]:
        if self.most is not None and self.most <= FEW:
            return iter(read_places(self._branches, self._order, FIRST, self.most))
        return islice(sorted_places(self._branches, self._order, self.chosen.table), self.most)

    @property
    def _order(self) -> Order:
        return Order.of(self.chosen.sort, self.chosen.status)

    @cached_property
    def _branches(self) -> list[Branch]:
        layouts = self.reading.layouts_in(self.chosen.schema)
        is_few = self.most is not None and self.most <= FEW
        along_index = is_few and self._order.is_along_index
        return branches_matching(self.chosen, layouts, second_of(self.threads), along_index=along_index)


def export_jobs(chosen: JobFilter, *, with_stack: bool = False, most: int | None = None) -> ExportedJobs:
    """Return the jobs that match a filter without problems, the first `most` of them or all, to be read.

    Which jobs tables cannot be read is known then. Raises DatabaseError when the server as a whole refuses.
    """
    threads, reading = Parts().read_connected(), Reading.begin()
    now = second_of(threads)
    look_at_each(chosen, reading, now)
    return ExportedJobs(find_named(chosen, reading, now), reading, threads, with_stack, most)


def look_at_each(chosen: JobFilter, reading: Reading, now: datetime) -> None:
    """Let `reading` know which jobs tables cannot be read, or not compared as the filter asks. Raises DatabaseError."""
    read_one_of_each(reading, chosen.schema, chosen.condition(now) if chosen.restriction else Q())


def values_of(job: Job, *, with_stack: bool = False, show: Show = masked) -> Mapping[str, object]:
    """Return a job as plain values by COLUMNS. `show` is applied to its texts that may hold a secret.

    The key is None where it cannot be decoded: its hash says which it is.
    """
    values = {
        "schema": job.schema,
        "table": job.table,
        "table_name": job.table_name,
        "status": job.status,
        "key": {name: _shown(value, show) for name, value in job.fields.items()} or None,
        "key_hash": job.key_hash,
        "error_message": show(job.error_message),
        "user": job.user,
        "host": job.host,
        "pid": job.pid,
        "connection_id": job.connection_id,
        "timestamp": job.timestamp,
        "liveness": job.liveness.value if job.liveness else None,
    }
    if with_stack:
        values[STACK] = show(read_stack_blob(job.error_stack).text) or None
    return values


def _shown(value: object, show: Show) -> object:
    """Return a value of a key with `show` applied to the texts in it."""
    if isinstance(value, str):
        return show(value)
    if isinstance(value, dict):
        return {name: _shown(one, show) for name, one in value.items()}
    return [_shown(one, show) for one in value] if isinstance(value, list | tuple | set) else value
