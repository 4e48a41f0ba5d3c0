"""The server's process list, as an unmanaged model.

Columns are named one by one because they differ by server (MariaDB adds TIME_MS, MEMORY_USED, ...), and those are left
out. Which of the two tables is read is chosen by `ConnectionQuerySet.listed_in`.
"""

from typing import Any

from django.db import models
from django.db.models.sql.datastructures import BaseTable

from jobsite.lab.columns import LabText
from jobsite.lab.server import INFORMATION_SCHEMA, client_of

STATEMENT_LIMIT = 2000
"""Characters of a running statement that are read; an INSERT of a recording can be many megabytes."""


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """The process list's rows."""

    def listed_in(self, table: str) -> "ConnectionQuerySet":
        """Return the rows of the table this server wants asked: INFORMATION_SCHEMA or PERFORMANCE_SCHEMA."""
        chosen = self._chain()  # type: ignore[attr-defined]  # QuerySet's own way to copy itself
        chosen.query.join(BaseTable(table, None))
        return chosen  # type: ignore[no-any-return]


class Connection(models.Model):
    """One connection (thread) of the lab's server. `time_s` is the time in its present state, not its age."""

    id = models.BigIntegerField(primary_key=True)
    user = LabText(limit=128)
    host = LabText(limit=300)
    db = LabText(limit=64, null=True)
    command = LabText(limit=32)
    time_s = models.BigIntegerField(db_column="time", null=True)
    state = LabText(limit=128, null=True)
    info = LabText(limit=STATEMENT_LIMIT, null=True)

    # Not columns: what connections.views says of a row.
    token: str
    refusal: str
    transaction: Any
    jobs: list[Any]
    perhaps: list[Any]

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = INFORMATION_SCHEMA
        default_permissions = ("view",)
        permissions = (("kill_connection", "Can end connections and their statements"),)

    def __str__(self) -> str:
        """Return who it is, as people say it."""
        return f"{self.id} {self.user}@{self.host}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: the process list is only looked at."""
        raise TypeError("The process list cannot be written.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: connections.killing ends connections."""
        raise TypeError("A connection is ended by connections.killing.")

    @property
    def client(self) -> str:
        """The client's address without the port: what SQL's USER() says after its @."""
        return client_of(self.host)

    @property
    def account(self) -> tuple[str, str]:
        """User and client: one person or worker on one machine."""
        return self.user, self.client
