"""Who somebody of the cast is, for the tests of accounts."""

from django.contrib.auth.models import User


def called(name: str) -> User:
    """Return somebody of the cast."""
    return User.objects.get(username=name)
