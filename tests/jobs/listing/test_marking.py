"""The liveness that the list shows of real workers."""

import platform
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client, override_settings

from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.rows import list_jobs
from jobs.liveness import Liveness
from jobsite.lab.server import who_is_connected
from tests.jobs.clearing import confirm, selected
from tests.lab import Lab, eventually
from tests.pages import cells, look, text_of
from tests.server import SERVER, SITE

AT_STATUS = 'td[data-label="Status"] .liveness'


def liveness_shown(client: Client, schema: str) -> list[str]:
    """Return the liveness of each job on the list."""
    return [text_of(found) for found in look(client, f"/jobs/?schema={schema}").select(AT_STATUS)]


def test_the_liveness_of_a_real_worker_that_is_inside_make_and_then_killed(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"failed": "value", "m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    assert liveness_shown(viewer, schema) == ["running"]
    with SERVER.without("PROCESS"):
        assert liveness_shown(viewer, schema) == ["cannot tell"]
    _, other = lab.idle("bob")
    worker.kill()
    worker.wait()
    eventually(lambda: liveness_shown(viewer, schema) == ["uncertain"], "the worker's connection to end")
    SERVER.sql(f"KILL {other}")
    eventually(lambda: liveness_shown(viewer, schema) == ["abandoned"], "bob's last connection to end")


def test_its_process_tells_a_worker_that_is_gone_from_others_of_its_user(lab: Lab, viewer: Client) -> None:
    if not SERVER.sql("SELECT @@performance_schema")[0][0]:
        pytest.skip("the server does not keep the processes of its clients")
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET connection_id = 1, timestamp = timestamp")  # as after a reconnect
    assert liveness_shown(viewer, schema) == ["uncertain"]
    SERVER.sql(f"GRANT SELECT ON performance_schema.session_connect_attrs TO '{SITE}'@'%'")
    try:
        assert liveness_shown(viewer, schema) == ["running"]
        worker.kill()
        worker.wait()
        eventually(lambda: liveness_shown(viewer, schema) == ["abandoned"], "the worker's connection to end")
    finally:
        SERVER.sql(f"REVOKE SELECT ON performance_schema.session_connect_attrs FROM '{SITE}'@'%'")


def test_a_worker_that_names_no_client_is_running_and_then_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    worker = lab.start_waiting(schema, user="bob")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'bob', timestamp = timestamp")  # as MATLAB writes it
    assert liveness_shown(viewer, schema) == ["running"]
    assert cells(look(viewer, f"/jobs/?schema={schema}"), "Worker") == [f"bob@{platform.node()}"]
    worker.kill()
    worker.wait()
    eventually(lambda: liveness_shown(viewer, schema) == ["cannot tell"], "the worker's connection to end")


def test_a_worker_that_names_no_client_is_cleared_only_by_its_number(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET user = 'bob', timestamp = timestamp")
    assert confirm(operator, selected(operator, f"schema={schema}")).select_one('input[name="typed"]') is not None


def test_a_job_whose_number_no_connection_of_the_server_has_had_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.abandon(schema)
    assert liveness_shown(viewer, schema) == ["abandoned"]
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET connection_id = 4294967295, timestamp = timestamp")
    assert liveness_shown(viewer, schema) == ["cannot tell"]


def test_a_job_that_came_by_a_named_proxy_cannot_be_told(lab: Lab, viewer: Client) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="bob")
    assert liveness_shown(viewer, schema) == ["running"]
    with override_settings(LAB=replace(settings.LAB, proxies=frozenset({"127.0.0.1"}))):
        assert liveness_shown(viewer, schema) == ["cannot tell"]


def test_a_worker_that_came_since_it_was_read_who_is_connected_is_running(lab: Lab, db: None) -> None:
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    before = who_is_connected()
    lab.start_waiting(schema, user="bob")
    reading = Reading.begin()
    jobs = list_jobs(JobFilter({"schema": schema}), reading, before.server.now).rows
    assert [job.liveness for job in annotate_liveness_now(jobs, before)] == [Liveness.RUNNING]
