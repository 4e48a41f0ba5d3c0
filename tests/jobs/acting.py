"""What a person sends to ignore, un-ignore, release or retry jobs, and what the pages answer."""

from bs4 import BeautifulSoup
from django.test import Client

from jobs.actions.action import Action
from jobs.actions.confirmation import Confirmation
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import perform
from jobs.actions.review import review
from jobs.actions.selection import SelectedJobs
from tests.jobs.clearing import JOBS, ROOT, Form, snapshots_of
from tests.jobs.tables import reading_of
from tests.pages import Response, fields, look, notices, page, text_of

SELECTED, ALL = "selected", "all that match"


def buttons(found: BeautifulSoup) -> list[str]:
    """Return the buttons that change something."""
    return [text_of(button) for button in found.select('.acts button[type="submit"], form.acts button')]


def confirm_to(client: Client, name: str, form: Form) -> BeautifulSoup:
    """Return the page that asks before an action."""
    response = client.post(f"{JOBS}{name}/confirm/", form)
    assert response.status_code == 200
    return page(response)


def send_to(client: Client, name: str, confirmed: BeautifulSoup, **typed: str) -> Response:
    """Send the form of that page."""
    address = f"{JOBS}{name}/"
    return client.post(address, {**fields(confirmed, address), **typed})


def do(client: Client, name: str, form: Form, **typed: str) -> list[str]:
    """Confirm an action and do it; return what the list says then."""
    response = send_to(client, name, confirm_to(client, name, form), **typed)
    return notices(look(client, response.headers["Location"]))


def done_to_all_of(schema: str, client: Client, action: Action) -> ActionOutcome:
    """Do an action to the jobs of a schema as a command would, without a page."""
    selection = SelectedJobs(snapshots_of(schema, client), reading_of([schema]))
    return perform(action, selection, Confirmation.of(review(action, selection)), ROOT)
