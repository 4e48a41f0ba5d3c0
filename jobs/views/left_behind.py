"""Which keys did workers leave reserved that are gone? They wrote no error, so that no group of errors has them."""

from collections import Counter
from dataclasses import dataclass, replace

from jobs.error_groups.groups import few
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.page_start import FIRST
from jobs.listing.shared import shared_page
from jobs.liveness import Liveness
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads
from jobsite.pages.paging import AskedPage

OLDEST_FIRST = "-age"


@dataclass(frozen=True)
class LeftBehind:
    """The abandoned ones of the reserved jobs that were looked at, which are as many as a page of the list has."""

    tables: tuple[tuple[str, int], ...]
    """Each table as its class is named, and how many of them it has; those with most first."""
    query: str
    """The list's filter for the reserved jobs."""
    is_whole: bool
    """Whether all reserved jobs were looked at."""

    @property
    def tables_in_words(self) -> str:
        """The tables that have most of them, each with its number."""
        return few(self.tables)

    @property
    def number(self) -> int:
        """How many there are, at least."""
        return sum(number for _, number in self.tables)


def left_behind(failed: JobFilter, reading: Reading, now_connected: ConnectedThreads) -> LeftBehind:
    """Return those of the schemas, tables, users and hosts that a filter of failed jobs is about. Raises DatabaseError.

    The oldest are looked at, because a worker that is gone does not come back to its key.
    """
    texts = {**failed.texts, "status": RESERVED, "sort": OLDEST_FIRST}
    reserved = replace(failed, texts=texts)
    page = shared_page(reserved, AskedPage(), FIRST, reading, now_connected).answer.page
    abandoned = Counter(job.table for job in page.rows if job.liveness is Liveness.ABANDONED)
    return LeftBehind(tuple(abandoned.most_common()), reserved.query, page.is_whole)
