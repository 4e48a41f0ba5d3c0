"""What does an error of the lab's server mean to a worker?

Gone: the server, or the way to it. Busy: somebody else's lock or a time limit stood in the way. Deadlock: the
transaction was rolled back in favour of another one. Denied: the account lacks a privilege. No writes: a full disk or a
failover, which pass as a lost connection does. Duplicate: the row is there already. The numbers stand in
jobsite.lab.errors, each with its kind.
"""

import re

from jobsite.lab.errors import Kind, is_full, kind_of

# The statement is lost, its transaction goes on.
BUSY = {Kind.LOCKED, Kind.INTERRUPTED, Kind.TOO_SLOW}

READ_ONLY = "it is read-only"
NO_ROOM = "it has no room left"
NO_MEMORY = "it has no memory left"
NOT_READY = "its cluster is not ready"
NO_COMMIT = "its cluster has rolled back"

NO_WRITES = {
    Kind.NO_ROOM: NO_ROOM,
    Kind.TABLE_FULL: NO_ROOM,
    Kind.NO_MEMORY: NO_MEMORY,
    Kind.READ_ONLY: READ_ONLY,
    Kind.NO_COMMIT: NO_COMMIT,
}
# The same number stands for other options (--secure-file-priv), and for commands that nobody knows.
NO_WRITES_BY_TEXT = {
    Kind.BY_OPTION: (re.compile(r"--(\w+[-_])?read[-_]only"), READ_ONLY),
    Kind.UNKNOWN_COMMAND: (re.compile("WSREP"), NOT_READY),
}
# ENOSPC, EDQUOT, HA_ERR_RECORD_FILE_FULL; EROFS, as a file system becomes after an error of its disk.
NO_WRITES_BY_CAUSE = {28: NO_ROOM, 122: NO_ROOM, 135: NO_ROOM, 30: READ_ONLY}
QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")
CAUSE = re.compile(r"\b\d+\b")


def is_temporary(error: BaseException) -> bool:
    """Say whether an error is of the server's state, which passes, and not of the statement."""
    return is_gone(error) or is_full(error) or is_busy(error) or bool(no_writes_reason(error))


def is_gone(error: BaseException) -> bool:
    """Say whether an error, DataJoint's or PyMySQL's, means that the server or the way to it is gone."""
    return type(error).__name__ == "LostConnectionError" or kind_of(error) is Kind.GONE


def is_busy(error: BaseException) -> bool:
    """Say whether somebody else's lock or a time limit stood in the way, also by a deadlock."""
    return keeps_transaction(error) or is_deadlock(error)


def keeps_transaction(error: BaseException) -> bool:
    """Say whether the server was busy and gave up the statement alone: its transaction goes on."""
    return kind_of(error) in BUSY


def is_deadlock(error: BaseException) -> bool:
    """Say whether the transaction was rolled back in favour of another one, on this server or in its cluster."""
    return kind_of(error) is Kind.DEADLOCK


def is_denied(error: BaseException) -> bool:
    """Say whether the account lacks a privilege, which no waiting gives it."""
    return type(error).__name__ == "AccessError" or kind_of(error) is Kind.DENIED


def is_duplicate(error: BaseException) -> bool:
    """Say whether a row with the same key is there already; DataJoint makes a DuplicateError of the number."""
    return type(error).__name__ == "DuplicateError" or kind_of(error) is Kind.DUPLICATE


def no_writes_reason(error: BaseException) -> str:
    """Return in words why the server takes no writes, '' when the error says something else.

    Only what PyMySQL raised is looked at: an OSError of make's own bears such numbers too, and is about the worker's
    disk.
    """
    if not type(error).__module__.startswith("pymysql") or len(error.args) < 2:
        return ""
    kind, text = kind_of(error), str(error.args[1])
    if kind in NO_WRITES_BY_TEXT:
        pattern, reason = NO_WRITES_BY_TEXT[kind]
        return reason if pattern.search(text) else ""
    if kind is Kind.WITH_CAUSE:
        return _by_cause(text)
    return NO_WRITES.get(kind, "") if kind else ""


def _by_cause(text: str) -> str:
    """Look for the number, in whatever language the server speaks; names of files and tables are quoted."""
    found = CAUSE.search(QUOTED.sub("", text))
    return NO_WRITES_BY_CAUSE.get(int(found[0]), "") if found else ""
