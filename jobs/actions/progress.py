"""How far has an act come that takes longer than one request? By the site's record, so that any process can go on.

What the last request added up stands there. Chunks that were written after that are of a request that was killed: the
record says what became of each, and of the one under way that nobody knows.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import Error

from jobs.actions.action import Action, count_jobs
from jobs.actions.offered import ACTION_CALLED
from jobs.actions.outcome import ActionOutcome
from jobs.models import QualifiedName
from jobsite.activity.continuing import is_under_way
from jobsite.activity.models import Act, ActChunk, Continuation
from jobsite.activity.terminal_user import User

Key = tuple[str, str]


@dataclass(frozen=True)
class Position:
    """From where to go on: a jobs table, and in it the primary key of the last row that an act came to."""

    table: QualifiedName
    after: Key | None = None

    @classmethod
    def from_json(cls, written: Sequence[Any]) -> "Position | None":
        """Return what `as_json` wrote; None for [], the beginning."""
        if not written:
            return None
        schema, name, *key = written
        return cls(QualifiedName(schema, name), (key[0], key[1]) if key else None)

    def as_json(self) -> list[object]:
        """Return it as the site's database keeps it."""
        return [*self.table, *(self.after or ())]


@dataclass(frozen=True)
class Progress:
    """An act that has not ended, and how far it has come."""

    continuation: Continuation
    action: Action
    outcome: ActionOutcome
    position: Position | None
    counted: int
    """The last chunk that both know of."""

    @property
    def number(self) -> int:
        """The act's number in the record."""
        return int(self.continuation.pk)

    @property
    def slices(self) -> int:
        """How many requests have gone on with it: what a form sends back, so that no second one begins the same."""
        return self.continuation.slices

    @property
    def is_under_way(self) -> bool:
        """Say whether a request is at it now."""
        return is_under_way(self.continuation)

    @property
    def handled(self) -> int:
        """How many jobs have come to an end, of `total`."""
        return min(self.outcome.handled, self.total)

    @property
    def quarter(self) -> int:
        """How many quarters of it are done."""
        return self.handled * 4 // max(1, self.total)

    @property
    def total(self) -> int:
        """How many jobs it was confirmed for."""
        return self.continuation.total

    @property
    def heading(self) -> str:
        """What is done, in words: `Clearing 100,000 jobs`."""
        return f"{self.action.under_way.capitalize()} {count_jobs(self.total)}"

    @property
    def how_far(self) -> str:
        """How far it has come, in words."""
        return f"{self.handled:,} of {count_jobs(self.total)}"

    @property
    def so_far(self) -> str:
        """What became of them so far, in sentences; '' before the first."""
        return self.outcome.in_words(self.action) if self.outcome.handled else ""


def find_act(number: int) -> Act | None:
    """Return the act with this number in the record; None when there is none of jobs."""
    return Act.objects.filter(pk=number, verb__in=ACTION_CALLED).first()


def find_progress(act: Act) -> Progress | None:
    """Return how far an act has come; None when it has ended."""
    found = Continuation.objects.filter(act=act).select_related("act").first()
    return progress_of(found) if found else None


def commands_of(act: Act) -> list[str]:
    """Return the commands that compute again what an act was done to; none where it was done to nothing."""
    past = ACTION_CALLED[act.verb].past
    is_done = any(counts.get(past) for counts in act.chunks.values_list("counts", flat=True))
    return act.commands.splitlines() if act.commands and is_done else []


def unfinished_acts(user: User) -> list[Progress]:
    """Return the acts of `user` that have not ended, the newest first; none where the record cannot be read."""
    own = Continuation.objects.filter(act__username=user.get_username(), act__verb__in=ACTION_CALLED)
    with suppress(Error):  # a list needs no record, and an act says itself that it could not be written
        return [progress_of(one) for one in own.select_related("act").order_by("-act")]
    return []


def progress_of(continuation: Continuation, *, is_mine: bool = False) -> Progress:
    """Return how far an act has come by what the record says now.

    `is_mine` says that this request has claimed it: the one that wrote a chunk without an end is no more. Else that may
    still be under way.
    """
    is_lost = is_mine or not is_under_way(continuation)
    action, counted = ACTION_CALLED[continuation.act.verb], continuation.counted
    outcome = replace(ActionOutcome.from_json(continuation.outcome), commands=continuation.act.commands)
    position = Position.from_json(continuation.position)
    for chunk in _later_chunks(continuation):
        outcome += ActionOutcome.from_counts(action, chunk.counts)
        if chunk.ended_at is None and is_lost:
            outcome += ActionOutcome(unknown=len(chunk.rows))
        counted = chunk.pk
    if counted > continuation.counted:
        position = _end_of(ActChunk.objects.get(pk=counted))
    return Progress(continuation, action, outcome, position, counted)


def _later_chunks(continuation: Continuation) -> Iterator[ActChunk]:
    """Yield the chunks that are not added up yet; a thousand of them hold more rows than there is memory for."""
    chunks = ActChunk.objects.filter(act=continuation.act, pk__gt=continuation.counted).order_by("pk")
    return chunks.defer("rows").iterator()


def _end_of(chunk: ActChunk) -> Position:
    jobs_table, table_name, key_hash, *_ = chunk.rows[-1]
    return Position(QualifiedName(chunk.schema, jobs_table), (table_name, key_hash))
