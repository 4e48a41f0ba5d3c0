"""`manage.py serve`, as somebody starts it who serves a lab: what it refuses, how it answers, and how it ends."""

import http.client
import os
import pty
import signal
import socket
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from jobsite.demo.server import free_port
from jobsite.serving.address import read_address
from tests.jobsite.conftest import Home
from tests.lab import ROOT, eventually

MANAGE = ROOT / "manage.py"
WITHOUT_GUNICORN = f"""
import runpy, sys
sys.modules["gunicorn"] = None
sys.argv = [{str(MANAGE)!r}, *sys.argv[1:]]
sys.path[0] = {str(ROOT)!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Served:
    """The site as `manage.py serve` serves it, in the home of a site."""

    def __init__(self, home: Home, *options: str, lab_port: int = 1, terminal: int = -1, **environ: str) -> None:
        """`lab_port` is where it looks for the lab's server; `terminal` is a file descriptor of one."""
        self.home, self.port = home, free_port()
        self.log = Path(home.environ["HOME"]) / f"served-{self.port}.log"
        lab = {"DJ_HOST": "127.0.0.1", "DJ_PORT": str(lab_port), "DJ_USER": "a", "DJ_PASS": "b", "DJ_USE_TLS": "0"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), "serve", "--bind", f"127.0.0.1:{self.port}", *options],
                cwd=home.environ["HOME"],
                env={**home.environ, **lab, **environ},
                stdin=subprocess.DEVNULL if terminal < 0 else terminal,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> "Served":
        eventually(self.answers, "the site to answer")
        return self

    def __exit__(self, *ended_by: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def get(self, path: str, cookie: str = "") -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as asking:
            asking.request("GET", path, headers={"Cookie": cookie})
            return asking.getresponse().status

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with suppress(OSError, http.client.HTTPException):
            return self.get("/healthz") == 200
        return False

    @property
    def living(self) -> set[int]:
        """Its processes; each stays in the session of the first."""
        found = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(self.process.pid)], capture_output=True, text=True)
        lines = [line.split() for line in found.stdout.splitlines()]
        return {int(pid) for pid, state in lines if not state.startswith("Z")}

    @property
    def workers(self) -> set[int]:
        return self.living - {self.process.pid}


@pytest.fixture
def served(home_of_a_site: Home) -> Iterator[Served]:
    with Served(home_of_a_site) as found:
        yield found


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a lab's server that lets everybody in and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


def refused(home: Home, *arguments: str, program: tuple[str, ...] = (str(MANAGE),), **environ: str) -> str:
    """Return the line by which the command refuses to serve."""
    command = [sys.executable, *program, "serve", *arguments]
    env = {**home.environ, **environ}
    found = subprocess.run(command, cwd=home.environ["HOME"], env=env, capture_output=True, text=True, check=False)
    assert (found.returncode > 0, found.stdout) == (True, ""), found.stderr
    return found.stderr.splitlines()[-1]


# --- What it refuses -------------------------------------------------------------------------------------------------
def test_a_port_that_is_taken_is_refused(home_of_a_site: Home) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = refused(home_of_a_site, "--bind", address)
    assert said == (
        f"CommandError: {address} is taken by another program: end that one, or name another port with --bind."
    )


def test_an_address_of_another_machine_is_refused(home_of_a_site: Home) -> None:
    assert refused(home_of_a_site, "--bind", "192.0.2.1:8000") == (
        "CommandError: 192.0.2.1:8000 is no address of this machine (Cannot assign requested address): "
        "name another with --bind."
    )


def test_without_gunicorn_it_says_what_to_install(home_of_a_site: Home) -> None:
    assert refused(home_of_a_site, program=("-c", WITHOUT_GUNICORN)) == (
        "CommandError: gunicorn, which serves the site, is not installed: pip install -r requirements-serve.txt"
    )


def test_before_the_database_is_migrated_it_says_the_command(home_of_a_site: Home, tmp_path: Path) -> None:
    assert refused(home_of_a_site, JOBSITE_HOME=str(tmp_path)) == (
        "CommandError: The site's own database is not as this version of Jobsite needs it: run manage.py migrate"
    )


def test_a_database_that_cannot_be_read_is_said(home_of_a_site: Home, tmp_path: Path) -> None:
    (tmp_path / "site.sqlite3").write_text("no database")
    assert refused(home_of_a_site, JOBSITE_HOME=str(tmp_path)) == (
        "CommandError: The site's own database cannot be read: file is not a database."
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_debug_is_for_this_machine_alone(home_of_a_site: Home, host: str) -> None:
    assert refused(home_of_a_site, "--bind", f"{host}:8000", JOBSITE_DEBUG="1") == (
        f"CommandError: With JOBSITE_DEBUG=1 error pages show the site's code and settings, and others may reach "
        f"{host}:8000: leave it unset, or serve at 127.0.0.1."
    )


def test_what_is_no_address_is_refused(home_of_a_site: Home) -> None:
    assert refused(home_of_a_site, "--bind", "8000") == (
        "manage.py serve: error: argument --bind: '8000' is no address: write HOST:PORT, such as 127.0.0.1:8000 "
        "or [::1]:8000"
    )


@pytest.mark.parametrize("written", ["localhost", ":8000", "::1:8000", "[::1]", "127.0.0.1:0", "a:70000", "[a:8000"])
def test_an_address_needs_a_host_and_a_port(written: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no address: write HOST:PORT"):
        read_address(written)


@pytest.mark.parametrize(
    ("written", "host", "is_loopback"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("localhost:8000", "localhost", True),
        ("0.0.0.0:8000", "0.0.0.0", False),
        ("jobs.lab.example:8000", "jobs.lab.example", False),
    ],
)
def test_an_address_is_read(written: str, host: str, is_loopback: bool) -> None:
    address = read_address(written)
    assert (address.host, address.port, address.is_loopback, str(address)) == (host, 8000, is_loopback, written)


@pytest.mark.parametrize("option", ["--workers", "--threads"])
def test_no_processes_or_threads_are_refused(home_of_a_site: Home, option: str) -> None:
    assert refused(home_of_a_site, option, "0") == (
        f"manage.py serve: error: argument {option}: '0' is no number from 1 to 999"
    )


# --- How it answers --------------------------------------------------------------------------------------------------
def test_it_says_where_it_is_and_answers_in_two_processes(served: Served) -> None:
    assert served.log.read_text() == (
        f"Jobsite is at http://127.0.0.1:{served.port}/, in 2 processes of 16 threads. Ctrl-C ends it.\n"
    )
    assert (served.get("/login/"), len(served.workers)) == (200, 2)


def test_an_address_may_hold_a_long_restriction(served: Served) -> None:
    assert served.get(f"/login/?next=/jobs/%3Frestriction={'x' * 8000}") == 200


def test_debug_and_other_numbers_are_served_here(home_of_a_site: Home) -> None:
    with Served(home_of_a_site, "--workers", "1", "--threads", "2", JOBSITE_DEBUG="1", JOBSITE_PATH="/jobs") as served:
        assert f"http://127.0.0.1:{served.port}/jobs/, in 1 process of 2 threads." in served.log.read_text()
        assert len(served.workers) == 1


def test_what_goes_wrong_is_one_line_of_the_log_and_what_goes_well_none(home_of_a_site: Home) -> None:
    with Served(home_of_a_site, "--workers", "1") as served:
        served.get("/login/")
        (worker,) = served.workers
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: served.workers - {worker}, "another process")
        assert served.get("/healthz") == 200
    (line,) = served.log.read_text().splitlines()[1:]
    assert f" gunicorn.error Worker (pid:{worker}) was sent SIGKILL!" in line


def test_modules_of_the_folder_where_it_is_started_hide_none_of_the_site(home_of_a_site: Home, tmp_path: Path) -> None:
    for name in ("jobs", "connections", "jobsite", "templates"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the lab has a module of this name')")
    elsewhere = Home({**home_of_a_site.environ, "HOME": str(tmp_path), "PYTHONPATH": ""}, home_of_a_site.cookie)
    with Served(elsewhere) as served:
        assert served.get("/login/") == 200


# --- How it ends -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_a_page_under_way_is_answered_before_it_ends(
    home_of_a_site: Home, silent: int, ended_by: signal.Signals
) -> None:
    with Served(home_of_a_site, lab_port=silent) as served, ThreadPoolExecutor(1) as beside:
        page = beside.submit(served.get, "/jobs/", home_of_a_site.cookie)
        eventually(lambda: _is_asked(silent), "the page to ask the lab's server")
        served.process.send_signal(ended_by)
        assert page.result() == 503  # it says that the lab's server does not answer
        assert served.process.wait(30) == 0
        assert served.living == set()


def _is_asked(port: int) -> bool:
    """Say whether somebody has connected to a port of this machine."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(line[2].endswith(f":{port:04X}") and line[3] == "01" for line in lines)


def test_its_processes_end_also_when_the_first_is_killed(served: Served) -> None:
    served.process.kill()
    served.process.wait()
    eventually(lambda: not served.living, "the others to end")


def test_a_closed_terminal_ends_it(home_of_a_site: Home) -> None:
    with ExitStack() as open_now:
        near, far = pty.openpty()
        open_now.callback(os.close, near)
        open_now.callback(os.close, far)
        served = open_now.enter_context(Served(home_of_a_site, terminal=far))
        os.killpg(served.process.pid, signal.SIGHUP)
        assert served.process.wait(30) == 0
        assert served.living == set()


def test_sighup_renews_its_processes_while_pages_are_answered(served: Served) -> None:
    before = served.workers
    served.process.send_signal(signal.SIGHUP)
    while before & served.workers or len(served.workers) < 2:
        assert served.get("/healthz") == 200
    assert served.get("/login/") == 200
