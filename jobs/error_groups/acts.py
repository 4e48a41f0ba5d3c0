"""What was done about a group of errors before, and did it help? By the site's own record of acts.

The record names the jobs of an act by their keys. A key that was cleared and is in the group now has failed again. Of
an act that was done to the whole group by its name, the others have not failed again in this way; whether they were
computed since, the record does not tell.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.db.models import Q

from jobs.error_groups.recorded import VERBS, recorded_chunks
from jobs.tracebacks.signature import FINGERPRINT
from jobsite.activity.models import Act, ActChunk

NOT_DONE = frozenset({"changed", "gone", "refused", "unknown"})
"""What the record calls rows of a statement to which it was not done."""
MOST_CHUNKS = 100
"""Statements of the record that are looked at."""
MOST_SHOWN = 5

JobKey = tuple[str, str, str]
"""A job by its schema, the name of its table, and its key_hash."""


@dataclass(frozen=True)
class ActOnGroup:
    """One act on jobs of a group."""

    username: str
    verb: str
    """What was done, in a word: `cleared`."""
    when: datetime
    jobs: int
    """How many jobs it was done to: of an act on more than this group, those alone that are in the group again."""
    again: int
    """How many of these are in the group now, of the jobs of the group that were looked at."""
    is_whole: bool = True
    """Whether these are all jobs of the group."""

    @property
    def in_words(self) -> str:
        """What became of them, in words that follow a colon; '' where that is not known."""
        if self.verb == VERBS["ignore"] and not self.again:
            return "populate skips them"
        if self.again == self.jobs:
            return "it failed again" if self.jobs == 1 else f"all {self.jobs:,} failed again"
        if self.again:
            return f"{'' if self.is_whole else 'at least '}{self.again:,} of them failed again"
        return "none of them has failed again in this way" if self.is_whole else ""


def acts_on(fingerprint: str, failed: Collection[JobKey], *, is_whole: bool = True) -> list[ActOnGroup]:
    """Return what was done to a group, the newest first; nothing without the record.

    `failed` are jobs that are in it now; all of them, where `is_whole`.
    """
    found = dict[Act, tuple[int, int]]()
    with suppress(Error):
        for chunk in _chunks(fingerprint, {schema for schema, *_ in failed}):
            jobs, again = _of_group(chunk, fingerprint, failed)
            before = found.get(chunk.act, (0, 0))
            found[chunk.act] = before[0] + jobs, before[1] + again
    acts = [
        ActOnGroup(act.username, VERBS[act.verb], act.began_at, jobs, again, is_whole)
        for act, (jobs, again) in found.items()
        if jobs
    ]
    return sorted(acts, key=lambda act: act.when, reverse=True)[:MOST_SHOWN]


def _chunks(fingerprint: str, schemas: Iterable[str]) -> Iterable[ActChunk]:
    """Return the newest statements that were done to all their rows, on this server."""
    may_concern = Q(act__meant__contains=fingerprint) | Q(schema__in=sorted(schemas))
    return recorded_chunks().filter(may_concern, ended_at__isnull=False).select_related("act")[:MOST_CHUNKS]


def _of_group(chunk: ActChunk, fingerprint: str, failed: Collection[JobKey]) -> tuple[int, int]:
    """Return how many rows of a statement were of the group, as far as is known, and how many of these are back."""
    if not chunk.counts or any(chunk.counts.get(word) for word in NOT_DONE):  # to which of them is not recorded
        return 0, 0
    is_alone = {*FINGERPRINT.findall(chunk.act.meant)} == {fingerprint}  # which rows of several groups were of it
    again = sum((chunk.schema, table_name, key_hash) in failed for _, table_name, key_hash, *_ in chunk.rows)
    return (len(chunk.rows) if is_alone else again), again
