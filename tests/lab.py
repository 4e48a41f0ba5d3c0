"""A lab of one test: schemas with a real DataJoint pipeline, and real workers that populate it."""

from __future__ import annotations

import importlib.util
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.forked_worker import ForkedWorker, FreshWorker
from tests.matrix import PINNED_FOR_DATAJOINT
from tests.server import PASSWORD, PEOPLE, SERVER

if TYPE_CHECKING:
    from MySQLdb.connections import Connection as Driver

ROOT = Path(__file__).resolve().parent.parent
LIGHT = {"PYTHONPATH": str(ROOT / "tests" / "without")}
LIMIT_S = 30
TRANSACTIONS_KEPT_S = 0.15
"""InnoDB looks at its transactions anew only when nobody has asked for the list for a tenth of a second."""
NUMBERS = itertools.count(1)


def eventually(happens: Callable[[], object], what: str, pause_s: float = 0.05, limit_s: float = LIMIT_S) -> Any:
    """Return what `happens` returns once it is true; fail with `what` when it never is. It is asked every `pause_s`."""
    give_up = time.monotonic() + limit_s
    while time.monotonic() < give_up:
        found = happens()
        if found:
            return found
        time.sleep(pause_s)  # a real process needs its time; nothing is measured here
    raise AssertionError(f"It did not happen within {limit_s:g} s: {what}")


Worker: TypeAlias = "FreshWorker | ForkedWorker"


def fresh_worker(command: list[str], env: Mapping[str, str]) -> Worker:
    """Start `manage.py` as a shell would."""
    quiet: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return FreshWorker([sys.executable, "manage.py", *command], cwd=ROOT, env=env, text=True, **quiet)


class Lab:
    """Makes schemas and workers, and cleans up after them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.workers: list[Worker] = []
        self.open = ExitStack()
        self.gate = SERVER.home / f"gate-{next(NUMBERS)}"

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.touch()
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.communicate()
        self.open.close()
        for name in self.names:
            SERVER.sql("DROP DATABASE IF EXISTS `" + name.replace("`", "``") + "`")

    def schema(self, *, charset: str = "utf8mb4", name: str = "") -> str:
        """Make an empty schema and return its name."""
        name = name or f"lab_{next(NUMBERS)}_{os.getpid()}"
        quoted = "`" + name.replace("`", "``") + "`"
        SERVER.sql(f"DROP DATABASE IF EXISTS {quoted}")
        SERVER.sql(f"CREATE DATABASE {quoted} CHARACTER SET {charset}")
        self.names.append(name)
        return name

    def pipeline(
        self, *, charset: str = "utf8mb4", recordings: Mapping[str, str] | None = None
    ) -> tuple[str, ModuleType]:
        """Declare tests/pipeline.py in a schema of its own; `recordings` are subject -> what make does with it."""
        schema = self.schema(charset=charset)
        module = load_pipeline(schema)
        module.Recording.insert(
            {"subject": subject, "session": 1, "behaviour": behaviour}
            for subject, behaviour in (recordings or {}).items()
        )
        return schema, module

    def compute(self, module: ModuleType) -> None:
        """Let DataJoint itself populate Score with reservation, in this process: quicker than a worker of its own."""
        module.Score.populate(reserve_jobs=True, suppress_errors=True)

    def failed(self, *, charset: str = "utf8mb4", **recordings: str) -> str:
        """Make a schema whose keys have been tried once; return its name."""
        schema, module = self.pipeline(
            charset=charset, recordings=recordings or {"m1": "value", "m2": "chained", "m3": ""}
        )
        self.compute(module)
        return schema

    def populate(
        self, schema: str, *arguments: str, user: str = "alice", table: str = "Score", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `manage.py populate` to its end."""
        worker = self.start(schema, *arguments, user=user, table=table, **environ)
        said, complained = worker.communicate(timeout=LIMIT_S * 2)
        return subprocess.CompletedProcess(worker.args, worker.wait(), said, complained)

    def start(self, schema: str, *arguments: str, user: str = "alice", table: str = "Score", **environ: str) -> Worker:
        """Start `manage.py populate` and leave it running; without `table`, of the whole module.

        A `table` with a dot names another module than tests/pipeline.py.
        """
        name = table if "." in table else f"tests.pipeline.{table}".rstrip(".")
        command = ["populate", name, *arguments]
        env = {
            **os.environ,
            **SERVER.environ(user),
            "TEST_SCHEMA": schema,
            "TEST_GATE": str(self.gate),
            **LIGHT,
            **environ,
        }
        if "--processes" in arguments or "PYTHONIOENCODING" in environ:
            worker = fresh_worker(command, env)
        else:
            worker = ForkedWorker(command, ROOT, env, SERVER.home / f"worker-{next(NUMBERS)}")
        self.workers.append(worker)
        return worker

    def start_waiting(self, schema: str, *arguments: str, user: str = "alice", **environ: str) -> Worker:
        """Start a worker and return when it is inside make, at a key whose behaviour is `wait`."""
        waiting = self.gate.with_suffix(".waiting")
        waiting.unlink(missing_ok=True)
        worker = self.start(schema, *arguments, user=user, **environ)
        eventually(lambda: waiting.exists() or worker.poll() is not None, "a worker inside make")
        assert worker.poll() is None, worker.communicate()
        return worker

    def abandon(self, schema: str) -> None:
        """Leave an abandoned reservation: a worker killed inside make, and its connection gone.

        It is bob's: alice is connected from here all the time, which makes hers uncertain.
        """
        worker = self.start_waiting(schema, user="bob")
        (connection,) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs` WHERE status = 'reserved'")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        eventually(lambda: not is_connected(connection[0]), "the killed worker's connection to end")

    def idle(self, user: str = "bob") -> tuple[Driver, int]:
        """Leave a connection open that does nothing; return it and its id."""
        driver = self.open.enter_context(SERVER.connected(user))
        return driver, driver.thread_id()

    def jobs(self, schema: str) -> dict[str, str]:
        """Return error messages, or the status of other jobs, by subject; '' for the table's jobs that have none."""
        rows = SERVER.sql(f"SELECT `key`, status, error_message FROM `{schema}`.`~jobs`")
        from datajoint import blob

        return {blob.unpack(key)["subject"]: message or status for key, status, message in rows}


def is_connected(connection: int) -> bool:
    """Say whether the server has this connection."""
    return bool(SERVER.sql("SELECT 1 FROM information_schema.processlist WHERE id = %s", [connection]))


def load_pipeline(schema: str, name: str = "pipeline") -> ModuleType:
    """Import tests/pipeline.py, or another one, afresh, bound to `schema`, over DataJoint's own connection as alice."""
    import datajoint as dj

    dj.config.update(
        {
            "database.host": SERVER.host,
            "database.port": SERVER.port,
            "database.user": PEOPLE[0],
            "database.password": PASSWORD,
            "database.use_tls": False,
            "safemode": False,
            "loglevel": "CRITICAL",
            "connection.init_function": PINNED_FOR_DATAJOINT,
        }
    )
    os.environ["TEST_SCHEMA"] = schema
    spec = importlib.util.spec_from_file_location(f"{name}_{schema}", ROOT / "tests" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
