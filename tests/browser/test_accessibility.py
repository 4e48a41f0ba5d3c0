"""What axe-core finds on each page: nothing, in three widths, light and dark. The admin of people is Django's own."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # published without types
from playwright.sync_api import Page, expect

from tests.browser.screens import Account, Connections, ErrorGroup, Errors, Job, Jobs, Screen
from tests.browser.site import Site, Wire
from tests.browser.visits import PHONE, Visits
from tests.lab import ROOT, Lab
from tests.server import SERVER, SITE

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280, 1920)
RECURSION = "Traceback (most recent call last):\n{}{}RecursionError: too deep\n".format(
    '  File "/lab/own.py", line 7, in make\n    begin()\n',
    '  File "/lab/own.py", line 12, in walk\n    visit()\n  File "/lab/own.py", line 19, in visit\n    walk()\n' * 90,
)
MATLAB = "\n".join(f"In /lab/+spikes/Sort.m, line {line}, in Sort.makeTuples" for line in range(90))

CLUSTER = """\
slurm job 4412087_4, log /lab/project/populate-logs/populate-lab.ephys.SpikeSorting-4412087_4.log
Traceback (most recent call last):
  File "/lab/own.py", line 7, in make
    begin()
ValueError: the trace is empty
"""


class Scene(NamedTuple):
    """What the pages show."""

    lab: Lab
    schema: str


@pytest.fixture(scope="module")
def scene(accounts: None) -> Iterator[Scene]:
    """Jobs of each status, tracebacks of each kind, and more of them than a page has."""
    with Lab() as made:
        schema, module = made.pipeline(recordings={"m1": "value", "m2": "chained"})
        made.compute(module)
        jobs = module.schema.jobs
        jobs.error("__score", {"subject": "deep"}, "RecursionError: too deep", RECURSION)
        jobs.error("__score", {"subject": "matlab"}, "Undefined function 'foo'", MATLAB)
        jobs.error("__score", {"subject": "cluster"}, "ValueError: the trace is empty", CLUSTER)
        jobs.error("__score", {"subject": "long"}, "E: " + "words and " * 150)
        jobs.reserve("__score", {"subject": "reserved"})
        jobs.ignore("__score", {"subject": "ignored"})
        for number in range(50):
            jobs.error("__other", {"subject": f"x{number}"}, "KeyError: 'x'")
        made.idle("bob")
        SERVER.sql(f"GRANT UPDATE ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        yield Scene(made, schema)


def log_in(page: Page, scene: Scene) -> None:
    page.context.clear_cookies(name=re.compile("session"))
    page.goto("/login/")


def log_in_refused(page: Page, scene: Scene) -> None:
    log_in(page, scene)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_count(1)


def all_jobs(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}")


def failed_jobs_selected(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&status=error&page=2")
    Jobs(page).select_page.check()


def reserved_jobs(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&status=reserved")


def jobs_of_a_process(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&pid=1")


def ignored_jobs(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&status=ignore")


def no_job_matches(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&message=no+such+words")


def a_filter_that_cannot_be_read(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}&newer=24")


def a_restriction_that_is_being_written(page: Page, scene: Scene) -> None:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.schema}")
    jobs.box("restriction").press_sequentially("pid > 0 AND status = e")
    expect(jobs.offers.first).to_have_attribute("aria-selected", "true")


def a_mistake_in_a_restriction(page: Page, scene: Scene) -> None:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.schema}")
    jobs.box("restriction").fill("hots = 1")
    jobs.box("restriction").press("Enter")
    expect(jobs.mistakes).to_have_count(1)


def a_restriction_of_connections(page: Page, scene: Scene) -> None:
    Connections(page).open()
    Connections(page).box("restriction").press("ArrowDown")
    expect(Connections(page).offers.first).to_be_visible()


def _open(page: Page, scene: Scene, subject: str) -> Job:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.schema}&table=__score")
    names = jobs.row(f"subject={subject}").get_by_role("link").get_attribute("data-open")
    jobs.open(f"schema={scene.schema}&table=__score&open={names}")
    expect(Job(page).whole).to_contain_text(f"subject={subject}")
    return Job(page)


def a_job_in_the_panel(page: Page, scene: Scene) -> None:
    _open(page, scene, "m2").unfold()


def a_recursion_in_the_panel(page: Page, scene: Scene) -> None:
    _open(page, scene, "deep")


def a_stack_of_matlab_in_the_panel(page: Page, scene: Scene) -> None:
    _open(page, scene, "matlab")


def _alone(page: Page, scene: Scene, subject: str) -> Job:
    job = _open(page, scene, subject)
    job.own_page.click()
    expect(page.locator("p.back")).to_be_visible()
    return job


def a_job_s_own_page(page: Page, scene: Scene) -> None:
    _alone(page, scene, "m2").unfold()


def a_stack_of_matlab(page: Page, scene: Scene) -> None:
    _alone(page, scene, "matlab")


def a_job_of_a_cluster(page: Page, scene: Scene) -> None:
    _alone(page, scene, "cluster")


def a_job_of_a_cluster_in_the_panel(page: Page, scene: Scene) -> None:
    _open(page, scene, "cluster")


def a_long_message(page: Page, scene: Scene) -> None:
    _alone(page, scene, "long")


def a_reserved_job(page: Page, scene: Scene) -> None:
    _alone(page, scene, "reserved")


def a_job_that_is_gone(page: Page, scene: Scene) -> None:
    page.goto(f"/jobs/{scene.schema}/__score/{'0' * 32}/")


def a_clear_to_confirm(page: Page, scene: Scene) -> None:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.schema}")
    jobs.clear_all.click()
    expect(jobs.danger).to_be_visible()


def a_clear_that_was_done(page: Page, scene: Scene) -> None:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.lab.failed(m1='value', m2='value')}")
    jobs.clear("m1")


def ignoring_to_confirm(page: Page, scene: Scene) -> None:
    jobs = Jobs(page)
    jobs.open(f"schema={scene.schema}")
    jobs.select_page.check()
    jobs.to_selected("Ignore").click()
    expect(jobs.danger).to_be_visible()


def all_errors(page: Page, scene: Scene) -> None:
    Errors(page).open(f"schema={scene.schema}&kind=all")


def no_error_of_a_kind(page: Page, scene: Scene) -> None:
    Errors(page).open(f"schema={scene.schema}&kind=transient")


def errors_of_a_filter_that_cannot_be_read(page: Page, scene: Scene) -> None:
    Errors(page).open("newer=24")


def a_group_of_errors(page: Page, scene: Scene) -> None:
    Errors(page).open(f"schema={scene.schema}")
    Errors(page).groups.filter(has_text="OwnError").first.click()
    expect(ErrorGroup(page).as_list).to_be_visible()


def a_group_that_is_gone(page: Page, scene: Scene) -> None:
    page.goto("/errors/1-000000000000/")


def all_connections(page: Page, scene: Scene) -> None:
    Connections(page).open()


def no_connection_matches(page: Page, scene: Scene) -> None:
    Connections(page).open("user=nobody")


def _confirm_kill(page: Page, scene: Scene) -> Connections:
    _, thread = scene.lab.idle("bob")
    connections = Connections(page)
    connections.open("user=bob")
    connections.ask_to_kill(thread)
    expect(connections.danger).to_be_visible()
    return connections


def a_kill_to_confirm(page: Page, scene: Scene) -> None:
    _confirm_kill(page, scene)


def a_kill_that_was_sent(page: Page, scene: Scene) -> None:
    connections = _confirm_kill(page, scene)
    connections.danger.click()
    expect(connections.result).to_contain_text("gone")


def your_account(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}")
    Jobs(page).save_filter("Mine & ours")
    Account(page).open()
    expect(page.locator(".own-filters")).to_be_visible()


def the_menu_of_saved_filters(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}")
    Jobs(page).saved_filters.click()
    expect(page.get_by_label("Save this list as")).to_be_visible()


def no_such_page(page: Page, scene: Scene) -> None:
    page.goto("/nothing/")


def a_wrong_way_to_an_act(page: Page, scene: Scene) -> None:
    page.goto("/jobs/clear/confirm/")


def a_form_that_is_too_old(page: Page, scene: Scene) -> None:
    Jobs(page).open(f"schema={scene.schema}")
    page.locator("input[name=csrfmiddlewaretoken]").evaluate_all("all => all.forEach((one) => one.remove())")
    Jobs(page).clear_all.click()
    expect(Screen(page).heading).to_have_text("Not allowed")


def a_page_that_broke(page: Page, scene: Scene) -> None:
    page.goto("about:blank")
    page.set_content((ROOT / "templates" / "500.html").read_text(encoding="utf-8"))


PAGES = [
    log_in,
    log_in_refused,
    all_jobs,
    failed_jobs_selected,
    reserved_jobs,
    ignored_jobs,
    jobs_of_a_process,
    no_job_matches,
    a_filter_that_cannot_be_read,
    a_restriction_that_is_being_written,
    a_mistake_in_a_restriction,
    a_restriction_of_connections,
    a_job_in_the_panel,
    a_recursion_in_the_panel,
    a_stack_of_matlab_in_the_panel,
    a_job_s_own_page,
    a_stack_of_matlab,
    a_job_of_a_cluster,
    a_job_of_a_cluster_in_the_panel,
    a_long_message,
    a_reserved_job,
    a_job_that_is_gone,
    a_clear_to_confirm,
    a_clear_that_was_done,
    ignoring_to_confirm,
    all_errors,
    no_error_of_a_kind,
    errors_of_a_filter_that_cannot_be_read,
    a_group_of_errors,
    a_group_that_is_gone,
    all_connections,
    no_connection_matches,
    a_kill_to_confirm,
    a_kill_that_was_sent,
    your_account,
    the_menu_of_saved_filters,
    no_such_page,
    a_wrong_way_to_an_act,
    a_form_that_is_too_old,
    a_page_that_broke,
]


def violations(page: Page) -> dict[str, list[str]]:
    """Return what axe-core finds in each width and theme: the rule and the first element."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            said = Axe().run(page).response["violations"]
            found[f"{width} {scheme}"] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in said]
    return {where: rules for where, rules in found.items() if rules}


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_axe_finds_nothing_on_a_page(visit: Visits, scene: Scene, show: Callable[[Page, Scene], None]) -> None:
    page = visit.afresh("ada")
    visit.expect("Failed to load resource")  # pages of errors
    show(page, scene)
    assert violations(page) == {}


def test_axe_finds_nothing_when_the_lab_s_server_does_not_answer(visit: Visits, scene: Scene, site: Site) -> None:
    wire = Wire()
    with Site(site.home, DJ_PORT=str(wire.port)) as other:
        jobs = Jobs(visit.afresh("ada", site=other))
        visit.expect("status of 503")
        jobs.open(f"schema={scene.schema}")
        wire.cut()
        jobs.tab("Errors").click()
        expect(jobs.read).to_contain_text("Not up to date")
        assert violations(jobs.page) == {}
        jobs.page.reload()
        assert violations(jobs.page) == {}


@pytest.mark.parametrize(
    "show", [all_connections, a_clear_to_confirm, a_job_in_the_panel, a_group_of_errors], ids=lambda one: one.__name__
)
def test_what_scrolls_is_reached_by_the_keyboard(
    visit: Visits, scene: Scene, show: Callable[[Page, Scene], None]
) -> None:
    page = visit.afresh("ada")
    show(page, scene)
    unreached = """() => [...document.querySelectorAll("main *")]
      .filter((part) => part.checkVisibility() && /auto|scroll/.test(getComputedStyle(part).overflow))
      .filter((part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight)
      .filter((part) => part.tabIndex < 0 && !part.querySelector("a, button, input, summary, [tabindex='0']"))
      .map((part) => part.outerHTML.slice(0, 120))"""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 500})
        found[width] = page.evaluate(unreached)
    assert found == {width: [] for width in WIDTHS}
