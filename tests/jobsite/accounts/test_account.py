"""The page "Your account": what it shows, what it takes."""

import pytest
from django.test import Client

from jobsite.accounts.models import Account
from tests.pages import look, notices, text_of

ACCOUNT, ZONE = "/account/", "/account/time-zone/"


def test_the_head_of_every_page_leads_there(failed_jobs: str, viewer: Client) -> None:
    (link,) = look(viewer, f"/jobs/?schema={failed_jobs}").select(".who a")
    assert (text_of(link), str(link["href"])) == ("vera", ACCOUNT)
    assert text_of(look(viewer, ACCOUNT).h1) == "Your account vera"


def test_who_is_not_logged_in_is_sent_to_log_in(db: None, anonymous: Client) -> None:
    assert anonymous.get(ACCOUNT).headers["Location"] == "/login/?next=/account/"


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
