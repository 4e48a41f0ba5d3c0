"""What an error's number and text say, without a server."""

import subprocess
import sys

import pytest

from jobsite.lab.errors import ERRORS, concerns_one_table, is_lock, lacks_privilege, sentence
from tests.lab import ROOT

NUMBERS = {
    "the whole server": (1021, 1037, 1040, 1041, 1045, 1053, 1129, 1130, 1203, 1213, 1226, 1290, 1317, 1698, 1927),
    "the way to it": (2002, 2003, 2005, 2006, 2013, 2026, 2059, 3168, 4031),
    "a limit of time": (1969, 3024),
    "no changes": (1175, 1792, 1836, 3100, 3101),
    "one table": (1044, 1049, 1142, 1143, 1146, 1205, 1267, 1114, 1812),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_a_table_is_blamed_only_for_what_another_need_not_have(what: str) -> None:
    found = {number: concerns_one_table(Exception(number, "told")) for number in NUMBERS[what]}
    assert found == dict.fromkeys(NUMBERS[what], what == "one table")


def test_an_error_without_a_number_blames_no_table() -> None:
    assert not concerns_one_table(Exception("told"))


def test_a_lock_and_a_limit_of_time_are_told_from_a_privilege() -> None:
    numbers = (1044, 1142, 1143, 1205, 1227, 1969, 3024)
    assert [number for number in numbers if is_lock(Exception(number, ""))] == [1205, 1969, 3024]
    assert [number for number in numbers if lacks_privilege(Exception(number, ""))] == [1044, 1142, 1143]


def test_every_sentence_names_the_server_and_fills_in_what_it_asks_for() -> None:
    for number in ERRORS:
        said = sentence(Exception(number, "its own words."), "db.lab", "site")
        assert "db.lab" in said
        assert "{" not in said


def test_an_unknown_error_is_told_in_the_server_s_own_words() -> None:
    said = sentence(Exception(4242, "Nobody knows this."), "db.lab", "site")
    assert said == "The lab's server db.lab answered: Nobody knows this."


@pytest.mark.parametrize("option", ["--read-only", "--super_read_only"])
def test_an_option_that_only_lets_read_is_told_as_such(option: str) -> None:
    text = f"The MySQL server is running with the {option} option so it cannot execute this statement"
    assert sentence(Exception(1290, text), "db.lab", "site") == f"The lab's server db.lab takes no changes ({text})."


def test_any_other_option_is_told_in_the_server_s_own_words() -> None:
    text = "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement"
    assert sentence(Exception(1290, text), "db.lab", "site") == f"The lab's server db.lab answered: {text}."


@pytest.mark.slow
def test_a_worker_asks_without_django() -> None:
    modules = ("address", "errors", "grants", "identifiers", "proxies", "session")
    ask = f"import sys; from jobsite.lab import {', '.join(modules)}; print('django' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "False\n"
