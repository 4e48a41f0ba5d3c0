"""Has a person read what came of an act? Who left its page during the last request has not.

The answer with the outcome is lost then, and no server is told so. So an act is told when a page shows it.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from django.db import Error
from django.utils import timezone

from jobsite.activity.models import Act

TELL_WITHIN = timedelta(minutes=10)
"""For so long after its end a page says by itself what came of an act."""


def untold_acts(username: str, verbs: Collection[str]) -> list[Act]:
    """Return the acts of `username` that ended a moment ago untold, the newest first; none without the record."""
    ended = Act.objects.filter(username=username, verb__in=verbs, is_untold=True)
    with suppress(Error):
        return list(ended.filter(ended_at__gt=timezone.now() - TELL_WITHIN))
    return []


def tell(acts: Collection[Act], username: str) -> None:
    """Write down that `username` reads what came of the acts; that another person does counts for nothing."""
    if numbers := [act.pk for act in acts if act.is_untold and act.username == username]:
        with suppress(Error):  # it is told once more
            Act.objects.filter(pk__in=numbers).update(is_untold=False)
