"""Who acts in a terminal: the operating system's user, whatever the environment says."""

import os
import pwd

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError

from connections.killing import KILL
from jobsite.activity.models import NAME_CHARS
from jobsite.activity.terminal_user import TerminalUser, has_permission

ACCOUNT = "'jobsite'@'%'"


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> TerminalUser:
    """Who runs this process, in an environment that says that it is mallory."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "mallory")
    return TerminalUser.of_this_process(ACCOUNT)


def test_the_name_is_the_operating_system_s_and_not_the_environment_s(user: TerminalUser) -> None:
    assert user.get_username() == f"{pwd.getpwuid(os.getuid()).pw_name} by manage.py as {ACCOUNT}"


def test_a_user_without_a_name_is_known_by_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert TerminalUser.of_this_process(ACCOUNT).name == "uid 4000000000"


def test_nobody_on_the_site_can_have_such_a_name(user: TerminalUser) -> None:
    with pytest.raises(ValidationError):
        UnicodeUsernameValidator()(user.get_username())


def test_a_name_is_no_longer_than_the_record_takes() -> None:
    assert len(TerminalUser("a" * 300, ACCOUNT).get_username()) == NAME_CHARS


def test_in_a_terminal_the_account_s_rights_count_and_on_the_site_a_person_s(user: TerminalUser) -> None:
    assert (has_permission(user, KILL), has_permission(AnonymousUser(), KILL)) == (True, False)
