"""What does an error of the lab's server mean to a worker? Each error number stands here once, with its kind.

Gone: the server, or the way to it. Busy: somebody else's lock or a time limit stood in the way. Deadlock: the
transaction was rolled back in favour of another one. Denied: the account lacks a privilege. No writes: a full disk or a
failover, which pass as a lost connection does. Duplicate: the row is there already.
"""

import re

# MySQL manual, "Server Error Message Reference", "Client Error Message Reference" and "Global Error Message Reference";
# MariaDB Knowledge Base, "MariaDB Error Codes".
# Cannot connect, gone, lost, and the server's: too many connections, shutting down, killed, idle for too long.
GONE = {2002, 2003, 2006, 2013, 1040, 1053, 1927, 4031}
# Lock wait timeout, interrupted, and both families' time limits: the statement is lost, its transaction goes on.
BUSY = {1205, 1317, 1969, 3024}
DEADLOCK = 1213
# No privilege on a schema, a table, a column.
DENIED = {1044, 1142, 1143}
DUPLICATE = 1062
# PyMySQL >= 1.2 insists on TLS where DataJoint 0.14.10 only prefers it.
NO_TLS = 2026

READ_ONLY = "it is read-only"
NO_ROOM = "it has no room left"
NO_MEMORY = "it has no memory left"
NOT_READY = "its cluster is not ready"
NO_COMMIT = "its cluster has rolled back"

NO_WRITES = {
    **dict.fromkeys((20, 1021, 1114), NO_ROOM),
    **dict.fromkeys((5, 1037, 1041), NO_MEMORY),
    # 1792 also where the session began while the server was read-only (transaction_read_only).
    **dict.fromkeys((1792, 1836, 1874, 1881), READ_ONLY),
    **dict.fromkeys((3100, 3101), NO_COMMIT),
}
# The same number stands for other options (--secure-file-priv), and for commands that nobody knows.
NO_WRITES_BY_TEXT = {1290: (re.compile(r"--(\w+[-_])?read[-_]only"), READ_ONLY), 1047: (re.compile("WSREP"), NOT_READY)}
# A file or a table could not be written, or a commit: the text ends in the system's or the engine's own number.
WITH_CAUSE = {1, 3, 1004, 1005, 1023, 1026, 1030, 1180}
# ENOSPC, EDQUOT, HA_ERR_RECORD_FILE_FULL; EROFS, as a file system becomes after an error of its disk.
NO_WRITES_BY_CAUSE = {28: NO_ROOM, 122: NO_ROOM, 135: NO_ROOM, 30: READ_ONLY}
QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")
CAUSE = re.compile(r"\b\d+\b")


def number_of(error: BaseException) -> int:
    """Return the server's or the driver's number of an error, 0 when it has none."""
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0


def is_temporary(error: BaseException) -> bool:
    """Say whether an error is of the server's state, which is_temporary, and not of the statement."""
    return is_gone(error) or is_busy(error) or bool(no_writes_reason(error))


def is_gone(error: BaseException) -> bool:
    """Say whether an error, DataJoint's or PyMySQL's, means that the server or the way to it is gone."""
    return type(error).__name__ == "LostConnectionError" or number_of(error) in GONE


def is_busy(error: BaseException) -> bool:
    """Say whether somebody else's lock or a time limit stood in the way, also by a deadlock."""
    return keeps_transaction(error) or is_deadlock(error)


def keeps_transaction(error: BaseException) -> bool:
    """Say whether the server was busy and gave up the statement alone: its transaction goes on."""
    return number_of(error) in BUSY


def is_deadlock(error: BaseException) -> bool:
    """Say whether the transaction was rolled back in favour of another one, on this server or in its cluster."""
    return number_of(error) == DEADLOCK


def is_denied(error: BaseException) -> bool:
    """Say whether the account lacks a privilege, which no waiting gives it."""
    return type(error).__name__ == "AccessError" or number_of(error) in DENIED


def is_duplicate(error: BaseException) -> bool:
    """Say whether a row with the same key is there already; DataJoint makes a DuplicateError of the number."""
    return type(error).__name__ == "DuplicateError" or number_of(error) == DUPLICATE


def no_writes_reason(error: BaseException) -> str:
    """Return in words why the server takes no writes, '' when the error says something else.

    Only what PyMySQL raised is looked at: an OSError of make's own bears such numbers too, and is about the worker's
    disk.
    """
    if not type(error).__module__.startswith("pymysql") or len(error.args) < 2:
        return ""
    number, text = error.args[0], str(error.args[1])
    if number in NO_WRITES_BY_TEXT:
        pattern, reason = NO_WRITES_BY_TEXT[number]
        return reason if pattern.search(text) else ""
    return _by_cause(text) if number in WITH_CAUSE else NO_WRITES.get(number, "")


def _by_cause(text: str) -> str:
    """Look for the number, in whatever language the server speaks; names of files and tables are quoted."""
    found = CAUSE.search(QUOTED.sub("", text))
    return NO_WRITES_BY_CAUSE.get(int(found[0]), "") if found else ""
