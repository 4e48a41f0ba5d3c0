"""Which tables of a schema does populate compute? Asked where a row is to be written for one that has no job yet."""

from jobs.formats.table_name import is_populated
from jobsite.lab.sql import lab_cursor

TABLES = (
    "SELECT CONVERT(table_name USING utf8mb4) FROM information_schema.tables WHERE table_schema = %s"
    " AND table_type = 'BASE TABLE'"
)


def populated_tables(schema: str) -> list[str]:
    """Return their names on the server, in order, as far as the site's account sees them. Raises DatabaseError."""
    with lab_cursor() as cursor:
        cursor.execute(TABLES, [schema])
        return sorted(name for (name,) in cursor.fetchall() if is_populated(name))
