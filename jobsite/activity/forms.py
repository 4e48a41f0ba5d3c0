"""A form that asks for an act is used once: who sends it again is told what the first time came to.

A second click, the back button and a reload send the same form. What the first did is done; to do it again would find
its rows gone, and the person would read that nothing was done.
"""

import time
from collections import Counter
from contextlib import suppress
from uuid import UUID, uuid4

from django.db import Error
from django.utils import timezone

from jobsite.activity.continuing import is_under_way
from jobsite.activity.models import Act, Continuation
from jobsite.moments import time_of_day

WAIT_S = 4.0
"""How long somebody who sends a form again waits for the end of what the first time began."""
ASKED_EACH_S = 0.1


class FormUsedError(Exception):
    """Nothing was done, because this form was sent before; the message says what the first time came to."""

    def __init__(self, act: Act) -> None:
        """`act` is what the first time began."""
        super().__init__(_told_again(act))
        self.act = act

    @property
    def goes_on(self) -> bool:
        """Say whether a later request can go on with what the first time began."""
        return Continuation.objects.filter(act=self.act).exists()


def new_form() -> UUID:
    """Return the number of a form that is about to be drawn."""
    return uuid4()


def read_form_number(text: str) -> UUID | None:
    """Return the number that a form sent, None when it has none. Raises ValueError when that is no number of a form."""
    return UUID(text) if text else None


def check_unused(username: str, form: UUID | None) -> None:
    """Raise FormUsedError, when the first act has ended or WAIT_S has passed, if `username` sent this form before.

    Where the record cannot be read, begin_act says so: it cannot be written then, or the database refuses a second act.
    """
    if form is None:
        return
    with suppress(Error):
        if act := Act.objects.filter(username=username, form=form).first():
            raise FormUsedError(at_its_end(act))


def at_its_end(act: Act) -> Act:
    """Return the act as it is when it has ended or is paused, or as it is after WAIT_S."""
    until = time.monotonic() + WAIT_S
    while act.ended_at is None and not _is_paused(act) and time.monotonic() < until:
        time.sleep(ASKED_EACH_S)
        act.refresh_from_db()
    return act


def _is_paused(act: Act) -> bool:
    continuation = Continuation.objects.filter(act=act).first()
    return continuation is not None and not is_under_way(continuation)


def _told_again(act: Act) -> str:
    if act.ended_at is not None:
        return f"This form was sent before. What came of it: {act.outcome}"
    rows: Counter[str] = Counter()
    for counts in act.chunks.values_list("counts", flat=True):
        rows.update(counts)
    so_far = ", ".join(f"{count:,} {word}" for word, count in rows.items()) or "nothing"
    began_at = time_of_day(timezone.localtime(act.began_at))
    return (
        f"This form was sent before, at {began_at}, and its end is not recorded yet. "
        f"So far: {so_far}. Load the list again to see what became of the rest."
    )
