"""Filtering while one types: parts of the page are swapped, and the address, Back, Forward and reload stay true."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screens import Connections, Jobs
from tests.browser.visits import Visits
from tests.lab import Lab

pytestmark = pytest.mark.browser

EMPTY = "ValueError: the trace is empty"
PAUSE_MS = 500
"""Between two letters, longer than a box waits."""
AT_ONCE = pytest.mark.parametrize(
    ("name", "text", "said"),
    [("newer", "24h", "from the last 1 d"), ("user", "alice", "of users containing “alice”")],
)
"""What is typed before a click, and how the list says it."""
SESSION = re.compile("^jobsite_session_")
"""The cookie by which a browser is known."""
SPIKES = "OwnError: no spikes: Überlänge 🧠"


def test_typing_swaps_the_list_and_keeps_focus_text_and_address(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.heading.evaluate("heading => { heading.dataset.before = 'typing'; }")
    jobs.box("message").press_sequentially("empty")
    expect(jobs.cells("Message")).to_have_text([EMPTY])
    expect(jobs.page).to_have_url(re.compile("[?&]message=empty(&|$)"))
    expect(jobs.box("message")).to_be_focused()
    expect(jobs.box("message")).to_have_value("empty")
    expect(jobs.box("schema")).to_have_value(failed_jobs)
    expect(jobs.heading).to_have_attribute("data-before", "typing")  # still the same page


def test_the_address_names_only_what_is_filtered_by(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box("message").press_sequentially("empty")
    expect(jobs.page).to_have_url(re.compile(rf"/jobs/\?schema={failed_jobs}&message=empty&sort=age$"))


@pytest.mark.parametrize("name", ["user", "host"])
def test_every_search_box_filters_while_one_types(visit: Visits, failed_jobs: str, name: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box(name).press_sequentially("nobody")
    expect(jobs.rows).to_have_count(0)
    expect(jobs.box(name)).to_be_focused()


def test_more_filters_are_a_press_away_and_stay_open_where_one_is_used(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    expect(jobs.box("connection")).to_be_hidden()
    jobs.more_filters.click()
    jobs.box("connection").press_sequentially("999999")
    expect(jobs.rows).to_have_count(0)
    expect(jobs.page).to_have_url(re.compile("[?&]connection=999999(&|$)"))
    jobs.page.reload()
    expect(jobs.box("connection")).to_have_value("999999")
    expect(jobs.box("connection")).to_be_visible()


def test_pauses_while_one_types_are_one_step_back(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    for text in ("e", "em", "empty"):
        jobs.box("message").press_sequentially(text.removeprefix(jobs.box("message").input_value()))
        expect(jobs.says).to_contain_text(f"containing “{text}”")
    jobs.page.go_back()
    expect(jobs.says).to_have_text(f"All jobs in schema {failed_jobs}. Reset filters")
    expect(jobs.box("message")).to_have_value("")


def test_a_length_of_time_filters_when_it_is_whole(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    asked: list[str] = []
    jobs.page.on("request", lambda request: asked.append(request.url))
    jobs.box("newer").press_sequentially("24h", delay=PAUSE_MS)
    jobs.box("newer").press("Enter")
    expect(jobs.says).to_contain_text("from the last 1 d")
    assert [url for url in asked if "newer=24h" not in url] == []


def test_a_whole_length_of_time_filters_while_one_types(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box("newer").press_sequentially("24h")
    expect(jobs.says).to_contain_text("from the last 1 d")
    expect(jobs.box("newer")).to_be_focused()
    jobs.box("newer").press("Control+A")
    jobs.box("newer").press("Delete")
    expect(jobs.says).to_have_text(f"All jobs in schema {failed_jobs}. Reset filters")


def test_half_a_length_of_time_is_an_error_when_its_box_is_left(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box("newer").press_sequentially("24")
    jobs.page.wait_for_timeout(PAUSE_MS)
    expect(jobs.notices.filter(has_text="unit")).to_have_count(0)
    jobs.box("newer").press("Tab")
    expect(jobs.notices.filter(has_text="“24” has no unit: write 24s, 24m or 24h.")).to_have_count(1)


@AT_ONCE
def test_what_was_typed_holds_when_a_tab_is_clicked_at_once(
    visit: Visits, failed_jobs: str, name: str, text: str, said: str
) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box(name).press_sequentially(text)
    jobs.tab("Errors").click()
    for _ in range(2):  # at once, and after the pause that follows the last letter
        expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}, {said}. Reset filters")
        expect(jobs.tab("Errors")).to_have_attribute("aria-current", "true")
        expect(jobs.page).to_have_url(re.compile(f"[?&]{name}={text}(&|$)"))
        jobs.page.wait_for_timeout(PAUSE_MS)


@AT_ONCE
def test_what_was_typed_holds_when_a_header_is_clicked_at_once(
    visit: Visits, failed_jobs: str, name: str, text: str, said: str
) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box(name).press_sequentially(text)
    jobs.sort_by("Message")
    for _ in range(2):
        expect(jobs.says).to_contain_text(said)
        expect(jobs.header("Message")).to_have_attribute("aria-sort", "ascending")
        jobs.page.wait_for_timeout(PAUSE_MS)


@AT_ONCE
def test_a_click_that_takes_longer_than_the_pause_is_not_lost(
    visit: Visits, failed_jobs: str, name: str, text: str, said: str
) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box(name).press_sequentially(text)
    jobs.tab("Errors").hover()
    jobs.page.mouse.down()
    jobs.page.wait_for_timeout(2 * PAUSE_MS)
    jobs.page.mouse.up()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}, {said}. Reset filters")


def test_a_click_is_not_lost_when_the_list_comes_while_the_button_is_down(visit: Visits, failed_jobs: str) -> None:
    jobs, typed, held = Jobs(visit.afresh("vera")), re.compile("user=alice"), list[Route]()
    jobs.open(f"schema={failed_jobs}")
    jobs.page.route(typed, lambda route: route.continue_() if held else held.append(route))
    with jobs.page.expect_request(typed):
        jobs.box("user").press_sequentially("alice")
    jobs.tab("Errors").hover()
    jobs.page.mouse.down()
    with jobs.page.expect_response(typed):
        held[0].continue_()
    jobs.page.mouse.up()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}, of users containing “alice”. Reset filters")


def test_the_next_page_of_what_was_typed_is_its_first(visit: Visits, lab_without_db: Lab) -> None:
    schema = lab_without_db.failed(**{f"m{number}": "value" for number in range(51)})
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={schema}")
    jobs.box("newer").press_sequentially("24h")
    jobs.next_page.click()
    expect(jobs.says).to_contain_text("from the last 1 d")
    expect(jobs.rows).to_have_count(50)
    jobs.next_page.click()
    expect(jobs.rows).to_have_count(1)
    expect(jobs.says).to_contain_text("from the last 1 d")


def test_a_tab_stays_chosen_while_one_types(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.box("message").press_sequentially("spikes")
    expect(jobs.cells("Message")).to_have_text([SPIKES])
    expect(jobs.tab("Errors")).to_have_attribute("aria-current", "true")
    jobs.tab("Reserved").click()
    expect(jobs.rows).to_have_count(0)
    expect(jobs.says).to_contain_text("Reserved jobs")
    expect(jobs.says).to_contain_text("with a message containing “spikes”")


def test_a_column_sorts_and_the_order_stays_while_one_types(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.sort_by("Message")
    expect(jobs.header("Message")).to_have_attribute("aria-sort", "ascending")
    expect(jobs.cells("Message")).to_have_text([SPIKES, EMPTY])
    jobs.sort_by("Message")
    expect(jobs.header("Message")).to_have_attribute("aria-sort", "descending")
    expect(jobs.cells("Message")).to_have_text([EMPTY, SPIKES])
    jobs.box("message").press_sequentially("e")
    expect(jobs.says).to_contain_text("containing “e”")
    expect(jobs.cells("Message")).to_have_text([EMPTY, SPIKES])


def test_back_and_forward_bring_whole_earlier_lists(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.box("message").press_sequentially("empty")
    expect(jobs.cells("Message")).to_have_text([EMPTY])

    jobs.page.go_back()
    expect(jobs.rows).to_have_count(2)
    expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}. Reset filters")
    expect(jobs.box("message")).to_have_value("")
    jobs.expect_whole()

    jobs.page.go_back()
    expect(jobs.says).to_have_text(f"All jobs in schema {failed_jobs}. Reset filters")
    jobs.expect_whole()

    jobs.page.go_forward()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}. Reset filters")
    jobs.page.wait_for_load_state("networkidle")  # a person looks at what came before going on
    jobs.page.go_forward()
    expect(jobs.cells("Message")).to_have_text([EMPTY])
    expect(jobs.box("message")).to_have_value("empty")
    jobs.expect_whole()


def test_back_from_another_page_brings_the_whole_list(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.tab("Errors").click()
    expect(jobs.says).to_contain_text("Failed jobs")
    jobs.page.goto("/connections/")
    jobs.page.go_back()
    expect(jobs.says).to_have_text(f"Failed jobs in schema {failed_jobs}. Reset filters")
    jobs.expect_whole()


def test_a_reload_of_any_address_that_was_pushed_gives_the_whole_page(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.sort_by("Message")
    expect(jobs.page).to_have_url(re.compile("sort=message"))
    jobs.box("message").press_sequentially("e")
    expect(jobs.says).to_contain_text("containing “e”")
    jobs.page.reload()
    jobs.expect_whole()
    expect(jobs.cells("Message")).to_have_text([SPIKES, EMPTY])
    expect(jobs.box("message")).to_have_value("e")


def test_clear_filters_empties_the_boxes_too(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.box("message").press_sequentially("no such words")
    expect(jobs.rows).to_have_count(0)
    jobs.list.get_by_role("link", name="Reset filters").first.click()
    expect(jobs.says).to_have_text("All jobs.")
    expect(jobs.box("message")).to_have_value("")


def test_a_session_that_ended_leads_to_the_login_page(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("vera"))
    jobs.open(f"schema={failed_jobs}")
    jobs.page.context.clear_cookies(name=SESSION)
    jobs.tab("Errors").click()
    expect(jobs.heading).to_have_text("Log in")
    jobs.expect_whole()
    jobs.log_in("vera")
    expect(jobs.says).to_contain_text(failed_jobs)


def test_a_session_that_ended_before_a_confirm_leads_back_to_the_jobs(visit: Visits, failed_jobs: str) -> None:
    jobs = Jobs(visit.afresh("otto"))
    jobs.open(f"schema={failed_jobs}")
    jobs.select(["m1"])
    jobs.page.context.clear_cookies(name=SESSION)
    jobs.clear_selected.click()
    expect(jobs.heading).to_have_text("Log in")
    visit.expect("status of 405")
    jobs.log_in("otto")
    expect(jobs.heading).to_have_text("Select again")
    jobs.page.get_by_role("link", name="Go to the jobs").click()
    expect(jobs.heading).to_have_text("Jobs")


def test_a_restriction_lists_connections_and_a_mistake_in_it_is_named_below_the_box(
    visit: Visits, lab_without_db: Lab
) -> None:
    _, thread = lab_without_db.idle("bob")
    connections = Connections(visit("vera"))
    connections.open()
    box, alert = connections.box("restriction"), connections.page.get_by_role("alert")
    box.fill(f'USER = "bob" AND ID = {thread}')
    box.press("Enter")
    expect(connections.rows).to_have_count(1)
    expect(connections.connection(thread)).to_be_visible()
    expect(connections.says).to_contain_text(f'All connections where USER = "bob" AND ID = {thread}.')
    box.fill("TIEM > 600")
    box.press("Enter")
    expect(alert).to_contain_text("“TIEM” is no column")
    above, below = box.bounding_box(), alert.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] > above["y"] + above["height"]
