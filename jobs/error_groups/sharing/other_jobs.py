"""With which other jobs are failed ones compared, where nobody knows on which host and by whom the others passed?

With jobs of the same tables that failed in another way, or are reserved, at about the same time: a host that was not
yet there cannot have failed. Jobs that fail in one way often do so on one host, for a reason of their own. So no kind
of them counts for more than a few, and there have to be two kinds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from jobs.error_groups.sharing.finding import ComparedKey, sample

AROUND = timedelta(hours=12)
"""How long before the first failed job and after the last another one counts."""
MOST_OF_A_KIND = 5
LEAST_KINDS = 2


@dataclass(frozen=True)
class OtherJob:
    """A job that is not of the group; its key is not compared."""

    job: ComparedKey
    kind: str
    """How it failed, or where it is reserved: jobs of one kind have the same."""


def comparable_jobs(failed: Iterable[ComparedKey], others: Iterable[OtherJob]) -> list[ComparedKey]:
    """Return the other jobs that failed ones can be compared with; none where they are all of one kind."""
    times = sorted(key.at for key in failed if key.at is not None)
    by_kind: dict[str, list[ComparedKey]] = {}
    for other in others:
        at = other.job.at
        if at is None or not times or times[0] - AROUND <= at <= times[-1] + AROUND:
            by_kind.setdefault(other.kind, []).append(other.job)
    if len(by_kind) < LEAST_KINDS:
        return []
    return [job for jobs in by_kind.values() for job in sample(jobs, MOST_OF_A_KIND)]
