"""Where the lab's server is found: the environment, and the settings files of both DataJoint versions."""

import json
from pathlib import Path

import pytest

from jobsite.lab import NOT_NAMED, LabServer, find_lab


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder two below the top of a home of its own."""
    folder = tmp_path / "project" / "code"
    folder.mkdir(parents=True)
    return folder


def found(here: Path, **environ: str) -> LabServer:
    """Look from `here`, with the top of the test's folders as home."""
    return find_lab(environ, here, here.parent.parent)


def test_the_environment_alone_is_enough(here: Path) -> None:
    lab = found(here, DJ_HOST="db", DJ_PORT="3307", DJ_USER="jobsite", DJ_PASS="secret", DJ_USE_TLS="1")
    assert lab == LabServer("db", 3307, "jobsite", "secret", use_tls=True, source="the environment")


def test_a_settings_file_of_datajoint_0_14_is_read(here: Path) -> None:
    path = here / "dj_local_conf.json"
    path.write_text(json.dumps({"database.host": "db:3310", "database.user": "u", "database.password": "p"}))
    assert found(here) == LabServer("db", 3310, "u", "p", source=str(path))


def test_the_environment_wins_name_by_name(here: Path) -> None:
    (here / "dj_local_conf.json").write_text(json.dumps({"database.host": "db", "database.user": "u"}))
    lab = found(here, DJ_USER="other")
    assert (lab.host, lab.user) == ("db", "other")


def test_a_settings_file_of_datajoint_2_is_found_upward_with_its_secrets(here: Path) -> None:
    top = here.parent
    (top / "datajoint.json").write_text(json.dumps({"database": {"host": "db", "port": 3308, "use_tls": False}}))
    (top / ".secrets").mkdir()
    (top / ".secrets" / "database.user").write_text("u\n")
    (top / ".secrets" / "database.password").write_text("p\n")
    assert found(here) == LabServer("db", 3308, "u", "p", use_tls=False, source=str(top / "datajoint.json"))


def test_the_file_in_the_home_comes_last(here: Path) -> None:
    (here.parent.parent / ".datajoint_config.json").write_text(json.dumps({"database.user": "home"}))
    assert found(here).user == "home"
    (here / "dj_local_conf.json").write_text(json.dumps({"database.user": "local"}))
    assert found(here).user == "local"


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_a_file_that_is_no_json_object_is_a_problem_in_one_sentence(here: Path, text: str) -> None:
    (here / "dj_local_conf.json").write_text(text)
    assert found(here).problem.endswith("mend it, or set DJ_HOST, DJ_USER and DJ_PASS.")


def test_no_user_is_a_problem_that_says_what_to_do(here: Path) -> None:
    assert found(here, DJ_HOST="db").problem == NOT_NAMED


@pytest.mark.parametrize("port", ["many", "0", "70000", "-1"])
def test_a_port_that_is_none_is_a_problem(here: Path, port: str) -> None:
    lab = found(here, DJ_USER="u", DJ_PORT=port)
    assert lab.problem == f"The port '{port}' is not a number from 1 to 65535: set DJ_PORT."


def test_a_server_with_a_problem_is_never_asked(here: Path) -> None:
    assert found(here).as_database() == {"ENGINE": "django.db.backends.dummy"}


def test_an_address_of_ipv6_is_no_host_with_port(here: Path) -> None:
    assert found(here, DJ_USER="u", DJ_HOST="fe80::1").host == "fe80::1"


def test_the_default_port_is_not_part_of_the_servers_name(here: Path) -> None:
    assert (found(here, DJ_HOST="db").name, found(here, DJ_HOST="db:3307").name) == ("db", "db:3307")
