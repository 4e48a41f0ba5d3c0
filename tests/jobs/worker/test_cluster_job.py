"""A worker in a job of a cluster: its log, its connection and its errors say which job it is."""

import pytest

from jobs.tracebacks.parsing import read_stack_blob
from jobs.worker.errors import cut_stack
from tests.lab import Lab
from tests.server import SERVER

TASK = {"SLURM_JOB_ID": "82", "SLURM_ARRAY_JOB_ID": "80", "SLURM_ARRAY_TASK_ID": "2"}
HEADING = "slurm job 80_2, log /lab/populate.log\n"
TRACEBACK = 'Traceback (most recent call last):\n  File "lab.py", line 1, in make\n'


def test_its_log_begins_with_host_process_and_connection(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    worker = lab.start_waiting(schema, **TASK)
    rows = SERVER.sql(f"SELECT host, pid, connection_id FROM `{schema}`.`~jobs`")
    lab.gate.touch()
    first, _, _ = worker.communicate()[0].partition("\n")
    assert [first] == [f"slurm 80_2: host {host}, pid {pid}, connection {number}." for host, pid, number in rows]


def test_the_server_knows_its_connection_by_the_job(lab: Lab) -> None:
    if not SERVER.sql("SELECT @@performance_schema")[0][0]:
        pytest.skip("the server's performance_schema is off")
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    lab.start_waiting(schema, **TASK)
    named = "attr_name = 'program_name' AND attr_value = 'populate slurm 80_2'"
    rows = SERVER.sql(f"SELECT processlist_id FROM performance_schema.session_connect_attrs WHERE {named}")
    assert rows == SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")


def test_an_error_s_stack_begins_with_the_job(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "value"})
    lab.populate(schema, **TASK)
    ((stack,),) = SERVER.sql(f"SELECT error_stack FROM `{schema}`.`~jobs`")
    first, second, *_ = read_stack_blob(stack).text.splitlines()
    assert (first.partition(",")[0], second) == ("slurm job 80_2", "Traceback (most recent call last):")


def test_elsewhere_log_and_stack_name_no_job(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "value"})
    said = lab.populate(schema).stdout
    ((stack,),) = SERVER.sql(f"SELECT error_stack FROM `{schema}`.`~jobs`")
    assert (said.splitlines()[0], read_stack_blob(stack).text.splitlines()[0]) == (
        "tests.pipeline.Score: 1 to compute",
        "Traceback (most recent call last):",
    )


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_stack_that_is_cut_keeps_its_heading_and_its_end(times: int) -> None:
    stack = HEADING + TRACEBACK + "x" * 10_000 + "\nValueError: the end"
    for _ in range(times):
        stack = cut_stack(stack, 1000)
    assert (stack.startswith(f"{HEADING}("), stack.endswith("\nValueError: the end")) == (True, True)


def test_a_stack_without_heading_is_cut_from_its_start() -> None:
    assert cut_stack(TRACEBACK + "the end", 7) == f"({len(TRACEBACK)} characters cut)\nthe end"
