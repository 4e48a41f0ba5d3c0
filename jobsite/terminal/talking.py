"""What does a command say beside its data, and ask? On standard error: a pipe has the data alone."""

import os
import sys
import textwrap
from typing import TextIO

from jobsite.fitting import fit
from jobsite.one_line import printable

WARNING, PLAIN = "\x1b[33m", "\x1b[0m"
FEWEST_COLUMNS = 20
"""A terminal that says it is narrower does not know its size: some (in containers, over serial lines) say 0."""


def columns_of(out: TextIO) -> int | None:
    """Return how wide the terminal is that `out` writes to; None where it is none, or does not know."""
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except (OSError, ValueError):
        return None
    return columns if columns >= FEWEST_COLUMNS else None


def has_color(out: TextIO) -> bool:
    """Say whether `out` is a terminal that shows colours, and nobody wants none (https://no-color.org)."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


LONGEST_NAME = 300
"""Columns of what is only named, where there is no terminal."""


class Talk:
    """Lines and questions of a command."""

    def __init__(self, out: TextIO | None = None) -> None:
        """`out` is where lines go: standard error, unless they are what was asked for."""
        self.out = out or sys.stderr

    def say(self, text: str, *, is_warning: bool = False, indent: str = "") -> None:
        """Write a text as one line, or as more on a narrow terminal."""
        begin, end = (WARNING, PLAIN) if is_warning and has_color(self.out) else ("", "")
        columns, said = columns_of(self.out), indent + printable(text, self.out)
        for line in textwrap.wrap(said, columns, subsequent_indent=indent) if columns else [said]:
            self.out.write(f"{begin}{line}{end}\n")
        self.out.flush()

    def name(self, text: str, indent: str = "") -> None:
        """Write a text as one line, with its middle cut out where it is too long."""
        self.out.write(f"{fit(indent + printable(text, self.out), columns_of(self.out) or LONGEST_NAME)}\n")

    @property
    def can_ask(self) -> bool:
        """Say whether a person sits there."""
        return sys.stdin.isatty() and self.out.isatty()

    def ask(self, question: str, at_end: str = "") -> str:
        """Return what a person answers in one line, or `at_end` for Ctrl-D and wherever the input has ended."""
        self.out.write(f"{printable(question, self.out)} ")
        self.out.flush()
        answer = sys.stdin.readline()
        return answer.strip() if answer else at_end
