"""What does each of the site's sessions on the lab's server begin with, so that no setting there changes an answer?"""

STATEMENT_LIMIT_S = 10
PAGE_STATEMENT_LIMIT_S = 1.9
"""A little less than a part of a page has: a statement that the server ends costs no connection."""
LOCK_LIMIT_S = 1
"""A page may wait for a lock once before it knows who holds it."""
CONNECT_LIMIT_S = 5
SORT_BYTES = 16 * 1024 * 1024
"""Fifteen of the longest rows must find place in it, or MySQL answers 1038; it takes no more of it than it needs."""
SORTED_BYTES = 1024
"""How much of a text is compared when rows are sorted or grouped: both families' default."""


# One SET for both kinds of server. MySQL takes `/*M!` for a plain comment; MariaDB passes over `/*!80000` (MariaDB
# Knowledge Base, "Comment Syntax"), so each reads only the time limit it knows. Set is whatever can change what a
# statement means or how much of it is answered, since a lab may have set it for the whole server or by init_connect
# (MySQL manual, "Server System Variables" and "Server SQL Modes"). The character set is set by the driver; whether the
# server only reads is left as it is.
def session_sql(limit_s: float) -> str:
    """Return the SET for a session in which the server ends a statement after `limit_s` seconds."""
    return (
        "SET time_zone='+00:00', sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
        ", sql_select_limit=18446744073709551615, sql_big_selects=1, sql_safe_updates=0, sql_auto_is_null=0"
        f", sql_quote_show_create=1, max_sort_length={SORTED_BYTES}, completion_type=0, autocommit=1"
        f", lock_wait_timeout={LOCK_LIMIT_S}, innodb_lock_wait_timeout={LOCK_LIMIT_S}, sort_buffer_size={SORT_BYTES}"
        f" /*M!100108 , tx_isolation='READ-COMMITTED', max_statement_time={limit_s} */"
        f" /*!80000 , transaction_isolation='READ-COMMITTED', max_execution_time={round(limit_s * 1000)}"
        ", information_schema_stats_expiry=0 */"
    )


OPTIONS = {
    "charset": "utf8mb4",
    "connect_timeout": CONNECT_LIMIT_S,
    "read_timeout": STATEMENT_LIMIT_S * 3,
    "init_command": session_sql(STATEMENT_LIMIT_S),
    # The session's SET has set both: the driver and Django would send three statements for them.
    "autocommit": True,
    "isolation_level": None,
}
"""What mysqlclient and Django are told of a session; jobsite.lab.backend has less time for that of a page."""


def without_waiting(statement: str) -> str:
    """Return a statement that waits for no lock on MariaDB; MySQL, whose least wait is a second, reads a comment."""
    return f"/*M!100108 SET STATEMENT lock_wait_timeout=0 FOR */ {statement}"
