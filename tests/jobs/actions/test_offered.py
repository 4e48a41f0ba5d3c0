"""Which buttons are drawn: for what the tab or the job can take, the person may do, and the server's account may do."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.cast import browser_of
from tests.jobs.acting import buttons, confirm_to, send_to
from tests.jobs.clearing import JOBS, selected
from tests.jobs.planting import Planted
from tests.lab import Lab, eventually
from tests.pages import look, notices, page, text_of, tokens
from tests.server import EVERY_SCHEMA, SERVER, SITE

ACTS = ("clear", "retry", "release", "ignore", "unignore")
ON_TABS = {
    "": ["Clear selected…", "Ignore selected…", "Clear all 3 that match…"],
    "error": ["Clear selected…", "Ignore selected…", "Clear all 1 that match…", "Ignore all 1 that match…"],
    "reserved": [
        "Clear selected…",
        "Release selected…",
        "Clear all 1 that match…",
        "Release all abandoned that match…",
    ],
    "ignore": ["Un-ignore selected…", "Un-ignore all 1 that match…"],
}


@pytest.fixture
def _updates(accounts: None) -> Iterator[None]:
    with SERVER.granting("UPDATE"):
        yield


@pytest.fixture
def mixed(lab: Lab) -> str:
    """A schema with a job of each status; nobody knows who reserved the second."""
    made = Planted(lab.schema())
    for status in ("error", "reserved", "ignore"):
        made.row(status=status, key_hash=status, timestamp="2026-01-01 00:00:00")
    return made.schema


@pytest.mark.usefixtures("_updates")
@pytest.mark.parametrize("status", ON_TABS)
def test_a_tab_has_buttons_for_what_its_jobs_can_take(mixed: str, operator: Client, status: str) -> None:
    assert buttons(look(operator, f"{JOBS}?schema={mixed}&status={status}")) == ON_TABS[status]


@pytest.mark.usefixtures("_updates")
@pytest.mark.parametrize(
    ("status", "there"),
    [
        ("error", ["Clear this job…", "Ignore this job…"]),
        ("reserved", ["Clear this job…"]),
        ("ignore", ["Un-ignore this job…"]),
    ],
)
def test_a_job_has_buttons_for_what_it_can_take(mixed: str, operator: Client, status: str, there: list[str]) -> None:
    assert buttons(look(operator, f"{JOBS}{mixed}/__score/{status}/")) == there


@pytest.mark.usefixtures("_updates")
def test_an_abandoned_job_can_be_released_and_ignored_from_its_page(lab: Lab, operator: Client) -> None:
    schema = lab.pipeline(recordings={"m1": "wait"})[0]
    lab.abandon(schema)
    (link,) = look(operator, f"{JOBS}?schema={schema}").select('td[data-label="Table"] a')
    there = ["Clear this job…", "Release this job…", "Ignore this job…"]
    eventually(lambda: buttons(look(operator, str(link["href"]))) == there, "it to be abandoned")


@pytest.mark.usefixtures("_updates")
@pytest.mark.parametrize("status", ON_TABS)
def test_who_may_only_look_sees_no_button_and_no_box(mixed: str, viewer: Client, status: str) -> None:
    found = look(viewer, f"{JOBS}?schema={mixed}&status={status}")
    assert (buttons(found), tokens(found, "job"), notices(found)) == ([], [], [])


@pytest.mark.usefixtures("_updates")
@pytest.mark.parametrize("part", ["", "confirm/"])
@pytest.mark.parametrize("name", ACTS)
def test_who_may_only_look_is_refused(mixed: str, viewer: Client, operator: Client, name: str, part: str) -> None:
    response = viewer.post(f"{JOBS}{name}/{part}", selected(operator, f"schema={mixed}"))
    assert response.status_code == 403
    assert "ask an admin to make you an operator" in text_of(page(response).main)
    assert len(SERVER.sql(f"SELECT 1 FROM `{mixed}`.`~jobs` WHERE status = key_hash")) == 3


@pytest.mark.parametrize("name", ACTS)
def test_a_get_does_nothing(mixed: str, operator: Client, name: str) -> None:
    assert [operator.get(f"{JOBS}{name}/{part}").status_code for part in ("", "confirm/")] == [405, 405]


@pytest.mark.usefixtures("_updates")
def test_who_may_release_and_not_clear_gets_that_button_alone(mixed: str) -> None:
    group = Group.objects.create(name="reaper")
    group.permissions.set(Permission.objects.filter(codename__in=["view_job", "release_job"]))
    reaper = User.objects.create_user("rea")
    reaper.groups.add(group)
    found = look(browser_of(reaper), f"{JOBS}?schema={mixed}&status=reserved")
    assert buttons(found) == ["Release selected…", "Release all abandoned that match…"]
    assert buttons(look(browser_of(reaper), f"{JOBS}?schema={mixed}&status=error")) == []


# --- What the server's account may do ---------------------------------------------------------------------------------


def test_without_update_ignoring_is_not_drawn_and_no_page_asks_for_it(mixed: str, operator: Client) -> None:
    for address in (f"{JOBS}?schema={mixed}&status=error", f"{JOBS}{mixed}/__score/error/"):
        found = look(operator, address)
        assert [one for one in buttons(found) if "Ignore" in one] == []
        assert notices(found) == []


def test_who_asks_to_ignore_all_the_same_is_told_the_grant(mixed: str, operator: Client) -> None:
    found = confirm_to(operator, "ignore", selected(operator, f"schema={mixed}&status=error"))
    (said,) = notices(found)
    grant = f"GRANT UPDATE ON `{mixed}`.`~jobs` TO '{SITE}'@'%';"
    assert said.endswith(f"Jobsite’s account may not ignore them. Ask an administrator of the server to run: {grant}")
    assert found.select('form.confirm button[type="submit"]') == []


def test_a_grant_that_is_lost_in_between_is_named(mixed: str, operator: Client) -> None:
    with SERVER.granting("UPDATE"):
        confirmed = confirm_to(operator, "ignore", selected(operator, f"schema={mixed}&status=error"))
    said = notices(look(operator, send_to(operator, "ignore", confirmed).headers["Location"]))
    grant = f"GRANT UPDATE ON `{mixed}`.`~jobs` TO '{SITE}'@'%';"
    assert said == [f"Nothing was ignored. 1 could not be ignored, the server asks for a privilege: {grant}"]


@pytest.mark.usefixtures("_updates")
def test_without_delete_only_ignoring_is_drawn(mixed: str, operator: Client) -> None:
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        failed = look(operator, f"{JOBS}?schema={mixed}&status=error")
        ignored = look(operator, f"{JOBS}?schema={mixed}&status=ignore")
    ask = "Ask an administrator of the server to run:"
    grant = f"GRANT DELETE ON `{mixed}`.`~jobs` TO '{SITE}'@'%';"
    assert buttons(failed) == ["Ignore selected…", "Ignore all 1 that match…"]
    assert notices(failed) == [f"Jobsite’s account may not clear jobs here. {ask} {grant}"]
    assert (buttons(ignored), tokens(ignored, "job")) == ([], [])
    assert notices(ignored) == [f"Jobsite’s account may not un-ignore jobs here. {ask} {grant}"]


@pytest.mark.usefixtures("_updates")
@pytest.mark.parametrize(("status", "verb"), [("error", "clear"), ("ignore", "un-ignore")])
def test_a_server_that_only_reads_is_said_once(mixed: str, operator: Client, status: str, verb: str) -> None:
    with SERVER.set_for_everybody("read_only", 1):
        found = look(operator, f"{JOBS}?schema={mixed}&status={status}")
    assert buttons(found) == []
    assert notices(found) == [
        f"The lab's server 127.0.0.1:{SERVER.port} only reads (read_only is set): {verb} jobs on its primary."
    ]


@pytest.mark.usefixtures("_updates")
def test_a_table_whose_status_cannot_be_ignore_takes_no_ignoring(mixed: str, operator: Client) -> None:
    SERVER.sql(f"DELETE FROM `{mixed}`.`~jobs` WHERE status = 'ignore'")
    SERVER.sql(f"ALTER TABLE `{mixed}`.`~jobs` MODIFY status enum('reserved', 'error') NOT NULL")
    found = look(operator, f"{JOBS}?schema={mixed}&status=error")
    assert buttons(found) == ["Clear selected…", "Clear all 1 that match…"]
