"""Which processes belong to the demo in this folder, and how do they end?

Every one bears the folder's path in its environment. So those that a killed demo left behind are found and known for
its own, whatever number they have; nothing else is ever ended.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARK = "JOBSITE_DEMO_OF"
END_LIMIT_S = 5.0
ROOT = Path(__file__).resolve().parents[2]


class DemoError(Exception):
    """The demo cannot go on; the message is one sentence, with the last words of a child where one failed."""


class Processes:
    """The demo's children, save its server."""

    def __init__(self, home: Path) -> None:
        """`home` is the demo's folder; each child's output goes to a file under `logs`."""
        self.home = home
        self.logs = home / "logs"
        self._children: list[subprocess.Popen[bytes]] = []
        os.environ[MARK] = str(home)

    def start(
        self, name: str, arguments: Sequence[str], environ: Mapping[str, str], *, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start Python with `arguments`, in a session of its own: Ctrl-C is answered by the demo alone."""
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.home,
            env=self._environ(environ),
            stdin=stdin,
            stdout=self.log(name).open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._children.append(child)
        return child

    def log(self, name: str) -> Path:
        """Return the file that has what the child `name` printed."""
        return self.logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the end of what the child `name` printed."""
        return self.log(name).read_text(errors="replace").strip()[-600:]

    def end(self) -> None:
        """End every child: asked first, killed when it does not listen, its own children with it."""
        living = [child for child in self._children if child.poll() is None]
        for child in living:
            child.terminate()
        for child in living:
            try:
                child.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def sweep(self) -> int:
        """Kill whatever else bears this demo's mark, and return how many there were."""
        left = list(self._marked())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(left)

    def _marked(self) -> Iterator[int]:
        mark = f"{MARK}={self.home}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or another user's
                if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)

    @staticmethod
    def _environ(additions: Mapping[str, str]) -> dict[str, str]:
        """Return this environment less everything that could lead a child to another server or site than the demo's."""
        foreign = ("DJ_", "JOBSITE_", "LAB_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        kept = {name: value for name, value in os.environ.items() if name == MARK or not name.startswith(foreign)}
        path = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
        return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", **additions}
