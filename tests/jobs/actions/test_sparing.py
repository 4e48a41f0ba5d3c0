"""All that match but for what may be running: workers are looked for again when it is their job's turn."""

from datetime import datetime, timedelta, timezone

from django.test import Client

from jobs.actions.clear import CLEAR
from jobs.actions.confirmation import Confirmation
from jobs.actions.perform import perform
from jobs.actions.review import review
from jobs.actions.sparing import MatchingButRunning
from jobs.listing.filters import JobFilter
from tests.jobs.clearing import ROOT, snapshots_of, wait_a_second
from tests.jobs.tables import reading_of
from tests.lab import Lab


def test_a_worker_that_is_back_when_its_job_s_turn_comes_keeps_it(lab: Lab, operator: Client) -> None:
    schema, _ = lab.pipeline(recordings={"a": "value", "b": "wait"})
    lab.start_waiting(schema, user="bob")
    wait_a_second()
    seen = frozenset(snapshots_of(schema, operator))  # as if all workers had been gone
    now = datetime.now(timezone.utc) + timedelta(seconds=1)
    selection = MatchingButRunning(JobFilter.read({"schema": schema}), now, reading_of([schema]), abandoned=seen)
    reviewed = review(CLEAR, selection)
    outcome = perform(CLEAR, selection, Confirmation.of(reviewed, str(reviewed.count)), ROOT)
    assert outcome.in_words(CLEAR) == "Cleared 1 job. 1 was left alone (1 running)."
    assert lab.jobs(schema) == {"b": "reserved"}
