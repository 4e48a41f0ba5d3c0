"""How is an act written into the record? Before it begins with what was meant, and after it with what became of it.

A process that is killed, or a server that goes away, leaves a row that says so: it has no end.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jobsite.activity.continuing import change_claimed, claimed_until, renew
from jobsite.activity.forms import check_unused
from jobsite.activity.models import Act, ActChunk, Continuation
from jobsite.lab.shared_answers import forget
from jobsite.masking.text import masked
from jobsite.one_line import line_logger

Row = Sequence[object]
PLAIN = {str, int, bool, type(None)}
"""What JSON holds as it is."""
NOT_WRITTEN = (
    "The site's own record of acts could not be written ({error}), so nothing more was done. "
    "After an update of Jobsite, run manage.py migrate; else look whether the disk of the site's database is full, "
    "or whether another program holds it."
)

log = line_logger(__name__)


class RecordError(Exception):
    """The record could not be written, so that nothing may be done; the message is one sentence for the person."""


@dataclass
class ChunkRecord:
    """One chunk under way. Whoever acts fills `counts`: how many rows came to which end."""

    counts: dict[str, int] = field(default_factory=dict)


class ActRecord:
    """One act under way."""

    def __init__(self, act: Act, continuation: Continuation | None = None) -> None:
        """`act` has been written; this request has claimed its `continuation`, without which it is done in one go."""
        self._act, self._continuation = act, continuation
        self._unwritten: ActChunk | None = None
        self.last_chunk = 0
        """The number of the last chunk that was written."""

    @property
    def number(self) -> int:
        """The act's number in the record."""
        return int(self._act.pk)

    @property
    def may_go_on_later(self) -> bool:
        """Say whether another request can do what this one leaves."""
        return self._continuation is not None

    @contextmanager
    def chunk(self, schema: str, rows: Sequence[Row]) -> Iterator[ChunkRecord]:
        """Write down what one statement is meant for; at the end of the block, what became of it.

        An error that leaves the block leaves the chunk without an end: nobody knows what became of it. Raises
        RecordError when the record cannot be written, and StopAskedError or ClaimLostError when nothing may be sent.
        Where another request can go on, the end of a chunk is written with the beginning of the next: a disk takes
        longer for a second transaction than the server for its rows.
        """
        with self._with_last_end():
            if self._continuation:
                renew(self._continuation)
            chunk = ActChunk.objects.create(act=self._act, schema=schema, rows=_plain(rows))
        self.last_chunk = chunk.pk
        record = ChunkRecord()
        try:
            yield record
        finally:
            forget()  # what viewers share is as it was before
        chunk.counts, chunk.ended_at = record.counts, timezone.now()
        self._unwritten = chunk
        if self._continuation is None:
            with self._with_last_end():
                pass

    @contextmanager
    def _with_last_end(self) -> Iterator[None]:
        """Write down what became of the last chunk, in one transaction with what the block writes."""
        try:
            with _as_record_error(), transaction.atomic():
                if self._unwritten:
                    self._unwritten.save(update_fields=["counts", "ended_at"])
                yield
        except RecordError:
            self._unwritten = None  # the end of the act may still be written
            raise
        self._unwritten = None

    def end(self, outcome: str, stopped: str = "") -> None:
        """Write down what became of the act, and why it ended before its time, if it did.

        What was done cannot be taken back here: a record that cannot be completed is logged, and no error.
        """
        self._act.outcome, self._act.stopped, self._act.ended_at = masked(outcome), masked(stopped), timezone.now()
        self._act.is_untold = self._continuation is not None and self._continuation.slices > 1
        try:
            with self._with_last_end():
                if self._continuation is None or self._mine.delete()[0]:  # else another request goes on with it
                    self._act.save(update_fields=["outcome", "stopped", "ended_at", "is_untold"])
        except RecordError as error:
            log.error("The record of act %s could not be completed: %s", self._act.pk, error.__cause__)

    def pause(self, outcome: dict[str, object], position: list[object]) -> None:
        """Write down what became of the rows so far, and from where the next request goes on.

        Where that cannot be written, the chunks tell it, once the claim of this request has run out. Raises
        StopAskedError when no request is to go on, and ClaimLostError when another one does.
        """
        assert self._continuation is not None
        so_far = {"outcome": outcome, "position": position, "counted": self.last_chunk}
        try:
            with self._with_last_end():
                change_claimed(self._continuation, **so_far, claimed_until=None)
        except RecordError as error:
            log.error("The record of act %s could not be completed: %s", self._act.pk, error.__cause__)

    @property
    def _mine(self) -> QuerySet[Continuation]:
        """What stands there of the claim of this request."""
        slices = self._continuation.slices if self._continuation else 0
        return Continuation.objects.filter(pk=self._act.pk, slices=slices)

    def break_off(self, outcome: str, error: BaseException) -> None:
        """Write down what became of the act until Ctrl-C or an error that nobody foresaw."""
        cause = "Ctrl-C" if isinstance(error, KeyboardInterrupt) else f"an error of Jobsite, {type(error).__name__}"
        self.end(outcome, f"It was broken off by {cause}.")


def begin_act(
    username: str,
    verb: str,
    meant: str,
    form: UUID | None = None,
    *,
    sent: str = "",
    total: int = 0,
    commands: str = "",
) -> ActRecord:
    """Write down what `username` is about to do, in a sentence, and by which form.

    With `sent`, which is that form as a query string, a later request can do what this one leaves of `total` rows.
    `commands` are the lines that a person goes on with afterwards.

    Raises RecordError when that cannot be written, and FormUsedError when the form was sent at the same time by a
    second click, which was quicker.
    """
    words = {"meant": masked(meant), "commands": masked(commands)}
    act = Act(username=username, verb=verb, server=settings.LAB.name, form=form, **words)
    with _as_record_error():
        try:
            with transaction.atomic():
                act.save(force_insert=True)
                continuation = _continue_later(act, sent, total) if sent else None
        except IntegrityError:
            check_unused(username, form)
            raise
    return ActRecord(act, continuation)


def _continue_later(act: Act, sent: str, total: int) -> Continuation:
    return Continuation.objects.create(act=act, form=sent, total=total, claimed_until=claimed_until())


def record_look(username: str, verb: str, meant: str) -> None:
    """Write down that `username` looks at what others do not see. Raises RecordError when that cannot be written."""
    begin_act(username, verb, meant).end("Shown.")
    log.info("%s, %s: %s", username, verb, masked(meant))


@contextmanager
def _as_record_error() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise RecordError(NOT_WRITTEN.format(error=error)) from error


def _plain(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows as JSON holds them: times as text."""
    if PLAIN.issuperset(map(type, chain.from_iterable(rows))):
        return rows
    encode = DjangoJSONEncoder().default
    return [[value if type(value) in PLAIN else encode(value) for value in row] for row in rows]
