"""Saved filters: a name and the address of a list each, of one person."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.http import urlencode

from jobsite.accounts import saved_filters
from jobsite.accounts.list_addresses import ListAddress
from jobsite.accounts.models import SavedFilter
from jobsite.accounts.saved_filters import MOST_SAVED
from tests.jobsite.accounts.people import called, linked
from tests.pages import look, notices, text_of

ACCOUNT, SAVE = "/account/", "/account/filters/"
JOBS, CONNECTIONS = "/jobs/", "/connections/"


def save(client: Client, name: str, address: str = f"{JOBS}?status=error") -> BeautifulSoup:
    """Save a filter as its form does, and return the page that follows."""
    return look(client, client.post(SAVE, {"name": name, "address": address}).headers["Location"])


def saved(name: str = "vera") -> list[tuple[str, str]]:
    """Return what somebody has saved."""
    return [(one.name, one.path) for one in saved_filters.saved_filters(called(name))]


def in_menu(found: BeautifulSoup) -> list[tuple[str, str]]:
    """Return what the menu of a list has."""
    return [(text_of(link), str(link["href"])) for link in found.select(".saved li a")]


def test_a_list_is_saved_under_a_name_and_stands_in_its_menu(failed_jobs: str, viewer: Client) -> None:
    query = urlencode({"schema": failed_jobs, "status": "error"})
    form = look(viewer, f"{JOBS}?{query}&whole=1").select(".saved form")[0]
    assert (form["action"], form.select("[name=address]")[0]["value"]) == (SAVE, f"{JOBS}?{query}&whole=1")
    found = save(viewer, "  My errors ", f"{JOBS}?{query}&whole=1")
    assert notices(found)[:1] == ["Saved as “My errors”."]
    assert in_menu(found) == [("My errors", f"{JOBS}?{query}")]


def test_the_menu_has_the_filters_of_its_own_list_by_name(failed_jobs: str, viewer: Client) -> None:
    linked("vera", "alice")
    for name, address in (("b", JOBS), ("A", f"{JOBS}?mine=1"), ("c", CONNECTIONS)):
        save(viewer, name, address)
    assert in_menu(look(viewer, f"{JOBS}?schema={failed_jobs}")) == [("A", f"{JOBS}?mine=1"), ("b", JOBS)]
    assert in_menu(look(viewer, CONNECTIONS)) == [("c", CONNECTIONS)]


def test_the_account_page_has_all_of_them(failed_jobs: str, viewer: Client) -> None:
    save(viewer, "jobs", JOBS)
    save(viewer, "connections", CONNECTIONS)
    rows = look(viewer, ACCOUNT).select(".own-filters tbody tr")
    named = [[text_of(cell) for cell in row.select("td.name, td[data-label=List]")] for row in rows]
    assert named == [["connections", "Connections"], ["jobs", "Jobs"]]


def test_who_has_saved_none_is_told_how(accounts: None, viewer: Client) -> None:
    assert text_of(look(viewer, ACCOUNT).select_one("#filters p")) == (
        "You have saved none yet: “Saved filters” above a list saves what it shows."
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "A saved filter needs a name: write one."),
        (" \t ", "A saved filter needs a name: write one."),
        ("x" * 81, "The name of a saved filter has at most 80 letters: choose a shorter one."),
        ("a\x00b", "The name of a saved filter is one line of letters that can be seen: choose another one."),
        ("a\x1b[31mb", "The name of a saved filter is one line of letters that can be seen: choose another one."),
        (
            "mine",
            "“mine” is the name of another of your filters: choose another name, or delete that one first.",
        ),
    ],
)
def test_a_name_that_cannot_be_taken_is_told_above_the_same_list(
    failed_jobs: str, viewer: Client, name: str, said: str
) -> None:
    save(viewer, "mine")
    assert notices(save(viewer, name))[:1] == [said]
    assert [one for one, _ in saved()] == ["mine"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"'`%s{{ x }}", "été 🧪 过滤器"])
def test_any_letters_may_be_a_name(failed_jobs: str, viewer: Client, name: str) -> None:
    assert in_menu(save(viewer, name)) == [(name, f"{JOBS}?status=error")]


def test_two_people_may_use_one_name(failed_jobs: str, viewer: Client, operator: Client) -> None:
    save(viewer, "errors")
    save(operator, "errors", CONNECTIONS)
    assert (saved("vera"), saved("otto")) == ([("errors", f"{JOBS}?status=error")], [("errors", CONNECTIONS)])


@pytest.mark.parametrize("address", ["https://evil.example/jobs/", "//evil.example/jobs/", "/admin/", ""])
def test_no_address_but_a_lists_is_saved(viewer: Client, address: str) -> None:
    response = viewer.post(SAVE, {"name": "x", "address": address})
    assert (response.status_code, SavedFilter.objects.count()) == (400, 0)


def test_beyond_as_many_as_are_kept_a_sentence_says_so(failed_jobs: str, viewer: Client) -> None:
    for number in range(MOST_SAVED):
        saved_filters.save(called("vera"), f"filter {number}", ListAddress("jobs:job_list", ""))
    assert notices(save(viewer, "one more"))[:1] == [
        "You have 48 saved filters, which is as many as the site keeps for a person: delete one first."
    ]
    assert len(saved()) == MOST_SAVED


def test_a_filter_whose_words_the_list_no_longer_knows_opens_with_the_lists_own_sentence(viewer: Client) -> None:
    saved_filters.save(called("vera"), "old", ListAddress("jobs:job_list", "colour=red"))
    found = look(viewer, saved()[0][1])
    assert notices(found) == ["“colour” in the address is no filter of this list. Correct it to see the list."]


def test_a_filter_of_a_list_that_is_no_more_is_left_out(accounts: None, viewer: Client) -> None:
    SavedFilter.objects.create(person=called("vera"), name="old", view="jobs:gone")
    assert saved() == []
    assert look(viewer, ACCOUNT).select(".own-filters") == []


def test_a_filter_is_renamed_and_deleted(accounts: None, viewer: Client) -> None:
    save(viewer, "before")
    page = look(viewer, ACCOUNT)
    rename, delete = (str(form["action"]) for form in page.select(".own-filters form"))
    assert notices(look(viewer, viewer.post(rename, {"name": "after"}).headers["Location"]))[:1] == [
        "“before” is called “after” now."
    ]
    assert saved() == [("after", f"{JOBS}?status=error")]
    assert notices(look(viewer, viewer.post(delete).headers["Location"]))[:1] == ["“after” is deleted."]
    assert saved() == []


def test_it_is_not_renamed_to_the_name_of_another(accounts: None, viewer: Client) -> None:
    for name in ("a", "b"):
        saved_filters.save(called("vera"), name, ListAddress("jobs:job_list", ""))
    one = SavedFilter.objects.get(name="a")
    told = notices(look(viewer, viewer.post(f"{SAVE}{one.pk}/", {"name": "b"}).headers["Location"]))
    assert told[:1] == ["“b” is the name of another of your filters: choose another name, or delete that one first."]
    assert [name for name, _ in saved()] == ["a", "b"]


def test_another_persons_filter_is_not_there(viewer: Client, operator: Client) -> None:
    one = saved_filters.save(called("vera"), "hers", ListAddress("jobs:job_list", ""))
    answers = [operator.post(f"{SAVE}{one.pk}/{end}", {"name": "x"}).status_code for end in ("", "delete/")]
    assert (answers, saved()) == ([404, 404], [("hers", JOBS)])


@pytest.mark.parametrize("number", [0, 2**70])
def test_a_number_that_no_filter_has_is_not_there(viewer: Client, number: int) -> None:
    assert viewer.post(f"{SAVE}{number}/delete/").status_code == 404


def test_looking_at_these_addresses_changes_nothing(viewer: Client) -> None:
    one = saved_filters.save(called("vera"), "kept", ListAddress("jobs:job_list", ""))
    answers = [viewer.get(address).status_code for address in (SAVE, f"{SAVE}{one.pk}/", f"{SAVE}{one.pk}/delete/")]
    assert (answers, saved()) == ([405] * 3, [("kept", JOBS)])


def test_who_is_not_logged_in_is_sent_to_log_in(db: None, anonymous: Client) -> None:
    assert anonymous.post(SAVE, {"name": "x", "address": JOBS}).headers["Location"].startswith("/login/")
