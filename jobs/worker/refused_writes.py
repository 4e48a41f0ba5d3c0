"""Does an error mean that the lab's server takes no writes just now, and why not? Its number says so, or its text.

A full disk and a failover pass, as a lost connection does: what was refused can be tried again. Only what the driver
raised is looked at: an OSError of make's own bears such numbers too, and is about the worker's disk.
"""

import re

READ_ONLY = "it is read-only"
NO_ROOM = "it has no room left"
NO_MEMORY = "it has no memory left"
NOT_READY = "its cluster is not ready"
NO_COMMIT = "its cluster has rolled back"

# MySQL manual, "Server Error Message Reference" and "Global Error Message Reference"; MariaDB, "Error Codes".
BY_NUMBER = {
    **dict.fromkeys((20, 1021, 1114), NO_ROOM),
    **dict.fromkeys((5, 1037, 1041), NO_MEMORY),
    # 1792 also where the session began while the server was read-only (transaction_read_only).
    **dict.fromkeys((1792, 1836, 1874, 1881), READ_ONLY),
    **dict.fromkeys((3100, 3101), NO_COMMIT),
}
# The same number stands for other options (--secure-file-priv), and for commands that nobody knows.
BY_TEXT = {1290: (re.compile(r"--(\w+[-_])?read[-_]only"), READ_ONLY), 1047: (re.compile("WSREP"), NOT_READY)}
# A file or a table could not be written, or a commit: the text ends in the system's or the engine's own number.
WITH_CAUSE = {1, 3, 1004, 1005, 1023, 1026, 1030, 1180}
# ENOSPC, EDQUOT, HA_ERR_RECORD_FILE_FULL; EROFS, as a file system becomes after an error of its disk.
BY_CAUSE = {28: NO_ROOM, 122: NO_ROOM, 135: NO_ROOM, 30: READ_ONLY}
QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")
CAUSE = re.compile(r"\b\d+\b")


def why_no_writes(error: BaseException) -> str:
    """Return in words why the server takes no writes, '' when the error says something else. PyMySQL's errors alone."""
    if not type(error).__module__.startswith("pymysql") or len(error.args) < 2:
        return ""
    number, text = error.args[0], str(error.args[1])
    if number in BY_TEXT:
        pattern, why = BY_TEXT[number]
        return why if pattern.search(text) else ""
    return _by_cause(text) if number in WITH_CAUSE else BY_NUMBER.get(number, "")


def _by_cause(text: str) -> str:
    """Look for the number, in whatever language the server speaks; names of files and tables are quoted."""
    found = CAUSE.search(QUOTED.sub("", text))
    return BY_CAUSE.get(int(found[0]), "") if found else ""
