"""The door by which every statement that we write ourselves goes to the lab's server; the rest is Django's ORM."""

from django.db import connections
from django.db.backends.utils import CursorWrapper


def lab_cursor() -> CursorWrapper:
    """Return a cursor over the site's connection, to be closed by `with`. Raises DatabaseError when there is none."""
    return connections["lab"].cursor()
