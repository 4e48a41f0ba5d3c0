"""The zone of a terminal: that of TZ, else of the machine, although Django has set the process to UTC."""

from datetime import datetime, timezone
from importlib.resources import files
from pathlib import Path

import pytest

from jobsite import startup
from jobsite.terminal import local_zone
from jobsite.terminal.local_zone import local_zone as found

SUMMER = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
KOLKATA = files("tzdata") / "zoneinfo" / "Asia" / "Kolkata"


def offset() -> str:
    """Return how far the zone is from UTC in summer."""
    return f"{SUMMER.astimezone(found()):%z}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("America/New_York", "-0400"),
        (":Asia/Kolkata", "+0530"),
        ("EST5EDT,M3.2.0,M11.1.0", "+0000"),
        ("/etc/passwd", "+0000"),
        ("../../etc/passwd", "+0000"),
    ],
)
def test_tz_names_it(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setitem(startup.ENVIRON, "TZ", name)
    assert offset() == said


def test_without_tz_it_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(startup.ENVIRON, "TZ", raising=False)
    machines = tmp_path / "localtime"
    monkeypatch.setattr(local_zone, "MACHINES_ZONE", machines)
    assert offset() == "+0000"  # a machine without one
    machines.write_bytes(KOLKATA.read_bytes())
    assert offset() == "+0530"
    machines.write_text("no zone", encoding="ascii")
    assert offset() == "+0000"
