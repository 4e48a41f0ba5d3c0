"""Who may log in to the demo's site? One person for each group. Run as a child, with the site's own settings."""

import datetime
import json
import os

import django
from django.core.management import call_command
from django.utils import timezone

PASSWORDS = "JOBSITE_DEMO_PASSWORDS"
WERE_HERE_AGO = datetime.timedelta(hours=14)
"""When they left, so that what failed this night is new to them."""
WORK_AS = {"viewer": ["bob", "carol"], "operator": ["alice"], "admin": ["dave", "erin"]}
"""Which users of the demo's server each of them is: their jobs are what "Mine" shows."""
ROLES = {
    "viewer": "may look",
    "operator": "may clear, ignore and release jobs, too",
    "admin": "may kill connections and manage people, too",
}


def make_people(passwords: dict[str, str]) -> None:
    """Make the site's tables, then a person for each group, named like it, who has said whose jobs are theirs.

    The evening before, they were here.
    """
    from django.contrib.auth.models import Group, User

    from jobsite.accounts.database_users import link
    from jobsite.accounts.models import Account

    call_command("migrate", verbosity=0)
    for name, password in passwords.items():
        is_admin = name == "admin"
        person = User.objects.create_user(name, password=password, is_staff=is_admin, is_superuser=is_admin)
        person.groups.add(Group.objects.get(name=name))
        Account.objects.create(user=person, seen_at=timezone.now() - WERE_HERE_AGO)
        link(person, WORK_AS[name])


if __name__ == "__main__":
    django.setup()
    make_people(json.loads(os.environ[PASSWORDS]))
