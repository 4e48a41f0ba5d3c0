"""When was each group of errors there? The lab's server tells it only of the jobs that stand there now.

Rows are written by jobsite.seen.noting alone.
"""

from django.db import models

SERVER_CHARS = 254
FINGERPRINT_CHARS = 32


class SeenGroup(models.Model):
    """A group of errors that the site has seen."""

    server = models.CharField(max_length=SERVER_CHARS)
    """The lab's server, as the banner names it."""
    fingerprint = models.CharField(max_length=FINGERPRINT_CHARS)
    first_at = models.DateTimeField()
    """When the earliest of its jobs failed that the site has ever seen."""
    last_at = models.DateTimeField()
    """When the latest of them failed."""
    back_at = models.DateTimeField(null=True)
    """When the first of its jobs failed after all that the site had seen before were gone; NULL while none did."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["server", "fingerprint"], name="seen_one_group_a_server")]

    def __str__(self) -> str:
        """Return its name."""
        return self.fingerprint
