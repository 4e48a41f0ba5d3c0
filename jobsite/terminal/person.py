"""Who acts in a terminal? The account of the machine, and the one that the lab's server is asked by."""

import os
import platform
import pwd

from django.conf import settings
from django.contrib.auth.models import User

from jobsite.activity.models import NAME_CHARS
from jobsite.one_line import printable


def terminal_user() -> User:
    """Return who runs this command, as actions take a person: `alice@gpu3 (terminal, as lab)`; nothing is stored.

    Whoever may run `manage.py` may do all that the site can do: they have its key and its database. The lab's server
    decides what its account may do. No person of the site has such a name, because a username of Django has no blank.
    """
    name = f"{_account()}@{platform.node()} (terminal, as {settings.LAB.user})"
    return User(username=printable(name)[:NAME_CHARS], is_superuser=True)


def _account() -> str:
    """Return the name of the account that this process runs by; the environment could say any."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may have no name for it
        return f"uid {os.getuid()}"
