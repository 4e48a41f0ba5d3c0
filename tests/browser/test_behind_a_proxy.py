"""The site behind a real nginx, set as docs/admin.md says or as nginx is by itself: all of it works by clicks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.proxies import Nginx, documented, server_with
from tests.browser.screens import Connections, Jobs
from tests.browser.site import Served, Site
from tests.browser.visits import Visits
from tests.lab import Lab, eventually, is_connected

pytestmark = pytest.mark.browser

AS_IT_IS = "location / { proxy_pass http://127.0.0.1:8000; }"
WITHOUT_PORT = "location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Host $host; }"
TAKEN_OFF = "location /lab/jobs/ { proxy_pass http://127.0.0.1:8000/; }"


class Arrangement(NamedTuple):
    """How nginx is set, below which path browsers find the site, and what is set for the site."""

    lines: str
    path: str
    environ: dict[str, str]


ARRANGEMENTS = {
    "the lines of the documentation": lambda: Arrangement(documented("location / {"), "", {"JOBSITE_HTTPS": "1"}),
    "its lines for a path": lambda: Arrangement(
        documented("location /jobsite/ {"), "/jobsite", {"JOBSITE_HTTPS": "1", "JOBSITE_PATH": "/jobsite"}
    ),
    "a path by gunicorn's own variable": lambda: Arrangement(
        documented("location /jobsite/ {"), "/jobsite", {"SCRIPT_NAME": "/jobsite"}
    ),
    "nginx's own Host": lambda: Arrangement(server_with(AS_IT_IS), "", {"JOBSITE_ALLOWED_HOSTS": "a.lab, b.lab"}),
    "a Host without its port": lambda: Arrangement(server_with(WITHOUT_PORT), "", {}),
    "a path that nginx takes off": lambda: Arrangement(
        server_with(TAKEN_OFF), "/lab/jobs", {"JOBSITE_PATH": "lab/jobs"}
    ),
}


@contextmanager
def served(site: Site, folder: Path, name: str) -> Iterator[Nginx]:
    """Serve the people and the database of `site` behind nginx."""
    lines, path, environ = ARRANGEMENTS[name]()
    with ExitStack() as open_now:
        behind = open_now.enter_context(Served(site.home, **environ))
        yield open_now.enter_context(Nginx(folder, lines, behind.port, path=path))


def log_in(page: Page, name: str) -> Jobs:
    """Log in, which leads to the jobs."""
    jobs = Jobs(page)
    jobs.open()
    jobs.log_in(name)
    expect(jobs.heading).to_have_text("Jobs")
    return jobs


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_somebody_logs_in_filters_clears_and_kills(
    visit: Visits, site: Site, lab_without_db: Lab, tmp_path: Path, name: str
) -> None:
    schema, (_, thread) = lab_without_db.failed(), lab_without_db.idle("bob")
    with served(site, tmp_path, name) as proxy:
        page = visit.afresh(site=proxy)
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        jobs = log_in(page, "ada")

        jobs.choose("schema", value=schema)
        expect(jobs.says).to_contain_text(schema)
        jobs.box("message").press_sequentially("empty")
        expect(jobs.rows).to_have_count(1)
        expect(page).to_have_url(re.compile(rf"^{re.escape(proxy.address)}jobs/\?schema={schema}&.*message=empty"))
        job = jobs.open_job("m1")
        expect(job.exception).to_have_text("ValueError: the trace is empty")
        jobs.clear("m1")

        connections = Connections(page)
        connections.open("user=bob")
        connections.ask_to_kill(thread)
        connections.danger.click()
        expect(connections.heading).to_have_text("Kill sent to 1 connection")
        eventually(lambda: not is_connected(thread), "the killed connection to end")
        expect(connections.result).to_contain_text("gone")

        assert [answer.url for answer in answers if answer.status >= 400] == []
        assert [answer.url for answer in answers if not answer.url.startswith(proxy.address)] == []
    assert list(lab_without_db.jobs(schema)) == ["m2"]


def test_a_name_that_is_not_allowed_is_said_on_the_page_and_in_the_log(
    visit: Visits, site: Site, tmp_path: Path
) -> None:
    lines = server_with("location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Host jobs_site; }")
    with Served(site.home) as behind, Nginx(tmp_path, lines, behind.port) as proxy:
        page = visit.afresh(site=proxy)
        visit.expect("status of 400")
        page.goto(proxy.address)
        said = (
            "Jobsite was asked for as jobs_site, a name that it does not know: whoever runs Jobsite adds the name of "
            "the address that people use to JOBSITE_ALLOWED_HOSTS, and lets the proxy pass it on as Host "
            "(docs/admin.md)."
        )
        expect(page.locator("main")).to_contain_text(said)
        assert [
            line.partition("jobsite.pages ")[2] for line in behind.log.read_text().splitlines() if said in line
        ] == [said]


def test_two_sites_on_one_machine_do_not_log_each_other_out(visit: Visits, site: Site, tmp_path: Path) -> None:
    with Site(tmp_path).prepare() as other:
        page = visit.afresh()
        log_in(page, "vera")
        page.goto(f"{other.address}/login/")
        Jobs(page).log_in("ada")
        expect(page.locator(".who a")).to_have_text("ada")
        page.goto(f"{site.address}/jobs/")
        expect(page.locator(".who a")).to_have_text("vera")
