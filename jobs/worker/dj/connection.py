"""Which connection does a worker write by? DataJoint's, which may be another one than before, or a second one."""

from collections.abc import Sequence

from jobs.worker.dj.compat import Untyped, driver_of

ANSWER_S = 10
MOST_ROWS = 18_446_744_073_709_551_615
ALL_ROWS = f"LIMIT {MOST_ROWS}"
"""How each SELECT of more than one row ends: else the server may be set to cut it (MySQL manual, sql_select_limit)."""
WHO = "SELECT CONNECTION_ID(), USER(), @@autocommit"
# DataJoint wants it so (0.14.10, connection.py: connect), but MySQL greets PyMySQL as if it were on when it is not.
COMMIT_EACH = "SET autocommit = 1"
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
        if not self.is_known:
            connection_id, user, commits = self._connection.query(WHO).fetchone()
            if not commits:
                self._connection.query(COMMIT_EACH)
            self._who = connection_id, user
            self._driver = driver_of(self._connection)  # after the query: it may have connected again
        return self._who

    @property
    def is_known(self) -> bool:
        """Say whether the connection in use is the one that was asked last."""
        return self._driver is driver_of(self._connection)

    def takes_blocks(self) -> bool:
        """Say whether several statements can be sent as one (MariaDB manual, "BEGIN END": NOT ATOMIC, since 10.1)."""
        return "MariaDB" in driver_of(self._connection).get_server_info()


class SecondConnection:
    """A second connection to where DataJoint's is, for another thread: DataJoint's own is for one thread only."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        address = {NAMED_BY_DRIVER.get(name, name): value for name, value in connection.conn_info.items()}
        for name in NOT_THE_DRIVERS:
            address.pop(name, None)
        limits = {"connect_timeout": ANSWER_S, "read_timeout": ANSWER_S, "write_timeout": ANSWER_S}
        self._driver = type(driver_of(connection))(**address, **limits, autocommit=True, init_command=COMMIT_EACH)

    def query(self, statement: str, parameters: Sequence[object]) -> Untyped:
        """Run a statement and return its cursor."""
        cursor = self._driver.cursor()
        cursor.execute(statement, parameters)
        return cursor

    def close(self) -> None:
        """Disconnect."""
        self._driver.close()
