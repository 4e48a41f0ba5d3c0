"""All jobs that match, but for those that a worker may be computing: what nobody looks at must not clear them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jobs.actions.selection import ROWS_SHOWN, Found, MatchingJobs
from jobs.layouts.base import Layout
from jobs.listing.rows import read_again
from jobs.models import Job
from jobs.snapshots import JobSnapshot, SeenRow
from jobs.statuses import RESERVED, STATUSES


@dataclass(frozen=True)
class MatchingButRunning(MatchingJobs):
    """All jobs that match a filter; of the reserved ones only those that were found to be abandoned."""

    spares_living = True
    abandoned: frozenset[JobSnapshot] = frozenset()
    """The reserved jobs that match and that nobody computes, as they were seen."""

    def read(self, shown: int = ROWS_SHOWN) -> Found:
        """Count them, and read the first of them and the reserved ones among them."""
        found = super().read(shown=0)
        now = read_again(self.abandoned, self.reading) if self.abandoned else []
        reserved = [job for job in now if JobSnapshot.of(job) in self.abandoned]
        return replace(
            found,
            by_status=+Counter({**found.by_status, RESERVED: len(reserved)}),
            first=[*self._others(shown), *(job for job in reserved if self.takes(RESERVED))][:shown],
            reserved=reserved,
            changed=found.changed + len(now) - len(reserved),
        )

    def _others(self, most: int) -> list[Job]:
        """Return the first of those that are not reserved."""
        asked = [self.chosen.status] if self.chosen.status else STATUSES
        taken = [status for status in asked if status != RESERVED and self.takes(status)]
        return [job for status in taken for job in self._list(self.chosen.with_status(status), most)][:most]

    def chunks(self, layout: Layout, after: tuple[str, str] | None = None) -> Iterator[Sequence[SeenRow]]:
        """Yield those of one jobs table; a reserved one as it was seen, so that it stays when it has changed since."""
        known = {snapshot.key: snapshot.row for snapshot in self.abandoned if snapshot.stored_in == layout.table}
        for rows in super().chunks(layout, after):
            kept = [known.get(row.key) if row.status == RESERVED else row for row in rows]
            if found := [row for row in kept if row]:
                yield found
