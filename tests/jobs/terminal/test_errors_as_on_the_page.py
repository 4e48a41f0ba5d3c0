"""`manage.py jobs errors` says of each group what the page says, word by word, of what DataJoint's own workers left."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from bs4 import Tag
from django.core.management.base import CommandParser
from django.test import Client

from jobs.terminal.errors import ERRORS
from tests.jobs.clearing import clear_all, everything
from tests.jobs.error_groups.comparing.sorted_lab import SortedLab
from tests.jobs.terminal.commands import on_a_terminal
from tests.lab import Lab
from tests.pages import look, text_of
from tests.server import SERVER

Said = Mapping[str, object]


class SilentError(Exception):
    """An error that says nothing."""


@pytest.fixture
def schema(lab: Lab, operator: Client) -> str:
    """Six problems: one that came back, some of two tables, one on a host, one interrupted, and one computed since."""
    made = SortedLab(lab)
    keys = made.keys
    made.fail(made.sessions[:4], TypeError("expected 3 values of '/data/a.bin', got 2"))
    made.compute(table="Unit")
    clear_all(operator, everything(operator, f"schema={made.schema}"))
    SERVER.sql("DO SLEEP(1)")  # whether a job failed anew is told by the second
    made.compute(table="Unit")
    made.fail(keys[:20], ValueError("session 12 of M03 has no spikes"))
    made.fail(keys[20:28], KeyError("rig"))
    made.fail(keys[28:30], KeyboardInterrupt())  # type: ignore[arg-type]
    made.fail(keys[30:33], SilentError())
    made.compute("paramset_id < 9")
    made.fail(keys[30:33], NotImplementedError("later"))
    made.compute(table="Quality")
    SERVER.sql(
        f"UPDATE `{made.schema}`.`~jobs` SET host = IF(error_message LIKE 'ValueError%%', 'gpu1', 'gpu2'),"
        " timestamp = timestamp - INTERVAL (error_message LIKE 'KeyError%%') * 2 DAY",
        [],
    )
    made.module.errors.clear()
    made.module.Sorting.populate()
    SERVER.sql(f"DELETE FROM `{made.schema}`.__sorting WHERE paramset_id = 1 LIMIT 5")
    return made.schema


def in_the_terminal(schema: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Said]:
    """Return the groups as the command writes them for programs, by fingerprint."""
    parser = CommandParser()
    ERRORS.add_arguments(parser)
    assert ERRORS.run(vars(parser.parse_args(["--schema", schema, "--format", "ndjson"]))) == 0
    return {str(one["group"]): one for one in map(json.loads, capsys.readouterr().out.splitlines())}


def on_the_page(schema: str, client: Client) -> dict[str, Said]:
    """Return the groups as the page shows them to a person."""
    rows = look(client, f"/errors/?schema={schema}&kind=all").select(".groups tbody tr")
    return {fingerprint(row): said_of(row) for row in rows}


def fingerprint(row: Tag) -> str:
    """Return the name of the group that a row leads to."""
    return str(row.select("a.group")[0]["href"]).partition("?")[0].strip("/").rpartition("/")[2]


def said_of(row: Tag) -> Said:
    """Return what a row of the page says, with angle brackets around grey words."""
    for word in row.select("var"):
        word.replace_with(f"<{word.text}>")
    what, where, seen = (row.select(f'td[data-label="{name}"]')[0] for name in ("Problem", "Where", "First seen"))
    first, last = (str(time["datetime"]) for time in seen.select("time"))
    return {
        "mark": " ".join(map(text_of, what.select(".came-back"))),
        "exception": text_of(what.b),
        "message": " ".join("".join(each.get_text() for each in what.select("a.group")[0].next_siblings).split()),
        "own_frame": " ".join(map(text_of, what.select(".frame1"))),
        "jobs": [text_of(cell).replace("·", "").strip() for cell in row.select("td.cell")],
        "where": text_of(where),
        "first": first,
        "last": last,
        "helps": text_of(row.select("td.advice")[0]),
    }


def numbers(named: Mapping[str, int]) -> str:
    """Return names with their numbers, as the page has them."""
    names = [(name.rpartition(".")[2], number) for name, number in named.items()]
    return names[0][0] if len(names) == 1 else ", ".join(f"{name} {number}" for name, number in names)


def test_programs_are_told_what_the_page_shows(schema: str, viewer: Client, capsys: pytest.CaptureFixture[str]) -> None:
    page, terminal = on_the_page(schema, viewer), in_the_terminal(schema, capsys)
    assert list(page) == list(terminal)
    for name, said in page.items():
        told: Any = terminal[name]
        assert said == {
            "mark": "came back" if told["came_back"] else "",
            "exception": told["exception"],
            "message": told["message"],
            "own_frame": told["own_frame"] or "",
            "jobs": [str(told[number] or "0") for number in ("jobs", "in_1_h", "in_24_h", "in_7_d")],
            "where": f"{numbers(told['tables'])} {numbers(told['users'])} · {numbers(told['hosts'])}",
            "first": told["first"],
            "last": told["last"],
            "helps": f"{told['helps'] or ''} {told['why'] or ''}".strip(),
        }
    assert [said["mark"] for said in page.values()].count("came back") == 1
    assert {str(said["helps"]).partition(" ")[0] for said in page.values()} == {"", "Clear", "Fix", "Retry"}


def test_a_wide_terminal_shows_the_words_of_the_page(schema: str, viewer: Client) -> None:
    page = on_the_page(schema, viewer)
    _, *lines = on_a_terminal("jobs", "errors", "--schema", schema, columns=330).end()
    assert [line.split()[0] for line in lines] == list(page)
    for line, said in zip(lines, page.values(), strict=True):
        where, helps = (str(said[name]).split() for name in ("where", "helps"))
        assert all(str(said[name]) in line for name in ("exception", "message", "own_frame"))
        assert " ".join(line.split()).find(" ".join(map(str, said["jobs"]))) > 0  # type: ignore[call-overload]
        assert set(where) <= set(line.split())
        # What came back is in the record of this site, and the command's is another one.
        assert said["mark"] or set(helps) <= set(line.replace(":", " ").split())


def test_what_failing_keys_share_is_told_where_the_page_tells_it(
    schema: str, sharing: object, operator: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    found = in_the_terminal(schema, capsys)
    (name,) = (one for one, told in found.items() if told["exception"] == "ValueError")
    assert (found[name]["shared"], found[name]["helps"]) == (None, None)
    look(operator, f"/errors/{name}/sharing/")
    (row,) = (
        one
        for one in look(operator, f"/errors/?schema={schema}").select(".groups tbody tr")
        if fingerprint(one) == name
    )
    found = in_the_terminal(schema, capsys)
    assert found[name]["shared"] == text_of(row.select(".hint")[0])
    assert "host gpu1" in str(found[name]["shared"])
    assert text_of(row.select("td.advice")[0]) == f"{found[name]['helps']} {found[name]['why']}"
