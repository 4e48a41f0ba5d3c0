"""What was done about a job's key before? By the site's own record: what others did elsewhere stands in none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.db.models import TextField
from django.db.models.functions import Cast

from jobs.actions.going_on import SEES_ALL
from jobs.actions.offered import ACTION_CALLED
from jobs.models import Job
from jobsite.activity.models import Act, ActChunk
from jobsite.activity.terminal_user import User, has_permission
from jobsite.one_line import line_logger

MOST_CHUNKS = 200
"""Statements of the record that are looked through, the newest of a schema: each may name a thousand rows."""
MOST_SHOWN = 10

log = line_logger(__name__)


@dataclass(frozen=True)
class PastAct:
    """An act that was meant for the job, with others."""

    act: Act
    status: str
    """The job's status as the person saw it, and since when; None where its table keeps no time."""
    since: datetime | None
    others: int
    """How many other jobs were named in the same statement."""
    counts: Mapping[str, int]
    """How many of them came to which end, by its word; none where that is not known."""
    may_be_seen: bool
    """Whether the person may see the page of the act."""

    @property
    def in_words(self) -> str:
        """What was done, by whom, and what became of it: `cleared by otto, with 3 others`."""
        action, who = ACTION_CALLED[self.act.verb], self.act.username
        others = f", with {self.others:,} other{'s' * (self.others > 1)}" if self.others else ""
        if [*self.counts] == [action.past]:
            return f"{action.past} by {who}{others}"
        numbers = ", ".join(f"{number:,} {word}" for word, number in self.counts.items())
        became = next(iter(self.counts)) if len(self.counts) == 1 else numbers or "what became of it is not known"
        return f"{who} asked to {action.verb} it{others}: {became}"


def past_acts(job: Job, user: User) -> list[PastAct]:
    """Return the last acts on the job's key, the newest first; none where the record cannot be read."""
    try:
        return [past for chunk in _chunks_with(job) for past in _in_chunk(chunk, job, user)][:MOST_SHOWN]
    except Error as error:
        log.warning("What was done about a job cannot be read from the record: %s", error)
        return []


def _chunks_with(job: Job) -> Iterator[ActChunk]:
    """Yield the statements that may name the job: the hash of a key is in the text of its rows."""
    of_schema = ActChunk.objects.filter(schema=job.schema, act__verb__in=ACTION_CALLED).order_by("-pk")
    newest = list(of_schema.values_list("pk", flat=True)[:MOST_CHUNKS])
    chunks = of_schema.filter(pk__in=newest).annotate(text=Cast("rows", TextField()))
    return chunks.filter(text__contains=job.key_hash).select_related("act")[:MOST_SHOWN].iterator()


def _in_chunk(chunk: ActChunk, job: Job, user: User) -> Iterator[PastAct]:
    for jobs_table, table_name, key_hash, status, since in chunk.rows:
        if (jobs_table, table_name, key_hash) == (job.jobs_table, job.table_name, job.key_hash):
            may_be_seen = has_permission(user, SEES_ALL) or chunk.act.username == user.get_username()
            when = datetime.fromisoformat(since.replace("Z", "+00:00")) if since else None
            yield PastAct(chunk.act, status, when, len(chunk.rows) - 1, chunk.counts, may_be_seen)
