"""When was a person here last? It is written seldom, and no page fails or waits for it."""

import json
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobsite.accounts.models import Account
from jobsite.accounts.visits import last_visit, note_visit
from jobsite.activity.terminal_user import TerminalUser
from tests.cast import browser_of, person
from tests.jobsite.accounts.people import called
from tests.jobsite.conftest import Home
from tests.pages import FRAGMENT, look

AWAY = "/account/filters/0/"
"""An address that asks nothing of the lab's server."""


def seen(ago: timedelta, last: timedelta | None = None, name: str = "vera") -> datetime:
    """Let somebody have been seen a while ago, and in a visit before that; return when it was."""
    now = timezone.now()
    values = {"seen_at": now - ago, "last_visit_at": now - last if last else None}
    Account.objects.update_or_create(user=called(name), defaults=values)
    return now - ago


def stands_there() -> tuple[datetime, datetime | None]:
    """Return when the one person was seen, and before."""
    ((when, before),) = Account.objects.values_list("seen_at", "last_visit_at")
    return when, before


def writes(client: Client) -> int:
    """Return how often a look writes when somebody was here."""
    with CaptureQueriesContext(connection) as asked:
        client.get(AWAY)
    return sum("accounts_account" in one["sql"] and not one["sql"].startswith("SELECT") for one in asked)


def test_in_their_first_visit_nobody_was_here_before(viewer: Client) -> None:
    assert (last_visit(called("vera")), writes(viewer), last_visit(called("vera"))) == (None, 1, None)


def test_who_has_no_account_has_no_visits() -> None:
    assert [last_visit(user) for user in (AnonymousUser(), TerminalUser("vera", "'jobsite'@'%'"))] == [None, None]


def test_who_comes_after_half_an_hour_comes_again(viewer: Client) -> None:
    before = seen(timedelta(minutes=31), timedelta(days=3))
    assert last_visit(called("vera")) == before  # on the first page, before anything is written
    assert writes(viewer) == 1
    assert last_visit(called("vera")) == before
    assert stands_there()[1] == before


def test_who_looks_on_has_not_left(viewer: Client) -> None:
    seen(timedelta(minutes=29), timedelta(days=3))
    before = stands_there()[1]
    assert writes(viewer) == 1
    assert last_visit(called("vera")) == stands_there()[1] == before


def test_it_is_written_once_a_minute(viewer: Client) -> None:
    seen(timedelta(seconds=50))
    assert [writes(viewer) for _ in range(3)] == [0, 0, 0]
    seen(timedelta(seconds=61))
    assert [writes(viewer) for _ in range(3)] == [1, 0, 0]


def test_a_clock_that_was_set_back_is_written_and_begins_no_visit(viewer: Client) -> None:
    seen(-timedelta(days=1), timedelta(days=3))
    before = stands_there()[1]
    assert [writes(viewer) for _ in range(2)] == [1, 0]
    assert (stands_there()[0] <= timezone.now(), stands_there()[1]) == (True, before)


def test_a_list_that_asks_by_itself_is_no_sign_of_a_person(failed_jobs: str, viewer: Client) -> None:
    before = seen(timedelta(minutes=31))
    look(viewer, f"/jobs/?schema={failed_jobs}", headers={**FRAGMENT, "If-None-Match": '"x"'})
    assert stands_there() == (before, None)


def test_each_person_has_their_own(viewer: Client, operator: Client) -> None:
    before = seen(timedelta(hours=9))
    writes(operator)
    assert (last_visit(called("vera")), last_visit(called("otto"))) == (before, None)


def test_of_two_pages_at_once_the_first_counts(viewer: Client) -> None:
    before = seen(timedelta(hours=9))
    both = [User.objects.select_related("account").get(username="vera") for _ in range(2)]
    for one in both:
        note_visit(one)
    assert stands_there()[1] == before


def test_of_two_first_pages_at_once_both_are_there(viewer: Client) -> None:
    both = [called("vera") for _ in range(2)]
    assert [last_visit(one) for one in both] == [None, None]
    for one in both:
        note_visit(one)
    assert Account.objects.count() == 1


def test_choosing_a_zone_leaves_the_visit_before_as_it_is(accounts: None, viewer: Client) -> None:
    before = seen(timedelta(days=1), timedelta(days=3))
    viewer.post("/account/time-zone/", {"zone": "UTC"})
    assert stands_there()[1] == before


def test_a_database_that_was_not_migrated_breaks_no_page(failed_jobs: str, viewer: Client) -> None:
    with connection.cursor() as cursor:
        for table in ("account", "databaseuser", "savedfilter"):
            cursor.execute(f"ALTER TABLE accounts_{table} RENAME TO accounts_{table}_away")
    assert look(viewer, f"/jobs/?schema={failed_jobs}").select("td.age")


LOCKED = """
import json, sqlite3, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from jobsite.accounts.models import Account
setup_test_environment()
name, _, value = sys.argv[1].partition("=")
client = Client()
client.cookies[name] = value
Account.objects.all().delete()
other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
told = [(client.get("/admin/").status_code, Account.objects.count())]
other.execute("ROLLBACK")
told.append((client.get("/admin/").status_code, Account.objects.count()))
told.append(connection.connection.execute("PRAGMA busy_timeout").fetchone())
print(json.dumps(told))
"""


def test_while_another_program_writes_the_page_is_there_and_the_visit_is_written_later(home_of_a_site: Home) -> None:
    lab = {"DJ_HOST": "127.0.0.1", "DJ_USER": "a", "DJ_PASS": "b"}
    command = [sys.executable, "-c", LOCKED, home_of_a_site.cookie]
    done = subprocess.run(command, env={**home_of_a_site.environ, **lab}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[200, 0], [200, 1], [30_000]]


@pytest.mark.django_db
def test_many_browsers_of_one_person_write_once() -> None:
    vera = person("vera", "viewer")
    assert sum(writes(browser_of(vera)) for _ in range(5)) == 1
