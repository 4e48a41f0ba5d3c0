"""manage.py populate: a bar on a terminal, plain lines elsewhere, and nothing that can mess up either."""

import io
import re
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jobs.worker.outcomes import Outcome
from jobs.worker.terminal.progress import FAILURES_LISTED, MESSAGE_CHARS, Lines, failure
from jobsite.one_line import printable
from tests.jobs.workers import environ, on_a_terminal
from tests.lab import ROOT, Lab

SCORE = "tests.pipeline.Score"
ZONE = ZoneInfo("America/New_York")


def test_a_terminal_shows_failures_once_and_counts_at_the_end(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "", "b": "hostile", "c": ""})
    answer = on_a_terminal(schema, SCORE)
    assert (answer.status, answer.err) == (1, "")
    assert "done subject=a" not in answer.out
    assert r"FAILED subject=b, session=1: ValueError: \x1b[2Jwiped\nsubject=z done\u202e" in answer.out
    assert "\x1b[2J" not in answer.out
    assert answer.out.splitlines()[-1] == f"{SCORE}: 2 done, 1 failed, 0 skipped"


def test_a_pipe_gets_one_line_a_key_whatever_the_message(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a\x1bc": "", "b": "hostile"})
    worker = lab.populate(schema, PYTHONIOENCODING="ascii")
    told = r"FAILED subject=b, session=1: ValueError: \x1b[2Jwiped\nsubject=z done\u202e"
    assert worker.stdout.splitlines() == [
        f"{SCORE}: 2 to compute",
        r"done subject=a\x1bc, session=1",
        told,
        f"{SCORE}: 1 done, 1 failed, 0 skipped",
        f"  {told}",
    ]


def test_each_line_of_a_log_begins_with_the_lab_s_wall_clock(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "", "b": "value"})
    before = datetime.now(ZONE).replace(microsecond=0, tzinfo=None)
    env = environ(schema, TZ=ZONE.key)
    done = subprocess.run(
        [sys.executable, "manage.py", "populate", SCORE], cwd=ROOT, env=env, capture_output=True, text=True
    )
    after = datetime.now(ZONE).replace(tzinfo=None)
    times = [datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S") for line in done.stdout.splitlines()]  # noqa: DTZ007
    assert len(times) == 6
    assert [time for time in times if not before <= time <= after] == []


@pytest.mark.parametrize(
    ("set_up", "said"),
    [
        ("", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d it waits\n"),
        ("logging.basicConfig()", "WARNING:jobs.worker.retry:it waits\n"),
    ],
)
def test_a_warning_of_a_worker_has_the_time_unless_the_lab_has_set_up_logging(set_up: str, said: str) -> None:
    code = f"import logging; {set_up}\nfrom jobs.worker.retry import log\nlog.warning('it waits')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.fullmatch(said, done.stderr)


def test_a_stream_that_knows_no_emoji_gets_an_escape() -> None:
    assert printable("🧠 Überlänge", io.TextIOWrapper(io.BytesIO(), encoding="latin1")) == r"\U0001f9e0 Überlänge"


def test_a_lone_surrogate_is_escaped() -> None:
    assert printable("\udcff") == r"\udcff"


def test_a_long_message_is_cut() -> None:
    assert len(failure(Outcome({"a": 1}, "failed", "x" * 9000))) == len("FAILED a=1: ") + MESSAGE_CHARS


@pytest.fixture
def lines() -> Lines:
    lines = Lines(io.StringIO(), has_times=False)
    lines.begin("lab.Spikes", FAILURES_LISTED + 3, {})
    return lines


def test_a_summary_lists_so_many_failures_and_counts_the_rest(lines: Lines) -> None:
    for number in range(FAILURES_LISTED + 2):
        lines.outcome(Outcome({"n": number}, "failed", "no"))
    lines.out = io.StringIO()
    lines.summarise()
    summary = lines.out.getvalue().splitlines()
    assert summary[0] == f"lab.Spikes: 0 done, {FAILURES_LISTED + 2} failed, 0 skipped, 1 not tried"
    assert summary[FAILURES_LISTED + 2 :] == ["  and 2 more failed"]


def test_a_problem_alone_makes_a_run_fail(lines: Lines) -> None:
    lines.problem("a process was killed")
    assert lines.has_failed
