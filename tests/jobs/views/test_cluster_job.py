"""The page of a job that a cluster's job has tried, or computes: its id, its log, and lines to copy."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from jobs.cluster.this_job import ThisJob
from jobs.listing.cluster_job import ClusterJob, failed_in
from tests.lab import Lab
from tests.pages import FRAGMENT, look, text_of
from tests.server import SERVER

TASK = {"SLURM_JOB_ID": "82", "SLURM_ARRAY_JOB_ID": "80", "SLURM_ARRAY_TASK_ID": "2"}
LOG = "/lab/populate-logs/populate-lab.Score-80_2.log"
BELOW = "\nTraceback (most recent call last):\nValueError: the trace is empty"
ATTRIBUTES = "performance_schema.session_connect_attrs"


def page_of(viewer: Client, schema: str, **headers: str) -> BeautifulSoup:
    """Return the page of a schema's first job."""
    (link, *_) = look(viewer, f"/jobs/?schema={schema}").select('td[data-label="Table"] a')
    return look(viewer, str(link["href"]), headers=headers)


def worker(found: BeautifulSoup) -> tuple[dict[str, str], list[str]]:
    """Return what the page tells of the worker, and the lines to copy below it."""
    facts, lines = found.select_one("dl.facts"), found.select(".side .copy code")
    assert facts
    values = zip(facts.select("dt"), facts.select("dd"), strict=True)
    return {text_of(name): text_of(value) for name, value in values}, [text_of(line) for line in lines]


@contextmanager
def told_of_programs() -> Iterator[None]:
    """Let the site's account read what clients tell of themselves, for a while."""
    with SERVER.granting("SELECT", on=ATTRIBUTES):
        yield


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "panel"])
def test_the_page_of_an_error_names_job_node_and_log(lab: Lab, viewer: Client, headers: dict[str, str]) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "value"})
    lab.populate(schema, **TASK)
    host = SERVER.sql(f"SELECT host FROM `{schema}`.`~jobs`")[0][0]
    facts, lines = worker(page_of(viewer, schema, **headers))
    assert (facts["Slurm job"], facts["host"]) == ("80_2", host)
    assert facts["its log"].startswith("/")
    assert lines == ["squeue -j 80_2", f"tail -f {facts['its log']}", "scancel 80_2"]


def test_the_page_of_another_error_names_none(failed_jobs: str, viewer: Client) -> None:
    found = look(
        viewer, str(look(viewer, f"/jobs/?schema={failed_jobs}").select('td[data-label="Table"] a')[0]["href"])
    )
    facts, lines = worker(found)
    assert ("Slurm job" in facts, lines) == (False, [])


def test_the_page_of_a_reserved_job_names_it_where_the_server_tells(lab: Lab, viewer: Client) -> None:
    if not SERVER.sql("SELECT @@performance_schema")[0][0]:
        pytest.skip("the server's performance_schema is off")
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, **TASK)
    assert "Slurm job" not in worker(page_of(viewer, schema))[0]
    with told_of_programs():
        facts, lines = worker(page_of(viewer, schema))
    assert (facts["Slurm job"], lines) == ("80_2", ["squeue -j 80_2", "scancel 80_2"])
    assert "its log" not in facts


@pytest.mark.parametrize(
    "job",
    [ThisJob("slurm", "80_2", LOG), ThisJob("slurm", "82"), ThisJob("pbs", "80[2].head", LOG), ThisJob("lsf", "7")],
)
def test_what_a_worker_writes_above_a_traceback_is_read(job: ThisJob) -> None:
    assert failed_in(job.heading + BELOW) == ClusterJob(job.engine, job.job_id, job.log)


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "slurm job 80_2;reboot, log /lab/a.log",
        "slurm job $(reboot), log /lab/a.log",
        "slurm job -u, log /lab/a.log",
        "slurm job 80_2\x1b[201~",
        "other job 80_2",
        "slurm job 80_2, log /lab/a.log\nand more",
    ],
)
def test_what_no_worker_writes_there_is_left_out(heading: str) -> None:
    assert failed_in(heading + BELOW) is None


@pytest.mark.parametrize("log", ["/lab/a\rreboot", "/lab/\x1b[201~\x9b", "/lab/\u202eb"])
def test_a_log_that_cannot_be_read_on_a_line_is_left_out(log: str) -> None:
    assert failed_in(f"slurm job 80_2, log {log}{BELOW}") == ClusterJob("slurm", "80_2")


@pytest.mark.parametrize("log", ["/lab/$(reboot).log", "/lab/a b.log", "/lab/'; reboot; '.log", "/lab/`reboot`"])
def test_a_shell_reads_a_log_in_the_line_and_nothing_else(log: str) -> None:
    found = failed_in(f"slurm job 80_2, log {log}{BELOW}")
    assert found is not None
    assert shlex.split(found.lines[1]) == ["tail", "-f", log]


def test_a_log_that_is_written_with_escapes_has_no_line() -> None:
    found = failed_in(ThisJob("slurm", "80_2", "/lab/a\nb.log").heading + BELOW)
    assert found is not None
    assert found.lines == ["squeue -j 80_2", "scancel 80_2"]
