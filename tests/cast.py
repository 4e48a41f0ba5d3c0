"""Who comes to the site: a viewer, an operator, an admin, a stranger without a group, and nobody in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


def person(name: str, group: str = "") -> User:
    """Make a person, in a group or in none."""
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user(name, password=f"{name}-password")
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def browser_of(user: User) -> Client:
    """Return a logged-in client."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """Looks."""
    return browser_of(person("vera", "viewer"))


@pytest.fixture
def operator(db: None) -> Client:
    """Looks and clears."""
    return browser_of(person("otto", "operator"))


@pytest.fixture
def admin(db: None) -> Client:
    """Looks, clears and kills."""
    return browser_of(person("ada", "admin"))


@pytest.fixture
def stranger(db: None) -> Client:
    """Has an account, but no group."""
    return browser_of(person("stan"))


@pytest.fixture
def anonymous() -> Client:
    """Has no account."""
    from django.test import Client

    return Client()
