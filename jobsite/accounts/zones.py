"""In which time zone does a person read times of day? In the one they chose, else their browser's, else in UTC."""

from contextlib import suppress
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from jobsite.accounts.visits import account_of
from jobsite.activity.terminal_user import User

ZONE_COOKIE = "jobsite_zone"
"""A script of the site keeps the browser's zone there (static/jobsite/theme.js)."""
UTC = ZoneInfo("UTC")
NO_PLACES = frozenset({"Factory", "localtime"})
"""Files beside the zones: that of no place, and that of the machine that serves the site."""


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones; they are looked for on the disk once."""
    return frozenset(available_timezones()) - NO_PLACES


def zone_called(name: str) -> ZoneInfo | None:
    """Return the zone of this name; None where there is none."""
    if name in known_zones():
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(name)
    return None


def zones_to_choose() -> list[str]:
    """Return the names of the zones of places, and UTC, in order: `EST` and its like say less."""
    return ["UTC", *sorted(name for name in known_zones() if "/" in name and not name.startswith("Etc/"))]


def zone_of(user: User, told: str) -> ZoneInfo:
    """Return the zone of a person whose browser told this name; '' where it told none."""
    account = account_of(user)
    chosen = zone_called(account.time_zone) if account and account.time_zone else None
    return chosen or zone_called(told) or UTC
