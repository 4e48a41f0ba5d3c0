"""The shape of a message as SQL (jobs.tracebacks.shapes), whatever the column's character set and collation."""

from django.db import models

from jobs.tracebacks.shapes import FROM_FIRST_DIGIT, LETTERS_BEFORE, MARK, MESSAGE_CHARS, SHAPE_CHARS

BYTEWISE = "CONVERT(LEFT({}, {}) USING utf8mb4) COLLATE utf8mb4_bin"
"""A text of which every letter counts: a pattern, too, would take `A` for `a` in another collation."""
USUAL = "(?-imsx)"
"""Before each pattern, because a server of MariaDB may read patterns otherwise (default_regex_flags)."""
TAILS_OFF = f"LEFT(REGEXP_REPLACE({{}}, '{USUAL}{FROM_FIRST_DIGIT}', '{MARK}'), {SHAPE_CHARS})"
LETTERS_OFF = f"REGEXP_REPLACE({{}}, '{USUAL}{LETTERS_BEFORE}', '{MARK}')"


def tails_off(column: str) -> str:
    """Return the SQL of the first half, which the server has to do to each row: it is the cheap one."""
    return TAILS_OFF.format(f"COALESCE({BYTEWISE.format(column, MESSAGE_CHARS)}, '')")


def letters_off(text: str) -> str:
    """Return the SQL of the second half, of what the first one gave."""
    return LETTERS_OFF.format(text)


class MessageShape(models.Func):
    """The shape of a message, to compare with one."""

    template = letters_off(tails_off("%(expressions)s"))
    output_field: "models.TextField[str, str]" = models.TextField()
