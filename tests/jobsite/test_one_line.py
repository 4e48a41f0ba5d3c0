"""Names and messages that were planted: no terminal and no log shows them as anything but a part of one line."""

import io
import logging
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connections.killing import Confirmation, kill
from jobs.actions.clear import CLEAR
from jobs.actions.granted import grant_for
from jobs.layouts.reading import Reading
from jobs.layouts.schema_wide import SchemaWide
from jobsite.lab.grants import account_name, grant
from jobsite.lab.identifiers import identifier
from jobsite.lab.server import ask_server
from jobsite.one_line import line_logger
from tests.connections.test_doctor import doctor
from tests.connections.test_killing import selected as selected_connections
from tests.jobs.clearing import JOBS, clear, clear_all, everything, selected, snapshots_of
from tests.jobs.planting import Planted
from tests.jobs.tables import jobs_table
from tests.jobsite.lab.test_privileges import account
from tests.lab import Lab
from tests.pages import look
from tests.server import SERVER

INVISIBLE = ["\n", "\r", "\x1b[2J", "\x1b[201~\n", "\x07", "\t", "\x7f", "\x9b", "\u202e", "\u2028", "\u200b", "\xa0"]
QUOTES = ["`", "``", "'", '"', "\\", ";", " -- ", "/*", "%", "$(x)", "#", "@", "ü"]
ROOT = User(username="root", is_superuser=True)
FORGED = "\r\nok       It may\x1b[2J\u202e"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a terminal that knows nothing of planted texts gets of the activity log."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    activity = logging.getLogger("jobsite.activity")
    activity.addHandler(handler)
    yield written
    activity.removeHandler(handler)


def one_line(log: io.StringIO) -> str:
    """Return the one line of a log, which can be shown."""
    (line,) = log.getvalue().split("\n")[:-1]
    assert line.isprintable()
    return line


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_a_grant_on_a_name_that_cannot_be_seen_is_not_there_to_copy(text: str) -> None:
    said = grant("DELETE", identifier(f"lab_{text}x", "~jobs"), "'jobsite'@'%'")
    assert said == "a GRANT of DELETE that is typed by hand: a name in it has characters that cannot be seen"
    assert grant("DELETE", identifier("lab", "~jobs"), account_name(f"site{text}@%")) == said


@pytest.mark.parametrize("text", QUOTES)
def test_a_grant_on_a_schema_of_any_name_that_can_be_seen_says_just_that(lab: Lab, operator: Client, text: str) -> None:
    schema = lab.schema(name=f"lab_{text}x")
    Planted(schema).row()
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT ON {identifier(schema, '~jobs')} TO {ask_server().account}")
        found = look(operator, f"{JOBS}?{urlencode({'schema': schema})}")
        (said,) = [code.get_text() for code in found.select(".notice code")]
        assert said == grant_for(CLEAR, SchemaWide(jobs_table(schema)))
        SERVER.sql(said)
        assert "Cleared 1 job." in clear_all(operator, selected(operator, urlencode({"schema": schema})))


def test_the_page_of_no_jobs_names_an_account_that_cannot_be_seen_in_words(db: None, viewer: Client) -> None:
    with account("eve\nb"), SERVER.site_as("eve\nb"):
        shown = [code.get_text() for code in look(viewer, JOBS).select("code")]
    assert [text for text in shown if text.startswith("GRANT")] == []
    assert "a GRANT of SELECT that is typed by hand: a name in it has characters that cannot be seen" in shown


def test_the_doctor_says_each_finding_in_one_line_that_can_be_shown(lab: Lab) -> None:
    schema = lab.schema(name=f"lab_{FORGED}")
    Planted(schema)
    with SERVER.without("DELETE", on=r"`lab\_%`.*"):
        found = doctor()
    lines = found.stdout.split("\n")[:-1]
    assert [line for line in lines if not line.isprintable() or line[:9] not in ("ok       ", "missing  ")] == []
    assert "ok       It may" not in [line.rstrip() for line in lines]


def test_the_doctor_s_refusal_is_one_line(accounts: None) -> None:
    found = doctor(DJ_USER=FORGED, DJ_PASS="wrong")
    assert (found.stderr.count("\n"), found.stderr.rstrip("\n").isprintable()) == (1, True)


def test_a_schema_of_any_name_forges_no_line_of_the_log(lab: Lab, operator: Client, log: io.StringIO) -> None:
    schema = lab.schema(name=f"lab_{FORGED}")
    Planted(schema).row(table_name=f"__score{FORGED}")
    with SERVER.without("DELETE", on=r"`lab\_%`.*"):
        clear(snapshots_of("", operator), Reading.begin(), ROOT)
    assert "Nothing was cleared" in one_line(log)


def test_a_filter_forges_no_line_of_the_log(lab: Lab, operator: Client, log: io.StringIO) -> None:
    Planted(lab.schema()).row(error_message=f"planted{FORGED}")
    clear_all(operator, everything(operator, urlencode({"message": f"planted{FORGED}"})))
    assert "cleared jobs: All that match" in one_line(log)


def test_a_connection_of_any_user_forges_no_line_of_the_log(lab: Lab, db: None, log: io.StringIO) -> None:
    with account(f"eve{FORGED}"):
        _, thread = lab.idle(f"eve{FORGED}")
        kill(selected_connections(thread), Confirmation(), ROOT)
    assert one_line(log).startswith(f"root, kill connection: {thread} eve")


def test_a_dry_run_shows_a_planted_row_in_one_line(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    module.schema.jobs.error("__score", {"subject": "a", "session": 1}, "no")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET user = %s, host = %s, error_message = %s", [FORGED] * 3)
    first, excluded, end = lab.populate(schema, "--dry-run").stdout.split("\n")
    assert (first, end) == ("tests.pipeline.Score: 0 to compute, 1 excluded (1 error)", "")
    assert excluded.isprintable()
    assert excluded.startswith(r"  error subject=a, session=1: by \r\nok")


@pytest.mark.parametrize("text", [*INVISIBLE, FORGED], ids=ascii)
def test_every_message_of_our_loggers_is_one_line_with_any_handler(text: str) -> None:
    written = io.StringIO()
    handler, found = logging.StreamHandler(written), line_logger("tests.one_line")
    found.addHandler(handler)
    found.warning("100%% of %s and %s", f"a{text}b", 3)
    found.removeHandler(handler)
    assert one_line(written).startswith("100% of a")


def test_the_line_of_a_request_is_one_line() -> None:
    handler, *_ = logging.getLogger("django.server").handlers  # what follows is of pytest
    record = logging.LogRecord("django.server", logging.INFO, __file__, 1, '"%s" %s', (f"GET /{FORGED}", 404), None)
    assert handler.format(record).isprintable()


def test_a_traceback_in_the_log_begins_no_record() -> None:
    (handler,) = logging.getLogger("django.request").handlers
    try:
        raise ValueError(FORGED)
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "at %s", (FORGED,), sys.exc_info())
    first, *rest = handler.format(record).split("\n")
    assert first.isprintable()
    assert {(line[:2], line.isprintable()) for line in rest} == {("  ", True)}
