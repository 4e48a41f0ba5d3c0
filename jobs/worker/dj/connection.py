"""Which connection does a worker write by? DataJoint's, which may be another one than before, or one beside it."""

from collections.abc import Sequence

from jobs.worker.dj.compat import Untyped

ANSWER_S = 10
MOST_ROWS = 18_446_744_073_709_551_615
ALL_ROWS = f"LIMIT {MOST_ROWS}"
"""How each SELECT of more than one row ends: else the server may be set to cut it (MySQL manual, sql_select_limit)."""
WHO = "SELECT CONNECTION_ID(), USER(), @@autocommit"
# DataJoint wants it so (0.14.10, connection.py: connect), but MySQL greets PyMySQL as if it were on when it is not.
COMMIT_EACH = "SET autocommit = 1"
IN_TRANSACTION = 1
NOT_THE_DRIVERS = ("ssl_input", "host_input")  # DataJoint 0.14.10, connection.py: its own notes beside the address
NAMED_BY_DRIVER = {"passwd": "password"}  # PyMySQL deprecates the first


class ConnectionIdentity:
    """Who we are on the server: asked once for each connection, since DataJoint connects again unasked."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        self._connection = connection
        self._driver: Untyped = None
        self._who = (0, "")

    def who(self) -> tuple[int, str]:
        """Return the id of the connection in use, and USER()."""
        if self._driver is not self._connection._conn:
            connection_id, user, commits = self._connection.query(WHO).fetchone()
            if not commits:
                self._connection.query(COMMIT_EACH)
            self._who = connection_id, user
            self._driver = self._connection._conn  # after the query: it may have connected again
        return self._who

    def takes_blocks(self) -> bool:
        """Say whether several statements can be sent as one (MariaDB manual, "BEGIN END": NOT ATOMIC, since 10.1)."""
        return "MariaDB" in self._connection._conn.get_server_info()


def is_in_transaction(connection: Untyped) -> bool:
    """Say whether the server's last answer came from inside a transaction; `connection` is DataJoint's.

    The server says so with each answer that is no error (MySQL manual, "OK_Packet": SERVER_STATUS_IN_TRANS).
    """
    return bool(connection._conn.server_status & IN_TRANSACTION)


class SecondConnection:
    """A second connection to where DataJoint's is, for another thread: DataJoint's own is for one thread only."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        address = {NAMED_BY_DRIVER.get(name, name): value for name, value in connection.conn_info.items()}
        for name in NOT_THE_DRIVERS:
            address.pop(name, None)
        limits = {"connect_timeout": ANSWER_S, "read_timeout": ANSWER_S, "write_timeout": ANSWER_S}
        self._driver = type(connection._conn)(**address, **limits, autocommit=True, init_command=COMMIT_EACH)

    def query(self, statement: str, parameters: Sequence[object]) -> Untyped:
        """Run a statement and return its cursor."""
        cursor = self._driver.cursor()
        cursor.execute(statement, parameters)
        return cursor

    def close(self) -> None:
        """Disconnect."""
        self._driver.close()
