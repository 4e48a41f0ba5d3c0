"""The server takes no changes, from the start or by and by: what was done is said, and nothing goes round it."""

from collections.abc import Iterator
from datetime import timedelta, timezone

import pytest
from django.db import connections
from django.test import Client

from jobs.actions.clear import CLEAR
from jobs.actions.outcome import ActionOutcome
from jobs.formats.key import key_hash
from jobs.listing.filters import JobFilter
from tests.connections.test_doctor import doctor
from tests.jobs.clearing import (
    JOBS,
    again,
    clear,
    clear_all,
    clear_matching,
    confirm,
    post,
    selected,
    snapshots_of,
    wait_a_second,
)
from tests.jobs.tables import reading_of
from tests.lab import Lab
from tests.pages import look, notices, tokens
from tests.server import SERVER, SITE

TRANSACTIONS = "tx_read_only"
WAYS = ["read_only", TRANSACTIONS, "super_read_only"]


@pytest.fixture(params=WAYS)
def read_only(request: pytest.FixtureRequest, accounts: None) -> Iterator[str]:
    """Each way to make a server read only; the site's account is one that may write all the same where there is one."""
    name = request.param
    if SERVER.is_mariadb:
        if name == "super_read_only":
            pytest.skip("MariaDB has no super_read_only.")
        SERVER.sql(f"GRANT READ ONLY ADMIN ON *.* TO '{SITE}'@'%'")
    elif name == TRANSACTIONS:
        name = "transaction_read_only"
    yield name
    if name == "super_read_only":
        SERVER.sql("SET GLOBAL read_only = 0")  # which it had set as well
    if SERVER.is_mariadb:
        SERVER.sql(f"REVOKE READ ONLY ADMIN ON *.* FROM '{SITE}'@'%'")


def sentence(name: str) -> str:
    """Return what is said of a server that only reads."""
    said = {"super_read_only": "read_only", TRANSACTIONS: "transaction_read_only"}.get(name, name)
    return f"The lab's server 127.0.0.1:{SERVER.port} only reads ({said} is set): clear jobs on its primary."


def test_nothing_is_offered_that_the_server_would_not_take(lab: Lab, operator: Client, read_only: str) -> None:
    schema = lab.failed(m1="value")
    with SERVER.set_for_everybody(read_only, 1):
        found = look(operator, f"{JOBS}?schema={schema}")
        (link,) = found.select('td[data-label="Table"] a')
        job = look(operator, str(link["href"]))
    assert [tokens(one, "job") for one in (found, job)] == [[], []]
    assert [*found.select("form.rows button"), *job.select("article form button")] == []
    assert [notices(one) for one in (found, job)] == [[sentence(read_only)]] * 2


def test_who_may_not_clear_is_told_nothing_of_it(lab: Lab, viewer: Client) -> None:
    schema = lab.failed(m1="value")
    with SERVER.set_for_everybody("read_only", 1):
        assert notices(look(viewer, f"{JOBS}?schema={schema}")) == []


def test_a_server_that_only_reads_by_now_offers_no_button(lab: Lab, operator: Client, read_only: str) -> None:
    form = selected(operator, f"schema={lab.failed(m1='value')}")
    with SERVER.set_for_everybody(read_only, 1):
        found = confirm(operator, form)
    assert found.select("form.confirm button") == []
    assert notices(found)[0].startswith(sentence(read_only))


def test_nothing_is_deleted_although_the_account_may_write(lab: Lab, operator: Client, read_only: str) -> None:
    schema = lab.failed(m1="value")
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    with SERVER.set_for_everybody(read_only, 1):
        said = notices(look(operator, post(operator, confirmed).headers["Location"]))
    assert said == [f"Nothing was cleared. {sentence(read_only)}", sentence(read_only)]
    assert len(lab.jobs(schema)) == 1


def test_the_doctor_says_that_nothing_can_be_cleared(failed_jobs: str, read_only: str) -> None:
    with SERVER.set_for_everybody(read_only, 1):
        found = doctor()
    assert f"missing  {sentence(read_only)}" in found.stdout.splitlines()


# --- While it clears --------------------------------------------------------------------------------------------------

SAID = "The server is running with --read-only"
REFUSALS = {
    **dict.fromkeys((1290, 1836, 1175, 1792, 3100), f"takes no changes ({SAID})."),
    1021: f"answered: {SAID}.",
}


def refuse(schema: str, subject: str, number: int) -> None:
    """Let the server refuse, with an error of its own, to delete the job of a subject."""
    SERVER.sql(
        f"CREATE TRIGGER `{schema}`.refuses BEFORE DELETE ON `{schema}`.`~jobs` FOR EACH ROW "
        f"BEGIN IF INSTR(OLD.`key`, '{subject}') THEN SIGNAL SQLSTATE 'HY000' "
        f"SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = '{SAID}'; END IF; END"
    )


@pytest.mark.parametrize("number", REFUSALS)
def test_a_refused_delete_is_not_told_as_a_failed_look(lab: Lab, operator: Client, number: int) -> None:
    schema = lab.failed(m1="value")
    form = selected(operator, f"schema={schema}")
    refuse(schema, "m1", number)
    said = f"Nothing was cleared. The lab's server 127.0.0.1:{SERVER.port} {REFUSALS[number]}"
    assert clear_all(operator, form) == [said]


def test_what_was_cleared_before_the_server_refused_is_said(
    lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = lab.failed(m1="value", m2="value", m3="value")
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    _, second, _ = sorted((key_hash({"subject": name, "session": 1}), name) for name in ("m1", "m2", "m3"))
    refuse(schema, second[1], 1290)
    outcome = clear_everything_in(schema)
    assert outcome.in_words(CLEAR) == (
        f"Cleared 1 job. The lab's server 127.0.0.1:{SERVER.port} {REFUSALS[1290]} The rest was left alone."
    )
    assert len(lab.jobs(schema)) == 2


def test_what_was_cleared_is_said_although_the_rest_could_not_be_counted(lab: Lab, operator: Client) -> None:
    if not SERVER.is_mariadb:
        pytest.skip("Only MariaDB lets a trigger take the memory from the statements that follow.")
    schema, module = lab.pipeline()
    for subject in ("m1", "m2"):
        again(module, subject, "first")
    seen = snapshots_of(schema, operator)
    wait_a_second()
    again(module, "m2", "second")
    SERVER.sql(
        f"CREATE TRIGGER `{schema}`.narrows AFTER DELETE ON `{schema}`.`~jobs` FOR EACH ROW "
        "SET SESSION max_session_mem_used = 8192"  # too little for any further statement
    )
    try:
        outcome = clear(seen, reading_of([schema]))
    finally:
        connections["lab"].close()
    assert outcome.in_words(CLEAR).startswith(f"Cleared 1 job. The lab's server 127.0.0.1:{SERVER.port} answered: ")
    assert lab.jobs(schema) == {"m2": "second"}


def clear_everything_in(schema: str) -> ActionOutcome:
    """Clear all jobs of a schema that are there now."""
    ((now,),) = SERVER.sql("SELECT UTC_TIMESTAMP()")
    later = now.replace(tzinfo=timezone.utc) + timedelta(hours=1)
    return clear_matching(JobFilter({"schema": schema}), reading_of([schema]), later)
