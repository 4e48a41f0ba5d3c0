"""Which jobs did a person choose, and what would clearing them do now?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import QueryDict

from jobs.layouts.reading import LeftOut, Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import mark
from jobs.listing.rows import count_seen_before, list_seen_before, read_again
from jobs.liveness import Sign
from jobs.models import Job
from jobs.snapshots import SeenJob
from jobs.statuses import RESERVED
from jobsite.lab.server import ConnectedThreads
from jobsite.pages.tokens import read_moment

TYPE_THE_NUMBER_ABOVE = 50
ROWS_SHOWN = 50
MOST_LOOKED_AT = 500


@dataclass(frozen=True)
class Choice:
    """The ticked jobs, or everything that matched a filter when its list was read at `as_of` (the server's clock)."""

    chosen: JobFilter
    everything: bool
    as_of: datetime | None
    seen: tuple[SeenJob, ...]
    expected: int
    needs_number: bool
    running: int
    """How many of them the confirm page said may be running."""
    abandoned: frozenset[SeenJob]
    """Which of them it said are abandoned."""
    left_out: frozenset[str]
    """The schemas whose jobs it said could not be read, and would be left alone."""

    @classmethod
    def read(cls, form: QueryDict) -> "Choice":
        """Return what a list or a confirm page posted. Raises BadRequest with one sentence."""
        chosen = JobFilter.read(QueryDict(form.get("filter", "")))
        everything = form.get("all") == "1"
        if everything and chosen.problems:
            raise BadRequest(" ".join(chosen.problems))
        try:
            return cls(
                chosen=chosen,
                everything=everything,
                as_of=read_moment(str(form["as_of"])) if everything else None,
                seen=() if everything else tuple(SeenJob.read(token) for token in form.getlist("job")),
                expected=int(form.get("expected") or 0),
                needs_number=form.get("needs_number") == "1",
                running=int(form.get("running") or 0),
                abandoned=frozenset(SeenJob.read(token) for token in form.getlist("abandoned")),
                left_out=frozenset(form.getlist("left_out")),
            )
        except (ValueError, KeyError) as error:
            raise BadRequest(
                "This form is not one that a jobs page made: go back to the list and choose again."
            ) from error

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was ticked."""
        return not self.everything and not self.seen


@dataclass(frozen=True)
class Review:
    """What was chosen, read again: `jobs` still are as they were seen (the first of them, when many)."""

    jobs: tuple[Job, ...]
    count: int
    changed: int
    gone: int
    unread: int
    """How many of the ticked ones stand in a jobs table that cannot be read now."""
    left_out: tuple[LeftOut, ...]
    """The jobs tables that cannot be read now, among those chosen from."""
    by_status: Counter[str]
    running: int
    marked: tuple[Job, ...]
    """Those whose signs of life were looked at."""

    @property
    def abandoned(self) -> frozenset[SeenJob]:
        """The reserved jobs that nobody computes."""
        return frozenset(SeenJob.of(job) for job in self.marked if job.sign is Sign.ABANDONED)

    @property
    def alive(self) -> frozenset[SeenJob]:
        """The reserved jobs that a worker may be computing."""
        return frozenset(SeenJob.of(job) for job in self.marked if job.sign and job.sign is not Sign.ABANDONED)

    @property
    def needs_number(self) -> bool:
        """Say whether the number has to be typed: for many, and for those a worker may be computing."""
        return self.count > TYPE_THE_NUMBER_ABOVE or self.running > 0

    @property
    def owners(self) -> list[str]:
        """Whose jobs are shown."""
        return sorted({job.account[0] for job in self.jobs})


def review(choice: Choice, reading: Reading, presence: ConnectedThreads) -> Review:
    """Return what clearing the chosen jobs would do now; reads, never writes."""
    return _review_all(choice, reading, presence) if choice.everything else _review_seen(choice.seen, reading, presence)


def why_not(choice: Choice, reviewed: Review, typed: str) -> str:
    """Return in a sentence why what was confirmed may not be done, '' when it may.

    What was said to be abandoned is looked at again at the moment of clearing: its worker may have come back.
    """
    if choice.needs_number and typed.strip() != str(choice.expected):
        return f"Nothing was cleared: type {choice.expected} to confirm."
    if reviewed.running > choice.running or choice.abandoned & reviewed.alive:
        return "Nothing was cleared: meanwhile a worker may be computing what looked abandoned. Look again."
    if reviewed.needs_number and typed.strip() != str(choice.expected):  # whatever the form says of itself
        return f"Nothing was cleared: type {reviewed.count} to confirm."
    return ""


def _review_seen(seen: Sequence[SeenJob], reading: Reading, presence: ConnectedThreads) -> Review:
    found = mark(read_again(seen, reading), presence)
    wanted = {row for row in seen if row.schema not in reading.left_out}
    same = [job for job in found if SeenJob.of(job) in wanted]
    return Review(
        jobs=tuple(same[:ROWS_SHOWN]),
        count=len(same),
        changed=len(found) - len(same),
        gone=len(wanted) - len(found),
        unread=len(set(seen)) - len(wanted),
        left_out=tuple(table for table in reading.unreadable if table.schema in {row.schema for row in seen}),
        by_status=Counter(job.status for job in same),
        running=sum(job.status == RESERVED and job.sign is not Sign.ABANDONED for job in same),
        marked=tuple(same),
    )


def _review_all(choice: Choice, reading: Reading, presence: ConnectedThreads) -> Review:
    assert choice.as_of is not None
    by_status, later = count_seen_before(choice.chosen, reading, choice.as_of)
    shown = mark(list_seen_before(choice.chosen, reading, choice.as_of, ROWS_SHOWN), presence)
    reserved = mark(_reserved(choice, reading), presence) if by_status[RESERVED] else []
    return Review(
        jobs=tuple(shown),
        count=by_status.total(),
        changed=later,
        gone=0,
        unread=0,
        left_out=tuple(table for table in reading.unreadable if choice.chosen.schema in ("", table.schema)),
        by_status=by_status,
        # Of what was not looked at one by one, every reserved job may be running.
        running=by_status[RESERVED] - sum(job.sign is Sign.ABANDONED for job in reserved),
        marked=tuple(reserved),
    )


def _reserved(choice: Choice, reading: Reading) -> Sequence[Job]:
    assert choice.as_of is not None
    return list_seen_before(choice.chosen.with_status(RESERVED), reading, choice.as_of, MOST_LOOKED_AT)
