"""The door by which every statement that we write ourselves goes to the lab's server; the rest is Django's ORM."""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


def lab_cursor(connection: BaseDatabaseWrapper | None = None) -> CursorWrapper:
    """Return a cursor over the site's connection to the lab's server, or over this other one, to be closed by `with`.

    Raises DatabaseError when the server gives no connection.
    """
    return (connection or connections["lab"]).cursor()
