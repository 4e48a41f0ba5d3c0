"""The base of every model over a table of the lab's server: Django reads it, and never makes or writes it."""

from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models.sql.datastructures import BaseTable

Row = TypeVar("Row", bound="LabModel", covariant=True)
Rows = TypeVar("Rows", bound="LabQuerySet[Any]")


class LabQuerySet(models.QuerySet[Row]):
    """Rows of a table of the lab's server, which differs by schema or by server."""

    def from_table(self: Rows, table: str | BaseTable) -> Rows:
        """Return the rows of another table than the model's own: one of a quoted name, or one that Django joins."""
        chosen: Rows = self._chain()  # type: ignore[attr-defined]  # QuerySet's own way to copy itself
        chosen.query.join(BaseTable(table, None) if isinstance(table, str) else table)
        return chosen

    def update(self, **values: Any) -> int:
        """Refuse: see LabModel."""
        raise TypeError(self.model.written_by)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: see LabModel."""
        raise TypeError(self.model.written_by)

    def bulk_create(self, *args: Any, **options: Any) -> list[Row]:
        """Refuse: see LabModel."""
        raise TypeError(self.model.written_by)


class LabModel(models.Model):
    """A row of a table that belongs to the lab: no migration makes it, and nothing here writes it."""

    written_by: ClassVar[str]
    """Who writes such rows, in a sentence: what a programmer is told who tries."""

    class Meta:
        abstract = True
        managed = False
        default_permissions = ("view",)

    def save(self, *args: Any, **options: Any) -> None:
        """Refuse."""
        raise TypeError(self.written_by)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Refuse: an unguarded delete could take a row nobody has seen."""
        raise TypeError(self.written_by)
