"""Which acts on failed jobs does the site's own record have? Those on this server, none older than 90 days."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from jobsite.activity.models import ActChunk

VERBS = {"clear": "cleared", "retry": "retried", "ignore": "ignored"}
"""The acts on failed jobs, as the record calls them, and what a sentence says."""
LOOKED_BACK = timedelta(days=90)


def recorded_chunks() -> "QuerySet[ActChunk]":
    """Return the statements of these acts, the newest first: each has a thousand rows at most."""
    since = timezone.now() - LOOKED_BACK
    chunks = ActChunk.objects.filter(act__server=settings.LAB.name, act__verb__in=VERBS, began_at__gt=since)
    return chunks.order_by("-pk")
