"""A lab whose makes write to the terminal, wait or fail, and what the bar says of them."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.jobs.workers import environ
from tests.lab import Lab, load_pipeline
from tests.terminals import Terminal

NAME = "SpectrumOfASoundWithALongName"
TABLE = f"tests.chatty_pipeline.{NAME}"
XTERM = {"TERM": "xterm-256color", "CI": ""}
PROMPT = "here> "


class Sounds:
    """A lab whose makes write, wait or fail, one after the other."""

    def __init__(self, lab: Lab, ways: Sequence[str]) -> None:
        self._lab = lab
        self._schema = lab.schema()
        module = load_pipeline(self._schema, "chatty_pipeline")
        module.Sound.insert((f"{number:02d} {way}", way) for number, way in enumerate(ways))

    def populate(self, *arguments: str, columns: int = 80, rows: int = 24, env: Mapping[str, str] = XTERM) -> Terminal:
        """Start populate on a terminal."""
        return self.run(populate_line(*arguments), columns=columns, rows=rows, env=env)

    def run(self, line: str, *, columns: int = 80, rows: int = 24, env: Mapping[str, str] = XTERM) -> Terminal:
        """Run the line of a shell on a terminal."""
        return self._start(["sh", "-c", f"exec {line}"], env, columns=columns, rows=rows)

    def shell(self, *, columns: int = 80) -> Terminal:
        """Start a bash on a terminal, as a person has it: with job control, and without that person's settings."""
        settings = {"PS1": PROMPT, "INPUTRC": os.devnull, "HISTFILE": os.devnull}
        terminal = self._start(["bash", "--norc", "--noprofile", "-i"], {**XTERM, **settings}, columns=columns)
        terminal.shows(lambda lines: lines[0] == PROMPT.rstrip(), "the shell")
        return terminal

    def _start(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 80, rows: int = 24) -> Terminal:
        seen = {**XTERM, "TEST_GATE": str(self._lab.gate), **env}
        terminal = Terminal(command, environ(self._schema, **seen), columns=columns, rows=rows)
        self._lab.open.callback(terminal.kill)
        return terminal


def populate_line(*arguments: str) -> str:
    """Return what a person types to populate."""
    return shlex.join([sys.executable, "manage.py", "populate", TABLE, *arguments])


def bar_of(lines: Sequence[str]) -> str:
    """Return what the bar says, in one line: it begins with the last line that has its percentage."""
    begins = [number for number, line in enumerate(lines) if re.search(r"\d%( \[|$)", line)]
    return " ".join(lines[begins[-1] :]) if begins else ""


def says(*words: str) -> Callable[[Sequence[str]], bool]:
    """Return what says of a screen whether its bar has these words."""
    return lambda lines: all(word in bar_of(lines) for word in words)
