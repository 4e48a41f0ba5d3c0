"""Inside make the process is as in a lab's own script: what one make sees under DataJoint's populate and under ours."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab import LIGHT, ROOT, Lab
from tests.server import PASSWORD, PEOPLE, SERVER

ZONE = "America/New_York"
POPULATE = [sys.executable, str(ROOT / "manage.py"), "populate"]
RUNS = {
    "datajoint": [sys.executable, "compute.py"],
    "one process": [*POPULATE, "observing.Observed", "--restrict", "run = 'one process'"],
    "two processes": [*POPULATE, "observing.Observed", "--restrict", "run LIKE '%two%'", "--processes", "2"],
}
OURS = ("one process", "two processes", "second of two")
ASPECTS = ("make", "run", "fork", "spawn", "forkserver")
NOT_A_LABS = ("DJ_", "DJANGO", "PYTEST", "TEST_")


def environ(**more: str) -> dict[str, str]:
    """Return what a lab member's shell hands on: no word of the tests, of Django or of the lab's server."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(NOT_A_LABS)}
    return {**mine, "TZ": ZONE, "JOBSITE_HOME": str(SERVER.home / "site"), **LIGHT, **more}


def settings_file() -> str:
    """Return the settings file that a lab has beside its code."""
    return json.dumps(
        {
            "database.host": SERVER.host,
            "database.port": SERVER.port,
            "database.user": PEOPLE[0],
            "database.password": PASSWORD,
            "database.use_tls": False,
        }
    )


def run_in(folder: Path, command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run a command in the lab's folder to its end, which must be a good one."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(accounts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The lab's folder, and its schema."""
    made = tmp_path_factory.mktemp("lab")
    for source in ("observing.py", "compute.py"):
        shutil.copy(ROOT / "tests" / "script" / source, made)
    with Lab() as lab:
        lab.schema(name="lab_script")
        yield made


@pytest.fixture(scope="module")
def seen(folder: Path) -> Mapping[str, Any]:
    """What make saw in each run, as values of JSON, and the time that it stored."""
    from datajoint import blob

    settings = folder / "dj_local_conf.json"
    settings.write_text(settings_file())
    for command in RUNS.values():
        run_in(folder, command, environ())
    settings.unlink()
    rows = SERVER.sql("SELECT run, clock, observed FROM lab_script.__observed")
    return {run: {"clock": clock, **json.loads(blob.unpack(observed))} for run, clock, observed in rows}


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("run", OURS)
def test_make_and_the_processes_it_starts_are_as_in_a_script_that_runs_datajoints_populate(
    seen: Mapping[str, Any], run: str, aspect: str
) -> None:
    assert seen[run][aspect] == seen["datajoint"][aspect]


@pytest.mark.parametrize("run", ["datajoint", *OURS])
def test_a_time_that_make_stores_is_the_labs_wall_clock(seen: Mapping[str, Any], run: str) -> None:
    assert seen[run]["clock"] == datetime(2023, 11, 14, 17, 13, 20)  # noqa: DTZ001  as the lab stores it


def test_the_script_really_ran_in_another_zone(seen: Mapping[str, Any]) -> None:
    assert seen["datajoint"]["make"]["zone"][0] == ["EST", "EDT"]


@pytest.fixture(scope="module")
def counted(seen: Mapping[str, Any], folder: Path) -> Path:
    """The lab's folder after processes that make started have asked the server, whose port is only in DJ_PORT."""
    env = environ(**SERVER.environ(PEOPLE[0]))
    for name, processes in (("one process", "1"), ("two processes", "2")):
        command = [*POPULATE, "observing.Counted", "--restrict", f"run = '{name}'", "--processes", processes]
        run_in(folder, command, env)
    return folder


def test_processes_that_make_starts_find_the_server(counted: Path) -> None:
    rows = SERVER.sql("SELECT run, runs FROM lab_script.__counted")
    assert dict(rows) == {"one process": 4, "two processes": 4}


def test_what_make_registers_for_the_end_is_called_in_the_end(counted: Path) -> None:
    assert sorted(path.name for path in counted.glob("ended*")) == ["ended one process", "ended two processes"]


def test_a_signal_is_recorded_also_after_a_make_that_has_put_handlers_of_its_own(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "handles", "b": "wait"})
    worker = lab.start_waiting(schema)
    worker.terminate()
    assert worker.wait() == 143
    assert lab.jobs(schema) == {"b": "SystemExit: SIGTERM received"}
