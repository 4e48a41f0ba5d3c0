"""In which zone does a terminal show times of day? In that of its machine, or that TZ names, as `date` does."""

from datetime import timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jobsite.startup import ENVIRON

MACHINES_ZONE = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """Return the zone of this process as it was before Django set it to UTC; UTC where it has no name or file."""
    name = ENVIRON.get("TZ", "").removeprefix(":")
    try:
        if name:
            return ZoneInfo(name)
        with MACHINES_ZONE.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, ZoneInfoNotFoundError):  # such as a rule in place of a name, EST5EDT,M3.2.0,M11.1.0
        return timezone.utc
