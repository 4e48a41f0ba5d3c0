"""Passwords in a job's message and traceback: who reads them, and what the record says of it."""

import re

import pytest
from django.db import connection
from django.test import Client

from jobsite.activity.models import Act
from jobsite.lab.columns import ONE_COLLATION
from jobsite.masking.hints import HINTS
from jobsite.masking.text import masked
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.jobsite.masking.corpus import TEXTS_WITH_SECRETS, TEXTS_WITHOUT, marked
from tests.pages import cells, look, page, text_of
from tests.server import SERVER

pytestmark = pytest.mark.django_db
MESSAGE = "OperationalError: mysql://root:sw0rdfish@db/lab"
STACK = """Traceback (most recent call last):
  File "/home/anna/users.py", line 3, in make
    connect(password="sw0rdfish")
OperationalError: mysql://root:sw0rdfish@db/lab
"""


@pytest.fixture
def address(planted: Planted, packed: Packed) -> str:
    """The page of a job whose message and traceback hold a password."""
    planted.row(key=packed({"subject": "m1"}), error_message=MESSAGE, error_stack=packed(STACK))
    return f"/jobs/{planted.schema}/__score/{'0' * 32}/"


def test_nobody_reads_a_password_on_the_pages_of_jobs(planted: Planted, address: str, admin: Client) -> None:
    confirm = admin.post("/jobs/clear/confirm/", {"all": "1", "as_of": "2100-01-01T00:00:00+00:00", "filter": ""})
    shown = [admin.get(f"/jobs/?schema={planted.schema}"), admin.get(address), confirm]
    assert [response.status_code for response in shown] == [200, 200, 200]
    assert [b"sw0rdfish" in response.content for response in shown] == [False, False, False]
    assert text_of(look(admin, address).select_one("pre.exception")) == "OperationalError: mysql://root:***@db/lab"


def test_an_operator_reads_the_stored_text_and_the_record_says_so(address: str, operator: Client) -> None:
    shown = page(operator.post(f"{address}stored/"))
    assert [text_of(part) for part in shown.select("article pre")] == [MESSAGE, " ".join(STACK.split())]
    act = Act.objects.get()
    assert (act.username, act.verb, act.outcome) == ("otto", "show stored text", "Shown.")
    assert act.meant.endswith(f".Score(subject=m1) ({'0' * 32})")


def test_a_viewer_is_told_who_reads_the_stored_text_and_refused(address: str, viewer: Client) -> None:
    assert viewer.post(f"{address}stored/").status_code == 403
    told = text_of(look(viewer, address))
    assert "shown as ***. Operators can see the text as it is stored." in told
    assert Act.objects.count() == 0


def test_a_link_does_not_show_the_stored_text(address: str, operator: Client) -> None:
    assert operator.get(f"{address}stored/").status_code == 405


def test_what_cannot_be_recorded_is_not_shown(address: str, operator: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER full BEFORE INSERT ON activity_act BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    response = operator.post(f"{address}stored/")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER full")
    assert (response.status_code, response["Location"]) == (303, address)


@pytest.mark.parametrize("message", ["sw0rd", "sw0rdfish@db", "mysql"])
def test_a_viewer_s_search_does_not_tell_what_is_masked(
    planted: Planted, address: str, viewer: Client, operator: Client, message: str
) -> None:
    query = f"/jobs/?schema={planted.schema}&message={message}"
    assert [len(cells(look(client, query), "Message")) for client in (viewer, operator)] == [0, 1]
    assert [text_of(said) for said in look(viewer, query).select(".passes-over")] == [
        "Jobs whose message may hold a password or a token are passed over: only operators can search them."
    ]
    assert look(operator, query).select(".passes-over") == []


def test_a_viewer_finds_messages_without_a_secret(planted: Planted, address: str, viewer: Client) -> None:
    planted.row(key_hash="1" * 32, error_message="ValueError: no spikes in mysql")
    found = cells(look(viewer, f"/jobs/?schema={planted.schema}&message=mysql"), "Message")
    assert found == ["ValueError: no spikes in mysql"]


def test_the_server_finds_a_hint_in_every_text_that_is_masked() -> None:
    texts = [re.sub("[⟦⟧]", "", text) for text in (*marked(TEXTS_WITH_SECRETS), *marked(TEXTS_WITHOUT))]
    masks = [text for text in texts if masked(text) != text]
    asked = f"SELECT CONVERT(%s USING utf8mb4) COLLATE {ONE_COLLATION} REGEXP %s"
    assert [text for text in masks if SERVER.sql(asked, (text, HINTS)) != [(1,)]] == []


def test_a_job_without_a_secret_has_no_such_button(planted: Planted, operator: Client) -> None:
    planted.row(error_message="ValueError: no spikes")
    assert "***" not in text_of(look(operator, f"/jobs/{planted.schema}/__score/{'0' * 32}/"))


def test_the_order_of_a_viewer_s_list_does_not_tell_what_is_masked(
    planted: Planted, viewer: Client, operator: Client
) -> None:
    for number, message in enumerate(("password=b77", "password=a77", "password=c77")):
        age = f"2026-01-0{number + 1} 00:00:00"
        planted.row(key_hash=str(number) * 32, error_message=message, user=f"{number}@h", timestamp=age)
    query = f"/jobs/?schema={planted.schema}&sort=message"
    order = {client: [cell[0] for cell in cells(look(client, query), "Worker")] for client in (viewer, operator)}
    assert order == {viewer: ["2", "1", "0"], operator: ["1", "0", "2"]}
    assert [text_of(said) for said in look(viewer, query).select(".passes-over")] == [
        "Only operators can sort by message: its order would tell what is masked. This list is sorted by age."
    ]
