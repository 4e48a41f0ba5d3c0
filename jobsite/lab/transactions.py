"""Which connections hold a transaction open, for how long, and what have they written in it?

An ordinary make() holds one since its start, while the process list shows its connection as asleep.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jobsite.lab.server import Server
from jobsite.lab.sql import lab_cursor

# trx_started is in the server's own zone, whatever the session's is (MySQL manual, "The INFORMATION_SCHEMA INNODB_TRX
# Table"); SYSTEM and offsets need no time zone tables.
TRANSACTIONS_SQL = """
SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, CONVERT_TZ(trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()),
       trx_rows_modified
  FROM information_schema.innodb_trx
 WHERE trx_mysql_thread_id > 0
"""


@dataclass(frozen=True)
class Transaction:
    """An open transaction: its age in seconds, and the rows that it has inserted, changed or deleted until now.

    InnoDB alone counts; the tables of other engines are not rolled back.
    """

    age_s: int
    rows_written: int


def open_transactions(server: Server) -> Mapping[int, Transaction]:
    """Return thread id -> its open transaction; nothing when the account may not see them."""
    if not server.sees_all:
        return {}
    with lab_cursor() as cursor:
        cursor.execute(TRANSACTIONS_SQL)
        return {thread: Transaction(max(0, age_s or 0), rows) for thread, age_s, rows in cursor.fetchall()}
