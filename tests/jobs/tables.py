"""The schema-wide jobs tables of some schemas, as pages read them."""

from collections.abc import Iterable

from jobs.formats.jobs_columns import JOBS_TABLE
from jobs.layouts.reading import Reading
from jobs.layouts.schema_wide import SchemaWide
from jobs.models import QualifiedName


def jobs_table(schema: str) -> QualifiedName:
    """Return the name of a schema's jobs table."""
    return QualifiedName(schema, JOBS_TABLE)


def reading_of(schemas: Iterable[str]) -> Reading:
    """Return a reading that has found the jobs tables of these schemas, as DataJoint declares them today."""
    return Reading([SchemaWide(jobs_table(schema)) for schema in schemas])
