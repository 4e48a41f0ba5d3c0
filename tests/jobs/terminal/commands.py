"""How do the tests run the commands of a terminal? As a shell does, at a site whose own database has been migrated."""

import os
import subprocess
import sys
from functools import cache

from tests.lab import ROOT
from tests.server import SERVER
from tests.terminals import Terminal


def manage(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` without a terminal."""
    migrate()
    return run(*arguments, **environ)


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it at a site that may not have been migrated."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environ_of_site(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def on_a_terminal(*arguments: str, columns: int = 100, rows: int = 40, **environ: str) -> Terminal:
    """Start `manage.py` on a terminal."""
    migrate()
    env = environ_of_site(**{"TERM": "xterm", **environ})
    return Terminal([sys.executable, "manage.py", *arguments], env, columns=columns, rows=rows)


def environ_of_site(**more: str) -> dict[str, str]:
    """Return the environment of a command; a pipe is not told of colours by the environment of the tests."""
    own = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return {**own, **SERVER.site_environ(), **more}


@cache
def migrate() -> None:
    """Migrate the site's own database, once."""
    done = run("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
