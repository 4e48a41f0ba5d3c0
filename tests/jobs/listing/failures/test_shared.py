"""Of more failed jobs than a page has time for, all are there at a later look; and an act on a group knows them all."""

from pathlib import Path

import pytest

from jobs.layouts.reading import Reading
from jobs.listing.failures import cells, grouping, shared
from jobs.listing.failures.finding import find_group
from jobs.listing.failures.shared import ReadFailures, shared_failures
from jobs.listing.filters import JobFilter
from jobs.listing.shared import second_of
from jobsite.lab.deadline import page
from jobsite.lab.server import who_is_connected
from jobsite.lab.shared_answers import forget
from jobsite.lab.shared_reads import looking
from tests.jobs.failing import fail
from tests.jobs.planting import Planted
from tests.lab import eventually

JOBS, WINDOW = 250, 100


@pytest.fixture
def planted(planted: Planted, sharing: Path, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Jobs of one problem, more than a page has time for."""
    monkeypatch.setattr(grouping, "FEW", 10)
    monkeypatch.setattr(cells, "WINDOW_ROWS", WINDOW)
    monkeypatch.setattr(shared, "LOOK_S", 0.0)
    planted.failed(JOBS)
    return planted


def look(texts: dict[str, str]) -> ReadFailures:
    """Return what a page reads."""
    with page(), looking():
        return shared_failures(JobFilter.read(texts), Reading.begin(), second_of(who_is_connected())).answer


def found(texts: dict[str, str]) -> JobFilter:
    """Return the filter as an act reads it: it looks at nothing that others have read."""
    with page():
        return find_group(JobFilter.read(texts), Reading.begin(), second_of(who_is_connected()))


def test_the_first_look_is_at_a_part_and_a_later_one_at_all(planted: Planted) -> None:
    texts = {"schema": planted.schema}
    assert (look(texts).failures.looked_at, look(texts).is_whole) == (WINDOW, False)
    eventually(lambda: look(texts).is_whole, "all jobs are looked at")
    assert look(texts).failures.looked_at == JOBS


def test_an_act_takes_no_part_for_the_whole(planted: Planted) -> None:
    (fingerprint,) = look({"schema": planted.schema}).failures.groups
    eventually(lambda: look({}).is_whole, "all jobs are looked at")
    forget()  # as an act does
    group = found({"group": fingerprint})
    assert (group.not_found, bool(group.group_rows.cells)) == ("", True)


def test_where_not_all_were_looked_at_it_is_said_that_jobs_may_be_missing(planted: Planted) -> None:
    fail(planted, "ValueError: bad", "pipe.py make")
    assert found({"group": "1-000000000000"}).not_found == (
        "Not all failed jobs have been looked at yet, so jobs of the group 1-000000000000 may be missing: look again "
        "in a moment."
    )
