"""A home of the site, made once: its own database with somebody in it who may do everything."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab import ROOT

MAKE = """
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client()
client.force_login(User.objects.create_superuser("root"))
print(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
"""


@dataclass(frozen=True)
class Home:
    """The environment by which a site finds its home, and the cookie of somebody who is logged in there."""

    environ: dict[str, str]
    cookie: str


@pytest.fixture(scope="session")
def home_of_a_site(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """For sites that run as processes of their own; where the lab's server is must still be said."""
    folder: Path = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJ_", "DATABASE_"))}
    own = {"JOBSITE_HOME": str(folder / "site"), "HOME": str(folder), "DJANGO_SETTINGS_MODULE": "jobsite.settings"}
    environ = {**kept, **own, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MAKE]
    made = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return Home(environ, made.stdout.strip())
