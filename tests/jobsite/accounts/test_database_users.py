"""“Mine”: what a list, a file and an act have of the database users that a person has linked."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client

from jobs.listing.filters import JobFilter
from jobs.views.action_form import read_filter
from jobsite.accounts.database_users import MOST_LINKED, NotLinkedError, database_users, guessed, link
from jobsite.pages.filter_form import NOBODY_LINKED
from tests.connections import test_killing as killing
from tests.jobs.clearing import CLEAR, CONFIRM, confirm, everything, post
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.jobsite.accounts.people import called, linked
from tests.lab import Lab
from tests.pages import FRAGMENT, cells, fields, look, notices, text_of
from tests.server import SERVER

JOBS, CONNECTIONS = "/jobs/", "/connections/"
USERS = ("alice@10.4.1.21", "alice@localhost", "alice_gpu@gpu01", "al@gpu01", "malice@gpu01", "Alice@gpu01", "alice")


@pytest.fixture
def theirs(lab: Lab) -> Planted:
    """A jobs table whose rows are of users whose names are much alike."""
    made = Planted(lab.schema(), ANY_SHAPE)
    for user in (*USERS, "lab@home", "lab@home@10.4.1.21", ""):
        made.row(key_hash=user, user=user, host=user.rpartition("@")[2] if "@" in user else "matlab")
    made.row(key_hash="NULL", user=None)
    return made


def workers(client: Client, schema: str, query: str = "mine=1") -> list[str]:
    """Return who is named in the rows of a list."""
    return sorted(cells(look(client, f"{JOBS}?schema={schema}&{query}"), "Worker"))


def switch(client: Client, address: str) -> dict[str, str]:
    """Return what the switch of a list offers, and where each leads to."""
    return {text_of(link): str(link["href"]) for link in look(client, address).select(".whose a")}


# --- Which database users a person is --------------------------------------------------------------------------------
def test_who_has_linked_nobody_is_no_database_user(viewer: Client) -> None:
    assert database_users(called("vera")) == database_users(AnonymousUser()) == ()


def test_links_are_replaced_by_those_that_are_chosen(viewer: Client) -> None:
    link(called("vera"), ["bob", "alice", "alice"])
    assert database_users(called("vera")) == ("alice", "bob")
    link(called("vera"), ["alice", "", "alice_gpu"])
    assert database_users(called("vera")) == ("alice", "alice_gpu")


def test_two_people_may_be_one_database_user(viewer: Client, operator: Client) -> None:
    assert database_users(linked("vera", "lab")) == database_users(linked("otto", "lab")) == ("lab",)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ["x" * 129],
            f"“{'x' * 40}” is no database user: a name has at most 128 letters, and each can be seen.",
        ),
        (["a\x00"], r"“a\x00” is no database user: a name has at most 128 letters, and each can be seen."),
        (map(str, range(MOST_LINKED + 1)), "These are 21 database users: a person links at most 20."),
    ],
)
def test_names_that_cannot_be_linked_change_nothing(viewer: Client, names: list[str], said: str) -> None:
    with pytest.raises(NotLinkedError) as refused:
        link(linked("vera", "alice"), names)
    assert (str(refused.value), database_users(called("vera"))) == (said, ("alice",))


@pytest.mark.parametrize(
    ("named", "guess"), [(["bob", "vera"], "vera"), (["Vera"], "Vera"), (["Vera", "vera"], "vera"), (["vera_gpu"], "")]
)
def test_the_database_user_of_the_same_name_is_guessed(viewer: Client, named: list[str], guess: str) -> None:
    assert guessed(called("vera"), named) == guess


# --- Jobs ------------------------------------------------------------------------------------------------------------
def test_mine_compares_the_user_of_an_account_exactly(theirs: Planted, viewer: Client) -> None:
    linked("vera", "alice", "alice_gpu")
    assert workers(viewer, theirs.schema) == ["alice@10.4.1.21", "alice@localhost", "alice@matlab", "alice_gpu@gpu01"]


def test_a_name_with_an_at_is_found_with_and_without_a_machine(theirs: Planted, viewer: Client) -> None:
    linked("vera", "lab@home")
    assert workers(viewer, theirs.schema) == ["lab@home", "lab@home@10.4.1.21"]


def test_the_list_says_whose_jobs_it_has(theirs: Planted, viewer: Client) -> None:
    linked("vera", "alice", "alice_gpu")
    found = look(viewer, f"{JOBS}?schema={theirs.schema}&status=error&mine=1")
    assert text_of(found.select_one(".says")).startswith(
        f"Failed jobs of your database users alice, alice_gpu, in schema {theirs.schema}."
    )
    assert text_of(found.select_one("#count_error")) == "4"


def test_a_filter_of_one_database_user_says_so() -> None:
    chosen = JobFilter.read(QueryDict("mine=1"))
    assert JobFilter(chosen.texts, own_users=("alice",)).in_words == "All jobs of your database user alice."


def test_the_switch_is_a_link_both_ways_and_keeps_the_filter(theirs: Planted, viewer: Client) -> None:
    linked("vera", "alice")
    where = f"schema={theirs.schema}"
    assert switch(viewer, f"{JOBS}?{where}&page=1&last=1") == {"All": f"{JOBS}?{where}", "Mine": f"?{where}&mine=1"}
    found = look(viewer, f"{JOBS}?{where}&mine=1")
    assert [text_of(link) for link in found.select(".whose [aria-current]")] == ["Mine"]
    assert str(found.select("#tab_error")[0]["href"]) == f"?mine=1&{where}&status=error"


def test_a_form_without_scripts_keeps_the_switch_where_it_is(theirs: Planted, viewer: Client) -> None:
    linked("vera", "alice")
    kept = [look(viewer, f"{JOBS}?{query}").select("input[name=mine]") for query in ("mine=1", "")]
    assert [[(box["value"], box["form"]) for box in boxes] for boxes in kept] == [[("1", "job_filter")], []]


def test_mine_goes_along_with_a_restriction(theirs: Planted, viewer: Client) -> None:
    linked("vera", "alice", "malice")
    assert workers(viewer, theirs.schema, 'mine=1&restriction=user+LIKE+"%25gpu01"') == ["malice@gpu01"]


def test_a_file_has_the_same_jobs(theirs: Planted, viewer: Client, tmp_path: Any, settings: Any) -> None:
    settings.SHARED_FOLDER = tmp_path / "shared"
    linked("vera", "alice_gpu")
    file = viewer.get(f"{JOBS}export/?schema={theirs.schema}&mine=1&format=json").getvalue()
    told = json.loads(file)
    assert [row["user"] for row in told["jobs"]] == ["alice_gpu@gpu01"]
    assert viewer.get(f"{JOBS}export/?mine=2&format=json").status_code == 400


def test_an_act_on_all_that_match_is_done_to_mine_alone(lab: Lab, operator: Client) -> None:
    made = Planted(lab.schema())
    for number, user in enumerate(("otto@a", "bob@a", "otto@b", "botto@a")):
        made.row(key_hash=str(number) * 32, user=user)
    linked("otto", "otto")
    confirmed = confirm(operator, everything(operator, f"schema={made.schema}&mine=1"))
    assert "of your database user otto" in text_of(confirmed.select_one("form.confirm"))
    assert fields(confirmed, CLEAR)["own_user"] == ["otto"]
    assert post(operator, confirmed).status_code == 302
    left = SERVER.sql(f"SELECT user FROM {made.where} ORDER BY user")
    assert left == [("bob@a",), ("botto@a",)]


def test_an_act_is_done_to_what_was_confirmed_whatever_is_linked_by_then(lab: Lab, operator: Client) -> None:
    made = Planted(lab.schema())
    for number, user in enumerate(("otto@a", "bob@a")):
        made.row(key_hash=str(number) * 32, user=user)
    linked("otto", "otto")
    confirmed = confirm(operator, everything(operator, f"schema={made.schema}&mine=1"))
    linked("otto", "bob")
    post(operator, confirmed)
    assert SERVER.sql(f"SELECT user FROM {made.where}") == [("bob@a",)]


def test_who_goes_on_with_anothers_act_means_the_same_jobs(operator: Client, admin: Client) -> None:
    linked("ada", "ada")
    form = QueryDict("filter=mine%3D1&own_user=otto&own_user=otto_gpu")
    assert read_filter(form, called("ada")).own_users == ("otto", "otto_gpu")


def test_a_form_with_letters_that_no_server_holds_selects_nothing(theirs: Planted, operator: Client) -> None:
    linked("otto", "alice")
    form = {**everything(operator, f"schema={theirs.schema}&mine=1"), "own_user": ["\x00", "x" * 70_000, "’ OR 1"]}
    assert text_of(confirm(operator, form).h1) == "Nothing to clear"


def test_what_is_shared_by_viewers_is_never_another_persons(
    theirs: Planted, sharing: Any, viewer: Client, operator: Client
) -> None:
    linked("vera", "alice_gpu")
    linked("otto", "al")
    found = [workers(client, theirs.schema) for client in (viewer, operator, viewer)]
    assert found == [["alice_gpu@gpu01"], ["al@gpu01"], ["alice_gpu@gpu01"]]


def test_values_are_offered_of_mine_alone(theirs: Planted, sharing: Any, viewer: Client, operator: Client) -> None:
    linked("vera", "alice_gpu")
    linked("otto", "al")
    address = f"{JOBS}completions/?schema={theirs.schema}&mine=1&restriction=user+%3D+"
    offered = [
        [str(one["data-text"]) for one in look(client, address).select("[role=option]")]
        for client in (viewer, operator)
    ]
    assert offered == [['"alice_gpu@gpu01"'], ['"al@gpu01"']]


# --- Nobody linked, and bad input ------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", [f"{JOBS}?status=error&mine=1", f"{CONNECTIONS}?mine=1&user=al"])
def test_with_nobody_linked_it_leads_to_the_account_page_and_back(accounts: None, viewer: Client, address: str) -> None:
    away = viewer.get(address).headers["Location"]
    page = look(viewer, away)
    sent = {**fields(page, "/account/database-users/"), "other": "alice"}
    assert viewer.post("/account/database-users/", sent).headers["Location"] == address
    assert viewer.get(address).status_code == 200


def test_with_nobody_linked_the_switch_leads_there_at_once(failed_jobs: str, viewer: Client) -> None:
    where = f"schema={failed_jobs}"
    away = switch(viewer, f"{JOBS}?{where}")["Mine…"]
    assert look(viewer, away).select('input[name="next"]')[0]["value"] == f"{JOBS}?{where}&mine=1"


def test_a_part_of_a_page_says_that_nobody_is_linked(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={failed_jobs}&mine=1", headers=FRAGMENT)
    assert (notices(found), cells(found, "Worker")) == ([f"{NOBODY_LINKED} Correct it to see the list."], [])


def test_an_act_on_mine_with_nobody_linked_is_refused(failed_jobs: str, operator: Client) -> None:
    sent = {**fields(look(operator, f"{JOBS}?schema={failed_jobs}"), CONFIRM), "all": ["1"], "filter": ["mine=1"]}
    response = operator.post(CONFIRM, sent)
    assert (response.status_code, NOBODY_LINKED in response.content.decode()) == (400, True)


@pytest.mark.parametrize("address", [JOBS, CONNECTIONS])
def test_any_other_value_is_told(failed_jobs: str, viewer: Client, address: str) -> None:
    linked("vera", "alice")
    assert notices(look(viewer, f"{address}?mine=me")) == [
        "“me” is no value of mine: write mine=1. Correct it to see the list."
    ]


# --- Connections -----------------------------------------------------------------------------------------------------
def test_connections_are_compared_exactly_too(lab: Lab, viewer: Client) -> None:
    for user in ("alice", "bob"):
        lab.idle(user)
    linked("vera", "bob", "ali")
    found = look(viewer, f"{CONNECTIONS}?mine=1")
    assert set(cells(found, "User")) == {"bob"}
    assert text_of(found.select_one(".says")).startswith("All connections of your database users ali, bob.")


def test_a_file_of_connections_has_mine_alone(lab: Lab, viewer: Client, tmp_path: Any, settings: Any) -> None:
    settings.SHARED_FOLDER = tmp_path / "shared"
    for user in ("alice", "bob"):
        lab.idle(user)
    linked("vera", "bob")
    told = json.loads(viewer.get(f"{CONNECTIONS}export/?mine=1&format=json").getvalue())
    assert {row["USER"] for row in told["connections"]} == {"bob"}


def test_a_connection_that_was_mine_is_killed_only_while_it_is(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle("bob")
    linked("ada", "bob")
    form = {"connection": [killing.token(thread)], "target": ["connection"], "filter": ["mine=1"]}
    confirmed = killing.confirm(admin, form)
    assert fields(confirmed, killing.KILL)["connection"] == form["connection"]
    linked("ada", "alice")
    assert "connection" not in fields(killing.confirm(admin, form), killing.KILL)


def test_a_changed_link_is_a_changed_list(lab: Lab, sharing: Any, viewer: Client) -> None:
    for user in ("alice", "bob"):
        lab.idle(user)
    linked("vera", "bob")
    first = viewer.get(f"{CONNECTIONS}?mine=1", headers=FRAGMENT)
    seen = {**FRAGMENT, "If-None-Match": first["ETag"]}
    assert viewer.get(f"{CONNECTIONS}?mine=1", headers=seen).status_code == 204
    linked("vera", "alice")
    found = look(viewer, f"{CONNECTIONS}?mine=1", headers=seen)
    assert set(cells(found, "User")) == {"alice"}
