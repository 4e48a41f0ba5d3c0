"""A make that fails in an array: an error for each key, whose page says which task it was and where its log is."""

from pathlib import Path

from django.test import Client

from tests.jobs.cluster.computation import SlurmComputation
from tests.pages import look, text_of

KEYS = 4


def test_each_key_is_an_error_once_and_its_page_names_task_and_log(
    computation: SlurmComputation, viewer: Client
) -> None:
    computation.insert(*["value"] * KEYS)
    job_id = computation.submit("--slurm", str(KEYS))
    computation.wait_over(job_id)
    assert computation.jobs() == [("error", "ValueError: the trace is empty")] * KEYS
    assert computation.attempts() == KEYS
    links = look(viewer, f"/jobs/?schema={computation.schema}").select('td[data-label="Table"] a[href]')
    pages = [look(viewer, str(href)) for href in {link["href"] for link in links}]
    lines = [[text_of(line) for line in page.select(".side .copy code")] for page in pages]
    tasks = [state.removeprefix("squeue -j ") for state, _, _ in lines]
    logs = [Path(follow.removeprefix("tail -f ")) for _, follow, _ in lines]
    assert (len(pages), {task.partition("_")[0] for task in tasks}) == (KEYS, {job_id})
    assert all(log.name.endswith(f"-{task}.log") for task, log in zip(tasks, logs, strict=True))
    assert all("FAILED recording=" in log.read_text() for log in logs)
