"""What did a page ask of the lab's server?"""

import re
from collections.abc import Iterable, Mapping

from tests.server import SERVER

COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)


def verbs(asked: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the first words of the statements; a limit that stands in a comment before one is none."""
    return {COMMENTS.sub("", query["sql"]).strip(" (\n").split(None, 1)[0].upper() for query in asked}


def more_for_connections() -> int:
    """Return how many questions more it takes to see who is connected where MySQL keeps no performance_schema."""
    version, has_schema = SERVER.sql("SELECT VERSION(), @@performance_schema")[0]
    return 0 if has_schema or "MariaDB" in version else 2
