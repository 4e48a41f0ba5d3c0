"""What does a server say whose disk is full? A MariaDB that can be given no more room than it has, and room again.

Its files may not grow over a limit of the process, which it takes as a full disk: tables, and what undoes a
transaction, share one file that is filled to the last page. No disk is filled for it, and root is not needed.
"""

import resource
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import MySQLdb

from jobsite.demo.server import Server

# As large as the file begins; the redo log has to stay below.
LIMIT_BYTES = 12 * 1024 * 1024
BALLAST_BYTES = (1_000_000, 30_000, 3_000, 30)
MAKE = "CREATE TABLE IF NOT EXISTS ballast.ballast (bytes LONGBLOB)"


class FullableServer(Server):
    """A private server whose disk is full between `fill` and `make_room`."""

    def __init__(self, directory: Path, *, options: Sequence[str] = ()) -> None:
        """`options` are further mariadbd options."""
        super().__init__(directory, options=["--innodb-file-per-table=0", *options])

    def fill(self) -> None:
        """Let the files grow no more, and use up what room they have."""
        self._limit(max(LIMIT_BYTES, (self.directory / "data" / "ibdata1").stat().st_size))
        driver = MySQLdb.connect(host="127.0.0.1", port=self.port, user="root", autocommit=True)
        with driver.cursor() as cursor:
            for size in BALLAST_BYTES:
                with suppress(MySQLdb.OperationalError):
                    cursor.execute("CREATE DATABASE IF NOT EXISTS ballast")
                    cursor.execute(MAKE)
                    while True:
                        cursor.execute("INSERT INTO ballast.ballast VALUES (REPEAT('x', %s))", [size])
        driver.close()

    def make_room(self) -> None:
        """Let them grow again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        assert self.process
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _command(self) -> list[str]:
        # Who writes past the limit is ended by a signal, unless it is ignored: then the write fails.
        return ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", *super()._command()]
