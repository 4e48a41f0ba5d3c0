"""SELECT is granted on some columns of a jobs table only: it may hold jobs, and no page says as if it held none."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.jobs.clearing import JOBS, confirm, everything
from tests.lab import Lab
from tests.pages import look, notices, text_of
from tests.server import SERVER, SITE

WHY = "SELECT is granted on some of its columns only."


@pytest.fixture
def partly_granted(lab: Lab) -> Iterator[str]:
    """A schema with a failed job that may be read in part, beside another that may be read as a whole."""
    schema, whole = lab.failed(m1="value"), lab.failed(m1="value")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        SERVER.sql(f"GRANT SELECT, DELETE ON `{whole}`.`~jobs` TO '{SITE}'@'%'")
        yield schema


def test_the_numbers_are_said_to_be_the_least(partly_granted: str, viewer: Client) -> None:
    found = look(viewer, JOBS)
    assert text_of(found.select_one(".tabs")) == "Not done 1+ Errors 1+ Reserved 0+ Ignored 0+"
    assert notices(found) == [f"The jobs of {partly_granted} are not shown: {WHY}"]


def test_an_empty_list_does_not_say_that_there_are_no_jobs(partly_granted: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={partly_granted}")
    assert text_of(found.select_one(".empty")) == "No job matches among the jobs that could be read. Reset filters"


def test_clearing_all_that_match_names_it(partly_granted: str, operator: Client) -> None:
    found = confirm(operator, everything(operator, "status=error"))
    assert text_of(found.h1) == "Clear 1 job?"
    assert notices(found) == [f"The jobs of {partly_granted} are left alone: {WHY}"]
