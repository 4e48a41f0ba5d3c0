"""What the server's account may not do to jobs is not drawn: in its place, on every page, stands the GRANT."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from jobsite.lab.identifiers import identifier
from tests.jobs.acting import buttons
from tests.jobs.clearing import JOBS, confirm, everything, selected
from tests.lab import Lab
from tests.pages import look, notices, text_of, tokens
from tests.server import EVERY_SCHEMA, SERVER, SITE

ASK = "Ask an administrator of the server to run:"
ACCOUNT = f"'{SITE}'@'%'"


def grant_on(schema: str) -> str:
    return f"GRANT DELETE ON `{schema}`.`~jobs` TO {ACCOUNT};"


def grants_in(found: BeautifulSoup) -> list[str]:
    return [text_of(code) for code in found.select(".notice code")]


@pytest.fixture
def schemas(lab: Lab) -> Iterator[tuple[str, str]]:
    """Two schemas with a failed job; of the first the account may delete jobs, by a grant on its table."""
    free, closed = lab.failed(m1="value"), lab.failed(m1="value")
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        SERVER.sql(f"GRANT DELETE ON `{free}`.`~jobs` TO {ACCOUNT}")
        yield free, closed


def test_a_list_of_both_offers_only_the_jobs_that_may_be_cleared(schemas: tuple[str, str], operator: Client) -> None:
    free, closed = schemas
    found = look(operator, JOBS)
    assert free in text_of(found.select_one("tr:has(input[name=job])"))
    assert buttons(found)[0] == "Clear selected…"
    assert notices(found)[0].startswith(f"Jobsite’s account may not clear some of these jobs. {ASK} ")
    assert grant_on(closed) in grants_in(found)
    assert grant_on(free) not in grants_in(found)


def test_a_list_of_one_that_may_not_be_cleared_has_no_box_and_no_button(
    schemas: tuple[str, str], operator: Client
) -> None:
    found = look(operator, f"{JOBS}?schema={schemas[1]}")
    assert (tokens(found, "job"), buttons(found)) == ([], [])
    assert grants_in(found) == [grant_on(schemas[1])]


def test_a_list_of_one_that_may_be_cleared_says_nothing_of_the_other(
    schemas: tuple[str, str], operator: Client
) -> None:
    found = look(operator, f"{JOBS}?schema={schemas[0]}")
    assert (len(tokens(found, "job")), notices(found)) == (1, [])


def test_who_may_not_clear_is_told_of_no_grant(schemas: tuple[str, str], viewer: Client) -> None:
    assert notices(look(viewer, JOBS)) == []


def test_a_job_that_may_not_be_cleared_has_no_button(schemas: tuple[str, str], operator: Client) -> None:
    for schema, there, grants in ((schemas[0], ["Clear this job…"], []), (schemas[1], [], [grant_on(schemas[1])])):
        (link,) = look(operator, f"{JOBS}?schema={schema}").select("td a[href*='/jobs/']")
        found = look(operator, str(link["href"]))
        assert (buttons(found), grants_in(found)) == (there, grants)


def test_clearing_all_that_match_leaves_alone_what_may_not_be_cleared(
    schemas: tuple[str, str], lab: Lab, operator: Client
) -> None:
    _, closed = schemas
    found = confirm(operator, everything(operator, "status=error"))
    assert text_of(found.h1) == "Clear 1 job?"
    why = "Jobsite’s account may not clear them."
    assert f"The jobs of {closed} are left alone: {why} {ASK} {grant_on(closed)}" in notices(found)


def test_a_confirm_page_of_jobs_that_may_not_be_cleared_has_no_button(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    form = selected(operator, f"schema={schema}")
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        found = confirm(operator, form)
    assert (buttons(found), grants_in(found)) == ([], [grant_on(schema)])


GRANTS = {
    "on the server": "GRANT DELETE ON *.* TO {account}",
    "on schemas like it": "GRANT DELETE ON `lab%`.* TO {account}",
    "on the schema": "GRANT SELECT, DELETE ON `{pattern}`.* TO {account}",
    "everything on the schema": "GRANT ALL ON `{pattern}`.* TO {account}",
    "on its table, beside columns": "GRANT SELECT (`key`, host), DELETE ON `{schema}`.`~jobs` TO {account}",
}


@contextmanager
def granted_instead(statement: str) -> Iterator[None]:
    """Let the site's account clear for a while by this GRANT alone."""
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        SERVER.sql(statement)
        try:
            yield
        finally:
            SERVER.sql("REVOKE" + statement.removeprefix("GRANT").replace(" TO ", " FROM "))
            SERVER.sql(f"GRANT SELECT ON {EVERY_SCHEMA} TO {ACCOUNT}")


@pytest.mark.parametrize("way", GRANTS)
def test_a_grant_counts_wherever_it_is(lab: Lab, operator: Client, way: str) -> None:
    schema = lab.failed(m1="value")
    statement = GRANTS[way].format(pattern=schema.replace("_", r"\_"), schema=schema, account=ACCOUNT)
    with granted_instead(statement):
        found = look(operator, f"{JOBS}?schema={schema}")
    assert (len(tokens(found, "job")), notices(found)) == (1, [])


@pytest.mark.parametrize(
    "statement", ["GRANT DELETE ON `lab_other`.* TO {account}", "GRANT DELETE ON {schema}.other TO {account}"]
)
def test_a_grant_on_something_else_does_not_count(lab: Lab, operator: Client, statement: str) -> None:
    schema = lab.failed(m1="value")
    SERVER.sql(f"CREATE TABLE `{schema}`.other (one int)")
    grant = statement.format(schema=identifier(schema), account=ACCOUNT)
    with granted_instead(grant):
        found = look(operator, f"{JOBS}?schema={schema}")
    assert (tokens(found, "job"), grants_in(found)) == ([], [grant_on(schema)])


def test_what_a_role_lends_counts(lab: Lab, operator: Client) -> None:
    schema = lab.failed(m1="value")
    SERVER.sql("DROP ROLE IF EXISTS clearing")
    SERVER.sql("CREATE ROLE clearing")
    SERVER.sql(f"GRANT DELETE ON `{schema}`.`~jobs` TO clearing")
    SERVER.sql(f"GRANT clearing TO {ACCOUNT}")
    default = "SET DEFAULT ROLE {} " + ("FOR" if SERVER.is_mariadb else "TO") + f" {ACCOUNT}"
    SERVER.sql(default.format("clearing"))
    try:
        with SERVER.without("DELETE", on=EVERY_SCHEMA):
            found = look(operator, f"{JOBS}?schema={schema}")
    finally:
        SERVER.sql(default.format("NONE"))
        SERVER.sql("DROP ROLE clearing")
    assert (len(tokens(found, "job")), notices(found)) == (1, [])
