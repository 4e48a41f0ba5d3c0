"""With which other jobs are failed ones compared, where nobody knows on which host and by whom the others passed?

With jobs of the same tables that failed in another way, or are reserved, at about the same time: a host that was not
yet there cannot have failed. Jobs that fail in one way often do so on one host, for a reason of their own. So the jobs
of a kind count for no more than a few for each host that they are spread over, and one kind on one host for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from jobs.error_groups.sharing.finding import ComparedKey, sample

AROUND = timedelta(hours=12)
"""How long before the first failed job and after the last another one counts."""
FOR_A_HOST = 5
LEAST_SPREAD = 1.5
"""All kinds together: two kinds, or one that is spread over two hosts, though not evenly."""


@dataclass(frozen=True)
class OtherJob:
    """A job that is not of the group; its key is not compared."""

    job: ComparedKey
    kind: str
    """How it failed, or that it is reserved: jobs of one kind have the same."""


def comparable_jobs(failed: Iterable[ComparedKey], others: Iterable[OtherJob]) -> list[ComparedKey]:
    """Return the other jobs that failed ones can be compared with; none where they say nothing of other hosts."""
    times = sorted(key.at for key in failed if key.at is not None)
    by_kind: dict[str, list[ComparedKey]] = {}
    for other in others:
        at = other.job.at
        if at is None or not times or times[0] - AROUND <= at <= times[-1] + AROUND:
            by_kind.setdefault(other.kind, []).append(other.job)
    spread: Mapping[str, float] = {kind: _spread(jobs) for kind, jobs in by_kind.items()}
    if sum(spread.values()) < LEAST_SPREAD:
        return []
    return [job for kind, jobs in by_kind.items() for job in sample(jobs, ceil(FOR_A_HOST * spread[kind]))]


def _spread(jobs: Sequence[ComparedKey]) -> float:
    """Return over how many hosts jobs are spread: 4 for as many on each of four, little more than 1 for most on one.

    The inverse of the chance that two of them are of one host (E. H. Simpson, "Measurement of Diversity", 1949).
    """
    numbers = Counter(job.host for job in jobs)
    return len(jobs) ** 2 / sum(number**2 for number in numbers.values())
