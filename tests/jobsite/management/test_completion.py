"""The Tab key after manage.py, in real shells."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminals import Terminal

SHELLS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
PYTHON = Path(sys.executable)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A shell that has read its one line."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    path = f"{PYTHON.parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PS1": "> ", "TERM": "xterm", "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}
    terminal = Terminal(SHELLS[name], env, columns=120)
    terminal.type(f"source jobsite/completion/manage.{name} && clear && echo re''ady\n")
    terminal.shows(lambda lines: "ready" in lines, "the shell")
    yield terminal
    terminal.kill()


@pytest.mark.parametrize("program", ["./manage.py", "python manage.py"])
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("popu", "populate "),
        ("populate --dry", "populate --dry-run "),
        ("populate --order ran", "populate --order random "),
        ("populate --order=ran", "populate --order=random "),
        ("help doc", "help doctor "),
        ("jobs cle", "jobs clear "),
        ("jobs clear --dry", "jobs clear --dry-run "),
        ("jobs --status ign", "jobs --status ignore "),
        ("reap --app", "reap --apply "),
        ("kill --y", "kill --yes "),
        ("kill 'TIME > 600' --order-by ho", "kill 'TIME > 600' --order-by host "),
        ("serv", "serve "),
        ("serve --work", "serve --workers "),
    ],
)
def test_tab_completes(shell: Terminal, program: str, typed: str, completed: str) -> None:
    shell.type(f"{program} {typed}\t#")
    shell.shows(lambda lines: any(line.endswith(f"{program} {completed}#") for line in lines), completed)


def test_tab_lists_the_options_that_were_not_written_yet(shell: Terminal) -> None:
    shell.type("python manage.py populate lab.Table --dry-run --\t\t")
    lines = shell.shows(lambda lines: "--on-stop" in " ".join(lines[1:]), "the options")
    listed = " ".join(line for line in lines if "python" not in line).split()  # the line itself is written again
    assert "--dry-run" not in listed
    assert "--settings" not in listed


def test_tab_completes_files_after_another_program(shell: Terminal) -> None:
    shell.type("python READ\t#")
    shell.shows(lambda lines: any("python README.md" in line for line in lines), "a file's name")
