"""Which request goes on with an act that takes longer than one? One at a time; a person may stop it.

A request claims the act by an UPDATE that no second one can do, and renews its claim with each chunk that it writes
down. Where its process was killed, the claim runs out.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from jobsite.activity.models import Continuation

CLAIM_LIMIT_S = 20.0
"""More than a request needs from one chunk to the next, and to see whether what was confirmed still holds."""


class StopAskedError(Exception):
    """Somebody asked for the end of the act; the message says who, in a sentence."""


class ClaimLostError(Exception):
    """This request was so late that another one goes on with the act, or has ended it."""


def claimed_until() -> datetime:
    """Return until when a request that claims an act now has it for itself."""
    return timezone.now() + timedelta(seconds=CLAIM_LIMIT_S)


def claim(continuation: Continuation, slices: int) -> bool:
    """Say whether this request has the act for itself from now on.

    `slices` is how many requests had gone on with it as the person saw it: so a second click or tab begins nothing.
    """
    free = Continuation.objects.filter(_is_free(), pk=continuation.pk, slices=slices)
    if not free.update(slices=slices + 1, claimed_until=claimed_until()):
        return False
    continuation.refresh_from_db()
    return True


def renew(continuation: Continuation) -> None:
    """Renew the claim of this request. Raises StopAskedError, and ClaimLostError when it has none any more."""
    change_claimed(continuation, claimed_until=claimed_until())


def change_claimed(continuation: Continuation, **values: object) -> None:
    """Change the row of an act that this request has for itself. Raises StopAskedError and ClaimLostError."""
    mine = Continuation.objects.filter(pk=continuation.pk, slices=continuation.slices)
    if mine.filter(stopped_by="").update(**values):
        return
    if asked := mine.first():
        raise StopAskedError(stopped_in_words(asked.stopped_by))
    raise ClaimLostError


def release(continuation: Continuation) -> None:
    """Give the act back as it was when this request claimed it, which has done nothing."""
    mine = Continuation.objects.filter(pk=continuation.pk, slices=continuation.slices)
    mine.update(claimed_until=None, slices=continuation.slices - 1)


def claim_to_stop(continuation: Continuation, username: str) -> bool:
    """Say whether this request has the act for itself, to end it; else the one that is at it ends it in a moment.

    That one is asked first: between the two it might have done its part.
    """
    act = Continuation.objects.filter(pk=continuation.pk)
    act.update(stopped_by=username)
    if not act.filter(_is_free()).update(slices=F("slices") + 1, claimed_until=claimed_until()):
        return False
    continuation.refresh_from_db()
    return True


def is_under_way(continuation: Continuation) -> bool:
    """Say whether a request is at the act now."""
    until = continuation.claimed_until
    return until is not None and timezone.now() <= until <= claimed_until()


def stopped_in_words(username: str) -> str:
    """Return who stopped an act, in a sentence."""
    return f"Stopped by {username}."


def _is_free() -> Q:
    # A claim that runs out later than one of now was made before the clock was set back.
    return Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()) | Q(claimed_until__gt=claimed_until())
