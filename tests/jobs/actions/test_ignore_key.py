"""Ignoring a key that has no job yet."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied

from jobs.actions.ignore import IGNORE_JOB
from jobs.actions.ignore_key import ignore_key
from jobs.actions.outcome import ActionOutcome
from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobsite.activity.models import Act
from tests.cast import person
from tests.jobs.clearing import ROOT
from tests.jobs.older import SHAPES, declare
from tests.jobs.tables import jobs_table
from tests.lab import Lab
from tests.server import SERVER, SITE

KEY = {"subject": "m1", "session": 1}


@pytest.fixture(autouse=True)
def _inserts(accounts: None) -> Iterator[None]:
    """The site's account may do what docs/grants.sql leaves to the lab."""
    with SERVER.granting("INSERT"):
        yield


def layout_of(schema: str) -> Layout:
    """Return the jobs table of a schema, as a command finds it."""
    found = Reading.begin().layout_of(jobs_table(schema))
    assert found is not None
    return found


def test_populate_skips_it(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"m1": "", "m2": ""})
    module.schema.jobs.ignore("__score", {"subject": "of_datajoint", "session": 1})
    assert ignore_key(layout_of(schema), "__score", KEY, ROOT) == ActionOutcome(done=1)
    assert lab.populate(schema).returncode == 0
    assert SERVER.sql(f"SELECT subject FROM `{schema}`.`__score`") == [("m2",)]


def test_the_row_is_as_datajoint_writes_it(lab: Lab) -> None:
    (ours, one), (theirs, other) = lab.pipeline(), lab.pipeline()
    assert (one.schema.jobs, other.schema.jobs.ignore("__score", KEY)) is not None
    ignore_key(layout_of(ours), "__score", KEY, ROOT)
    columns = "table_name, key_hash, status, `key`, error_message, error_stack, host, pid, connection_id > 0"
    rows = [SERVER.sql(f"SELECT {columns} FROM `{schema}`.`~jobs`") for schema in (ours, theirs)]
    assert rows[0] == rows[1]
    ((user,),) = SERVER.sql(f"SELECT user FROM `{ours}`.`~jobs`")
    assert user.startswith(f"{SITE}@")


def test_a_key_that_has_a_job_is_left_alone(lab: Lab) -> None:
    schema = lab.failed(m1="value")
    outcome = ignore_key(layout_of(schema), "__score", KEY, ROOT)
    assert outcome.in_words(IGNORE_JOB) == "Nothing was ignored. 1 changed meanwhile and was left alone."
    assert lab.jobs(schema) == {"m1": "ValueError: the trace is empty"}


@pytest.mark.parametrize("shape", sorted(set(SHAPES) - {"narrow"}))
def test_an_older_table_takes_it(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    assert ignore_key(layout_of(schema), "__score", KEY, ROOT) == ActionOutcome(done=1)


def test_a_missing_grant_is_named(lab: Lab) -> None:
    schema = lab.failed(m1="value")
    layout = layout_of(schema)
    with SERVER.without("INSERT", on=r"`lab\_%`.*"):
        outcome = ignore_key(layout, "__score", {"subject": "m2", "session": 1}, ROOT)
    grant = f"GRANT INSERT ON `{schema}`.`~jobs` TO '{SITE}'@'%';"
    assert outcome.in_words(IGNORE_JOB) == (
        f"Nothing was ignored. 1 could not be ignored, the server asks for a privilege: {grant}"
    )


def test_a_server_that_only_reads_takes_nothing(lab: Lab) -> None:
    layout = layout_of(lab.failed(m1="value"))
    with SERVER.set_for_everybody("read_only", 1):
        outcome = ignore_key(layout, "__score", {"subject": "m2", "session": 1}, ROOT)
    assert outcome.stopped == IGNORE_JOB.why_not_on("read_only")


def test_a_name_that_the_table_cannot_hold_is_one_sentence(lab: Lab) -> None:
    layout = layout_of(lab.failed(charset="latin1", m1="value"))
    outcome = ignore_key(layout, "🧠", KEY, ROOT)
    assert outcome.done == 0
    assert outcome.stopped.startswith(f"The lab's server 127.0.0.1:{SERVER.port} answered: ")


def test_who_may_not_ignore_is_refused(lab: Lab) -> None:
    layout = layout_of(lab.failed(m1="value"))
    with pytest.raises(PermissionDenied):
        ignore_key(layout, "__score", KEY, person("vera", "viewer"))


def test_the_record_has_a_line_for_it(lab: Lab) -> None:
    schema = lab.failed(m1="value")
    ignore_key(layout_of(schema), "__score", {"subject": "m2", "session": 1}, ROOT)
    act = Act.objects.get()
    assert (act.verb, act.meant) == ("ignore", f"The key subject=m2, session=1 of {schema}.Score.")
    assert [chunk.counts for chunk in act.chunks.all()] == [{"ignored": 1}]
