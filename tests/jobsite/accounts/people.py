"""People who have linked database users, for the tests of lists."""

from django.contrib.auth.models import User

from jobsite.accounts.database_users import link


def called(name: str) -> User:
    """Return somebody of the cast."""
    return User.objects.get(username=name)


def linked(name: str, *database_users: str) -> User:
    """Link database users to somebody of the cast."""
    link(called(name), database_users)
    return called(name)
