"""The server's process list, as an unmanaged model.

Columns are named one by one because they differ by server (MariaDB adds TIME_MS, MEMORY_USED, ...), and those are left
out. Which of the two tables is read is chosen by connections.processes.
"""

from typing import Any

from django.db import models

from jobsite.lab.columns import LabText
from jobsite.lab.models import LabModel, LabQuerySet
from jobsite.lab.server import INFORMATION_SCHEMA, client_of

STATEMENT_LIMIT = 2000
"""Characters of a running statement that are read; an INSERT of a recording can be many megabytes."""


class ConnectionQuerySet(LabQuerySet["Connection"]):
    """The process list's rows."""


class Connection(LabModel):
    """One connection (thread) of the lab's server. `time_s` is the time in its present state, not its age."""

    id = models.BigIntegerField(primary_key=True)
    user = LabText(limit=128)
    host = LabText(limit=300)
    db = LabText(limit=64, null=True)
    command = LabText(limit=32)
    time_s = models.BigIntegerField(db_column="time", null=True)
    state = LabText(limit=128, null=True)
    info = LabText(limit=STATEMENT_LIMIT, null=True)

    # Not columns: what connections.listing finds out about a row.
    statement: str
    """What a person may read of `info`."""
    token: str
    refusal: str
    transaction: Any
    jobs: list[Any]
    jobs_unknown: bool
    possible_jobs: list[Any]

    objects = ConnectionQuerySet.as_manager()

    written_by = "The process list is only looked at; connections.killing kills connections."

    class Meta(LabModel.Meta):
        db_table = INFORMATION_SCHEMA
        permissions = (("kill_connection", "Can kill connections and their statements"),)

    def __str__(self) -> str:
        """Return who it is, as people say it."""
        return f"{self.id} {self.user}@{self.host}"

    @property
    def client(self) -> str:
        """The client's address without the port: what SQL's USER() says after its @."""
        return client_of(self.host)

    @property
    def account(self) -> tuple[str, str]:
        """User and client: one person or worker on one machine."""
        return self.user, self.client
