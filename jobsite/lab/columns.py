"""How is a column of the lab's server read, so that no row can hurt the page?

Every value is cut by the server before it travels, and every text comes in one character set and collation: schemas of
different collations could not stand in one UNION otherwise (error 1271).
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import Exact
from django.db.models.sql.compiler import SQLCompiler

TEXT_LIMIT = 4000
"""Characters of a text column that are read, unless the column says otherwise."""
BLOB_LIMIT = 65_536
"""Bytes of a blob column that are read, unless the column says otherwise."""

ONE_COLLATION = "utf8mb4_general_ci"
LAST_TAKEN_APART, LAST_TOLD_APART = "\u04ff", "\uffff"
"""Accents count only above the first, which ends Latin, Greek and Cyrillic; above the second all characters are one."""


if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
    BinaryField = models.BinaryField[Any, Any]
else:  # generic for the type checker alone
    TextField, BinaryField = models.TextField, models.BinaryField


# Neither field deconstructs its limit: it changes how a column is read, not what it is, and so needs no migration.


class LabText(TextField):
    """A text column of any character set, read as at most `limit` characters of utf8mb4."""

    def __init__(self, *args: Any, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        """`limit` is in characters."""
        self.limit = limit
        super().__init__(*args, **kwargs)

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Wrap the column in the SELECT list; a filter still meets the bare column and its index."""
        text = f"CONVERT(LEFT({sql}, {self.limit}) USING utf8mb4)"
        # Anybody may make a table whose columns hold NULL where DataJoint's never do.
        return f"{text if self.null else _or_nothing(text)} COLLATE {ONE_COLLATION}", params


def _or_nothing(sql: str) -> str:
    return f"COALESCE({sql}, '')"


@LabText.register_lookup
class ExactInAnyCharset(Exact):
    """`=`, also with letters that the column's character set lacks (error 1267): only those cost the index."""

    def process_lhs(self, compiler: SQLCompiler, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        """Compare byte by byte where a plain comparison could fail."""
        sql, params = super().process_lhs(compiler, connection, lhs)
        if isinstance(self.rhs, str) and not self.rhs.isascii():
            sql = f"CONVERT({sql} USING utf8mb4) COLLATE utf8mb4_bin"
        return sql, params


class LabBlob(BinaryField):
    """A blob column, read as at most `limit` bytes."""

    def __init__(self, *args: Any, limit: int = BLOB_LIMIT, **kwargs: Any) -> None:
        """`limit` is in bytes."""
        self.limit = limit
        super().__init__(*args, **kwargs)

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Wrap the column in the SELECT list."""
        return f"LEFT({sql}, {self.limit})", params


class InOneCollation(models.Func):
    """A text expression made comparable with any search text, whatever its column's character set and case."""

    template = f"CONVERT(LEFT(%(expressions)s, {TEXT_LIMIT}) USING utf8mb4) COLLATE {ONE_COLLATION}"
    output_field = TextField()


class InLowerCase(models.Func):
    """A text to search in or for: capital and small letters are the same, all else counts.

    ONE_COLLATION would take all characters beyond the BMP for the same one, and leave accents out.
    """

    template = f"LOWER(CONVERT(LEFT(%(expressions)s, {TEXT_LIMIT}) USING utf8mb4) COLLATE utf8mb4_bin)"
    output_field = TextField()


class AsBytes(models.Func):
    """A text compared byte by byte, whatever its column's character set, collation and padding."""

    template = "CAST(CONVERT(%(expressions)s USING utf8mb4) AS BINARY)"
    output_field = models.BinaryField()


class JoinedAsBytes(AsBytes):
    """Columns as one such text with blanks between: so many pairs are compared faster than by a condition for each."""

    template = "CAST(CONVERT(CONCAT_WS(' ', %(expressions)s) USING utf8mb4) AS BINARY)"


class UserOfAccount(models.Func):
    """The user of an account as SQL's USER() tells it, `alice@10.4.1.21`: what stands before the last @, or all."""

    template = "LEFT(%(expressions)s, CHAR_LENGTH(%(expressions)s) - LOCATE('@', REVERSE(%(expressions)s)))"
    output_field = TextField()


class OffIndex(models.Func):
    """A column compared as it is, but not along its index: to meet most rows by an index takes longer than all."""

    template = "CONCAT(%(expressions)s)"
    arity = 1


def sort_key(text: str) -> str:
    """Return what to sort a text by in Python, to get the order of ONE_COLLATION: case and accents do not count.

    Compared with WEIGHT_STRING of MariaDB 10.11: so are all of ASCII, and all letters but some 500 rare ones.
    """
    return text.upper() if text.isascii() else "".join(map(_weight, text))


def _weight(letter: str) -> str:
    if letter > LAST_TOLD_APART:
        return "\ufffd"
    capital = letter.upper()[0]
    base = unicodedata.normalize("NFD", capital)[0]
    return base if base <= LAST_TAKEN_APART else capital
