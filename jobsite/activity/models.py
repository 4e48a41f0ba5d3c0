"""Who did what on the lab's server, when, and what became of it: the record in the site's own database.

Rows are written by record, continuing and telling alone, all of jobsite.activity.
"""

from django.db import models
from django.utils import timezone

NAME_CHARS = 254
"""A username of Django has 150 letters at most; that of a terminal may be longer."""


class Act(models.Model):
    """One act of a person: written before it begins, and completed when it has ended."""

    username = models.CharField(max_length=NAME_CHARS)
    verb = models.CharField(max_length=32)
    """What was done, in a word or two: `clear`, `kill connection`."""
    server = models.CharField(max_length=NAME_CHARS)
    """The lab's server, as the banner names it."""
    meant = models.TextField()
    """What the person asked for, in a sentence."""
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    """NULL while the act is under way or paused; for ever when its process was killed and it has no continuation."""
    outcome = models.TextField(blank=True)
    """What became of it, in a sentence; '' until it has ended."""
    stopped = models.TextField(blank=True)
    """Why it ended before its time, in a sentence; '' when it came to its end."""
    is_untold = models.BooleanField(default=False)
    """Whether it took more than one request and no page has shown its outcome: the person may have left before."""
    commands = models.TextField(blank=True, default="")
    """The lines of a shell by which what it was done to is computed again, one for each table; '' for none."""
    form = models.UUIDField(null=True)
    """Which form asked for it; NULL when it came from a terminal."""

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["username", "form"], name="activity_one_act_a_form")]

    def __str__(self) -> str:
        """Return who did what."""
        return f"{self.username}: {self.verb}"


class ActChunk(models.Model):
    """One statement of an act: the rows it was meant for, written before it is sent, and what became of them after."""

    act = models.ForeignKey(Act, on_delete=models.CASCADE, related_name="chunks")
    schema = models.CharField(max_length=NAME_CHARS, blank=True)
    """The schema whose rows it changes; '' for connections."""
    rows = models.JSONField()
    """Each row as the person saw it: a list of plain values."""
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    """NULL when what became of it is not known."""
    counts = models.JSONField(default=dict)
    """How many rows came to which end, by its word: `{"cleared": 3, "gone": 1}`; none where a lock kept it from all."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        """Return how many rows it was meant for."""
        return f"{len(self.rows)} rows of {self.schema}" if self.schema else f"{len(self.rows)} rows"


class Continuation(models.Model):
    """How the next request goes on with an act that takes longer than one: there is none once the act has ended."""

    act = models.OneToOneField(Act, on_delete=models.CASCADE, primary_key=True, related_name="continuation")
    form = models.TextField()
    """What the page that asked sent, as a query string: which rows were meant, and what was confirmed of them."""
    total = models.PositiveBigIntegerField()
    """How many rows the act was confirmed for."""
    slices = models.PositiveIntegerField(default=1)
    """How many requests have gone on with it, the first among them: the number of the last one."""
    claimed_until = models.DateTimeField(null=True)
    """Until when that request has it for itself; NULL when it has done its part."""
    stopped_by = models.CharField(max_length=NAME_CHARS, blank=True)
    """Who asked the request that is at it to stop."""
    outcome = models.JSONField(default=dict)
    """What had become of the rows when the last request ended as it should."""
    position = models.JSONField(default=list)
    """From where to go on then; [] is from the beginning."""
    counted = models.PositiveBigIntegerField(default=0)
    """The last chunk that both know of: those after it were written by a request that did not come to its end."""

    def __str__(self) -> str:
        """Return which act goes on."""
        return str(self.act)
