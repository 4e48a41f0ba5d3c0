"""The door by which every statement that we write ourselves goes to the lab's server; the rest is Django's ORM."""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from jobsite.lab.backend.base import DatabaseWrapper


def lab_cursor(connection: BaseDatabaseWrapper | None = None, *, anew: bool = False) -> CursorWrapper:
    """Return a cursor over the site's connection to the lab's server, or over this other one, to be closed by `with`.

    `anew` makes it a connection that has just begun, whose privileges are those of now. Raises DatabaseError when the
    server gives no connection.
    """
    if anew:
        begin_anew()
    return (connection or connections["lab"]).cursor()


def begin_anew() -> None:
    """Let what follows go over a connection that begins now: to the server that has its name now, and as it may now."""
    connection = connections["lab"]
    if isinstance(connection, DatabaseWrapper):  # it is Django's dummy where nobody has said which server it is
        connection.begin_anew()
