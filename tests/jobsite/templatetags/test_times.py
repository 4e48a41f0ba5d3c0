"""Times in a template: in the reader's zone, with the exact moment on hover."""

from datetime import datetime, timezone

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from django.utils.timezone import override

WHEN = datetime(2026, 11, 24, 17, 20, 5, 400, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 25, 7, 4, tzinfo=timezone.utc)


def drawn(text: str, when: datetime | None = WHEN) -> BeautifulSoup:
    with override("Europe/Berlin"):
        page = Template("{% load times %}" + text).render(Context({"when": when, "now": NOW}))
    return BeautifulSoup(page, "html.parser")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% ago when now %}", "13 h 43 min"),
        ("{% day when now %}", "Tue 18:20"),
        ("{{ when|clock }}", "18:20:05 +01:00"),
    ],
)
def test_a_time_is_in_the_zone_of_the_reader(text: str, said: str) -> None:
    (time,) = drawn(text).select("time")
    assert (time.text, time["title"]) == (said, "2026-11-24 18:20:05 +01:00")
    assert datetime.fromisoformat(str(time["datetime"])) == WHEN


def test_the_exact_moment_is_text() -> None:
    assert drawn("{{ when|exact }}").text == "2026-11-24 18:20:05 +01:00"


@pytest.mark.parametrize("text", ["{% ago when now %}", "{% day when now %}"])
def test_a_time_that_is_not_known_is_said(text: str) -> None:
    assert drawn(text, None).text == "unknown"
