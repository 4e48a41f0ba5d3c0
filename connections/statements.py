"""What may a person read of a running statement? All but its secrets."""

import re

HIDDEN = "'…'"
# After one of these words a password or a key may stand, as a string (MySQL manual, "CREATE USER", "SET PASSWORD",
# "CHANGE REPLICATION SOURCE TO", "Encryption Functions"; MariaDB Knowledge Base, "CREATE USER").
WORD = re.compile(r"IDENTIFIED|PASSWORD|(?:EN|DE)CRYPT", re.IGNORECASE)
STRING = re.compile(r"['\"]|\b0x", re.IGNORECASE)


def without_secrets(statement: str) -> str:
    """Return the statement up to the first string after a password word.

    What follows is hidden too: where a string ends depends on the session's sql_mode, on comments, and on where the
    server cut the statement.
    """
    word = WORD.search(statement)
    string = STRING.search(statement, word.end()) if word else None
    return statement[: string.start()] + HIDDEN if string else statement
