"""Which connections hold a transaction open, and for how long?

An ordinary make() holds one since its start, while the process list shows its connection as asleep.
"""

from collections.abc import Mapping

from django.db import connections

from connections.server import Server

# trx_started is in the server's own zone, whatever the session's is (MySQL manual, "The INFORMATION_SCHEMA INNODB_TRX
# Table"); SYSTEM and offsets need no time zone tables.
TRANSACTIONS_SQL = """
SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, CONVERT_TZ(trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP())
  FROM information_schema.innodb_trx
 WHERE trx_mysql_thread_id > 0
"""


def open_transactions(server: Server) -> Mapping[int, int]:
    """Return thread id -> age of its open transaction in seconds; nothing when the account may not see them."""
    if not server.sees_all:
        return {}
    with connections["lab"].cursor() as cursor:
        cursor.execute(TRANSACTIONS_SQL)
        return {thread: max(0, age_s or 0) for thread, age_s in cursor.fetchall()}
