"""Who may log in to the demo's site? One person for each group. Run as a child, with the site's own settings."""

import json
import os

import django
from django.core.management import call_command

PASSWORDS = "JOBSITE_DEMO_PASSWORDS"
ROLES = {
    "viewer": "may look",
    "operator": "may clear, ignore and release jobs, too",
    "admin": "may kill connections and manage people, too",
}


def make_people(passwords: dict[str, str]) -> None:
    """Make the site's tables, then a person for each group, named like it."""
    from django.contrib.auth.models import Group, User

    call_command("migrate", verbosity=0)
    for name, password in passwords.items():
        is_admin = name == "admin"
        person = User.objects.create_user(name, password=password, is_staff=is_admin, is_superuser=is_admin)
        person.groups.add(Group.objects.get(name=name))


if __name__ == "__main__":
    django.setup()
    make_people(json.loads(os.environ[PASSWORDS]))
