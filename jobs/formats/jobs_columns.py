"""Which columns has a schema's jobs table, and which of them may be missing?

DataJoint 0.14.10 (jobs.py) declares all of them. Tables that an older DataJoint or MATLAB's has made are still in use:
they lack `user` and `connection_id`, are narrower, or call the key `error_key` (MATLAB before 2.6.3).
"""

from collections.abc import Collection

JOBS_TABLE = "~jobs"

# No type of more than 64 KiB but for the stack, which no list reads: sorting such rows fails on MySQL (error 1038).
TEXT = frozenset({"varchar", "char", "text", "tinytext", "enum"})
KEY = frozenset({"blob", "tinyblob"})
STACK = KEY | {"mediumblob", "longblob"}
NUMBER = frozenset({"int", "bigint", "smallint", "mediumint", "tinyint"})
COLUMNS = {
    "table_name": TEXT,
    "key_hash": TEXT,
    "status": TEXT,
    "key": KEY,
    "error_message": TEXT,
    "error_stack": STACK,
    "user": TEXT,
    "host": TEXT,
    "pid": NUMBER,
    "connection_id": NUMBER,
    "timestamp": frozenset({"timestamp", "datetime"}),
}
"""The columns and the types each may have."""
REQUIRED = ("table_name", "key_hash", "status")
"""Without these there is no job. What else is missing is unknown of every job in the table."""
PRIMARY_KEY = frozenset({"table_name", "key_hash"})
FORMER_NAMES = {"key": "error_key"}


def called(name: str, there: Collection[str]) -> str:
    """Return what a column is called in a table that has the columns `there`; '' when it is missing."""
    return next((known for known in (name, FORMER_NAMES.get(name, "")) if known in there), "")
