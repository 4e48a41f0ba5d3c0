"""docs/from-datajoint.md: each of its lines, run as it stands there, does what DataJoint's own call does."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from jobs.formats.key import read_fields
from tests.jobs.acting import do
from tests.jobs.clearing import everything, wait_a_second
from tests.jobs.terminal.commands import migrate
from tests.lab import Lab, is_connected, load_pipeline
from tests.pages import cells, look, text_of
from tests.server import SERVER
from tests.tutorial_lines import LINES, Line, Shell, line_of

State = tuple[dict[int, str], list[int]]
"""What is in the jobs table, by id, and which ids are computed."""
COLUMNS = ("table_name", "key_hash", "status", "error_message", "user", "host", "pid", "connection_id", "key")
"""What a row of schema.jobs has, beside its time and stack."""
COLLEAGUE = 4
"""The id that somebody else has reserved."""
ERRORS = "(schema.jobs & 'status=\"error\"')"
ONE = "jk = "
KILLS = [line for line in LINES if line.datajoint.startswith("`dj.kill")]
BY_HOST = {"DJ_HOST": f"{SERVER.host}:{SERVER.port}"}
WITHOUT_TLS = 'import datajoint; datajoint.config["database.use_tls"] = False'


@dataclass(frozen=True)
class Tutorial:
    """The pipeline of the page, and a shell."""

    module: ModuleType
    shell: Shell

    def begin(self) -> None:
        """Let the ids 2 and 3 be failed jobs and 4 be reserved; 1 and 5 are computed."""
        self.module.JobResults.delete_quick()
        self.module.schema.jobs.delete()
        self.module.schema.jobs.reserve("__job_results", {"id": COLLEAGUE})
        self.module.JobResults.populate(reserve_jobs=True, suppress_errors=True)
        wait_a_second()  # what is as young as the look at it is left alone

    def key_hash(self, number: int) -> str:
        """Return what DataJoint calls the key with this id."""
        import datajoint

        return str(datajoint.key_hash({"id": number}))

    @property
    def state(self) -> State:
        """What is in the two tables now."""
        rows = SERVER.sql("SELECT `key`, status, error_message FROM lab_tutorial.`~jobs`")
        jobs = {int(str(read_fields(key)["id"])): message or status for key, status, message in rows}
        return jobs, [int(one) for (one,) in SERVER.sql("SELECT id FROM lab_tutorial.__job_results ORDER BY id")]

    def after(self, act: Callable[[], object]) -> State:
        """Return what is left after an act that begins with the same jobs."""
        self.begin()
        act()
        return self.state


@pytest.fixture
def tutorial(datajoint: Any, lab: Lab, tmp_path: Path) -> Tutorial:
    """The pipeline of the page, its jobs as `begin` leaves them."""
    migrate()
    module = load_pipeline(lab.schema(name="lab_tutorial"), "tutorial")
    module.schema.connection.query("SET time_zone = '+00:00'")
    module.Parameter.insert({"id": number} for number in range(1, 6))
    made = Tutorial(module, Shell.make(tmp_path))
    made.begin()
    return made


@pytest.fixture
def ignoring(accounts: None) -> Iterator[None]:
    """Let the site's account ignore keys."""
    with SERVER.granting("INSERT, UPDATE"):
        yield


def ids_listed(document: str) -> list[int]:
    """Return the ids of the jobs that `--format json` has."""
    return sorted(job["key"]["id"] for job in json.loads(document)["jobs"])


def ids_shown(client: Client, address: str) -> list[int]:
    """Return the ids of the jobs that a page lists."""
    return sorted(int(key.rpartition("= ")[2]) for key in cells(look(client, address), "Key"))


@pytest.mark.parametrize("begins", ["schema.jobs", f"{ERRORS}.fetch", ONE])
def test_the_same_jobs_are_listed(tutorial: Tutorial, operator: Client, begins: str) -> None:
    line = next(line for line in LINES if line.datajoint.removeprefix("`").startswith(begins))
    found = line.ask_datajoint(tutorial.module)
    rows = found if isinstance(found, list) else found.fetch(as_dict=True)
    theirs = sorted(row["key"]["id"] for row in rows)
    assert len(theirs) == {"schema.jobs": 3, ONE: 1}.get(begins, 2)
    command = line.command if "--format" in line.command else f"{line.command} --format json"
    assert ids_listed(tutorial.shell.answer(command)) == theirs
    assert ids_shown(operator, line.address) == theirs


def test_each_job_is_whole_with_the_names_and_values_of_datajoint(tutorial: Tutorial) -> None:
    line = line_of(f"{ERRORS}.fetch")
    theirs = line.ask_datajoint(tutorial.module)
    ours = json.loads(tutorial.shell.answer(line.command))["jobs"]
    assert [{name: job[name] for name in COLUMNS} for job in sorted(ours, key=lambda job: job["key_hash"])] == [
        {name: row[name] for name in COLUMNS} for row in sorted(theirs, key=lambda row: row["key_hash"])
    ]
    assert {job["error_stack"] for job in ours} == {row["error_stack"] for row in theirs}
    times = [datetime.fromisoformat(job["timestamp"]).replace(tzinfo=None) for job in ours]
    assert sorted(times) == sorted(row["timestamp"] for row in theirs)


def test_the_hash_of_a_key_is_datajoint_s(tutorial: Tutorial, viewer: Client) -> None:
    line = line_of("dj.key_hash")
    theirs = line.ask_datajoint(tutorial.module)
    assert tutorial.shell.answer(line.command) == f"{theirs}\n"
    assert theirs in text_of(look(viewer, line_of("(schema.jobs & jk).fetch1").address).select_one("dl.facts"))


def test_one_job_s_stack_is_the_one_that_datajoint_fetches(tutorial: Tutorial, operator: Client) -> None:
    line = line_of("(schema.jobs & jk).fetch1")
    theirs = line.ask_datajoint(tutorial.module, jk=jk_of(tutorial))
    shown = tutorial.shell.answer(line.command).partition("\nTraceback\n")[2].partition("\n\nWorker\n")[0]
    assert [text[2:] for text in shown.splitlines()] == theirs.splitlines()
    assert "CUDA out of memory" in text_of(look(operator, line.address).select_one("main"))


def jk_of(tutorial: Tutorial) -> dict[str, str]:
    """Return the restriction that the page calls jk."""
    scope: dict[str, Any] = dict(vars(tutorial.module))
    exec(line_of(ONE).calls[0], scope)  # our own page
    found: dict[str, str] = scope["jk"]
    return found


@pytest.mark.parametrize(
    ("begins", "left"),
    [
        (f"{ERRORS}.delete", {COLLEAGUE}),
        ("(schema.jobs & jk).delete", {3, COLLEAGUE}),
        ("schema.jobs.delete", set()),
    ],
)
def test_the_same_jobs_are_cleared(tutorial: Tutorial, begins: str, left: set[int]) -> None:
    line = line_of(begins)
    theirs = tutorial.after(lambda: line.ask_datajoint(tutorial.module, jk=jk_of(tutorial)))
    assert tutorial.after(lambda: tutorial.shell.answer(line.command)) == theirs
    assert set(theirs[0]) == left


def test_all_errors_are_cleared_in_the_browser(tutorial: Tutorial, operator: Client) -> None:
    line = line_of(f"{ERRORS}.delete")
    theirs = tutorial.after(lambda: line.ask_datajoint(tutorial.module))
    assert tutorial.after(lambda: do(operator, "clear", everything(operator, line.query))) == theirs


def test_the_next_populate_computes_what_was_cleared(tutorial: Tutorial) -> None:
    tutorial.shell.answer(line_of(f"{ERRORS}.delete").command)
    tutorial.shell.answer(line_of("JobResults.populate").command, "alice", TEST_FIXED="1")
    assert tutorial.state == ({COLLEAGUE: "reserved"}, [1, 2, 3, 5])


def test_a_key_is_ignored_and_no_longer(tutorial: Tutorial, operator: Client, ignoring: None) -> None:
    ignore, unignore = line_of("schema.jobs.ignore"), line_of("(schema.jobs & 'status=\"ignore\"')")
    (tutorial.module.schema.jobs & "status='error'").delete()
    ignore.ask_datajoint(tutorial.module)
    theirs = tutorial.state
    (tutorial.module.schema.jobs & "status='ignore'").delete()
    wait_a_second()
    tutorial.shell.answer(ignore.command)
    assert tutorial.state == theirs == ({3: "ignore", COLLEAGUE: "reserved"}, [1, 5])
    assert ids_shown(operator, unignore.address) == [3]
    wait_a_second()
    tutorial.shell.answer(unignore.command)
    assert tutorial.state == ({COLLEAGUE: "reserved"}, [1, 5])


def test_populate_computes_what_nobody_has_reserved(tutorial: Tutorial) -> None:
    line = line_of("JobResults.populate")

    def after(act: Callable[[], object]) -> State:
        tutorial.begin()
        (tutorial.module.JobResults & "id=1").delete_quick()
        act()
        return tutorial.state

    theirs = after(lambda: line.ask_datajoint(tutorial.module))
    assert after(lambda: tutorial.shell.answer(line.command, "alice")) == theirs
    assert theirs[1] == [1, 5]
    assert set(theirs[0]) == {2, 3, COLLEAGUE}


def test_a_dry_run_counts_what_progress_counts(tutorial: Tutorial) -> None:
    line = line_of("JobResults.progress")
    remaining, total = line.ask_datajoint(tutorial.module)
    assert (remaining, total) == (3, 5)
    (counted,) = re.findall(r"(\d+) to compute, (\d+) excluded", tutorial.shell.answer(line.command, "alice"))
    assert sum(map(int, counted)) == remaining


@pytest.mark.parametrize("is_ours", [False, True])
def test_ctrl_c_in_make_leaves_the_same_error(tutorial: Tutorial, is_ours: bool) -> None:
    tutorial.module.Parameter.insert1({"id": 7})
    line = line_of("JobResults.populate")
    script = f"{sys.executable} -c '{WITHOUT_TLS}; from lab.tutorial import JobResults; {line.calls[0]}'"
    worker = tutorial.shell.start(f"exec {line.command if is_ours else script}", "alice", **BY_HOST)
    tutorial.shell.wait_for_make(worker)
    worker.send_signal(signal.SIGINT)
    worker.communicate()
    (row,) = (tutorial.module.schema.jobs & "error_message='KeyboardInterrupt'").fetch(as_dict=True)
    assert (row["status"], row["key"]) == ("error", {"id": 7})
    assert row["error_stack"].splitlines()[-1] == "KeyboardInterrupt"


def listed_by_dj_kill(call: str, patch: pytest.MonkeyPatch, out: pytest.CaptureFixture[str]) -> list[int]:
    """Return the ids that a call of the page lists before its prompt is answered by q."""
    import datajoint

    connection = datajoint.Connection(SERVER.host, SERVER.user, SERVER.password, SERVER.port, use_tls=False)
    patch.setattr("builtins.input", lambda prompt: "q")
    patch.setattr("datajoint.admin.conn", lambda: connection)
    out.readouterr()
    eval(call.replace("%", "%%"), {"dj": datajoint})  # our own page; PyMySQL takes a % only when doubled
    connection.close()
    found = re.findall(r"^ *(\d+) |^\{'id': (\d+)", out.readouterr().out, re.MULTILINE)
    return [int(line or dictionary) for line, dictionary in found]


@pytest.mark.parametrize("line", KILLS, ids=[line.datajoint for line in KILLS])
def test_the_same_connections_are_listed_in_the_same_order(
    tutorial: Tutorial,
    lab: Lab,
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: Line,
) -> None:
    lab.idle("alice")
    lab.idle("bob")
    theirs = listed_by_dj_kill(line.calls[0], monkeypatch, capsys)
    rows = [row.split("\t")[0] for row in tutorial.shell.answer(line.command).splitlines()]
    ours = [int(row) for row in rows if row.isdigit()]
    shown = [int(number) for number in cells(look(admin, line.address), "Id")]
    here = set(theirs) & {int(thread) for (thread,) in SERVER.sql("SELECT id FROM information_schema.processlist")}
    assert [one for one in ours if one in here] == [one for one in theirs if one in here]
    assert {one for one in shown if one in here} == here & set(theirs) & set(shown)
    assert here or "'" in line.command.replace("'host desc'", "")


def test_wipe_and_run_spares_whom_a_colleague_computes(tutorial: Tutorial) -> None:
    abandon(tutorial, 3)
    with SERVER.granting("CREATE, INSERT, UPDATE"):
        tutorial.shell.answer(line_of("wipe and run").command, TEST_FIXED="1")
    assert tutorial.state == ({COLLEAGUE: "reserved"}, [1, 2, 3, 5])


def abandon(tutorial: Tutorial, number: int) -> None:
    """Let a job be one that a worker has left behind which is gone."""
    (tutorial.module.schema.jobs & {"key_hash": tutorial.key_hash(number)}).delete()
    tutorial.module.schema.jobs.reserve("__job_results", {"id": number})
    SERVER.sql(
        "UPDATE lab_tutorial.`~jobs` SET user = 'gone@10.9.9.9', host = 'far', pid = 4, connection_id = 1, "
        "timestamp = timestamp - INTERVAL 10 SECOND WHERE key_hash = %s",
        [tutorial.key_hash(number)],
    )


def test_reap_frees_what_a_dead_worker_has_left_and_nothing_else(tutorial: Tutorial) -> None:
    abandon(tutorial, 3)
    tutorial.shell.answer(line_of("reap").command)
    assert tutorial.state[0] == {2: "RuntimeError: CUDA out of memory", COLLEAGUE: "reserved"}


def test_all_that_are_abandoned_are_released_in_the_browser(tutorial: Tutorial, operator: Client) -> None:
    abandon(tutorial, 3)
    do(operator, "release", everything(operator, line_of("reap").query))
    assert tutorial.state[0] == {2: "RuntimeError: CUDA out of memory", COLLEAGUE: "reserved"}


def test_errors_of_one_pattern_are_retried(tutorial: Tutorial, operator: Client) -> None:
    line = line_of("retry by pattern")
    call = "(schema.jobs & 'status=\"error\"' & 'error_message LIKE \"%CUDA%\"').delete()"
    theirs = tutorial.after(lambda: replace(line, datajoint=f"`{call}`").ask_datajoint(tutorial.module))
    assert tutorial.after(lambda: tutorial.shell.answer(line.command)) == theirs
    assert tutorial.after(lambda: do(operator, "clear", everything(operator, line.query))) == theirs
    assert theirs == ({3: "RuntimeError: no spikes", COLLEAGUE: "reserved"}, [1, 5])


def test_what_ctrl_c_has_interrupted_is_retried(tutorial: Tutorial, operator: Client) -> None:
    line = line_of("retry what Ctrl-C")
    SERVER.sql("UPDATE lab_tutorial.`~jobs` SET error_message = 'KeyboardInterrupt' WHERE error_message LIKE '%CUDA%'")
    assert ids_shown(operator, line.address) == [2]
    tutorial.shell.answer(line.command)
    assert set(tutorial.state[0]) == {3, COLLEAGUE}


def test_errors_of_last_week_are_forgotten(tutorial: Tutorial, operator: Client) -> None:
    line = line_of("forget errors")
    SERVER.sql(
        "UPDATE lab_tutorial.`~jobs` SET timestamp = timestamp - INTERVAL 8 DAY WHERE error_message LIKE '%CUDA%'"
    )
    assert ids_shown(operator, line.address) == [2]
    tutorial.shell.answer(line.command)
    assert set(tutorial.state[0]) == {3, COLLEAGUE}


def test_who_runs_what_names_them_in_order(tutorial: Tutorial, operator: Client) -> None:
    abandon(tutorial, 3)
    line = line_of("who runs what")
    header, *rows = [row.split("\t") for row in tutorial.shell.answer(line.command).splitlines()]
    assert [row[header.index("user")] for row in rows] == ["alice@127.0.0.1", "gone@10.9.9.9"]
    assert ids_shown(operator, line.address) == [3, COLLEAGUE]


def test_the_line_that_kills_sleepers_leaves_those_who_have_just_come(tutorial: Tutorial, lab: Lab) -> None:
    _, thread = lab.idle()
    assert tutorial.shell.answer(line_of("kill those").command) == "No connection matches.\n"
    assert is_connected(thread)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_takes_each_line_as_it_is_written(tmp_path: Path, shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"There is no {shell} here.")
    said = Shell.make(tmp_path, f"{sys.executable} -c 'import json, sys; print(json.dumps(sys.argv[1:]))' \"$@\"")
    for line in LINES:
        found = replace(said, name=shell).answer(line.command)
        typed = [shlex.split(command)[1:] for command in line.command.split(" && ")]
        assert [json.loads(written) for written in found.splitlines()] == typed


@pytest.mark.parametrize("address", sorted({line.address for line in LINES if line.address}))
def test_the_site_takes_each_address(tutorial: Tutorial, admin: Client, address: str) -> None:
    assert look(admin, address).select(".mistake, .problem, .errorlist") == []
