"""Who may: the groups, the way in, the admin site, and the key that signs cookies."""

import os
import stat
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobsite.accounts.visits import last_visit
from jobsite.demo.people import WERE_HERE_AGO, make_people
from jobsite.secret import secret_key
from tests.cast import browser_of, person
from tests.lab import ROOT
from tests.pages import look, notices, page, text_of


@pytest.mark.parametrize(
    ("group", "rights"),
    [
        ("viewer", ["view_connection", "view_job"]),
        ("operator", ["clear_job", "ignore_job", "release_job", "view_connection", "view_job"]),
        (
            "admin",
            ["change_act", "clear_job", "ignore_job", "kill_connection", "release_job", "view_connection", "view_job"],
        ),
    ],
)
def test_a_group_may_do_this_and_no_more(db: None, group: str, rights: list[str]) -> None:
    found = Group.objects.get(name=group).permissions.values_list("codename", flat=True)
    assert sorted(found) == rights


def test_who_could_clear_before_an_update_may_ignore_and_release_after_it(db: None) -> None:
    reaper, user = Group.objects.create(name="reaper"), person("uma")
    clear = Permission.objects.get(codename="clear_job")
    reaper.permissions.add(clear)
    user.user_permissions.add(clear)
    migration = import_module("jobsite.migrations.0003_ignore_and_release")
    migration.let_operators(apps, SimpleNamespace(connection=connection))
    rights = [[*held.values_list("codename", flat=True)] for held in (reaper.permissions, user.user_permissions)]
    assert [sorted(names) for names in rights] == [["clear_job", "ignore_job", "release_job"]] * 2


def test_the_way_in_leads_to_the_jobs(failed_jobs: str, db: None) -> None:
    person("vera", "viewer")
    client = Client()
    form = look(client, "/login/?next=/jobs/")
    assert text_of(form.h1) == "Log in"
    sent = {"username": "vera", "password": "vera-password", "next": "/connections/"}
    assert client.post("/login/", sent).headers["Location"] == "/connections/"
    assert text_of(look(client, "/jobs/").select_one(".who a")) == "vera"


def test_a_wrong_password_is_answered_with_a_sentence(db: None) -> None:
    person("vera", "viewer")
    response = Client().post("/login/", {"username": "vera", "password": "wrong"})
    assert notices(page(response)) == ["The name and the password do not match. In both, upper and lower case count."]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_in_never_leads_elsewhere(db: None, elsewhere: str) -> None:
    person("vera", "viewer")
    sent = {"username": "vera", "password": "vera-password", "next": elsewhere}
    assert Client().post("/login/", sent).headers["Location"] == "/"


def test_logging_out_takes_a_post_and_ends_the_session(viewer: Client) -> None:
    assert viewer.get("/logout/").status_code == 405
    assert viewer.post("/logout/").headers["Location"] == "/login/"
    assert viewer.get("/jobs/").headers["Location"] == "/login/?next=/jobs/"


def test_the_first_page_leads_to_the_jobs(viewer: Client) -> None:
    assert viewer.get("/").headers["Location"] == "/jobs/"


def test_the_admin_site_lets_staff_in_and_nobody_else(db: None, viewer: Client) -> None:
    User.objects.create_superuser("root", password="root-password")
    root = browser_of(User.objects.get(username="root"))
    assert root.get("/admin/auth/user/").status_code == 200
    assert viewer.get("/admin/auth/user/").status_code == 302


def test_a_person_in_no_group_sees_no_pages_to_go_to(stranger: Client) -> None:
    assert look(stranger, "/jobs/", status=403).select('nav[aria-label="Pages"] a') == []


def test_an_address_that_is_none_is_answered_with_a_sentence(viewer: Client) -> None:
    assert text_of(look(viewer, "/nowhere/", status=404).h1) == "No such page"


def test_the_secret_key_is_kept_where_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret_key"
    key = secret_key(path)
    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert secret_key(path) == key
    assert os.listdir(path.parent) == ["secret_key"]


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret_key"
    code = f"from pathlib import Path; from jobsite.secret import secret_key; print(secret_key(Path({str(path)!r})))"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert os.listdir(path.parent) == ["secret_key"]


def test_the_people_of_the_demo_were_here_the_evening_before(db: None) -> None:
    before = timezone.now()
    make_people({"viewer": "secret"})
    seen = last_visit(User.objects.get(username="viewer"))
    assert seen
    assert before - WERE_HERE_AGO <= seen <= timezone.now() - WERE_HERE_AGO
