"""What did a page ask of the lab's server?"""

import re
from collections.abc import Iterable, Mapping

COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)


def verbs(asked: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the first words of the statements; a limit that stands in a comment before one is none."""
    return {COMMENTS.sub("", query["sql"]).strip(" (\n").split(None, 1)[0].upper() for query in asked}
