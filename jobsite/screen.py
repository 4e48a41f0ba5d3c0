"""Where do the lines of a command go? To a terminal of so many columns, perhaps with colours; or to a file or a pipe.

What is written comes from the lab's rows: what cannot be printed is escaped, so that it cannot move the cursor or pass
for another line.
"""

import os
import sys
from enum import Enum
from typing import TextIO

from jobsite.fitting import fit, wrap
from jobsite.one_line import printable

UNKNOWN_COLUMNS = 80
"""For terminals in containers and over serial lines that say that they are 0 by 0."""


class Style(Enum):
    """How a line looks on a terminal that has colours: the SGR codes of ECMA-48."""

    PLAIN = ""
    BOLD = "1"
    FAINT = "2"
    WARNING = "33"


class Screen:
    """What a command writes to and, where it asks, reads from."""

    def __init__(self, out: TextIO) -> None:
        """`out` is where the lines go."""
        self.out = out

    @property
    def is_terminal(self) -> bool:
        """Say whether a person looks at it."""
        return self.out.isatty()

    @property
    def columns(self) -> int | None:
        """How wide a line may be now; None where it is no terminal, and lines are as long as they are."""
        return (os.get_terminal_size(self.out.fileno()).columns or UNKNOWN_COLUMNS) if self.is_terminal else None

    @property
    def can_ask(self) -> bool:
        """Say whether a question is seen, or its answer comes from a file or a pipe all the same."""
        return self.is_terminal or not (sys.stdin and sys.stdin.isatty())

    @property
    def has_colours(self) -> bool:
        """Say whether it is a terminal with colours that nobody has switched off (no-color.org)."""
        return self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"

    def printable(self, text: str) -> str:
        """Return a text of the lab's as one line that can be shown here."""
        return printable(text, self.out)

    def line(self, text: str, style: Style = Style.PLAIN) -> None:
        """Write one line of printable text, with its middle cut out where it is wider than the terminal."""
        self._write(fit(text, self.columns) if self.columns else text, style)

    def say(self, sentence: str, indent: str = "", style: Style = Style.PLAIN) -> None:
        """Write a sentence, whatever is in it, on a terminal in as many lines as it takes."""
        text = self.printable(sentence)
        width = self.columns and max(1, self.columns - len(indent))
        for line in wrap(text, width) if width else [text]:
            self._write(f"{indent}{line}", style)

    def ask(self, question: str) -> str | None:
        """Write a question and return the answer without blanks at its ends; None at the end of the input."""
        self.out.write(self.printable(question))
        self.out.flush()
        answer = _read_line()
        if not answer or not sys.stdin.isatty():  # nobody has pressed Enter on this terminal
            self._write("", Style.PLAIN)
        return answer.strip() if answer else None

    def _write(self, text: str, style: Style) -> None:
        shown = f"\x1b[{style.value}m{text}\x1b[0m" if style.value and text and self.has_colours else text
        self.out.write(f"{shown}\n")
        self.out.flush()


def _read_line() -> str:
    """Return a line of the input with its end, '' when there is none any more or it was closed from the start."""
    try:
        return sys.stdin.readline() if sys.stdin else ""
    except UnicodeDecodeError:  # bytes that are no text answer no question
        return "\n"
