"""A job of its own: page, panel, gone, traceback, key, lines to copy, odd names in its address."""

from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.lab import Lab
from tests.pages import FRAGMENT, cells, fields, look, page, text_of, tokens
from tests.server import SERVER
from tests.statements import more_for_connections

MANY = 90_000
ODD_NAMES = ["a/b", "a`b", "100%", "%41", "a.b", ".", "..", "", "~1", "<script>", "a b ", "ü", "?#", "\\", "a\nb", "🧠"]


def address_of(schema: str, client: Client, message: str = "") -> str:
    """Return the address the list gives to the job with this message."""
    narrowed = f"&message={message}" if message else ""
    links = look(client, f"/jobs/?schema={schema}{narrowed}").select('td[data-label="Table"] a')
    return str(links[0]["href"])


def facts(found: BeautifulSoup) -> dict[str, str]:
    """Return what the page tells of the worker."""
    names, values = found.select("dl.facts dt"), found.select("dl.facts dd")
    return {text_of(name): text_of(value) for name, value in zip(names, values, strict=True)}


def test_a_failed_job_tells_its_table_key_message_and_worker(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, address_of(failed_jobs, viewer, "empty"))
    assert text_of(found.h1) == f"Score {failed_jobs}"
    assert text_of(found.select_one("p.key")) == "subject= m1 session= 1"
    assert text_of(found.select_one(".status")) == "error"
    assert text_of(found.select_one(".exception")) == "ValueError: the trace is empty"
    told = facts(found)
    assert told["table"] == f"{failed_jobs}.__score"
    assert told["user"].startswith("alice@")
    assert told["failed at"].endswith(" UTC")


def test_the_hash_of_the_key_is_that_of_datajoint_and_can_be_copied(
    failed_jobs: str, viewer: Client, datajoint: Any
) -> None:
    found = look(viewer, address_of(failed_jobs, viewer, "empty"))
    (code,) = [button.find_previous_sibling("code") for button in found.select(".facts [data-copy]")]
    assert text_of(code) == datajoint.key_hash({"subject": "m1", "session": 1})
    listed = look(viewer, f"/jobs/?key_hash={text_of(code)}&schema={failed_jobs}")
    assert cells(listed, "Key") == ["subject= m1 session= 1"]


def test_the_title_names_the_job(failed_jobs: str, viewer: Client) -> None:
    assert text_of(look(viewer, address_of(failed_jobs, viewer, "empty")).title).startswith(
        "Score subject=m1, session=1"
    )


def test_htmx_gets_the_panel_without_the_page(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, address_of(failed_jobs, viewer), headers=FRAGMENT)
    assert found.html is None
    assert [tag["id"] for tag in found.find_all(recursive=False)] == ["job_detail"]
    assert text_of(found.h2) == f"Score {failed_jobs}"


def test_the_lab_s_own_frame_stands_open_below_its_exception(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, address_of(failed_jobs, viewer, "empty"))
    first = found.select(".stack > .raised, .stack > .frame, .stack > details.library")[0]
    assert first["class"] == ["frame", "own"]
    assert "tests/pipeline.py" in text_of(first.select_one(".at"))
    assert text_of(first.pre) == 'raise ValueError("the trace is empty")'


def test_the_library_s_frames_are_folded_and_named(failed_jobs: str, viewer: Client) -> None:
    (folded,) = look(viewer, address_of(failed_jobs, viewer, "empty")).select("details.library")
    assert not folded.has_attr("open")
    assert text_of(folded.summary).endswith("in datajoint")
    assert folded.select(".frame.own") == []


def test_a_chained_cause_comes_below_what_it_led_to(failed_jobs: str, viewer: Client) -> None:
    found = look(viewer, address_of(failed_jobs, viewer, "spikes"))
    assert [text_of(raised) for raised in found.select(".raised")] == ["caused by ZeroDivisionError : division by zero"]


def test_the_message_stands_once(failed_jobs: str, viewer: Client) -> None:
    address = address_of(failed_jobs, viewer, "spikes")
    for found in (look(viewer, address), look(viewer, address, headers=FRAGMENT)):
        for source in found.select("title, .fulltext, .frame pre"):
            source.decompose()
        assert text_of(found).count("no spikes") == 1


def test_a_job_s_page_leads_back_to_the_list_with_its_filter_tab_order_and_page(
    failed_jobs: str, viewer: Client
) -> None:
    query = f"schema={failed_jobs}&status=error&sort=message&page=1"
    (link, _) = look(viewer, f"/jobs/?{query}").select('td[data-label="Table"] a')
    (back,) = look(viewer, str(link["href"])).select("p.back a")
    assert back["href"] == f"/jobs/?{query}"


def test_clearing_a_job_from_its_page_leads_back_to_the_list_with_its_filter(
    failed_jobs: str, operator: Client
) -> None:
    found = look(operator, address_of(failed_jobs, operator))
    assert fields(found, "/jobs/clear/confirm/")["filter"] == [f"schema={failed_jobs}"]


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "panel"])
def test_no_level_of_headings_is_left_out(failed_jobs: str, viewer: Client, headers: dict[str, str]) -> None:
    found = look(viewer, address_of(failed_jobs, viewer), headers=headers)
    levels = [int(heading.name[1]) for heading in found.select("h1, h2, h3, h4")]
    assert levels == ([1, 2, 2, 2, 2] if not headers else [2, 3, 3, 3])


def test_a_stack_of_ninety_thousand_characters_stands_whole_in_the_full_text(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    stack = "Traceback (most recent call last):\n" + "".join(
        f'  File "/lab/own.py", line {n}, in deep\n    deep({n})\n' for n in range(MANY // 45)
    )
    stack += "RecursionError: too deep"
    module.schema.jobs.error("__score", {"subject": "m1"}, "too deep", stack)
    found = look(viewer, address_of(schema, viewer))
    assert len(stack) > MANY
    assert found.select_one("#stack_text").text == stack  # type: ignore[union-attr]
    assert [text_of(note) for note in found.select(".left-out")] == ["1700 more frames: see the full text."]


def test_a_recursion_shows_its_end_what_repeats_once_and_make(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    place = '  File "/lab/own.py", line {}, in {}\n'.format
    frames = (
        place(7, "make") + place(9, "begin") * 5 + (place(12, "walk") + place(19, "visit")) * 400 + place(11, "end")
    )
    stack = f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n"
    module.schema.jobs.error("__score", {"subject": "m1"}, "RecursionError: too deep", stack)
    found = look(viewer, address_of(schema, viewer))
    assert [
        text_of(part) for part in found.select(".stack > .frame, .stack > .left-out, .stack > details.library")
    ] == [
        "/lab/own.py:11 in end",
        "/lab/own.py:19 in visit",
        "/lab/own.py:12 in walk",
        "… these 2 frames repeated 399 times",
        "/lab/own.py:9 in begin … repeated 4 times",
        "/lab/own.py:7 in make",
    ]


def test_a_text_that_is_no_traceback_is_shown_as_it_is(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    module.schema.jobs.error("__score", {"subject": "m1"}, "odd", "In /lab/make.m, line 3")
    found = look(viewer, address_of(schema, viewer))
    assert found.select(".raised") == []
    shown = found.select_one("#stack_text")
    assert (text_of(shown), shown.find_parent("details")) == ("In /lab/make.m, line 3", None)  # type: ignore[union-attr]


def test_a_job_without_a_stack_shows_none(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    module.schema.jobs.ignore("__score", {"subject": "m1", "session": 1})
    found = look(viewer, address_of(schema, viewer))
    assert found.select(".stack, .exception") == []
    assert text_of(found.select_one(".status")) == "ignore"


def test_the_lines_to_copy_mean_this_key(failed_jobs: str, viewer: Client) -> None:
    lines = [text_of(line) for line in look(viewer, address_of(failed_jobs, viewer, "empty")).select(".copy code")]
    assert lines == [
        'Score & {"subject": "m1", "session": 1}',
        """python manage.py populate YOUR_MODULE.Score --restrict '`subject`="m1"' --restrict '`session`=1'""",
    ]


def test_a_key_of_many_attributes_says_how_many_are_not_shown(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    module.schema.jobs.error("__score", {f"a{number}": number for number in range(15)}, "wide")
    found = look(viewer, address_of(schema, viewer))
    assert text_of(found.select_one("p.key")).endswith("a11= 11 and 3 more")


def test_a_key_that_cannot_be_read_shows_its_size_and_first_bytes(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    module.schema.jobs.error("__score", {"a": [[[[[[[[[[1]]]]]]]]]]}, "deep")  # nested deeper than any key is
    found = look(viewer, address_of(schema, viewer))
    said = text_of(found.select_one("p.key"))
    assert said.startswith("not readable (nested too deeply); ")
    assert said.endswith("bytes, begins 64 6a 30 00")
    assert found.select(".copy") == []


def test_a_table_of_any_name_has_an_address(lab: Lab, viewer: Client) -> None:
    schema, module = lab.pipeline()
    for number, name in enumerate(ODD_NAMES):
        module.schema.jobs.error(name, {"subject": "m1"}, f"odd {number:02}")
    said = [look(viewer, address_of(schema, viewer, f"odd {number:02}")) for number in range(len(ODD_NAMES))]
    assert [text_of(found.select_one(".exception")) for found in said] == [f"odd {n:02}" for n in range(len(ODD_NAMES))]


def test_a_job_that_is_gone_answers_with_a_sentence(failed_jobs: str, viewer: Client) -> None:
    address = reverse("jobs:job_detail", args=(failed_jobs, "__score", "0" * 32))
    found = look(viewer, address, status=404)
    assert text_of(found.h1) == "This job is gone"
    assert "was cleared, or its key was computed" in text_of(found.article)
    assert [tag["id"] for tag in look(viewer, address, status=404, headers=FRAGMENT).find_all(recursive=False)] == [
        "job_detail"
    ]


@pytest.mark.parametrize("schema", ["lab_none", "mysql", "information_schema", "a`b", "<b>", ""])
def test_a_schema_without_a_jobs_table_has_no_job(accounts: None, viewer: Client, schema: str) -> None:
    found = look(viewer, reverse("jobs:job_detail", args=(schema, "user", "root")), status=404)
    assert text_of(found.h1) == "This job is gone"


@pytest.mark.parametrize(("headers", "questions"), [({}, 8), (FRAGMENT, 4)], ids=["page", "panel"])
def test_a_page_asks_few_questions(lab: Lab, viewer: Client, headers: dict[str, str], questions: int) -> None:
    schema = lab.failed(m1="value")
    SERVER.sql(f"UPDATE `{schema}`.`~jobs` SET status = 'ignore'")  # of a failed job, its group is asked for, too
    address = address_of(schema, viewer)
    with CaptureQueriesContext(connections["lab"]) as asked:
        look(viewer, address, headers=headers)
    # The jobs tables, the row, the server with its connections, our grants. The job's own page asks for more: its value
    # in the order of the list, the jobs before it, the one after it, and the tables around it.
    assert len(asked) == questions + more_for_connections()


def test_only_who_may_clear_is_offered_it(failed_jobs: str, viewer: Client, operator: Client) -> None:
    address = address_of(failed_jobs, viewer)
    assert tokens(look(viewer, address), "job") == []
    assert len(tokens(look(operator, address), "job")) == 1


def test_a_stranger_is_refused(failed_jobs: str, viewer: Client, stranger: Client) -> None:
    response = stranger.get(address_of(failed_jobs, viewer))
    assert response.status_code == 403
    assert page(response).article is None


def test_nobody_in_particular_has_to_log_in(failed_jobs: str, viewer: Client, anonymous: Client) -> None:
    address = address_of(failed_jobs, viewer)
    assert anonymous.get(address).headers["Location"] == f"/login/?next={quote(address)}"
