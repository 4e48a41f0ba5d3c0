"""Is the demo what it says: a lab at work, real failures of many kinds, and nothing left when it ends?

One demo for the whole file, in a folder where an earlier one was killed; the last test ends it.
"""

import http.client
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.cookies import SimpleCookie
from itertools import islice
from pathlib import Path
from typing import IO, Any

import MySQLdb
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import ViewportSize, expect

from jobs.formats.table_name import class_name
from jobs.listing.failures.kinds import Kind, kind_of
from jobsite.demo.accounts import SCHEMAS, grants
from jobsite.demo.failures import DAY, HOUR, KINDS, FailureKind
from jobsite.demo.people import WERE_HERE_AGO
from jobsite.demo.processes import MARK
from jobsite.lab.privileges import Grants
from tests.browser.on_screen import text_on_screen
from tests.browser.screens import Errors, Screen
from tests.browser.visits import DESK, PHONE, headless_chromium
from tests.lab import LIGHT, ROOT

READY = "Ctrl-C ends everything."


class RunningDemo:
    """`manage.py demo` as somebody at a terminal sees it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = ""
        self.process = start(home)

    def read_until(self, words: str) -> None:
        """Read what it says, up to a line with `words`; fail with all of it when it ends before."""
        for line in said_by(self.process):
            self.said += line
            if words in line:
                return
        raise AssertionError(f"The demo ended before it said “{words}”:\n{self.said}")

    @property
    def address(self) -> tuple[str, int]:
        found = re.search(r"http://([\d.]+):(\d+)/", self.said)
        assert found
        return found[1], int(found[2])

    def password(self, person: str) -> str:
        found = re.search(rf"^  {person} +(\w+) ", self.said, re.MULTILINE)
        assert found
        return found[1]

    @property
    def command(self) -> list[str]:
        """The line to try."""
        found = re.search(r"^  (DJ_HOST=.*) \\\n +(.*)$", self.said, re.MULTILINE)
        assert found
        return ["env", *shlex.split(f"{found[1]} {found[2]}")]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the demo's server as its root."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def jobs(self, columns: str, condition: str = "true") -> list[tuple[Any, ...]]:
        """Read the jobs tables of both schemas."""
        return [
            row for schema in SCHEMAS for row in self.sql(f"SELECT {columns} FROM {schema}.`~jobs` WHERE {condition}")
        ]

    def _connect(self) -> Any:
        password = re.findall(r"IDENTIFIED BY '(\w+)'", (self.home / "server" / "init.sql").read_text())[0]
        port = int(self.command[2].removeprefix("DJ_PORT="))
        return MySQLdb.connect(
            host="127.0.0.1", port=port, user="root", password=password, charset="utf8mb4", autocommit=True
        )


def start(home: Path) -> subprocess.Popen[str]:
    environ = {
        **os.environ,
        **LIGHT,
        "JOBSITE_DEMO_HOME": str(home),
        "JOBSITE_HOME": str(home / "site"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "demo"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def said_by(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout
    return process.stdout


def marked(home: Path) -> list[int]:
    """The living processes that bear this demo's mark."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={home}".encode() in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    home = tmp_path_factory.mktemp("demo") / "home"
    killed = RunningDemo(home)
    killed.read_until("Two schemas")  # its server is running by then
    killed.process.kill()
    killed.process.communicate()
    assert marked(home)
    running = RunningDemo(home)
    try:
        running.read_until(READY)
        yield running
    finally:
        if running.process.poll() is None:  # the last test did not come to end it
            running.process.send_signal(signal.SIGINT)
            running.process.communicate()


def test_what_a_killed_demo_left_is_ended_by_the_next(demo: RunningDemo) -> None:
    servers = [pid for pid in marked(demo.home) if b"mariadbd" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert "Ending the processes of an earlier demo" in demo.said
    assert len(servers) == 1


def test_a_second_demo_in_the_same_folder_is_refused(demo: RunningDemo) -> None:
    second = start(demo.home)
    said, _ = second.communicate()
    assert second.returncode == 1
    assert said == f"CommandError: A demo runs in {demo.home} already: end that one with Ctrl-C first.\n"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("five years")
    refused = start(tmp_path)
    said, _ = refused.communicate()
    assert refused.returncode == 1
    problem = f"{tmp_path} is not empty, and no demo made it: name another folder, or remove this one."
    assert said == f"CommandError: {problem}\n"
    assert (tmp_path / "thesis.txt").read_text() == "five years"


@pytest.mark.parametrize("person", ["viewer", "operator", "admin"])
def test_everybody_can_log_in_and_sees_the_jobs_and_their_own(demo: RunningDemo, person: str) -> None:
    with closing(http.client.HTTPConnection(*demo.address, timeout=30)) as asking:
        asking.request("GET", "/login/")
        page = asking.getresponse()
        cookies = SimpleCookie(page.headers["Set-Cookie"])
        token = BeautifulSoup(page.read(), "html.parser").select_one("[name=csrfmiddlewaretoken]")
        assert token is not None
        form = {"username": person, "password": demo.password(person), "csrfmiddlewaretoken": token["value"]}
        asking.request("POST", "/login/", urllib.parse.urlencode(form), headers(cookies))
        answer = asking.getresponse()
        answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            cookies.load(cookie)
        assert tables_at(asking, "/jobs/", cookies)
        assert tables_at(asking, "/jobs/?mine=1", cookies)


def tables_at(asking: http.client.HTTPConnection, address: str, cookies: SimpleCookie) -> set[str]:
    """Return the tables of the jobs that a list shows."""
    asking.request("GET", address, headers=headers(cookies))
    answer = asking.getresponse()
    found = BeautifulSoup(answer.read(), "html.parser").select('td[data-label="Table"]')
    assert answer.status == 200
    return {cell.get_text(strip=True) for cell in found}


def headers(cookies: SimpleCookie) -> dict[str, str]:
    return {
        "Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.fixture(scope="module")
def groups(demo: RunningDemo) -> list[dict[str, Any]]:
    """The groups of errors, as `manage.py jobs errors` writes them."""
    environ = demo.command[: demo.command.index("manage.py") - 1]
    command = [*environ, f"JOBSITE_HOME={demo.home / 'site'}", sys.executable, "manage.py", "jobs", "errors"]
    written = subprocess.run([*command, "--format", "ndjson"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in written.stdout.splitlines()]


def test_the_groups_of_errors_are_the_kinds_of_failures_one_to_one(
    demo: RunningDemo, groups: list[dict[str, Any]]
) -> None:
    found = Counter((group["exception"], str(group["tables"]), group["came_back"]) for group in groups)
    expected = Counter((kind.exception, str(_tables(kind)), kind.came_back) for kind in KINDS)
    assert found == expected


def _tables(kind: FailureKind) -> dict[str, int]:
    schema, table_name = kind.table
    return {f"{schema}.{class_name(table_name)}": kind.count}


def test_failures_are_of_this_night_of_yesterday_and_of_last_week(groups: list[dict[str, Any]]) -> None:
    found = Counter(tuple(group[window] for window in ("in_1_h", "in_24_h", "in_7_d")) for group in groups)
    ages = [list(islice(kind.ages(), kind.count)) for kind in KINDS]
    expected = Counter(tuple(sum(age < limit for age in one) for limit in (HOUR, DAY, 7 * DAY)) for one in ages)
    assert found == expected


@pytest.mark.browser
@pytest.mark.parametrize("window", [DESK, PHONE])
def test_the_first_screen_says_how_many_problems_there_are_which_are_new_and_which_is_the_worst(
    demo: RunningDemo, window: ViewportSize
) -> None:
    new = [kind for kind in KINDS if _is_of_this_night(kind) and not kind.came_back]
    worst = max(new, key=lambda kind: kind.count)
    with headless_chromium() as browser:
        page = browser.new_page(base_url="http://{}:{}".format(*demo.address), viewport=window)
        page.goto("login/?next=/errors/")
        Screen(page).log_in("viewer", demo.password("viewer"))
        expect(Errors(page).groups.first).to_be_visible()
        read = text_on_screen(page)
    jobs, new_jobs = (sum(kind.count for kind in kinds) for kinds in (KINDS, new))
    assert f"{jobs} jobs failed: {len(KINDS)} problems." in read
    assert f"{len(new)} problems are new since your last visit, with {new_jobs} jobs." in read
    assert f"Worst: {worst.exception} in {class_name(worst.table[1])}, {worst.count} jobs." in read
    of_make = [kind for kind in new if kind_of(_message(demo, kind)) is Kind.FAILED]
    of_make.sort(key=lambda kind: kind.count, reverse=True)
    assert re.findall(r"new (\w+Error) ", read) == [kind.exception for kind in of_make]


def _message(demo: RunningDemo, kind: FailureKind) -> str:
    schema, table_name = kind.table
    condition = f"table_name = '{table_name}' AND error_message LIKE '{kind.begins}%'"
    return str(demo.sql(f"SELECT error_message FROM {schema}.`~jobs` WHERE {condition}")[0][0])


def _is_of_this_night(kind: FailureKind) -> bool:
    """Say whether its jobs failed after everybody had left."""
    return max(islice(kind.ages(), kind.count)) < WERE_HERE_AGO.total_seconds() / 60


def test_messages_and_stacks_of_every_length_and_alphabet_are_there(demo: RunningDemo) -> None:
    messages = [message for (message,) in demo.jobs("error_message", "status = 'error'")]
    assert max(map(len, messages)) == 2047
    assert any("格子" in message and "🐭" in message for message in messages)
    # The size of a compressed stack stands in its header.
    sizes = [
        int.from_bytes(stack[6:14], "little") for (stack,) in demo.jobs("error_stack", "error_stack LIKE 'ZL123%'")
    ]
    assert max(sizes) > 90_000


def test_two_jobs_run_and_one_is_abandoned(demo: RunningDemo) -> None:
    connected = {number for (number,) in demo.sql("SELECT id FROM information_schema.processlist")}
    reserved = demo.jobs("connection_id, SUBSTRING_INDEX(user, '@', 1)", "status = 'reserved'")
    assert sorted(user for number, user in reserved if number in connected) == ["alice", "bob"]
    assert [user for number, user in reserved if number not in connected] == ["erin"]


def test_some_keys_are_ignored(demo: RunningDemo) -> None:
    assert demo.jobs("DISTINCT table_name", "status = 'ignore'") == [("__pose",)]


def test_other_people_are_connected_and_one_holds_a_transaction(demo: RunningDemo) -> None:
    idle = demo.sql("SELECT DISTINCT user FROM information_schema.processlist WHERE command = 'Sleep'")
    holding = demo.sql(
        "SELECT p.user FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
        " ON p.id = t.trx_mysql_thread_id WHERE p.command = 'Sleep' AND t.trx_rows_modified > 0"
    )
    assert {user for (user,) in idle} >= {"alice", "bob", "carol", "dave"}
    assert holding == [("carol",)]


def test_the_sites_account_has_exactly_what_the_template_grants(demo: RunningDemo) -> None:
    granted = {
        re.sub(" IDENTIFIED BY .*", "", grant).replace("\\\\", "\\") for (grant,) in demo.sql("SHOW GRANTS FOR jobsite")
    }
    templates = {grant for schema in SCHEMAS for grant in grants(schema, "-") if grant.startswith("GRANT")}
    expected = {
        re.sub(r"/\*M!\d+ (.*?) \*/ /\*.*?\*/", r"\1", grant).replace(" ,", ",").replace("'", "`")
        for grant in templates
    }
    assert Grants.read(granted) == Grants.read(expected)


def test_the_line_to_try_computes_what_was_cleared(demo: RunningDemo) -> None:
    demo.sql("DELETE FROM lab_ephys.`~jobs` WHERE error_message LIKE 'FileNotFoundError%'")
    before = demo.sql("SELECT COUNT(*) FROM lab_ephys._raw_signal")[0][0]
    tried = subprocess.run(demo.command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert demo.sql("SELECT COUNT(*) FROM lab_ephys._raw_signal")[0][0] == before + 4
    assert demo.jobs("table_name", "error_message LIKE 'FileNotFoundError%'") == []


def test_ctrl_c_ends_every_process_and_socket(demo: RunningDemo) -> None:
    ports = [demo.address[1], int(demo.command[2].removeprefix("DJ_PORT="))]
    demo.process.send_signal(signal.SIGINT)
    said, _ = demo.process.communicate()
    assert said == "\nEnding everything\n"
    assert demo.process.returncode == 0
    assert marked(demo.home) == []
    assert not (demo.home / "server" / "s.sock").exists()
    for port in ports:
        with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.1", port))
