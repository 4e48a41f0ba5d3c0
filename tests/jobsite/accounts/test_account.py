"""The page "Your account": what it offers, what it takes, and what it says of what cannot be read."""

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from jobsite.accounts.database_users import database_users
from jobsite.accounts.models import Account
from tests.jobs.planting import Planted
from tests.jobsite.accounts.people import called, linked
from tests.lab import Lab
from tests.pages import Response, look, notices, text_of
from tests.server import SITE
from tests.statements import verbs

ACCOUNT, LINK, ZONE = "/account/", "/account/database-users/", "/account/time-zone/"


def offered(found: BeautifulSoup) -> dict[str, bool]:
    """Return the database users that are offered, and whether each is ticked."""
    return {str(box["value"]): box.has_attr("checked") for box in found.select('input[name="name"][type=checkbox]')}


def send(client: Client, *names: str, other: str = "", back: str = "") -> Response:
    """Send the form of the database users."""
    return client.post(LINK, {"name": names, "other": other, "next": back})


def test_the_head_of_every_page_leads_there(failed_jobs: str, viewer: Client) -> None:
    (link,) = look(viewer, f"/jobs/?schema={failed_jobs}").select(".who a")
    assert (text_of(link), str(link["href"])) == ("vera", ACCOUNT)
    assert text_of(look(viewer, ACCOUNT).h1) == "Your account vera"


def test_the_users_that_jobs_and_connections_name_are_offered(planted: Planted, lab: Lab, viewer: Client) -> None:
    planted.row(key_hash="1" * 32, user="carol_of_jobs@gpu01")
    planted.row(key_hash="2" * 32, user="carol_of_jobs@gpu02")
    planted.row(key_hash="3" * 32, user="matlab_user")
    planted.row(key_hash="4" * 32, user="")
    lab.idle("bob")
    found = offered(look(viewer, ACCOUNT))
    assert {"carol_of_jobs": False, "matlab_user": False, "bob": False}.items() <= found.items()
    assert {"", SITE, "system user", "event_scheduler"} & found.keys() == set()


def test_the_user_of_the_same_name_is_a_guess_that_counts_once_it_is_saved(planted: Planted, viewer: Client) -> None:
    planted.row(user="vera@gpu01")
    found = look(viewer, ACCOUNT)
    (guess,) = found.select(".names label:has(small)")
    assert (text_of(guess), offered(found)["vera"]) == ("vera a guess, because it is your name here", True)
    assert database_users(called("vera")) == ()
    send(viewer, "vera")
    assert database_users(called("vera")) == ("vera",)
    assert look(viewer, ACCOUNT).select(".names small") == []


def test_a_guess_that_was_not_taken_is_not_ticked_again(planted: Planted, viewer: Client) -> None:
    planted.row(user="vera@gpu01")
    linked("vera", "alice")
    found = offered(look(viewer, ACCOUNT))
    assert (found["vera"], found["alice"]) == (False, True)


def test_a_linked_user_that_nothing_names_any_more_is_still_there(accounts: None, viewer: Client) -> None:
    linked("vera", "long_gone")
    assert offered(look(viewer, ACCOUNT))["long_gone"]


@pytest.mark.parametrize("name", ["<b>\"'&", "{{ x }}%s", "été 🧪", "a,b"])
def test_any_name_on_the_server_can_be_chosen(planted: Planted, viewer: Client, name: str) -> None:
    planted.row(user=f"{name}@gpu01")
    assert name in offered(look(viewer, ACCOUNT))
    send(viewer, name)
    assert database_users(called("vera")) == (name,)


def test_names_are_typed_too(accounts: None, viewer: Client) -> None:
    told = send(viewer, "alice", other=" alice_gpu , , bob")
    assert notices(look(viewer, told.headers["Location"]))[:1] == ["“Mine” shows what is of alice, alice_gpu, bob."]
    assert database_users(called("vera")) == ("alice", "alice_gpu", "bob")


def test_nobody_can_be_linked_again(accounts: None, viewer: Client) -> None:
    linked("vera", "alice")
    told = send(viewer, back="/jobs/?mine=1")
    assert told.headers["Location"] == f"{ACCOUNT}?{urlencode({'next': '/jobs/?mine=1'})}"
    assert notices(look(viewer, told.headers["Location"]))[:1] == ["No database user is linked now."]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("alice@10.4.1.21", "“alice@10.4.1.21” names a machine too: write the user alone, alice."),
        (
            "x" * 129,
            f"“{'x' * 40}” is no database user: a name has at most 128 letters, and each can be seen.",
        ),
        (",".join(map(str, range(21))), "These are 21 database users: a person links at most 20."),
    ],
)
def test_what_cannot_be_linked_is_told(accounts: None, viewer: Client, other: str, said: str) -> None:
    told = notices(look(viewer, send(viewer, other=other).headers["Location"]))
    assert (told[0], database_users(called("vera"))) == (said, ())


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/jobs/", "/admin/", "javascript:alert(1)"])
def test_it_leads_back_to_a_list_and_nowhere_else(accounts: None, viewer: Client, back: str) -> None:
    assert send(viewer, "alice", back=back).headers["Location"] == ACCOUNT
    assert look(viewer, f"{ACCOUNT}?{urlencode({'next': back})}").select("p.back") == []


def test_a_stranger_has_an_account_too_and_is_offered_nothing(planted: Planted, stranger: Client) -> None:
    planted.row(user="carol@gpu01")
    with CaptureQueriesContext(connections["lab"]) as asked:
        found = look(stranger, ACCOUNT)
    assert (offered(found), len(asked)) == ({}, 0)


def test_who_is_not_logged_in_is_sent_to_log_in(db: None, anonymous: Client) -> None:
    assert anonymous.get(ACCOUNT).headers["Location"] == "/login/?next=/account/"


def test_looking_writes_nothing_on_the_labs_server(planted: Planted, viewer: Client) -> None:
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, ACCOUNT)
    assert verbs(asked) <= {"SELECT", "SHOW"}


def test_without_the_labs_server_the_page_is_there_and_says_why_nothing_is_offered(
    accounts: None, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections["lab"].settings_dict, "PORT", "1")
    connections["lab"].close()
    linked("vera", "alice")
    found = look(viewer, ACCOUNT)
    assert offered(found) == {"alice": True}
    assert len(found.select("form.card .notice.warning")) == 1


# --- The time zone ---------------------------------------------------------------------------------------------------
def test_a_zone_is_chosen_and_left_to_the_browser_again(accounts: None, viewer: Client) -> None:
    told = [
        notices(look(viewer, viewer.post(ZONE, {"zone": zone}).headers["Location"]))[0] for zone in ("Asia/Kolkata", "")
    ]
    assert told == ["Times of day are those of Asia/Kolkata.", "Times of day are your browser’s."]
    assert Account.objects.get().time_zone == ""


def test_the_zone_that_was_chosen_is_marked(accounts: None, viewer: Client) -> None:
    viewer.post(ZONE, {"zone": "Asia/Kolkata"})
    found = look(viewer, ACCOUNT).select("select[name=zone] option")
    assert [str(one["value"]) for one in found if one.has_attr("selected")] == ["Asia/Kolkata"]
    assert text_of(found[0]) == "my browser’s, which told none: UTC"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x00", "x" * 5000, "localtime"])
def test_what_is_no_zone_is_told(accounts: None, viewer: Client, zone: str) -> None:
    told = notices(look(viewer, viewer.post(ZONE, {"zone": zone}).headers["Location"]))
    assert told[0].endswith("” is no time zone: choose one from the list.")
    assert not Account.objects.exclude(time_zone="").exists()
