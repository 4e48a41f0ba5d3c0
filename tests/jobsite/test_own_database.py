"""The site's own SQLite file while two processes of sixteen threads write to it at once."""

import json
import subprocess
import sys

from tests.jobsite.conftest import Home

WRITE = """
import json, threading
import django
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.LOGGING["loggers"]["jobsite"]["level"] = "CRITICAL"
django.setup()
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.test.utils import setup_test_environment
from jobsite.activity import record
setup_test_environment()
try:
    User.objects.create_user("otto", password="otto-password")
except IntegrityError:
    pass  # the other process was quicker
failed = []

def write(number):
    try:
        for _ in range(2):
            for password in ("otto-password", "wrong"):
                sent = {"username": "otto" if password != "wrong" else f"otto-{number}", "password": password}
                answer = Client().post("/login/", sent)
                assert answer.status_code == (200 if password == "wrong" else 302), answer.status_code
            act = record.begin_act("otto", "clear", "32 jobs")
            with act.chunk("lab", [["__score", "0" * 32]] * 100) as chunk:
                chunk.counts["cleared"] = 100
            act.end("Cleared.")
    except Exception as error:
        failed.append(f"{type(error).__name__}: {error}")

threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
for one in threads:
    one.start()
for one in threads:
    one.join()
print(json.dumps(failed))
"""


def test_whoever_logs_in_or_clears_meanwhile_is_never_told_that_the_database_is_locked(home_of_a_site: Home) -> None:
    command, lab = [sys.executable, "-c", WRITE], {"DJ_HOST": "127.0.0.1", "DJ_USER": "a", "DJ_PASS": "b"}
    both = [
        subprocess.Popen(command, env={**home_of_a_site.environ, **lab}, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [json.loads(one.communicate()[0]) for one in both] == [[], []]


def test_what_the_address_of_the_database_says_counts_more(home_of_a_site: Home) -> None:
    code = "from django.conf import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"
    environ = {**home_of_a_site.environ, "DATABASE_URL": "sqlite:///:memory:?timeout=7"}
    told = subprocess.run([sys.executable, "-c", f"import json; {code}"], env=environ, capture_output=True, text=True)
    assert json.loads(told.stdout) == {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        "timeout": 7,
    }
