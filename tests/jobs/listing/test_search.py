"""A search finds exactly what it says, on a real server: any character, in any character set of the column."""

import pytest
from django.test import Client

from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.pages import cells, look, page, text_of, tokens

MESSAGES = [
    *(
        "🧠",
        "😀",
        "𝒜",
        "𝒷",
        "naïve",
        "naive",
        "NAÏVE",
        "straße",
        "strasse",
        "Ω",
        "ω",
        "İ",
        "ı",
        "日本",
        "日本語",
        "é",
        "e\u0301",
    ),
    *("100%", "100 ", "1000", "a_b", "axb", "a\\\\b", "a\\b", "tab\there", "it's", 'say "x"', "%", "_", "\\"),
]


@pytest.fixture
def found(lab: Lab) -> Planted:
    """Jobs with a message each."""
    planted = Planted(lab.schema())
    for number, message in enumerate(MESSAGES):
        planted.row(key_hash=f"{number:032x}", error_message=message)
    return planted


def listed(client: Client, schema: str, **query: str) -> set[str]:
    """Return the hashes of the jobs that are listed."""
    response = client.get("/jobs/", {"schema": schema, **query})
    return {token.split("|")[3] for token in tokens(page(response), "job")}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_found_by_what_it_holds_and_by_nothing_else(
    found: Planted, operator: Client, message: str
) -> None:
    term = message.strip()
    expected = {f"{number:032x}" for number, one in enumerate(MESSAGES) if simply(term) in simply(one)}
    assert listed(operator, found.schema, message=term) == expected


def simply(text: str) -> str:
    """Return a text in small letters, one for one, as both families of servers know them."""
    return "".join({"İ": "i", "ı": "ı"}.get(letter, letter.lower()) for letter in text)


def test_clearing_all_that_match_clears_what_was_said(found: Planted, operator: Client) -> None:
    query = f"schema={found.schema}&message=🧠"
    form = {"all": "1", "as_of": "2100-01-01T00:00:00+00:00", "filter": query}
    confirm = page(operator.post("/jobs/clear/confirm/", form))
    assert text_of(confirm.h1) == "Clear 1 job?"
    assert "Capital and small letters are the same." in text_of(confirm.main)


@pytest.mark.parametrize("charset", ["latin1", "utf8mb4 COLLATE utf8mb4_bin", "utf8mb4 COLLATE utf8mb4_unicode_ci"])
def test_users_and_hosts_are_found_in_any_character_set(lab: Lab, operator: Client, charset: str) -> None:
    planted = Planted(lab.schema(charset=charset))
    planted.row(key_hash="a" * 32, user="José@10.0.0.5", host="gpu-1")
    planted.row(key_hash="b" * 32, user="jose@10.0.0.5", host="GPU_1")
    assert listed(operator, planted.schema, user="josé") == {"a" * 32}
    assert listed(operator, planted.schema, user="JOSE") == {"b" * 32}
    assert listed(operator, planted.schema, host="gpu_") == {"b" * 32}
    assert listed(operator, planted.schema, user="🧠") == set()


def test_clearing_a_table_s_jobs_clears_those_of_its_exact_name(lab: Lab, operator: Client) -> None:
    planted = Planted(lab.schema())
    for number, table in enumerate(["__score", "__Score", "__sc😀re", "__sc🧠re"]):
        planted.row(table_name=table, key_hash=f"{number:032x}")
    for table in ("__score", "__sc🧠re"):
        form = {"all": "1", "as_of": "2100-01-01T00:00:00+00:00", "filter": f"schema={planted.schema}&table={table}"}
        assert text_of(page(operator.post("/jobs/clear/confirm/", form)).h1) == "Clear 1 job?"


def test_a_box_says_how_it_searches(failed_jobs: str, viewer: Client) -> None:
    box = look(viewer, f"/jobs/?schema={failed_jobs}&message=EMPTY")
    assert cells(box, "Message") == ["ValueError: the trace is empty"]
    titles = {str(found["name"]): found.get("title", "") for found in box.select('input[type="search"]')}
    assert (
        titles["message"] == "Capital and small letters are the same. Accents, blanks and all other characters count."
    )
