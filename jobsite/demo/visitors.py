"""Who else is connected? A notebook with an open transaction, forgotten ones, and a query that takes its time."""

import contextlib
import threading

import pymysql
from pymysql.connections import Connection

from jobsite.demo.accounts import Accounts


class Visitors:
    """Connections of people at their notebooks; open until somebody ends them, or the server goes."""

    def __init__(self, accounts: Accounts) -> None:
        """Nobody is here yet."""
        self.accounts = accounts
        self._open: list[Connection] = []

    def come(self) -> None:
        """Open the connections."""
        with self._connect("carol", "lab_behavior").cursor() as cursor:
            cursor.execute("START TRANSACTION")
            # A new row: a changed one would be locked, and with it everything that refers to it.
            cursor.execute("INSERT INTO subject VALUES ('M030', 'F', CURRENT_DATE, 25)")
        self._connect("dave", "lab_ephys")
        self._connect("bob", "lab_ephys")
        threading.Thread(target=self._ask, args=(self._connect("carol", "lab_ephys"),), daemon=True).start()

    def _connect(self, user: str, schema: str) -> Connection:
        connection = pymysql.connect(
            host="127.0.0.1",
            port=self.accounts.port,
            user=user,
            password=self.accounts.passwords[user],
            database=schema,
            ssl_disabled=True,
        )
        self._open.append(connection)
        return connection

    @staticmethod
    def _ask(connection: Connection) -> None:
        with contextlib.suppress(Exception), connection.cursor() as cursor:  # ended by somebody, as it is there for
            cursor.execute("SELECT COUNT(*), SLEEP(86400) FROM recording /* weekly export */")
