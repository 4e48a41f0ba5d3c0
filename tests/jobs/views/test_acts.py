"""An act that takes longer than one request: it pauses, goes on with the next, is stopped, and adds up."""

import re
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobsite.activity import forms
from jobsite.activity.models import Act, ActChunk, Continuation
from tests.cast import person
from tests.jobs.acting import confirm_to, send_to
from tests.jobs.clearing import JOBS, again, confirm, everything, post, selected, wait_a_second
from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import FRAGMENT, Response, fields, look, notices, page, text_of
from tests.server import SERVER

PART = 20


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request clears one chunk."""
    monkeypatch.setattr("jobsite.lab.deadline.ACT_LIMIT_S", 0.0)
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", PART)
    monkeypatch.setattr(forms, "WAIT_S", 0.3)


def begin(client: Client, schema: str) -> str:
    """Confirm to clear the 51 jobs of a schema; return the address of the act's page."""
    confirmed = confirm(client, everything(client, f"schema={schema}&status=error"))
    response = post(client, confirmed, typed="51")
    assert response.status_code == 302
    return response.headers["Location"]


def go_on(client: Client, address: str, **more: str) -> Response:
    """Send the form of an act's page."""
    path = address.partition("?")[0]
    return client.post(path, {**fields(look(client, path), path), **more})


def to_the_end(client: Client, address: str) -> list[str]:
    """Go on until the list says what became of all."""
    for _ in range(5):
        response = go_on(client, address)
        if response.headers["Location"].startswith(f"{JOBS}?"):
            return notices(look(client, response.headers["Location"]))
    raise AssertionError("It has no end.")


def says(found: BeautifulSoup) -> list[str]:
    """Return the sentences about how far it has come."""
    return [text_of(line) for line in found.select("#act_progress > p")]


def left(schema: str) -> int:
    """Return how many jobs a schema has."""
    ((number,),) = SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`~jobs`")
    return int(number)


# --- Request by request -----------------------------------------------------------------------------------------------


def test_it_goes_on_with_each_request_and_the_outcome_adds_up(many: str, operator: Client) -> None:
    address = begin(operator, many)
    found = look(operator, address)
    assert (text_of(found.h1), says(found)) == ("Clearing 51 jobs", ["20 of 51 jobs.", "Cleared 20 jobs."])
    assert found.select_one("progress[max='51'][value='20']") is not None
    assert go_on(operator, address).headers["Location"].endswith("?slice=2")
    assert says(look(operator, address.partition("?")[0]))[0] == "Paused after 40 of 51 jobs."
    assert to_the_end(operator, address) == ["Cleared 51 jobs."]
    act = Act.objects.get()
    assert (act.outcome, act.stopped, act.ended_at is None) == ("Cleared 51 jobs.", "", False)
    assert [chunk.counts for chunk in act.chunks.all()] == [{"cleared": 20}, {"cleared": 20}, {"cleared": 11}]
    assert (left(many), Continuation.objects.count()) == (0, 0)


def test_htmx_goes_on_by_itself_until_it_leads_to_the_list(many: str, operator: Client) -> None:
    address = begin(operator, many)
    found, asked = look(operator, address), 0
    while (part := found.select_one("#act_progress[hx-post][hx-trigger^=load]")) is not None:
        (slices,) = part.select("input[name=slice]")
        response = operator.post(str(part["hx-post"]), {"slice": str(slices["value"])}, headers=FRAGMENT)
        assert response.status_code == 200
        found, asked = page(response), asked + 1
    assert (asked, response.headers["HX-Redirect"]) == (2, f"{JOBS}?status=error&schema={many}")
    assert notices(look(operator, response.headers["HX-Redirect"])) == ["Cleared 51 jobs."]


def test_looking_never_goes_on(many: str, operator: Client) -> None:
    address = begin(operator, many)
    with CaptureQueriesContext(connections["lab"]) as asked:
        for _ in range(2):
            look(operator, address)
    assert (len(asked), left(many)) == (0, 31)


def test_only_the_page_that_answers_a_form_goes_on_by_itself(many: str, operator: Client) -> None:
    address = begin(operator, many)
    assert look(operator, address).select_one("[hx-post]") is not None
    go_on(operator, address)
    for old in (address, address.partition("?")[0]):
        assert look(operator, old).select_one("[hx-post]") is None


def test_an_act_that_ends_in_time_looks_as_ever(many: str, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsite.lab.deadline.ACT_LIMIT_S", 60.0)
    address = begin(operator, many)
    assert address == f"{JOBS}?status=error&schema={many}"
    assert notices(look(operator, address)) == ["Cleared 51 jobs."]


def test_it_goes_on_through_several_schemas(lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 2)
    schemas = []
    for _ in range(2):
        schema, module = lab.pipeline()
        for number in range(3):
            again(module, f"m{number}", "of several schemas")
        schemas.append(schema)
    confirmed = confirm(operator, everything(operator, "message=of+several+schemas"))
    address = post(operator, confirmed).headers["Location"]
    assert to_the_end(operator, address) == ["Cleared 6 jobs."]
    assert [left(schema) for schema in schemas] == [0, 0]


def test_selected_jobs_go_on_too(lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 2)
    schema = lab.failed(**{f"m{number}": "value" for number in range(5)})
    confirmed = confirm(operator, selected(operator, f"schema={schema}"))
    address = post(operator, confirmed).headers["Location"]
    assert to_the_end(operator, address) == ["Cleared 5 jobs."]
    assert lab.jobs(schema) == {}


# --- What changed meanwhile -------------------------------------------------------------------------------------------


def test_what_failed_again_or_came_while_it_was_paused_is_left_alone(lab: Lab, many: str, operator: Client) -> None:
    address = begin(operator, many)
    wait_a_second()
    SERVER.sql(f"UPDATE `{many}`.`~jobs` SET timestamp = NOW() ORDER BY key_hash DESC LIMIT 1")
    SERVER.sql(f"INSERT INTO `{many}`.`~jobs` (table_name, key_hash, status) VALUES ('__score', 'zz', 'error')")
    assert to_the_end(operator, address) == ["Cleared 50 jobs."]
    assert left(many) == 2


def test_no_more_are_cleared_than_were_confirmed(many: str, operator: Client) -> None:
    address = begin(operator, many)
    plant_as_old_as_the_others(many)
    assert to_the_end(operator, address) == [
        "Cleared 40 jobs. More jobs match by now than the 51 that were confirmed. The rest was left alone."
    ]


def plant_as_old_as_the_others(schema: str) -> None:
    """Write a job that bears the time of one that was confirmed."""
    SERVER.sql(
        f"INSERT INTO `{schema}`.`~jobs` (table_name, key_hash, status, timestamp) "
        f"SELECT '__score', 'zz', 'error', timestamp FROM `{schema}`.`~jobs` LIMIT 1"
    )


def test_who_may_not_clear_any_more_does_not_go_on(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    otto = User.objects.get(username="otto")
    otto.groups.set([Group.objects.get(name="viewer")])
    response = operator.post(address, {"slice": "1"})
    assert (response.status_code, left(many)) == (403, 31)
    otto.groups.set([Group.objects.get(name="operator")])
    assert to_the_end(operator, address) == ["Cleared 51 jobs."]


def test_a_server_that_only_reads_by_now_ends_it(many: str, operator: Client) -> None:
    address = begin(operator, many)
    with SERVER.set_for_everybody("read_only", 1):
        said, *_ = to_the_end(operator, address)
    assert said.startswith("Cleared 20 jobs. The lab's server")
    assert "only reads (read_only is set)" in said
    assert left(many) == 31


def test_a_worker_that_is_back_ends_it(lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    schema = lab.failed(m2="value", m3="value")
    SERVER.sql(f"INSERT INTO `{schema}`.recording VALUES ('m1', 1, 'wait')")
    lab.abandon(schema)
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET key_hash = 'zz' WHERE status = 'reserved'")
    confirmed = confirm(operator, everything(operator, f"schema={schema}"))
    address = post(operator, confirmed, typed="3").headers["Location"]
    lab.idle("bob")  # from the same machine: it may be the same worker, connected again
    assert to_the_end(operator, address) == [
        "Cleared 1 job. A job that looked abandoned may be running by now: look again. The rest was left alone."
    ]
    assert left(schema) == 2


def test_when_the_server_does_not_answer_it_stays_paused(many: str, operator: Client) -> None:
    address = begin(operator, many)
    sent = fields(look(operator, address), address.partition("?")[0])
    with SERVER.site_as("nobody_of_this_name"):
        assert operator.post(address.partition("?")[0], sent).status_code == 503
    assert operator.post(address.partition("?")[0], sent).status_code == 302
    assert left(many) == 11


def test_while_not_all_with_its_key_are_known_it_stays_paused(
    planted: Planted, packed: Packed, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(51):
        planted.row(key=packed({"subject": 3, "session": number}), key_hash=f"{number:032}")
    query = f"schema={planted.schema}&status=error&key=subject%3D3"
    address = post(operator, confirm(operator, everything(operator, query)), typed="51").headers["Location"]
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("jobs.listing.keys.MOST_FOUND", 1)
        assert (go_on(operator, address).status_code, left(planted.schema)) == (400, 31)
    assert to_the_end(operator, address) == ["Cleared 51 jobs."]


# --- One at a time ----------------------------------------------------------------------------------------------------


def test_a_second_click_goes_on_once(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    sent = fields(look(operator, address), address)
    first, second = (operator.post(address, sent).headers["Location"] for _ in range(2))
    assert (first, second, left(many)) == (f"{address}?slice=2", address, 11)


def test_a_page_that_asks_again_goes_on_where_its_request_was_done_after_all(many: str, operator: Client) -> None:
    path = begin(operator, many).partition("?")[0]
    lost = operator.post(path, {"slice": "1"}, headers=FRAGMENT)
    assert (lost.status_code, left(many)) == (200, 11)
    found = page(operator.post(path, {"slice": "1", "again": "1"}, headers=FRAGMENT))
    assert (says(found)[0], left(many)) == ("40 of 51 jobs.", 11)
    assert found.select_one("[hx-post][hx-trigger^='load,'] input[name=slice][value='2']") is not None
    Continuation.objects.update(claimed_until=soon())
    found = page(operator.post(path, {"slice": "1", "again": "1"}, headers=FRAGMENT))
    assert found.select_one("[hx-post][hx-trigger^='load delay:5s,'] input[name=again][value='1']") is not None
    found = page(operator.post(path, {"slice": "1"}, headers=FRAGMENT))
    assert found.select_one("[hx-post]") is None


def test_while_a_request_is_at_it_no_other_goes_on(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    sent = fields(look(operator, address), address)
    Continuation.objects.update(claimed_until=soon())
    ActChunk.objects.create(act=Act.objects.get(), schema=many, rows=[["~jobs", "__score", "0", "error", None]])
    assert operator.post(address, sent).headers["Location"] == address
    said = ["Another page is at it now: 20 of 51 jobs. Look again", "Cleared 20 jobs."]
    assert says(look(operator, address)) == said
    assert left(many) == 31


def soon(seconds: float = 20.0) -> datetime:
    """Return a moment to come."""
    return timezone.now() + timedelta(seconds=seconds)


@pytest.fixture
def killed(many: str, operator: Client) -> str:
    """The address of an act whose process was killed while its second chunk was under way."""
    address = begin(operator, many).partition("?")[0]
    rows = SERVER.sql(f"SELECT table_name, key_hash FROM `{many}`.`~jobs` ORDER BY table_name, key_hash LIMIT {PART}")
    act = Act.objects.get()
    ActChunk.objects.create(act=act, schema=many, rows=[["~jobs", *row, "error", None] for row in rows])
    Continuation.objects.update(claimed_until=soon(-1.0), slices=2)
    return address


def test_after_a_killed_process_the_chunk_that_was_under_way_is_unknown(
    many: str, operator: Client, killed: str
) -> None:
    assert says(look(operator, killed)) == [
        "Paused after 40 of 51 jobs.",
        "Cleared 20 jobs. Whether 20 more were cleared is not known.",
    ]
    assert to_the_end(operator, killed) == ["Cleared 31 jobs. Whether 20 more were cleared is not known."]
    assert left(many) == PART


# --- Stopping ---------------------------------------------------------------------------------------------------------


def test_it_is_stopped(many: str, operator: Client) -> None:
    address = begin(operator, many)
    response = go_on(operator, address, stop="1")
    said = "Cleared 20 jobs. Stopped by otto. The rest was left alone."
    assert response.headers["Location"] == f"{JOBS}?status=error&schema={many}"
    assert notices(look(operator, response.headers["Location"])) == [said]
    act = Act.objects.get()
    assert (act.outcome, act.stopped, left(many)) == (said, "Stopped by otto.", 31)


def test_the_request_that_is_at_it_stops_before_its_next_statement(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    Continuation.objects.update(claimed_until=soon())
    response = operator.post(address, {"stop": "1"})
    assert (response.headers["Location"], Continuation.objects.get().stopped_by) == (address, "otto")
    Continuation.objects.update(claimed_until=None)
    assert to_the_end(operator, address) == ["Cleared 20 jobs. Stopped by otto. The rest was left alone."]


def test_a_request_that_has_no_time_left_when_it_is_asked_to_stop_ends_it(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    sent = fields(look(operator, address), address)

    def stop_meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            Continuation.objects.update(stopped_by="ada")
        return execute(sql, *rest)

    with connections["lab"].execute_wrapper(stop_meanwhile):
        response = operator.post(address, sent)
    said = "Cleared 40 jobs. Stopped by ada. The rest was left alone."
    assert notices(look(operator, response.headers["Location"])) == [said]


def test_who_sends_something_to_an_act_that_has_ended_is_told_what_came_of_it(many: str, operator: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    go_on(operator, address, stop="1")
    for sent in ({"slice": "1"}, {"stop": "1"}):
        said = notices(look(operator, operator.post(address, sent).headers["Location"]))
        assert said[-1] == (
            "This act has ended. What came of it: Cleared 20 jobs. Stopped by otto. The rest was left alone."
        )
    assert "Cleared 20 jobs." in text_of(look(operator, address).main)


# --- The confirm form, and the list -----------------------------------------------------------------------------------


def test_the_confirm_form_sent_again_leads_to_the_act(many: str, operator: Client) -> None:
    confirmed = confirm(operator, everything(operator, f"schema={many}"))
    first, second = (post(operator, confirmed, typed="51").headers["Location"] for _ in range(2))
    assert (first, left(many)) == (f"{second}?slice=1", 31)


def test_the_list_offers_to_go_on_or_to_stop_to_the_person_alone(many: str, operator: Client, admin: Client) -> None:
    address = begin(operator, many).partition("?")[0]
    found = look(operator, f"{JOBS}?schema={many}")
    assert notices(found) == ["Clearing 51 jobs was paused after 20 of 51 jobs. Go on Stop"]
    assert fields(found, address)["slice"] == ["1"]
    assert notices(look(admin, f"{JOBS}?schema={many}")) == []
    Continuation.objects.update(claimed_until=soon())
    said = "Clearing 51 jobs is under way: 20 of 51 jobs. Look at it"
    assert notices(look(operator, f"{JOBS}?schema={many}")) == [said]


def test_the_list_says_once_what_came_of_an_act_whose_person_had_left(
    many: str, operator: Client, admin: Client
) -> None:
    act = lose_the_end(operator, many)
    said = f"What you began at {act.began_at:%H:%M:%S} UTC has ended. What came of it: Cleared 51 jobs."
    assert notices(look(admin, JOBS)) == []
    assert [notices(look(operator, f"{JOBS}?schema={many}")) for _ in range(2)] == [[said], []]


def test_an_outcome_that_a_page_has_shown_is_not_said_again(many: str, operator: Client) -> None:
    assert to_the_end(operator, begin(operator, many)) == ["Cleared 51 jobs."]
    assert (notices(look(operator, JOBS)), Act.objects.get().is_untold) == ([], False)


def test_what_ended_long_ago_or_was_looked_at_is_not_said_on_the_list(many: str, operator: Client) -> None:
    act = lose_the_end(operator, many)
    Act.objects.update(ended_at=soon(-11 * 60))
    assert notices(look(operator, JOBS)) == []
    Act.objects.update(ended_at=soon(-9 * 60))
    look(operator, f"{JOBS}acts/{act.pk}/")
    assert notices(look(operator, JOBS)) == []


def lose_the_end(client: Client, schema: str) -> Act:
    """Clear 51 jobs in several requests; nothing of the last answer comes to the browser."""
    address = begin(client, schema)
    while Continuation.objects.exists():
        kept = deepcopy(client.cookies)
        go_on(client, address)
        client.cookies = kept
    return Act.objects.get()


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_only_the_person_and_admins_see_it_and_go_on(
    many: str, operator: Client, viewer: Client, admin: Client
) -> None:
    address = begin(operator, many).partition("?")[0]
    assert viewer.get(address).status_code == 403
    for sent in ({"slice": "1"}, {"stop": "1"}):
        assert viewer.post(address, sent).status_code == 403
    assert left(many) == 31
    assert to_the_end(admin, address) == ["Cleared 51 jobs."]
    assert viewer.get(address).status_code == 403


def test_another_operator_does_not_see_it(many: str, operator: Client, db: None) -> None:
    address = begin(operator, many).partition("?")[0]
    other = Client()
    other.force_login(person("olga", "operator"))
    assert other.get(address).status_code == 403
    assert other.post(address, {"slice": "1"}).status_code == 403


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40, "9" * 5000, "x", "-1"])
def test_an_act_that_there_is_not(operator: Client, accounts: None, number: str) -> None:
    assert operator.get(f"{JOBS}acts/{number}/").status_code == 404
    assert operator.post(f"{JOBS}acts/{number}/", {"slice": "1"}).status_code == 404


@pytest.mark.parametrize("slices", ["", "x", "9" * 40, "9" * 5000, "-1"])
def test_a_form_that_no_page_made_goes_on_with_nothing(many: str, operator: Client, slices: str) -> None:
    address = begin(operator, many).partition("?")[0]
    assert operator.post(address, {"slice": slices}).status_code in (302, 400)
    assert left(many) == 31


def test_the_record_is_not_read_row_by_row(many: str, operator: Client) -> None:
    address = begin(operator, many)
    with CaptureQueriesContext(connections["default"]) as asked:
        look(operator, address)
    assert [query["sql"] for query in asked if re.search(r'"activity_actchunk"\."rows"', query["sql"])] == []


# --- Other actions ----------------------------------------------------------------------------------------------------


def test_ignoring_goes_on_in_the_same_way(many: str, operator: Client) -> None:
    with SERVER.granting("UPDATE"):
        confirmed = confirm_to(operator, "ignore", everything(operator, f"schema={many}&status=error"))
        address = send_to(operator, "ignore", confirmed, typed="51").headers["Location"]
        found = look(operator, address)
        assert (text_of(found.h1), says(found)) == ("Ignoring 51 jobs", ["20 of 51 jobs.", "Ignored 20 jobs."])
        assert to_the_end(operator, address) == ["Ignored 51 jobs."]
    assert SERVER.sql(f"SELECT DISTINCT status FROM `{many}`.`~jobs`") == [("ignore",)]


def test_what_is_left_alone_is_counted_over_all_requests(planted: Planted, operator: Client) -> None:
    for number in range(50):
        connection = 0 if number % 10 == 5 else 1  # of no connection nobody can tell whose it is
        row = {"key_hash": f"{number:02}", "connection_id": connection, "user": "carol@10.0.0.9"}
        planted.row(status="reserved", timestamp="2026-01-01 00:00:00", **row)
    planted.row(key_hash="error", timestamp="2026-01-01 00:00:00")
    confirmed = confirm_to(operator, "release", everything(operator, f"schema={planted.schema}"))
    address = send_to(operator, "release", confirmed).headers["Location"]
    assert says(look(operator, address))[0] == "18 of 45 jobs."
    why = "only a reservation whose worker is gone can be released."
    assert to_the_end(operator, address) == [f"Released 45 jobs. 6 were left alone (5 cannot tell, 1 failed): {why}"]
