"""Whatever is sent to the site, by whomever: it answers, and never that something broke.

`TEST_MUTATIONS=5000` sends more of them, `TEST_SEED=7` others.
"""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from connections.processes import process_list
from connections.snapshots import ConnectionSnapshot
from jobsite.lab.server import ask_server
from tests.cast import browser_of, person
from tests.gateway import Visitor
from tests.lab import Lab
from tests.mutations import HOLE, Mutator, Sent, addresses, encoded
from tests.pages import look, page, tokens
from tests.server import EVERY_SCHEMA, SERVER, SITE

NUMBER, SEED = int(os.environ.get("TEST_MUTATIONS", "500")), int(os.environ.get("TEST_SEED", "1"))
GROUPS = {"nobody": "", "vera": "viewer", "otto": "operator", "ada": "admin"}
BROKE = 500
NAMES = {"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME}


@pytest.fixture
def visitors(db: None) -> dict[str, Visitor]:
    """Somebody of each group, who may also use the admin site, and somebody who has no account."""
    visitors = {"": Visitor()}
    for name, group in GROUPS.items():
        user = person(name, group)
        User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=name == "ada")
        visitors[name] = Visitor(user)
    return visitors


def fields_of(found: Tag) -> dict[str, list[bytes]]:
    """Return what the forms of a page send beside their token: the values of each name."""
    values: dict[str, list[bytes]] = {}
    for one in found.select("[name]"):
        if one.name != "meta" and one.get("type") != "password" and one["name"] != "csrfmiddlewaretoken":
            values.setdefault(str(one["name"]), []).append(str(one.get("value", "")).encode())
    return values


@pytest.fixture
def schema(lab: Lab) -> Iterator[str]:
    """The one schema whose jobs the site may clear: a filter that is changed may match those of other tests."""
    made = lab.failed()
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        SERVER.sql(f"GRANT DELETE ON `{made}`.`~jobs` TO '{SITE}'@'%'")
        yield made
    SERVER.sql(f"REVOKE DELETE ON `{made}`.`~jobs` FROM '{SITE}'@'%'")


@pytest.fixture
def mutator(lab: Lab, schema: str) -> Mutator:
    """Changes the requests of a site that has something to show: jobs to clear, a connection to kill."""
    _, thread = lab.idle("bob")
    root = browser_of(User.objects.create_superuser("root"))
    server = ask_server()
    token = ConnectionSnapshot.of(process_list(server).get(id=thread), server).token
    jobs = look(root, f"/jobs/?schema={schema}")
    matching = {"all": "1", "as_of": str(jobs.select('[name="as_of"]')[0]["value"])}
    filters = (f"schema={schema}", f"schema={schema}&newer=1w&message=e&user=a&host=v&status=error&sort=-age")
    pages = [
        jobs,
        page(root.post("/jobs/clear/confirm/", {"job": tokens(jobs, "job")})),
        *(page(root.post("/jobs/clear/confirm/", {**matching, "filter": one})) for one in filters),
        look(root, "/connections/?user=bob"),
        look(root, "/account/"),
        page(root.post("/connections/kill/confirm/", {"connection": token})),
        look(Client(), "/login/"),
    ]
    values = {name: sent for one in pages for name, sent in fields_of(one).items()}
    values |= {name: [b"1"] for name in ("page", "act", "typed", "expected", "running")} | {"next": [b"/jobs/"]}
    (link, *_) = jobs.select('td[data-label="Table"] a')
    parts = [part.encode() for part in str(link["href"]).strip("/").split("/")]
    sent = [*_looking(values, parts), *_acting(pages) * 4]
    return Mutator(SEED, sent, values)


def _looking(values: dict[str, list[bytes]], job: list[bytes]) -> list[Sent]:
    found = [
        Sent("GET", b"/" + b"/".join(job[at] if part == HOLE else part for at, part in enumerate(one)))
        for one in addresses()
    ]
    found += [Sent("GET", path) for path in (b"/admin/", b"/admin/auth/user/", b"/static/jobsite/jobsite.css")]
    query = [(name, value[-1]) for name, value in values.items() if name != "job"]
    return [*found, *(Sent("GET", one.path, query) for one in found)]


def _acting(pages: list[BeautifulSoup]) -> list[Sent]:
    found = []
    for one in pages:
        for form in one.select('form[method="post"]'):
            path = str(form.get("action") or "/login/").encode()
            found.append(
                Sent("POST", path, form=[(name, value) for name, sent in fields_of(form).items() for value in sent])
            )
    return [
        *found,
        Sent("POST", b"/admin/login/", form=[("username", b"vera"), ("password", b"x"), ("next", b"/admin/")]),
    ]


def answer(visitor: Visitor, sent: Sent) -> Any:
    """Send a request; the visitor keeps no cookie that it brings."""
    kept = visitor.cookies.output(header="", sep=";")
    for name, value in sent.cookies.items():
        visitor.cookies[NAMES.get(name, name)] = value
    try:
        extra: Any = {"PATH_INFO": sent.path.decode("latin-1"), "QUERY_STRING": encoded(sent.query).decode("latin-1")}
        headers = {name: value for name, value in sent.headers.items() if name != "Content-Length"}
        if "Content-Length" in sent.headers:
            extra["CONTENT_LENGTH"] = sent.headers["Content-Length"]
        return visitor.generic(sent.method, "/", sent.body, sent.kind, headers=headers, **extra)
    finally:
        visitor.cookies.clear()
        visitor.cookies.load(kept)


def test_no_request_breaks_the_site(
    mutator: Mutator, visitors: dict[str, Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")
    broken: dict[str, tuple[str, Sent]] = {}
    answered: Counter[int] = Counter()
    for number in range(NUMBER):
        name, sent = mutator.random.choice([*visitors, "otto", "ada"]), next(mutator)
        caplog.clear()
        status = answer(visitors[name], sent).status_code
        answered[status] += 1
        if status >= BROKE:
            broken.setdefault(_why(caplog.records, status), (f"{number} as {name}", sent))
        if b"logout" in sent.path and name:
            visitors[name].force_login(User.objects.get(username=name))
    print(sorted(answered.items()))
    assert broken == {}
    assert answered[HTTPStatus.OK] > NUMBER / 10  # what is changed still reaches the pages


def _why(records: list[logging.LogRecord], status: int) -> str:
    """Return what broke, so that each kind is told once: the error, and the line that it came from."""
    for record in records:
        error = record.exc_info[1] if record.exc_info else None
        trace = error.__traceback__ if error else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        if error and trace:
            return f"{type(error).__name__} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}: {str(error)[:80]}"
    return str(status)
