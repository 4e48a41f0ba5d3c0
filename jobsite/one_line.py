"""How does a text of the lab stand in a terminal or a log, so that it moves no cursor and passes for no other line?

Names, messages and accounts come from the server, and anybody may have chosen them: what cannot be seen is escaped, and
a secret in them is masked.
"""

import logging
from io import TextIOBase
from typing import TextIO

from jobsite.masking.text import masked

LOG_LINES = {"()": "jobsite.one_line.LogLines", "format": "{asctime} {name} {message}", "style": "{"}
"""The formatter of every log of the site, as a configuration of logging names it."""


def printable(text: str, out: TextIO | TextIOBase | None = None) -> str:
    """Return the text in one line without its secrets, with what `out` cannot show escaped.

    Marks that turn the reading direction are escaped as well.
    """
    text = masked(text)
    shown = text if text.isprintable() else "".join(map(_escaped, text))
    encoding = getattr(out, "encoding", None) or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def line_logger(name: str) -> logging.Logger:
    """Return the logger of that name; whatever handlers it has, each of its messages is one printable line."""
    found = logging.getLogger(name)
    found.addFilter(in_one_line)
    return found


def in_one_line(record: logging.LogRecord) -> bool:
    """Make a record's message one printable line; every record passes."""
    record.msg, record.args = printable(record.getMessage()), ()
    return True


class LogLines(logging.Formatter):
    """Writes a record as one line that can be shown; the lines of a traceback are indented, and begin no record."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's own name
        """Escape what the record says."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802  logging's own name
        """Indent a traceback, and escape its lines."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  logging's own name
        """Indent a stack, and escape its lines."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join(f"  {printable(line)}" for line in masked(text).splitlines())


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
