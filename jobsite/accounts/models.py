"""What the site keeps of a person beside their name and password. A person sees and changes their own alone."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from jobsite.accounts.list_addresses import LISTS, ListAddress

ZONE_CHARS = 64
NAME_CHARS = 128
"""Letters of a database user: MariaDB's names are the longest (MariaDB manual, "Identifier Names")."""
FILTER_NAME_CHARS = 80


class Account(models.Model):
    """The time zone that a person has chosen, and when they were here."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="account"
    )
    time_zone = models.CharField(max_length=ZONE_CHARS, blank=True)
    """Its name, such as Europe/Berlin; '' for the one that the browser tells."""
    seen_at = models.DateTimeField(default=timezone.now)
    """When they asked for something the last time, to a minute."""
    last_visit_at = models.DateTimeField(null=True)
    """When they were seen last in the visit before this one; NULL in their first."""

    def __str__(self) -> str:
        """Return whose it is."""
        return str(self.user)


class DatabaseUser(models.Model):
    """A user of the lab's server who is this person there: jobs and connections bear that name."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="database_users")
    name = models.CharField(max_length=NAME_CHARS)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="accounts_one_link_a_name")]

    def __str__(self) -> str:
        """Return who is who."""
        return f"{self.name} is {self.person}"


class SavedFilter(models.Model):
    """A list as a person wants to see it again, under a name."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=FILTER_NAME_CHARS)
    view = models.CharField(max_length=64)
    """The list, by the name of its view: jobs:job_list. The site may be found below another path by then."""
    query = models.TextField(blank=True)
    """The query string."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="accounts_one_filter_a_name")]

    def __str__(self) -> str:
        """Return its name and whose it is."""
        return f"{self.name} of {self.person}"

    @property
    def path(self) -> str:
        """The address of the list."""
        return ListAddress(self.view, self.query).path

    @property
    def of_list(self) -> str:
        """What the list is called."""
        return LISTS[self.view]
