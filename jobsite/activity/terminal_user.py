"""Who acts in a terminal or a cron job? The operating system tells it, and no variable of the environment.

Whoever runs manage.py can read the settings, and the account's password in them. So the groups of the site say nothing
there: what may be done is what the account may do, and the lab's server checks that.
"""

import os
import pwd
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

from jobsite.activity.models import NAME_CHARS


@dataclass(frozen=True)
class TerminalUser:
    """The operating system's user whose process this is, and the account by which it asks the lab's server."""

    name: str
    account: str
    """As the server matched it, quoted: `'jobsite'@'%'`."""

    @classmethod
    def of_this_process(cls, account: str) -> "TerminalUser":
        """Return who runs this process; a user without a name, as in a container, by the number."""
        try:
            name = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            name = f"uid {os.getuid()}"
        return cls(name, account)

    def get_username(self) -> str:
        """Return what the record calls them. Nobody on the site has such a name, for it has blanks."""
        return f"{self.name} by manage.py as {self.account}"[:NAME_CHARS]

    def has_perm(self, permission: str) -> bool:
        """Say yes: see above."""
        return True


User = AbstractBaseUser | AnonymousUser | TerminalUser
"""Whoever acts: a person on the site, or in a terminal."""


def has_permission(user: User, permission: str) -> bool:
    """Say whether `user` may do what takes the site's `permission`, such as `jobs.clear_job`."""
    return isinstance(user, PermissionsMixin | TerminalUser) and user.has_perm(permission)
