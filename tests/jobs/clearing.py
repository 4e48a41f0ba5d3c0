"""What a person sends to clear jobs, and what the pages answer."""

from collections.abc import Sequence
from datetime import datetime, timezone
from types import ModuleType

from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from jobs.actions.clear import CLEAR as CLEAR_JOBS
from jobs.actions.confirmation import Confirmation
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import perform
from jobs.actions.review import review
from jobs.actions.selection import MatchingJobs, SelectedJobs, Selection
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.snapshots import JobSnapshot
from tests.lab import eventually
from tests.pages import Response, fields, look, notices, page, text_of, tokens
from tests.server import SERVER

JOBS, CONFIRM, CLEAR = "/jobs/", "/jobs/clear/confirm/", "/jobs/clear/"
NOW = datetime(2026, 1, 4, tzinfo=timezone.utc)
ROOT = User(username="root", is_superuser=True)

Form = dict[str, list[str]]


def selected(client: Client, query: str) -> Form:
    """Return what a list sends when every row of it is selected."""
    found = look(client, f"{JOBS}?{query}")
    return {**fields(found, CONFIRM), "job": tokens(found, "job")}


def everything(client: Client, query: str) -> Form:
    """Return what a list sends for all that match; it is read in a later second than the rows that stand now."""
    wait_a_second()
    return {**fields(look(client, f"{JOBS}?{query}"), CONFIRM), "all": ["1"]}


def wait_a_second() -> None:
    """Return once the server's clock shows another second: a job's timestamp counts whole ones."""
    ((before,),) = SERVER.sql("SELECT NOW()")
    eventually(lambda: SERVER.sql("SELECT NOW()")[0][0] > before, "another second")


def confirm(client: Client, form: Form) -> BeautifulSoup:
    """Return the confirm page."""
    response = client.post(CONFIRM, form)
    assert response.status_code == 200
    return page(response)


def post(client: Client, confirmed: BeautifulSoup, **typed: str) -> Response:
    """Send the form of the confirm page."""
    return client.post(CLEAR, {**fields(confirmed, CLEAR), **typed})


def clear_all(client: Client, form: Form) -> list[str]:
    """Confirm and clear; return what the list says then."""
    response = post(client, confirm(client, form))
    return notices(look(client, response.headers["Location"]))


def gone_quiet(client: Client, form: Form) -> BeautifulSoup | None:
    """Return the confirm page once it asks for no number."""
    found = confirm(client, form)
    return None if found.select_one('input[name="typed"]') else found


def says(found: BeautifulSoup) -> list[str]:
    """Return the sentences of the confirm page."""
    return [text_of(line) for line in found.select("form.confirm > ul > li")]


def again(module: ModuleType, subject: str, message: str) -> None:
    """Let DataJoint itself write another error for a key."""
    module.schema.jobs.error("__score", {"subject": subject, "session": 1}, message)


def snapshots_of(schema: str, client: Client) -> list[JobSnapshot]:
    """Return the jobs of a schema as a page shows them."""
    return [JobSnapshot.read(token) for token in selected(client, f"schema={schema}")["job"]]


def clear(snapshots: Sequence[JobSnapshot], reading: Reading, user: User | AnonymousUser = ROOT) -> ActionOutcome:
    """Clear these jobs as a command would, without a page."""
    return _confirmed(SelectedJobs(snapshots, reading), user)


def clear_matching(
    chosen: JobFilter, reading: Reading, as_of: datetime, user: User | AnonymousUser = ROOT
) -> ActionOutcome:
    """Clear all that match as a command would, without a page."""
    return _confirmed(MatchingJobs(chosen, as_of, reading), user)


def _confirmed(selection: Selection, user: User | AnonymousUser) -> ActionOutcome:
    count = str(review(CLEAR_JOBS, selection).count)
    return perform(CLEAR_JOBS, selection, Confirmation(expected=int(count), typed=count), user)
