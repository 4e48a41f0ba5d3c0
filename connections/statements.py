"""What may a person read of a running statement? All but its secrets."""

import re

HIDDEN = "'…'"
# A password stands as a quoted string after one of these words (MySQL manual, "CREATE USER", "SET PASSWORD",
# "CHANGE REPLICATION SOURCE TO"; MariaDB Knowledge Base, "IDENTIFIED VIA").
WORDS = (
    r"(?:IDENTIFIED\s+(?:BY|WITH\s+\S+\s+(?:BY|AS)|VIA\s+\S+\s+(?:USING|AS))(?:\s+PASSWORD)?"
    r"|PASSWORD\s*(?:=|\()?|_PASSWORD\s*=|AES_(?:EN|DE)CRYPT\s*\([^,]*,)"
)
SECRET = re.compile(
    rf"({WORDS}\s*\(?\s*)(?:'(?:[^'\\]|\\.|'')*(?:'|\Z)|\"(?:[^\"\\]|\\.|\"\")*(?:\"|\Z))", re.IGNORECASE
)


def without_secrets(statement: str) -> str:
    """Return the statement with the string after each password word hidden; also one cut off before its end."""
    return SECRET.sub(rf"\1{HIDDEN}", statement)
