"""A scientist at a Python prompt, who computes with DataJoint's own populate: the demo types, line by line."""

import subprocess

from jobsite.demo.accounts import Accounts
from jobsite.demo.processes import Processes
from jobsite.demo.waiting import LIMIT_S

NAME = "prompt"
FIRST_LINES = (
    "import datajoint as dj",
    "dj.config['database.port'] = {port}",
    "dj.config['database.use_tls'] = False",
    "from jobsite.demo.pipeline import behavior, ephys",
)


class Prompt:
    """An interactive Python, connected as `user`."""

    def __init__(self, user: str, accounts: Accounts, processes: Processes, environ: dict[str, str]) -> None:
        """Start it; `environ` says where the lab's files are."""
        environ = {**accounts.environ(user), **environ}
        self._python = processes.start(NAME, ["-i", "-q"], environ, stdin=subprocess.PIPE)
        self.type(*(line.format(port=accounts.port) for line in FIRST_LINES))

    def type(self, *lines: str) -> None:
        """Type whole lines; each is run when those before it have ended."""
        assert self._python.stdin is not None
        self._python.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self._python.stdin.flush()

    def populate(self, table: str, *restrictions: str, max_calls: int | None = None) -> None:
        """Type a call of populate, as somebody who shares the work with others does."""
        given = "".join(f"{restriction!r}, " for restriction in restrictions)
        self.type(f"{table}.populate({given}max_calls={max_calls}, reserve_jobs=True, suppress_errors=True)")

    def leave(self) -> None:
        """Let it end when all is done that was typed."""
        assert self._python.stdin is not None
        self._python.stdin.close()
        self._python.wait(LIMIT_S)
