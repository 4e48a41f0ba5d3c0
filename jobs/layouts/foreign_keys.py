"""Which tables does a table need, and which need it? By the foreign keys of its schema."""

from dataclasses import dataclass

from django.db import DatabaseError

from jobs.models import QualifiedName
from jobsite.lab.errors import concerns_one_table
from jobsite.lab.sql import lab_cursor

MOST = 200
"""Foreign keys that are looked at."""
KEYS = """
    SELECT DISTINCT CONVERT(table_name USING utf8mb4), CONVERT(referenced_table_schema USING utf8mb4),
        CONVERT(referenced_table_name USING utf8mb4)
    FROM information_schema.key_column_usage
    WHERE table_schema = %s AND referenced_table_name IS NOT NULL
        AND (table_name = %s OR (referenced_table_schema = %s AND referenced_table_name = %s))
    LIMIT {most}
"""


@dataclass(frozen=True)
class TablesAround:
    """The tables that a table refers to, in any schema, and those of its own schema that refer to it, without parts."""

    needs: tuple[QualifiedName, ...]
    needed_by: tuple[QualifiedName, ...]


def tables_around(schema: str, table_name: str) -> TablesAround:
    """Return them by name, as far as the site's account sees them; none where one of them is locked.

    Tables of other schemas that refer to it are not looked for: the server would open every table for that. Raises
    DatabaseError when the server as a whole refuses.
    """
    try:
        with lab_cursor() as cursor:
            cursor.execute(KEYS.format(most=MOST), [schema, table_name, schema, table_name])
            found = [(QualifiedName(schema, of), QualifiedName(*to)) for of, *to in cursor.fetchall()]
    except DatabaseError as error:
        if not concerns_one_table(error):
            raise
        return TablesAround((), ())
    here = QualifiedName(schema, table_name)
    needs = {to for of, to in found if of == here and to != here}
    needed_by = {of for of, to in found if to == here and of != here}
    parts = {one for one in needed_by if one.name.startswith(f"{table_name}__")}
    return TablesAround(tuple(sorted(needs)), tuple(sorted(needed_by - parts)))
