"""The reader's time zone: which it is, and that no page, part or version of one has another person's."""

import re
from datetime import datetime, timezone
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils.timezone import override

from jobs.listing.order import Order
from jobs.listing.page_start import read_start
from jobsite.accounts.models import Account
from jobsite.accounts.zones import ZONE_COOKIE, known_zones, zone_of, zones_to_choose
from jobsite.pages.paging import AskedPage
from tests.jobs.planting import Planted
from tests.jobsite.accounts.people import called
from tests.pages import FRAGMENT, cells, look, notices, text_of

JOBS = "/jobs/"
KOLKATA, NEW_YORK = "Asia/Kolkata", "America/New_York"
NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)


@pytest.fixture
def at_noon(planted: Planted) -> Planted:
    """One failed job, of noon in UTC."""
    planted.row(timestamp="2026-11-25 12:00:00", error_message="ValueError: no")
    return planted


def in_zone(client: Client, zone: str) -> Client:
    """Let the client's browser tell its zone."""
    client.cookies[ZONE_COOKIE] = zone
    return client


def exact_age(client: Client, schema: str, **headers: str) -> str:
    """Return the moment behind the age of the one job of a list."""
    return str(look(client, f"{JOBS}?schema={schema}", headers=headers).select("td.age time")[0]["title"])


def read_at(client: Client, schema: str) -> str:
    """Return what a list says of when it was read, its digits left out."""
    return re.sub(r"\d", "0", text_of(look(client, f"{JOBS}?schema={schema}").select_one(".read")))


# --- Which zone ------------------------------------------------------------------------------------------------------
def test_the_browser_tells_the_zone(at_noon: Planted, viewer: Client) -> None:
    assert exact_age(in_zone(viewer, KOLKATA), at_noon.schema) == "2026-11-25 17:30:00 +05:30"
    assert read_at(viewer, at_noon.schema) == "read at 00:00:00 +00:00"


def test_without_a_script_it_is_utc_and_says_so(at_noon: Planted, viewer: Client) -> None:
    assert exact_age(viewer, at_noon.schema) == "2026-11-25 12:00:00 UTC"
    assert read_at(viewer, at_noon.schema) == "read at 00:00:00 UTC"


def test_the_zone_that_a_person_has_chosen_counts_more(at_noon: Planted, viewer: Client) -> None:
    viewer.post("/account/time-zone/", {"zone": NEW_YORK})
    assert exact_age(in_zone(viewer, KOLKATA), at_noon.schema) == "2026-11-25 07:00:00 -05:00"


@pytest.mark.parametrize("told", ["", "Mars/Olympus", "../../../etc/passwd", "x" * 5000, "localtime", "Factory", "utc"])
def test_what_is_no_zone_is_utc(at_noon: Planted, viewer: Client, told: str) -> None:
    assert exact_age(in_zone(viewer, told), at_noon.schema) == "2026-11-25 12:00:00 UTC"


def test_a_chosen_zone_that_is_no_more_leaves_it_to_the_browser(viewer: Client) -> None:
    Account.objects.create(user=called("vera"), time_zone="Mars/Olympus")
    assert [zone_of(called("vera"), told).key for told in (KOLKATA, "")] == [KOLKATA, "UTC"]


def test_nobody_has_the_zone_of_the_browser_too() -> None:
    assert zone_of(AnonymousUser(), NEW_YORK).key == NEW_YORK


@pytest.mark.parametrize("name", ["Asia/Calcutta", "Europe/Kiev", "US/Eastern", "Etc/UTC", "EST", KOLKATA])
def test_old_names_that_browsers_tell_are_known(name: str) -> None:
    assert name in known_zones()


def test_the_zones_to_choose_are_those_of_places() -> None:
    zones = zones_to_choose()
    assert (zones[0], zones[1:] == sorted(zones[1:])) == ("UTC", True)
    assert {"Europe/Berlin", KOLKATA, NEW_YORK} <= set(zones)
    assert {"localtime", "Factory", "EST", "Etc/GMT+3"} & set(zones) == set()


# --- On the pages ----------------------------------------------------------------------------------------------------
def test_a_job_says_when_it_failed_in_the_readers_zone(at_noon: Planted, viewer: Client) -> None:
    found = look(in_zone(viewer, KOLKATA), f"{JOBS}{at_noon.schema}/__score/{'0' * 32}/")
    facts = dict(zip(map(text_of, found.select(".facts dt")), map(text_of, found.select(".facts dd")), strict=True))
    assert facts["failed at"] == "2026-11-25 17:30:00 +05:30"


def test_rows_that_were_drawn_for_one_are_not_another_zones(
    at_noon: Planted, sharing: Any, viewer: Client, operator: Client
) -> None:
    in_zone(viewer, KOLKATA)
    in_zone(operator, NEW_YORK)
    found = [exact_age(client, at_noon.schema, **FRAGMENT) for client in (viewer, operator, viewer)]
    assert found == ["2026-11-25 17:30:00 +05:30", "2026-11-25 07:00:00 -05:00", "2026-11-25 17:30:00 +05:30"]


def test_two_viewers_of_one_reading_have_their_own_zones(at_noon: Planted, sharing: Any, viewer: Client) -> None:
    told = []
    for zone in (KOLKATA, NEW_YORK):
        told.append(exact_age(in_zone(viewer, zone), at_noon.schema))
    assert told == ["2026-11-25 17:30:00 +05:30", "2026-11-25 07:00:00 -05:00"]


def test_a_version_of_a_list_is_of_one_zone(at_noon: Planted, sharing: Any, viewer: Client) -> None:
    address = f"{JOBS}?schema={at_noon.schema}"
    first = in_zone(viewer, KOLKATA).get(address, headers=FRAGMENT)
    seen = {**FRAGMENT, "If-None-Match": first["ETag"]}
    assert viewer.get(address, headers=seen).status_code == 204
    assert in_zone(viewer, NEW_YORK).get(address, headers=seen).status_code == 200


@pytest.mark.parametrize("zone", [NEW_YORK, "Pacific/Kiritimati"])
@pytest.mark.parametrize("when", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_a_time_at_the_end_of_the_calendar_breaks_no_page(viewer: Client, lab: Any, zone: str, when: str) -> None:
    made = Planted(lab.schema(), ANY_TIME)
    made.row(timestamp=when)
    assert exact_age(in_zone(viewer, zone), made.schema).startswith(when[:4])


ANY_TIME = """
CREATE TABLE {} (
  table_name varchar(255) NOT NULL, key_hash char(32) NOT NULL, status varchar(8) NOT NULL, `key` blob,
  error_message varchar(2047) NOT NULL DEFAULT '', error_stack mediumblob, user varchar(255) NOT NULL DEFAULT '',
  host varchar(255) NOT NULL DEFAULT '', pid int unsigned NOT NULL DEFAULT 0, connection_id bigint unsigned NOT NULL
  DEFAULT 0, timestamp datetime NOT NULL, PRIMARY KEY (table_name, key_hash)
)
"""


# --- A time that a person writes to go to -----------------------------------------------------------------------------
def bound(text: str) -> tuple[str, str]:
    """Return the first and the last moment that is meant, in UTC."""
    found = read_start(AskedPage(beginning=text), Order.of("age"), NOW).bound
    assert found is not None
    return found.first.removesuffix(".000000"), found.last.removesuffix(".999999").removesuffix(".000000")


@pytest.mark.parametrize(
    ("zone", "text", "first", "last"),
    [
        ("UTC", "2026-11-26", "2026-11-26 00:00:00", "2026-11-26 23:59:59"),
        (KOLKATA, "2026-11-26", "2026-11-25 18:30:00", "2026-11-26 18:29:59"),
        (KOLKATA, "2026-11-26 08:00", "2026-11-26 02:30:00", "2026-11-26 02:30:59"),
        (NEW_YORK, "2026-11-26 08:00:07", "2026-11-26 13:00:07", "2026-11-26 13:00:07"),
        # Days of 23 and of 25 hours.
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00:00", "2026-03-29 21:59:59"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00:00", "2026-10-25 22:59:59"),
        # An hour that is there twice, and one that is not there.
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30:00", "2026-10-25 01:30:59"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 00:30:00", "2026-03-29 01:30:59"),
        # Where clocks are set back at midnight, a day begins twice.
        ("America/Havana", "2026-11-01", "2026-11-01 04:00:00", "2026-11-02 04:59:59"),
    ],
)
def test_a_time_is_read_in_the_readers_zone(zone: str, text: str, first: str, last: str) -> None:
    with override(zone):
        assert bound(text) == (first, last)


def test_an_age_is_the_same_in_each_zone() -> None:
    found = set()
    for zone in ("UTC", KOLKATA, NEW_YORK):
        with override(zone):
            found.add(bound("3 d"))
    assert found == {("2026-11-24 12:00:00", "2026-11-24 12:00:00")}


@pytest.mark.parametrize(("zone", "text"), [(NEW_YORK, "9999-12-31"), (KOLKATA, "0001-01-01")])
def test_a_day_beyond_the_calendar_is_told(zone: str, text: str) -> None:
    with override(zone), pytest.raises(ValueError, match="is no time to go to"):
        bound(text)


def test_the_box_says_in_which_zone_it_is_read(at_noon: Planted, viewer: Client) -> None:
    found = look(in_zone(viewer, KOLKATA), f"{JOBS}?schema={at_noon.schema}&from=2026-11-26")
    assert str(found.select("#jump_from")[0]["title"]).endswith("Days and times of day are those of Asia/Kolkata.")


def test_a_page_that_begins_at_a_time_is_shared_within_a_zone(at_noon: Planted, sharing: Any, viewer: Client) -> None:
    at_noon.row(key_hash="1" * 32, timestamp="2026-11-25 05:00:00")
    address = f"{JOBS}?schema={at_noon.schema}&from=2026-11-25+12:30"
    found = []
    for zone in ("UTC", NEW_YORK, KOLKATA):
        page = look(in_zone(viewer, zone), address, headers=FRAGMENT)
        assert notices(page) == []
        found.append(len(cells(page, "Age")))
    assert found == [2, 2, 1]
